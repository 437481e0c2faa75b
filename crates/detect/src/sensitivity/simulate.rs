//! Checks the stated detectable change: synthetic histories with this series' noise, a real shift,
//! and the rules that judge newest runs.
//!
//! Deterministic: the same series gives the same share on every machine. Far too slow for every
//! series of a build; tests and the benchmarks call it.

use model::policy::Policy;
use model::policy::threshold::Threshold;
use model::record::Direction;
use model::series::Series;

use crate::analysis::ChangeKind;
use crate::common_mode::Exclusions;
use crate::detector::{ChangeDetector, MeasuredOn};
use crate::new_level::MAX_BASELINE_RUNS;
use crate::prepared_series::PreparedSeries;
use crate::rule::Rule;

use super::{detectable_change, horizon, remove_steps};

/// What is stated of a series, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedPower {
    /// Relative change, unsigned.
    pub detectable_change: f64,
    /// Share of the synthetic histories in which it was reported within [`horizon`] runs.
    pub power: f64,
}

/// Checks the detectable change of a series by so many histories; none where it has none.
pub fn measure_power(series: &Series, policy: &Policy, draws: u32) -> Option<SimulatedPower> {
    let rule = Rule::of(series, policy);
    let prepared = PreparedSeries::of(series, policy, &Exclusions::default());
    let detected = prepared.changes(policy, &rule, &[]);
    let (scale, starts) = (prepared.scale, &detected.all_level_starts);
    let runs = prepared.comparable.last()?;
    let stated = detectable_change(runs, starts, scale, &rule)?.power_90;
    let levels = remove_steps(&runs.levels, starts);
    let test = ShiftTest {
        shift: scale.shift_of(if rule.is_regression(1.0) { stated } else { -stated }),
        size: rule.worse_up_thresholds(scale).up,
        rule,
    };
    let newest = &levels[levels.len().saturating_sub(2 * MAX_BASELINE_RUNS)..];
    let power = simulated_power(newest, levels.len(), test, draws);
    Some(SimulatedPower { detectable_change: stated, power })
}

/// A lasting shift for the worse, and what it must show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShiftTest {
    /// In levels, signed.
    pub shift: f64,
    /// The threshold in levels, positive.
    pub size: f64,
    pub rule: Rule,
}

/// Share of so many synthetic histories in which the shift is reported within [`horizon`] runs:
/// each is a moving-block bootstrap of the residuals (Künsch 1989; blocks of 10 keep the dependence
/// between the runs that the rules look at) of `runs` runs and the new ones, judged by the gate at
/// each new run. The same arguments give the same share: the blocks are chosen by splitmix64
/// (Steele, Lea & Flood 2014) of a counter.
pub(crate) fn simulated_power(residuals: &[f64], runs: usize, test: ShiftTest, draws: u32) -> f64 {
    if residuals.is_empty() || draws == 0 {
        return 0.0;
    }
    let horizon = horizon(test.rule.confirmations);
    let mut counter = 0;
    let reported = (0..draws).filter(|_| {
        let levels = block_bootstrap(residuals, runs + horizon, &mut counter);
        is_reported(&levels, runs, test)
    });
    reported.count() as f64 / f64::from(draws)
}

/// Whether the gate reports the shift at one of the runs from `from` on, to which it is added, and
/// which follow runs on one level.
pub(crate) fn is_reported(levels: &[f64], from: usize, test: ShiftTest) -> bool {
    // The levels become values of which lower ones are better, whatever the series: a shift for
    // the worse is turned upwards, and its threshold is the relative change of that size.
    let threshold = Threshold {
        relative: test.size.exp_m1(),
        absolute: None,
        direction: Direction::Lower,
        ..test.rule.threshold
    };
    let sign = test.shift.signum();
    let rule = Rule { threshold, window: levels.len(), ..test.rule };
    let mut detector = ChangeDetector::new(rule, levels.len());
    levels.iter().enumerate().any(|(at, level)| {
        let level = if at >= from { level + test.shift } else { *level };
        detector.push(at, (sign * level).exp(), MeasuredOn { segment: 0, environment: 0 });
        at >= from
            && detector
                .find_change()
                .is_some_and(|it| it.is_regression && it.kind == ChangeKind::Step)
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
pub(crate) fn splitmix(counter: &mut u64) -> u64 {
    *counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *counter;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
