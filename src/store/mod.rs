//! The history directory on disk: finds its files, reads records in parallel, keeps what it
//! refuses.
//!
//! Reading never fails because of a line; it fails only when the directory itself cannot be read.
//! The order in which files and lines are found has no influence on what comes out.

pub(crate) mod accepted;
pub(crate) mod append;
pub(crate) mod audit;
pub(crate) mod commits;
mod format;
mod quarantine;
mod replace;
pub(crate) mod rotate;
mod side;
mod walk;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rayon::prelude::*;

use crate::audit::Chain;
use crate::history::CommitFacts;
use crate::history::build::{Builder, Reading};
use crate::note::Note;
use crate::policy::accepted::Accepted;
use crate::record::{Place, Problem};

/// A line longer than this is refused: 1 MiB.
const LINE_LIMIT: usize = 1 << 20;
/// Bytes parsed as one task; large enough to make a task worth it, small enough to share the work.
const CHUNK: usize = 4 << 20;

/// Where to read, and what of it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) directory: PathBuf,
    /// Read `archive/` too.
    pub(crate) with_archive: bool,
    pub(crate) reading: Arc<Reading>,
}

/// Everything a history directory holds, the policy aside.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) records: Builder,
    pub(crate) commits: Vec<CommitFacts>,
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) notes: Vec<Note>,
    /// What is wrong with the files beside the records; refused records are told by the history.
    pub(crate) problems: Vec<Problem>,
    /// What was refused of other tools' files when they were ingested.
    pub(crate) foreign: Vec<Problem>,
    /// The user's own templates under `templates/`, by file name.
    pub(crate) templates: Vec<(String, String)>,
    /// The log of overrides and approvals.
    pub(crate) audit: Chain,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// Reads a history directory.
///
/// # Errors
/// The directory does not exist or cannot be listed, or a file in it cannot be opened.
pub(crate) fn read(source: &Source) -> anyhow::Result<Contents> {
    let files = walk::record_files(&source.directory, source.with_archive)?;
    let none = || (Builder::new(Arc::clone(&source.reading)), 0);
    // Neighbouring files go into one builder: what they share is interned once.
    let (records, bytes) = files
        .par_iter()
        .try_fold(none, |(mut builder, bytes), file| {
            read_file(file, &mut builder).map(|size| (builder, bytes + size))
        })
        .try_reduce(none, |(mut all, bytes), (more, size)| {
            all.merge(more);
            Ok((all, bytes + size))
        })?;
    let mut contents = Contents { records, files: files.len(), bytes, ..Contents::default() };
    side::read(&source.directory, &mut contents)?;
    Ok(contents)
}

/// Writes the refused lines to `quarantine/`; see [`quarantine::write`].
///
/// # Errors
/// The folder cannot be written; nothing is lost then, since the lines stay where they were.
pub(crate) fn keep_refused(directory: &Path, problems: &[Problem]) -> anyhow::Result<()> {
    quarantine::write(directory, problems)
}

/// Keeps parts of foreign files that were refused, in `quarantine/ingested.ndjson`; see
/// [`quarantine::keep`].
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn keep_foreign(directory: &Path, refused: &[(&Problem, &str)]) -> anyhow::Result<()> {
    quarantine::keep(directory, refused)
}

/// The bytes of a file, unpacked where its name says `.gz` or `.zst`.
fn unpack(path: &Path, bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            flate2::bufread::MultiGzDecoder::new(&*bytes).read_to_end(&mut unpacked)?;
        }
        Some("zst") => {
            ruzstd::decoding::StreamingDecoder::new(&*bytes)?.read_to_end(&mut unpacked)?;
        }
        _ => return Ok(bytes),
    }
    Ok(unpacked)
}

