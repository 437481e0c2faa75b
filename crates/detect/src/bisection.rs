//! Which commit made a benchmark slower, from few and noisy measurements.
//!
//! A regression lies between a last good commit and a bad one, with commits in between that nobody
//! measured. Each measurement runs one of them and the last good commit side by side, so that what
//! the machine does to both cancels out. Halving would trust every single answer; one wrong answer
//! ends in the wrong half. Here every answer only moves probabilities.
//!
//! # The model
//!
//! The difference of the logarithms of a measurement scatters around zero before the culprit and
//! around the step from the culprit on. Neither the step nor the noise is known: both are averaged
//! over a grid. The step may be a third to three times the recorded one. Scatter has Student's law
//! with few degrees of freedom, so that one spike moves little. Each commit is as likely as any
//! other before the first measurement, and the regression may not reproduce at all.
//!
//! # The next commit
//!
//! A measurement of a commit says on which side of it the culprit lies. It teaches most where both
//! sides are equally likely, so the commit at the middle of the probability is next (Horstein 1963;
//! Waeber, Frazier & Henderson 2013). Among commits that teach about the same, one that was
//! measured before is next: it needs no build. The bad commit comes first, until it differs.
//!
//! Example: 64 commits, a step of 5 % and a noise of 2 %. After 28 measurements of 8 commits, on
//! average, one of the 64 has a probability of 0.95. The example `bisection` prints such figures.

#[cfg(any(test, feature = "bench"))]
pub mod simulate;

use std::collections::BTreeSet;

use model::record::Direction;

use super::level_scale::LevelScale;
use super::paired::KnownNoise;
use super::stats::median;

/// Probability before the first measurement that the two ends do not differ.
const NOT_REPRODUCED: f64 = 0.1;
/// Part of the stated error for a regression that does not reproduce, before any commit in between
/// is measured.
const ERROR_OF_ENDS: f64 = 0.2;
/// A step may be this much smaller or larger than the recorded one.
const STEP_RANGE: f64 = 3.0;
/// Steps of the grid, as shifts of the level: each so much larger than the one before.
const STEP_RATIO: f64 = 1.2;
/// Largest step of a grid without a recorded one.
const LARGEST_STEP: f64 = 3.0;
/// Noise of the grid: the standard deviation of a difference.
const LEAST_NOISE: f64 = 1e-4;
const LARGEST_NOISE: f64 = 1.0;
const NOISE_RATIO: f64 = 1.5;
/// Degrees of freedom of the scatter: tails that forgive a spike.
const TAIL_FREEDOM: f64 = 5.0;
/// Most degrees of freedom of a known noise: no machine is the same every day.
const MAX_KNOWN_FREEDOM: f64 = 20.0;
/// A measured commit that teaches this part of the most is preferred to one without a build.
const BUILD_WORTH: f64 = 0.8;
/// Points of the grid this much less likely than the best, as a logarithm, are left out.
const NEGLIGIBLE: f64 = 40.0;

/// A commit and the last good one, measured side by side; base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CommitMeasurement {
    /// From 0: the first commit after the last good one.
    pub commit: usize,
    pub good: f64,
    pub value: f64,
}

/// A search for the commit that made one series worse.
#[derive(Clone, Debug)]
pub struct Bisection {
    /// Commits after the last good one; the last of them is bad.
    pub commits: usize,
    /// Worse is up, unless higher is better.
    pub direction: Direction,
    /// The recorded change, relative and unsigned; none: nobody recorded one.
    pub recorded: Option<f64>,
    /// Smallest change that matters, relative, where none is recorded.
    pub threshold: f64,
    pub known_noise: Option<KnownNoise>,
    /// Probability at which the search ends.
    pub confidence: f64,
    pub measurements: Vec<CommitMeasurement>,
    /// Commits that do not build.
    pub skipped: BTreeSet<usize>,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Measure this commit beside the last good one.
    Measure(usize),
    /// The culprit is known.
    Found,
    /// The bad commit is as good as the last good one.
    NotReproduced,
}

/// The commits of which one is the culprit, and how likely that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CulpritRange {
    /// Those before the last do not build.
    pub first: usize,
    pub last: usize,
    pub probability: f64,
}

/// What the measurements say so far.
#[derive(Clone, Debug, PartialEq)]
pub struct BisectionState {
    pub next: NextStep,
    /// The most likely culprit.
    pub culprit: CulpritRange,
    /// Probability that the regression does not reproduce.
    pub not_reproduced: f64,
    /// Median relative change from the culprit on, signed as the value moved; none without a
    /// measurement there.
    pub change: Option<f64>,
}

