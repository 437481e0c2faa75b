//! What a change of one series must show to count.
//!
//! The policy resolves the threshold once ([`Policy::threshold_for`]); a [`Rule`] is that threshold
//! with the numbers of runs that the policy asks for, all in the policy's units. Log levels are
//! computed where levels are compared, because only there the scale is known.
//!
//! Example: a threshold of 10 % where lower is better. In log levels a rise counts from
//! ln 1.1 = +0.095 on, a fall from ln 0.9 = −0.105 on: [`Rule::level_thresholds`] is
//! `{ up: 0.095, down: 0.105 }`.

use model::policy::Policy;
use model::policy::threshold::Threshold;
use model::record::Direction;
use model::record::time::DAY_US;
use model::series::Series;

use super::analysis::ChangeKind;
use super::confidence;
use super::exact;
use super::level_scale::LevelScale;

/// What a change of one series must show, resolved from the policy.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Rule {
    pub threshold: Threshold,
    /// Runs on a new level before it is reported, at least 1 (`confirmations` of the series' own
    /// rule, else of `detection`).
    pub confirmations: usize,
    /// The same where the baseline is exact: 1, unless the series' own rule asks for more.
    pub exact_confirmations: usize,
    /// Values are counts or sizes, which a deterministic program repeats exactly.
    pub is_countable: bool,
    /// Runs that a level needs to be a baseline (`regression.min_sample_size`).
    pub min_runs: usize,
    /// Runs that describe a level, and for which a reported change stays open
    /// (`detection.window`).
    pub window: usize,
    /// Robust standard deviations beyond which one run alone is an outlier
    /// (`data_quality.outlier_threshold`).
    pub outlier_sigmas: f64,
    /// Microseconds from the first run on in which nothing is reported
    /// (`regression.grace_period_days`).
    pub grace_period_us: i64,
}

/// What the confidence of a report depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportedSize {
    pub kind: ChangeKind,
    /// Relative.
    pub change: f64,
    /// Score on the scale of [`MIN_Z`](super::new_level::MIN_Z).
    pub z: f64,
}

/// Share of the threshold that may be left of a regression that went without an improvement.
/// Smaller than what an improvement may leave: a level that moves slowly must not open and close a
/// regression in turns.
pub(crate) const DRIFTED_BACK_SHARE: f64 = 0.5;

/// The threshold in levels, by the way that the level moves; both positive.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(crate) struct LevelThresholds {
    pub up: f64,
    pub down: f64,
}

impl LevelThresholds {
    /// The size that a shift in this direction must reach.
    pub(crate) fn of_shift(self, shift: f64) -> f64 {
        if shift > 0.0 { self.up } else { self.down }
    }
}

/// Slack for sums like 0.1 + 0.2: a change of exactly the threshold counts.
const ROUNDING_SLACK: f64 = 1e-9;

impl Rule {
    /// The rule of one series.
    pub(crate) fn of(series: &Series, policy: &Policy) -> Self {
        let threshold = policy.threshold_for(series.key.subject(&series.tags), series.direction);
        let own = threshold.confirmations.map(|runs| (runs as usize).max(1));
        Self {
            threshold,
            confirmations: own.unwrap_or((policy.detection.confirmations as usize).max(1)),
            exact_confirmations: own.unwrap_or(1),
            is_countable: exact::is_countable(&series.unit),
            min_runs: policy.regression.min_sample_size as usize,
            window: policy.detection.window as usize,
            outlier_sigmas: policy.data_quality.outlier_threshold,
            grace_period_us: i64::from(policy.regression.grace_period_days) * DAY_US,
        }
    }

    /// Whether a change can be a regression or an improvement: somebody says which way is better.
    /// Without a direction nothing is reported of a series; its runs are drawn all the same. This
    /// is asked by [`Self::is_reached`], which every reported change must pass, where the gate
    /// would report ([`SeriesState::push`](super::series_state::SeriesState::push)), and by the
    /// verdict.
    pub(crate) fn has_direction(&self) -> bool {
        self.threshold.direction != Direction::Unknown
    }

    /// Whether a change from one value to another reaches the relative and the absolute threshold,
    /// and counts.
    pub(crate) fn is_reached(&self, change: f64, before: f64, after: f64) -> bool {
        self.has_direction()
            && change.abs() >= self.threshold.relative - ROUNDING_SLACK
            && self.is_absolute_reached(before, after)
    }

    /// Whether two values, in base units, lie as far apart as the absolute threshold, where the
    /// policy has one.
    pub(crate) fn is_absolute_reached(&self, before: f64, after: f64) -> bool {
        (after - before).abs() >= self.absolute() * (1.0 - ROUNDING_SLACK)
    }

    /// Absolute change that must be reached too, base units; 0 where the policy asks for none.
    pub(crate) fn absolute(&self) -> f64 {
        self.threshold.absolute.unwrap_or(0.0)
    }

    /// Whether a change, signed as the value moved, is one for the worse.
    pub(crate) fn is_regression(&self, change: f64) -> bool {
        self.threshold.direction.is_worse(change)
    }

    /// Levels of a series without a direction are those of one where lower is better.
    pub(crate) fn lower_is_better(&self) -> bool {
        self.threshold.direction != Direction::Higher
    }

    /// Turns levels so that up is worse, and back.
    pub(crate) fn worse_sign(&self) -> f64 {
        if self.lower_is_better() { 1.0 } else { -1.0 }
    }

    /// The threshold in levels that move as the value does.
    pub(crate) fn level_thresholds(&self, scale: LevelScale) -> LevelThresholds {
        let relative = self.threshold.relative;
        LevelThresholds {
            up: scale.shift_of(relative).abs(),
            down: scale.shift_of(-relative).abs(),
        }
    }

    /// The threshold in levels that are turned so that up is worse.
    pub(crate) fn worse_up_thresholds(&self, scale: LevelScale) -> LevelThresholds {
        let LevelThresholds { up, down } = self.level_thresholds(scale);
        if self.lower_is_better() {
            LevelThresholds { up, down }
        } else {
            LevelThresholds { up: down, down: up }
        }
    }

    /// How sure a report is: the share of reports of this size over the threshold that were true
    /// on synthetic histories, and no more than the score `z` among so many runs allows.
    pub(crate) fn confidence(&self, scale: LevelScale, change: ReportedSize, runs: usize) -> f64 {
        let ReportedSize { kind, change, z } = change;
        let shift = scale.shift_of(change);
        let ratio = shift.abs() / self.level_thresholds(scale).of_shift(shift);
        confidence::calibrated_confidence(kind, ratio)
            .min(confidence::bonferroni_confidence(z, runs))
    }
}
