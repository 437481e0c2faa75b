//! Boundaries to changes: which shifts are told, how large, how sure, and what became of them.
//!
//! A shift is told when it is significant *and* at least the policy's size *and* confirmed by
//! enough runs on the new level. Smaller ones stay part of their level. No cause is ever guessed.

use model::policy::{self, Policy};
use model::record::Direction;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, Series};

use super::drift;
use super::gate::{Finding, Watch};
use super::standing::Standing;
use super::stats::{median, two_sided_tail};
use super::steps::{self, Boundary};
use super::stretch::{Scale, Stretch};
use super::{Accepted, Change, ChangeKind, Explanation, Severity, Status};

/// What the policy demands of one series, resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Relative change that counts, as the value moves: 0.1 is from 100 to 110 or to 90.
    pub threshold: f64,
    /// Absolute change that must be reached too, base units.
    pub absolute: f64,
    pub better: Direction,
    pub report_only: bool,
}

/// The limit that the policy's rules set for a series.
pub fn limit(series: &Series, policy: &Policy) -> Limit {
    let own = policy.limit_for(series.key.subject(&series.tags), series.better);
    Limit {
        threshold: own.threshold,
        absolute: own.absolute.unwrap_or(0.0),
        better: own.better,
        report_only: own.report_only,
    }
}

impl Limit {
    /// Whether a change from one value to another reaches the limit. The slack of 10⁻⁹ is for
    /// sums like 0.1 + 0.2.
    pub fn reached(&self, change: f64, before: f64, after: f64) -> bool {
        change.abs() >= self.threshold - 1e-9
            && (after - before).abs() >= self.absolute * (1.0 - 1e-9)
    }

    pub fn is_worse(&self, change: f64) -> bool {
        (change > 0.0) == (self.better == Direction::Lower)
    }

    /// How sure a report is: the share of reports of this size over the threshold that were true
    /// on made-up histories, and no more than the runs' own score allows.
    pub fn confidence(&self, scale: Scale, change: f64, z: f64, runs: usize) -> f64 {
        let (up, down) = self.size(scale);
        let shift = scale.shift_of(change);
        let ratio = shift.abs() / if shift > 0.0 { up } else { down };
        calibrated(ratio).min(confidence(z, runs))
    }

    /// The size in levels, up and down; both positive.
    pub fn size(&self, scale: Scale) -> (f64, f64) {
        (scale.shift_of(self.threshold).abs(), scale.shift_of(-self.threshold).abs())
    }
}

/// Surest that normal tails may make us: the tails of benchmark runs are not normal.
const SUREST: f64 = 0.999;

/// The newest runs of a stretch whose levels only the gate may tell: a burst can look like a level
/// for so long. Of 20 it would miss more, of 5 tell more that goes away.
const NEWEST: usize = 10;

/// The significant boundaries of a stretch, of any size, oldest first; the newest are the gate's.
fn shifts(stretch: &Stretch, gate: &[Boundary]) -> Vec<Boundary> {
    let level = &stretch.level;
    let mut found = steps::boundaries(level);
    let settled = level.len().saturating_sub(NEWEST);
    found.retain(|boundary| boundary.at < settled);
    for told in gate {
        let at = stretch.index.partition_point(|index| *index < told.at);
        if at >= settled && at > 0 && at < level.len() {
            found.push(Boundary { at, z: told.z });
        }
    }
    found.sort_by_key(|boundary| boundary.at);
    found.dedup_by_key(|boundary| boundary.at);
    found
}

/// What a stretch of a series tells: its changes, and the first points of its levels (a level
/// begins at each told step).
pub struct Told {
    pub changes: Vec<Change>,
    pub firsts: Vec<usize>,
    /// First points of all levels that are proven, however little they differ.
    pub shifts: Vec<usize>,
}

/// The changes of one stretch, oldest first, all with status `New`. `gate` are the steps that the
/// gate told, by their first runs.
pub fn told(teller: &Teller<'_>, gate: &[Boundary]) -> Told {
    let stretch = teller.stretch;
    let (up, down) = teller.limit.size(teller.scale);
    let level = &stretch.level;
    let size = |shift: f64| shift.abs() / if shift > 0.0 { up } else { down };
    let proven = shifts(stretch, gate);
    let shifts = proven.iter().map(|boundary| boundary.at).collect();
    let large = steps::of_size(level, proven, size);
    let firsts: Vec<usize> = large.iter().map(|boundary| boundary.at).collect();
    let mut changes: Vec<Change> = (0..large.len())
        .filter_map(|i| {
            let around = steps::level(&firsts, i, level.len());
            teller.change(ChangeKind::Step, around, large[i].z)
        })
        .collect();
    for i in 0..=firsts.len() {
        let from = if i == 0 { 0 } else { firsts[i - 1] };
        let to = firsts.get(i).copied().unwrap_or(level.len());
        let moved = drift::drift(&level[from..to], up, down);
        changes.extend(moved.and_then(|drift| {
            teller.change(ChangeKind::Drift, (from, from + drift.at, to), drift.z)
        }));
    }
    changes.sort_by_key(|change| change.first);
    Told { changes, firsts, shifts }
}