impl Bisection {
    /// What the measurements say, and what to do next.
    pub fn judge(&self) -> BisectionState {
        let posterior = self.posterior();
        let ranges = self.ranges(&posterior);
        let likelier = |best: CulpritRange, range: &CulpritRange| {
            if range.probability > best.probability { *range } else { best }
        };
        let none = CulpritRange { first: 0, last: 0, probability: 0.0 };
        let culprit = ranges.iter().fold(none, likelier);
        let next = if culprit.probability >= self.confidence {
            NextStep::Found
        } else if posterior.not_reproduced >= self.confidence {
            NextStep::NotReproduced
        } else {
            NextStep::Measure(self.most_informative(&ranges, posterior.not_reproduced))
        };
        BisectionState {
            next,
            culprit,
            not_reproduced: posterior.not_reproduced,
            change: self.change_from(culprit.last),
        }
    }

    /// Relative changes of all measurements of a commit, signed as the value moved.
    pub fn changes_of(&self, commit: usize) -> Vec<f64> {
        self.changes(|measurement| measurement.commit == commit)
    }

    fn change_from(&self, commit: usize) -> Option<f64> {
        median(&self.changes(|measurement| measurement.commit >= commit))
    }

    fn changes(&self, is_wanted: impl Fn(&CommitMeasurement) -> bool) -> Vec<f64> {
        // One scale for all, so that a value of zero does not change the meaning of some of them.
        let scale = self.scale();
        let wanted = self.measurements.iter().filter(|measurement| is_wanted(measurement));
        wanted.map(|it| scale.change(it.good, it.value)).collect()
    }

    /// Commits that no measurement separates are one range: the commits that do not build, and the
    /// one after them.
    fn ranges(&self, posterior: &Posterior) -> Vec<CulpritRange> {
        let mut ranges = Vec::new();
        let (mut first, mut probability) = (0, 0.0);
        for (commit, of_commit) in posterior.first_bad.iter().enumerate() {
            probability += of_commit;
            if !self.skipped.contains(&commit) {
                ranges.push(CulpritRange { first, last: commit, probability });
                (first, probability) = (commit + 1, 0.0);
            }
        }
        ranges
    }

    /// The commit whose measurement teaches most.
    fn most_informative(&self, ranges: &[CulpritRange], not_reproduced: f64) -> usize {
        let last = ranges.last().map_or(0, |range| range.last);
        let measured: BTreeSet<usize> = self.measurements.iter().map(|it| it.commit).collect();
        let is_end_open = not_reproduced > ERROR_OF_ENDS * (1.0 - self.confidence);
        // A build is lost on a regression that does not reproduce.
        if is_end_open && measured.iter().all(|commit| *commit == last) {
            return last;
        }
        // With two levels and one noise, what a measurement teaches grows with p (1 − p) alone.
        let mut before = 0.0;
        let teaches = ranges.iter().map(|range| {
            before += range.probability;
            (range.last, before * (1.0 - before))
        });
        let teaches: Vec<(usize, f64)> = teaches.collect();
        let best = |of: &dyn Fn(usize) -> bool| {
            let wanted = teaches.iter().filter(|(commit, _)| of(*commit));
            wanted.copied().reduce(|best, it| if it.1 > best.1 { it } else { best })
        };
        let (any, ready) = (best(&|_| true), best(&|commit| measured.contains(&commit)));
        match (any, ready) {
            (Some(any), Some(ready)) if ready.1 >= BUILD_WORTH * any.1 => ready.0,
            (Some(any), _) => any.0,
            // Every commit but the bad one is skipped, and that one never is.
            (None, _) => last,
        }
    }

    fn scale(&self) -> LevelScale {
        let values = self.measurements.iter().flat_map(|it| [it.good, it.value]);
        LevelScale::of(&values.collect::<Vec<_>>())
    }

    fn posterior(&self) -> Posterior {
        let scale = self.scale();
        let sign = if self.direction == Direction::Higher { -1.0 } else { 1.0 };
        let differences: Vec<ShiftOfCommit> = self
            .measurements
            .iter()
            .filter(|it| it.good.is_finite() && it.value.is_finite())
            .map(|it| ShiftOfCommit {
                commit: it.commit,
                shift: sign * (scale.level(it.value) - scale.level(it.good)),
            })
            .collect();
        let mut points = Vec::new();
        for noise in ladder(LEAST_NOISE, LARGEST_NOISE, NOISE_RATIO) {
            let before: f64 = differences.iter().map(|it| log_density(it.shift, noise)).sum();
            let weight = before + self.log_prior_of(noise);
            for step in self.steps(scale, sign) {
                points.push(GridCell::of(&differences, self.commits, noise, step, weight));
            }
        }
        Posterior::of(&points, self.commits)
    }

