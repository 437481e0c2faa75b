//! The benchmarks of one run of github-action-benchmark: what name, unit, range and extra text mean
//! differs by the tool that wrote them. A unit that cannot be one is rejected, with the reason.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{
    ALLOCATIONS, BenchmarkEntry, CPU_TIME, MEMORY, MeasurementExt as _, OWN_SUITE, metric,
};
use crate::go::units::{GoUnits, GoValue};
use crate::json::count_value;
use crate::parse::number::{parse_number, parse_quantity};
use crate::parse::{go_name, name, unit};
use crate::sink::EntrySink;
use crate::{
    benchmarkdotnet, benchmarkjs, catch2, custom, go, google, jmh, julia, libtest, luau,
    pytest_benchmark,
};
use model::record::direction::direction_of_unit;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC, Unit};

/// What the action calls Luau's benchmarks.
pub(crate) const LUAU: &str = "benchmarkluau";

/// One benchmark as the action stores it.
#[derive(Deserialize)]
pub(crate) struct ActionBenchmark {
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
pub(crate) struct ActionTool<'t> {
    name: &'t str,
    backend: &'static str,
}

impl<'t> ActionTool<'t> {
    pub(crate) fn named(name: &'t str) -> Self {
        // One backend a tool: what `ingest` gives the tool's own output.
        let backend = match name {
            "cargo" => libtest::FORMAT.backend,
            "go" => go::FORMAT.backend,
            "benchmarkjs" | "benchmarkjsInverse" => benchmarkjs::FORMAT.backend,
            "pytest" => pytest_benchmark::FORMAT.backend,
            "googlecpp" => google::json::FORMAT.backend,
            "catch2" => catch2::text::FORMAT.backend,
            "julia" => julia::FORMAT.backend,
            "jmh" => jmh::FORMAT.backend,
            "benchmarkdotnet" => benchmarkdotnet::FORMAT.backend,
            LUAU => luau::FORMAT.backend,
            _ => "",
        };
        Self { name, backend }
    }

    /// What the action compares by. It has JMH's rates the wrong way round; units tell better.
    fn direction(&self, bench: &ActionBenchmark) -> Option<Direction> {
        let of = |bigger| if bigger { Direction::Higher } else { Direction::Lower };
        match self.name {
            _ if bench.bigger_is_better.is_some() => bench.bigger_is_better.map(of),
            "benchmarkjs" | "customBiggerIsBetter" => Some(Direction::Higher),
            "customSmallerIsBetter" => Some(Direction::Lower),
            _ => None,
        }
    }

    /// The suite of an entry: the action's name for it. A package that the action added to a name
    /// of Go joins it, for there the same name occurs in several packages.
    pub(crate) fn suite_pattern(suite: &str, entry: &BenchmarkEntry) -> String {
        let has_package = !entry.suite.is_empty() && entry.name_path.is_empty();
        // Gofiber's columns have no suites: packages are the suites, as in Go's own output.
        if suite.is_empty() {
            return OWN_SUITE.to_owned();
        }
        if has_package { format!("{suite}/{OWN_SUITE}") } else { suite.to_owned() }
    }

    /// Notes how `ingest` continues the series of an entry.
    pub(crate) fn note_continuation(
        &self,
        suite: &str,
        entry: &BenchmarkEntry,
        sink: &mut EntrySink<'_>,
    ) {
        let mut options = Vec::new();
        if !suite.is_empty() {
            options.push(format!("--suite={}", Self::suite_pattern(suite, entry)));
        }
        match self.name {
            "customSmallerIsBetter" => options.push(format!("--format={}", custom::SMALLER.name)),
            "customBiggerIsBetter" => options.push(format!("--format={}", custom::BIGGER.name)),
            // The action keeps the text in brackets, not the names of parameters.
            "pytest" if entry.name.ends_with(']') => options.push("--plain-names".to_owned()),
            _ => {}
        }
        sink.continue_with(&options);
    }
}

/// What could not be a value, and why.
type RejectedBenchmarks<'b> = Vec<(&'b ActionBenchmark, &'static str)>;

const NO_VALUE: &str = "the value is no number";
const NO_UNIT: &str = "no unit but the benchmark's own output";

