//! The newest level: whether the last few runs of a level already stand on a new one.
//!
//! Three runs are no level that a segmentation may trust, so the newest runs must pass a
//! conjunction: significance against the runs before, size against the policy, every run of a
//! short new level beyond it, and a shift larger than what the same statistic did by itself in
//! this series' past (the last idea is rustc-perf's).

use super::stats::{Memory, median_in_place, quantile, robust_sigma, sorted};
use super::steps::{Boundary, NOISE_FLOOR};

/// Lengths of the new level that are tried; those below the policy's confirmations are not.
const LENGTHS: [usize; 13] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20];
/// A level with at most so many runs must pass these rules.
pub(crate) const LONGEST: usize = 20;
/// Score that three to twenty runs need; measured against synthetic histories, where 4.8 gives
/// one false alarm in 7,000 runs.
pub(crate) const PROOF: f64 = 4.8;
/// Runs before, at most, that the new ones are compared with.
pub(crate) const REACH: usize = 60;
/// Runs of history that the series' own past shifts are taken from, and the fewest that count.
pub(crate) const PAST: usize = 250;
pub(crate) const PAST_MIN: usize = 30;
/// A shift must exceed the 97.5 % quantile of the past ones by this factor.
pub(crate) const BEYOND_PAST: f64 = 1.6;

/// What a new level must show: its relative size up and down in log levels (both positive), how
/// many runs it needs, and how many the level before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) up: f64,
    pub(crate) down: f64,
    pub(crate) confirmations: usize,
    pub(crate) min_before: usize,
}

/// The boundary before the newest level, where the last runs of `y` (one level so far) prove one.
pub(crate) fn boundary(y: &[f64], demand: Demand) -> Option<Boundary> {
    let mut best: Option<Boundary> = None;
    for &length in LENGTHS.iter().filter(|length| **length >= demand.confirmations.min(LONGEST)) {
        let Some(before) = y.len().checked_sub(length) else { break };
        if before < demand.min_before.max(3) || (length > 3 && before < length / 2) {
            break;
        }
        let Some(z) = proof(y, before, demand) else { continue };
        if best.is_none_or(|found| z > found.z) {
            best = Some(Boundary { at: before, z });
        }
    }
    best.map(|found| Boundary { at: onset(y, found.at, demand), ..found })
}

/// The edge next to `at`: where runs stop being nearer to the old level than to the new one. The
/// lengths tried leave places out.
fn onset(y: &[f64], mut at: usize, demand: Demand) -> usize {
    let middle = |values: &[f64]| median_in_place(&mut values.to_vec()).unwrap_or(0.0);
    let (old, new) = (middle(&y[at.saturating_sub(REACH)..at]), middle(&y[at..]));
    let is_new = |index: usize| (y[index] - new).abs() < (y[index] - old).abs();
    while at > demand.min_before.max(1) && is_new(at - 1) {
        at -= 1;
    }
    while y.len() - at > demand.confirmations.max(1) && !is_new(at) {
        at += 1;
    }
    at
}

/// Score of the split at `at`, where every demand holds.
fn proof(y: &[f64], at: usize, demand: Demand) -> Option<f64> {
    let base = &y[at.saturating_sub(REACH)..at];
    let newer = sorted(&y[at..]);
    let middle = median_in_place(&mut base.to_vec())?;
    let shift = quantile(&newer, 0.5) - middle;
    let (sign, size) = if shift > 0.0 { (1.0, demand.up) } else { (-1.0, demand.down) };
    let (part, share) = nearest(newer.len());
    let nearest = sign * (quantile(&newer, if sign > 0.0 { part } else { 1.0 - part }) - middle);
    let sigma = sigma_before(base, middle);
    if sign * shift < size || nearest < share * size || nearest < sigma {
        return None;
    }
    let needed = student(base.len());
    let z = score(y, at, middle, sigma, needed) * sign;
    (z > needed && sign * shift > BEYOND_PAST * past_shift(y, at)).then_some(z * PROOF / needed)
}

/// Which quantile of so many new runs counts as the one nearest to the old level, and the share of
/// the policy's size beyond which it must lie.
pub(crate) fn nearest(runs: usize) -> (f64, f64) {
    match runs {
        0..=3 => (0.0, 1.0),
        4 => (0.0, 0.8),
        _ => (0.25, 0.6),
    }
}

/// The score that has the tail of [`PROOF`] under Student's law where `runs` runs vouch for the
/// scale: Wallace's approximation (1959), inverted. 5.3 for 60 runs, 9.3 for 12, 51 for 5.
pub(crate) fn student(runs: usize) -> f64 {
    let freedom = runs.saturating_sub(1).max(1) as f64;
    let normal = PROOF * (8.0 * freedom + 3.0) / (8.0 * freedom + 1.0);
    (freedom * (normal * normal / freedom).exp_m1()).sqrt()
}

/// Scale of one run before the split: of all runs in reach, not below most of the last ten's.
pub(crate) fn sigma_before(base: &[f64], middle: f64) -> f64 {
    let around = |values: &[f64], centre: f64| {
        robust_sigma(&values.iter().map(|value| value - centre).collect::<Vec<_>>())
    };
    let recent = &base[base.len().saturating_sub(10)..];
    let recent_middle = median_in_place(&mut recent.to_vec()).unwrap_or(middle);
    around(base, middle).max(0.7 * around(recent, recent_middle)).max(NOISE_FLOOR)
}

/// How the runs before the split depend on each other, with a slack for their number.
pub(crate) fn memory_before(base: &[f64], middle: f64, sigma: f64) -> Memory {
    let residuals: Vec<f64> = base.iter().map(|value| value - middle).collect();
    let own = Memory::of(&residuals, 3.0 * sigma);
    let slack = 0.5 / (base.len() as f64).sqrt();
    Memory { lag1: (own.lag1 + slack).clamp(0.0, 0.95), lag5: own.lag5.max(0.0) }
}

/// Mean of the new runs' distances, each bounded so that one run cannot carry it, over its
/// standard deviation with the autocorrelation of the runs before.
fn score(y: &[f64], at: usize, middle: f64, sigma: f64, needed: f64) -> f64 {
    let base = &y[at.saturating_sub(REACH)..at];
    let newer = &y[at..];
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
pub(crate) fn spread(newer: &[f64]) -> f64 {
    match newer.len() {
        0..=2 => 0.0,
        3 => (newer[2] - newer[0]) / 1.69,
        4 => (newer[3] - newer[0]) / 2.06,
        _ => (quantile(newer, 0.75) - quantile(newer, 0.25)) / 1.349,
    }
}

/// What the same shift amounted to at earlier places of this series: its 97.5 % quantile; 0 while
/// there are too few.
fn past_shift(y: &[f64], at: usize) -> f64 {
    let length = y.len() - at;
    let from = at.saturating_sub(PAST).max(12);
    let shifts: Vec<f64> = (from + length..=at)
        .map(|end| {
            let split = end - length;
            let before = median_in_place(&mut y[split.saturating_sub(REACH)..split].to_vec());
            let after = median_in_place(&mut y[split..end].to_vec());
            (after.unwrap_or(0.0) - before.unwrap_or(0.0)).abs()
        })
        .collect();
    if shifts.len() < PAST_MIN { 0.0 } else { quantile(&sorted(&shifts), 0.975) }
}
