//! What killed runs left beside the target, and what the next run makes of it.
//!
//! ```text
//! .site.benchpages-x3f9/       an unfinished site: removed
//! .site.benchpages-x3f9/       the old site after the swap: what the policy keeps goes back into
//!                              the new site, and the rest is removed
//! .site.benchpages-x3f9-old/   the old site during a swap in two steps: back to its place, if no
//!                              site is there
//! ```
//!
//! Folders of runs that are still at work are locked and stay. So do folders of such names that
//! this program did not make.

use std::fs;
use std::path::Path;

use crate::output::error::OutputError;
use crate::output::manifest::{MARKER, Manifest, MarkerFile, is_empty_marker, is_marked};
use crate::output::site_folder::{EntryPlace, SiteFolder};
use crate::output::target::OutputTarget;

/// The end of the name of an old site while the new one is moved into its place in two steps.
pub(super) const OLD_SUFFIX: &str = "-old";

/// What a run did about the leftovers of killed ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Cleanup {
    /// Names of folders beside the site that were removed.
    pub(crate) removed: Vec<String>,
    /// Names of entries that were brought back into the site, or of the site itself.
    pub(crate) restored: Vec<String>,
}

/// Whether a killed run left something beside the site at `out`.
pub(crate) fn exist(out: &Path) -> bool {
    let target = OutputTarget::new(out);
    target.is_ok_and(|target| candidates(&target).iter().any(|name| is_leftover(&target, name)))
}

/// Cleans up after killed runs.
///
/// # Errors
/// A leftover has entries that no build wrote and that the policy does not keep, or an entry to
/// keep cannot be brought back. Nothing foreign is removed.
pub(super) fn clean_up(target: &OutputTarget, keep: &[String]) -> Result<Cleanup, OutputError> {
    let mut cleanup = Cleanup::default();
    for name in candidates(target) {
        let path = target.parent.join(&name);
        let mut is_put_back = false;
        if is_empty(&path) {
            remove_empty(&path);
        } else if let Some(lock) = MarkerFile::lock(&path)
            && let Some(folder) = SiteFolder::at(&path, EntryPlace::Beside)
        {
            // Windows moves no folder with an open file in it.
            let _lock = cfg!(unix).then_some(lock);
            is_put_back = put_back(&folder, target)?;
            if is_put_back {
                cleanup.restored.push(target.name());
            } else {
                cleanup.restored.extend(remove_all_but_kept(&folder, target, keep)?);
            }
        }
        // One that cannot be removed stays; it is in nobody's way.
        if !is_put_back && fs::symlink_metadata(&path).is_err() {
            cleanup.removed.push(name);
        }
    }
    Ok(cleanup)
}

/// Puts a leftover in the place of the site, if it is the only copy of it. Returns whether it is.
fn put_back(folder: &SiteFolder, target: &OutputTarget) -> Result<bool, OutputError> {
    let is_old = folder.path.as_os_str().as_encoded_bytes().ends_with(OLD_SUFFIX.as_bytes());
    let is_site = is_old || folder.manifest != Manifest::Unlisted;
    let is_only_copy = is_site && fs::symlink_metadata(&target.path).is_err();
    if is_only_copy {
        fs::rename(&folder.path, &target.path).map_err(OutputError::at(&folder.path))?;
    }
    Ok(is_only_copy)
}

/// Moves what is to be kept into the site, and removes the rest. Returns the names of what was
/// moved.
fn remove_all_but_kept(
    folder: &SiteFolder,
    target: &OutputTarget,
    keep: &[String],
) -> Result<Vec<String>, OutputError> {
    let has_kept = folder.kept_names(keep).next().is_some();
    if has_kept && fs::symlink_metadata(&target.path).is_err() {
        // The next run finds the site of this one to move them into.
        return Ok(Vec::new());
    }
    folder.check_foreign(keep)?;
    let moved = folder.bring_back(keep, &target.path)?;
    folder.remove();
    Ok(moved)
}

/// Names of folders beside the target that are named like those of a run, old sites first: if no
/// site is there, the old one goes back and not an unfinished swap's new one.
fn candidates(target: &OutputTarget) -> Vec<String> {
    let prefix = target.staging_prefix();
    let Ok(entries) = fs::read_dir(&target.parent) else { return Vec::new() };
    let folders = entries.flatten().filter(|entry| {
        entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
    });
    let mut names: Vec<String> =
        folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable_by_key(|name| (!name.ends_with(OLD_SUFFIX), name.clone()));
    names
}

fn is_leftover(target: &OutputTarget, name: &str) -> bool {
    let path = target.parent.join(name);
    is_empty(&path) || (is_marked(&path) && MarkerFile::lock(&path).is_some())
}

/// Whether a run was killed before it wrote anything into its folder.
fn is_empty(path: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(path) else { return false };
    match (entries.next(), entries.next()) {
        (None, _) => true,
        (Some(Ok(entry)), None) => entry.file_name() == MARKER && is_empty_marker(path),
        _ => false,
    }
}

/// Removes a folder with nothing but an empty marker. A run that has just made it notices.
fn remove_empty(path: &Path) {
    let lock = MarkerFile::lock(path);
    if lock.is_some() {
        let _ = fs::remove_file(path.join(MARKER));
    }
    let _ = fs::remove_dir(path);
}

#[cfg(test)]
mod tests;
