//! The detectable change: the smallest lasting change for the worse that the gate would report.
//!
//! Two questions, two figures, and one rule that keeps them from contradicting each other.
//!
//! [`detectable_change`] answers for people: which change is reported within [`MIN_HORIZON`] runs
//! in 9 of 10 cases, and in 99 of 100? It solves the rules of `significance` for the shift. Every
//! window of five consecutive runs that the series has had, as it lay around its level, stands for
//! the next five runs; the smallest shift with which the rules report it is found directly; the
//! quantile over all windows is the answer. No law of noise is assumed, and the dependence of the
//! runs is kept. `simulate` checks it the slow way: bootstrapped histories, a real shift, the
//! real rules.
//!
//! [`noise_floor`] answers for the verdict, at every run of the history: which shift has the score
//! that a new level needs as soon as it is confirmed? A formula of the noise alone, because the
//! estimate above costs 8 to 15 µs a series, and because it is taken over the whole history, which
//! a verdict of the past must not know. A series is too noisy where this floor is above its
//! threshold: `unchanged` means that a change of the threshold's size would have been seen.
//!
//! The two rest on different runs and may disagree. The figure of a series that is too noisy is
//! therefore never below the floor that made it so ([`DetectableChange::at_least`]): "too noisy for
//! a 10 % threshold: only changes above X would be detected" always has an X of more than 10 %.
//!
//! Example: noise of 1 % and a threshold of 10 %: the threshold decides, and little more than 10 %
//! is stated. Noise of 20 %: the floor is 76 %, more than 10 %, so the series is too noisy.
//!
//! What only all series show (infrastructure), grace periods and outliers are not considered.

#[cfg(any(test, feature = "bench"))]
pub mod simulate;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use super::comparable::ComparableRuns;
use super::exact;
use super::level_scale::LevelScale;
use super::new_level::{self, MAX_BASELINE_RUNS, MAX_NEW_RUNS, MIN_Z, NearestRun};
use super::noise::SeriesNoise;
use super::rule::Rule;
use super::significance::{self, MIN_PAST_SHIFTS, PAST_SHIFT_FACTOR};
use super::stats::{Autocorrelation, median, quantile, robust_sigma};

/// Runs within which a change is to be reported; more where the policy asks for more
/// confirmations.
pub(crate) const MIN_HORIZON: usize = 5;
/// Newest runs whose windows are looked at.
const MAX_WINDOW_STARTS: usize = 4 * BLOCK_RUNS;
/// The two powers that are stated: 1 − β of the usual test planning, and nearly certain.
const POWER_90: f64 = 0.9;
const POWER_99: f64 = 0.99;

/// Smallest lasting changes for the worse that would be reported: shifts in levels, or relative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DetectableChange {
    /// In 9 of 10 cases.
    pub power_90: f64,
    /// In 99 of 100.
    pub power_99: f64,
}

impl DetectableChange {
    /// The same, but no smaller than the floor that makes a series too noisy, where it is.
    pub(crate) fn at_least(self, floor: Option<f64>) -> Self {
        let floor = floor.unwrap_or(0.0);
        Self { power_90: self.power_90.max(floor), power_99: self.power_99.max(floor) }
    }
}

/// The relative change below which the noise of a series hides what a confirmed level shows: the
/// score that a new level needs, times the noise of one run, times the standard deviation of the
/// difference of the two means, with the autocorrelation of the series.
pub(crate) fn noise_floor(scale: LevelScale, noise: SeriesNoise, rule: &Rule) -> f64 {
    let variance = noise.autocorrelation.variance_of_mean(rule.confirmations)
        + noise.autocorrelation.variance_of_mean(noise.runs.max(1));
    scale.change_of(MIN_Z * noise.sigma.max(noise.total_sigma) * variance.sqrt())
}

/// Whether a noise floor hides changes of the threshold's size.
pub(crate) fn is_too_noisy(floor: f64, rule: &Rule) -> bool {
    floor > rule.threshold.relative
}

/// Runs after which a change is to be reported under so many confirmations.
pub fn horizon(confirmations: usize) -> usize {
    MIN_HORIZON.max(confirmations.min(MAX_NEW_RUNS))
}

