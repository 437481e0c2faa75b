//! The site on disk: written into a folder beside the target, then swapped with it in one step.
//!
//! ```text
//! site/                         the target, served to readers until the swap
//! .site.benchpages-x3f9/        the staging folder: becomes `site/`
//! .site.benchpages.former/      the site before the last one, if it is kept (`previous`)
//! ```
//!
//! Neither a reader nor a crash nor a full disk ever sees half a site: until [`Output::commit`] the
//! old one stays untouched. A run that is killed leaves folders beside the target, which the next
//! run cleans up ([`leftovers`]).
//!
//! A build never deletes what it did not write. The marker file `.benchpages` lists the files of
//! the site ([`manifest`]). Anything else in the folder moves on to the next site if the policy
//! keeps it (`site.keep`), and makes the build refuse the folder if not ([`site_folder`]). Rejected
//! as well: a target without a marker, a link, a file, and routes that would leave the folder.

pub(crate) mod apart;
pub(crate) mod error;
pub(crate) mod leftovers;
mod manifest;
pub(crate) mod previous;
mod site_folder;
mod staging;
mod swap;
mod target;

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use tempfile::TempDir;

use crate::files::Directory;
use crate::output::error::OutputError;
use crate::output::leftovers::{Cleanup, OLD_SUFFIX};
use crate::output::manifest::{MarkerFile, is_site_path, lists_below};
use crate::output::previous::{PreviousSite, ReusableFiles};
use crate::output::site_folder::{EntryPlace, SiteFolder};
use crate::output::staging::Staging;
use crate::output::target::OutputTarget;
use crate::site::content_hash::ContentHash;

/// A site that is being written. Dropped without [`Output::commit`], it leaves nothing.
#[derive(Debug)]
pub(crate) struct Output {
    target: OutputTarget,
    staging: TempDir,
    previous: PreviousSite,
    /// Names of top-level entries that move from the old site into the new one.
    keep: Vec<String>,
    cleanup: Cleanup,
    /// Files of an older site in the staging folder, to be written over.
    reusable: ReusableFiles,
    marker: MarkerFile,
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
    /// What was done about killed runs.
    pub(crate) cleanup: Cleanup,
}

impl Output {
    /// Makes a staging folder beside `target`, and missing folders above it. `previous` says
    /// whether the replaced site is kept, and one that was kept is used. `keep` has the names of
    /// top-level entries that are not the site's and stay in the folder.
    ///
    /// # Errors
    /// The target must not be replaced, or nothing can be written beside it.
    pub(crate) fn prepare(
        target: &Path,
        previous: PreviousSite,
        keep: &[String],
    ) -> Result<Self, OutputError> {
        let target = OutputTarget::new(target)?;
        // First of all: nothing is brought back into a folder of somebody else.
        let is_missing = target.existing_site(keep)?.is_none();
        let mut cleanup = leftovers::clean_up(&target, keep)?;
        if is_missing {
            target.existing_site(keep)?;
        }
        cleanup.restored.extend(previous::check(&target, keep)?);
        fs::create_dir_all(&target.parent).map_err(OutputError::at(&target.parent))?;
        let Staging { folder, marker, reusable } = Staging::open(&target, previous, keep)?;
        Ok(Self {
            target,
            staging: folder,
            previous,
            keep: keep.to_vec(),
            cleanup,
            marker,
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
        if !is_site_path(route) {
            return Err(OutputError::OutsideSite { route: route.to_owned() });
        }
        if let Some((folder, _)) = route.rsplit_once('/') {
            self.create_folder(folder)?;
        }
        let path = self.staging.path().join(route);
        let in_target = self.target.path.join(route);
        let at = |source| OutputError::at(&in_target)(source);
        let is_in_place = self.reusable.is_equal(route, &path, bytes)
            || (previous::has_content(&in_target, bytes) && self.link(route, &in_target, &path)?)
            || self.reusable.overwrite(route, &path, bytes).map_err(at)?;
        if !is_in_place {
            let file = OpenOptions::new().write(true).create_new(true).open(&path);
            let mut file = file.map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => {
                    OutputError::DuplicateRoute { route: route.to_owned() }
                }
                _ => at(source),
            })?;
            file.write_all(bytes).map_err(at)?;
        }
        self.add(route, bytes.len());
        Ok(())
    }

