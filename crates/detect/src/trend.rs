//! How fast the newest level moves: a robust slope a day with its 95 % interval.
//!
//! The slope is the median of the slopes between all pairs of runs (Theil 1950, Sen 1968), the
//! interval Sen's: the slopes whose ranks lie 1.96 standard deviations of Kendall's S from the
//! middle. That variance assumes independent runs, so it is inflated by their autocorrelation, or
//! every wandering would be a trend. Fewer than [`MIN_RUNS`] runs, or runs within [`MIN_SPAN_US`],
//! have none: a line through them says nothing of a day.

use model::record::time::{DAY_US, Timestamp};

use super::analysis::TrendEstimate;
use super::change_point::NOISE_FLOOR;
use super::stats::{Autocorrelation, median_in_place, robust_sigma, theil_sen, two_sided_tail};

/// Fewest runs that have a trend: with fewer, Sen's interval at 95 % spans nearly every slope.
const MIN_RUNS: usize = 10;
/// Shortest time that the runs must span for a change per day: microseconds.
const MIN_SPAN_US: i64 = DAY_US;
/// Most points that are paired (1,770 slopes): more runs are joined to their medians in time.
const MAX_POINTS: usize = 60;
/// Φ⁻¹(0.975).
const Q975: f64 = 1.96;

/// The trend of levels over their times (ascending), in levels a day; none for too few runs.
pub(crate) fn estimate_trend(times: &[Timestamp], level: &[f64]) -> Option<TrendEstimate> {
    let (from, to) = (*times.first()?, *times.last()?);
    if level.len() < MIN_RUNS || to.micros().saturating_sub(from.micros()) < MIN_SPAN_US {
        return None;
    }
    let days: Vec<f64> = times
        .iter()
        .map(|time| time.micros().saturating_sub(from.micros()) as f64 / DAY_US as f64)
        .collect();
    // Pairs grow with the square of the points; medians of neighbors keep the slope.
    let (x, y) = bin_points(&days, level);
    if x.len() < MIN_RUNS {
        return None;
    }
    let (slope, r_squared) = theil_sen(&x, &y)?;
    let mut slopes = Vec::with_capacity(x.len() * x.len() / 2);
    for (index, (x1, y1)) in x.iter().zip(&y).enumerate() {
        slopes.extend(
            x[index + 1..].iter().zip(&y[index + 1..]).map(|(x2, y2)| (y2 - y1) / (x2 - x1)),
        );
    }
    let balance = |slope: &f64| if *slope == 0.0 { 0.0 } else { slope.signum() };
    let kendall: f64 = slopes.iter().map(balance).sum();
    let deviation = (kendall_variance(&y) * variance_inflation(&x, &y, slope)).sqrt();
    let (low, high, bounded) = slope_interval(&mut slopes, Q975 * deviation);
    // One less, since S moves in steps of two (continuity correction, Kendall 1970).
    let chance = two_sided_tail((kendall.abs() - 1.0).max(0.0) / deviation.max(f64::MIN_POSITIVE));
    // Both, the interval and the test: with ties the interval of the slopes may exclude zero where
    // Kendall's S does not.
    let clear = bounded && (low > 0.0 || high < 0.0) && chance < 0.05;
    let runs = u32::try_from(level.len()).unwrap_or(u32::MAX);
    Some(TrendEstimate {
        per_day: slope,
        low,
        high,
        r_squared,
        is_significant: clear,
        runs,
        from,
        to,
    })
}

