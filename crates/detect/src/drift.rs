//! Gradual changes: a level that moved slowly, so that no step shows it.
//!
//! Example: 120 runs that rise by 0.2 % each have no run at which anything happened, and end 27 %
//! higher. The medians of the oldest 40 and of the newest 12 runs show it, or a line through all.

use super::change_point::{ChangePoint, NOISE_FLOOR};
use super::rule::LevelThresholds;
use super::stats::{
    Autocorrelation, median, median_in_place, quantile, robust_sigma, sorted, theil_sen_explaining,
};

/// Newest runs, and oldest runs at most, whose medians are compared; and the fewest runs between
/// them, so that a step that is just settling is not reported as a drift.
const MAX_NEW_RUNS: usize = 12;
const MAX_OLD_RUNS: usize = 40;
const MIN_RUNS_BETWEEN: usize = 20;
/// Fewest runs of a level that may drift. Below [`MAX_NEW_RUNS`] + 2 × [`MIN_RUNS_BETWEEN`] only a
/// line shows it, between the first and the last quarter.
const MIN_RUNS: usize = 36;
/// Score that a drift needs, and how far beyond the threshold it must have moved: there is no
/// sharp edge whose place could vouch for it.
const MIN_Z: f64 = 5.0;
const MIN_Z_SHORT: f64 = 8.0;
const THRESHOLD_MARGIN: f64 = 1.3;
/// A drift must exceed what the same statistic did up to 60 runs ago by this factor.
const PAST_SHIFT_FACTOR: f64 = 2.5;
const PAST_LAG: usize = 60;
/// Share of the variance that a line must explain to count as a drift by its slope. A line
/// explains at most 3/4 of a step in the middle, which few runs may leave below significance: 0.8
/// is above that.
const MIN_R_SQUARED: f64 = 0.7;
const MIN_R_SQUARED_SHORT: f64 = 0.8;

/// Runs of a level after which its oldest runs are always the same ones.
const FULL_LENGTH: usize = MAX_NEW_RUNS + MIN_RUNS_BETWEEN + MAX_OLD_RUNS;
/// Beyond [`FULL_LENGTH`] runs a drift is looked for at every fourth run: it is slow, so a few runs
/// of delay cost little, and each look sorts the level.
const CHECK_EVERY: usize = 4;
/// Longest level in which the gate looks for a drift.
pub(crate) const MAX_RUNS: usize = 1_000;

/// A drift that the newest runs show.
pub(crate) fn newest_drift(level: &[f64], thresholds: LevelThresholds) -> Option<ChangePoint> {
    let from = level.len().saturating_sub(MAX_RUNS);
    let drift = find_drift(&level[from..], thresholds)?;
    Some(ChangePoint { index: from + drift.index, ..drift })
}

/// How many runs at the two ends of a level are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndLengths {
    pub old: usize,
    pub new: usize,
}

/// How many of so many runs are compared at either end.
pub(crate) fn end_lengths(runs: usize) -> EndLengths {
    if is_short(runs) {
        let quarter = (runs / 4).max(1).min(runs);
        return EndLengths { old: quarter, new: quarter };
    }
    let new = MAX_NEW_RUNS.min(runs);
    let old = MAX_OLD_RUNS.min(runs.saturating_sub(new + MIN_RUNS_BETWEEN)).max(1).min(runs);
    EndLengths { old, new }
}

/// Whether so few runs drift only by a line.
pub(crate) fn is_short(runs: usize) -> bool {
    runs < MAX_NEW_RUNS + 2 * MIN_RUNS_BETWEEN
}

/// By which factor so many runs must have moved beyond the policy's size.
pub(crate) fn threshold_margin(runs: usize) -> f64 {
    if is_short(runs) { 1.0 } else { THRESHOLD_MARGIN }
}

/// Whether a drift is looked for when a level has so many runs.
pub(crate) fn is_due(runs: usize) -> bool {
    runs >= MIN_RUNS && (runs <= FULL_LENGTH || runs.is_multiple_of(CHECK_EVERY))
}

/// A drift within one level: the first point from which on every rolling median has moved by the
/// policy's size, with its score.
pub(crate) fn find_drift(level: &[f64], thresholds: LevelThresholds) -> Option<ChangePoint> {
    if level.len() < MIN_RUNS {
        return None;
    }
    let ends = end_lengths(level.len());
    let (old, new) = (&level[..ends.old], &level[level.len() - ends.new..]);
    let base = median(old)?;
    let shift = median(new)? - base;
    let size = thresholds.of_shift(shift);
    let short = is_short(level.len());
    if shift.abs() < threshold_margin(level.len()) * size {
        return None;
    }
    let at = first_lasting_crossing(level, base, size * shift.signum())?;
    // The comparison of the ends holds against what the series did before. That hides a rise which
    // goes on for good, so the slope is a second way to show a drift.
    let by_ends = !short && shift.abs() >= PAST_SHIFT_FACTOR * past_shift_quantile(level, base);
    let ends = if by_ends { ends_score(old, new) } else { 0.0 };
    let z = ends.max(line_score(level, THRESHOLD_MARGIN * size));
    (z > if short { MIN_Z_SHORT } else { MIN_Z }).then_some(ChangePoint { index: at, z })
}

