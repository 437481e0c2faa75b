//! The history as other programs read it: CSV, records a line, OpenMetrics, SQL. One measurement
//! after the other, in the history's own order, in base units; every field that a record can have.
//!
//! What `ingest` reads back of CSV and of records is the same history.

mod csv;
pub(crate) mod evidence;
mod openmetrics;
mod ndjson;
mod sql;

use std::fmt;

use model::filter::{ChangeAges, Filter, FilterSubject};
use model::history::{Commit, Environment, History, MeasurementRow, SeriesColumn};
use model::record::RunDetailRef;

/// A language of other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
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
    language: ExportFormat,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let told = |column: &&SeriesColumn| {
        let key = &column.key;
        let subject = FilterSubject {
            suite: &key.suite,
            test: &key.test,
            backend: &key.backend,
            mode: &key.mode,
            metric: &key.metric,
            base_metric: &key.metric,
            params: &key.params,
            tags: &column.tags,
            parallel: key.parallel,
            n: key.n,
        };
        // Verdicts are not computed for an export. Statistics stand beside the values they are of.
        key.statistic.is_none() && filter.holds(subject, ChangeAges::default())
    };
    let chosen: Vec<&SeriesColumn> = history.columns.iter().filter(told).collect();
    match language {
        ExportFormat::Csv => csv::write(history, &chosen, out),
        ExportFormat::Json => ndjson::write(history, &chosen, out),
        ExportFormat::OpenMetrics => openmetrics::write(history, &chosen, out),
        ExportFormat::Sql => sql::write(history, &chosen, out),
    }
}

/// One measurement with everything that is known of it.
struct ExportPoint<'a> {
    column: &'a SeriesColumn,
    row: &'a MeasurementRow,
    commit: &'a Commit,
    environment: &'a Environment,
    detail: Option<RunDetailRef<'a>>,
}

impl<'a> ExportPoint<'a> {
    fn pull(&self) -> Option<u32> {
        self.row.branch.pull()
    }

    fn value(&self) -> Option<f64> {
        self.row.value.get()
    }

    fn std(&self) -> Option<f64> {
        self.row.std.get()
    }

    fn error(&self) -> Option<&'a str> {
        self.detail.and_then(|detail| detail.error())
    }
}

/// The measurements of a column, oldest first.
fn points<'a>(
    history: &'a History,
    column: &'a SeriesColumn,
) -> impl Iterator<Item = ExportPoint<'a>> {
    column.rows.iter().map(move |row| ExportPoint {
        column,
        row,
        commit: &history.commits[row.commit as usize],
        environment: &history.environments[row.environment as usize],
        detail: history.detail(row),
    })
}
