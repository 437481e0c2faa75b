//! hyperfine `--export-json`: one entry a command; seconds. Every timing is kept as a sample, user
//! and system time become metrics of their own, exit codes other than zero are a field.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::entry::{BenchmarkEntry, CPU_TIME, MEMORY, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "hyperfine",
    tool: "hyperfine --export-json",
    signature: "`results` of `command` and `times`",
    yields: "time (mean, std, median, min, max, samples), user_time, system_time, cpu_time, memory",
    backend: "shell",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let first = || text.json()?.get("results")?.get(0)?.get("command");
    first().is_some()
}

#[derive(Deserialize)]
struct HyperfineExport {
    results: Vec<HyperfineCommand>,
}

#[derive(Deserialize)]
struct HyperfineCommand {
    command: String,
    mean: Option<f64>,
    stddev: Option<f64>,
    median: Option<f64>,
    user: Option<f64>,
    system: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    times: Vec<f64>,
    #[serde(default)]
    memory_usage_byte: Vec<f64>,
    #[serde(default)]
    exit_codes: Vec<Option<i64>>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let export: HyperfineExport = text.parse()?;
    for command in export.results {
        sink.entry(entry(command));
    }
    Ok(())
}

fn entry(command: HyperfineCommand) -> BenchmarkEntry {
    let mut entry = BenchmarkEntry::named(command.command);
    for (name, value) in command.parameters {
        entry = entry.param(&name, value);
    }
    let failed = command.exit_codes.iter().filter(|code| **code != Some(0)).count();
    if failed > 0 {
        entry = entry.field("failed_runs", failed);
    }
    let Some(mean) = command.mean else {
        return entry.failed("hyperfine reports no mean");
    };
    let time = metric(TIME_METRIC, "s", mean)
        .std(command.stddev)
        .statistic(Statistic::Median, command.median)
        .statistic(Statistic::Min, command.min)
        .statistic(Statistic::Max, command.max)
        .samples(command.times);
    entry = entry.metric(time);
    for (name, value) in [("user_time", command.user), ("system_time", command.system)] {
        entry.metrics.extend(value.map(|value| metric(name, "s", value)));
    }
    if let (Some(user), Some(system)) = (command.user, command.system) {
        entry = entry.metric(metric(CPU_TIME, "s", user + system));
    }
    if let Some(peak) = command.memory_usage_byte.iter().copied().reduce(f64::max) {
        let memory = metric(MEMORY, "B", peak).samples(command.memory_usage_byte);
        entry = entry.metric(memory);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_command_without_a_mean_is_a_failed_run() {
        let found = read_text(&FORMAT, r#"{"results":[{"command":"a","exit_codes":[null,1]}]}"#);
        assert!(found[0].error.is_some());
        assert_eq!(found[0].fields["failed_runs"], 2);
    }

    #[test]
    fn parameters_make_series_of_their_own() {
        let text = r#"{"results":[{"command":"sort -p 4","mean":1.5,"times":[1.0,2.0],
            "parameters":{"n":"4","kind":"x"},"user":1.0,"system":0.25}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((found[0].n, found[0].params["kind"].as_str()), (Some(4), "x"));
        let cpu = found[0].metrics.iter().find(|it| it.metric == CPU_TIME).unwrap();
        assert_eq!((cpu.value.get(), cpu.unit.as_deref()), (Some(1.25), Some("s")));
    }
}
