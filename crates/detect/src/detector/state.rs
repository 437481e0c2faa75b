//! The state after the newest run: an open report, a suspicion, or nothing.

use std::ops::Range;

use super::runner_pool::offset;
use super::{ChangeDetector, DetectorState, ReportedChange};
use crate::analysis::ChangeKind;
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
    /// What the runs so far say.
    pub(crate) fn state(&self) -> DetectorState {
        if let Some(open) = self.open {
            return DetectorState::Open(open);
        }
        match self.suspected_runs() {
            0 => DetectorState::Unchanged,
            runs => DetectorState::Suspected(runs),
        }
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
            if self.levels[end..].iter().all(beyond) {
                return count;
            }
        }
        0
    }

    /// Closes the open report where the newest runs say so.
    pub(crate) fn close_if_ended(&mut self) {
        let Some(index) = self.open else { return };
        let n = self.levels.len();
        let size = self.thresholds;
        let report = &self.reports[index];
        let since = n - report.change_point.min(n);
        let median_of = |count: usize| {
            let mut newest: Vec<f64> =
                (n - count.min(n)..n).filter_map(|at| self.adjusted_level(report, at)).collect();
            median_in_place(&mut newest)
        };
        let window = self.rule.window.max(1);
        let newest = median_of(CLOSING_RUNS.min(since)).unwrap_or(report.after);
        let whole = median_of(since.min(window)).unwrap_or(report.after);
        let back = (newest - report.before).abs() < (newest - report.after).abs();
        let sign = if report.is_regression { 1.0 } else { -1.0 };
        let reached = if report.is_regression { size.up } else { size.down };
        let small = sign * (whole - report.before) < reached - 1e-9;
        let small = small && report.kind == ChangeKind::Step;
        // Three ways to close: the level came back, it turned out smaller than the threshold, or it
        // has lasted for the window and is the baseline now.
        if back || small || since > window {
            self.reports[index].closed_at = Some(n - 1);
            self.open = None;
        }
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
        let n = self.levels.len();
        let after = report.change_point.max(n - window.min(n))..n;
        if report.runner_offsets.is_empty() {
            let median_of =
                |points: Range<usize>| median_in_place(&mut self.values[points].to_vec());
            let (before, after) = (median_of(before), median_of(after));
            return LevelValues { before: before.unwrap_or(0.0), after: after.unwrap_or(0.0) };
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

    /// The level of a point as a report saw it; none for a runner that is not in its pool.
    fn adjusted_level(&self, report: &ReportedChange, at: usize) -> Option<f64> {
        if report.runner_offsets.is_empty() {
            return Some(self.levels[at]);
        }
        Some(self.levels[at] - offset(&report.runner_offsets, self.segments[at])?)
    }
}
