//! Which way is better: what a tool states, else what the name and the unit of a metric tell.
//!
//! [`metrics`](crate::record::metrics) is the one table for every way into a history. What it has
//! neither by name nor by unit is [`Direction::Unknown`]: drawn and compared, but never called
//! better or worse.
//!
//! ```text
//! errors/s          a bad word                         lower
//! p99 in ms         a time                             lower
//! utime             ends as a time                     lower
//! maxrss            ends as a size                     lower
//! memory_available  more is left                       higher
//! cache_hit_rate    a good word                        higher
//! rows/s            a rate                             higher
//! cycles            a cost                             lower
//! tokens            nothing tells                      unknown
//! ```

use crate::record::metrics::{WordMeaning, meaning_of, metric_named, words_of};
use crate::record::{Direction, Unit};

impl Direction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a change, signed as the value moved, is one for the worse.
    pub fn is_worse(self, change: f64) -> bool {
        match self {
            Self::Lower => change > 0.0,
            Self::Higher => change < 0.0,
            Self::Unknown => false,
        }
    }

    /// The direction of a metric that does not say its own.
    pub fn of_metric(metric: &str, unit: &Unit) -> Self {
        let (name, unit) = (words_of(metric), unit.as_str());
        match metric_named(metric).map(|row| row.direction) {
            // A `throughput` in `errors/s`, a `score` in `ms` and a `memory` in `GB/s` are not what
            // their names say.
            Some(Self::Lower) if !is_rate(unit) => return Self::Lower,
            Some(Self::Higher) if !counts_bad(unit) && !is_amount(unit) => return Self::Higher,
            _ => {}
        }
        let meaning = name.iter().filter_map(|word| meaning_of(word)).min();
        match meaning {
            _ if counts_bad(unit) => Self::Lower,
            Some(WordMeaning::Bad | WordMeaning::LeftOver) => direction(meaning),
            // Before good words: a `time_to_success` is a time.
            _ if is_amount(unit) => Self::Lower,
            Some(WordMeaning::Time | WordMeaning::Good) => direction(meaning),
            _ if is_rate_name(metric, &name) => Self::Higher,
            _ => match Self::of_unit(unit) {
                Self::Unknown => direction(meaning),
                known => known,
            },
        }
    }

    /// The direction of a value of which only the unit is clear.
    fn of_unit(unit: &str) -> Self {
        match () {
            () if counts_bad(unit) || is_amount(unit) => Self::Lower,
            () if is_rate(unit) => Self::Higher,
            () if unit == "count" => Self::Lower,
            () => Self::Unknown,
        }
    }
}

fn direction(meaning: Option<WordMeaning>) -> Direction {
    meaning.map_or(Direction::Unknown, WordMeaning::direction)
}

/// Whether a unit counts what is bad: `errors/s`.
fn counts_bad(unit: &str) -> bool {
    words_of(unit).iter().any(|word| meaning_of(word) == Some(WordMeaning::Bad))
}

/// Whether a unit is of time or memory.
fn is_amount(unit: &str) -> bool {
    matches!(unit, "ns" | "B") || is_amount_per_unit(unit)
}

/// What is counted in a rate that is called one: `request_rate`.
const RATED: [&str; 22] = [
    "request",
    "requests",
    "req",
    "message",
    "messages",
    "msg",
    "row",
    "rows",
    "event",
    "events",
    "query",
    "queries",
    "transaction",
    "transactions",
    "frame",
    "frames",
    "transfer",
    "write",
    "read",
    "insert",
    "operation",
    "op",
];
/// Units of a rate that do not name the second: frames, requests, queries, bits, operations.
const SHORT_RATES: [&str; 15] = [
    "fps", "rps", "qps", "tps", "pps", "bps", "kbps", "mbps", "gbps", "iops", "kiops", "mips",
    "hz", "ops", "cps",
];
/// What stands behind the `/` of a rate.
const PER_TIME: [&str; 17] = [
    "s", "sec", "secs", "second", "seconds", "ms", "us", "µs", "μs", "ns", "min", "minute",
    "minutes", "h", "hour", "hours", "day",
];

/// The direction of a rate: more in the same time is better, unless it counts what is bad
/// (`errors/s`). None for a unit that is no rate.
pub fn direction_of_unit(unit: &str) -> Option<Direction> {
    is_rate(unit).then(|| if counts_bad(unit) { Direction::Lower } else { Direction::Higher })
}

/// Whether a unit counts something in a span of time: `req/s`, `events/second`, `fps`, `GB/s`.
pub fn is_rate(unit: &str) -> bool {
    let lower = unit.trim().to_lowercase();
    let parts = lower.rsplit_once('/').or_else(|| lower.rsplit_once(" per "));
    match parts {
        Some((counted, span)) => !counted.is_empty() && PER_TIME.contains(&span.trim()),
        None => {
            let flops = ["flops", "flopss", "pointss", "hz"].iter().any(|end| lower.ends_with(end));
            flops || SHORT_RATES.contains(&lower.as_str()) || lower.ends_with("_per_second")
        }
    }
}

