//! The site on disk: written into a folder beside the target, then swapped with it in one step.
//!
//! ```text
//! site/                         the target, served to readers until the swap
//! .site.benchpages-x3f9/        the staging folder: becomes `site/`
//! .site.benchpages.former/      the site before the last one, if it is kept (`previous`)
//! ```
//!
//! Neither a reader nor a crash nor a full disk ever sees half a site: until [`Output::commit`] the
//! old one stays untouched. A run that ends before leaves only a staging folder, which the next run
//! removes. Rejected: a target that this program did not make (no marker file `.benchpages`), a
//! link, a file, and routes that would leave the folder.

pub(crate) mod error;
pub(crate) mod previous;
mod swap;
mod target;

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use tempfile::TempDir;

use crate::output::error::OutputError;
use crate::output::previous::{PreviousSite, ReusableFiles};
use crate::output::target::{MARKER, MARKER_HEAD, OLD_SUFFIX, OutputTarget};

/// A site that is being written. Dropped without [`Output::commit`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct Output {
    target: OutputTarget,
    staging: TempDir,
    previous: PreviousSite,
    /// Files of an older site in the staging folder, to be written over.
    reusable: ReusableFiles,
    /// The marker, open and locked while the run is at work, so that no other run takes the folder
    /// for that of a crashed one.
    _lock: File,
    /// Folders that exist in the staging folder, relative.
    folders: RwLock<HashSet<String>>,
    routes: Mutex<Vec<String>>,
    bytes: AtomicU64,
}

/// What [`Output::commit`] put in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    /// Pages and other files by path, sorted, without the marker.
    pub(crate) routes: Vec<String>,
    pub(crate) bytes: u64,
    /// The old site, where it could not be removed after the swap.
    pub(crate) leftover: Option<PathBuf>,
}

impl Output {
    /// Makes a staging folder beside `target`, and missing folders above it. `previous` says
    /// whether the replaced site is kept, and one that was kept is used.
    ///
    /// # Errors
    /// The target must not be replaced, or nothing can be written beside it.
    pub(crate) fn prepare(target: &Path, previous: PreviousSite) -> Result<Self, OutputError> {
        let target = OutputTarget::new(target)?;
        target.is_replaceable()?;
        fs::create_dir_all(&target.parent).map_err(OutputError::at(&target.parent))?;
        target.clean_up_after_crash();
        let staging = create_staging(&target)?;
        let path = staging.path().join(MARKER);
        let claimed = match previous {
            PreviousSite::Keep => previous::claim(&target, staging.path()),
            PreviousSite::Remove => None,
        };
        let (marker, reusable) = match claimed {
            Some((marker, reusable)) => (write_marker(marker), reusable),
            None => (create_marker(&path), ReusableFiles::default()),
        };
        Ok(Self {
            target,
            staging,
            previous,
            _lock: marker.map_err(OutputError::at(&path))?,
            folders: RwLock::new(reusable.folders.clone()),
            reusable,
            routes: Mutex::default(),
            bytes: AtomicU64::new(0),
        })
    }

    /// Writes one file, from any thread. `route` is relative, with `/` between folders. Missing
    /// folders are made.
    ///
    /// # Errors
    /// The route leaves the site or was written before, or the disk fails. The target is unchanged.
    pub(crate) fn write(&self, route: &str, bytes: &[u8]) -> Result<(), OutputError> {
        if !is_inside(route) {
            return Err(OutputError::OutsideSite { route: route.to_owned() });
        }
        if let Some((folder, _)) = route.rsplit_once('/') {
            self.create_folder(folder)?;
        }
        let path = self.staging.path().join(route);
        let at = |source| OutputError::at(&self.target.path.join(route))(source);
        if !self.reusable.overwrite(route, &path, bytes).map_err(at)? {
            let file = OpenOptions::new().write(true).create_new(true).open(&path);
            let mut file = file.map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => {
                    OutputError::DuplicateRoute { route: route.to_owned() }
                }
                _ => at(source),
            })?;
            file.write_all(bytes).map_err(at)?;
        }
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).push(route.to_owned());
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn create_folder(&self, folder: &str) -> Result<(), OutputError> {
        if self.folders.read().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            return Ok(());
        }
        // The folder above first: a failed attempt in a missing folder costs as much as making one.
        if let Some((above, _)) = folder.rsplit_once('/') {
            self.create_folder(above)?;
        }
        let path = self.staging.path().join(folder);
        match self.reusable.remove_blocking(folder, &path).and_then(|()| fs::create_dir(&path)) {
            Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
                return Err(OutputError::at(&self.target.path.join(folder))(source));
            }
            _ => {}
        }
        self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        Ok(())
    }

    /// Puts the site in the place of the target, and keeps or removes the old one.
    ///
    /// # Errors
    /// The target became something that must not be replaced, or the swap fails. The target is
    /// unchanged.
    pub(crate) fn commit(self) -> Result<Committed, OutputError> {
        // Once more: a build takes seconds, and somebody may have put a folder there meanwhile.
        let replaces = self.target.is_replaceable()?;
        #[cfg(windows)]
        drop(self._lock); // Windows renames no folder with an open file in it.
        let (staging, target) = (self.staging.path(), &self.target.path);
        let mut routes = self.routes.into_inner().unwrap_or_else(PoisonError::into_inner);
        routes.sort_unstable();
        self.reusable.sweep(staging, &routes).map_err(OutputError::at(staging))?;
        let old = if replaces {
            let mut aside = staging.as_os_str().to_owned();
            aside.push(OLD_SUFFIX);
            swap::replace(staging, target, Path::new(&aside)).map(Some)
        } else {
            fs::rename(staging, target).map(|()| None)
        };
        let old = old.map_err(OutputError::at(target))?;
        // The path of the staging folder is that of the old site now, so it must not be removed.
        let _ = self.staging.keep();
        if self.previous == PreviousSite::Remove {
            previous::remove(&self.target);
        }
        let old = old.filter(|old| {
            self.previous == PreviousSite::Remove || !previous::keep(&self.target, old)
        });
        let leftover = old.filter(|old| fs::remove_dir_all(old).is_err() && old.exists());
        Ok(Committed { routes, bytes: self.bytes.into_inner(), leftover })
    }
}

fn create_staging(target: &OutputTarget) -> Result<TempDir, OutputError> {
    let prefix = target.staging_prefix();
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    // The folder becomes the site, which a web server of another user reads: the umask decides,
    // where a temporary folder would be private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(&target.parent).map_err(OutputError::at(&target.parent))
}

/// Locks first, then writes: an empty marker marks nothing, so no other run can remove the folder
/// in between.
fn create_marker(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    // Without locks (some network file systems) the build goes on; it cannot tell stale from busy.
    let _ = file.try_lock();
    write_marker(file)
}

/// Fills in a marker.
fn write_marker(mut file: File) -> io::Result<File> {
    file.set_len(0)?;
    writeln!(file, "{MARKER_HEAD}\nwritten by benchpages {}", env!("CARGO_PKG_VERSION"))?;
    Ok(file)
}

/// Whether a route names a file inside the site on every system, and is not the marker. `:` would
/// be a drive or a stream on Windows.
fn is_inside(route: &str) -> bool {
    let is_forbidden = |c: char| c.is_control() || matches!(c, '\\' | ':');
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !route.contains(is_forbidden) && route.split('/').all(is_plain) && route != MARKER
}

#[cfg(test)]
mod tests;
