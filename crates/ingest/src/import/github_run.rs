//! A run as github-action-benchmark keeps it: the commit, and what its tool measured.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct ActionRun {
    pub(crate) commit: ActionCommit,
    #[serde(default)]
    pub(crate) date: Value,
    #[serde(default)]
    pub(crate) tool: String,
    pub(crate) benches: Vec<Value>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct ActionCommit {
    #[serde(alias = "sha")]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) message: Option<String>,
    #[serde(default)]
    pub(crate) timestamp: Option<String>,
    #[serde(default)]
    pub(crate) url: Option<String>,
    #[serde(default, deserialize_with = "lenient_author")]
    pub(crate) author: ActionAuthor,
}

/// Who wrote a commit; some histories hold a text or nothing in its place.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct ActionAuthor {
    #[serde(default)]
    pub(crate) name: Option<String>,
}

fn lenient_author<'de, D: Deserializer<'de>>(of: D) -> Result<ActionAuthor, D::Error> {
    let value = Value::deserialize(of)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}
