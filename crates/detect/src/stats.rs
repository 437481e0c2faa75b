//! Slices in, numbers out: the statistics that this crate is built from, each with its source.
//!
//! Defined for any finite input: an empty slice gives `None`, or a neutral number where the
//! function says so, never a panic and never NaN. What the numbers mean for a series is decided
//! elsewhere.
//!
//! Example: of 100, 101, 99, 150 the mean is 112.5 and the standard deviation 25; the median is
//! 100.5 and 1.4826 × MAD is 1.5. One spike must not hide a level.

use std::cmp::Ordering;

/// Makes a median absolute deviation the standard deviation of a normal law: 1 / Φ⁻¹(0.75).
pub(crate) const MAD_SIGMA: f64 = 1.4826;
/// Interquartile range of the standard normal law: 2 Φ⁻¹(0.75).
const IQR_SIGMA: f64 = 1.349;
/// Φ⁻¹(0.9).
const Q90_SIGMA: f64 = 1.2816;

/// A [`robust_sigma`] is at most so many times the largest size: the quartiles, as the others,
/// stay below 1.4826 times.
pub(crate) const MAX_SIGMA_RATIO: f64 = 1.5;

/// Ascending by the total order of `f64`. Whole numbers in the same order are sorted in their
/// place: comparing those takes an instruction, not eight.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut ranks: Vec<i64> =
        values.iter().map(|value| total_order_bits(value.to_bits())).collect();
    ranks.sort_unstable();
    ranks
        .into_iter()
        .map(|rank| f64::from_bits(total_order_bits(rank.cast_unsigned()).cast_unsigned()))
        .collect()
}

/// The bits of a number as a whole one that stands where [`f64::total_cmp`] puts the number: below
/// zero, larger bits are smaller numbers. Its own inverse.
fn total_order_bits(bits: u64) -> i64 {
    let bits = bits.cast_signed();
    bits ^ i64::MAX & (bits >> 63)
}

/// Quantile `q` (0–1) of ascending values, linear between neighbors (Hyndman & Fan 1996, type 7);
/// 0 for none.
pub(crate) fn quantile(ascending: &[f64], q: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else { return 0.0 };
    let position = q.clamp(0.0, 1.0) * last as f64;
    let below = (position as usize).min(last);
    let above = (below + 1).min(last);
    let (low, high) = (ascending[below], ascending[above]);
    let share = position - below as f64;
    let between = low + (high - low) * share;
    if between.is_finite() { between } else { low * (1.0 - share) + high * share }
}

/// Middle value, or the mean of the two middle values.
pub fn median(values: &[f64]) -> Option<f64> {
    if values.len() > INSERTION_SORT_MAX {
        return median_in_place(&mut values.to_vec());
    }
    let mut few = [0.0; INSERTION_SORT_MAX];
    let few = &mut few[..values.len()];
    few.copy_from_slice(values);
    median_in_place(few)
}

/// [`median`] that reorders its input instead of copying it.
pub(crate) fn median_in_place(values: &mut [f64]) -> Option<f64> {
    let count = values.len();
    if count == 0 {
        return None;
    }
    if count <= INSERTION_SORT_MAX {
        return Some(median_of_few(values));
    }
    let (below, upper, _) = values.select_nth_unstable_by(count / 2, f64::total_cmp);
    let upper = *upper;
    if count % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    let sum = lower + upper;
    Some(if sum.is_finite() { sum / 2.0 } else { lower / 2.0 + upper / 2.0 })
}

/// Up to here plain insertion is faster than selection: windows of 7 and 10 runs.
const INSERTION_SORT_MAX: usize = 12;

/// Puts a value into its place among ascending ones; the last place of the slice is free.
pub(crate) fn insert_sorted(ascending: &mut [f64], value: f64) {
    let Some(mut at) = ascending.len().checked_sub(1) else { return };
    while at > 0 && value < ascending[at - 1] {
        ascending[at] = ascending[at - 1];
        at -= 1;
    }
    ascending[at] = value;
}

