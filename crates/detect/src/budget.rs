//! A series against its budget: the level of its newest runs, never a single run.

use model::filter::ChangeAges;
use model::policy::Policy;
use model::record::Direction;
use model::series::Series;

use super::analysis::{BudgetState, BudgetVerdict};

/// The state of the first budget that holds for the series; none where there is none, or where
/// there is no share (a budget or a level of zero or less).
/// `better` is the direction in force. Budgets take part in verdicts, so no clause of their filters
/// can ask for one.
pub(crate) fn budget_state(
    series: &Series,
    policy: &Policy,
    better: Direction,
    level: Option<f64>,
) -> Option<BudgetState> {
    let level = level.filter(|level| *level > 0.0)?;
    let subject = series.key.subject(&series.tags);
    let entry = policy.budgets.iter().find(|budget| {
        budget.metric == series.key.metric && budget.matches.holds(subject, ChangeAges::default())
    })?;
    let share = match better {
        // A budget is an upper bound unless more is better.
        Direction::Lower | Direction::Unknown => level / entry.budget,
        Direction::Higher => entry.budget / level,
    };
    if !share.is_finite() || entry.budget <= 0.0 || !entry.budget.is_finite() {
        return None;
    }
    let verdict = if share > entry.violation_at {
        BudgetVerdict::Violation
    } else if share >= entry.drift_at {
        BudgetVerdict::Drift
    } else {
        BudgetVerdict::Pass
    };
    Some(BudgetState { budget: entry.budget, ratio: share, verdict })
}
