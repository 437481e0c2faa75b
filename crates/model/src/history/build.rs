//! Collects records as rows of small numbers, then puts them in an order of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::history::commit_times::CommitTimes;
use crate::history::details::{DetailStore, NewDetail};
use crate::history::intern::{Interner, to_index};
use crate::history::key::{EnvironmentKey, InternedKey};
use crate::history::value_options::ValueOptions;
use crate::history::{BranchId, MeasurementRow, RecordCounts};
use crate::limits::Limits;
use crate::record::detail::RareDetail;
use crate::record::problem_kind::ProblemKind;
use crate::record::time::Timestamp;
use crate::record::{
    DEFAULT_MODE, Direction, Measurement, OptionalF64, Problem, Record, SourceLocation, Unit,
    median,
};

/// Rows that lie in one piece, of the first and of all further ones: nothing large is moved while
/// it grows, and a large history is put in order piece by piece.
const FIRST_CHUNK_ROWS: usize = 1 << 14;
const CHUNK_ROWS: usize = 300_000;

/// A row and the index of its key in [`HistoryBuilder::key_list`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct KeyedRow {
    pub key: u32,
    pub row: MeasurementRow,
}

/// Takes records in any order.
#[derive(Clone, Debug, Default)]
pub struct HistoryBuilder {
    pub strings: Interner,
    pub keys: FxHashMap<InternedKey, u32>,
    pub key_list: Vec<InternedKey>,
    /// By key: tags that records of the main line give, and those that pull requests give.
    pub key_tags: Vec<BTreeSet<u32>>,
    pub pull_tags: Vec<BTreeSet<u32>>,
    pub environments: FxHashMap<EnvironmentKey, u32>,
    pub environment_list: Vec<EnvironmentKey>,
    pub commits: FxHashMap<u32, u32>,
    /// The symbol of each commit's id, and its time.
    pub commit_list: Vec<(u32, CommitTimes)>,
    pub details: DetailStore,
    pub files: Vec<String>,
    pub rows: Vec<KeyedRow>,
    /// Full pieces of rows, and those taken over from other builders, as they came.
    pub chunks: Vec<Vec<KeyedRow>>,
    pub counts: RecordCounts,
    pub records_per_day: BTreeMap<i64, u32>,
    pub rejected_records: Vec<Problem>,
    /// Fields that a record may not decide, and that were ignored. The records count.
    pub ignored_fields: Vec<Problem>,
    pub options: Arc<ValueOptions>,
    pub last_seen: LastSeen,
}

/// What the record before had. Records of one file share most of it, and files repeat the order of
/// their keys: to compare is cheaper than to look up.
#[derive(Clone, Debug, Default)]
pub struct LastSeen {
    commit: u32,
    environment: Option<u32>,
    /// Fields of that environment in the order of the line.
    fields: Vec<(u32, u32)>,
    key: u32,
    /// By key: the key that came after it last time.
    next_keys: Vec<u32>,
}

impl HistoryBuilder {
    pub fn new(reading: Arc<ValueOptions>) -> Self {
        Self { options: reading, ..Self::default() }
    }

    /// An empty builder of the same kind, to be merged later.
    pub fn new_sibling(&self) -> Self {
        Self::new(Arc::clone(&self.options))
    }

    /// Names the file that following records come from; returns its number for [`Self::push`].
    pub fn add_file(&mut self, name: &str) -> u32 {
        self.files.push(name.to_owned());
        to_index(self.files.len() - 1)
    }

    /// The measurements collected so far, duplicates included.
    pub fn row_count(&self) -> usize {
        self.all_rows().count()
    }

    /// Whether there are more series than the limit. Such a history is not loaded, so reading ends
    /// here, before all of its names are in memory.
    pub fn has_too_many_series(&self) -> bool {
        self.key_list.len() as u64 > self.options.limits.series
    }

    /// The ids of the measured commits, as recorded, in no order.
    pub fn commit_ids(&self) -> impl Iterator<Item = &str> {
        self.commit_list.iter().map(|&(symbol, _)| self.strings.get(symbol))
    }

    /// Rows with their keys.
    pub(crate) fn all_rows(&self) -> impl Iterator<Item = &KeyedRow> {
        self.chunks.iter().flatten().chain(&self.rows)
    }

    pub fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// The rejected records so far.
    pub fn rejected_records(&self) -> &[Problem] {
        &self.rejected_records
    }

    /// Tells of a line that could not be read.
    pub fn reject(&mut self, problem: Problem) {
        self.rejected_records.push(problem);
    }

