//! `benchpages export`: the history in the language of another program, to stdout or a file.

use std::fmt;
use std::io::{BufWriter, Write};

use anyhow::Context;

use crate::app;
use crate::app::stages;
use crate::cli::args::{ExportArgs, ExportLanguage, GlobalArgs, SiteArgs};
use crate::cli::build;
use crate::cli::ui::Reporter;
use crate::export::{self, ExportFormat};
use model::filter::Filter;

pub(crate) fn run(global: &GlobalArgs, args: &ExportArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let filter = Filter::parse_args(&args.filters).map_err(anyhow::Error::msg)?;
    let site = SiteArgs { with_archive: args.with_archive, ..SiteArgs::default() };
    let options = build::load_options(global, &site)?;
    let opened = app::load_history(&options, &stages::no_progress)?;
    opened.warnings.iter().for_each(|warning| talk.detail(warning));
    let language = match args.language {
        ExportLanguage::Csv => ExportFormat::Csv,
        ExportLanguage::Json => ExportFormat::Json,
        ExportLanguage::Openmetrics => ExportFormat::OpenMetrics,
        ExportLanguage::Sql => ExportFormat::Sql,
    };
    let (mut out, told): (Box<dyn Write>, _) = match &args.out {
        None => (Box::new(std::io::stdout().lock()), "cannot write to standard output".to_owned()),
        Some(path) => {
            let told = format!("cannot write {}", path.display());
            (Box::new(std::fs::File::create(path).context(told.clone())?), told)
        }
    };
    let mut writer = IoWriter { out: BufWriter::new(&mut *out), error: None };
    let written = export::write(&opened.history, &filter, language, &mut writer);
    let flushed = writer.out.flush();
    let failed = writer.error.map_or(flushed, Err);
    match failed {
        // A reader that has seen enough is no fault.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(error).context(told),
        Ok(()) => written.context(told).map(|()| 0),
    }
}

/// Text to bytes; remembers what the system said.
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
