//! Puts collected records in an order of their own: short shas resolved, duplicates dropped, units
//! settled, failed runs in every metric of their benchmark. Only content decides the order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::commit_ref::full_id;
use crate::history::ancestry::{self, FactsById};
use crate::history::build::{HistoryBuilder, KeyedRow};
use crate::history::commit_observations::CommitObservations;
use crate::history::commit_times::earliest;
use crate::history::intern::to_index;
use crate::history::key::EnvironmentKey;
use crate::history::platform::Platform;
use crate::history::session::Side;
use crate::history::{
    BranchId, Commit, CommitFacts, Environment, History, MeasurementRow, NormalizeOptions,
    RecordedKey, SeriesColumn,
};
use crate::record::detail::RunDetailRef;
use crate::record::time::Timestamp;
use crate::record::{TIME_METRIC, Unit};

impl HistoryBuilder {
    /// Everything in its order: see the room's head.
    pub fn normalize(mut self, finish: &NormalizeOptions) -> History {
        let own = std::mem::take(&mut self.rows);
        self.chunks.push(own);
        self.number_files();
        self.mark_other_branches(finish);
        let NormalizedCommits { commits, new_indices: numbers, main_line } =
            self.normalize_commits(finish);
        let (environments, environment_numbers) = self.normalize_environments();
        let (mut oldest, mut newest) = (None, None);
        for KeyedRow { row, .. } in self.chunks.iter_mut().flatten() {
            row.commit = numbers[row.commit as usize];
            row.environment = environment_numbers[row.environment as usize];
            if row.branch == BranchId::MAIN {
                oldest = earliest(oldest, Some(row.time));
                newest = newest.max(Some(row.time));
            }
        }
        let platforms: Vec<Platform> = environments.iter().map(Platform::of).collect();
        let columns = self.normalize_columns(&runner_numbers(&environments), &platforms);
        self.rejected_records.sort_unstable();
        self.ignored_fields.sort_unstable();
        // Each mistake of a file once, however many pieces the file was read in.
        let mut listed = BTreeSet::new();
        self.ignored_fields
            .retain(|it| listed.insert((it.location.file.clone(), it.reason.clone())));
        History {
            commits,
            main_line,
            environments,
            details: self.details,
            columns,
            counts: self.counts,
            per_day: self.records_per_day,
            rejected_records: self.rejected_records,
            ignored_fields: self.ignored_fields,
            newest,
            oldest,
            files: self.files,
        }
    }

    /// The files that hold rows, sorted, each once, however many pieces they were read in.
    fn number_files(&mut self) {
        let mut used = vec![false; self.files.len()];
        self.all_rows().for_each(|keyed| used[keyed.row.file as usize] = true);
        let names = self.files.iter().zip(used).filter_map(|(name, used)| used.then_some(name));
        let sorted: BTreeSet<&String> = names.collect();
        let sorted: Vec<String> = sorted.into_iter().cloned().collect();
        let number = |name: &String| sorted.binary_search(name).map_or(0, to_index);
        let numbers: Vec<u32> = self.files.iter().map(number).collect();
        for KeyedRow { row, .. } in self.chunks.iter_mut().flatten() {
            row.file = numbers[row.file as usize];
        }
        self.files = sorted;
    }

