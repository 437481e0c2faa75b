//! What a unit measures: the metric that it stands for where a tool names none.

use std::borrow::Cow;

use crate::entry::{ALLOCATIONS, BANDWIDTH, MEMORY, THROUGHPUT};
use crate::parse::name;
use model::record::direction::is_rate;
use model::record::unit::PER_OPERATION;
use model::record::{TIME_METRIC, Unit};

/// A unit in the spelling that records are written with.
pub(crate) fn canonical(unit: &str) -> Cow<'_, str> {
    Unit::canonical(unit)
}

/// A unit in its canonical spelling, without what it counts one of, where it is time or bytes.
pub(crate) fn plain(unit: &str) -> Cow<'_, str> {
    let unit = canonical(unit);
    if *unit == *"allocs/op" {
        return Cow::Borrowed("count");
    }
    match per_operation(&unit) {
        Some(plain) => Cow::Owned(plain),
        None => unit,
    }
}

/// The unit of one operation's time or memory; none where the unit says something else.
fn per_operation(unit: &str) -> Option<String> {
    let plain = PER_OPERATION.iter().find_map(|end| unit.strip_suffix(end))?;
    let plain = canonical(plain);
    ["ns", "B"].contains(&Unit::parse(&plain).0.as_str()).then(|| plain.into_owned())
}

/// The metric that a value is where only its unit describes it, as in the custom formats. All
/// units that nothing is known of are one metric, `value`: the benchmark's name says what it is,
/// and a unit spelled another way is no other metric.
pub(crate) fn metric(unit: &str) -> &'static str {
    if unit.trim() == "allocs/op" {
        return ALLOCATIONS;
    }
    let per_operation = PER_OPERATION.iter().any(|end| unit.trim().ends_with(end));
    match Unit::parse(&plain(unit)).0.as_str() {
        "ns" => TIME_METRIC,
        "B/s" => BANDWIDTH,
        // Memory of an operation has a name of its own; other bytes may be a file's.
        "B" if per_operation => MEMORY,
        "B" => "size",
        "count" => "count",
        _ if is_rate(unit) => THROUGHPUT,
        _ => "value",
    }
}

/// The metric that a unit is where the unit is the metric's name, as in Go: one benchmark may
/// report `req/s`, `widgets/s` and `p99-ns` side by side, and each is a metric of its own.
pub(crate) fn named_metric(unit: &str) -> String {
    if let Some(known) = known_metric(unit) {
        return known.to_owned();
    }
    let spelled = canonical(unit);
    let what = PER_OPERATION.iter().find_map(|end| spelled.strip_suffix(end));
    match name::snake_case(what.unwrap_or(&spelled)) {
        empty if empty.is_empty() => "value".to_owned(),
        named => named,
    }
}

/// The metrics that Go's own units stand for.
fn known_metric(unit: &str) -> Option<&'static str> {
    let per_operation = per_operation(&canonical(unit));
    match (per_operation, Unit::parse(&canonical(unit)).0.as_str()) {
        _ if unit == "allocs/op" => Some(ALLOCATIONS),
        (Some(plain), _) if Unit::parse(&plain).0.as_str() == "B" => Some(MEMORY),
        (Some(_), _) => Some(TIME_METRIC),
        (None, "B/s") => Some(BANDWIDTH),
        (None, "B") => Some("size"),
        (None, "ops/s" | "req/s") => Some(THROUGHPUT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_has_one_spelling() {
        for (told, ours) in [
            ("Percent", "%"),
            ("%", "%"),
            ("Ms", "ms"),
            ("requests/sec", "req/s"),
            ("requests per second", "req/s"),
            ("req/s", "req/s"),
            ("iter/sec", "ops/s"),
            ("K ops/sec", "kops/s"),
            ("events/second", "events/s"),
            ("MB/sec", "MB/s"),
            ("KHz", "kHz"),
            ("μs", "μs"),
            ("ns/iter", "ns/iter"),
            ("own thing", "own thing"),
            ("", ""),
        ] {
            assert_eq!(canonical(told), ours, "{told}");
        }
        assert_eq!((&*plain("ns/iter"), &*plain("B/op"), &*plain("x/op")), ("ns", "B", "x/op"));
    }

    #[test]
    fn a_unit_tells_its_metric() {
        for (unit, kind, named) in [
            ("ns/op", TIME_METRIC, TIME_METRIC),
            ("sec/op", TIME_METRIC, TIME_METRIC),
            ("B/op", MEMORY, MEMORY),
            ("allocs/op", ALLOCATIONS, ALLOCATIONS),
            ("GB/s", BANDWIDTH, BANDWIDTH),
            ("requests/sec", THROUGHPUT, THROUGHPUT),
            ("widgets/s", THROUGHPUT, "widgets_s"),
            ("Megabytes", "size", "size"),
            ("process_rate_%", "value", "process_rate"),
            ("%", "value", "value"),
            ("auxMetricUnits", "value", "aux_metric_units"),
            ("p99-ns", "value", "p99_ns"),
            ("hits/op", "value", "hits"),
            ("", "value", "value"),
        ] {
            assert_eq!((metric(unit), &*named_metric(unit)), (kind, named), "{unit}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_spelling_stays_what_it_is(unit in "[a-zA-Z%µ /]{0,14}") {
            let once = canonical(&unit).into_owned();
            proptest::prop_assert_eq!(&canonical(&once), &once);
            let _ = (metric(&unit), named_metric(&unit), plain(&unit));
        }
    }
}
