//! What the gate reported, and how each report ended.
//!
//! A report is closed when its level is back (`Fixed`), when more runs show that it was too small
//! (`Withdrawn`), or, for an improvement, when it is the baseline (`Settled`). A regression has no
//! other end: how far the baseline moves on has no influence.
//!
//! Example: 100, …, 140 for three runs: reported. Three runs at 101 later it is `Fixed`, and the
//! baseline begins at the first of them.

use super::excursions::is_way_back;
use super::runner_pool::RunnerOffsets;
use super::{ChangeCandidate, ChangeDetector};
use crate::ablation::{InnerPart, is_on};
use crate::analysis::ChangeKind;
use crate::drift;
use crate::exact;
use crate::new_level::MAX_BASELINE_RUNS;
use crate::rule::{DRIFTED_BACK_SHARE, LevelThresholds};
use crate::stats::median_in_place;

/// The newest runs that say whether a report is still open: back on the old level with fewer could
/// be an outlier.
const CLOSING_RUNS: usize = 3;

/// A reported change. Places are points of the detector: runs that take part.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct ReportedChange {
    pub kind: ChangeKind,
    pub is_regression: bool,
    pub z: f64,
    /// First point of the level before, first of the new one, and the point that confirmed it.
    pub previous_start: usize,
    pub change_point: usize,
    pub reported_at: usize,
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) runner_offsets: RunnerOffsets,
    /// First point of the next level: of another report, or of an infrastructure shift.
    pub level_end: Option<usize>,
    /// A shift of all backends came after it: its levels cannot be compared with newer ones.
    pub(super) is_rebased: bool,
    /// How it ended; none while it is open.
    pub closing: Option<Closing>,
}

impl ReportedChange {
    /// Whether runs that never vary prove it: its levels are those of the runs that were compared,
    /// not medians of runs that other inputs may be among.
    pub(crate) fn is_exact(&self) -> bool {
        self.z >= exact::PROOF_Z
    }
}

/// The end of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Closing {
    /// First point at which it was no longer open.
    pub at: usize,
    pub reason: ClosingReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) enum ClosingReason {
    /// The level came back.
    Fixed,
    /// More runs showed a change below the threshold.
    Withdrawn,
    /// An improvement that has lasted for the policy's window is the baseline now.
    Settled,
}

/// A significant shift of the level, reported or not.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(super) struct ConfirmedShift {
    /// The point that confirmed it.
    pub(super) confirmed_at: usize,
    /// Its first point.
    from: usize,
    /// In levels; up is worse.
    size: f64,
}

/// A level that came back without a shift that the search would have found.
#[derive(Clone, Copy)]
struct Return {
    /// First point that is back, and first one that was away.
    point: usize,
    from: usize,
    /// How far it was away, in levels; up is worse.
    size: f64,
}

impl ChangeDetector {
    /// Reports a candidate, and restarts the baseline.
    pub(crate) fn report(&mut self, candidate: ChangeCandidate) {
        let n = self.levels.len();
        let (restart, is_regression) = (candidate.baseline_start, candidate.is_regression);
        let since = match candidate.kind {
            ChangeKind::Step => {
                self.baseline_start.max(candidate.change_point.saturating_sub(MAX_BASELINE_RUNS))
            }
            ChangeKind::Drift => self.baseline_start.max(n.saturating_sub(drift::MAX_RUNS)),
        };
        // Before it is pushed: its own level begins there.
        self.end_levels(candidate.change_point);
        let newest = self.shifts.last().copied();
        if let Some(left) = newest.filter(|shift| is_way_back(shift.size, candidate.shift())) {
            self.remember_excursion(left.from, candidate.change_point, left.size);
        }
        self.shifts.push(ConfirmedShift {
            confirmed_at: n - 1,
            from: candidate.change_point,
            size: candidate.shift(),
        });
        if !is_regression {
            self.close_fixed(&candidate);
        }
        if candidate.is_reportable {
            // A level that comes back closes the earlier report and opens none.
            let fix = self.is_fix(&candidate);
            if !fix {
                self.open.push(self.reports.len());
            }
            // The level before begins no earlier than what the change was compared with.
            self.reports.push(ReportedChange {
                kind: candidate.kind,
                is_regression,
                z: candidate.z,
                previous_start: since.min(candidate.change_point.saturating_sub(1)),
                change_point: candidate.change_point,
                reported_at: n - 1,
                before: candidate.before,
                after: candidate.after,
                runner_offsets: candidate.runner_offsets,
                level_end: None,
                is_rebased: false,
                closing: fix.then_some(Closing { at: n - 1, reason: ClosingReason::Settled }),
            });
        }
        self.begin_baseline(restart, is_regression);
    }

