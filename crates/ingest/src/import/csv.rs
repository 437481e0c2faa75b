//! A history in a CSV: a row a run, with a column of times. Lines of `#` before the header are
//! passed over; `,`, `;` and tabs separate; times may be text or numbers of any scale, mixed. One
//! mark stands before the decimals of a whole file.
//!
//! Which columns hold numbers is told by the first 4 MiB; rows are read one at a time.
//!
//! A row with an error is a failed run, and what else stands in it no value. A row whose time
//! cannot be read, or that has more or fewer cells than the header, is rejected.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use crate::csv_table::row::is_gap;
use crate::entry::{BenchmarkEntry, MeasurementExt as _, metric};
use crate::import::csv_columns::{ColumnRole, roles, unit_of};
use crate::import::{HistoryKind, ImportOptions, for_each_stream, stem};
use crate::json::count_value;
use crate::parse::decimal::DecimalCell;
use crate::parse::name;
use crate::parse::time::{EpochUnit, parse_time, parse_time_and_unit};
use crate::sink::{EntrySink, InputError};
use crate::source::{DecimalMark, Source, Text};
use model::history::CommitFacts;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "csv",
    aliases: &["otava-csv", "hunter-csv"],
    takes: "a CSV with a header and a column of times, or a folder of them",
    yields: "a metric a column of numbers (statistics of one together), text as parameters; \
             failed runs; commits",
    backend: "csv",
    read,
};

/// Bytes by which columns are judged.
const HEAD_BYTES: u64 = 4 << 20;
/// A larger file in UTF-16 is cut: 64 MiB.
const MAX_WIDE_BYTES: u64 = 64 << 20;
/// Of a column's cells at least this part are numbers where it holds values: a few say `n/a`.
const MIN_NUMERIC_SHARE: f64 = 0.9;

fn read(
    source: Source<'_>,
    options: &ImportOptions,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let wanted = |file: &str| [".csv", ".tsv"].iter().any(|end| file.ends_with(end));
    for_each_stream(source, wanted, sink, &mut |name, reader, sink| {
        read_table(CsvFile::open(name, reader)?, options, sink)
    })
}

/// A file of which the beginning is in memory.
struct CsvFile<'r> {
    head: Text,
    /// What follows.
    rest: Box<dyn Read + 'r>,
}

impl<'r> CsvFile<'r> {
    fn open(name: &str, mut reader: Box<dyn Read + 'r>) -> Result<Self, InputError> {
        let fault = |error: io::Error| InputError::whole(format!("cannot be read: {error}"));
        let mut bytes = Vec::new();
        reader.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes).map_err(fault)?;
        // UTF-16, as spreadsheets write it, is decoded as a whole.
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            reader.by_ref().take(MAX_WIDE_BYTES).read_to_end(&mut bytes).map_err(fault)?;
        }
        // A character must not be cut.
        let newline = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
        let is_whole = bytes.len() as u64 != HEAD_BYTES;
        let after = if is_whole { Vec::new() } else { bytes.split_off(newline) };
        let rest = Box::new(Cursor::new(after).chain(reader));
        Ok(Self { head: Text::new(name, &bytes), rest })
    }
}

/// Where the table begins: its header, the text of its rows, the line of the first of them.
struct CsvTable<'t> {
    header: StringRecord,
    rows: &'t str,
    line: usize,
    delimiter: u8,
    /// Lines end with `\r\n`.
    is_crlf: bool,
}

impl<'t> CsvTable<'t> {
    fn parse(text: &'t str, delimiter: Option<u8>) -> Result<Self, InputError> {
        let mut read = 0;
        let mut before: Option<&str> = None;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let plain = line.trim_end();
            if plain.is_empty() || plain.starts_with('#') {
                before = Some(plain).filter(|it| !it.is_empty());
                read += line.len();
                continue;
            }
            let delimiter = delimiter.unwrap_or_else(|| likeliest_delimiter(plain));
            let cells = |line: &str| line.bytes().filter(|byte| *byte == delimiter).count();
            // `#Tag,count,min`: the last remark is the header where it has as many cells.
            let remark = before.filter(|it| cells(it) > 1 && cells(it) == cells(plain));
            let (header, skip) = match remark {
                Some(remark) => (remark.trim_start_matches('#'), 0),
                None => (plain, line.len()),
            };
            let line = index + 1 + usize::from(skip > 0);
            let header = records(header.as_bytes(), delimiter)
                .next()
                .and_then(Result::ok)
                .unwrap_or_default();
            let rows = &text[read + skip..];
            let is_crlf = rows.contains("\r\n");
            return Ok(Self { header, rows, line, delimiter, is_crlf });
        }
        Err(InputError::whole("it has no header"))
    }

    /// The rows at the beginning.
    fn first_rows(&self) -> impl Iterator<Item = csv::Result<StringRecord>> {
        records(self.rows.as_bytes(), self.delimiter)
    }

    /// All rows.
    fn rows(&self, rest: impl Read) -> impl Iterator<Item = csv::Result<StringRecord>> {
        records(self.rows.as_bytes().chain(rest), self.delimiter)
    }

    /// The line of a row, from 1; `index` counts rows where its place is not known.
    fn line_of(&self, row: &StringRecord, index: usize) -> usize {
        // The reader's place is behind the row before, on the newline of `\r\n`.
        let is_late = |place: &csv::Position| self.is_crlf && place.byte() > 0;
        let at = |place| csv::Position::line(place) as usize - 1 + usize::from(is_late(place));
        self.line + row.position().map_or(index, at)
    }
}

