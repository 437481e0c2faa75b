//! Files of a history that a command extends and a person reviews, as text: `accepted.yml` and
//! `baselines.json`.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::own_file_limit;

/// One of these files.
pub(crate) struct ReviewedFile {
    pub(crate) name: &'static str,
}

/// The accepted changes.
pub(crate) const ACCEPTED: ReviewedFile = ReviewedFile { name: "accepted.yml" };
/// The pinned baselines.
pub(crate) const BASELINES: ReviewedFile = ReviewedFile { name: "baselines.json" };

impl ReviewedFile {
    /// The file's place, for messages.
    pub(crate) fn path(&self, directory: &Path) -> PathBuf {
        directory.join(self.name)
    }

    /// The text; empty where there is no such file.
    ///
    /// # Errors
    /// It is no plain file, cannot be read, or is not UTF-8.
    pub(crate) fn read(&self, directory: &Directory) -> anyhow::Result<String> {
        let bytes = directory.read(self.name, own_file_limit())?.unwrap_or_default();
        let path = self.path(directory.path());
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
    }

    /// Replaces the file; an empty text removes it.
    ///
    /// # Errors
    /// It is no plain file, or the disk refuses; the file is as before then.
    pub(crate) fn write(
        &self,
        directory: &Directory,
        lock: &HistoryLock,
        text: &str,
    ) -> anyhow::Result<()> {
        if text.is_empty() {
            directory.remove(lock, self.name)?;
        } else {
            directory.replace(lock, self.name, text.as_bytes())?;
        }
        Ok(())
    }
}