/// [`median`] of 1 to [`INSERTION_SORT_MAX`] values, which it sorts.
fn median_of_few(values: &mut [f64]) -> f64 {
    for end in 1..values.len() {
        let value = values[end];
        insert_sorted(&mut values[..=end], value);
    }
    median_of_sorted(values).unwrap_or(0.0)
}

/// [`median`] of ascending values.
pub(crate) fn median_of_sorted(ascending: &[f64]) -> Option<f64> {
    let upper = *ascending.get(ascending.len() / 2)?;
    if ascending.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = ascending[ascending.len() / 2 - 1];
    let sum = lower + upper;
    Some(if sum.is_finite() { sum / 2.0 } else { lower / 2.0 + upper / 2.0 })
}

/// Robust standard deviation: the largest of what the median absolute deviation, the quartiles and
/// either outer decile give for a normal law. The deciles see a second mode with a tenth of the
/// runs, where the other two see nothing.
pub(crate) fn robust_sigma(residuals: &[f64]) -> f64 {
    let ascending = sorted(residuals);
    let mad = MAD_SIGMA * median_abs_of_sorted(&ascending);
    let iqr = (quantile(&ascending, 0.75) - quantile(&ascending, 0.25)) / IQR_SIGMA;
    let upper = quantile(&ascending, 0.9) / Q90_SIGMA;
    let lower = -quantile(&ascending, 0.1) / Q90_SIGMA;
    mad.max(iqr).max(upper).max(lower)
}

/// Median of the sizes of ascending values; 0 for none. The smallest sizes are a run of
/// neighbors, which grows at whichever end is nearer to zero.
fn median_abs_of_sorted(ascending: &[f64]) -> f64 {
    let mut above = ascending.partition_point(|value| *value < 0.0);
    let mut below = above;
    let mut next = || {
        let up = ascending.get(above).map_or(f64::INFINITY, |value| value.abs());
        let down = below.checked_sub(1).map_or(f64::INFINITY, |at| ascending[at].abs());
        // NaN compares as larger and ends nothing: differences of huge values may be NaN.
        if down < up {
            below -= 1;
            down
        } else {
            above += 1;
            up
        }
    };
    let Some(skipped) = ascending.len().checked_sub(1) else { return 0.0 };
    (0..skipped / 2).for_each(|_| {
        next();
    });
    let lower = next();
    if ascending.len() % 2 == 1 {
        return lower;
    }
    median_of_sorted(&[lower, next()]).unwrap_or(lower)
}

/// 1.4826 × the median distance from `center`: the scale of the modified z-score (Iglewicz &
/// Hoaglin 1993).
pub(crate) fn mad_sigma(values: &[f64], center: f64) -> f64 {
    if values.len() <= INSERTION_SORT_MAX {
        let mut few = [0.0; INSERTION_SORT_MAX];
        few.iter_mut().zip(values).for_each(|(size, value)| *size = (value - center).abs());
        return MAD_SIGMA * median_in_place(&mut few[..values.len()]).unwrap_or(0.0);
    }
    let mut sizes: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    MAD_SIGMA * median_in_place(&mut sizes).unwrap_or(0.0)
}

/// How runs depend on the runs before them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Autocorrelation {
    /// Autocorrelation at lag 1.
    pub lag1: f64,
    /// Mean autocorrelation at lags 4 to 6: high for a level that wanders, near 0 where only
    /// neighboring runs are alike.
    pub lag5: f64,
}

