//! Levels that changed together with the runner: nothing can tell the code from the machine.
//!
//! A series starts a baseline of its own on each runner, so a step that lands on the first run of a
//! new runner is never a regression. It must not be lost either: the report says once what would
//! settle it, to measure the last commit of the old runner on the new one.
//!
//! Example: 40 runs of `parse` at 100 ms on `ubuntu-22.04`, the last of commit `a1`; from commit
//! `b2` on the runner is `ubuntu-24.04` and `parse` takes 130 ms. The notice names `a1`.

use std::collections::BTreeMap;

use detect::Analysis;
use detect::stats::median;
use model::history::History;
use model::series::{CommitIndex, Series};
use model::text;

/// Newest runs of the old runner, and first of the new one, whose medians are compared.
const LEVEL_RUNS: usize = 7;

/// The notices on runners that have at most [`LEVEL_RUNS`] runs, one for each pair of commits.
pub(crate) fn notices(history: &History, series: &[Series], analyses: &[Analysis]) -> Vec<String> {
    let mut moved: BTreeMap<(CommitIndex, CommitIndex), u64> = BTreeMap::new();
    for (series, analysis) in series.iter().zip(analyses) {
        if let Some(commits) = inseparable_commits(series, analysis) {
            *moved.entry(commits).or_default() += 1;
        }
    }
    let id = |commit: CommitIndex| text::short_commit(&history.commits[commit.0 as usize].id);
    let sentence = |((last, first), count): ((CommitIndex, CommitIndex), u64)| {
        format!(
            "{} changed level at {}, together with the runner: code and machine cannot be \
             separated. Measure {} on the new runner.",
            text::count_noun(count, "series"),
            id(first),
            id(last)
        )
    };
    moved.into_iter().map(sentence).collect()
}

/// The last commit on the old runner and the first on the new one, where the newest runner of a
/// series is young and its level is worse by the threshold.
fn inseparable_commits(series: &Series, analysis: &Analysis) -> Option<(CommitIndex, CommitIndex)> {
    let newest = series.runs.last()?.segment;
    let is_newest = |at: &usize| series.runs[*at].segment == newest;
    let first = (0..series.runs.len()).find(is_newest)?;
    let value = |at: usize| series.compared_value(&series.runs[at]);
    let last = (0..first).rev().find(|at| value(*at).is_some())?;
    let old = series.runs[last].segment;
    let of_old = |at: &usize| series.runs[*at].segment == old;
    let before: Vec<f64> =
        (0..first).rev().filter(of_old).filter_map(value).take(LEVEL_RUNS).collect();
    let own: Vec<f64> = (first..series.runs.len()).filter(is_newest).filter_map(value).collect();
    // The code can have moved only where the commit did.
    let is_other_commit = series.runs[last].commit != series.runs[first].commit;
    if own.len() > LEVEL_RUNS || !is_other_commit || before.is_empty() {
        return None;
    }
    let (before, after) = (median(&before)?, median(&own)?);
    let change = after / before - 1.0;
    let is_large =
        change.abs() >= analysis.threshold && (after - before).abs() >= analysis.absolute_threshold;
    (is_large && series.direction.is_worse(change))
        .then_some((series.runs[last].commit, series.runs[first].commit))
}
