//! The history as other programs read it: CSV, records a line, OpenMetrics, SQL. One measurement
//! after the other, in the history's own order, in base units; every field that a record can have.
//! And what of the policy monitoring reads: rules and a dashboard.
//!
//! What `ingest` reads back of CSV and of records is the same history.

mod alert_rules;
mod csv;
pub(crate) mod evidence;
mod grafana;
mod openmetrics_history;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "no_parquet.rs"]
mod parquet;
mod sql;

use std::fmt;

use model::filter::{ChangeAges, Filter, FilterSubject};
use model::history::{Commit, Environment, History, MeasurementRow, SeriesColumn};
use model::policy::Policy;
use model::record::detail::RunDetailRef;

/// A format with every measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HistoryFormat {
    /// RFC 4180, a header and a line for each measurement.
    Csv,
    /// A record a line, as the history keeps them.
    Json,
    /// OpenMetrics 1.0 text: gauges with their times, main line only.
    OpenMetricsHistory,
    /// A table and its rows, for SQLite and PostgreSQL.
    Sql,
}

/// A format that says what monitoring should do with the metrics of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MonitoringFormat {
    /// Rules for Prometheus, in YAML.
    AlertRules,
    /// A dashboard for Grafana, in JSON.
    Grafana,
}

/// Writes the measurements that the filter holds for; `days` and `regression` in it have no say.
///
/// # Errors
/// The writer fails.
pub(crate) fn write(
    history: &History,
    filter: &Filter,
    format: HistoryFormat,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let chosen = columns(history, filter);
    match format {
        HistoryFormat::Csv => csv::write(history, &chosen, out),
        HistoryFormat::Json => ndjson::write(history, &chosen, out),
        HistoryFormat::OpenMetricsHistory => openmetrics_history::write(history, &chosen, out),
        HistoryFormat::Sql => sql::write(history, &chosen, out),
    }
}

/// Whether this program writes Parquet.
///
/// # Errors
/// It was built without.
pub(crate) fn check_parquet() -> anyhow::Result<()> {
    parquet::check_built()
}

/// The measurements that the filter holds for, as a file of Parquet.
///
/// # Errors
/// It cannot be encoded.
pub(crate) fn parquet_file(history: &History, filter: &Filter) -> anyhow::Result<Vec<u8>> {
    parquet::file(history, &columns(history, filter))
}

/// What monitoring needs of a policy; `base_url` is where the site is, with a trailing slash.
pub(crate) fn policy_text(
    policy: &Policy,
    base_url: Option<&str>,
    format: MonitoringFormat,
) -> String {
    match format {
        MonitoringFormat::AlertRules => alert_rules::document(policy, base_url).into_string(),
        MonitoringFormat::Grafana => grafana::dashboard(policy, base_url),
    }
}

/// The columns that a filter holds for.
fn columns<'a>(history: &'a History, filter: &Filter) -> Vec<&'a SeriesColumn> {
    let matches = |column: &&SeriesColumn| {
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
    history.columns.iter().filter(matches).collect()
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
