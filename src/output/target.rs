//! The output folder: whether it may be replaced, and the names of the folders beside it.
//!
//! For `out/site` the parent is `out` and staging folders are `out/.site.benchpages-…`: beside the
//! target, since only folders on one file system can be swapped in one step.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::output::error::OutputError;
use crate::output::site_folder::{EntryPlace, SiteFolder};

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

    /// Its last name, for people.
    pub(super) fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
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
    /// folder has this name, so that a cleanup after a killed run never removes it.
    pub(super) fn previous_path(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(".benchpages.former");
        self.parent.join(name)
    }

    /// The folder to replace; none where there is none.
    ///
    /// # Errors
    /// The target must not be replaced: it is a file or a link, or something is in it that no build
    /// wrote and that is not to be kept.
    pub(super) fn existing_site(&self, keep: &[String]) -> Result<Option<SiteFolder>, OutputError> {
        let path = || self.path.clone();
        let kind = match fs::symlink_metadata(&self.path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(OutputError::at(&self.path)(error)),
        };
        // The swap would replace the link and leave the folder that it points to.
        if kind.is_symlink() {
            return Err(OutputError::SymbolicLink { path: path() });
        }
        if !kind.is_dir() {
            return Err(OutputError::NotAFolder { path: path() });
        }
        if let Some(site) = SiteFolder::at(&self.path, EntryPlace::Target) {
            site.check_foreign(keep)?;
            return Ok(Some(site));
        }
        // An empty folder, or a fresh checkout with nothing but a `.git`.
        for entry in fs::read_dir(&self.path).map_err(OutputError::at(&self.path))? {
            let name = entry.map_err(OutputError::at(&self.path))?.file_name();
            if !keep.iter().any(|kept| OsStr::new(kept) == name) {
                return Err(OutputError::NotOurs { path: path() });
            }
        }
        Ok(Some(SiteFolder::unmarked(&self.path)))
    }
}