/// The detectable change of the newest comparable runs, relative and unsigned; `shifts` are the
/// first points of their levels, however little they differ. They count as one level: what follows
/// the newest step varies like what came before it.
pub(crate) fn detectable_change(
    runs: &ComparableRuns,
    shifts: &[usize],
    scale: LevelScale,
    rule: &Rule,
) -> Option<DetectableChange> {
    if rule.is_countable && exact::exact_level(&runs.values).is_some() {
        let size = rule.threshold.relative;
        return Some(DetectableChange { power_90: size, power_99: size });
    }
    let levels = remove_steps(&runs.levels, shifts);
    let is_up_worse = rule.is_regression(1.0);
    let question = DetectionQuestion {
        size: worse_threshold(scale, rule, &runs.values),
        is_up_worse,
        // A step that is younger than the newest level may be is not yet where the rules begin.
        baseline_runs: (levels.len() - shifts.last().copied().unwrap_or(0)).max(MAX_NEW_RUNS + 1),
    };
    let shift = detectable_shift(&levels, question, rule)?;
    let change = |shift: f64| {
        let change = scale.change_of(if is_up_worse { shift } else { -shift }).abs();
        change.max(rule.threshold.relative).min(f64::MAX)
    };
    Some(DetectableChange { power_90: change(shift.power_90), power_99: change(shift.power_99) })
}

/// The levels brought to one: each less its median.
pub(crate) fn remove_steps(level: &[f64], shifts: &[usize]) -> Vec<f64> {
    let mut out = Vec::with_capacity(level.len());
    for end in shifts.iter().copied().chain([level.len()]) {
        let median = median(&level[out.len()..end]).unwrap_or(0.0);
        out.extend(level[out.len()..end].iter().map(|value| value - median));
    }
    out
}

/// The threshold for the worse in levels, where a change must also reach the absolute threshold
/// from the newest runs.
fn worse_threshold(scale: LevelScale, rule: &Rule, values: &[f64]) -> f64 {
    let relative = rule.worse_up_thresholds(scale).up;
    let newest = &values[values.len().saturating_sub(MAX_BASELINE_RUNS)..];
    let share = rule.absolute() / median(newest).unwrap_or(0.0).abs();
    if !(share > 0.0 && share.is_finite()) {
        return relative;
    }
    let absolute =
        if rule.is_regression(1.0) { scale.shift_of(share) } else { scale.shift_of(-share).abs() };
    relative.max(absolute)
}

/// The shift of a level that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DetectionQuestion {
    /// The threshold in levels, positive.
    pub size: f64,
    /// A level that rises is worse.
    pub is_up_worse: bool,
    /// The newest runs that a new level is compared with, at most.
    pub baseline_runs: usize,
}

/// The smallest shifts of a level (its runs so far, oldest first) that the rules report, positive;
/// none for fewer runs than the rules ask for.
pub(crate) fn detectable_shift(
    levels: &[f64],
    question: DetectionQuestion,
    rule: &Rule,
) -> Option<DetectableChange> {
    if levels.len() < rule.min_runs.max(3) {
        return None;
    }
    // Recent runs alone: how a series scattered years ago says little about the next five.
    let recent = &levels[levels.len().saturating_sub(MAX_WINDOW_STARTS)..];
    let noise = LevelResiduals::of(recent, if question.is_up_worse { 1.0 } else { -1.0 });
    let baseline_runs = question.baseline_runs.min(MAX_BASELINE_RUNS);
    let base = &levels[levels.len().saturating_sub(baseline_runs)..];
    let rules = NewLevelRules::of(levels.len(), base, &noise, question.size, rule);
    let mut shifts = rules.reported_shifts(&noise.residuals);
    Some(DetectableChange {
        power_90: upper_rank(&mut shifts, POWER_90),
        power_99: upper_rank(&mut shifts, POWER_99),
    })
}

