//! The runs of a series as columns: an array for each field, a place in it for each run.
//!
//! Example: the runs `[10 ms at noon, 11 ms a day and 3 s later]` are `"time": [1741694402, 3]`,
//! `"time_step": 86400` and `"value": [10000000, 11000000]`. A field name for each value of each
//! run would be most of a site.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::report::finite;
use crate::site::context::SiteContext;
use detect::RunFlags;
use model::series::Run;

/// The name of a mark, and whether a run has it.
type NamedFlag = (&'static str, fn(&RunFlags) -> bool);

const FLAGS: [NamedFlag; 4] = [
    ("failed", |flags| flags.has_failed),
    ("outlier", |flags| flags.is_outlier),
    ("infrastructure", |flags| flags.infrastructure),
    ("noisy", |flags| flags.is_noisy),
];

/// The marks of a run, by name.
pub(super) fn flag_names(flags: &RunFlags) -> impl Iterator<Item = &'static str> {
    FLAGS.into_iter().filter(|(_, is_set)| is_set(flags)).map(|(name, _)| name)
}

/// Runs of a series, oldest first; each column has a place for each run.
#[derive(Serialize, JsonSchema)]
pub(super) struct PointColumns {
    /// Places in the list of commits (`commits/`): the first, then the difference of each run to
    /// the one before.
    commit: Vec<i64>,
    /// Places of the runs that are marked, by mark: `failed`, `outlier`, `infrastructure`, `noisy`.
    flags: BTreeMap<&'static str, Vec<usize>>,
    /// Repeats that a run is the median of.
    repeats: RunColumn<u32>,
    /// Place of the run's runner and version in `segments`.
    segment: RunColumn<u32>,
    /// Standard deviation within a run, base units; null where none is recorded.
    std: RunColumn<Option<ShortNumber>>,
    /// When the first run was measured, in `time_unit` since 1970 in UTC; then by how much the
    /// distance of each run to the one before exceeds `time_step`.
    time: Vec<i64>,
    /// Usual distance of two runs.
    time_step: i64,
    /// `s`, or `us` (microseconds) where a time has a fraction of a second.
    time_unit: &'static str,
    /// Base units; null for a run that failed.
    value: Vec<Option<ShortNumber>>,
}

/// A column: one value where all rows have the same; the usual one and, where they are few, the
/// others as pairs of row and value; else a value for each row.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum RunColumn<T> {
    Same(T),
    Mostly { other: Vec<(usize, T)>, usual: T },
    Each(Vec<T>),
}

impl<T: Copy + PartialEq> RunColumn<T> {
    pub(super) fn of(values: Vec<T>) -> Self {
        // The middle one, since the first runs of a series are often unlike all later ones.
        let Some(&usual) = values.get(values.len() / 2) else { return Self::Each(values) };
        let is_other = |(_, value): &(usize, &T)| **value != usual;
        let others = values.iter().enumerate().filter(is_other);
        match others.clone().count() {
            0 => Self::Same(usual),
            // An exception takes its row and two more signs than a value of an array.
            count if count * 4 < values.len() => {
                Self::Mostly { other: others.map(|(row, value)| (row, *value)).collect(), usual }
            }
            _ => Self::Each(values),
        }
    }
}

/// A number in its shortest form: `12`, not `12.0`.
#[derive(Clone, Copy, PartialEq, JsonSchema)]
#[schemars(with = "f64")]
pub(super) struct ShortNumber(f64);

impl ShortNumber {
    /// None for what JSON cannot hold.
    fn exact(value: Option<f64>) -> Option<Self> {
        value.and_then(finite).map(Self)
    }

    /// A fraction with six significant digits; whole numbers, such as counts, stay exact.
    pub(super) fn rounded(value: Option<f64>) -> Option<Self> {
        value.and_then(finite).map(six_digits).map(Self)
    }
}

impl Serialize for ShortNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole numbers up to 2^53 are exact as both. A negative zero has no other form.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let is_whole = self.0.fract() == 0.0 && self.0.abs() <= EXACT;
        match is_whole && !(self.0 == 0.0 && self.0.is_sign_negative()) {
            true => serializer.serialize_i64(self.0 as i64),
            false => serializer.serialize_f64(self.0),
        }
    }
}

