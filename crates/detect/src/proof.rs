//! Whether the newest runs already stand on a new level.
//!
//! Three runs are no level that a segmentation may trust, so the newest runs must pass a
//! conjunction: significance against the runs before, size against the policy, every run of a
//! short new level beyond it, and a shift larger than what the same statistic did by itself in
//! this series' past (the last idea is rustc-perf's).

use super::sieve::Sieve;
use super::stats::{Memory, insert, median, median_in_place, quantile, robust_sigma, sorted};
use super::steps::NOISE_FLOOR;

/// Lengths of the new level that are tried; those below the policy's confirmations are not.
pub const LENGTHS: [usize; 13] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30];
/// Confirmations beyond this are those of the longest level that is tried.
pub const LONGEST: usize = 30;
/// Score that a new level needs, and one of at most 3 runs: bursts are as long. Both measured on
/// synthetic histories (docs/accuracy.md): false alarms against delay.
pub const PROOF: f64 = 4.8;
const PROOF_SHORT: f64 = 5.3;
/// Runs before, at most, that the new ones are compared with.
pub const REACH: usize = 60;
/// The newest runs that say whether any length is worth a closer look.
pub const SEEN: usize = LONGEST + REACH;
/// Runs of history that the series' own past shifts are taken from, and the fewest that count.
pub const PAST: usize = 250;
pub const PAST_MIN: usize = 30;
/// A shift must exceed the largest of the past ones by this factor.
pub const BEYOND_PAST: f64 = 1.6;

/// Levels in time order, up being worse, with what is known of each place.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub y: &'a [f64],
    pub past: Past<'a>,
    /// First place of the present baseline.
    pub epoch: usize,
}

/// What is known of each place. Slices are parallel to the levels.
#[derive(Clone, Copy)]
pub enum Past<'a> {
    /// As it was when the series came there.
    Kept {
        /// Median of the [`REACH`] levels before the place, within its baseline.
        base: &'a [f64],
        /// First place of the baseline that was in force there.
        start: &'a [u32],
        /// Not part of a shift that was told.
        calm: &'a [bool],
    },
    /// One baseline from the first place on, in which nothing was told.
    One,
}

impl View<'_> {
    /// The level before a place.
    fn base(&self, at: usize) -> f64 {
        match self.past {
            Past::Kept { base, .. } => base[at],
            Past::One => median(&self.y[at.saturating_sub(REACH)..at]).unwrap_or(self.y[at]),
        }
    }

    /// What is asked before the medians of the levels before places, where they are not known.
    fn sieve(&self, demand: Demand) -> Option<Sieve> {
        let newest = &self.y[self.y.len().saturating_sub(SEEN)..];
        matches!(self.past, Past::One).then(|| Sieve::of(newest, demand))
    }

    fn start(&self, at: usize) -> usize {
        match self.past {
            Past::Kept { start, .. } => start[at] as usize,
            Past::One => 0,
        }
    }

    fn is_calm(&self, at: usize) -> bool {
        match self.past {
            Past::Kept { calm, .. } => calm[at],
            Past::One => true,
        }
    }
}

/// What a new level must show: sizes in levels, both positive.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    pub worse: f64,
    pub better: f64,
    pub confirmations: usize,
    pub min_before: usize,
    /// Score that an improvement needs.
    pub proof_better: f64,
}

/// A proven new level.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its first place.
    pub at: usize,
    pub worse: bool,
    /// Score on the scale of [`PROOF`].
    pub z: f64,
    pub before: f64,
    pub after: f64,
}

/// The best proven new level that ends at the newest place.
pub fn newest(view: &View<'_>, demand: Demand) -> Option<Step> {
    let n = view.y.len();
    let mut best: Option<Step> = None;
    let mut newer = Newer { ascending: [0.0; LONGEST], count: 0 };
    let sieve = view.sieve(demand);
    for (place, &length) in LENGTHS.iter().enumerate() {
        if length < demand.confirmations.min(LONGEST) {
            continue;
        }
        let Some(at) = n.checked_sub(length).filter(|at| *at >= view.epoch) else { break };
        let before = at - view.epoch;
        if before < demand.min_before.max(3) || (length > 3 && before < length / 2) {
            break;
        }
        if sieve.as_ref().is_some_and(|it| !it.is_open(place)) {
            continue;
        }
        newer.reach(view.y, length);
        let Some(step) = proof(view, at, newer.ascending(), demand) else { continue };
        if best.is_none_or(|found| step.z > found.z) {
            best = Some(step);
        }
    }
    best.map(|found| Step { at: onset(view, found, demand), ..found })
}

