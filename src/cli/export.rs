//! `benchpages export`: the history in the language of another program, to stdout or a file.

use std::fmt;
use std::io::{BufWriter, Write};

use anyhow::Context;

use crate::cli::args::{Export, Global, Site, Tongue};
use crate::cli::build;
use crate::cli::talk::Talk;
use crate::export::{self, Language};
use crate::project;
use crate::project::stages;
use model::filter::Filter;

pub(crate) fn run(global: &Global, args: &Export, talk: &Talk) -> anyhow::Result<u8> {
    let filter = Filter::parse_args(&args.filters).map_err(anyhow::Error::msg)?;
    let site = Site { with_archive: args.with_archive, ..Site::default() };
    let options = build::options(global, &site)?;
    let opened = project::open(&options, &stages::silent)?;
    opened.warnings.iter().for_each(|warning| talk.detail(warning));
    let language = match args.language {
        Tongue::Csv => Language::Csv,
        Tongue::Json => Language::Json,
        Tongue::Openmetrics => Language::OpenMetrics,
        Tongue::Sql => Language::Sql,
    };
    let (mut out, told): (Box<dyn Write>, _) = match &args.out {
        None => (Box::new(std::io::stdout().lock()), "cannot write to standard output".to_owned()),
        Some(path) => {
            let told = format!("cannot write {}", path.display());
            (Box::new(std::fs::File::create(path).context(told.clone())?), told)
        }
    };
    let mut writer = Writer { out: BufWriter::new(&mut *out), failed: None };
    let written = export::write(&opened.history, &filter, language, &mut writer);
    let flushed = writer.out.flush();
    let failed = writer.failed.map_or(flushed, Err);
    match failed {
        // A reader that has seen enough is no fault.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(error).context(told),
        Ok(()) => written.context(told).map(|()| 0),
    }
}

/// Text to bytes; remembers what the system said.
struct Writer<W> {
    out: W,
    failed: Option<std::io::Error>,
}

impl<W: Write> fmt::Write for Writer<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}
