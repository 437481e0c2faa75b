//! What the check of a pull request says, as far as the page of its comparison needs it.
//!
//! Example: `FAIL: 1 regressed, 64 unchanged.`, the step that follows, the reason of what blocks,
//! and the verdict of each series, so that page and check cannot differ.

use std::collections::BTreeMap;

use crate::report::decision::Decision;
use crate::report::{CheckOutcome, outcome_text};
use detect::Verdict;

/// Reasons of one page; the rows below them have all series.
const MAX_REASONS: usize = 3;

/// The outcome of a check, without its series' evidence.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct PullCheck {
    /// Ids of the checked commit and of the measured commit that pages compare with.
    pub(crate) commit: String,
    pub(crate) main_base: Option<String>,
    pub(crate) decision: Decision,
    /// `FAIL: 1 regressed, 64 unchanged.`
    pub(crate) headline: String,
    pub(crate) next_step: String,
    /// Why it does not pass, a sentence each.
    pub(crate) reasons: Vec<String>,
    /// By the stem of its path.
    verdicts: BTreeMap<String, CheckedSeries>,
}

/// What the check says of one series.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct CheckedSeries {
    pub(crate) verdict: Verdict,
    /// Enough runs are on the new level.
    pub(crate) is_confirmed: bool,
}

impl PullCheck {
    /// None where the check has no candidate.
    pub(crate) fn of(outcome: &CheckOutcome) -> Option<Self> {
        Some(Self {
            commit: outcome.candidate.commit.clone()?,
            main_base: outcome.candidate.main_base.clone(),
            decision: outcome.decision,
            headline: outcome_text::headline(outcome),
            next_step: outcome_text::next_step(outcome),
            reasons: reasons(outcome),
            verdicts: verdicts(outcome),
        })
    }

    /// The verdict on a series; none where it is of no concern to the check.
    pub(crate) fn verdict(&self, stem: &str) -> Option<CheckedSeries> {
        self.verdicts.get(stem).copied()
    }
}

fn reasons(outcome: &CheckOutcome) -> Vec<String> {
    let findings = outcome.findings.iter().filter(|it| it.block.is_some());
    let findings = findings.map(|it| format!("{}: {}.", it.subject.title, it.reason));
    let violations = outcome.violations.iter().map(|it| it.message.clone());
    let uncompared = outcome.not_compared.iter().filter(|it| it.blocks);
    let uncompared = uncompared.map(|it| format!("{}: {}.", it.subject.title, it.reason));
    findings.chain(violations).chain(uncompared).take(MAX_REASONS).collect()
}

fn verdicts(outcome: &CheckOutcome) -> BTreeMap<String, CheckedSeries> {
    let of = |verdict, is_confirmed| CheckedSeries { verdict, is_confirmed };
    let unchanged =
        outcome.unchanged.iter().map(|it| (it.stem.clone(), of(Verdict::Unchanged, true)));
    let uncompared = outcome.not_compared.iter();
    let uncompared = uncompared.map(|it| (it.subject.stem.clone(), of(it.verdict, false)));
    let findings = outcome.findings.iter();
    let findings = findings.map(|it| (it.subject.stem.clone(), of(it.verdict, it.confirmed)));
    // Findings last: of two lines about one series the finding counts.
    unchanged.chain(uncompared).chain(findings).collect()
}
