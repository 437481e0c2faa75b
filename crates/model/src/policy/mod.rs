//! The typed policy: what `policy.yml` says, with every default filled in.
//!
//! These types are the single description of the file: the reader, the JSON Schema, the reference
//! and the About page all come from them. Thresholds and shares are fractions (0.10 = 10 %).

pub mod accepted;
mod check;
mod defaults;
pub mod diagnostic;
pub mod expression;
mod hint;
pub mod semantics;
pub mod notify;
pub mod read;
pub mod schema;
pub mod show;
pub mod target;
pub mod threshold;
mod tree;
pub mod yaml;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::policy::notify::Notify;
use crate::policy::target::{Alert, Sla};
use crate::record::Direction;

/// The policy in force.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The policy's own version, shown on every page.
    pub version: String,
    /// When the policy last changed, `YYYY-MM-DD`.
    pub last_updated: String,
    /// When a change counts as a regression.
    pub regression: RegressionPolicy,
    /// When a shift that many backends make together is infrastructure.
    pub k_anomaly: KAnomaly,
    /// What the data must be like to be trusted.
    pub data_quality: DataQuality,
    /// Who may say yes, and how long data is kept.
    pub governance: Governance,
    /// Which fields of the machine make a runner.
    pub runner_fingerprinting: RunnerFingerprinting,
    /// How benchmarks are warmed up, and what of it is recorded.
    pub warmup: Warmup,
    /// Named filters, each a page of its own under `/view/`.
    pub dashboard_presets: Vec<Preset>,
    /// The combinations that should be measured; the health page lists those that are not.
    pub matrix: Matrix,
    /// How a change is looked for.
    pub detection: Detection,
    /// Absolute targets (SLOs) with a tolerance band.
    pub budgets: Vec<Budget>,
    /// Service levels: targets for time, throughput and memory, and a limit for changes.
    pub sla: Vec<Sla>,
    /// Conditions that are told of on the health page while they hold.
    pub alerts: Vec<Alert>,
    /// How trends are fitted.
    pub trends: Trends,
    /// Units, directions and display names of metrics, by metric name.
    pub metrics: BTreeMap<String, MetricPolicy>,
    /// Renamed benchmarks: old test name → new test name. The old history continues the new one.
    pub aliases: BTreeMap<String, String>,
    /// Series that are kept in the data but not shown and not judged.
    pub ignore: Vec<Filter>,
    /// Dated remarks shown on charts.
    pub annotations: Vec<Annotation>,
    /// What the pages say of themselves.
    pub site: SitePolicy,
    /// Whom `benchpages notify` tells of changes.
    pub notify: Notify,
}

/// When a change counts as a regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegressionPolicy {
    /// Relative change that counts, for backends without their own.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub default_threshold: f64,
    /// Relative change that counts, by backend.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 10}))]
    pub per_backend: BTreeMap<String, f64>,
    /// A series younger than this is new: shown, not judged.
    pub grace_period_days: u32,
    /// Runs a baseline needs before anything is judged against it.
    #[schemars(range(min = 1))]
    pub min_sample_size: u32,
    /// A regression of this size or more is critical: no approval helps.
    #[schemars(range(min = 0.0))]
    pub max_regression_ratio: f64,
    /// Finer rules; the most specific that matches wins over `per_backend`.
    pub rules: Vec<RegressionRule>,
}

/// A finer threshold for the series that `match` holds for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegressionRule {
    /// The series this rule is for.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// Relative change that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub threshold: Option<f64>,
    /// Absolute change that must be exceeded too, in base units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub absolute: Option<f64>,
    /// Overrides which way is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// How bad a change is, whatever its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<RuleSeverity>,
    /// Shown and told, but never a failure.
    pub report_only: bool,
}

/// How bad a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleSeverity {
    /// As one of at least the threshold.
    Minor,
    /// As one that needs approval.
    Major,
    /// As one that no approval helps.
    Critical,
}

impl RuleSeverity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// When a shift that many backends make together is infrastructure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KAnomaly {
    /// Share of the active backends that must shift together.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold_ratio: f64,
    /// Fewer backends than this on a day say nothing.
    #[schemars(range(min = 1))]
    pub min_active_backends: u32,
    /// Alert when it lasts this many days.
    #[schemars(range(min = 1))]
    pub alert_on_consecutive_days: u32,
}

/// What the data must be like to be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DataQuality {
    /// A run this many robust standard deviations off its level is an outlier.
    #[schemars(range(min = 1.0))]
    pub outlier_threshold: f64,
    /// A run whose own spread exceeds this share of its value is told as noisy.
    #[schemars(range(min = 0.0))]
    pub variance_warning_ratio: f64,
    /// A day with fewer records than this is told on the health page.
    pub min_records_per_day: u32,
    /// A series without a run for this long is retired: listed on the health page only.
    #[schemars(range(min = 1))]
    pub max_age_days: u32,
}

