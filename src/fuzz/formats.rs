//! Output and histories of other tools. Each input goes to the formats that recognize it, to every
//! kind of history, and to one other format: a user can name any with `--format`. All of them for
//! each input would be a tenth as many inputs.
//!
//! JSON and other texts are two targets, because the fuzzer learns the syntax of one at a time. An
//! input that begins with `==> PATH <==` is a folder, in the form in which `head` prints files.

use std::collections::BTreeMap;

use crate::store;
use ingest::IngestInput;
use ingest::entry::{BenchmarkEntry, RunContext};
use ingest::format::Format;
use ingest::formats::{self, recognizing_folder, recognizing_text};
use ingest::import::{ImportOptions, KINDS, recognize};
use ingest::line::{self, Completion};
use ingest::sink::{EntrySink, InputError};
use ingest::source::{Folder, Source, Text};
use ingest::unsupported;
use model::record::time::Timestamp;

/// Entries of one reading that are written as records: a history is read back for each.
const MAX_CHECKED_ENTRIES: usize = 4;
const HEAD: &str = "==> ";
const HEAD_END: &str = " <==";

/// JSON, JSON lines, and folders of them.
pub(super) fn json_formats(input: &[u8]) {
    let text = Text::new("input", input);
    if text.text.starts_with(HEAD) {
        read_folder(MemoryFolder::parse(&text.text));
    } else if is_json(&text.text) {
        read_text(text);
    }
}

/// Tables, consoles and XML.
pub(super) fn text_formats(input: &[u8]) {
    let text = Text::new("input", input);
    if !is_json(&text.text) && !text.text.starts_with(HEAD) {
        read_text(text);
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) || text.starts_with("window.BENCHMARK_DATA")
}

fn read_text(text: Text) {
    let _ = (recognize(&text), unsupported::explain(&text));
    let size = text.text.len();
    import(Source::File(&text), size);
    let formats = recognizing_text(&text).into_iter().chain([other_format(&text.text)]);
    ingest(&IngestInput::Text(text), formats, size);
}

fn read_folder(folder: MemoryFolder) {
    let size = folder.files.values().map(String::len).sum();
    import(Source::Folder(&folder), size);
    let other = other_format(&folder.paths.concat());
    let formats = recognizing_folder(&folder).into_iter().chain([other]);
    ingest(&IngestInput::Folder(Box::new(folder)), formats, size);
}

/// A format that depends on the input alone, so that the same input always does the same.
fn other_format(text: &str) -> &'static Format {
    let sum: usize = text.bytes().map(usize::from).sum();
    let all = formats::all();
    all[sum % all.len()]
}

fn ingest(input: &IngestInput, formats: impl Iterator<Item = &'static Format>, size: usize) {
    for format in formats {
        let mut counts = EntryCounts::default();
        let mut take = |entry: BenchmarkEntry| counts.add(&entry, format.backend);
        let _ = input.read(format, &mut take);
        counts.assert_in_proportion(size, format.name);
    }
}

fn import(source: Source<'_>, size: usize) {
    let options = ImportOptions { has_commit: true, has_time: true, ..ImportOptions::default() };
    for kind in KINDS {
        let mut counts = EntryCounts::default();
        let mut take = |entry: BenchmarkEntry| counts.add(&entry, kind.backend);
        let _ = (kind.read)(source, &options, &mut EntrySink::new(&mut take));
        counts.assert_in_proportion(size, kind.name);
    }
}

/// What one reading yielded.
#[derive(Default)]
struct EntryCounts {
    entries: usize,
    values: usize,
}

impl EntryCounts {
    fn add(&mut self, entry: &BenchmarkEntry, backend: &'static str) {
        self.entries += 1;
        self.values += entry.metrics.len();
        if self.entries <= MAX_CHECKED_ENTRIES {
            check_line(entry, backend);
        }
    }

    /// A small input makes few values: a large history would not fit into memory otherwise.
    fn assert_in_proportion(&self, size: usize, reader: &str) {
        let (entries, values) = (self.entries, self.values);
        assert!(
            entries <= size && values <= size,
            "{entries} entries, {values} values from {size} bytes as {reader}"
        );
    }
}

/// Writes an entry as a record and reads it back. The history may reject the record, but must not
/// read it as several.
fn check_line(entry: &BenchmarkEntry, backend: &'static str) {
    let run = RunContext {
        commit: Some("c0ffee".to_owned()),
        timestamp: Some(Timestamp::from_micros(0)),
        ..RunContext::default()
    };
    let completion = Completion { run, backend, ..Completion::default() };
    if let Ok(line) = line::write(entry, &completion) {
        assert!(!line.text.contains('\n'), "a record has several lines: {}", line.text);
        let _ = store::read_lines_of_text(line.text.as_bytes());
    }
}

/// A folder whose files are in memory.
struct MemoryFolder {
    paths: Vec<String>,
    files: BTreeMap<String, String>,
}

impl MemoryFolder {
    /// Splits a text at lines `==> PATH <==`.
    fn parse(text: &str) -> Self {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut path = "";
        for line in text.split_inclusive('\n') {
            let head = line.trim_end().strip_prefix(HEAD);
            match head.and_then(|line| line.strip_suffix(HEAD_END)) {
                Some(next) => path = next,
                None => files.entry(path.to_owned()).or_default().push_str(line),
            }
        }
        Self { paths: files.keys().cloned().collect(), files }
    }
}

impl Folder for MemoryFolder {
    fn name(&self) -> &str {
        "folder"
    }

    fn files(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, file: &str) -> Result<Text, InputError> {
        let text = self.files.get(file).ok_or_else(|| InputError::whole("no such file"))?;
        Ok(Text::new(file, text.as_bytes()))
    }

    fn open(&self, file: &str) -> Result<Box<dyn std::io::Read + '_>, InputError> {
        let text = self.files.get(file).ok_or_else(|| InputError::whole("no such file"))?;
        Ok(Box::new(text.as_bytes()))
    }
}
