//! Checks the stated figures of bisection: synthetic histories with a known culprit, and plain
//! halving on the same histories.
//!
//! The machine moves both sides of a measurement by 3 % from one to the next. Noise is normal, or
//! has spikes. The same seed gives the same histories on every machine.

use std::collections::BTreeSet;

use model::record::{Direction, median};

use super::{Bisection, CommitMeasurement, NextStep};
use crate::paired::KnownNoise;
use crate::paired::simulate::NoiseSource;

/// How much the machine changes between two measurements, both sides alike.
const MACHINE_SIGMA: f64 = 0.03;
/// Runs of the history from which its noise is known.
const HISTORY_FREEDOM: f64 = 90.0;

/// What the histories are made of.
#[derive(Clone, Copy, Debug)]
pub struct HistoryPlan {
    pub commits: usize,
    /// Standard deviation of one run, relative.
    pub noise: f64,
    /// Relative change that the culprit makes.
    pub step: f64,
    /// The recorded change, as a multiple of the real one; none: nothing is recorded.
    pub recorded: Option<f64>,
    /// The history knows the noise.
    pub has_history: bool,
    /// Share of runs that take a fifth longer.
    pub spikes: f64,
    /// Share of commits that do not build.
    pub broken: f64,
    pub max_measurements: usize,
}

impl HistoryPlan {
    /// The history of the stated goal.
    pub const STATED: Self = Self {
        commits: 64,
        noise: 0.02,
        step: 0.05,
        recorded: Some(1.0),
        has_history: false,
        spikes: 0.0,
        broken: 0.0,
        max_measurements: 200,
    };
}

/// What came of many searches.
#[derive(Clone, Copy, Debug, Default)]
pub struct SearchFigures {
    pub tries: u32,
    /// Searches that name the culprit, or a range that holds it.
    pub right: u32,
    pub not_reproduced: u32,
    /// Summed over all searches.
    pub measurements: usize,
    /// The most of one search.
    pub most: usize,
    /// Distinct commits that were measured, which is how many were built.
    pub builds: usize,
}

impl SearchFigures {
    pub fn mean_measurements(&self) -> f64 {
        self.measurements as f64 / f64::from(self.tries.max(1))
    }

    pub fn mean_builds(&self) -> f64 {
        self.builds as f64 / f64::from(self.tries.max(1))
    }

    fn add(&mut self, measurements: usize, builds: usize) {
        self.measurements += measurements;
        self.most = self.most.max(measurements);
        self.builds += builds;
    }
}

/// One history: the culprit is the only thing that a search does not know.
struct SyntheticHistory {
    plan: HistoryPlan,
    culprit: usize,
    broken: BTreeSet<usize>,
}

impl SyntheticHistory {
    fn new(plan: HistoryPlan, random: &mut NoiseSource) -> Self {
        let below = |random: &mut NoiseSource| (random.uniform() * plan.commits as f64) as usize;
        let culprit = below(random).min(plan.commits - 1);
        let is_broken = |_: &usize| random.uniform() < plan.broken;
        let broken = (0..plan.commits - 1).filter(is_broken).collect();
        Self { plan, culprit, broken }
    }

    fn measure(&self, commit: usize, random: &mut NoiseSource) -> CommitMeasurement {
        let machine = 100.0 * (MACHINE_SIGMA * random.normal()).exp();
        let mut run = |level: f64| {
            let spike = if random.uniform() < self.plan.spikes { 1.2 } else { 1.0 };
            machine * level * spike * (self.plan.noise * random.normal()).exp()
        };
        let level = if commit >= self.culprit { 1.0 + self.plan.step } else { 1.0 };
        CommitMeasurement { commit, good: run(1.0), value: run(level) }
    }
}

/// Searches so many times, each in another history.
pub fn search(plan: HistoryPlan, tries: u32, seed: u64) -> SearchFigures {
    let mut random = NoiseSource(seed);
    let mut figures = SearchFigures { tries, ..SearchFigures::default() };
    for _ in 0..tries {
        let history = SyntheticHistory::new(plan, &mut random);
        let mut bisection = Bisection {
            commits: plan.commits,
            direction: Direction::Lower,
            recorded: plan.recorded.map(|factor| factor * plan.step.max(0.05)),
            threshold: 0.02,
            known_noise: plan
                .has_history
                .then_some(KnownNoise { sigma: plan.noise, freedom: HISTORY_FREEDOM }),
            confidence: 0.95,
            measurements: Vec::new(),
            skipped: BTreeSet::new(),
        };
        while let NextStep::Measure(commit) = bisection.judge().next
            && bisection.measurements.len() < plan.max_measurements
        {
            if history.broken.contains(&commit) {
                bisection.skipped.insert(commit);
            } else {
                bisection.measurements.push(history.measure(commit, &mut random));
            }
        }
        let state = bisection.judge();
        let range = state.culprit.first..=state.culprit.last;
        let is_right = state.next == NextStep::Found && range.contains(&history.culprit);
        figures.right += u32::from(is_right && plan.step > 0.0);
        figures.not_reproduced += u32::from(state.next == NextStep::NotReproduced);
        let built: BTreeSet<usize> = bisection.measurements.iter().map(|it| it.commit).collect();
        figures.add(bisection.measurements.len(), built.len() + bisection.skipped.len());
    }
    figures
}

/// Plain halving: each commit is measured so many times beside the last good one, and is bad where
/// the median of the differences is above half of the step, which it knows exactly.
pub fn halve(plan: HistoryPlan, repeats: usize, tries: u32, seed: u64) -> SearchFigures {
    let mut random = NoiseSource(seed);
    let mut figures = SearchFigures { tries, ..SearchFigures::default() };
    for _ in 0..tries {
        let history = SyntheticHistory::new(plan, &mut random);
        let (mut low, mut high) = (0, plan.commits - 1);
        let mut builds = 0;
        while low < high {
            let middle = usize::midpoint(low, high);
            let differences: Vec<f64> = (0..repeats)
                .map(|_| history.measure(middle, &mut random))
                .map(|it| (it.value / it.good).ln())
                .collect();
            let is_bad = center(&differences, plan) > plan.step.ln_1p() / 2.0;
            if is_bad {
                high = middle
            } else {
                low = middle + 1
            }
            builds += 1;
        }
        figures.right += u32::from(low == history.culprit);
        figures.add(builds * repeats, builds);
    }
    figures
}

/// The mean is the best of normal values; spikes need a median.
fn center(differences: &[f64], plan: HistoryPlan) -> f64 {
    match plan.spikes > 0.0 {
        true => median(differences).unwrap_or(0.0),
        false => differences.iter().sum::<f64>() / differences.len() as f64,
    }
}
