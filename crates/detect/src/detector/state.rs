//! The state after the newest run: an open report, a suspicion, or nothing.

use std::ops::Range;

use super::runner_pool::offset;
use super::{ChangeDetector, DetectorState, ReportedChange};
use crate::ablation::{InnerPart, is_on};
use crate::analysis::ChangeKind;
use crate::drift;
use crate::significance::{self, MAX_PAST_RUNS};
use crate::stats::median_in_place;

/// The levels on the two sides of a change, base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelValues {
    pub before: f64,
    pub after: f64,
}

/// Where a gradual change began, and where it had made nearly all of its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DriftPoints {
    pub onset: usize,
    pub arrival: usize,
}

/// A suspicion must lie this much farther above the level than the runs of the baseline ever did:
/// a series with spikes is not suspected of each.
const PAST_EXCESS_FACTOR: f64 = 1.4;

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
            let usual = (self.rule.outlier_sigmas * sigma)
                .max(PAST_EXCESS_FACTOR * self.largest_past_excess(end, count, baseline));
            let beyond = |level: &f64| {
                let distance = level - baseline;
                distance >= size.up - 1e-9 && distance > usual
            };
            if self.levels[end..].iter().all(beyond) && self.is_absolute_reached(baseline, end) {
                return count;
            }
        }
        0
    }

    /// How far above a level as many consecutive runs of the baseline all lay, at most.
    fn largest_past_excess(&self, end: usize, count: usize, level: f64) -> f64 {
        if !is_on(InnerPart::SuspicionMemory) {
            return 0.0;
        }
        let from = self.baseline_start.max(end.saturating_sub(MAX_PAST_RUNS));
        let nearest = |runs: &[f64]| runs.iter().copied().fold(f64::INFINITY, f64::min);
        let past = self.levels[from..end].windows(count).map(nearest);
        past.fold(0.0_f64, |largest, it| largest.max(it - level))
    }

    /// The levels of a report in base units: the median of its first `old` runs, and of the first
    /// `window` of its new level; of a drift, of the newest. The first runs, so that a size once
    /// reported stays: what later runs changed of it is a change of its own.
    pub(crate) fn levels_of(
        &self,
        report: &ReportedChange,
        old: usize,
        window: usize,
    ) -> LevelValues {
        if report.is_exact() {
            return self.exact_levels_of(report);
        }
        let before = report.previous_start..report.previous_start + old;
        let end = report.level_end.unwrap_or(self.levels.len());
        let after = match report.kind {
            ChangeKind::Step => {
                report.change_point..end.min(report.change_point.saturating_add(window))
            }
            ChangeKind::Drift => report.change_point.max(end - window.min(end))..end,
        };
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

    /// The two values that prove a change, to the last digit: a logarithm would round them.
    fn exact_levels_of(&self, report: &ReportedChange) -> LevelValues {
        let at_level = |level: f64| move |at: &usize| self.levels[*at] == level;
        let last_before = (0..report.change_point).rev().find(at_level(report.before));
        let first_after = (report.change_point..self.len()).find(at_level(report.after));
        let value = |level: f64| self.scale().value(self.rule.worse_sign() * level);
        let recorded = |at: usize| self.values[at];
        LevelValues {
            before: last_before.map_or_else(|| value(report.before), recorded),
            after: first_after.map_or_else(|| value(report.after), recorded),
        }
    }

    /// The last point on the level before a report; of a gradual change, where it began.
    pub(crate) fn last_before(&self, report: &ReportedChange) -> usize {
        let onset = self.drift_points(report).map(|points| points.onset);
        onset.unwrap_or(report.change_point.saturating_sub(1))
    }

    /// Where a gradual change began and where it arrived; none for a step.
    pub(crate) fn drift_points(&self, report: &ReportedChange) -> Option<DriftPoints> {
        if report.kind == ChangeKind::Step {
            return None;
        }
        let from = report.previous_start.min(report.change_point);
        let end = report.level_end.unwrap_or(self.len());
        let adjusted = |at| self.adjusted_level(report, at).unwrap_or(report.before);
        let level: Vec<f64> = (from..end).map(adjusted).collect();
        let (crossing, shift) = (report.change_point - from, report.after - report.before);
        Some(DriftPoints {
            onset: from + drift::onset(&level, crossing, report.before, shift),
            arrival: from + drift::arrival(&level, crossing, report.before, shift),
        })
    }

    /// The level of a point as a report saw it; none for another runner than its own, or than those
    /// of its pool.
    pub(super) fn adjusted_level(&self, report: &ReportedChange, at: usize) -> Option<f64> {
        if report.runner_offsets.is_empty() {
            let is_own = self.segments[at] == self.segments[report.reported_at];
            return is_own.then_some(self.levels[at]);
        }
        Some(self.levels[at] - offset(&report.runner_offsets, self.segments[at])?)
    }
}
