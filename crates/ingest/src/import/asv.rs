//! The results directory of airspeed velocity (asv), versions 1 and 2: `benchmarks.json`, and for
//! each machine `machine.json` and a file a commit and environment.
//!
//! `null` is a failed run, a bare `NaN` one that asv left out on purpose: no record, but counted.
//! The version of a benchmark at the time becomes the record's, so that nothing is compared across
//! a change of it (asv drops such results). Files that asv itself passes over are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{Entry, Run, Told};
use crate::import::asv_benchmark::{self, Benchmark, Benchmarks};
use crate::import::asv_machine::{Apart, Setting};
use crate::import::told::{millis, whole};
use crate::import::{Asked, Kind, refuse_file};
use crate::json::Number;
use crate::sink::{Fault, Sink};
use crate::source::Folder;
use model::history::CommitFacts;
use model::record::Statistic;

pub(crate) const KIND: Kind = Kind {
    name: "asv",
    also: &["airspeed-velocity"],
    takes: "the results directory, or a folder with it",
    yields: "suite, test, parameters, machine and environment as parameters; time, memory or the \
             tracked value with its bounds, quartiles, samples; version",
    backend: "python",
    read,
};

/// A file of results; fields as asv names them.
#[derive(Deserialize)]
struct Results {
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

fn read(path: &Path, _: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let told = |error: anyhow::Error| Fault::whole(format!("{error:#}"));
    let folder = Folder::open(path).map_err(told)?;
    let machines: BTreeSet<&str> =
        folder.files.iter().filter_map(|file| file.strip_suffix("machine.json")).collect();
    let result = |file: &&String| {
        let split = file.rfind('/').map_or(0, |at| at + 1);
        let (directory, name) = file.split_at(split);
        machines.contains(directory) && name.ends_with(".json") && name != "machine.json"
    };
    let files: Vec<&String> = folder.files.iter().filter(result).collect();
    if files.is_empty() {
        return Err(Fault::whole("no folder with machine.json and results beside it"));
    }
    let apart = environments(&folder, &files);
    if !apart.is_empty() {
        sink.remark(
            "some environments differ only in requirements without a version: parameter `with`",
        );
    }
    let mut listed: BTreeMap<String, Benchmarks> = BTreeMap::new();
    for (done, file) in files.iter().enumerate() {
        sink.progress(done, files.len());
        let root = root(file);
        if !listed.contains_key(root) {
            listed.insert(root.to_owned(), benchmarks(&folder, root, sink));
        }
        sink.begin(file);
        let read = folder.read(file).and_then(|text| text.parse::<Results>());
        match read {
            Ok(results) if results.params.get("machine").is_some_and(|it| *it != machine(file)) => {
                let remedy = "asv passes it over too; mend `params.machine` or move the file";
                sink.refuse(1, "`params.machine` is not the folder's machine", remedy, file);
            }
            Ok(results) => file_of(results, &listed[root], &apart, sink),
            Err(fault) => {
                let text = folder.read(file).map(|text| text.text).unwrap_or_default();
                refuse_file(sink, &fault, &text);
            }
        }
    }
    Ok(())
}

/// The folder of a machine's folder, with its `/`.
fn root(file: &str) -> &str {
    let machine = file.rfind('/').unwrap_or(0);
    file[..machine].rfind('/').map_or("", |at| &file[..=at])
}

/// The name of a machine's folder; none for the folder that was named itself.
fn machine(file: &str) -> &str {
    file.rsplit('/').nth(1).unwrap_or("")
}

fn benchmarks(folder: &Folder, root: &str, sink: &mut Sink<'_>) -> Benchmarks {
    let file = format!("{root}benchmarks.json");
    sink.begin(&file);
    if !folder.has(&file) {
        sink.remark(format!("no {file}: units and parameter names are guessed from the results"));
        return Benchmarks::new();
    }
    folder.read(&file).and_then(|text| asv_benchmark::read(&text)).unwrap_or_else(|fault| {
        refuse_file(sink, &fault, "");
        Benchmarks::new()
    })
}

/// What tells the environments apart: one file of each is looked at, known by the end of its name.
fn environments(folder: &Folder, files: &[&String]) -> Apart {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut settings = Vec::new();
    for file in files {
        let name = file.rsplit('/').next().unwrap_or(file);
        let environment = name.split_once('-').map_or("", |(_, environment)| environment);
        if seen.contains(&(machine(file), environment)) {
            continue;
        }
        if let Ok(results) = folder.read(file).and_then(|text| text.parse::<Results>()) {
            seen.insert((machine(file), environment));
            settings.push(results.setting());
        }
    }
    Apart::new(&settings)
}

impl Results {
    fn setting(&self) -> Setting {
        let mut told = self.requirements.clone();
        told.extend(self.env_vars.clone());
        Setting::of(&self.params, Some(&told))
    }