/// Reads a file into the builder; its size, unpacked.
fn read_file(file: &walk::RecordFile, builder: &mut Builder) -> anyhow::Result<u64> {
    let packed = std::fs::read(&file.path)
        .with_context(|| format!("cannot read {}", file.path.display()))?;
    let bytes = match unpack(&file.path, packed) {
        Ok(bytes) => bytes,
        Err(error) => {
            builder.refuse(Problem {
                place: Place { file: file.name.clone(), line: 1, column: 1 },
                reason: format!("the file cannot be unpacked: {error:#}"),
                remedy: "pack it again, whole; until then none of its records count".to_owned(),
            });
            return Ok(0);
        }
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let whole = file.json && first.is_some_and(|byte| *byte == b'[' || *byte == b'{');
    if whole && read_array(text, file, builder).is_ok() {
        return Ok(bytes.len() as u64);
    }
    match chunks(text).as_slice() {
        [] => {}
        [(chunk, first_line)] => read_lines(chunk, *first_line, file, builder),
        chunks => {
            let parts = chunks.par_iter().map(|(chunk, first_line)| {
                let mut part = builder.another();
                read_lines(chunk, *first_line, file, &mut part);
                part
            });
            for part in parts.collect::<Vec<_>>() {
                builder.merge(part);
            }
        }
    }
    Ok(bytes.len() as u64)
}

/// The text in pieces that end at line ends, each with the number of its first line.
fn chunks(mut text: &[u8]) -> Vec<(&[u8], u32)> {
    let mut chunks = Vec::new();
    let mut line = 1;
    while !text.is_empty() {
        let end = match text.get(CHUNK..) {
            Some(rest) => memchr::memchr(b'\n', rest).map_or(text.len(), |at| CHUNK + at + 1),
            None => text.len(),
        };
        let (chunk, rest) = text.split_at(end);
        chunks.push((chunk, line));
        let lines = memchr::memchr_iter(b'\n', chunk).count();
        line += u32::try_from(lines).unwrap_or(u32::MAX);
        text = rest;
    }
    chunks
}

fn read_lines(chunk: &[u8], first_line: u32, file: &walk::RecordFile, builder: &mut Builder) {
    let number = builder.file(&file.name);
    for (index, line) in chunk.split(|byte| *byte == b'\n').enumerate() {
        let line_number = first_line + u32::try_from(index).unwrap_or(u32::MAX);
        if !line.iter().all(u8::is_ascii_whitespace) {
            read_line(builder, line, file, (number, line_number));
        }
    }
}

/// Reads a line into the builder; `place` is the file's number there, and the line's.
fn read_line(builder: &mut Builder, line: &[u8], file: &walk::RecordFile, place: (u32, u32)) {
    let problem = |column: u32, reason: String, remedy: &str| Problem {
        place: Place { file: file.name.clone(), line: place.1, column },
        reason,
        remedy: remedy.to_owned(),
    };
    if line.len() > LINE_LIMIT {
        let reason = format!("line of {} bytes; the limit is 1 MiB", line.len());
        builder.refuse(problem(1, reason, "split the record, or leave out its samples"));
        return;
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let column = u32::try_from(error.valid_up_to() + 1).unwrap_or(u32::MAX);
            builder.refuse(problem(column, "not UTF-8".to_owned(), "write the file as UTF-8"));
            return;
        }
    };
    match format::parse(text) {
        Ok(mut record) => {
            record.pull = record.pull.or(file.pull);
            builder.push(&record, place.0, place.1);
        }
        Err(error) => builder.refuse(problem(error.column, error.reason, error.remedy)),
    }
}

/// Reads lines that stand in memory.
pub(crate) fn read_text(text: &[u8]) -> Builder {
    let name = "memory".to_owned();
    let file = walk::RecordFile { path: PathBuf::new(), name, json: false, pull: None };
    let mut builder = Builder::new(Arc::default());
    read_lines(text, 1, &file, &mut builder);
    builder
}

/// A JSON array of records, or one record over several lines.
///
/// # Errors
/// The text is neither; nothing was taken into the builder then.
fn read_array(text: &[u8], file: &walk::RecordFile, builder: &mut Builder) -> anyhow::Result<()> {
    let text = std::str::from_utf8(text)?;
    let records: Vec<&serde_json::value::RawValue> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text)?
    } else {
        vec![serde_json::from_str(text)?]
    };
    let number = builder.file(&file.name);
    let (mut line, mut read) = (1, 0);
    for record in records {
        let start = record.get().as_ptr() as usize - text.as_ptr() as usize;
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[read..start]).count();
        line += u32::try_from(lines).unwrap_or(u32::MAX);
        read = start;
        read_line(builder, record.get().as_bytes(), file, (number, line));
    }
    Ok(())
}
