//! Which way is better, where only a name or a unit tells.

use model::record::Direction;

/// Words of names whose growth is bad, whatever they are counted in.
const BAD: [&str; 15] = [
    "error", "errors", "failure", "failures", "failed", "fail", "fails", "miss", "misses", "drops",
    "dropped", "timeouts", "retries", "rejected", "lost",
];
/// Words of names whose growth is good.
const GOOD: [&str; 14] = [
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
    "availability",
    "throughput",
    "checks",
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

/// The direction of a name such as `case_success_rate`, `errors` or `frames_per_second`; none
/// where no word tells. A bad word counts more than a good one: `failed_checks` are failures.
pub(crate) fn of_name(name: &str) -> Option<Direction> {
    let snaked = super::name::snake_case(name);
    let has = |words: &[&str]| snaked.split('_').any(|word| words.contains(&word));
    let rate =
        ["per_second", "per_sec", "per_s", "per_minute"].iter().any(|it| snaked.contains(it));
    match () {
        () if has(&BAD) => Some(Direction::Lower),
        () if has(&GOOD) || rate || has(&SHORT_RATES) => Some(Direction::Higher),
        () => None,
    }
}

/// The direction of a unit: more in the same time is better, unless it counts what is bad
/// (`errors/s`). None for a unit that is no rate.
pub(crate) fn of_unit(unit: &str) -> Option<Direction> {
    if !is_rate(unit) {
        return None;
    }
    Some(if of_name(unit) == Some(Direction::Lower) { Direction::Lower } else { Direction::Higher })
}

/// Whether a unit counts something in a span of time: `req/s`, `events/second`, `fps`, `GB/s`.
pub(crate) fn is_rate(unit: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(of_unit(unit), Some(Direction::Higher), "{unit}");
        }
        for unit in ["ns/op", "ps", "steps", "B/op", "Percent", "", "/s", "ns"] {
            assert_eq!(of_unit(unit), None, "{unit}");
        }
        assert_eq!(of_unit("errors/s"), Some(Direction::Lower));
    }

    #[test]
    fn names_tell_by_their_words() {
        for name in ["case_success_rate", "cacheHitRate", "frames_per_second", "checks", "fps"] {
            assert_eq!(of_name(name), Some(Direction::Higher), "{name}");
        }
        for name in ["http_req_failed", "errors", "cache_misses", "failed_checks"] {
            assert_eq!(of_name(name), Some(Direction::Lower), "{name}");
        }
        assert_eq!((of_name("latency"), of_name("token_use"), of_name("")), (None, None, None));
    }
}
