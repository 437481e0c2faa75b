//! What the last import of a source came to: an import with nothing new is recognized by digests
//! and reads no run again.
//!
//! A file `imports/HASH.state` of the history holds digests of the source, of the program and of
//! every file that the import wrote to or looked at, and the summary. Where one of them differs, or
//! a file is gone, the import runs as if nothing were known. A state that cannot be read or written
//! is no fault.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

use blake3::Hasher;
use serde::{Deserialize, Serialize};

use crate::app::intake::{ImportRequest, IntakeOutcome};
use crate::files::lock::HistoryLock;
use crate::files::{Directory, Links, SizeLimit};
use crate::store::IMPORTS;
use crate::store::append::Appended;
use crate::store::foreign_files::DiskFolder;
use model::record::time::Timestamp;

/// Of the form of the file. A new number where it or the meaning of a digest changes.
const FORM: u32 = 2;
/// A larger state is none: 16 MiB.
const LIMIT: SizeLimit = SizeLimit { bytes: 16 << 20, key: None };
/// Files of a history beside the records that an import reads or writes.
const BESIDE: [&str; 3] = ["commits.ndjson", "quarantine/ingested.ndjson", "policy.yml"];

/// Digests by file; none for a file that is not there.
pub(super) type FileDigests = BTreeMap<String, Option<String>>;

/// An import that may be one that was done before.
pub(super) struct ImportState {
    /// Relative to the history directory.
    file: String,
    program: String,
    source: String,
}

#[derive(Serialize, Deserialize)]
struct StoredState {
    form: u32,
    program: String,
    source: String,
    outputs: FileDigests,
    summary: StoredSummary,
}

/// What the import reported, to report it again.
#[derive(Default, Serialize, Deserialize)]
struct StoredSummary {
    records: u64,
    values: u64,
    failed: u64,
    pulls: u64,
    series: u64,
    commits: u64,
    /// In microseconds since 1970.
    span: Option<(i64, i64)>,
    lines: usize,
    reasons: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
    remarks: Vec<String>,
    continuations: Vec<String>,
    problems: Vec<String>,
    warnings: Vec<String>,
    /// Something was rejected, which the exit status says again.
    is_partial: bool,
}

impl ImportState {
    /// Of a request; none where its source cannot be read twice.
    pub(super) fn of(request: &ImportRequest, folder: &str) -> Option<Self> {
        if request.options.dry_run {
            return None;
        }
        let name = blake3::hash(format!("{folder} {}", settings(request)).as_bytes()).to_hex();
        Some(Self {
            file: format!("{IMPORTS}/{}.state", &name[..16]),
            program: program()?,
            source: source_digest(&request.path)?,
        })
    }

    /// What a new import of the same would report; none where something may be new.
    pub(super) fn unchanged(&self, data: &Path, kind: &'static str) -> Option<IntakeOutcome> {
        let directory = Directory::new(data, Links::Reject);
        let bytes = directory.read(&self.file, LIMIT).ok()??;
        let stored: StoredState = serde_json::from_slice(&bytes).ok()?;
        // Nobody writes meanwhile, and what a killed import left goes. A history that can only be
        // read has nothing new either.
        let lock = HistoryLock::acquire(data, "import").ok();
        let is_same =
            (stored.form, &stored.program, &stored.source) == (FORM, &self.program, &self.source);
        let files = stored.outputs.keys().map(String::as_str);
        if !is_same || digests(&directory, files)? != stored.outputs {
            return None;
        }
        let mut outcome = stored.summary.into_outcome(kind);
        outcome.summary.leftovers = lock.and_then(|held| held.leftovers_warning());
        Some(outcome)
    }

    /// Remembers an import, whose files had these digests when it was done.
    pub(super) fn remember(&self, data: &Path, outputs: FileDigests, outcome: &IntakeOutcome) {
        let stored = StoredState {
            form: FORM,
            program: self.program.clone(),
            source: self.source.clone(),
            outputs,
            summary: StoredSummary::of(outcome),
        };
        let Ok(mut bytes) = serde_json::to_vec(&stored) else { return };
        bytes.push(b'\n');
        // Without it the next import reads everything again, which is no fault.
        if let Ok(lock) = HistoryLock::acquire(data, "import") {
            let write = |directory: Directory| directory.replace(&lock, &self.file, &bytes);
            let _ = write(Directory::new(data, Links::Reject));
        }
    }
}

