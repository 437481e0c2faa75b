//! What several dashboards tell in the same way: times as numbers of an unknown scale, units with
//! what they count appended, one series in two units, the same name twice in a run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil;
use jiff::fmt::strtime;
use serde_json::Value;

use crate::entry::{ALLOCATIONS, BANDWIDTH, BenchmarkEntry, MEMORY, THROUGHPUT};
use crate::sink::EntrySink;
use model::record::time::Timestamp;
use model::record::{TIME_METRIC, Unit, shorten};

/// How a number of time since 1970 counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EpochUnit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl EpochUnit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

/// A time since 1970 by its size: below 10^11 it is seconds (10^11 s is the year 5138, 10^11 ms is
/// 1973), below 10^14 milliseconds, below 10^17 microseconds, else nanoseconds. None before 1970
/// and after 9999.
pub fn parse_epoch(number: f64) -> Option<(Timestamp, EpochUnit)> {
    let (scale, micros) = match number {
        it if it.is_nan() || it < 0.0 => return None,
        it if it < 1e11 => (EpochUnit::Seconds, it * 1e6),
        it if it < 1e14 => (EpochUnit::Milliseconds, it * 1e3),
        it if it < 1e17 => (EpochUnit::Microseconds, it),
        it => (EpochUnit::Nanoseconds, it / 1e3),
    };
    // 9999-12-31T00:00:00Z in microseconds.
    (micros < 2.534_022_144e17).then(|| (Timestamp::from_micros(micros.round() as i64), scale))
}

/// Milliseconds since 1970, as asv and GitHub's action count them.
pub fn epoch_millis(number: f64) -> Option<Timestamp> {
    parse_epoch(number).map(|_| Timestamp::from_micros((number * 1e3).round() as i64))
}

/// Times as people and tools write them beside RFC 3339; with an offset, then without (UTC).
const WITH_OFFSET: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S%.f %z", "%Y.%m.%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S %z", "%Y%m%dT%H%M%S%z"];
const WITHOUT_OFFSET: [&str; 8] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%dT%H%M%S",
    "%Y-%m-%dT%H:%M",
    "%Y%m%d%H%M%S",
];
const DATE_ONLY: [&str; 3] = ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d"];

/// A time in text: RFC 3339, the forms above, or a number since 1970 (whose scale is told too).
pub fn parse_time(text: &str) -> Option<(Timestamp, Option<EpochUnit>)> {
    let text = text.trim();
    if let Ok(time) = Timestamp::parse(text) {
        return Some((time, None));
    }
    if let Ok(number) = text.parse::<f64>() {
        // Fourteen digits that are a date are no number: 20240131120000.
        let date = text.len() == 14 && text.starts_with("20");
        if let Some((time, scale)) = parse_epoch(number).filter(|_| !date) {
            return Some((time, Some(scale)));
        }
    }
    let micros = |time: jiff::Timestamp| (Timestamp::from_micros(time.as_microsecond()), None);
    let utc = |time: civil::DateTime| jiff::tz::Offset::UTC.to_timestamp(time).ok();
    let parse = |form: &&str| strtime::parse(form, text).ok();
    WITH_OFFSET
        .iter()
        .filter_map(parse)
        .find_map(|it| it.to_timestamp().ok())
        .or_else(|| {
            WITHOUT_OFFSET.iter().filter_map(parse).find_map(|it| utc(it.to_datetime().ok()?))
        })
        .or_else(|| {
            let midnight = |day: civil::Date| utc(day.to_datetime(civil::Time::midnight()));
            DATE_ONLY.iter().filter_map(parse).find_map(|it| midnight(it.to_date().ok()?))
        })
        .map(micros)
}

/// A unit without what it counts one of: `ns/iter` and `ns/op` are nanoseconds.
pub fn plain_unit(unit_text: &str) -> &str {
    let told = unit_text.trim();
    let plain = ["/iter", "/op", "/iteration", "/run", "/call"]
        .iter()
        .find_map(|end| told.strip_suffix(end))
        .filter(|plain| ["ns", "B"].contains(&Unit::parse(plain).0.as_str()));
    plain.unwrap_or(if told == "allocs/op" { "count" } else { told })
}

/// The metric that a unit alone tells of; none where it may be anything.
pub fn metric_named_by_unit(unit_text: &str) -> Option<&'static str> {
    match Unit::parse(plain_unit(unit_text)).0.as_str() {
        "ns" => Some(TIME_METRIC),
        "B" => Some(MEMORY),
        "B/s" => Some(BANDWIDTH),
        "ops/s" | "req/s" | "iter/sec" | "iter/s" => Some(THROUGHPUT),
        "count" if unit_text.trim() == "allocs/op" => Some(ALLOCATIONS),
        _ => None,
    }
}

/// A name as a metric's: lower case, words joined by `_`.
pub fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for word in name.split(|c: char| !(c.is_alphanumeric() || c == '%')).filter(|it| !it.is_empty())
    {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(&word.to_lowercase());
    }
    out
}

/// Go's name of the processors behind a benchmark's name (`-8`), as a parameter or field.
pub const GOMAXPROCS: &str = "gomaxprocs";

