//! From change points to changes: which are reported, how large, how sure, and what became of them.
//!
//! A change is reported when it is significant *and* at least the policy's threshold *and*
//! confirmed by enough runs on the new level. Smaller shifts stay part of their level. No cause is
//! ever guessed.
//!
//! Example: 20 runs at 100 ms and 5 at 120 ms under a threshold of 10 % and 3 confirmations are one
//! change of +20 %, a regression from run 20 on.

use model::policy::Policy;
use model::policy::severity::RuleSeverity;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series};

use super::analysis::{
    AnalysisContext, Change, ChangeKind, ChangeSeverity, ChangeStatus, Explanation,
    ResolvedAcceptance,
};
use super::change_point::{self, ChangePoint, LevelBounds, Levels};
use super::comparable::ComparableRuns;
use super::detector::{ChangeDetector, LevelValues, ReportedChange};
use super::drift;
use super::exact;
use super::level_scale::LevelScale;
use super::rule::{ReportedSize, Rule};
use super::series_state::SeriesState;
use super::stats::median;

/// The newest runs whose levels only the gate may report: a burst can look like a level for so
/// long. With 20 more changes were missed, with 5 more reports went away again (F1 on three
/// synthetic histories).
const DETECTOR_ONLY_RUNS: usize = 10;

/// The significant change points of comparable runs, of any size, oldest first; the newest are the
/// gate's.
fn significant_change_points(runs: &ComparableRuns, reported: &[ChangePoint]) -> Vec<ChangePoint> {
    let levels = &runs.levels;
    let mut points = change_point::change_points(levels);
    let settled = levels.len().saturating_sub(DETECTOR_ONLY_RUNS);
    points.retain(|point| point.index < settled);
    for report in reported {
        let at = runs.runs.partition_point(|index| *index < report.index);
        let is_gates = at >= settled || report.z >= exact::PROOF_Z;
        if is_gates && at > 0 && at < levels.len() {
            points.push(ChangePoint { index: at, z: report.z });
        }
    }
    points.sort_by_key(|point| point.index);
    points.dedup_by_key(|point| point.index);
    points
}

/// The changes of comparable runs, and the first points of their levels (a level begins at each
/// reported step).
pub(crate) struct DetectedChanges {
    pub changes: Vec<Change>,
    pub level_starts: Vec<usize>,
    /// First points of all significant levels, however little they differ.
    pub all_level_starts: Vec<usize>,
}

/// The changes of comparable runs, oldest first, all with status `Open`. `reported` are the steps
/// that the gate reported, by their first runs.
pub(crate) fn detect_changes(
    builder: &ChangeBuilder<'_>,
    reported: &[ChangePoint],
) -> DetectedChanges {
    let thresholds = builder.rule.level_thresholds(builder.scale);
    let levels = &builder.runs.levels;
    let relative_size = |shift: f64| shift.abs() / thresholds.of_shift(shift);
    let significant = significant_change_points(builder.runs, reported);
    let all_level_starts = significant.iter().map(|point| point.index).collect();
    // Merged by size only now: small significant shifts still separate levels for the noise.
    let large = change_point::merge_small(levels, significant, relative_size);
    let level_starts: Vec<usize> = large.iter().map(|point| point.index).collect();
    let mut changes: Vec<Change> = (0..large.len())
        .filter_map(|i| {
            let bounds = change_point::level_bounds(&level_starts, i, levels.len());
            builder.build(ChangeKind::Step, bounds, large[i].z)
        })
        .collect();
    // A step hides a drift of its two levels, so drifts are looked for within each level.
    for i in 0..=level_starts.len() {
        let start = if i == 0 { 0 } else { level_starts[i - 1] };
        let end = level_starts.get(i).copied().unwrap_or(levels.len());
        let moved = drift::find_drift(&levels[start..end], thresholds);
        changes.extend(moved.and_then(|drift| {
            let bounds = LevelBounds { start, change_point: start + drift.index, end };
            builder.build(ChangeKind::Drift, bounds, drift.z)
        }));
    }
    changes.sort_by_key(|change| change.first_after);
    DetectedChanges { changes, level_starts, all_level_starts }
}

/// Everything that a change is built from.
pub(crate) struct ChangeBuilder<'a> {
    pub series: &'a Series,
    pub runs: &'a ComparableRuns,
    pub scale: LevelScale,
    pub rule: &'a Rule,
    pub policy: &'a Policy,
}