    /// The levels of earlier reports end where the next one begins.
    pub(super) fn end_levels(&mut self, at: usize) {
        for report in self.reports.iter_mut().rev() {
            if report.level_end.is_some() {
                break;
            }
            report.level_end = Some(at.max(report.change_point + 1));
        }
    }

    /// Closes the open reports that the newest runs end.
    pub(crate) fn close_if_ended(&mut self) {
        let at = self.len() - 1;
        let mut returned: Option<Return> = None;
        let mut open = std::mem::take(&mut self.open);
        open.retain(|index| {
            let report = &self.reports[*index];
            let Some(reason) = self.ending(report) else { return true };
            let point = self.return_point(report).filter(|_| report.level_end.is_none());
            if let Some(point) = point.filter(|_| reason == ClosingReason::Fixed)
                && returned.is_none_or(|it| point > it.point)
            {
                let size = report.after - report.before;
                returned = Some(Return { point, from: report.change_point, size });
            }
            self.reports[*index].closing = Some(Closing { at, reason });
            false
        });
        self.open = open;
        // The runs of the regression are no part of what follows: with them the baseline would be
        // the mixture of two levels, too noisy for any change.
        if let Some(Return { point, from, size }) = returned {
            self.remember_excursion(from, point, size);
            self.end_levels(point);
            self.begin_baseline(point, false);
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
        if since >= CLOSING_RUNS && self.is_back(report, CLOSING_RUNS) {
            return Some(ClosingReason::Fixed);
        }
        // A level that another one follows keeps the size that it had, and so does an exact one.
        if report.level_end.is_some() || report.kind != ChangeKind::Step || report.is_exact() {
            return None;
        }
        let whole = self.median_level(report, since).unwrap_or(report.after);
        let LevelThresholds { up, down } = self.thresholds;
        let (sign, reached) = if report.is_regression { (1.0, up) } else { (-1.0, down) };
        let is_small = sign * (whole - report.before) < reached - 1e-9;
        (is_small && is_on(InnerPart::Withdrawal)).then_some(ClosingReason::Withdrawn)
    }

    /// Whether each of so many newest runs is nearer to the level before a report than to its new
    /// one. Each, not their median: of a change little larger than the noise, two of three runs
    /// are near the old level by chance too often.
    fn is_back(&self, report: &ReportedChange, runs: usize) -> bool {
        let is_near = |at| {
            let level = self.adjusted_level(report, at);
            level.is_none_or(|it| (it - report.before).abs() < (it - report.after).abs())
        };
        let has_level = |at| self.adjusted_level(report, at).is_some();
        let newest = self.len() - runs.min(self.len())..self.len();
        !report.is_rebased && newest.clone().any(has_level) && newest.clone().all(is_near)
    }

    /// Whether an old regression has gone without a step that the gate would have seen: the newest
    /// runs, as many as describe a level, lie nearer to the level before than
    /// [`DRIFTED_BACK_SHARE`] of the threshold.
    fn has_drifted_back(&self, report: &ReportedChange) -> bool {
        let reached = DRIFTED_BACK_SHARE * self.thresholds.up;
        let newest = self.adjusted_level(report, self.len() - 1);
        // One comparison for most runs: the median costs a sort.
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
    fn close_fixed(&mut self, improvement: &ChangeCandidate) {
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

    /// Whether an improvement brings a level back that an earlier regression had left: no news.
    fn is_fix(&self, candidate: &ChangeCandidate) -> bool {
        let size = self.thresholds;
        let back = |earlier: &ReportedChange| {
            earlier.is_regression && candidate.after - earlier.before <= size.up
        };
        !candidate.is_regression && self.reports.iter().any(back)
    }
}
