//! What Bencher gives back: reports (`GET …/reports`), a perf query (`GET …/perf`), or its metric
//! format, whose commit and time the user says.
//!
//! The testbed is a parameter, as Bencher draws it. An iteration after the first is a repeat.
//! Limits and alerts are Bencher's own conclusions and are left behind.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{Entry, Run, Told, metric};
use crate::import::told::{Units, snake, time, unit};
use crate::import::{Asked, Kind, each_file};
use crate::json::{self, Lines, Number};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME};

pub const KIND: Kind = Kind {
    name: "bencher",
    also: &["bmf"],
    takes: "JSON of reports or of a perf query, or Bencher Metric Format with --commit and \
            --timestamp; or a folder of them",
    yields: "test, testbed as a parameter, measures with their bounds",
    backend: "bencher",
    read,
};

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    units: Option<String>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
    #[serde(default)]
    version: Option<Version>,
    #[serde(default)]
    head: Option<Head>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: Option<Version>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    hash: Option<String>,
}

#[derive(Deserialize)]
struct Metric {
    value: Number,
    #[serde(default)]
    lower_value: Number,
    #[serde(default)]
    upper_value: Number,
}

/// A report: results by iteration, each a benchmark with its measures, or, of older servers, a
/// measure with its benchmarks.
#[derive(Deserialize)]
struct Report {
    branch: Branch,
    testbed: Named,
    start_time: String,
    results: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct ByBenchmark {
    benchmark: Named,
    measures: Vec<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    measure: Named,
    metric: Metric,
}

#[derive(Deserialize)]
struct ByMeasure {
    #[serde(alias = "metric_kind")]
    measure: Named,
    benchmarks: Vec<OfBenchmark>,
}

#[derive(Deserialize)]
struct OfBenchmark {
    name: String,
    metric: Metric,
}

/// One line of a perf query.
#[derive(Deserialize)]
struct Perf {
    branch: Branch,
    testbed: Named,
    benchmark: Named,
    measure: Named,
    metrics: Vec<PerfMetric>,
}

#[derive(Deserialize)]
struct PerfMetric {
    #[serde(default)]
    iteration: u64,
    start_time: String,
    version: Version,
    metric: Metric,
}

fn read(path: &Path, _: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut units = Units::default();
    each_file(path, |file| file.ends_with(".json"), sink, &mut |text, sink| {
        file(text, &mut units, sink)
    })?;
    units.tell(sink);
    Ok(())
}

fn file(text: &Text, units: &mut Units, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let body = json::standard(&text.text);
    let mut take = |entry: Entry, sink: &mut Sink<'_>| {
        units.see(&entry);
        sink.entry(entry);
    };
    let mut lines = Lines::new(&body);
    for part in json::elements(&body)? {
        let line = lines.of(part.get());
        let value: Value = serde_json::from_str(part.get())?;
        let said = if value.get("results").is_some_and(Value::is_array)
            && value.get("branch").is_some()
        {
            Report::deserialize(value).map(|report| of_report(report, line, sink, &mut take))
        } else if let Some(results) = value.get("results").filter(|it| it.is_array()) {
            Vec::<Perf>::deserialize(results).map(|all| {
                all.into_iter().for_each(|perf| of_perf(perf, sink, &mut take));
            })
        } else {
            BTreeMap::<String, BTreeMap<String, Metric>>::deserialize(value).map(|all| {
                all.into_iter().for_each(|(name, measures)| take(of_bmf(&name, measures), sink));
            })
        };
        if let Err(error) = said {
            let reason = format!("neither a report, nor a perf query, nor metrics: {error}");
            sink.refuse(line, &reason, "the rest was imported", part.get());
        }
    }
    Ok(())
}

/// A measure's value; the built-in measures are known by their slug.
fn measurement(measure: &Named, told: &Metric) -> Option<Measurement<'static>> {
    let slug = measure.slug.as_deref().unwrap_or(&measure.name).to_lowercase();
    let units = measure.units.as_deref().map(unit);
    let (name, default, better) = match slug.as_str() {
        "latency" => (TIME, "ns", None),
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
    let own = if name.is_empty() { snake(&slug) } else { name.to_owned() };
    let metric = metric(&own, long, told.value.0?)
        .with(Statistic::Lower, told.lower_value.0)
        .with(Statistic::Upper, told.upper_value.0);
    Some(match better {
        Some(better) => metric.better(better),
        None => metric,
    })
}

/// A benchmark on a testbed. What stands before the last `::` is the suite; the suffix that hides
/// it from Bencher's own list is no part of it.
fn named(name: &str, testbed: &str) -> Entry {
    let name = name.strip_suffix("-bencher-ignore").unwrap_or(name);
    let (suite, test) = name.rsplit_once("::").unwrap_or(("", name));
    let entry = Entry { name: name.to_owned(), ..Entry::of(suite, test) };
    if testbed.is_empty() { entry } else { entry.param("testbed", testbed) }
}

fn run(branch: &str, hash: Option<&str>, start: &str) -> Run {
    Run {
        commit: hash.map(str::to_owned),
        timestamp: time(start).map(|(time, _)| time),
        branch: (!branch.is_empty()).then(|| branch.to_owned()),
        ..Run::default()
    }
}

type Take<'t> = dyn FnMut(Entry, &mut Sink<'_>) + 't;

fn of_report(report: Report, line: usize, sink: &mut Sink<'_>, take: &mut Take<'_>) {
    let Branch { name, version, head } = report.branch;
    let version = version.or_else(|| head?.version);
    let run = run(&name, version.and_then(|it| it.hash).as_deref(), &report.start_time);
    for (iteration, results) in report.results.into_iter().enumerate() {
        let mut entries: BTreeMap<String, Vec<Measurement<'static>>> = BTreeMap::new();
        for told in results {
            if let Ok(told) = ByBenchmark::deserialize(&told) {
                let metrics = told.measures.iter();
                let metrics = metrics.filter_map(|it| measurement(&it.measure, &it.metric));
                entries.entry(told.benchmark.name).or_default().extend(metrics);
            } else if let Ok(told) = ByMeasure::deserialize(&told) {
                for of in told.benchmarks {
                    let metric = measurement(&told.measure, &of.metric);
                    entries.entry(of.name).or_default().extend(metric);
                }
            } else {
                let remedy = "the report's other results were imported";
                sink.refuse(line, "no result of a report", remedy, &told.to_string());
            }
        }
        for (name, metrics) in entries {
            let mut entry = named(&name, &report.testbed.name);
            (entry.metrics, entry.run) = (metrics, run.clone());
            take(repeat(entry, iteration as u64), sink);
        }
    }
}

fn repeat(entry: Entry, iteration: u64) -> Entry {
    if iteration > 0 { entry.field("repeat", iteration + 1) } else { entry }
}

fn of_perf(perf: Perf, sink: &mut Sink<'_>, take: &mut Take<'_>) {
    for told in &perf.metrics {
        let mut entry = named(&perf.benchmark.name, &perf.testbed.name);
        entry.metrics.extend(measurement(&perf.measure, &told.metric));
        entry.run = run(&perf.branch.name, told.version.hash.as_deref(), &told.start_time);
        take(repeat(entry, told.iteration), sink);
    }
}

fn of_bmf(name: &str, measures: BTreeMap<String, Metric>) -> Entry {
    let mut entry = named(name, "");
    for (measure, told) in measures {
        let measure = Named { name: measure, slug: None, units: None };
        entry.metrics.extend(measurement(&measure, &told));
    }
    entry
}