    /// Puts a file of the site that is replaced, or of the one before it, into the new site, where
    /// its content has this hash. Returns its length; none where there is no such file.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(crate) fn reuse(
        &self,
        route: &str,
        content: ContentHash,
    ) -> Result<Option<usize>, OutputError> {
        if !is_site_path(route) {
            return Err(OutputError::OutsideSite { route: route.to_owned() });
        }
        let in_staging = self.staging.path().join(route);
        if let Some(length) = self.reusable.retain(route, &in_staging, content) {
            self.add(route, length);
            return Ok(Some(length));
        }
        // Times prove nothing where the folder was restored from an archive; the content does.
        let in_target = self.target.path.join(route);
        let old = previous::read_plain(&in_target);
        let Some(bytes) = old.filter(|bytes| ContentHash::of(bytes) == content) else {
            return Ok(None);
        };
        if let Some((folder, _)) = route.rsplit_once('/') {
            self.create_folder(folder)?;
        }
        if self.link(route, &in_target, &in_staging)? {
            self.add(route, bytes.len());
        } else {
            self.write(route, &bytes)?;
        }
        Ok(Some(bytes.len()))
    }

    /// Gives a file of the site that is replaced a second name in the new one. False where the disk
    /// has no such names, or the route is taken.
    fn link(&self, route: &str, from: &Path, to: &Path) -> Result<bool, OutputError> {
        self.reusable.remove(route, to).map_err(OutputError::at(from))?;
        // A copy would be a new file, which takes longer than making its content.
        Ok(fs::hard_link(from, to).is_ok())
    }

    /// The same with a file that is there already and is moved; `bytes` is what is in it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) fn adopt(
        &self,
        route: &str,
        from: &Directory,
        bytes: &[u8],
    ) -> Result<(), OutputError> {
        if !is_site_path(route) {
            return Err(OutputError::OutsideSite { route: route.to_owned() });
        }
        if let Some((folder, _)) = route.rsplit_once('/') {
            self.create_folder(folder)?;
        }
        let path = self.staging.path().join(route);
        if fs::symlink_metadata(&path).is_ok() || from.move_out(route, &path).is_err() {
            // On another disk; or a second file at this route, which is an error there.
            return self.write(route, bytes);
        }
        self.add(route, bytes.len());
        Ok(())
    }

    fn add(&self, route: &str, length: usize) {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).push(route.to_owned());
        self.bytes.fetch_add(length as u64, Ordering::Relaxed);
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
    /// unchanged. [`OutputError::KeptNotMoved`]: the new site is in place, and the next run brings
    /// back what could not be moved.
    pub(crate) fn commit(mut self) -> Result<Committed, OutputError> {
        // Once more: a build takes seconds, and somebody may have put a file there meanwhile.
        let old = self.target.existing_site(&self.keep)?;
        let mut routes = self.routes.into_inner().unwrap_or_else(PoisonError::into_inner);
        routes.sort_unstable();
        if let Some(old) = &old {
            check_clash(old, &self.keep, &routes)?;
        }
        let staging = self.staging.path();
        self.reusable.sweep(staging, &routes).map_err(OutputError::at(staging))?;
        self.marker.finish(&routes).map_err(OutputError::at(staging))?;
        #[cfg(windows)]
        drop(self.marker); // Windows renames no folder with an open file in it.
        // Until it is kept or removed, no other run takes the old site for that of a killed run.
        let lock = old.as_ref().filter(|_| cfg!(unix)).and_then(|old| MarkerFile::lock(&old.path));
        let replaced = old.map(|old| replace(old, staging, &self.target)).transpose()?;
        if replaced.is_none() {
            fs::rename(staging, &self.target.path).map_err(OutputError::at(&self.target.path))?;
        }
        // The path of the staging folder is that of the old site now, so it must not be removed.
        let _ = self.staging.keep();
        if let Some(old) = &replaced {
            old.bring_back(&self.keep, &self.target.path)?;
        }
        if self.previous == PreviousSite::Remove {
            previous::remove(&self.target);
        }
        let leftover = replaced.filter(|old| !self.previous.dispose(&self.target, old));
        drop(lock);
        Ok(Committed {
            routes,
            bytes: self.bytes.into_inner(),
            leftover: leftover.map(|old| old.path),
            cleanup: self.cleanup,
        })
    }
}

/// Checks that no entry to keep has the name of something in the new site.
fn check_clash(old: &SiteFolder, keep: &[String], routes: &[String]) -> Result<(), OutputError> {
    let is_taken = |name: &&str| {
        routes.binary_search_by(|route| route.as_str().cmp(name)).is_ok()
            || lists_below(routes, name)
    };
    match old.kept_names(keep).find(is_taken) {
        Some(name) => Err(OutputError::KeptClash { path: old.path.join(name) }),
        None => Ok(()),
    }
}

/// Swaps the finished site with the old one, and returns the old one at its new path.
fn replace(
    old: SiteFolder,
    staging: &Path,
    target: &OutputTarget,
) -> Result<SiteFolder, OutputError> {
    let mut aside = staging.as_os_str().to_owned();
    aside.push(OLD_SUFFIX);
    let path = swap::replace(staging, &target.path, Path::new(&aside));
    let path = path.map_err(OutputError::at(&target.path))?;
    Ok(SiteFolder { path, place: EntryPlace::Beside, ..old })
}

#[cfg(test)]
mod tests;
