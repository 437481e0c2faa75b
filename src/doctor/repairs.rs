//! Which findings `doctor --fix` repairs, and why it leaves the others to people.
//!
//! A repair must change no record that is read, and no file that people review. So it corrects how
//! lines are written, and never what they say.

use crate::doctor::finding_kind::FindingKind;

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RepairDecision {
    /// It is repaired where the form of its line is the cause: records that were joined.
    Form,
    /// It is left to people, for this reason.
    Manual(&'static str),
}

impl FindingKind {
    /// Whether a repair is safe.
    pub(crate) fn decision(self) -> RepairDecision {
        use RepairDecision::Manual;
        match self {
            Self::Rejected => RepairDecision::Form,
            Self::Audit => Manual("a sealed log is restored from version control, never edited"),
            Self::Conflict => Manual("which of two values is right cannot be known"),
            Self::Demo | Self::Retired => Manual("whether these records may go is for you to say"),
            Self::Direction => Manual("only its writer knows which way a metric is better"),
            Self::Unit => Manual("only its writer knows the scale of a unit"),
            Self::Field | Self::Ignored => {
                Manual("only the writer of the records knows what a field means")
            }
            Self::File => Manual("the file belongs to somebody else"),
            Self::Empty | Self::FirstRuns | Self::Gap | Self::Missing | Self::Sparse => {
                Manual("a repair makes up no runs")
            }
            Self::Machines | Self::Runner => Manual("what was not recorded cannot be known later"),
            Self::Noisy => Manual("only more or quieter runs help, or another threshold"),
            Self::Expired | Self::Policy | Self::Renamed | Self::Unused => {
                Manual("people review the policy and accepted.yml")
            }
        }
    }
}
