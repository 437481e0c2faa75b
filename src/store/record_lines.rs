//! The lines of the record files of a history directory as they are written, each with what it
//! says: for a copy that loses nothing.
//!
//! Packed files are unpacked, and an element of an array is one line. A file that cannot be
//! unpacked has no lines.

use std::borrow::Cow;
use std::io::Read;

use anyhow::{Context, bail};
use serde_json::value::RawValue;

use crate::files::{self, Directory};
use crate::store::fast_parser::LineScanner;
use crate::store::json_line;
use crate::store::unpack::unpack_whole;
use crate::store::walk::{self, FileOwner, RecordFile};
use model::limits::Limits;
use model::record::Record;

/// A line, and where it stands.
pub(crate) struct HistoryLine<'a> {
    /// Relative to the history directory, as if it were not packed.
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    /// Without its line end.
    pub(crate) bytes: &'a [u8],
    /// What it says and its text without space around it; none where a build rejects it.
    pub(crate) content: Option<RecordContent<'a>>,
}

/// A record and its text.
pub(crate) struct RecordContent<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) text: &'a str,
}

/// Takes one line after the other.
type LineSink<'a> = dyn FnMut(HistoryLine<'_>) -> anyhow::Result<()> + 'a;

/// Hands every line of a history directory to `sink`, those of summaries and archive included.
///
/// # Errors
/// The directory or a file cannot be read, a limit is met, or the sink fails.
pub(crate) fn each_line(
    directory: &Directory,
    limits: &Limits,
    sink: &mut LineSink<'_>,
) -> anyhow::Result<()> {
    for file in all_files(directory)? {
        if let Some(bytes) = unpacked(directory, &file, limits)? {
            each_of_file(&file, &bytes, sink)?;
        }
    }
    Ok(())
}

/// The names of all record files that have lines, relative to the directory.
///
/// # Errors
/// As [`each_line`].
pub(crate) fn file_names(directory: &Directory, limits: &Limits) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for file in all_files(directory)? {
        if !file.is_packed() || unpacked(directory, &file, limits)?.is_some() {
            names.push(file.name);
        }
    }
    Ok(names)
}

/// The content of a file; none where it cannot be unpacked.
fn unpacked(
    directory: &Directory,
    file: &RecordFile,
    limits: &Limits,
) -> anyhow::Result<Option<Vec<u8>>> {
    let limit = limits.file_bytes;
    let mut bytes = Vec::new();
    let input = files::open(&file.path, directory.links())?;
    let failure = || format!("cannot read {}", file.path.display());
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes).with_context(failure)?;
    if bytes.len() as u64 > limit {
        bail!("{} is too large: split it, or raise `limits.file_bytes`", file.path.display());
    }
    match unpack_whole(&file.name, &bytes, limits) {
        Ok(Cow::Owned(unpacked)) => Ok(Some(unpacked)),
        Ok(Cow::Borrowed(_)) => Ok(Some(bytes)),
        // A build rejects the file as a whole; a copy keeps it as it is.
        Err(_) => Ok(None),
    }
}

/// Record files that a build reads, with the archive or without it.
fn all_files(directory: &Directory) -> anyhow::Result<Vec<RecordFile>> {
    let mut files = walk::record_files(directory, false)?.files;
    files.extend(walk::record_files(directory, true)?.files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files.dedup_by(|a, b| a.name == b.name);
    Ok(files)
}

fn each_of_file(file: &RecordFile, bytes: &[u8], sink: &mut LineSink<'_>) -> anyhow::Result<()> {
    let name = file.name.trim_end_matches(".gz").trim_end_matches(".zst");
    let mut scanner = LineScanner::default();
    let mut add = |bytes: &[u8], line: usize| {
        let text = std::str::from_utf8(bytes).ok();
        let text = text.map(|text| text.trim_start_matches('\u{feff}').trim());
        let record = text.and_then(|text| json_line::parse(text, &mut scanner).ok());
        let content = record.zip(text).filter(|_| file.owner != FileOwner::UnknownPull);
        let content = content.map(|(mut record, text)| {
            if let FileOwner::Pull(number) = file.owner {
                record.pull = Some(number);
            }
            RecordContent { record, text }
        });
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        sink(HistoryLine { file: name, line, bytes, content })
    };
    let whole = std::str::from_utf8(bytes).ok().filter(|_| file.is_json);
    if let Some(elements) = whole.and_then(elements) {
        for element in elements {
            let start = element.get().as_ptr() as usize - bytes.as_ptr() as usize;
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..start]).count();
            // Within JSON a line can only end between two tokens.
            add(element.get().replace(['\n', '\r'], " ").as_bytes(), line)?;
        }
        return Ok(());
    }
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            add(line, at + 1)?;
        }
    }
    Ok(())
}

/// The records of an array, or of one object over several lines; none where it is neither.
fn elements(text: &str) -> Option<Vec<&RawValue>> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    serde_json::from_str(text).ok().map(|record| vec![record])
}
