//! Runs as Otava reads and Nyrkiö takes them: a list of `{timestamp, metrics: [{name, value, unit?,
//! direction?}], attributes: {git_commit, branch, …}}`, newest first or last.
//!
//! The test has no name inside: it is the file's, or the user's. A metric whose value is no number
//! is refused alone.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{Entry, Run, Told as _, metric};
use crate::import::told::{Units, epoch, time, unit};
use crate::import::{Asked, Kind, each_file, stem};
use crate::json::{self, Lines, Number};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::history::CommitFacts;
use model::record::Direction;
use model::record::time::Timestamp;

pub const KIND: Kind = Kind {
    name: "nyrkio",
    also: &["otava-json", "otava"],
    takes: "a JSON file a test, or a folder of them",
    yields: "test (the file's name), its metrics with unit and direction; commits",
    backend: "otava",
    read,
};

#[derive(Deserialize)]
struct Told {
    timestamp: Value,
    metrics: Vec<Metric>,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default)]
    extra_info: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Metric {
    name: String,
    value: Number,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    direction: Option<String>,
}

fn read(path: &Path, asked: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut units = Units::default();
    each_file(path, |file| file.ends_with(".json"), sink, &mut |text, sink| {
        history(text, asked, &mut units, sink)
    })?;
    units.tell(sink);
    Ok(())
}

fn history(
    text: &Text,
    asked: &Asked,
    units: &mut Units,
    sink: &mut Sink<'_>,
) -> Result<(), Fault> {
    let test = asked.test.clone().unwrap_or_else(|| stem(&text.name));
    let body = json::standard(&text.text);
    let mut lines = Lines::new(&body);
    for told in json::elements(&body)? {
        let line = lines.of(told.get());
        let run = serde_json::from_str::<Told>(told.get());
        let run = run.map_err(|error| Fault::from(error).reason);
        match run.and_then(|told| entry(&test, told, line, sink)) {
            Ok(entry) => {
                units.see(&entry);
                sink.entry(entry);
            }
            Err(reason) => {
                let reason = format!("no run: {reason}");
                sink.refuse(line, &reason, "the other runs were imported", told.get());
            }
        }
    }
    Ok(())
}

fn entry(test: &str, told: Told, line: usize, sink: &mut Sink<'_>) -> Result<Entry, String> {
    let text = |name: &str| told.attributes.get(name).and_then(Value::as_str);
    let mut entry = Entry::named(text("test_name").unwrap_or(test));
    for told in &told.metrics {
        let Some(value) = told.value.0 else {
            let remedy = "the run's other metrics were imported";
            sink.refuse(line, "the value is no number", remedy, &told.name);
            continue;
        };
        let metric = metric(&told.name, unit(told.unit.as_deref().unwrap_or_default()), value);
        entry.metrics.push(match told.direction.as_deref() {
            Some("higher_is_better") => metric.better(Direction::Higher),
            Some("lower_is_better") => metric.better(Direction::Lower),
            _ => metric,
        });
    }
    if entry.metrics.is_empty() {
        return Err("it has no metric".to_owned());
    }
    let measured = at(&told.timestamp).ok_or("its `timestamp` is no time")?;
    let commit = text("git_commit").or_else(|| text("commit")).map(str::to_owned);
    if let (Some(id), Some(message)) = (&commit, text("commit_msg")) {
        let subject = message.lines().next().map(str::to_owned);
        sink.commit(CommitFacts { id: id.clone(), subject, ..CommitFacts::default() });
    }
    entry.run = Run {
        commit,
        timestamp: Some(measured),
        commit_time: told.attributes.get("commit_time").and_then(at),
        branch: text("branch").map(str::to_owned),
        ..Run::default()
    };
    for (name, value) in told.extra_info.iter().chain(&told.attributes) {
        let known = [
            "git_commit",
            "commit",
            "branch",
            "git_repo",
            "commit_msg",
            "commit_time",
            "test_name",
        ];
        if !(known.contains(&name.as_str()) || value.is_object() || value.is_array()) {
            entry = entry.field(name, value.clone());
        }
    }
    Ok(entry)
}

/// A time as a number since 1970 or as text.
fn at(told: &Value) -> Option<Timestamp> {
    match told {
        Value::Number(told) => epoch(told.as_f64()?).map(|(time, _)| time),
        Value::String(told) => time(told).map(|(time, _)| time),
        _ => None,
    }
}