    /// A benchmark's row; version 1 has a number, a list or an object instead of columns.
    fn row<'r>(&'r self, name: &str, told: &'r Value) -> BTreeMap<&'r str, &'r Value> {
        let mut row: BTreeMap<&str, &Value> = match told {
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
fn file_of(results: Results, benchmarks: &Benchmarks, apart: &Apart, sink: &mut Sink<'_>) {
    let made = results.date.0.and_then(millis);
    sink.commit(CommitFacts {
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
                unlisted = Benchmark::unlisted(name);
                &unlisted
            }
        };
        let started = row.get("started_at").and_then(|it| Number::of(it).0).and_then(millis);
        let mut entry = setting.put(Benchmark::entry(name), apart);
        entry.version = row.get("version").and_then(|it| version(it));
        entry.run = Run {
            commit: Some(results.commit_hash.clone()),
            timestamp: started.or(made),
            commit_time: made,
            ..Run::default()
        };
        if let Err(reason) = values(entry, benchmark, &row, sink) {
            let remedy = "the file's other benchmarks were imported";
            sink.refuse(1, reason, remedy, &format!("{name}: {told}"));
        }
    }
}

/// A version as asv makes it is a SHA-256 in 64 digits: 12 tell two of them apart.
fn version(told: &Value) -> Option<String> {
    let told = told.as_str()?;
    let hash = told.len() == 64 && told.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(if hash { told[..12].to_owned() } else { told.to_owned() })
}

/// The values of a row, one entry for each combination of parameters.
fn values(
    entry: Entry,
    benchmark: &Benchmark,
    row: &BTreeMap<&str, &Value>,
    sink: &mut Sink<'_>,
) -> Result<(), &'static str> {
    let own = row.get("params").and_then(|it| Vec::<Vec<String>>::deserialize(*it).ok());
    let result = *row.get("result").ok_or("no `result`")?;
    // A bare number of version 1 was measured before the benchmark had parameters.
    let before = own.is_none() && !(result.is_array() || result.is_null());
    let params = own.as_ref().unwrap_or(&benchmark.params);
    let params = if before { &Vec::new() } else { params };
    let count = asv_benchmark::combinations(params).ok_or("too many combinations of parameters")?;
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
            (_, Some(value)) => sink.entry(told_of(entry, benchmark, row, at, value)),
            (Value::String(text), None) if text == "NaN" => {
                sink.skip("left out by the benchmark (NaN)", 1);
            }
            _ => sink.entry(entry.failed("its value is no finite number")),
        }
    }
    Ok(())
}

/// The value of one combination, and what stands beside it.
fn told_of(
    entry: Entry,
    benchmark: &Benchmark,
    row: &BTreeMap<&str, &Value>,
    at: usize,
    value: f64,
) -> Entry {
    let cell = |column: &str| column_at(row.get(column).copied(), at);
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
        .with(Statistic::Lower, number("stats_ci_99_a", "ci_99_a").or(bound(0)))
        .with(Statistic::Upper, number("stats_ci_99_b", "ci_99_b").or(bound(1)))
        .with(Statistic::P25, number("stats_q_25", "q_25"))
        .with(Statistic::P75, number("stats_q_75", "q_75"))
        .samples(samples);
    entry
        .metric(metric)
        .field("iterations", number("stats_number", "number").map(whole))
        .field("rounds", number("stats_repeat", "repeat").map(whole))
}

/// The cell of one combination; a column that is no list is that of a benchmark without parameters.
fn column_at(column: Option<&Value>, at: usize) -> Option<&Value> {
    match column? {
        Value::Array(all) => all.get(at),
        Value::Null => None,
        one => (at == 0).then_some(one),
    }
}