/// The edge next to `at`: where runs stop being nearer to the old level than to the new one. The
/// lengths tried leave places out.
fn onset(view: &View<'_>, found: Step, demand: Demand) -> usize {
    let mut at = found.at;
    let y = view.y;
    let is_new = |index: usize| (y[index] - found.after).abs() < (y[index] - found.before).abs();
    while at > view.epoch + demand.min_before.max(1) && is_new(at - 1) {
        at -= 1;
    }
    while y.len() - at > demand.confirmations.max(1) && !is_new(at) {
        at += 1;
    }
    at
}

/// The newest levels in ascending order; grows from length to length.
struct Newer {
    ascending: [f64; LONGEST],
    count: usize,
}

impl Newer {
    /// Takes in so many of the newest levels.
    fn reach(&mut self, y: &[f64], length: usize) {
        while self.count < length {
            let level = y[y.len() - 1 - self.count];
            self.count += 1;
            insert(&mut self.ascending[..self.count], level);
        }
    }

    fn ascending(&self) -> &[f64] {
        &self.ascending[..self.count]
    }
}

/// The step at `at`, where every demand holds; the levels from there on are given in ascending
/// order.
fn proof(view: &View<'_>, at: usize, newer: &[f64], demand: Demand) -> Option<Step> {
    let base = &view.y[view.epoch.max(at.saturating_sub(REACH))..at];
    let middle = view.base(at);
    let after = quantile(newer, 0.5);
    let shift = after - middle;
    let worse = shift > 0.0;
    let (sign, size) = if worse { (1.0, demand.worse) } else { (-1.0, demand.better) };
    let (part, share) = nearest(newer.len());
    let nearest = sign * (quantile(newer, if worse { part } else { 1.0 - part }) - middle);
    if sign * shift < size || nearest < share * size {
        return None;
    }
    let sigma = sigma_before(base, middle);
    if nearest < sigma {
        return None;
    }
    let needed = if worse { needed(newer.len()) } else { demand.proof_better };
    let needed = student(base.len(), needed);
    let z = score(base, &view.y[at..], middle, sigma, needed) * sign;
    let proven = z > needed && sign * shift > BEYOND_PAST * past_shift(view, at, demand, sign);
    proven.then_some(Step { at, worse, z: z * PROOF / needed, before: middle, after })
}

/// Which quantile of so many new runs counts as the one nearest to the old level, and the share of
/// the policy's size beyond which it must lie.
pub fn nearest(runs: usize) -> (f64, f64) {
    match runs {
        0..=3 => (0.0, 1.0),
        4 => (0.0, 0.8),
        _ => (0.25, 0.6),
    }
}

/// The score that a worse level of so many runs needs.
pub fn needed(runs: usize) -> f64 {
    if runs <= 3 { PROOF_SHORT } else { PROOF }
}

/// The score that has the tail of `proof` under Student's law where `runs` runs vouch for the
/// scale: Wallace's approximation (1959), inverted. 5.3 for 60 runs, 9.3 for 12, 51 for 5.
pub fn student(runs: usize, proof: f64) -> f64 {
    let freedom = runs.saturating_sub(1).max(1) as f64;
    let normal = proof * (8.0 * freedom + 3.0) / (8.0 * freedom + 1.0);
    (freedom * (normal * normal / freedom).exp_m1()).sqrt()
}

