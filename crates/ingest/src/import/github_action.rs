//! What github-action-benchmark keeps: `data.js` (`window.BENCHMARK_DATA = {…}`), the same as JSON,
//! or a checkout of the branch with one or several of them.
//!
//! A run belongs to the commit and to the pull request it names. Of a pull request the action
//! stores when it was updated instead of when the commit was made, so that time is left out. Go
//! lines are kept by the action as one and again one a unit; they are one benchmark here. A value
//! that is no number, and a unit that is the benchmark's own output, are rejected.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::entry::{BenchmarkEntry, RunContext};
use crate::import::github_bench::{ActionBenchmark, ActionTool, entries};
use crate::import::units::UnitUsage;
use crate::import::{HistoryKind, ImportOptions, for_each_file};
use crate::json::{self, LineCounter};
use crate::parse::repeats::RepeatMerger;
use crate::parse::time::epoch_millis;
use crate::sink::{EntrySink, InputError};
use crate::source::{Source, Text};
use model::history::CommitFacts;
use model::record::time::Timestamp;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "github-action-benchmark",
    aliases: &["gh-action-benchmark", "github-action"],
    takes: "data.js, its JSON, or a checkout of the gh-pages branch",
    yields: "suite, test, time or the unit's metric, spread, what stands in `extra`; commits",
    backend: "custom",
    read,
};

const PREFIX: &str = "window.BENCHMARK_DATA";

#[derive(Deserialize)]
struct ActionData<'t> {
    #[serde(borrow)]
    entries: BTreeMap<String, &'t RawValue>,
}

#[derive(Deserialize)]
struct ActionRun {
    commit: ActionCommit,
    #[serde(default)]
    date: Value,
    #[serde(default)]
    tool: String,
    benches: Vec<Value>,
}

#[derive(Deserialize)]
struct ActionCommit {
    #[serde(alias = "sha")]
    id: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default, deserialize_with = "lenient_author")]
    author: ActionAuthor,
}

/// Who wrote a commit; some histories hold a text or nothing in its place.
#[derive(Default, Deserialize)]
struct ActionAuthor {
    #[serde(default)]
    name: Option<String>,
}

fn lenient_author<'de, D: Deserializer<'de>>(of: D) -> Result<ActionAuthor, D::Error> {
    let value = Value::deserialize(of)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let wanted = |file: &str| file.rsplit('/').next() == Some("data.js");
    let mut units = UnitUsage::default();
    for_each_file(source, wanted, sink, &mut |text, sink| read_data(text, &mut units, sink))?;
    units.remark_mixed_units(sink);
    Ok(())
}

fn read_data(
    text: &Text,
    units: &mut UnitUsage,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let told = text.text.trim_start();
    let body = match told.strip_prefix(PREFIX) {
        Some(rest) => rest.trim_start().strip_prefix('=').unwrap_or(rest),
        None => told,
    };
    let skipped = text.text.len() - body.len();
    let before = text.text[..skipped].matches('\n').count();
    let body = json::quote_bare_numbers(body.trim_end().trim_end_matches(';'));
    let shifted = |error: serde_json::Error| {
        let mut fault = InputError::from(error);
        fault.line += u32::try_from(before).unwrap_or(0);
        fault
    };
    let data: ActionData<'_> = serde_json::from_str(&body).map_err(shifted)?;
    let mut suites: Vec<(&String, &&RawValue)> = data.entries.iter().collect();
    suites.sort_by_key(|(_, runs)| runs.get().as_ptr() as usize);
    let mut lines = LineCounter::new(&body);
    let mut repeats = 0;
    for (suite, runs) in suites {
        let remedy = "the other suites were imported";
        let runs = match json::elements(runs.get()) {
            Ok(runs) => runs,
            Err(error) => {
                let line = before + lines.line_of(runs.get());
                sink.reject(line, &format!("no list of runs: {error}"), remedy, runs.get());
                continue;
            }
        };
        for told in runs {
            let line = before + lines.line_of(told.get());
            match serde_json::from_str::<ActionRun>(told.get()) {
                Ok(told) => repeats += take_run(suite, told, line, units, sink),
                Err(error) => {
                    let reason = InputError::from(error).reason;
                    let remedy = "the other runs were imported";
                    sink.reject(line, &format!("no run: {reason}"), remedy, told.get());
                }
            }
        }
    }
    if repeats > 0 {
        sink.remark(format!(
            "{repeats} values have the name of another value of their run: they are repeats"
        ));
    }
    Ok(())
}

/// One run of one suite; how many of its benchmarks are repeats.
fn take_run(
    suite: &str,
    action_run: ActionRun,
    line: usize,
    units: &mut UnitUsage,
    sink: &mut EntrySink<'_>,
) -> u64 {
    let run = run_context(&action_run, sink);
    let tool = ActionTool::named(&action_run.tool);
    let mut benches = Vec::new();
    for value in &action_run.benches {
        match ActionBenchmark::deserialize(value) {
            Ok(bench) => benches.push(bench),
            Err(error) => {
                let remedy = "the run's other benchmarks were imported";
                sink.reject(line, &format!("no benchmark: {error}"), remedy, &value.to_string());
            }
        }
    }
    let (entries, refused) = entries(&tool, &benches);
    for (bench, reason) in refused {
        let remedy = "the run's other values were imported";
        let text = format!("{}: {} {}", bench.name, bench.value, bench.unit);
        sink.reject(line, reason, remedy, &text);
    }
    let mut repeats = RepeatMerger::default();
    for entry in entries {
        tool.note_continuation(suite, &entry, sink);
        let suite = ActionTool::suite_pattern(suite, &entry);
        let entry = entry.into_suite(&suite);
        let entry = BenchmarkEntry { run: run.clone(), ..entry };
        units.record(&entry);
        repeats.add(entry);
    }
    let count = repeats.repeats();
    repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
    count
}

/// Commit, time and pull request of a run; what is told of the commit goes to the sink.
fn run_context(action_run: &ActionRun, sink: &mut EntrySink<'_>) -> RunContext {
    let commit = &action_run.commit;
    let url = commit.url.clone().unwrap_or_default();
    let pull = pull_number(&url);
    let made = commit.timestamp.as_deref().and_then(|text| Timestamp::parse(text).ok());
    let made = made.filter(|_| pull.is_none());
    let subject = commit.message.as_deref().and_then(|text| text.lines().next());
    sink.add_commit(CommitFacts {
        id: commit.id.clone(),
        time: made,
        subject: subject.map(str::to_owned).filter(|it| !it.is_empty()),
        author: commit.author.name.clone(),
        pull,
        ..CommitFacts::default()
    });
    let date = json::Number::of(&action_run.date).0.and_then(epoch_millis);
    RunContext {
        commit: Some(commit.id.clone()),
        timestamp: date.or(made),
        commit_time: made,
        pull,
        ..RunContext::default()
    }
}

/// The number in `…/pull/12/commits/<sha>`: the form of runs for a pull request.
fn pull_number(url: &str) -> Option<u64> {
    let (_, rest) = url.split_once("/pull/")?;
    rest.split_once("/commits/")?.0.parse().ok()
}
