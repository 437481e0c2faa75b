//! Collects records as rows of small numbers, then puts them in an order of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::history::intern::Interner;
use crate::history::{Counts, Line, RecordedKey, Row};
use crate::record::{
    DEFAULT_MODE, Detail, Direction, Measurement, Place, Problem, Record, Timestamp, Unit, median,
};

/// What the policy says of how values are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// Samples to leave out at the start of a record that gives samples and no value.
    pub(crate) burn_in: usize,
    /// Units, as written, of metrics whose records name none.
    pub(crate) units: BTreeMap<String, String>,
}

impl Reading {
    /// The base unit and the factor of a metric that comes without a unit.
    fn unit(&self, metric: &str) -> (Unit, f64) {
        match self.units.get(metric) {
            Some(unit) => Unit::parse(unit),
            None => (Unit::of_metric(metric), 1.0),
        }
    }
}

/// Takes records in any order.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub(super) strings: Interner,
    pub(super) keys: FxHashMap<Key, u32>,
    pub(super) key_list: Vec<Key>,
    pub(super) key_tags: Vec<BTreeSet<u32>>,
    pub(super) environments: FxHashMap<EnvironmentKey, u32>,
    pub(super) environment_list: Vec<EnvironmentKey>,
    pub(super) commits: FxHashMap<u32, u32>,
    pub(super) commit_list: Vec<(u32, Option<Timestamp>)>,
    pub(super) details: Vec<Arc<Detail>>,
    pub(super) files: Vec<String>,
    pub(super) rows: Vec<(u32, Row)>,
    pub(super) counts: Counts,
    pub(super) per_day: BTreeMap<i64, u32>,
    pub(super) problems: Vec<Problem>,
    pub(super) reading: Arc<Reading>,
}

/// Interned comparability key, unit included so that contradictions can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) suite: u32,
    pub(super) test: u32,
    pub(super) backend: u32,
    pub(super) mode: u32,
    pub(super) params: u32,
    /// The empty string for a failed run that names no metric.
    pub(super) metric: u32,
    pub(super) unit: u32,
    pub(super) n: Option<u64>,
    pub(super) parallel: bool,
    pub(super) better: Option<Direction>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct EnvironmentKey {
    pub(super) fields: Vec<(u32, u32)>,
    pub(super) version: Option<u32>,
    pub(super) branch: Option<u32>,
}

impl Builder {
    pub(crate) fn new(reading: Arc<Reading>) -> Self {
        Self { reading, ..Self::default() }
    }

    /// An empty builder of the same kind, to be merged later.
    pub(crate) fn another(&self) -> Self {
        Self::new(Arc::clone(&self.reading))
    }

    /// Names the file that following records come from; returns its number for [`Self::push`].
    pub(crate) fn file(&mut self, name: &str) -> u32 {
        self.files.push(name.to_owned());
        index_of(self.files.len() - 1)
    }

    /// The measurements collected so far, duplicates included.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// What was refused so far.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Tells of a line that could not be read.
    pub(crate) fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Takes a record; a record whose values cannot be is refused, with all its reasons.
    pub(crate) fn push(&mut self, record: &Record<'_>, file: u32, line: u32) {
        let values = match self.values(record) {
            Ok(values) => values,
            Err(reason) => {
                let place = Place { file: self.files[file as usize].clone(), line, column: 1 };
                let remedy = "correct the value, or record the run as failed with `error`";
                self.refuse(Problem { place, reason, remedy: remedy.to_owned() });
                return;
            }
        };
        let Some(time) = record.timestamp else { return };
        self.count(record, time);
        let row = Row {
            time,
            value: f64::NAN,
            std: f64::NAN,
            commit: self.commit(&record.commit, record.commit_time),
            environment: self.environment(record),
            detail: 0,
            line_of: record
                .pull
                .map_or(Line::Main, |pull| Line::Pull(u32::try_from(pull).unwrap_or(u32::MAX))),
            file,
            line,
        };
        if values.is_empty() {
            // A failed run belongs to the metric it names, else to all of its benchmark's.
            let key = match record.measurements.first() {
                Some(named) => {
                    let unit = self.unit(named).0;
                    self.key(record, &named.metric, unit.as_str(), named.better)
                }
                None => self.key(record, "", "", None),
            };
            let detail = self.detail(record, None, 1.0);
            self.rows.push((key, Row { detail, ..row }));
        }
        for (measurement, value) in record.measurements.iter().zip(values) {
            let detail = self.detail(record, Some(measurement), value.factor);
            let key =
                self.key(record, &measurement.metric, value.unit.as_str(), measurement.better);
            let std = value.std;
            self.rows.push((key, Row { value: value.value, std, detail, ..row }));
        }
    }

