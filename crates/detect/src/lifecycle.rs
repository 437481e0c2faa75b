//! The life of a regression: open until its level is back, or somebody accepts or explains it.
//!
//! The look back knows the levels on both sides of each change, the gate what it reported and when.
//! A regression of either is one [`Change`] here, and its [`ChangeStatus`] is a function of the
//! runs, the accepted entries, the notes and the policy. No status is stored anywhere.
//!
//! ```text
//! suspected → open → accepted | explained | fixed | withdrawn | closed
//! ```
//!
//! How far the baseline has moved since has no influence.
//!
//! Example: 100 ms, then 140 ms for 300 runs, then 120 ms. The regression of 40 % is open, and 20 %
//! of it is left. At 105 ms it is fixed: less than the threshold of 10 % is left.

#[cfg(test)]
mod tests;

use model::policy::Policy;
use model::record::time::DAY_US;
use model::series::Series;

use super::analysis::{Change, ChangeKind, ChangeStatus, Explanation};
use super::changes::{self, Boundary, SeriesReview};
use super::detector::{ClosingReason, ReportedChange};
use super::level_scale::LevelScale;
use super::prepared_series::PreparedSeries;
use super::rule::{DRIFTED_BACK_SHARE, Rule};
use super::series_state::SeriesState;

/// Runs by which the change point may differ between the gate's view and the look back: the gate
/// has not seen the runs after it.
const MATCH_TOLERANCE: usize = 5;
/// Slack for sums like 0.1 + 0.2.
const SLACK: f64 = 1e-9;

/// The changes of a series with their states, and the reports that the look back does not confirm.
pub(crate) struct SeriesChangesOverTime {
    pub changes: Vec<Change>,
    pub withdrawn: Vec<Change>,
}

/// What the states of changes depend on.
pub(crate) struct Lifecycle<'a> {
    pub series: &'a Series,
    pub policy: &'a Policy,
    pub state: &'a SeriesState,
    pub review: &'a SeriesReview,
    pub prepared: &'a PreparedSeries<'a>,
    /// No run for so long that the series is retired.
    pub is_retired: bool,
}

/// Whether a regression is open and proven by runs that never vary: levels by the median of runs,
/// other inputs among them, cannot show that it is gone. The gate saw it come, and will see it go.
fn is_proven(report: Option<&ReportedChange>) -> bool {
    report.is_some_and(|report| report.is_exact() && report.closing.is_none())
}

