//! One file's records in the place of what it held before, without reading the others again.
//!
//! What comes out is what reading everything would give, but for the order of environments and
//! details. Where that cannot be told from the one file, nothing comes out: a commit, a series, a
//! unit or a branch that it did not hold before, a failed run, a measurement that another file
//! holds too.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::history::normalize::UNIT_CONFLICT_REMEDY;
use crate::history::{BranchId, History, MeasurementRow, RecordedKey, SeriesColumn};
use crate::record::time::Timestamp;

/// A history without the records of one file.
pub struct HistoryWithoutFile {
    /// The file's path within the history directory.
    pub file: String,
    /// Without its columns, which are copied by all threads.
    history: History,
    columns: Vec<SeriesColumn>,
    /// The file alone, as it was.
    old_file: History,
    /// By id of a commit: its index.
    commit_indices: FxHashMap<String, u32>,
}

/// What no two measurements of two files may share.
fn measurement_identity(row: &MeasurementRow) -> (Timestamp, u32, BranchId) {
    (row.time, row.commit, row.branch)
}

fn find_column<'a>(columns: &'a [SeriesColumn], key: &RecordedKey) -> Option<&'a SeriesColumn> {
    let at = columns.binary_search_by(|column| column.key.cmp(key)).ok()?;
    Some(&columns[at])
}

/// The one branch that a file's records name; none where it names several.
fn single_branch(of: &History) -> Option<Option<&str>> {
    let mut named = of.environments.iter().map(|it| it.branch.as_deref());
    let first = named.next().flatten();
    named.all(|other| other == first).then_some(first)
}

/// Every value failed in none of the runs.
fn has_no_failures(of: &History) -> bool {
    of.columns.iter().flat_map(|column| &column.rows).all(|row| row.value.is_some())
}

impl HistoryWithoutFile {
    /// Takes a file out of a history; `old` is that file read alone.
    pub fn of(history: &History, file: &str, old: History) -> Option<Self> {
        let number = history.files.binary_search_by(|name| name.as_str().cmp(file)).ok()?;
        let own = |row: &&MeasurementRow| row.file as usize == number;
        let told = |row: &MeasurementRow| (row.time, row.branch, row.line, row.value);
        let held = history
            .columns
            .iter()
            .flat_map(|column| column.rows.iter().filter(own).map(|row| (&column.key, told(row))));
        let read = old
            .columns
            .iter()
            .flat_map(|column| column.rows.iter().map(|row| (&column.key, told(row))));
        let contradicts =
            history.rejected_records.iter().any(|it| it.remedy == UNIT_CONFLICT_REMEDY);
        if contradicts || !held.eq(read) || !has_no_failures(&old) {
            return None;
        }
        single_branch(&old)?;
        let mut rest = history.clone();
        rest.columns.iter_mut().for_each(|column| column.rows.retain(|row| !own(&row)));
        rest.rejected_records.retain(|problem| problem.location.file != file);
        rest.counts.records = rest.counts.records.saturating_sub(old.counts.records);
        let rows = rest.columns.iter().flat_map(|column| &column.rows);
        rest.newest = rows.filter(|row| row.branch == BranchId::MAIN).map(|row| row.time).max();
        let commits = rest.commits.iter().zip(0..).map(|(it, at)| (it.id.clone(), at)).collect();
        let columns = std::mem::take(&mut rest.columns);
        Some(Self {
            file: file.to_owned(),
            history: rest,
            columns,
            old_file: old,
            commit_indices: commits,
        })
    }

    /// The history with what the file holds now, read alone.
    pub fn with_file(&self, new: &History) -> Option<History> {
        let old = &self.old_file;
        let alike = old.commits == new.commits
            && old.has_author_time == new.has_author_time
            && old.main_line == new.main_line
            && single_branch(new)? == single_branch(old)?;
        if !alike || !has_no_failures(new) || old.columns.iter().any(|it| !self.may_omit(it, new)) {
            return None;
        }
        let columns = self.columns.par_iter().cloned().collect();
        let mut history = History { columns, ..self.history.clone() };
        let numbers = Renumbering::of(self, new, &mut history)?;
        for column in &new.columns {
            let at = history.columns.binary_search_by(|it| it.key.cmp(&column.key)).ok()?;
            self.is_consistent(column, &history.columns[at]).then_some(())?;
            insert_rows(
                &mut history.columns[at].rows,
                column.rows.iter().map(|row| numbers.renumber(row)),
            )?;
        }
        history.rejected_records.extend(new.rejected_records.iter().cloned());
        history.rejected_records.sort_unstable();
        history.counts.records += new.counts.records;
        history.newest = history.newest.max(new.newest);
        Some(history)
    }

    /// Whether the file may be without a series that it held: others hold it too, and it had
    /// nothing of its own to say of it.
    fn may_omit(&self, old: &SeriesColumn, new: &History) -> bool {
        let held = || find_column(&self.columns, &old.key).is_some_and(|it| !it.rows.is_empty());
        find_column(&new.columns, &old.key).is_some()
            || old.direction.is_none() && old.tags.is_empty() && held()
    }

    /// Whether the series is what it was with the file as it was.
    fn is_consistent(&self, new: &SeriesColumn, known: &SeriesColumn) -> bool {
        let before = find_column(&self.old_file.columns, &new.key).unwrap_or(known);
        new.unit == known.unit && new.direction == before.direction && new.tags == before.tags
    }
}

/// What the numbers of a file read alone are in the whole.
struct Renumbering {
    commits: Vec<u32>,
    environments: Vec<u32>,
    details: u32,
    file: u32,
}

impl Renumbering {
    fn of(rest: &HistoryWithoutFile, new: &History, whole: &mut History) -> Option<Self> {
        let commits = new.commits.iter().map(|it| rest.commit_indices.get(&it.id).copied());
        let environments = new.environments.iter().map(|it| {
            let known = whole.environments.iter().position(|other| other == it);
            let at = known.unwrap_or_else(|| {
                whole.environments.push(it.clone());
                whole.environments.len() - 1
            });
            u32::try_from(at).ok()
        });
        let numbers = Self {
            environments: environments.collect::<Option<_>>()?,
            commits: commits.collect::<Option<_>>()?,
            details: u32::try_from(whole.details.len()).ok()?,
            file: u32::try_from(whole.files.binary_search(&rest.file).ok()?).ok()?,
        };
        whole.details.append(new.details.clone());
        Some(numbers)
    }

    fn renumber(&self, row: &MeasurementRow) -> MeasurementRow {
        MeasurementRow {
            commit: self.commits[row.commit as usize],
            environment: self.environments[row.environment as usize],
            detail: if row.detail == 0 { 0 } else { row.detail.saturating_add(self.details) },
            file: self.file,
            ..*row
        }
    }
}

/// Puts rows in their places; none where another file holds the same measurement.
fn insert_rows(
    rows: &mut Vec<MeasurementRow>,
    new: impl Iterator<Item = MeasurementRow>,
) -> Option<()> {
    let new: Vec<MeasurementRow> = new.collect();
    let from = new.iter().map(measurement_identity).min()?;
    let before = rows.partition_point(|row| measurement_identity(row) < from);
    let known = &rows[before..];
    if new.iter().any(|row| {
        known.binary_search_by_key(&measurement_identity(row), measurement_identity).is_ok()
    }) {
        return None;
    }
    rows.extend(new);
    rows[before..].sort_by_key(measurement_identity);
    Some(())
}
