//! What gobenchdata keeps: `benchmarks.json`, a list of runs, newest first, with suites by package.
//!
//! `ref=refs/pull/12/…` among the tags makes a run one of a pull request, `ref=refs/heads/x` one of
//! a branch. A rate of 0 MB/s is what Go prints for none, and is left out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::entry::{ALLOCATIONS, BANDWIDTH, BenchmarkEntry, MEMORY, RunContext, metric};
use crate::import::conventions::{
    RepeatMarker, apply_go_name, metric_named_by_unit, parse_epoch, plain_unit, snake_case,
};
use crate::import::{HistoryKind, ImportOptions, for_each_file};
use crate::json::{self, LineCounter, Number};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::history::CommitFacts;
use model::record::TIME_METRIC;

pub const KIND: HistoryKind = HistoryKind {
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

fn read(path: &Path, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let wanted = |file: &str| file.rsplit('/').next() == Some("benchmarks.json");
    for_each_file(path, wanted, sink, &mut read_history)
}

fn read_history(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let body = json::quote_bare_numbers(&text.text);
    let mut lines = LineCounter::new(&body);
    for told in json::elements(&body)? {
        let line = lines.line_of(told.get());
        match serde_json::from_str::<GobenchdataRun>(told.get()) {
            Ok(told) => take_run(&told, line, sink),
            Err(error) => {
                let reason = format!("no run: {}", InputError::from(error).reason);
                sink.reject(line, &reason, "the other runs were imported", told.get());
            }
        }
    }
    Ok(())
}

fn take_run(gobench_run: &GobenchdataRun, line: usize, sink: &mut EntrySink<'_>) {
    let reference = |kind: &str| {
        let tags = gobench_run.tags.iter().flatten();
        tags.filter_map(|tag| tag.strip_prefix("ref=refs/")?.strip_prefix(kind)).next()
    };
    let pull = reference("pull/").and_then(|it| it.split('/').next()?.parse().ok());
    let run = RunContext {
        commit: gobench_run.version.clone().filter(|it| !it.is_empty()),
        timestamp: gobench_run.date.0.and_then(parse_epoch).map(|(time, _)| time),
        branch: reference("heads/").map(str::to_owned),
        pull,
        ..RunContext::default()
    };
    if let (Some(tag), Some(commit)) = (reference("tags/"), &run.commit) {
        let (id, tags) = (commit.clone(), vec![tag.to_owned()]);
        sink.add_commit(CommitFacts { id, tags, ..CommitFacts::default() });
    }
    let mut repeats = RepeatMarker::default();
    for suite in gobench_run.suites.iter().flatten() {
        for bench in suite.benchmarks.iter().flatten() {
            match entry(suite, bench, &run) {
                Some(entry) => sink.entry(repeats.mark(entry)),
                None => {
                    let remedy = "the run's other benchmarks were imported";
                    sink.reject(line, "the benchmark has no value", remedy, &bench.name);
                }
            }
        }
    }
}

fn entry(
    suite: &GobenchdataSuite,
    bench: &GobenchdataBenchmark,
    run: &RunContext,
) -> Option<BenchmarkEntry> {
    let mut entry = apply_go_name(BenchmarkEntry::of(&suite.pkg, &bench.name), &bench.name);
    let mem = bench.mem.as_ref();
    let value = |value: Option<f64>, name: &str, unit: &str| value.map(|it| metric(name, unit, it));
    entry.metrics.extend(value(bench.ns_per_op.0, TIME_METRIC, "ns"));
    entry.metrics.extend(value(mem.and_then(|it| it.bytes.0), MEMORY, "B"));
    entry.metrics.extend(value(mem.and_then(|it| it.allocations.0), ALLOCATIONS, "count"));
    let rate = mem.and_then(|it| it.rate.0).filter(|rate| *rate != 0.0);
    entry.metrics.extend(value(rate, BANDWIDTH, "MB/s"));
    for (name, told) in bench.custom.iter().flatten() {
        let known = metric_named_by_unit(name).map_or_else(|| snake_case(name), str::to_owned);
        entry.metrics.extend(value(told.0, &known, plain_unit(name)));
    }
    entry.run = run.clone();
    let entry = entry.field("iterations", bench.runs);
    let entry = entry.field("os", suite.goos.as_str()).field("arch", suite.goarch.as_str());
    (!entry.metrics.is_empty()).then_some(entry)
}