/// The benchmarks of a run, those of Go with all their units in one.
pub(crate) fn entries<'b>(
    tool: &ActionTool<'_>,
    benches: &'b [ActionBenchmark],
) -> (Vec<BenchmarkEntry>, RejectedBenchmarks<'b>) {
    let mut rejected: RejectedBenchmarks<'b> = Vec::new();
    let mut measured: Vec<(&ActionBenchmark, f64)> = Vec::new();
    for bench in benches {
        let output_of_program =
            tool.name == "go" && bench.unit.trim_start().starts_with(|c: char| c.is_ascii_digit());
        match numeric_value(&bench.value) {
            None => rejected.push((bench, NO_VALUE)),
            Some(_) if output_of_program => rejected.push((bench, NO_UNIT)),
            Some(value) => measured.push((bench, value)),
        }
    }
    let entries = if tool.name == "go" {
        go_entries(&measured)
    } else {
        measured.iter().map(|(bench, value)| entry(tool, bench, *value)).collect()
    };
    (entries, rejected)
}

/// A line of Go's output: the action keeps it as one and, in newer versions, again one a unit.
struct GoLine<'b> {
    bench: &'b ActionBenchmark,
    values: Vec<GoValue<'b>>,
}

fn go_entries(measured: &[(&ActionBenchmark, f64)]) -> Vec<BenchmarkEntry> {
    let mut lines: Vec<GoLine<'_>> = Vec::new();
    // Where each name and number of processors stands in `lines`, so that its further units find
    // it. The processors belong to it: `-cpu 2,4` gives one name twice.
    let mut places: BTreeMap<(String, Option<&str>), usize> = BTreeMap::new();
    for (bench, value) in measured {
        let name = bench.go_name();
        let key = (format!("{} {}", name.plain, name.package), bench.processors());
        let values = go_values(&bench.unit, *value);
        if let (true, Some(place)) = (name.is_one_unit, places.get(&key)) {
            let known = &mut lines[*place].values;
            let new =
                values.into_iter().filter(|it| known.iter().all(|known| known.unit != it.unit));
            let new: Vec<GoValue<'_>> = new.collect();
            known.extend(new);
            continue;
        }
        places.insert(key, lines.len());
        lines.push(GoLine { bench, values });
    }
    lines.iter().map(GoLine::entry).collect()
}

/// The values of a unit that may hold the rest of the line: `ns/op\t 32 B/op\t 1 allocs/op`.
fn go_values(units: &str, first: f64) -> Vec<GoValue<'_>> {
    let mut words = units.split_whitespace();
    let mut values = vec![GoValue { value: first, unit: words.next().unwrap_or_default() }];
    while let (Some(value), Some(unit)) = (words.next(), words.next()) {
        // What the benchmark itself printed is no measurement.
        let Some(value) = parse_number(value) else { break };
        values.push(GoValue { value, unit });
    }
    values
}

impl GoLine<'_> {
    fn entry(&self) -> BenchmarkEntry {
        let name = self.bench.go_name();
        // The action has cut the processors off and keeps them in `extra`: a number that still
        // stands behind the name is part of it.
        let entry = go_name::entry(name.package, name.plain, self.bench.processors());
        let entry = GoUnits::default().with_metrics(entry, &self.values);
        let entry = BenchmarkEntry { backend: go::FORMAT.backend.to_owned(), ..entry };
        let lines = self.bench.extra.as_deref().unwrap_or_default().lines();
        let extra: Vec<&str> = lines.filter(|line| !line.trim_end().ends_with(" procs")).collect();
        add_extra_text("go", &extra.join("\n"), entry)
    }
}

/// A name of Go as the action keeps it: with the package where a run had several.
struct ActionGoName<'b> {
    plain: &'b str,
    package: &'b str,
    /// `name - unit`: a line once more, for one of its units.
    is_one_unit: bool,
}

impl ActionBenchmark {
    fn go_name(&self) -> ActionGoName<'_> {
        // Versions differ in what comes last: `X - B/op (pkg)` or `X (pkg) - B/op`.
        let in_package = |name| str::strip_suffix(name, ')')?.rsplit_once(" (");
        let of_unit = |name| str::rsplit_once(name, " - ").filter(|(_, unit)| *unit == self.unit);
        let (name, is_last) = match of_unit(&self.name) {
            Some((name, _)) => (name, true),
            None => (self.name.as_str(), false),
        };
        let (name, package) = in_package(name).unwrap_or((name, ""));
        match of_unit(name) {
            Some((plain, _)) => ActionGoName { plain, package, is_one_unit: true },
            None => ActionGoName { plain: name, package, is_one_unit: is_last },
        }
    }

    /// The number in `4 procs`.
    fn processors(&self) -> Option<&str> {
        let lines = self.extra.as_deref().unwrap_or_default().lines();
        lines.filter_map(|line| line.trim().strip_suffix(" procs")).next()
    }
}

