//! A history directory that is read again and again, while one file of records changes: what the
//! other files hold stays in memory, and what that one holds now is put beside it. That is what
//! reading everything gives, since the order of files has no say.
//!
//! Which files there are and how they stamp from outside is asked each time: nothing is kept where
//! more than one of them changed, or what changed is not known.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;

use crate::store::cache::ParseCache;
use crate::store::read::{ReadOptions, read_file};
use crate::store::walk::{Listing, RecordFile};
use crate::store::{Contents, Source, read, read_files, sidecar, walk};
use model::history::build::HistoryBuilder;
use model::history::value_options::ValueOptions;

/// Rows up to which records stay in memory: about 200 MB of them.
const MAX_RESIDENT_ROWS: usize = 2_000_000;
/// Bytes of a file from which on the cache is faster than its text. What is read of a smaller one
/// would only fill the cache.
const MIN_CACHED_BYTES: u64 = 4 << 20;

/// The records of all files but one.
pub(crate) struct ResidentRecords {
    /// The name of that one.
    changed_file: String,
    other_files: Vec<FileStamp>,
    records: HistoryBuilder,
    bytes: u64,
    reading: Arc<ValueOptions>,
}

impl ResidentRecords {
    /// Reads all files of a history directory but the one that changed last, which is the likeliest
    /// to change next; none where there are none, or too many records to keep.
    ///
    /// # Errors
    /// As [`read()`].
    pub(crate) fn prefetch(source: &Source) -> anyhow::Result<Option<Self>> {
        let mut files = walk::record_files(&source.directory, source.with_archive)?.files;
        let stamps: Vec<FileStamp> =
            files.iter().map(FileStamp::of).collect::<anyhow::Result<_>>()?;
        let Some(last) = stamps.iter().max_by_key(|stamp| stamp.modified) else { return Ok(None) };
        let file = last.name.clone();
        files.retain(|it| it.name != file);
        let resident = Self::without_file(file, source, &files, stamps, &|_, _| ())?;
        Ok(Some(resident).filter(|resident| resident.records.row_count() <= MAX_RESIDENT_ROWS))
    }

    /// Reads all files but one, whose stamps are known.
    fn without_file(
        file: String,
        source: &Source,
        other_files: &[RecordFile],
        mut stamps: Vec<FileStamp>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> anyhow::Result<Self> {
        let (records, bytes) = read_files(source, other_files, progress)?;
        stamps.retain(|stamp| stamp.name != file);
        let reading = Arc::clone(&source.reading);
        Ok(Self { changed_file: file, other_files: stamps, records, bytes, reading })
    }
}

/// How a file stamps from outside.
#[derive(PartialEq)]
struct FileStamp {
    name: String,
    size: u64,
    modified: Option<SystemTime>,
}

impl FileStamp {
    fn of(file: &RecordFile) -> anyhow::Result<Self> {
        let failure = || format!("cannot read {}", file.path.display());
        let facts = std::fs::metadata(&file.path).with_context(failure)?;
        let (name, changed) = (file.name.clone(), facts.modified().ok());
        Ok(Self { name, size: facts.len(), modified: changed })
    }

    /// `others` are sorted by name.
    fn is_in(&self, others: &[Self]) -> bool {
        let at = others.binary_search_by(|other| other.name.cmp(&self.name));
        at.is_ok_and(|at| others[at] == *self)
    }
}

/// Reads a history directory again. `changed` are the paths known to have changed; empty means that
/// any may have. `resident` is updated for the next time.
///
/// # Errors
/// As [`read()`].
pub(crate) fn reread(
    source: &Source,
    resident: &mut Option<ResidentRecords>,
    changed: &[PathBuf],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> anyhow::Result<Contents> {
    let before = resident.take().filter(|resident| resident.reading == source.reading);
    let Listing { files, problems } = walk::record_files(&source.directory, source.with_archive)?;
    // Before they are read: what changes meanwhile stamps another then.
    let stamps: Vec<FileStamp> = files.iter().map(FileStamp::of).collect::<anyhow::Result<_>>()?;
    let names = changed_names(source, changed, &files);
    let Some(file) = names.and_then(|names| single_changed_file(before.as_ref(), &stamps, names))
    else {
        return read(source, progress);
    };
    let (changed_file, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|it| it.name == file);
    let before = match before.filter(|resident| resident.changed_file == file) {
        Some(before) => before,
        None => ResidentRecords::without_file(file, source, &others, stamps, progress)?,
    };
    let mut contents = Contents {
        files: others.len() + changed_file.len(),
        bytes: before.bytes,
        problems,
        ..Contents::default()
    };
    if before.records.row_count() > MAX_RESIDENT_ROWS {
        contents.records = before.records;
    } else {
        contents.records = before.records.clone();
        *resident = Some(before);
    }
    for file in changed_file {
        contents.bytes += read_changed_file(source, &file, &mut contents.records)?;
    }
    sidecar::read_sidecars(&source.directory, &source.reading.limits, &mut contents);
    Ok(contents)
}

fn read_changed_file(
    source: &Source,
    file: &RecordFile,
    records: &mut HistoryBuilder,
) -> anyhow::Result<u64> {
    let large = std::fs::metadata(&file.path).is_ok_and(|facts| facts.len() >= MIN_CACHED_BYTES);
    let root = source.cache.as_ref().filter(|_| large);
    let cache = root.map(|root| ParseCache::of(root, source));
    let links = source.directory.links();
    let options = ReadOptions { cache: cache.as_ref(), links, one_thread_per_file: false };
    read_file(file, records, options)
}

/// The names of the record files among these paths; none where any may be meant.
fn changed_names(
    source: &Source,
    changed: &[PathBuf],
    files: &[RecordFile],
) -> Option<BTreeSet<String>> {
    // What is watched has its real path.
    let root = source.directory.path();
    let real = root.canonicalize().ok()?;
    let mut names = BTreeSet::new();
    for path in changed {
        // The policy may stand elsewhere.
        let Ok(inside) = path.strip_prefix(&real) else { continue };
        let path = root.join(inside);
        let within = |file: &RecordFile| file.path.starts_with(&path) && file.path != path;
        // A folder that was moved in or away brings or takes any number of files.
        if path.is_dir() || files.iter().any(within) {
            return None;
        }
        names.extend(walk::record_file(root, &path).map(|file| file.name));
    }
    (!changed.is_empty()).then_some(names)
}

/// The one file that changed, or is likely to change next; none where several did. `names` are the
/// files known to have changed.
fn single_changed_file(
    before: Option<&ResidentRecords>,
    stamps: &[FileStamp],
    mut names: BTreeSet<String>,
) -> Option<String> {
    if let Some(before) = before {
        let others = stamps.iter().filter(|stamp| stamp.name != before.changed_file);
        let gone = before.other_files.iter().filter(|stamp| !stamp.is_in(stamps));
        let new = others.filter(|stamp| !stamp.is_in(&before.other_files));
        names.extend(new.chain(gone).map(|stamp| stamp.name.clone()));
        if names.is_empty() {
            return Some(before.changed_file.clone());
        }
    }
    (names.len() == 1).then(|| names.pop_first()).flatten()
}
