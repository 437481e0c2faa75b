//! `shard pages`: the analysis of a site → the files of one shard, in a folder of their own.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::app::build::site_input;
use crate::app::observer::Observer;
use crate::app::shard::analysis_file;
use crate::app::shard::shard_list::{self, ListedFile, ShardList};
use crate::app::stages::Stages;
use crate::output::Output;
use crate::output::previous::PreviousSite;
use crate::site::content_hash::ContentHash;
use crate::site::shard::SiteShard;
use crate::site::{self, SiteFiles};

/// What a shard holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShardSummary {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// Writes the files of one shard into its folder below `shards`. A shard that is there is replaced.
///
/// # Errors
/// The analysis is damaged or of another version, a page cannot be made, or the disk fails.
pub(crate) fn pages(
    analysis: &Path,
    shard: SiteShard,
    shards: &Path,
    observer: &dyn Observer,
) -> anyhow::Result<ShardSummary> {
    let mut stages = Stages::new();
    let (project, checksum) = analysis_file::read(analysis)?;
    stages.finish("read");
    // As a site is: beside its place and then renamed, so that a killed run leaves no shard.
    let folder = shard_list::folder(shards, shard);
    let output = Output::prepare(&folder, PreviousSite::Remove, &[])?;
    let shard_files = ShardFiles { output: &output, listed: Mutex::default() };
    let progress = |done, total| observer.progress("writing files", done, total);
    let rendered = site::render(&site_input(&project), shard, &shard_files, &progress)?;
    let mut files = shard_files.listed.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Threads end in any order; the same shard has the same list.
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let list = ShardList {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        analysis: checksum.to_hex().to_string(),
        number: shard.number(),
        count: shard.count() as u32,
        keep: project.policy.site.keep.clone(),
        series: project.series.len(),
        records: project.history.counts.records,
        rejected: project.history.rejected_records.len(),
        files,
    };
    output.write(shard_list::FILE, &list.to_json()?)?;
    output.commit()?;
    stages.finish("wrote");
    observer.stages(&stages);
    Ok(ShardSummary {
        files: rendered.files,
        bytes: list.files.iter().map(|file| file.bytes).sum(),
    })
}

/// The folder of a shard, and what was written there.
struct ShardFiles<'a> {
    output: &'a Output,
    listed: Mutex<Vec<ListedFile>>,
}

impl SiteFiles for ShardFiles<'_> {
    fn write(&self, path: &str, _: Option<ContentHash>, bytes: &[u8]) -> io::Result<()> {
        self.output.write(path, bytes).map_err(io::Error::other)?;
        let blake3 = blake3::hash(bytes).to_hex().to_string();
        let file = ListedFile { path: path.to_owned(), bytes: bytes.len() as u64, blake3 };
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        Ok(())
    }

    /// A shard may be made on any machine, so it is made anew.
    fn program(&self) -> Option<ContentHash> {
        None
    }

    fn reuse(&self, _: &str, _: ContentHash) -> io::Result<Option<ContentHash>> {
        Ok(None)
    }
}
