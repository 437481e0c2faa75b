//! Baselines that an infrastructure shift restarted: is the level still worse than before it?
//!
//! A shift of most series that stays restarts their baselines, so no series reports it. It must not
//! become normal in silence: a restart on a worse level stays open until the level comes back, an
//! accepted entry covers it or a note explains it.
//!
//! Example: every series is 25 % slower from March 3 on, and no field of the runner changed. From
//! March 4 on (`alert_on_consecutive_days: 2`) each has an open restart of +25 %; a note of March 3
//! explains all of them.

use model::series::Series;

use super::analysis::{BaselineRestart, ChangeStatus};
use super::changes::Boundary;
use super::lifecycle::{is_about, is_past_closing};
use super::rule::DRIFTED_BACK_SHARE;
use super::stats::median;
use super::verdict::SeriesInput;

/// Runs whose median is a level.
const LEVEL_RUNS: usize = 7;

/// The restarts of one series on a worse level, oldest first, once they have lasted for the
/// policy's days.
pub(crate) fn restarts(input: &SeriesInput<'_>, is_retired: bool) -> Vec<BaselineRestart> {
    let rebases = input.state.exclusions.rebases.iter();
    let restarts = rebases.filter_map(|first_after| restart(input, *first_after));
    let status = |it: BaselineRestart| {
        let is_closed = is_retired && it.status == ChangeStatus::Open;
        let status = if is_closed { ChangeStatus::Closed } else { it.status };
        BaselineRestart { status, ..it }
    };
    restarts.map(status).collect()
}

fn restart(input: &SeriesInput<'_>, first_after: usize) -> Option<BaselineRestart> {
    let &SeriesInput { series, policy, state, .. } = input;
    let runs = series.runs.get(first_after..)?;
    let segment = runs.first()?.segment;
    let value = |run: usize| {
        let of_runner = series.runs[run].segment == segment;
        series.compared_value(&series.runs[run]).filter(|_| of_runner)
    };
    let is_level = |run: &usize| !state.exclusions.contains(*run);
    let newest_of = |end: usize| -> Vec<f64> {
        (0..end).rev().filter(is_level).filter_map(value).take(LEVEL_RUNS).collect()
    };
    let before = median(&newest_of(first_after))?;
    let first: Vec<f64> =
        (first_after..series.runs.len()).filter_map(value).take(LEVEL_RUNS).collect();
    let after = median(&first)?;
    let mut days: Vec<i64> = runs.iter().map(|run| run.time.day()).collect();
    days.dedup();
    let has_lasted = days.len() >= policy.k_anomaly.alert_on_consecutive_days as usize;
    let (rule, change) = (state.rule(), after / before - 1.0);
    if !has_lasted || !rule.is_regression(change) || !rule.is_reached(change, before, after) {
        return None;
    }
    let newest = median(&newest_of(series.runs.len())).unwrap_or(after);
    let is_back = (newest / before - 1.0) * change.signum() <= DRIFTED_BACK_SHARE * change.abs();
    let status = status(input, first_after, change, is_back);
    Some(BaselineRestart { first_after, before, after, change, status })
}

fn status(input: &SeriesInput<'_>, first_after: usize, change: f64, is_back: bool) -> ChangeStatus {
    let &SeriesInput { series, policy, review, .. } = input;
    let boundary = Boundary { last_before: first_after.saturating_sub(1), first_after };
    if let Some(entry) = review.covering_acceptance(series, boundary, change) {
        let (reason, accepted_by) = (entry.reason.clone(), entry.accepted_by.clone());
        return ChangeStatus::Accepted { reason, accepted_by };
    }
    let is_explained = || review.explanations.iter().any(|it| is_about(*it, series, boundary));
    let since = |series: &Series| series.runs[first_after].time.micros();
    if is_back {
        ChangeStatus::Fixed { run: None }
    } else if is_explained() {
        ChangeStatus::Explained
    } else if is_past_closing(policy, since(series), review.now.micros()) {
        ChangeStatus::Closed
    } else {
        ChangeStatus::Open
    }
}
