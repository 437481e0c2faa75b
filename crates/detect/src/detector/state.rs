//! What stands after the newest run: an open finding, a suspicion, or nothing.

use std::ops::Range;

use super::runner_pool::offset;
use super::{ChangeDetector, DetectorState, ReportedChange};
use crate::analysis::ChangeKind;
use crate::significance;
use crate::stats::median_in_place;

/// The newest runs that say whether a finding still stands.
const CLOSING_RUNS: usize = 3;

/// The levels on the two sides of a change, base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelValues {
    pub before: f64,
    pub after: f64,
}

impl ChangeDetector {
    /// What the runs so far say.
    pub fn state(&self) -> DetectorState {
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
        for count in (1..self.rule.confirmations).rev() {
            let Some(end) = n.checked_sub(count).filter(|end| *end > self.baseline_start) else {
                continue;
            };
            let window = self.rule.window.max(1);
            let base = &self.levels[self.baseline_start.max(end.saturating_sub(window))..end];
            let middle = median_in_place(&mut base.to_vec()).unwrap_or(0.0);
            let sigma = significance::sigma_before(base, middle);
            let beyond = |level: &f64| {
                let distance = level - middle;
                distance >= size.up - 1e-9 && distance > self.rule.outlier_sigmas * sigma
            };
            if self.levels[end..].iter().all(beyond) {
                return count;
            }
        }
        0
    }

    /// Ends the open finding where the newest runs say so.
    pub fn close_if_ended(&mut self) {
        let Some(index) = self.open else { return };
        let n = self.levels.len();
        let size = self.thresholds;
        let finding = &self.reports[index];
        let since = n - finding.change_point.min(n);
        let middle = |count: usize| {
            let mut newest: Vec<f64> =
                (n - count.min(n)..n).filter_map(|at| self.adjusted_level(finding, at)).collect();
            median_in_place(&mut newest)
        };
        let window = self.rule.window.max(1);
        let newest = middle(CLOSING_RUNS.min(since)).unwrap_or(finding.after);
        let whole = middle(since.min(window)).unwrap_or(finding.after);
        let back = (newest - finding.before).abs() < (newest - finding.after).abs();
        let sign = if finding.is_regression { 1.0 } else { -1.0 };
        let reached = if finding.is_regression { size.up } else { size.down };
        let small = sign * (whole - finding.before) < reached - 1e-9;
        let small = small && finding.kind == ChangeKind::Step;
        if back || small || since > window {
            self.reports[index].closed_at = Some(n - 1);
            self.open = None;
        }
    }

    /// The levels of a finding in base units: the median of its first `old` runs, and of the newest
    /// `window` of its new level.
    pub fn levels_of(&self, finding: &ReportedChange, old: usize, window: usize) -> LevelValues {
        let before = finding.previous_start..finding.previous_start + old;
        let n = self.levels.len();
        let after = finding.change_point.max(n - window.min(n))..n;
        if finding.runner_offsets.is_empty() {
            let middle = |points: Range<usize>| median_in_place(&mut self.values[points].to_vec());
            let (before, after) = (middle(before), middle(after));
            return LevelValues { before: before.unwrap_or(0.0), after: after.unwrap_or(0.0) };
        }
        // In the eyes of the runner that confirmed it.
        let own =
            offset(&finding.runner_offsets, self.segments[finding.reported_at]).unwrap_or(0.0);
        let mut newest: Vec<f64> =
            after.filter_map(|at| self.adjusted_level(finding, at)).collect();
        let after = median_in_place(&mut newest).unwrap_or(finding.after);
        let sign = self.rule.worse_sign();
        let value = |level: f64| self.scale().value(sign * (level + own));
        LevelValues { before: value(finding.before), after: value(after) }
    }

    /// The level of a point as a finding saw it; none for a runner that it did not know.
    fn adjusted_level(&self, finding: &ReportedChange, at: usize) -> Option<f64> {
        if finding.runner_offsets.is_empty() {
            return Some(self.levels[at]);
        }
        Some(self.levels[at] - offset(&finding.runner_offsets, self.segments[at])?)
    }
}
