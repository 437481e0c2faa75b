//! What to type after a check.

use crate::cli::args::GlobalArgs;
use crate::cli::ui::Reporter;
use crate::report::CheckOutcome;
use crate::report::candidate::Candidate;
use crate::report::decision::Decision;
use model::text;

/// What to do about a check that did not pass.
pub(super) fn suggest(outcome: &CheckOutcome, global: &GlobalArgs, reporter: &Reporter) {
    let Candidate { main_base: base, commit, first_commit, .. } = &outcome.candidate;
    // On the main line an open regression may be much older than the commit before.
    let is_change = first_commit.is_some();
    match (outcome.decision, base, commit) {
        (Decision::NothingCompared, ..) => reporter.next(global, &["doctor"]),
        (Decision::Fail | Decision::ApprovalNeeded, Some(base), Some(commit)) if is_change => {
            let [base, commit] = [base, commit].map(|id| text::short_commit(id));
            reporter.next(global, &["compare", &format!("{base}..{commit}")]);
        }
        (Decision::Fail | Decision::ApprovalNeeded, ..) => {
            reporter.next_alone(&["explain", outcome.decision.as_str()]);
        }
        (Decision::Pass | Decision::Overridden, ..) => {}
    }
}
