//! Targets: budgets, service levels and alerts.
//!
//! An alert's `when` keeps its text and what it means. It is read whatever it says, so that the
//! checks can tell its fault with its place (`meaning`); a policy that holds has none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::policy::amount::{self, Amount};
use crate::policy::expression::{self, AlertExpression, ExpressionError};

/// An absolute target for one metric of the matching series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// What reports and pages call it; else its place in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub name: Option<String>,
    /// What it is for, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The series that the target applies to.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// The metric the target is for.
    #[schemars(length(min = 1))]
    pub metric: String,
    /// The target, with a unit (`0.85ms`) or in base units (ns, B, ops/s).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Amount>,
    /// An aim that is shown and never fails a check; written as `budget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Amount>,
    /// Tolerance as a share of the budget; short for a `violation_at` of 1 plus this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub tolerance: Option<f64>,
    /// Share of the budget at which `passing` becomes `drifting`.
    #[schemars(range(min = 0.0))]
    pub drift_at: f64,
    /// Share of the budget above which `drifting` becomes `violated`.
    #[schemars(range(min = 0.0))]
    pub violation_at: f64,
}

/// Service levels of the series that `match` selects; at least one is required.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sla {
    /// What reports and pages call it; else its place in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub name: Option<String>,
    /// What it is for, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The series that the service levels apply to.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// Highest level of each `time` series, in milliseconds or with a unit.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount::deserialize_ms")]
    #[schemars(schema_with = "amount::duration_schema")]
    pub max_avg_time_ms: Option<f64>,
    /// Highest level of each `total_time` series, in milliseconds or with a unit; where there is
    /// none, highest sum of the levels of the `time` series.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount::deserialize_ms")]
    #[schemars(schema_with = "amount::duration_schema")]
    pub max_total_time_ms: Option<f64>,
    /// Lowest level of each `throughput` series, in its base unit or with one.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount::deserialize")]
    #[schemars(schema_with = "amount::rate_schema")]
    pub min_throughput: Option<f64>,
    /// Highest level of each `memory` or `peak_memory` series, in bytes or with a
    /// unit.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "amount::deserialize")]
    #[schemars(schema_with = "amount::size_schema")]
    pub max_memory_bytes: Option<f64>,
    /// Threshold for changes; an equally specific rule of `regression.rules` takes precedence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub regression_threshold: Option<f64>,
}

impl Sla {
    /// Whether it has no target.
    pub fn is_empty(&self) -> bool {
        let Self { name, description, matches, .. } = self.clone();
        *self == Self { name, description, matches, ..Self::default() }
    }
}

/// A condition on the newest runs of each series that `match` selects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "when"]))]
pub struct Alert {
    /// Name of the alert.
    #[schemars(length(min = 1))]
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The series it watches.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// When it fires: `p95 > 500ms and change > 10%`, `error_rate > 1% for 3 runs`.
    #[schemars(with = "String", length(min = 1))]
    pub when: AlertCondition,
    /// Newest runs in a row that must meet the condition; else as many as confirm a change.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub runs: Option<u32>,
    /// Severity. `info` is reported, but is not a missed target.
    pub severity: AlertSeverity,
    /// What to do; reported with the alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Alert {
    /// Newest runs in a row that must meet the condition, where the policy says it.
    pub fn needed_runs(&self) -> Option<u32> {
        self.when.runs.or(self.runs)
    }
}

/// Severity of an alert.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum AlertSeverity {
    /// Good to know.
    Info,
    /// Should be looked at.
    #[default]
    Warning,
    /// Something is broken.
    Error,
    /// Must be looked at now.
    Critical,
}

impl AlertSeverity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// A condition: its text and what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct AlertCondition {
    pub text: String,
    pub parsed: Result<AlertExpression, ExpressionError>,
    /// The `for 3 runs` at its end.
    pub runs: Option<u32>,
}

impl From<String> for AlertCondition {
    fn from(text: String) -> Self {
        match expression::parse::parse_condition(&text) {
            Ok((expression, runs)) => Self { parsed: Ok(expression), runs, text },
            Err(fault) => Self { parsed: Err(fault), runs: None, text },
        }
    }
}

impl From<AlertCondition> for String {
    fn from(when: AlertCondition) -> Self {
        when.text
    }
}

impl Default for Alert {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: None,
            matches: Filter::default(),
            when: AlertCondition::from(String::new()),
            runs: None,
            severity: AlertSeverity::default(),
            message: None,
        }
    }
}
