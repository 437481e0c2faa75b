//! Rules out most runs before a median is computed for them.
//!
//! Hardly a run begins a new level, and a median costs a sort. Where the baseline is about 0, two
//! counts say as much: a median above a cut has at most half of its levels below it, and a quantile
//! above another has so many levels above that one. Nothing is ruled out that
//! [`super::significance`] or [`super::drift`] would report, which a property test holds; what
//! passes is for them to judge.
//!
//! Example: a threshold of 10 % and 90 runs within ±2 %. No level is beyond 6 %, so no quantile is,
//! and no length of a new level needs a look.

use super::ablation::{InnerPart, is_on};
use super::drift;
use super::new_level::{
    MAX_BASELINE_RUNS, MAX_NEW_RUNS, MAX_RUNS_SEEN, NEW_LEVEL_LENGTHS, nearest_run,
};
use super::rule::{LevelThresholds, Rule};

/// How far from 0 the old level may lie, as a share of the size: what is left of the size is for
/// the newest runs. Any share is correct; these rule out the most noise.
const OLD_LEVEL_CUT: f64 = 0.25;
const OLD_LEVEL_CUT_DRIFT: f64 = 0.5;
/// The smallest share of the size that any length asks for.
const MIN_SIZE_SHARE: f64 = 0.6;
/// Slack for roundings in what is compared.
const ROUNDING_SLACK: f64 = 1.0 - 1e-9;

/// The lengths that may be proven, parallel to [`NEW_LEVEL_LENGTHS`].
pub(crate) struct Prefilter([bool; NEW_LEVEL_LENGTHS.len()]);

impl Prefilter {
    /// Of the newest levels of one baseline, oldest first: all of them, or as many as any length
    /// looks back ([`MAX_RUNS_SEEN`]).
    pub(crate) fn of(y: &[f64], thresholds: LevelThresholds, rule: &Rule) -> Self {
        if !is_on(InnerPart::NearestRun) {
            return Self([true; NEW_LEVEL_LENGTHS.len()]);
        }
        let cuts = LevelCuts::of(OLD_LEVEL_CUT, MIN_SIZE_SHARE, thresholds);
        let mut open = [false; NEW_LEVEL_LENGTHS.len()];
        let shortest = rule.confirmations.clamp(1, MAX_NEW_RUNS);
        let fewest = min_before(rule).max(min_before_any(y.len()));
        let newest = &y[y.len().saturating_sub(MAX_NEW_RUNS)..];
        // Two passes over 90 numbers settle nearly all runs, before any place is looked at.
        if cuts.count_beyond(newest) < min_beyond(shortest)
            && cuts.count_outside(y) <= (fewest - 1) / 2
        {
            return Self(open);
        }
        let mut places = SplitCounts::of(y, &cuts);
        for (open, &length) in open.iter_mut().zip(&NEW_LEVEL_LENGTHS) {
            let before = y.len().saturating_sub(length);
            if before < min_before(rule) || (length > 3 && before < length / 2) {
                break;
            }
            places.go_back(before);
            *open = length >= shortest && places.may_differ(min_beyond(length));
        }
        Self(open)
    }

    /// Whether the length of this place may be proven.
    pub(crate) fn is_open(&self, place: usize) -> bool {
        self.0[place]
    }

    /// Whether any length may be proven.
    pub(crate) fn is_any_open(&self) -> bool {
        self.0.contains(&true)
    }
}

/// Whether the ends of a level may lie as far apart as a drift's.
pub(crate) fn may_drift(level: &[f64], thresholds: LevelThresholds) -> bool {
    let ends = drift::end_lengths(level.len());
    let (old, new) = (&level[..ends.old], &level[level.len() - ends.new..]);
    let margin = drift::threshold_margin(level.len());
    let cuts = LevelCuts::of(OLD_LEVEL_CUT_DRIFT, margin, thresholds);
    cuts.count_beyond(new) >= new.len() - new.len() / 2
        || cuts.count_outside(old) > old.len().saturating_sub(1) / 2
}

