//! What github-action-benchmark keeps: `data.js` (`window.BENCHMARK_DATA = {…}`), the same as JSON,
//! or a checkout of the branch with one or several of them.
//!
//! A run belongs to the commit and to the pull request it names. Of a pull request the action
//! stores when it was updated instead of when the commit was made, so that time is left out. Go
//! lines are kept by the action as one and again one a unit; they are one benchmark here. A value
//! that is no number, and a unit that is the benchmark's own output, are refused.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::entry::{Entry, Run};
use crate::import::github_bench::{Bench, Tool, entries};
use crate::import::told::{Repeats, Units, millis};
use crate::import::{Asked, Kind, each_file};
use crate::json::{self, Lines};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::history::CommitFacts;
use model::record::time::Timestamp;

pub const KIND: Kind = Kind {
    name: "github-action-benchmark",
    also: &["gh-action-benchmark", "github-action"],
    takes: "data.js, its JSON, or a checkout of the gh-pages branch",
    yields: "suite, test, time or the unit's metric, spread, what stands in `extra`; commits",
    backend: "custom",
    read,
};

const PREFIX: &str = "window.BENCHMARK_DATA";

#[derive(Deserialize)]
struct Data<'t> {
    #[serde(borrow)]
    entries: BTreeMap<String, &'t RawValue>,
}

#[derive(Deserialize)]
struct Told {
    commit: Commit,
    #[serde(default)]
    date: Value,
    #[serde(default)]
    tool: String,
    benches: Vec<Value>,
}

#[derive(Deserialize)]
struct Commit {
    #[serde(alias = "sha")]
    id: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

fn read(path: &Path, _: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let wanted = |file: &str| file.rsplit('/').next() == Some("data.js");
    let mut units = Units::default();
    each_file(path, wanted, sink, &mut |text, sink| data(text, &mut units, sink))?;
    units.tell(sink);
    Ok(())
}

fn data(text: &Text, units: &mut Units, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let told = text.text.trim_start();
    let body = match told.strip_prefix(PREFIX) {
        Some(rest) => rest.trim_start().strip_prefix('=').unwrap_or(rest),
        None => told,
    };
    let skipped = text.text.len() - body.len();
    let before = text.text[..skipped].matches('\n').count();
    let body = json::standard(body.trim_end().trim_end_matches(';'));
    let shifted = |error: serde_json::Error| {
        let mut fault = Fault::from(error);
        fault.line += u32::try_from(before).unwrap_or(0);
        fault
    };
    let data: Data<'_> = serde_json::from_str(&body).map_err(shifted)?;
    let mut suites: Vec<(&String, &&RawValue)> = data.entries.iter().collect();
    suites.sort_by_key(|(_, runs)| runs.get().as_ptr() as usize);
    let mut lines = Lines::new(&body);
    let mut repeats = 0;
    for (suite, runs) in suites {
        let remedy = "the other suites were imported";
        let runs = match json::elements(runs.get()) {
            Ok(runs) => runs,
            Err(error) => {
                let line = before + lines.of(runs.get());
                sink.refuse(line, &format!("no list of runs: {error}"), remedy, runs.get());
                continue;
            }
        };
        for told in runs {
            let line = before + lines.of(told.get());
            match serde_json::from_str::<Told>(told.get()) {
                Ok(told) => repeats += run(suite, told, line, units, sink),
                Err(error) => {
                    let reason = Fault::from(error).reason;
                    let remedy = "the other runs were imported";
                    sink.refuse(line, &format!("no run: {reason}"), remedy, told.get());
                }
            }
        }
    }
    if repeats > 0 {
        sink.remark(format!("{repeats} values have a name that their run had before: repeats"));
    }
    Ok(())
}

/// One run of one suite; how many of its benchmarks are repeats.
fn run(suite: &str, told: Told, line: usize, units: &mut Units, sink: &mut Sink<'_>) -> u64 {
    let run = of(&told, sink);
    let tool = Tool::named(&told.tool);
    let mut benches = Vec::new();
    for value in &told.benches {
        match Bench::deserialize(value) {
            Ok(bench) => benches.push(bench),
            Err(error) => {
                let remedy = "the run's other benchmarks were imported";
                sink.refuse(line, &format!("no benchmark: {error}"), remedy, &value.to_string());
            }
        }
    }
    let (entries, refused) = entries(&tool, &benches);
    for (bench, reason) in refused {
        let remedy = "the run's other values were imported";
        let text = format!("{}: {} {}", bench.name, bench.value, bench.unit);
        sink.refuse(line, reason, remedy, &text);
    }
    let mut repeats = Repeats::default();
    for entry in entries {
        let entry = Entry { suite: suite.to_owned(), run: run.clone(), ..entry };
        units.see(&entry);
        sink.entry(repeats.mark(entry));
    }
    repeats.count()
}

/// Commit, time and pull request of a run; what is told of the commit goes to the sink.
fn of(told: &Told, sink: &mut Sink<'_>) -> Run {
    let commit = &told.commit;
    let url = commit.url.clone().unwrap_or_default();
    let pull = pull(&url);
    let made = commit.timestamp.as_deref().and_then(|text| Timestamp::parse(text).ok());
    let made = made.filter(|_| pull.is_none());
    let subject = commit.message.as_deref().and_then(|text| text.lines().next());
    sink.commit(CommitFacts {
        id: commit.id.clone(),
        time: made,
        subject: subject.map(str::to_owned).filter(|it| !it.is_empty()),
        pull,
        ..CommitFacts::default()
    });
    let date = json::Number::of(&told.date).0.and_then(millis);
    Run {
        commit: Some(commit.id.clone()),
        timestamp: date.or(made),
        commit_time: made,
        pull,
        ..Run::default()
    }
}

/// The number in `…/pull/12/commits/<sha>`: the form of runs for a pull request.
fn pull(url: &str) -> Option<u64> {
    let (_, rest) = url.split_once("/pull/")?;
    rest.split_once("/commits/")?.0.parse().ok()
}
