//! RFC 4180: the fields of a record, then the statistics, then every field beside them by name.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use crate::export::{ExportPoint, points};
use model::history::{History, SeriesColumn};
use model::record::Statistic;
use model::record::fields::RECORD_FIELDS;
use model::text::csv::CsvRow;

pub(super) fn write(
    history: &History,
    columns: &[&SeriesColumn],
    out: &mut dyn Write,
) -> fmt::Result {
    let beside: BTreeSet<&str> = history
        .environments
        .iter()
        .flat_map(|environment| environment.fields.keys().map(String::as_str))
        .collect();
    let mut header = CsvRow::new();
    for name in RECORD_FIELDS.into_iter().chain(Statistic::ALL.map(|(name, _)| name)) {
        header = header.literal(name);
    }
    header = header.literal("samples");
    header = beside.iter().fold(header, |header, name| header.text(name));
    write_row(out, &header)?;
    for column in columns {
        for point in points(history, column) {
            write_row(out, &row(&point, &beside))?;
        }
    }
    Ok(())
}

fn write_row(out: &mut dyn Write, row: &CsvRow) -> fmt::Result {
    write!(out, "{}\r\n", row.as_str())
}

fn row(point: &ExportPoint<'_>, beside: &BTreeSet<&str>) -> CsvRow {
    let (key, commit, environment) = (&point.column.key, point.commit, point.environment);
    let detail = point.detail;
    let commit_time = commit.author_time.map_or_else(String::new, |time| time.to_string());
    let direction = point.column.direction;
    let mut row = CsvRow::new()
        .text(&commit.id)
        .text(&point.row.time.to_string())
        .text(&commit_time)
        .text(environment.branch.as_deref().unwrap_or_default())
        .integer(point.pull().map(u64::from))
        .text(&key.suite)
        .text(&key.test)
        .text(&key.backend)
        .text(&key.mode)
        .literal(if key.parallel { "true" } else { "false" })
        .integer(key.n)
        .text(&key.params)
        .text(&key.metric)
        .text(point.column.unit.as_str())
        .literal(direction.map_or("", |better| better.as_str()))
        .number(point.value())
        .number(point.std())
        .text(point.error().unwrap_or_default())
        .text(environment.version.as_deref().unwrap_or_default())
        .text(detail.and_then(|detail| detail.url()).unwrap_or_default())
        // A tag may hold anything but a line's end.
        .text(&point.column.tags.join("\n"))
        .numbers(detail.map_or(&[], |detail| detail.warmup_ns));
    for (_, wanted) in Statistic::ALL {
        row = row.number(detail.and_then(|detail| detail.statistics.get(wanted)));
    }
    row = row.numbers(detail.map_or(&[], |detail| detail.samples));
    let field = |name: &str| environment.fields.get(name).map_or("", String::as_str);
    beside.iter().fold(row, |row, name| row.text(field(name)))
}
