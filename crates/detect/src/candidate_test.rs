//! The test of a candidate: are its few runs worse than the base's recent level?
//!
//! The gate of the main line asks after every run, thousands of times, and needs a high bar. A pull
//! request asks once. Its runs are compared with the level of the base's newest runs, and must pass
//! all of:
//!
//! - size: the median of its runs is beyond the threshold;
//! - significance: the mean of its runs, of which the farthest may be `MAX_LEAD` standard
//!   deviations beyond the next, exceeds what runs of unchanged code reach at `FALSE_BLOCK_RATE`:
//!   Student's law on the scale of the base's runs, with their autocorrelation;
//! - memory: it exceeds what as many consecutive runs of this series ever strayed before by
//!   `PAST_FACTOR` (the idea is rustc-perf's). So one run is enough in a series that never had
//!   such a run, and never in one that has spikes of this size.
//!
//! Over the series of one check the false discoveries are controlled at `FALSE_DISCOVERY_RATE`
//! (Benjamini & Hochberg 1995). Where the base's values never vary, one run is proof.
//!
//! Example: 60 runs at 100 with 1 % noise and a threshold of 3 %. One run of 105 has a score of 4.8
//! and is 2 times as far as any run before: it blocks. With 3 % noise it does not.

use model::policy::Policy;
use model::series::Series;

use super::ablation::{InnerPart, is_on};
use super::analysis::{Analysis, AnalysisContext, Change};
use super::candidate_change::CandidateChange;
use super::exact::{self, CountedRun};
use super::level_scale::LevelScale;
use super::new_level::MAX_BASELINE_RUNS;
use super::rule::Rule;
use super::significance::{self, MAX_PAST_RUNS};
use super::stats::{median, median_in_place};
use super::student;

/// Share of unchanged series that a test may call worse, at most.
const FALSE_BLOCK_RATE: f64 = 0.002;
/// Expected share of false ones among the series that a check calls worse.
const FALSE_DISCOVERY_RATE: f64 = 0.05;
/// How much farther than ever before the candidate's runs must have strayed.
const PAST_FACTOR: f64 = 1.2;
/// … and still farther where the series strays farther than normal noise: 0 would ignore that, 1
/// would ask for it in proportion. Chosen on made-up noise with normal, heavy and skewed tails.
const HEAVINESS_POWER: f64 = 0.4;
/// Standard deviations by which one run may lie beyond the next nearer one and still count.
const MAX_LEAD: f64 = 1.5;
/// Fewest runs of the base: with fewer its scale is a guess.
const MIN_BASE_RUNS: usize = 5;

/// Standard deviations that the largest of a hundred normal values is beyond their mean, about.
const NORMAL_MAX: f64 = 2.5;
/// Runs before a past run that its level is taken from: at least, and at most.
const MIN_PAST_BASE: usize = 8;
const MAX_PAST_BASE: usize = 30;

/// A candidate of one series: its runs begin at `start`, the base's end there.
#[derive(Clone, Copy)]
pub struct CandidateTest<'a> {
    pub series: &'a Series,
    pub start: usize,
    /// Of the base alone.
    pub base: &'a Analysis,
    pub policy: &'a Policy,
}

/// A candidate that is worse than its base, as far as its own series shows.
#[derive(Clone, Debug)]
pub struct CandidateRegression {
    pub change: Change,
    /// Probability of as large a score where nothing changed.
    pub p_value: f64,
}

/// The runs that are compared. Levels turn so that up is worse.
struct BaseAndCandidate {
    /// The newest run of the base last, on its present level.
    base: Vec<f64>,
    candidate: Vec<f64>,
    values: ComparedValues,
    /// Index of the last run of the base, and of those that are compared.
    last_before: usize,
    base_runs: Vec<usize>,
    scale: LevelScale,
}

/// The same in base units.
struct ComparedValues {
    base: Vec<f64>,
    candidate: Vec<f64>,
}

