//! BenchmarkDotNet's JSON exporters, full and brief; nanoseconds an operation.
//!
//! Samples are the original values, or the measurements of the result stage by operation. A
//! benchmark without statistics did not run and failed. Garbage collections are fields; what
//! diagnosers measure becomes a metric of its own name. The job is a field, and what of it makes
//! other measurements (a runtime, a toolchain) a parameter.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::Number;
use crate::parse::name;
use crate::parse::time::parse_time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::time::Timestamp;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
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
    let title = whole.get("Title").and_then(Value::as_str).unwrap_or_default();
    let began = title_time(title);
    for benchmark in list {
        let Some(mut entry) = entry_of(benchmark) else {
            sink.reject(1, "a benchmark has no `Method`", "leave it out", &benchmark.to_string());
            continue;
        };
        entry.run.timestamp = began;
        if let Some(job) = DotNetJob::parse(benchmark) {
            entry = entry.field("job", job.shown);
            if !job.distinguishing.is_empty() {
                entry = entry.param("job", job.distinguishing);
            }
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

/// The time of a run in its title, `Sample.Benchmarks-20200529-164431`.
fn title_time(title: &str) -> Option<Timestamp> {
    let (before, clock) = title.rsplit_once('-')?;
    let (_, day) = before.rsplit_once('-')?;
    let is_digits = |text: &str, count| text.len() == count && name::is_whole(text);
    (is_digits(day, 8) && is_digits(clock, 6)).then(|| parse_time(&format!("{day}T{clock}")))?
}

/// The job of a benchmark: what runs it, and how often.
struct DotNetJob<'a> {
    /// As it is displayed: `ShortRun(IterationCount=3, LaunchCount=1, WarmupCount=3)`.
    shown: &'a str,
    /// What of it makes other measurements, such as `Runtime=.NET 8.0`.
    distinguishing: String,
}

/// Settings of a job that say how often something is measured, not what: the beginnings of their
/// names in BenchmarkDotNet's `RunMode` and `AccuracyMode`.
const RUN_SETTINGS: [&str; 14] = [
    "IterationCount",
    "IterationTime",
    "LaunchCount",
    "WarmupCount",
    "InvocationCount",
    "MinIteration",
    "MaxIteration",
    "MinWarmup",
    "MaxWarmup",
    "RunStrategy",
    "UnrollFactor",
    "MaxRelativeError",
    "MaxAbsoluteError",
    "MinInvoke",
];

impl<'a> DotNetJob<'a> {
    /// The job in `Memory.Empty: ShortRun(…) [N=1]`.
    ///
    /// A runtime or a toolchain makes another series. How often something is measured does not:
    /// github-action-benchmark does not keep the job, and a default job must be recognized there.
    fn parse(benchmark: &'a Value) -> Option<Self> {
        let shown = benchmark.get("DisplayInfo")?.as_str()?.split_once(": ")?.1;
        let shown = shown.split(" [").next().unwrap_or(shown).trim();
        let settings = shown.split_once('(').map_or("", |(_, it)| it.trim_end_matches(')'));
        let distinguishing: Vec<&str> = settings
            .split(", ")
            .filter(|setting| setting.contains('='))
            .filter(|setting| !RUN_SETTINGS.iter().any(|known| setting.starts_with(known)))
            .collect();
        (!shown.is_empty()).then(|| Self { shown, distinguishing: distinguishing.join(", ") })
    }
}

fn entry_of(benchmark: &Value) -> Option<BenchmarkEntry> {
    let text = |name: &str| benchmark.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let method = text("Method").or_else(|| text("MethodTitle"))?;
    let typed: Vec<&str> = [text("Namespace"), text("Type")].into_iter().flatten().collect();
    let path = [typed.as_slice(), &[method]].concat().join(".");
    // The full name has parameters untruncated, where `Parameters` cuts long text.
    let named = text("FullName").map(entry_named);
    let has_params = |entry: &BenchmarkEntry| !entry.params.is_empty() || entry.n.is_some();
    if let Some(entry) = named.clone().filter(has_params) {
        return Some(entry);
    }
    let mut entry = named.unwrap_or_else(|| entry_named(&path));
    // Old versions part parameters by commas, later ones by `&`.
    let params = text("Parameters").unwrap_or_default();
    let separator = if params.contains('&') { "&" } else { ", " };
    for (name, value) in params.split(separator).filter_map(|part| part.split_once('=')) {
        entry = name::add_parameter(entry, name.trim(), value.trim());
    }
    Some(entry)
}

/// The benchmark of a full name, `Namespace.Class.Method(Count: 10, Kind: "a, b")`.
pub(crate) fn entry_named(full_name: &str) -> BenchmarkEntry {
    let (path, arguments) = match full_name.strip_suffix(')').and_then(|it| it.split_once('(')) {
        Some((path, arguments)) => (path, arguments),
        None => (full_name, ""),
    };
    // A `.` inside of type arguments is part of the method's or class's name.
    let mut depth = 0_i32;
    let dot = path.char_indices().filter(|(_, c)| {
        depth += i32::from(*c == '<') - i32::from(*c == '>');
        *c == '.' && depth == 0
    });
    let at = dot.last().map(|(at, _)| at);
    let (suite, test) = at.map_or(("", path), |at| (&path[..at], &path[at + 1..]));
    let mut entry = BenchmarkEntry {
        name: full_name.to_owned(),
        name_path: at.map(|at| path[..=at].to_owned()).unwrap_or_default(),
        ..BenchmarkEntry::of(suite, test)
    };
    for argument in split_arguments(arguments) {
        if let Some((name, value)) = argument.split_once(": ") {
            let quote = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
            let value = quote('"').or_else(|| quote('\'')).unwrap_or(value);
            entry = name::add_parameter(entry, name.trim(), value);
        }
    }
    entry
}

/// `Count: 10` and `Kind: "a, b"` of both in one text.
fn split_arguments(arguments: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for (at, c) in arguments.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' | '<' if !quoted => depth += 1,
            ')' | ']' | '}' | '>' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(arguments[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(arguments[start..].trim());
    parts
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
        entry = entry
            .field(&name::snake_case(name), benchmark.pointer(&format!("/Memory/{name}")).cloned());
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
    let name =
        name::snake_case(text("/Descriptor/Id").or_else(|| text("/Descriptor/DisplayName"))?);
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
    fn a_full_name_holds_class_method_and_arguments() {
        let it = entry_named("Ns.Cls<System.Int32>.Run<A.B>(Count: 10, Kind: \"a, (b\", C: 'x')");
        assert_eq!((&*it.suite, &*it.test, it.n), ("Ns.Cls<System.Int32>", "Run<A.B>", None));
        let params: Vec<String> = it.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(params, ["C=x", "Count=10", "Kind=a, (b"]);
        assert_eq!(it.into_suite("Bench").test, "Ns.Cls<System.Int32>.Run<A.B>");
        assert_eq!(entry_named("Run").test, "Run");
    }

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
        assert_eq!((&*it.params["job"], &*it.params["Mode"]), ("Runtime=8", "x"));
        let time = metric(TIME_METRIC, "ns", 2.5)
            .std(0.5)
            .statistic(Statistic::Median, 2.0)
            .statistic(Statistic::Lower, 2.0)
            .samples(vec![2.5]);
        assert_eq!(it.metrics[0], time);
        let names: Vec<&str> = it.metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, MEMORY, "cache_misses"]);
        assert_eq!((&it.fields["cpu"], &it.fields["cores"]), (&"CPU".into(), &8.into()));
        assert!(found[1].error.is_some() && found[1].params["job"] == "Runtime=9");
    }
}
