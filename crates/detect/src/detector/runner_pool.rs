//! Runners that take turns: each is brought to one level by its own median.
//!
//! Example: runner a measures about 100, runner b about 200. Less their medians both are about 0,
//! and a change of the code moves both by the same.

use super::ChangeDetector;
use crate::new_level::{MAX_BASELINE_RUNS, MAX_RUNS_SEEN};
use crate::significance::{self, BaselineHistory, LevelView};
use crate::window::SortedWindow;

/// The median level of one runner of a pool.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(crate) struct RunnerOffset {
    segment: u32,
    median: f64,
}

/// What is taken from the level of each runner of a pool.
pub(crate) type RunnerOffsets = Vec<RunnerOffset>;

/// Fewest runs of a runner that is compared with others by its own median.
const MIN_RUNNER_RUNS: usize = 5;
/// The newest points do not count for their runner's median: they are what is judged.
const NEWEST_POINTS: usize = 2;

/// The levels of one runner.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
struct RunnerWindow {
    segment: u32,
    window: SortedWindow,
}

/// The levels of each runner at the points `from..to`, updated run by run: sorting them anew at
/// each run was most of the time of a pass.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct RunnerLevels {
    from: usize,
    to: usize,
    windows: Vec<RunnerWindow>,
    /// By segment: the median of a runner with enough runs.
    medians: Vec<Option<f64>>,
}

impl RunnerLevels {
    /// Goes on to the points `from..to` of one and the same series.
    fn advance(&mut self, from: usize, to: usize, segment: &[u32], level: &[f64]) {
        if self.to < from {
            *self = Self { from, to: from, ..Self::default() };
        }
        for at in self.to..to {
            let of_runner = self.windows.iter_mut().find(|it| it.segment == segment[at]);
            match of_runner {
                Some(runner) => runner.window.push(level[at], None),
                None => {
                    let mut window = SortedWindow::new(0);
                    window.push(level[at], None);
                    self.windows.push(RunnerWindow { segment: segment[at], window });
                }
            }
        }
        for at in self.from..from {
            let of_runner = self.windows.iter_mut().find(|it| it.segment == segment[at]);
            if let Some(runner) = of_runner {
                runner.window.remove(level[at]);
            }
        }
        (self.from, self.to) = (from, self.to.max(to));
        for RunnerWindow { segment, window } in &self.windows {
            let segment = *segment as usize;
            if self.medians.len() <= segment {
                self.medians.resize(segment + 1, None);
            }
            self.medians[segment] = window.median().filter(|_| window.len() >= MIN_RUNNER_RUNS);
        }
    }

    /// The median of a runner with enough runs.
    fn median(&self, segment: u32) -> Option<f64> {
        *self.medians.get(segment as usize)?
    }

    /// Levels less their runners' medians, as many of the newest as there is room for, and their
    /// number; none where a runner has too few runs.
    fn adjust_all(&self, level: &[f64], segment: &[u32], room: &mut [f64]) -> Option<usize> {
        let from = level.len().saturating_sub(room.len());
        // Runners mostly come in rows: one median is taken from many levels at a time.
        let mut at = from;
        for row in segment[from..].chunk_by(|one, next| one == next) {
            let median = self.median(row[0])?;
            let levels = &level[at..at + row.len()];
            for (even, level) in room[at - from..].iter_mut().zip(levels) {
                *even = level - median;
            }
            at += row.len();
        }
        Some(level.len() - from)
    }

    /// The same of those whose runners have enough runs.
    fn adjust_known(&self, level: &[f64], segment: &[u32], room: &mut [f64]) -> usize {
        let points = level.iter().zip(segment).rev();
        let even = points.filter_map(|(level, segment)| Some(level - self.median(*segment)?));
        let mut count = 0;
        for (place, even) in room.iter_mut().zip(even) {
            *place = even;
            count += 1;
        }
        room[..count].reverse();
        count
    }

    /// Runs of a runner that its median is taken from.
    pub(crate) fn run_count(&self, segment: u32) -> usize {
        let of_runner = self.windows.iter().find(|it| it.segment == segment);
        of_runner.map_or(0, |it| it.window.len())
    }

    /// The medians of all of them.
    fn offsets(&self) -> RunnerOffsets {
        let segments = self.windows.iter().map(|it| it.segment);
        segments
            .filter_map(|segment| Some(RunnerOffset { segment, median: self.median(segment)? }))
            .collect()
    }
}

