//! The tree that criterion.rs leaves in `target/criterion`: `<benchmark>/new/` with
//! `benchmark.json`, `estimates.json` and `sample.json`; nanoseconds. Trees of 0.2 name their
//! estimates with capitals.
//!
//! The value is criterion's own choice: the slope where it measured one, else the mean. Throughput
//! is the same number turned over, so the size of an iteration is kept as a field, not as a metric
//! that would alarm twice. `base/` and `change/` are earlier runs and are left alone. So are
//! results that an earlier run left in `new/`, as the times of the files show ([`stale`]).

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::sink::{EntrySink, InputError};
use crate::source::Folder;
use model::record::time::DAY_US;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "criterion",
    tool: "criterion.rs 0.2 and later: the folder target/criterion",
    signature: "a folder with `…/new/estimates.json` and `benchmark.json` or `sample.json` beside",
    yields: "time (slope or mean, std, median, lower, upper, samples); size of an iteration",
    backend: "rust",
    reader: Reader::Folder { recognizes, read },
};

const ESTIMATES: &str = "/new/estimates.json";

fn recognizes(folder: &dyn Folder) -> bool {
    let beside = ["benchmark.json", "sample.json", "tukey.json"];
    let has_beside = |stem: &str| beside.iter().any(|name| folder.has(&format!("{stem}{name}")));
    let is_result = |file: &&String| file.ends_with(ESTIMATES) || **file == ESTIMATES[1..];
    let mut stems =
        folder.files().iter().filter(is_result).filter_map(|it| it.strip_suffix("estimates.json"));
    stems.any(has_beside)
}

fn read(folder: &dyn Folder, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let is_result = |file: &&String| file.ends_with(ESTIMATES) || **file == ESTIMATES[1..];
    let files: Vec<&String> = folder.files().iter().filter(is_result).collect();
    let stale = stale(folder, &files);
    if !stale.is_empty() {
        let names = stale.iter().map(|file| file.strip_suffix(ESTIMATES).unwrap_or(file));
        let shown: Vec<&str> = names.take(MAX_SHOWN).collect();
        let more = stale.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        sink.remark(format!(
            "left by an earlier run, and skipped: {}{more}; delete the folder before a run",
            shown.join(", ")
        ));
    }
    for file in files.into_iter().filter(|file| !stale.contains(file.as_str())) {
        let stem = file.strip_suffix("estimates.json").unwrap_or(file);
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

/// Stale results that a warning names.
const MAX_SHOWN: usize = 10;
/// No benchmark takes six hours: between two results of one run lies less.
const MAX_PAUSE_US: i64 = 6 * 3_600_000_000;

/// Results that are older than the run that wrote the newest one: more than six hours lie between
/// two of them, or more than a day between one and the newest. The files of a checkout or a copy
/// have one time, and none of them is older.
fn stale<'f>(folder: &dyn Folder, files: &[&'f String]) -> BTreeSet<&'f str> {
    let time = |file: &&'f String| Some((folder.modified(file)?.micros(), file.as_str()));
    let mut times: Vec<(i64, &str)> = files.iter().filter_map(time).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let newest = times.first().map_or(0, |(time, _)| *time);
    let is_break = |pair: &[(i64, &str)]| {
        let (later, earlier) = (pair[0].0, pair[1].0);
        later - earlier > MAX_PAUSE_US || newest - earlier > DAY_US
    };
    let end = times.windows(2).position(is_break).map_or(times.len(), |at| at + 1);
    times[end..].iter().map(|(_, file)| *file).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::MemoryFolder;

    #[test]
    fn results_of_an_earlier_run_are_stale() {
        const HOUR: i64 = 3_600_000_000;
        let stale_of = |hours: &[i64]| -> Vec<String> {
            let add = |folder: MemoryFolder, (at, hour): (usize, &i64)| {
                folder.with_time(&format!("{at}/new/estimates.json"), hour * HOUR)
            };
            let folder = hours.iter().enumerate().fold(MemoryFolder::default(), add);
            let files: Vec<&String> = folder.files().iter().collect();
            stale(&folder, &files).iter().map(|file| file[..1].to_owned()).collect()
        };
        assert_eq!(stale_of(&[100, 100, 100]), [""; 0]);
        assert_eq!(stale_of(&[94, 97, 100]), [""; 0]);
        assert_eq!(stale_of(&[100, 99, 50, 52]), ["2", "3"]);
        assert_eq!(stale_of(&[100, 95, 90, 85, 80, 75]), ["5"]);
    }
}
