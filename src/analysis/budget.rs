//! A series against its budget: the level of its newest runs, never a single run.

use crate::filter::{Filter, Names};
use crate::policy::{Budget, Policy};
use crate::record::Direction;
use crate::series::{Series, SeriesKey};

use super::{BudgetState, BudgetVerdict};

/// The state of the first budget that holds for the series; none where there is none, or where
/// the share cannot be said (a budget or a level of zero or less).
pub(crate) fn budget(series: &Series, policy: &Policy, level: Option<f64>) -> Option<BudgetState> {
    let level = level.filter(|level| *level > 0.0)?;
    let own = policy.budgets.iter().find(|budget| holds(budget, &series.key))?;
    let share = match series.better {
        Direction::Lower => level / own.budget,
        Direction::Higher => own.budget / level,
    };
    if !share.is_finite() || own.budget <= 0.0 || !own.budget.is_finite() {
        return None;
    }
    let verdict = if share > own.violation_at {
        BudgetVerdict::Violation
    } else if share >= own.drift_at {
        BudgetVerdict::Drift
    } else {
        BudgetVerdict::Pass
    };
    Some(BudgetState { budget: own.budget, share, verdict })
}

fn holds(budget: &Budget, key: &SeriesKey) -> bool {
    let filter: &Filter = &budget.matches;
    budget.metric == key.metric
        && named(&filter.suite, &key.suite)
        && named(&filter.test, &key.test)
        && named(&filter.backend, &key.backend)
        && named(&filter.mode, &key.mode)
}

fn named(names: &Option<Names>, name: &str) -> bool {
    match names {
        None => true,
        Some(Names::One(one)) => glob(one.as_bytes(), name.as_bytes()),
        Some(Names::Many(many)) => many.iter().any(|one| glob(one.as_bytes(), name.as_bytes())),
    }
}

/// `*` for any characters, `?` for one; linear with one remembered star.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => (p, n) = (p + 1, n + 1),
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                (p, n) = (at + 1, from + 1);
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}