impl Autocorrelation {
    /// Of residuals around their levels, each clamped to ± `clamp` so that single runs weigh
    /// little. Fewer than 8 count as independent.
    pub(crate) fn of(residuals: &[f64], clamp: f64) -> Self {
        let n = residuals.len();
        if n < 8 {
            return Self::default();
        }
        // A plain autocorrelation is ruled by the largest products; one spike would hide the rest.
        let mut clamped: Vec<f64> = residuals.iter().map(|r| r.clamp(-clamp, clamp)).collect();
        let mean = clamped.iter().sum::<f64>() / n as f64;
        clamped.iter_mut().for_each(|value| *value -= mean);
        let variance: f64 = clamped.iter().map(|value| value * value).sum();
        if variance <= 0.0 {
            return Self::default();
        }
        let at = |lag: usize| -> f64 {
            clamped.iter().zip(&clamped[lag..]).map(|(a, b)| a * b).sum::<f64>() / variance
        };
        let lag5 = [4, 5, 6].iter().filter(|lag| n > **lag + 5).map(|lag| at(*lag) / 3.0).sum();
        Self { lag1: at(1), lag5 }
    }

    /// How fast the autocorrelation falls from lag to lag, such that it passes through both
    /// measured points.
    fn decay(self) -> f64 {
        if self.lag1 <= 0.02 {
            return 0.0;
        }
        // An AR(1) law through lag 1 alone falls too fast for series that wander.
        let through_both = (self.lag5.max(1e-4) / self.lag1).powf(0.25);
        through_both.min(0.97).max(self.lag1.min(0.9))
    }

    /// Variance of the mean of `k` such runs over the variance of one: `g(k) / k` with
    /// `g(k) = 1 + 2 Σ (1 − j/k) ρ(j)` (Bayley & Hammersley 1946).
    pub(crate) fn variance_of_mean(self, k: usize) -> f64 {
        let decay = self.decay();
        let (mut inflation, mut correlation) = (1.0, self.lag1.max(0.0));
        for lag in 1..k {
            inflation += 2.0 * (1.0 - lag as f64 / k as f64) * correlation;
            correlation *= decay;
            if correlation < 1e-9 {
                break;
            }
        }
        inflation / k.max(1) as f64
    }
}

/// Autocorrelation that level shifts hardly touch, and the standard deviation of one run with it:
/// one minus the robust variogram at lags 1 and 4 to 6 over that at the three longest lags up to
/// `lag` (Cressie & Hawkins 1980 for the robust variogram). None for too few values.
pub(crate) fn variogram(values: &[f64], lag: usize) -> Option<(Autocorrelation, f64)> {
    if lag < 6 || values.len() < lag + 8 {
        return None;
    }
    let at = |step: usize| -> f64 {
        let mut jumps: Vec<f64> =
            values.iter().zip(&values[step..]).map(|(a, b)| (b - a).abs()).collect();
        (median_in_place(&mut jumps).unwrap_or(0.0) * MAD_SIGMA).powi(2) / 2.0
    };
    let sill = (at(lag) + at(lag - 1) + at(lag - 2)) / 3.0;
    if sill <= 0.0 {
        return Some((Autocorrelation::default(), 0.0));
    }
    let share = |variance: f64| (1.0 - variance / sill).max(0.0);
    let memory = Autocorrelation { lag1: share(at(1)), lag5: share((at(4) + at(5) + at(6)) / 3.0) };
    Some((memory, sill.sqrt()))
}

/// Probability that a normal value lies further from 0 than `z`, either way.
pub(crate) fn two_sided_tail(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Most points that [`theil_sen`] pairs: 44,850 slopes; more are thinned evenly.
const MAX_SLOPE_POINTS: usize = 300;

/// [`theil_sen`] where the line explains at least this share of the variance, above 0; else none.
pub(crate) fn theil_sen_explaining(x: &[f64], y: &[f64], least: f64) -> Option<(f64, f64)> {
    // No line explains more than that of least squares, which needs no pairs: of a level without a
    // trend nothing else is computed. Rounding must not decide.
    if least_squares_share(x, y) < least - 1e-6 {
        return None;
    }
    theil_sen(x, y).filter(|(_, explained)| *explained >= least)
}

/// Share of the variance that the line of least squares explains; no number where it has none.
fn least_squares_share(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len().min(y.len());
    let step = n.div_ceil(MAX_SLOPE_POINTS).max(1);
    let points = || (0..n).step_by(step).map(|i| (x[i], y[i]));
    let count = points().count() as f64;
    let mean = points().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x / count, sum.1 + y / count));
    let (mut of_x, mut of_y, mut of_both) = (0.0, 0.0, 0.0);
    for (x, y) in points() {
        let (x, y) = (x - mean.0, y - mean.1);
        of_x += x * x;
        of_y += y * y;
        of_both += x * y;
    }
    (of_both / of_x) * (of_both / of_y)
}

