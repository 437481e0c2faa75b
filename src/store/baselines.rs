//! `baselines.json` on disk, as text.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::own_file_limit;

pub(crate) const FILE: &str = "baselines.json";

/// The file's place, for messages.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// The text; empty where there is no such file.
///
/// # Errors
/// It is no plain file, cannot be read, or is not UTF-8.
pub(crate) fn read(directory: &Directory) -> anyhow::Result<String> {
    let bytes = directory.read(FILE, own_file_limit())?.unwrap_or_default();
    let path = path(directory.path());
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}

/// Replaces the file; an empty text removes it.
///
/// # Errors
/// It is no plain file, or the disk refuses; the file is as before then.
pub(crate) fn write(directory: &Directory, lock: &HistoryLock, text: &str) -> anyhow::Result<()> {
    if text.is_empty() {
        directory.remove(lock, FILE)?;
    } else {
        directory.replace(lock, FILE, text.as_bytes())?;
    }
    Ok(())
}