/// A number, also one in text (`1,234.5`).
fn numeric_value(json_value: &Value) -> Option<f64> {
    match json_value {
        Value::Number(told) => told.as_f64(),
        Value::String(told) => parse_number(told),
        _ => None,
    }
}

fn entry(tool: &ActionTool<'_>, bench: &ActionBenchmark, value: f64) -> BenchmarkEntry {
    let mut entry = entry_named(tool.name, bench);
    let unit = match tool.name {
        // Values below 10 have the digit before their point in the unit, too: 2.322 `2ms`.
        LUAU => bench.unit.trim().trim_start_matches(|c: char| c.is_ascii_digit()),
        _ => bench.unit.trim(),
    };
    let seconds = if tool.name == "pytest" { seconds_of_rate(unit, value) } else { None };
    let measured = match (tool.name, seconds) {
        // Rounds a second are the mean turned over; `ingest` reads the mean.
        (_, Some(seconds)) => metric(TIME_METRIC, "s", seconds),
        ("cargo", _) => libtest::measurement_in(unit, value),
        ("jmh", _) => metric(&jmh::metric_of_unit(unit), &unit::canonical(unit), value),
        _ => custom::measurement(unit, value),
    };
    let mut measured = with_range(tool, bench, measured, &mut entry);
    if seconds.is_none() {
        measured.direction = tool.direction(bench).or_else(|| direction_of_unit(unit));
    }
    entry.metrics.push(measured);
    entry.backend = tool.backend.to_owned();
    add_extra_text(tool.name, bench.extra.as_deref().unwrap_or_default(), entry)
}

/// The benchmark of a name, taken apart as `ingest` does for the tool.
fn entry_named(tool: &str, bench: &ActionBenchmark) -> BenchmarkEntry {
    let name = bench.name.as_str();
    match tool {
        "cargo" => libtest::entry_named(name, None),
        "googlecpp" => google::entry_named(name),
        "pytest" => pytest_benchmark::entry_named(name),
        "benchmarkdotnet" => benchmarkdotnet::entry_named(name),
        "julia" => julia::entry_named(&name.split('/').collect::<Vec<_>>()),
        "jmh" => {
            // `org.a.B.run ( {"n":"10"} )`
            let params = name.strip_suffix(')').and_then(|it| it.split_once(" ( "));
            let params = params.and_then(|(method, json)| {
                Some((method, serde_json::from_str::<BTreeMap<String, Value>>(json).ok()?))
            });
            let (method, params) = params.unwrap_or((name, BTreeMap::new()));
            let entry = jmh::entry_named(method, &params);
            BenchmarkEntry { mode: jmh::mode_of_unit(&bench.unit).to_owned(), ..entry }
        }
        _ => BenchmarkEntry::named(name),
    }
}

/// The seconds of one round of a rate such as `iter/sec`.
fn seconds_of_rate(unit: &str, value: f64) -> Option<f64> {
    let (base, factor) = Unit::parse(&unit::canonical(unit));
    (base.as_str() == "ops/s" && value > 0.0).then(|| 1.0 / (value * factor))
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
        // Seconds a round, as the value is by now.
        ("pytest" | "benchmarkdotnet", "") => value.std(size),
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
fn add_extra_text(tool: &str, text: &str, mut entry: BenchmarkEntry) -> BenchmarkEntry {
    let mut rest: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let pair = line.split_once(": ").or_else(|| line.split_once('='));
        match (tool, pair, parse_quantity(line)) {
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
            (LUAU, None, None) => entry = entry.param("driver", line),
            ("pytest", Some(("mean", _)), _) => {} // the value, turned over and rounded
            (_, Some((key, told)), _) if !key.is_empty() && key.len() < 40 => {
                let told = parse_number(told).map_or_else(|| Value::from(told), count_value);
                entry = entry.field(&name::snake_case(key), told);
            }
            (_, _, Some((count, what))) if !what.is_empty() && what.len() < 40 => {
                let what = match what {
                    "times" => "iterations",
                    "samples" => "sample_count",
                    what => what,
                };
                entry = entry.field(&name::snake_case(what), count_value(count));
            }
            _ => rest.push(line),
        }
    }
    entry.field("extra", rest.join("; "))
}