    /// The record's values in base units, or every reason why it has none.
    fn values(&self, record: &Record<'_>) -> Result<Vec<Value>, String> {
        if record.error.is_some() {
            return Ok(Vec::new());
        }
        let mut reasons = Vec::new();
        let mut values = Vec::new();
        for measurement in &record.measurements {
            let (unit, factor) = self.unit(measurement);
            let value = if measurement.value.is_nan() {
                let skip = self.reading.burn_in.min(measurement.samples.len().saturating_sub(1));
                median(&measurement.samples[skip..]).unwrap_or(f64::NAN)
            } else {
                measurement.value
            } * factor;
            let std = measurement.std.map_or(f64::NAN, |std| std * factor);
            if !value.is_finite() {
                reasons.push(format!("`{}` is not a finite number", measurement.metric));
            } else if value < 0.0 && unit.forbids_negative() {
                reasons.push(format!("`{}` is below zero", measurement.metric));
            }
            if std.is_infinite() || std < 0.0 {
                reasons.push(format!("the spread of `{}` is no spread", measurement.metric));
            }
            values.push(Value { value, std, unit, factor });
        }
        if reasons.is_empty() { Ok(values) } else { Err(reasons.join("; ")) }
    }

    /// The base unit of a measurement, and the factor that takes its value there.
    fn unit(&self, measurement: &Measurement<'_>) -> (Unit, f64) {
        match measurement.unit.as_deref() {
            Some(name) => Unit::parse(name),
            None => self.reading.unit(&measurement.metric),
        }
    }

    fn count(&mut self, record: &Record<'_>, time: Timestamp) {
        self.counts.records += 1;
        self.counts.failed += u64::from(record.error.is_some());
        self.counts.with_warmup += u64::from(!record.warmup_ns.is_empty());
        let by_demo = record.commit.starts_with("demo-")
            || record.environment.iter().any(|(name, value)| {
                name == "generator" && value.split(['@', '-', '/']).any(|part| part == "demo")
            });
        self.counts.demo += u64::from(by_demo);
        if record.pull.is_some() {
            self.counts.pulls += 1;
        } else {
            *self.per_day.entry(time.day()).or_default() += 1;
        }
    }

    fn commit(&mut self, id: &str, time: Option<Timestamp>) -> u32 {
        let symbol = self.strings.intern(id);
        let next = index_of(self.commit_list.len());
        let index = *self.commits.entry(symbol).or_insert(next);
        if index == next {
            self.commit_list.push((symbol, time));
        } else {
            let known = &mut self.commit_list[index as usize].1;
            *known = earliest(*known, time);
        }
        index
    }

    fn key(
        &mut self,
        record: &Record<'_>,
        metric: &str,
        unit: &str,
        better: Option<Direction>,
    ) -> u32 {
        let strings = &mut self.strings;
        let key = Key {
            suite: strings.intern(&record.suite),
            test: strings.intern(&record.test),
            backend: strings.intern(&record.backend),
            mode: strings.intern(record.mode.as_deref().unwrap_or(DEFAULT_MODE)),
            params: strings.intern(&record.params),
            metric: strings.intern(metric),
            unit: strings.intern(unit),
            n: record.n,
            parallel: record.parallel,
            better,
        };
        let tags: Vec<u32> = record.tags.iter().map(|tag| strings.intern(tag)).collect();
        let index = self.key_index(key);
        self.key_tags[index as usize].extend(tags);
        index
    }

    fn key_index(&mut self, key: Key) -> u32 {
        let next = index_of(self.key_list.len());
        let index = *self.keys.entry(key).or_insert(next);
        if index == next {
            self.key_list.push(key);
            self.key_tags.push(BTreeSet::new());
        }
        index
    }

    fn environment(&mut self, record: &Record<'_>) -> u32 {
        let strings = &mut self.strings;
        let key = EnvironmentKey {
            fields: record
                .environment
                .iter()
                .map(|(name, value)| (strings.intern(name), strings.intern(value)))
                .collect(),
            version: record.version.as_ref().map(|version| strings.intern(version)),
            branch: record.branch.as_ref().map(|branch| strings.intern(branch)),
        };
        self.environment_index(key)
    }