    /// Reports a field of a record that was ignored, because another place decides it. A file
    /// repeats one mistake in every record: only the first of a row is listed.
    pub fn ignore_field(&mut self, problem: Problem) {
        let is_same = |last: &Problem| {
            last.location.file == problem.location.file && last.reason == problem.reason
        };
        if !self.ignored_fields.last().is_some_and(is_same) {
            self.ignored_fields.push(problem);
        }
    }

    /// Takes a record; a record whose values cannot be is refused, with all its reasons.
    pub fn push(&mut self, record: &Record<'_>, file: u32, line: u32) {
        let values = match self.scaled_values(record) {
            Ok(values) => values,
            Err(reason) => {
                let place =
                    SourceLocation { file: self.files[file as usize].clone(), line, column: 1 };
                let remedy = "correct the value, or record the run as failed with `error`";
                let (remedy, kind) = (remedy.to_owned(), ProblemKind::WrongValue);
                self.reject(Problem { location: place, reason, remedy, kind });
                return;
            }
        };
        // Lines without a time were rejected when they were read.
        let Some(time) = record.timestamp else { return };
        self.count_record(record, time);
        let row = MeasurementRow {
            time,
            value: OptionalF64::NONE,
            std: OptionalF64::NONE,
            commit: self.commit_index(&record.commit, CommitTimes::of(record)),
            environment: self.record_environment(record),
            detail: 0,
            branch: record.pull.map_or(BranchId::MAIN, BranchId::of_pull),
            file,
            line,
        };
        if values.is_empty() {
            // A failed run belongs to the metric it names, else to all of its benchmark's.
            let key = match record.measurements.first() {
                Some(named) => {
                    let unit = self.unit(named).0;
                    self.record_key(record, &named.metric, unit.as_str(), named.direction)
                }
                None => self.record_key(record, "", "", None),
            };
            let detail = self.add_detail(record, None, 1.0);
            self.add(key, MeasurementRow { detail, ..row });
        }
        for (measurement, value) in record.measurements.iter().zip(values) {
            let detail = self.add_detail(record, Some(measurement), value.factor);
            let key = self.record_key(
                record,
                &measurement.metric,
                value.unit.as_str(),
                measurement.direction,
            );
            let std = value.std;
            self.add(key, MeasurementRow { value: value.value, std, detail, ..row });
        }
    }

    fn add(&mut self, key: u32, row: MeasurementRow) {
        self.rows.push(KeyedRow { key, row });
        if self.rows.len() == self.rows.capacity() && self.rows.len() >= FIRST_CHUNK_ROWS {
            let full = std::mem::replace(&mut self.rows, Vec::with_capacity(CHUNK_ROWS));
            self.chunks.push(full);
        }
    }

    /// The record's values in base units, or every reason why it has none.
    fn scaled_values(&self, record: &Record<'_>) -> Result<Vec<ScaledValue>, String> {
        if record.error.is_some() {
            return Ok(Vec::new());
        }
        let mut reasons = Vec::new();
        let mut values = Vec::new();
        for measurement in &record.measurements {
            let (unit, factor) = self.unit(measurement);
            let skip = self.options.burn_in.min(measurement.samples.len().saturating_sub(1));
            let of_samples = || median(&measurement.samples[skip..]);
            let value = measurement.value.get().or_else(of_samples);
            let value = value.map_or(f64::NAN, |value| value * factor);
            let std = measurement.std.map(|std| std * factor);
            // Every reason is collected: whoever corrects a line should do it once.
            if !value.is_finite() {
                reasons.push(format!("`{}` is not a finite number", measurement.metric));
            } else if value < 0.0 && unit.forbids_negative() {
                reasons.push(format!("`{}` is below zero", measurement.metric));
            }
            if std.get().is_some_and(|std| std.is_infinite() || std < 0.0) {
                reasons.push(format!("the spread of `{}` is no spread", measurement.metric));
            }
            values.push(ScaledValue { value: value.into(), std, unit, factor });
        }
        if reasons.is_empty() { Ok(values) } else { Err(reasons.join("; ")) }
    }

    /// The base unit of a measurement, and the factor that takes its value there.
    fn unit(&self, measurement: &Measurement<'_>) -> (Unit, f64) {
        match measurement.unit.as_deref() {
            Some(name) => Unit::parse(name),
            None => self.options.default_unit(&measurement.metric),
        }
    }

