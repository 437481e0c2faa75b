//! The gate as it would have acted: after every run, given only the runs up to it.
//!
//! Example: a regression begins at run 40 and is reported at run 42. The replay has a suspicion for
//! runs 40 and 41 and `Regressed` from 42 on, and the summary counts one report with a delay of 2.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use model::policy::Policy;
use model::series::{CommitIndex, Series};

use super::analysis::{Analysis, AnalysisContext, Change, ChangeKind, Explanation, Verdict};
use super::changes::SeriesReview;
use super::detector::LevelValues;
use super::naive_threshold::{self, Alarm};
use super::replay_summary::{ReplaySummary, SeriesReplay};
use super::sequential::{MIN_PARALLEL_RUNS, run_pass};
use super::series_state::SeriesState;
use super::verdict::{SeriesInput, SeriesVerdict};

/// The verdict after one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplayedVerdict {
    /// Index of the series, and of its run.
    pub series: usize,
    pub run: usize,
    pub verdict: Verdict,
    pub latest_change: Option<f64>,
    pub confidence: f64,
}

/// Every run after which the verdict was not `Unchanged`: by series, then by run.
pub fn replay(
    series: &[Series],
    policy: &Policy,
    context: &AnalysisContext<'_>,
) -> Vec<ReplayedVerdict> {
    // Notes explain changes afterwards: at the time of a run nobody had written any.
    let review = |series: &Series| SeriesReview {
        accepted: (context.accepted)(series),
        explanations: Vec::new(),
        now: context.now,
    };
    let reviews: Vec<SeriesReview> = series.iter().map(review).collect();
    let mut verdicts = Vec::new();
    run_pass(series, policy, &mut |states, members| {
        let judged = |at: &usize| {
            let at = *at;
            let (series, state, review) = (&series[at], &states[at], &reviews[at]);
            let input = SeriesInput { series, policy, state, review, newest_run: None };
            let SeriesVerdict { verdict, latest_change, confidence, .. } =
                input.judge_at_the_time();
            let run = state.runs_seen - 1;
            let judged = ReplayedVerdict { series: at, run, verdict, latest_change, confidence };
            (verdict != Verdict::Unchanged).then_some(judged)
        };
        // One commit of a small history is not worth waking other threads for.
        if members.len() < MIN_PARALLEL_RUNS {
            verdicts.extend(members.iter().filter_map(judged));
        } else {
            verdicts.par_extend(members.par_iter().with_min_len(64).filter_map(judged));
        }
    });
    verdicts.sort_by_key(|it| (it.series, it.run));
    verdicts
}

/// Runs by which the place of a change may differ between the report and the look back.
const EARLY_TOLERANCE: usize = 5;
/// A report that comes later than so many runs is of something else.
const MAX_DELAY: usize = 30;

/// What the gate reported in one series over its history, compared with what the whole history
/// shows; and the delay of each report that was right.
pub(crate) fn replay_series(input: &SeriesInput<'_>, analysis: &Analysis) -> SeriesReplay {
    let &SeriesInput { series, state, review, .. } = input;
    let reports = regression_reports(state);
    let mut summary = ReplaySummary {
        runs: series.runs.len(),
        runs_not_compared: state.runs_not_compared,
        reported_regressions: reports.len(),
        ..ReplaySummary::default()
    };
    let regressions = || analysis.changes.iter().filter(|change| change.is_regression);
    let mut delays = Vec::new();
    let mut is_true = vec![false; reports.len()];
    for change in regressions() {
        let window = report_window(change);
        let hits = (0..reports.len()).filter(|it| window.contains(&reports[*it].reported_at));
        let hits: Vec<usize> = hits.collect();
        hits.iter().for_each(|report| is_true[*report] = true);
        match hits.first() {
            Some(first) => {
                let delay = reports[*first].reported_at.saturating_sub(change.first_after);
                delays.push(delay as f64);
            }
            None => summary.missed_regressions += 1,
        }
    }
    let marks = false_alarms(&review.explanations);
    for (report, is_true) in reports.iter().zip(is_true) {
        summary.withdrawn_reports += usize::from(!is_true);
        let is_marked = marks.iter().any(|mark| report.blames(*mark, series));
        summary.marked_false_alarms += usize::from(is_true && is_marked);
    }
    let is_avoided = |alarm: &Alarm| {
        let overlaps = |runs: &RangeInclusive<usize>| {
            alarm.first_run <= *runs.end() && alarm.last_run >= *runs.start()
        };
        let is_reported = |it: &RegressionReport| overlaps(&(it.first_run..=it.reported_at));
        !regressions().any(|change| overlaps(&report_window(change)))
            && !reports.iter().any(is_reported)
    };
    let alarms = naive_threshold::alarms(series, state.rule());
    summary.avoided_alarms = alarms.iter().filter(|alarm| is_avoided(alarm)).count();
    SeriesReplay { summary, delays }
}

/// The runs at which a report is of this change.
fn report_window(event: &Change) -> RangeInclusive<usize> {
    let (early, late) = match event.kind {
        ChangeKind::Step => (EARLY_TOLERANCE, MAX_DELAY),
        ChangeKind::Drift => (2 * MAX_DELAY, 2 * MAX_DELAY),
    };
    event.first_after.saturating_sub(early)..=event.first_after + late
}

/// The commits whose reports somebody marked as false alarms.
fn false_alarms(explanations: &[Explanation]) -> Vec<CommitIndex> {
    let marks = explanations.iter().filter_map(|it| match it {
        Explanation::FalseAlarm(commit) => Some(*commit),
        Explanation::Day(_) | Explanation::Commit(_) => None,
    });
    marks.collect()
}

/// A regression that the gate reported.
#[derive(Clone, Copy, Debug)]
struct RegressionReport {
    /// The first run on the new level, as it was seen then.
    first_run: usize,
    /// The run at which it was reported.
    reported_at: usize,
}

impl RegressionReport {
    /// Whether a commit is one that was blamed: after the last run on the old level, and not after
    /// the run that confirmed the change.
    fn blames(&self, commit: CommitIndex, series: &Series) -> bool {
        let before = self.first_run.checked_sub(1).map(|run| series.runs[run].commit);
        before.is_none_or(|before| commit > before)
            && commit <= series.runs[self.reported_at].commit
    }
}

/// The regressions that the gate reported, oldest first. What is smaller than an absolute threshold
/// is not among them.
fn regression_reports(state: &SeriesState) -> Vec<RegressionReport> {
    let detector = &state.detector;
    let regressions = detector.reports.iter().filter(|it| it.is_regression);
    // The detector knows relative sizes alone.
    let large = regressions.filter(|it| {
        let old = it.change_point - it.previous_start;
        let LevelValues { before, after } = detector.levels_of(it, old, usize::MAX);
        state.rule().is_absolute_reached(before, after)
    });
    large
        .map(|it| RegressionReport {
            first_run: detector.run(it.change_point),
            reported_at: detector.run(it.reported_at),
        })
        .collect()
}
