//! The results directory of airspeed velocity (asv), versions 1 and 2: `benchmarks.json`, and for
//! each machine `machine.json` and a file a commit and environment.
//!
//! `null` is a failed run, a bare `NaN` one that asv left out on purpose: no record, but counted.
//! The version of a benchmark at the time becomes the record's, so that nothing is compared across
//! a change of it (asv drops such results). Files that asv itself ignores are rejected.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::asv::benchmark::{self, AsvBenchmark, AsvBenchmarks};
use crate::asv::machine::AsvSetting;
use crate::entry::{BenchmarkEntry, MeasurementExt, RunContext};
use crate::json::{Number, count_value};
use crate::parse::time::epoch_millis;
use crate::sink::{EntrySink, InputError};
use crate::source::Folder;
use model::history::CommitFacts;
use model::record::Statistic;

/// A file of results; fields as asv names them.
#[derive(Deserialize)]
struct AsvResults {
    commit_hash: String,
    date: Number,
    params: BTreeMap<String, Value>,
    #[serde(default)]
    requirements: BTreeMap<String, Value>,
    #[serde(default)]
    env_vars: BTreeMap<String, Value>,
    /// Of version 2.
    #[serde(default)]
    result_columns: Vec<String>,
    results: BTreeMap<String, Value>,
    /// Of version 1: by benchmark.
    #[serde(default)]
    started_at: Value,
    #[serde(default)]
    benchmark_version: Value,
}

/// Reads the results directory, or a folder with one or several of them.
///
/// # Errors
/// It holds no results.
pub(crate) fn read(folder: &dyn Folder, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let machines: BTreeSet<&str> =
        folder.files().iter().filter_map(|file| file.strip_suffix("machine.json")).collect();
    let result = |file: &&String| {
        let split = file.rfind('/').map_or(0, |at| at + 1);
        let (directory, name) = file.split_at(split);
        machines.contains(directory) && name.ends_with(".json") && name != "machine.json"
    };
    let files: Vec<&String> = folder.files().iter().filter(result).collect();
    if files.is_empty() {
        return Err(InputError::whole("no folder with machine.json and results beside it"));
    }
    let mut listed: BTreeMap<String, AsvBenchmarks> = BTreeMap::new();
    for (done, file) in files.iter().enumerate() {
        sink.progress(done, files.len());
        let root = results_root(file);
        if !listed.contains_key(root) {
            listed.insert(root.to_owned(), read_benchmarks(folder, root, sink));
        }
        sink.begin_file(file);
        let read = folder.read(file).and_then(|text| text.parse::<AsvResults>());
        match read {
            Ok(results)
                if results.params.get("machine").is_some_and(|it| *it != machine_folder(file)) =>
            {
                let remedy = "asv passes it over too; mend `params.machine` or move the file";
                sink.reject(1, "`params.machine` is not the folder's machine", remedy, file);
            }
            Ok(results) => take_results(results, &listed[root], sink),
            Err(fault) => {
                let text = folder.read(file).map(|text| text.text).unwrap_or_default();
                sink.reject_file(&fault, &text);
            }
        }
    }
    Ok(())
}

/// The folder of a machine's folder, with its `/`.
fn results_root(file: &str) -> &str {
    let machine = file.rfind('/').unwrap_or(0);
    file[..machine].rfind('/').map_or("", |at| &file[..=at])
}

/// The name of a machine's folder; none for the folder that was named itself.
fn machine_folder(file: &str) -> &str {
    file.rsplit('/').nth(1).unwrap_or("")
}

fn read_benchmarks(folder: &dyn Folder, root: &str, sink: &mut EntrySink<'_>) -> AsvBenchmarks {
    let file = format!("{root}benchmarks.json");
    sink.begin_file(&file);
    if !folder.has(&file) {
        sink.remark(format!("no {file}: units and parameter names are guessed from the results"));
        return AsvBenchmarks::new();
    }
    folder.read(&file).and_then(|text| benchmark::read(&text)).unwrap_or_else(|fault| {
        sink.reject_file(&fault, "");
        AsvBenchmarks::new()
    })
}

impl AsvResults {
    fn setting(&self) -> AsvSetting {
        let mut told = self.requirements.clone();
        told.extend(self.env_vars.clone());
        AsvSetting::of(&self.params, Some(&told))
    }

    /// A benchmark's row; version 1 has a number, a list or an object instead of columns.
    fn row<'r>(&'r self, name: &str, result_json: &'r Value) -> BTreeMap<&'r str, &'r Value> {
        let mut row: BTreeMap<&str, &Value> = match result_json {
            Value::Array(cells) if !self.result_columns.is_empty() => {
                self.result_columns.iter().map(String::as_str).zip(cells).collect()
            }
            Value::Object(fields) => fields.iter().map(|(key, it)| (key.as_str(), it)).collect(),
            value => [("result", value)].into(),
        };
        for (column, by_name) in
            [("started_at", &self.started_at), ("version", &self.benchmark_version)]
        {
            if let (false, Some(told)) = (row.contains_key(column), by_name.get(name)) {
                row.insert(column, told);
            }
        }
        row
    }
}