    fn environment_index(&mut self, key: EnvironmentKey) -> u32 {
        if let Some(&index) = self.environments.get(&key) {
            return index;
        }
        let index = index_of(self.environment_list.len());
        self.environment_list.push(key.clone());
        self.environments.insert(key, index);
        index
    }

    fn detail(
        &mut self,
        record: &Record<'_>,
        measurement: Option<&Measurement<'_>>,
        factor: f64,
    ) -> u32 {
        let scaled = |values: &[f64]| values.iter().map(|value| value * factor).collect();
        let detail = Detail {
            error: record.error.as_ref().map(|error| error.clone().into_owned()),
            statistics: measurement.map_or_else(Vec::new, |one| {
                one.statistics.iter().map(|&(name, value)| (name, value * factor)).collect()
            }),
            samples: measurement.map_or_else(Vec::new, |one| scaled(&one.samples)),
            warmup_ns: record.warmup_ns.clone(),
            url: record.url.as_ref().map(|url| url.clone().into_owned()),
        };
        if detail == Detail::default() {
            return 0;
        }
        self.details.push(Arc::new(detail));
        index_of(self.details.len())
    }

    /// Takes over everything another builder collected.
    pub(crate) fn merge(&mut self, other: Self) {
        let Self { strings, key_list, key_tags, environment_list, commit_list, .. } = other;
        let symbols: Vec<u32> =
            strings.strings().iter().map(|text| self.strings.intern(text)).collect();
        let symbol = |old: u32| symbols[old as usize];
        let keys: Vec<u32> =
            key_list.iter().map(|key| self.key_index(key.renumbered(&symbol))).collect();
        for (new, tags) in keys.iter().zip(key_tags) {
            self.key_tags[*new as usize].extend(tags.into_iter().map(symbol));
        }
        let environments: Vec<u32> = environment_list
            .iter()
            .map(|key| self.environment_index(key.renumbered(&symbol)))
            .collect();
        let commits: Vec<u32> =
            commit_list.iter().map(|&(id, time)| self.commit(strings.get(id), time)).collect();
        let (details, files) = (index_of(self.details.len()), index_of(self.files.len()));
        self.details.extend(other.details);
        self.files.extend(other.files);
        self.rows.extend(other.rows.into_iter().map(|(key, mut row)| {
            row.commit = commits[row.commit as usize];
            row.environment = environments[row.environment as usize];
            row.detail += if row.detail == 0 { 0 } else { details };
            row.file += files;
            (keys[key as usize], row)
        }));
        self.problems.extend(other.problems);
        self.counts.add(&other.counts);
        for (day, records) in other.per_day {
            *self.per_day.entry(day).or_default() += records;
        }
    }
}

struct Value {
    value: f64,
    std: f64,
    unit: Unit,
    factor: f64,
}

impl Key {
    fn renumbered(self, symbol: &impl Fn(u32) -> u32) -> Self {
        Self {
            suite: symbol(self.suite),
            test: symbol(self.test),
            backend: symbol(self.backend),
            mode: symbol(self.mode),
            params: symbol(self.params),
            metric: symbol(self.metric),
            unit: symbol(self.unit),
            ..self
        }
    }

    pub(super) fn recorded(self, strings: &Interner) -> RecordedKey {
        let text = |symbol| strings.get(symbol).to_owned();
        RecordedKey {
            suite: text(self.suite),
            test: text(self.test),
            backend: text(self.backend),
            mode: text(self.mode),
            parallel: self.parallel,
            n: self.n,
            params: text(self.params),
            metric: text(self.metric),
        }
    }
}

impl EnvironmentKey {
    fn renumbered(&self, symbol: &impl Fn(u32) -> u32) -> Self {
        Self {
            fields: self
                .fields
                .iter()
                .map(|&(name, value)| (symbol(name), symbol(value)))
                .collect(),
            version: self.version.map(symbol),
            branch: self.branch.map(symbol),
        }
    }
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.duplicates += other.duplicates;
        self.conflicting += other.conflicting;
        self.failed += other.failed;
        self.demo += other.demo;
        self.pulls += other.pulls;
        self.other_branches += other.other_branches;
        self.with_warmup += other.with_warmup;
    }
}

pub(super) fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

pub(super) fn index_of(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 rows, names and files")
}
