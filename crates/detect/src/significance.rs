//! Whether the newest runs are a new level: the tests of significance and size.
//!
//! Three runs are no level that a segmentation may trust, so the newest runs must pass all of:
//! significance against the runs before, size against the threshold, every run of a short new level
//! beyond it, and a shift larger than what the same statistic did by itself in this series' past
//! (the last idea is rustc-perf's).
//!
//! Example: 60 runs at 100 with 1 % noise, then 112, 113, 111 under 10 %. The shift is ln 1.12 =
//! 0.113 and far beyond the noise, and all three runs are beyond ln 1.1 = 0.095: a new level.

use super::ablation::{InnerPart, is_on};
use super::change_point::NOISE_FLOOR;
use super::new_level::{
    MAX_BASELINE_RUNS, MAX_NEW_RUNS, MAX_RUNS_SEEN, MIN_Z, NEW_LEVEL_LENGTHS, NearestRun, min_z,
    nearest_run,
};
use super::prefilter::Prefilter;
use super::rule::{LevelThresholds, Rule};
use super::stats::{
    Autocorrelation, insert_sorted, median, median_in_place, quantile, robust_sigma, sorted,
};

/// Score that an improvement needs to restart the baseline: more than a regression, because a
/// baseline that is restarted too low makes every later run look worse.
const MIN_Z_IMPROVEMENT: f64 = 6.5;
/// Runs of history that the series' own past shifts are taken from, and the fewest that count.
pub(crate) const MAX_PAST_RUNS: usize = 250;
pub(crate) const MIN_PAST_SHIFTS: usize = 30;
/// A shift must exceed the largest of the past ones by this factor.
pub(crate) const PAST_SHIFT_FACTOR: f64 = 1.6;

/// Levels in time order, up being worse, with the history of the baseline at each place.
#[derive(Clone, Copy)]
pub(crate) struct LevelView<'a> {
    pub levels: &'a [f64],
    pub past: BaselineHistory<'a>,
    /// First place of the present baseline.
    pub baseline_start: usize,
}

/// The baseline at each place. Slices are parallel to the levels.
#[derive(Clone, Copy)]
pub(crate) enum BaselineHistory<'a> {
    /// As it was when the series came there.
    Recorded {
        /// Median of the [`MAX_BASELINE_RUNS`] levels before the place, within its baseline.
        medians: &'a [f64],
        /// First place of the baseline that was in force there.
        starts: &'a [u32],
        /// Not part of a shift that was reported.
        unshifted: &'a [bool],
    },
    /// One baseline from the first place on, in which nothing was reported.
    Single,
}

impl LevelView<'_> {
    /// The level before a place.
    fn baseline_median(&self, at: usize) -> f64 {
        match self.past {
            BaselineHistory::Recorded { medians: base, .. } => base[at],
            BaselineHistory::Single => {
                median(&self.levels[at.saturating_sub(MAX_BASELINE_RUNS)..at])
                    .unwrap_or(self.levels[at])
            }
        }
    }

    fn baseline_start_at(&self, at: usize) -> usize {
        match self.past {
            BaselineHistory::Recorded { starts: start, .. } => start[at] as usize,
            BaselineHistory::Single => 0,
        }
    }

    fn is_unshifted(&self, at: usize) -> bool {
        match self.past {
            BaselineHistory::Recorded { unshifted, .. } => unshifted[at],
            BaselineHistory::Single => true,
        }
    }
}

/// A proven new level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelShift {
    /// Its first place.
    pub change_point: usize,
    pub is_regression: bool,
    /// Score on the scale of [`MIN_Z`].
    pub z: f64,
    pub before: f64,
    pub after: f64,
}

/// The best proven new level that ends at the newest place. `thresholds` are in levels, up being
/// worse.
pub(crate) fn newest_shift(
    view: &LevelView<'_>,
    thresholds: LevelThresholds,
    rule: &Rule,
) -> Option<LevelShift> {
    ShiftSearch { view, thresholds, rule }.best_shift()
}

/// A search for a new level.
struct ShiftSearch<'a> {
    view: &'a LevelView<'a>,
    thresholds: LevelThresholds,
    rule: &'a Rule,
}