/// A name of Go's, as `ingest` names it: `BenchmarkX/size=10/y/20-8` is test `X/y` with parameters
/// `size` and `gomaxprocs`, and `n` of 20.
pub fn apply_go_name(mut entry: BenchmarkEntry, name: &str) -> BenchmarkEntry {
    let (name, procs) = match name.rsplit_once('-') {
        Some((name, procs)) if procs.parse::<u16>().is_ok() && !name.is_empty() => {
            (name, Some(procs))
        }
        _ => (name, None),
    };
    let plain = name.strip_prefix("Benchmark").filter(|it| !it.is_empty()).unwrap_or(name);
    let mut test: Vec<&str> = Vec::new();
    for part in plain.split('/') {
        match part.split_once('=') {
            Some((key, value)) if !test.is_empty() && !key.is_empty() && !value.is_empty() => {
                entry = entry.param(key, value);
            }
            _ => test.push(part),
        }
    }
    if let Some(size) = test.last().filter(|_| test.len() > 1 && entry.n.is_none())
        && size.bytes().all(|byte| byte.is_ascii_digit())
    {
        entry = entry.param("n", *size);
        test.truncate(test.len() - usize::from(entry.n.is_some()));
    }
    entry.test = test.join("/");
    match procs {
        Some(procs) => entry.param(GOMAXPROCS, procs),
        None => entry,
    }
}

/// A count as a field: whole where it is whole.
pub fn count_value(number: f64) -> Value {
    // 2^53: up to here every whole number has its own f64.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// Units in which each series was told: told once where there are two of one kind.
#[derive(Default)]
pub struct UnitUsage {
    by_series: BTreeMap<(String, String), BTreeSet<String>>,
}

impl UnitUsage {
    pub fn record(&mut self, entry: &BenchmarkEntry) {
        for metric in &entry.metrics {
            let unit = metric.unit.as_deref().unwrap_or_default();
            let key = (format!("{}/{}", entry.suite, entry.name), metric.metric.to_string());
            let units = self.by_series.entry(key).or_default();
            if !units.contains(unit) {
                units.insert(unit.to_owned());
            }
        }
    }

    /// Tells which series came in several units.
    pub fn remark_mixed_units(&self, sink: &mut EntrySink<'_>) {
        let mixed: Vec<_> = self.by_series.iter().filter(|(_, units)| units.len() > 1).collect();
        let Some((((name, metric), units), more)) =
            mixed.split_first().map(|(first, more)| (*first, more.len()))
        else {
            return;
        };
        let units: Vec<&str> = units.iter().map(String::as_str).collect();
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        sink.remark(format!(
            "`{}` {metric} is told in {}{more}: values are compared in one unit",
            shorten(name, 80),
            units.join(" and ")
        ));
    }
}

/// Names of one run: the second of a name is a repeat of the first, and is marked as one, so that
/// two with the same value stay two.
#[derive(Default)]
pub struct RepeatMarker {
    counts: BTreeMap<String, u64>,
}

impl RepeatMarker {
    pub fn mark(&mut self, entry: BenchmarkEntry) -> BenchmarkEntry {
        let params = format!("{:?}", (&entry.params, entry.n));
        let name = format!("{}\u{0}{}\u{0}{params}", entry.suite, entry.name);
        let count = self.counts.entry(name).or_default();
        *count += 1;
        if *count > 1 { entry.field("repeat", *count) } else { entry }
    }

    /// How many were repeats.
    pub fn repeats(&self) -> u64 {
        self.counts.values().map(|count| count - 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        parse_time(text).map_or_else(|| "none".to_owned(), |(time, _)| time.to_string())
    }

    #[test]
    fn times_are_read_in_every_form_that_histories_use() {
        for (text, utc) in [
            ("2024.01.01 3:00:00 +0100", "2024-01-01T02:00:00Z"),
            ("2025-09-26 05:17:38.5 -0330", "2025-09-26T08:47:38.5Z"),
            ("2025-09-26 05:17:38", "2025-09-26T05:17:38Z"),
            ("2025-09-26T05:17:38+02:00", "2025-09-26T03:17:38Z"),
            ("2025-09-26", "2025-09-26T00:00:00Z"),
            ("20200101T030626", "2020-01-01T03:06:26Z"),
            ("1609466400", "2021-01-01T02:00:00Z"),
            ("1589853026261", "2020-05-19T01:50:26.261Z"),
            ("1589853026261000", "2020-05-19T01:50:26.261Z"),
            ("1589853026.25", "2020-05-19T01:50:26.25Z"),
        ] {
            assert_eq!(read(text), utc, "{text}");
        }
        for text in ["", "soon", "-1", "NaN", "inf", "1e300", "99.99.2024"] {
            assert_eq!(read(text), "none", "{text}");
        }
    }

    #[test]
    fn a_unit_tells_its_metric() {
        assert_eq!(
            (plain_unit("ns/iter"), metric_named_by_unit("ns/iter")),
            ("ns", Some(TIME_METRIC))
        );
        assert_eq!((plain_unit("B/op"), metric_named_by_unit("B/op")), ("B", Some(MEMORY)));
        assert_eq!(metric_named_by_unit("allocs/op"), Some(ALLOCATIONS));
        assert_eq!(metric_named_by_unit("MB/s"), Some(BANDWIDTH));
        assert_eq!(
            (plain_unit("auxMetricUnits"), metric_named_by_unit("auxMetricUnits")),
            ("auxMetricUnits", None)
        );
    }

    #[test]
    fn a_go_name_holds_parameters() {
        let entry = apply_go_name(BenchmarkEntry::named("x"), "BenchmarkX/size=10/y/20-8");
        assert_eq!((&*entry.test, entry.n), ("X/y", Some(20)));
        let params: Vec<_> = entry.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(params, ["gomaxprocs=8", "size=10"]);
        assert_eq!(apply_go_name(BenchmarkEntry::named("x"), "Benchmark_a-y").test, "_a-y");
        assert_eq!(apply_go_name(BenchmarkEntry::named("x"), "Benchmark").test, "Benchmark");
    }

    proptest::proptest! {
        #[test]
        fn no_time_makes_it_panic(text in "[-+0-9.:TZ ]{0,30}.{0,3}", number: f64) {
            let _ = (parse_time(&text), parse_epoch(number), epoch_millis(number));
        }
    }
}
