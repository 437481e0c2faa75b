//! The site before the last one: it stays beside the target, and the next run writes over it.
//!
//! Overwriting a file costs a fraction of making a new one and removing the old one, and giving one
//! that did not change a second name costs even less. Nobody reads in the folder: it becomes the
//! staging folder of the run, and only the finished site is swapped in. Nothing in it is trusted:
//! every file of the new site is written or compared by its content, and all others are removed.
//! Links are removed first, and so are files with a second name before they are written: writing to
//! one would change a file elsewhere, in the site that readers see for one.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::files::{self, Links};
use crate::output::error::OutputError;
use crate::output::manifest::{MARKER, MarkerFile};
use crate::output::site_folder::{EntryPlace, SiteFolder};
use crate::output::target::OutputTarget;
use crate::site::content_hash::ContentHash;

/// What becomes of the site that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreviousSite {
    /// It stays beside the new one for the next run to reuse. A file that did not change is on disk
    /// once.
    Keep,
    Remove,
}

impl PreviousSite {
    /// Keeps or removes a replaced site. Returns whether it is no longer at its path.
    pub(super) fn dispose(self, target: &OutputTarget, old: &SiteFolder) -> bool {
        let is_kept = self == Self::Keep && old.is_marked() && keep(target, old);
        is_kept || old.remove()
    }
}

/// The files and folders of an older site that a run has not overwritten yet, by route.
#[derive(Debug, Default)]
pub(super) struct ReusableFiles {
    files: Mutex<HashSet<String>>,
    pub(super) folders: HashSet<String>,
}

/// Checks the site that [`keep`] has kept, and moves what the policy keeps from it into the site:
/// versions without a list of files left it there. Returns the names of what was moved.
///
/// # Errors
/// Something is in it that no build wrote and that is not to be kept, or it cannot be moved.
pub(super) fn check(target: &OutputTarget, keep: &[String]) -> Result<Vec<String>, OutputError> {
    let Some(previous) = SiteFolder::at(&target.previous_path(), EntryPlace::Beside) else {
        return Ok(Vec::new());
    };
    previous.check_foreign(keep)?;
    if fs::symlink_metadata(&target.path).is_err() {
        return Ok(Vec::new());
    }
    previous.bring_back(keep, &target.path)
}

/// Moves the kept site to the empty folder `staging`. Returns its marker, locked and without its
/// list, and its files; none where there is no kept site, another run uses it, or something to be
/// kept is still in it.
pub(super) fn claim(
    target: &OutputTarget,
    keep: &[String],
    staging: &Path,
) -> Option<(MarkerFile, ReusableFiles)> {
    let previous = SiteFolder::at(&target.previous_path(), EntryPlace::Beside)?;
    if previous.kept_names(keep).next().is_some() {
        return None;
    }
    let marker = MarkerFile::claim(&previous.path)?;
    fs::rename(&previous.path, staging).ok()?;
    let claimed = SiteFolder { path: staging.to_owned(), ..previous };
    match ReusableFiles::of(&claimed).and_then(|files| marker.reopen().map(|()| files)) {
        Ok(reusable) => Some((marker, reusable)),
        // A folder that cannot be read as a whole is no help: the run starts with an empty one.
        Err(_) => {
            let _ = fs::rename(staging, target.previous_path());
            let _ = fs::create_dir(staging);
            None
        }
    }
}

/// Puts a replaced site where the next run finds it. Returns whether that worked.
fn keep(target: &OutputTarget, old: &SiteFolder) -> bool {
    old.hide_from_git().and_then(|()| fs::rename(&old.path, target.previous_path())).is_ok()
}

/// Removes the site that [`keep`] has kept. If that fails, it stays; it is in nobody's way.
pub(super) fn remove(target: &OutputTarget) {
    if let Some(previous) = SiteFolder::at(&target.previous_path(), EntryPlace::Beside) {
        previous.remove();
    }
}

impl ReusableFiles {
    /// Lists a folder, and removes at once what is neither a file nor a folder.
    fn of(site: &SiteFolder) -> io::Result<Self> {
        let (mut files, mut folders) = (HashSet::new(), HashSet::new());
        for entry in site.entries() {
            let entry = entry?;
            if !entry.is_ours {
                return Err(io::Error::other("a file that no build wrote"));
            }
            if entry.kind.is_dir() {
                folders.insert(entry.route);
            } else if entry.kind.is_file() {
                files.insert(entry.route);
            } else {
                fs::remove_file(entry.path)?;
            }
        }
        files.remove(MARKER);
        Ok(Self { files: Mutex::new(files), folders })
    }

