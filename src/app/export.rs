//! `export`: what is written for other programs, from the history, the policy or the verdicts.

use std::fmt;

use anyhow::bail;

use crate::app::build::site_input;
use crate::app::existing;
use crate::app::load::{LoadedHistory, group_series, load, load_history};
use crate::app::load_options::LoadOptions;
use crate::app::observer::{Observer, Silent};
use crate::export::{self, HistoryFormat, MonitoringFormat};
use crate::site;
use model::filter::Filter;
use model::policy::Policy;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    /// Every measurement.
    History(HistoryFormat),
    /// The same as a file of Parquet.
    Parquet,
    /// Newest levels and verdicts, for Prometheus.
    OpenMetrics,
    /// Each series with its verdict and its runs.
    Series,
    /// What the policy asks of monitoring; a filter has no say.
    Monitoring(MonitoringFormat),
}

/// An export that is ready to be written.
pub(crate) enum PreparedExport {
    History(Box<HistoryExport>),
    Text(String),
    Bytes(Vec<u8>),
}

/// The measurements that a filter holds for.
pub(crate) struct HistoryExport {
    loaded: LoadedHistory,
    filter: Filter,
    format: HistoryFormat,
}

impl PreparedExport {
    /// What is no text, to be written as it is.
    pub(crate) fn bytes(&self) -> &[u8] {
        if let Self::Bytes(bytes) = self { bytes } else { &[] }
    }

    /// Writes what is text.
    ///
    /// # Errors
    /// The writer fails.
    pub(crate) fn write_text(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        match self {
            Self::History(it) => export::write(&it.loaded.history, &it.filter, it.format, out),
            Self::Text(text) => out.write_str(text),
            Self::Bytes(_) => Ok(()),
        }
    }
}

/// Warns of a filter that holds for no series; an empty file says nothing of it.
fn warn_of_filter(loaded: &LoadedHistory, filter: &Filter, observer: &dyn Observer) {
    // Grouping a large history takes a while: only where somebody chose.
    if *filter != Filter::default() {
        let grouped = group_series(&loaded.history, &loaded.policy);
        existing::warn_of_filter(filter, &grouped.series, observer);
    }
}

/// Loads what a format needs, for the series that match `filters`.
///
/// # Errors
/// A filter has an error or no meaning for the format, or the history cannot be loaded.
pub(crate) fn prepare(
    options: &LoadOptions,
    format: ExportFormat,
    filters: &[String],
    observer: &dyn Observer,
) -> anyhow::Result<PreparedExport> {
    let filter = Filter::parse_args(filters).map_err(anyhow::Error::msg)?;
    Ok(match format {
        ExportFormat::History(format) => {
            let loaded = load_history(options, &Silent)?;
            loaded.warnings.iter().for_each(|warning| observer.detail(warning));
            warn_of_filter(&loaded, &filter, observer);
            PreparedExport::History(Box::new(HistoryExport { loaded, filter, format }))
        }
        ExportFormat::Parquet => {
            export::check_parquet()?;
            let loaded = load_history(options, &Silent)?;
            loaded.warnings.iter().for_each(|warning| observer.detail(warning));
            warn_of_filter(&loaded, &filter, observer);
            PreparedExport::Bytes(export::parquet_file(&loaded.history, &filter)?)
        }
        ExportFormat::OpenMetrics => {
            let project = load(options, &Silent)?;
            project.data_warnings().for_each(|warning| observer.detail(warning));
            existing::warn_of_filter(&filter, &project.series, observer);
            let text = site::metrics_text(&site_input(&project), &filter)?;
            PreparedExport::Text(text.into_string())
        }
        ExportFormat::Series => {
            let project = load(options, &Silent)?;
            project.data_warnings().for_each(|warning| observer.detail(warning));
            existing::warn_of_filter(&filter, &project.series, observer);
            PreparedExport::Bytes(site::series_lines(&site_input(&project), &filter)?)
        }
        ExportFormat::Monitoring(_) if !filters.is_empty() => {
            bail!("this format is about the policy, not about series: remove the filters")
        }
        ExportFormat::Monitoring(format) => {
            let file = options.policy_file()?;
            let policy = file.map_or_else(|| Ok(Policy::default()), |file| file.policy())?;
            let base_url = options.site_url(&policy);
            PreparedExport::Text(export::policy_text(&policy, base_url.as_deref(), format))
        }
    })
}
