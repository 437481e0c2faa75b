//! A history in a CSV: a row a run, with a column of times. Lines of `#` before the header are
//! passed over; `,`, `;` and tabs separate; times may be text or numbers of any scale, mixed.
//!
//! A row with an error is a failed run, and what else stands in it no value. A row whose time
//! cannot be read, or that has more or fewer cells than the header, is refused.

use std::collections::BTreeMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use crate::entry::{Entry, Told as _, metric};
use crate::import::csv_columns::{Role, roles, unit_of};
use crate::import::told::{self, Scale, whole};
use crate::import::{Asked, Kind, each_file, stem};
use crate::quantity::number;
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::history::CommitFacts;

pub const KIND: Kind = Kind {
    name: "csv",
    also: &["otava-csv", "hunter-csv"],
    takes: "a CSV with a header and a column of times, or a folder of them",
    yields: "a metric a column of numbers (statistics of one together), text as parameters; \
             failed runs; commits",
    backend: "csv",
    read,
};

/// Of a column's cells at least this part are numbers where it holds values: a few say `n/a`.
const NUMERIC: f64 = 0.9;

fn read(path: &Path, asked: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let wanted = |file: &str| [".csv", ".tsv"].iter().any(|end| file.ends_with(end));
    each_file(path, wanted, sink, &mut |text, sink| table(text, asked, sink))
}

/// Where the table begins: its header, the text of its rows, the line of the first of them.
struct Table<'t> {
    header: StringRecord,
    rows: &'t str,
    line: usize,
    delimiter: u8,
}

impl<'t> Table<'t> {
    fn of(text: &'t str, delimiter: Option<u8>) -> Result<Self, Fault> {
        let mut read = 0;
        let mut before: Option<&str> = None;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let plain = line.trim_end();
            if plain.is_empty() || plain.starts_with('#') {
                before = Some(plain).filter(|it| !it.is_empty());
                read += line.len();
                continue;
            }
            let delimiter = delimiter.unwrap_or_else(|| usual(plain));
            let cells = |line: &str| line.bytes().filter(|byte| *byte == delimiter).count();
            // `#Tag,count,min`: the last remark is the header where it has as many cells.
            let remark = before.filter(|it| cells(it) > 1 && cells(it) == cells(plain));
            let (header, skip) = match remark {
                Some(remark) => (remark.trim_start_matches('#'), 0),
                None => (plain, line.len()),
            };
            let line = index + 1 + usize::from(skip > 0);
            let header = records(header, delimiter).next().and_then(Result::ok).unwrap_or_default();
            return Ok(Self { header, rows: &text[read + skip..], line, delimiter });
        }
        Err(Fault::whole("it has no header"))
    }

    fn rows(&self) -> impl Iterator<Item = csv::Result<StringRecord>> {
        records(self.rows, self.delimiter)
    }
}

fn records(text: &str, delimiter: u8) -> impl Iterator<Item = csv::Result<StringRecord>> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true);
    builder.trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes()).into_records()
}

/// The separator that a header has most of.
fn usual(header: &str) -> u8 {
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|it| count(*it)).unwrap_or(b',')
}

fn table(text: &Text, asked: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let table = Table::of(&text.text, asked.delimiter)?;
    let names: Vec<String> = table.header.iter().map(str::to_owned).collect();
    let roles =
        roles(&names, &numeric(&table, names.len()), &asked.columns).map_err(Fault::whole)?;
    if !roles.contains(&Role::Time) && !asked.timed {
        let columns = names.join(", ");
        return Err(Fault::whole(format!(
            "no column holds the time; say --column time=NAME; columns are {columns}"
        )));
    }
    if !roles.contains(&Role::Commit) && !asked.named {
        sink.remark(
            "no column holds commits: runs are filed under their time (--column commit=NAME)",
        );
    }
    let mut scales: BTreeMap<Scale, u64> = BTreeMap::new();
    let test = asked.test.clone().unwrap_or_else(|| stem(&text.name));
    for (index, row) in table.rows().enumerate() {
        let at = row.as_ref().ok().and_then(|row| row.position().map(csv::Position::line));
        let line = table.line + at.map_or(index, |at| at as usize - 1);
        let said = match &row {
            Err(error) => Err(error.to_string()),
            Ok(row) if row.len() != names.len() => {
                Err(format!("{} cells, and {} columns", row.len(), names.len()))
            }
            Ok(row) => entry(&test, row, &roles, asked, &mut scales, sink),
        };
        match said {
            Ok(entry) => sink.entry(entry),
            Err(reason) => {
                let shown: Vec<&str> = row.iter().flatten().collect();
                sink.refuse(line, &reason, "the other rows were imported", &shown.join(","));
            }
        }
    }
    if scales.len() > 1 {
        let told: Vec<String> =
            scales.iter().map(|(scale, rows)| format!("{rows} rows {}", scale.name())).collect();
        sink.remark(format!("times are told in several scales: {}", told.join(", ")));
    }
    Ok(())
}

