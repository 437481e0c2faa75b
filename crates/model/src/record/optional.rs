//! A number that may be absent, in the eight bytes of the number: the one way to say "no value".
//!
//! A run that failed has no value, most runs report no standard deviation. `Option<f64>` takes 16
//! bytes for each; of a history with a million records that is 16 MB more, all in memory at once.
//!
//! ```text
//! OptionalF64::from(41.5).get()      → Some(41.5)
//! OptionalF64::NONE.get()            → None
//! OptionalF64::from(f64::NAN).get()  → None
//! ```

use std::cmp::Ordering;
use std::fmt;

/// A number or none. NaN stands for none inside and never comes out.
///
/// Two values are equal where their bits are: none equals none, and −0.0 is not 0.0. What is equal
/// is interchangeable, which `==` of `f64` does not promise. The order is that of
/// [`f64::total_cmp`], none last.
#[derive(Clone, Copy)]
pub struct OptionalF64(f64);

impl OptionalF64 {
    /// No number.
    pub const NONE: Self = Self(f64::NAN);

    /// The number.
    pub const fn get(self) -> Option<f64> {
        if self.0.is_nan() { None } else { Some(self.0) }
    }

    /// Whether there is a number.
    pub const fn is_some(self) -> bool {
        !self.0.is_nan()
    }

    /// Whether there is none.
    pub const fn is_none(self) -> bool {
        self.0.is_nan()
    }

    /// The result of `f`, where there is a number; none too where the result is NaN.
    #[must_use]
    pub fn map(self, f: impl FnOnce(f64) -> f64) -> Self {
        self.get().map(f).into()
    }
}

impl Default for OptionalF64 {
    fn default() -> Self {
        Self::NONE
    }
}

/// NaN is none. There are many NaNs; every none has the same bits, so that equal bits mean equal.
impl From<f64> for OptionalF64 {
    fn from(number: f64) -> Self {
        if number.is_nan() { Self::NONE } else { Self(number) }
    }
}

impl From<Option<f64>> for OptionalF64 {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::NONE, Self::from)
    }
}

impl PartialEq for OptionalF64 {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for OptionalF64 {}

impl PartialOrd for OptionalF64 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OptionalF64 {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// For comparisons with a plain number or option, which tests make.
impl PartialEq<Option<f64>> for OptionalF64 {
    fn eq(&self, other: &Option<f64>) -> bool {
        *self == Self::from(*other)
    }
}

impl PartialEq<f64> for OptionalF64 {
    fn eq(&self, other: &f64) -> bool {
        *self == Self::from(*other)
    }
}

impl fmt::Debug for OptionalF64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nan_is_the_same_none() {
        let negative = f64::from_bits(f64::NAN.to_bits() | 1 << 63 | 1);
        for none in [OptionalF64::from(negative), None.into(), OptionalF64::from(0.0 / 0.0)] {
            assert_eq!((none, none.get()), (OptionalF64::NONE, None));
        }
        assert_eq!(OptionalF64::from(f64::INFINITY).map(|it| it - it), OptionalF64::NONE);
        assert_ne!(OptionalF64::from(0.0), OptionalF64::from(-0.0));
    }

    #[test]
    fn none_is_last_and_takes_no_room() {
        let mut all = [OptionalF64::NONE, f64::INFINITY.into(), 1.0.into(), (-1.0).into()];
        all.sort();
        assert_eq!(all.map(OptionalF64::get), [Some(-1.0), Some(1.0), Some(f64::INFINITY), None]);
        assert_eq!(size_of::<OptionalF64>(), 8);
    }
}
