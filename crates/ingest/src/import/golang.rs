//! What Go's performance tools keep: comparisons as `benchseries` writes them (JSON), or a folder
//! of benchmark output as `bent` names it, `20200101T030626.Tip.stdout`.
//!
//! A comparison is a ratio to a baseline, with the bounds of its bootstrap; the commit is that of
//! the numerator. Output is read as `ingest` reads it; the name of its file holds when, and on
//! which configuration, it was measured.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::entry::{BenchmarkEntry, MeasurementExt, RunContext, metric};
use crate::go;
use crate::import::{HistoryKind, ImportOptions, for_each_file};
use crate::json::{self, LineCounter};
use crate::parse::go_name::GoRunNames;
use crate::parse::time::parse_time;
use crate::parse::unit;
use crate::sink::{EntrySink, InputError};
use crate::source::{Source, Text};
use model::record::{Direction, Statistic, Unit};

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "golang-benchseries",
    aliases: &["benchseries", "golang-perf"],
    takes: "JSON of benchseries, or a folder of it or of bent's output (with --commit)",
    yields: "test, parameters; ratios with their bounds; or what ingest reads of the output",
    backend: "go",
    read,
};

/// A table of comparisons of one unit, as `benchseries.ComparisonSeries`.
#[derive(Deserialize)]
struct GoSeriesTable {
    /// The unit, then how the table was made: `sec/op linux amd64`.
    unit: String,
    #[serde(default)]
    benchmarks: Option<Vec<String>>,
    /// Times of the numerators' commits.
    #[serde(default)]
    series: Option<Vec<String>>,
    /// By series, then benchmark.
    #[serde(default)]
    summaries: Option<Vec<Vec<Option<GoSummary>>>>,
    #[serde(default)]
    hashpairs: Option<BTreeMap<String, GoHashPair>>,
}

#[derive(Deserialize)]
struct GoSummary {
    low: f64,
    center: f64,
    high: f64,
    #[serde(default)]
    date: String,
    #[serde(default)]
    present: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GoHashPair {
    #[serde(default)]
    num_hash: String,
    #[serde(default)]
    den_hash: String,
}

/// Endings of what bent writes beside each other.
const OUTPUT: [&str; 4] = [".stdout", ".build", ".benchsize", ".benchdwarf"];

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let wanted = |file: &str| {
        [".json", ".bench", ".txt"].iter().chain(&OUTPUT).any(|end| file.ends_with(end))
    };
    for_each_file(source, wanted, sink, &mut |text, sink| {
        if text.text.trim_start().starts_with(['[', '{']) {
            read_comparisons(text, sink)
        } else {
            read_output(text, sink)
        }
    })
}

fn read_comparisons(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let body = json::quote_bare_numbers(&text.text);
    let mut lines = LineCounter::new(&body);
    for told in json::elements(&body)? {
        let line = lines.line_of(told.get());
        match serde_json::from_str::<GoSeriesTable>(told.get()) {
            Ok(series) => take_table(&series, sink),
            Err(error) => {
                let reason = format!("no table of comparisons: {}", InputError::from(error).reason);
                sink.reject(line, &reason, "the other tables were imported", told.get());
            }
        }
    }
    Ok(())
}

fn take_table(series_table: &GoSeriesTable, sink: &mut EntrySink<'_>) {
    let (unit, made) = series_table.unit.split_once(' ').unwrap_or((&series_table.unit, ""));
    let name = format!("{}_ratio", unit::named_metric(unit));
    // A ratio of times is better when lower, as the times are.
    let better = Direction::of_metric(&unit::named_metric(unit), &Unit::parse(unit).0);
    let benchmarks = || series_table.benchmarks.iter().flatten();
    let names = GoRunNames::of(benchmarks().map(String::as_str));
    let rows = series_table.series.iter().flatten().zip(series_table.summaries.iter().flatten());
    for (stamp, row) in rows {
        let hashes = series_table.hashpairs.as_ref().and_then(|all| all.get(stamp)).cloned();
        let hashes = hashes.unwrap_or_default();
        for (benchmark, summary) in benchmarks().zip(row) {
            let Some(summary) = summary.as_ref().filter(|it| it.present) else {
                sink.skip("comparisons that were not made", 1);
                continue;
            };
            let ratio = metric(&name, "ratio", summary.center)
                .statistic(Statistic::Lower, summary.low)
                .statistic(Statistic::Upper, summary.high)
                .direction(better);
            let made_at = parse_time(stamp);
            let mut entry = names.entry("", benchmark).metric(ratio);
            entry.run = RunContext {
                commit: (!hashes.num_hash.is_empty()).then(|| hashes.num_hash.clone()),
                timestamp: parse_time(&summary.date).or(made_at),
                commit_time: made_at,
                ..RunContext::default()
            };
            if !made.is_empty() {
                entry = entry.param("table", made);
            }
            sink.entry(entry.field("baseline_commit", hashes.den_hash.as_str()));
        }
    }
}

/// Output of `go test -bench`, with the time and configuration in the name of its file.
fn read_output(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let name = text.name.rsplit('/').next().unwrap_or(&text.name);
    let mut parts = name.splitn(3, '.');
    let measured = parts.next().and_then(parse_time);
    let configuration = parts.next().filter(|_| measured.is_some());
    if !go::recognizes(text) {
        if text.text.trim().is_empty() {
            sink.skip("files with nothing in them", 1);
            return Ok(());
        }
        return Err(InputError::whole("no output of Go's benchmarks"));
    }
    if let Some(configuration) = configuration {
        sink.continue_with(&[format!("--param=configuration={configuration}")]);
    }
    let mut entries = Vec::new();
    let mut take = |entry: BenchmarkEntry| entries.push(entry);
    let mut inner = EntrySink::new(&mut take);
    inner.begin_file(&text.name);
    let outcome = go::read(text, &mut inner);
    let refused = std::mem::take(&mut inner.rejected);
    for refused in refused {
        let problem = refused.problem;
        sink.reject(
            problem.location.line as usize,
            &problem.reason,
            &problem.remedy,
            &refused.text,
        );
    }
    for mut entry in entries {
        entry.run.timestamp = entry.run.timestamp.or(measured);
        if let Some(configuration) = configuration {
            entry = entry.param("configuration", configuration);
        }
        sink.entry(entry);
    }
    outcome
}
