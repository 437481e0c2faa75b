//! Units: their scales, and one spelling for those that people spell in several ways.
//!
//! `Percent` and `%`, `requests/sec` and `req/s`, `Ms` and `ms` are one unit: a benchmark whose
//! tool was updated stays one series. An unknown unit is kept as it is; it only has no scale.

use std::borrow::Cow;

use crate::record::Unit;
use crate::record::metrics::metric_named;

/// Name as written → base unit, factor. Decimal prefixes for `kB`, binary ones for `KiB`.
pub const UNITS: &[(&str, &str, f64)] = &[
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
    ("TB", "B", 1e12),
    ("TiB", "B", 1_099_511_627_776.0),
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
    ("req/min", "req/s", 1.0 / 60.0),
    ("kreq/s", "req/s", 1e3),
    ("Mreq/s", "req/s", 1e6),
    ("queries/s", "queries/s", 1.0),
    ("kqueries/s", "queries/s", 1e3),
    ("msgs/s", "msgs/s", 1.0),
    ("kmsgs/s", "msgs/s", 1e3),
    ("Mmsgs/s", "msgs/s", 1e6),
    ("rows/s", "rows/s", 1.0),
    ("krows/s", "rows/s", 1e3),
    ("Mrows/s", "rows/s", 1e6),
    ("events/s", "events/s", 1.0),
    ("kevents/s", "events/s", 1e3),
    ("fps", "fps", 1.0),
    ("frames/s", "fps", 1.0),
    ("iops", "iops", 1.0),
    ("kiops", "iops", 1e3),
    ("FLOPS", "FLOPS", 1.0),
    ("MFLOPS", "FLOPS", 1e6),
    ("GFLOPS", "FLOPS", 1e9),
    ("TFLOPS", "FLOPS", 1e12),
    ("bit/s", "bit/s", 1.0),
    ("kbit/s", "bit/s", 1e3),
    ("Mbit/s", "bit/s", 1e6),
    ("Gbit/s", "bit/s", 1e9),
    ("kbps", "bit/s", 1e3),
    ("Kbps", "bit/s", 1e3),
    ("Mbps", "bit/s", 1e6),
    ("Gbps", "bit/s", 1e9),
    ("B/s", "B/s", 1.0),
    ("kB/s", "B/s", 1e3),
    ("KB/s", "B/s", 1e3),
    ("MB/s", "B/s", 1e6),
    ("MBps", "B/s", 1e6),
    ("GBps", "B/s", 1e9),
    ("TB/s", "B/s", 1e12),
    ("GB/s", "B/s", 1e9),
    ("KiB/s", "B/s", 1024.0),
    ("MiB/s", "B/s", 1_048_576.0),
    ("GiB/s", "B/s", 1_073_741_824.0),
    ("Hz", "Hz", 1.0),
    ("kHz", "Hz", 1e3),
    ("MHz", "Hz", 1e6),
    ("GHz", "Hz", 1e9),
    ("%", "%", 1.0),
    ("count", "count", 1.0),
    ("counts", "count", 1.0),
    ("allocs/op", "count", 1.0),
    ("cycles", "cycles", 1.0),
    ("instructions", "instructions", 1.0),
    ("pJ", "J", 1e-12),
    ("nJ", "J", 1e-9),
    ("µJ", "J", 1e-6),
    ("uJ", "J", 1e-6),
    ("mJ", "J", 1e-3),
    ("J", "J", 1.0),
    ("kJ", "J", 1e3),
    ("Wh", "J", 3.6e3),
    ("kWh", "J", 3.6e6),
    ("mW", "W", 1e-3),
    ("W", "W", 1.0),
    ("kW", "W", 1e3),
    ("°C", "°C", 1.0),
    ("dB", "dB", 1.0),
];

