//! Google Benchmark: rows of its JSON or of its console become entries in one way.
//!
//! Repetitions are samples; the aggregates that follow them (`_mean`, `_stddev`, …) say nothing
//! new and are read only where the repetitions themselves were not reported. Complexity (`_BigO`,
//! `_RMS`) belongs to a family of benchmarks and is left out. Bytes and items a second are the time
//! turned over and become fields.

pub(crate) mod console;
pub(crate) mod json;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::entry::{BenchmarkEntry, CPU_TIME, MeasurementExt, metric};
use crate::parse::name;
use crate::parse::repeats::RepeatMerger;
use crate::sink::EntrySink;
use model::record::time::Timestamp;
use model::record::{Measurement, Statistic, TIME_METRIC};

/// A row: one repetition, or one aggregate of several.
#[derive(Default)]
struct GoogleRow {
    /// Without the aggregate's name.
    name: String,
    /// `mean`, `stddev`, …; empty for a repetition.
    aggregate: String,
    error: Option<String>,
    time: Option<f64>,
    cpu: Option<f64>,
    unit: String,
    /// The user's counters.
    counters: Vec<Measurement<'static>>,
    fields: BTreeMap<String, Value>,
}

/// Names of aggregates as old versions put them behind a benchmark's own name.
const AGGREGATES: [&str; 4] = ["mean", "median", "stddev", "cv"];
const COMPLEXITY: [&str; 2] = ["BigO", "RMS"];
/// Parts of a name that say how it was run, not what was measured; their fields.
const RUN_OPTIONS: [&str; 4] = ["repeats", "iterations", "min_time", "min_warmup_time"];
const CLOCKS: [&str; 3] = ["real_time", "manual_time", "process_time"];

/// Name and aggregate of a row that has both in one text: `BM_a_mean` where `BM_a` or another
/// aggregate of it stands beside.
fn split_aggregate<'a>(name: &'a str, all: &BTreeSet<&str>) -> (&'a str, &'a str) {
    let Some((base, last)) = name.rsplit_once('_') else { return (name, "") };
    let beside = || {
        let other = |it: &&str| *it != last && all.contains(format!("{base}_{it}").as_str());
        all.contains(base) || AGGREGATES.iter().any(other)
    };
    let known = COMPLEXITY.contains(&last) || (AGGREGATES.contains(&last) && beside());
    if known { (base, last) } else { (name, "") }
}

/// What all benchmarks of a run share.
#[derive(Default)]
struct GoogleContext {
    fields: BTreeMap<String, Value>,
    /// When the run began.
    date: Option<Timestamp>,
}

/// Hands on the entries of all rows; `context` goes to each.
fn emit_entries(rows: Vec<GoogleRow>, context: &GoogleContext, sink: &mut EntrySink<'_>) {
    let single: BTreeSet<String> =
        rows.iter().filter(|row| row.aggregate.is_empty()).map(|row| row.name.clone()).collect();
    let mut repeats = RepeatMerger::default();
    let mut alone: Vec<(String, Vec<GoogleRow>)> = Vec::new();
    for row in rows {
        if COMPLEXITY.contains(&row.aggregate.as_str()) {
            sink.remark("complexity (BigO, RMS) is of a family of benchmarks and is left out");
        } else if row.aggregate.is_empty() {
            repeats.add(entry(row));
        } else if !single.contains(&row.name) {
            match alone.iter_mut().find(|(name, _)| *name == row.name) {
                Some((_, group)) => group.push(row),
                None => alone.push((row.name.clone(), vec![row])),
            }
        }
    }
    let aggregates = alone.into_iter().filter_map(|(_, group)| aggregate_entry(group));
    for mut entry in repeats.entries().into_iter().chain(aggregates) {
        entry.run.timestamp = context.date;
        for (name, value) in &context.fields {
            entry.fields.entry(name.clone()).or_insert_with(|| value.clone());
        }
        sink.entry(entry);
    }
}

fn entry(row: GoogleRow) -> BenchmarkEntry {
    let mut entry = entry_named(&row.name);
    for (name, value) in [(TIME_METRIC, row.time), (CPU_TIME, row.cpu)] {
        entry.metrics.extend(value.map(|value| metric(name, &row.unit, value)));
    }
    entry.metrics.extend(row.counters);
    for (name, value) in row.fields {
        entry = entry.field(&name, value);
    }
    match row.error {
        Some(error) => BenchmarkEntry { metrics: Vec::new(), ..entry.failed(error) },
        None => entry,
    }
}

/// One of the two clocks of a row.
type TimeColumn = fn(&GoogleRow) -> Option<f64>;

