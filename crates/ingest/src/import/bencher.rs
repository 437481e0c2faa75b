//! What Bencher gives back: reports (`GET …/reports`), a perf query (`GET …/perf`), or its metric
//! format, whose commit and time the user says.
//!
//! The testbed is a parameter, as Bencher draws it. An iteration after the first is a repeat.
//! Limits and alerts are Bencher's own conclusions and are left behind.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, RunContext, metric};
use crate::import::conventions::{UnitUsage, parse_time, plain_unit, snake_case};
use crate::import::{HistoryKind, ImportOptions, for_each_file};
use crate::json::{self, LineCounter, Number};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub const KIND: HistoryKind = HistoryKind {
    name: "bencher",
    aliases: &["bmf"],
    takes: "JSON of reports or of a perf query, or Bencher Metric Format with --commit and \
            --timestamp; or a folder of them",
    yields: "test, testbed as a parameter, measures with their bounds",
    backend: "bencher",
    read,
};

#[derive(Deserialize)]
struct BencherName {
    name: String,
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    units: Option<String>,
}

#[derive(Deserialize)]
struct BencherBranch {
    name: String,
    #[serde(default)]
    version: Option<BencherVersion>,
    #[serde(default)]
    head: Option<BencherHead>,
}

#[derive(Deserialize)]
struct BencherHead {
    #[serde(default)]
    version: Option<BencherVersion>,
}

#[derive(Deserialize)]
struct BencherVersion {
    #[serde(default)]
    hash: Option<String>,
}

#[derive(Deserialize)]
struct BencherMetric {
    value: Number,
    #[serde(default)]
    lower_value: Number,
    #[serde(default)]
    upper_value: Number,
}

/// A report: results by iteration, each a benchmark with its measures, or, of older servers, a
/// measure with its benchmarks.
#[derive(Deserialize)]
struct BencherReport {
    branch: BencherBranch,
    testbed: BencherName,
    start_time: String,
    results: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct BenchmarkMeasures {
    benchmark: BencherName,
    measures: Vec<MeasureMetric>,
}

#[derive(Deserialize)]
struct MeasureMetric {
    measure: BencherName,
    metric: BencherMetric,
}

#[derive(Deserialize)]
struct MeasureBenchmarks {
    #[serde(alias = "metric_kind")]
    measure: BencherName,
    benchmarks: Vec<BenchmarkMetric>,
}

#[derive(Deserialize)]
struct BenchmarkMetric {
    name: String,
    metric: BencherMetric,
}

/// One line of a perf query.
#[derive(Deserialize)]
struct BencherPerf {
    branch: BencherBranch,
    testbed: BencherName,
    benchmark: BencherName,
    measure: BencherName,
    metrics: Vec<BencherPerfMetric>,
}

#[derive(Deserialize)]
struct BencherPerfMetric {
    #[serde(default)]
    iteration: u64,
    start_time: String,
    version: BencherVersion,
    metric: BencherMetric,
}

fn read(path: &Path, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut units = UnitUsage::default();
    for_each_file(path, |file| file.ends_with(".json"), sink, &mut |text, sink| {
        read_file(text, &mut units, sink)
    })?;
    units.remark_mixed_units(sink);
    Ok(())
}

fn read_file(
    text: &Text,
    units: &mut UnitUsage,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let body = json::quote_bare_numbers(&text.text);
    let mut take = |entry: BenchmarkEntry, sink: &mut EntrySink<'_>| {
        units.record(&entry);
        sink.entry(entry);
    };
    let mut lines = LineCounter::new(&body);
    for part in json::elements(&body)? {
        let line = lines.line_of(part.get());
        let value: Value = serde_json::from_str(part.get())?;
        let said = if value.get("results").is_some_and(Value::is_array)
            && value.get("branch").is_some()
        {
            BencherReport::deserialize(value)
                .map(|report| take_report(report, line, sink, &mut take))
        } else if let Some(results) = value.get("results").filter(|it| it.is_array()) {
            Vec::<BencherPerf>::deserialize(results).map(|all| {
                all.into_iter().for_each(|perf| take_perf(perf, sink, &mut take));
            })
        } else {
            BTreeMap::<String, BTreeMap<String, BencherMetric>>::deserialize(value).map(|all| {
                all.into_iter().for_each(|(name, measures)| take(bmf_entry(&name, measures), sink));
            })
        };
        if let Err(error) = said {
            let reason = format!("neither a report, nor a perf query, nor metrics: {error}");
            sink.reject(line, &reason, "the rest was imported", part.get());
        }
    }
    Ok(())
}

