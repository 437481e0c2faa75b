//! The tree that criterion.rs leaves in `target/criterion`: `<benchmark>/new/` with
//! `benchmark.json`, `estimates.json` and `sample.json`; nanoseconds. Trees of 0.2 name their
//! estimates with capitals.
//!
//! The value is criterion's own choice: the slope where it measured one, else the mean. Throughput
//! is the same number turned over, so the size of an iteration is kept as a field, not as a metric
//! that would alarm twice. `base/` and `change/` are earlier runs and are left alone.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::entry::{Entry, Told, metric};
use crate::formats::{Format, Reader};
use crate::sink::{Fault, Sink};
use crate::source::Folder;
use model::record::{Statistic, TIME};

pub const FORMAT: Format = Format {
    name: "criterion",
    tool: "criterion.rs 0.2 and later: the folder target/criterion",
    mark: "a folder with `…/new/estimates.json`",
    yields: "time (slope or mean, std, median, lower, upper, samples); size of an iteration",
    backend: "rust",
    reader: Reader::Folder { is, read },
};

const ESTIMATES: &str = "/new/estimates.json";

fn is(folder: &Folder) -> bool {
    folder.files.iter().any(|file| file.ends_with(ESTIMATES) || *file == ESTIMATES[1..])
}

fn read(folder: &Folder, sink: &mut Sink<'_>) -> Result<(), Fault> {
    for file in &folder.files {
        let Some(stem) = file.strip_suffix("estimates.json") else { continue };
        if !format!("/{stem}").ends_with("/new/") {
            continue;
        }
        sink.begin(file);
        match entry(folder, stem) {
            Ok(entry) => sink.entry(entry),
            Err((file, fault)) => {
                sink.begin(&file);
                let remedy = "run the benchmark again; a stopped run leaves files cut off";
                sink.refuse(fault.line as usize, &fault.reason, remedy, "");
            }
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
    #[serde(default)]
    throughput: Value,
    full_id: Option<String>,
}

#[derive(Deserialize)]
struct Estimates {
    #[serde(alias = "Mean")]
    mean: Estimate,
    #[serde(alias = "Median")]
    median: Estimate,
    #[serde(alias = "Slope")]
    slope: Option<Estimate>,
    #[serde(alias = "StdDev")]
    std_dev: Option<Estimate>,
}

#[derive(Deserialize)]
struct Estimate {
    confidence_interval: Interval,
    point_estimate: f64,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// A file of the tree, or which one is at fault and why.
fn part<T: DeserializeOwned>(folder: &Folder, file: String) -> Result<T, (String, Fault)> {
    let read = folder.read(&file).and_then(|text| text.parse());
    read.map_err(|fault| (file, fault))
}

/// The benchmark whose `new/` this is.
fn entry(folder: &Folder, new: &str) -> Result<Entry, (String, Fault)> {
    let estimates: Estimates = part(folder, format!("{new}estimates.json"))?;
    let benchmark: Benchmark = part(folder, format!("{new}benchmark.json"))?;
    let sample = format!("{new}sample.json");
    let sample: Option<Sample> = folder.has(&sample).then(|| part(folder, sample)).transpose()?;
    let typical = estimates.slope.as_ref().unwrap_or(&estimates.mean);
    let each = sample.as_ref().map_or_else(Vec::new, |sample| {
        sample.times.iter().zip(&sample.iters).map(|(time, iters)| time / iters).collect()
    });
    let time = metric(TIME, "ns", typical.point_estimate)
        .std(estimates.std_dev.map(|it| it.point_estimate))
        .with(Statistic::Median, estimates.median.point_estimate)
        .with(Statistic::Lower, typical.confidence_interval.lower_bound)
        .with(Statistic::Upper, typical.confidence_interval.upper_bound)
        .samples(each);
    let iterations = sample.map(|sample| sample.iters.iter().sum::<f64>());
    let mut entry = named(&benchmark).metric(time).field("iterations", iterations);
    if let Some((kind, size)) = benchmark.throughput.as_object().and_then(|it| it.iter().next()) {
        let field = format!("{}_per_iteration", kind.to_lowercase());
        entry = entry.field(&field, size.clone());
    }
    Ok(entry)
}

/// Group, function and value: suite, test, and `n` where the value is a whole number.
fn named(benchmark: &Benchmark) -> Entry {
    let (suite, test) = match &benchmark.function_id {
        Some(function) => (benchmark.group_id.as_str(), function.as_str()),
        None => ("", benchmark.group_id.as_str()),
    };
    let mut entry = Entry::of(suite, test);
    if let Some(full) = &benchmark.full_id {
        entry.name.clone_from(full);
    }
    match benchmark.value_str.as_deref() {
        Some(value) if value.parse::<u64>().is_ok() => entry.param("n", value),
        Some(value) => entry.param("value", value),
        None => entry,
    }
}
