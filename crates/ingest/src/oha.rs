//! oha `--output-format json` (`-j`): one entry; seconds. The file does not hold the request:
//! name it by `--set test=…`.

use serde_json::Value;

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::json::{number, pairs};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "oha",
    tool: "oha --output-format json",
    signature: "`summary` with `successRate` and `requestsPerSec`",
    yields: "time (mean, min, max, percentiles), first_byte, throughput, bandwidth, success_rate; \
             status codes, errors",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let summary = || text.json()?.get("summary");
    let has = |key: &str| summary().is_some_and(|it| it.get(key).is_some());
    has("requestsPerSec") && has("successRate")
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let Some(summary) = file.get("summary").filter(|it| it.is_object()) else {
        return Err(InputError::whole("no object `summary`"));
    };
    let mut entry = BenchmarkEntry::named("oha").field("duration_s", summary.get("total").cloned());
    for (key, count) in file.get("statusCodeDistribution").into_iter().flat_map(pairs) {
        entry = entry.field(&format!("status_{key}"), count.clone());
    }
    let errors = file.get("errorDistribution").into_iter().flat_map(pairs);
    let errors: f64 = errors.filter_map(|(_, count)| count.as_f64()).sum();
    if errors > 0.0 {
        entry = entry.field("errors", errors);
    }
    let null = &Value::Null;
    let latency =
        latency_summary(TIME_METRIC, summary, file.get("latencyPercentiles").unwrap_or(null));
    let Some(latency) = latency else {
        sink.entry(entry.failed("no request succeeded"));
        return Ok(());
    };
    entry = entry.metric(latency);
    let details = file.get("details").and_then(|details| details.get("firstByte"));
    let spread = file.get("firstBytePercentiles").unwrap_or(null);
    entry
        .metrics
        .extend(details.and_then(|details| latency_summary("first_byte", details, spread)));
    let mut put = |name: &str, unit: &str, key: &str| {
        let told = number(summary, key).map(|value| metric(name, unit, value));
        entry.metrics.extend(told.map(|metric| metric.direction(Direction::Higher)));
    };
    put(THROUGHPUT, "req/s", "requestsPerSec");
    put(BANDWIDTH, "B/s", "sizePerSec");
    put("success_rate", "", "successRate");
    sink.entry(entry);
    Ok(())
}

/// Average, fastest and slowest with their percentiles; none without an average.
fn latency_summary(name: &str, body: &Value, percentiles: &Value) -> Option<Measurement<'static>> {
    let time = metric(name, "s", number(body, "average")?)
        .statistic(Statistic::Min, number(body, "fastest"))
        .statistic(Statistic::Max, number(body, "slowest"));
    let keys = [
        ("p25", Statistic::P25),
        ("p50", Statistic::P50),
        ("p75", Statistic::P75),
        ("p90", Statistic::P90),
        ("p95", Statistic::P95),
        ("p99", Statistic::P99),
        ("p99.9", Statistic::P999),
    ];
    let put = |time: Measurement<'static>, (key, statistic)| {
        time.statistic(statistic, number(percentiles, key))
    };
    Some(keys.into_iter().fold(time, put))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_run_that_reached_nobody_is_a_gap() {
        let text = r#"{"summary":{"successRate":0.0,"average":null,"requestsPerSec":9.5},"errorDistribution":{"refused":3}}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(
            (found[0].error.as_deref(), &found[0].fields["errors"]),
            (Some("no request succeeded"), &3.into())
        );
    }
}
