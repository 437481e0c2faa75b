//! What gobenchdata keeps: `benchmarks.json`, a list of runs, newest first, with suites by package.
//!
//! `ref=refs/pull/12/…` among the tags makes a run one of a pull request, `ref=refs/heads/x` one of
//! a branch. A rate of 0 MB/s is what Go prints for none, and is left out.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::entry::{BenchmarkEntry, RunContext};
use crate::go;
use crate::go::units::{GoUnits, GoValue};
use crate::import::{HistoryKind, ImportOptions, for_each_json};
use crate::json::Number;
use crate::json_stream::JsonStream;
use crate::parse::go_name::GoRunNames;
use crate::parse::repeats::RepeatMerger;
use crate::parse::time::parse_epoch;
use crate::sink::{EntrySink, InputError};
use crate::source::Source;
use model::history::CommitFacts;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "gobenchdata",
    aliases: &[],
    takes: "benchmarks.json, or a checkout of the branch with it",
    yields: "suite (package), test, parameters; time, memory, allocations, bandwidth, own metrics",
    backend: "go",
    read,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GobenchdataRun {
    #[serde(default)]
    version: Option<String>,
    date: Number,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    suites: Option<Vec<GobenchdataSuite>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GobenchdataSuite {
    #[serde(default)]
    goos: String,
    #[serde(default)]
    goarch: String,
    #[serde(default)]
    pkg: String,
    #[serde(default)]
    benchmarks: Option<Vec<GobenchdataBenchmark>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GobenchdataBenchmark {
    name: String,
    #[serde(default)]
    runs: Option<u64>,
    #[serde(default)]
    ns_per_op: Number,
    #[serde(default)]
    mem: Option<GobenchdataMemory>,
    #[serde(default)]
    custom: Option<BTreeMap<String, Number>>,
}

#[derive(Default, Deserialize)]
struct GobenchdataMemory {
    #[serde(default, rename = "BytesPerOp")]
    bytes: Number,
    #[serde(default, rename = "AllocsPerOp")]
    allocations: Number,
    #[serde(default, rename = "MBPerSec")]
    rate: Number,
}

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    sink.continue_with(&[format!("--format={}", go::FORMAT.name)]);
    let wanted = |file: &str| file.rsplit('/').next() == Some("benchmarks.json");
    for_each_json(source, wanted, sink, &mut |_, stream, sink| read_history(stream, sink))
}

fn read_history(mut stream: JsonStream<'_>, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    stream.skip_assignment()?;
    stream.elements(&mut |piece| {
        match serde_json::from_str::<GobenchdataRun>(&piece.text) {
            Ok(run) => take_run(&run, piece.line, sink),
            Err(error) => {
                let reason = format!("no run: {}", InputError::from(error).reason);
                sink.reject(piece.line, &reason, "the other runs were imported", &piece.text);
            }
        }
        Ok(())
    })?;
    stream.expect_end()
}

fn take_run(gobench_run: &GobenchdataRun, line: usize, sink: &mut EntrySink<'_>) {
    let reference = |kind: &str| {
        let tags = gobench_run.tags.iter().flatten();
        tags.filter_map(|tag| tag.strip_prefix("ref=refs/")?.strip_prefix(kind)).next()
    };
    let pull = reference("pull/").and_then(|it| it.split('/').next()?.parse().ok());
    let run = RunContext {
        commit: gobench_run.version.clone().filter(|it| !it.is_empty()),
        timestamp: gobench_run.date.0.and_then(parse_epoch),
        branch: reference("heads/").map(str::to_owned),
        pull,
        ..RunContext::default()
    };
    if let (Some(tag), Some(commit)) = (reference("tags/"), &run.commit) {
        let (id, tags) = (commit.clone(), vec![tag.to_owned()]);
        sink.add_commit(CommitFacts { id, tags, ..CommitFacts::default() });
    }
    let mut repeats = RepeatMerger::default();
    for suite in gobench_run.suites.iter().flatten() {
        let benchmarks = || suite.benchmarks.iter().flatten();
        let names = GoRunNames::of(benchmarks().map(|bench| bench.name.as_str()));
        for bench in benchmarks() {
            match entry(suite, &names, bench) {
                Some(entry) => repeats.add(BenchmarkEntry { run: run.clone(), ..entry }),
                None => {
                    let remedy = "the run's other benchmarks were imported";
                    sink.reject(line, "the benchmark has no value", remedy, &bench.name);
                }
            }
        }
    }
    repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
}

fn entry(
    suite: &GobenchdataSuite,
    names: &GoRunNames,
    bench: &GobenchdataBenchmark,
) -> Option<BenchmarkEntry> {
    let mem = bench.mem.as_ref();
    // A rate of zero is what Go prints for none.
    let rate = mem.and_then(|it| it.rate.0).filter(|rate| *rate != 0.0);
    let known = [
        (bench.ns_per_op.0, "ns/op"),
        (mem.and_then(|it| it.bytes.0), "B/op"),
        (mem.and_then(|it| it.allocations.0), "allocs/op"),
        (rate, "MB/s"),
    ];
    let custom = bench.custom.iter().flatten().map(|(unit, value)| (value.0, unit.as_str()));
    let values: Vec<GoValue<'_>> = known
        .into_iter()
        .chain(custom)
        .filter_map(|(value, unit)| Some(GoValue { value: value?, unit }))
        .collect();
    let entry = names.entry(&suite.pkg, &bench.name).field("iterations", bench.runs);
    let entry = GoUnits::default().with_metrics(entry, &values);
    let entry = entry.field("os", suite.goos.as_str()).field("arch", suite.goarch.as_str());
    (!entry.metrics.is_empty()).then_some(entry)
}
