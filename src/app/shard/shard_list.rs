//! The folder of a shard, `shards/3-of-7/`: files of the site under their own paths, and a list of
//! them.
//!
//! ```text
//! shards/3-of-7/series/parse/rust/default/1000/index.html
//! shards/3-of-7/shard.json
//! ```

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::app::shard::fault::ShardFault;
use crate::files::{Directory, Links, SizeLimit};
use crate::site::shard::SiteShard;

/// The list of a shard.
pub(super) const FILE: &str = "shard.json";
/// A list of millions of files.
const MAX_LIST: SizeLimit = SizeLimit { bytes: 1 << 30, key: None };

/// What a shard holds, and of which site.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ShardList {
    /// The program that wrote it.
    pub(super) version: String,
    /// BLAKE3 of the analysis file.
    pub(super) analysis: String,
    pub(super) number: u32,
    pub(super) count: u32,
    /// Entries of the site's folder that a build leaves there (`site.keep`).
    pub(super) keep: Vec<String>,
    pub(super) series: usize,
    pub(super) records: u64,
    pub(super) rejected: usize,
    pub(super) files: Vec<ListedFile>,
}

/// One file of a shard.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ListedFile {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

/// The folder of a shard within that of all shards.
pub(super) fn folder(shards: &Path, shard: SiteShard) -> PathBuf {
    shards.join(format!("{}-of-{}", shard.number(), shard.count()))
}

/// The shard that a folder's name says it is.
fn shard_of(name: &str) -> Option<SiteShard> {
    let (number, count) = name.split_once("-of-")?;
    let shard = SiteShard::new(number.parse().ok()?, count.parse().ok()?)?;
    (format!("{}-of-{}", shard.number(), shard.count()) == name).then_some(shard)
}

/// The shards in a folder, by their numbers. What else is in the folder is none of them: a shard
/// that is being written has another name.
///
/// # Errors
/// The folder cannot be listed, has no shards, or shards of two numbers of shards.
pub(super) fn shards_in(shards: &Path) -> anyhow::Result<Vec<SiteShard>> {
    let failure = || format!("cannot list {}", shards.display());
    let mut all = Vec::new();
    for entry in std::fs::read_dir(shards).with_context(failure)? {
        let name = entry.with_context(failure)?.file_name();
        all.extend(name.to_str().and_then(shard_of));
    }
    all.sort_unstable_by_key(|shard| (shard.count(), shard.number()));
    match (all.first(), all.last()) {
        (Some(first), Some(last)) if first.count() != last.count() => Err(ShardFault::MixedBuilds
            .error(format!(
                "{} has shards of two builds, {} and {}: remove those of the other build",
                shards.display(),
                folder(Path::new(""), *first).display(),
                folder(Path::new(""), *last).display(),
            ))),
        (None, _) => Err(ShardFault::NoShards.error(format!(
            "{} has no shards (1-of-8, …): write them with `benchpages shard pages --out {}`",
            shards.display(),
            shards.display()
        ))),
        _ => Ok(all),
    }
}

impl ShardList {
    /// The bytes of `shard.json`.
    pub(super) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The list of a shard.
    ///
    /// # Errors
    /// There is none, or it is that of another shard or version.
    pub(super) fn read(directory: &Directory, shard: SiteShard) -> anyhow::Result<Self> {
        let bytes = directory.read(FILE, MAX_LIST)?;
        let bytes = bytes.with_context(|| format!("{FILE} is missing"))?;
        let list: Self =
            serde_json::from_slice(&bytes).with_context(|| format!("{FILE} is damaged"))?;
        if SiteShard::new(list.number, list.count) != Some(shard) {
            bail!("{FILE} is that of shard {}/{}", list.number, list.count);
        }
        if list.version != env!("CARGO_PKG_VERSION") {
            return Err(ShardFault::OtherVersion.error(format!(
                "it was written by benchpages {}, this is {}",
                list.version,
                env!("CARGO_PKG_VERSION")
            )));
        }
        Ok(list)
    }

    /// The directory of a shard. Nothing in it may be a link.
    pub(super) fn directory(shards: &Path, shard: SiteShard) -> Directory {
        Directory::new(&folder(shards, shard), Links::Reject)
    }
}