/// Which columns hold numbers.
fn numeric(table: &Table<'_>, columns: usize) -> Vec<bool> {
    let mut counts = vec![(0_u64, 0_u64); columns];
    for row in table.rows().flatten() {
        for (cell, (filled, numbers)) in row.iter().zip(&mut counts) {
            *filled += u64::from(!cell.is_empty());
            *numbers += u64::from(number(cell).is_some());
        }
    }
    let most = |(filled, numbers)| numbers > 0 && numbers as f64 >= NUMERIC * filled as f64;
    counts.into_iter().map(most).collect()
}

/// One row; why it is none.
fn entry(
    test: &str,
    row: &StringRecord,
    roles: &[Role],
    asked: &Asked,
    scales: &mut BTreeMap<Scale, u64>,
    sink: &mut Sink<'_>,
) -> Result<Entry, String> {
    let mut entry = Entry::named(test);
    let mut subject = None;
    for (cell, role) in row.iter().zip(roles).filter(|(cell, _)| !cell.is_empty()) {
        match role {
            Role::Time => {
                let (time, scale) = told::time(cell).ok_or("its time cannot be read")?;
                scale.into_iter().for_each(|scale| *scales.entry(scale).or_default() += 1);
                entry.run.timestamp = Some(time);
            }
            Role::CommitTime => entry.run.commit_time = told::time(cell).map(|(time, _)| time),
            Role::Commit => entry.run.commit = Some(cell.to_owned()),
            Role::Subject => subject = cell.lines().next().map(str::to_owned),
            Role::Branch => entry.run.branch = Some(cell.to_owned()),
            Role::Suite => cell.clone_into(&mut entry.suite),
            Role::Test => {
                let name = cell.strip_prefix("Tag=").unwrap_or(cell);
                name.clone_into(&mut entry.test);
                name.clone_into(&mut entry.name);
            }
            Role::Error => entry.error = Some(cell.to_owned()),
            Role::Param(name) => entry = entry.param(name, cell),
            Role::Field(name) => {
                let value = number(cell).map_or_else(|| cell.into(), whole);
                entry = entry.field(name, value);
            }
            _ => {}
        }
    }
    if entry.run.timestamp.is_none() && !asked.timed {
        return Err("it has no time".to_owned());
    }
    if entry.run.commit.is_none() && !asked.named {
        if roles.contains(&Role::Commit) {
            return Err("it has no commit".to_owned());
        }
        entry.run.commit = entry.run.timestamp.map(|time| time.to_string());
    }
    if let (Some(id), Some(subject)) = (entry.run.commit.clone(), subject) {
        sink.commit(CommitFacts { id, subject: Some(subject), ..CommitFacts::default() });
    }
    if entry.error.is_some() {
        return Ok(entry);
    }
    values(&mut entry, row, roles, sink);
    if entry.metrics.is_empty() { Err("it has no value".to_owned()) } else { Ok(entry) }
}

/// The values of a row, with the statistics beside them.
fn values(entry: &mut Entry, row: &StringRecord, roles: &[Role], sink: &mut Sink<'_>) {
    let cell = |role: Role| roles.iter().position(|it| *it == role).and_then(|at| row.get(at));
    if let (Some(name), Some(value)) = (cell(Role::Metric), cell(Role::Value).and_then(number)) {
        let name = told::snake(name);
        let unit = unit_of(&name, cell(Role::Unit).unwrap_or_default());
        entry.metrics.push(metric(&name, &unit, value));
    }
    for (cell, role) in row.iter().zip(roles) {
        let Role::Measured(name, unit) = role else { continue };
        match number(cell) {
            Some(value) => entry.metrics.push(metric(name, &unit_of(name, unit), value)),
            None if cell.is_empty() => {}
            None => sink.skip("a cell among numbers that is none", 1),
        }
    }
    for metric in &mut entry.metrics {
        let taken = std::mem::replace(metric, crate::entry::metric("", "", f64::NAN));
        let beside = row.iter().zip(roles).filter_map(|(cell, role)| Some((number(cell)?, role)));
        *metric = beside.fold(taken, |metric, (value, role)| match role {
            Role::Statistic(name, statistic) if *name == *metric.metric => {
                metric.with(*statistic, value)
            }
            Role::Std(name) if *name == *metric.metric => metric.std(value),
            _ => metric,
        });
    }
}