/// Everything that a change is told from.
pub struct Teller<'a> {
    pub series: &'a Series,
    pub stretch: &'a Stretch,
    pub scale: Scale,
    pub limit: &'a Limit,
    pub policy: &'a Policy,
}

impl Teller<'_> {
    /// The change at the point `at` between the levels `from..at` and `at..to`; none where the
    /// policy does not let it count.
    fn change(
        &self,
        kind: ChangeKind,
        (from, at, to): (usize, usize, usize),
        z: f64,
    ) -> Option<Change> {
        let (old, new) = self.levels(kind, (from, at, to));
        let (before, after) = (median(old)?, median(new)?);
        let (runs_before, runs_after) = match kind {
            ChangeKind::Step => (at - from, to - at),
            ChangeKind::Drift => (old.len(), new.len()),
        };
        let change = self.scale.change(before, after);
        let confirmed = to - at >= self.policy.detection.confirmations as usize;
        let grounded = at >= self.policy.regression.min_sample_size as usize;
        let first = self.stretch.index[at];
        if !confirmed || !grounded || self.in_grace() {
            return None;
        }
        if !self.limit.reached(change, before, after) {
            return None;
        }
        Some(Change {
            kind,
            first,
            last_before: self.stretch.index[at - 1],
            before,
            after,
            runs_before: u32::try_from(runs_before).unwrap_or(u32::MAX),
            runs_after: u32::try_from(runs_after).unwrap_or(u32::MAX),
            change,
            worse: self.limit.is_worse(change),
            confidence: self.limit.confidence(self.scale, change, z, self.stretch.level.len()),
            severity: severity(self.series, self.policy, change),
            status: Status::New,
            hints: Vec::new(),
        })
    }

    /// The runs of the two levels next to the boundary. A drift has its ends instead: the old runs
    /// that it is measured from, and the newest.
    fn levels(&self, kind: ChangeKind, around: (usize, usize, usize)) -> (&[f64], &[f64]) {
        let value = &self.stretch.value;
        match kind {
            ChangeKind::Step => steps::sides(value, around),
            ChangeKind::Drift => {
                let (from, _, to) = around;
                let (old, new) = drift::ends(to - from);
                (&value[from..from + old], &value[to - new..to])
            }
        }
    }

    /// The whole series is in its grace period; what happened there is told once it is over.
    fn in_grace(&self) -> bool {
        let runs = &self.series.runs;
        let Some((first, last)) = runs.first().zip(runs.last()) else { return true };
        let age = last.time.micros().saturating_sub(first.time.micros());
        age < i64::from(self.policy.regression.grace_period_days) * DAY_US
    }
}

fn severity(series: &Series, policy: &Policy, change: f64) -> Severity {
    match policy.severity_for(series.key.subject(&series.tags)) {
        Some(policy::Severity::Minor) => return Severity::Minor,
        Some(policy::Severity::Major) => return Severity::Major,
        Some(policy::Severity::Critical) => return Severity::Critical,
        None => {}
    }
    let size = change.abs() + 1e-9;
    if size >= policy.regression.max_regression_ratio {
        Severity::Critical
    } else if size >= policy.governance.require_approval_threshold {
        Severity::Major
    } else {
        Severity::Minor
    }
}

/// Share of true reports by size over threshold, linear between these; measured on 1,621 reports
/// of the five made-up histories of docs/accuracy.md.
const TRUE_REPORTS: [(f64, f64); 5] =
    [(1.5, 0.92), (2.25, 0.94), (3.0, 0.965), (4.5, 0.98), (7.0, 0.998)];

