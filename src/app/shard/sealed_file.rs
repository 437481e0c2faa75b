//! A file that one step hands to the next: its kind, its format, the program that wrote it, and a
//! checksum at the end.
//!
//! ```text
//! benchpages part 2 0.1.0
//! … the content …
//! 32 bytes: BLAKE3 of everything before
//! ```
//!
//! The content carries no types, so only the same version of the program may read it. Rejected: a
//! file of another kind or version, and one that is cut off or altered.

use std::path::Path;

use blake3::{Hash, Hasher, OUT_LEN};

use crate::app::shard::fault::ShardFault;
use crate::files::{self, Links, SizeLimit};

/// Longest first line that is looked at.
const MAX_HEAD_BYTES: usize = 200;
/// The operator's own files: as large as a site needs them.
const NO_LIMIT: SizeLimit = SizeLimit { bytes: u64::MAX, key: None };

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub(super) struct SealedKind {
    pub(super) name: &'static str,
    /// A new number where the content has another shape.
    pub(super) format: u32,
    /// The command that writes it.
    pub(super) command: &'static str,
}

/// The content of a file that was checked.
pub(super) struct SealedContent {
    bytes: Vec<u8>,
    head: usize,
    /// That of the file, which names it.
    pub(super) checksum: Hash,
}

impl SealedContent {
    pub(super) fn payload(&self) -> &[u8] {
        self.bytes.get(self.head..self.bytes.len() - OUT_LEN).unwrap_or_default()
    }
}

impl SealedKind {
    fn head(self) -> String {
        format!("benchpages {} {} {}\n", self.name, self.format, env!("CARGO_PKG_VERSION"))
    }

    /// Writes a file whole or not at all; its size. The pieces follow each other.
    ///
    /// # Errors
    /// The disk refuses, or something else is in the place of the file.
    pub(super) fn write(self, path: &Path, pieces: &[Vec<u8>]) -> anyhow::Result<u64> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut size = 0;
        files::replace_file(path, &mut |output| {
            let mut hash = Hasher::new();
            let head = self.head();
            size = OUT_LEN as u64;
            for piece in std::iter::once(head.as_bytes()).chain(pieces.iter().map(Vec::as_slice)) {
                hash.update(piece);
                output.write_all(piece)?;
                size += piece.len() as u64;
            }
            output.write_all(hash.finalize().as_bytes())
        })?;
        Ok(size)
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// It cannot be read, is of another kind or version, or is damaged.
    pub(super) fn read(self, path: &Path) -> anyhow::Result<SealedContent> {
        let (place, command) = (path.display(), self.command);
        let bytes = files::read(path, Links::Reject, NO_LIMIT).map_err(|error| {
            if error.is_missing() {
                ShardFault::MissingFile
                    .error(format!("{place} is not there: name the file that `{command}` wrote"))
            } else {
                error.into()
            }
        })?;
        let line = bytes.iter().take(MAX_HEAD_BYTES).position(|byte| *byte == b'\n');
        let head = &bytes[..line.map_or(0, |end| end + 1)];
        let expected = self.head();
        if head != expected.as_bytes() {
            let begins = format!("benchpages {} ", self.name);
            let fitting = std::str::from_utf8(head).ok().filter(|head| head.starts_with(&begins));
            return Err(match fitting {
                Some(head) => ShardFault::OtherVersion.error(format!(
                    "{place} was written by another version of benchpages ({}, this is {}): run \
                     all steps with one version, and `{command}` again",
                    head.trim_end(),
                    expected.trim_end()
                )),
                None => ShardFault::OtherFile.error(format!(
                    "{place} is no {} file of benchpages: name the file that `{command}` wrote",
                    self.name
                )),
            });
        }
        let sealed = bytes.len().checked_sub(OUT_LEN).filter(|end| *end >= head.len());
        let checksum = sealed.map(|end| blake3::hash(&bytes[..end]));
        match (sealed, checksum) {
            (Some(end), Some(sum)) if sum.as_bytes() == &bytes[end..] => {
                Ok(SealedContent { head: head.len(), bytes, checksum: sum })
            }
            _ => {
                let message = format!("{place} is cut off or altered: {}", self.remedy());
                Err(ShardFault::Damaged.error(message))
            }
        }
    }

    /// What to do about a file that is damaged.
    pub(super) fn remedy(self) -> String {
        format!("run `{}` for it again", self.command)
    }
}
