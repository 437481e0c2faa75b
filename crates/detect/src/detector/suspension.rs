//! What all backends did together, as one of them sees it: suspended runs and restarted baselines.

use super::reports::{Closing, ClosingReason};
use super::{ChangeDetector, MeasuredOn, is_pool};
use crate::new_level::MAX_BASELINE_RUNS;

/// A run that waits for what becomes of an infrastructure shift.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(crate) struct SuspendedRun {
    run: usize,
    value: f64,
    place: MeasuredOn,
}

/// Levels of one runner before a point and from it on.
pub(crate) struct LevelsAround {
    pub before: Vec<f64>,
    pub after: Vec<f64>,
}

impl ChangeDetector {
    /// Begins the baseline at the point `at`, where all backends moved. False where it began about
    /// there already.
    pub(crate) fn rebase_common_mode(&mut self, at: usize, is_regression: bool) -> bool {
        if at >= self.levels.len() || self.baseline_start + 3 >= at {
            return false;
        }
        self.mark_rebased(at);
        self.begin_baseline(at, is_regression);
        true
    }

    /// All backends moved at the point `at`. A regression before it stays open, an improvement is
    /// part of the baseline now.
    fn mark_rebased(&mut self, at: usize) {
        // A regression is not undone by a machine that became slower for all.
        self.end_levels(at);
        self.reports.iter_mut().for_each(|report| report.is_rebased = true);
        let (open, settled): (Vec<usize>, Vec<usize>) =
            self.open.iter().partition(|open| self.reports[**open].is_regression);
        for improvement in settled {
            let closing = Closing { at, reason: ClosingReason::Settled };
            self.reports[improvement].closing = Some(closing);
        }
        self.open = open;
    }

    /// Levels of the newest run's runner before the point `at`, at most `reach`, and from it on.
    pub(crate) fn levels_around(&self, at: usize, reach: usize) -> Option<LevelsAround> {
        let newest = self.segments.last()?;
        let of_runner = |point: &usize| self.segments[*point] == *newest;
        let level = |point: usize| self.levels[point];
        let from = self.baseline_start.max(at.saturating_sub(MAX_BASELINE_RUNS)).min(at);
        let mut before: Vec<f64> = (from..at).filter(of_runner).map(level).collect();
        before.drain(..before.len().saturating_sub(reach));
        let after = (at..self.levels.len()).filter(of_runner).map(level).collect();
        Some(LevelsAround { before, after })
    }

    /// Suspends the newest run until an infrastructure shift has ended one way or the other.
    pub(crate) fn suspend(&mut self, run: usize, value: f64, place: MeasuredOn) {
        self.suspended.push(SuspendedRun { run, value, place });
    }

    /// Takes the points from a run on back, with their reports, and suspends them.
    pub(crate) fn retract(&mut self, from: usize) {
        let keep = self.first_point(|run| run < from);
        if keep == self.runs.len() {
            return;
        }
        let taken: Vec<SuspendedRun> = (keep..self.runs.len())
            .map(|at| SuspendedRun {
                run: self.run(at),
                value: self.values[at],
                place: MeasuredOn {
                    segment: self.segments[at],
                    environment: self.environments.get(at).copied().unwrap_or(0),
                },
            })
            .collect();
        self.suspended.splice(0..0, taken);
        self.values.truncate(keep);
        self.levels.truncate(keep);
        self.runs.truncate(keep);
        self.segments.truncate(keep);
        self.environments.truncate(keep);
        self.baseline_medians.truncate(keep);
        self.baseline_starts.truncate(keep);
        self.unshifted.truncate(keep);
        // A report that these runs confirmed was never made.
        self.reports.retain(|report| report.reported_at < keep);
        self.shifts.retain(|shift| shift.confirmed_at < keep);
        self.excursions.retain(|excursion| excursion.end < keep);
        for report in &mut self.reports {
            report.closing = report.closing.filter(|closing| closing.at < keep);
            report.level_end = report.level_end.filter(|end| *end < keep);
        }
        let open = self.reports.iter().enumerate().filter(|(_, it)| it.closing.is_none());
        self.open = open.map(|(index, _)| index).collect();
        self.baseline_start = self.baseline_starts.last().map_or(0, |start| *start as usize);
        self.reset_windows();
        self.refill_windows(keep);
    }

    fn refill_windows(&mut self, end: usize) {
        for at in self.baseline_start.max(end.saturating_sub(MAX_BASELINE_RUNS))..end {
            self.window.push(self.levels[at], None);
        }
        for level in &self.levels[self.baseline_start.min(end)..end] {
            self.level_range = (self.level_range.0.min(*level), self.level_range.1.max(*level));
        }
        let segments = &self.segments[self.baseline_start.min(end)..end];
        self.is_pooled = is_pool(segments);
        self.update_runners();
    }

    /// Drops the suspended runs: the shift went away, and they belong to no level.
    pub(crate) fn discard_suspended(&mut self) {
        self.suspended.clear();
    }

    /// The shift stayed: the baseline begins at the first run that it touched.
    pub(crate) fn rebase(&mut self, from: usize) {
        let suspended = std::mem::take(&mut self.suspended);
        self.retract(from);
        let retracted = std::mem::take(&mut self.suspended);
        let at = self.levels.len();
        // Runs of before and after the shift began are judged as if it had always been known.
        for SuspendedRun { run, value, place } in retracted.into_iter().chain(suspended) {
            self.push(run, value, place);
        }
        self.mark_rebased(at);
        if at < self.levels.len() {
            self.unshifted[at..].fill(false);
            self.restart_baseline(at, self.levels.len());
        } else {
            self.baseline_start = at;
            self.reset_windows();
            self.is_pooled = false;
        }
    }
}
