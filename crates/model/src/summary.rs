//! Old days at lower resolution: of all runs of a series on one day and one runner, one record with
//! their median, smallest and largest value, and how many they were.
//!
//! A chart over years stays drawn from these when the runs themselves have moved to the archive.
//! The record is filed under the day's newest commit. A day on which every run failed keeps its
//! reason.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::record::time::Timestamp;
use crate::record::{Direction, Measurement, Record, Unit, median};

/// The field that tells how many runs a record stands for.
pub(crate) const RUNS_FIELD: &str = "summary_runs";

/// Fields that make another series of a benchmark.
const PLATFORM_FIELDS: [&str; 5] = ["environment", "os", "runner_image", "arch", "cpu"];

/// Collects records; their order has no say.
#[derive(Debug)]
pub struct DailySummaries {
    /// Fields of the machine that make a runner: days are kept apart by them.
    tracked: Vec<String>,
    groups: BTreeMap<SummaryKey, SummaryValues>,
}

/// What is summarised together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SummaryKey {
    day: i64,
    suite: String,
    test: String,
    backend: String,
    mode: Option<String>,
    parallel: bool,
    n: Option<u64>,
    params: String,
    /// None: a failed run that names no metric.
    metric: Option<(String, Option<Unit>, Option<Direction>)>,
    version: Option<String>,
    branch: Option<String>,
    runner: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct SummaryValues {
    /// Time and commit of the newest run, and the commit's time.
    newest: Option<(Timestamp, String, Option<Timestamp>)>,
    values: Vec<f64>,
    stds: Vec<f64>,
    errors: BTreeSet<String>,
    tags: BTreeSet<String>,
}

impl DailySummaries {
    pub fn new(tracked: &[String]) -> Self {
        let platform = PLATFORM_FIELDS.iter().map(|name| (*name).to_owned());
        Self { tracked: tracked.iter().cloned().chain(platform).collect(), groups: BTreeMap::new() }
    }

    /// Takes a record of the main line.
    pub fn push(&mut self, record: &Record<'_>) {
        if record.measurements.is_empty() || record.error.is_some() {
            self.add(record, None);
        }
        for measurement in record.measurements.iter().filter(|_| record.error.is_none()) {
            self.add(record, Some(measurement));
        }
    }

    fn add(&mut self, record: &Record<'_>, measurement: Option<&Measurement<'_>>) {
        let Some(time) = record.timestamp else { return };
        let (group, factor) = self.summary_key(record, measurement, time);
        let seen = self.groups.entry(group).or_default();
        let run = (time, record.commit.clone().into_owned(), record.commit_time);
        if seen.newest.as_ref().is_none_or(|newest| *newest < run) {
            seen.newest = Some(run);
        }
        seen.tags.extend(record.tags.iter().map(|tag| tag.clone().into_owned()));
        seen.errors.extend(record.error.clone().map(std::borrow::Cow::into_owned));
        let Some(measurement) = measurement else { return };
        let value = measurement.value.get().or_else(|| median(&measurement.samples));
        seen.values.extend(value.map(|value| value * factor).filter(|value| value.is_finite()));
        seen.stds.extend(measurement.std.get().map(|std| std * factor));
    }

    fn summary_key(
        &self,
        record: &Record<'_>,
        measurement: Option<&Measurement<'_>>,
        time: Timestamp,
    ) -> (SummaryKey, f64) {
        // In base units: days measured in ms and in µs are one series.
        let unit = measurement.and_then(|one| one.unit.as_deref()).map(Unit::parse);
        let factor = unit.as_ref().map_or(1.0, |(_, factor)| *factor);
        let unit = unit.map(|(unit, _)| unit);
        let tracked = |(name, _): &&(std::borrow::Cow<'_, str>, _)| {
            self.tracked.iter().any(|field| field == name)
        };
        let group = SummaryKey {
            day: time.day(),
            suite: record.suite.clone().into_owned(),
            test: record.test.clone().into_owned(),
            backend: record.backend.clone().into_owned(),
            mode: record.mode.clone().map(std::borrow::Cow::into_owned),
            parallel: record.parallel,
            n: record.n,
            params: record.params.clone().into_owned(),
            metric: measurement.map(|one| (one.metric.clone().into_owned(), unit, one.direction)),
            version: record.version.clone().map(std::borrow::Cow::into_owned),
            branch: record.branch.clone().map(std::borrow::Cow::into_owned),
            runner: record
                .environment
                .iter()
                .filter(tracked)
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        };
        (group, factor)
    }

    /// The summaries, a line each with its newline, in an order of content.
    pub fn lines(&self) -> String {
        let bare = |group: &SummaryKey| SummaryKey { metric: None, ..group.clone() };
        let measured: BTreeSet<SummaryKey> = self
            .groups
            .iter()
            .filter(|(group, seen)| group.metric.is_some() && !seen.values.is_empty())
            .map(|(group, _)| bare(group))
            .collect();
        let mut out = String::new();
        for (group, seen) in &self.groups {
            // A day that has values needs no gap.
            let told = match group.metric {
                None => !measured.contains(group),
                Some(_) => !seen.values.is_empty(),
            };
            if told {
                out.push_str(&summary_line(group, seen));
                out.push('\n');
            }
        }
        out
    }
}

fn summary_line(group: &SummaryKey, seen: &SummaryValues) -> String {
    let Some((time, commit, commit_time)) = &seen.newest else { return String::new() };
    let mut record = Map::new();
    for (name, value) in &group.runner {
        record.insert(name.clone(), Value::from(value.as_str()));
    }
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            record.insert(name.to_owned(), value);
        }
    };
    put("commit", commit.as_str().into());
    put("timestamp", time.to_string().into());
    put("commit_time", commit_time.map(|time| time.to_string()).into());
    put("branch", group.branch.as_deref().into());
    put("suite", group.suite.as_str().into());
    put("test", group.test.as_str().into());
    put("backend", group.backend.as_str().into());
    put("mode", group.mode.as_deref().into());
    put("parallel", group.parallel.into());
    put("n", group.n.into());
    put("params", group.params.as_str().into());
    put("version", group.version.as_deref().into());
    put("tags", seen.tags.iter().cloned().collect::<Vec<_>>().into());
    match &group.metric {
        None => put("error", seen.errors.iter().next().map(String::as_str).into()),
        Some((metric, unit, better)) => {
            put(RUNS_FIELD, seen.values.len().into());
            let low = seen.values.iter().copied().reduce(f64::min);
            let high = seen.values.iter().copied().reduce(f64::max);
            let all = json!({
                "value": median(&seen.values),
                "min": low,
                "max": high,
                "std": median(&seen.stds),
                "unit": unit.as_ref().map(Unit::as_str),
                "better": better.map(Direction::as_str),
            });
            let told = all.as_object().cloned().unwrap_or_default();
            let told = told.into_iter().filter(|(_, value)| !value.is_null());
            put("metrics", json!({ metric.as_str(): Value::Object(told.collect()) }));
        }
    }
    Value::Object(record).to_string()
}
