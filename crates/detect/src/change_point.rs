//! Change points: where a level shifted for good, seen from the end. Over-segment cheaply, then
//! merge away every change point that the runs on its two sides do not support.
//!
//! Deterministic: no permutations, no randomness. First a least-squares segmentation (PELT,
//! Killick, Fearnhead & Eckley 2012, with a bound on its candidates so that it never turns
//! quadratic); then bottom-up merging as Hunter does (Fleming et al. 2023), with a robust score
//! whose variance is inflated by the runs' autocorrelation, since benchmark runs are not
//! independent and a plain t-test calls every wandering a change.

use super::stats::{
    Autocorrelation, median, median_in_place, robust_sigma, theil_sen_explaining, variogram,
};

/// A significant change point: the first point of the new level, and its score in standard
/// deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ChangePoint {
    pub index: usize,
    pub z: f64,
}

/// Score below which a change point is merged away. F1 on synthetic histories and on TCPDBench is
/// flat between 3.5 and 4.5.
const MIN_Z: f64 = 4.0;
/// Fewest points of a level: three cannot be distinguished from a burst without the newest-level
/// rules.
pub(crate) const MIN_LEVEL: usize = 4;
/// Points that a side contributes to a score at most: older ones say nothing of this boundary.
const MAX_LEVEL_RUNS: usize = 60;
/// Smallest standard deviation of one run, relative: below it timers and rounding rule.
pub(crate) const NOISE_FLOOR: f64 = 1e-4;
/// Penalty of one more level in the first pass, in variances × ln n: BIC has 2 for a mean; 8 keeps
/// the list short and still lets through what the merging would prove.
const PENALTY: f64 = 8.0;
/// Starts of the last level that the first pass keeps in mind.
const MAX_CANDIDATES: usize = 256;
/// Costs that are compared at a time: what one vector register of the processor holds.
const LANES: usize = 8;
/// Lag at which the variogram counts as level: shifts are rarer than that.
const VARIOGRAM_LAG: usize = 12;
/// How much autocorrelation beyond the variogram's counts.
const VARIOGRAM_SLACK: f64 = 0.1;

/// The significant change points of points in time order (log levels: a difference is a relative
/// change), ascending.
pub(crate) fn change_points(y: &[f64]) -> Vec<ChangePoint> {
    if y.len() < 2 * MIN_LEVEL {
        return Vec::new();
    }
    let noise = jump_sigma(y).max(NOISE_FLOOR);
    // Spikes are pulled in for the first pass only: squared errors would make levels of them.
    let clamped = clamp_to_neighbors(y, 3.0 * noise);
    let penalty = PENALTY * noise * noise * (y.len() as f64).ln();
    merge_insignificant(y, pelt_segment(&clamped, penalty))
}

/// Standard deviation of one run by the jumps from run to run, which level shifts hardly touch;
/// their mean where most runs are equal.
fn jump_sigma(y: &[f64]) -> f64 {
    let mut jumps: Vec<f64> = y.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let mean = jumps.iter().sum::<f64>() / jumps.len().max(1) as f64;
    let typical = median_in_place(&mut jumps).unwrap_or(0.0);
    // Coarse timers repeat a value more often than not: the median jump is 0 then.
    if typical > 0.0 { typical * MAD_OF_JUMPS } else { mean }
}

/// 1.4826 / √2: a jump is the difference of two runs.
const MAD_OF_JUMPS: f64 = 1.048_36;

/// Pulls each point to within `reach` of the median of its 7 neighbors, itself among them.
fn clamp_to_neighbors(y: &[f64], reach: f64) -> Vec<f64> {
    (0..y.len())
        .map(|i| {
            let near = &y[i.saturating_sub(3)..(i + 4).min(y.len())];
            let center = median(near).unwrap_or(y[i]);
            y[i].clamp(center - reach, center + reach)
        })
        .collect()
}

