//! What would be noticed: the smallest lasting change that the rules of the gate (`proof`) report
//! within [`MIN_HORIZON`] runs in 9 of 10 cases, and in 99 of 100.
//!
//! The estimate solves those rules for the shift. Every stretch of five consecutive runs that the
//! series has had, as it lay around its level, is taken as what the next five runs will do; the
//! smallest shift with which the rules report it is found directly; the quantile over all stretches
//! is the answer. No law of noise is assumed, and the runs' dependence is kept.
//! [`simulate`] checks it the slow way: bootstrapped histories, a real shift, the real rules.
//!
//! What only all series tell (infrastructure), a grace period and outliers are not considered.

pub mod simulate;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use model::policy::Policy;

use super::changes::SeriesThreshold;
use super::comparable::{ComparableRuns as Runs, LevelScale};
use super::significance::{self, MAX_BASELINE_RUNS, MIN_PAST_SHIFTS, PAST_SHIFT_FACTOR};
use super::stats::{Autocorrelation, median, quantile, robust_sigma};

/// Runs within which a change is to be reported; more where the policy asks for more
/// confirmations.
pub const MIN_HORIZON: usize = 5;
/// Newest runs whose stretches are looked at.
const MAX_WINDOW_STARTS: usize = 4 * BLOCK_RUNS;
/// Shares of the cases in which it is.
const POWER_90: f64 = 0.9;
const POWER_99: f64 = 0.99;

/// Smallest lasting changes for the worse that would be reported: shifts in levels, or relative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectableChange {
    /// In 9 of 10 cases.
    pub power_90: f64,
    /// In 99 of 100.
    pub power_99: f64,
}

/// What a new level must show, in levels: its sizes up and down (both positive), how many runs it
/// needs, and how many the level before it.
#[derive(Clone, Copy, Debug)]
pub struct DetectabilityRule {
    pub up: f64,
    pub down: f64,
    pub confirmations: usize,
    pub min_before: usize,
}

impl DetectabilityRule {
    pub fn of(limit: &SeriesThreshold, scale: LevelScale, policy: &Policy) -> Self {
        let (up, down) = limit.level_shifts(scale);
        Self {
            up,
            down,
            confirmations: (policy.detection.confirmations as usize).max(1),
            min_before: policy.regression.min_sample_size as usize,
        }
    }
}

/// Runs after which a change is to be reported under this demand.
pub fn horizon(confirmations: usize) -> usize {
    MIN_HORIZON.max(confirmations.min(significance::MAX_NEW_RUNS))
}

/// The sensitivity of the newest stretch, as relative changes (unsigned); `shifts` are the first
/// points of its levels, however little they differ. They count as one level: what follows the
/// newest step varies like what came before it.
pub fn detectable_change(
    runs: &Runs,
    shifts: &[usize],
    scale: LevelScale,
    limit: &SeriesThreshold,
    demand: DetectabilityRule,
) -> Option<DetectableChange> {
    let level = remove_steps(&runs.levels, shifts);
    let up = limit.is_regression(1.0);
    let demand = with_absolute_threshold(demand, scale, limit, &runs.values);
    // A step that is younger than the newest level may be is not yet where the rules begin.
    let since = level.len() - shifts.last().copied().unwrap_or(0);
    let told = detectable_shift(&level, since.max(significance::MAX_NEW_RUNS + 1), demand, up)?;
    let change = |shift: f64| {
        let change = scale.change_of(if up { shift } else { -shift }).abs();
        change.max(limit.relative).min(f64::MAX)
    };
    Some(DetectableChange { power_90: change(told.power_90), power_99: change(told.power_99) })
}

/// The levels brought to one: each less its median.
pub fn remove_steps(level: &[f64], shifts: &[usize]) -> Vec<f64> {
    let mut out = Vec::with_capacity(level.len());
    for end in shifts.iter().copied().chain([level.len()]) {
        let middle = median(&level[out.len()..end]).unwrap_or(0.0);
        out.extend(level[out.len()..end].iter().map(|value| value - middle));
    }
    out
}

/// The demand where a change must also reach the limit's absolute size from the newest runs.
fn with_absolute_threshold(
    demand: DetectabilityRule,
    scale: LevelScale,
    limit: &SeriesThreshold,
    values: &[f64],
) -> DetectabilityRule {
    let newest = &values[values.len().saturating_sub(MAX_BASELINE_RUNS)..];
    let share = limit.absolute / median(newest).unwrap_or(0.0).abs();
    if !(share > 0.0 && share.is_finite()) {
        return demand;
    }
    DetectabilityRule {
        up: demand.up.max(scale.shift_of(share)),
        down: demand.down.max(scale.shift_of(-share).abs()),
        ..demand
    }
}

