//! One series of a peer group, commit by commit: how far it moved from its level just before.
//!
//! Example: ten runs at 100, then 110. The [`MemberShift`] of the new run is ln 1.1 = 0.095.

use std::ops::Range;
use std::sync::Arc;

use model::record::Direction;
use model::series::{Run, Series};

use super::{Exclusions, GroupMember, MIN_REMAINING_SHARE};
use crate::change_point::NOISE_FLOOR;
use crate::commit_batches::NewRuns;
use crate::controls::ControlShift;
use crate::level_scale::LevelScale;
use crate::stats::{MAD_SIGMA, MAX_SIGMA_RATIO, median, median_in_place, robust_sigma};

/// Runs before that the newest are compared with, and the fewest that say anything.
pub(crate) const MAX_RUNS_BEFORE: usize = 10;
pub(crate) const MIN_RUNS_BEFORE: usize = 4;
/// Spread of the newest levels over the noise from which on a series is unsettled. Among ten levels
/// the robust spread is often half as large again by chance.
const UNSETTLED_SPREAD: f64 = 2.0;
/// Jumps from run to run that the noise is taken from.
const MAX_JUMPS: usize = 60;

/// The levels of a series' runs, which all its peer groups share.
pub(crate) struct MemberLevels {
    /// Of each run, up is worse; NaN where it failed or is not above zero.
    levels: Vec<f64>,
    /// The run before each in its segment that has a level, [`NO_RUN`] where there is none. Empty
    /// for a series of one segment, where it is a step back.
    earlier: Vec<u32>,
    /// The segment of each run; empty for a series of one segment.
    segment: Vec<u32>,
    segments: usize,
}

const NO_RUN: u32 = u32::MAX;

/// One series on the way through the commits.
pub(crate) struct MemberState {
    /// Number of its peer in the group.
    pub peer: usize,
    pub threshold: f64,
    levels: Arc<MemberLevels>,
    /// By segment: its newest runs that may be compared, once they were needed. While a shift of
    /// the group goes on, they are collected each time, because it changes which runs those are.
    recent: Vec<Option<RecentLevels>>,
    /// First run of the present baseline.
    pub baseline_start: usize,
    /// First run that the pass has not reached.
    pub next_run: usize,
    /// While a shift of the group goes on: the first run that it may have touched.
    pub frozen_from: Option<usize>,
    /// While it goes on: the first run that it has touched for certain.
    pub shift_start: Option<usize>,
    /// The newest run of a shift that the controls attributed to the code.
    vetoed_run: Option<usize>,
    /// Runs before this are compared although they are excluded: their shift stayed.
    pub retained_before: usize,
    pub exclusions: Exclusions,
}

/// What one series did.
#[derive(Clone, Copy)]
pub(crate) struct MemberShift {
    pub member: usize,
    /// Level of the newest runs over the level just before, up is worse.
    pub shift: f64,
    /// How many standard deviations of one run the two medians vary by.
    pub standard_error_factor: f64,
    /// Level just before.
    pub level_before: f64,
    pub from: usize,
    pub to: usize,
}

impl MemberLevels {
    /// Only what is above zero has a ratio, and the first of it is the reference: what comes later
    /// must not change an earlier verdict.
    pub(crate) fn of(series: &Series, better: Direction) -> Self {
        let runs = &series.runs;
        let positive =
            |run: &Run| run.value.get().filter(|value| value.is_finite() && *value > 0.0);
        // One value fixes the scale, here as in the detector: a median of all would look ahead.
        let first: Vec<f64> = runs.iter().find_map(positive).into_iter().collect();
        let scale = LevelScale::of(&first);
        let sign = if better == Direction::Higher { -1.0 } else { 1.0 };
        let level = |run| positive(run).map_or(f64::NAN, |value| sign * scale.level(value));
        let level: Vec<f64> = runs.iter().map(level).collect();
        let (mut earlier, mut segment) = (Vec::new(), Vec::new());
        // Most series have one segment: there the run before is one step back, and no list is kept.
        if series.segments.len() > 1 {
            segment = runs.iter().map(|run| run.segment).collect();
            let mut newest = vec![NO_RUN; series.segments.len()];
            earlier.reserve_exact(runs.len());
            for (index, run) in runs.iter().enumerate() {
                let newest = &mut newest[run.segment as usize];
                earlier.push(*newest);
                if !level[index].is_nan() {
                    *newest = u32::try_from(index).unwrap_or(NO_RUN);
                }
            }
        }
        let segments = series.segments.len().max(1);
        Self { levels: level, earlier, segment, segments }
    }

