//! Where the runner or the version changed for good: shown, never judged. Runners that take turns
//! are one pool, in which nothing changes.

use model::series::{Run, Series};

use super::stats::median;

/// The first run in a segment that is new to the series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunnerChange {
    /// Index of that run, and of the one before it.
    pub first_after: usize,
    pub last_before: usize,
    /// Medians of at most [`MAX_LEVEL_RUNS`] runs with a value on each side, base units; after it
    /// of the new segment only.
    pub before: f64,
    pub after: f64,
}

/// Runs that describe the level on a side.
const MAX_LEVEL_RUNS: usize = 20;

/// The changes of one series, oldest first; those without a value on either side are left out.
pub fn runner_changes(series: &Series) -> Vec<RunnerChange> {
    let runs = &series.runs;
    let mut is_known = vec![false; series.segments.len()];
    let mut changes = Vec::new();
    for (first, run) in runs.iter().enumerate() {
        let Some(is_known) = is_known.get_mut(run.segment as usize) else { continue };
        if std::mem::replace(is_known, true) || first == 0 {
            continue;
        }
        // A segment that comes back, or an old one that goes on, is a pool and no change.
        let old = |it: &Run| runs[..first].iter().any(|before| before.segment == it.segment);
        if runs[first..].iter().any(old) {
            continue;
        }
        let before = runs[..first]
            .iter()
            .rev()
            .filter_map(|run| series.compared_value(run))
            .take(MAX_LEVEL_RUNS);
        let after = runs[first..].iter().filter(|it| it.segment == run.segment);
        let after = after.filter_map(|run| series.compared_value(run)).take(MAX_LEVEL_RUNS);
        let level = |values: Vec<f64>| median(&values).filter(|level| level.is_finite());
        if let (Some(before), Some(after)) = (level(before.collect()), level(after.collect())) {
            changes.push(RunnerChange {
                first_after: first,
                last_before: first - 1,
                before,
                after,
            });
        }
    }
    changes
}