fn records(text: impl Read, delimiter: u8) -> impl Iterator<Item = csv::Result<StringRecord>> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true);
    let reader = builder.trim(csv::Trim::All).comment(Some(b'#')).from_reader(text);
    let lossy = |row: csv::Result<ByteRecord>| row.map(StringRecord::from_byte_record_lossy);
    reader.into_byte_records().map(lossy)
}

/// The separator that a header has most of.
fn likeliest_delimiter(header: &str) -> u8 {
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|it| count(*it)).unwrap_or(b',')
}

fn read_table(
    file: CsvFile<'_>,
    options: &ImportOptions,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let CsvFile { head, rest } = file;
    let table = CsvTable::parse(&head.text, options.delimiter)?;
    let names: Vec<String> = table.header.iter().map(str::to_owned).collect();
    let roles = roles(&names, &numeric_columns(&table, names.len()), &options.columns)
        .map_err(InputError::whole)?;
    if !roles.contains(&ColumnRole::Time) && !options.has_time {
        let columns = names.join(", ");
        return Err(InputError::whole(format!(
            "no column holds the time; say --column time=NAME; columns are {columns}"
        )));
    }
    if !roles.contains(&ColumnRole::Commit) && !options.has_commit {
        sink.remark(
            "no column holds commits: runs are filed under their time (--column commit=NAME)",
        );
    }
    let decimal = decimal_mark(&table, &roles, options)?;
    let mut scales: BTreeMap<EpochUnit, u64> = BTreeMap::new();
    let test = options.test.clone().unwrap_or_else(|| stem(&head.name));
    for (index, row) in table.rows(rest).enumerate() {
        let line = row.as_ref().map_or(table.line + index, |row| table.line_of(row, index));
        let said = match &row {
            Err(error) => Err(error.to_string()),
            Ok(row) if row.len() != names.len() => {
                Err(format!("{} cells, and {} columns", row.len(), names.len()))
            }
            Ok(row) => {
                let row = HistoryRow { cells: row, roles: &roles, decimal, line };
                row.entry(&test, options, &mut scales, sink)
            }
        };
        match said {
            Ok(entry) => sink.entry(entry),
            Err(reason) => {
                let shown: Vec<&str> = row.iter().flatten().collect();
                sink.reject(line, &reason, "the other rows were imported", &shown.join(","));
            }
        }
    }
    if scales.len() > 1 {
        let told: Vec<String> =
            scales.iter().map(|(scale, rows)| format!("{rows} rows {}", scale.name())).collect();
        sink.remark(format!("timestamps count in several units: {}", told.join(", ")));
    }
    Ok(())
}

/// The mark before the decimals of a table.
fn decimal_mark(
    table: &CsvTable<'_>,
    roles: &[ColumnRole],
    options: &ImportOptions,
) -> Result<DecimalMark, InputError> {
    let is_value = |role: Option<&ColumnRole>| {
        let numeric = |role: &ColumnRole| {
            matches!(role, ColumnRole::Value | ColumnRole::Measured(..) | ColumnRole::Std(_))
                || matches!(role, ColumnRole::Statistic(..))
        };
        role.is_some_and(numeric)
    };
    let rows: Vec<StringRecord> = match options.decimal {
        Some(_) => Vec::new(),
        None => table.first_rows().flatten().collect(),
    };
    let cells = rows.iter().enumerate().flat_map(|(index, row)| {
        let line = table.line_of(row, index);
        let cell = move |(at, text)| DecimalCell { line, text, is_value: is_value(roles.get(at)) };
        row.iter().enumerate().map(cell)
    });
    DecimalMark::of_table(options.decimal, table.delimiter, cells)
}

/// Which columns hold numbers, whatever mark stands before their decimals.
fn numeric_columns(table: &CsvTable<'_>, columns: usize) -> Vec<bool> {
    let mut counts = vec![(0_u64, 0_u64); columns];
    for row in table.first_rows().flatten() {
        for (cell, (filled, numbers)) in row.iter().zip(&mut counts) {
            *filled += u64::from(!cell.is_empty());
            let is_number = [DecimalMark::Point, DecimalMark::Comma]
                .iter()
                .any(|mark| mark.parse_number(cell).is_some());
            *numbers += u64::from(is_number);
        }
    }
    let most =
        |(filled, numbers)| numbers > 0 && numbers as f64 >= MIN_NUMERIC_SHARE * filled as f64;
    counts.into_iter().map(most).collect()
}

