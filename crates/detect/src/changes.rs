//! Boundaries to changes: which shifts are told, how large, how sure, and what became of them.
//!
//! A shift is told when it is significant *and* at least the policy's size *and* confirmed by
//! enough runs on the new level. Smaller ones stay part of their level. No cause is ever guessed.

use model::policy::{self, Policy};
use model::record::Direction;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series};

use super::change_point::{self, ChangePoint};
use super::comparable::{ComparableRuns, LevelScale};
use super::detector::{ChangeDetector, ReportedChange};
use super::drift;
use super::series_state::SeriesState;
use super::stats::{median, two_sided_tail};
use super::{Change, ChangeKind, ChangeSeverity, ChangeStatus, Explanation, ResolvedAcceptance};

/// What the policy demands of one series, resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesThreshold {
    /// Relative change that counts, as the value moves: 0.1 is from 100 to 110 or to 90.
    pub relative: f64,
    /// Absolute change that must be reached too, base units.
    pub absolute: f64,
    pub direction: Direction,
    pub report_only: bool,
}

/// The limit that the policy's rules set for a series.
pub fn series_threshold(series: &Series, policy: &Policy) -> SeriesThreshold {
    let own = policy.threshold_for(series.key.subject(&series.tags), series.direction);
    SeriesThreshold {
        relative: own.relative,
        absolute: own.absolute.unwrap_or(0.0),
        direction: own.direction,
        report_only: own.report_only,
    }
}

impl SeriesThreshold {
    /// Whether a change from one value to another reaches the limit. The slack of 10⁻⁹ is for
    /// sums like 0.1 + 0.2.
    pub fn is_reached(&self, change: f64, before: f64, after: f64) -> bool {
        change.abs() >= self.relative - 1e-9
            && (after - before).abs() >= self.absolute * (1.0 - 1e-9)
    }

    pub fn is_regression(&self, change: f64) -> bool {
        (change > 0.0) == (self.direction == Direction::Lower)
    }

    /// How sure a report is: the share of reports of this size over the threshold that were true
    /// on made-up histories, and no more than the runs' own score allows.
    pub fn confidence(&self, scale: LevelScale, change: f64, z: f64, runs: usize) -> f64 {
        let (up, down) = self.level_shifts(scale);
        let shift = scale.shift_of(change);
        let ratio = shift.abs() / if shift > 0.0 { up } else { down };
        calibrated_confidence(ratio).min(bonferroni_confidence(z, runs))
    }

    /// The size in levels, up and down; both positive.
    pub fn level_shifts(&self, scale: LevelScale) -> (f64, f64) {
        (scale.shift_of(self.relative).abs(), scale.shift_of(-self.relative).abs())
    }
}

/// Surest that normal tails may make us: the tails of benchmark runs are not normal.
const MAX_CONFIDENCE: f64 = 0.999;

/// The newest runs of a stretch whose levels only the gate may tell: a burst can look like a level
/// for so long. Of 20 it would miss more, of 5 tell more that goes away.
const DETECTOR_ONLY_RUNS: usize = 10;

/// The significant boundaries of a stretch, of any size, oldest first; the newest are the gate's.
fn significant_change_points(stretch: &ComparableRuns, gate: &[ChangePoint]) -> Vec<ChangePoint> {
    let level = &stretch.levels;
    let mut found = change_point::change_points(level);
    let settled = level.len().saturating_sub(DETECTOR_ONLY_RUNS);
    found.retain(|boundary| boundary.index < settled);
    for told in gate {
        let at = stretch.runs.partition_point(|index| *index < told.index);
        if at >= settled && at > 0 && at < level.len() {
            found.push(ChangePoint { index: at, z: told.z });
        }
    }
    found.sort_by_key(|boundary| boundary.index);
    found.dedup_by_key(|boundary| boundary.index);
    found
}

/// What a stretch of a series tells: its changes, and the first points of its levels (a level
/// begins at each told step).
pub struct DetectedChanges {
    pub changes: Vec<Change>,
    pub level_starts: Vec<usize>,
    /// First points of all levels that are proven, however little they differ.
    pub all_level_starts: Vec<usize>,
}

/// The changes of one stretch, oldest first, all with status `New`. `gate` are the steps that the
/// gate told, by their first runs.
pub fn detect_changes(teller: &ChangeBuilder<'_>, gate: &[ChangePoint]) -> DetectedChanges {
    let stretch = teller.runs;
    let (up, down) = teller.threshold.level_shifts(teller.scale);
    let level = &stretch.levels;
    let size = |shift: f64| shift.abs() / if shift > 0.0 { up } else { down };
    let proven = significant_change_points(stretch, gate);
    let shifts = proven.iter().map(|boundary| boundary.index).collect();
    let large = change_point::merge_small(level, proven, size);
    let firsts: Vec<usize> = large.iter().map(|boundary| boundary.index).collect();
    let mut changes: Vec<Change> = (0..large.len())
        .filter_map(|i| {
            let around = change_point::level_bounds(&firsts, i, level.len());
            teller.build(ChangeKind::Step, around, large[i].z)
        })
        .collect();
    for i in 0..=firsts.len() {
        let from = if i == 0 { 0 } else { firsts[i - 1] };
        let to = firsts.get(i).copied().unwrap_or(level.len());
        let moved = drift::find_drift(&level[from..to], up, down);
        changes.extend(moved.and_then(|drift| {
            teller.build(ChangeKind::Drift, (from, from + drift.index, to), drift.z)
        }));
    }
    changes.sort_by_key(|change| change.first_after);
    DetectedChanges { changes, level_starts: firsts, all_level_starts: shifts }
}