    /// Rows of branches other than the main one belong to no main line, nor do those that were
    /// measured only to be compared within their session.
    fn mark_other_branches(&mut self, finish: &NormalizeOptions) {
        let sides: Vec<Option<Side>> =
            self.environment_list.iter().map(|it| it.side(&self.strings)).collect();
        let mut lines = BTreeSet::new();
        for KeyedRow { row, .. } in self.chunks.iter_mut().flatten().chain(&mut self.rows) {
            let is_own = match sides[row.environment as usize] {
                None => true,
                Some(Side::Head) => row.branch != BranchId::MAIN,
                Some(Side::Base) => false,
            };
            if !is_own {
                row.branch = BranchId::OTHER;
                lines.insert((row.file, row.line));
            }
        }
        let mut counted = vec![0_u64; self.environment_list.len()];
        // A pull request must not outvote the main line about its name.
        let has_main = self.all_rows().any(|keyed| keyed.row.branch == BranchId::MAIN);
        for KeyedRow { row, .. } in self.all_rows() {
            let votes = match row.branch {
                BranchId::MAIN => true,
                BranchId::OTHER => false,
                _ => !has_main,
            };
            counted[row.environment as usize] += u64::from(votes);
        }
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        for (environment, rows) in self.environment_list.iter().zip(counted) {
            if let Some(branch) = environment.branch.filter(|_| rows > 0) {
                *sizes.entry(self.strings.get(branch)).or_default() += rows;
            }
        }
        // The name before the number of records: a busy branch of experiments must not become the
        // main line.
        let usual = || {
            let named = ["main", "master"].into_iter().find(|name| sizes.contains_key(name));
            named.or_else(|| {
                let most =
                    sizes.iter().max_by_key(|(name, size)| (**size, std::cmp::Reverse(*name)));
                most.map(|(name, _)| *name)
            })
        };
        let main = finish.branch.as_deref().or_else(usual).map(str::to_owned);
        let other = |environment: &EnvironmentKey| {
            let branch = environment.branch.map(|branch| self.strings.get(branch));
            branch.zip(main.as_deref()).is_some_and(|(branch, main)| branch != main)
        };
        let others: Vec<bool> = self.environment_list.iter().map(other).collect();
        for KeyedRow { row, .. } in self.chunks.iter_mut().flatten() {
            if others[row.environment as usize] && row.branch == BranchId::MAIN {
                row.branch = BranchId::OTHER;
                lines.insert((row.file, row.line));
            }
        }
        self.counts.other_branches += lines.len() as u64;
    }

    /// Commits in their order, short shas resolved.
    fn normalize_commits(&self, finish: &NormalizeOptions) -> NormalizedCommits {
        let facts: FactsById<'_> =
            finish.commits.iter().map(|fact| (fact.id.as_str(), fact)).collect();
        let mut ids: BTreeSet<&str> = facts.keys().copied().collect();
        ids.extend(self.commit_list.iter().map(|&(symbol, _)| self.strings.get(symbol)));
        let mut measured: BTreeMap<&str, CommitObservations> = BTreeMap::new();
        let full: Vec<&str> = self
            .commit_list
            .iter()
            .map(|&(symbol, times)| {
                let id = full_id(self.strings.get(symbol), &ids);
                let seen = measured.entry(id).or_default();
                seen.commit_times = seen.commit_times.earliest(times);
                id
            })
            .collect();
        let mut each: Vec<CommitObservations> =
            full.iter().map(|_| CommitObservations::default()).collect();
        for KeyedRow { row, .. } in self.all_rows() {
            each[row.commit as usize].add_row(row);
        }
        for (id, one) in full.iter().zip(each) {
            measured.entry(id).or_default().merge(&one);
        }
        let depths = ancestry::depths(&facts);
        let heads = measured.iter().filter(|(_, seen)| seen.main_line).map(|(id, _)| *id);
        let line = ancestry::main_line(&facts, &depths, heads);
        let mut commits: BTreeMap<&str, Commit> = measured
            .iter()
            .map(|(id, seen)| (*id, seen.to_commit(id, facts.get(id).copied())))
            .collect();
        enforce_parent_order(&mut commits, &line);
        let mut commits: Vec<Commit> = commits.into_values().collect();
        let depth = |commit: &Commit| depths.get(commit.id.as_str());
        // Then depth: one job may measure many commits in the same second.
        commits.sort_by(|a, b| (a.time, depth(a), &a.id).cmp(&(b.time, depth(b), &b.id)));
        let places: FxHashMap<&str, u32> = commits
            .iter()
            .enumerate()
            .map(|(index, commit)| (commit.id.as_str(), to_index(index)))
            .collect();
        let new_indices = full.iter().map(|id| places[id]).collect();
        let main_line = line.iter().filter_map(|id| facts.get(id).copied().cloned()).collect();
        NormalizedCommits { commits, new_indices, main_line }
    }

