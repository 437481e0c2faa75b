//! Bencher Metric Format: `{benchmark: {measure: {value, lower_value?, upper_value?}}}`.
//!
//! Bencher's own measures have its units; others have none. `-bencher-ignore` at the end of a name
//! is no part of it. What stands before the last `::` is the suite. Commit, time and direction of
//! other measures are not in the file.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::formats::{Format, Reader};
use crate::json::{number, pairs};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub const FORMAT: Format = Format {
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
        number(body, "value").is_some() && pairs(body).all(|(key, _)| known.contains(&key))
    };
    let is_benchmark = |(_, measures): (&str, &Value)| {
        measures.as_object().is_some_and(|it| !it.is_empty()) && pairs(measures).all(is_measure)
    };
    let file = text.json().filter(|file| file.as_object().is_some_and(|it| !it.is_empty()));
    file.is_some_and(|file| pairs(file).all(is_benchmark))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    if !file.is_object() {
        return Err(InputError::whole("not an object of benchmarks"));
    }
    for (name, measures) in pairs(file) {
        let kept = name.strip_suffix(IGNORE).unwrap_or(name);
        let (suite, test) = kept.rsplit_once("::").unwrap_or(("", kept));
        let mut entry = BenchmarkEntry::of(suite, test);
        kept.clone_into(&mut entry.name);
        if kept != name {
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

fn measurement(name: &str, body: &Value) -> Measurement<'static> {
    let value = number(body, "value").unwrap_or(f64::NAN);
    let slug = snake_case(name);
    let known = match slug.as_str() {
        "latency" => metric(TIME_METRIC, "ns", value),
        "throughput" => metric(THROUGHPUT, "ops/s", value).direction(Direction::Higher),
        "build_time" => metric("build_time", "s", value),
        "file_size" => metric("file_size", "B", value),
        // Its own adapter for dhat writes these.
        other if other.ends_with("_bytes") => metric(other, "B", value),
        other if other.ends_with("_blocks") => metric(other, "count", value),
        other => metric(other, "", value),
    };
    known
        .statistic(Statistic::Lower, number(body, "lower_value"))
        .statistic(Statistic::Upper, number(body, "upper_value"))
}

/// Letters and digits in lower case, `_` between words.
pub fn snake_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let snake = words.map(str::to_lowercase).collect::<Vec<_>>().join("_");
    if snake.is_empty() { name.to_owned() } else { snake }
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