/// Everything that a change is told from.
pub struct ChangeBuilder<'a> {
    pub series: &'a Series,
    pub runs: &'a ComparableRuns,
    pub scale: LevelScale,
    pub threshold: &'a SeriesThreshold,
    pub policy: &'a Policy,
}

impl ChangeBuilder<'_> {
    /// The change at the point `at` between the levels `from..at` and `at..to`; none where the
    /// policy does not let it count.
    fn build(
        &self,
        kind: ChangeKind,
        (from, at, to): (usize, usize, usize),
        z: f64,
    ) -> Option<Change> {
        let (old, new) = self.level_values(kind, (from, at, to));
        let (before, after) = (median(old)?, median(new)?);
        let (runs_before, runs_after) = match kind {
            ChangeKind::Step => (at - from, to - at),
            ChangeKind::Drift => (old.len(), new.len()),
        };
        let change = self.scale.change(before, after);
        let confirmed = to - at >= self.policy.detection.confirmations as usize;
        let grounded = at >= self.policy.regression.min_sample_size as usize;
        let first = self.runs.runs[at];
        if !confirmed || !grounded || self.is_in_grace_period() {
            return None;
        }
        if !self.threshold.is_reached(change, before, after) {
            return None;
        }
        Some(Change {
            kind,
            first_after: first,
            last_before: self.runs.runs[at - 1],
            before,
            after,
            runs_before: u32::try_from(runs_before).unwrap_or(u32::MAX),
            runs_after: u32::try_from(runs_after).unwrap_or(u32::MAX),
            change,
            is_regression: self.threshold.is_regression(change),
            confidence: self.threshold.confidence(self.scale, change, z, self.runs.levels.len()),
            severity: severity(self.series, self.policy, change),
            status: ChangeStatus::New,
            hints: Vec::new(),
        })
    }

    /// The runs of the two levels next to the boundary. A drift has its ends instead: the old runs
    /// that it is measured from, and the newest.
    fn level_values(&self, kind: ChangeKind, around: (usize, usize, usize)) -> (&[f64], &[f64]) {
        let value = &self.runs.values;
        match kind {
            ChangeKind::Step => change_point::adjacent_levels(value, around),
            ChangeKind::Drift => {
                let (from, _, to) = around;
                let (old, new) = drift::end_lengths(to - from);
                (&value[from..from + old], &value[to - new..to])
            }
        }
    }

    /// The whole series is in its grace period; what happened there is told once it is over.
    fn is_in_grace_period(&self) -> bool {
        let runs = &self.series.runs;
        let Some((first, last)) = runs.first().zip(runs.last()) else { return true };
        let age = last.time.micros().saturating_sub(first.time.micros());
        age < i64::from(self.policy.regression.grace_period_days) * DAY_US
    }
}

fn severity(series: &Series, policy: &Policy, change: f64) -> ChangeSeverity {
    match policy.severity_for(series.key.subject(&series.tags)) {
        Some(policy::RuleSeverity::Minor) => return ChangeSeverity::Minor,
        Some(policy::RuleSeverity::Major) => return ChangeSeverity::Major,
        Some(policy::RuleSeverity::Critical) => return ChangeSeverity::Critical,
        None => {}
    }
    let size = change.abs() + 1e-9;
    if size >= policy.regression.max_regression_ratio {
        ChangeSeverity::Critical
    } else if size >= policy.governance.require_approval_threshold {
        ChangeSeverity::Major
    } else {
        ChangeSeverity::Minor
    }
}

/// Share of true reports by size over threshold, linear between these; measured on 1,621 reports
/// of the five made-up histories of docs/accuracy.md.
const TRUE_REPORTS: [(f64, f64); 5] =
    [(1.5, 0.92), (2.25, 0.94), (3.0, 0.965), (4.5, 0.98), (7.0, 0.998)];

fn calibrated_confidence(ratio: f64) -> f64 {
    let (first, last) = (TRUE_REPORTS[0], TRUE_REPORTS[TRUE_REPORTS.len() - 1]);
    if ratio.is_nan() || ratio <= first.0 {
        return first.1;
    }
    let between = TRUE_REPORTS.windows(2).find(|pair| ratio < pair[1].0);
    between.map_or(last.1, |pair| {
        let share = (ratio - pair[0].0) / (pair[1].0 - pair[0].0);
        pair[0].1 + share * (pair[1].1 - pair[0].1)
    })
}

/// One minus the probability that a series of `runs` unchanged runs shows a score of `z` anywhere:
/// the two-sided normal tail times the number of places (Bonferroni), at most 0.999.
pub fn bonferroni_confidence(z: f64, runs: usize) -> f64 {
    (1.0 - two_sided_tail(z) * runs as f64).clamp(0.0, MAX_CONFIDENCE)
}