/// One file: a commit in an environment.
fn take_results(results: AsvResults, benchmarks: &AsvBenchmarks, sink: &mut EntrySink<'_>) {
    let made = results.date.0.and_then(epoch_millis);
    sink.add_commit(CommitFacts {
        id: results.commit_hash.clone(),
        time: made,
        ..CommitFacts::default()
    });
    let setting = results.setting();
    for (name, told) in &results.results {
        let row = results.row(name, told);
        let unlisted;
        let benchmark = match benchmarks.get(name) {
            Some(benchmark) => benchmark,
            None => {
                unlisted = AsvBenchmark::unlisted(name);
                &unlisted
            }
        };
        let started = row.get("started_at").and_then(|it| Number::of(it).0).and_then(epoch_millis);
        let mut entry = setting.apply_to(AsvBenchmark::entry(name));
        // asv measures old commits whenever somebody asks for them, often hundreds in one night.
        // Its own pages stand in the order of the committer dates, and so do its runs here.
        entry.version = row.get("version").and_then(|it| version(it));
        entry.run = RunContext {
            commit: Some(results.commit_hash.clone()),
            timestamp: made.or(started),
            commit_time: made,
            ..RunContext::default()
        };
        if let Err(reason) = emit_values(entry, benchmark, &row, sink) {
            let remedy = "the file's other benchmarks were imported";
            sink.reject(1, reason, remedy, &format!("{name}: {told}"));
        }
    }
}

/// A version as asv makes it is a SHA-256 in 64 digits: 12 tell two of them apart.
fn version(version_json: &Value) -> Option<String> {
    let told = version_json.as_str()?;
    let hash = told.len() == 64 && told.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(if hash { told[..12].to_owned() } else { told.to_owned() })
}

/// The values of a row, one entry for each combination of parameters.
fn emit_values(
    entry: BenchmarkEntry,
    benchmark: &AsvBenchmark,
    row: &BTreeMap<&str, &Value>,
    sink: &mut EntrySink<'_>,
) -> Result<(), &'static str> {
    let own = row.get("params").and_then(|it| Vec::<Vec<String>>::deserialize(*it).ok());
    let result = *row.get("result").ok_or("no `result`")?;
    // A bare number of version 1 was measured before the benchmark had parameters.
    let before = own.is_none() && !(result.is_array() || result.is_null());
    let params = own.as_ref().unwrap_or(&benchmark.params);
    let params = if before { &Vec::new() } else { params };
    let count = benchmark::combinations(params).ok_or("too many combinations of parameters")?;
    let one = std::slice::from_ref(result);
    let all: Option<&[Value]> = match result {
        Value::Array(all) => Some(all),
        Value::Null => None,
        _ => Some(one),
    };
    if all.is_some_and(|all| all.len() != count) {
        return Err("its values are not as many as the combinations of its parameters");
    }
    for at in 0..count {
        let told = all.and_then(|all| all.get(at)).unwrap_or(&Value::Null);
        let entry = benchmark.with_params(entry.clone(), params, at);
        match (told, Number::of(told).0) {
            (Value::Null, _) => sink.entry(entry.failed("it failed; asv keeps no reason")),
            (_, Some(value)) => sink.entry(with_value(entry, benchmark, row, at, value)),
            (Value::String(text), None) if text == "NaN" => {
                sink.skip("left out by the benchmark (NaN)", 1);
            }
            _ => sink.entry(entry.failed("its value is no finite number")),
        }
    }
    Ok(())
}

/// The value of one combination, and what stands beside it.
fn with_value(
    entry: BenchmarkEntry,
    benchmark: &AsvBenchmark,
    row: &BTreeMap<&str, &Value>,
    at: usize,
    value: f64,
) -> BenchmarkEntry {
    let cell = |column: &str| cell_at(row.get(column).copied(), at);
    // Version 1 keeps the same in an object a combination: `{ci_99: [a, b], q_25, …}`.
    let stats = cell("stats");
    let number = |column: &str, old: &str| {
        let new = cell(column).and_then(|it| Number::of(it).0);
        new.or_else(|| Number::of(stats?.get(old)?).0)
    };
    let bound = |side: usize| stats.and_then(|it| Number::of(it.get("ci_99")?.get(side)?).0);
    let samples = cell("samples").and_then(|it| Vec::<Number>::deserialize(it).ok());
    let samples = samples.unwrap_or_default().into_iter().filter_map(|it| it.0).collect();
    let metric = benchmark
        .metric(value)
        .statistic(Statistic::Lower, number("stats_ci_99_a", "ci_99_a").or(bound(0)))
        .statistic(Statistic::Upper, number("stats_ci_99_b", "ci_99_b").or(bound(1)))
        .statistic(Statistic::P25, number("stats_q_25", "q_25"))
        .statistic(Statistic::P75, number("stats_q_75", "q_75"))
        .samples(samples);
    entry
        .metric(metric)
        .field("iterations", number("stats_number", "number").map(count_value))
        .field("rounds", number("stats_repeat", "repeat").map(count_value))
}

/// The cell of one combination; a column that is no list is that of a benchmark without parameters.
fn cell_at(column: Option<&Value>, at: usize) -> Option<&Value> {
    match column? {
        Value::Array(all) => all.get(at),
        Value::Null => None,
        one => (at == 0).then_some(one),
    }
}
