//! The words of the data: what one measurement is, before anything is concluded from it.
//!
//! A [`Record`] is one parsed line of history; it borrows from that line. Values are in base units
//! from here on (nanoseconds, bytes, operations a second): [`Unit::parse`] is the only place that
//! knows how to get there. This room reads no files and refuses nothing on its own; what a record
//! must have is checked where lines are read (`store`).

pub mod detail;
pub mod fields;
pub mod time;
pub mod metrics;
pub mod unit;
pub mod direction;
pub mod category;
pub mod problem_kind;

use crate::record::problem_kind::ProblemKind;
use std::borrow::Cow;
use std::fmt;

use time::Timestamp;

/// Which way is better.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Lower is better: time, memory, size.
    Lower,
    /// Higher is better: throughput, operations a second.
    Higher,
    /// Nobody says which: changes are shown, and are neither regressions nor improvements.
    Unknown,
}

/// A base unit, or a unit this program has no scale for, kept as it was written.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Unit(Cow<'static, str>);

/// A number or none, in the eight bytes of the number: the one way to say "no value". A run that
/// failed has no value, most runs report no standard deviation; `Option<f64>` would take 16 bytes
/// for each, 16 MB more for a million records, all in memory at once.
///
/// NaN stands for none inside and never comes out: `OptionalF64::from(f64::NAN).get()` is `None`.
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

impl std::hash::Hash for OptionalF64 {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl PartialOrd for OptionalF64 {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OptionalF64 {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
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

/// As an optional number, so that NaN does not come out this way either.
impl serde::Serialize for OptionalF64 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for OptionalF64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<f64>::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for OptionalF64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// One value of one metric, in the unit as written (`unit`), not yet scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement<'a> {
    pub metric: Cow<'a, str>,
    pub unit: Option<Cow<'a, str>>,
    pub direction: Option<Direction>,
    /// None where the record gives samples alone, or a failed run names its metric.
    pub value: OptionalF64,
    pub std: OptionalF64,
    /// Further statistics by name (`min`, `max`, `p95`, …), same unit.
    pub statistics: Vec<(Statistic, f64)>,
    pub samples: Vec<f64>,
}

/// A statistic that a tool reported beside the value it is judged by.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// The smallest sample.
    Min,
    /// The largest sample.
    Max,
    /// The middle of the samples; `p50` by its other name.
    Median,
    /// A quarter of the samples is below it.
    P25,
    /// Half of the samples is below it.
    P50,
    /// Three quarters of the samples are below it.
    P75,
    /// 90 of 100 samples are below it.
    P90,
    /// 95 of 100 samples are below it.
    P95,
    /// 99 of 100 samples are below it.
    P99,
    /// 999 of 1,000 samples are below it.
    #[serde(rename = "p99.9")]
    P999,
    /// Lower end of the tool's confidence interval.
    Lower,
    /// Upper end of the tool's confidence interval.
    Upper,
    /// The arithmetic mean of the samples.
    Mean,
}

impl Statistic {
    pub const ALL: [(&'static str, Self); 13] = [
        ("min", Self::Min),
        ("max", Self::Max),
        ("median", Self::Median),
        ("p25", Self::P25),
        ("p50", Self::P50),
        ("p75", Self::P75),
        ("p90", Self::P90),
        ("p95", Self::P95),
        ("p99", Self::P99),
        ("p99.9", Self::P999),
        ("lower", Self::Lower),
        ("upper", Self::Upper),
        ("mean", Self::Mean),
    ];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(written, _)| *written == name).map(|(_, statistic)| *statistic)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, statistic)| *statistic == self).map_or("", |(name, _)| name)
    }

    /// The statistic at the end of a metric's name, and the metric before it: `response_time_p95`
    /// is `p95` of `response_time`.
    pub fn of_metric(name: &str) -> Option<(&str, Self)> {
        Self::ALL.iter().find_map(|(end, statistic)| {
            let metric = name.strip_suffix(end)?.strip_suffix(['_', '.'])?;
            (!metric.is_empty()).then_some((metric, *statistic))
        })
    }
}

/// One line of history. `measurements` is empty exactly when the run failed (`error` is set).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record<'a> {
    pub commit: Cow<'a, str>,
    pub timestamp: Option<Timestamp>,
    pub commit_time: Option<Timestamp>,
    pub suite: Cow<'a, str>,
    pub test: Cow<'a, str>,
    pub backend: Cow<'a, str>,
    pub mode: Option<Cow<'a, str>>,
    pub parallel: bool,
    pub n: Option<u64>,
    /// `key=value` pairs, sorted and joined by `, `: the benchmark's other parameters.
    pub params: Cow<'a, str>,
    pub measurements: Vec<Measurement<'a>>,
    pub error: Option<Cow<'a, str>>,
    pub branch: Option<Cow<'a, str>>,
    pub pull: Option<u64>,
    pub version: Option<Cow<'a, str>>,
    pub url: Option<Cow<'a, str>>,
    pub tags: Vec<Cow<'a, str>>,
    pub warmup_ns: Vec<f64>,
    /// Runner, provenance and unknown fields, as written and in the order of the line.
    pub environment: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// The metric that `mean_ns` stands for.
pub const TIME_METRIC: &str = "time";
/// The mode of a record that names none.
pub const DEFAULT_MODE: &str = "default";

/// Where a thing was read: file relative to the history directory, line and column from 1.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct SourceLocation {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A line that was refused: where, why, and what to do. Never an abort: the rest is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    pub location: SourceLocation,
    pub reason: String,
    pub remedy: String,
    pub kind: ProblemKind,
}

/// The median: how samples and repeats become one value. None for no values.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (middle, odd) = (sorted.len() / 2, sorted.len() % 2 == 1);
    match sorted.get(middle) {
        Some(&value) if odd => Some(value),
        // Halved before they are added: the sum of two large values could overflow.
        Some(&value) => Some(value / 2.0 + sorted[middle - 1] / 2.0),
        None => None,
    }
}

/// Cuts a text to `limit` characters, with an ellipsis where something was cut.
pub fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nan_is_the_same_none() {
        let negative = f64::from_bits(f64::NAN.to_bits() | 1 << 63 | 1);
        for none in [OptionalF64::from(negative), None.into(), OptionalF64::from(f64::NAN)] {
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