    fn level(&self, run: usize) -> Option<f64> {
        Some(self.levels[run]).filter(|level| !level.is_nan())
    }

    fn segment(&self, run: usize) -> usize {
        self.segment.get(run).map_or(0, |segment| *segment as usize)
    }

    /// The run before this one in its segment that has a level.
    fn earlier(&self, run: usize) -> Option<usize> {
        match self.earlier.get(run) {
            Some(&NO_RUN) => None,
            Some(earlier) => Some(*earlier as usize),
            None => (0..run).rev().find(|index| !self.levels[*index].is_nan()),
        }
    }

    /// The median of those of these runs that may be compared with the last, and their number.
    fn newest_median(&self, new_runs: Range<usize>) -> Option<(f64, usize)> {
        let newest = new_runs.end - 1;
        if new_runs.len() == 1 {
            return Some((self.level(newest)?, 1));
        }
        let mut now: Vec<f64> = self.level(newest).into_iter().collect();
        let mut run = newest;
        while let Some(earlier) = self.earlier(run).filter(|it| *it >= new_runs.start) {
            run = earlier;
            now.push(self.levels[run]);
        }
        Some((median_in_place(&mut now)?, now.len()))
    }
}

/// The newest levels of one segment, at most [`MAX_RUNS_BEFORE`].
#[derive(Clone, Copy, Default)]
struct RecentLevels {
    /// As they came; once all places are taken, the oldest is replaced. Until then the first is
    /// in the free ones.
    ring: [f64; MAX_RUNS_BEFORE],
    oldest: usize,
    count: usize,
}

impl RecentLevels {
    fn push(&mut self, level: f64) {
        // Free places repeat the first level, so that `all_within` needs no count.
        if self.count == 0 {
            self.ring = [level; MAX_RUNS_BEFORE];
        }
        if self.count < MAX_RUNS_BEFORE {
            self.ring[self.count] = level;
            self.count += 1;
        } else {
            self.ring[self.oldest] = level;
            self.oldest = (self.oldest + 1) % MAX_RUNS_BEFORE;
        }
    }

    fn levels(&self) -> &[f64] {
        &self.ring[..self.count]
    }

    /// Whether a level lies less than a distance from each of these, and so from their median.
    fn all_within(&self, level: f64, distance: f64) -> bool {
        self.ring.iter().fold(true, |near, it| near & ((level - it).abs() < distance))
    }
}

impl MemberState {
    pub(crate) fn of(member: &GroupMember, peer: usize) -> Self {
        Self {
            peer,
            threshold: member.threshold,
            recent: vec![None; member.levels.segments],
            levels: Arc::clone(&member.levels),
            baseline_start: 0,
            next_run: 0,
            frozen_from: None,
            shift_start: None,
            vetoed_run: None,
            retained_before: 0,
            exclusions: Exclusions::default(),
        }
    }

    /// The same state for a series with other runs from here on.
    pub(crate) fn with_levels(&self, levels: Arc<MemberLevels>) -> Self {
        let recent = vec![None; levels.segments];
        Self { levels, recent, exclusions: self.exclusions.clone(), ..*self }
    }

