//! The site on disk: written into a folder beside the target, then swapped with it in one step.
//!
//! A reader, a crash or a full disk never sees half a site: until [`Output::commit`] the old one
//! stands untouched, and a run that ends before it leaves nothing but a staging folder, which the
//! next run removes. The site that was replaced may stay beside it for the next run to write over
//! (`former`). Refused: a target that this program did not make (no marker file `.benchpages`), a
//! link, a file, and routes that would leave the folder.

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

use crate::output::previous::{PreviousSite, ReusableFiles};
use crate::output::target::{MARKER, MARKER_HEAD, OLD_SUFFIX, OutputTarget};

/// Why the site was not written: place, cause, remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error(
        "{} holds files that benchpages did not write (it has no `.benchpages` file); write to \
         another folder with --out, or delete that one yourself",
        .path.display()
    )]
    NotOurs { path: PathBuf },
    #[error(
        "{} is a symbolic link, and replacing it would leave what it points to; name the folder \
         itself with --out",
        .path.display()
    )]
    SymbolicLink { path: PathBuf },
    #[error("{} is a file, not a folder; name another folder with --out", .path.display())]
    NotAFolder { path: PathBuf },
    #[error(
        "`{}` cannot be replaced as a whole; name a folder inside it with --out",
        .path.display()
    )]
    NoName { path: PathBuf },
    #[error("the page `{route}` would not lie inside the site; this is a bug, please report it")]
    OutsideSite { route: String },
    #[error("two pages are named `{route}`; this is a bug, please report it")]
    DuplicateRoute { route: String },
    #[error("{}: {source}; {}", .path.display(), remedy(.source))]
    Io { path: PathBuf, source: io::Error },
}

impl OutputError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on this disk, or write to another one with --out"
        }
        io::ErrorKind::ResourceBusy => {
            "it is in use or a mount point: name a folder inside it with --out"
        }
        _ => "name a folder that can be written with --out",
    }
}

/// A site that is being written. Dropped without [`Output::commit`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct Output {
    target: OutputTarget,
    staging: TempDir,
    previous: PreviousSite,
    /// What lies in the staging folder and is to be written over.
    reusable: ReusableFiles,
    /// Held open and locked while the run is at work, so that no other run takes it for stale.
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
    /// Makes a staging folder beside `target`, and the folders above it where they are missing.
    /// `former` says what becomes of the site that is there, and whether one before it is used.
    ///
    /// # Errors
    /// The target must not be replaced, or nothing can be written beside it.
    pub(crate) fn prepare(target: &Path, former: PreviousSite) -> Result<Self, OutputError> {
        let target = OutputTarget::new(target)?;
        target.is_replaceable()?;
        fs::create_dir_all(&target.parent).map_err(OutputError::at(&target.parent))?;
        target.clean_up_after_crash();
        let staging = create_staging(&target)?;
        let path = staging.path().join(MARKER);
        let claimed = match former {
            PreviousSite::Keep => previous::claim(&target, staging.path()),
            PreviousSite::Remove => None,
        };
        let (marker, stock) = match claimed {
            Some((marker, stock)) => (write_marker(marker), stock),
            None => (create_marker(&path), ReusableFiles::default()),
        };
        Ok(Self {
            target,
            staging,
            previous: former,
            _lock: marker.map_err(OutputError::at(&path))?,
            folders: RwLock::new(stock.folders.clone()),
            reusable: stock,
            routes: Mutex::default(),
            bytes: AtomicU64::new(0),
        })
    }

    /// Writes one file, from any thread. `route` is relative, with `/` between folders, which are
    /// made where they are missing.
    ///
    /// # Errors
    /// The route leaves the site or was written before, or the disk refuses; the target is as it
    /// was.
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
        // The folder above first: asking the system for a folder whose own is missing costs as much
        // as making one.
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

    /// Puts the site in the target's place, and keeps or removes the old one.
    ///
    /// # Errors
    /// The target changed into something that must not be replaced, or the system refuses; the
    /// target is as it was.
    pub(crate) fn commit(self) -> Result<Committed, OutputError> {
        let replaces = self.target.is_replaceable()?;
        #[cfg(windows)]
        drop(self._lock); // a folder with an open file is not renamed there
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
        let _ = self.staging.keep(); // its path is now the old site's, or nobody's
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
    // The folder becomes the site: others may read it, as far as the umask says so.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(&target.parent).map_err(OutputError::at(&target.parent))
}

/// Locks first and writes then: a marker that is not written yet marks nothing.
fn create_marker(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    // A file system without locks builds all the same; it merely cannot tell stale from busy.
    let _ = file.try_lock();
    write_marker(file)
}

/// Writes into a marker what it says.
fn write_marker(mut file: File) -> io::Result<File> {
    file.set_len(0)?;
    writeln!(file, "{MARKER_HEAD}\nwritten by benchpages {}", env!("CARGO_PKG_VERSION"))?;
    Ok(file)
}

/// Whether a route names a file inside the site on every system, and is not the marker.
fn is_inside(route: &str) -> bool {
    let bad = |c: char| c.is_control() || matches!(c, '\\' | ':');
    let part = |part: &str| !part.is_empty() && part != "." && part != "..";
    !route.contains(bad) && route.split('/').all(part) && route != MARKER
}

#[cfg(test)]
mod tests;
