//! Whole histories that other dashboards kept: one kind a file here, one table of them.
//!
//! A kind averages nothing away and puts runs in no order of its own; it reads one file or one run
//! at a time, so that a history of any size passes through. A file or a part that cannot be read is
//! rejected with its place, and the rest is read.

mod asv;
mod asv_published;
mod bencher;
mod csv;
mod csv_columns;
mod github_action;
mod github_bench;
mod git_perf;
mod github_columns;
mod github_run;
mod gobenchdata;
mod golang;
mod nyrkio;
pub mod path_pattern;
mod results;
mod units;

use std::collections::BTreeMap;
use std::io::Read;

use crate::format::Format;
use crate::import::path_pattern::PathPattern;
use crate::json_stream::JsonStream;
use crate::sink::{EntrySink, InputError};
use crate::source::{DecimalMark, Source, Text};

/// A kind of history that can be imported.
pub struct HistoryKind {
    /// What the command line calls it.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What path it takes, for people.
    pub takes: &'static str,
    /// What becomes of it, for people.
    pub yields: &'static str,
    /// The backend of its records where neither history nor user names one.
    pub backend: &'static str,
    /// Reads a source. An error is one of the source as a whole.
    pub read: fn(Source<'_>, &ImportOptions, &mut EntrySink<'_>) -> Result<(), InputError>,
}

/// The kind of history that a text looks like: `ingest` names it to who hands one in.
pub fn recognize(text: &Text) -> Option<&'static str> {
    if text.text.trim_start().starts_with("window.BENCHMARK_DATA") {
        return Some(github_action::KIND.name);
    }
    if text.text.starts_with("commit ") && text.text.contains(git_perf::SEPARATOR) {
        return Some(git_perf::KIND.name);
    }
    let value = text.json()?;
    let first = value.get(0).unwrap_or(value);
    if value.get("entries").is_some_and(|it| it.is_object()) {
        Some(github_action::KIND.name)
    } else if first.get("Suites").is_some() {
        Some(gobenchdata::KIND.name)
    } else {
        None
    }
}

/// What a history does not hold itself, from the user.
#[derive(Clone, Default)]
pub struct ImportOptions {
    /// CSV: the byte between cells; none: what the first line suggests.
    pub delimiter: Option<u8>,
    /// CSV: the mark before decimals; none: what the numbers show.
    pub decimal: Option<DecimalMark>,
    /// CSV: what a column holds, by its name.
    pub columns: BTreeMap<String, String>,
    /// The test of a history that does not name it.
    pub test: Option<String>,
    /// Results: what their paths say of their runs.
    pub name_pattern: Option<PathPattern>,
    /// Results: the format of all files; none: the one that recognizes each.
    pub result_format: Option<&'static Format>,
    /// There is a commit for runs that name none.
    pub has_commit: bool,
    /// There is a time for runs that have none.
    pub has_time: bool,
}

/// Every kind, sorted by name.
pub const KINDS: [&HistoryKind; 10] = [
    &asv::KIND,
    &asv_published::KIND,
    &bencher::KIND,
    &csv::KIND,
    &git_perf::KIND,
    &github_action::KIND,
    &gobenchdata::KIND,
    &golang::KIND,
    &nyrkio::KIND,
    &results::KIND,
];

/// The kind of this name.
pub fn by_name(name: &str) -> Option<&'static HistoryKind> {
    KINDS.into_iter().find(|kind| kind.name == name || kind.aliases.contains(&name))
}

/// Reads each file of a source that a kind wants, one at a time and whole: itself, or those of a
/// folder, by name; hidden ones are left out. A file that cannot be read is rejected and the others
/// go on.
///
/// # Errors
/// The folder holds no such file.
fn for_each_file(
    source: Source<'_>,
    wanted: fn(&str) -> bool,
    sink: &mut EntrySink<'_>,
    read: &mut dyn FnMut(&Text, &mut EntrySink<'_>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    for_each_named(source, wanted, sink, &mut |name, sink| {
        let text = match source {
            Source::File(file) => file.text()?,
            Source::Folder(folder) => folder.read(name)?,
        };
        if let Err(fault) = read(&text, sink) {
            sink.reject_file(&fault, &text.text);
        }
        Ok(())
    })
}

/// The same for files of JSON, of which one value is in memory at a time. What was read before a
/// fault stays.
///
/// # Errors
/// The folder holds no such file.
fn for_each_json(
    source: Source<'_>,
    wanted: fn(&str) -> bool,
    sink: &mut EntrySink<'_>,
    read: &mut dyn FnMut(&str, JsonStream<'_>, &mut EntrySink<'_>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    for_each_stream(source, wanted, sink, &mut |name, reader, sink| {
        read(name, JsonStream::new(reader), sink)
    })
}

/// Reads a file of this name from its beginning to its end.
type ReadStream<'f> =
    dyn FnMut(&str, Box<dyn Read + '_>, &mut EntrySink<'_>) -> Result<(), InputError> + 'f;

/// The same for files that are read from their beginning to their end.
///
/// # Errors
/// The folder holds no such file.
fn for_each_stream(
    source: Source<'_>,
    wanted: fn(&str) -> bool,
    sink: &mut EntrySink<'_>,
    read: &mut ReadStream<'_>,
) -> Result<(), InputError> {
    for_each_named(source, wanted, sink, &mut |name, sink| {
        let reader = match source {
            Source::File(file) => file.open()?,
            Source::Folder(folder) => folder.open(name)?,
        };
        let before = sink.entry_count;
        if let Err(fault) = read(name, reader, sink) {
            let remedy = match sink.entry_count - before {
                0 => "nothing of this file was taken; mend it and import again".to_owned(),
                taken => format!("{taken} benchmarks before it were imported; mend the file"),
            };
            let reason = format!("not readable: {}", fault.reason);
            sink.reject(fault.line as usize, &reason, &remedy, "");
        }
        Ok(())
    })
}

/// Calls `read` with the name of each file that a kind wants.
fn for_each_named(
    source: Source<'_>,
    wanted: fn(&str) -> bool,
    sink: &mut EntrySink<'_>,
    read: &mut dyn FnMut(&str, &mut EntrySink<'_>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let mut read_one = |name: &str, sink: &mut EntrySink<'_>| {
        sink.begin_file(name);
        if let Err(fault) = read(name, sink) {
            sink.reject_file(&fault, "");
        }
    };
    let folder = match source {
        Source::File(file) => {
            read_one(file.name(), sink);
            return Ok(());
        }
        Source::Folder(folder) => folder,
    };
    let visible = |file: &&String| !file.split('/').any(|part| part.starts_with('.'));
    let files: Vec<&String> =
        folder.files().iter().filter(visible).filter(|file| wanted(file)).collect();
    if files.is_empty() {
        return Err(InputError::whole("it holds no such file"));
    }
    for (done, file) in files.iter().enumerate() {
        sink.progress(done, files.len());
        read_one(file, sink);
    }
    Ok(())
}

/// A file's name without folder and ending: what a history is called that has no name inside.
pub(crate) fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { name.to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests;