/// Fewest levels before a place; no more than the ones that are seen.
fn min_before(rule: &Rule) -> usize {
    rule.min_runs.clamp(3, MAX_BASELINE_RUNS)
}

/// How many of so many newest levels lie beyond what their nearest quantile lies beyond.
fn min_beyond(length: usize) -> usize {
    if nearest_run(length).quantile > 0.0 { length - (length - 1).div_ceil(4) } else { length }
}

/// Where levels are cut.
struct LevelCuts {
    /// An old level of at least this…
    low: f64,
    /// …is left for the worse by levels from here on.
    up: f64,
    /// The same for the better.
    high: f64,
    down: f64,
}

impl LevelCuts {
    /// Old levels up to a share `cut` of the size from 0, and new ones that lie `share` of it from
    /// any of those.
    fn of(cut: f64, share: f64, thresholds: LevelThresholds) -> Self {
        let LevelThresholds { up: worse, down: better } = thresholds;
        let (low, high) = (-cut * worse, cut * better);
        let (up, down) =
            (low + ROUNDING_SLACK * share * worse, high - ROUNDING_SLACK * share * better);
        Self { low, up, high, down }
    }

    /// What a level counts for.
    fn count_bits(&self, level: f64) -> u64 {
        u64::from(level >= self.up)
            | u64::from(level <= self.down) << 16
            | u64::from(level < self.low) << 32
            | u64::from(level > self.high) << 48
    }

    /// Levels on one side where a new one would be: the side that has more.
    fn count_beyond(&self, y: &[f64]) -> usize {
        larger_count(y, |level| level >= self.up, |level| level <= self.down)
    }

    /// Levels on one side of what an old one may be.
    fn count_outside(&self, y: &[f64]) -> usize {
        larger_count(y, |level| level < self.low, |level| level > self.high)
    }
}

/// How many levels hold one or the other: what more hold.
fn larger_count(y: &[f64], one: impl Fn(f64) -> bool, other: impl Fn(f64) -> bool) -> usize {
    let (mut ones, mut others) = (0_u64, 0_u64);
    for level in y {
        ones += u64::from(one(*level));
        others += u64::from(other(*level));
    }
    ones.max(others) as usize
}

/// A place that goes back, with what is on its two sides.
struct SplitCounts {
    /// What each level counts for.
    packed: [u64; MAX_RUNS_SEEN],
    all: PackedCounts,
    at: usize,
    newer: PackedCounts,
    /// Where the levels before the place begin, and what is before that.
    from: usize,
    older: PackedCounts,
}

impl SplitCounts {
    fn of(y: &[f64], cuts: &LevelCuts) -> Self {
        let mut each = [0; MAX_RUNS_SEEN];
        each.iter_mut().zip(y).for_each(|(bits, level)| *bits = cuts.count_bits(*level));
        let from = y.len().saturating_sub(MAX_BASELINE_RUNS);
        let all = PackedCounts(each.iter().sum());
        let older = PackedCounts(each[..from].iter().sum());
        Self { packed: each, all, at: y.len(), newer: PackedCounts(0), from, older }
    }

    fn go_back(&mut self, at: usize) {
        while self.at > at {
            self.at -= 1;
            self.newer.0 += self.packed[self.at];
            if self.from > 0 {
                self.from -= 1;
                self.older.0 -= self.packed[self.from];
            }
        }
    }

    /// Whether so many of the newest levels may lie beyond the median of those before.
    fn may_differ(&self, needed: usize) -> bool {
        let old = PackedCounts(self.all.0 - self.newer.0 - self.older.0);
        self.newer.max_beyond() >= needed || old.max_outside() > (self.at - self.from - 1) / 2
    }
}

/// Four counts of up to [`MAX_RUNS_SEEN`] in one number, so that one addition moves a level from
/// one side to the other: levels where a worse one would be, where a better one would be, below and
/// above what an old one may be.
#[derive(Clone, Copy)]
struct PackedCounts(u64);

impl PackedCounts {
    /// As [`LevelCuts::count_beyond`].
    fn max_beyond(self) -> usize {
        usize::from(self.part(0).max(self.part(1)))
    }

