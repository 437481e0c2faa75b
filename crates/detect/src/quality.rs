//! What single runs and their spacing look like: gaps, outliers, rolling levels, typical range.
//!
//! Nothing here says that a level changed. A single run off its level is an outlier; a run whose
//! neighbor is there too is not.
//!
//! Example: of 100, 101, 150, 99, 100 the third run is an outlier. Of 100, 101, 150, 149, 151 none
//! is.

use model::record::time::{DAY_US, Timestamp};

use super::per_run::PerRun;
use super::stats::{mad_sigma, median, median_in_place, quantile, robust_sigma, sorted};

/// Runs in a rolling median and its spread: three on either side.
const HALF_WINDOW: usize = 3;
/// A gap is longer than this many days and than this many median intervals.
const GAP_DAYS: i64 = 3;
const GAP_INTERVALS: i64 = 3;
/// √(1 + π/12): a normal run less the median of 6 others varies by that much more than the run.
const MEDIAN_OF_SIX: f64 = 1.123;
/// Smallest scale of one run when outliers are looked for, relative: steps of a coarse clock are
/// no outliers.
const OUTLIER_FLOOR: f64 = 1e-3;

/// The longest time between two runs that is no gap: 3 days, or 3 times the median interval where
/// that is more (a fixed 3 days would cut every series that is measured twice a week).
pub fn longest_interval(times: &[Timestamp]) -> i64 {
    let mut intervals: Vec<f64> = times
        .windows(2)
        .map(|pair| pair[1].micros().saturating_sub(pair[0].micros()) as f64)
        .collect();
    let median = median_in_place(&mut intervals).unwrap_or(0.0) as i64;
    (GAP_DAYS * DAY_US).max(median.saturating_mul(GAP_INTERVALS))
}

/// Of runs at `times` (with their `indices`): the index of each that follows a gap.
pub fn gaps(times: &[Timestamp], indices: &[usize]) -> Vec<usize> {
    let longest = longest_interval(times);
    let late = |pair: &[Timestamp]| pair[1].micros().saturating_sub(pair[0].micros()) > longest;
    times
        .windows(2)
        .zip(indices.iter().skip(1))
        .filter(|(pair, _)| late(pair))
        .map(|(_, index)| *index)
        .collect()
}

/// Which levels are outliers: more than `sigmas` robust standard
/// deviations from the median of the 3 runs on either side, with both neighbours less than half as
/// far off. The newest run is never one: what follows it is not known.
pub fn outliers(levels: &[f64], sigmas: f64) -> Vec<bool> {
    let n = levels.len();
    let mut flags = vec![false; n];
    // The median of fewer neighbors is no level.
    if n < 5 {
        return flags;
    }
    let middles: Vec<f64> = (0..n).map(|i| median_of_neighbors(levels, i)).collect();
    let residuals: Vec<f64> = levels.iter().zip(&middles).map(|(level, m)| level - m).collect();
    let sigma = (robust_sigma(&residuals) / MEDIAN_OF_SIX).max(OUTLIER_FLOOR);
    for i in 0..n - 1 {
        let near = |j: usize| (levels[j] - middles[i]).abs() < 0.5 * residuals[i].abs();
        flags[i] = residuals[i].abs() > sigmas * sigma && (i == 0 || near(i - 1)) && near(i + 1);
    }
    flags
}

fn median_of_neighbors(levels: &[f64], i: usize) -> f64 {
    let from = i.saturating_sub(HALF_WINDOW);
    let to = (i + HALF_WINDOW + 1).min(levels.len());
    let mut near = [0.0; 2 * HALF_WINDOW];
    let (before, after) = (&levels[from..i], &levels[i + 1..to]);
    near[..before.len()].copy_from_slice(before);
    near[before.len()..before.len() + after.len()].copy_from_slice(after);
    median_in_place(&mut near[..before.len() + after.len()]).unwrap_or(levels[i])
}

/// Median of the 7 values around `i`, and 1.4826 × their median distance from it.
fn rolling(values: &[f64], i: usize) -> (f64, f64) {
    let near = &values[i.saturating_sub(HALF_WINDOW)..(i + HALF_WINDOW + 1).min(values.len())];
    let middle = median(near).unwrap_or(values[i]);
    (middle, mad_sigma(near, middle))
}

/// Rolling median and spread at the runs of one unbroken piece of a series.
pub fn rolling_levels(values: &[f64], piece: &[usize], level: &mut PerRun, spread: &mut PerRun) {
    let piece_values: Vec<f64> = piece.iter().map(|index| values[*index]).collect();
    for (i, index) in piece.iter().enumerate() {
        let (middle, around) = rolling(&piece_values, i);
        level.set(*index, Some(middle));
        spread.set(*index, Some(around).filter(|around| around.is_finite()));
    }
}

/// Quartiles ± 6 interquartile ranges: what a chart shows without letting one run rule its scale.
/// None where there is no value.
pub fn typical_range(values: &[f64]) -> Option<(f64, f64)> {
    if values.is_empty() {
        return None;
    }
    let ascending = sorted(values);
    let (low, high) = (quantile(&ascending, 0.25), quantile(&ascending, 0.75));
    let reach = 6.0 * (high - low);
    let (low, high) = (low - reach, high + reach);
    (low.is_finite() && high.is_finite()).then_some((low, high))
}