/// Units in words or capitals, in lower case, and how they are written here.
const SPELLINGS: [(&str, &str); 47] = [
    ("percent", "%"),
    ("pct", "%"),
    ("percentage", "%"),
    ("nanosecond", "ns"),
    ("nanoseconds", "ns"),
    ("nanos", "ns"),
    ("ns", "ns"),
    ("microsecond", "us"),
    ("microseconds", "us"),
    ("us", "us"),
    ("µs", "us"),
    ("μs", "us"),
    ("usecs", "us"),
    ("millisecond", "ms"),
    ("milliseconds", "ms"),
    ("millis", "ms"),
    ("ms", "ms"),
    ("msecs", "ms"),
    ("second", "s"),
    ("seconds", "s"),
    ("secs", "s"),
    ("sec", "s"),
    ("minute", "min"),
    ("minutes", "min"),
    ("byte", "B"),
    ("bytes", "B"),
    ("kilobyte", "KB"),
    ("kilobytes", "KB"),
    ("megabyte", "MB"),
    ("megabytes", "MB"),
    ("gigabyte", "GB"),
    ("gigabytes", "GB"),
    ("hertz", "Hz"),
    ("hz", "Hz"),
    ("khz", "kHz"),
    ("mhz", "MHz"),
    ("ghz", "GHz"),
    ("rps", "req/s"),
    ("krps", "kreq/s"),
    ("qps", "queries/s"),
    ("kqps", "kqueries/s"),
    ("fps", "fps"),
    ("iops", "iops"),
    ("kiops", "kiops"),
    ("gflops", "GFLOPS"),
    ("allocations", "count"),
    ("allocs", "count"),
];
/// What rates count, in lower case, and how it is written here.
const COUNTED: [(&str, &str); 38] = [
    ("request", "req"),
    ("requests", "req"),
    ("reqs", "req"),
    ("req", "req"),
    ("operation", "ops"),
    ("operations", "ops"),
    ("op", "ops"),
    ("ops", "ops"),
    ("iteration", "ops"),
    ("iterations", "ops"),
    ("iter", "ops"),
    ("iters", "ops"),
    ("kops", "kops"),
    ("k ops", "kops"),
    ("mops", "Mops"),
    ("m ops", "Mops"),
    ("byte", "B"),
    ("bytes", "B"),
    ("kb", "kB"),
    ("transaction", "ops"),
    ("transactions", "ops"),
    ("txn", "ops"),
    ("txns", "ops"),
    ("query", "queries"),
    ("queries", "queries"),
    ("message", "msgs"),
    ("messages", "msgs"),
    ("msg", "msgs"),
    ("msgs", "msgs"),
    ("row", "rows"),
    ("rows", "rows"),
    ("event", "events"),
    ("events", "events"),
    ("frame", "frames"),
    ("frames", "frames"),
    ("kreqs", "kreq"),
    ("kmsg", "kmsgs"),
    ("bits", "bit"),
];
/// What one of is counted: `ns/iter` and `ns/op` are nanoseconds.
pub const PER_OPERATION: [&str; 7] =
    ["/iter", "/op", "/iteration", "/operation", "/run", "/call", "/round"];

/// Last words of the names of metrics, and the units that they are. No `s`: `widgets_s` are widgets
/// a second.
const UNIT_ENDINGS: [(&str, &str); 12] = [
    ("ns", "ns"),
    ("us", "us"),
    ("ms", "ms"),
    ("sec", "s"),
    ("secs", "s"),
    ("seconds", "s"),
    ("bytes", "B"),
    ("kb", "kB"),
    ("mb", "MB"),
    ("kib", "KiB"),
    ("mib", "MiB"),
    ("percent", "%"),
];

impl Unit {
    /// The base unit of a unit's name in any spelling, and the factor that takes a value there.
    pub fn parse(name: &str) -> (Self, f64) {
        let scaled = |name: &str| UNITS.iter().find(|(written, _, _)| *written == name);
        let unit =
            |&(_, base, factor): &(&str, &'static str, f64)| (Self(Cow::Borrowed(base)), factor);
        if let Some(known) = scaled(name) {
            return unit(known);
        }
        let spelled = Self::canonical(name);
        if let Some(known) = scaled(&spelled) {
            return unit(known);
        }
        // `ns/iter`: what one of is counted is the benchmark's own matter.
        let plain = PER_OPERATION.iter().find_map(|end| spelled.strip_suffix(end));
        let plain = plain.and_then(|plain| scaled(&Self::canonical(plain)).map(unit));
        match plain.filter(|(base, _)| matches!(base.as_str(), "ns" | "B")) {
            Some(known) => known,
            // Unknown units are kept: `parrots` is a fine unit, it only has no scale.
            None => (Self(Cow::Owned(spelled.into_owned())), 1.0),
        }
    }

    /// A unit in the spelling that records are written with. One that has a scale stays as it is,
    /// so that an imported history shows its source's own digits.
    pub fn canonical(unit: &str) -> Cow<'_, str> {
        let unit = unit.trim();
        if Self::is_known(unit) {
            return Cow::Borrowed(unit);
        }
        let lower = unit.to_lowercase();
        let spelled = |table: &[(&str, &'static str)], text: &str| {
            table.iter().find(|(written, _)| *written == text).map(|(_, ours)| *ours)
        };
        if let Some(ours) = spelled(&SPELLINGS, &lower) {
            return Cow::Borrowed(ours);
        }
        let parts = unit.rsplit_once('/').or_else(|| unit.rsplit_once(" per "));
        let Some((counted, span)) = parts else { return Cow::Borrowed(unit) };
        let (counted, span) = (counted.trim(), span.trim().to_lowercase());
        let span = match span.as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => "s",
            "min" | "minute" | "minutes" => "min",
            "h" | "hour" | "hours" => "h",
            _ => return Cow::Borrowed(unit),
        };
        let ours = spelled(&COUNTED, &counted.to_lowercase()).unwrap_or(counted);
        Cow::Owned(format!("{ours}/{span}"))
    }

