//! What Bencher gives back: reports (`GET …/reports`), a perf query (`GET …/perf`), or its metric
//! format, whose commit and time the user says.
//!
//! The testbed is a parameter, as Bencher draws it. An iteration after the first is a repeat.
//! Limits and alerts are Bencher's own conclusions and are left behind.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, RunContext};
use crate::import::units::UnitUsage;
use crate::import::{HistoryKind, ImportOptions, for_each_file};
use crate::json::{self, LineCounter, Number};
use crate::parse::go_name::GoRunNames;
use crate::parse::name::criterion_entry;
use crate::parse::time::parse_time;
use crate::parse::unit;
use crate::sink::{EntrySink, InputError};
use crate::source::{Source, Text};
use crate::{
    benchmarkdotnet, benchmarkjs, bmf, catch2, go, google, hyperfine, jmh, libtest,
    pytest_benchmark,
};
use model::record::{Measurement, Statistic};

pub(crate) const KIND: HistoryKind = HistoryKind {
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
    #[serde(default)]
    project: Option<BencherName>,
    start_time: String,
    /// What read the tool's output: `rust_bench`, `go_bench`, `json`.
    #[serde(default)]
    adapter: Option<String>,
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

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut units = UnitUsage::default();
    for_each_file(source, |file| file.ends_with(".json"), sink, &mut |text, sink| {
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
    let unit = measure.units.as_deref().map(|told| match told {
        "nanoseconds (ns)" => Cow::Borrowed("ns"),
        "seconds (s)" => Cow::Borrowed("s"),
        "bytes (B)" => Cow::Borrowed("B"),
        "operations / second (ops/s)" => Cow::Borrowed("ops/s"),
        other => unit::plain(other),
    });
    let metric = bmf::measurement_named(&slug, unit.as_deref(), bencher_metric.value.0?)
        .statistic(Statistic::Lower, bencher_metric.lower_value.0)
        .statistic(Statistic::Upper, bencher_metric.upper_value.0);
    Some(metric)
}

/// Where a benchmark was measured, and by what: the testbed tells series apart, as Bencher draws
/// them, and the adapter says how the tool's names are taken apart.
struct BencherSource<'r> {
    testbed: &'r str,
    adapter: &'r str,
    /// The suite of tools whose names in Bencher lack a part that `ingest` sees: Go's package,
    /// cargo's target, Catch2's test case.
    project: &'r str,
    /// The names of the same run of Go.
    go_names: GoRunNames,
}

impl BencherSource<'_> {
    /// A benchmark, named as `ingest` names it when it reads the tool's own output.
    fn entry_named(&self, name: &str) -> BenchmarkEntry {
        let (entry, backend) = match self.adapter {
            "rust_bench" => (libtest::entry_named(name, None), libtest::FORMAT.backend),
            "rust_criterion" => (criterion_entry(name, None), libtest::FORMAT.backend),
            "cpp_google" => (google::entry_named(name), google::json::FORMAT.backend),
            "cpp_catch2" => (BenchmarkEntry::named(name), catch2::text::FORMAT.backend),
            "go_bench" => (self.go_names.entry("", name), go::FORMAT.backend),
            "java_jmh" => (jmh::entry_named(name, &BTreeMap::new()), jmh::FORMAT.backend),
            "c_sharp_dot_net" => {
                (benchmarkdotnet::entry_named(name), benchmarkdotnet::FORMAT.backend)
            }
            "js_benchmark" => (BenchmarkEntry::named(name), benchmarkjs::FORMAT.backend),
            "python_pytest" => {
                (pytest_benchmark::entry_named(name), pytest_benchmark::FORMAT.backend)
            }
            "shell_hyperfine" => (BenchmarkEntry::named(name), hyperfine::FORMAT.backend),
            _ => (bmf::entry_named(name), bmf::FORMAT.backend),
        };
        let entry = BenchmarkEntry { backend: backend.to_owned(), ..entry };
        let entry = if self.is_in_project() { entry.into_suite(self.project) } else { entry };
        if self.testbed.is_empty() { entry } else { entry.param("testbed", self.testbed) }
    }

    fn is_in_project(&self) -> bool {
        let lossy = ["go_bench", "rust_bench", "cpp_catch2"].contains(&self.adapter);
        lossy && !self.project.is_empty()
    }

    fn note_continuation(&self, sink: &mut EntrySink<'_>) {
        let mut options = Vec::new();
        if self.is_in_project() {
            options.push(format!("--suite={}", self.project));
        }
        if !self.testbed.is_empty() {
            options.push(format!("--param=testbed={}", self.testbed));
        }
        if !options.is_empty() {
            sink.continue_with(&options);
        }
    }
}

fn run_context(branch: &str, hash: Option<&str>, start: &str) -> RunContext {
    RunContext {
        commit: hash.map(str::to_owned),
        timestamp: parse_time(start),
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
        let source = BencherSource {
            testbed: &report.testbed.name,
            adapter: report.adapter.as_deref().unwrap_or_default(),
            project: report.project.as_ref().map(|it| it.name.as_str()).unwrap_or_default(),
            go_names: GoRunNames::of(entries.keys().map(String::as_str)),
        };
        source.note_continuation(sink);
        for (name, metrics) in entries {
            let mut entry = source.entry_named(&name);
            if source.adapter == "java_jmh" {
                let unit = metrics.first().and_then(|metric| metric.unit.as_deref());
                entry.mode = jmh::mode_of_unit(unit.unwrap_or_default()).to_owned();
            }
            (entry.metrics, entry.run) = (metrics, run.clone());
            take(mark_iteration(entry, iteration as u64), sink);
        }
    }
}

fn mark_iteration(entry: BenchmarkEntry, iteration: u64) -> BenchmarkEntry {
    if iteration > 0 { entry.field("repeat", iteration + 1) } else { entry }
}

fn take_perf(perf: BencherPerf, sink: &mut EntrySink<'_>, take: &mut TakeEntry<'_>) {
    let source = BencherSource {
        testbed: &perf.testbed.name,
        adapter: "",
        project: "",
        go_names: GoRunNames::default(),
    };
    source.note_continuation(sink);
    for told in &perf.metrics {
        let mut entry = source.entry_named(&perf.benchmark.name);
        entry.metrics.extend(measurement(&perf.measure, &told.metric));
        entry.run = run_context(&perf.branch.name, told.version.hash.as_deref(), &told.start_time);
        take(mark_iteration(entry, told.iteration), sink);
    }
}

fn bmf_entry(name: &str, measures: BTreeMap<String, BencherMetric>) -> BenchmarkEntry {
    let mut entry = bmf::entry_named(name);
    for (measure, told) in measures {
        let measure = BencherName { name: measure, slug: None, units: None };
        entry.metrics.extend(measurement(&measure, &told));
    }
    entry
}
