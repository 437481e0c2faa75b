//! How much the differences of a series scatter from round to round, from few rounds and what else
//! is known.
//!
//! The variance of eight differences may be a fifth of the true one by chance, and Student's law
//! pays for that. Two other sources help, each weighed by its degrees of freedom:
//!
//! - **the series' own history**: what its runs varied by within earlier jobs. A machine that is
//!   noisier today shows in all series at once, and scales the known noise up.
//! - **the other series** of the metric, where there is no history: their variances have a law,
//!   which says how much one variance may be trusted (Smyth 2004, moderated t). Its second moment
//!   is taken at its upper bound, so that series which differ in noise are not taken for alike.
//!
//! A series that is noisier than its source says keeps its own variance: the weight of the source
//! falls to zero with the probability of so much noise. Single values far off are drawn in before:
//! one spike must neither hide a change nor make one.

use std::collections::BTreeMap;

use super::{Difference, KnownNoise, PairedSeries};
use crate::change_point::NOISE_FLOOR;
use crate::level_scale::LevelScale;
use crate::stats::{mad_sigma, median};
use crate::student::{digamma, f_tail, trigamma, trigamma_inverse};

/// Robust standard deviations from the median to which values are drawn in.
const CLIP_SIGMAS: f64 = 4.0;
/// Fewest values whose median absolute deviation is a scale.
const MIN_CLIPPED: usize = 6;
/// Most degrees of freedom that a source adds: no machine is the same every day.
const MAX_SOURCE_FREEDOM: f64 = 120.0;
/// Fewest series from which their common law is taken.
const MIN_POOLED: usize = 6;
/// Fewest series whose known noises together tell that the machine is noisier today.
const MIN_SCALED: usize = 3;
/// Most of them that other series add: they are other benchmarks.
const MAX_POOLED_FREEDOM: f64 = 12.0;

/// How much a source counts that says less noise than a series has by itself, by the probability of
/// so much noise under the source.
#[derive(Clone, Copy, Debug)]
struct Belief {
    /// From here on it counts in full.
    full: f64,
    /// Below, it does not count.
    none: f64,
}

/// The series' own history.
const KNOWN: Belief = Belief { full: 0.10, none: 0.005 };
/// Other series: one that is noisier than usual is more likely another kind than an accident.
const POOLED: Belief = Belief { full: 0.6, none: 0.05 };

/// The differences of a series after some rounds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) mean: f64,
    /// At least the floor; 0 where there are fewer than two values.
    pub(super) variance: f64,
    pub(super) count: u32,
    /// The values do not scatter: they say nothing about the noise of others.
    is_exact: bool,
}

impl Sample {
    /// Of values whose variance is at least `floor`.
    pub(super) fn of(values: &[f64], floor: f64) -> Self {
        let Some(center) = median(values) else { return Self::default() };
        let reach = match values.len() >= MIN_CLIPPED {
            true => CLIP_SIGMAS * mad_sigma(values, center).max(floor.sqrt()),
            false => f64::INFINITY,
        };
        let count = values.len() as f64;
        let clipped = || values.iter().map(|it| it.clamp(center - reach, center + reach));
        let mean = clipped().sum::<f64>() / count;
        let squares: f64 = clipped().map(|value| (value - mean).powi(2)).sum();
        let variance = if values.len() > 1 { squares / (count - 1.0) } else { 0.0 };
        Self {
            mean,
            variance: if values.len() > 1 { variance.max(floor) } else { 0.0 },
            count: u32::try_from(values.len()).unwrap_or(u32::MAX),
            is_exact: variance <= floor,
        }
    }

    pub(super) fn freedom(&self) -> f64 {
        f64::from(self.count.saturating_sub(1))
    }

    fn spread(&self) -> Spread {
        Spread { variance: self.variance, freedom: self.freedom() }
    }
}

/// A variance and its degrees of freedom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) variance: f64,
    pub(super) freedom: f64,
}

impl Spread {
    /// Of a difference, for each series; none for a series with too few values.
    pub(super) fn of_all(session: &[PairedSeries], samples: &[Sample]) -> Vec<Option<Self>> {
        let known = known_spreads(session, samples);
        let pooled = pooled_spreads(session, samples);
        let each = samples.iter().zip(known.into_iter().zip(pooled));
        each.map(|(sample, sources)| match sources {
            (Some(known), _) => Some(combined(sample, known, KNOWN)),
            (None, Some(pooled)) => Some(combined(sample, pooled, POOLED)),
            (None, None) => (sample.freedom() > 0.0).then(|| sample.spread()),
        })
        .collect()
    }
}

/// A sample's own variance together with what its source says.
fn combined(sample: &Sample, source: Spread, belief: Belief) -> Spread {
    let own = sample.spread();
    // One value has no scatter of its own to weigh.
    if own.freedom < 1.0 {
        return source;
    }
    let probability = f_tail(own.variance / source.variance, own.freedom, source.freedom);
    let share = (probability - belief.none) / (belief.full - belief.none);
    let weight = share.clamp(0.0, 1.0) * source.freedom;
    let freedom = own.freedom + weight;
    let variance = (own.variance * own.freedom + source.variance * weight) / freedom;
    Spread { variance, freedom }
}

