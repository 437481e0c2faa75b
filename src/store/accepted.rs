//! `accepted.yml` on disk: read as text, written beside and renamed, so that nobody ever reads half
//! of it. Refuses to write through a link.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::store::replace::replace;

/// The file's place.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join("accepted.yml")
}

/// The text; empty where there is no such file.
///
/// # Errors
/// It is no plain file, cannot be read, or is not UTF-8.
pub(crate) fn read(directory: &Path) -> anyhow::Result<String> {
    let path = path(directory);
    // A link could lead out of the repository, and a later write would follow it.
    if let Ok(facts) = std::fs::symlink_metadata(&path)
        && !facts.is_file()
    {
        bail!("{} is no plain file", path.display());
    }
    match std::fs::read(&path) {
        Ok(bytes) => {
            String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Replaces the file; an empty text removes it.
///
/// # Errors
/// The disk refuses; the file is as before then.
pub(crate) fn write(directory: &Path, text: &str) -> anyhow::Result<()> {
    let path = path(directory);
    if text.is_empty() {
        return std::fs::remove_file(&path)
            .with_context(|| format!("cannot remove {}", path.display()));
    }
    replace(&path, text.as_bytes())
}
