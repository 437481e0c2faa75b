//! Targets beside the budgets: service levels and alerts.
//!
//! An alert's `when` keeps its text and what it means. It is read whatever it says, so that the
//! checks can tell its fault with its place (`meaning`); a policy that holds has none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::policy::expression::{self, AlertExpression, ExpressionError};

/// Service levels of the series that `match` selects; at least one is required.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sla {
    /// The series that the service levels apply to.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// Highest level of each `time` series, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub max_avg_time_ms: Option<f64>,
    /// Highest sum of the levels of the `time` series, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub max_total_time_ms: Option<f64>,
    /// Lowest level of each `throughput` series, in its base unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub min_throughput: Option<f64>,
    /// Highest level of each `memory` or `peak_memory` series, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub max_memory_bytes: Option<f64>,
    /// Threshold for changes; an equally specific rule of `regression.rules` takes precedence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub regression_threshold: Option<f64>,
}

impl Sla {
    /// Whether it has no target.
    pub fn is_empty(&self) -> bool {
        *self == Self { matches: self.matches.clone(), ..Self::default() }
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
    /// The series it watches.
    #[serde(rename = "match")]
    pub matches: Filter,
    /// When it fires: `p95 > 500ms and change > 10%`.
    #[schemars(with = "String", length(min = 1))]
    pub when: AlertCondition,
    /// Newest runs in a row that must meet the condition.
    #[serde(rename = "for")]
    #[schemars(range(min = 1))]
    pub runs: u32,
    /// Severity. `info` is reported, but is not a missed target.
    pub severity: AlertSeverity,
    /// What to do; reported with the alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
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
    /// Must be looked at.
    Critical,
}

impl AlertSeverity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
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
}

impl From<String> for AlertCondition {
    fn from(text: String) -> Self {
        Self { parsed: expression::parse(&text), text }
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
            matches: Filter::default(),
            when: AlertCondition::from(String::new()),
            runs: 1,
            severity: AlertSeverity::default(),
            message: None,
        }
    }
}