impl ShiftSearch<'_> {
    fn best_shift(&self) -> Option<LevelShift> {
        let view = self.view;
        let n = view.levels.len();
        let mut best: Option<LevelShift> = None;
        let mut newer = NewLevel { ascending: [0.0; MAX_NEW_RUNS], count: 0 };
        let prefilter = self.prefilter();
        for (place, &length) in NEW_LEVEL_LENGTHS.iter().enumerate() {
            if length < self.rule.confirmations.min(MAX_NEW_RUNS) {
                continue;
            }
            let at = n.checked_sub(length).filter(|at| *at >= view.baseline_start);
            let Some(at) = at else { break };
            let before = at - view.baseline_start;
            // A new level of more than twice the runs before it has no baseline to speak of.
            if before < self.rule.min_runs.max(3) || (length > 3 && before < length / 2) {
                break;
            }
            if prefilter.as_ref().is_some_and(|it| !it.is_open(place)) {
                continue;
            }
            newer.extend_to(view.levels, length);
            let Some(shift) = self.test_shift(at, newer.ascending()) else { continue };
            if best.is_none_or(|best| shift.z > best.z) {
                best = Some(shift);
            }
        }
        best.map(|shift| LevelShift { change_point: self.onset(shift), ..shift })
    }

    /// Rules lengths out where the medians before the places are not recorded: there each costs
    /// a sort.
    fn prefilter(&self) -> Option<Prefilter> {
        let levels = self.view.levels;
        let newest = &levels[levels.len().saturating_sub(MAX_RUNS_SEEN)..];
        matches!(self.view.past, BaselineHistory::Single)
            .then(|| Prefilter::of(newest, self.thresholds, self.rule))
    }

    /// The edge next to the change point: where runs stop being nearer to the old level than to the
    /// new one. The lengths that are tried leave places out.
    fn onset(&self, shift: LevelShift) -> usize {
        let mut at = shift.change_point;
        let y = self.view.levels;
        let is_new =
            |index: usize| (y[index] - shift.after).abs() < (y[index] - shift.before).abs();
        while at > self.view.baseline_start + self.rule.min_runs.max(1) && is_new(at - 1) {
            at -= 1;
        }
        while y.len() - at > self.rule.confirmations && !is_new(at) {
            at += 1;
        }
        at
    }

    /// The shift at `at`, where every condition holds; the levels from there on are given in
    /// ascending order. The cheap conditions come first: hardly any place passes them.
    fn test_shift(&self, at: usize, newer: &[f64]) -> Option<LevelShift> {
        let view = self.view;
        let base = &view.levels[view.baseline_start.max(at.saturating_sub(MAX_BASELINE_RUNS))..at];
        let before = view.baseline_median(at);
        let after = quantile(newer, 0.5);
        let shift = after - before;
        let is_worse = shift > 0.0;
        let sign = if is_worse { 1.0 } else { -1.0 };
        let size = self.thresholds.of_shift(shift);
        let NearestRun { quantile: part, min_share, min_sigmas } = nearest_run(newer.len());
        let nearest = quantile(newer, if is_worse { part } else { 1.0 - part });
        let nearest = sign * (nearest - before);
        if sign * shift < size || nearest < min_share * size {
            return None;
        }
        let sigma = sigma_before(base, before);
        if nearest < min_sigmas * sigma {
            return None;
        }
        let is_stricter = !is_worse && is_on(InnerPart::ImprovementScore);
        let needed = if is_stricter { MIN_Z_IMPROVEMENT } else { min_z(newer.len()) };
        let needed = student_z(base.len(), needed);
        let z = score(base, &view.levels[at..], before, sigma, needed) * sign;
        let is_beyond_past = || {
            !is_on(InnerPart::Memory)
                || sign * shift > PAST_SHIFT_FACTOR * self.largest_past_shift(at, sign)
        };
        let is_significant = z > needed && is_beyond_past();
        is_significant.then_some(LevelShift {
            change_point: at,
            is_regression: is_worse,
            z: z * MIN_Z / needed,
            before,
            after,
        })
    }

    /// What the same shift amounted to at earlier places of this series, whatever its baseline was
    /// there: the largest in the direction of `sign` (the way back from an excursion says nothing
    /// of the next one); 0 while there are too few.
    fn largest_past_shift(&self, at: usize, sign: f64) -> f64 {
        let view = self.view;
        let n = view.levels.len();
        let length = n - at;
        let from = n.saturating_sub(MAX_PAST_RUNS).max(length);
        let (mut count, mut largest) = (0, 0.0_f64);
        let mut buffer = [0.0; MAX_NEW_RUNS];
        for end in from..=at {
            let split = end - length;
            let last = end - 1;
            let has_baseline =
                split >= view.baseline_start_at(last) + self.rule.min_runs.max(MIN_PAST_BASELINE);
            if last < split || !has_baseline || !view.is_unshifted(last) {
                continue;
            }
            let newer = &mut buffer[..length];
            newer.copy_from_slice(&view.levels[split..end]);
            let shift = median_in_place(newer).unwrap_or(0.0) - view.baseline_median(split);
            largest = largest.max(sign * shift);
            count += 1;
        }
        if count < MIN_PAST_SHIFTS { 0.0 } else { largest }
    }
}

/// Fewest runs of a past baseline: the median of fewer moves too much by itself to tell what the
/// series did.
const MIN_PAST_BASELINE: usize = 12;

/// The newest levels in ascending order; grows from length to length.
struct NewLevel {
    ascending: [f64; MAX_NEW_RUNS],
    count: usize,
}

impl NewLevel {
    /// Takes in so many of the newest levels.
    fn extend_to(&mut self, y: &[f64], length: usize) {
        while self.count < length {
            let level = y[y.len() - 1 - self.count];
            self.count += 1;
            insert_sorted(&mut self.ascending[..self.count], level);
        }
    }

    fn ascending(&self) -> &[f64] {
        &self.ascending[..self.count]
    }
}

