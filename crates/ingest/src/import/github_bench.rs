//! The benchmarks of one run of github-action-benchmark: what name, unit, range and extra text mean
//! differs by the tool that wrote them. What a unit cannot be is refused, with the reason.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{
    ALLOCATIONS, BenchmarkEntry, CPU_TIME, MEMORY, MeasurementExt as _, THROUGHPUT, metric,
};
use crate::import::conventions::{
    GOMAXPROCS, apply_go_name, count_value, metric_named_by_unit, plain_unit, snake_case,
};
use crate::quantity::{parse_number, parse_quantity};
use model::record::{Direction, Measurement, Statistic};

/// One benchmark as the action stores it.
#[derive(Deserialize)]
pub struct ActionBenchmark {
    pub name: String,
    /// A number; `null` where the tool wrote none.
    #[serde(default)]
    pub value: Value,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    range: Value,
    #[serde(default)]
    extra: Option<String>,
    /// Of forks of the action.
    #[serde(default, rename = "biggerIsBetter")]
    bigger_is_better: Option<bool>,
}

/// Which tool wrote a run, and so what its text means.
pub struct ActionTool<'t> {
    name: &'t str,
    backend: &'static str,
}

impl<'t> ActionTool<'t> {
    pub fn named(name: &'t str) -> Self {
        let backend = match name {
            "cargo" => "rust",
            "go" => "go",
            "benchmarkjs" | "benchmarkjsInverse" => "javascript",
            "pytest" => "python",
            "googlecpp" | "catch2" => "cpp",
            "julia" => "julia",
            "jmh" => "java",
            "benchmarkdotnet" => "csharp",
            "benchmarkluau" => "luau",
            _ => "",
        };
        Self { name, backend }
    }

    /// What the action compares by. It has JMH's rates the wrong way round; units tell better.
    fn direction(&self, bench: &ActionBenchmark) -> Option<Direction> {
        let of = |bigger| if bigger { Direction::Higher } else { Direction::Lower };
        match self.name {
            _ if bench.bigger_is_better.is_some() => bench.bigger_is_better.map(of),
            "benchmarkjs" | "pytest" | "customBiggerIsBetter" => Some(Direction::Higher),
            "customSmallerIsBetter" => Some(Direction::Lower),
            _ => None,
        }
    }
}

/// What could not be a value, and why.
type RejectedBenchmarks<'b> = Vec<(&'b ActionBenchmark, &'static str)>;

const NO_VALUE: &str = "the value is no number";
const NO_UNIT: &str = "no unit but the benchmark's own output";

/// The benchmarks of a run, those of Go with all their units in one.
pub fn entries<'b>(
    tool: &ActionTool<'_>,
    benches: &'b [ActionBenchmark],
) -> (Vec<BenchmarkEntry>, RejectedBenchmarks<'b>) {
    let (mut all, mut refused): (Vec<BenchmarkEntry>, RejectedBenchmarks<'b>) =
        (Vec::new(), Vec::new());
    // Where each name of Go stands in `all`, so that its further units find it.
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for bench in benches {
        let Some(value) = numeric_value(&bench.value) else {
            refused.push((bench, NO_VALUE));
            continue;
        };
        let go = tool.name == "go";
        if go && bench.unit.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            refused.push((bench, NO_UNIT));
            continue;
        }
        // `name - unit`: the same line once more, a unit at a time.
        let part = bench.name.rsplit_once(" - ").filter(|(_, unit)| go && *unit == bench.unit);
        if let Some(place) = part.and_then(|(name, _)| places.get(name)) {
            let more = measurement(&bench.unit, value);
            let metrics = &mut all[*place].metrics;
            if !metrics.iter().any(|it| it.metric == more.metric) {
                metrics.push(more);
            }
            continue;
        }
        places.insert(&bench.name, all.len());
        all.push(entry(tool, bench, value));
    }
    (all, refused)
}

/// A number, also one in text (`1,234.5`).
fn numeric_value(json_value: &Value) -> Option<f64> {
    match json_value {
        Value::Number(told) => told.as_f64(),
        Value::String(told) => parse_number(told),
        _ => None,
    }
}

fn measurement(unit_text: &str, value: f64) -> Measurement<'static> {
    let name = metric_named_by_unit(unit_text).map_or_else(|| snake_case(unit_text), str::to_owned);
    metric(if name.is_empty() { "value" } else { &name }, plain_unit(unit_text), value)
}

fn entry(tool: &ActionTool<'_>, bench: &ActionBenchmark, value: f64) -> BenchmarkEntry {
    let named = BenchmarkEntry::named(&bench.name);
    let mut entry = if tool.name == "go" { go_entry(named, bench, value) } else { named };
    if entry.metrics.is_empty() {
        let value = measurement(&bench.unit, value);
        let value = with_range(tool, bench, value, &mut entry);
        entry.metrics.push(value);
    }
    let direction = tool.direction(bench);
    for metric in &mut entry.metrics {
        metric.direction = direction.or((metric.metric == THROUGHPUT).then_some(Direction::Higher));
    }
    entry.backend = tool.backend.to_owned();
    add_extra_text(tool, bench.extra.as_deref().unwrap_or_default(), entry)
}

