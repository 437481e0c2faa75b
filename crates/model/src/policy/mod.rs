//! The typed policy: what `policy.yml` says, with every default filled in.
//!
//! These types are the single description of the file: the reader, the JSON Schema, the reference
//! and the About page all come from them. Thresholds and shares are fractions (0.10 = 10 %).

pub mod amount;
pub mod accepted;
pub mod chaos;
mod check;
pub mod checked_yaml;
mod defaults;
pub mod diagnostic;
pub mod expression;
pub mod gate;
pub mod hint;
pub mod semantics;
pub mod notify;
pub mod read;
pub mod schema;
pub mod severity;
pub mod show;
pub mod site;
pub mod target;
pub mod threshold;
mod tree;
pub mod unmatched;
pub mod import;
pub(crate) mod yaml;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::filter::{Filter, most_specific};
use crate::limits::Limits;
use crate::policy::expression::AlertExpression;
use crate::policy::gate::Gate;
use crate::policy::notify::Notify;
use crate::policy::severity::RuleSeverity;
use crate::policy::site::SitePolicy;
use crate::policy::target::{Alert, Budget, Sla};
use crate::record::{Direction, Statistic};

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
    /// When a shift of many backends at once is an infrastructure anomaly.
    pub k_anomaly: KAnomaly,
    /// What counts as outlier, noise, a sparse day and a retired series.
    pub data_quality: DataQuality,
    /// What makes a check fail.
    pub gate: Gate,
    /// Who may accept regressions, and how long data is kept.
    pub governance: Governance,
    /// Which recorded fields identify a runner.
    pub runner_fingerprinting: RunnerFingerprinting,
    /// How benchmarks warm up, and whether records carry the warm-up times.
    pub warmup: Warmup,
    /// Named filters, each a page of its own under `/view/`.
    pub dashboard_presets: Vec<Preset>,
    /// The combinations that should be measured; the health page lists those that are not.
    pub matrix: Matrix,
    /// How changes are detected.
    pub detection: Detection,
    /// Absolute targets (SLOs) with a tolerance band.
    pub budgets: Vec<Budget>,
    /// Service levels: targets for time, throughput and memory, and a regression threshold.
    pub sla: Vec<Sla>,
    /// Conditions on the newest runs that are reported while they hold.
    pub alerts: Vec<Alert>,
    /// How pinned baselines move.
    pub baseline: BaselinePolicy,
    /// How trends are fitted.
    pub trends: Trends,
    /// Units, directions and display names of metrics, by metric name or glob.
    pub metrics: BTreeMap<String, MetricPolicy>,
    /// Renamed benchmarks: old test name → new test name. The old history continues the new one.
    pub aliases: BTreeMap<String, String>,
    /// Series that are kept in the data but not shown and not judged.
    pub ignore: Vec<Filter>,
    /// Dated remarks shown on charts.
    pub annotations: Vec<Annotation>,
    /// Title, addresses and audience of the site.
    pub site: SitePolicy,
    /// Where `benchpages notify` reports changes.
    pub notify: Notify,
    /// How much a history may hold.
    pub limits: Limits,
}

/// When a change counts as a regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegressionPolicy {
    /// Threshold (relative change) of backends without one of their own.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub default_threshold: f64,
    /// Size of a regression below the threshold that is reported as a warning and never fails a
    /// check.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub warn_at: Option<f64>,
    /// Thresholds by backend.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 10}))]
    pub per_backend: BTreeMap<String, f64>,
    /// A younger series is new: shown, but not judged.
    pub grace_period_days: u32,
    /// Runs that a baseline needs; with fewer, nothing is judged.
    #[schemars(range(min = 1))]
    pub min_sample_size: u32,
    /// A regression of this size or larger is critical and cannot be accepted.
    #[schemars(range(min = 0.0))]
    pub max_regression_ratio: f64,
    /// Days after which a regression is closed that nobody fixed, accepted or explained; 0: never.
    pub close_after_days: u32,
    /// Thresholds of single series: the most specific matching rule wins.
    pub rules: Vec<RegressionRule>,
}

