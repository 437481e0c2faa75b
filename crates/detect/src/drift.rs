//! What no step shows: a level that moved slowly.

use super::stats::{Memory, median, median_in_place, quantile, robust_sigma, sorted, theil_sen};
use super::steps::{Boundary, NOISE_FLOOR};

/// Newest runs, and oldest runs at most, whose medians are compared; and the fewest runs between
/// them, so that a step that is just settling is not told as a drift.
const NEW: usize = 12;
const OLD: usize = 40;
const BETWEEN: usize = 20;
/// Fewest runs of a level that may drift. Below [`NEW`] + 2 × [`BETWEEN`] only a line may tell it,
/// between the first and the last quarter.
const SHORTEST: usize = 36;
/// Score that a drift needs, and how far beyond the threshold it must have moved: there is no
/// sharp edge whose place could vouch for it.
const PROOF: f64 = 5.0;
const PROOF_SHORT: f64 = 8.0;
const MARGIN: f64 = 1.1;
/// A drift must exceed what the same statistic did up to 60 runs ago by this factor.
const BEYOND_PAST: f64 = 1.6;
const LAG: usize = 60;
/// Share of the variance that a line must explain to be told as a drift by its slope. A step in
/// the middle, which few runs may leave unproven, is explained by 3/4 at most.
const STRAIGHT: f64 = 0.6;
const STRAIGHT_SHORT: f64 = 0.8;

/// Runs of a level after which its oldest runs are always the same ones.
const SETTLED: usize = NEW + BETWEEN + OLD;
/// Beyond [`SETTLED`] runs, every so manieth run is asked for a drift: it is slow.
const EVERY: usize = 4;
/// Longest level in which the gate looks for a drift.
pub const LONGEST: usize = 1_000;

/// A drift that the newest runs show, by the policy's size up and down.
pub fn newest(level: &[f64], up: f64, down: f64) -> Option<Boundary> {
    let from = level.len().saturating_sub(LONGEST);
    let found = drift(&level[from..], up, down)?;
    Some(Boundary { at: from + found.at, ..found })
}

/// How many runs at the old and at the new end of a stretch are compared.
pub fn ends(runs: usize) -> (usize, usize) {
    if is_short(runs) {
        return ((runs / 4).max(1).min(runs), (runs / 4).max(1).min(runs));
    }
    let new = NEW.min(runs);
    (OLD.min(runs.saturating_sub(new + BETWEEN)).max(1).min(runs), new)
}

/// Whether so few runs drift only by a line.
pub fn is_short(runs: usize) -> bool {
    runs < NEW + 2 * BETWEEN
}

/// By which factor so many runs must have moved beyond the policy's size.
pub fn margin(runs: usize) -> f64 {
    if is_short(runs) { 1.0 } else { MARGIN }
}

/// Whether so many runs of a level are asked for a drift on their way.
pub fn is_due(runs: usize) -> bool {
    runs >= SHORTEST && (runs <= SETTLED || runs.is_multiple_of(EVERY))
}

/// A drift within one level: the first point from which on every rolling median has moved by the
/// policy's size, with its score.
pub fn drift(level: &[f64], up: f64, down: f64) -> Option<Boundary> {
    if level.len() < SHORTEST {
        return None;
    }
    let (old, new) = ends(level.len());
    let (old, new) = (&level[..old], &level[level.len() - new..]);
    let base = median(old)?;
    let shift = median(new)? - base;
    let size = if shift > 0.0 { up } else { down };
    let short = is_short(level.len());
    if shift.abs() < margin(level.len()) * size {
        return None;
    }
    let at = crossing(level, base, size * shift.signum())?;
    let by_ends = !short && shift.abs() >= BEYOND_PAST * past_shift(level, base);
    let ends = if by_ends { ends_score(old, new) } else { 0.0 };
    let z = ends.max(line_score(level, MARGIN * size));
    (z > if short { PROOF_SHORT } else { PROOF }).then_some(Boundary { at, z })
}

/// How many standard deviations the medians of the old and the new end lie apart, by the scale and
/// the memory of the old end.
fn ends_score(old: &[f64], new: &[f64]) -> f64 {
    let (before, after) = (median(old).unwrap_or(0.0), median(new).unwrap_or(0.0));
    let residuals: Vec<f64> = old.iter().map(|value| value - before).collect();
    let (sigma, memory) = scale_and_memory(&residuals);
    let variance = memory.variance_of_mean(new.len()) + memory.variance_of_mean(old.len());
    (after - before).abs() / sigma / variance.sqrt() / (1.0 + 5.0 / old.len() as f64)
}

/// How many standard deviations a straight line rises or falls over the whole level; 0 where it
/// moves less than `size`, or explains too little of what varies. The variance of a
/// least-squares slope, 12 σ² / n for the whole span, with the memory of what the line leaves:
/// a plain test calls every wandering a trend.
fn line_score(level: &[f64], size: f64) -> f64 {
    let places: Vec<f64> = (0..level.len()).map(|index| index as f64).collect();
    let Some((slope, explained)) = theil_sen(&places, level) else { return 0.0 };
    let total = slope * level.len() as f64;
    let straight = if is_short(level.len()) { STRAIGHT_SHORT } else { STRAIGHT };
    if total.abs() < size || explained < straight {
        return 0.0;
    }
    let rests: Vec<f64> = level.iter().zip(&places).map(|(y, x)| y - slope * x).collect();
    let middle = median(&rests).unwrap_or(0.0);
    let residuals: Vec<f64> = rests.iter().map(|rest| rest - middle).collect();
    let (sigma, memory) = scale_and_memory(&residuals);
    total.abs() / sigma / (12.0 * memory.variance_of_mean(level.len())).sqrt()
}

fn scale_and_memory(residuals: &[f64]) -> (f64, Memory) {
    let sigma = robust_sigma(residuals).max(NOISE_FLOOR);
    let own = Memory::of(residuals, 3.0 * sigma);
    let lag1 = (own.lag1 + 0.5 / (residuals.len() as f64).sqrt()).clamp(0.0, 0.95);
    (sigma, Memory { lag1, lag5: own.lag5.max(0.0) })
}

/// How far the newest runs of earlier days stood from the old level: the 97.5 % quantile, up to
/// [`LAG`] runs ago; 0 where fewer than 10 such places exist.
fn past_shift(level: &[f64], base: f64) -> f64 {
    let (old, _) = ends(level.len());
    let ends = (old + NEW..level.len().saturating_sub(LAG)).step_by(3);
    let shifts: Vec<f64> = ends
        .filter_map(|end| median(&level[end - NEW..end]))
        .map(|middle| (middle - base).abs())
        .collect();
    if shifts.len() < 10 { 0.0 } else { quantile(&sorted(&shifts), 0.975) }
}

/// The first point from which on every rolling median of 7 has moved by at least `shift`.
fn crossing(level: &[f64], base: f64, shift: f64) -> Option<usize> {
    let moved = |i: usize| {
        let near = &level[i.saturating_sub(3)..(i + 4).min(level.len())];
        let middle = median_in_place(&mut near.to_vec()).unwrap_or(base);
        (middle - base) / shift >= 1.0
    };
    let last_old = (0..level.len()).rev().find(|i| !moved(*i))?;
    (last_old + 1 < level.len()).then_some(last_old + 1)
}
