//! Two commits of one series side by side, for pages that compare commits.
//!
//! Example: 100 and 102 before, 121 and 119 after, noise of 1 %: +18.8 %, beyond 3 standard
//! deviations, `Regressed`. With noise of 20 % the same is `Inconclusive`.
//!
//! One run on each side is enough where the noise of the series is known; without it, and with
//! fewer than three runs a side, a difference is shown but not judged. A series whose noise hides
//! changes of the threshold's size is never `Unchanged`: it could not have shown one.

use std::borrow::Cow;

use model::record::Direction;
use model::series::Series;

use super::analysis::Analysis;
use super::change_point::NOISE_FLOOR;
use super::confidence::bonferroni_confidence;
use super::level_scale::LevelScale;
use super::stats::{median, robust_sigma};

/// One series at two commits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delta {
    /// Medians, base units.
    pub before: f64,
    pub after: f64,
    /// `after / before − 1`, signed as the value moved.
    pub change: f64,
    /// `after / before`; none where either is zero or negative.
    pub ratio: Option<f64>,
    pub verdict: DeltaVerdict,
    /// One minus the probability of such a difference between runs of unchanged code with this
    /// noise, 0–0.999; 0 where the noise is not known.
    pub confidence: f64,
}

/// How two commits of one series differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeltaVerdict {
    /// Worse by at least the threshold and beyond the noise.
    Regressed,
    /// Better by at least the threshold and beyond the noise.
    Improved,
    /// Within the threshold, in a series that would have shown a change of its size.
    Unchanged,
    /// Beyond the threshold, but not beyond what these runs vary by; or within it, where the noise
    /// hides changes of the threshold's size or is not known.
    Inconclusive,
}

/// Standard deviations that a difference must exceed to be beyond the noise. Two commits are
/// compared once, not at every run, so less than the scan over a history needs.
const MIN_Z: f64 = 3.0;

/// What a comparison is judged by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonCriteria {
    /// The series' own noise, [`super::Analysis::noise`].
    pub noise: Option<f64>,
    /// [`super::Analysis::noise_floor`].
    pub noise_floor: Option<f64>,
    /// [`super::Analysis::threshold`].
    pub threshold: f64,
    /// [`super::Analysis::absolute_threshold`].
    pub absolute_threshold: f64,
    pub direction: Direction,
}

impl ComparisonCriteria {
    /// For two commits of a series.
    pub fn of(series: &Series, analysis: &Analysis) -> Self {
        let &Analysis { noise, noise_floor, threshold, absolute_threshold, .. } = analysis;
        Self { noise, noise_floor, threshold, absolute_threshold, direction: series.direction }
    }
}

/// Compares the runs of one commit (`before`) with those of another; none where a side has no
/// finite value.
pub fn compare(before: &[f64], after: &[f64], by: ComparisonCriteria) -> Option<Delta> {
    let (old, new) = (finite(before), finite(after));
    let (before, after) = (median(&old)?, median(&new)?);
    let scale = LevelScale::of(&[&*old, &*new].concat());
    let change = scale.change(before, after);
    let z = noise_of(&old, &new, scale, by.noise).map(|noise| {
        let variance = 1.0 / old.len() as f64 + 1.0 / new.len() as f64;
        (scale.level(after) - scale.level(before)).abs()
            / (noise.max(NOISE_FLOOR) * variance.sqrt())
    });
    // Size first: within the threshold it does not matter whether the difference is real.
    let is_small = change.abs() < by.threshold - 1e-9
        || (after - before).abs() < by.absolute_threshold * (1.0 - 1e-9);
    let verdict = match z {
        Some(_) if is_small && by.noise_floor.is_none() => DeltaVerdict::Unchanged,
        _ if is_small => DeltaVerdict::Inconclusive,
        Some(z) if z >= MIN_Z && by.direction.is_worse(change) => DeltaVerdict::Regressed,
        Some(z) if z >= MIN_Z && by.direction != Direction::Unknown => DeltaVerdict::Improved,
        _ => DeltaVerdict::Inconclusive,
    };
    let ratio = (before > 0.0 && after > 0.0).then(|| after / before);
    let ratio = ratio.filter(|ratio| ratio.is_finite() && *ratio > 0.0);
    let confidence = z.map_or(0.0, |z| bonferroni_confidence(z, 1));
    Some(Delta { before, after, change, ratio, verdict, confidence })
}

/// The finite ones of some values; not copied where all are.
fn finite(values: &[f64]) -> Cow<'_, [f64]> {
    if values.iter().all(|value| value.is_finite()) {
        return Cow::Borrowed(values);
    }
    values.iter().copied().filter(|value| value.is_finite()).collect()
}

