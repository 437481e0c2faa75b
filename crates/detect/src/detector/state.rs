//! The state after the newest run: an open report, a suspicion, or nothing.

use std::ops::Range;

use super::runner_pool::offset;
use super::{
    ChangeCandidate, ChangeDetector, Closing, ClosingReason, DetectorState, ReportedChange,
};
use crate::analysis::ChangeKind;
use crate::drift;
use crate::rule::LevelThresholds;
use crate::significance;
use crate::stats::median_in_place;

/// The newest runs that say whether a report is still open: back on the old level with fewer could
/// be an outlier.
const CLOSING_RUNS: usize = 3;

/// The levels on the two sides of a change, base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelValues {
    pub before: f64,
    pub after: f64,
}

impl ChangeDetector {
    /// What the runs so far say: the newest report that is not older than the policy's window, else
    /// a suspicion. An older regression is in [`open_regressions`](Self::open_regressions) alone:
    /// the newest runs are compared with the level that it left.
    pub(crate) fn state(&self) -> DetectorState {
        let window = self.rule.window.max(1);
        let recent = |open: &&usize| self.len() - self.reports[**open].change_point <= window;
        if let Some(open) = self.open.last().filter(recent) {
            return DetectorState::Open(*open);
        }
        match self.suspected_runs() {
            0 => DetectorState::Unchanged,
            runs => DetectorState::Suspected(runs),
        }
    }

    /// Whether the level of the points from `from` on is as far from a baseline as the absolute
    /// threshold asks for.
    fn is_absolute_reached(&self, baseline: f64, from: usize) -> bool {
        let newest = median_in_place(&mut self.levels[from..].to_vec()).unwrap_or(baseline);
        let value = |level: f64| self.scale().value(self.rule.worse_sign() * level);
        self.rule.is_absolute_reached(value(baseline), value(newest))
    }

    /// The regressions that are open, however old, oldest first: indices into `reports`.
    pub(crate) fn open_regressions(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.open.iter().copied().filter(|open| self.reports[*open].is_regression)
    }

    /// How many of the newest runs, in a row, lie beyond the threshold and outside the noise on
    /// the worse side of the runs before them: fewer than the confirmations.
    fn suspected_runs(&self) -> usize {
        let n = self.levels.len();
        let Some(newest) = self.levels.last() else { return 0 };
        let size = self.thresholds;
        if self.is_pooled || newest - self.baseline_medians[n - 1] < 0.5 * size.up {
            return 0;
        }
        // The longest row of runs counts: the message says how many more are needed.
        for count in (1..self.rule.confirmations).rev() {
            let Some(end) = n.checked_sub(count).filter(|end| *end > self.baseline_start) else {
                continue;
            };
            let window = self.rule.window.max(1);
            let base = &self.levels[self.baseline_start.max(end.saturating_sub(window))..end];
            let baseline = median_in_place(&mut base.to_vec()).unwrap_or(0.0);
            let sigma = significance::sigma_before(base, baseline);
            let beyond = |level: &f64| {
                let distance = level - baseline;
                distance >= size.up - 1e-9 && distance > self.rule.outlier_sigmas * sigma
            };
            if self.levels[end..].iter().all(beyond) && self.is_absolute_reached(baseline, end) {
                return count;
            }
        }
        0
    }

    /// Closes the open reports that the newest runs end.
    pub(crate) fn close_if_ended(&mut self) {
        let at = self.len() - 1;
        let mut return_point = None;
        let mut open = std::mem::take(&mut self.open);
        open.retain(|index| {
            let report = &self.reports[*index];
            let Some(reason) = self.ending(report) else { return true };
            if reason == ClosingReason::Fixed && report.level_end.is_none() {
                return_point = return_point.max(self.return_point(report));
            }
            self.reports[*index].closing = Some(Closing { at, reason });
            false
        });
        self.open = open;
        // The runs of the regression are no part of what follows: with them the baseline would be
        // the mixture of two levels, too noisy for any change.
        if let Some(from) = return_point {
            self.end_levels(from);
            self.begin_baseline(from, false);
        }
    }

    /// The first point of the newest runs that are all back on the level before a report; none
    /// where the baseline began later.
    fn return_point(&self, report: &ReportedChange) -> Option<usize> {
        let is_back = |at: &usize| {
            self.adjusted_level(report, *at)
                .is_some_and(|it| (it - report.before).abs() < (it - report.after).abs())
        };
        let first = (self.baseline_start..self.len()).rev().take_while(is_back).last()?;
        (first > self.baseline_start).then_some(first)
    }

    /// Why the newest runs end a report, if they do.
    fn ending(&self, report: &ReportedChange) -> Option<ClosingReason> {
        let window = self.rule.window.max(1);
        let since = self.len() - report.change_point.min(self.len());
        // From here on single runs count no more: over a long time three of them are near the old
        // level by chance.
        if since > window {
            return if !report.is_regression {
                Some(ClosingReason::Settled)
            } else {
                self.has_drifted_back(report).then_some(ClosingReason::Fixed)
            };
        }
        let newest = self.median_level(report, CLOSING_RUNS.min(since)).unwrap_or(report.after);
        if (newest - report.before).abs() < (newest - report.after).abs() {
            return Some(ClosingReason::Fixed);
        }
        // A level that another one follows keeps the size that it had.
        if report.level_end.is_some() || report.kind != ChangeKind::Step {
            return None;
        }
        let whole = self.median_level(report, since).unwrap_or(report.after);
        let LevelThresholds { up, down } = self.thresholds;
        let (sign, reached) = if report.is_regression { (1.0, up) } else { (-1.0, down) };
        let is_small = sign * (whole - report.before) < reached - 1e-9;
        is_small.then_some(ClosingReason::Withdrawn)
    }