    /// As [`LevelCuts::count_outside`].
    fn max_outside(self) -> usize {
        usize::from(self.part(2).max(self.part(3)))
    }

    fn part(self, place: u32) -> u16 {
        (self.0 >> (16 * place)) as u16
    }
}

/// Fewest levels before any place that is tried, of so many.
fn min_before_any(levels: usize) -> usize {
    // A length is no more than twice what is before it, and one.
    levels.saturating_sub(MAX_NEW_RUNS).max(levels.saturating_sub(1) / 3).min(MAX_BASELINE_RUNS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::new_level::NearestRun;
    use crate::scenarios::rule;
    use crate::significance::{BaselineHistory, LevelView, newest_shift};
    use crate::stats::{median, quantile, sorted};

    /// Levels of which most are about 0, in steps that make equal ones and ones on the cuts.
    fn levels(runs: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
        let level = |((places, width), (shift, newer)): ((Vec<i32>, i32), (i32, usize))| {
            let new = places.len().saturating_sub(newer);
            let at = |(at, place): (usize, &i32)| place * width + if at >= new { shift } else { 0 };
            places.iter().enumerate().map(at).map(|level| f64::from(level) * 0.0025).collect()
        };
        let places = prop::collection::vec(-4..=4_i32, runs);
        ((places, 0..8_i32), (-60..60_i32, 1..40_usize)).prop_map(level)
    }

    #[test]
    fn a_quartile_has_as_many_levels_beyond_it_as_are_counted() {
        for length in NEW_LEVEL_LENGTHS {
            let part = nearest_run(length).quantile;
            let levels: Vec<f64> = (0..length).map(|level| level as f64).collect();
            let reached = |end: f64, levels: &[f64]| levels.iter().filter(|it| **it >= end).count();
            let fewest = reached(quantile(&levels, part).floor() + 1.0, &levels);
            let whole = quantile(&levels, part).fract() == 0.0;
            assert_eq!(min_beyond(length), fewest + usize::from(whole), "{length}");
        }
    }

    proptest! {
        #[test]
        fn what_is_refused_lies_too_near_to_the_level_before(
            y in levels(4..MAX_RUNS_SEEN + 1),
            confirmations in 1_usize..8,
            min_before in 1_usize..12,
        ) {
            let thresholds = LevelThresholds { up: 0.1, down: 0.05 };
            let rule = Rule { confirmations, min_runs: min_before, ..rule() };
            let prefilter = Prefilter::of(&y, thresholds, &rule);
            for (place, length) in NEW_LEVEL_LENGTHS.into_iter().enumerate() {
                let before = y.len().saturating_sub(length);
                let short = before < min_before.max(3) || (length > 3 && before < length / 2);
                if prefilter.is_open(place) || short || length < confirmations {
                    continue;
                }
                let NearestRun { quantile: part, min_share: share, .. } = nearest_run(length);
                let newer = sorted(&y[before..]);
                let middle = median(&y[before.saturating_sub(MAX_BASELINE_RUNS)..before]).unwrap();
                prop_assert!(quantile(&newer, part) - middle < share * thresholds.up);
                prop_assert!(middle - quantile(&newer, 1.0 - part) < share * thresholds.down);
            }
            if !prefilter.is_any_open() {
                let past = BaselineHistory::Single;
                let view = LevelView { levels: &y, past, baseline_start: 0 };
                prop_assert!(newest_shift(&view, thresholds, &rule).is_none());
            }
        }

        #[test]
        fn a_drift_that_is_refused_moves_too_little(y in levels(36..MAX_RUNS_SEEN + 1)) {
            let thresholds = LevelThresholds { up: 0.1, down: 0.05 };
            if !may_drift(&y, thresholds) {
                prop_assert!(drift::newest_drift(&y, thresholds).is_none());
                let ends = drift::end_lengths(y.len());
                let new = median(&y[y.len() - ends.new..]).unwrap();
                let shift = new - median(&y[..ends.old]).unwrap();
                let size = drift::threshold_margin(y.len()) * thresholds.of_shift(shift);
                prop_assert!(shift.abs() < size);
            }
        }
    }
}