/// A line through points that may share their x, and the ends of the 95 % interval of its slope.
pub(crate) struct LineEstimate {
    pub(crate) slope: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The line through points whose x ascends; none where too few points bound its slope.
pub(crate) fn line_with_interval(x: &[f64], y: &[f64]) -> Option<LineEstimate> {
    let (slope, _) = theil_sen(x, y)?;
    let mut slopes = Vec::with_capacity(x.len() * x.len() / 2);
    for (index, (x1, y1)) in x.iter().zip(y).enumerate() {
        let after = x[index + 1..].iter().zip(&y[index + 1..]).filter(|(x2, _)| *x2 > x1);
        slopes.extend(after.map(|(x2, y2)| (y2 - y1) / (x2 - x1)));
    }
    // Pairs at one x have no slope and take no part in Kendall's S.
    let ties = x.chunk_by(|a, b| a == b).map(|equal| kendall_term(equal.len() as f64));
    let variance = (kendall_variance(y) - ties.sum::<f64>() / 18.0).max(0.0);
    let deviation = (variance * variance_inflation(x, y, slope)).sqrt();
    let (low, high, bounded) = slope_interval(&mut slopes, Q975 * deviation);
    bounded.then_some(LineEstimate { slope, low, high })
}

/// What so many equal values take from the variance of Kendall's S, times 18.
fn kendall_term(count: f64) -> f64 {
    count * (count - 1.0) * (2.0 * count + 5.0)
}

/// Points in time, each the median of the runs at one time or, of very many, of so many
/// neighbors that at most [`MAX_POINTS`] are left.
fn bin_points(days: &[f64], level: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let size = days.len().div_ceil(MAX_POINTS).max(1);
    let (mut x, mut y) = (Vec::with_capacity(MAX_POINTS), Vec::with_capacity(MAX_POINTS));
    let mut at = 0;
    while at < days.len() {
        let mut end = (at + size).min(days.len());
        while end < days.len() && days[end] <= days[end - 1] {
            end += 1;
        }
        x.push(days[at..end].iter().sum::<f64>() / (end - at) as f64);
        y.push(median_in_place(&mut level[at..end].to_vec()).unwrap_or(0.0));
        at = end;
    }
    (x, y)
}

/// Variance of Kendall's S over independent values of which some are equal (Kendall 1970).
fn kendall_variance(y: &[f64]) -> f64 {
    let ascending = super::stats::sorted(y);
    let ties = ascending.chunk_by(|a, b| a == b).map(|equal| kendall_term(equal.len() as f64));
    ((kendall_term(y.len() as f64) - ties.sum::<f64>()) / 18.0).max(0.0)
}

/// By how much the runs' dependence on each other widens that: `g(n)` of [`Autocorrelation`] over
/// what the line leaves. The slack of 0.5/√n is for an autocorrelation estimated from few runs.
fn variance_inflation(x: &[f64], y: &[f64], slope: f64) -> f64 {
    let detrended: Vec<f64> = y.iter().zip(x).map(|(y, x)| y - slope * x).collect();
    let center = median_in_place(&mut detrended.clone()).unwrap_or(0.0);
    let residuals: Vec<f64> = detrended.iter().map(|rest| rest - center).collect();
    let own = Autocorrelation::of(&residuals, 3.0 * robust_sigma(&residuals).max(NOISE_FLOOR));
    let slack = 0.5 / (residuals.len() as f64).sqrt();
    let memory =
        Autocorrelation { lag1: (own.lag1 + slack).clamp(0.0, 0.95), lag5: own.lag5.max(0.0) };
    memory.variance_of_mean(residuals.len()) * residuals.len() as f64
}

/// The slopes `reach` ranks of S from the middle, and whether there are so many (Sen 1968).
fn slope_interval(slopes: &mut [f64], reach: f64) -> (f64, f64, bool) {
    let last = slopes.len() - 1;
    let count = slopes.len() as f64;
    let low = ((count - reach) / 2.0).floor();
    let high = ((count + reach) / 2.0).ceil();
    let bounded = low >= 0.0 && high <= last as f64;
    let mut ranked = |rank: f64| {
        let rank = (rank.max(0.0) as usize).min(last);
        *slopes.select_nth_unstable_by(rank, f64::total_cmp).1
    };
    (ranked(low), ranked(high), bounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent normal numbers: Box and Muller's transform of splitmix64.
    fn normal(seed: u64, count: usize) -> Vec<f64> {
        let mut state = seed;
        let mut uniform = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..count)
            .map(|_| {
                let (radius, angle) = (1.0 - uniform(), uniform());
                (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
            })
            .collect()
    }

    fn days(count: usize) -> Vec<Timestamp> {
        (0..count).map(|day| Timestamp::from_micros(day as i64 * DAY_US)).collect()
    }

    /// Noise of 1 % where each run keeps `share` of the last one's, along a slope.
    fn levels(seed: u64, count: usize, share: f64, slope: f64) -> Vec<f64> {
        let fresh = (1.0 - share * share).sqrt();
        let mut last = 0.0;
        normal(seed, count + 50)
            .into_iter()
            .map(|e| {
                last = share * last + fresh * e;
                last
            })
            .skip(50)
            .enumerate()
            .map(|(day, e)| 0.01 * e + slope * day as f64)
            .collect()
    }

    fn daily_trend(level: &[f64]) -> Option<TrendEstimate> {
        estimate_trend(&days(level.len()), level)
    }

    #[test]
    fn a_line_through_groups_has_the_interval_of_their_shift() {
        let noise = normal(5, 20);
        let x: Vec<f64> = (0..20).map(|at| if at < 10 { 1.0 } else { 3.0 }).collect();
        let y: Vec<f64> = x.iter().zip(&noise).map(|(x, e)| 1.5 * x + 0.01 * e).collect();
        let line = line_with_interval(&x, &y).unwrap();
        assert!(line.low < 1.5 && 1.5 < line.high, "{} {}", line.low, line.high);
        assert!((line.slope - 1.5).abs() < 0.01 && line.high - line.low < 0.03);
        assert!(line_with_interval(&x[9..11], &y[9..11]).is_none(), "one run of each size");
        assert!(line_with_interval(&[1.0; 5], &y[..5]).is_none(), "one size");
    }

    #[test]
    fn intervals_of_slopes_between_groups_hold_the_truth_as_often_as_they_say() {
        let x: Vec<f64> = (0..24).map(|at| f64::from(at / 8)).collect();
        let held = (0..400).filter(|seed| {
            let noise = normal(*seed, 24);
            let y: Vec<f64> = x.iter().zip(noise).map(|(x, e)| x + 0.02 * e).collect();
            line_with_interval(&x, &y).is_some_and(|it| it.low <= 1.0 && 1.0 <= it.high)
        });
        let share = held.count() as f64 / 400.0;
        assert!((0.92..=1.0).contains(&share), "{share}");
    }

    #[test]
    fn ten_runs_tell_a_trend_and_nine_do_not() {
        assert_eq!(daily_trend(&levels(1, 9, 0.0, 0.1)), None);
        assert!(daily_trend(&levels(1, 10, 0.0, 0.1)).unwrap().is_significant);
        let hour = |index: i64| Timestamp::from_micros(index * DAY_US / 24);
        let times: Vec<Timestamp> = (0..20).map(hour).collect();
        assert_eq!(
            estimate_trend(&times, &levels(1, 20, 0.0, 0.1)),
            None,
            "20 hours are less than a day"
        );
        assert_eq!(estimate_trend(&[hour(0); 20], &levels(1, 20, 0.0, 0.1)), None);
    }

    #[test]
    fn an_interval_holds_the_true_slope_nineteen_times_in_twenty() {
        for (count, share) in [(12, 0.0), (30, 0.0), (30, 0.5), (90, 0.0), (90, 0.6)] {
            let holds = |seed: &u64| {
                let trend = daily_trend(&levels(*seed, count, share, 0.002)).unwrap();
                trend.low <= 0.002 && 0.002 <= trend.high
            };
            let held = (0..400).filter(holds).count();
            assert!((364..=400).contains(&held), "{count} runs, {share}: {held} of 400");
        }
    }

    #[test]
    fn without_a_trend_hardly_one_in_twenty_is_told_and_a_line_always_is() {
        for (count, share) in [(10, 0.0), (30, 0.0), (30, 0.6), (300, 0.8)] {
            let clear = |slope: f64| {
                let is_significant = |seed: &u64| {
                    daily_trend(&levels(*seed, count, share, slope)).unwrap().is_significant
                };
                (0..400).filter(is_significant).count()
            };
            assert!(clear(0.0) <= 36, "{count} runs, {share}: {} of 400", clear(0.0));
            assert!(clear(0.01) >= 395, "{count} runs, {share}: {} of 400", clear(0.01));
        }
    }

    #[test]
    fn a_constant_and_a_two_valued_level_have_no_trend() {
        let flat = daily_trend(&[0.5; 40]).unwrap();
        assert_eq!(
            (flat.per_day, flat.low, flat.high, flat.is_significant),
            (0.0, 0.0, 0.0, false)
        );
        let two: Vec<f64> = (0..40).map(|day| f64::from(day % 2)).collect();
        assert!(!daily_trend(&two).unwrap().is_significant);
    }

    #[test]
    fn ties_shrink_the_variance_of_s_as_in_kendalls_book() {
        assert_eq!(kendall_variance(&[1.0, 2.0, 3.0, 4.0]), 4.0 * 3.0 * 13.0 / 18.0);
        assert_eq!(kendall_variance(&[1.0, 1.0, 3.0, 4.0]), (156.0 - 18.0) / 18.0);
        assert_eq!(kendall_variance(&[1.0; 9]), 0.0);
    }

    #[test]
    fn more_runs_than_points_are_joined_and_tell_the_same_slope() {
        let level = levels(3, 1_000, 0.0, 0.001);
        let trend = daily_trend(&level).unwrap();
        assert!(
            (trend.per_day - 0.001).abs() < 1e-5 && trend.is_significant && trend.runs == 1_000
        );
        let (x, _) = bin_points(&[0.0, 0.0, 1.0, 1.0, 2.0], &[1.0, 3.0, 4.0, 4.0, 9.0]);
        assert_eq!(x, [0.0, 1.0, 2.0]);
    }
}