impl ChangeBuilder<'_> {
    /// The change between two levels; none where the rule does not let it count.
    fn build(&self, kind: ChangeKind, bounds: LevelBounds, z: f64) -> Option<Change> {
        let LevelBounds { start, change_point, end } = bounds;
        let Levels { old, new } = self.level_values(kind, bounds);
        let (before, after) = (median(old)?, median(new)?);
        let (runs_before, runs_after) = match kind {
            ChangeKind::Step => (change_point - start, end - change_point),
            ChangeKind::Drift => (old.len(), new.len()),
        };
        let change = self.scale.change(before, after);
        let is_confirmed = end - change_point >= self.rule.confirmations;
        let has_baseline = change_point >= self.rule.min_runs;
        // The same conditions as the gate's, so that both lists of changes agree.
        if !is_confirmed || !has_baseline || self.is_in_grace_period() {
            return None;
        }
        if !self.rule.is_reached(change, before, after) {
            return None;
        }
        let level = &self.runs.levels[start..end];
        let (base, top) = (self.scale.level(before), self.scale.level(after));
        let run = |at: usize| self.runs.runs[start + at];
        let crossing = change_point - start;
        let (last_before, per_day) = match kind {
            ChangeKind::Step => (run(crossing - 1), None),
            ChangeKind::Drift => {
                let onset = drift::onset(level, crossing, base, top - base);
                let arrival = drift::arrival(level, crossing, base, top - base);
                let span = DriftSpan { from: run(onset), to: run(arrival), change };
                (span.from, span.rate_per_day(self.series, self.scale))
            }
        };
        Some(Change {
            kind,
            first_after: self.runs.runs[change_point],
            last_before,
            per_day,
            before,
            after,
            runs_before: count(runs_before),
            runs_after: count(runs_after),
            change,
            is_regression: self.rule.is_regression(change),
            confidence: self.rule.confidence(
                self.scale,
                ReportedSize { kind, change, z },
                self.runs.levels.len(),
            ),
            severity: severity(self.series, self.policy, change),
            status: ChangeStatus::Open,
            reported_at: None,
            left: None,
            hints: Vec::new(),
        })
    }

    /// The values of the two levels next to the change point. A drift has its ends instead: the old
    /// runs that it is measured from, and the newest.
    fn level_values(&self, kind: ChangeKind, bounds: LevelBounds) -> Levels<'_> {
        let values = &self.runs.values;
        match kind {
            ChangeKind::Step => change_point::adjacent_levels(values, bounds),
            ChangeKind::Drift => {
                let ends = drift::end_lengths(bounds.end - bounds.start);
                Levels {
                    old: &values[bounds.start..bounds.start + ends.old],
                    new: &values[bounds.end - ends.new..bounds.end],
                }
            }
        }
    }

    /// The whole series is in its grace period. What happened there is reported once it is over.
    fn is_in_grace_period(&self) -> bool {
        let runs = &self.series.runs;
        let Some((first, last)) = runs.first().zip(runs.last()) else { return true };
        let age = last.time.micros().saturating_sub(first.time.micros());
        age < self.rule.grace_period_us
    }
}

/// A gradual change between two runs.
#[derive(Clone, Copy, Debug)]
struct DriftSpan {
    from: usize,
    to: usize,
    /// Relative.
    change: f64,
}

impl DriftSpan {
    /// The relative change per day; none within a day.
    fn rate_per_day(self, series: &Series, scale: LevelScale) -> Option<f64> {
        let time = |run: usize| series.runs[run].time.micros();
        let days = time(self.to).saturating_sub(time(self.from)) as f64 / DAY_US as f64;
        let rate = scale.change_of(scale.shift_of(self.change) / days);
        (days >= 1.0 && rate.is_finite()).then_some(rate)
    }
}

fn count(runs: usize) -> u32 {
    u32::try_from(runs).unwrap_or(u32::MAX)
}

/// How severe a change is: what the series' rule says, else by its size.
pub(crate) fn severity(series: &Series, policy: &Policy, change: f64) -> ChangeSeverity {
    // A rule that names a severity decides; else the size does.
    match policy.severity_for(series.key.subject(&series.tags)) {
        Some(RuleSeverity::Minor) => return ChangeSeverity::Minor,
        Some(RuleSeverity::Major) => return ChangeSeverity::Major,
        Some(RuleSeverity::Critical) => return ChangeSeverity::Critical,
        None => {}
    }
    // Slack for sums like 0.1 + 0.2.
    let size = change.abs() + 1e-9;
    if size >= policy.regression.max_regression_ratio {
        ChangeSeverity::Critical
    } else if size >= policy.governance.require_approval_threshold {
        ChangeSeverity::Major
    } else {
        ChangeSeverity::Minor
    }
}

/// A report of the gate in base units.
pub(crate) struct MeasuredChange {
    /// Medians of the levels.
    pub before: f64,
    pub after: f64,
    /// `after / before − 1`, signed as the value moved.
    pub change: f64,
    pub runs_before: u32,
    pub runs_after: u32,
    pub boundary: Boundary,
}

