//! `benchpages export`: the history in the format of another program, to stdout or a file.

use std::fmt;
use std::io::{BufWriter, Write};

use anyhow::Context;

use crate::app::load::load_history;
use crate::app::observer::Silent;
use crate::cli::args::history::{ExportArgs, ExportFormatArg};
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::Reporter;
use crate::export::{self, ExportFormat};
use model::filter::Filter;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &ExportArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let filter = Filter::parse_args(&args.filters).map_err(anyhow::Error::msg)?;
    let site = SiteArgs { with_archive: args.with_archive, ..SiteArgs::default() };
    let loaded = load_history(&load_options(global, &site)?, &Silent)?;
    loaded.warnings.iter().for_each(|warning| reporter.detail(warning));
    let format = match args.format {
        ExportFormatArg::Csv => ExportFormat::Csv,
        ExportFormatArg::Json => ExportFormat::Json,
        ExportFormatArg::Openmetrics => ExportFormat::OpenMetrics,
        ExportFormatArg::Sql => ExportFormat::Sql,
    };
    let name = args.out.as_ref().map_or("stdout".to_owned(), |path| path.display().to_string());
    let cannot_write = || format!("cannot write {name}");
    let mut out: Box<dyn Write> = match &args.out {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => Box::new(std::fs::File::create(path).with_context(cannot_write)?),
    };
    let mut writer = IoWriter { out: BufWriter::new(&mut *out), error: None };
    let written = export::write(&loaded.history, &filter, format, &mut writer);
    let flushed = writer.out.flush();
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