/// Who may say yes, and how long data is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Governance {
    /// A regression of this size or more needs an entry in `accepted.yml`.
    #[schemars(range(min = 0.0))]
    pub require_approval_threshold: f64,
    /// Who may override a failing gate in an emergency.
    pub emergency_override_approvers: Vec<String>,
    /// Which entries of `accepted.yml` count for a pull request.
    pub accept_from: AcceptFrom,
    /// A suspected regression, slow but not yet confirmed, keeps the gate shut until more runs of
    /// the same commit have come.
    pub block_suspected: bool,
    /// How long records stay in `results/` before rotation may archive them.
    #[schemars(range(min = 1))]
    pub data_retention_days: u32,
}

/// Which entries of `accepted.yml` count for a pull request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AcceptFrom {
    /// Those that stand on the base branch: accepting is a change of its own.
    Base,
    /// Those that are part of the reviewed change too: who reviews it reviews them.
    #[default]
    Change,
}

/// Which fields of the machine make a runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunnerFingerprinting {
    /// Whether runners are told apart at all.
    pub enabled: bool,
    /// The fields whose values together are the fingerprint.
    pub track_fields: Vec<String>,
    /// Nothing is compared across a change of fingerprint.
    pub suppress_alerts_on_runner_change: bool,
}

/// How benchmarks are warmed up, and what of it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Warmup {
    /// Whether the benchmarks warm up.
    pub enabled: bool,
    /// Warm-up runs that a record should show in `warmup_ns`.
    pub warmup_runs: u32,
    /// The first so many `samples` of a record are left out of its value, where the record gives
    /// samples and no value of its own.
    pub burn_in_runs: u32,
    /// Records should carry `warmup_ns`; the health page counts those that do not.
    pub record_warmup_times: bool,
}

/// A named filter with a page of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Preset {
    /// What the page is called; its URL comes from it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The series on the page.
    pub filters: Filter,
}

/// The combinations that should be measured; the health page lists those that are not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Matrix {
    /// Whether the health page lists what is missing.
    pub enabled: bool,
    /// The axes whose combinations should be measured.
    pub dimensions: Vec<Dimension>,
}

/// One axis of the matrix: `N` is the input size, `parallel` whether it runs in parallel, any other
/// name a key of `params`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "values"]))]
pub struct Dimension {
    /// `N`, `parallel`, or a key of `params`.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The values that should be measured.
    pub values: Vec<Scalar>,
}

/// A value of a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    Flag(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

/// How a change is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Detection {
    /// Runs that the rolling median baseline looks back on.
    #[schemars(range(min = 3, max = 1000))]
    pub window: u32,
    /// Runs on the new level before a change counts; until then it is suspected.
    #[schemars(range(min = 1, max = 50))]
    pub confirmations: u32,
}

/// An absolute target for one metric of the matching series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["budget"]))]
pub struct Budget {
    /// The series the target is for.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// The metric the target is for.
    #[schemars(length(min = 1))]
    pub metric: String,
    /// The target, in base units (ns, B, ops/s).
    #[schemars(range(min = 0.0))]
    pub budget: f64,
    /// Share of the budget that a level may be over it: `violation_at` is 1 plus this, where it is
    /// not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub tolerance: Option<f64>,
    /// Share of the budget at which `pass` becomes `drift`.
    #[schemars(range(min = 0.0))]
    pub drift_at: f64,
    /// Share of the budget above which `drift` becomes `violation`.
    #[schemars(range(min = 0.0))]
    pub violation_at: f64,
}

/// How trends are fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Trends {
    /// Days that a trend looks back on.
    #[schemars(range(min = 2))]
    pub window_days: u32,
}

/// What is known of a metric beyond its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricPolicy {
    /// The unit of values that name none (`ns`, `B`, `ops/s`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which way is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<Direction>,
    /// The name that pages show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A remark on a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["date", "text"]))]
pub struct Annotation {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The remark.
    #[schemars(length(min = 1))]
    pub text: String,
    /// The series whose charts show it.
    #[serde(rename = "match")]
    pub matches: Filter,
}

/// What the pages say of themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SitePolicy {
    /// What the site is called.
    pub title: String,
    /// Where the site will stand; needed for absolute links (feed, sitemap, canonical, 404).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The repository, `https://github.com/owner/name`: commits and diffs link there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo_url: Option<String>,
    /// The branch whose records make the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Who the site is for. On a public one the fields of `redact` are not shown.
    pub audience: SiteAudience,
    /// Fields of records (`runner_*`, `hostname`) whose values a public site does not show; by name
    /// or glob.
    pub redact: Vec<String>,
    /// What has a page of its own: `full`, or `events-only`, where quiet series are rows on their
    /// test's page alone.
    pub detail: PageDetail,
}

/// What has a page of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PageDetail {
    /// Every series and every measured commit.
    #[default]
    Full,
    /// Series with a change, a verdict that tells something or a note, and commits at which
    /// something happened.
    EventsOnly,
}

/// Who a site is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SiteAudience {
    /// Everyone: what `redact` names is not shown.
    Public,
    /// Those who may see everything.
    #[default]
    Internal,
}