/// Geometric mean of ratios, each weighing the same whichever way it went; none for no ratio.
pub fn geomean(ratios: &[f64]) -> Option<f64> {
    let usable: Vec<f64> =
        ratios.iter().filter(|it| it.is_finite() && **it > 0.0).map(|it| it.ln()).collect();
    let count = usable.len() as f64;
    let mean = (count > 0.0).then(|| usable.iter().sum::<f64>() / count)?;
    Some(mean.exp()).filter(|mean| mean.is_finite())
}

/// Noise of one run: the series' own, or what these runs show by themselves where that is more
/// (three runs a side at least).
fn noise_of(old: &[f64], new: &[f64], scale: LevelScale, series: Option<f64>) -> Option<f64> {
    if old.len() < 3 || new.len() < 3 {
        return series;
    }
    let around = |values: &[f64]| -> Vec<f64> {
        let levels: Vec<f64> = values.iter().map(|value| scale.level(*value)).collect();
        let center = median(&levels).unwrap_or(0.0);
        levels.iter().map(|level| level - center).collect()
    };
    let mut residuals = around(old);
    residuals.extend(around(new));
    let of_runs = robust_sigma(&residuals);
    Some(series.map_or(of_runs, |noise| noise.max(of_runs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criteria(noise: Option<f64>) -> ComparisonCriteria {
        ComparisonCriteria {
            noise,
            noise_floor: None,
            threshold: 0.1,
            absolute_threshold: 0.0,
            direction: Direction::Lower,
        }
    }

    #[test]
    fn one_run_on_each_side_is_judged_by_the_series_noise() {
        let delta = compare(&[100.0], &[120.0], criteria(Some(0.01))).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Regressed);
        assert!((delta.change - 0.2).abs() < 1e-12 && delta.confidence > 0.99);
        let delta = compare(&[100.0], &[120.0], criteria(Some(0.1))).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Inconclusive);
        let delta = compare(&[100.0], &[120.0], criteria(None)).unwrap();
        assert_eq!((delta.verdict, delta.confidence), (DeltaVerdict::Inconclusive, 0.0));
        assert_eq!(delta.ratio, Some(1.2));
    }

    #[test]
    fn direction_decides_what_is_better() {
        let faster = compare(&[100.0], &[70.0], criteria(Some(0.01))).unwrap();
        assert_eq!(faster.verdict, DeltaVerdict::Improved);
        let rate = ComparisonCriteria { direction: Direction::Higher, ..criteria(Some(0.01)) };
        assert_eq!(compare(&[100.0], &[70.0], rate).unwrap().verdict, DeltaVerdict::Regressed);
    }

    #[test]
    fn within_the_threshold_is_the_same_however_sure() {
        let delta = compare(&[100.0; 9], &[105.0; 9], criteria(Some(0.001))).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Unchanged);
        let absolute = ComparisonCriteria { absolute_threshold: 30.0, ..criteria(Some(0.01)) };
        let delta = compare(&[100.0; 9], &[120.0; 9], absolute).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Unchanged);
        let delta = compare(&[100.0; 9], &[130.0; 9], absolute).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Regressed);
    }

    #[test]
    fn what_could_not_have_been_seen_is_not_unchanged() {
        let noisy = ComparisonCriteria { noise_floor: Some(0.2), ..criteria(Some(0.1)) };
        let delta = compare(&[100.0; 5], &[102.0], noisy).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Inconclusive);
        // What is far beyond even this noise was seen all the same.
        assert_eq!(compare(&[100.0; 5], &[250.0], noisy).unwrap().verdict, DeltaVerdict::Regressed);
        let delta = compare(&[100.0], &[102.0], criteria(None)).unwrap();
        assert_eq!(delta.verdict, DeltaVerdict::Inconclusive);
    }

    #[test]
    fn runs_that_vary_more_than_the_series_speak_for_themselves() {
        let (old, new) = ([80.0, 100.0, 130.0, 90.0], [90.0, 115.0, 150.0, 125.0]);
        assert_eq!(
            compare(&old, &new, criteria(Some(0.01))).unwrap().verdict,
            DeltaVerdict::Inconclusive
        );
    }

    #[test]
    fn a_halving_and_a_doubling_cancel_out() {
        assert_eq!(geomean(&[2.0, 0.5]), Some(1.0));
        assert!((geomean(&[1.1, 1.1, 1.1]).unwrap() - 1.1).abs() < 1e-12);
        assert_eq!(geomean(&[0.0, f64::NAN]), None);
    }

    #[test]
    fn odd_values_give_numbers_or_nothing() {
        assert_eq!(compare(&[], &[1.0], criteria(None)), None);
        assert_eq!(compare(&[f64::NAN], &[1.0], criteria(None)), None);
        for (a, b) in [(0.0, 1.0), (-1.0, 1e300), (1e-300, 1e300), (f64::MAX, f64::MIN)] {
            let delta = compare(&[a], &[b], criteria(Some(0.01))).unwrap();
            assert!(delta.change.is_finite() && delta.confidence.is_finite(), "{a} {b}");
        }
    }
}
