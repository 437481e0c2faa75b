//! The history as other programs read it: CSV, records a line, OpenMetrics, SQL. One measurement
//! after the other, in the history's own order, in base units; every field that a record can have.
//!
//! What `ingest` reads back of CSV and of records is the same history.

mod csv;
mod openmetrics;
mod records;
mod sql;

use std::fmt;

use model::filter::{Filter, Recent, Subject};
use model::history::{Column, Commit, Environment, History, Row};
use model::record::DetailRef;

/// A language of other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// RFC 4180, a header and a line for each measurement.
    Csv,
    /// A record a line, as the history keeps them.
    Json,
    /// OpenMetrics 1.0 text: gauges with their times, main line only.
    OpenMetrics,
    /// A table and its rows, for SQLite and PostgreSQL.
    Sql,
}

/// Writes the measurements that the filter holds for; `days` and `regression` in it have no say.
///
/// # Errors
/// The writer fails.
pub(crate) fn write(
    history: &History,
    filter: &Filter,
    language: Language,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let told = |column: &&Column| {
        let key = &column.key;
        let subject = Subject {
            suite: &key.suite,
            test: &key.test,
            backend: &key.backend,
            mode: &key.mode,
            metric: &key.metric,
            params: &key.params,
            tags: &column.tags,
            parallel: key.parallel,
            n: key.n,
        };
        filter.holds(subject, Recent::default())
    };
    let chosen: Vec<&Column> = history.columns.iter().filter(told).collect();
    match language {
        Language::Csv => csv::write(history, &chosen, out),
        Language::Json => records::write(history, &chosen, out),
        Language::OpenMetrics => openmetrics::write(history, &chosen, out),
        Language::Sql => sql::write(history, &chosen, out),
    }
}

/// One measurement with everything that is known of it.
struct Point<'a> {
    column: &'a Column,
    row: &'a Row,
    commit: &'a Commit,
    /// Whether the commit's own time is known.
    dated: bool,
    environment: &'a Environment,
    detail: Option<DetailRef<'a>>,
}

impl<'a> Point<'a> {
    fn pull(&self) -> Option<u32> {
        self.row.line_of.pull()
    }

    fn value(&self) -> Option<f64> {
        Some(self.row.value).filter(|value| value.is_finite())
    }

    fn std(&self) -> Option<f64> {
        Some(self.row.std).filter(|std| std.is_finite())
    }

    fn error(&self) -> Option<&'a str> {
        self.detail.and_then(|detail| detail.error())
    }
}

/// The measurements of a column, oldest first.
fn points<'a>(history: &'a History, column: &'a Column) -> impl Iterator<Item = Point<'a>> {
    column.rows.iter().map(move |row| Point {
        column,
        row,
        commit: &history.commits[row.commit as usize],
        dated: history.dated[row.commit as usize],
        environment: &history.environments[row.environment as usize],
        detail: history.detail(row),
    })
}
