//! Structured metrics of Lean benchmarks: a list of results with test name, operation, total and
//! average time in milliseconds, throughput and memory in bytes, Lean's version and the commit.
//! Names of fields in `camelCase` or `snake_case`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{mostly, pairs};
use crate::parse::name::snake_case;
use crate::parse::quantity::{self, Quantity};
use crate::parse::time::{parse_epoch, parse_time};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "lean-metrics",
    tool: "performance metrics of Lean libraries",
    signature: "a list of objects with `testName` and `avgTimeMs` or `totalTimeMs`",
    yields: "time (mean, min, max), total_time, throughput, memory; operation as parameter; \
             iterations, lean_version, commit, time",
    backend: "lean",
    reader: Reader::Text { recognizes, read },
};

/// Fields of a result by name in `snake_case`, and their other spellings.
const SPELLINGS: [(&str, &str); 12] = [
    ("test", "test_name"),
    ("average_time_ms", "avg_time_ms"),
    ("average_time", "avg_time_ms"),
    ("avg_time", "avg_time_ms"),
    ("total_time", "total_time_ms"),
    ("min_time", "min_time_ms"),
    ("max_time", "max_time_ms"),
    ("throughput_ops_per_sec", "throughput"),
    ("memory_usage_bytes", "memory_usage"),
    ("memory", "memory_usage"),
    ("commit", "git_commit"),
    ("commit_hash", "git_commit"),
];

/// A result with its fields under one spelling.
struct LeanResult<'v> {
    fields: BTreeMap<String, &'v Value>,
}

impl<'v> LeanResult<'v> {
    fn of(value: &'v Value) -> Self {
        let canonical = |key: &str| {
            let snaked = snake_case(key);
            let other = SPELLINGS.iter().find(|(written, _)| *written == snaked);
            other.map_or(snaked, |(_, name)| (*name).to_owned())
        };
        Self { fields: pairs(value).map(|(key, value)| (canonical(key), value)).collect() }
    }

    fn text(&self, name: &str) -> &'v str {
        self.fields.get(name).and_then(|value| value.as_str()).unwrap_or_default()
    }

    fn is_result(&self) -> bool {
        !self.text("test_name").is_empty()
            && ["avg_time_ms", "total_time_ms"].iter().any(|it| self.fields.contains_key(*it))
    }
}

fn recognizes(text: &Text) -> bool {
    let all = text.json().and_then(Value::as_array).into_iter().flatten();
    mostly(all, |it| LeanResult::of(it).is_result())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let Some(all) = text.value()?.as_array() else {
        return Err(InputError::whole("not a list of results"));
    };
    for (at, value) in all.iter().enumerate() {
        let result = LeanResult::of(value);
        if result.text("test_name").is_empty() {
            let reason = format!("result {} has no testName", at + 1);
            sink.reject(1, &reason, "give each result a testName", &value.to_string());
            continue;
        }
        let entry = read_result(text, &result, sink);
        sink.entry(entry);
    }
    Ok(())
}

fn read_result(text: &Text, result: &LeanResult<'_>, sink: &mut EntrySink<'_>) -> BenchmarkEntry {
    let (test, operation) = (result.text("test_name"), result.text("operation"));
    let mut entry = BenchmarkEntry::named(test);
    if !operation.is_empty() && operation != test {
        entry = entry.param("operation", operation);
    }
    let mut number = |name: &str, unit: &str| {
        let value = *result.fields.get(name)?;
        let number = Quantity::of(value).and_then(|it| it.in_unit(unit));
        if number.is_none() && !value.is_null() {
            let line = quantity::line_of(&text.text, &[test]);
            let reason = format!("`{name}` of {test}: {value} is no number in `{unit}`");
            sink.reject(line, &reason, quantity::REMEDY, &value.to_string());
        }
        number
    };
    let (min, max) = (number("min_time_ms", "ms"), number("max_time_ms", "ms"));
    if let Some(mean) = number("avg_time_ms", "ms") {
        let time = metric(TIME_METRIC, "ms", mean);
        let time = time.statistic(Statistic::Min, min).statistic(Statistic::Max, max);
        entry = entry.metric(time);
    }
    for (name, metric_name, unit) in [
        ("total_time_ms", "total_time", "ms"),
        ("throughput", THROUGHPUT, "ops/s"),
        ("memory_usage", MEMORY, "B"),
    ] {
        let told = number(name, unit).map(|value| metric(metric_name, unit, value));
        entry.metrics.extend(told);
    }
    let version = result.text("lean_version");
    entry = entry.field("iterations", number("iterations", "")).field("lean_version", version);
    let commit = result.text("git_commit");
    let is_commit = !matches!(commit, "" | "unknown");
    entry.run.commit = is_commit.then(|| commit.to_owned());
    entry.run.timestamp = result.fields.get("timestamp").and_then(|time| match time {
        Value::Number(number) => number.as_f64().and_then(parse_epoch),
        other => other.as_str().and_then(parse_time),
    });
    if entry.metrics.is_empty() { entry.failed("no value was measured") } else { entry }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IngestInput;
    use crate::test_support::read_text;

    #[test]
    fn both_spellings_say_the_same() {
        let camel = r#"[{"testName":"lens","operation":"get","iterations":1000,"totalTimeMs":120.5,
            "avgTimeMs":0.1205,"minTimeMs":0.1,"maxTimeMs":0.4,"throughput":8298.7,
            "memoryUsage":4096,"timestamp":"2025-09-01T10:00:00Z","leanVersion":"4.12.0",
            "gitCommit":"a1b2c3d"}]"#;
        let snake = r#"[{"test_name":"lens","operation":"get","iterations":1000,
            "total_time_ms":120.5,"average_time":"0.1205ms","min_time_ms":0.1,"max_time_ms":0.4,
            "throughput":8298.7,"memory_usage":4096,"timestamp":1756720800,
            "lean_version":"4.12.0","commit":"a1b2c3d"}]"#;
        let found = read_text(&FORMAT, camel);
        assert_eq!(found, read_text(&FORMAT, snake));
        let names: Vec<&str> = found[0].metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, "total_time", THROUGHPUT, MEMORY]);
        assert_eq!(found[0].params["operation"], "get");
        assert_eq!(found[0].run.commit.as_deref(), Some("a1b2c3d"));
    }

    #[test]
    fn a_bad_value_is_rejected_and_the_others_stay() {
        let text = "[{\"testName\":\"a\",\"avgTimeMs\":\"fast\",\"throughput\":5},\n\
                    {\"testName\":\"b\",\"avgTimeMs\":2}]";
        let input = IngestInput::Text(Text::new("told.json", text.as_bytes()));
        let mut entries = Vec::new();
        let read = input.read(&FORMAT, &mut |entry| entries.push(entry));
        let rejected = read.expect("it is of this format").rejected;
        assert_eq!((rejected.len(), rejected[0].problem.location.line), (1, 1));
        assert_eq!((entries.len(), entries[0].metrics.len()), (2, 1));
    }
}