    /// Whether this program knows the scale of a unit of this name.
    pub fn is_known(name: &str) -> bool {
        UNITS.iter().any(|(written, _, _)| *written == name)
    }

    /// The base unit of a metric that does not say its own.
    pub fn of_metric(metric: &str) -> Self {
        Self::parse(Self::name_of_metric(metric)).0
    }

    /// The name of the unit of a metric that does not say its own: that of a known metric, or the
    /// one that the metric's name ends with (`p99_ms`, `heap_bytes`); empty where nothing tells.
    pub fn name_of_metric(metric: &str) -> &'static str {
        let row = metric_named(metric).filter(|row| !row.unit.is_empty());
        row.map_or_else(
            || {
                let last = metric.rsplit_once('_').map_or("", |(_, last)| last);
                UNIT_ENDINGS.iter().find(|(end, _)| *end == last).map_or("", |(_, unit)| unit)
            },
            |row| row.unit,
        )
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a value of zero measures nothing. Work takes time: a time of zero is below the
    /// resolution of the timer, or the work was not done. Zero bytes, counts and rates are
    /// possible: a program may allocate nothing, and a stuck server serves nothing a second.
    pub(crate) fn forbids_zero(&self) -> bool {
        &*self.0 == "ns"
    }

    /// Whether a value below zero makes no sense: durations, sizes, rates and counts.
    pub(crate) fn forbids_negative(&self) -> bool {
        matches!(&*self.0, "ns" | "B" | "count") || self.0.ends_with("/s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str) -> (String, f64) {
        let (unit, factor) = Unit::parse(name);
        (unit.as_str().to_owned(), factor)
    }

    #[test]
    fn spellings_of_a_unit_are_one_unit() {
        for (base, factor, names) in [
            ("ns", 1e3, &["us", "µs", "μs", "usec", "Microseconds", "us/iter", "us/op"][..]),
            ("ns", 1e6, &["ms", "Ms", "MS", "milliseconds", "ms/round"]),
            ("%", 1.0, &["%", "Percent", "pct"]),
            ("req/s", 1.0, &["req/s", "requests/sec", "Requests per second", "RPS", "reqs/s"]),
            ("req/s", 1e3, &["kreq/s", "kRPS"]),
            ("ops/s", 1.0, &["ops/sec", "iter/s", "tps", "transactions/second", "op/s"]),
            ("msgs/s", 1.0, &["messages/s", "msg/sec", "msgs per second"]),
            ("rows/s", 1.0, &["row/s", "rows/second"]),
            ("queries/s", 1.0, &["qps", "QPS", "query/s"]),
            ("fps", 1.0, &["FPS", "frames/s", "frames per second"]),
            ("iops", 1.0, &["IOPS", "iops"]),
            ("Hz", 1e3, &["kHz", "KHz", "khz"]),
            ("B/s", 1e6, &["MB/s", "MB/sec", "MBps"]),
            ("bit/s", 1e6, &["Mbps", "Mbit/s"]),
            ("B", 1e3, &["kB", "KB", "Kilobytes", "kilobyte"]),
        ] {
            for name in names {
                assert_eq!(parsed(name), (base.to_owned(), factor), "{name}");
            }
        }
        assert_eq!(parsed("parrots"), ("parrots".to_owned(), 1.0));
        assert_eq!(parsed("widgets/sec"), ("widgets/s".to_owned(), 1.0));
        assert_eq!(parsed(""), (String::new(), 1.0));
    }

    #[test]
    fn a_name_may_end_with_its_unit() {
        let of = |metric: &str| {
            let (unit, factor) = Unit::parse(Unit::name_of_metric(metric));
            (unit.as_str().to_owned(), factor)
        };
        assert_eq!(of("time"), ("ns".to_owned(), 1.0));
        assert_eq!(of("p99_ms"), ("ns".to_owned(), 1e6));
        assert_eq!(of("heap_bytes"), ("B".to_owned(), 1.0));
        assert_eq!(of("cpu_percent"), ("%".to_owned(), 1.0));
        assert_eq!(of("widgets_s"), (String::new(), 1.0));
        assert_eq!(of("ms"), (String::new(), 1.0));
    }

    proptest::proptest! {
        #[test]
        fn a_spelling_stays_what_it_is(unit in "[a-zA-Z%µ /]{0,14}") {
            let once = Unit::canonical(&unit).into_owned();
            proptest::prop_assert_eq!(&Unit::canonical(&once), &once);
            proptest::prop_assert_eq!(Unit::parse(&once), Unit::parse(&unit));
        }
    }
}