impl CandidateTest<'_> {
    /// The regression of the candidate; none where its runs do not show one.
    pub fn regression(&self, context: &AnalysisContext<'_>) -> Option<CandidateRegression> {
        let rule = Rule::of(self.series, self.policy);
        let samples = self.samples(&rule)?;
        let exact = self.exact_level(&rule, &samples);
        let base = &samples.values.base;
        let recent = &base[base.len().saturating_sub(rule.window.max(1))..];
        let before = exact.or_else(|| median(recent))?;
        let after = median(&samples.values.candidate)?;
        let change = samples.scale.change(before, after);
        if !rule.is_regression(change) || !rule.is_reached(change, before, after) {
            return None;
        }
        let p_value = match exact {
            Some(_) => 0.0,
            None => samples.p_value(rule.min_runs)?,
        };
        let change = CandidateChange {
            first_after: self.start,
            last_before: samples.last_before,
            before,
            after,
            change,
            runs_before: samples.base.len(),
            runs_after: samples.candidate.len(),
            is_regression: true,
            confidence: 1.0 - p_value,
        };
        let change = change.reviewed(self.series, self.policy, context);
        (p_value <= FALSE_BLOCK_RATE).then_some(CandidateRegression { change, p_value })
    }

    /// The level of a base that never varied.
    fn exact_level(&self, rule: &Rule, samples: &BaseAndCandidate) -> Option<f64> {
        if !rule.is_countable || !is_on(InnerPart::Exact) {
            return None;
        }
        let run = |(at, value): (&usize, &f64)| CountedRun {
            value: *value,
            environment: self.series.runs[*at].environment,
        };
        let runs: Vec<CountedRun> =
            samples.base_runs.iter().zip(&samples.values.base).map(run).collect();
        let environment = self.series.runs.last()?.environment;
        exact::level_before(&runs, environment, rule.min_runs)
    }

    /// The runs of one runner on the base's present level, and the candidate's; none where they
    /// cannot be compared.
    fn samples(&self, rule: &Rule) -> Option<BaseAndCandidate> {
        let series = self.series;
        let newest = self.base.latest_run?;
        let segment = series.runs[newest].segment;
        let since = self.base.changes.last().map_or(0, |change| change.first_after);
        let compared = |at: &usize| {
            let run = &series.runs[*at];
            let is_infrastructure = self.base.flags.get(*at).is_some_and(|it| it.infrastructure);
            let value = series.compared_value(run).filter(|_| !is_infrastructure);
            value.filter(|_| run.segment == segment)
        };
        let mut base_runs: Vec<usize> =
            (since..self.start).filter(|at| compared(at).is_some()).collect();
        base_runs.drain(..base_runs.len().saturating_sub(MAX_PAST_RUNS));
        let base: Vec<f64> = base_runs.iter().filter_map(compared).collect();
        let candidate: Vec<f64> =
            (self.start..series.runs.len()).filter_map(|at| compared(&at)).collect();
        if base.len() < rule.min_runs.max(MIN_BASE_RUNS) || candidate.is_empty() {
            return None;
        }
        let all: Vec<f64> = base.iter().chain(&candidate).copied().collect();
        let scale = LevelScale::of(&all);
        let sign = rule.worse_sign();
        let levels = |values: &[f64]| values.iter().map(|it| sign * scale.level(*it)).collect();
        Some(BaseAndCandidate {
            base: levels(&base),
            candidate: levels(&candidate),
            values: ComparedValues { base, candidate },
            last_before: newest,
            base_runs,
            scale,
        })
    }
}

impl BaseAndCandidate {
    /// Probability of the candidate's score where nothing changed; none where its runs are no
    /// farther than some of the base's were.
    fn p_value(&self, min_runs: usize) -> Option<f64> {
        let count = self.candidate.len();
        let recent = &self.base[self.base.len().saturating_sub(MAX_BASELINE_RUNS)..];
        let level = median(recent)?;
        let sigma = significance::sigma_before(recent, level);
        let excess = guarded_mean(&self.candidate, sigma) - level;
        let memory = significance::autocorrelation_before(recent, level, sigma);
        let deviation = |runs: usize| sigma * memory.variance_of_mean(runs).sqrt();
        // How much farther the series strays than normal noise would: a heavy tail reaches farther
        // beyond what it has shown.
        let past = self.largest_past_excess(count, min_runs);
        let heaviness = (past / (NORMAL_MAX * deviation(count))).max(1.0);
        if excess <= PAST_FACTOR * heaviness.powf(HEAVINESS_POWER) * past {
            return None;
        }
        let variance = memory.variance_of_mean(count) + memory.variance_of_mean(recent.len());
        let z = excess / (sigma * variance.sqrt());
        Some(student::t_tail(z, (recent.len() - 1) as f64))
    }

    /// The farthest that as many consecutive runs of the base lay above the level of the runs
    /// before them.
    fn largest_past_excess(&self, count: usize, min_runs: usize) -> f64 {
        if !is_on(InnerPart::PullMemory) {
            return 0.0;
        }
        let first = min_runs.max(MIN_PAST_BASE);
        let mut largest = 0.0_f64;
        for split in first..=self.base.len().saturating_sub(count) {
            let before = &self.base[split.saturating_sub(MAX_PAST_BASE)..split];
            let level = median_in_place(&mut before.to_vec()).unwrap_or(0.0);
            let sigma = significance::sigma_before(before, level);
            let excess = guarded_mean(&self.base[split..split + count], sigma) - level;
            largest = largest.max(excess);
        }
        largest
    }
}

