//! Bencher Metric Format: `{benchmark: {measure: {value, lower_value?, upper_value?}}}`.
//!
//! Bencher's own measures have its units; others have none. `-bencher-ignore` at the end of a name
//! is no part of it. What stands before the last `::` is the suite. Commit, time and direction of
//! other measures are not in the file.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{mostly, number, pairs};
use crate::parse::name;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "bmf",
    tool: "Bencher Metric Format",
    signature: "nothing but `{benchmark: {measure: {value}}}`",
    yields: "each measure (value, lower, upper): latency as time, throughput, build_time, file_size",
    backend: "bencher",
    reader: Reader::Text { recognizes, read },
};

const IGNORE: &str = "-bencher-ignore";

fn recognizes(text: &Text) -> bool {
    let known = ["value", "lower_value", "upper_value"];
    let is_measure = |(_, body): (&str, &Value)| {
        body.get("value").is_some() && pairs(body).all(|(key, _)| known.contains(&key))
    };
    let Some(file) = text.json().and_then(Value::as_object) else { return false };
    let has_numbers = |measures: &Value| {
        measures.as_object().is_some_and(|it| !it.is_empty())
            && pairs(measures).all(|(_, body)| number(body, "value").is_some())
    };
    file.values().all(|measures| measures.is_object() && pairs(measures).all(is_measure))
        && mostly(file.values(), has_numbers)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    if !file.is_object() {
        return Err(InputError::whole("not an object of benchmarks"));
    }
    for (name, measures) in pairs(file) {
        let mut entry = entry_named(name);
        if name.ends_with(IGNORE) {
            entry = entry.field("bencher_ignore", true);
        }
        entry.metrics = pairs(measures).map(|(name, body)| measurement(name, body)).collect();
        if entry.metrics.is_empty() {
            entry = entry.failed("the benchmark has no measure");
        }
        sink.entry(entry);
    }
    Ok(())
}

/// The benchmark of a name: what stands before the last `::` is the suite. The suffix that hides a
/// benchmark from Bencher's own list is no part of its name.
pub(crate) fn entry_named(name: &str) -> BenchmarkEntry {
    BenchmarkEntry::split(name.strip_suffix(IGNORE).unwrap_or(name), "::")
}

/// A measure by its slug or name; Bencher's own ones have units.
pub(crate) fn measurement_named(
    slug: &str,
    unit: Option<&str>,
    value: f64,
) -> Measurement<'static> {
    // A measure of marks alone keeps them: two such measures are two metrics.
    let slug = match name::snake_case(slug) {
        empty if empty.is_empty() => slug.to_owned(),
        slug => slug,
    };
    let in_unit = |known: &'static str| unit.unwrap_or(known).to_owned();
    match slug.as_str() {
        "latency" => metric(TIME_METRIC, &in_unit("ns"), value),
        "throughput" => metric(THROUGHPUT, &in_unit("ops/s"), value).direction(Direction::Higher),
        "build_time" => metric("build_time", &in_unit("s"), value),
        "file_size" => metric("file_size", &in_unit("B"), value),
        // Its own adapter for dhat writes these.
        other if other.ends_with("_bytes") => metric(other, &in_unit("B"), value),
        other if other.ends_with("_blocks") => metric(other, &in_unit("count"), value),
        other => metric(other, &in_unit(""), value),
    }
}

fn measurement(name: &str, body: &Value) -> Measurement<'static> {
    measurement_named(name, None, number(body, "value").unwrap_or(f64::NAN))
        .statistic(Statistic::Lower, number(body, "lower_value"))
        .statistic(Statistic::Upper, number(body, "upper_value"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn bounds_and_marks_are_kept() {
        let text = r#"{"a::b-bencher-ignore":{"Build Time":{"value":2.5,"upper_value":3}},"c":{"??":{"value":1}}}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[0].test), ("a", "b"));
        assert_eq!(
            found[0].metrics,
            [metric("build_time", "s", 2.5).statistic(Statistic::Upper, 3.0)]
        );
        assert_eq!(
            (&found[0].fields["bencher_ignore"], &*found[1].metrics[0].metric),
            (&true.into(), "??")
        );
    }
}