/// What the history of each series says of its differences today.
fn known_spreads(session: &[PairedSeries], samples: &[Sample]) -> Vec<Option<Spread>> {
    let plain = session.iter().map(|series| {
        let known = series.known_noise?;
        let variance = 2.0 * known.sigma.max(NOISE_FLOOR).powi(2);
        Some(Spread { variance, freedom: known.freedom.min(MAX_SOURCE_FREEDOM) })
    });
    let plain: Vec<Option<Spread>> = plain.collect();
    let each = plain.iter().zip(samples);
    let usable = each.filter(|(_, sample)| sample.freedom() >= 1.0 && !sample.is_exact);
    let pairs: Vec<(f64, f64)> = usable
        .filter_map(|(known, sample)| {
            // The median of a chi-squared variable is below its mean (Wilson & Hilferty 1931).
            let usual = (1.0 - 2.0 / (9.0 * sample.freedom())).powi(3);
            Some((sample.variance / (*known)?.variance / usual, sample.freedom()))
        })
        .collect();
    let ratios: Vec<f64> = pairs.iter().map(|(ratio, _)| *ratio).collect();
    let freedom: f64 = pairs.iter().map(|(_, freedom)| freedom).sum();
    // What the median of so many ratios exceeds by chance is no noise of the machine. Where there
    // is some, the error of the median is the same for all series, so it is added.
    let error = 1.25 * (2.0 / freedom.max(1.0)).sqrt();
    let ratio = median(&ratios).filter(|_| ratios.len() >= MIN_SCALED).unwrap_or(1.0);
    let scale = if ratio > 1.0 + 2.0 * error { ratio * (1.0 + error) } else { 1.0 };
    let scaled = |it: Spread| Spread { variance: it.variance * scale, ..it };
    plain.into_iter().map(|it| it.map(scaled)).collect()
}

/// What the series of its metric say of each series.
fn pooled_spreads(session: &[PairedSeries], samples: &[Sample]) -> Vec<Option<Spread>> {
    let mut by_metric: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for (series, sample) in session.iter().zip(samples) {
        // A count that never varies would make every noise look like an accident.
        if sample.freedom() >= 1.0 && !sample.is_exact {
            by_metric.entry(&series.metric).or_default().push(sample);
        }
    }
    let laws: BTreeMap<&str, Spread> = by_metric
        .into_iter()
        .filter_map(|(metric, samples)| Some((metric, common_law(&samples)?)))
        .collect();
    let of = |(series, sample): (&PairedSeries, &Sample)| {
        laws.get(series.metric.as_str()).copied().filter(|_| !sample.is_exact)
    };
    session.iter().zip(samples).map(of).collect()
}

/// The law of the variances of several series: their typical value, and how many degrees of freedom
/// it is worth for one of them. None where there are too few, or they have nothing in common.
fn common_law(samples: &[&Sample]) -> Option<Spread> {
    if samples.len() < MIN_POOLED {
        return None;
    }
    let count = samples.len() as f64;
    // In logarithms the law of variances is nearly normal, and so are its moments exact.
    let logs: Vec<f64> = samples
        .iter()
        .map(|it| {
            let half = it.freedom() / 2.0;
            it.variance.ln() - digamma(half) + half.ln()
        })
        .collect();
    let mean = logs.iter().sum::<f64>() / count;
    let squares: Vec<f64> = logs.iter().map(|it| (it - mean).powi(2)).collect();
    let total = squares.iter().sum::<f64>() / (count - 1.0);
    let by_chance = samples.iter().map(|it| trigamma(it.freedom() / 2.0)).sum::<f64>() / count;
    let scatter = squares.iter().map(|it| (it - total).powi(2)).sum::<f64>() / (count - 1.0);
    // One standard error more than was seen, and never less than the error itself.
    let error = (scatter / count).sqrt();
    let excess = (total - by_chance).max(0.0) + error;
    let freedom = (2.0 * trigamma_inverse(excess)).min(MAX_POOLED_FREEDOM);
    let half = freedom / 2.0;
    Some(Spread { variance: (mean + digamma(half) - half.ln()).exp(), freedom })
}

