//! What gobenchdata keeps: `benchmarks.json`, a list of runs, newest first, with suites by package.
//!
//! `ref=refs/pull/12/…` among the tags makes a run one of a pull request, `ref=refs/heads/x` one of
//! a branch. A rate of 0 MB/s is what Go prints for none, and is left out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::entry::{ALLOCATIONS, BANDWIDTH, Entry, MEMORY, Run, metric};
use crate::import::told::{Repeats, epoch, go_name, metric_of, snake, unit};
use crate::import::{Asked, Kind, each_file};
use crate::json::{self, Lines, Number};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::history::CommitFacts;
use model::record::TIME;

pub const KIND: Kind = Kind {
    name: "gobenchdata",
    also: &[],
    takes: "benchmarks.json, or a checkout of the branch with it",
    yields: "suite (package), test, parameters; time, memory, allocations, bandwidth, own metrics",
    backend: "go",
    read,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    #[serde(default)]
    version: Option<String>,
    date: Number,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    suites: Option<Vec<Suite>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Suite {
    #[serde(default)]
    goos: String,
    #[serde(default)]
    goarch: String,
    #[serde(default)]
    pkg: String,
    #[serde(default)]
    benchmarks: Option<Vec<Bench>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bench {
    name: String,
    #[serde(default)]
    runs: Option<u64>,
    #[serde(default)]
    ns_per_op: Number,
    #[serde(default)]
    mem: Option<Mem>,
    #[serde(default)]
    custom: Option<BTreeMap<String, Number>>,
}

#[derive(Default, Deserialize)]
struct Mem {
    #[serde(default, rename = "BytesPerOp")]
    bytes: Number,
    #[serde(default, rename = "AllocsPerOp")]
    allocations: Number,
    #[serde(default, rename = "MBPerSec")]
    rate: Number,
}

fn read(path: &Path, _: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let wanted = |file: &str| file.rsplit('/').next() == Some("benchmarks.json");
    each_file(path, wanted, sink, &mut history)
}

fn history(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let body = json::standard(&text.text);
    let mut lines = Lines::new(&body);
    for told in json::elements(&body)? {
        let line = lines.of(told.get());
        match serde_json::from_str::<Told>(told.get()) {
            Ok(told) => run(&told, line, sink),
            Err(error) => {
                let reason = format!("no run: {}", Fault::from(error).reason);
                sink.refuse(line, &reason, "the other runs were imported", told.get());
            }
        }
    }
    Ok(())
}

fn run(told: &Told, line: usize, sink: &mut Sink<'_>) {
    let reference = |kind: &str| {
        let tags = told.tags.iter().flatten();
        tags.filter_map(|tag| tag.strip_prefix("ref=refs/")?.strip_prefix(kind)).next()
    };
    let pull = reference("pull/").and_then(|it| it.split('/').next()?.parse().ok());
    let run = Run {
        commit: told.version.clone().filter(|it| !it.is_empty()),
        timestamp: told.date.0.and_then(epoch).map(|(time, _)| time),
        branch: reference("heads/").map(str::to_owned),
        pull,
        ..Run::default()
    };
    if let (Some(tag), Some(commit)) = (reference("tags/"), &run.commit) {
        let (id, tags) = (commit.clone(), vec![tag.to_owned()]);
        sink.commit(CommitFacts { id, tags, ..CommitFacts::default() });
    }
    let mut repeats = Repeats::default();
    for suite in told.suites.iter().flatten() {
        for bench in suite.benchmarks.iter().flatten() {
            match entry(suite, bench, &run) {
                Some(entry) => sink.entry(repeats.mark(entry)),
                None => {
                    let remedy = "the run's other benchmarks were imported";
                    sink.refuse(line, "the benchmark has no value", remedy, &bench.name);
                }
            }
        }
    }
}

fn entry(suite: &Suite, bench: &Bench, run: &Run) -> Option<Entry> {
    let mut entry = go_name(Entry::of(&suite.pkg, &bench.name), &bench.name);
    let mem = bench.mem.as_ref();
    let value = |value: Option<f64>, name: &str, unit: &str| value.map(|it| metric(name, unit, it));
    entry.metrics.extend(value(bench.ns_per_op.0, TIME, "ns"));
    entry.metrics.extend(value(mem.and_then(|it| it.bytes.0), MEMORY, "B"));
    entry.metrics.extend(value(mem.and_then(|it| it.allocations.0), ALLOCATIONS, "count"));
    let rate = mem.and_then(|it| it.rate.0).filter(|rate| *rate != 0.0);
    entry.metrics.extend(value(rate, BANDWIDTH, "MB/s"));
    for (name, told) in bench.custom.iter().flatten() {
        let known = metric_of(name).map_or_else(|| snake(name), str::to_owned);
        entry.metrics.extend(value(told.0, &known, unit(name)));
    }
    entry.run = run.clone();
    let entry = entry.field("iterations", bench.runs);
    let entry = entry.field("os", suite.goos.as_str()).field("arch", suite.goarch.as_str());
    (!entry.metrics.is_empty()).then_some(entry)
}