    /// The shift of the group is over: the run from which on it may have touched the series.
    pub(crate) fn thaw(&mut self) -> Option<usize> {
        self.recent.fill(None);
        self.frozen_from.take()
    }

    /// A shift of the group begins, which may have touched the runs from this one on.
    pub(crate) fn freeze(&mut self, from: usize) {
        self.frozen_from = Some(from);
        self.recent.fill(None);
    }

    /// Whether the series moves by a distance or more at a commit that it has not reached; none
    /// where it has no [`MemberShift`] there. Hardly ever is a median needed: a level near to all
    /// of the last ten is near to their median.
    pub(crate) fn moves_by(&mut self, new_runs: NewRuns, distance: f64) -> Option<bool> {
        self.load_recent(new_runs);
        let before = self.recent_before(new_runs)?;
        if new_runs.to - new_runs.from == 1
            && before.all_within(self.levels.level(new_runs.from)?, distance)
        {
            return Some(false);
        }
        Some(self.shift_at(new_runs)?.shift.abs() >= distance)
    }

    /// What the series did at a commit, against its level just before; none where too few
    /// comparable runs make that level.
    pub(crate) fn advance(&mut self, new_runs: NewRuns) -> Option<MemberShift> {
        self.load_recent(new_runs);
        let moved = self.shift_at(new_runs);
        self.skip(new_runs);
        moved
    }

    /// Goes past the runs of a commit.
    pub(crate) fn skip(&mut self, new_runs: NewRuns) {
        // While a shift goes on, its runs must not become the level it is measured from.
        self.next_run = new_runs.to;
        if self.frozen_from.is_none() {
            for run in new_runs.from..new_runs.to {
                let recent = self.recent[self.levels.segment(run)].as_mut();
                if let Some((recent, level)) = recent.zip(self.levels.level(run)) {
                    recent.push(level);
                }
            }
        }
    }

    fn shift_at(&self, new_runs: NewRuns) -> Option<MemberShift> {
        let NewRuns { member, from, to } = new_runs;
        let before = self.recent_before(new_runs)?;
        let (now, runs) = self.levels.newest_median(from..to)?;
        let base = median(before.levels())?;
        Some(MemberShift {
            member,
            shift: now - base,
            standard_error_factor: standard_error_factor(runs, before.count),
            level_before: base,
            from,
            to,
        })
    }

    /// What the series, one of a test, did at runs that may have been taken in already; none where
    /// too few comparable runs come before them. `limit` is the noise below which it is clear.
    pub(crate) fn control_shift(
        &self,
        new_runs: NewRuns,
        test: usize,
        limit: f64,
    ) -> Option<ControlShift> {
        let (before, base) = self.control_level(new_runs)?;
        let (now, runs) = self.levels.newest_median(new_runs.from..new_runs.to)?;
        let clear = CLEAR_SHARE * limit / standard_error_factor(runs, before.count);
        let residuals = before.levels().iter().map(|level| level - base);
        let is_clear = clear > NOISE_FLOOR
            && count_beyond(residuals, clear) <= max_beyond(before.count)
            && self.jumps_are_within(new_runs.from, clear);
        Some(ControlShift { new_runs, test, shift: now - base, is_clear })
    }

    /// The standard deviation of that.
    pub(crate) fn control_noise(&self, new_runs: NewRuns) -> f64 {
        let level = self.control_level(new_runs);
        let newest = self.levels.newest_median(new_runs.from..new_runs.to);
        let Some(((before, base), (_, runs))) = level.zip(newest) else { return 0.0 };
        let residuals: Vec<f64> = before.levels().iter().map(|level| level - base).collect();
        let (jumps, spread) = (self.sigma_before(new_runs.from), robust_sigma(&residuals));
        // Levels that are spread much wider are unsettled: two levels, or one that moves.
        let sigma = if spread > UNSETTLED_SPREAD * jumps { spread } else { jumps };
        sigma * standard_error_factor(runs, before.count)
    }