    /// Environments sorted by content; and old number → new number.
    fn normalize_environments(&self) -> (Vec<Environment>, Vec<u32>) {
        let text = |symbol: u32| self.strings.get(symbol).to_owned();
        let mut sorted: Vec<(Environment, usize)> = self
            .environment_list
            .iter()
            .enumerate()
            .map(|(index, key)| {
                let environment = Environment {
                    fields: key
                        .fields
                        .iter()
                        .map(|&(name, value)| (text(name), text(value)))
                        .collect(),
                    version: key.version.map(text),
                    branch: key.branch.map(text),
                };
                (environment, index)
            })
            .collect();
        sorted.sort_unstable();
        let mut numbers = vec![0; sorted.len()];
        for (new, (_, old)) in sorted.iter().enumerate() {
            numbers[*old] = to_index(new);
        }
        (sorted.into_iter().map(|(environment, _)| environment).collect(), numbers)
    }

    /// Rows by series: units settled, failed runs in every metric of their benchmark, sorted, once.
    fn normalize_columns(&mut self, runners: &[u32], platforms: &[Platform]) -> Vec<SeriesColumn> {
        let mut sizes = vec![0_usize; self.key_list.len()];
        for keyed in self.all_rows() {
            sizes[keyed.key as usize] += 1;
        }
        // Made by the threads that will let go of them: what another thread frees waits for its
        // maker.
        let mut by_key: Vec<Vec<MeasurementRow>> =
            sizes.par_iter().map(|&size| Vec::with_capacity(size)).collect();
        for KeyedRow { key, row } in std::mem::take(&mut self.chunks).into_iter().flatten() {
            by_key[key as usize].push(row);
        }
        let mut variants: BTreeMap<RecordedKey, Vec<u32>> = BTreeMap::new();
        for index in 0..self.key_list.len() {
            let key = self.key_list[index].to_recorded_key(&self.strings);
            variants.entry(key).or_default().push(to_index(index));
        }
        let mut columns: Vec<SeriesColumn> = Vec::with_capacity(variants.len());
        let mut failures: Vec<(RecordedKey, Vec<MeasurementRow>)> = Vec::new();
        for (key, indices) in variants {
            if key.metric.is_empty() {
                let rows = indices.iter().flat_map(|&i| std::mem::take(&mut by_key[i as usize]));
                for (platform, rows) in split_by_platform(rows.collect(), platforms) {
                    failures.push((RecordedKey { platform, ..key.clone() }, rows));
                }
            } else {
                // Unit and direction are the benchmark's, wherever it ran.
                let column = self.settle_column(key, &indices, &mut by_key);
                let SeriesColumn { key, unit, direction, tags, rows, .. } = column;
                for (platform, rows) in split_by_platform(rows, platforms) {
                    columns.push(SeriesColumn {
                        key: RecordedKey { platform, ..key.clone() },
                        unit: unit.clone(),
                        direction,
                        tags: tags.clone(),
                        is_on_main: rows.iter().any(is_value_of_main),
                        rows,
                    });
                }
            }
        }
        // Before sorting: failed runs take their place in time like any other row.
        spread_failures(&mut columns, failures);
        let repeats: Vec<RepeatedLines> = columns
            .par_iter_mut()
            .map(|column| self.sort_and_deduplicate(&mut column.rows, runners))
            .collect();
        let lines = |of: fn(&RepeatedLines) -> &[(u32, u32)]| {
            let lines: BTreeSet<(u32, u32)> = repeats.iter().flat_map(of).copied().collect();
            lines.len() as u64
        };
        self.counts.duplicates += lines(|it| &it.duplicates);
        self.counts.conflicting += lines(|it| &it.conflicting);
        columns.sort_by(|a, b| a.key.cmp(&b.key));
        columns
    }