/// The last point before `crossing` whose rolling median is still at the old level: it has moved by
/// less than a tenth of the way, in the direction of `shift`. The run at which a drift began to
/// move cannot be named more sharply.
pub(crate) fn onset(level: &[f64], crossing: usize, base: f64, shift: f64) -> usize {
    let is_old =
        |at: &usize| rolling_median(level, *at).is_some_and(|it| (it - base) / shift < 0.1);
    (0..crossing).rev().find(is_old).unwrap_or(0)
}

/// The first point from `crossing` on whose rolling median has made nine tenths of the way: a drift
/// that ended long ago is not spread over the level that it left. The last point where there is
/// none.
pub(crate) fn arrival(level: &[f64], crossing: usize, base: f64, shift: f64) -> usize {
    let is_new =
        |at: &usize| rolling_median(level, *at).is_some_and(|it| (it - base) / shift > 0.9);
    (crossing..level.len()).find(is_new).unwrap_or(level.len() - 1)
}

/// The median of 7 points around one.
fn rolling_median(level: &[f64], at: usize) -> Option<f64> {
    median_in_place(&mut level[at.saturating_sub(3)..(at + 4).min(level.len())].to_vec())
}

/// How many standard deviations the medians of the old and the new end lie apart, by the scale and
/// the memory of the old end.
fn ends_score(old: &[f64], new: &[f64]) -> f64 {
    let (before, after) = (median(old).unwrap_or(0.0), median(new).unwrap_or(0.0));
    let residuals: Vec<f64> = old.iter().map(|value| value - before).collect();
    let (sigma, memory) = sigma_and_autocorrelation(&residuals);
    let variance = memory.variance_of_mean(new.len()) + memory.variance_of_mean(old.len());
    (after - before).abs() / sigma / variance.sqrt() / (1.0 + 5.0 / old.len() as f64)
}

/// How many standard deviations a straight line rises or falls over the whole level; 0 where it
/// moves less than `size`, or explains too little of what varies. The variance of a
/// least-squares slope, 12 σ² / n for the whole span, with the autocorrelation of what the line
/// leaves: a plain test calls every wandering a trend.
fn line_score(level: &[f64], size: f64) -> f64 {
    let places: Vec<f64> = (0..level.len()).map(|index| index as f64).collect();
    let straight = if is_short(level.len()) { MIN_R_SQUARED_SHORT } else { MIN_R_SQUARED };
    let Some((slope, _)) = theil_sen_explaining(&places, level, straight) else { return 0.0 };
    let total = slope * level.len() as f64;
    if total.abs() < size {
        return 0.0;
    }
    let detrended: Vec<f64> = level.iter().zip(&places).map(|(y, x)| y - slope * x).collect();
    let center = median(&detrended).unwrap_or(0.0);
    let residuals: Vec<f64> = detrended.iter().map(|rest| rest - center).collect();
    let (sigma, memory) = sigma_and_autocorrelation(&residuals);
    total.abs() / sigma / (12.0 * memory.variance_of_mean(level.len())).sqrt()
}

fn sigma_and_autocorrelation(residuals: &[f64]) -> (f64, Autocorrelation) {
    let sigma = robust_sigma(residuals).max(NOISE_FLOOR);
    let of_residuals = Autocorrelation::of(residuals, 3.0 * sigma);
    let lag1 = (of_residuals.lag1 + 0.5 / (residuals.len() as f64).sqrt()).clamp(0.0, 0.95);
    (sigma, Autocorrelation { lag1, lag5: of_residuals.lag5.max(0.0) })
}

/// How far the newest runs of earlier days were from the old level: the 97.5 % quantile, up to
/// [`PAST_LAG`] runs ago; 0 where fewer than 10 such places exist.
fn past_shift_quantile(level: &[f64], base: f64) -> f64 {
    let old = end_lengths(level.len()).old;
    let ends = (old + MAX_NEW_RUNS..level.len().saturating_sub(PAST_LAG)).step_by(3);
    let shifts: Vec<f64> = ends
        .filter_map(|end| median(&level[end - MAX_NEW_RUNS..end]))
        .map(|center| (center - base).abs())
        .collect();
    if shifts.len() < 10 { 0.0 } else { quantile(&sorted(&shifts), 0.975) }
}

/// The first point from which on every rolling median of 7 has moved by at least `shift`.
fn first_lasting_crossing(level: &[f64], base: f64, shift: f64) -> Option<usize> {
    let moved = |at: usize| {
        let center = rolling_median(level, at).unwrap_or(base);
        (center - base) / shift >= 1.0
    };
    // The start of a drift is where the level leaves the threshold for good: that run can be named,
    // the run at which it began to move cannot.
    let last_old = (0..level.len()).rev().find(|i| !moved(*i))?;
    (last_old + 1 < level.len()).then_some(last_old + 1)
}