/// A measure's value; the built-in measures are known by their slug.
fn measurement(
    measure: &BencherName,
    bencher_metric: &BencherMetric,
) -> Option<Measurement<'static>> {
    let slug = measure.slug.as_deref().unwrap_or(&measure.name).to_lowercase();
    let units = measure.units.as_deref().map(plain_unit);
    let (name, default, better) = match slug.as_str() {
        "latency" => (TIME_METRIC, "ns", None),
        "throughput" => ("throughput", "ops/s", Some(Direction::Higher)),
        "build-time" => ("build_time", "s", None),
        "file-size" => ("file_size", "B", None),
        _ => ("", "", None),
    };
    let long = match units.unwrap_or(default) {
        "nanoseconds (ns)" => "ns",
        "seconds (s)" => "s",
        "bytes (B)" => "B",
        "operations / second (ops/s)" => "ops/s",
        other => other,
    };
    let own = if name.is_empty() { snake_case(&slug) } else { name.to_owned() };
    let metric = metric(&own, long, bencher_metric.value.0?)
        .statistic(Statistic::Lower, bencher_metric.lower_value.0)
        .statistic(Statistic::Upper, bencher_metric.upper_value.0);
    Some(match better {
        Some(better) => metric.direction(better),
        None => metric,
    })
}

/// A benchmark on a testbed. What stands before the last `::` is the suite; the suffix that hides
/// it from Bencher's own list is no part of it.
fn entry_named(name: &str, testbed: &str) -> BenchmarkEntry {
    let name = name.strip_suffix("-bencher-ignore").unwrap_or(name);
    let (suite, test) = name.rsplit_once("::").unwrap_or(("", name));
    let entry = BenchmarkEntry { name: name.to_owned(), ..BenchmarkEntry::of(suite, test) };
    if testbed.is_empty() { entry } else { entry.param("testbed", testbed) }
}

fn run_context(branch: &str, hash: Option<&str>, start: &str) -> RunContext {
    RunContext {
        commit: hash.map(str::to_owned),
        timestamp: parse_time(start).map(|(time, _)| time),
        branch: (!branch.is_empty()).then(|| branch.to_owned()),
        ..RunContext::default()
    }
}

type TakeEntry<'t> = dyn FnMut(BenchmarkEntry, &mut EntrySink<'_>) + 't;

fn take_report(
    report: BencherReport,
    line: usize,
    sink: &mut EntrySink<'_>,
    take: &mut TakeEntry<'_>,
) {
    let BencherBranch { name, version, head } = report.branch;
    let version = version.or_else(|| head?.version);
    let run = run_context(&name, version.and_then(|it| it.hash).as_deref(), &report.start_time);
    for (iteration, results) in report.results.into_iter().enumerate() {
        let mut entries: BTreeMap<String, Vec<Measurement<'static>>> = BTreeMap::new();
        for told in results {
            if let Ok(told) = BenchmarkMeasures::deserialize(&told) {
                let metrics = told.measures.iter();
                let metrics = metrics.filter_map(|it| measurement(&it.measure, &it.metric));
                entries.entry(told.benchmark.name).or_default().extend(metrics);
            } else if let Ok(told) = MeasureBenchmarks::deserialize(&told) {
                for of in told.benchmarks {
                    let metric = measurement(&told.measure, &of.metric);
                    entries.entry(of.name).or_default().extend(metric);
                }
            } else {
                let remedy = "the report's other results were imported";
                sink.reject(line, "no result of a report", remedy, &told.to_string());
            }
        }
        for (name, metrics) in entries {
            let mut entry = entry_named(&name, &report.testbed.name);
            (entry.metrics, entry.run) = (metrics, run.clone());
            take(mark_iteration(entry, iteration as u64), sink);
        }
    }
}

fn mark_iteration(entry: BenchmarkEntry, iteration: u64) -> BenchmarkEntry {
    if iteration > 0 { entry.field("repeat", iteration + 1) } else { entry }
}

fn take_perf(perf: BencherPerf, sink: &mut EntrySink<'_>, take: &mut TakeEntry<'_>) {
    for told in &perf.metrics {
        let mut entry = entry_named(&perf.benchmark.name, &perf.testbed.name);
        entry.metrics.extend(measurement(&perf.measure, &told.metric));
        entry.run = run_context(&perf.branch.name, told.version.hash.as_deref(), &told.start_time);
        take(mark_iteration(entry, told.iteration), sink);
    }
}

fn bmf_entry(name: &str, measures: BTreeMap<String, BencherMetric>) -> BenchmarkEntry {
    let mut entry = entry_named(name, "");
    for (measure, told) in measures {
        let measure = BencherName { name: measure, slug: None, units: None };
        entry.metrics.extend(measurement(&measure, &told));
    }
    entry
}