/// Median of the slopes between all pairs of points (Theil 1950, Sen 1968), and the share of the
/// variance that the line explains. None where all points are at one time.
pub(crate) fn theil_sen(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let n = x.len().min(y.len());
    let step = n.div_ceil(MAX_SLOPE_POINTS).max(1);
    let points: Vec<(f64, f64)> = (0..n).step_by(step).map(|i| (x[i], y[i])).collect();
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (index, (x1, y1)) in points.iter().enumerate() {
        for (x2, y2) in &points[index + 1..] {
            if x2.total_cmp(x1) != Ordering::Equal {
                slopes.push((y2 - y1) / (x2 - x1));
            }
        }
    }
    let slope = median_in_place(&mut slopes)?;
    let mut detrended: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let intercept = median_in_place(&mut detrended)?;
    let mean = points.iter().map(|(_, y)| y).sum::<f64>() / points.len() as f64;
    let total: f64 = points.iter().map(|(_, y)| (y - mean).powi(2)).sum();
    let left: f64 = points.iter().map(|(x, y)| (y - slope * x - intercept).powi(2)).sum();
    let explained = if total > 0.0 { (1.0 - left / total).clamp(0.0, 1.0) } else { 0.0 };
    slope.is_finite().then_some((slope, explained))
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;

    #[test]
    fn a_median_is_the_middle_or_the_mean_of_two() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
        assert_eq!(median(&[-f64::MAX, f64::MAX]), Some(0.0));
    }

    proptest::proptest! {
        #[test]
        fn a_line_is_left_out_exactly_where_it_explains_too_little(
            noise in proptest::collection::vec(-1.0..1.0_f64, 2..400),
            slope in -0.1..0.1_f64,
            least in 0.05..0.95_f64,
        ) {
            let x: Vec<f64> = (0..noise.len()).map(|place| place as f64).collect();
            let y: Vec<f64> = x.iter().zip(&noise).map(|(x, noise)| slope * x + noise).collect();
            let expected = theil_sen(&x, &y).filter(|(_, explained)| *explained >= least);
            proptest::prop_assert_eq!(theil_sen_explaining(&x, &y, least), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_median_of_few_is_that_of_a_sorted_list(
            values in proptest::collection::vec(-1e300..1e300_f64, 1..=2 * INSERTION_SORT_MAX),
        ) {
            let (ascending, half) = (sorted(&values), values.len() / 2);
            let middle = match values.len() % 2 {
                1 => ascending[half],
                _ => (ascending[half - 1] + ascending[half]) / 2.0,
            };
            proptest::prop_assert_eq!(median(&values), Some(middle));
        }
    }

    proptest::proptest! {
        #[test]
        fn values_are_sorted_by_their_total_order(
            values in proptest::collection::vec(proptest::num::f64::ANY, 0..40),
        ) {
            let mut plain = values.clone();
            plain.sort_unstable_by(f64::total_cmp);
            let bits = |values: &[f64]| values.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
            proptest::prop_assert_eq!(bits(&sorted(&values)), bits(&plain));
        }

        #[test]
        fn the_middle_size_of_ascending_values_is_the_median_of_their_sizes(
            values in proptest::collection::vec(
                proptest::prop_oneof![-1e300..1e300_f64, (-3..3_i32).prop_map(f64::from)], 0..40,
            ),
        ) {
            let sizes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
            let middle = median(&sizes).unwrap_or(0.0);
            proptest::prop_assert_eq!(median_abs_of_sorted(&sorted(&values)), middle);
            let largest = sizes.iter().copied().fold(0.0, f64::max);
            proptest::prop_assert!(robust_sigma(&values) <= MAX_SIGMA_RATIO * largest);
        }
    }

    #[test]
    fn the_spread_of_what_is_no_number_is_found_without_a_panic() {
        let odd = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0];
        for (at, first) in odd.iter().enumerate() {
            for length in 1..8 {
                let values: Vec<f64> = odd.iter().cycle().skip(at).take(length).copied().collect();
                assert!(
                    median_abs_of_sorted(&sorted(&values)).is_nan() || robust_sigma(&values) >= 0.0
                );
                assert!(robust_sigma(&vec![*first; length]).is_nan() || !first.is_nan());
            }
        }
    }

    #[test]
    fn quantiles_are_those_of_r_type_7() {
        let values = [1.0, 2.0, 3.0, 4.0, 10.0];
        assert_eq!(quantile(&values, 0.25), 2.0);
        assert!((quantile(&values, 0.9) - 7.6).abs() < 1e-12);
        assert_eq!(quantile(&values, 1.0), 10.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn a_robust_sigma_ignores_one_spike_and_sees_a_second_mode() {
        let mut values: Vec<f64> = (0..99).map(|i| f64::from(i) - 49.0).collect();
        let clean = robust_sigma(&values);
        values.push(1e6);
        assert!(robust_sigma(&values) < 1.05 * clean);
        let mut modes = vec![0.0; 80];
        modes.extend([7.0; 20]);
        assert!(mad_sigma(&modes, 0.0) == 0.0 && robust_sigma(&modes) > 5.0);
    }

    #[test]
    fn independent_runs_average_by_one_over_n_and_dependent_ones_less() {
        let white = Autocorrelation::default();
        assert!((white.variance_of_mean(4) - 0.25).abs() < 1e-12);
        let slow = Autocorrelation { lag1: 0.8, lag5: 0.5 };
        assert!(slow.variance_of_mean(4) > 0.7);
        // AR(1) with 0.5: g(2)/2 = (1 + 2·½·0.5)/2.
        let ar = Autocorrelation { lag1: 0.5, lag5: 0.5_f64.powi(5) };
        assert!((ar.variance_of_mean(2) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn memory_of_alternating_and_of_repeated_runs() {
        let alternating: Vec<f64> = (0..40).map(|i| f64::from(i % 2) - 0.5).collect();
        assert!(Autocorrelation::of(&alternating, 3.0).lag1 < -0.9);
        let slow: Vec<f64> = (0..40).map(|i| f64::from(i / 10 % 2) - 0.5).collect();
        assert!(Autocorrelation::of(&slow, 3.0).lag1 > 0.7);
        assert_eq!(Autocorrelation::of(&[1.0; 40], 3.0), Autocorrelation::default());
    }

    #[test]
    fn a_variogram_sees_no_memory_in_a_step() {
        let jitter = |i: usize| ((i * 7919) % 101) as f64 / 101.0 - 0.5;
        let step: Vec<f64> =
            (0..200).map(|i| jitter(i) + if i >= 100 { 20.0 } else { 0.0 }).collect();
        let (memory, sill) = variogram(&step, 12).unwrap();
        assert!(memory.lag1 < 0.35 && sill < 1.0, "{memory:?} {sill}");
        assert_eq!(variogram(&step[..10], 12), None);
    }

    #[test]
    fn the_normal_tail_is_that_of_the_tables() {
        assert!((two_sided_tail(1.96) - 0.05).abs() < 1e-4);
        assert!((two_sided_tail(-3.0) - 0.0027).abs() < 1e-5);
    }

    #[test]
    fn theil_sen_follows_the_line_and_not_the_spike() {
        let x: Vec<f64> = (0..1_000).map(f64::from).collect();
        let mut y: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
        y[500] = 1e9;
        let (slope, _) = theil_sen(&x, &y).unwrap();
        assert!((slope - 2.0).abs() < 1e-9);
        assert_eq!(theil_sen(&[1.0, 1.0], &[1.0, 2.0]), None);
    }
}
