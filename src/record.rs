//! The words of the data: what one measurement is, before anything is concluded from it.
//!
//! A [`Record`] is one parsed line of history; it borrows from that line. Values are in base units
//! from here on (nanoseconds, bytes, operations a second): [`Unit::parse`] is the only place that
//! knows how to get there. This room reads no files and refuses nothing on its own; what a record
//! must have is checked where lines are read (`store`).

use std::borrow::Cow;
use std::fmt;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z. No time zones: pages print UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Timestamp(i64);

/// Microseconds in a day: 24 × 60 × 60 × 10⁶.
pub(crate) const DAY_US: i64 = 86_400_000_000;

impl Timestamp {
    pub(crate) fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub(crate) fn micros(self) -> i64 {
        self.0
    }

    /// Days since 1970-01-01, rounded down: the UTC day the timestamp falls on.
    pub(crate) fn day(self) -> i64 {
        self.0.div_euclid(DAY_US)
    }

    /// Year, month and day (from 1) in UTC; none outside the years 1000–9998, which are left to the
    /// general calendar.
    pub(crate) fn date(self) -> Option<(i64, u8, u8)> {
        let date = civil_from_days(self.day());
        (1000..=9998).contains(&date.0).then_some(date)
    }

    /// Reads RFC 3339 with any offset (`2025-09-26T05:17:38.970937Z`, `…+02:00`).
    ///
    /// # Errors
    /// The text is not RFC 3339, or lies outside the years 0000–9999.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(fast) = parse_utc_seconds(text.as_bytes()) {
            return Ok(fast);
        }
        if !text.is_ascii() || text.len() < 20 || text.as_bytes()[4] != b'-' {
            return Err(format!("`{}` is not an RFC 3339 time", shorten(text, 40)));
        }
        text.parse::<jiff::Timestamp>()
            .map(|time| Self(time.as_microsecond()))
            .map_err(|_| format!("`{}` is not an RFC 3339 time", shorten(text, 40)))
    }
}