    /// Puts the rows of one series in their order, each measurement once.
    fn sort_and_deduplicate(
        &self,
        rows: &mut Vec<MeasurementRow>,
        runners: &[u32],
    ) -> RepeatedLines {
        let mut repeats = RepeatedLines::default();
        rows.sort_unstable_by(|a, b| self.row_order(a, b, runners));
        // Two records of one series, commit, runner and time that differ in value cannot both be
        // the duplicate of the other; dropping one would depend on the order of lines. Both stay,
        // as repeats, and their median counts.
        rows.dedup_by(|row, kept| {
            let same = same_measurement(kept, row, runners);
            let equal = same && kept.value == row.value;
            if equal {
                repeats.duplicates.push((row.file, row.line));
            } else if same {
                repeats.conflicting.push((row.file, row.line));
            }
            equal
        });
        repeats
    }

    /// By time, commit, line of development, runner, value, spread, detail: content only, so that
    /// the order of lines and files has no say.
    fn row_order(&self, a: &MeasurementRow, b: &MeasurementRow, runners: &[u32]) -> Ordering {
        measurement_identity(a, runners)
            .cmp(&measurement_identity(b, runners))
            .then_with(|| (a.value, a.std).cmp(&(b.value, b.std)))
            .then_with(|| a.environment.cmp(&b.environment))
            .then_with(|| self.detail_order(a, b))
            .then_with(|| (a.file, a.line).cmp(&(b.file, b.line)))
    }

