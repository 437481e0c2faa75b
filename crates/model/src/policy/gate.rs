//! `gate`: which verdicts make a check fail.
//!
//! Example: `gate: {main: new, fail_on: [regressed, too_noisy]}` fails for a regression in the run
//! that confirms it alone, and for series that are too noisy to tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What makes a check fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Which regressions make a check of the main line fail.
    pub main: MainGate,
    /// The verdicts that make a check fail.
    pub fail_on: Vec<FailingVerdict>,
}

impl Gate {
    /// Whether a verdict makes a check fail.
    pub fn fails_on(&self, verdict: FailingVerdict) -> bool {
        self.fail_on.contains(&verdict)
    }
}

/// Which regressions make a check of the main line fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MainGate {
    /// Every open one, until it is fixed, accepted or explained.
    #[default]
    Open,
    /// Those that the newest run confirms.
    New,
}

/// A verdict that may make a check fail.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailingVerdict {
    /// Worse than the threshold, confirmed.
    Regressed,
    /// The candidate's run has an error, or no value.
    Failed,
    /// The candidate has no result of a benchmark that the main line measures.
    Missing,
    /// A change of the threshold's size could not be seen.
    TooNoisy,
    /// Nothing on the main line to compare with: another runner, too few runs.
    NotCompared,
}

impl Default for Gate {
    fn default() -> Self {
        use FailingVerdict::{Failed, Missing, Regressed};
        Self { main: MainGate::default(), fail_on: vec![Regressed, Failed, Missing] }
    }
}