impl Lifecycle<'_> {
    /// Joins what the look back found with what the gate reported, and finds the state of each.
    pub(crate) fn resolve(&self, mut changes: Vec<Change>) -> SeriesChangesOverTime {
        let reports = &self.state.detector.reports;
        let mut report_of: Vec<Option<usize>> = vec![None; changes.len()];
        let mut unmatched = Vec::new();
        for (at, report) in reports.iter().enumerate() {
            match self.matching_change(report, &changes, &report_of) {
                Some(change) => report_of[change] = Some(at),
                None => unmatched.push(at),
            }
        }
        let mut withdrawn = Vec::new();
        for at in unmatched {
            let change = changes::change_from_report(self.series, self.policy, self.state, at);
            let Some(change) = change else { continue };
            match reports[at].closing {
                // The verdict rests on it, so that the list must have it.
                None => {
                    changes.push(change);
                    report_of.push(Some(at));
                }
                Some(_) if change.is_regression => {
                    withdrawn.push(Change { status: ChangeStatus::Withdrawn, ..change });
                }
                // An improvement that went away asks nothing of anybody.
                Some(_) => {}
            }
        }
        let mut order: Vec<usize> = (0..changes.len()).collect();
        order.sort_by_key(|at| changes[*at].first_after);
        let report_of: Vec<Option<usize>> = order.iter().map(|at| report_of[*at]).collect();
        changes.sort_by_key(|change| change.first_after);
        for at in 0..changes.len() {
            let report = report_of[at].map(|report| &reports[report]);
            let status = self.status(&changes, at, report);
            let is_whole = status != ChangeStatus::Open || is_proven(report);
            let left = (!is_whole).then(|| self.partly_left(&changes, at));
            changes[at].left = left.flatten();
            changes[at].reported_at =
                report.map(|report| self.state.detector.run(report.reported_at));
            changes[at].status = status;
        }
        SeriesChangesOverTime { changes, withdrawn }
    }

    /// The change of the look back that is the same as a report, the nearest of those that no other
    /// report is.
    fn matching_change(
        &self,
        report: &ReportedChange,
        changes: &[Change],
        taken: &[Option<usize>],
    ) -> Option<usize> {
        let detector = &self.state.detector;
        let first = detector.run(report.change_point);
        let reported_at = detector.run(report.reported_at);
        let latest = match (report.closing, report.kind) {
            // The look back may see an open report begin later, where the level went on rising.
            (None, _) => usize::MAX,
            (_, ChangeKind::Drift) => reported_at.max(first + MATCH_TOLERANCE),
            (_, ChangeKind::Step) => first + MATCH_TOLERANCE,
        };
        let earliest = match report.kind {
            ChangeKind::Drift => detector.run(report.previous_start),
            ChangeKind::Step => first.saturating_sub(MATCH_TOLERANCE),
        };
        // Two reports of one change happen where the gate closed the first too early. Only one of
        // them is this change, the other was withdrawn.
        let is_same = |at: &usize| {
            let change = &changes[*at];
            taken[*at].is_none()
                && change.is_regression == report.is_regression
                && (earliest..=latest).contains(&change.first_after)
        };
        (0..changes.len()).filter(is_same).min_by_key(|at| changes[*at].first_after.abs_diff(first))
    }

    fn status(
        &self,
        changes: &[Change],
        at: usize,
        report: Option<&ReportedChange>,
    ) -> ChangeStatus {
        let change = &changes[at];
        let boundary = Boundary::of(change);
        // A reviewed yes says more than a level that came back, and both say more than a remark.
        if change.is_regression {
            let entry = self.review.covering_acceptance(self.series, boundary, change.change);
            if let Some(entry) = entry {
                return ChangeStatus::Accepted {
                    reason: entry.reason.clone(),
                    accepted_by: entry.accepted_by.clone(),
                };
            }
            if let Some(fixed) = self.fixed(changes, at, report) {
                return fixed;
            }
        }
        let mut about =
            self.review.explanations.iter().filter(|it| is_about(**it, self.series, boundary));
        match about.next() {
            Some(Explanation::FalseAlarm(_)) => return ChangeStatus::Withdrawn,
            Some(_) => return ChangeStatus::Explained,
            None => {}
        }
        // Last, because it says least: nobody looked, and nothing was fixed.
        let is_closed = change.is_regression && (self.is_retired || self.is_past_closing(change));
        if is_closed { ChangeStatus::Closed } else { ChangeStatus::Open }
    }

    /// Whether a change is older than the policy keeps regressions open.
    fn is_past_closing(&self, change: &Change) -> bool {
        let since = self.series.runs[change.first_after].time;
        is_past_closing(self.policy, since.micros(), self.review.now.micros())
    }

    /// The state of a regression whose level came back.
    fn fixed(
        &self,
        changes: &[Change],
        at: usize,
        report: Option<&ReportedChange>,
    ) -> Option<ChangeStatus> {
        let change = &changes[at];
        let threshold = self.threshold();
        // A reader can be shown the run of an improvement, so that is looked for first.
        let mut fixes = changes[at + 1..].iter().filter(|later| {
            !later.is_regression && self.left_at(changes, at, later) <= threshold * (1.0 + SLACK)
        });
        if let Some(fix) = fixes.next() {
            return Some(ChangeStatus::Fixed { run: Some(fix.first_after) });
        }
        let is_back = || {
            if is_proven(report) {
                return None;
            }
            let left = self.level(self.newest_level(changes, at)?) - self.level(change.before);
            (left <= DRIFTED_BACK_SHARE * threshold).then_some(())
        };
        // The gate saw it go, and reported the next one.
        let is_followed = || {
            let detector = &self.state.detector;
            let closing = report?.closing.filter(|it| it.reason == ClosingReason::Fixed)?;
            let mut open = detector.open_regressions();
            open.any(|open| detector.reports[open].reported_at > closing.at).then_some(closing.at)
        };
        if let Some(point) = is_followed() {
            return Some(ChangeStatus::Fixed { run: Some(self.state.detector.run(point)) });
        }
        is_back().map(|()| ChangeStatus::Fixed { run: None })
    }

    /// How far above the level before a regression a later change ends, in levels. Where runs
    /// cannot be compared across both (another runner, a shift of all backends), the changes in
    /// between are added up.
    fn left_at(&self, changes: &[Change], at: usize, later: &Change) -> f64 {
        let change = &changes[at];
        if self.prepared.is_same_group(change.first_after, later.first_after) {
            return self.level(later.after) - self.level(change.before);
        }
        let between = changes[at..].iter().take_while(|it| it.first_after <= later.first_after);
        between.map(|it| self.level(it.after) - self.level(it.before)).sum()
    }

    /// How much is left of a regression of which a part is fixed.
    fn partly_left(&self, changes: &[Change], at: usize) -> Option<f64> {
        let change = &changes[at];
        if !change.is_regression {
            return None;
        }
        let newest = self.newest_level(changes, at)?;
        let left = self.level(newest) - self.level(change.before);
        let size = self.level(change.after) - self.level(change.before);
        // Half a threshold, so that the noise of a median of seven runs is no partial fix.
        let is_partly_fixed = size - left >= DRIFTED_BACK_SHARE * self.threshold();
        is_partly_fixed.then(|| self.prepared.scale.change(change.before, newest))
    }

    /// The newest level that may be compared with those of a change; base units.
    fn newest_level(&self, changes: &[Change], at: usize) -> Option<f64> {
        let first = changes[at].first_after;
        let comparable = |it: &&Change| self.prepared.is_same_group(first, it.first_after);
        let newest = changes[at..].iter().rev().find(comparable)?;
        self.prepared.newest_level_since(newest.first_after)
    }

    /// Up is worse.
    fn level(&self, value: f64) -> f64 {
        self.rule().worse_sign() * self.scale().level(value)
    }

    /// For the worse, in levels.
    fn threshold(&self) -> f64 {
        self.rule().worse_up_thresholds(self.scale()).up
    }

    fn scale(&self) -> LevelScale {
        self.prepared.scale
    }

    fn rule(&self) -> &Rule {
        self.state.rule()
    }
}

/// Whether a regression that began at a time is older than the policy keeps regressions open.
pub(crate) fn is_past_closing(policy: &Policy, since_us: i64, now_us: i64) -> bool {
    let days = policy.regression.close_after_days;
    days > 0 && now_us.saturating_sub(since_us) > i64::from(days).saturating_mul(DAY_US)
}

/// Whether an explanation is about a change between two runs.
pub(crate) fn is_about(explanation: Explanation, series: &Series, boundary: Boundary) -> bool {
    match explanation {
        Explanation::Day(day) => {
            let first = series.runs[boundary.first_after].time.day();
            first.saturating_sub(day.day()).abs() <= 1
        }
        Explanation::Commit(commit) | Explanation::FalseAlarm(commit) => {
            boundary.holds(commit, series)
        }
    }
}
