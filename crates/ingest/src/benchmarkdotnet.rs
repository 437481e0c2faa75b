//! BenchmarkDotNet's JSON exporters, full and brief; nanoseconds an operation.
//!
//! Samples are the original values, or the measurements of the result stage by operation. A
//! benchmark without statistics did not run and is told as failed. Garbage collections are fields;
//! what diagnosers measure becomes a metric of its own name. The job is a field where all
//! benchmarks share it, and a parameter where it is what tells them apart.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, MeasurementExt, metric};
use crate::formats::{Format, Reader};
use crate::json::Number;
use crate::name_syntax;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub const FORMAT: Format = Format {
    name: "benchmarkdotnet",
    tool: "BenchmarkDotNet JsonExporter, full and brief",
    signature: "`Benchmarks` of `Method` and `Statistics`, beside `HostEnvironmentInfo`",
    yields: "time (mean, std, bounds, percentiles, samples), memory, diagnosers; collections, host",
    backend: "dotnet",
    reader: Reader::Text { recognizes, read },
};

const STATISTICS: [(&str, Statistic); 8] = [
    ("/Median", Statistic::Median),
    ("/Min", Statistic::Min),
    ("/Max", Statistic::Max),
    ("/Q1", Statistic::P25),
    ("/Q3", Statistic::P75),
    ("/Percentiles/P90", Statistic::P90),
    ("/Percentiles/P95", Statistic::P95),
    ("/ConfidenceInterval/Lower", Statistic::Lower),
];
/// Facts of the host, as which fields; the first of a field that is there counts.
const HOST: [(&str, &str); 10] = [
    ("/BenchmarkDotNetVersion", "benchmarkdotnet"),
    ("/OsVersion", "os_version"),
    ("/ProcessorName/Value", "cpu"),
    ("/ProcessorName", "cpu"),
    ("/LogicalCoreCount", "cores"),
    ("/ProcessorCount", "cores"),
    ("/RuntimeVersion", "runtime"),
    ("/ClrVersion", "runtime"),
    ("/Architecture", "arch"),
    ("/DotNetCliVersion", "dotnet"),
];

fn recognizes(text: &Text) -> bool {
    let Some(json) = text.json() else { return false };
    json.get("HostEnvironmentInfo").is_some() && json.get("Benchmarks").is_some_and(Value::is_array)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let whole: Value = text.parse()?;
    let Some(list) = whole.get("Benchmarks").and_then(Value::as_array) else {
        return Err(InputError::whole("no list `Benchmarks`"));
    };
    let host = whole.get("HostEnvironmentInfo").unwrap_or(&Value::Null);
    let jobs: BTreeSet<&str> = list.iter().filter_map(job).collect();
    for benchmark in list {
        let Some(mut entry) = entry_named(benchmark) else {
            sink.reject(1, "a benchmark has no `Method`", "leave it out", &benchmark.to_string());
            continue;
        };
        if let Some(job) = job(benchmark) {
            let several = jobs.len() > 1;
            entry = if several { entry.param("job", job) } else { entry.field("job", job) };
        }
        for (place, field) in HOST {
            let value = host.pointer(place).filter(|it| it.is_string() || it.is_number());
            if !entry.fields.contains_key(field) {
                entry = entry.field(field, value.cloned().unwrap_or_default());
            }
        }
        sink.entry(with_metrics(entry, benchmark));
    }
    Ok(())
}

/// `ShortRun(…)` of `Memory.Empty: ShortRun(…) [N=1]`.
fn job(benchmark: &Value) -> Option<&str> {
    let shown = benchmark.get("DisplayInfo")?.as_str()?.split_once(": ")?.1;
    Some(shown.split(" [").next().unwrap_or(shown).trim()).filter(|job| !job.is_empty())
}

fn entry_named(benchmark: &Value) -> Option<BenchmarkEntry> {
    let text = |name: &str| benchmark.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let suite: Vec<&str> = [text("Namespace"), text("Type")].into_iter().flatten().collect();
    let mut entry =
        BenchmarkEntry::of(suite.join("."), text("Method").or_else(|| text("MethodTitle"))?);
    entry.name = match text("FullName") {
        Some(name) => name.to_owned(),
        None => entry.name.replace('/', "."),
    };
    // Old versions part parameters by commas, later ones by `&`.
    let told = text("Parameters").unwrap_or_default();
    let parts: Vec<&str> =
        if told.contains('&') { told.split('&').collect() } else { told.split(", ").collect() };
    for part in parts {
        if let Some((name, value)) = part.split_once('=') {
            entry = name_syntax::add_parameter(entry, name.trim(), value.trim());
        }
    }
    Some(entry)
}

