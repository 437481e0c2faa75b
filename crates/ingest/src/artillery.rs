//! Artillery `run --output`: its JSON report, of version 2 and of version 1. One entry for the run,
//! one for each endpoint that the plugin `metrics-by-endpoint` reports; milliseconds. The file does
//! not hold the script's name: name it by `--set test=…`.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{number, pairs, text as word};
use crate::parse::name::metric_name;
use crate::parse::time::{epoch_millis, parse_time};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "artillery",
    tool: "Artillery run --output, versions 1 and 2",
    signature: "`aggregate` with `counters` or `summaries` of `http.` or `vusers.`, or with `latency` \
                and `rps`",
    yields: "time and every other summary (mean or median, min, max, percentiles), throughput, \
             errors, failed users; status codes and counts; endpoints as tests",
    backend: "artillery",
    reader: Reader::Text { recognizes, read },
};

const RESPONSE_TIME: &str = "http.response_time";
const BY_ENDPOINT: &str = "plugins.metrics-by-endpoint.response_time.";

fn recognizes(text: &Text) -> bool {
    let Some(file) = text.json() else { return false };
    file.get("aggregate").is_some_and(|aggregate| {
        let has = |key: &str| aggregate.get(key).is_some_and(Value::is_object);
        let own = ["vusers.", "http.", "engine.", "errors.", "plugins.", "socketio.", "websocket."];
        let is_own = |(key, _): (&str, &Value)| own.iter().any(|start| key.starts_with(start));
        let parts = ["counters", "summaries"].iter().filter_map(|key| aggregate.get(*key));
        let named = parts.flat_map(pairs).any(is_own) || file.get("intermediate").is_some();
        (has("latency") && has("rps")) || ((has("counters") || has("summaries")) && named)
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let Some(aggregate) = file.get("aggregate").filter(|it| it.is_object()) else {
        return Err(InputError::whole("no object `aggregate`"));
    };
    let mut run = BenchmarkEntry::named("artillery");
    run.run.timestamp = number(aggregate, "firstCounterAt")
        .and_then(epoch_millis)
        .or_else(|| parse_time(word(aggregate, "timestamp")));
    let is_first = aggregate.get("latency").is_some();
    let mut endpoints = Vec::new();
    if is_first {
        run = read_version_1(run, aggregate);
    } else {
        run = with_counters(run, aggregate);
        let summaries = ["summaries", "histograms"].iter().find_map(|key| aggregate.get(*key));
        for (key, body) in summaries.into_iter().flat_map(pairs) {
            if let Some(endpoint) = key.strip_prefix(BY_ENDPOINT) {
                let mut entry = BenchmarkEntry::named(endpoint);
                entry.run = run.run.clone();
                entry.metrics.extend(summary(TIME_METRIC, body));
                endpoints.push(entry);
            } else if key == RESPONSE_TIME {
                run.metrics.extend(summary(TIME_METRIC, body));
            } else {
                run.metrics.extend(summary(&metric_name(key), body));
            }
        }
    }
    let no_time = !run.metrics.iter().any(|metric| metric.metric == TIME_METRIC);
    if no_time && run.metrics.iter().all(|metric| &*metric.metric == "errors") {
        run = run.failed("no request was answered");
    }
    sink.entry(run);
    endpoints.into_iter().filter(|it| !it.metrics.is_empty()).for_each(|it| sink.entry(it));
    Ok(())
}

/// Rates and counters of version 2.
fn with_counters(mut entry: BenchmarkEntry, aggregate: &Value) -> BenchmarkEntry {
    let null = &Value::Null;
    let counters = aggregate.get("counters").unwrap_or(null);
    let rate = aggregate.get("rates").and_then(|rates| number(rates, "http.request_rate"));
    let throughput = |rate| metric(THROUGHPUT, "req/s", rate).direction(Direction::Higher);
    entry.metrics.extend(rate.map(throughput));
    let named = |prefix: &str| -> Vec<(String, f64)> {
        let all = pairs(counters).filter_map(|(key, value)| Some((key, value.as_f64()?)));
        all.filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value))).collect()
    };
    let errors: f64 = named("errors.").iter().map(|(_, count)| count).sum();
    entry = entry.metric(metric("errors", "count", errors));
    let failed = number(counters, "vusers.failed").map(|it| metric("failed_users", "count", it));
    entry.metrics.extend(failed);
    for (code, count) in named("http.codes.") {
        entry = entry.field(&format!("status_{code}"), count);
    }
    for (key, field) in [("http.requests", "requests"), ("vusers.completed", "users")] {
        entry = entry.field(field, number(counters, key));
    }
    entry
}

