//! The site before the last one: it stays beside the target, and the next run writes over it.
//!
//! Writing over a file costs a fraction of making it anew and removing the old one
//! (docs/performance.md), and nobody reads there: the folder is moved to where a run stages its
//! site, and only the finished site is swapped in. What lies in it is never trusted. Every file of
//! the new site is written or compared to the byte, and all others are removed.
//! Refused: links and files with a second name, which could reach what is not ours; they go first.

use std::collections::HashSet;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use walkdir::WalkDir;

use crate::output::target::{MARKER, OutputTarget, is_marked};

/// Keeps what is put beside a site out of the repository that it may stand in.
const GITIGNORE: &str = ".gitignore";

/// What becomes of the site that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreviousSite {
    /// It stays beside the new one, as large again, for the next run to write over.
    Keep,
    Remove,
}

/// The files and folders of a former site that a run has not written over yet, by route.
#[derive(Debug, Default)]
pub(super) struct ReusableFiles {
    files: Mutex<HashSet<String>>,
    pub(super) folders: HashSet<String>,
}

/// Moves the former site, where there is one and nobody else has it, to the empty folder `staging`;
/// its marker, open and locked, and what it holds.
pub(super) fn claim(target: &OutputTarget, staging: &Path) -> Option<(File, ReusableFiles)> {
    let kept = target.previous_path();
    if !fs::symlink_metadata(&kept).is_ok_and(|facts| facts.is_dir()) || !is_marked(&kept) {
        return None;
    }
    let marker = OpenOptions::new().read(true).write(true).open(kept.join(MARKER)).ok()?;
    if let Err(TryLockError::WouldBlock) = marker.try_lock() {
        return None;
    }
    fs::rename(&kept, staging).ok()?;
    match ReusableFiles::of(staging) {
        Ok(stock) => Some((marker, stock)),
        Err(_) => {
            let _ = fs::remove_dir_all(staging).and_then(|()| fs::create_dir(staging));
            None
        }
    }
}

/// Puts a site that was replaced where the next run finds it; whether it could be.
pub(super) fn keep(target: &OutputTarget, old: &Path) -> bool {
    let written = fs::write(old.join(GITIGNORE), "*\n");
    written.and_then(|()| fs::rename(old, target.previous_path())).is_ok()
}

/// Removes what [`keep`] has kept. What cannot be removed stays; it harms nobody.
pub(super) fn remove(target: &OutputTarget) {
    let kept = target.previous_path();
    if is_marked(&kept) {
        let _ = fs::remove_dir_all(&kept);
    }
}

impl ReusableFiles {
    /// Looks through a folder, and removes at once what is neither a file nor a folder.
    fn of(root: &Path) -> io::Result<Self> {
        let (mut files, mut folders) = (HashSet::new(), HashSet::new());
        for entry in WalkDir::new(root).min_depth(1).max_open(64) {
            let entry = entry?;
            let route = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
            let Some(route) = route else {
                return Err(io::Error::other("a name that no route of ours has"));
            };
            let route = if cfg!(windows) { route.replace('\\', "/") } else { route.to_owned() };
            let kind = entry.file_type();
            if kind.is_dir() {
                folders.insert(route);
            } else if kind.is_file() {
                files.insert(route);
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        files.remove(MARKER);
        Ok(Self { files: Mutex::new(files), folders })
    }

    /// Whether there was a file at this route that nothing was written over yet. There is none from
    /// here on.
    fn claim_route(&self, route: &str) -> bool {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).remove(route)
    }

    /// Writes over the file at a route; whether it could be. Where it could not, nothing is there.
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
        fs::remove_file(path).map(|()| false)
    }

    /// Makes room for a folder where there was a file.
    pub(super) fn remove_blocking(&self, folder: &str, path: &Path) -> io::Result<()> {
        if self.claim_route(folder) { fs::remove_file(path) } else { Ok(()) }
    }

    /// Removes what the new site, whose files these are, does not have.
    pub(super) fn sweep(self, root: &Path, routes: &[String]) -> io::Result<()> {
        let strays = self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut strays: Vec<String> = strays.into_iter().collect();
        strays.sort_unstable();
        for stray in strays {
            match fs::remove_file(root.join(stray)) {
                // It lay in a folder that a file took the place of.
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
        empty.sort_unstable_by(|a, b| b.cmp(a)); // what is inside comes first
        for folder in empty {
            match fs::remove_dir(root.join(folder)) {
                Err(error) if !is_gone(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Gives a file other bytes, and leaves it alone where it has them.
fn overwrite_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let facts = file.metadata()?;
    if has_other_names(&facts) {
        return Err(io::Error::other("what is written here is seen elsewhere"));
    }
    let (before, now) = (facts.len(), bytes.len() as u64);
    if before == now {
        let mut there = Vec::with_capacity(bytes.len());
        file.read_to_end(&mut there)?;
        if there == bytes {
            return Ok(());
        }
        file.rewind()?;
    }
    file.write_all(bytes)?;
    if before > now { file.set_len(now) } else { Ok(()) }
}

/// Whether a file is linked to from elsewhere, as a copy by hard links is.
#[cfg(unix)]
fn has_other_names(facts: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(facts) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests;
