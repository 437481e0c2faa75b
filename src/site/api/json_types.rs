//! The shapes of the files under `api/v2/`: fields in alphabetical order, each type its own schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::regression_view::RegressionGroupView;
use crate::report::target_view::{TargetCountsView, TargetView};
use crate::report::wire::Word;
use crate::site::api::columns::{PointColumns, RunColumn, ShortNumber};
use model::record::time::Timestamp;

/// `regressions.json`: every regression with its state, by likely cause. Open ones come first, then
/// suspected ones, then the rest.
#[derive(Serialize, JsonSchema)]
pub(super) struct RegressionsFile {
    pub(super) groups: Vec<RegressionGroupView>,
    /// How many are open, each series counted by itself.
    pub(super) open: usize,
    pub(super) schema: &'static str,
}

/// `index.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct IndexFile {
    /// A hash of all ids: files that name series by their place in this list say it too.
    pub(super) list: String,
    pub(super) schema: &'static str,
    pub(super) series: Vec<SeriesView<usize>>,
}

/// One series: in the index with the number of its runs, in its own file (`series/<name>.json`)
/// with the runs as columns and what stands beside them, in `export series` with a run in each
/// object.
#[derive(Serialize, JsonSchema)]
pub(super) struct SeriesView<P> {
    /// Smallest change that counts, in base units; 0 for any.
    pub(super) absolute_threshold: f64,
    pub(super) backend: String,
    pub(super) baseline: Option<f64>,
    pub(super) better: &'static str,
    pub(super) change: Option<f64>,
    /// Chaos experiments that the series was measured in, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chaos: Option<Vec<ChaosView>>,
    /// Smallest lasting relative regression, unsigned, that would be reported within 5
    /// runs (or as many as the policy asks to confirm) in 9 of 10 cases.
    pub(super) detectable: Option<f64>,
    /// The same in 99 of 100 cases.
    pub(super) detectable_99: Option<f64>,
    /// Ids of changes, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) events: Option<Vec<String>>,
    /// The name of its JSON and its chart, where that is not `id` with a dot for each `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// How the metric grows over the sizes of this benchmark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) growth: Option<GrowthView>,
    pub(super) id: String,
    pub(super) latest: Option<f64>,
    /// The levels as the chart draws them, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) levels: Option<Vec<DrawnLevelView>>,
    pub(super) metric: String,
    pub(super) mode: String,
    pub(super) n: Option<u64>,
    pub(super) noise: Option<f64>,
    /// Relative change below which noise hides a change, where that is more than the threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) noise_floor: Option<f64>,
    pub(super) parallel: bool,
    pub(super) params: String,
    /// Where earlier points stand, oldest first; none where they all stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parts: Option<Vec<PartView>>,
    pub(super) points: P,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) schema: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) segments: Option<Vec<SegmentView>>,
    pub(super) suite: String,
    pub(super) test: String,
    pub(super) threshold: f64,
    /// None for fewer than 10 runs within the policy's days.
    pub(super) trend: Option<TrendView>,
    pub(super) unit: String,
    pub(super) url: String,
    pub(super) verdict: &'static str,
    /// Version of the shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
}

/// `n^exponent`, with the ends of its 95 % interval.
#[derive(Serialize, JsonSchema)]
pub(super) struct GrowthView {
    pub(super) exponent: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) runs: u32,
    pub(super) sizes: u32,
}

/// What a chaos experiment did to a series; values in base units.
#[derive(Serialize, JsonSchema)]
pub(super) struct ChaosView {
    /// Median of the runs before it.
    pub(super) baseline: f64,
    /// Relative change from the baseline to degraded, signed as the value moved.
    pub(super) change: f64,
    pub(super) degraded: f64,
    /// Runs that were worse by more than the threshold.
    pub(super) degraded_runs: u32,
    /// First day, `YYYY-MM-DD`.
    pub(super) from: String,
    /// From the first degraded run to the first of two runs in a row within the threshold.
    pub(super) recovery_seconds: Option<i64>,
    pub(super) title: String,
    /// Last day, `YYYY-MM-DD`.
    pub(super) to: String,
}

/// A level between two changes.
#[derive(Serialize, JsonSchema)]
pub(super) struct DrawnLevelView {
    /// Value at its first run, base units.
    pub(super) first: f64,
    /// Time of its first run.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub(super) from: Timestamp,
    /// Value at its last run; another one than `first` where the change is gradual.
    pub(super) last: f64,
    /// Time of its last run.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub(super) to: Timestamp,
}

/// Robust slope of the newest level.
#[derive(Serialize, JsonSchema)]
pub(super) struct TrendView {
    pub(super) from: String,
    /// Upper end of the 95 % interval.
    pub(super) high: f64,
    /// Lower end of the 95 % interval.
    pub(super) low: f64,
    /// Relative change a day.
    pub(super) per_day: f64,
    /// Share of the variance that the line explains.
    pub(super) r_squared: f64,
    pub(super) runs: u32,
    /// The interval does not contain zero.
    pub(super) significant: bool,
    pub(super) to: String,
}

/// The points of one year of a long series.
#[derive(Serialize, JsonSchema)]
pub(super) struct PartView {
    pub(super) points: usize,
    pub(super) url: String,
    pub(super) year: String,
}

/// `series/<name>.<year>.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct PointsFile<'a> {
    pub(super) id: &'a str,
    pub(super) points: PointColumns,
    pub(super) schema: &'static str,
    pub(super) version: u32,
    pub(super) year: &'a str,
}

/// `commits/<number>.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct CommitsFile<'a> {
    /// Ids, in the order of the main line.
    pub(super) commits: Vec<&'a str>,
    /// Place of the first one in the whole list.
    pub(super) first: usize,
    pub(super) schema: &'static str,
    pub(super) version: u32,
}

