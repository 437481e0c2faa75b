//! The project's own records, a line each or as a JSON list. One that is complete passes unchanged;
//! to one that lacks commit, time or backend, the place of the run adds what it knows. A line that
//! is none is rejected.

use serde_json::{Map, Value};

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{self, Number, number, numbers, pairs, text as word, to_plain_text};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::time::Timestamp;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "ndjson",
    tool: "records as this program keeps them",
    signature: "objects with `test` and `mean_ns`, `value`, `metrics` or `error`",
    yields: "what the records hold",
    backend: "unknown",
    reader: Reader::Text { recognizes, read },
};

/// Lines by which a file is recognized: one odd line makes it no other format's.
const FIRST_LINES: usize = 20;

fn recognizes(text: &Text) -> bool {
    let record = |value: &Value| {
        let values = ["mean_ns", "value", "metrics", "error"];
        value.get("test").is_some_and(Value::is_string)
            && values.iter().any(|key| value.get(*key).is_some())
    };
    match text.json() {
        Some(Value::Array(all)) => json::mostly(all, record),
        Some(one) => record(one),
        None => {
            let lines = text.lines().map(|(_, line)| line.trim()).filter(|line| !line.is_empty());
            let value = |line: &str| json::parse(line).unwrap_or_default();
            let first: Vec<Value> = lines.take(FIRST_LINES).map(value).collect();
            json::mostly(&first, record)
        }
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if let Some(value) = text.json() {
        let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        all.iter().enumerate().for_each(|(place, record)| take_record(place + 1, record, sink));
        return Ok(());
    }
    for (place, line) in text.lines().filter(|(_, line)| !line.trim().is_empty()) {
        match json::parse::<Value>(line) {
            Ok(record) => take_record(place, &record, sink),
            Err(error) => sink.reject(place, &error.to_string(), REMEDY, line),
        }
    }
    Ok(())
}

const REMEDY: &str = "write one record a line";

/// Takes a record that stands at a line.
pub(crate) fn take_record(place: usize, record: &Value, sink: &mut EntrySink<'_>) {
    match record.as_object().ok_or_else(|| "not an object".to_owned()).and_then(entry) {
        Ok(mut entry) => {
            let needed = ["commit", "timestamp", "backend"];
            let complete =
                needed.iter().all(|key| record.get(*key).is_some_and(|it| !it.is_null()));
            entry.line = complete.then(|| record.to_string());
            sink.entry(entry);
        }
        Err(reason) => sink.reject(place, &reason, REMEDY, &record.to_string()),
    }
}

fn entry(record: &Map<String, Value>) -> Result<BenchmarkEntry, String> {
    let mut entry = BenchmarkEntry::default();
    let mut flat = Map::new();
    let mut name = TIME_METRIC.to_owned();
    for (key, value) in record.iter().filter(|(_, value)| !value.is_null()) {
        let time = || {
            Timestamp::parse(&to_plain_text(value))
                .map(Some)
                .map_err(|why| format!("`{key}`: {why}"))
        };
        let whole = || value.as_u64().ok_or_else(|| format!("`{key}` is no whole number"));
        match key.as_str() {
            "test" => entry.test = to_plain_text(value),
            "suite" => entry.suite = to_plain_text(value),
            "backend" => entry.backend = to_plain_text(value),
            "mode" => entry.mode = to_plain_text(value),
            "parallel" => entry.parallel = value.as_bool(),
            "n" => {
                let size = Number::of(value).0.filter(|it| *it >= 0.0 && it.fract() == 0.0);
                entry.n = Some(size.ok_or_else(|| "`n` is no whole number".to_owned())? as u64);
            }
            "params" if value.is_object() => {
                entry.params.extend(
                    pairs(value).map(|(key, value)| (key.to_owned(), to_plain_text(value))),
                );
            }
            "params" => {
                entry.params.insert("params".to_owned(), to_plain_text(value));
            }
            "commit" => entry.run.commit = Some(to_plain_text(value)),
            "timestamp" => entry.run.timestamp = time()?,
            "commit_time" => entry.run.commit_time = time()?,
            "branch" => entry.run.branch = Some(to_plain_text(value)),
            "pull" => entry.run.pull = Some(whole()?),
            "url" => entry.url = Some(to_plain_text(value)),
            "version" => entry.version = Some(to_plain_text(value)),
            "error" => entry.error = Some(to_plain_text(value)),
            "tags" => {
                entry.tags = value.as_array().into_iter().flatten().map(to_plain_text).collect()
            }
            "metrics" => {
                entry.metrics.extend(pairs(value).map(|(name, body)| measurement(name, body)))
            }
            "metric" => name = to_plain_text(value),
            "mean_ns" | "std_ns" | "value" | "unit" | "better" | "std" | "samples" => {
                flat.insert(key.clone(), value.clone());
            }
            key if Statistic::from_name(key).is_some() => {
                flat.insert(key.to_owned(), value.clone());
            }
            key => entry = entry.field(key, value.clone()),
        }
    }
    entry.name.clone_from(&entry.test);
    let flat = Value::Object(flat);
    if let Some(mean) = number(&flat, "mean_ns") {
        let time =
            with_statistics(metric(TIME_METRIC, "ns", mean), &flat).std(number(&flat, "std_ns"));
        entry.metrics.insert(0, time);
    } else if flat.get("value").is_some() || flat.get("samples").is_some() {
        entry.metrics.push(measurement(&name, &flat));
    }
    if entry.test.trim().is_empty() { Err("no `test`".to_owned()) } else { Ok(entry) }
}

/// A bare number, a list of samples, or an object with what stands beside a value.
fn measurement(name: &str, body: &Value) -> Measurement<'static> {
    let value = Number::of(body).0.or_else(|| number(body, "value")).unwrap_or(f64::NAN);
    let told = with_statistics(metric(name, word(body, "unit"), value), body);
    let listed = body.as_array().map(|all| numbers(all));
    let samples = listed.unwrap_or_else(|| numbers(json::list(body, "samples")));
    let told = told.std(number(body, "std")).samples(samples);
    match word(body, "better") {
        "lower" => told.direction(Direction::Lower),
        "higher" => told.direction(Direction::Higher),
        "unknown" => told.direction(Direction::Unknown),
        _ => told,
    }
}

