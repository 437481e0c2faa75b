//! Where a build keeps the analyses of its series for the next one: in the cache folder, by history
//! directory and block.
//!
//! `detect::AnalysisCache` finds an analysis by all that it was made from; this is the place for
//! its bytes. They name people (whoever accepted a change), so erasing a person removes them.

use std::path::Path;

use anyhow::Context;

use crate::app::load_options::LoadOptions;
use crate::app::program_hash;
use crate::files::cache_folder::CacheFolder;
use crate::site::content_hash::{ContentHash, ContentHasher, HASH_BYTES};
use detect::{AnalysisCache, InputHash};

/// The blocks of one history directory.
pub(crate) struct AnalysisBlocks {
    cache: CacheFolder,
    folder: String,
    program: ContentHash,
}

impl AnalysisBlocks {
    /// The blocks that these options let a build use; none without a cache.
    pub(crate) fn of(options: &LoadOptions) -> Option<Self> {
        let cache = options.cache.clone()?;
        // By content, as for pages: another program may analyze in another way.
        let program = program_hash::get()?;
        Some(Self { cache, folder: folder(&options.data), program })
    }

    fn path(&self, block: usize) -> String {
        format!("{}/{block}", self.folder)
    }

    /// Of the bytes of a block: those of another program, or of half a block, have another one.
    fn checksum(&self, bytes: &[u8]) -> InputHash {
        let mut hasher = ContentHasher::default();
        hasher.value(&self.program).bytes(bytes);
        hasher.content().bytes()
    }
}

impl AnalysisCache for AnalysisBlocks {
    fn hash(&self, bytes: &[u8]) -> InputHash {
        ContentHash::of(bytes).bytes()
    }

    fn read(&self, block: usize) -> Option<Vec<u8>> {
        let mut bytes = self.cache.read(&self.path(block))?;
        let sum = bytes.split_off(bytes.len().checked_sub(HASH_BYTES)?);
        (self.checksum(&bytes)[..] == sum[..]).then_some(bytes)
    }

    fn write(&self, block: usize, mut bytes: Vec<u8>) {
        let sum = self.checksum(&bytes);
        bytes.extend_from_slice(&sum);
        // A full disk or a read-only home is no reason for a build to fail.
        let _ = self.cache.write(&self.path(block), &bytes);
    }
}

fn folder(directory: &Path) -> String {
    let place = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    format!("analyses/{}", ContentHash::of(place.as_os_str().as_encoded_bytes()))
}

/// Removes the analyses that a cache has of a history directory.
///
/// # Errors
/// The folder cannot be removed.
pub(crate) fn remove(cache: &CacheFolder, directory: &Path) -> anyhow::Result<()> {
    let folder = cache.path_of(&folder(directory));
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
