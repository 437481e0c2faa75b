//! Names or records leave every file that this program writes: results, archive, summaries, pull
//! requests, quarantine and commits. Files that people review, and the sealed audit log, are only
//! named.
//!
//! A file is replaced whole or not at all, and a line that changes nothing keeps every byte. An
//! erasure that was cut off is completed by the next one, and one more changes nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use serde_json::value::RawValue;

use crate::files::lock::HistoryLock;
use crate::files::{Directory, FileError};
use crate::store::fast_parser::LineScanner;
use crate::store::unpack::unpack_whole;
use crate::store::{IMPORTS, commits, json_line, own_file_limit, quarantine, rotate, walk};
use model::erase::NameEraser;
use model::filter::{ChangeAges, Filter, FilterSubject};
use model::limits::Limits;
use model::record::{DEFAULT_MODE, Record};

/// What is erased.
pub(crate) enum Erasure {
    /// These names from every text.
    Names(NameEraser),
    /// The records of these series, whole.
    Records(Box<Filter>),
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ErasedFile {
    /// Relative to the history directory, with `/`.
    pub(crate) name: String,
    /// Lines that change or go.
    pub(crate) lines: usize,
}

/// What an erasure did, or would do.
#[derive(Debug, Default)]
pub(crate) struct ErasureResult {
    pub(crate) files: Vec<ErasedFile>,
    /// Files that hold the name and are left as they are.
    pub(crate) untouched: Vec<String>,
}

/// A file without what was erased.
struct ErasedText {
    bytes: Vec<u8>,
    lines: usize,
}

impl Erasure {
    /// A text without the erased names.
    pub(crate) fn clean(&self, text: &str) -> String {
        match self {
            Self::Names(names) => names.erase_text(text).unwrap_or_else(|| text.to_owned()),
            Self::Records(_) => text.to_owned(),
        }
    }

    fn is_in(&self, text: &str) -> bool {
        matches!(self, Self::Names(names) if names.is_in(text))
    }

    /// What becomes of a line or a whole value; none where nothing does.
    fn erased(&self, text: &str, scanner: &mut LineScanner) -> Option<ErasedLine> {
        match self {
            Self::Names(names) => names.erase_line(text).map(ErasedLine::Changed),
            Self::Records(filter) => {
                let record = json_line::parse(text.trim(), scanner).ok()?;
                is_selected(&record, filter).then_some(ErasedLine::Removed)
            }
        }
    }
}

/// What becomes of a line that holds something to erase.
enum ErasedLine {
    Changed(String),
    Removed,
}

/// Erases from every file below a history directory; without a lock it only says where it would.
/// `tracked` are the fields that make a runner.
///
/// # Errors
/// A file cannot be read or written; those before it are complete, the others untouched.
pub(crate) fn apply(
    directory: &Directory,
    lock: Option<&HistoryLock>,
    erasure: &Erasure,
    tracked: &[String],
) -> anyhow::Result<ErasureResult> {
    let mut result = ErasureResult::default();
    let mut paths = walk::inputs(directory)?;
    // What builds write themselves is no input.
    paths.push(directory.path().join(quarantine::REJECTED));
    for path in paths {
        let name = relative_name(directory.path(), &path);
        if erasure.is_in(&name) {
            result.untouched.push(format!("the name of {name}"));
        }
        let packed = match directory.read(&name, own_file_limit()) {
            // A link leads to a file that belongs to somebody else.
            Err(FileError::NotPlain { .. }) => {
                result.untouched.push(format!("{name}, which is no plain file, may hold it, or"));
                continue;
            }
            read => read?.unwrap_or_default(),
        };
        let text = unpack_whole(&name, &packed, &Limits::default())
            .with_context(|| format!("cannot unpack {name}"))?;
        let record_file = walk::record_file(directory.path(), &path);
        let is_ours = record_file.is_some()
            || name == commits::FILE
            || name.starts_with("quarantine/") && name.ends_with(".ndjson");
        // There is no writer for zstd here.
        if !is_ours || name.ends_with(".zst") {
            if erasure.is_in(&String::from_utf8_lossy(&text)) {
                result.untouched.push(name);
            }
            continue;
        }
        let is_json = record_file.is_some_and(|file| file.is_json);
        let Some(erased) = erased_text(&text, erasure, is_json) else { continue };
        if let Some(lock) = lock {
            write(directory, lock, &name, &erased.bytes)?;
        }
        result.files.push(ErasedFile { name, lines: erased.lines });
    }
    for name in import_states(directory.path())? {
        let bytes = directory.read(&name, own_file_limit())?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        if !erasure.is_in(&text) {
            continue;
        }
        // It only spares the next import work, which then reads everything again.
        if let Some(lock) = lock {
            directory.remove(lock, &name)?;
        }
        result.files.push(ErasedFile { name, lines: text.lines().count() });
    }
    if let Some(lock) = lock {
        let months = result.files.iter().filter_map(|file| archived_month(&file.name));
        for month in months {
            summarize(directory, lock, month, tracked)?;
        }
    }
    Ok(result)
}

/// What imports remember of what they read: messages may quote the source.
fn import_states(directory: &Path) -> anyhow::Result<Vec<String>> {
    let folder = directory.join(IMPORTS);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let name = entry?.file_name();
        names.extend(name.to_str().map(|name| format!("{IMPORTS}/{name}")));
    }
    names.retain(|name| name.ends_with(".state"));
    names.sort_unstable();
    Ok(names)
}