/// The common form `YYYY-MM-DDTHH:MM:SSZ`, five times faster than the general parser. Anything
/// that is not exactly this form, or not a valid date, is left to the general parser.
fn parse_utc_seconds(text: &[u8]) -> Option<Timestamp> {
    if text.len() != 20
        || text[4] != b'-'
        || text[7] != b'-'
        || text[10] != b'T'
        || text[13] != b':'
        || text[16] != b':'
        || text[19] != b'Z'
    {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        text[from..to].iter().try_fold(0, |sum, &digit| {
            digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
        })
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28,
        _ => return None,
    };
    if !(1..=last).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None; // the 29th of February and leap seconds need a calendar
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Timestamp(seconds * 1_000_000))
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`] (the same source, `civil_from_days`): year, month, day.
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

/// RFC 3339 with `Z`; whole seconds print without a fraction.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some((year, month, day)), 0) = (self.date(), self.0 % 1_000_000) {
            // The common case, ten times faster than the general printer.
            let second = self.0.rem_euclid(DAY_US) / 1_000_000;
            let digits = |number: i64| [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
            let mut text = *b"0000-00-00T00:00:00Z";
            text[..2].copy_from_slice(&digits(year / 100));
            text[2..4].copy_from_slice(&digits(year % 100));
            text[5..7].copy_from_slice(&digits(month.into()));
            text[8..10].copy_from_slice(&digits(day.into()));
            text[11..13].copy_from_slice(&digits(second / 3600));
            text[14..16].copy_from_slice(&digits(second / 60 % 60));
            text[17..19].copy_from_slice(&digits(second % 60));
            return f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?);
        }
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

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
pub(crate) enum Direction {
    /// Lower is better: time, memory, size.
    Lower,
    /// Higher is better: throughput, operations a second.
    Higher,
}

impl Direction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
        }
    }

    /// The direction of a metric that does not say its own: higher for rates, else lower.
    pub(crate) fn of_metric(metric: &str, unit: &Unit) -> Self {
        const HIGHER: [&str; 8] =
            ["throughput", "ops", "rps", "qps", "speedup", "score", "hits", "bandwidth"];
        let rate = unit.as_str().ends_with("/s");
        if rate || HIGHER.contains(&metric) { Self::Higher } else { Self::Lower }
    }
}

/// A base unit, or a unit this program has no scale for, kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Unit(Cow<'static, str>);

/// Name as written → base unit, factor. Decimal prefixes for `kB`, binary ones for `KiB`.
const UNITS: &[(&str, &str, f64)] = &[
    ("ps", "ns", 1e-3),
    ("ns", "ns", 1.0),
    ("nsec", "ns", 1.0),
    ("nanoseconds", "ns", 1.0),
    ("ns/op", "ns", 1.0),
    ("us/op", "ns", 1e3),
    ("ms/op", "ns", 1e6),
    ("s/op", "ns", 1e9),
    ("sec/op", "ns", 1e9),
    ("min/op", "ns", 6e10),
    ("us", "ns", 1e3),
    ("usec", "ns", 1e3),
    ("µs", "ns", 1e3),
    ("μs", "ns", 1e3),
    ("microseconds", "ns", 1e3),
    ("ms", "ns", 1e6),
    ("msec", "ns", 1e6),
    ("milliseconds", "ns", 1e6),
    ("s", "ns", 1e9),
    ("sec", "ns", 1e9),
    ("seconds", "ns", 1e9),
    ("min", "ns", 6e10),
    ("minutes", "ns", 6e10),
    ("h", "ns", 3.6e12),
    ("B", "B", 1.0),
    ("bytes", "B", 1.0),
    ("byte", "B", 1.0),
    ("B/op", "B", 1.0),
    ("kB", "B", 1e3),
    ("KB", "B", 1e3),
    ("MB", "B", 1e6),
    ("GB", "B", 1e9),
    ("Kilobytes", "B", 1e3),
    ("Megabytes", "B", 1e6),
    ("Gigabytes", "B", 1e9),
    ("sizeInBytes", "B", 1.0),
    ("KiB", "B", 1024.0),
    ("MiB", "B", 1_048_576.0),
    ("GiB", "B", 1_073_741_824.0),
    ("ops/s", "ops/s", 1.0),
    ("ops/sec", "ops/s", 1.0),
    ("op/s", "ops/s", 1.0),
    ("i/s", "ops/s", 1.0),
    ("tps", "ops/s", 1.0),
    ("kops/s", "ops/s", 1e3),
    ("Mops/s", "ops/s", 1e6),
    ("ops/ns", "ops/s", 1e9),
    ("ops/us", "ops/s", 1e6),
    ("ops/ms", "ops/s", 1e3),
    ("ops/min", "ops/s", 1.0 / 60.0),
    ("req/s", "req/s", 1.0),
    ("B/s", "B/s", 1.0),
    ("kB/s", "B/s", 1e3),
    ("MB/s", "B/s", 1e6),
    ("GB/s", "B/s", 1e9),
    ("KiB/s", "B/s", 1024.0),
    ("MiB/s", "B/s", 1_048_576.0),
    ("GiB/s", "B/s", 1_073_741_824.0),
    ("count", "count", 1.0),
    ("counts", "count", 1.0),
    ("allocs/op", "count", 1.0),
];

impl Unit {
    /// The base unit of a unit's name, and the factor that takes a value there.
    pub(crate) fn parse(name: &str) -> (Self, f64) {
        match UNITS.iter().find(|(written, _, _)| *written == name) {
            Some(&(_, base, factor)) => (Self(Cow::Borrowed(base)), factor),
            None => (Self(Cow::Owned(name.to_owned())), 1.0),
        }
    }

    /// Whether this program knows the scale of a unit of this name.
    pub(crate) fn is_known(name: &str) -> bool {
        UNITS.iter().any(|(written, _, _)| *written == name)
    }

    /// The unit of a metric that does not say its own.
    pub(crate) fn of_metric(metric: &str) -> Self {
        let name = match metric {
            "time" | "latency" | "cpu_time" | "real_time" | "wall_time" => "ns",
            "memory" | "peak_memory" | "max_rss" | "file_size" | "binary_size" => "B",
            "throughput" => "ops/s",
            "bandwidth" => "B/s",
            "allocations" | "allocs" | "instructions" | "cycles" => "count",
            _ => "",
        };
        Self(Cow::Borrowed(name))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a value below zero makes no sense: durations, sizes, rates and counts.
    pub(crate) fn forbids_negative(&self) -> bool {
        matches!(&*self.0, "ns" | "B" | "count") || self.0.ends_with("/s")
    }
}

/// One value of one metric, in the unit as written (`unit`), not yet scaled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measurement<'a> {
    pub(crate) metric: Cow<'a, str>,
    pub(crate) unit: Option<Cow<'a, str>>,
    pub(crate) better: Option<Direction>,
    pub(crate) value: f64,
    pub(crate) std: Option<f64>,
    /// Further statistics by name (`min`, `max`, `p95`, …), same unit.
    pub(crate) statistics: Vec<(Statistic, f64)>,
    pub(crate) samples: Vec<f64>,
}

/// A statistic that a tool reported beside the value it is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Statistic {
    Min,
    Max,
    Median,
    P25,
    P50,
    P75,
    P90,
    P95,
    P99,
    P999,
    Lower,
    Upper,
}

impl Statistic {
    pub(crate) const ALL: [(&'static str, Self); 12] = [
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
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(written, _)| *written == name).map(|(_, statistic)| *statistic)
    }
}

/// What is known of a run beyond its value. Many runs have warm-up times and nothing else, and all
/// are in memory at once: the rest takes no room where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Detail {
    pub(crate) warmup_ns: Box<[f64]>,
    pub(crate) rare: Option<Box<Rare>>,
}

/// The rarer facts of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rare {
    pub(crate) error: Option<String>,
    pub(crate) statistics: Vec<(Statistic, f64)>,
    pub(crate) samples: Vec<f64>,
    pub(crate) url: Option<String>,
}

/// [`Detail`] where all rows' are kept together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DetailRef<'a> {
    pub(crate) warmup_ns: &'a [f64],
    pub(crate) rare: Option<&'a Rare>,
}

impl<'a> DetailRef<'a> {
    pub(crate) fn error(self) -> Option<&'a str> {
        self.rare.and_then(|it| it.error.as_deref())
    }

    pub(crate) fn url(self) -> Option<&'a str> {
        self.rare.and_then(|it| it.url.as_deref())
    }

    pub(crate) fn statistics(self) -> &'a [(Statistic, f64)] {
        self.rare.map_or(&[], |it| &it.statistics)
    }

    pub(crate) fn samples(self) -> &'a [f64] {
        self.rare.map_or(&[], |it| &it.samples)
    }

    /// A copy of its own.
    pub(crate) fn owned(self) -> Detail {
        Detail { warmup_ns: self.warmup_ns.into(), rare: self.rare.cloned().map(Box::new) }
    }
}

impl Detail {
    pub(crate) fn of(warmup_ns: Box<[f64]>, rare: Rare) -> Self {
        let rare = (rare != Rare::default()).then(|| Box::new(rare));
        Self { warmup_ns, rare }
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.rare.as_ref().and_then(|it| it.error.as_deref())
    }

    pub(crate) fn statistics(&self) -> &[(Statistic, f64)] {
        self.rare.as_ref().map_or(&[], |it| &it.statistics)
    }

    pub(crate) fn samples(&self) -> &[f64] {
        self.rare.as_ref().map_or(&[], |it| &it.samples)
    }
}

/// One line of history. `measurements` is empty exactly when the run failed (`error` is set).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record<'a> {
    pub(crate) commit: Cow<'a, str>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) commit_time: Option<Timestamp>,
    pub(crate) suite: Cow<'a, str>,
    pub(crate) test: Cow<'a, str>,
    pub(crate) backend: Cow<'a, str>,
    pub(crate) mode: Option<Cow<'a, str>>,
    pub(crate) parallel: bool,
    pub(crate) n: Option<u64>,
    /// `key=value` pairs, sorted and joined by `, `: the benchmark's other parameters.
    pub(crate) params: Cow<'a, str>,
    pub(crate) measurements: Vec<Measurement<'a>>,
    pub(crate) error: Option<Cow<'a, str>>,
    pub(crate) branch: Option<Cow<'a, str>>,
    pub(crate) pull: Option<u64>,
    pub(crate) version: Option<Cow<'a, str>>,
    pub(crate) url: Option<Cow<'a, str>>,
    pub(crate) tags: Vec<Cow<'a, str>>,
    pub(crate) warmup_ns: Vec<f64>,
    /// Runner, provenance and unknown fields, as written and in the order of the line.
    pub(crate) environment: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// The fields of a record of one measurement, statistics and samples aside, in the order in which
/// tables have them.
pub(crate) const FIELDS: [&str; 22] = [
    "commit",
    "timestamp",
    "commit_time",
    "branch",
    "pull",
    "suite",
    "test",
    "backend",
    "mode",
    "parallel",
    "n",
    "params",
    "metric",
    "unit",
    "better",
    "value",
    "std",
    "error",
    "version",
    "url",
    "tags",
    "warmup_ns",
];

/// The metric that `mean_ns` stands for.
pub(crate) const TIME: &str = "time";
/// The mode of a record that names none.
pub(crate) const DEFAULT_MODE: &str = "default";

/// Where a thing was read: file relative to the history directory, line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A line that was refused: where, why, and what to do. Never an abort: the rest is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

/// The median: how samples and repeats become one value. None for no values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (middle, odd) = (sorted.len() / 2, sorted.len() % 2 == 1);
    match sorted.get(middle) {
        Some(&value) if odd => Some(value),
        Some(&value) => Some(value / 2.0 + sorted[middle - 1] / 2.0),
        None => None,
    }
}

/// Cuts a text to `limit` characters, with an ellipsis where something was cut.
pub(crate) fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_time_printer_agrees_with_the_calendar() {
        for day in (-400_000..2_900_000_i64).step_by(17) {
            let micros = day * DAY_US + (day * 7919).rem_euclid(86_400) * 1_000_000;
            let general = jiff::Timestamp::from_microsecond(micros).unwrap();
            assert_eq!(Timestamp(micros).to_string(), general.to_string());
            let (year, month, day) = Timestamp(micros).date().unwrap_or_default();
            if year > 0 {
                assert_eq!(
                    general.strftime("%Y-%m-%d").to_string(),
                    format!("{year}-{month:02}-{day:02}")
                );
            }
        }
    }

    #[test]
    fn the_fast_time_parser_agrees_with_the_calendar() {
        for year in [1970_i64, 1999, 2000, 2024, 2025, 2100] {
            for month in 1..=12 {
                for day in [1, 15, 28] {
                    let text = format!("{year:04}-{month:02}-{day:02}T13:14:15Z");
                    let general = text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
                    assert_eq!(Timestamp::parse(&text), Ok(Timestamp(general)), "{text}");
                }
            }
        }
    }

    #[test]
    fn times_with_offsets_and_fractions_are_read() {
        let utc = Timestamp::parse("2025-09-26T05:17:38.970937Z").unwrap();
        assert_eq!(Timestamp::parse("2025-09-26T07:17:38.970937+02:00"), Ok(utc));
        assert_eq!(utc.to_string(), "2025-09-26T05:17:38.970937Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2025-09-26",
            "yesterday",
            "2025-13-01T00:00:00Z",
            "2025-02-30T00:00:00Z",
            "日本語日本語日本語日本語",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn microseconds_are_one_unit_in_three_spellings() {
        for name in ["us", "µs", "μs"] {
            assert_eq!(Unit::parse(name), (Unit(Cow::Borrowed("ns")), 1e3));
        }
    }
}
