//! One series of a body on its way through the commits: what it did at each, against its level
//! just before.

use std::ops::Range;
use std::sync::Arc;

use model::record::Direction;
use model::series::{Run, Series};

use super::{Exclusions, GroupMember, MIN_REMAINING_SHARE, NewRuns};
use crate::change_point::NOISE_FLOOR;
use crate::comparable::LevelScale;
use crate::stats::{MAX_SIGMA_RATIO, median, median_in_place, robust_sigma};

/// Runs before that the newest are compared with, and the fewest that say anything.
pub const MAX_RUNS_BEFORE: usize = 10;
pub const MIN_RUNS_BEFORE: usize = 4;
/// Jumps from run to run that the noise is taken from.
const MAX_JUMPS: usize = 60;

/// The levels of a series' runs, which all its bodies share.
pub struct MemberLevels {
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
pub struct MemberState {
    pub backend: usize,
    pub threshold: f64,
    levels: Arc<MemberLevels>,
    /// By segment: its newest runs that may be compared, once they were asked for. While a shift of
    /// the whole goes on, they are looked for each time.
    recent: Vec<Option<RecentLevels>>,
    /// First run of the present baseline.
    pub baseline_start: usize,
    /// First run that the walk has not reached.
    pub next_run: usize,
    /// While a shift of the whole goes on: the first run that it may have touched.
    pub frozen_from: Option<usize>,
    /// While it goes on: the first run that it is known to have touched.
    pub shift_start: Option<usize>,
    /// Runs before this were kept although marked: their shift stayed.
    pub retained_before: usize,
    pub exclusions: Exclusions,
}

/// What one series did.
#[derive(Clone, Copy)]
pub struct MemberShift {
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
    /// must not change what was said before.
    pub fn of(series: &Series, better: Direction) -> Self {
        let runs = &series.runs;
        let positive =
            |run: &Run| run.value.get().filter(|value| value.is_finite() && *value > 0.0);
        let first: Vec<f64> = runs.iter().find_map(positive).into_iter().collect();
        let scale = LevelScale::of(&first);
        let sign = if better == Direction::Lower { 1.0 } else { -1.0 };
        let level = |run| positive(run).map_or(f64::NAN, |value| sign * scale.level(value));
        let level: Vec<f64> = runs.iter().map(level).collect();
        let (mut earlier, mut segment) = (Vec::new(), Vec::new());
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
    fn newest_median(&self, fresh: Range<usize>) -> Option<(f64, usize)> {
        let newest = fresh.end - 1;
        if fresh.len() == 1 {
            return Some((self.level(newest)?, 1));
        }
        let mut now: Vec<f64> = self.level(newest).into_iter().collect();
        let mut run = newest;
        while let Some(earlier) = self.earlier(run).filter(|it| *it >= fresh.start) {
            run = earlier;
            now.push(self.levels[run]);
        }
        Some((median_in_place(&mut now)?, now.len()))
    }
}

/// The newest levels of one segment, at most [`MAX_RUNS_BEFORE`].
#[derive(Clone, Copy, Default)]
struct RecentLevels {
    /// As they came; once all places are taken, the oldest is replaced. Until then the first stands
    /// in the free ones.
    ring: [f64; MAX_RUNS_BEFORE],
    oldest: usize,
    count: usize,
}

impl RecentLevels {
    fn push(&mut self, level: f64) {
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
    pub fn of(member: &GroupMember<'_>, names: &[&str]) -> Self {
        let backend = member.series.key.backend.as_str();
        Self {
            backend: names.binary_search(&backend).unwrap_or(0),
            threshold: member.threshold.relative,
            recent: vec![None; member.levels.segments],
            levels: Arc::clone(&member.levels),
            baseline_start: 0,
            next_run: 0,
            frozen_from: None,
            shift_start: None,
            retained_before: 0,
            exclusions: Exclusions::default(),
        }
    }

    /// The same on the way through a series with other runs from here on.
    pub fn with_levels(&self, levels: Arc<MemberLevels>) -> Self {
        let recent = vec![None; levels.segments];
        Self { levels, recent, exclusions: self.exclusions.clone(), ..*self }
    }

    /// The shift of the whole is over: the run from which on it may have touched the series.
    pub fn thaw(&mut self) -> Option<usize> {
        self.recent.fill(None);
        self.frozen_from.take()
    }

    /// A shift of the whole begins, which may have touched the runs from this one on.
    pub fn freeze(&mut self, from: usize) {
        self.frozen_from = Some(from);
        self.recent.fill(None);
    }

    /// Whether the series moves by a distance or more at a commit that it has not reached; none
    /// where it has no [`MemberShift`] there. Hardly a median is needed to tell.
    pub fn moves_by(&mut self, fresh: NewRuns, distance: f64) -> Option<bool> {
        self.load_recent(fresh);
        let before = self.recent_before(fresh)?;
        if fresh.to - fresh.from == 1 && before.all_within(self.levels.level(fresh.from)?, distance)
        {
            return Some(false);
        }
        Some(self.shift_at(fresh)?.shift.abs() >= distance)
    }

    /// What the series did at a commit, against its level just before; none where too few
    /// comparable runs tell that level.
    pub fn advance(&mut self, fresh: NewRuns) -> Option<MemberShift> {
        self.load_recent(fresh);
        let moved = self.shift_at(fresh);
        self.skip(fresh);
        moved
    }

    /// Goes past the runs of a commit.
    pub fn skip(&mut self, fresh: NewRuns) {
        self.next_run = fresh.to;
        if self.frozen_from.is_none() {
            for run in fresh.from..fresh.to {
                let recent = self.recent[self.levels.segment(run)].as_mut();
                if let Some((recent, level)) = recent.zip(self.levels.level(run)) {
                    recent.push(level);
                }
            }
        }
    }

    fn shift_at(&self, fresh: NewRuns) -> Option<MemberShift> {
        let NewRuns { member, from, to } = fresh;
        let before = self.recent_before(fresh)?;
        let (now, runs) = self.levels.newest_median(from..to)?;
        let vagueness = (1.0 / runs as f64 + 1.0 / before.count as f64).sqrt();
        let base = median(before.levels())?;
        Some(MemberShift {
            member,
            shift: now - base,
            standard_error_factor: vagueness,
            level_before: base,
            from,
            to,
        })
    }

    /// Sees to it that the runs before a commit are known.
    fn load_recent(&mut self, fresh: NewRuns) {
        let Some(newest) = fresh.to.checked_sub(1) else { return };
        let segment = self.levels.segment(newest);
        if self.frozen_from.is_some() || self.recent[segment].is_none() {
            let end = self.frozen_from.map_or(fresh.from, |frozen| frozen.min(fresh.from));
            self.recent[segment] = Some(self.collect_recent(end, newest));
        }
    }

    /// The runs before a commit that its last one may be compared with; none where they are too
    /// few to tell a level.
    fn recent_before(&self, fresh: NewRuns) -> Option<&RecentLevels> {
        let before = self.recent[self.levels.segment(fresh.to.checked_sub(1)?)].as_ref();
        before.filter(|before| before.count >= MIN_RUNS_BEFORE)
    }

    fn collect_recent(&self, end: usize, newest: usize) -> RecentLevels {
        let known = |run: usize| run < self.retained_before || !self.exclusions.contains(run);
        let mut before = Vec::with_capacity(MAX_RUNS_BEFORE);
        let mut run = newest;
        while before.len() < MAX_RUNS_BEFORE {
            let earlier = self.levels.earlier(run).filter(|it| *it >= self.baseline_start);
            let Some(earlier) = earlier else { break };
            run = earlier;
            if run < end && known(run) {
                before.push(self.levels.levels[run]);
            }
        }
        let mut recent = RecentLevels::default();
        before.iter().rev().for_each(|level| recent.push(*level));
        recent
    }

    /// Standard deviation of one run, by the jumps between the runs before `end`.
    pub fn sigma_before(&self, end: usize) -> f64 {
        let mut jumps = Vec::with_capacity(MAX_JUMPS);
        self.jumps_before(end, |jump| jumps.push(jump));
        (robust_sigma(&jumps) / std::f64::consts::SQRT_2).max(NOISE_FLOOR)
    }

    /// What that is at most, by the largest of them, which takes no order.
    pub fn max_sigma_before(&self, end: usize) -> f64 {
        let mut largest = 0.0;
        self.jumps_before(end, |jump| {
            largest = if jump.abs() > largest { jump.abs() } else { largest }
        });
        (MAX_SIGMA_RATIO * largest / std::f64::consts::SQRT_2).max(NOISE_FLOOR)
    }

    /// The newest jumps from run to run before `end`, as many as the noise is taken from.
    fn jumps_before(&self, end: usize, mut tell: impl FnMut(f64)) {
        let levels = self.levels.levels[..end].iter().rev().filter(|level| !level.is_nan());
        let mut newer: Option<f64> = None;
        for level in levels.take(MAX_JUMPS + 1) {
            if let Some(newer) = newer {
                tell(newer - level);
            }
            newer = Some(*level);
        }
    }

    /// First run of a shift whose first whole commit was `it`: the runs just before may have seen
    /// its beginning.
    pub fn first_shifted_run(&self, it: &MemberShift, size: f64) -> usize {
        let shifted = |index: usize| {
            self.levels
                .level(index)
                .is_some_and(|level| (level - it.level_before) / size >= MIN_REMAINING_SHARE)
        };
        let mut from = it.from;
        let free = |index: usize| !self.exclusions.contains(index) && shifted(index);
        while from > self.baseline_start && it.from - from < MAX_RUNS_BEFORE && free(from - 1) {
            from -= 1;
        }
        from
    }
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
    }
}