/// The mean of levels, of which the highest counts as no more than `MAX_LEAD` above the next: one
/// spike among three runs must not be a level.
fn guarded_mean(levels: &[f64], sigma: f64) -> f64 {
    let mut sum: f64 = levels.iter().sum();
    let mut ascending = levels.to_vec();
    ascending.sort_by(f64::total_cmp);
    if let [.., next, highest] = ascending[..]
        && is_on(InnerPart::PullLead)
    {
        sum -= (highest - next - MAX_LEAD * sigma).max(0.0);
    }
    sum / levels.len() as f64
}

/// Which of these may be called worse, where `compared` series were tested: those up to the largest
/// that lies below its share of `FALSE_DISCOVERY_RATE` (Benjamini & Hochberg 1995). A flag for
/// each, in their order.
pub fn control_false_discoveries(p_values: &[f64], compared: usize) -> Vec<bool> {
    if !is_on(InnerPart::FalseDiscoveries) {
        return vec![true; p_values.len()];
    }
    let mut ascending = p_values.to_vec();
    ascending.sort_by(f64::total_cmp);
    let share = |rank: usize| FALSE_DISCOVERY_RATE * (rank + 1) as f64 / compared.max(1) as f64;
    let largest = (0..ascending.len()).rev().find(|rank| ascending[*rank] <= share(*rank));
    let bound = largest.map_or(f64::NEG_INFINITY, |rank| ascending[rank]);
    p_values.iter().map(|p| *p <= bound).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze_all;
    use crate::scenarios::{at_end, noisy_history, series};

    /// Whether a candidate with these factors is worse than `base` under a threshold of 3 %.
    fn is_worse(base: &[f64], candidate: &[f64]) -> bool {
        let policy = Policy {
            regression: model::policy::RegressionPolicy {
                default_threshold: 0.03,
                ..Policy::default().regression
            },
            ..Policy::default()
        };
        let own = series(base);
        let analysis = analyze_all(std::slice::from_ref(&own), &policy, &at_end(&own));
        let all: Vec<f64> =
            base.iter().copied().chain(candidate.iter().map(|factor| 100.0 * factor)).collect();
        let all = series(&all);
        let test = CandidateTest {
            series: &all,
            start: base.len(),
            base: &analysis.by_series[0],
            policy: &policy,
        };
        test.regression(&at_end(&all)).is_some()
    }

    #[test]
    fn one_run_is_enough_where_the_series_never_strayed_so_far() {
        assert!(is_worse(&noisy_history(60, &[], 0.01, 1), &[1.06]));
        assert!(!is_worse(&noisy_history(60, &[], 0.03, 1), &[1.06]));
    }

    #[test]
    fn one_run_says_nothing_in_a_series_with_spikes_of_its_size() {
        let mut base = noisy_history(60, &[], 0.01, 1);
        (5..60).step_by(20).for_each(|at| base[at] *= 1.2);
        assert!(!is_worse(&base, &[1.2]));
        assert!(is_worse(&base, &[1.2, 1.21, 1.19]), "three in a row it never had");
    }

    #[test]
    fn one_spike_among_three_runs_is_no_level() {
        assert!(!is_worse(&noisy_history(60, &[], 0.01, 1), &[1.0, 1.5, 1.0]));
    }

    #[test]
    fn what_is_within_the_threshold_or_better_is_no_regression() {
        let base = noisy_history(60, &[], 0.002, 1);
        assert!(!is_worse(&base, &[1.02, 1.02, 1.02]));
        assert!(!is_worse(&base, &[0.8, 0.8, 0.8]));
    }

    #[test]
    fn no_value_of_a_candidate_breaks_the_test() {
        for value in [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e300] {
            is_worse(&noisy_history(60, &[], 0.01, 1), &[value]);
            is_worse(&[0.0; 20], &[value]);
        }
    }

    #[test]
    fn unchanged_series_are_called_worse_no_more_often_than_stated() {
        let count = 4_000;
        let worse = (0..count).filter(|salt| {
            let all = noisy_history(63, &[], 0.03, *salt);
            let factors: Vec<f64> = all[60..].iter().map(|value| value / 100.0).collect();
            is_worse(&all[..60], &factors)
        });
        let share = worse.count() as f64 / count as f64;
        assert!(share <= FALSE_BLOCK_RATE, "{share}");
    }

    #[test]
    fn many_series_need_a_smaller_probability_each() {
        assert_eq!(control_false_discoveries(&[0.001], 10), [true]);
        assert_eq!(control_false_discoveries(&[0.001], 1_000), [false]);
        assert_eq!(control_false_discoveries(&[0.0, 0.001], 1_000), [true, false]);
        assert_eq!(control_false_discoveries(&[0.001; 30], 1_000), [true; 30]);
        assert_eq!(control_false_discoveries(&[], 0), Vec::<bool>::new());
    }
}