impl ChangeDetector {
    /// Brings the runners of a pool up to the newest point.
    pub(crate) fn update_runners(&mut self) {
        if self.is_pooled {
            let from = self.pool_start();
            let to = self.levels.len().saturating_sub(NEWEST_POINTS).max(from);
            self.runners.advance(from, to, &self.segments, &self.levels);
        }
    }

    /// First point of the baseline of a pool.
    fn pool_start(&self) -> usize {
        self.baseline_start.max(
            self.levels.len().saturating_sub(significance::MAX_PAST_RUNS + 2 * MAX_BASELINE_RUNS),
        )
    }

    /// The baseline of a pool of runners: each runner's runs less their median. None where the
    /// newest run's runner has too few runs.
    pub(crate) fn pooled_levels(&self) -> Option<PooledLevels> {
        self.runners.median(*self.segments.last()?)?;
        let from = self.pool_start();
        let mut y = Vec::with_capacity(self.levels.len() - from);
        for (level, segment) in self.levels[from..].iter().zip(&self.segments[from..]) {
            y.extend(self.runners.median(*segment).map(|median| level - median));
        }
        Some(PooledLevels { from, levels: y, offsets: self.runners.offsets() })
    }

    /// The newest levels of the same, as many as the prefilter looks at, in the room for them.
    pub(crate) fn newest_pooled<'a>(
        &self,
        room: &'a mut [f64; MAX_RUNS_SEEN],
    ) -> Option<&'a [f64]> {
        self.runners.median(*self.segments.last()?)?;
        let from = self.pool_start();
        let (level, segment) = (&self.levels[from..], &self.segments[from..]);
        let count = self.runners.adjust_all(level, segment, room);
        let count = count.unwrap_or_else(|| self.runners.adjust_known(level, segment, room));
        Some(&room[..count])
    }

    /// How many levels the baseline of a pool has.
    pub(crate) fn pooled_len(&self) -> usize {
        let by_runner = self.runners.windows.iter().map(|it| it.window.len());
        let newest = self.segments[self.runners.to..].iter();
        by_runner.filter(|runs| *runs >= MIN_RUNNER_RUNS).sum::<usize>()
            + newest.filter(|segment| self.runners.median(**segment).is_some()).count()
    }

    /// The point of a place in a pool.
    pub(crate) fn pooled_point(&self, mixed: &PooledLevels, place: usize) -> usize {
        let has_offset = |at: &usize| offset(&mixed.offsets, self.segments[*at]).is_some();
        let mut points = (mixed.from..self.levels.len()).filter(has_offset);
        points.nth(place).unwrap_or(self.levels.len())
    }
}

#[inline]
pub(crate) fn offset(pool: &[RunnerOffset], segment: u32) -> Option<f64> {
    pool.iter().find(|it| it.segment == segment).map(|it| it.median)
}

/// A pool of runners brought to one level.
pub(crate) struct PooledLevels {
    /// First point that may be in it.
    from: usize,
    pub levels: Vec<f64>,
    pub offsets: RunnerOffsets,
}

impl PooledLevels {
    pub(crate) fn view(&self) -> LevelView<'_> {
        LevelView { levels: &self.levels, past: BaselineHistory::Single, baseline_start: 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runners_that_went_on_are_those_that_were_asked_at_the_end(
            runs in prop::collection::vec((0_u32..3, (-5_i32..5).prop_map(f64::from)), 1..60),
            steps in prop::collection::vec((0_usize..4, 0_usize..9), 1..12),
        ) {
            let (segment, level): (Vec<u32>, Vec<f64>) = runs.into_iter().unzip();
            let (mut from, mut to) = (0, 0);
            let mut updated = RunnerLevels::default();
            for (gone, come) in steps {
                to = (to + come).min(level.len());
                from = (from + gone).min(to);
                updated.advance(from, to, &segment, &level);
                let mut anew = RunnerLevels::default();
                anew.advance(from, to, &segment, &level);
                let sorted = |runners: &RunnerLevels| {
                    let mut pool = runners.offsets();
                    pool.sort_unstable_by_key(|it| it.segment);
                    pool
                };
                prop_assert_eq!(sorted(&updated), sorted(&anew));
            }
        }
    }
}
