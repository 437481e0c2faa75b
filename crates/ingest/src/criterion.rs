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

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::sink::{EntrySink, InputError};
use crate::source::Folder;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "criterion",
    tool: "criterion.rs 0.2 and later: the folder target/criterion",
    signature: "a folder with `…/new/estimates.json`",
    yields: "time (slope or mean, std, median, lower, upper, samples); size of an iteration",
    backend: "rust",
    reader: Reader::Folder { recognizes, read },
};

const ESTIMATES: &str = "/new/estimates.json";

fn recognizes(folder: &dyn Folder) -> bool {
    folder.files().iter().any(|file| file.ends_with(ESTIMATES) || *file == ESTIMATES[1..])
}

fn read(folder: &dyn Folder, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    for file in folder.files() {
        let Some(stem) = file.strip_suffix("estimates.json") else { continue };
        if !format!("/{stem}").ends_with("/new/") {
            continue;
        }
        sink.begin_file(file);
        match entry(folder, stem) {
            Ok(entry) => sink.entry(entry),
            Err((file, fault)) => {
                sink.begin_file(&file);
                let remedy = "run the benchmark again; a stopped run leaves files cut off";
                sink.reject(fault.line as usize, &fault.reason, remedy, "");
            }
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct CriterionBenchmark {
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
    mean: CriterionEstimate,
    #[serde(alias = "Median")]
    median: CriterionEstimate,
    #[serde(alias = "Slope")]
    slope: Option<CriterionEstimate>,
    #[serde(alias = "StdDev")]
    std_dev: Option<CriterionEstimate>,
}

#[derive(Deserialize)]
struct CriterionEstimate {
    confidence_interval: Interval,
    point_estimate: f64,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

#[derive(Deserialize)]
struct CriterionSample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// A file of the tree, or which one is at fault and why.
fn read_part<T: DeserializeOwned>(
    folder: &dyn Folder,
    file: String,
) -> Result<T, (String, InputError)> {
    let read = folder.read(&file).and_then(|text| text.parse());
    read.map_err(|fault| (file, fault))
}

/// The benchmark whose `new/` this is.
fn entry(folder: &dyn Folder, new: &str) -> Result<BenchmarkEntry, (String, InputError)> {
    let estimates: Estimates = read_part(folder, format!("{new}estimates.json"))?;
    let benchmark: CriterionBenchmark = read_part(folder, format!("{new}benchmark.json"))?;
    let sample = format!("{new}sample.json");
    let sample: Option<CriterionSample> =
        folder.has(&sample).then(|| read_part(folder, sample)).transpose()?;
    let typical = estimates.slope.as_ref().unwrap_or(&estimates.mean);
    let each = sample.as_ref().map_or_else(Vec::new, |sample| {
        sample.times.iter().zip(&sample.iters).map(|(time, iters)| time / iters).collect()
    });
    let time = metric(TIME_METRIC, "ns", typical.point_estimate)
        .std(estimates.std_dev.map(|it| it.point_estimate))
        .statistic(Statistic::Median, estimates.median.point_estimate)
        .statistic(Statistic::Lower, typical.confidence_interval.lower_bound)
        .statistic(Statistic::Upper, typical.confidence_interval.upper_bound)
        .samples(each);
    let iterations = sample.map(|sample| sample.iters.iter().sum::<f64>());
    let mut entry = entry_named(&benchmark).metric(time).field("iterations", iterations);
    if let Some((kind, size)) = benchmark.throughput.as_object().and_then(|it| it.iter().next()) {
        let field = format!("{}_per_iteration", kind.to_lowercase());
        entry = entry.field(&field, size.clone());
    }
    Ok(entry)
}

/// Group, function and value: suite, test, and `n` where the value is a whole number.
fn entry_named(benchmark: &CriterionBenchmark) -> BenchmarkEntry {
    let (suite, test) = match &benchmark.function_id {
        Some(function) => (benchmark.group_id.as_str(), function.as_str()),
        None => ("", benchmark.group_id.as_str()),
    };
    let mut entry = BenchmarkEntry::of(suite, test);
    if let Some(full) = &benchmark.full_id {
        entry.name.clone_from(full);
    }
    match benchmark.value_str.as_deref() {
        Some(value) if value.parse::<u64>().is_ok() => entry.param("n", value),
        Some(value) => entry.param("value", value),
        None => entry,
    }
}
