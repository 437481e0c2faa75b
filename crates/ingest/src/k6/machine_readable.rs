//! The summary of k6 `--new-machine-readable-summary`: metrics in a list, below `results`.
//!
//! Counters have no rate there. Requests, iterations and bytes a second are the count divided by
//! the duration of the run, as k6 has them in its other summaries.

use serde_json::{Map, Value, json};

use crate::entry::BenchmarkEntry;
use crate::json::{list, number, text as word};
use crate::k6::{fail_where_nothing_succeeded, with_metric};
use crate::parse::time::parse_time;
use crate::sink::EntrySink;

pub(super) fn recognizes(file: &Value) -> bool {
    let has_version = file.get("metadata").is_some_and(|it| it.get("k6Version").is_some());
    let metrics = || file.get("results").and_then(|results| results.get("metrics"));
    has_version && metrics().is_some_and(Value::is_array)
}

pub(super) fn read(file: &Value, sink: &mut EntrySink<'_>) {
    let null = &Value::Null;
    let part = |key: &str| file.get(key).unwrap_or(null);
    let (config, metadata, results) = (part("config"), part("metadata"), part("results"));
    let script = word(config, "script");
    let seconds = number(config, "duration");
    let mut entry = BenchmarkEntry::named(if script.is_empty() { "k6" } else { script })
        .field("duration_ms", seconds.map(|seconds| seconds * 1e3))
        .field("k6", word(metadata, "k6Version"));
    entry.run.timestamp = parse_time(word(metadata, "generatedAt"));
    let metrics = list(results, "metrics");
    let has_requests = metrics.iter().any(|metric| word(metric, "name") == "http_reqs");
    let checks = results.get("checks").map_or(&[][..], |checks| list(checks, "metrics"));
    // Failed checks are the succeeded ones turned over, and their total is a count.
    let checks = checks.iter().filter(|check| word(check, "name") == "checks_succeeded");
    for metric in metrics.iter().chain(checks) {
        let name = word(metric, "name");
        if name.is_empty() {
            let remedy = "let k6 write the summary again";
            sink.reject(1, "a metric has no name", remedy, &metric.to_string());
            continue;
        }
        entry = with_metric(entry, name, &with_rate(metric, seconds), has_requests);
    }
    sink.entry(fail_where_nothing_succeeded(entry));
}

/// The metric with the rate of its counter.
fn with_rate(metric: &Value, seconds: Option<f64>) -> Value {
    let values = metric.get("values").and_then(Value::as_object);
    let count = values.and_then(|values| values.get("count")).and_then(Value::as_f64);
    let rate = count.zip(seconds.filter(|seconds| *seconds > 0.0)).map(|(all, time)| all / time);
    let mut values: Map<String, Value> = values.cloned().unwrap_or_default();
    values.extend(rate.map(|rate| ("rate".to_owned(), json!(rate))));
    let mut metric = metric.clone();
    if let Some(body) = metric.as_object_mut() {
        body.insert("values".to_owned(), Value::Object(values));
    }
    metric
}

#[cfg(test)]
mod tests {
    use crate::k6::FORMAT;
    use crate::test_support::read_text;

    #[test]
    fn counters_have_their_rate_and_failures_are_no_result() {
        let text = r#"{"version":"1.0.0","config":{"duration":10,"execution":"local","script":"a.js"},
            "metadata":{"generatedAt":"2026-01-02T03:04:05Z","k6Version":"1.4.0"},
            "results":{"checks":{"metrics":[
            {"name":"checks_total","type":"counter","contains":"default","values":{"count":4}},
            {"name":"checks_succeeded","type":"rate","contains":"default",
             "values":{"matches":3,"total":4,"rate":0.75}}]},"metrics":[
            {"name":"http_reqs","type":"counter","contains":"default","values":{"count":50}},
            {"name":"data_sent","type":"counter","contains":"data","values":{"count":700}},
            {"name":"vus_max","type":"gauge","contains":"default",
             "values":{"value":2,"min":1,"max":2}},
            {"name":"http_req_failed","type":"rate","contains":"default",
             "values":{"matches":5,"total":50,"rate":0.1}},
            {"name":"http_req_duration","type":"trend","contains":"time",
             "values":{"avg":2.5,"med":2,"p(95)":4}}]}}"#;
        let entries = read_text(&FORMAT, text);
        let rows: Vec<String> = entries[0]
            .metrics
            .iter()
            .map(|metric| format!("{} {:?}", metric.metric, metric.value.get()))
            .collect();
        let wanted = [
            "throughput Some(5.0)",
            "data_sent Some(70.0)",
            "http_req_failed Some(0.1)",
            "http_req_duration Some(2.5)",
            "checks_succeeded Some(0.75)",
        ];
        assert_eq!((&*entries[0].test, rows), ("a.js", wanted.map(str::to_owned).to_vec()));
        let failed = text.replace("\"rate\":0.1}", "\"rate\":1}");
        let error = read_text(&FORMAT, &failed)[0].error.clone();
        assert_eq!(error.as_deref(), Some("all 50 requests failed"));
    }
}
