//! `js/stats.json` and `js/global_stats.json` of Gatling's report; one entry a request or group,
//! and one for all requests. Milliseconds; numbers may stand in text, and `-` is none.
//!
//! The four percentiles are 50, 75, 95 and 99, unless `gatling.conf` says otherwise, which the file
//! does not show.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{number, pairs, text as word};
use crate::requests::fail_where_all_failed;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "gatling-stats",
    tool: "Gatling: js/stats.json or js/global_stats.json of its report",
    signature: "`numberOfRequests` beside `meanResponseTime`, alone or below `stats`",
    yields: "time (mean, std, min, max, p50, p75, p95, p99), throughput, error_rate; requests, errors",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

/// Deeper than anybody puts groups into groups.
const MAX_DEPTH: usize = 64;

fn is_statistics(body: &Value) -> bool {
    ["numberOfRequests", "meanResponseTime"]
        .iter()
        .all(|key| body.get(key).is_some_and(Value::is_object))
}

/// The same in JavaScript, which the report itself reads.
fn is_script(text: &Text) -> bool {
    text.text.starts_with("var stats = {") && text.text.contains("\"numberOfRequests\"")
}

fn recognizes(text: &Text) -> bool {
    let in_json =
        |file: &Value| is_statistics(file) || file.get("stats").is_some_and(is_statistics);
    text.json().is_some_and(in_json) || is_script(text)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if is_script(text) {
        return Err(InputError::whole(
            "stats.js of Gatling's report is a script: read stats.json beside it",
        ));
    }
    let file = text.value()?;
    if is_statistics(file) {
        sink.entry(entry(word(file, "name"), file));
        return Ok(());
    }
    if !file.get("stats").is_some_and(is_statistics) {
        return Err(InputError::whole("no `stats` with `numberOfRequests`"));
    }
    read_node(file, "", 0, sink);
    Ok(())
}

/// A request, or a group and what is in it.
fn read_node(node: &Value, path: &str, depth: usize, sink: &mut EntrySink<'_>) {
    let name = word(node, "name");
    // The root is no group: what is in it has no path.
    let path = match (depth, path) {
        (0, _) => String::new(),
        (_, "") => name.to_owned(),
        (_, path) => format!("{path} / {name}"),
    };
    match node.get("stats").filter(|stats| is_statistics(stats)) {
        Some(stats) => sink.entry(entry(if depth == 0 { name } else { &path }, stats)),
        None => {
            let reason = format!("`{name}` has no statistics");
            sink.reject(1, &reason, "make the report again", &path);
        }
    }
    // A file made by hand may nest without end, and this function calls itself.
    if depth < MAX_DEPTH {
        let contents = node.get("contents").into_iter().flat_map(pairs);
        contents.for_each(|(_, child)| read_node(child, &path, depth + 1, sink));
    }
}

fn entry(name: &str, stats: &Value) -> BenchmarkEntry {
    let part = |key: &str, part: &str| stats.get(key).and_then(|values| number(values, part));
    let total = |key: &str| part(key, "total");
    let requests = total("numberOfRequests").unwrap_or(0.0);
    // The share is printed in whole percent only, where small ones are lost.
    let errors = part("numberOfRequests", "ko").unwrap_or(0.0);
    let mut entry = BenchmarkEntry::named(name).field("requests", requests);
    if errors > 0.0 {
        entry = entry.field("errors", errors);
    }
    let time = total("meanResponseTime").map(|mean| {
        metric(TIME_METRIC, "ms", mean)
            .std(total("standardDeviation"))
            .statistic(Statistic::Min, total("minResponseTime"))
            .statistic(Statistic::Max, total("maxResponseTime"))
            .statistic(Statistic::P50, total("percentiles1"))
            .statistic(Statistic::P75, total("percentiles2"))
            .statistic(Statistic::P95, total("percentiles3"))
            .statistic(Statistic::P99, total("percentiles4"))
    });
    entry.metrics.extend(time);
    let rate = total("meanNumberOfRequestsPerSecond");
    entry.metrics.extend(rate.map(|rate| metric(THROUGHPUT, "req/s", rate)));
    if requests > 0.0 {
        entry.metrics.push(metric("error_rate", "%", errors / requests * 100.0));
    }
    fail_where_all_failed(entry, requests, errors, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn groups_are_paths_and_a_dash_is_no_number() {
        let stats = |ok: &str, ko: &str, mean: &str| {
            format!(
                r#"{{"name":"x","numberOfRequests":{{"total":"10","ok":"{ok}","ko":"{ko}"}},
                "meanResponseTime":{{"total":{mean},"ok":"-","ko":5}},
                "meanNumberOfRequestsPerSecond":{{"total":"7.5","ok":"7.5","ko":"-"}}}}"#
            )
        };
        let text = format!(
            r#"{{"type":"GROUP","name":"All Requests","stats":{},"contents":{{
            "group_a":{{"type":"GROUP","name":"a","stats":{},"contents":{{
            "req_b":{{"type":"REQUEST","name":"b","stats":{}}}}}}}}}}}"#,
            stats("9", "1", "12"),
            stats("10", "0", "\"-\""),
            stats("0", "10", "3"),
        );
        let entries = read_text(&FORMAT, &text);
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["All Requests", "a", "a / b"]);
        let values: Vec<Option<f64>> =
            entries[0].metrics.iter().map(|metric| metric.value.get()).collect();
        assert_eq!(values, [Some(12.0), Some(7.5), Some(10.0)]);
        assert_eq!(entries[1].metrics.len(), 2);
        assert_eq!(entries[2].error.as_deref(), Some("all 10 requests failed"));
        assert_eq!(read_text(&FORMAT, &stats("10", "0", "3"))[0].name, "x");
    }
}