    /// Whether there was a file at this route that no page has overwritten yet. From here on it is
    /// taken.
    fn claim_route(&self, route: &str) -> bool {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).remove(route)
    }

    /// Leaves the file at a route as it is, where this is its content. Reading costs less than
    /// writing, and most pages of a build are the same as two builds ago.
    pub(super) fn is_equal(&self, route: &str, path: &Path, bytes: &[u8]) -> bool {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = files.contains(route);
        drop(files);
        is_there && has_content(path, bytes) && self.claim_route(route)
    }

    /// Removes what is at a route, so that another file can take its place.
    pub(super) fn remove(&self, route: &str, path: &Path) -> io::Result<()> {
        match self.claim_route(route) {
            true => fs::remove_file(path),
            false if self.folders.contains(route) => fs::remove_dir_all(path),
            false => Ok(()),
        }
    }

    /// Overwrites the file at a route. False: there is no file at the route, and the caller makes
    /// one.
    pub(super) fn overwrite(&self, route: &str, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        if !self.claim_route(route) {
            if self.folders.contains(route) {
                fs::remove_dir_all(path)?;
            }
            return Ok(false);
        }
        if overwrite_file(path, bytes).is_ok() {
            return Ok(true);
        }
        // Read-only, or linked from elsewhere: a new file takes its place.
        fs::remove_file(path).map(|()| false)
    }

    /// Leaves the file at a route as it is, where its content has this hash. Returns its length.
    pub(super) fn retain(&self, route: &str, path: &Path, content: ContentHash) -> Option<usize> {
        if !self.files.lock().unwrap_or_else(PoisonError::into_inner).contains(route) {
            return None;
        }
        let bytes = read_plain(path).filter(|bytes| ContentHash::of(bytes) == content)?;
        self.claim_route(route).then_some(bytes.len())
    }

    /// Removes a file where the new site has a folder.
    pub(super) fn remove_blocking(&self, folder: &str, path: &Path) -> io::Result<()> {
        if self.claim_route(folder) { fs::remove_file(path) } else { Ok(()) }
    }

    /// Removes all files and folders that the new site, with these routes, does not have.
    pub(super) fn sweep(self, root: &Path, routes: &[String]) -> io::Result<()> {
        let strays = self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut strays: Vec<String> = strays.into_iter().collect();
        strays.sort_unstable();
        for stray in strays {
            match fs::remove_file(root.join(stray)) {
                // Its folder may have become a file of the new site.
                Err(error) if !is_gone(&error) => return Err(error),
                _ => {}
            }
        }
        let used: HashSet<&str> = routes
            .iter()
            .flat_map(|route| route.match_indices('/').map(|(end, _)| &route[..end]))
            .collect();
        let mut empty: Vec<&String> =
            self.folders.iter().filter(|folder| !used.contains(folder.as_str())).collect();
        // Inner folders first: only an empty one can be removed.
        empty.sort_unstable_by(|a, b| b.cmp(a));
        for folder in empty {
            match fs::remove_dir(root.join(folder)) {
                Err(error) if !is_gone(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a plain file has this content.
pub(super) fn has_content(path: &Path, bytes: &[u8]) -> bool {
    let is_long = |file: &File| file.metadata().is_ok_and(|it| it.len() == bytes.len() as u64);
    let Some(mut file) = files::open(path, Links::Reject).ok().filter(is_long) else {
        return false;
    };
    let mut content = Vec::with_capacity(bytes.len());
    file.read_to_end(&mut content).is_ok() && content == bytes
}

/// The content of a plain file; none where it cannot be read.
pub(super) fn read_plain(path: &Path) -> Option<Vec<u8>> {
    let mut file = files::open(path, Links::Reject).ok()?;
    let length = file.metadata().ok()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Replaces the content of a file that has no other name.
fn overwrite_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = files::open_existing(path).map_err(io::Error::other)?;
    let metadata = file.metadata()?;
    if has_other_names(&metadata) {
        return Err(io::Error::other("the file has another name elsewhere"));
    }
    file.write_all(bytes)?;
    if metadata.len() > bytes.len() as u64 { file.set_len(bytes.len() as u64) } else { Ok(()) }
}

/// Whether a file has hard links: a backup by `cp -al` shares its files with the site.
#[cfg(unix)]
fn has_other_names(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests;