fn calibrated(ratio: f64) -> f64 {
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
pub fn confidence(z: f64, runs: usize) -> f64 {
    (1.0 - two_sided_tail(z) * runs as f64).clamp(0.0, SUREST)
}

/// A finding of the gate in base units.
pub struct Sized {
    /// Medians of the levels.
    pub before: f64,
    pub after: f64,
    /// `after / before − 1`, signed as the value moved.
    pub change: f64,
    pub runs_before: u32,
    pub runs_after: u32,
    /// Indices of the last run before and of the first run on the new level.
    pub place: (usize, usize),
}

impl Sized {
    /// The new level is told by at most `window` of its newest runs.
    pub fn of(watch: &Watch, finding: &Finding, window: u32) -> Self {
        let n = watch.len();
        let (old, new) = match finding.kind {
            ChangeKind::Step => (finding.at - finding.since, usize::MAX),
            ChangeKind::Drift => drift::ends(finding.told + 1 - finding.since),
        };
        let window = (window.max(1) as usize).min(new).min(n);
        let count = |runs: usize| u32::try_from(runs).unwrap_or(u32::MAX);
        let runs_after = match finding.kind {
            ChangeKind::Step => n - finding.at,
            ChangeKind::Drift => window,
        };
        let (runs_before, runs_after) = (count(old), count(runs_after));
        let place = (watch.run(finding.at.saturating_sub(1)), watch.run(finding.at));
        let (before, after) = watch.levels(finding, old, window);
        let change = watch.scale().change(before, after);
        Self { before, after, change, runs_before, runs_after, place }
    }
}

/// A finding of the gate as a change; none where an absolute limit is not reached.
pub fn of_finding(
    series: &Series,
    policy: &Policy,
    standing: &Standing,
    index: usize,
) -> Option<Change> {
    let (watch, limit) = (&standing.watch, &standing.limit);
    let finding = &watch.findings[index];
    let it = Sized::of(watch, finding, policy.detection.window);
    limit.reached(it.change, it.before, it.after).then(|| Change {
        kind: finding.kind,
        first: it.place.1,
        last_before: it.place.0,
        before: it.before,
        after: it.after,
        runs_before: it.runs_before,
        runs_after: it.runs_after,
        change: it.change,
        worse: finding.worse,
        confidence: limit.confidence(watch.scale(), it.change, finding.z, watch.len()),
        severity: severity(series, policy, it.change),
        status: Status::New,
        hints: Vec::new(),
    })
}

/// What people said of a series, and the build's time.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub accepted: &'a [Accepted],
    pub explained: &'a [Explanation],
    pub now: Timestamp,
}

/// What became of each change: accepted, else fixed by a later one, else explained by a note.
pub fn settle(series: &Series, changes: &mut [Change], threshold: f64, facts: &Facts<'_>) {
    for i in 0..changes.len() {
        let (earlier, later) = changes.split_at_mut(i + 1);
        let change = &mut earlier[i];
        if facts.explained.iter().any(|it| concerns(*it, series, change)) {
            change.status = Status::Explained;
        }
        if !change.worse {
            continue;
        }
        let direction = (change.after - change.before).signum();
        let within = threshold * change.before.abs();
        let back = |it: &Change| {
            !it.worse && (it.after - change.before) * direction <= within + within * 1e-9
        };
        if later.iter().any(back) {
            change.status = Status::Fixed;
        }
        let place = (change.last_before, change.first);
        if let Some(entry) = acceptance(series, place, change.change, facts) {
            change.status = Status::Approved { reason: entry.reason.clone(), by: entry.by.clone() };
        }
    }
}

/// The entry that accepts a change of this size between two runs.
pub fn acceptance<'a>(
    series: &Series,
    place: (usize, usize),
    change: f64,
    facts: &Facts<'a>,
) -> Option<&'a Accepted> {
    facts.accepted.iter().find(|it| {
        between(it.commit, series, place)
            && it.expires.is_none_or(|until| until > facts.now)
            && change.abs() <= it.max_change + 1e-9
    })
}

/// Whether a commit is newer than the last run on the old level and not newer than the first one
/// on the new level.
fn between(commit: CommitIndex, series: &Series, (last_before, first): (usize, usize)) -> bool {
    commit > series.runs[last_before].commit && commit <= series.runs[first].commit
}

fn concerns(explanation: Explanation, series: &Series, change: &Change) -> bool {
    match explanation {
        Explanation::Day(day) => {
            series.runs[change.first].time.day().saturating_sub(day.day()).abs() <= 1
        }
        Explanation::Commit(commit) | Explanation::FalseAlarm(commit) => {
            between(commit, series, (change.last_before, change.first))
        }
    }
}