impl PointColumns {
    /// Some of the runs of a series.
    pub(super) fn of(site: &SiteContext<'_>, index: usize, runs: Range<usize>) -> Self {
        let (series, analysis) = site.series(index);
        let flags = &analysis.flags[runs.clone()];
        let runs = &series.runs[runs];
        let marked = FLAGS.into_iter().map(|(name, is_set)| {
            let places = flags.iter().enumerate().filter(|(_, flags)| is_set(flags));
            (name, places.map(|(place, _)| place).collect::<Vec<usize>>())
        });
        let is_whole = runs.iter().all(|run| run.time.micros() % SECOND_US == 0);
        let unit = if is_whole { SECOND_US } else { 1 };
        let (time, time_step) = times(runs.iter().map(|run| run.time.micros() / unit));
        let commit = |run: &Run| site.commits.main_line_place(run.commit) as i64;
        Self {
            commit: differences(runs.iter().map(commit)),
            flags: marked.filter(|(_, places)| !places.is_empty()).collect(),
            repeats: RunColumn::of(runs.iter().map(|run| run.repeats.max(1)).collect()),
            segment: RunColumn::of(runs.iter().map(|run| run.segment).collect()),
            std: RunColumn::of(runs.iter().map(|run| ShortNumber::exact(run.std.get())).collect()),
            time,
            time_step,
            time_unit: if is_whole { "s" } else { "us" },
            value: runs.iter().map(|run| ShortNumber::exact(run.value.get())).collect(),
        }
    }
}

/// A fraction with six significant digits: what is estimated has no more.
pub(super) fn six_digits(value: f64) -> f64 {
    if value.fract() == 0.0 {
        return value;
    }
    // Rounding in decimals, so that the text is short: `0.1 + 0.2` is `0.3`.
    format!("{value:.5e}").parse().unwrap_or(value)
}

const SECOND_US: i64 = 1_000_000;

/// The first value, then what each adds to the one before: shorter, and most of it repeats.
fn differences(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    values.map(|value| value - std::mem::replace(&mut before, value)).collect()
}

/// The differences of times beyond their median, and the median.
fn times(times: impl Iterator<Item = i64>) -> (Vec<i64>, i64) {
    let mut times = differences(times);
    let Some((_, steps)) = times.split_first_mut() else { return (times, 0) };
    let mut sorted = steps.to_vec();
    sorted.sort_unstable();
    let step = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    // Most runs of a nightly job are a day and some seconds apart: the seconds are shorter.
    steps.iter_mut().for_each(|distance| *distance -= step);
    (times, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell(column: &RunColumn<u8>, row: usize) -> u8 {
        match column {
            RunColumn::Same(value) => *value,
            RunColumn::Each(values) => values[row],
            RunColumn::Mostly { other, usual } => {
                other.iter().find(|(at, _)| *at == row).map_or(*usual, |(_, value)| *value)
            }
        }
    }

    #[test]
    fn numbers_are_short_and_exact() {
        let text = |value: f64| serde_json::to_string(&ShortNumber::exact(Some(value))).unwrap();
        assert_eq!([12.0, 0.1, -3.5, 1e300].map(text), ["12", "0.1", "-3.5", "1e+300"]);
        assert_eq!([-0.0, f64::NAN, f64::INFINITY].map(text), ["-0.0", "null", "null"]);
        let rounded = |value: f64| ShortNumber::rounded(Some(value)).map(|number| number.0);
        assert_eq!(rounded(0.1 + 0.2), Some(0.3));
        assert_eq!(rounded(123_456_789.0), Some(123_456_789.0), "a count stays exact");
        assert_eq!(rounded(1_234_567.8), Some(1_234_570.0));
    }

    proptest! {
        #[test]
        fn a_column_gives_back_its_values(values in proptest::collection::vec(0..3_u8, 0..40)) {
            let column = RunColumn::of(values.clone());
            let back: Vec<u8> = (0..values.len()).map(|row| cell(&column, row)).collect();
            prop_assert_eq!(back, values);
        }

        #[test]
        fn times_give_back_their_values(
            values in proptest::collection::vec(-1_i64 << 58..1 << 58, 0..20),
        ) {
            let (column, step) = times(values.iter().copied());
            let mut at = 0;
            let back = column.iter().enumerate().map(|(row, more)| {
                at += more + if row == 0 { 0 } else { step };
                at
            });
            prop_assert_eq!(back.collect::<Vec<i64>>(), values);
        }

        #[test]
        fn a_rounded_number_is_near(value in -1e12_f64..1e12) {
            let error = (six_digits(value) - value).abs();
            prop_assert!(error <= value.abs() * 5.1e-6, "{value}: {error}");
        }
    }
}