fn with_statistics(metric: Measurement<'static>, body: &Value) -> Measurement<'static> {
    let all = Statistic::ALL.into_iter();
    all.fold(metric, |metric, (name, statistic)| metric.statistic(statistic, number(body, name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn records_of_every_shape_are_kept() {
        let mut first = json!({"commit": "a", "timestamp": "2025-09-21T08:22:00Z", "test": "t"});
        let more = json!({"backend": "julia", "n": 1e5, "mean_ns": 1.5, "std_ns": 0.5, "p99": 9});
        pairs(&more).for_each(|(key, value)| first[key] = value.clone());
        first["reps"] = json!(5);
        let latency = json!({"samples": [1, 2], "unit": "us"});
        let metrics = json!({"memory": 4096, "latency": latency});
        let second = json!({"test": "u", "params": {"k": 2}, "metrics": metrics});
        let third =
            r#"{"test":"v","metric":"ops","value":NaN,"better":"higher","error":"it broke"}"#;
        let text = format!("{first}\n\n{second}\n{third}\n");
        let found = read_text(&FORMAT, &text);
        assert_eq!(
            found[0].metrics,
            [metric(TIME_METRIC, "ns", 1.5).std(0.5).statistic(Statistic::P99, 9.0)]
        );
        assert_eq!((found[0].n, &found[0].fields["reps"]), (Some(100_000), &5.into()));
        assert_eq!(
            (&*found[1].params["k"], &found[1].metrics[0].samples[..]),
            ("2", &[1.0, 2.0][..])
        );
        assert_eq!(
            (found[2].error.as_deref(), found[2].metrics[0].direction),
            (Some("it broke"), Some(Direction::Higher))
        );
    }
}
