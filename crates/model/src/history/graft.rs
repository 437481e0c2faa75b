//! One file's records in the place of what it held before, without reading the others again.
//!
//! What comes out is what reading everything would give, but for the order of environments and
//! details. Where that cannot be told from the one file, nothing comes out: a commit, a series, a
//! unit or a branch that it did not hold before, a failed run, a measurement that another file
//! holds too.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::history::finish::CONTRADICTION;
use crate::history::{Column, History, Line, RecordedKey, Row};
use crate::record::time::Timestamp;

/// A history without the records of one file.
pub struct Rest {
    /// The file's path within the history directory.
    pub file: String,
    /// Without its columns, which are copied by all threads.
    history: History,
    columns: Vec<Column>,
    /// The file alone, as it was.
    old: History,
    /// By id of a commit: its index.
    commits: FxHashMap<String, u32>,
}

/// What no two measurements of two files may share.
fn place(row: &Row) -> (Timestamp, u32, Line) {
    (row.time, row.commit, row.line_of)
}

fn by_key<'a>(columns: &'a [Column], key: &RecordedKey) -> Option<&'a Column> {
    let at = columns.binary_search_by(|column| column.key.cmp(key)).ok()?;
    Some(&columns[at])
}

/// The one branch that a file's records name; none where it names several.
fn branch(of: &History) -> Option<Option<&str>> {
    let mut named = of.environments.iter().map(|it| it.branch.as_deref());
    let first = named.next().flatten();
    named.all(|other| other == first).then_some(first)
}

/// Every value failed in none of the runs.
fn all_valued(of: &History) -> bool {
    of.columns.iter().flat_map(|column| &column.rows).all(|row| !row.value.is_nan())
}

impl Rest {
    /// Takes a file out of a history; `old` is that file read alone.
    pub fn of(history: &History, file: &str, old: History) -> Option<Self> {
        let number = history.files.binary_search_by(|name| name.as_str().cmp(file)).ok()?;
        let own = |row: &&Row| row.file as usize == number;
        let told = |row: &Row| (row.time, row.line_of, row.line, row.value.to_bits());
        let held = history
            .columns
            .iter()
            .flat_map(|column| column.rows.iter().filter(own).map(|row| (&column.key, told(row))));
        let read = old
            .columns
            .iter()
            .flat_map(|column| column.rows.iter().map(|row| (&column.key, told(row))));
        let contradicts = history.problems.iter().any(|it| it.remedy == CONTRADICTION);
        if contradicts || !held.eq(read) || !all_valued(&old) {
            return None;
        }
        branch(&old)?;
        let mut rest = history.clone();
        rest.columns.iter_mut().for_each(|column| column.rows.retain(|row| !own(&row)));
        rest.problems.retain(|problem| problem.place.file != file);
        rest.counts.records = rest.counts.records.saturating_sub(old.counts.records);
        let rows = rest.columns.iter().flat_map(|column| &column.rows);
        rest.newest = rows.filter(|row| row.line_of == Line::MAIN).map(|row| row.time).max();
        let commits = rest.commits.iter().zip(0..).map(|(it, at)| (it.id.clone(), at)).collect();
        let columns = std::mem::take(&mut rest.columns);
        Some(Self { file: file.to_owned(), history: rest, columns, old, commits })
    }

    /// The history with what the file holds now, read alone.
    pub fn with(&self, new: &History) -> Option<History> {
        let old = &self.old;
        let alike = old.commits == new.commits
            && old.dated == new.dated
            && old.main_line == new.main_line
            && branch(new)? == branch(old)?;
        if !alike || !all_valued(new) || old.columns.iter().any(|it| !self.may_miss(it, new)) {
            return None;
        }
        let columns = self.columns.par_iter().cloned().collect();
        let mut history = History { columns, ..self.history.clone() };
        let numbers = Numbers::of(self, new, &mut history)?;
        for column in &new.columns {
            let at = history.columns.binary_search_by(|it| it.key.cmp(&column.key)).ok()?;
            self.fits(column, &history.columns[at]).then_some(())?;
            insert(&mut history.columns[at].rows, column.rows.iter().map(|row| numbers.row(row)))?;
        }
        history.problems.extend(new.problems.iter().cloned());
        history.problems.sort_unstable();
        history.counts.records += new.counts.records;
        history.newest = history.newest.max(new.newest);
        Some(history)
    }

    /// Whether the file may be without a series that it held: others hold it too, and it had
    /// nothing of its own to say of it.
    fn may_miss(&self, old: &Column, new: &History) -> bool {
        let held = || by_key(&self.columns, &old.key).is_some_and(|it| !it.rows.is_empty());
        by_key(&new.columns, &old.key).is_some()
            || old.better.is_none() && old.tags.is_empty() && held()
    }

    /// Whether the series is what it was with the file as it was.
    fn fits(&self, new: &Column, known: &Column) -> bool {
        let before = by_key(&self.old.columns, &new.key).unwrap_or(known);
        new.unit == known.unit && new.better == before.better && new.tags == before.tags
    }
}

/// What the numbers of a file read alone are in the whole.
struct Numbers {
    commits: Vec<u32>,
    environments: Vec<u32>,
    details: u32,
    file: u32,
}

impl Numbers {
    fn of(rest: &Rest, new: &History, whole: &mut History) -> Option<Self> {
        let commits = new.commits.iter().map(|it| rest.commits.get(&it.id).copied());
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

    fn row(&self, row: &Row) -> Row {
        Row {
            commit: self.commits[row.commit as usize],
            environment: self.environments[row.environment as usize],
            detail: if row.detail == 0 { 0 } else { row.detail.saturating_add(self.details) },
            file: self.file,
            ..*row
        }
    }
}

/// Puts rows in their places; none where another file holds the same measurement.
fn insert(rows: &mut Vec<Row>, new: impl Iterator<Item = Row>) -> Option<()> {
    let new: Vec<Row> = new.collect();
    let from = new.iter().map(place).min()?;
    let before = rows.partition_point(|row| place(row) < from);
    let known = &rows[before..];
    if new.iter().any(|row| known.binary_search_by_key(&place(row), place).is_ok()) {
        return None;
    }
    rows.extend(new);
    rows[before..].sort_by_key(place);
    Some(())
}
