//! Skia Perf: nanobench's JSON, and the format of version 1 that Perf itself defines. Times of
//! nanobench are milliseconds; units and directions of version 1 are beside the values.
//!
//! The configuration is a parameter. A benchmark that lists no configuration did not run and is
//! remarked.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{Number, list, number, numbers, pairs, text as word, to_plain_text};
use crate::parse::name::metric_name as snake_case;
use crate::parse::unit as units;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "skia-perf",
    tool: "Skia nanobench JSON; Skia Perf version 1",
    signature: "`results` of `options` and `samples`; or `version`, `git_hash`, `results` with `key`",
    yields: "time (samples, min, median) or each measurement; configuration as parameter, commit",
    backend: "skia",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let Some(results) = text.json().and_then(|file| file.get("results")) else { return false };
    let config = |it: &Value| it.get("options").is_some() || it.get("min_ms").is_some();
    let nano = pairs(results).any(|(_, test)| pairs(test).any(|(_, it)| config(it)));
    let one = results.get(0).is_some_and(|it| {
        it.get("key").is_some() && (it.get("measurement").or(it.get("measurements"))).is_some()
    });
    nano || one
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let results = file.get("results").unwrap_or(&Value::Null);
    let all: Vec<BenchmarkEntry> = if results.is_array() {
        list(file, "results").iter().map(|result| version_1_entry(file, result)).collect()
    } else if results.is_object() {
        let idle = pairs(results).filter(|(_, test)| pairs(test).next().is_none()).count();
        if idle > 0 {
            sink.remark(format!("{idle} benchmarks did not run in any configuration"));
        }
        let tests = pairs(results).flat_map(|(name, test)| pairs(test).map(move |it| (name, it)));
        tests.map(|(name, (config, body))| nanobench_entry(name, config, body)).collect()
    } else {
        return Err(InputError::whole("no `results`"));
    };
    let commit =
        ["git_hash", "gitHash"].iter().map(|key| word(file, key)).find(|it| !it.is_empty());
    for mut entry in all {
        entry.run.commit = commit.map(str::to_owned);
        for (key, value) in file.get("key").into_iter().flat_map(pairs) {
            entry = entry.field(key, to_plain_text(value));
        }
        sink.entry(entry);
    }
    Ok(())
}

/// One configuration of one benchmark of nanobench.
fn nanobench_entry(name: &str, config: &str, body: &Value) -> BenchmarkEntry {
    let options = body.get("options").unwrap_or(&Value::Null);
    let mut entry = BenchmarkEntry::of(word(options, "source_type"), name).param("config", config);
    name.clone_into(&mut entry.name);
    for (key, value) in pairs(options).filter(|(key, _)| !["name", "source_type"].contains(key)) {
        entry = entry.field(&key.to_lowercase(), to_plain_text(value));
    }
    let samples = numbers(list(body, "samples"));
    let (min, median) = (number(body, "min_ms"), number(body, "median_ms"));
    if !samples.is_empty() || min.is_some() || median.is_some() {
        let value = match (median, samples.is_empty()) {
            (Some(median), _) => median,
            (None, true) => min.unwrap_or(f64::NAN),
            // Their median is the value.
            (None, false) => f64::NAN,
        };
        let time = metric(TIME_METRIC, "ms", value)
            .statistic(Statistic::Min, min)
            .statistic(Statistic::Median, median)
            .samples(samples);
        entry = entry.metric(time);
    }
    let known = ["options", "samples", "min_ms", "median_ms"];
    for (key, value) in pairs(body).filter(|(key, _)| !known.contains(key)) {
        let (name, unit) = match key.rsplit_once('_') {
            Some((name, "ms")) => (name, "ms"),
            Some((name, "bytes")) => (name, "B"),
            _ => (key, if key == "bytes" { "B" } else { "" }),
        };
        entry.metrics.extend(Number::of(value).0.map(|value| metric(name, unit, value)));
    }
    if entry.metrics.is_empty() { entry.failed("nanobench reports no time") } else { entry }
}

fn version_1_entry(_file: &Value, result: &Value) -> BenchmarkEntry {
    let key = result.get("key").unwrap_or(&Value::Null);
    let mut entry = BenchmarkEntry::named(word(key, "test"));
    let unit = match word(key, "unit") {
        "" => word(key, "units"),
        unit => unit,
    };
    let better = match word(key, "improvement_direction") {
        "up" => Some(Direction::Higher),
        "down" => Some(Direction::Lower),
        _ => None,
    };
    let taken = ["test", "unit", "units", "improvement_direction", "stat"];
    for (name, value) in pairs(key).filter(|(name, _)| !taken.contains(name)) {
        entry = entry.param(name, to_plain_text(value));
    }
    let put = |entry: BenchmarkEntry, name: &str, value: Option<f64>| {
        let measured = metric(name, unit, value.unwrap_or(f64::NAN));
        entry.metric(match better {
            Some(better) => measured.direction(better),
            None => measured,
        })
    };
    if result.get("measurement").is_some() {
        entry = put(entry, units::metric(unit), number(result, "measurement"));
    }
    for (kind, values) in result.get("measurements").into_iter().flat_map(pairs) {
        for told in values.as_array().into_iter().flatten() {
            let name = if kind == "stat" {
                snake_case(word(told, "value"))
            } else {
                snake_case(&format!("{kind} {}", word(told, "value")))
            };
            entry = put(entry, &name, number(told, "measurement"));
        }
    }
    if entry.metrics.is_empty() { entry.failed("the result has no measurement") } else { entry }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn version_1_tells_its_units_and_directions() {
        let text = r#"{"version":1,"git_hash":"cd5","key":{"config":"8888"},"results":[
            {"key":{"test":"a","units":"ms","improvement_direction":"up","width":"13"},
             "measurement":1.5},
            {"key":{"test":"b"},"measurements":{"stat":[{"value":"min","measurement":2.5},
             {"value":"median","measurement":3}]}}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].metrics, [metric(TIME_METRIC, "ms", 1.5).direction(Direction::Higher)]);
        assert_eq!(
            (&*found[0].params["width"], found[0].run.commit.as_deref()),
            ("13", Some("cd5"))
        );
        assert_eq!(
            (&*found[1].metrics[0].metric, found[1].metrics[1].value.get()),
            ("min", Some(3.0))
        );
    }
}