/// Prefix sums: the squared error of any range around its mean in constant time.
struct PrefixSums {
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl PrefixSums {
    fn of(y: &[f64]) -> Self {
        let (mut sums, mut squares) = (vec![0.0], vec![0.0]);
        let (mut sum, mut square) = (0.0, 0.0);
        for value in y {
            sum += value;
            square += value * value;
            sums.push(sum);
            squares.push(square);
        }
        Self { sums, squares }
    }
}

/// Starts of the last level that the first pass keeps in mind, ascending; in columns, so that the
/// costs of several are found at a time.
#[derive(Default)]
struct SegmentStarts {
    at: Vec<usize>,
    /// The same as a number of points.
    points: Vec<f64>,
    /// The sums up to each start.
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// What the levels before each start cost.
    cost_before: Vec<f64>,
    /// What they cost together with one level from there on.
    costs: Vec<f64>,
}

impl SegmentStarts {
    fn push(&mut self, at: usize, before: f64, of: &PrefixSums) {
        self.at.push(at);
        self.points.push(at as f64);
        self.sums.push(of.sums[at]);
        self.squares.push(of.squares[at]);
        self.cost_before.push(before);
        self.costs.push(0.0);
    }

    /// Finds the costs of a level from each start to `end`.
    fn update_costs(&mut self, end: usize, of: &PrefixSums) {
        let (points, sum, square) = (end as f64, of.sums[end], of.squares[end]);
        let starts = self.points.iter().zip(&self.sums).zip(&self.squares).zip(&self.cost_before);
        for (cost, (((from, sums), squares), before)) in self.costs.iter_mut().zip(starts) {
            let sum = sum - sums;
            // The squared error around the mean.
            let error = square - squares - sum * sum / (points - from);
            *cost = before + if error > 0.0 { error } else { 0.0 };
        }
    }

    /// The lowest cost and its start; of several the first.
    fn cheapest(&self) -> Option<(f64, usize)> {
        let mut lowest = [f64::INFINITY; LANES];
        let lanes = self.costs.chunks_exact(LANES);
        let mut remaining = f64::INFINITY;
        lanes.remainder().iter().for_each(|cost| remaining = remaining.min(*cost));
        for costs in lanes {
            for (lowest, cost) in lowest.iter_mut().zip(costs) {
                *lowest = if *cost < *lowest { *cost } else { *lowest };
            }
        }
        let lowest = lowest.into_iter().fold(remaining, f64::min);
        let place = self.costs.iter().position(|cost| *cost == lowest)?;
        Some((lowest, self.at[place]))
    }

    /// Drops the starts whose place and cost are not wanted.
    fn retain(&mut self, wanted: impl Fn(usize, f64) -> bool) {
        let all = self.costs.iter().enumerate();
        let Some((mut next, _)) = all.clone().find(|(place, cost)| !wanted(*place, **cost)) else {
            return;
        };
        for place in next + 1..self.at.len() {
            if wanted(place, self.costs[place]) {
                self.at[next] = self.at[place];
                let columns = [&mut self.points, &mut self.sums, &mut self.squares];
                for column in columns.into_iter().chain([&mut self.cost_before, &mut self.costs]) {
                    column[next] = column[place];
                }
                next += 1;
            }
        }
        self.at.truncate(next);
        let columns = [&mut self.points, &mut self.sums, &mut self.squares];
        for column in columns.into_iter().chain([&mut self.cost_before, &mut self.costs]) {
            column.truncate(next);
        }
    }