/// The value below which at least this share of the values lies; 0 for none.
fn upper_rank(values: &mut [f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    // No interpolation: the answer is a shift that a window has shown, rounded to the safe side.
    let at = (share * last as f64).ceil() as usize;
    *values.select_nth_unstable_by(at.min(last), f64::total_cmp).1
}

/// The runs of a level as they lay around it; up is worse.
struct LevelResiduals {
    /// Distance from the median of the run's own block.
    residuals: Vec<f64>,
    /// Distance of that median from the median of the [`MAX_BASELINE_RUNS`] runs before the block:
    /// what the newest-level rules would have seen.
    block_shifts: Vec<f64>,
    /// How far the newest runs lie from the median of what they are compared with: 0 unless the
    /// level drifts.
    drift_lead: f64,
}

/// Share of the variance that a line must explain for a level to count as drifting, as in `drift`.
const MIN_DRIFT_R_SQUARED: f64 = 0.6;

/// Runs in a block whose median counts as their level: blocks that are long enough to have one,
/// short enough that shifts which were never reported add nothing.
const BLOCK_RUNS: usize = 30;

impl LevelResiduals {
    fn of(level: &[f64], sign: f64) -> Self {
        let mut noise = Self { residuals: Vec::new(), block_shifts: Vec::new(), drift_lead: 0.0 };
        let (whole, rest) = (level.len() / BLOCK_RUNS, level.len() % BLOCK_RUNS);
        let mut from = 0;
        // The oldest block takes what is over: a short one has hardly a level of its own.
        for end in (1..=whole.max(1)).map(|block| (block * BLOCK_RUNS + rest).min(level.len())) {
            let center = median(&level[from..end]).unwrap_or(0.0);
            let before =
                median(&level[from.saturating_sub(MAX_BASELINE_RUNS)..from]).unwrap_or(center);
            noise.residuals.extend(level[from..end].iter().map(|value| sign * (value - center)));
            noise.block_shifts.resize(end, center - before);
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
    median: f64,
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
    /// There are enough past shifts of these lengths to count.
    has_past: bool,
    block_shifts: Vec<f64>,
    drift_lead: f64,
}

impl NewLevelRules {
    fn of(runs: usize, base: &[f64], noise: &LevelResiduals, size: f64, rule: &Rule) -> Self {
        let median = median(base).unwrap_or(0.0);
        // The scale that the rules would see, and no less than that of all windows.
        let sigma = significance::sigma_before(base, median).max(robust_sigma(&noise.residuals));
        let confirmations = rule.confirmations.clamp(1, MAX_NEW_RUNS);
        Self {
            size,
            baseline_runs: base.len(),
            sigma,
            autocorrelation: significance::autocorrelation_before(base, median, sigma),
            lengths: confirmations..=horizon(rule.confirmations),
            has_past: runs >= 12 + horizon(rule.confirmations) + MIN_PAST_SHIFTS,
            block_shifts: noise.block_shifts.clone(),
            drift_lead: noise.drift_lead,
        }
    }

    /// Every window of consecutive runs, circular, so that every run counts the same (Politis &
    /// Romano 1992): for each start one of every length.
    fn windows(&self, noise: &[f64]) -> Vec<WindowStatistics> {
        let count = noise.len();
        let mut windows = Vec::with_capacity(count * self.lengths.clone().count());
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
                    windows.push(WindowStatistics {
                        median: quantile(&ascending, 0.5),
                        nearest: quantile(&ascending, new_level::nearest_run(length).quantile),
                        mean: sum / length as f64,
                        spread: significance::new_level_sigma(&ascending),
                    });
                }
            }
        }
        windows
    }

    /// For every start: the smallest shift with which its windows would be reported.
    fn reported_shifts(&self, noise: &[f64]) -> Vec<f64> {
        let windows = self.windows(noise);
        // Everything but the noise is known exactly, so only what the noise enters gets the margin.
        let margin = 1.0 + SIGMA_MARGIN / (self.baseline_runs as f64).sqrt();
        let lengths: Vec<usize> = self.lengths.clone().collect();
        let mut shifts = vec![f64::INFINITY; windows.len() / lengths.len()];
        for (which, length) in lengths.iter().enumerate() {
            let center = || windows.iter().skip(which).step_by(lengths.len());
            let mut past: Vec<f64> = center()
                .zip(&self.block_shifts)
                .map(|(it, moved)| (it.median + moved).abs())
                .collect();
            let past =
                if self.has_past { PAST_SHIFT_FACTOR * upper_rank(&mut past, 1.0) } else { 0.0 };
            let variance = self.autocorrelation.variance_of_mean(*length)
                + self.autocorrelation.variance_of_mean(self.baseline_runs);
            let z = significance::student_z(self.baseline_runs, new_level::min_z(*length))
                * variance.sqrt();
            let size = self.size.max(margin * past);
            let NearestRun { min_share, min_sigmas, .. } = new_level::nearest_run(*length);
            let nearest = (margin * min_sigmas * self.sigma).max(min_share * self.size);
            for (shift, it) in shifts.iter_mut().zip(center()) {
                let proven = z * self.sigma.max(it.spread) - it.mean;
                let needed = (size - margin * it.median)
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
const SIGMA_MARGIN: f64 = 1.2;