/// The entry of a benchmark whose repetitions were not reported: its mean, or its median.
fn aggregate_entry(rows: Vec<GoogleRow>) -> Option<BenchmarkEntry> {
    let value = |aggregate: &str, of: TimeColumn| {
        rows.iter().find(|row| row.aggregate == aggregate).and_then(of)
    };
    let main =
        ["mean", "median"].iter().find_map(|it| rows.iter().position(|row| row.aggregate == *it));
    let unit = rows.get(main.unwrap_or(0))?.unit.clone();
    let mut entry = entry_named(&rows.first()?.name);
    let clocks: [(&str, TimeColumn); 2] =
        [(TIME_METRIC, |row| row.time), (CPU_TIME, |row| row.cpu)];
    for (name, of) in clocks {
        if let Some(typical) = value("mean", of).or_else(|| value("median", of)) {
            let told = metric(name, &unit, typical)
                .std(value("stddev", of))
                .statistic(Statistic::Median, value("median", of))
                .statistic(Statistic::Min, value("min", of))
                .statistic(Statistic::Max, value("max", of));
            entry = entry.metric(told);
        }
    }
    for row in
        rows.iter().filter(|row| !["stddev", "median", "min", "max"].contains(&&*row.aggregate))
    {
        let name = name::snake_case(&row.aggregate);
        let of_all = main.is_none() && entry.metrics.iter().all(|it| it.metric != name);
        match row.time {
            Some(time) if of_all => {
                entry.metrics.push(metric(&format!("{TIME_METRIC}_{name}"), "", time))
            }
            time if name != "mean" => entry = entry.field(&format!("{TIME_METRIC}_{name}"), time),
            _ => {}
        }
    }
    let main = rows.into_iter().nth(main.unwrap_or(0))?;
    entry.metrics.extend(main.counters);
    entry.fields.extend(main.fields.into_iter().filter(|(name, _)| name != "iterations"));
    Some(entry)
}

/// `Fixture/Test/n:8/4096/threads:2/real_time`: suite, test, parameters; a lone number is `n`.
pub(crate) fn entry_named(name: &str) -> BenchmarkEntry {
    let (mut tests, mut numbers, mut params, mut fields) = (vec![], vec![], vec![], vec![]);
    for part in name.split('/') {
        match part.split_once(':').filter(|(key, _)| name::is_key(key)) {
            Some((key, value)) if RUN_OPTIONS.contains(&key) => fields.push((key, value)),
            Some((key, value)) if !tests.is_empty() && !value.starts_with(':') => {
                params.push((key, value));
            }
            None if tests.is_empty() => tests.push(part),
            None if name::is_number(part) => numbers.push(part),
            None if CLOCKS.contains(&part) => params.push(("clock", part)),
            _ => tests.push(part),
        }
    }
    let (suite, test) = match tests.as_slice() {
        [suite, rest @ ..] if !rest.is_empty() => (*suite, rest.join("/")),
        all => ("", all.join("/")),
    };
    let name_path = if suite.is_empty() { String::new() } else { format!("{suite}/") };
    let mut entry =
        BenchmarkEntry { name: name.to_owned(), name_path, ..BenchmarkEntry::of(suite, test) };
    match numbers.as_slice() {
        [only] if name::is_whole(only) => entry = entry.param("n", *only),
        all => {
            for (place, number) in all.iter().enumerate() {
                entry = entry.param(&format!("arg{}", place + 1), *number);
            }
        }
    }
    for (key, value) in params {
        entry = name::add_parameter(entry, key, value);
    }
    for (key, value) in fields {
        entry = entry.field(&format!("run_{key}"), value);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let it = entry_named("Fix/Copy/N:8/threads:2/repeats:3/real_time");
        assert_eq!((&*it.suite, &*it.test, it.n), ("Fix", "Copy", Some(8)));
        assert_eq!((&*it.params["threads"], &*it.params["clock"]), ("2", "real_time"));
        assert_eq!(it.fields["run_repeats"], "3");
        let it = entry_named("BM_x<std::map<int, int>>/4096");
        assert_eq!((&*it.suite, &*it.test, it.n), ("", "BM_x<std::map<int, int>>", Some(4096)));
        let it = entry_named("BM_x/8/64");
        assert_eq!((&*it.params["arg1"], &*it.params["arg2"], it.n), ("8", "64", None));
    }

    #[test]
    fn aggregates_are_known_by_what_stands_beside() {
        let all = BTreeSet::from(["BM_a", "BM_a_mean", "BM_b_mean", "BM_b_cv", "x_mean"]);
        assert_eq!(split_aggregate("BM_a_mean", &all), ("BM_a", "mean"));
        assert_eq!(split_aggregate("BM_b_mean", &all), ("BM_b", "mean"));
        assert_eq!(split_aggregate("x_mean", &all), ("x_mean", ""));
        assert_eq!(split_aggregate("x_BigO", &all), ("x", "BigO"));
    }
}
