//! What earlier runs sent to Slack, in a small file: the thread of each subject, and its findings.
//! Holds no secret. A file that cannot be read counts as none, with a warning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A file that is longer is none of ours.
pub(crate) const MAX_STATE_BYTES: u64 = 1 << 20;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SlackState {
    version: u32,
    /// By subject; those that are over are gone.
    pub(crate) threads: BTreeMap<String, SlackThread>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SlackThread {
    /// The findings without their numbers, as a hash.
    #[serde(alias = "print")]
    pub(crate) fingerprint: String,
    /// Empty where an incoming webhook sent it.
    #[serde(default)]
    pub(crate) channel: String,
    #[serde(default)]
    pub(crate) ts: String,
}

impl SlackState {
    /// The state of a file's text, or why it is none.
    pub(crate) fn read(text: &[u8]) -> Result<Self, String> {
        let state: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if state.version == 1 { Ok(state) } else { Err("written by another version".to_owned()) }
    }

    pub(crate) fn to_json(&self) -> String {
        let state = Self { version: 1, threads: self.threads.clone() };
        let text = serde_json::to_string_pretty(&state).unwrap_or_default();
        format!("{text}\n")
    }
}
