//! k6: `--summary-export`, what `handleSummary` is given, and the machine-readable summary, as
//! JSON. One entry for the run, one for each set of tags that thresholds name.
//!
//! Trends are times in milliseconds, bytes, or numbers without a unit; a counter of data is a rate;
//! `http_reqs` is the throughput. Iterations a second say the same again and are a field, where
//! requests are counted. Numbers of virtual users are what was asked for: fields too.

mod machine_readable;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{number, pairs, text as word};
use crate::requests::fail_where_all_failed;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Statistic};

pub(crate) const FORMAT: Format = Format {
    name: "k6",
    tool: "k6 run --summary-export, handleSummary, --new-machine-readable-summary",
    signature: "`metrics` with `iterations` or `vus_max`; or `k6Version` and a list of metrics",
    yields: "each trend (mean, median, min, max, p90, p95, p99), throughput, bytes a second, failed \
             requests, checks; virtual users, counts",
    backend: "k6",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    if text.json().is_some_and(machine_readable::recognizes) {
        return true;
    }
    let metrics = || text.json()?.get("metrics")?.as_object();
    let own = ["iterations", "vus_max", "iteration_duration", "http_req_duration"];
    let values = ["avg", "count", "rate", "value", "values", "passes", "type"];
    let has_values = |body: &Value| values.iter().any(|key| body.get(*key).is_some());
    metrics().is_some_and(|metrics| {
        own.iter().any(|name| metrics.get(*name).is_some_and(has_values))
            && metrics.values().filter(|body| body.is_object()).count() > 1
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    if machine_readable::recognizes(file) {
        machine_readable::read(file, sink);
        return Ok(());
    }
    let Some(metrics) = file.get("metrics").filter(|it| it.is_object()) else {
        return Err(InputError::whole("no object `metrics`"));
    };
    let name = match file.get("root_group").map(|group| word(group, "name")) {
        Some(name) if !name.is_empty() => name,
        _ => "k6",
    };
    let duration = file.get("state").and_then(|state| state.get("testRunDurationMs")).cloned();
    let mut entries: BTreeMap<&str, BenchmarkEntry> = BTreeMap::new();
    let requests = metrics.get("http_reqs").is_some();
    for (told, body) in pairs(metrics) {
        let (metric, tags) =
            told.strip_suffix('}').and_then(|it| it.split_once('{')).unwrap_or((told, ""));
        let start = || {
            let entry = BenchmarkEntry::named(name).field("duration_ms", duration.clone());
            with_tags(entry, tags)
        };
        let entry = entries.remove(tags).unwrap_or_else(start);
        entries.insert(tags, with_metric(entry, metric, body, requests));
    }
    let entries = entries.into_values().filter(|entry| !entry.metrics.is_empty());
    entries.for_each(|entry| sink.entry(fail_where_nothing_succeeded(entry)));
    Ok(())
}

/// A run whose requests all failed has no value, however fast they failed.
fn fail_where_nothing_succeeded(entry: BenchmarkEntry) -> BenchmarkEntry {
    let failed = entry.metrics.iter().find(|metric| metric.metric == "http_req_failed");
    if failed.is_none_or(|failed| failed.value != 1.0) {
        return entry;
    }
    // The number is a field of the same entry, and absent where k6 counted no requests.
    let requests = entry.fields.get("http_reqs").and_then(Value::as_f64).unwrap_or(f64::INFINITY);
    match requests.is_finite() {
        true => fail_where_all_failed(entry, requests, requests, ""),
        false => BenchmarkEntry { metrics: Vec::new(), ..entry.failed("all requests failed") },
    }
}

/// `expected_response:true,name:home` as parameters.
fn with_tags(entry: BenchmarkEntry, tags: &str) -> BenchmarkEntry {
    let pairs = tags.split(',').filter_map(|tag| tag.trim().split_once(':'));
    pairs.fold(entry, |entry, (key, value)| entry.param(key, value))
}

/// One metric of k6, of either shape: values beside `thresholds`, or under `values`.
fn with_metric(entry: BenchmarkEntry, name: &str, body: &Value, requests: bool) -> BenchmarkEntry {
    let values = body.get("values").unwrap_or(body);
    let value = |key: &str| number(values, key);
    match name {
        "vus" | "vus_max" => return entry.field(name, value("max").or(value("value"))),
        "iterations" | "http_reqs" => {
            let entry = entry.field(name, value("count"));
            let rate = value("rate").filter(|_| name == "http_reqs" || !requests);
            let unit = if name == "http_reqs" { "req/s" } else { "ops/s" };
            return rate
                .into_iter()
                .fold(entry, |entry, rate| entry.metric(metric(THROUGHPUT, unit, rate)));
        }
        "data_received" | "data_sent" => {
            let rate = value("rate").map(|rate| metric(name, "B/s", rate));
            return rate
                .into_iter()
                .fold(entry.field(name, value("count")), BenchmarkEntry::metric);
        }
        _ => {}
    }
    let trend = value("avg").or(value("med"));
    let metric = if let Some(typical) = trend {
        metric(name, metric_unit(name, body), typical)
            .statistic(Statistic::Median, value("med"))
            .statistic(Statistic::Min, value("min"))
            .statistic(Statistic::Max, value("max"))
            .statistic(Statistic::P50, value("p(50)"))
            .statistic(Statistic::P75, value("p(75)"))
            .statistic(Statistic::P90, value("p(90)"))
            .statistic(Statistic::P95, value("p(95)"))
            .statistic(Statistic::P99, value("p(99)"))
            .statistic(Statistic::P999, value("p(99.9)"))
    } else if value("passes").is_some() || word(body, "type") == "rate" {
        // A part of all, from 0 to 1.
        metric(name, "", value("rate").or(value("value")).unwrap_or(f64::NAN))
    } else if let Some(count) = value("count") {
        metric(name, "count", count)
    } else {
        metric(name, metric_unit(name, body), value("value").unwrap_or(f64::NAN))
    };
    // Where the file states none, the table of metrics decides when the record is read.
    entry.metric(match direction_of_thresholds(body) {
        Some(better) => metric.direction(better),
        None => metric,
    })
}

/// The direction that the thresholds of a metric state: `rate>0.95` wants more, `p(95)<500` less.
/// What the file states beats any guess from a name.
fn direction_of_thresholds(body: &Value) -> Option<Direction> {
    let thresholds = body.get("thresholds")?.as_object()?;
    thresholds.keys().find_map(|expression| match expression.find(['<', '>'])? {
        at if expression[at..].starts_with('<') => Some(Direction::Lower),
        _ => Some(Direction::Higher),
    })
}

/// The unit of a metric: the newer shape has it, else the names of k6's own metrics imply it.
fn metric_unit(name: &str, body: &Value) -> &'static str {
    const TIMES: [&str; 7] = [
        "http_req_",
        "iteration_",
        "group_",
        "grpc_req_",
        "ws_connecting",
        "ws_ping",
        "browser_web_vital_",
    ];
    let own_time = TIMES.iter().any(|start| name.starts_with(start))
        || ["_duration", "_time", "_latency"].iter().any(|end| name.ends_with(end));
    match word(body, "contains") {
        "time" => "ms",
        "data" => "B",
        "" if own_time && !name.ends_with("_cls") => "ms",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn both_shapes_say_the_same() {
        let flat = r#"{"metrics":{"http_req_duration":{"avg":2.5,"p(95)":4,"med":2},"vus_max":{"value":3,"max":3},
            "http_reqs":{"count":10,"rate":5},"iterations":{"count":9,"rate":4},
             "http_req_failed":{"passes":0,"fails":9,"value":0},
            "http_req_duration{expected_response:true}":{"avg":1}}}"#;
        let deep = r#"{"metrics":{"http_req_duration":{"type":"trend","contains":"time","values":{"avg":2.5,"p(95)":4,"med":2}},
            "vus_max":{"type":"gauge","values":{"value":3,"max":3}},
             "http_reqs":{"type":"counter","values":{"count":10,"rate":5}},
            "iterations":{"type":"counter","values":{"count":9,"rate":4}},
            "http_req_failed":{"type":"rate","values":{"passes":0,"fails":9,"rate":0}},
            "http_req_duration{expected_response:true}":{"type":"trend","contains":"time",
             "values":{"avg":1}}}}"#;
        let found = read_text(&FORMAT, flat);
        assert_eq!(found, read_text(&FORMAT, deep));
        let names: Vec<&str> = found[0].metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, ["http_req_duration", "http_req_failed", THROUGHPUT]);
        assert_eq!(
            (&*found[1].params["expected_response"], found[1].metrics[0].value.get()),
            ("true", Some(1.0))
        );
    }
}
