//! The gate as it would have acted: after every run, given only the runs up to it.

use std::ops::RangeInclusive;

use model::policy::Policy;
use model::series::{CommitIndex, Series};

use super::changes::SeriesReview;
use super::naive_threshold;
use super::sequential::run_pass;
use super::series_state::SeriesState;
use super::stats::median;
use super::verdict::{SeriesVerdict, VerdictInput};
use super::{Analysis, AnalysisContext, Change, ChangeKind, Explanation, Verdict};

/// What the gate said after one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplayedVerdict {
    /// Index of the series, and of its run.
    pub series: usize,
    pub run: usize,
    pub verdict: Verdict,
    pub latest_change: Option<f64>,
    pub confidence: f64,
}

/// Every run at which the gate did not say steady: by series, then by run.
pub fn replay(
    series: &[Series],
    policy: &Policy,
    context: &AnalysisContext<'_>,
) -> Vec<ReplayedVerdict> {
    let accepted: Vec<_> = series.iter().map(|it| (context.accepted)(it)).collect();
    let mut said = Vec::new();
    run_pass(series, policy, &mut |standings, on| {
        for &at in on {
            let facts =
                SeriesReview { accepted: &accepted[at], explanations: &[], now: context.now };
            let (series, standing) = (&series[at], &standings[at]);
            let evidence =
                VerdictInput { series, policy, state: standing, review: facts, newest_run: None };
            let SeriesVerdict { verdict, latest_change: change, confidence, .. } = evidence.judge();
            if verdict != Verdict::Unchanged {
                let run = standing.runs_seen - 1;
                said.push(ReplayedVerdict {
                    series: at,
                    run,
                    verdict,
                    latest_change: change,
                    confidence,
                });
            }
        }
    });
    said.sort_by_key(|it| (it.series, it.run));
    said
}

/// What a policy amounts to over a history.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReplaySummary {
    /// Runs that the gate saw, and series.
    pub runs: usize,
    pub series: usize,
    /// Regressions that it reported, each counted once.
    pub reported_regressions: usize,
    /// Runs that it did not compare because of a new runner.
    pub runs_not_compared: usize,
    pub infrastructure_days: usize,
    /// Findings that vanished: the whole history shows no change for the worse there.
    pub withdrawn_reports: usize,
    /// Findings that did not vanish, and that a note marks as false alarms.
    pub marked_false_alarms: usize,
    /// Alarms of a bare limit that it kept back: where the whole history shows no change for the
    /// worse, and it reported none.
    pub avoided_alarms: usize,
    /// Changes for the worse in the whole history that it never reported.
    pub missed_regressions: usize,
    /// Runs from the first one on a new level to the one at which it was reported, the median.
    pub median_delay_runs: Option<f64>,
}

/// Runs by which the place of a change may differ between the report and the look back.
const EARLY_TOLERANCE: usize = 5;
/// A report that comes later than so many runs is of something else.
const MAX_DELAY: usize = 30;

impl ReplaySummary {
    /// Those of all series together, and the days on which the backends moved together.
    pub fn total(all: Vec<(Self, Vec<f64>)>, infrastructure_days: usize) -> Self {
        let mut figures = Self { series: all.len(), infrastructure_days, ..Self::default() };
        let mut delays = Vec::new();
        for (one, mut late) in all {
            figures.runs += one.runs;
            figures.reported_regressions += one.reported_regressions;
            figures.runs_not_compared += one.runs_not_compared;
            figures.withdrawn_reports += one.withdrawn_reports;
            figures.marked_false_alarms += one.marked_false_alarms;
            figures.avoided_alarms += one.avoided_alarms;
            figures.missed_regressions += one.missed_regressions;
            delays.append(&mut late);
        }
        figures.median_delay_runs = median(&delays);
        figures
    }