    /// Drops the half of the older starts that cost most: with nothing to prune, exact PELT is
    /// quadratic, and a start that was never good for a hundred runs is not going to be.
    fn retain_likely(&mut self) {
        let older = self.costs.len() / 2;
        let limit = median(&self.costs[..older]).unwrap_or(f64::INFINITY);
        self.retain(|place, cost| place >= older || cost < limit);
    }
}

/// First points of all levels but the first, by least squares plus `penalty` a level.
fn pelt_segment(y: &[f64], penalty: f64) -> Vec<usize> {
    let n = y.len();
    let squares = PrefixSums::of(y);
    let mut best = vec![f64::INFINITY; n + 1];
    let mut back = vec![0; n + 1];
    best[0] = -penalty;
    let mut starts = SegmentStarts::default();
    starts.push(0, best[0], &squares);
    // The cheapest way to end a level at each point, from the ways to end one before it. Point by
    // point, as in Killick et al.: what cannot win any more is pruned.
    for end in MIN_LEVEL..=n {
        starts.update_costs(end, &squares);
        let (cost, start) = starts.cheapest().unwrap_or((0.0, 0));
        best[end] = cost + penalty;
        back[end] = start;
        // A start that costs more than ending a level here can never be the best again.
        let limit = best[end];
        starts.retain(|_, cost| cost <= limit);
        if starts.at.len() > MAX_CANDIDATES {
            starts.retain_likely();
        }
        let next = end + 1 - MIN_LEVEL;
        if next >= MIN_LEVEL {
            starts.push(next, best[next], &squares);
        }
    }
    let mut firsts = Vec::new();
    let mut at = back[n];
    while at > 0 {
        firsts.push(at);
        at = back[at];
    }
    firsts.reverse();
    firsts
}

/// Merges levels until every change point left is significant. Each round removes the ones that are
/// weaker than both their neighbors, so that there are few rounds.
fn merge_insignificant(y: &[f64], mut firsts: Vec<usize>) -> Vec<ChangePoint> {
    let shift_proof = variogram(y, VARIOGRAM_LAG);
    loop {
        let pooled = PooledNoise::of(y, &firsts, shift_proof);
        let scores: Vec<f64> =
            (0..firsts.len()).map(|i| pooled.score(y, level_bounds(&firsts, i, y.len()))).collect();
        let left = without_weakest(&firsts, &scores, MIN_Z);
        if left.len() == firsts.len() {
            return firsts
                .iter()
                .zip(scores)
                .map(|(&at, z)| ChangePoint { index: at, z })
                .collect();
        }
        firsts = left;
    }
}

/// One round of merging: the change points without those that score below `limit` and below both
/// their neighbors.
fn without_weakest<T: Copy>(boundaries: &[T], scores: &[f64], limit: f64) -> Vec<T> {
    let weaker = |i: usize| {
        let before = i == 0 || scores[i] < scores[i - 1];
        let after = i + 1 == scores.len() || scores[i] <= scores[i + 1];
        scores[i] < limit && before && after
    };
    (0..boundaries.len()).filter(|i| !weaker(*i)).map(|i| boundaries[i]).collect()
}

/// The change points across which the level moved by the threshold: `share(shift)` of a shift,
/// signed in log levels, is at least 1. Smaller ones are merged away, so that a step in two stages
/// is reported once.
pub(crate) fn merge_small(
    y: &[f64],
    mut boundaries: Vec<ChangePoint>,
    share: impl Fn(f64) -> f64,
) -> Vec<ChangePoint> {
    loop {
        let firsts: Vec<usize> = boundaries.iter().map(|boundary| boundary.index).collect();
        let scores: Vec<f64> = (0..firsts.len())
            .map(|i| {
                let Levels { old, new } = adjacent_levels(y, level_bounds(&firsts, i, y.len()));
                share(median_or_zero(new) - median_or_zero(old))
            })
            .collect();
        let left = without_weakest(&boundaries, &scores, 1.0);
        if left.len() == boundaries.len() {
            return boundaries;
        }
        boundaries = left;
    }
}

fn median_or_zero(values: &[f64]) -> f64 {
    median(values).unwrap_or(0.0)
}

/// The two levels around a change point: `start..change_point` and `change_point..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LevelBounds {
    pub start: usize,
    pub change_point: usize,
    pub end: usize,
}

/// The runs of two levels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Levels<'a> {
    pub old: &'a [f64],
    pub new: &'a [f64],
}

/// The points next to a change point, at most [`MAX_LEVEL_RUNS`] on each side.
pub(crate) fn adjacent_levels(y: &[f64], bounds: LevelBounds) -> Levels<'_> {
    let LevelBounds { start, change_point, end } = bounds;
    Levels {
        old: &y[start.max(change_point.saturating_sub(MAX_LEVEL_RUNS))..change_point],
        new: &y[change_point..end.min(change_point + MAX_LEVEL_RUNS)],
    }
}

/// The levels around the change point `i` of `n` points, of which these are the first ones of all
/// levels but the oldest.
pub(crate) fn level_bounds(firsts: &[usize], i: usize, n: usize) -> LevelBounds {
    LevelBounds {
        start: if i == 0 { 0 } else { firsts[i - 1] },
        change_point: firsts[i],
        end: firsts.get(i + 1).copied().unwrap_or(n),
    }
}

/// What all levels together say of the runs: scale, memory, and the bound on both.
struct PooledNoise {
    sigma: f64,
    autocorrelation: Autocorrelation,
    max_autocorrelation: Autocorrelation,
}