/// Whether a unit is time or memory for each of something: `ns/row`, `B/request`, `ms per query`.
pub(crate) fn is_amount_per_unit(unit: &str) -> bool {
    let parts = unit.split_once('/').or_else(|| unit.split_once(" per "));
    parts.is_some_and(|(amount, span)| {
        let base = Unit::parse(amount.trim()).0;
        matches!(base.as_str(), "ns" | "B") && !PER_TIME.contains(&span.trim())
    })
}

/// Whether a name says that it is a rate: `rows_per_second`, `request_rate`.
fn is_rate_name(name: &str, words: &[String]) -> bool {
    let per_time = words.windows(2).any(|pair| pair[0] == "per" && PER_TIME.contains(&&*pair[1]));
    let called = match words {
        [.., counted, rate] => rate == "rate" && RATED.contains(&counted.as_str()),
        _ => false,
    };
    per_time || called || is_rate(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(metric: &str, unit: &str) -> Direction {
        Direction::of_metric(metric, &Unit::parse(unit).0)
    }

    #[test]
    fn rates_are_better_when_higher() {
        for unit in [
            "req/sec",
            "events/second",
            "pure_ops/sec",
            "widgets/s",
            "MB/ms",
            "pages/minute",
            "fps",
            "Mbps",
            "GFLOPS",
            "kHz",
            "rows per second",
        ] {
            assert_eq!(direction_of_unit(unit), Some(Direction::Higher), "{unit}");
            assert_eq!(of("value", unit), Direction::Higher, "{unit}");
        }
        for unit in ["ns/op", "ps", "steps", "B/op", "Percent", "", "/s", "ns"] {
            assert_eq!(direction_of_unit(unit), None, "{unit}");
        }
        assert_eq!(direction_of_unit("errors/s"), Some(Direction::Lower));
    }

    #[test]
    fn names_tell_by_their_words_and_a_bad_word_counts_most() {
        for (metric, unit) in [
            ("case_success_rate", ""),
            ("cacheHitRate", "%"),
            ("hit_rate", "%"),
            ("frames_per_second", ""),
            ("rows_per_minute", ""),
            ("request_rate", ""),
            ("checks", "count"),
            ("fps", ""),
            ("throughput", "widgets"),
            ("cpu_idle", "%"),
            ("memory_available", "B"),
            ("uptime", "s"),
            ("score", ""),
            ("accuracy", "%"),
            ("read speed", ""),
            ("memory", "GB/s"),
            ("success_rate", "%"),
            ("availability", "%"),
            ("coverage", "%"),
            ("hit_ratio", "%"),
            ("iops", ""),
            ("read_iops", ""),
            ("frame_rate", ""),
            ("requests_per_second", ""),
            ("ops_per_sec", ""),
            ("tps", ""),
            ("gc_throughput", "%"),
            ("ipc", ""),
        ] {
            assert_eq!(of(metric, unit), Direction::Higher, "{metric} in {unit}");
        }
        for (metric, unit) in [
            ("utime", ""),
            ("baseline_stime", ""),
            ("maxrss", ""),
            ("baseline_maxrss", ""),
            ("http_req_failed", ""),
            ("error_rate", "%"),
            ("errors_per_second", ""),
            ("cache_misses", "count"),
            ("failed_checks", "count"),
            ("packet loss", "%"),
            ("time_to_success", "ms"),
            ("value", "ns"),
            ("value", "ms/op"),
            ("value", "us/row"),
            ("value", "MB"),
            ("hits", "misses/s"),
            ("instructions", ""),
            ("cpu_usage", "%"),
            ("p99_latency", ""),
            ("allocations", "count"),
            ("error_rate", "err/s"),
            ("page_faults", "faults/s"),
            ("cache", "misses/s"),
            ("gc", "gc/s"),
            ("context_switches", "switches/s"),
            ("throughput", "errors/s"),
            ("score", "ms"),
            ("load_time", ""),
            ("first_contentful_paint", "ms"),
            ("LCP", ""),
            ("cls", ""),
            ("home_inp", ""),
            ("speedIndex", ""),
            ("frame_time", "ms"),
            ("gpu_utilization", "%"),
            ("branch_misses", ""),
            ("bundle_size", "kB"),
            ("energy", "J"),
            ("l1_hits", "count"),
            ("packet_loss", "%"),
        ] {
            assert_eq!(of(metric, unit), Direction::Lower, "{metric} in {unit}");
        }
        for (metric, unit) in [("tokens", ""), ("value", "parrots"), ("ratio", "%"), ("", "")] {
            assert_eq!(of(metric, unit), Direction::Unknown, "{metric} in {unit}");
        }
    }

    #[test]
    fn an_unknown_direction_is_never_worse() {
        assert!(Direction::Lower.is_worse(0.1) && Direction::Higher.is_worse(-0.1));
        assert!(!Direction::Unknown.is_worse(0.1) && !Direction::Unknown.is_worse(-0.1));
    }
}
