//! What a machine reads that has a part of a history: some of its files, or lines from a pipe.
//!
//! A record is the same wherever it is read. Only its file's name says more: below `pulls/` whose
//! it is, and in a report of a rejected record where it stands. So a file keeps its name within the
//! history directory.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rayon::prelude::*;

use crate::store::read::{ReadOptions, read_blocks, read_file, read_whole};
use crate::store::walk::{FileOwner, RecordFile, record_file, record_files};
use crate::store::{Contents, Source, sidecar};
use model::history::build::HistoryBuilder;

/// The share of one machine in the record files of a history directory: every `count`-th of them.
///
/// # Errors
/// The directory does not exist or cannot be listed.
pub(crate) fn share(source: &Source, index: usize, count: usize) -> anyhow::Result<Vec<PathBuf>> {
    let all = record_files(&source.directory, source.with_archive)?.files.into_iter();
    Ok(all.skip(index).step_by(count).map(|file| file.path).collect())
}

/// The records of these files, and the bytes of the files.
///
/// # Errors
/// One of them cannot be read.
pub(crate) fn read_paths(
    source: &Source,
    paths: &[PathBuf],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> anyhow::Result<(HistoryBuilder, u64)> {
    let directory = source.directory.path();
    let files: Vec<RecordFile> = paths.iter().map(|path| named_file(directory, path)).collect();
    let mut all = HistoryBuilder::new(Arc::clone(&source.reading));
    let (mut bytes, mut done) = (0, 0);
    let options =
        ReadOptions { cache: None, links: source.directory.links(), one_thread_per_file: true };
    // In the order of the files, whichever thread reads them: a task that runs again writes the
    // same bytes. A few at a time, so that few are in memory beside the whole.
    for some in files.chunks(2 * rayon::current_num_threads()) {
        let read = some.par_iter().map(|file| {
            let mut builder = all.new_sibling();
            let size = read_file(file, &mut builder, options)?;
            // Of a file without a record too it must be known that it was read.
            builder.add_file(&file.name);
            anyhow::Ok((builder, size))
        });
        for (builder, size) in read.collect::<anyhow::Result<Vec<_>>>()? {
            all.merge(builder);
            bytes += size;
        }
        done += some.len() as u64;
        progress(done, files.len() as u64);
        if all.has_too_many_series() {
            break;
        }
    }
    Ok((all, bytes))
}

/// The records of a stream, as if they stood in a file of this name, and its bytes.
///
/// # Errors
/// The stream cannot be read.
pub(crate) fn read_stream(
    source: &Source,
    input: &mut dyn Read,
    name: &str,
) -> anyhow::Result<(HistoryBuilder, u64)> {
    let failure = || format!("cannot read {name}");
    let mut builder = HistoryBuilder::new(Arc::clone(&source.reading));
    let file = named_file(Path::new(""), Path::new(name));
    let options =
        ReadOptions { cache: None, links: source.directory.links(), one_thread_per_file: false };
    if file.is_json || file.is_packed() {
        let (limit, mut packed) = (builder.limits().array_bytes, Vec::new());
        input.take(limit.saturating_add(1)).read_to_end(&mut packed).with_context(failure)?;
        anyhow::ensure!(
            packed.len() as u64 <= limit,
            "{name} has more than {limit} bytes; split it, or raise `limits.array_bytes` in \
             policy.yml"
        );
        let size = read_whole(&packed, &file, &mut builder, options);
        return Ok((builder, size));
    }
    let mut input = input;
    let size = read_blocks(&mut input, &file, &mut builder, &mut Vec::new(), options);
    Ok((builder, size.with_context(failure)?))
}

/// What a history directory holds beside its records.
///
/// # Errors
/// The directory does not exist or cannot be listed.
pub(crate) fn read_beside(source: &Source) -> anyhow::Result<Contents> {
    let problems = record_files(&source.directory, source.with_archive)?.problems;
    let mut contents = Contents { problems, ..Contents::default() };
    sidecar::read_sidecars(&source.directory, &source.reading.limits, &mut contents);
    Ok(contents)
}

/// The record files of a history directory that no part names, sorted; none where the parts name
/// none of them, because their records came another way.
///
/// # Errors
/// The directory does not exist or cannot be listed.
pub(crate) fn files_in_no_part(
    source: &Source,
    records: &HistoryBuilder,
) -> anyhow::Result<Vec<String>> {
    let read: BTreeSet<&str> = records.files.iter().map(String::as_str).collect();
    let listed = record_files(&source.directory, source.with_archive)?.files;
    let total = listed.len();
    let names = listed.into_iter().map(|file| file.name);
    let missing: Vec<String> = names.filter(|name| !read.contains(name.as_str())).collect();
    Ok(if missing.len() < total { missing } else { Vec::new() })
}

/// A file by its name within the history directory, or as it is given where it lies elsewhere.
fn named_file(directory: &Path, path: &Path) -> RecordFile {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let named = record_file(directory, path).or_else(|| {
        let file = record_file(&real(directory), &real(path))?;
        Some(RecordFile { path: path.to_owned(), ..file })
    });
    named.unwrap_or_else(|| {
        let name = path.to_string_lossy().replace('\\', "/");
        let (is_json, owner) = (name.ends_with(".json"), owner_elsewhere(path));
        RecordFile { path: path.to_owned(), name, is_json, owner }
    })
}

/// Whose records a file outside the history directory holds. A copy of `pulls/7.ndjson` must not
/// become a part of the main line.
fn owner_elsewhere(path: &Path) -> FileOwner {
    let pulls = path.ancestors().skip(1).find(|folder| folder.ends_with("pulls"));
    let Some(history) = pulls.and_then(Path::parent) else { return FileOwner::MainLine };
    record_file(history, path).map_or(FileOwner::UnknownPull, |file| file.owner)
}