    /// Whether an old regression has gone without a step that the gate would have seen: the newest
    /// runs, as many as describe a level, lie nearer to the level before than half the threshold.
    fn has_drifted_back(&self, report: &ReportedChange) -> bool {
        let reached = 0.5 * self.thresholds.up;
        // The median is computed only where the newest run is near enough for it.
        let newest = self.adjusted_level(report, self.len() - 1);
        // One comparison for most runs of most series: an open regression is as rare as it is long.
        let is_near = newest.is_some_and(|level| level - report.before < self.thresholds.up);
        let window = self.rule.window.max(CLOSING_RUNS);
        is_near && self.median_level(report, window).is_some_and(|it| it - report.before < reached)
    }

    /// The median of the newest runs that can be compared with a report's levels; none since a
    /// shift of all backends.
    fn median_level(&self, report: &ReportedChange, runs: usize) -> Option<f64> {
        if report.is_rebased {
            return None;
        }
        let newest = self.len() - runs.min(self.len())..self.len();
        let mut newest: Vec<f64> =
            newest.filter_map(|at| self.adjusted_level(report, at)).collect();
        median_in_place(&mut newest)
    }

    /// Closes the regressions that an improvement fixes: those of which less than the threshold is
    /// left.
    pub(super) fn close_fixed(&mut self, improvement: &ChangeCandidate) {
        let at = self.len() - 1;
        let mut open = std::mem::take(&mut self.open);
        open.retain(|index| {
            let report = &self.reports[*index];
            if report.is_regression && self.left_after(report, improvement) > self.thresholds.up {
                return true;
            }
            // An improvement gives way to a newer one.
            let reason = match report.is_regression {
                true => ClosingReason::Fixed,
                false => ClosingReason::Settled,
            };
            self.reports[*index].closing = Some(Closing { at, reason });
            false
        });
        self.open = open;
    }

    /// How far above the level before a regression an improvement ends, in levels.
    fn left_after(&self, report: &ReportedChange, improvement: &ChangeCandidate) -> f64 {
        let is_one_runner = report.runner_offsets.is_empty()
            && improvement.runner_offsets.is_empty()
            && self.segments[report.reported_at] == self.segments[self.len() - 1];
        if is_one_runner && !report.is_rebased {
            return improvement.after - report.before;
        }
        // Levels of two runners cannot be compared, nor those before and after a shift of all
        // backends. The shifts of each can.
        let later = self.shifts.iter().filter(|it| it.confirmed_at > report.reported_at);
        report.after - report.before + later.map(|shift| shift.size).sum::<f64>()
    }

    /// The levels of a report in base units: the median of its first `old` runs, and of the newest
    /// `window` of its new level.
    pub(crate) fn levels_of(
        &self,
        report: &ReportedChange,
        old: usize,
        window: usize,
    ) -> LevelValues {
        let before = report.previous_start..report.previous_start + old;
        let end = report.level_end.unwrap_or(self.levels.len());
        let after = report.change_point.max(end - window.min(end))..end;
        if report.runner_offsets.is_empty() {
            let of_runner = |points: Range<usize>| {
                let segment = self.segments[report.reported_at];
                let own = points.filter(|at| self.segments[*at] == segment);
                median_in_place(&mut own.map(|at| self.values[at]).collect::<Vec<_>>())
            };
            let value = |level: f64| self.scale().value(self.rule.worse_sign() * level);
            return LevelValues {
                before: of_runner(before).unwrap_or_else(|| value(report.before)),
                after: of_runner(after).unwrap_or_else(|| value(report.after)),
            };
        }
        // In the values of the runner that confirmed it.
        let offset_of_runner =
            offset(&report.runner_offsets, self.segments[report.reported_at]).unwrap_or(0.0);
        let mut newest: Vec<f64> = after.filter_map(|at| self.adjusted_level(report, at)).collect();
        let after = median_in_place(&mut newest).unwrap_or(report.after);
        let sign = self.rule.worse_sign();
        let value = |level: f64| self.scale().value(sign * (level + offset_of_runner));
        LevelValues { before: value(report.before), after: value(after) }
    }

    /// The last point on the level before a report; of a gradual change, where it began.
    pub(crate) fn last_before(&self, report: &ReportedChange) -> usize {
        match report.kind {
            ChangeKind::Step => report.change_point.saturating_sub(1),
            ChangeKind::Drift => {
                let from = report.previous_start.min(report.change_point);
                let adjusted = |at| self.adjusted_level(report, at).unwrap_or(report.before);
                let level: Vec<f64> = (from..=report.change_point).map(adjusted).collect();
                let crossing = report.change_point - from;
                from + drift::onset(&level, crossing, report.before, report.after - report.before)
            }
        }
    }

    /// The level of a point as a report saw it; none for another runner than its own, or than those
    /// of its pool.
    fn adjusted_level(&self, report: &ReportedChange, at: usize) -> Option<f64> {
        if report.runner_offsets.is_empty() {
            let is_own = self.segments[at] == self.segments[report.reported_at];
            return is_own.then_some(self.levels[at]);
        }
        Some(self.levels[at] - offset(&report.runner_offsets, self.segments[at])?)
    }
}