/// A line of Go: the unit may hold the rest of the line, `ns/op\t 32 B/op\t 1 allocs/op`.
fn go_entry(entry: BenchmarkEntry, bench: &ActionBenchmark, value: f64) -> BenchmarkEntry {
    let (name, package) = match bench.name.split_once(" (") {
        Some((name, package)) if package.ends_with(')') => (name, package.strip_suffix(')')),
        _ => (bench.name.as_str(), None),
    };
    // `X - B/op` without an `X` before it.
    let name = name.rsplit_once(" - ").filter(|(_, unit)| *unit == bench.unit);
    let name = name.map_or(bench.name.split(" (").next().unwrap_or(&bench.name), |(name, _)| name);
    let mut entry = apply_go_name(entry, name);
    if let Some(package) = package {
        entry = entry.param("package", package);
    }
    let mut words = bench.unit.split_whitespace();
    let first = measurement(words.next().unwrap_or_default(), value);
    entry.metrics.push(first);
    while let (Some(value), Some(unit)) = (words.next(), words.next()) {
        // What the benchmark itself printed is no measurement.
        let Some(value) = parse_number(value) else { break };
        entry.metrics.push(measurement(unit, value));
    }
    entry
}

/// The range: a standard deviation, or bounds, as the tool means it. What it does not say stays
/// text.
fn with_range(
    tool: &ActionTool<'_>,
    bench: &ActionBenchmark,
    value: Measurement<'static>,
    entry: &mut BenchmarkEntry,
) -> Measurement<'static> {
    let text = match &bench.range {
        Value::String(text) => text.trim(),
        Value::Number(std) => return value.std(std.as_f64()),
        _ => return value,
    };
    let told = ["±", "+/-", "stddev:"].iter().find_map(|it| text.strip_prefix(it)).unwrap_or(text);
    let Some((size, unit)) = parse_quantity(told).filter(|(size, _)| *size >= 0.0) else {
        entry.fields.insert("range".to_owned(), Value::from(text));
        return value;
    };
    let Some(middle) = value.value.get() else { return value };
    let around = |value: Measurement<'static>, by: f64| {
        value.statistic(Statistic::Lower, middle - by).statistic(Statistic::Upper, middle + by)
    };
    match (tool.name, unit) {
        // Relative margins: of error at 95 % (benchmark.js), else as the tool means it.
        (_, "%") => around(value, middle.abs() * size / 100.0),
        // Seconds a round, where the value is rounds a second: the relative spread is the same, to
        // first order.
        ("pytest", "") => value.std(size * middle * middle),
        ("benchmarkdotnet", "") => value.std(size),
        // The action drops the unit of Catch2's deviation, which is often another one.
        ("catch2", "") if value.unit.as_deref() == Some("ns") => value.std(size),
        ("catch2", _) => {
            entry.fields.insert("range".to_owned(), Value::from(text));
            value
        }
        // libtest prints what lies between its smallest and its largest sample.
        ("cargo", "") => around(value, size / 2.0),
        (_, "") => around(value, size),
        (_, told) if Some(told) == value.unit.as_deref() => around(value, size),
        _ => {
            entry.fields.insert("range".to_owned(), Value::from(text));
            value
        }
    }
}

/// The extra text: `key: value` or `key=value` a line, or `4 times`, `8 procs`, `72 samples`.
fn add_extra_text(tool: &ActionTool<'_>, text: &str, mut entry: BenchmarkEntry) -> BenchmarkEntry {
    let mut rest: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let pair = line.split_once(": ").or_else(|| line.split_once('='));
        match (tool.name, pair, parse_quantity(line)) {
            ("googlecpp", Some(("cpu", told)), _) => {
                if let Some((value, unit)) = parse_quantity(told) {
                    entry.metrics.push(metric(CPU_TIME, unit, value));
                }
            }
            ("julia", Some(("memory", told)), _) if parse_number(told).is_some() => {
                entry.metrics.extend(parse_number(told).map(|it| metric(MEMORY, "B", it)));
            }
            ("julia", Some(("allocs", told)), _) if parse_number(told).is_some() => {
                entry.metrics.extend(parse_number(told).map(|it| metric(ALLOCATIONS, "count", it)));
            }
            ("julia", Some(("params", told)), _) => entry = entry.field("julia_params", told),
            ("pytest", Some(("mean", _)), _) => {} // the value, turned over and rounded
            (_, Some((key, told)), _) if !key.is_empty() && key.len() < 40 => {
                let told = parse_number(told).map_or_else(|| Value::from(told), count_value);
                entry = entry.field(&snake_case(key), told);
            }
            (_, _, Some((count, what))) if !what.is_empty() && what.len() < 40 => {
                let what = match what {
                    "times" => "iterations",
                    "procs" => GOMAXPROCS,
                    "samples" => "sample_count",
                    what => what,
                };
                entry = entry.field(&snake_case(what), count_value(count));
            }
            _ => rest.push(line),
        }
    }
    entry.field("extra", rest.join("; "))
}
