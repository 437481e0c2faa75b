//! What stands after the newest run: an open finding, a suspicion, or nothing.

use std::ops::Range;

use super::pool::offset;
use super::{Answer, Finding, Watch};
use crate::ChangeKind;
use crate::proof;
use crate::stats::median_in_place;

/// The newest runs that say whether a finding still stands.
const NEWEST: usize = 3;
impl Watch {
    /// What the runs so far say.
    pub fn answer(&self) -> Answer {
        if let Some(open) = self.open {
            return Answer::Open(open);
        }
        match self.suspected() {
            0 => Answer::Steady,
            runs => Answer::Suspected(runs),
        }
    }

    /// How many of the newest runs, in a row, lie beyond the threshold and outside the noise on
    /// the worse side of the runs before them: fewer than the confirmations.
    fn suspected(&self) -> usize {
        let n = self.level.len();
        let Some(newest) = self.level.last() else { return 0 };
        let size = self.size;
        if self.mixed || newest - self.base[n - 1] < 0.5 * size.worse {
            return 0;
        }
        for count in (1..self.demand.confirmations).rev() {
            let Some(end) = n.checked_sub(count).filter(|end| *end > self.epoch) else { continue };
            let window = self.demand.window.max(1);
            let base = &self.level[self.epoch.max(end.saturating_sub(window))..end];
            let middle = median_in_place(&mut base.to_vec()).unwrap_or(0.0);
            let sigma = proof::sigma_before(base, middle);
            let beyond = |level: &f64| {
                let distance = level - middle;
                distance >= size.worse - 1e-9 && distance > self.demand.sigmas * sigma
            };
            if self.level[end..].iter().all(beyond) {
                return count;
            }
        }
        0
    }

    /// Ends the open finding where the newest runs say so.
    pub fn close(&mut self) {
        let Some(index) = self.open else { return };
        let n = self.level.len();
        let size = self.size;
        let finding = &self.findings[index];
        let since = n - finding.at.min(n);
        let middle = |count: usize| {
            let mut newest: Vec<f64> =
                (n - count.min(n)..n).filter_map(|at| self.even(finding, at)).collect();
            median_in_place(&mut newest)
        };
        let window = self.demand.window.max(1);
        let newest = middle(NEWEST.min(since)).unwrap_or(finding.after);
        let whole = middle(since.min(window)).unwrap_or(finding.after);
        let back = (newest - finding.before).abs() < (newest - finding.after).abs();
        let sign = if finding.worse { 1.0 } else { -1.0 };
        let reached = if finding.worse { size.worse } else { size.better };
        let small = sign * (whole - finding.before) < reached - 1e-9;
        let small = small && finding.kind == ChangeKind::Step;
        if back || small || since > window {
            self.findings[index].ended = Some(n - 1);
            self.open = None;
        }
    }

    /// The levels of a finding in base units: the median of its first `old` runs, and of the newest
    /// `window` of its new level.
    pub fn levels(&self, finding: &Finding, old: usize, window: usize) -> (f64, f64) {
        let before = finding.since..finding.since + old;
        let n = self.level.len();
        let after = finding.at.max(n - window.min(n))..n;
        if finding.pool.is_empty() {
            let middle = |points: Range<usize>| median_in_place(&mut self.value[points].to_vec());
            return (middle(before).unwrap_or(0.0), middle(after).unwrap_or(0.0));
        }
        // In the eyes of the runner that confirmed it.
        let own = offset(&finding.pool, self.segment[finding.told]).unwrap_or(0.0);
        let mut newest: Vec<f64> = after.filter_map(|at| self.even(finding, at)).collect();
        let after = median_in_place(&mut newest).unwrap_or(finding.after);
        let sign = if self.demand.lower { 1.0 } else { -1.0 };
        let value = |level: f64| self.scale().value(sign * (level + own));
        (value(finding.before), value(after))
    }

    /// The level of a point as a finding saw it; none for a runner that it did not know.
    fn even(&self, finding: &Finding, at: usize) -> Option<f64> {
        if finding.pool.is_empty() {
            return Some(self.level[at]);
        }
        Some(self.level[at] - offset(&finding.pool, self.segment[at])?)
    }
}
