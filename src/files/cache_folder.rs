//! The user's cache folder: what it holds is trusted, so nobody else may write there.
//!
//! An entry of the cache stands for the records of a file. Whoever can write one decides what the
//! site shows, without a trace in the history; a checksum without a key does not stop them.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::files::lock::TEMPORARY_FILE;
use crate::files::plain::{self, Links, SizeLimit};

/// `records/HISTORY` is the deepest folder.
const MAX_FOLDER_DEPTH: usize = 2;
/// An entry holds the records of one block of a file.
const ENTRY_LIMIT: SizeLimit = SizeLimit { bytes: 1 << 30, key: None };

/// A cache folder that only the user can write. It need not exist yet.
#[derive(Clone, Debug)]
pub(crate) struct CacheFolder {
    path: PathBuf,
}

impl CacheFolder {
    /// # Errors
    /// A folder of it belongs to somebody else, can be written by others, or is a link; the message
    /// names it and the remedy.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let folders = WalkDir::new(path).follow_links(false).max_depth(MAX_FOLDER_DEPTH);
        for entry in folders.into_iter().flatten() {
            let is_root = entry.depth() == 0;
            if !(entry.file_type().is_dir() || is_root) {
                continue;
            }
            let Ok(metadata) = fs::symlink_metadata(entry.path()) else { continue };
            if let Some(fault) = fault_of(&metadata) {
                let (shown, root) = (entry.path().display(), path.display());
                return Err(format!(
                    "the cache is not used: {shown} {fault}; remove the folder: rm -r {root}"
                ));
            }
        }
        Ok(Self { path: path.to_owned() })
    }

    pub(crate) fn path_of(&self, relative: &str) -> PathBuf {
        self.path.join(relative)
    }

    /// An entry; none where it cannot be read. A cache is no reason to fail.
    pub(crate) fn read(&self, relative: &str) -> Option<Vec<u8>> {
        plain::read(&self.path.join(relative), Links::Reject, ENTRY_LIMIT).ok()
    }

    /// Writes an entry, whole or not at all. It does not wait for the disk: a cut entry fails its
    /// checksum and counts as none.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn write(&self, relative: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path.join(relative);
        let folder = path.parent().unwrap_or(&self.path);
        create_private(folder)?;
        self.hide_from_git()?;
        // By rename, as two builds may write the same entry at once.
        let mut file = tempfile::Builder::new().prefix(TEMPORARY_FILE).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }

    /// Keeps the folder out of commits: `--cache` may name one in a repository.
    fn hide_from_git(&self) -> io::Result<()> {
        let path = self.path.join(".gitignore");
        // Looked at first: opening a file for each entry would cost more than the entry.
        if path.symlink_metadata().is_ok() {
            return Ok(());
        }
        match fs::OpenOptions::new().write(true).create_new(true).open(path) {
            // Another build made it in the meantime.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            opened => opened?.write_all(HIDE_ALL),
        }
    }
}

/// What git reads in a folder that it is to ignore.
const HIDE_ALL: &[u8] = b"*\n";

/// Makes a folder and those above it; new ones can be entered by the user alone.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Why a folder cannot be trusted.
#[cfg(unix)]
fn fault_of(metadata: &fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    const WRITE_BY_OTHERS: u32 = 0o022;
    if !metadata.is_dir() {
        return Some("is no folder");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Some("belongs to another user");
    }
    (metadata.mode() & WRITE_BY_OTHERS != 0).then_some("can be written by other users")
}

/// The user's profile is private on Windows.
#[cfg(not(unix))]
fn fault_of(metadata: &fs::Metadata) -> Option<&'static str> {
    (!metadata.is_dir()).then_some("is no folder")
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_that_others_can_write_is_not_used() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("benchpages");
        CacheFolder::open(&path).unwrap().write("records/a/entry", b"one").unwrap();
        let cache = CacheFolder::open(&path).unwrap();
        assert_eq!(cache.read("records/a/entry").unwrap(), b"one");
        for folder in ["", "records", "records/a"] {
            let folder = path.join(folder);
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
            let message = CacheFolder::open(&path).unwrap_err();
            assert!(message.contains("can be written by other users"), "{message}");
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        }
        assert!(CacheFolder::open(&path).is_ok());
    }

    #[test]
    fn links_are_neither_used_as_the_folder_nor_read() {
        let root = tempfile::tempdir().unwrap();
        let (real, link) = (root.path().join("real"), root.path().join("link"));
        let cache = CacheFolder::open(&real).unwrap();
        cache.write("built/a", b"one").unwrap();
        symlink(real.join("built/a"), real.join("built/b")).unwrap();
        assert!(cache.read("built/b").is_none());
        symlink(&real, &link).unwrap();
        assert!(CacheFolder::open(&link).unwrap_err().contains("is no folder"));
    }
}