    fn count_record(&mut self, record: &Record<'_>, time: Timestamp) {
        self.counts.records += 1;
        self.counts.failed += u64::from(record.error.is_some());
        self.counts.with_warmup += u64::from(!record.warmup_ns.is_empty());
        // Demo records must not get into a real history unnoticed: copied lines are recognized by
        // the generator, too.
        let by_demo = record.commit.starts_with("demo-")
            || record.environment.iter().any(|(name, value)| {
                name == "generator" && value.split(['@', '-', '/']).any(|part| part == "demo")
            });
        self.counts.demo += u64::from(by_demo);
        if record.pull.is_some() {
            self.counts.pulls += 1;
        } else {
            *self.records_per_day.entry(time.day()).or_default() += 1;
        }
    }

    fn commit_index(&mut self, id: &str, times: CommitTimes) -> u32 {
        // Records of a file mostly have the commit of the record before: comparing one string is
        // cheaper than hashing it. The same holds for environments and keys below.
        let near = self.commit_list.get_mut(self.last_seen.commit as usize);
        if let Some((symbol, known)) = near
            && self.strings.get(*symbol) == id
        {
            *known = known.earliest(times);
            return self.last_seen.commit;
        }
        let symbol = self.strings.intern(id);
        let next = to_index(self.commit_list.len());
        let index = *self.commits.entry(symbol).or_insert(next);
        if index == next {
            self.commit_list.push((symbol, times));
        } else {
            let known = &mut self.commit_list[index as usize].1;
            *known = known.earliest(times);
        }
        self.last_seen.commit = index;
        index
    }

    fn record_key(
        &mut self,
        record: &Record<'_>,
        metric: &str,
        unit: &str,
        better: Option<Direction>,
    ) -> u32 {
        let wanted = InternedKey {
            suite: record.suite.as_ref(),
            test: record.test.as_ref(),
            backend: record.backend.as_ref(),
            mode: record.mode.as_deref().unwrap_or(DEFAULT_MODE),
            params: record.params.as_ref(),
            metric,
            unit,
            n: record.n,
            parallel: record.parallel,
            direction: better,
        };
        let index = match self.predicted_key(&wanted) {
            Some(index) => index,
            None => {
                let key = wanted.map(|text| self.strings.intern(text));
                self.key_index(key)
            }
        };
        if let Some(next) = self.last_seen.next_keys.get_mut(self.last_seen.key as usize) {
            *next = index;
        }
        self.last_seen.key = index;
        let tags = match record.pull {
            Some(_) => &mut self.pull_tags[index as usize],
            None => &mut self.key_tags[index as usize],
        };
        tags.extend(record.tags.iter().map(|tag| self.strings.intern(tag)));
        index
    }

    /// The key that followed the one before, where it is the wanted one.
    fn predicted_key(&self, wanted: &InternedKey<&str>) -> Option<u32> {
        let index = *self.last_seen.next_keys.get(self.last_seen.key as usize)?;
        let known = self.key_list.get(index as usize)?;
        (known.map(|symbol| self.strings.get(symbol)) == *wanted).then_some(index)
    }

    fn key_index(&mut self, key: InternedKey) -> u32 {
        let next = to_index(self.key_list.len());
        let index = *self.keys.entry(key).or_insert(next);
        if index == next {
            self.key_list.push(key);
            self.key_tags.push(BTreeSet::new());
            self.pull_tags.push(BTreeSet::new());
            self.last_seen.next_keys.push(next);
        }
        index
    }

    fn record_environment(&mut self, record: &Record<'_>) -> u32 {
        if let Some(near) = self.last_environment(record) {
            return near;
        }
        let strings = &mut self.strings;
        let fields = record.environment.iter();
        let fields = fields.map(|(name, value)| (strings.intern(name), strings.intern(value)));
        self.last_seen.fields = fields.collect();
        let mut fields = self.last_seen.fields.clone();
        // Sorted only where the environment is new: sorting each record's fields was a tenth of the
        // time of parsing.
        fields.sort_unstable_by_key(|(name, value)| (strings.get(*name), strings.get(*value)));
        let key = EnvironmentKey {
            fields,
            version: record.version.as_ref().map(|version| strings.intern(version)),
            branch: record.branch.as_ref().map(|branch| strings.intern(branch)),
        };
        let index = self.environment_index(key);
        self.last_seen.environment = Some(index);
        index
    }

    /// The environment of the record before, where this one has the same.
    fn last_environment(&self, record: &Record<'_>) -> Option<u32> {
        let index = self.last_seen.environment?;
        let (known, fields) = (&self.environment_list[index as usize], &self.last_seen.fields);
        let text = |symbol: u32| self.strings.get(symbol);
        let known_fields = fields.iter().map(|(name, value)| (text(*name), text(*value)));
        let own = record.environment.iter().map(|(name, value)| (&**name, &**value));
        let all = fields.len() == record.environment.len()
            && known.version.map(text) == record.version.as_deref()
            && known.branch.map(text) == record.branch.as_deref()
            && known_fields.eq(own);
        all.then_some(index)
    }