/// The noise of one run, from values that were measured of the same code on the same machine in one
/// go: a list for each go. None where no list has two values.
pub(super) fn noise_of_repeats<'a>(goes: impl Iterator<Item = &'a [f64]>) -> Option<KnownNoise> {
    let (mut residuals, mut freedom) = (Vec::new(), 0.0);
    for values in goes.filter(|values| values.len() > 1) {
        let scale = LevelScale::of(values);
        let levels = || values.iter().map(|value| scale.level(*value));
        let count = values.len() as f64;
        let mean = levels().sum::<f64>() / count;
        freedom += count - 1.0;
        // Around their own mean, values scatter less than around the true one.
        let inflation = (count / (count - 1.0)).sqrt();
        residuals.extend(levels().map(|level| (level - mean) * inflation));
    }
    if residuals.is_empty() {
        return None;
    }
    let moment = |power: i32| {
        residuals.iter().map(|it| it.powi(power)).sum::<f64>() / residuals.len() as f64
    };
    let variance = moment(2);
    // Spikes make a variance less exact than its number of runs says (Cramér 1946, section 27.4).
    let excess = if variance > 0.0 { (moment(4) / variance.powi(2) - 3.0).max(0.0) } else { 0.0 };
    Some(KnownNoise { sigma: variance.sqrt(), freedom: freedom / (1.0 + excess / 2.0) })
}

/// The variance of a difference within one build of both sides, and between builds, were each
/// build one draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct BuildSpread {
    pub(super) between: Spread,
    pub(super) within: Spread,
}

impl BuildSpread {
    /// None for fewer than two builds, and where each build was measured in one round only: then
    /// rounds are builds.
    pub(super) fn of(differences: &[Difference], floor: f64) -> Option<Self> {
        let mut builds: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for it in differences {
            builds.entry(it.build).or_default().push(it.value);
        }
        // Each build spends one value on its own mean.
        let freedom_within = differences.len() - builds.len();
        if builds.len() < 2 || freedom_within == 0 {
            return None;
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let all = differences.iter().map(|it| it.value).sum::<f64>() / differences.len() as f64;
        let (mut between, mut within) = (0.0, 0.0);
        for values in builds.values() {
            let center = mean(values);
            between += (center - all).powi(2) * values.len() as f64;
            within += values.iter().map(|it| (it - center).powi(2)).sum::<f64>();
        }
        let spread = |squares: f64, freedom: usize| Spread {
            variance: (squares / freedom as f64).max(floor),
            freedom: freedom as f64,
        };
        Some(Self {
            between: spread(between, builds.len() - 1),
            within: spread(within, freedom_within),
        })
    }
}

/// The least variance of a difference of such values: a timer that counts whole milliseconds says
/// nothing of their parts, however often it repeats itself.
pub(super) fn least_variance(values: &[f64]) -> f64 {
    // Zero has no last digit.
    let steps = values.iter().filter(|value| **value != 0.0).map(|value| decimal_step(*value));
    let step = steps.fold(f64::INFINITY, f64::min);
    let sizes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
    let size = median(&sizes).filter(|size| *size > 0.0).unwrap_or(1.0);
    // Uniform within a step: a twelfth of its square.
    let resolution = if step.is_finite() { step / size / 12_f64.sqrt() } else { 0.0 };
    2.0 * resolution.max(NOISE_FLOOR).powi(2)
}

/// The place of the last decimal digit that is written: 0.01 for 12.25, 100 for 1,200.
fn decimal_step(value: f64) -> f64 {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len());
    let decimals = i32::try_from(decimals).unwrap_or(0);
    10_f64.powi(exponent.parse::<i32>().unwrap_or(0) - decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_no_more_exact_than_they_are_written() {
        assert!((decimal_step(12.25) - 0.01).abs() < 1e-12);
        assert_eq!((decimal_step(1200.0), decimal_step(7.0)), (100.0, 1.0));
        // Half a millisecond of twelve is 4 %: no agreement of a coarse timer proves less.
        let sigma = (least_variance(&[12.0, 13.0]) / 2.0).sqrt();
        assert!((0.02..0.03).contains(&sigma), "{sigma}");
        assert_eq!(least_variance(&[1_234_567.0]), 2.0 * NOISE_FLOOR.powi(2));
        assert!(least_variance(&[0.0, 0.0]) > 0.0);
    }

    #[test]
    fn one_spike_moves_a_mean_by_little() {
        let spike = [0.01, -0.01, 0.0, 0.01, -0.01, 0.0, 0.02, 5.0];
        let sample = Sample::of(&spike, 1e-8);
        assert!(sample.mean < 0.02 && sample.variance < 0.01, "{sample:?}");
    }

    #[test]
    fn variances_that_differ_have_little_in_common() {
        let with = |variance: f64| Sample { variance, count: 8, ..Sample::default() };
        let alike: Vec<Sample> = (0..20).map(|at| with(1.0 + 0.01 * f64::from(at))).collect();
        let apart: Vec<Sample> = (0..20).map(|at| with(f64::from(at).exp())).collect();
        let law = |samples: &[Sample]| common_law(&samples.iter().collect::<Vec<_>>()).unwrap();
        assert!(law(&alike).freedom > 11.0 && law(&apart).freedom < 2.0);
        assert!(common_law(&alike.iter().take(3).collect::<Vec<_>>()).is_none());
    }
}