/// The month of a file of the archive; none of an archived pull request, which has no summary.
fn archived_month(name: &str) -> Option<&str> {
    let month = name.strip_prefix("archive/")?.strip_suffix(".ndjson.gz")?;
    (!month.contains('/')).then_some(month)
}

fn relative_name(directory: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(directory).unwrap_or(path);
    let parts: Vec<Cow<'_, str>> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// A file without what is erased; none where it holds nothing of it.
fn erased_text(text: &[u8], erasure: &Erasure, is_json: bool) -> Option<ErasedText> {
    let array: Option<Vec<&RawValue>> =
        if is_json { serde_json::from_slice(text).ok() } else { None };
    let mut scanner = LineScanner::default();
    let (mut bytes, mut lines) = (Vec::with_capacity(text.len()), 0);
    if let Some(values) = array {
        let mut left: Vec<Cow<'_, str>> = Vec::new();
        for value in values.into_iter().map(RawValue::get) {
            let erased = erasure.erased(value, &mut scanner);
            lines += usize::from(erased.is_some());
            match erased {
                Some(ErasedLine::Changed(value)) => left.push(Cow::Owned(value)),
                Some(ErasedLine::Removed) => {}
                None => left.push(Cow::Borrowed(value)),
            }
        }
        bytes.extend_from_slice(format!("[{}]\n", left.join(",\n")).as_bytes());
    } else {
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            // Other bytes than UTF-8 are replaced only in a line that changes.
            let shown = String::from_utf8_lossy(line);
            let erased = erasure.erased(&shown, &mut scanner);
            lines += usize::from(erased.is_some());
            match erased {
                Some(ErasedLine::Changed(line)) => bytes.extend_from_slice(line.as_bytes()),
                Some(ErasedLine::Removed) => {}
                None => bytes.extend_from_slice(line),
            }
        }
    }
    (lines > 0).then_some(ErasedText { bytes, lines })
}

/// Replaces a file, packed as its name says; one without lines goes.
fn write(
    directory: &Directory,
    lock: &HistoryLock,
    name: &str,
    bytes: &[u8],
) -> anyhow::Result<()> {
    if bytes.is_empty() {
        directory.remove(lock, name)?;
    } else if archived_month(name).is_some() {
        // Sorted, as a rotation would write it.
        let text = String::from_utf8_lossy(bytes);
        let lines: BTreeSet<String> = text.lines().map(str::to_owned).collect();
        directory.replace(lock, name, &rotate::pack(&lines)?)?;
    } else if name.ends_with(".gz") {
        directory.replace(lock, name, &rotate::packed(bytes)?)?;
    } else {
        directory.replace(lock, name, bytes)?;
    }
    Ok(())
}

/// Makes a month's summary again from its archive: medians and runners may be others now. A month
/// without records has none.
fn summarize(
    directory: &Directory,
    lock: &HistoryLock,
    month: &str,
    tracked: &[String],
) -> anyhow::Result<()> {
    let text = rotate::text(directory, &format!("archive/{month}.ndjson.gz"))?;
    let lines: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let (summary, name) = (rotate::summarize(&lines, tracked), format!("summaries/{month}.ndjson"));
    if summary.is_empty() {
        return Ok(directory.remove(lock, &name).map(|_| ())?);
    }
    rotate::replace_if_new(directory, lock, &name, summary.as_bytes()).map(|_| ())
}

/// Whether a filter holds for a series of a record.
fn is_selected(record: &Record<'_>, filter: &Filter) -> bool {
    let tags: Vec<String> = record.tags.iter().map(|tag| tag.to_string()).collect();
    let selects = |metric: &str| {
        let subject = FilterSubject {
            suite: &record.suite,
            test: &record.test,
            backend: &record.backend,
            mode: record.mode.as_deref().unwrap_or(DEFAULT_MODE),
            metric,
            base_metric: metric,
            params: &record.params,
            tags: &tags,
            parallel: record.parallel,
            n: record.n,
        };
        filter.holds(subject, ChangeAges::default())
    };
    // A failed run may name no metric.
    record.measurements.iter().any(|measurement| selects(&measurement.metric))
        || record.measurements.is_empty() && selects("")
}
