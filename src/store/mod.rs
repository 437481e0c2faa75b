//! The history directory on disk: finds its files, reads records in parallel, keeps what it
//! refuses.
//!
//! Reading never fails because of a line; it fails only when the directory itself cannot be read.
//! The order in which files and lines are found has no influence on what comes out.

pub(crate) mod reviewed_file;
pub(crate) mod append;
mod array;
pub(crate) mod audit;
pub(crate) mod bundle;
mod cache;
pub(crate) mod collected;
pub(crate) mod commits;
mod commit_runs;
pub(crate) mod erase;
pub(crate) mod foreign_files;
mod json_line;
mod raw_record;
mod record_reader;
#[cfg(feature = "postgres")]
pub(crate) mod record_lines;
#[cfg(feature = "serve")]
pub(crate) mod resident;
pub(crate) mod quarantine;
mod read;
pub(crate) mod part_input;
pub(crate) mod repair;
pub(crate) mod rotate;
mod fast_parser;
#[cfg(any(all(test, feature = "net"), feature = "fuzz"))]
pub(crate) mod parsers;
mod sidecar;
mod sorted_runs;
mod unpack;
mod walk;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use rayon::prelude::*;

use crate::files::cache_folder::CacheFolder;
use crate::files::{self, Directory, SizeLimit};
use crate::store::cache::ParseCache;
use crate::store::read::{MIN_FILES_PER_THREAD, ReadOptions, read_file, read_lines};
use crate::store::walk::Listing;
use model::audit::AuditChain;
use model::history::CommitFacts;
use model::history::build::HistoryBuilder;
use model::history::value_options::ValueOptions;
use model::limits::Limits;
use model::note::Note;
use model::pinned::PinnedBaseline;
use model::policy::accepted::AcceptedEntry;
use model::record::Problem;

/// The folder of a history in which imports remember what they read.
pub(crate) const IMPORTS: &str = "imports";

/// Where to read, and what of it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) directory: Directory,
    /// Read `archive/` too.
    pub(crate) with_archive: bool,
    pub(crate) reading: Arc<ValueOptions>,
    /// Where to keep what was read for the next time; see [`cache`].
    pub(crate) cache: Option<CacheFolder>,
}

/// Everything a history directory holds, the policy aside.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) records: HistoryBuilder,
    pub(crate) commits: Vec<CommitFacts>,
    pub(crate) accepted: Vec<AcceptedEntry>,
    pub(crate) baselines: Vec<PinnedBaseline>,
    pub(crate) notes: Vec<Note>,
    /// Faults of the files beside the records; the history itself lists rejected records.
    pub(crate) problems: Vec<Problem>,
    /// Parts of other tools' files that were rejected when they were ingested.
    pub(crate) ingest_problems: Vec<Problem>,
    /// The user's own templates under `templates/`, by file name.
    pub(crate) templates: Vec<(String, String)>,
    /// The log of overrides and approvals.
    pub(crate) audit: AuditChain,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// Reads a history directory. `progress` is called with the files read so far and their number.
///
/// # Errors
/// The directory does not exist or cannot be listed, or a file in it cannot be opened.
pub(crate) fn read(
    source: &Source,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> anyhow::Result<Contents> {
    let Listing { files, problems } = walk::record_files(&source.directory, source.with_archive)?;
    let (records, bytes) = read_files(source, &files, progress)?;
    let mut contents =
        Contents { records, files: files.len(), bytes, problems, ..Contents::default() };
    sidecar::read_sidecars(&source.directory, &source.reading.limits, &mut contents);
    Ok(contents)
}

/// The records of these files, and the bytes of the files.
fn read_files(
    source: &Source,
    files: &[walk::RecordFile],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> anyhow::Result<(HistoryBuilder, u64)> {
    let cache = source.cache.as_ref();
    let cache = cache.map(|root| ParseCache::of(root, source));
    let done = AtomicU64::new(0);
    let way = ReadOptions {
        cache: cache.as_ref(),
        links: source.directory.links(),
        one_thread_per_file: files.len() >= MIN_FILES_PER_THREAD * rayon::current_num_threads(),
    };
    let none = || (HistoryBuilder::new(Arc::clone(&source.reading)), 0);
    // Neighbouring files go into one builder: what they share is interned once. Builders are merged
    // as soon as they stand, so that few are in memory at once.
    let (records, bytes) = files
        .par_iter()
        .try_fold(none, |(mut builder, bytes), file| {
            if builder.has_too_many_series() {
                return Ok((builder, bytes));
            }
            let size = read_file(file, &mut builder, way)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, files.len() as u64);
            anyhow::Ok((builder, bytes + size))
        })
        .try_reduce(none, |(mut all, bytes), (more, size)| {
            if !all.has_too_many_series() {
                all.merge(more);
            }
            Ok((all, bytes + size))
        })?;
    read::release_spare_blocks();
    if let Some(cache) = cache {
        cache.remove_stale_entries();
    }
    Ok((records, bytes))
}

/// Removes every parsed record that a cache has of a history directory.
///
/// # Errors
/// The folder cannot be removed.
pub(crate) fn remove_parse_cache(cache: &CacheFolder, directory: &Path) -> anyhow::Result<()> {
    let folder = cache.path_of(&cache::folder(directory));
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The first record of each file of a history directory: enough to see whose history it is, at any
/// size. Compressed files are skipped.
///
/// # Errors
/// The directory cannot be listed, or a file in it cannot be read.
pub(crate) fn first_records(directory: &Directory) -> anyhow::Result<HistoryBuilder> {
    let mut builder = HistoryBuilder::new(Arc::default());
    for file in walk::record_files(directory, false)?.files {
        let failure = || format!("cannot read {}", file.path.display());
        let opened = files::open(&file.path, directory.links())?;
        let mut line = Vec::new();
        let mut begins = BufReader::new(opened.take(MAX_LINE_BYTES as u64));
        begins.read_until(b'\n', &mut line).with_context(failure)?;
        read_lines(&line, &file, &mut builder);
    }
    Ok(builder)
}

/// Every file that a build reads of a history directory, sorted.
///
/// # Errors
/// The directory cannot be listed.
pub(crate) fn inputs(directory: &Directory) -> anyhow::Result<Vec<PathBuf>> {
    walk::inputs(directory)
}

/// Bytes of a line that this program reads or writes by itself, whatever the policy says.
const MAX_LINE_BYTES: usize = 1 << 20;

/// Limit of files that only this program writes: a command reads one whole before it replaces it.
fn own_file_limit() -> SizeLimit {
    SizeLimit { bytes: 1 << 30, key: None }
}

/// Limit of files beside the records.
fn sidecar_limit(limits: &Limits) -> SizeLimit {
    SizeLimit { bytes: limits.sidecar_bytes, key: Some("limits.sidecar_bytes") }
}

/// Limit of a note or a template.
fn note_limit(limits: &Limits) -> SizeLimit {
    SizeLimit { bytes: limits.note_bytes, key: Some("limits.note_bytes") }
}

/// Reads lines that stand in memory, their values as they are written.
pub(crate) fn read_lines_of_text(text: &[u8]) -> HistoryBuilder {
    read_lines_in_memory(text, Arc::default())
}

/// Reads lines that stand in memory.
pub(crate) fn read_lines_in_memory(text: &[u8], reading: Arc<ValueOptions>) -> HistoryBuilder {
    let name = "memory".to_owned();
    let owner = walk::FileOwner::MainLine;
    let file = walk::RecordFile { path: PathBuf::new(), name, is_json: false, owner };
    let mut builder = HistoryBuilder::new(reading);
    read_lines(text, &file, &mut builder);
    builder
}
