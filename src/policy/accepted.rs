//! Accepted changes (`accepted.yml`): a reviewed yes to one change in some series.

use serde::Deserialize;

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

/// Why the file was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AcceptedError {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) reason: String,
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
pub(crate) fn read(text: &str) -> Result<Vec<Accepted>, AcceptedError> {
    let refuse = |reason: String| AcceptedError { line: 1, column: 1, reason };
    let wires: Option<Vec<Wire>> = serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location();
        AcceptedError {
            line: place.map_or(1, |place| u32::try_from(place.line()).unwrap_or(1)),
            column: place.map_or(1, |place| u32::try_from(place.column()).unwrap_or(1)),
            reason: error.to_string().lines().next().unwrap_or_default().to_owned(),
        }
    })?;
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
