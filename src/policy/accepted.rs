//! Accepted changes (`accepted.yml`): a reviewed yes to one change in some series.

use serde::Deserialize;

use crate::policy::yaml::{self, YamlError};
use crate::record::Timestamp;

/// An entry: the change at `commit` in the series that `series` matches is accepted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Accepted {
    /// Glob over series names (`test/backend/mode/n`).
    pub(crate) series: String,
    pub(crate) commit: String,
    /// Largest relative change that the entry covers.
    pub(crate) max_change: f64,
    pub(crate) reason: String,
    pub(crate) by: String,
    /// The entry stops counting at this time.
    pub(crate) expires: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    series: String,
    commit: String,
    max_change: f64,
    reason: String,
    by: String,
    #[serde(default)]
    expires: Option<String>,
}

/// Whether a glob over series names matches a name; `*` crosses `/`.
pub(crate) fn matches(glob: &str, name: &str) -> bool {
    crate::filter::glob(glob, name)
}

/// Reads the list; an empty file is an empty list.
///
/// # Errors
/// Not a YAML list of entries, or an entry with a missing, unknown or impossible field.
pub(crate) fn read(text: &str) -> Result<Vec<Accepted>, YamlError> {
    let refuse = |reason: String| YamlError { line: 1, column: 1, reason };
    let wires: Option<Vec<Wire>> = yaml::read(text)?;
    wires
        .unwrap_or_default()
        .into_iter()
        .map(|wire| {
            if !(wire.max_change > 0.0 && wire.max_change.is_finite()) {
                return Err(refuse(format!("`max_change` of {} is no size", wire.series)));
            }
            let day = |date: String| {
                Timestamp::parse(&format!("{date}T00:00:00Z"))
                    .map_err(|_| refuse(format!("`expires: {date}` is not YYYY-MM-DD")))
            };
            Ok(Accepted {
                expires: wire.expires.map(day).transpose()?,
                series: wire.series,
                commit: wire.commit,
                max_change: wire.max_change,
                reason: wire.reason,
                by: wire.by,
            })
        })
        .collect()
}