/// The score that has the tail of `normal_z` under Student's law where `runs` runs give the
/// scale: Wallace's approximation (1959), inverted. 5.3 for 60 runs, 9.3 for 12, 51 for 5.
pub(crate) fn student_z(runs: usize, normal_z: f64) -> f64 {
    if !is_on(InnerPart::Student) {
        return normal_z;
    }
    let freedom = runs.saturating_sub(1).max(1) as f64;
    let normal = normal_z * (8.0 * freedom + 3.0) / (8.0 * freedom + 1.0);
    (freedom * (normal * normal / freedom).exp_m1()).sqrt()
}

/// Scale of one run before the split: of all runs in reach, not below most of the last ten's.
pub(crate) fn sigma_before(base: &[f64], baseline: f64) -> f64 {
    let around = |values: &[f64], center: f64| {
        robust_sigma(&values.iter().map(|value| value - center).collect::<Vec<_>>())
    };
    if !is_on(InnerPart::RecentNoise) {
        return around(base, baseline).max(NOISE_FLOOR);
    }
    let recent = &base[base.len().saturating_sub(10)..];
    let recent_middle = median_in_place(&mut recent.to_vec()).unwrap_or(baseline);
    // A series that became noisier is judged by its newest noise, where ten runs show it.
    around(base, baseline).max(0.7 * around(recent, recent_middle)).max(NOISE_FLOOR)
}

/// How the runs before the split depend on each other.
pub(crate) fn autocorrelation_before(base: &[f64], baseline: f64, sigma: f64) -> Autocorrelation {
    if !is_on(InnerPart::Autocorrelation) {
        return Autocorrelation::default();
    }
    let residuals: Vec<f64> = base.iter().map(|value| value - baseline).collect();
    let of_residuals = Autocorrelation::of(&residuals, 3.0 * sigma);
    Autocorrelation { lag1: of_residuals.lag1.clamp(0.0, 0.95), lag5: of_residuals.lag5.max(0.0) }
}

/// Mean of the new runs' distances, each bounded so that one run cannot carry it, over its
/// standard deviation with the autocorrelation of the runs before.
fn score(base: &[f64], newer: &[f64], baseline: f64, sigma: f64, needed: f64) -> f64 {
    let autocorrelation = autocorrelation_before(base, baseline, sigma);
    let deviation = |count: usize| {
        (autocorrelation.variance_of_mean(count) + autocorrelation.variance_of_mean(base.len()))
            .sqrt()
    };
    // One run may contribute little more than the score needs of it: a spike among three runs must
    // not be a level.
    let bound = if is_on(InnerPart::BoundedRuns) {
        (1.15 * needed * deviation(newer.len().min(3))).max(4.0)
    } else {
        f64::INFINITY
    };
    let of_new = if is_on(InnerPart::NewNoise) { new_level_sigma(&sorted(newer)) } else { 0.0 };
    let scale = sigma.max(of_new);
    let bounded = |v: &f64| ((v - baseline) / scale).clamp(-bound, bound);
    newer.iter().map(bounded).sum::<f64>() / newer.len() as f64 / deviation(newer.len())
}

/// Standard deviation of the new runs (ascending) among themselves: by their range for up to four
/// (expected ranges of 1.69 σ and 2.06 σ), else by their quartiles.
pub(crate) fn new_level_sigma(newer: &[f64]) -> f64 {
    match newer.len() {
        0..=2 => 0.0,
        3 => (newer[2] - newer[0]) / 1.69,
        4 => (newer[3] - newer[0]) / 2.06,
        _ => (quantile(newer, 0.75) - quantile(newer, 0.25)) / 1.349,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scenarios::rule;

    proptest! {
        /// The prefilter must not rule out what the levels themselves would prove.
        #[test]
        fn one_baseline_says_what_its_levels_say_place_by_place(
            noise in prop::collection::vec(-1.0..1.0_f64, 5..150),
            width in 0.0..0.1_f64,
            shift in -0.4..0.4_f64,
            newer in 1_usize..40,
            confirmations in 1_usize..6,
        ) {
            let at = noise.len().saturating_sub(newer);
            let level = |(index, it): (usize, &f64)| {
                it * width + if index >= at { shift } else { 0.0 }
            };
            let y: Vec<f64> = noise.iter().enumerate().map(level).collect();
            let before = |at: usize| {
                median(&y[at.saturating_sub(MAX_BASELINE_RUNS)..at]).unwrap_or(y[at])
            };
            let base: Vec<f64> = (0..y.len()).map(before).collect();
            let (start, unshifted) = (vec![0; y.len()], vec![true; y.len()]);
            let (medians, starts) = (&base, &start);
            let past = BaselineHistory::Recorded { medians, starts, unshifted: &unshifted };
            let thresholds = LevelThresholds { up: 0.1, down: 0.05 };
            let rule = Rule { confirmations, ..rule() };
            let view = |past| LevelView { levels: &y, past, baseline_start: 0 };
            let by_place = newest_shift(&view(past), thresholds, &rule);
            let at_once = newest_shift(&view(BaselineHistory::Single), thresholds, &rule);
            prop_assert_eq!(at_once, by_place);
        }
    }
}
