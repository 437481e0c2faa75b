//! Which way is better: what a tool states, else what the name and the unit of a metric tell.
//!
//! The words below are the one table for every way into a history. What matches none of them is
//! [`Direction::Unknown`]: drawn and compared, but never called better or worse.
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
        let (name, unit) = (words(metric), unit.as_str());
        let has = |all: &[&str]| name.iter().any(|word| all.contains(&word.as_str()));
        let ends = |all: &[&str]| name.iter().any(|word| all.iter().any(|it| word.ends_with(it)));
        let counted = words(unit);
        let is_bad = has(&BAD) || counted.iter().any(|word| BAD.contains(&word.as_str()));
        if is_bad {
            return Self::Lower;
        }
        let is_amount = matches!(unit, "ns" | "B") || is_amount_per_unit(unit);
        match () {
            () if has(&LEFT_OVER) => Self::Higher,
            // Before good words: a `time_to_success` is a time.
            () if is_amount || has(&TIMES) || ends(&TIME_ENDS) => Self::Lower,
            () if has(&GOOD) || is_rate_name(metric, &name) || is_rate(unit) => Self::Higher,
            () if unit == "count" || has(&COST) || ends(&COST_ENDS) => Self::Lower,
            () => Self::Unknown,
        }
    }
}

/// Words of names whose growth is bad, whatever they are counted in.
const BAD: [&str; 26] = [
    "error",
    "errors",
    "failure",
    "failures",
    "failed",
    "fail",
    "fails",
    "miss",
    "misses",
    "drop",
    "drops",
    "dropped",
    "timeout",
    "timeouts",
    "retry",
    "retries",
    "rejected",
    "lost",
    "loss",
    "faults",
    "conflicts",
    "collisions",
    "evictions",
    "crashes",
    "aborts",
    "stalls",
];
/// Words of amounts of which more is better: what is left, or how long it ran.
const LEFT_OVER: [&str; 5] = ["available", "free", "idle", "uptime", "remaining"];
/// Words of names that are a time.
const TIMES: [&str; 11] = [
    "time",
    "times",
    "latency",
    "latencies",
    "duration",
    "durations",
    "elapsed",
    "delay",
    "wait",
    "pause",
    "lag",
];
/// Ends of words that are a time: `utime`, `walltime`. `uptime` is what is left over.
const TIME_ENDS: [&str; 1] = ["time"];
/// Words of names whose growth is good.
const GOOD: [&str; 33] = [
    "success",
    "successes",
    "succeeded",
    "successful",
    "hit",
    "hits",
    "pass",
    "passes",
    "passed",
    "ok",
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "availability",
    "throughput",
    "goodput",
    "bandwidth",
    "checks",
    "score",
    "scores",
    "speed",
    "speedup",
    "ops",
    "fps",
    "rps",
    "qps",
    "tps",
    "iops",
    "efficiency",
    "coverage",
    "quality",
];
/// Words of names that are a cost: sizes, counts, use of resources.
const COST: [&str; 42] = [
    "seconds",
    "millis",
    "overhead",
    "cost",
    "memory",
    "mem",
    "rss",
    "heap",
    "stack",
    "size",
    "sizes",
    "bytes",
    "allocs",
    "allocations",
    "instructions",
    "cycles",
    "cpu",
    "usage",
    "load",
    "gc",
    "count",
    "counts",
    "branches",
    "syscalls",
    "switches",
    "faulted",
    "jitter",
    "backlog",
    "depth",
    "queue",
    "energy",
    "power",
    "joules",
    "watts",
    "temperature",
    "regret",
    "mae",
    "rmse",
    "mse",
    "perplexity",
    "wer",
    "garbage",
];
/// Ends of words that are a cost: `maxrss`, `vmhwm`.
const COST_ENDS: [&str; 2] = ["rss", "hwm"];
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
    let is_bad = || words(unit).iter().any(|word| BAD.contains(&word.as_str()));
    is_rate(unit).then(|| if is_bad() { Direction::Lower } else { Direction::Higher })
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
fn is_amount_per_unit(unit: &str) -> bool {
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

/// The words of a name in lower case: `cacheHitRate`, `cache_hit_rate` and `Cache hit rate` have
/// the same.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in name.chars() {
        if c.is_alphanumeric() {
            let begins = last
                .is_none_or(|it| !it.is_alphanumeric() || (c.is_uppercase() && it.is_lowercase()));
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        last = Some(c);
    }
    words
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
