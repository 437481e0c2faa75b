//! Pinned baselines (`baselines.json`): a level that a series is compared with until a date,
//! whatever its newest runs are. The rolling baseline follows a level that moves in small steps; a
//! pin does not.
//!
//! ```text
//! {"schema":1,"baselines":[{"series":"parse/rust/loops/1000","commit":"4a1c…","level":41000.0,
//!   "unit":"ns","runs":20,"mean":41020.0,"deviation":310.0,"low":40880.0,"high":41160.0,
//!   "reason":"release 2.0","by":"ada","set":"2026-03-01","until":"2026-09-01"}]}
//! ```

use serde::{Deserialize, Serialize};

use crate::record::time::Timestamp;
use crate::text;

/// The version of the file.
const SCHEMA: u32 = 1;

/// The baseline of one series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedBaseline {
    /// Name of the series: `test/backend/mode/n`.
    pub series: String,
    /// The commit whose level it is.
    pub commit: String,
    /// Median of the runs, base units.
    pub level: f64,
    /// The base unit.
    pub unit: String,
    /// Runs that the level is the median of.
    pub runs: u32,
    /// Mean of these runs.
    pub mean: f64,
    /// Their standard deviation; none for one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// The 95 % interval of the mean; none for one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    pub reason: String,
    pub by: String,
    /// The day on which it was set, `YYYY-MM-DD`.
    pub set: String,
    /// The day from which it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// A check that passed set it (`baseline.update: on_pass`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_automatic: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselinesFile {
    schema: u32,
    baselines: Vec<PinnedBaseline>,
}

impl PinnedBaseline {
    /// What names it among the targets.
    pub fn key(&self) -> String {
        format!("baselines[{}]", self.series)
    }

    /// Whether it no longer counts.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.until.as_deref().and_then(day).is_some_and(|until| until <= now)
    }
}

fn day(date: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{date}T00:00:00Z")).ok()
}

/// Reads the file; an empty text has none.
///
/// # Errors
/// In a sentence: no such JSON, another version, or a baseline that cannot be one.
pub fn read(text: &str) -> Result<Vec<PinnedBaseline>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let file: BaselinesFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if file.schema != SCHEMA {
        return Err(format!("`schema: {}` is not {SCHEMA}", file.schema));
    }
    let mut all = file.baselines;
    for it in &mut all {
        if !(it.level > 0.0 && it.level.is_finite()) {
            return Err(format!("`level` of {} is not a positive number", it.series));
        }
        if it.until.as_deref().is_some_and(|until| day(until).is_none()) {
            return Err(format!("`until` of {} is not YYYY-MM-DD", it.series));
        }
        // Written by hand, too: nobody who reads the entry sees a secret or an address.
        it.reason = text::publishable(&it.reason);
        it.by = text::publishable(&it.by);
    }
    Ok(all)
}

/// The file of these baselines, sorted by series; empty for none.
pub fn write(baselines: &[PinnedBaseline]) -> String {
    if baselines.is_empty() {
        return String::new();
    }
    // Sorted, so that a review shows what changed and nothing else.
    let mut baselines = baselines.to_vec();
    baselines.sort_by(|a, b| a.series.cmp(&b.series));
    let file = BaselinesFile { schema: SCHEMA, baselines };
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(series: &str) -> PinnedBaseline {
        PinnedBaseline { series: series.to_owned(), level: 1.0, ..PinnedBaseline::default() }
    }

    #[test]
    fn what_is_written_is_read_and_sorted() {
        let until = Some("2026-03-01".to_owned());
        let pins = [pin("b"), PinnedBaseline { until, ..pin("a") }];
        let found = read(&write(&pins)).unwrap();
        assert_eq!(found, [pins[1].clone(), pins[0].clone()]);
        let day = |text: &str| Timestamp::parse(text).unwrap();
        assert!(found[0].is_expired(day("2026-03-01T00:00:00Z")));
        assert!(
            !found[0].is_expired(day("2026-02-28T23:59:59Z"))
                && !found[1].is_expired(day("2036-01-01T00:00:00Z"))
        );
        assert_eq!((write(&[]), read("")), (String::new(), Ok(Vec::new())));
    }

    #[test]
    fn what_is_no_baseline_is_an_error_with_its_series() {
        for (text, word) in [
            ("[]", "invalid"),
            (r#"{"schema":2,"baselines":[]}"#, "`schema: 2`"),
            (&write(&[PinnedBaseline { level: -1.0, ..pin("x/y") }]), "x/y"),
            (&write(&[PinnedBaseline { until: Some("soon".to_owned()), ..pin("x/y") }]), "x/y"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
