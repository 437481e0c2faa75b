//! `statistics.json` of JMeter's HTML dashboard: one entry a transaction, and `Total`.
//!
//! Times in milliseconds. The three percentiles are 90, 95 and 99, unless `aggregate_rpt_pct1` to
//! `3` say otherwise, which the file does not show.

use serde_json::Value;

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{number, pairs, text as word};
use crate::parse::quantity::line_of;
use crate::requests::fail_where_all_failed;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "jmeter-statistics",
    tool: "Apache JMeter: statistics.json of the dashboard",
    signature: "an object of objects with `transaction` and `meanResTime`",
    yields: "time (mean, median, min, max, p90, p95, p99), throughput, bandwidth, sent_bandwidth, \
             error_rate; requests, errors",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn is_transaction(body: &Value) -> bool {
    body.get("transaction").is_some_and(Value::is_string) && body.get("sampleCount").is_some()
}

fn recognizes(text: &Text) -> bool {
    text.json().is_some_and(|file| {
        pairs(file).any(|(_, body)| is_transaction(body) && body.get("meanResTime").is_some())
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    if !file.is_object() {
        return Err(InputError::whole("no object of transactions"));
    }
    for (name, body) in pairs(file) {
        if is_transaction(body) {
            sink.entry(entry(body));
        } else {
            let reason = format!("`{name}` is no transaction");
            let line = line_of(&text.text, &[name]);
            sink.reject(line, &reason, "make the dashboard again", &body.to_string());
        }
    }
    Ok(())
}

fn entry(body: &Value) -> BenchmarkEntry {
    let value = |key: &str| number(body, key);
    // A transaction that never ran is in the table with zeros.
    let samples = value("sampleCount").unwrap_or(0.0);
    let errors = value("errorCount").unwrap_or(0.0);
    let mut entry = BenchmarkEntry::named(word(body, "transaction")).field("requests", samples);
    if errors > 0.0 {
        entry = entry.field("errors", errors);
    }
    let time = value("meanResTime").map(|mean| {
        metric(TIME_METRIC, "ms", mean)
            .statistic(Statistic::Median, value("medianResTime"))
            .statistic(Statistic::Min, value("minResTime"))
            .statistic(Statistic::Max, value("maxResTime"))
            .statistic(Statistic::P90, value("pct1ResTime"))
            .statistic(Statistic::P95, value("pct2ResTime"))
            .statistic(Statistic::P99, value("pct3ResTime"))
    });
    entry.metrics.extend(time);
    let others = [
        (THROUGHPUT, "req/s", "throughput"),
        (BANDWIDTH, "KiB/s", "receivedKBytesPerSec"),
        ("sent_bandwidth", "KiB/s", "sentKBytesPerSec"),
        ("error_rate", "%", "errorPct"),
    ];
    for (name, unit, key) in others {
        // JMeter counts 1,024 bytes a KB, and `NaN` where it divided by nothing.
        entry.metrics.extend(value(key).map(|value| metric(name, unit, value)));
    }
    fail_where_all_failed(entry, samples, errors, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_transaction_without_success_is_a_failed_run() {
        let text = r#"{"a":{"transaction":"a","sampleCount":3,"errorCount":3,"errorPct":100.0,
            "meanResTime":1.5,"throughput":900.0},
            "b":{"transaction":"b","sampleCount":0,"errorCount":0,"meanResTime":NaN}}"#;
        let entries = read_text(&FORMAT, text);
        assert_eq!(entries[0].error.as_deref(), Some("all 3 requests failed"));
        assert_eq!(entries[1].error.as_deref(), Some("no request was answered"));
        assert_eq!(entries[0].metrics, []);
    }
}