impl PooledNoise {
    fn of(y: &[f64], firsts: &[usize], shift_proof: Option<(Autocorrelation, f64)>) -> Self {
        let mut residuals = Vec::with_capacity(y.len());
        for i in 0..=firsts.len() {
            let from = if i == 0 { 0 } else { firsts[i - 1] };
            let values = &y[from..firsts.get(i).copied().unwrap_or(y.len())];
            // The median of a short level follows its runs: their residuals are too small.
            if values.len() < 8 && !firsts.is_empty() {
                continue;
            }
            let center = median_or_zero(values);
            residuals.extend(values.iter().map(|value| value - center));
        }
        let open = Autocorrelation { lag1: 1.0, lag5: 1.0 };
        let (bound, sill) = shift_proof.unwrap_or((open, f64::INFINITY));
        if residuals.len() < 8 {
            return Self {
                sigma: 0.0,
                autocorrelation: Autocorrelation::default(),
                max_autocorrelation: bound,
            };
        }
        let sigma = robust_sigma(&residuals);
        // Residuals are clamped at 3 σ, so that one spike does not hide the dependence.
        let memory = Autocorrelation::of(&residuals, 3.0 * sigma.max(1e-12));
        Self { sigma: sigma.min(1.5 * sill), autocorrelation: memory, max_autocorrelation: bound }
    }

    /// How many standard deviations the medians of two neighbouring levels lie apart.
    fn score(&self, y: &[f64], bounds: LevelBounds) -> f64 {
        let Levels { old, new } = adjacent_levels(y, bounds);
        let (before, after) = (median_or_zero(old), median_or_zero(new));
        let count = old.len() + new.len();
        let residuals: Vec<f64> =
            old.iter().map(|v| v - before).chain(new.iter().map(|v| v - after)).collect();
        // Few runs may look quieter than they are: the noise of all levels is the lower bound.
        let sigma = robust_sigma(&residuals).max(0.6 * self.sigma).max(NOISE_FLOOR);
        let memory = self.autocorrelation_near(&residuals, sigma, count);
        let variance = memory.variance_of_mean(old.len()) + memory.variance_of_mean(new.len());
        // 1.1 and 3/n: a median and a scale of few runs are less certain than a mean with a known
        // scale.
        let z = (after - before).abs() / sigma / variance.sqrt();
        let z = z / (1.0 + 3.0 / count as f64) / 1.1;
        if old.len().min(new.len()) < MIN_LEVEL { 0.5 * z } else { z }
    }

    fn autocorrelation_near(&self, residuals: &[f64], sigma: f64, count: usize) -> Autocorrelation {
        let near = Autocorrelation::of(residuals, 3.0 * sigma);
        let lag1 = near
            .lag1
            .max(self.autocorrelation.lag1)
            .min(self.max_autocorrelation.lag1 + VARIOGRAM_SLACK);
        let lag5 = near
            .lag5
            .max(self.autocorrelation.lag5)
            .min(self.max_autocorrelation.lag5 + VARIOGRAM_SLACK);
        Autocorrelation {
            lag1: (lag1 + 0.5 / (count as f64).sqrt()).clamp(0.0, 0.95),
            lag5: lag5.max(0.0),
        }
    }
}

/// The residuals of the newest `reach` points around their levels: around the median, or around the
/// robust line where the level moves along one ([`MIN_DRIFT_R_SQUARED`] of its variance). Levels of
/// fewer than 3 of the points are left out.
pub(crate) fn residuals(y: &[f64], firsts: &[usize], reach: usize) -> Vec<f64> {
    let mut residuals = Vec::new();
    for values in newest_levels(y, firsts, reach) {
        let places: Vec<f64> = (0..values.len()).map(|place| place as f64).collect();
        let line = theil_sen_explaining(&places, values, MIN_DRIFT_R_SQUARED);
        let slope = line.map_or(0.0, |(slope, _)| slope);
        let detrended: Vec<f64> = values.iter().zip(&places).map(|(y, x)| y - slope * x).collect();
        let center = median_or_zero(&detrended);
        residuals.extend(detrended.iter().map(|remaining| remaining - center));
    }
    residuals
}

/// Share of the variance that a line must explain for a level to be taken along it.
const MIN_DRIFT_R_SQUARED: f64 = 0.5;