    /// The runs that such runs are compared with, and their level.
    fn control_level(&self, new_runs: NewRuns) -> Option<(RecentLevels, f64)> {
        let NewRuns { from, to, .. } = new_runs;
        let newest = to.checked_sub(1).filter(|newest| from <= *newest)?;
        let before = self.collect_recent(self.end_before(from), newest);
        let base = median(before.levels())?;
        (before.count >= MIN_RUNS_BEFORE).then_some((before, base))
    }

    /// The end of the runs that are compared with a commit that begins at `from`.
    fn end_before(&self, from: usize) -> usize {
        self.frozen_from.map_or(from, |frozen| frozen.min(from))
    }

    /// Collects the runs before a commit, where that was not done yet.
    fn load_recent(&mut self, new_runs: NewRuns) {
        let Some(newest) = new_runs.to.checked_sub(1) else { return };
        let segment = self.levels.segment(newest);
        if self.frozen_from.is_some() || self.recent[segment].is_none() {
            let end = self.end_before(new_runs.from);
            self.recent[segment] = Some(self.collect_recent(end, newest));
        }
    }

    /// The runs before a commit that its last one may be compared with; none where they are too
    /// few for a level.
    fn recent_before(&self, new_runs: NewRuns) -> Option<&RecentLevels> {
        let before = self.recent[self.levels.segment(new_runs.to.checked_sub(1)?)].as_ref();
        before.filter(|before| before.count >= MIN_RUNS_BEFORE)
    }

    fn collect_recent(&self, end: usize, newest: usize) -> RecentLevels {
        let may_compare = |run: usize| run < self.retained_before || !self.exclusions.contains(run);
        let (mut before, mut count) = ([0.0; MAX_RUNS_BEFORE], 0);
        let mut run = newest;
        while count < MAX_RUNS_BEFORE {
            let earlier = self.levels.earlier(run).filter(|it| *it >= self.baseline_start);
            let Some(earlier) = earlier else { break };
            run = earlier;
            if run < end && may_compare(run) {
                before[count] = self.levels.levels[run];
                count += 1;
            }
        }
        let mut recent = RecentLevels::default();
        before[..count].iter().rev().for_each(|level| recent.push(*level));
        recent
    }

    /// Standard deviation of one run, by the jumps between the runs before `end`.
    pub(crate) fn sigma_before(&self, end: usize) -> f64 {
        let mut jumps = Vec::with_capacity(MAX_JUMPS);
        self.jumps_before(end, |jump| jumps.push(jump));
        // A jump is the difference of two runs, so its variance is that of two.
        (robust_sigma(&jumps) / std::f64::consts::SQRT_2).max(NOISE_FLOOR)
    }

    /// Whether that is below `limit` for certain, by a count for which nothing has to be sorted.
    fn jumps_are_within(&self, end: usize, limit: f64) -> bool {
        let (mut beyond, mut jumps) = (0, 0);
        let reach = within(std::f64::consts::SQRT_2 * limit);
        self.jumps_before(end, |jump| {
            jumps += 1;
            beyond += usize::from(jump.abs() > reach);
        });
        beyond <= max_beyond(jumps)
    }

    /// An upper bound of that by the largest jump, for which nothing has to be sorted.
    pub(crate) fn max_sigma_before(&self, end: usize) -> f64 {
        let mut largest = 0.0;
        self.jumps_before(end, |jump| {
            largest = if jump.abs() > largest { jump.abs() } else { largest }
        });
        (MAX_SIGMA_RATIO * largest / std::f64::consts::SQRT_2).max(NOISE_FLOOR)
    }

    /// The newest jumps from run to run before `end`, as many as the noise is taken from.
    fn jumps_before(&self, end: usize, mut visit: impl FnMut(f64)) {
        let levels = self.levels.levels[..end].iter().rev().filter(|level| !level.is_nan());
        let mut newer: Option<f64> = None;
        for level in levels.take(MAX_JUMPS + 1) {
            if let Some(newer) = newer {
                visit(newer - level);
            }
            newer = Some(*level);
        }
    }

