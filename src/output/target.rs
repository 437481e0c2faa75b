//! The output folder: whether it may be replaced, and the staging folders that crashed runs left.
//!
//! For `out/site` the parent is `out` and staging folders are `out/.site.benchpages-…`: beside the
//! target, since only folders on one file system can be swapped in one step.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::output::error::OutputError;

/// The file that marks a folder as made by this program.
pub(super) const MARKER: &str = ".benchpages";
/// The marker's first line; the second says which version wrote it.
pub(super) const MARKER_HEAD: &str = "benchpages site 1";

/// The end of the name of an old site while the new one is moved into its place in two steps.
pub(super) const OLD_SUFFIX: &str = "-old";

/// An output folder by absolute path, split into its parent and its name.
#[derive(Clone, Debug)]
pub(super) struct OutputTarget {
    pub(super) path: PathBuf,
    pub(super) parent: PathBuf,
    name: OsString,
}

impl OutputTarget {
    /// # Errors
    /// The path has no last name (`/`, `.`, `..`), so nothing can be written beside it.
    pub(super) fn new(path: &Path) -> Result<Self, OutputError> {
        let no_name = || OutputError::NoName { path: path.to_owned() };
        if path.as_os_str().is_empty() || path.file_name().is_none() {
            return Err(no_name());
        }
        let path = std::path::absolute(path).map_err(OutputError::at(path))?;
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => {
                Ok(Self { parent: parent.to_owned(), name: name.to_owned(), path: path.clone() })
            }
            _ => Err(no_name()),
        }
    }

    /// The start of the names of staging folders: `.<name>.benchpages-`. Hidden, since web servers
    /// and globs skip such names.
    pub(super) fn staging_prefix(&self) -> OsString {
        let mut prefix = OsString::from(".");
        prefix.push(&self.name);
        prefix.push(".benchpages-");
        prefix
    }

    /// Where the site that was replaced last is kept: `.<name>.benchpages.former`. No staging
    /// folder has this name, so that a cleanup after a crash never removes it.
    pub(super) fn previous_path(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(".benchpages.former");
        self.parent.join(name)
    }

    /// Whether there is a folder to replace.
    ///
    /// # Errors
    /// The target must not be replaced: it is a file, a link, or a folder with files and no marker.
    pub(super) fn is_replaceable(&self) -> Result<bool, OutputError> {
        let path = || self.path.clone();
        let kind = match fs::symlink_metadata(&self.path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(OutputError::at(&self.path)(error)),
        };
        // The swap would replace the link and leave the folder that it points to.
        if kind.is_symlink() {
            return Err(OutputError::SymbolicLink { path: path() });
        }
        if !kind.is_dir() {
            return Err(OutputError::NotAFolder { path: path() });
        }
        let mut entries = fs::read_dir(&self.path).map_err(OutputError::at(&self.path))?;
        if entries.next().is_none() || is_marked(&self.path) {
            Ok(true)
        } else {
            Err(OutputError::NotOurs { path: path() })
        }
    }

    /// Removes the staging folders of crashed runs: named like ours, marked, and not locked by a
    /// run that is still at work. An old site that was moved out of the way and not replaced goes
    /// back to its place. A folder that cannot be removed stays; it is in nobody's way.
    pub(super) fn clean_up_after_crash(&self) {
        let prefix = self.staging_prefix();
        let Ok(entries) = fs::read_dir(&self.parent) else { return };
        for entry in entries.flatten() {
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if folder && starts_with(&entry.file_name(), &prefix) {
                let path = entry.path();
                if !is_marked(&path) || is_locked(&path.join(MARKER)) {
                    continue;
                }
                // A crash between the two renames of a swap: the only copy of the site is here.
                let is_old = entry.file_name().as_encoded_bytes().ends_with(OLD_SUFFIX.as_bytes());
                let is_only_copy = is_old && fs::symlink_metadata(&self.path).is_err();
                if !is_only_copy || fs::rename(&path, &self.path).is_err() {
                    let _ = fs::remove_dir_all(&path);
                }
            }
        }
    }
}

/// Whether a folder has the marker: a plain file with the right name and the right first line.
pub(super) fn is_marked(folder: &Path) -> bool {
    let marker = folder.join(MARKER);
    let is_plain = fs::symlink_metadata(&marker).is_ok_and(|metadata| metadata.is_file());
    is_plain
        && fs::read_to_string(&marker).is_ok_and(|text| text.lines().next() == Some(MARKER_HEAD))
}

/// Whether a run holds the marker. One that cannot be opened counts as held: better a stray folder
/// than one removed under a run at work.
fn is_locked(marker: &Path) -> bool {
    File::open(marker).map_or(true, |file| file.try_lock().is_err())
}

fn starts_with(name: &OsStr, prefix: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
}
