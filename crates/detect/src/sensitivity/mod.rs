//! What would be noticed: the smallest lasting change that the rules of the gate (`proof`) report
//! within [`HORIZON`] runs in 9 of 10 cases, and in 99 of 100.
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

use super::changes::Limit;
use super::proof::{self, BEYOND_PAST, PAST_MIN, REACH};
use super::stats::{Memory, median, quantile, robust_sigma};
use super::stretch::{Scale, Stretch as Runs};

/// Runs within which a change is to be reported; more where the policy asks for more
/// confirmations.
pub const HORIZON: usize = 5;
/// Newest runs whose stretches are looked at.
const STARTS: usize = 4 * BLOCK;
/// Shares of the cases in which it is.
const LIKELY: f64 = 0.9;
const SURELY: f64 = 0.99;

/// Smallest lasting changes for the worse that would be reported: shifts in levels, or relative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivity {
    /// In 9 of 10 cases.
    pub likely: f64,
    /// In 99 of 100.
    pub surely: f64,
}

/// What a new level must show, in levels: its sizes up and down (both positive), how many runs it
/// needs, and how many the level before it.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    pub up: f64,
    pub down: f64,
    pub confirmations: usize,
    pub min_before: usize,
}

impl Demand {
    pub fn of(limit: &Limit, scale: Scale, policy: &Policy) -> Self {
        let (up, down) = limit.size(scale);
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
    HORIZON.max(confirmations.min(proof::LONGEST))
}

/// The sensitivity of the newest stretch, as relative changes (unsigned); `shifts` are the first
/// points of its levels, however little they differ. They count as one level: what follows the
/// newest step varies like what came before it.
pub fn relative(
    runs: &Runs,
    shifts: &[usize],
    scale: Scale,
    limit: &Limit,
    demand: Demand,
) -> Option<Sensitivity> {
    let level = without_steps(&runs.level, shifts);
    let up = limit.is_worse(1.0);
    let demand = with_absolute(demand, scale, limit, &runs.value);
    // A step that is younger than the newest level may be is not yet where the rules begin.
    let since = level.len() - shifts.last().copied().unwrap_or(0);
    let told = of(&level, since.max(proof::LONGEST + 1), demand, up)?;
    let change = |shift: f64| {
        let change = scale.change_of(if up { shift } else { -shift }).abs();
        change.max(limit.threshold).min(f64::MAX)
    };
    Some(Sensitivity { likely: change(told.likely), surely: change(told.surely) })
}

/// The levels brought to one: each less its median.
pub fn without_steps(level: &[f64], shifts: &[usize]) -> Vec<f64> {
    let mut out = Vec::with_capacity(level.len());
    for end in shifts.iter().copied().chain([level.len()]) {
        let middle = median(&level[out.len()..end]).unwrap_or(0.0);
        out.extend(level[out.len()..end].iter().map(|value| value - middle));
    }
    out
}

/// The demand where a change must also reach the limit's absolute size from the newest runs.
fn with_absolute(demand: Demand, scale: Scale, limit: &Limit, values: &[f64]) -> Demand {
    let newest = &values[values.len().saturating_sub(REACH)..];
    let share = limit.absolute / median(newest).unwrap_or(0.0).abs();
    if !(share > 0.0 && share.is_finite()) {
        return demand;
    }
    Demand {
        up: demand.up.max(scale.shift_of(share)),
        down: demand.down.max(scale.shift_of(-share).abs()),
        ..demand
    }
}

/// The sensitivity of a level (its runs so far, oldest first), of which the newest `known` are what
/// a new level is compared with, to a shift of the demanded size, upwards if `up`; none for fewer
/// runs than the rules ask for.
pub fn of(level: &[f64], known: usize, demand: Demand, up: bool) -> Option<Sensitivity> {
    if level.len() < demand.min_before.max(3) {
        return None;
    }
    let recent = &level[level.len().saturating_sub(STARTS)..];
    let noise = Noise::of(recent, if up { 1.0 } else { -1.0 });
    let base = &level[level.len().saturating_sub(known.min(REACH))..];
    let rules = Rules::of(level.len(), base, &noise, demand, up);
    let mut shifts = rules.shifts(&noise.around);
    let (likely, surely) = (rank(&mut shifts, LIKELY), rank(&mut shifts, SURELY));
    Some(Sensitivity { likely, surely })
}

/// The value below which at least this share of the values lies; 0 for none.
fn rank(values: &mut [f64], share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let at = (share * last as f64).ceil() as usize;
    *values.select_nth_unstable_by(at.min(last), f64::total_cmp).1
}

/// The runs of a level as they lay around it; up is worse.
struct Noise {
    /// Distance from the median of the run's own block.
    around: Vec<f64>,
    /// Distance of that median from the median of the [`REACH`] runs before the block: what the
    /// newest-level rules would have seen.
    moved: Vec<f64>,
    /// How far the newest runs lie from the median of what they are compared with: 0 unless the
    /// level drifts.
    ahead: f64,
}

/// Share of the variance that a line must explain for a level to count as drifting, as in `drift`.
const STRAIGHT: f64 = 0.6;

/// Runs in a block whose median counts as their level: blocks that are long enough to have one,
/// short enough that shifts which nobody was told of add nothing.
const BLOCK: usize = 30;

impl Noise {
    fn of(level: &[f64], sign: f64) -> Self {
        let mut noise = Self { around: Vec::new(), moved: Vec::new(), ahead: 0.0 };
        let (whole, rest) = (level.len() / BLOCK, level.len() % BLOCK);
        let mut from = 0;
        // The oldest block takes what is over: a short one has hardly a level of its own.
        for end in (1..=whole.max(1)).map(|block| (block * BLOCK + rest).min(level.len())) {
            let own = median(&level[from..end]).unwrap_or(0.0);
            let before = median(&level[from.saturating_sub(REACH)..from]).unwrap_or(own);
            noise.around.extend(level[from..end].iter().map(|value| sign * (value - own)));
            noise.moved.resize(end, own - before);
            from = end;
        }
        noise.along_line(level, sign);
        noise
    }

