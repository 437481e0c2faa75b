//! The check of what is stated: made-up histories with this series' noise, a real shift, and the
//! rules that judge newest runs.
//!
//! Deterministic: the same series gives the same share on every machine. Far too slow for every
//! series of a build; tests and the evaluation call it.

use model::policy::Policy;
use model::series::Series;

use crate::ChangeKind;
use crate::changes;
use crate::common_mode::Exclusions;
use crate::detector::{self, ChangeDetector};
use crate::prepared_series::PreparedSeries;
use crate::significance::MAX_BASELINE_RUNS;

use super::{DetectabilityRule, detectable_change, horizon, remove_steps};

/// What is stated of a series, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedPower {
    /// Relative change, unsigned.
    pub detectable_change: f64,
    /// Share of the made-up histories in which it was reported within [`horizon`] runs.
    pub power: f64,
}

/// Checks the sensitivity of a series by so many histories; none where it has none.
pub fn measure_power(series: &Series, policy: &Policy, draws: u32) -> Option<SimulatedPower> {
    let limit = changes::series_threshold(series, policy);
    let ready = PreparedSeries::of(series, policy, &Exclusions::default());
    let found = ready.changes(policy, &limit, &[]);
    let demand = DetectabilityRule::of(&limit, ready.scale, policy);
    let runs = ready.comparable.last()?;
    let stated =
        detectable_change(runs, &found.all_level_starts, ready.scale, &limit, demand)?.power_90;
    let worse = if limit.is_regression(1.0) { stated } else { -stated };
    let level = remove_steps(&runs.levels, &found.all_level_starts);
    let newest = &level[level.len().saturating_sub(2 * MAX_BASELINE_RUNS)..];
    let shift = ready.scale.shift_of(worse);
    Some(SimulatedPower {
        detectable_change: stated,
        power: simulated_power(newest, level.len(), shift, demand, draws),
    })
}

/// Share of so many made-up histories in which a lasting `shift` (in levels, signed) is reported
/// within [`horizon`] runs: each is a moving-block bootstrap of the residuals (Künsch 1989; blocks
/// of 10 keep the dependence between the runs that the rules look at) of `runs` runs and the new
/// ones, judged by the gate at each new run. The same arguments give the
/// same share: the blocks are chosen by splitmix64 (Steele, Lea & Flood 2014) of a counter.
pub fn simulated_power(
    residuals: &[f64],
    runs: usize,
    shift: f64,
    demand: DetectabilityRule,
    draws: u32,
) -> f64 {
    if residuals.is_empty() || draws == 0 {
        return 0.0;
    }
    let horizon = horizon(demand.confirmations);
    let mut counter = 0;
    let reported = (0..draws).filter(|_| {
        let mut made = block_bootstrap(residuals, runs + horizon, &mut counter);
        made[runs..].iter_mut().for_each(|value| *value += shift);
        is_reported(&made, runs, shift.signum(), demand)
    });
    reported.count() as f64 / f64::from(draws)
}

/// Whether the gate reports a step in the direction of `sign` at one of the runs from `from` on,
/// which follow runs on one level.
pub fn is_reported(level: &[f64], from: usize, sign: f64, demand: DetectabilityRule) -> bool {
    let size = if sign > 0.0 { demand.up } else { demand.down };
    let own = detector::DetectionRule {
        threshold: size.exp_m1(),
        lower_is_better: true,
        confirmations: demand.confirmations,
        min_before: demand.min_before,
        open_window: level.len(),
        sigmas: f64::INFINITY,
    };
    let mut watch = ChangeDetector::new(own, level.len());
    level.iter().enumerate().any(|(at, level)| {
        watch.push(at, (sign * level).exp(), 0);
        at >= from
            && watch.find_change().is_some_and(|it| it.is_regression && it.kind == ChangeKind::Step)
    })
}

/// Runs in a block of the bootstrap.
const BLOCK_RUNS: usize = 10;

fn block_bootstrap(residuals: &[f64], runs: usize, counter: &mut u64) -> Vec<f64> {
    let mut made = Vec::with_capacity(runs + BLOCK_RUNS);
    while made.len() < runs {
        let start = (splitmix(counter) % residuals.len() as u64) as usize;
        made.extend((start..start + BLOCK_RUNS).map(|at| residuals[at % residuals.len()]));
    }
    made.truncate(runs);
    made
}

/// The next number of splitmix64.
pub fn splitmix(counter: &mut u64) -> u64 {
    *counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *counter;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