/// The digests of the files that an import wrote to, and of those beside them; the lock says that
/// nobody changes them meanwhile.
pub(super) fn output_digests(
    directory: &Directory,
    _: &HistoryLock,
    files: &[String],
) -> Option<FileDigests> {
    digests(directory, files.iter().map(String::as_str).chain(BESIDE))
}

fn digests<'f>(directory: &Directory, files: impl Iterator<Item = &'f str>) -> Option<FileDigests> {
    let digest = |file: &str| match directory.open(file) {
        Ok(opened) => Some(Some(digest_of(opened)?)),
        Err(error) if error.is_missing() => Some(None),
        Err(_) => None,
    };
    files.map(|file| Some((file.to_owned(), digest(file)?))).collect()
}

fn digest_of(mut file: File) -> Option<String> {
    let mut hasher = Hasher::new();
    add_content(&mut hasher, &mut file)?;
    Some(hasher.finalize().to_hex().to_string())
}

fn add_content(hasher: &mut Hasher, input: &mut impl Read) -> Option<()> {
    let mut block = vec![0; 128 << 10];
    loop {
        match input.read(&mut block).ok()? {
            0 => return Some(()),
            read => hasher.update(&block[..read]),
        };
    }
}

/// Everything that decides what an import makes of a source.
fn settings(request: &ImportRequest) -> String {
    let ImportRequest { kind, path, commit, branch, timestamp, test, units, .. } = request;
    let named = (kind, path, commit, branch, timestamp, test, units, &request.directions);
    let table = (&request.columns, request.delimiter, request.accept_demo);
    let results = (&request.name_pattern, &request.result_format);
    format!("{named:?} {table:?} {results:?} {:?}", request.options)
}

/// This program: between releases its version stays, and its readers change.
fn program() -> Option<String> {
    let metadata = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let (version, size) = (env!("CARGO_PKG_VERSION"), metadata.len());
    Some(format!("{version} {size} {}", changed.as_nanos()))
}

/// One digest of a file, or of all files of a folder; none for a pipe.
fn source_digest(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    if metadata.is_file() {
        return digest_of(File::open(path).ok()?);
    }
    if !metadata.is_dir() {
        return None;
    }
    let folder = DiskFolder::open(path).ok()?;
    let mut hasher = Hasher::new();
    // Git's own files say nothing of a history, and change with every fetch.
    let is_of_git = |file: &&String| file.split('/').any(|part| part == ".git");
    for file in folder.paths().iter().filter(|file| !is_of_git(file)) {
        let content = digest_of(folder.open_file(file)?)?;
        hasher.update(&file.len().to_le_bytes()).update(file.as_bytes());
        hasher.update(content.as_bytes());
    }
    Some(hasher.finalize().to_hex().to_string())
}

impl StoredSummary {
    fn of(outcome: &IntakeOutcome) -> Self {
        let summary = &outcome.summary;
        let Appended { added, duplicates, .. } = summary.appended;
        Self {
            records: summary.records,
            values: summary.values,
            failed: summary.failed,
            pulls: summary.pulls,
            series: summary.series,
            commits: summary.commits,
            span: summary.span.map(|(first, last)| (first.micros(), last.micros())),
            lines: added + duplicates,
            reasons: summary.reasons.clone(),
            skipped: summary.skipped.clone(),
            remarks: summary.remarks.clone(),
            continuations: summary.continuations.clone(),
            problems: outcome.problems.clone(),
            warnings: outcome.warnings.clone(),
            is_partial: outcome.is_partial,
        }
    }

    fn into_outcome(self, kind: &'static str) -> IntakeOutcome {
        let mut outcome = IntakeOutcome::default();
        let time = Timestamp::from_micros;
        let summary = &mut outcome.summary;
        summary.kind = kind;
        (summary.records, summary.values) = (self.records, self.values);
        (summary.failed, summary.pulls) = (self.failed, self.pulls);
        (summary.series, summary.commits) = (self.series, self.commits);
        summary.span = self.span.map(|(first, last)| (time(first), time(last)));
        summary.appended.duplicates = self.lines;
        (summary.reasons, summary.skipped) = (self.reasons, self.skipped);
        (summary.remarks, summary.continuations) = (self.remarks, self.continuations);
        (outcome.problems, outcome.warnings) = (self.problems, self.warnings);
        outcome.is_partial = self.is_partial;
        let detail = "nothing is new: source, options and records are those of the last import";
        outcome.details.push(detail.to_owned());
        outcome
    }
}
