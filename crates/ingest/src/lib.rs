//! What other tools wrote becomes records: one adapter a file here, one table of them
//! ([`formats`]), one neutral form between ([`entry::BenchmarkEntry`]), one writer ([`mod@line`]).
//!
//! An adapter averages nothing away, scales nothing and guesses no commit: values keep the tool's
//! unit, samples and bounds stay beside them, and what cannot be read is refused with its place.

pub mod entry;
pub mod formats;
pub mod import;
pub mod line;
pub mod naming;
pub mod sink;
pub mod source;

mod asv_results;
mod asv_text;
mod benchmark_ips;
mod benchmarkdotnet;
mod benchmarkjs;
mod bmf;
mod cargo_criterion;
mod catch2;
mod chrome_perf;
mod criterion;
mod criterion_text;
mod csv_table;
mod custom;
mod dart;
mod deno;
mod divan;
mod exported;
mod go;
mod google;
mod gungraun;
mod hyperfine;
mod jmh;
mod js_time;
mod json;
mod julia;
mod k6;
mod libtest;
mod lnt;
mod locust;
mod luau;
mod ndjson;
mod oha;
mod otava;
mod perfherder;
mod pgbench;
mod pyperf;
mod pytest_benchmark;
mod quantity;
mod redis_benchmark;
mod repeats;
mod ruby_benchmark;
mod skia_perf;
mod swift;
mod tinybench;
mod vitest;
mod timestamps;
mod name_syntax;
mod wrk;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod test_support;

use std::path::Path;

use anyhow::Context;

use crate::entry::BenchmarkEntry;
use crate::formats::{Format, Reader};
use crate::sink::{EntrySink, InputError, RejectedPart};
use crate::source::{ResultFolder, Text};

/// What is read, once it is found.
pub enum IngestInput {
    Text(Text),
    Folder(ResultFolder),
}

/// What was read of an input.
#[derive(Debug, Default)]
pub struct IngestReport {
    pub entries: usize,
    pub rejected: Vec<RejectedPart>,
    pub remarks: Vec<String>,
}

/// The inputs that a path holds: a file, a folder whose files belong together, or every file of a
/// folder that is none such (those that no format recognises come last, by name).
///
/// # Errors
/// It is not there or cannot be read.
pub fn inputs(path: &Path, format: Option<&Format>) -> anyhow::Result<Vec<IngestInput>> {
    let shown = path.display().to_string();
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {shown}"))?;
    if !metadata.is_dir() {
        return Ok(vec![IngestInput::Text(source::read(path, &shown)?)]);
    }
    let folder = ResultFolder::open(path)?;
    let whole = match format.map(|format| &format.reader) {
        Some(Reader::Folder { .. }) => true,
        Some(Reader::Text { .. }) => false,
        None => !formats::recognizing_folder(&folder).is_empty(),
    };
    if whole {
        return Ok(vec![IngestInput::Folder(folder)]);
    }
    let visible = |file: &&String| !file.split('/').any(|part| part.starts_with('.'));
    let read = |file: &String| source::read(&path.join(file), &format!("{shown}/{file}"));
    folder.files.iter().filter(visible).map(|file| read(file).map(IngestInput::Text)).collect()
}

impl IngestInput {
    /// As messages name it.
    pub fn name(&self) -> String {
        match self {
            Self::Text(text) => text.name.clone(),
            Self::Folder(folder) => folder.root.display().to_string(),
        }
    }

    /// The formats that recognise it.
    pub fn formats(&self) -> Vec<&'static Format> {
        match self {
            Self::Text(text) => formats::recognizing_text(text),
            Self::Folder(folder) => formats::recognizing_folder(folder),
        }
    }

    /// Reads it as a format; entries go to `take` as they are found.
    ///
    /// # Errors
    /// It is not of this format, or broken as a whole; what was taken before stays taken.
    pub fn read(
        &self,
        format: &Format,
        take: &mut dyn FnMut(BenchmarkEntry),
    ) -> Result<IngestReport, InputError> {
        let mut sink = EntrySink::new(take);
        sink.begin_file(&self.name());
        match (&format.reader, self) {
            (Reader::Text { read, .. }, Self::Text(text)) => read(text, &mut sink)?,
            (Reader::Folder { read, .. }, Self::Folder(folder)) => read(folder, &mut sink)?,
            (Reader::Text { .. }, Self::Folder(_)) => {
                return Err(InputError::whole(format!("{} is read from files", format.name)));
            }
            (Reader::Folder { .. }, Self::Text(_)) => {
                return Err(InputError::whole(format!("{} is read from a folder", format.name)));
            }
        }
        Ok(IngestReport {
            entries: sink.entry_count,
            rejected: sink.rejected,
            remarks: sink.remarks,
        })
    }
}
