//! hyperfine `--export-json`: one entry a command; seconds. Every timing is kept as a sample, user
//! and system time become metrics of their own, exit codes other than zero are a field.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, CPU_TIME, MEMORY, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{Number, list, mostly, text as word, to_plain_text};
use crate::parse::quantity;
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
    let own = ["times", "mean", "exit_codes"];
    let is_result =
        |it: &Value| it.get("command").is_some() && own.iter().any(|key| it.get(*key).is_some());
    text.json().is_some_and(|file| mostly(list(file, "results"), is_result))
}

#[derive(Deserialize)]
struct HyperfineCommand {
    command: String,
    #[serde(default)]
    mean: Number,
    #[serde(default)]
    stddev: Number,
    #[serde(default)]
    median: Number,
    #[serde(default)]
    user: Number,
    #[serde(default)]
    system: Number,
    #[serde(default)]
    min: Number,
    #[serde(default)]
    max: Number,
    #[serde(default)]
    times: Vec<Number>,
    #[serde(default)]
    memory_usage_byte: Vec<Number>,
    #[serde(default)]
    exit_codes: Vec<Option<i64>>,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let Some(results) = text.value()?.get("results").and_then(Value::as_array) else {
        return Err(InputError::whole("no list `results`"));
    };
    for result in results {
        match HyperfineCommand::deserialize(result) {
            Ok(command) => sink.entry(entry(command)),
            Err(error) => {
                let line = quantity::line_of(&text.text, &["results", word(result, "command")]);
                let reason = InputError::from(error).reason;
                sink.reject(line, &reason, "run the command again", &result.to_string());
            }
        }
    }
    Ok(())
}

fn entry(command: HyperfineCommand) -> BenchmarkEntry {
    let mut entry = BenchmarkEntry::named(command.command);
    for (name, value) in command.parameters {
        entry = entry.param(&name, to_plain_text(&value));
    }
    let failed = command.exit_codes.iter().filter(|code| **code != Some(0)).count();
    if failed > 0 {
        entry = entry.field("failed_runs", failed);
    }
    let Some(mean) = command.mean.0 else {
        return entry.failed("hyperfine reports no mean");
    };
    let time = metric(TIME_METRIC, "s", mean)
        .std(command.stddev.0)
        .statistic(Statistic::Median, command.median.0)
        .statistic(Statistic::Min, command.min.0)
        .statistic(Statistic::Max, command.max.0)
        .samples(command.times.iter().filter_map(|it| it.0).collect());
    entry = entry.metric(time);
    for (name, value) in [("user_time", command.user.0), ("system_time", command.system.0)] {
        entry.metrics.extend(value.map(|value| metric(name, "s", value)));
    }
    if let (Some(user), Some(system)) = (command.user.0, command.system.0) {
        entry = entry.metric(metric(CPU_TIME, "s", user + system));
    }
    let peaks: Vec<f64> = command.memory_usage_byte.iter().filter_map(|it| it.0).collect();
    if let Some(peak) = peaks.iter().copied().reduce(f64::max) {
        let memory = metric(MEMORY, "B", peak).samples(peaks);
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