/// The threshold of the series that `match` selects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegressionRule {
    /// The series that the rule applies to.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// Relative threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub threshold: Option<f64>,
    /// Size of a regression below the threshold that is reported as a warning and never fails a
    /// check; else `regression.warn_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub warn_at: Option<f64>,
    /// Absolute threshold, in base units or with a unit (`1 byte`, `0.5ms`); a change must exceed
    /// both.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount::deserialize")]
    #[schemars(schema_with = "amount::schema")]
    pub absolute: Option<f64>,
    /// Runs on the new level that confirm a change; else `detection.confirmations`. A metric whose
    /// values never vary (instructions, bytes) needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 50))]
    pub confirmations: Option<u32>,
    /// Overrides the direction of the metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Severity of every change, whatever its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<RuleSeverity>,
    /// Reported, but never fails a check.
    pub report_only: bool,
}

/// When a shift of many backends at once is an infrastructure anomaly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KAnomaly {
    /// Share of the active backends that must shift together.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold_ratio: f64,
    /// Days with fewer active backends are not considered.
    #[schemars(range(min = 1))]
    pub min_active_backends: u32,
    /// Alert when it lasts this many days.
    #[schemars(range(min = 1))]
    pub alert_on_consecutive_days: u32,
}

/// What counts as outlier, noise, a sparse day and a retired series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DataQuality {
    /// A run this many robust standard deviations off its level is an outlier.
    #[schemars(range(min = 1.0))]
    pub outlier_threshold: f64,
    /// A run whose standard deviation exceeds this share of its value is reported as noisy.
    #[schemars(range(min = 0.0))]
    pub variance_warning_ratio: f64,
    /// The health page lists days with fewer records than this.
    pub min_records_per_day: u32,
    /// Days without a run after which a series is retired: listed on the health page only.
    #[schemars(range(min = 1))]
    pub max_age_days: u32,
}

/// Who may accept regressions, and how long data is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Governance {
    /// A regression of this size or larger needs an entry in `accepted.yml`.
    #[schemars(range(min = 0.0))]
    pub require_approval_threshold: f64,
    /// Who may override a failed check in an emergency.
    pub emergency_override_approvers: Vec<String>,
    /// Which entries of `accepted.yml` count for a pull request.
    pub accept_from: AcceptFrom,
    /// Which policy a pull request is checked by.
    pub policy_from: PolicyFrom,
    /// A suspected regression fails the check until more runs of the commit decide.
    pub block_suspected: bool,
    /// Least number of visible characters in the reason for an override or an acceptance.
    pub min_reason_length: u32,
    /// Days that records stay in `results/` before `rotate` may archive them.
    #[schemars(range(min = 1))]
    pub data_retention_days: u32,
}

/// Which entries of `accepted.yml` count for a pull request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AcceptFrom {
    /// Those on the base branch: accepting a regression takes a change of its own.
    Base,
    /// Those in the pull request too: its reviewer reviews them.
    #[default]
    Change,
}

/// Which policy a pull request is checked by. What the base's policy says here counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolicyFrom {
    /// That of the base branch: a pull request cannot loosen the rules that it is checked by.
    #[default]
    Base,
    /// That of the checkout, with what the pull request changed in it.
    Checkout,
}

/// Which recorded fields identify a runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunnerFingerprinting {
    /// Whether runners are distinguished at all.
    pub enabled: bool,
    /// The fields whose values together are the fingerprint.
    pub track_fields: Vec<String>,
    /// Nothing is compared across a change of fingerprint.
    pub suppress_alerts_on_runner_change: bool,
    /// What makes series of their own where the main line measured a benchmark in several places.
    pub separate_series: Vec<SeriesQualifier>,
}

/// What distinguishes the series of one benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeriesQualifier {
    /// The field `environment`: `staging`, `production`.
    Environment,
    /// The family of the operating system: `linux`, `windows`, `macos`.
    Os,
    /// The architecture of the processor: `x86_64`, `arm64`.
    Arch,
}

impl SeriesQualifier {
    /// The name of the parameter that shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Os => "os",
            Self::Arch => "arch",
        }
    }
}

/// How benchmarks warm up, and whether records carry the warm-up times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Warmup {
    /// Whether the benchmarks warm up.
    pub enabled: bool,
    /// Warm-up times that a record should have in `warmup_ns`.
    pub warmup_runs: u32,
    /// Samples to leave out at the start of a record that has `samples` and no value.
    pub burn_in_runs: u32,
    /// Records should carry `warmup_ns`; the health page counts those that do not.
    pub record_warmup_times: bool,
}

/// A named filter with a page of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Preset {
    /// Title of the page; its URL is derived from it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The series on the page.
    pub filters: Filter,
}

/// The combinations that should be measured; the health page lists those that are not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Matrix {
    /// Whether the health page lists missing combinations.
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