/// The same against the moving level: the mean of the medians of as many points on either side, up
/// to [`MAX_NEIGHBORS`], which no drift can bias. Each is scaled to vary as one run varies.
pub(crate) fn local_residuals(y: &[f64], firsts: &[usize], reach: usize) -> Vec<f64> {
    let mut residuals = Vec::new();
    for values in newest_levels(y, firsts, reach) {
        for i in 2..values.len().saturating_sub(2) {
            let count = MAX_NEIGHBORS.min(i).min(values.len() - 1 - i);
            let before = median_or_zero(&values[i - count..i]);
            let after = median_or_zero(&values[i + 1..=i + count]);
            let scale = (1.0 + MEDIAN_VARIANCE[count] / 2.0).sqrt();
            residuals.push((values[i] - before / 2.0 - after / 2.0) / scale);
        }
    }
    residuals
}

/// Points on either side that make a moving level: enough to average, few enough to follow.
const MAX_NEIGHBORS: usize = 5;
/// Variance of the median of so many standard normal values.
const MEDIAN_VARIANCE: [f64; MAX_NEIGHBORS + 1] = [0.0, 1.0, 0.5, 0.449, 0.298, 0.287];

/// The levels among the newest `reach` points, those of fewer than 3 left out.
fn newest_levels<'a>(
    y: &'a [f64],
    firsts: &'a [usize],
    reach: usize,
) -> impl Iterator<Item = &'a [f64]> {
    let oldest = y.len().saturating_sub(reach);
    (0..=firsts.len()).filter_map(move |i| {
        let from = if i == 0 { 0 } else { firsts[i - 1] }.max(oldest);
        let to = firsts.get(i).copied().unwrap_or(y.len());
        (to >= from + 3).then(|| &y[from..to])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, start by start.
    fn segment_naively(y: &[f64], penalty: f64) -> Vec<usize> {
        let n = y.len();
        let PrefixSums { sums, squares } = PrefixSums::of(y);
        let error = |from: usize, to: usize| {
            let sum = sums[to] - sums[from];
            (squares[to] - squares[from] - sum * sum / (to - from) as f64).max(0.0)
        };
        let (mut best, mut back) = (vec![f64::INFINITY; n + 1], vec![0; n + 1]);
        best[0] = -penalty;
        let mut starts = vec![0];
        for end in MIN_LEVEL..=n {
            let cost = |start: &usize| (best[*start] + error(*start, end), *start);
            let mut costs: Vec<(f64, usize)> = starts.iter().map(cost).collect();
            let by_cost = |a: &&(f64, usize), b: &&(f64, usize)| a.0.total_cmp(&b.0);
            let (lowest, start) = *costs.iter().min_by(by_cost).unwrap();
            (best[end], back[end]) = (lowest + penalty, start);
            costs.retain(|(cost, _)| *cost <= best[end]);
            if costs.len() > MAX_CANDIDATES {
                let (older, newer) = costs.split_at(costs.len() / 2);
                let all: Vec<f64> = older.iter().map(|(cost, _)| *cost).collect();
                let limit = median(&all).unwrap();
                let likely = older.iter().filter(|(cost, _)| *cost < limit);
                costs = likely.chain(newer).copied().collect();
            }
            starts = costs.into_iter().map(|(_, start)| start).collect();
            starts.extend(Some(end + 1 - MIN_LEVEL).filter(|next| *next >= MIN_LEVEL));
        }
        let mut firsts = vec![back[n]];
        while firsts[firsts.len() - 1] > 0 {
            firsts.push(back[firsts[firsts.len() - 1]]);
        }
        firsts.pop();
        firsts.reverse();
        firsts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn starts_side_by_side_give_what_one_after_another_gives(
            noise in prop::collection::vec(-1.0..1.0_f64, 8..900),
            step in 20..200_usize,
            shift in prop_oneof![Just(0.0), 0.0..3.0_f64],
            penalty in 0.01..40.0_f64,
        ) {
            let points = noise.iter().enumerate();
            let y = points.map(|(at, one)| one + (at / step % 3) as f64 * shift);
            let y: Vec<f64> = y.collect();
            prop_assert_eq!(pelt_segment(&y, penalty), segment_naively(&y, penalty));
        }
    }
}