    /// Takes a drifting level along its line: what comes next varies around the line's end, not
    /// around the middle of the runs so far.
    fn along_line(&mut self, level: &[f64], sign: f64) {
        let n = level.len() as f64;
        let mean = level.iter().sum::<f64>() / n;
        let place = |at: usize| at as f64 - (n - 1.0) / 2.0;
        let each = || level.iter().enumerate().map(|(at, value)| (place(at), value - mean));
        let squares: f64 = each().map(|(_, y)| y * y).sum();
        let slope = each().map(|(x, y)| x * y).sum::<f64>() / (n * (n * n - 1.0) / 12.0);
        let left: f64 = each().map(|(x, y)| (y - slope * x).powi(2)).sum();
        if level.len() < BLOCK || left > (1.0 - STRAIGHT) * squares || squares <= 0.0 {
            return;
        }
        self.around = each().map(|(x, y)| sign * (y - slope * x)).collect();
        let base = median(&level[level.len().saturating_sub(REACH)..]).unwrap_or(mean);
        self.ahead = sign * (mean + slope * place(level.len()) - base);
    }
}

/// What the rules look at in so many consecutive runs.
#[derive(Clone, Copy)]
struct Stretch {
    middle: f64,
    nearest: f64,
    mean: f64,
    spread: f64,
}

/// The rules of the newest level with everything in them that does not depend on the new runs.
struct Rules {
    size: f64,
    /// Runs that the new ones are compared with.
    runs: usize,
    sigma: f64,
    memory: Memory,
    /// Lengths of the new level that are tried.
    lengths: RangeInclusive<usize>,
    /// What was at these lengths in the past is known well enough to count.
    past: bool,
    moved: Vec<f64>,
    ahead: f64,
}

impl Rules {
    fn of(runs: usize, base: &[f64], noise: &Noise, demand: Demand, up: bool) -> Self {
        let middle = median(base).unwrap_or(0.0);
        let sigma = proof::sigma_before(base, middle).max(robust_sigma(&noise.around));
        let confirmations = demand.confirmations.clamp(1, proof::LONGEST);
        Self {
            size: if up { demand.up } else { demand.down },
            runs: base.len(),
            sigma,
            memory: proof::memory_before(base, middle, sigma),
            lengths: confirmations..=horizon(demand.confirmations),
            past: runs >= 12 + horizon(demand.confirmations) + PAST_MIN,
            moved: noise.moved.clone(),
            ahead: noise.ahead,
        }
    }

    /// Every stretch of consecutive runs, circular, so that every run counts the same (Politis &
    /// Romano 1992): for each start one of every length.
    fn stretches(&self, noise: &[f64]) -> Vec<Stretch> {
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
                    stretches.push(Stretch {
                        middle: quantile(&ascending, 0.5),
                        nearest: quantile(&ascending, proof::nearest(length).0),
                        mean: sum / length as f64,
                        spread: proof::spread(&ascending),
                    });
                }
            }
        }
        stretches
    }

    /// For every start: the smallest shift with which its stretches would be reported.
    fn shifts(&self, noise: &[f64]) -> Vec<f64> {
        let stretches = self.stretches(noise);
        let margin = 1.0 + MARGIN / (self.runs as f64).sqrt();
        let lengths: Vec<usize> = self.lengths.clone().collect();
        let mut shifts = vec![f64::INFINITY; stretches.len() / lengths.len()];
        for (which, length) in lengths.iter().enumerate() {
            let own = || stretches.iter().skip(which).step_by(lengths.len());
            let mut past: Vec<f64> =
                own().zip(&self.moved).map(|(it, moved)| (it.middle + moved).abs()).collect();
            let past = if self.past { BEYOND_PAST * rank(&mut past, 1.0) } else { 0.0 };
            let variance =
                self.memory.variance_of_mean(*length) + self.memory.variance_of_mean(self.runs);
            let z = proof::student(self.runs, proof::needed(*length)) * variance.sqrt();
            let size = self.size.max(margin * past);
            let nearest = (margin * self.sigma).max(proof::nearest(*length).1 * self.size);
            for (shift, it) in shifts.iter_mut().zip(own()) {
                let proven = z * self.sigma.max(it.spread) - it.mean;
                let needed = (size - margin * it.middle)
                    .max(nearest - margin * it.nearest)
                    .max(margin * proven);
                *shift = shift.min(needed - self.ahead);
            }
        }
        shifts
    }
}

/// The scale of `n` runs is uncertain by about one in √n: the noise is taken for so much larger.
/// With it the rules report a shift of the stated size in 9 of 10 bootstrapped histories.
const MARGIN: f64 = 1.0;