/// A row, and how its cells are read.
struct HistoryRow<'a> {
    cells: &'a StringRecord,
    roles: &'a [ColumnRole],
    decimal: DecimalMark,
    line: usize,
}

impl HistoryRow<'_> {
    /// The entry of a row; why it is none.
    fn entry(
        &self,
        test: &str,
        options: &ImportOptions,
        scales: &mut BTreeMap<EpochUnit, u64>,
        sink: &mut EntrySink<'_>,
    ) -> Result<BenchmarkEntry, String> {
        let mut entry = BenchmarkEntry::named(test);
        let mut subject = None;
        for (cell, role) in self.cells.iter().zip(self.roles).filter(|(cell, _)| !cell.is_empty()) {
            match role {
                ColumnRole::Time => {
                    let parsed = parse_time_and_unit(cell).ok_or("its time cannot be read")?;
                    parsed.unit.into_iter().for_each(|unit| *scales.entry(unit).or_default() += 1);
                    entry.run.timestamp = Some(parsed.time);
                }
                ColumnRole::CommitTime => entry.run.commit_time = parse_time(cell),
                ColumnRole::Commit => entry.run.commit = Some(cell.to_owned()),
                ColumnRole::Subject => subject = cell.lines().next().map(str::to_owned),
                ColumnRole::Branch => entry.run.branch = Some(cell.to_owned()),
                ColumnRole::Suite => cell.clone_into(&mut entry.suite),
                ColumnRole::Test => {
                    let name = cell.strip_prefix("Tag=").unwrap_or(cell);
                    name.clone_into(&mut entry.test);
                    name.clone_into(&mut entry.name);
                }
                ColumnRole::Error => entry.error = Some(cell.to_owned()),
                ColumnRole::Param(name) => entry = entry.param(name, cell),
                ColumnRole::Field(name) => {
                    let value =
                        self.decimal.parse_number(cell).map_or_else(|| cell.into(), count_value);
                    entry = entry.field(name, value);
                }
                _ => {}
            }
        }
        if entry.run.timestamp.is_none() && !options.has_time {
            return Err("it has no time".to_owned());
        }
        if entry.run.commit.is_none() && !options.has_commit {
            if self.roles.contains(&ColumnRole::Commit) {
                return Err("it has no commit".to_owned());
            }
            entry.run.commit = entry.run.timestamp.map(|time| time.to_string());
        }
        if let (Some(id), Some(subject)) = (entry.run.commit.clone(), subject) {
            sink.add_commit(CommitFacts { id, subject: Some(subject), ..CommitFacts::default() });
        }
        if entry.error.is_some() {
            return Ok(entry);
        }
        self.add_values(&mut entry, sink);
        if entry.metrics.is_empty() { Err("it has no value".to_owned()) } else { Ok(entry) }
    }

    /// The values of a row, with the statistics beside them.
    fn add_values(&self, entry: &mut BenchmarkEntry, sink: &mut EntrySink<'_>) {
        let Self { cells: row, roles, decimal, line } = self;
        let cell =
            |role: ColumnRole| roles.iter().position(|it| *it == role).and_then(|at| row.get(at));
        if let (Some(name), Some(value)) = (
            cell(ColumnRole::Metric),
            cell(ColumnRole::Value).and_then(|cell| decimal.parse_number(cell)),
        ) {
            let name = name::metric_name(name);
            let unit = unit_of(&name, cell(ColumnRole::Unit).unwrap_or_default());
            entry.metrics.push(metric(&name, &unit, value));
        }
        for (cell, role) in row.iter().zip(*roles) {
            let ColumnRole::Measured(name, unit) = role else { continue };
            match decimal.parse_number(cell) {
                Some(value) => entry.metrics.push(metric(name, &unit_of(name, unit), value)),
                None if cell.is_empty() => {}
                None if is_gap(cell) => sink.skip("a cell among numbers that is none", 1),
                None => {
                    let remedy = "the other values of the row were imported";
                    sink.reject(*line, &format!("{name}: `{cell}` is no number"), remedy, cell);
                }
            }
        }
        for metric in &mut entry.metrics {
            let taken = std::mem::replace(metric, crate::entry::metric("", "", f64::NAN));
            let beside = row
                .iter()
                .zip(*roles)
                .filter_map(|(cell, role)| Some((decimal.parse_number(cell)?, role)));
            *metric = beside.fold(taken, |metric, (value, role)| match role {
                ColumnRole::Statistic(name, statistic) if *name == *metric.metric => {
                    metric.statistic(*statistic, value)
                }
                ColumnRole::Std(name) if *name == *metric.metric => metric.std(value),
                _ => metric,
            });
        }
    }
}