    /// The logarithm of how likely a noise is by what is known, up to a constant.
    fn log_prior_of(&self, noise: f64) -> f64 {
        let Some(known) = self.known_noise else { return 0.0 };
        // A difference has the noise of two runs.
        let ratio = (known.sigma * std::f64::consts::SQRT_2).max(LEAST_NOISE) / noise;
        known.freedom.min(MAX_KNOWN_FREEDOM) * (ratio.ln() - ratio * ratio / 2.0)
    }

    /// The steps that the culprit may have made, as shifts of the level.
    fn steps(&self, scale: LevelScale, sign: f64) -> impl Iterator<Item = f64> + use<> {
        let shift = |change: f64| scale.shift_of(sign * change).abs().max(LEAST_NOISE);
        let (least, most) = match self.recorded {
            Some(recorded) => (shift(recorded) / STEP_RANGE, shift(recorded) * STEP_RANGE),
            // Smaller changes do not matter, so nobody has to find them.
            None => (shift(self.threshold), LARGEST_STEP),
        };
        ladder(least, most.max(least), STEP_RATIO)
    }
}

/// A measurement as a shift of the level: up is worse.
struct ShiftOfCommit {
    commit: usize,
    shift: f64,
}

/// One noise and one step, and how likely each culprit is under them.
struct GridCell {
    /// Logarithms by culprit, up to a constant of all points.
    first_bad: Vec<f64>,
    not_reproduced: f64,
}

impl GridCell {
    fn of(
        differences: &[ShiftOfCommit],
        commits: usize,
        noise: f64,
        step: f64,
        weight: f64,
    ) -> Self {
        // What changes where a commit is on the new level, not on the baseline.
        let mut first_bad = vec![0.0; commits];
        for it in differences {
            first_bad[it.commit] +=
                log_density(it.shift - step, noise) - log_density(it.shift, noise);
        }
        // All commits from the culprit on are on the new level.
        let mut sum = weight;
        for value in first_bad.iter_mut().rev() {
            sum += *value;
            *value = sum;
        }
        Self { first_bad, not_reproduced: weight }
    }

    fn best(&self) -> f64 {
        self.first_bad.iter().copied().fold(self.not_reproduced, f64::max)
    }
}

/// Probabilities of all answers.
struct Posterior {
    /// By commit; they and `not_reproduced` add up to 1.
    first_bad: Vec<f64>,
    not_reproduced: f64,
}

impl Posterior {
    fn of(points: &[GridCell], commits: usize) -> Self {
        // Densities of many measurements overflow; relative to the best of them none does.
        let best = points.iter().map(GridCell::best).fold(f64::NEG_INFINITY, f64::max);
        let mut first_bad = vec![0.0; commits];
        let mut not_reproduced = 0.0;
        let prior = (1.0 - NOT_REPRODUCED) / commits.max(1) as f64;
        for point in points.iter().filter(|point| point.best() > best - NEGLIGIBLE) {
            for (sum, log) in first_bad.iter_mut().zip(&point.first_bad) {
                *sum += prior * (log - best).exp();
            }
            not_reproduced += NOT_REPRODUCED * (point.not_reproduced - best).exp();
        }
        let total = first_bad.iter().sum::<f64>() + not_reproduced;
        first_bad.iter_mut().for_each(|value| *value /= total);
        Self { first_bad, not_reproduced: not_reproduced / total }
    }
}

/// The logarithm of the density of Student's law, up to a constant.
fn log_density(shift: f64, noise: f64) -> f64 {
    let square = (shift / noise).powi(2);
    -noise.ln() - (TAIL_FREEDOM + 1.0) / 2.0 * (square / TAIL_FREEDOM).ln_1p()
}

/// Values from `least` to `most`, each `ratio` times the one before.
fn ladder(least: f64, most: f64, ratio: f64) -> impl Iterator<Item = f64> {
    // A hair above the end, so that rounding drops no value.
    std::iter::successors(Some(least), move |value| Some(value * ratio))
        .take_while(move |value| *value <= most * (1.0 + 1e-9))
}

#[cfg(test)]
mod tests;
