//! Runs as Otava reads and Nyrkiö takes them: a list of `{timestamp, metrics: [{name, value, unit?,
//! direction?}], attributes: {git_commit, branch, …}}`, newest first or last.
//!
//! The test has no name inside: it is the file's, or the user's. A metric whose value is no number
//! is rejected alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt as _, RunContext, metric};
use crate::import::units::UnitUsage;
use crate::import::{HistoryKind, ImportOptions, for_each_json, stem};
use crate::json::Number;
use crate::json_stream::JsonStream;
use crate::otava;
use crate::parse::{name, time, unit};
use crate::sink::{EntrySink, InputError};
use crate::source::Source;
use model::history::CommitFacts;
use model::record::Direction;
use model::record::time::Timestamp;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "nyrkio",
    aliases: &["otava-json", "otava"],
    takes: "a JSON file a test, or a folder of them",
    yields: "test (the file's name), its metrics with unit and direction; commits",
    backend: "otava",
    read,
};

#[derive(Deserialize)]
struct NyrkioRun {
    timestamp: Value,
    metrics: Vec<NyrkioMetric>,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default)]
    extra_info: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct NyrkioMetric {
    name: String,
    value: Number,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    direction: Option<String>,
}

fn read(
    source: Source<'_>,
    options: &ImportOptions,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let mut units = UnitUsage::default();
    for_each_json(source, |file| file.ends_with(".json"), sink, &mut |name, stream, sink| {
        read_history(name, stream, options, &mut units, sink)
    })?;
    units.remark_mixed_units(sink);
    Ok(())
}

fn read_history(
    name: &str,
    mut stream: JsonStream<'_>,
    options: &ImportOptions,
    units: &mut UnitUsage,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let test = options.test.clone().unwrap_or_else(|| stem(name));
    stream.skip_assignment()?;
    stream.elements(&mut |piece| {
        let run = serde_json::from_str::<NyrkioRun>(&piece.text);
        let run = run.map_err(|error| InputError::from(error).reason);
        match run.and_then(|run| entry(&test, run, piece.line, sink)) {
            Ok(entry) => {
                units.record(&entry);
                sink.entry(entry);
            }
            Err(reason) => {
                let reason = format!("no run: {reason}");
                sink.reject(piece.line, &reason, "the other runs were imported", &piece.text);
            }
        }
        Ok(())
    })?;
    stream.expect_end()
}

fn entry(
    test: &str,
    nyrkio_run: NyrkioRun,
    line: usize,
    sink: &mut EntrySink<'_>,
) -> Result<BenchmarkEntry, String> {
    let text = |name: &str| nyrkio_run.attributes.get(name).and_then(Value::as_str);
    let named = otava::TEST_NAMES.iter().find_map(|name| text(name));
    if named.is_none() {
        sink.continue_with(&[format!("--set=test={test}")]);
    }
    let mut entry = BenchmarkEntry::named(named.unwrap_or(test));
    for told in &nyrkio_run.metrics {
        let Some(value) = told.value.0 else {
            let remedy = "the run's other metrics were imported";
            sink.reject(line, "the value is no number", remedy, &told.name);
            continue;
        };
        let metric = metric(
            &name::metric_name(&told.name),
            &unit::plain(told.unit.as_deref().unwrap_or_default()),
            value,
        );
        entry.metrics.push(match told.direction.as_deref() {
            Some("higher_is_better") => metric.direction(Direction::Higher),
            Some("lower_is_better") => metric.direction(Direction::Lower),
            _ => metric,
        });
    }
    if entry.metrics.is_empty() {
        return Err("it has no metric".to_owned());
    }
    let measured = timestamp_of(&nyrkio_run.timestamp).ok_or("its `timestamp` is no time")?;
    let commit = text("git_commit").or_else(|| text("commit")).map(str::to_owned);
    if let (Some(id), Some(message)) = (&commit, text("commit_msg")) {
        let subject = message.lines().next().map(str::to_owned);
        sink.add_commit(CommitFacts { id: id.clone(), subject, ..CommitFacts::default() });
    }
    entry.run = RunContext {
        commit,
        timestamp: Some(measured),
        commit_time: nyrkio_run.attributes.get("commit_time").and_then(timestamp_of),
        branch: text("branch").map(str::to_owned),
        ..RunContext::default()
    };
    for (name, value) in nyrkio_run.extra_info.iter().chain(&nyrkio_run.attributes) {
        let known = ["git_commit", "commit", "branch", "git_repo", "commit_msg", "commit_time"];
        if !(known.contains(&name.as_str())
            || otava::TEST_NAMES.contains(&name.as_str())
            || value.is_object()
            || value.is_array())
        {
            entry = entry.field(name, value.clone());
        }
    }
    Ok(entry)
}

/// A time as a number since 1970 or as text.
fn timestamp_of(timestamp: &Value) -> Option<Timestamp> {
    match timestamp {
        Value::Number(told) => time::parse_epoch(told.as_f64()?),
        Value::String(told) => time::parse_time(told),
        _ => None,
    }
}
