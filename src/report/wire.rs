//! What `check --format json` and `compare --format json` print: fields in alphabetical order, each
//! type its own schema, published with those of the site.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// JSON has no NaN and no infinity.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// What a file was built from.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BuiltFrom {
    pub(crate) newest: Option<String>,
    pub(crate) policy_sha: String,
    pub(crate) records: u64,
    pub(crate) version: &'static str,
}

/// What a check found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CheckFile {
    pub(crate) base: Option<String>,
    /// Why this base.
    pub(crate) base_reason: String,
    pub(crate) built_from: BuiltFrom,
    pub(crate) candidate: Option<String>,
    /// Most runs that a series has of the candidate.
    pub(crate) candidate_runs: u64,
    /// Series with a verdict by comparison.
    pub(crate) compared: usize,
    /// Series by verdict.
    pub(crate) counts: BTreeMap<&'static str, usize>,
    /// The exit status.
    pub(crate) exit: u8,
    /// What blocks first, then by severity.
    pub(crate) findings: Vec<FindingView>,
    pub(crate) infrastructure: Option<InfrastructureView>,
    pub(crate) not_compared: Vec<NotComparedView>,
    /// What a reader should know of the comparison as a whole, in sentences.
    pub(crate) notices: Vec<String>,
    #[serde(rename = "override")]
    pub(crate) override_view: Option<OverrideView>,
    pub(crate) pull: Option<u64>,
    pub(crate) schema: &'static str,
    /// The page that compares the two commits.
    pub(crate) url: Option<String>,
    /// `pass`, `fail`, `approval`, `overridden` or `nothing_compared`.
    pub(crate) verdict: &'static str,
    pub(crate) violations: Vec<ViolationView>,
}

/// A verdict worth a person's time.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FindingView {
    /// The new level, in base units.
    pub(crate) after: Option<f64>,
    /// The old level, in base units.
    pub(crate) before: Option<f64>,
    pub(crate) blocks: bool,
    /// Relative, signed as the value moved.
    pub(crate) change: Option<f64>,
    /// The first commit on the new level.
    pub(crate) commit: String,
    pub(crate) confidence: Option<f64>,
    /// Enough runs stand on the new level.
    pub(crate) confirmed: bool,
    /// `worse` or `better`.
    pub(crate) direction: &'static str,
    pub(crate) hints: Vec<String>,
    /// `test/backend/mode/n`.
    pub(crate) name: String,
    pub(crate) reason: String,
    /// Told, and never a failure.
    pub(crate) report_only: bool,
    /// Its id in the site's JSON.
    pub(crate) series: String,
    pub(crate) severity: Option<&'static str>,
    /// The policy's limit, as a share.
    pub(crate) threshold: Option<f64>,
    /// The base unit of `before` and `after`.
    pub(crate) unit: String,
    pub(crate) url: String,
    pub(crate) verdict: &'static str,
}

/// A series that was not compared, and why; its runners where they are the reason.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NotComparedView {
    pub(crate) failed: bool,
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) runner_after: Option<BTreeMap<String, String>>,
    pub(crate) runner_before: Option<BTreeMap<String, String>>,
    pub(crate) series: String,
    pub(crate) verdict: &'static str,
}

/// Most backends moved at once.
#[derive(Serialize, JsonSchema)]
pub(crate) struct InfrastructureView {
    /// It has lasted as many days as the policy waits.
    pub(crate) alert: bool,
    pub(crate) backends: Vec<BackendView>,
    pub(crate) backends_active: u32,
    pub(crate) backends_moved: u32,
    pub(crate) change: Option<f64>,
    /// What is recorded of runner and toolchain and changed then.
    pub(crate) changed: Vec<ChangedView>,
    pub(crate) day: String,
    pub(crate) days: usize,
    pub(crate) direction: &'static str,
    pub(crate) look_at: Vec<String>,
    /// Backends.
    pub(crate) moved: Vec<String>,
    pub(crate) series: usize,
}

/// How far a backend moved.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BackendView {
    pub(crate) backend: String,
    pub(crate) change: Option<f64>,
}

/// A recorded field that changed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChangedView {
    pub(crate) after: String,
    pub(crate) before: String,
    pub(crate) field: String,
    pub(crate) kind: &'static str,
    pub(crate) series: usize,
}

/// A budget or a service level that is missed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ViolationView {
    pub(crate) reason: String,
    /// The key in the policy.
    pub(crate) rule: String,
    pub(crate) series: Option<String>,
}

/// Somebody asked to let a failing gate pass.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OverrideView {
    pub(crate) actor: String,
    pub(crate) granted: bool,
    /// What the gate would say without it.
    pub(crate) of: &'static str,
    pub(crate) reason: String,
    /// Why it was not granted.
    pub(crate) refused: Option<String>,
}

/// Two commits compared.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CompareFile {
    pub(crate) base: String,
    pub(crate) compared: Vec<RowView>,
    pub(crate) geomean: Vec<MeanView>,
    pub(crate) head: String,
    pub(crate) not_compared: Vec<LeftOutView>,
    pub(crate) schema: &'static str,
    pub(crate) url: Option<String>,
}

/// A series in both commits.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RowView {
    pub(crate) after: Option<f64>,
    pub(crate) before: Option<f64>,
    pub(crate) change: Option<f64>,
    pub(crate) confidence: f64,
    pub(crate) name: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) series: String,
    pub(crate) threshold: Option<f64>,
    pub(crate) unit: String,
    pub(crate) verdict: &'static str,
}

/// Geometric mean of the ratios of one metric.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MeanView {
    pub(crate) metric: String,
    pub(crate) ratio: f64,
    pub(crate) series: usize,
}

/// A series that could not be compared.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LeftOutView {
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) series: String,
}