    /// What the gate told of one series on the way, compared with what its whole history shows; and
    /// the delay of each finding that was right.
    pub fn of_series(
        (series, standing): (&Series, &SeriesState),
        policy: &Policy,
        context: &AnalysisContext<'_>,
        analysis: &Analysis,
    ) -> (Self, Vec<f64>) {
        let reports = regression_reports(standing);
        let mut figures = Self {
            runs: series.runs.len(),
            runs_not_compared: standing.runs_not_compared,
            reported_regressions: reports.len(),
            ..Self::default()
        };
        let mut delays = Vec::new();
        let mut true_ones = vec![false; reports.len()];
        for event in analysis.changes.iter().filter(|event| event.is_regression) {
            let span = report_window(event);
            let hits = (0..reports.len()).filter(|it| span.contains(&reports[*it].reported_at));
            let hits: Vec<usize> = hits.collect();
            hits.iter().for_each(|it| true_ones[*it] = true);
            match hits.first() {
                Some(first) => delays
                    .push(reports[*first].reported_at.saturating_sub(event.first_after) as f64),
                None => figures.missed_regressions += 1,
            }
        }
        let marks = if reports.is_empty() {
            Vec::new()
        } else {
            false_alarms((context.explanations)(series))
        };
        for (report, is_true) in reports.iter().zip(true_ones) {
            figures.withdrawn_reports += usize::from(!is_true);
            let marked = marks.iter().any(|mark| report.blames(*mark, series));
            figures.marked_false_alarms += usize::from(is_true && marked);
        }
        let runs_before =
            (policy.detection.window as usize, policy.regression.min_sample_size as usize);
        let spared = |(first, last): &(usize, usize)| {
            let seen = |span: &RangeInclusive<usize>| first <= span.end() && last >= span.start();
            let mut events = analysis.changes.iter().filter(|event| event.is_regression);
            let told = |it: &RegressionReport| seen(&(it.first_run..=it.reported_at));
            !events.any(|event| seen(&report_window(event))) && !reports.iter().any(told)
        };
        let bare = naive_threshold::alarms(series, &standing.threshold, runs_before);
        figures.avoided_alarms = bare.iter().filter(|alarm| spared(alarm)).count();
        (figures, delays)
    }

    /// Minutes of people's work that the alarms it kept back would have cost, where each costs so
    /// many.
    pub fn minutes_saved(&self, minutes_per_finding: u32) -> u64 {
        u64::from(minutes_per_finding).saturating_mul(self.avoided_alarms as u64)
    }

    /// Findings that were no change: they vanished, or somebody marked them so.
    pub fn false_alarms(&self) -> usize {
        self.withdrawn_reports + self.marked_false_alarms
    }

    /// Share of all runs at which a false alarm was reported.
    pub fn false_alarm_rate(&self) -> f64 {
        if self.runs == 0 { 0.0 } else { self.false_alarms() as f64 / self.runs as f64 }
    }
}

/// The runs at which a report is of this change.
fn report_window(event: &Change) -> RangeInclusive<usize> {
    let (early, late) = match event.kind {
        ChangeKind::Step => (EARLY_TOLERANCE, MAX_DELAY),
        ChangeKind::Drift => (2 * MAX_DELAY, 2 * MAX_DELAY),
    };
    event.first_after.saturating_sub(early)..=event.first_after + late
}

/// The commits whose findings somebody marked.
fn false_alarms(explained: Vec<Explanation>) -> Vec<CommitIndex> {
    let marks = explained.into_iter().filter_map(|it| match it {
        Explanation::FalseAlarm(commit) => Some(commit),
        Explanation::Day(_) | Explanation::Commit(_) => None,
    });
    marks.collect()
}

/// A regression that the gate reported.
#[derive(Clone, Copy, Debug)]
struct RegressionReport {
    /// The first run on the new level, as it was seen then.
    first_run: usize,
    /// The run at which it was told.
    reported_at: usize,
}

impl RegressionReport {
    /// Whether a commit is one that was blamed: after the last run on the old level, and not after
    /// the run that told.
    fn blames(&self, commit: CommitIndex, series: &Series) -> bool {
        let before = self.first_run.checked_sub(1).map(|run| series.runs[run].commit);
        before.is_none_or(|before| commit > before)
            && commit <= series.runs[self.reported_at].commit
    }
}

/// The regressions that the gate reported, oldest first.
fn regression_reports(standing: &SeriesState) -> Vec<RegressionReport> {
    let watch = &standing.detector;
    let told = watch.reports.iter().filter(|it| it.is_regression);
    let large = told.filter(|it| {
        let (before, after) = watch.levels_of(it, it.change_point - it.previous_start, usize::MAX);
        (after - before).abs() >= standing.threshold.absolute * (1.0 - 1e-9)
    });
    large
        .map(|it| RegressionReport {
            first_run: watch.run(it.change_point),
            reported_at: watch.run(it.reported_at),
        })
        .collect()
}
