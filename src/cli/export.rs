//! `benchpages export`: the history in the format of another program, to stdout or a file.

use std::fmt;
use std::io::{BufWriter, Write};

use anyhow::Context;

use crate::app::export::{self, ExportFormat};
use crate::cli::args::history::{ExportArgs, ExportFormatArg};
use crate::cli::args::published::PublishedArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::database;
use crate::cli::load_options::load_options;
use crate::cli::ui::Reporter;
use crate::export::{HistoryFormat, MonitoringFormat};

pub(crate) fn run(
    global: &GlobalArgs,
    args: &ExportArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let site = SiteArgs {
        with_archive: args.with_archive,
        published: PublishedArgs::at(args.base_url.clone()),
        ..SiteArgs::default()
    };
    let options = load_options(global, &site)?;
    let format = match args.format {
        ExportFormatArg::Csv => ExportFormat::History(HistoryFormat::Csv),
        ExportFormatArg::Json => ExportFormat::History(HistoryFormat::Json),
        ExportFormatArg::Openmetrics => ExportFormat::OpenMetrics,
        ExportFormatArg::OpenmetricsHistory => {
            ExportFormat::History(HistoryFormat::OpenMetricsHistory)
        }
        ExportFormatArg::Parquet => ExportFormat::Parquet,
        ExportFormatArg::Postgres => return database::export(global, args, reporter),
        ExportFormatArg::Series => ExportFormat::Series,
        ExportFormatArg::Sql => ExportFormat::History(HistoryFormat::Sql),
        ExportFormatArg::AlertRules => ExportFormat::Monitoring(MonitoringFormat::AlertRules),
        ExportFormatArg::Grafana => ExportFormat::Monitoring(MonitoringFormat::Grafana),
    };
    let prepared = export::prepare(&options, format, &args.filters, reporter)?;
    let name = args.out.as_ref().map_or("stdout".to_owned(), |path| path.display().to_string());
    let cannot_write = || format!("cannot write {name}");
    let mut out: Box<dyn Write> = match &args.out {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => Box::new(std::fs::File::create(path).with_context(cannot_write)?),
    };
    let mut writer = IoWriter { out: BufWriter::new(&mut *out), error: None };
    let written = prepared.write_text(&mut writer);
    let bytes = writer.out.write_all(prepared.bytes());
    // The last bytes may fail too.
    let flushed = bytes.and_then(|()| writer.out.flush());
    match writer.error.map_or(flushed, Err) {
        // A reader that has seen enough is not an error.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(error).with_context(cannot_write),
        Ok(()) => written.with_context(cannot_write).map(|()| 0),
    }
}

/// Writes text to bytes. `fmt::Error` has no cause, so the system's error is kept here.
struct IoWriter<W> {
    out: W,
    error: Option<std::io::Error>,
}

impl<W: Write> fmt::Write for IoWriter<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}