/// A finding of the gate in base units.
pub struct MeasuredChange {
    /// Medians of the levels.
    pub before: f64,
    pub after: f64,
    /// `after / before − 1`, signed as the value moved.
    pub change: f64,
    pub runs_before: u32,
    pub runs_after: u32,
    /// Indices of the last run before and of the first run on the new level.
    pub boundary_runs: (usize, usize),
}

impl MeasuredChange {
    /// The new level is told by at most `window` of its newest runs.
    pub fn of(watch: &ChangeDetector, finding: &ReportedChange, window: u32) -> Self {
        let n = watch.len();
        let (old, new) = match finding.kind {
            ChangeKind::Step => (finding.change_point - finding.previous_start, usize::MAX),
            ChangeKind::Drift => {
                drift::end_lengths(finding.reported_at + 1 - finding.previous_start)
            }
        };
        let window = (window.max(1) as usize).min(new).min(n);
        let count = |runs: usize| u32::try_from(runs).unwrap_or(u32::MAX);
        let runs_after = match finding.kind {
            ChangeKind::Step => n - finding.change_point,
            ChangeKind::Drift => window,
        };
        let (runs_before, runs_after) = (count(old), count(runs_after));
        let place =
            (watch.run(finding.change_point.saturating_sub(1)), watch.run(finding.change_point));
        let (before, after) = watch.levels_of(finding, old, window);
        let change = watch.scale().change(before, after);
        Self { before, after, change, runs_before, runs_after, boundary_runs: place }
    }
}

/// A finding of the gate as a change; none where an absolute limit is not reached.
pub fn change_from_report(
    series: &Series,
    policy: &Policy,
    standing: &SeriesState,
    index: usize,
) -> Option<Change> {
    let (watch, limit) = (&standing.detector, &standing.threshold);
    let finding = &watch.reports[index];
    let it = MeasuredChange::of(watch, finding, policy.detection.window);
    limit.is_reached(it.change, it.before, it.after).then(|| Change {
        kind: finding.kind,
        first_after: it.boundary_runs.1,
        last_before: it.boundary_runs.0,
        before: it.before,
        after: it.after,
        runs_before: it.runs_before,
        runs_after: it.runs_after,
        change: it.change,
        is_regression: finding.is_regression,
        confidence: limit.confidence(watch.scale(), it.change, finding.z, watch.len()),
        severity: severity(series, policy, it.change),
        status: ChangeStatus::New,
        hints: Vec::new(),
    })
}

/// What people said of a series, and the build's time.
#[derive(Clone, Copy)]
pub struct SeriesReview<'a> {
    pub accepted: &'a [ResolvedAcceptance],
    pub explanations: &'a [Explanation],
    pub now: Timestamp,
}

/// What became of each change: accepted, else fixed by a later one, else explained by a note.
pub fn resolve_statuses(
    series: &Series,
    changes: &mut [Change],
    threshold: f64,
    facts: &SeriesReview<'_>,
) {
    for i in 0..changes.len() {
        let (earlier, later) = changes.split_at_mut(i + 1);
        let change = &mut earlier[i];
        if facts.explanations.iter().any(|it| is_about(*it, series, change)) {
            change.status = ChangeStatus::Explained;
        }
        if !change.is_regression {
            continue;
        }
        let direction = (change.after - change.before).signum();
        let within = threshold * change.before.abs();
        let back = |it: &Change| {
            !it.is_regression && (it.after - change.before) * direction <= within + within * 1e-9
        };
        if later.iter().any(back) {
            change.status = ChangeStatus::Fixed;
        }
        let place = (change.last_before, change.first_after);
        if let Some(entry) = covering_acceptance(series, place, change.change, facts) {
            change.status = ChangeStatus::Accepted {
                reason: entry.reason.clone(),
                accepted_by: entry.accepted_by.clone(),
            };
        }
    }
}

/// The entry that accepts a change of this size between two runs.
pub fn covering_acceptance<'a>(
    series: &Series,
    place: (usize, usize),
    change: f64,
    facts: &SeriesReview<'a>,
) -> Option<&'a ResolvedAcceptance> {
    facts.accepted.iter().find(|it| {
        is_between_runs(it.commit, series, place)
            && it.expires.is_none_or(|until| until > facts.now)
            && change.abs() <= it.max_change + 1e-9
    })
}

/// Whether a commit is newer than the last run on the old level and not newer than the first one
/// on the new level.
fn is_between_runs(
    commit: CommitIndex,
    series: &Series,
    (last_before, first): (usize, usize),
) -> bool {
    commit > series.runs[last_before].commit && commit <= series.runs[first].commit
}

fn is_about(explanation: Explanation, series: &Series, change: &Change) -> bool {
    match explanation {
        Explanation::Day(day) => {
            series.runs[change.first_after].time.day().saturating_sub(day.day()).abs() <= 1
        }
        Explanation::Commit(commit) | Explanation::FalseAlarm(commit) => {
            is_between_runs(commit, series, (change.last_before, change.first_after))
        }
    }
}
