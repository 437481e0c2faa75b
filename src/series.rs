//! Series: one metric of one benchmark along the history, grouped by the comparability key.
//!
//! Repeats of one commit on one runner are one [`Run`], summarised by median. A failed run stays,
//! with its reason and without a value: a gap stays a gap. Runs that differ in runner fingerprint
//! or benchmark version belong to different segments; nothing is ever compared across segments.

use crate::record::{Direction, Statistic, Timestamp, Unit};

/// What makes two measurements comparable. The order of fields is the order of series on pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SeriesKey {
    pub(crate) suite: String,
    pub(crate) test: String,
    pub(crate) backend: String,
    pub(crate) mode: String,
    pub(crate) parallel: bool,
    pub(crate) n: Option<u64>,
    /// `key=value` pairs, sorted and joined by `, `; empty where there are none.
    pub(crate) params: String,
    pub(crate) metric: String,
}

/// Index of a commit in [`crate::history::History::commits`], which is in time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CommitIndex(pub(crate) u32);

/// One metric of one benchmark along the history.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) key: SeriesKey,
    pub(crate) unit: Unit,
    pub(crate) better: Direction,
    pub(crate) tags: Vec<String>,
    /// Main-line runs, oldest first.
    pub(crate) runs: Vec<Run>,
    /// Runs of pull requests, oldest first: shown beside the main line, part of no baseline.
    pub(crate) pulls: Vec<PullRun>,
    /// Indexed by [`Run::segment`], in order of first appearance.
    pub(crate) segments: Vec<Segment>,
}

/// All repeats of one commit on one runner, summarised.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) commit: CommitIndex,
    /// When the commit was made where that is known, else when it was first measured.
    pub(crate) time: Timestamp,
    /// Median of the repeats in base units; none where every repeat failed.
    pub(crate) value: Option<f64>,
    /// The run's own spread: median of the repeats' reported standard deviations where they report
    /// one, else the standard deviation of the repeats; none for a single bare value.
    pub(crate) std: Option<f64>,
    /// Repeats that gave a value, at least 1 unless the run failed.
    pub(crate) repeats: u32,
    pub(crate) segment: u32,
    /// Index into [`crate::history::History::environments`].
    pub(crate) environment: u32,
    /// What is known of this run beyond its value; boxed, since most runs have none of it.
    pub(crate) detail: Option<Box<Detail>>,
}

/// The rarer facts of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Detail {
    pub(crate) error: Option<String>,
    pub(crate) statistics: Vec<(Statistic, f64)>,
    pub(crate) samples: Vec<f64>,
    pub(crate) warmup_ns: Vec<f64>,
    pub(crate) url: Option<String>,
}

/// A run of a pull request.
#[derive(Clone, Debug)]
pub(crate) struct PullRun {
    pub(crate) pull: u64,
    pub(crate) run: Run,
}

/// Runs that may be compared: one runner fingerprint, one version of the benchmark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segment {
    /// The tracked fields of the runner, as `(field, value)` in the policy's order; fields that no
    /// record had are left out.
    pub(crate) fingerprint: Vec<(String, String)>,
    pub(crate) version: Option<String>,
}

impl Run {
    pub(crate) fn error(&self) -> Option<&str> {
        self.detail.as_ref().and_then(|detail| detail.error.as_deref())
    }
}