/// The two runs between which a level changed, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Boundary {
    pub last_before: usize,
    pub first_after: usize,
}

impl Boundary {
    pub(crate) fn of(change: &Change) -> Self {
        Self { last_before: change.last_before, first_after: change.first_after }
    }

    /// Whether a commit is newer than the last run on the old level and not newer than the first
    /// one on the new level.
    pub(crate) fn holds(self, commit: CommitIndex, series: &Series) -> bool {
        commit > series.runs[self.last_before].commit
            && commit <= series.runs[self.first_after].commit
    }
}

impl MeasuredChange {
    /// The new level is described by at most `window` of its newest runs.
    pub(crate) fn of(detector: &ChangeDetector, report: &ReportedChange, window: u32) -> Self {
        let n = detector.len();
        let (old, new) = match report.kind {
            ChangeKind::Step => (report.change_point - report.previous_start, usize::MAX),
            ChangeKind::Drift => {
                let ends = drift::end_lengths(report.reported_at + 1 - report.previous_start);
                (ends.old, ends.new)
            }
        };
        // What a change amounts to follows its newest runs, as people read a chart; its old level
        // is what it was when the change was reported.
        let window = (window.max(1) as usize).min(new).min(n);
        let runs_after = match report.kind {
            ChangeKind::Step => n - report.change_point,
            ChangeKind::Drift => window,
        };
        let boundary = Boundary {
            last_before: detector.run(detector.last_before(report)),
            first_after: detector.run(report.change_point),
        };
        let LevelValues { before, after } = detector.levels_of(report, old, window);
        let change = detector.scale().change(before, after);
        let (runs_before, runs_after) = (count(old), count(runs_after));
        Self { before, after, change, runs_before, runs_after, boundary }
    }
}

/// A report of the gate as a change; none where an absolute threshold is not reached. The relative
/// one was when it was reported, and the gate withdraws it where that turns out to be wrong.
pub(crate) fn change_from_report(
    series: &Series,
    policy: &Policy,
    state: &SeriesState,
    index: usize,
) -> Option<Change> {
    let (detector, rule) = (&state.detector, state.rule());
    let report = &detector.reports[index];
    let measured = MeasuredChange::of(detector, report, policy.detection.window);
    let MeasuredChange { before, after, change, .. } = measured;
    let counts = rule.has_direction() && rule.is_absolute_reached(before, after);
    counts.then(|| Change {
        kind: report.kind,
        per_day: detector.drift_points(report).and_then(|points| {
            let (from, to) = (detector.run(points.onset), detector.run(points.arrival));
            DriftSpan { from, to, change }.rate_per_day(series, detector.scale())
        }),
        first_after: measured.boundary.first_after,
        last_before: measured.boundary.last_before,
        before,
        after,
        runs_before: measured.runs_before,
        runs_after: measured.runs_after,
        change,
        is_regression: report.is_regression,
        confidence: rule.confidence(
            detector.scale(),
            ReportedSize { kind: report.kind, change, z: report.z },
            detector.len(),
        ),
        severity: severity(series, policy, change),
        status: ChangeStatus::Open,
        reported_at: Some(detector.run(report.reported_at)),
        left: None,
        hints: Vec::new(),
    })
}

/// What people wrote about a series, and the time at which it is read.
#[derive(Clone, Debug)]
pub(crate) struct SeriesReview {
    pub accepted: Vec<ResolvedAcceptance>,
    pub explanations: Vec<Explanation>,
    pub now: Timestamp,
}

impl SeriesReview {
    pub(crate) fn of(series: &Series, context: &AnalysisContext<'_>) -> Self {
        Self {
            accepted: (context.accepted)(series),
            explanations: (context.explanations)(series),
            now: context.now,
        }
    }

    /// Whether the same was written, and the same entries have expired since.
    pub(crate) fn has_same_effect(&self, other: &Self) -> bool {
        let in_force = |review: &Self| -> Vec<bool> {
            review.accepted.iter().map(|entry| entry.is_in_force(review.now)).collect()
        };
        self.accepted == other.accepted
            && self.explanations == other.explanations
            && in_force(self) == in_force(other)
    }

    /// The entry that accepts a change of this size between two runs.
    pub(crate) fn covering_acceptance(
        &self,
        series: &Series,
        boundary: Boundary,
        change: f64,
    ) -> Option<&ResolvedAcceptance> {
        self.accepted.iter().find(|entry| {
            boundary.holds(entry.commit, series)
                && entry.is_in_force(self.now)
                && change.abs() <= entry.max_change + 1e-9
        })
    }
}