/// Scale of one run before the split: of all runs in reach, not below most of the last ten's.
pub fn sigma_before(base: &[f64], middle: f64) -> f64 {
    let around = |values: &[f64], centre: f64| {
        robust_sigma(&values.iter().map(|value| value - centre).collect::<Vec<_>>())
    };
    let recent = &base[base.len().saturating_sub(10)..];
    let recent_middle = median_in_place(&mut recent.to_vec()).unwrap_or(middle);
    around(base, middle).max(0.7 * around(recent, recent_middle)).max(NOISE_FLOOR)
}

/// How the runs before the split depend on each other, with a slack for their number.
pub fn memory_before(base: &[f64], middle: f64, sigma: f64) -> Memory {
    let residuals: Vec<f64> = base.iter().map(|value| value - middle).collect();
    let own = Memory::of(&residuals, 3.0 * sigma);
    let slack = 0.5 / (base.len() as f64).sqrt();
    Memory { lag1: (own.lag1 + slack).clamp(0.0, 0.95), lag5: own.lag5.max(0.0) }
}

/// Mean of the new runs' distances, each bounded so that one run cannot carry it, over its
/// standard deviation with the autocorrelation of the runs before.
fn score(base: &[f64], newer: &[f64], middle: f64, sigma: f64, needed: f64) -> f64 {
    let memory = memory_before(base, middle, sigma);
    let deviation = |count: usize| {
        (memory.variance_of_mean(count) + memory.variance_of_mean(base.len())).sqrt()
    };
    let bound = (1.15 * needed * deviation(newer.len().min(3))).max(4.0);
    let scale = sigma.max(spread(&sorted(newer)));
    let sum: f64 = newer.iter().map(|v| ((v - middle) / scale).clamp(-bound, bound)).sum();
    sum / newer.len() as f64 / deviation(newer.len())
}

/// Standard deviation of the new runs (ascending) among themselves: by their range for up to four
/// (expected ranges of 1.69 σ and 2.06 σ), else by their quartiles.
pub fn spread(newer: &[f64]) -> f64 {
    match newer.len() {
        0..=2 => 0.0,
        3 => (newer[2] - newer[0]) / 1.69,
        4 => (newer[3] - newer[0]) / 2.06,
        _ => (quantile(newer, 0.75) - quantile(newer, 0.25)) / 1.349,
    }
}

/// What the same shift amounted to at earlier places of this series, whatever its baseline was
/// there: the largest in the direction of `sign` (the way back from an excursion says nothing of
/// the next one); 0 while there are too few.
fn past_shift(view: &View<'_>, at: usize, demand: Demand, sign: f64) -> f64 {
    let n = view.y.len();
    let length = n - at;
    let from = n.saturating_sub(PAST).max(length);
    let (mut count, mut largest) = (0, 0.0_f64);
    let mut buffer = [0.0; LONGEST];
    for end in from..=at {
        let split = end - length;
        let last = end - 1;
        let grounded = split >= view.start(last) + demand.min_before.max(12);
        if last < split || !grounded || !view.is_calm(last) {
            continue;
        }
        let newer = &mut buffer[..length];
        newer.copy_from_slice(&view.y[split..end]);
        let shift = median_in_place(newer).unwrap_or(0.0) - view.base(split);
        largest = largest.max(sign * shift);
        count += 1;
    }
    if count < PAST_MIN { 0.0 } else { largest }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn demand(confirmations: usize) -> Demand {
        Demand { worse: 0.1, better: 0.05, confirmations, min_before: 5, proof_better: 5.5 }
    }

    proptest! {
        /// What is asked first must not exclude what the levels themselves would prove.
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
            let before = |at: usize| median(&y[at.saturating_sub(REACH)..at]).unwrap_or(y[at]);
            let base: Vec<f64> = (0..y.len()).map(before).collect();
            let (start, calm) = (vec![0; y.len()], vec![true; y.len()]);
            let past = Past::Kept { base: &base, start: &start, calm: &calm };
            let demand = demand(confirmations);
            let by_place = newest(&View { y: &y, past, epoch: 0 }, demand);
            let at_once = newest(&View { y: &y, past: Past::One, epoch: 0 }, demand);
            let told = |step: Step| (step.at, step.worse, step.z, step.before, step.after);
            prop_assert_eq!(at_once.map(told), by_place.map(told));
        }
    }
}