    fn detail_order(&self, a: &MeasurementRow, b: &MeasurementRow) -> Ordering {
        let of = |row: &MeasurementRow| self.details.get(row.detail);
        match (of(a), of(b)) {
            (Some(a), Some(b)) => detail_order(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }
}

/// Any order will do that looks at nothing but content.
fn detail_order(a: RunDetailRef<'_>, b: RunDetailRef<'_>) -> Ordering {
    fn bits(values: &[f64]) -> impl Iterator<Item = u64> {
        values.iter().map(|value| value.to_bits())
    }
    (a.error(), a.url())
        .cmp(&(b.error(), b.url()))
        .then_with(|| a.statistics.cmp_bits(b.statistics))
        .then_with(|| bits(a.samples).cmp(bits(b.samples)))
        .then_with(|| bits(a.warmup_ns).cmp(bits(b.warmup_ns)))
}

/// Commits in their order.
struct NormalizedCommits {
    commits: Vec<Commit>,
    /// Old number → new number.
    new_indices: Vec<u32>,
    main_line: Vec<CommitFacts>,
}

/// Times of the main line's commits that agree with the order of their parents.
fn enforce_parent_order(commits: &mut BTreeMap<&str, Commit>, line: &[&str]) {
    let measured = |id: &&&str| commits.get(**id).is_some_and(|commit| commit.main_line);
    let ids: Vec<&str> = line.iter().filter(measured).copied().collect();
    let dated = ids.iter().map(|id| {
        let commit = &commits[id];
        ancestry::CommitDates { measured: commit.time, authored: commit.author_time }
    });
    let dated: Vec<ancestry::CommitDates> = dated.collect();
    for (id, time) in ids.into_iter().zip(ancestry::nondecreasing_times(&dated)) {
        if let Some(commit) = commits.get_mut(id) {
            commit.time = time;
        }
    }
}

/// Lines (file, line) that repeat a measurement: with the same value, and with another one.
#[derive(Default)]
struct RepeatedLines {
    duplicates: Vec<(u32, u32)>,
    conflicting: Vec<(u32, u32)>,
}

/// Whether a row is a value of the main line.
fn is_value_of_main(row: &MeasurementRow) -> bool {
    row.branch == BranchId::MAIN && row.value.is_some()
}

/// Rows by where they were measured, in their order; most series were measured in one place.
fn split_by_platform(
    rows: Vec<MeasurementRow>,
    platforms: &[Platform],
) -> Vec<(Platform, Vec<MeasurementRow>)> {
    let platform = |row: &MeasurementRow| &platforms[row.environment as usize];
    let Some(first) = rows.first().map(platform) else {
        return vec![(Platform::default(), rows)];
    };
    if rows.iter().all(|row| platform(row) == first) {
        return vec![(first.clone(), rows)];
    }
    let mut by_platform: BTreeMap<&Platform, Vec<MeasurementRow>> = BTreeMap::new();
    for row in rows {
        by_platform.entry(platform(&row)).or_default().push(row);
    }
    by_platform.into_iter().map(|(platform, rows)| (platform.clone(), rows)).collect()
}

/// A failed run that names no metric is a gap in every metric of its benchmark where it may have
/// run; where the benchmark has none yet, in its time.
fn spread_failures(
    columns: &mut Vec<SeriesColumn>,
    failures: Vec<(RecordedKey, Vec<MeasurementRow>)>,
) {
    let anywhere = |key: &RecordedKey| RecordedKey {
        metric: String::new(),
        platform: Platform::default(),
        ..key.clone()
    };
    let mut metrics: BTreeMap<RecordedKey, Vec<usize>> = BTreeMap::new();
    // By map: a search through all columns for each failed run took most of a build with a failure
    // in each of 10,000 series.
    for (index, column) in columns.iter().enumerate().filter(|_| !failures.is_empty()) {
        metrics.entry(anywhere(&column.key)).or_default().push(index);
    }
    for (key, rows) in failures {
        let indices = metrics.get(&anywhere(&key)).into_iter().flatten().copied();
        let may_be = |index: &usize| columns[*index].key.platform.is_compatible(&key.platform);
        let indices: Vec<usize> = indices.filter(may_be).collect();
        for &index in &indices {
            columns[index].rows.extend_from_slice(&rows);
        }
        if indices.is_empty() {
            let key = RecordedKey { metric: TIME_METRIC.to_owned(), ..key };
            let unit = Unit::of_metric(TIME_METRIC);
            let tags = Vec::new();
            let column = SeriesColumn { key, unit, direction: None, tags, is_on_main: false, rows };
            columns.push(column);
        }
    }
}

/// Fields that tell machines apart. A policy may track others; for "measured twice, told twice"
/// these are enough, and a remark in another field makes no other measurement.
const RUNNER_FIELDS: [&str; 9] = [
    "arch",
    "cpu",
    "cpu_flags",
    "environment",
    "memory_total",
    "os",
    "os_version",
    "runner",
    "runner_image",
];

/// By environment: the number of its runner.
fn runner_numbers(environments: &[Environment]) -> Vec<u32> {
    let mut numbers = BTreeMap::new();
    let runner = |environment: &Environment| {
        let fields = RUNNER_FIELDS.map(|name| environment.fields.get(name).cloned());
        (fields, environment.version.clone(), environment.branch.clone())
    };
    let all: Vec<_> = environments.iter().map(runner).collect();
    for one in &all {
        let next = to_index(numbers.len());
        numbers.entry(one).or_insert(next);
    }
    all.iter().map(|one| numbers[one]).collect()
}

/// What two records of one measurement share.
fn measurement_identity(row: &MeasurementRow, runners: &[u32]) -> (Timestamp, u32, BranchId, u32) {
    (row.time, row.commit, row.branch, runners[row.environment as usize])
}

fn same_measurement(a: &MeasurementRow, b: &MeasurementRow, runners: &[u32]) -> bool {
    measurement_identity(a, runners) == measurement_identity(b, runners)
}