    /// The shift that this run is part of is the code's.
    pub(crate) fn veto(&mut self, it: &MemberShift) {
        self.vetoed_run = it.to.checked_sub(1);
    }

    /// Whether a shift goes back to runs that the controls attributed to the code.
    pub(crate) fn continues_vetoed(&self, it: &MemberShift, size: f64) -> bool {
        self.vetoed_run.is_some_and(|run| self.first_shifted_run(it, size) <= run)
    }

    /// First run of a shift whose first whole commit was `it`: the runs just before may have seen
    /// its beginning.
    pub(crate) fn first_shifted_run(&self, it: &MemberShift, size: f64) -> usize {
        let shifted = |index: usize| {
            self.levels
                .level(index)
                .is_some_and(|level| (level - it.level_before) / size >= MIN_REMAINING_SHARE)
        };
        // The group is sure of a shift only when most backends have shown it; a series that showed
        // it earlier is suspended from there.
        let mut from = it.from;
        let free = |index: usize| !self.exclusions.contains(index) && shifted(index);
        while from > self.baseline_start && it.from - from < MAX_RUNS_BEFORE && free(from - 1) {
            from -= 1;
        }
        from
    }
}

/// Standard deviations of one run that the medians of so many runs vary by.
fn standard_error_factor(runs: usize, before: usize) -> f64 {
    (1.0 / runs as f64 + 1.0 / before as f64).sqrt()
}

/// A limit that noise is below for certain is taken as smaller by this, for roundings.
const CLEAR_SHARE: f64 = 0.95;

/// The size that nine tenths of some values must not exceed, so that their [`robust_sigma`] is no
/// more than `sigma`: the median counts 1.4826 times, the other quantiles for less.
fn within(sigma: f64) -> f64 {
    0.99 * sigma / MAD_SIGMA
}

/// How many of so many values may be larger than [`within`]: none of those between which the outer
/// deciles lie.
fn max_beyond(values: usize) -> usize {
    let decile = (0.9 * values.saturating_sub(1) as f64) as usize;
    values.saturating_sub(decile + 2)
}

/// How many values are larger than [`within`].
fn count_beyond(values: impl Iterator<Item = f64>, sigma: f64) -> usize {
    let reach = within(sigma);
    values.map(|value| usize::from(value.abs() > reach)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::sorted;

    proptest! {
        #[test]
        fn the_newest_levels_are_kept_however_many_came_before(
            levels in prop::collection::vec((-9_i32..9).prop_map(f64::from), 0..40),
            level in (-9_i32..9).prop_map(f64::from),
            distance in (0_i32..9).prop_map(f64::from),
        ) {
            let mut recent = RecentLevels::default();
            levels.iter().for_each(|level| recent.push(*level));
            let newest = &levels[levels.len().saturating_sub(MAX_RUNS_BEFORE)..];
            prop_assert_eq!(sorted(recent.levels()), sorted(newest));
            let near = newest.iter().all(|it| (level - it).abs() < distance);
            prop_assert!(newest.is_empty() || recent.all_within(level, distance) == near);
            prop_assert!(!near || median(newest).is_none_or(|it| (level - it).abs() < distance));
        }

        #[test]
        fn few_values_beyond_mean_a_small_sigma(
            values in prop::collection::vec(
                prop_oneof![-1.0..1.0_f64, -9.0..9.0_f64, Just(0.0)], 0..70,
            ),
            sigma in 0.01..4.0_f64,
        ) {
            let beyond = count_beyond(values.iter().copied(), sigma);
            if beyond <= max_beyond(values.len()) {
                prop_assert!(robust_sigma(&values) <= sigma);
            }
        }
    }
}