    fn environment_index(&mut self, key: EnvironmentKey) -> u32 {
        if let Some(&index) = self.environments.get(&key) {
            return index;
        }
        let index = to_index(self.environment_list.len());
        self.environment_list.push(key.clone());
        self.environments.insert(key, index);
        index
    }

    fn add_detail(
        &mut self,
        record: &Record<'_>,
        measurement: Option<&Measurement<'_>>,
        factor: f64,
    ) -> u32 {
        // Most records have nothing beyond their value; they get the number 0 and no entry.
        let bare = measurement
            .is_none_or(|one| one.statistics.is_empty() && one.samples.is_empty())
            && record.error.is_none()
            && record.warmup_ns.is_empty()
            && record.url.is_none();
        if bare {
            return 0;
        }
        self.details.push(NewDetail {
            warmup_ns: &record.warmup_ns,
            statistics: measurement.map_or(&[], |it| &it.statistics),
            samples: measurement.map_or(&[], |it| &it.samples),
            factor,
            rare: RareDetail {
                error: record.error.as_ref().map(|error| error.clone().into_owned()),
                url: record.url.as_ref().map(|url| url.clone().into_owned()),
            },
        })
    }

    /// What was read stands after so many lines of its file.
    pub fn shift_lines(&mut self, lines: u32) {
        if lines == 0 {
            return;
        }
        for KeyedRow { row, .. } in self.chunks.iter_mut().flatten().chain(&mut self.rows) {
            row.line = row.line.saturating_add(lines);
        }
        for problem in self.rejected_records.iter_mut().chain(&mut self.ignored_fields) {
            problem.location.line = problem.location.line.saturating_add(lines);
        }
    }

    /// Takes over everything another builder collected.
    pub fn merge(&mut self, other: Self) {
        let Self { strings, key_list, environment_list, commit_list, .. } = other;
        let symbols: Vec<u32> =
            strings.strings().iter().map(|text| self.strings.intern(text)).collect();
        let symbol = |old: u32| symbols[old as usize];
        let keys: Vec<u32> = key_list.iter().map(|key| self.key_index(key.map(symbol))).collect();
        for (new, tags) in keys.iter().zip(other.key_tags) {
            self.key_tags[*new as usize].extend(tags.into_iter().map(symbol));
        }
        for (new, tags) in keys.iter().zip(other.pull_tags) {
            self.pull_tags[*new as usize].extend(tags.into_iter().map(symbol));
        }
        let environments: Vec<u32> = environment_list
            .iter()
            .map(|key| self.environment_index(key.with_symbols(&symbol)))
            .collect();
        let commits: Vec<u32> = commit_list
            .iter()
            .map(|&(id, times)| self.commit_index(strings.get(id), times))
            .collect();
        let files = to_index(self.files.len());
        let details = self.details.append(other.details);
        self.files.extend(other.files);
        // Renumbered where they are: large histories are not moved for it.
        let mut pieces = other.chunks;
        pieces.push(other.rows);
        pieces.retain(|rows| !rows.is_empty());
        for KeyedRow { key, row } in pieces.iter_mut().flatten() {
            *key = keys[*key as usize];
            row.commit = commits[row.commit as usize];
            row.environment = environments[row.environment as usize];
            row.detail += if row.detail == 0 { 0 } else { details };
            row.file += files;
        }
        self.chunks.append(&mut pieces);
        self.rejected_records.extend(other.rejected_records);
        self.ignored_fields.extend(other.ignored_fields);
        self.counts.add(&other.counts);
        for (day, records) in other.records_per_day {
            *self.records_per_day.entry(day).or_default() += records;
        }
    }
}

struct ScaledValue {
    value: OptionalF64,
    std: OptionalF64,
    unit: Unit,
    factor: f64,
}

impl<T: Copy> InternedKey<T> {
    fn map<U>(self, mut each: impl FnMut(T) -> U) -> InternedKey<U> {
        InternedKey {
            suite: each(self.suite),
            test: each(self.test),
            backend: each(self.backend),
            mode: each(self.mode),
            params: each(self.params),
            metric: each(self.metric),
            unit: each(self.unit),
            n: self.n,
            parallel: self.parallel,
            direction: self.direction,
        }
    }
}