/// The sensitivity of a level (its runs so far, oldest first), of which the newest `known` are what
/// a new level is compared with, to a shift of the demanded size, upwards if `up`; none for fewer
/// runs than the rules ask for.
pub fn detectable_shift(
    level: &[f64],
    known: usize,
    demand: DetectabilityRule,
    up: bool,
) -> Option<DetectableChange> {
    if level.len() < demand.min_before.max(3) {
        return None;
    }
    let recent = &level[level.len().saturating_sub(MAX_WINDOW_STARTS)..];
    let noise = LevelResiduals::of(recent, if up { 1.0 } else { -1.0 });
    let base = &level[level.len().saturating_sub(known.min(MAX_BASELINE_RUNS))..];
    let rules = NewLevelRules::of(level.len(), base, &noise, demand, up);
    let mut shifts = rules.reported_shifts(&noise.residuals);
    let (likely, surely) = (upper_rank(&mut shifts, POWER_90), upper_rank(&mut shifts, POWER_99));
    Some(DetectableChange { power_90: likely, power_99: surely })
}

/// The value below which at least this share of the values lies; 0 for none.
fn upper_rank(values: &mut [f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let at = (share * last as f64).ceil() as usize;
    *values.select_nth_unstable_by(at.min(last), f64::total_cmp).1
}

/// The runs of a level as they lay around it; up is worse.
struct LevelResiduals {
    /// Distance from the median of the run's own block.
    residuals: Vec<f64>,
    /// Distance of that median from the median of the [`MAX_BASELINE_RUNS`] runs before the block: what the
    /// newest-level rules would have seen.
    block_shifts: Vec<f64>,
    /// How far the newest runs lie from the median of what they are compared with: 0 unless the
    /// level drifts.
    drift_lead: f64,
}

/// Share of the variance that a line must explain for a level to count as drifting, as in `drift`.
const MIN_DRIFT_R_SQUARED: f64 = 0.6;

/// Runs in a block whose median counts as their level: blocks that are long enough to have one,
/// short enough that shifts which nobody was told of add nothing.
const BLOCK_RUNS: usize = 30;

impl LevelResiduals {
    fn of(level: &[f64], sign: f64) -> Self {
        let mut noise = Self { residuals: Vec::new(), block_shifts: Vec::new(), drift_lead: 0.0 };
        let (whole, rest) = (level.len() / BLOCK_RUNS, level.len() % BLOCK_RUNS);
        let mut from = 0;
        // The oldest block takes what is over: a short one has hardly a level of its own.
        for end in (1..=whole.max(1)).map(|block| (block * BLOCK_RUNS + rest).min(level.len())) {
            let own = median(&level[from..end]).unwrap_or(0.0);
            let before =
                median(&level[from.saturating_sub(MAX_BASELINE_RUNS)..from]).unwrap_or(own);
            noise.residuals.extend(level[from..end].iter().map(|value| sign * (value - own)));
            noise.block_shifts.resize(end, own - before);
            from = end;
        }
        noise.detrend(level, sign);
        noise
    }

    /// Takes a drifting level along its line: what comes next varies around the line's end, not
    /// around the middle of the runs so far.
    fn detrend(&mut self, level: &[f64], sign: f64) {
        let n = level.len() as f64;
        let mean = level.iter().sum::<f64>() / n;
        let place = |at: usize| at as f64 - (n - 1.0) / 2.0;
        let each = || level.iter().enumerate().map(|(at, value)| (place(at), value - mean));
        let squares: f64 = each().map(|(_, y)| y * y).sum();
        let slope = each().map(|(x, y)| x * y).sum::<f64>() / (n * (n * n - 1.0) / 12.0);
        let left: f64 = each().map(|(x, y)| (y - slope * x).powi(2)).sum();
        if level.len() < BLOCK_RUNS
            || left > (1.0 - MIN_DRIFT_R_SQUARED) * squares
            || squares <= 0.0
        {
            return;
        }
        self.residuals = each().map(|(x, y)| sign * (y - slope * x)).collect();
        let base = median(&level[level.len().saturating_sub(MAX_BASELINE_RUNS)..]).unwrap_or(mean);
        self.drift_lead = sign * (mean + slope * place(level.len()) - base);
    }
}

/// What the rules look at in so many consecutive runs.
#[derive(Clone, Copy)]
struct WindowStatistics {
    middle: f64,
    nearest: f64,
    mean: f64,
    spread: f64,
}

/// The rules of the newest level with everything in them that does not depend on the new runs.
struct NewLevelRules {
    size: f64,
    /// Runs that the new ones are compared with.
    baseline_runs: usize,
    sigma: f64,
    autocorrelation: Autocorrelation,
    /// Lengths of the new level that are tried.
    lengths: RangeInclusive<usize>,
    /// What was at these lengths in the past is known well enough to count.
    has_past: bool,
    block_shifts: Vec<f64>,
    drift_lead: f64,
}

impl NewLevelRules {
    fn of(
        runs: usize,
        base: &[f64],
        noise: &LevelResiduals,
        demand: DetectabilityRule,
        up: bool,
    ) -> Self {
        let middle = median(base).unwrap_or(0.0);
        let sigma = significance::sigma_before(base, middle).max(robust_sigma(&noise.residuals));
        let confirmations = demand.confirmations.clamp(1, significance::MAX_NEW_RUNS);
        Self {
            size: if up { demand.up } else { demand.down },
            baseline_runs: base.len(),
            sigma,
            autocorrelation: significance::autocorrelation_before(base, middle, sigma),
            lengths: confirmations..=horizon(demand.confirmations),
            has_past: runs >= 12 + horizon(demand.confirmations) + MIN_PAST_SHIFTS,
            block_shifts: noise.block_shifts.clone(),
            drift_lead: noise.drift_lead,
        }
    }

    /// Every stretch of consecutive runs, circular, so that every run counts the same (Politis &
    /// Romano 1992): for each start one of every length.
    fn windows(&self, noise: &[f64]) -> Vec<WindowStatistics> {
        let count = noise.len();
        let mut stretches = Vec::with_capacity(count * self.lengths.clone().count());
        let mut ascending: Vec<f64> = Vec::with_capacity(*self.lengths.end());
        for start in 0..count {
            ascending.clear();
            let mut sum = 0.0;
            for length in 1..=*self.lengths.end() {
                let value = noise[(start + length - 1) % count];
                sum += value;
                let at = ascending.iter().rposition(|other| *other <= value).map_or(0, |i| i + 1);
                ascending.insert(at, value);
                if self.lengths.contains(&length) {
                    stretches.push(WindowStatistics {
                        middle: quantile(&ascending, 0.5),
                        nearest: quantile(&ascending, significance::nearest_quantile(length).0),
                        mean: sum / length as f64,
                        spread: significance::new_level_sigma(&ascending),
                    });
                }
            }
        }
        stretches
    }

    /// For every start: the smallest shift with which its stretches would be reported.
    fn reported_shifts(&self, noise: &[f64]) -> Vec<f64> {
        let stretches = self.windows(noise);
        let margin = 1.0 + SIGMA_MARGIN / (self.baseline_runs as f64).sqrt();
        let lengths: Vec<usize> = self.lengths.clone().collect();
        let mut shifts = vec![f64::INFINITY; stretches.len() / lengths.len()];
        for (which, length) in lengths.iter().enumerate() {
            let own = || stretches.iter().skip(which).step_by(lengths.len());
            let mut past: Vec<f64> = own()
                .zip(&self.block_shifts)
                .map(|(it, moved)| (it.middle + moved).abs())
                .collect();
            let past =
                if self.has_past { PAST_SHIFT_FACTOR * upper_rank(&mut past, 1.0) } else { 0.0 };
            let variance = self.autocorrelation.variance_of_mean(*length)
                + self.autocorrelation.variance_of_mean(self.baseline_runs);
            let z = significance::student_z(self.baseline_runs, significance::min_z(*length))
                * variance.sqrt();
            let size = self.size.max(margin * past);
            let nearest =
                (margin * self.sigma).max(significance::nearest_quantile(*length).1 * self.size);
            for (shift, it) in shifts.iter_mut().zip(own()) {
                let proven = z * self.sigma.max(it.spread) - it.mean;
                let needed = (size - margin * it.middle)
                    .max(nearest - margin * it.nearest)
                    .max(margin * proven);
                *shift = shift.min(needed - self.drift_lead);
            }
        }
        shifts
    }
}

/// The scale of `n` runs is uncertain by about one in √n: the noise is taken for so much larger.
/// With it the rules report a shift of the stated size in 9 of 10 bootstrapped histories.
const SIGMA_MARGIN: f64 = 1.0;