fn with_metrics(mut entry: BenchmarkEntry, benchmark: &Value) -> BenchmarkEntry {
    let number = |place: &str| benchmark.pointer(place).and_then(|it| Number::of(it).0);
    let Some(mean) = number("/Statistics/Mean") else {
        return entry.failed("it has no statistics: the benchmark did not run to its end");
    };
    let mut time = metric(TIME_METRIC, "ns", mean)
        .std(number("/Statistics/StandardDeviation"))
        .statistic(Statistic::Upper, number("/Statistics/ConfidenceInterval/Upper"));
    for (place, statistic) in STATISTICS {
        time = time.statistic(statistic, number(&format!("/Statistics{place}")));
    }
    entry = entry.metric(time.samples(samples(benchmark)));
    if let Some(bytes) = number("/Memory/BytesAllocatedPerOperation") {
        entry = entry.metric(metric(MEMORY, "B", bytes));
    }
    for name in ["Gen0Collections", "Gen1Collections", "Gen2Collections", "TotalOperations"] {
        entry = entry.field(
            &name_syntax::snake_case(name),
            benchmark.pointer(&format!("/Memory/{name}")).cloned(),
        );
    }
    for told in benchmark.get("Metrics").and_then(Value::as_array).into_iter().flatten() {
        let known = entry.metrics.len() > 1 && is_memory(told);
        entry.metrics.extend(diagnoser_metric(told).filter(|_| !known));
    }
    entry.field("sample_count", number("/Statistics/N"))
}

/// Nanoseconds an operation, as the statistics were made of.
fn samples(benchmark: &Value) -> Vec<f64> {
    let list = |place: &str| benchmark.pointer(place).and_then(Value::as_array);
    if let Some(values) = list("/Statistics/OriginalValues") {
        return values.iter().filter_map(|it| Number::of(it).0).collect();
    }
    let result = |it: &&Value| {
        let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
        let (mode, stage) = (text("IterationMode"), text("IterationStage"));
        mode == "Result" || (stage == "Result" && mode == "Workload")
    };
    let each = |it: &Value| {
        let number = |name: &str| it.get(name).and_then(|it| Number::of(it).0);
        Some(number("Nanoseconds")? / number("Operations").filter(|count| *count > 0.0)?)
    };
    list("/Measurements").into_iter().flatten().filter(result).filter_map(each).collect()
}

/// Whether a diagnoser's metric says what `Memory` says too.
fn is_memory(metric_json: &Value) -> bool {
    let id = metric_json.pointer("/Descriptor/Id").and_then(Value::as_str).unwrap_or_default();
    id == "Allocated Memory" || id.starts_with("Gen")
}

fn diagnoser_metric(metric_json: &Value) -> Option<Measurement<'static>> {
    let text = |place: &str| metric_json.pointer(place).and_then(Value::as_str);
    let value = Number::of(metric_json.get("Value")?).0?;
    let name = name_syntax::snake_case(
        text("/Descriptor/Id").or_else(|| text("/Descriptor/DisplayName"))?,
    );
    let greater =
        metric_json.pointer("/Descriptor/TheGreaterTheBetter").and_then(Value::as_bool)?;
    let better = if greater { Direction::Higher } else { Direction::Lower };
    let unit = text("/Descriptor/Unit").unwrap_or_default();
    (!name.is_empty()).then(|| metric(&name, unit, value).direction(better))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn jobs_and_parameters_tell_benchmarks_apart() {
        let text = r#"{"HostEnvironmentInfo":{"ProcessorName":{"Value":"CPU"},
         "ProcessorCount":8},"Benchmarks":[
            {"DisplayInfo":"T.M: net8(Runtime=8) [N=10, Mode=x]","Namespace":"A","Type":"T",
             "Method":"M","Parameters":"N=10&Mode=x","FullName":"A.T.M(N: 10, Mode: x)",
             "Statistics":{"Mean":2.5,"Median":2.0,"StandardDeviation":0.5,
              "ConfidenceInterval":{"Lower":2,"Upper":"NaN"}},
             "Measurements":[{"IterationMode":"Workload","IterationStage":"Actual",
              "Operations":2,"Nanoseconds":6},{"IterationMode":"Workload",
              "IterationStage":"Result","Operations":2,"Nanoseconds":5}],
             "Memory":{"Gen0Collections":1,"BytesAllocatedPerOperation":24},
             "Metrics":[{"Value":24,"Descriptor":{"Id":"Allocated Memory","Unit":"B",
              "TheGreaterTheBetter":false}},{"Value":3,"Descriptor":{"Id":"CacheMisses",
              "Unit":"","TheGreaterTheBetter":false}}]},
            {"DisplayInfo":"T.M: net9(Runtime=9) [N=10, Mode=x]","Namespace":"A","Type":"T",
             "Method":"M","Parameters":"N=10&Mode=x","Statistics":null}]}"#;
        let found = read_text(&FORMAT, text);
        let it = &found[0];
        assert_eq!((&*it.suite, &*it.test, it.n), ("A.T", "M", Some(10)));
        assert_eq!((&*it.params["job"], &*it.params["Mode"]), ("net8(Runtime=8)", "x"));
        let time = metric(TIME_METRIC, "ns", 2.5)
            .std(0.5)
            .statistic(Statistic::Median, 2.0)
            .statistic(Statistic::Lower, 2.0)
            .samples(vec![2.5]);
        assert_eq!(it.metrics[0], time);
        let names: Vec<&str> = it.metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, MEMORY, "cache_misses"]);
        assert_eq!((&it.fields["cpu"], &it.fields["cores"]), (&"CPU".into(), &8.into()));
        assert!(found[1].error.is_some() && found[1].params["job"] == "net9(Runtime=9)");
    }
}
