//! `shard map`: records → one part.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::app::load::OpenedDirectory;
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::shard::part_file;
use crate::app::stages::Stages;
use crate::site::shard::SiteShard;
use crate::store::{Source, part_input};

/// Where the records of a part come from.
pub(crate) enum MapInput<'a> {
    Files(Vec<PathBuf>),
    /// A share of the record files in the history directory.
    Share(SiteShard),
    /// A stream, and what its rejected records are said to stand in.
    Stream(&'a mut dyn Read, String),
}

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartSummary {
    pub(crate) records: u64,
    pub(crate) rejected: usize,
    /// Bytes that were read, unpacked.
    pub(crate) read_bytes: u64,
    pub(crate) part_bytes: u64,
}

/// Reads records and writes them as a part. A record that cannot be read travels in the part, as
/// one that was rejected.
///
/// # Errors
/// The policy has errors, a file cannot be read, or the part cannot be written.
pub(crate) fn map(
    options: &LoadOptions,
    input: MapInput<'_>,
    out: &Path,
    observer: &dyn Observer,
) -> anyhow::Result<PartSummary> {
    let mut stages = Stages::new();
    // A task reads its records once: what it keeps is the part.
    let source = Source { cache: None, ..OpenedDirectory::open(options)?.source };
    let progress = |done, total| observer.progress("reading files", done, total);
    let read_files = |paths: &[PathBuf]| part_input::read_paths(&source, paths, &progress);
    let (records, read_bytes) = match input {
        MapInput::Files(paths) => read_files(&paths)?,
        MapInput::Share(share) => {
            read_files(&part_input::share(&source, share.index(), share.count())?)?
        }
        MapInput::Stream(stream, name) => part_input::read_stream(&source, stream, &name)?,
    };
    stages.finish("read");
    let part_bytes = part_file::write(out, &records)?;
    stages.finish("wrote");
    observer.stages(&stages);
    let rejected = records.rejected_records().len();
    Ok(PartSummary { records: records.counts.records, rejected, read_bytes, part_bytes })
}