/// A run of a series.
#[derive(Serialize, JsonSchema)]
pub(super) struct PointView<'a> {
    pub(super) commit: &'a str,
    pub(super) flags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeats: Option<u32>,
    /// Hash of the runner's fingerprint, as in `segments`; empty where none is recorded.
    pub(super) runner: &'a str,
    /// Index into `segments`.
    pub(super) segment: u32,
    pub(super) std: Option<f64>,
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub(super) timestamp: Timestamp,
    pub(super) value: Option<f64>,
}

/// As [`std::fmt::Display`] writes it, without a string of its own.
fn as_text<S: serde::Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SegmentView {
    /// Hash of the runner's fingerprint; empty where none is recorded.
    pub(super) id: String,
    pub(super) runner: BTreeMap<String, String>,
    pub(super) version: Option<String>,
}

/// `events.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct EventsFile {
    pub(super) events: Vec<EventView>,
    pub(super) schema: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct EventView {
    pub(super) after: Option<f64>,
    pub(super) before: Option<f64>,
    pub(super) change: f64,
    pub(super) commit: String,
    pub(super) commit_before: String,
    pub(super) confidence: Option<f64>,
    pub(super) direction: &'static str,
    pub(super) hints: Vec<String>,
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) series: Option<String>,
    pub(super) severity: Option<&'static str>,
    pub(super) status: &'static str,
    pub(super) timestamp: String,
    pub(super) url: String,
}

/// `health.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct HealthFile {
    pub(super) audit: AuditView,
    pub(super) conflicting: u64,
    pub(super) duplicates: u64,
    pub(super) failed: u64,
    pub(super) findings: Vec<String>,
    pub(super) not_covered: Vec<String>,
    /// Older name of `rejected`.
    pub(super) refused: Vec<RejectedView>,
    /// Records that could not be read.
    pub(super) rejected: Vec<RejectedView>,
    pub(super) schema: &'static str,
    pub(super) state: &'static str,
    /// Targets of each kind (`budget`, `sla`, `alert`, `warning`, `goal`) by state.
    pub(super) target_counts: BTreeMap<Word, TargetCountsView>,
    /// Budgets, service levels, alerts and goals, the worst first.
    pub(super) targets: Vec<TargetView>,
    /// All of them in a sentence without a full stop; empty without any.
    pub(super) targets_summary: String,
}

#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct RejectedView {
    pub(super) column: u32,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) reason: String,
    pub(super) remedy: String,
}

/// The log of overrides and approvals.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AuditView {
    /// The first line that is not proven.
    pub(crate) broken_at: Option<u32>,
    pub(crate) entries: usize,
    /// Hash of the newest proven line. With `entries` it is the head of an intact log, which shows
    /// later that nothing was cut off or rewritten: `benchpages audit verify --head health.json`.
    pub(crate) head: String,
    /// No entry was changed or removed.
    pub(crate) intact: bool,
    pub(crate) overrides: usize,
    /// Older name of `intact`.
    pub(crate) whole: bool,
}

/// `policy.json`: the policy in force, every default filled in.
#[derive(Serialize)]
pub(super) struct PolicyFile {
    pub(super) policy: serde_json::Value,
    /// What pages and results of checks name the policy by.
    pub(super) policy_sha: String,
    pub(super) schema: &'static str,
}

/// `diffs.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct DiffsFile {
    pub(super) diffs: Vec<DiffHead>,
    pub(super) schema: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DiffHead {
    pub(super) base: String,
    pub(super) head: String,
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pull: Option<u64>,
    pub(super) url: String,
}

/// `diff/<a>..<b>.json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct DiffFile<'a> {
    pub(super) base: String,
    pub(super) compared: Vec<DeltaView<'a>>,
    pub(super) head: String,
    pub(super) not_compared: Vec<UncomparedView<'a>>,
    pub(super) schema: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DeltaView<'a> {
    pub(super) after: f64,
    pub(super) before: f64,
    pub(super) change: Option<f64>,
    pub(super) confidence: f64,
    pub(super) series: &'a str,
    pub(super) verdict: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct UncomparedView<'a> {
    pub(super) reason: &'a str,
    pub(super) series: &'a str,
}

/// `commit/<sha12>.json`: the runs at a commit as columns, with a row for each series. Values are
/// base units, fractions with six significant digits.
#[derive(Serialize, JsonSchema)]
pub(super) struct CommitFile {
    pub(super) commit: String,
    /// How far the level of a run lies above its value, in basis points of the value. The
    /// level is the median of up to five runs; of a failed run it is that of the run before it.
    pub(super) level: RunColumn<i64>,
    /// Rows with a level that `level` cannot say, each with that level; null where there is none.
    pub(super) levels: Vec<(usize, Option<ShortNumber>)>,
    /// The `list` of the `index.json` that `series` counts in.
    pub(super) list: String,
    pub(super) main_line: bool,
    /// Rows that are not like others, by reason: `outlier`, `infrastructure`, `below_resolution`.
    pub(super) remarks: BTreeMap<&'static str, Vec<usize>>,
    /// Place in `runners`.
    pub(super) runner: RunColumn<usize>,
    /// Who measured, as `segments` of a series.
    pub(super) runners: Vec<SegmentView>,
    /// Runs that the level is the median of.
    pub(super) runs: RunColumn<usize>,
    pub(super) schema: &'static str,
    /// Segment within the series: only runs of the same one are compared.
    pub(super) segment: RunColumn<u32>,
    /// The series of the rows, in order, as spans of places in `index.json`: first place, count.
    pub(super) series: Vec<[usize; 2]>,
    pub(super) timestamp: String,
    /// Null for a run that failed.
    pub(super) value: Vec<Option<ShortNumber>>,
    pub(super) version: u32,
}
