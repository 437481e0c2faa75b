//! Results of a test run with `PERF_COLLECT=true`: `perf-COMMIT-TIME.json` with the times of each
//! budget in milliseconds, the commit and the branch. Budgets themselves are the policy's, and are
//! not read here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, sampled};
use crate::format::{Format, Reader};
use crate::json::{list, number, pairs, text as word};
use crate::parse::quantity::{self, Quantity};
use crate::parse::time::{epoch_millis, parse_time};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "perf-collect",
    tool: "test runs with PERF_COLLECT: perf-COMMIT-TIME.json",
    signature: "`metadata` of a commit beside `summary` with `passingBudgets`",
    yields: "time (samples, median, min, max, p95, p99); commit, branch, time, node",
    backend: "javascript",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let budgets = || text.json()?.get("summary")?.get("passingBudgets");
    budgets().is_some() && text.json().is_some_and(|file| file.get("metadata").is_some())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let null = &Value::Null;
    let [metadata, measurements, stats] =
        ["metadata", "measurements", "stats"].map(|key| file.get(key).unwrap_or(null));
    let names: BTreeSet<&str> =
        pairs(measurements).chain(pairs(stats)).map(|(name, _)| name).collect();
    if names.is_empty() {
        let reason = "it has neither `measurements` nor `stats`: write them beside `summary`";
        return Err(InputError::whole(reason));
    }
    for name in names {
        let mut entry = BenchmarkEntry::named(name)
            .field("node", word(metadata, "nodeVersion"))
            .field("runner", word(metadata, "runner"));
        let commit = word(metadata, "commit");
        entry.run.commit = (!matches!(commit, "" | "unknown")).then(|| commit.to_owned());
        let branch = word(metadata, "branch");
        entry.run.branch = (!matches!(branch, "" | "unknown" | "HEAD")).then(|| branch.to_owned());
        entry.run.timestamp = parse_time(word(metadata, "timestamp"))
            .or_else(|| number(metadata, "timestamp_unix").and_then(epoch_millis));
        let samples = samples(text, name, list(measurements, name), sink);
        let stats = stats.get(name).unwrap_or(null);
        let stat = |key: &str| number(stats, key);
        let typical = stat("median").or(stat("avg"));
        if samples.is_empty() && typical.is_none() {
            let why = word(stats, "error");
            let why = if why.is_empty() { "nothing was measured" } else { why };
            sink.entry(entry.failed(why));
            continue;
        }
        let mut time = sampled(TIME_METRIC, "ms", samples);
        // The median is that of the samples, where they are there.
        if time.samples.is_empty() {
            time.value = typical.into();
        }
        let time = time
            .statistic(Statistic::Median, stat("median"))
            .statistic(Statistic::Min, stat("min"))
            .statistic(Statistic::Max, stat("max"))
            .statistic(Statistic::P95, stat("p95"))
            .statistic(Statistic::P99, stat("p99"));
        sink.entry(entry.metric(time));
    }
    Ok(())
}

/// The times of a benchmark: `{"time": 0.84}`, or plain numbers.
fn samples(text: &Text, name: &str, all: &[Value], sink: &mut EntrySink<'_>) -> Vec<f64> {
    let mut samples = Vec::new();
    for value in all {
        let told = value.get("time").unwrap_or(value);
        match Quantity::of(told).and_then(|it| it.in_unit("ms")) {
            Some(time) => samples.push(time),
            None => {
                let line = quantity::line_of(&text.text, &["measurements", name]);
                let reason = format!("`measurements.{name}`: {told} is no time");
                sink.reject(line, &reason, quantity::REMEDY, &value.to_string());
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IngestInput;

    #[test]
    fn a_bad_time_is_rejected_and_a_budget_without_data_failed() {
        let text = r#"{"metadata":{"commit":"a1b2c3d","branch":"HEAD"},
            "summary":{"passingBudgets":1},
            "measurements":{"simple":[{"time":0.84},{"time":"slow"},{"time":"1s"}]},
            "stats":{"simple":{"p95":1000},"complex":{"error":"no data"}}}"#;
        let input = IngestInput::Text(Text::new("told.json", text.as_bytes()));
        let mut entries = Vec::new();
        let read = input.read(&FORMAT, &mut |entry| entries.push(entry)).expect("of this format");
        assert_eq!(read.rejected.len(), 1);
        assert_eq!(read.rejected[0].problem.location.line, 3);
        assert_eq!(entries[0].error.as_deref(), Some("no data"));
        assert_eq!(entries[1].metrics[0].samples, [0.84, 1000.0]);
        assert_eq!(
            (entries[1].run.commit.as_deref(), &entries[1].run.branch),
            (Some("a1b2c3d"), &None)
        );
    }

    #[test]
    fn a_report_without_measurements_is_rejected_as_a_whole() {
        let text = r#"{"metadata":{},"summary":{"passingBudgets":6},"violations":[]}"#;
        let input = IngestInput::Text(Text::new("told.json", text.as_bytes()));
        let error = input.read(&FORMAT, &mut |_| {}).expect_err("nothing to read");
        assert!(error.reason.contains("measurements"), "{}", error.reason);
    }
}
