//! What the adapters' own tests share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::IngestInput;
use crate::entry::BenchmarkEntry;
use crate::format::Format;
use crate::sink::{EntrySink, InputError};
use crate::source::{Folder, Text};
use model::record::Measurement;
use model::record::time::Timestamp;

/// The entries of a text that the format must recognize and read whole.
pub fn read_text(format: &Format, text: &str) -> Vec<BenchmarkEntry> {
    let text = Text::new("told.txt", text.as_bytes());
    assert!(format.recognizes_text(&text), "{} does not recognize {}", format.name, text.text);
    let mut entries = Vec::new();
    let read = IngestInput::Text(text).read(format, &mut |entry| entries.push(entry));
    let read = read.expect("it is of this format");
    assert_eq!(read.rejected, []);
    entries
}

/// The tests that a format reads of a text, and the lines that it rejects.
pub fn read_and_reject(format: &Format, text: &str) -> (Vec<String>, Vec<u32>) {
    let text = Text::new("x", text.as_bytes());
    let mut names = Vec::new();
    let mut take = |entry: BenchmarkEntry| names.push(entry.test);
    let mut sink = EntrySink::new(&mut take);
    format.read_text(&text, &mut sink).expect("it is of this format");
    let lines = sink.rejected.iter().map(|part| part.problem.location.line).collect();
    (names, lines)
}

/// Each metric of an entry as `name value unit`.
pub fn metric_rows(entry: &BenchmarkEntry) -> Vec<String> {
    let row = |it: &Measurement<'_>| {
        format!("{} {:?} {:?}", it.metric, it.value.get(), it.unit.as_deref())
    };
    entry.metrics.iter().map(row).collect()
}

/// Files of a folder in memory.
#[derive(Default)]
pub struct MemoryFolder {
    paths: Vec<String>,
    contents: BTreeMap<String, Vec<u8>>,
    times: BTreeMap<String, Timestamp>,
}

impl MemoryFolder {
    pub fn with(mut self, path: &str, bytes: &[u8]) -> Self {
        self.contents.insert(path.to_owned(), bytes.to_vec());
        self.paths = self.contents.keys().cloned().collect();
        self
    }

    /// With an empty file that was written at a time, in microseconds.
    pub fn with_time(mut self, path: &str, micros: i64) -> Self {
        self.times.insert(path.to_owned(), Timestamp::from_micros(micros));
        self.with(path, b"")
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
        let bytes = self.contents.get(file).ok_or_else(|| InputError::whole("it is not there"))?;
        Ok(Text::new(file, bytes))
    }

    fn modified(&self, file: &str) -> Option<Timestamp> {
        self.times.get(file).copied()
    }

    fn open(&self, file: &str) -> Result<Box<dyn std::io::Read + '_>, InputError> {
        let bytes = self.contents.get(file).ok_or_else(|| InputError::whole("it is not there"))?;
        Ok(Box::new(bytes.as_slice()))
    }
}

/// The samples of the repository.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples")
}

/// Every file below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("samples stand in the repository").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Texts that a format might meet: a genuine one cut, doubled, and with bits turned over.
fn mutations(bytes: &[u8], seed: usize) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> =
        (1..4).map(|part| bytes[..bytes.len() * part / 4].to_vec()).collect();
    all.push([bytes, bytes].concat());
    for round in 0..4_usize {
        let mut turned = bytes.to_vec();
        // Knuth's multiplicative hashing spreads the places over the text.
        for place in (0..8_usize).map(|at| (seed + round * 8 + at).wrapping_mul(2_654_435_761)) {
            let at = place % turned.len();
            turned[at] ^= 1 << (place / 7 % 8);
        }
        all.push(turned);
    }
    all
}

#[test]
fn no_mutation_of_a_genuine_file_makes_any_format_panic() {
    let small =
        |path: &std::path::Path| path.metadata().is_ok_and(|it| (1..12_000).contains(&it.len()));
    // Of many files of one kind a few say as much.
    let files = files_below(&samples().join("tools"));
    let some = files.into_iter().filter(|path| small(path)).filter(|path| {
        !path.to_string_lossy().contains("test_storage/00")
            || path.to_string_lossy().contains("/0001")
    });
    for (seed, path) in some.enumerate() {
        let bytes = std::fs::read(&path).unwrap();
        for told in mutations(&bytes, seed) {
            let text = Text::new("told", &told);
            for format in crate::formats::recognizing_text(&text) {
                let mut take = |_| {};
                let _ = format.read_text(&text, &mut crate::sink::EntrySink::new(&mut take));
            }
        }
    }
}
