//! The severity that a rule gives to every change of its series, whatever the size.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Severity of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleSeverity {
    /// Like a change beyond the threshold.
    Minor,
    /// Like a change that must be accepted.
    Major,
    /// Like a change that cannot be accepted.
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
