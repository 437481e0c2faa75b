//! How values become levels, so that one number is one relative change for every series.
//!
//! Example: 200 ms and 220 ms have log levels that differ by ln 1.1 = 0.095, and so do 2 s and
//! 2.2 s. Where a value is zero or negative there is no logarithm, and levels are linear.

use super::stats::{median, median_in_place};

/// How values become levels whose differences are relative changes.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(crate) enum LevelScale {
    /// Logarithm of the value over a reference, whose logarithm is kept with it: every value is
    /// positive.
    Log { reference: f64, log: f64 },
    /// Value over a size: some value is zero or negative.
    Linear { size: f64 },
}

/// Levels are rounded to multiples of 2⁻³⁶ (1.5·10⁻¹¹), so that the last bits of a unit's factor
/// cannot decide a tie.
const GRID: f64 = 68_719_476_736.0;
/// 1.5 × 2⁵²: adding it leaves no room for a fraction, ties go to even numbers.
const NO_FRACTION: f64 = 6_755_399_441_055_744.0;
/// Bound on linear levels, so that their squares stay finite.
const LARGEST: f64 = 1e9;

/// The nearest whole number. Levels are rounded by the million, and processors of the oldest
/// supported kind have no instruction for it.
fn round_even(value: f64) -> f64 {
    if value.abs() < NO_FRACTION / 3.0 { value + NO_FRACTION - NO_FRACTION } else { value.round() }
}

impl LevelScale {
    /// The scale for these values: logarithmic where all are positive.
    pub(crate) fn of(values: &[f64]) -> Self {
        if values.iter().all(|value| *value > 0.0) {
            let reference = median(values).unwrap_or(1.0);
            return Self::Log { reference, log: reference.ln() };
        }
        // The typical size makes linear levels relative changes of about the same meaning.
        let mut sizes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        let size = median_in_place(&mut sizes).filter(|size| *size > 0.0).unwrap_or(largest);
        Self::Linear { size: if size > 0.0 { size } else { 1.0 } }
    }

    pub(crate) fn level(self, value: f64) -> f64 {
        let level = match self {
            Self::Log { log, .. } => value.ln() - log,
            Self::Linear { size } => (value / size).clamp(-LARGEST, LARGEST),
        };
        round_even(level * GRID) / GRID
    }

    /// The value of a level.
    pub(crate) fn value(self, level: f64) -> f64 {
        let value = match self {
            Self::Log { reference, .. } => reference * level.exp(),
            Self::Linear { size } => level * size,
        };
        value.clamp(f64::MIN, f64::MAX)
    }

    /// The value whose level lies `shift` above that of `value`.
    pub(crate) fn shifted(self, value: f64, shift: f64) -> f64 {
        let shifted = match self {
            Self::Log { .. } => value * shift.exp(),
            Self::Linear { size } => value + shift * size,
        };
        shifted.clamp(f64::MIN, f64::MAX)
    }

    /// Relative change from one value to another, signed as the value moved. Where the first is
    /// not positive, relative to the typical size of the series.
    pub(crate) fn change(self, before: f64, after: f64) -> f64 {
        let change = match self {
            Self::Linear { size } if before <= 0.0 => (after - before) / size,
            _ => after / before - 1.0,
        };
        if change.is_nan() { 0.0 } else { change.clamp(-LARGEST, LARGEST) }
    }

    /// The shift in levels that a relative change amounts to.
    pub(crate) fn shift_of(self, change: f64) -> f64 {
        match self {
            Self::Log { .. } => change.max(-0.999_999).ln_1p(),
            Self::Linear { .. } => change,
        }
    }

    /// The relative change that a shift in levels amounts to.
    pub(crate) fn change_of(self, shift: f64) -> f64 {
        match self {
            Self::Log { .. } => shift.exp_m1().clamp(-LARGEST, LARGEST),
            Self::Linear { .. } => shift,
        }
    }
}