/// How changes are detected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Detection {
    /// Runs in the rolling median baseline.
    #[schemars(range(min = 3, max = 1000))]
    pub window: u32,
    /// Runs on the new level that confirm a change; until then it is suspected.
    #[schemars(range(min = 1, max = 50))]
    pub confirmations: u32,
}

/// How pinned baselines move.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BaselinePolicy {
    /// Who sets `baselines.json`.
    pub update: BaselineUpdate,
}

/// Who sets pinned baselines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaselineUpdate {
    /// `benchpages baseline set` alone.
    #[default]
    Manual,
    /// Each check of the main line that passes, too: it pins the newest level of every series that
    /// nobody else pinned. The first one creates the file.
    OnPass,
}

/// How trends are fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Trends {
    /// Days that a trend is fitted to.
    #[schemars(range(min = 2))]
    pub window_days: u32,
}

impl Policy {
    /// What the policy says of a metric in the entry that names it, else in the most specific one
    /// whose glob matches it and that says it.
    pub(crate) fn metric_setting<'a, T>(
        &'a self,
        metric: &str,
        setting: impl Fn(&'a MetricPolicy) -> Option<T>,
    ) -> Option<T> {
        let saying = self.metrics.iter().filter(|(_, entry)| setting(entry).is_some());
        let pattern = most_specific(saying.map(|(pattern, _)| pattern.as_str()), metric)?;
        self.metrics.get(pattern).and_then(setting)
    }

    /// The direction that the policy gives a metric, whatever records say.
    pub fn direction_of(&self, metric: &str) -> Option<Direction> {
        let direction = |metric: &str| self.metric_setting(metric, |entry| entry.better);
        let of_statistic = || direction(Statistic::of_metric(metric)?.0);
        direction(metric).or_else(of_statistic)
    }

    /// Whether an alert may look at statistics or samples of runs.
    pub(crate) fn alerts_read_statistics(&self) -> bool {
        let mut expressions =
            self.alerts.iter().filter_map(|alert| alert.when.parsed.as_ref().ok());
        expressions.any(AlertExpression::reads_statistics)
    }

    /// The statistics of a metric that are judged beside it, sorted: those of its entry and those
    /// that a budget names. None where the policy does not say.
    pub(crate) fn judged_statistics(&self, metric: &str) -> Option<Vec<Statistic>> {
        let of_entry = self.metric_setting(metric, |entry| entry.judge.clone());
        let of_budget = |budget: &Budget| {
            let (of, statistic) = Statistic::of_metric(&budget.metric)?;
            (of == metric).then_some(statistic)
        };
        let mut judged: Vec<Statistic> = self.budgets.iter().filter_map(of_budget).collect();
        if of_entry.is_none() && judged.is_empty() {
            return None;
        }
        judged.extend(of_entry.unwrap_or_else(|| DEFAULT_STATISTICS.to_vec()));
        judged.sort_unstable();
        judged.dedup();
        Some(judged)
    }

    /// The lines of `policy.yml` that give these metrics a direction, for a reader who knows which.
    pub fn direction_lines<'a>(metrics: impl IntoIterator<Item = &'a str>) -> String {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let entry = |metric: &str| {
            // JSON's text is YAML's, whatever the name holds.
            let is_plain = metric.starts_with(|c: char| c.is_ascii_alphabetic());
            match is_plain && metric.chars().all(is_word) {
                true => format!("{metric}: {{better: higher}}"),
                false => format!("{}: {{better: higher}}", serde_json::Value::from(metric)),
            }
        };
        let entries: Vec<String> = metrics.into_iter().map(entry).collect();
        format!("metrics: {{{}}}", entries.join(", "))
    }
}

/// Unit, direction and display name of a metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricPolicy {
    /// Unit of values recorded without one (`ns`, `B`, `ops/s`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which way is better, whatever records say; `unknown`: no change is better or worse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<Direction>,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Statistics that are series of their own beside the value; else p95 and p99, where they are
    /// reported. Those that are named here come from samples too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<Vec<Statistic>>,
}

/// The statistics that are judged where the policy does not say.
pub(crate) const DEFAULT_STATISTICS: [Statistic; 2] = [Statistic::P95, Statistic::P99];

/// A dated remark.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["date", "text"]))]
pub struct Annotation {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Last day of a chaos experiment that begins on `date`: series show its impact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chaos_until: Option<String>,
    /// The remark.
    #[schemars(length(min = 1))]
    pub text: String,
    /// The series whose charts show it.
    #[serde(rename = "match")]
    pub matches: Filter,
}