/// Version 1: `latency`, `rps`, `codes`, `errors`.
fn read_version_1(mut entry: BenchmarkEntry, aggregate: &Value) -> BenchmarkEntry {
    let part = |key: &str| aggregate.get(key);
    entry.metrics.extend(part("latency").and_then(|body| summary(TIME_METRIC, body)));
    let rate = part("rps").and_then(|rps| number(rps, "mean"));
    let throughput = |rate| metric(THROUGHPUT, "req/s", rate).direction(Direction::Higher);
    entry.metrics.extend(rate.map(throughput));
    let errors = part("errors").into_iter().flat_map(pairs);
    let errors: f64 = errors.filter_map(|(_, count)| count.as_f64()).sum();
    entry = entry.metric(metric("errors", "count", errors));
    for (code, count) in part("codes").into_iter().flat_map(pairs) {
        entry = entry.field(&format!("status_{code}"), count.clone());
    }
    entry.field("requests", number(aggregate, "requestsCompleted"))
}

/// A summary in milliseconds; none without a value.
fn summary(name: &str, body: &Value) -> Option<Measurement<'static>> {
    let value = |key: &str| number(body, key);
    let typical = value("mean").or(value("median")).or(value("p50"))?;
    let keys = [
        ("min", Statistic::Min),
        ("max", Statistic::Max),
        ("median", Statistic::Median),
        ("p50", Statistic::P50),
        ("p75", Statistic::P75),
        ("p90", Statistic::P90),
        ("p95", Statistic::P95),
        ("p99", Statistic::P99),
        ("p999", Statistic::P999),
    ];
    let put = |it: Measurement<'static>, (key, statistic)| it.statistic(statistic, value(key));
    Some(keys.into_iter().fold(metric(name, "ms", typical), put))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn endpoints_are_tests_and_version_1_is_read() {
        let text = r#"{"aggregate":{"counters":{"errors.ETIMEDOUT":2,"http.codes.200":98},
            "rates":{"http.request_rate":10},
            "summaries":{"http.response_time":{"min":1,"max":9,"median":2,"p95":5,"p99":8},
            "plugins.metrics-by-endpoint.response_time./users":{"mean":3,"p99":7},
            "vusers.session_length":{"median":20}}}}"#;
        let found = read_text(&FORMAT, text);
        let names: Vec<&str> = found[0].metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [THROUGHPUT, "errors", TIME_METRIC, "vusers_session_length"]);
        assert_eq!((&*found[1].test, found[1].metrics[0].value.get()), ("/users", Some(3.0)));
        let first = r#"{"aggregate":{"timestamp":"2018-01-01T00:00:00Z","requestsCompleted":100,
            "latency":{"min":1,"median":2,"p95":5},"rps":{"count":100,"mean":9.8},
            "errors":{"ECONNREFUSED":1},"codes":{"200":100}}}"#;
        let found = read_text(&FORMAT, first);
        let names: Vec<&str> = found[0].metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, THROUGHPUT, "errors"]);
    }

    #[test]
    fn a_run_that_reached_nobody_is_a_gap() {
        let text = r#"{"aggregate":{"counters":{"errors.ECONNREFUSED":5},"summaries":{}}}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].error.as_deref(), Some("no request was answered"));
    }
}
