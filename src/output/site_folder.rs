//! A folder with a site in it: which of its entries a build wrote, and which are foreign.
//!
//! Only what a build wrote is ever deleted. Foreign entries that the policy keeps (`site.keep`)
//! move on to the next site; any other makes a build refuse the folder. Links are not followed, and
//! a foreign folder is not entered: it counts as a whole.

use std::fs::{self, FileType, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::output::error::OutputError;
use crate::output::manifest::{MARKER, Manifest, is_marked, read_plain};

/// Hides a site beside the target from git, where the site is built inside a repository.
const GITIGNORE: &str = ".gitignore";
const HIDE_ALL: &str = "# written by benchpages\n*\n";
/// What versions wrote whose markers have no list.
const HIDE_ALL_UNLISTED: &str = "*\n";
/// Foreign entries that an error names.
const MAX_NAMED: usize = 3;

/// A folder that has a marker of this program.
#[derive(Debug)]
pub(super) struct SiteFolder {
    pub(super) path: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) place: EntryPlace,
}

/// Where a folder with a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryPlace {
    /// The target: readers see it.
    Target,
    /// Beside the target, under a hidden name.
    Beside,
}

/// A file or folder in the folder of a site.
pub(super) struct SiteEntry {
    /// Relative to the site, with `/` between folders. Bytes that are not UTF-8 are replaced.
    pub(super) route: String,
    pub(super) path: PathBuf,
    pub(super) kind: FileType,
    /// A build wrote it.
    pub(super) is_ours: bool,
}

impl SiteFolder {
    /// The folder at a path; none where no marker of this program is in it.
    pub(super) fn at(path: &Path, place: EntryPlace) -> Option<Self> {
        let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        let manifest = is_folder.then(|| Manifest::of(path)).flatten()?;
        Some(Self { path: path.to_owned(), manifest, place })
    }

    /// A folder without a marker, in which everything is foreign.
    pub(super) fn unmarked(path: &Path) -> Self {
        let manifest = Manifest::Listed(Vec::new());
        Self { path: path.to_owned(), manifest, place: EntryPlace::Target }
    }

    /// Whether the folder has a marker still.
    pub(super) fn is_marked(&self) -> bool {
        is_marked(&self.path)
    }

    /// Everything in it, folders before what is in them.
    pub(super) fn entries(&self) -> impl Iterator<Item = io::Result<SiteEntry>> {
        let mut walk = WalkDir::new(&self.path).min_depth(1).max_open(64).into_iter();
        std::iter::from_fn(move || {
            let entry = match walk.next()? {
                Ok(entry) => self.entry(&entry),
                Err(error) => return Some(Err(error.into())),
            };
            if entry.kind.is_dir() && !entry.is_ours {
                walk.skip_current_dir();
            }
            Some(Ok(entry))
        })
    }

    fn entry(&self, entry: &walkdir::DirEntry) -> SiteEntry {
        let path = entry.path();
        let inside = path.strip_prefix(&self.path).unwrap_or(path);
        let is_text = inside.to_str().is_some();
        let mut route = inside.to_string_lossy().into_owned();
        if cfg!(windows) {
            route = route.replace('\\', "/");
        }
        let kind = entry.file_type();
        let is_ours = is_text && self.wrote(&route, kind);
        SiteEntry { route, path: path.to_owned(), kind, is_ours }
    }

    fn wrote(&self, route: &str, kind: FileType) -> bool {
        if kind.is_dir() {
            return self.manifest.has_folder(route);
        }
        self.manifest.has_file(route) || (route == GITIGNORE && self.is_hidden_from_git())
    }

    /// Whether the folder's `.gitignore` is the one of [`SiteFolder::hide_from_git`].
    fn is_hidden_from_git(&self) -> bool {
        let text = read_plain(&self.path.join(GITIGNORE), HIDE_ALL.len() + 1);
        match text.as_deref() {
            Some(text) if text == HIDE_ALL.as_bytes() => true,
            Some(text) if text == HIDE_ALL_UNLISTED.as_bytes() => {
                self.place == EntryPlace::Beside && self.manifest == Manifest::Unlisted
            }
            _ => false,
        }
    }

    /// Hides the folder from git.
    ///
    /// # Errors
    /// It has a `.gitignore` of somebody else, or cannot be written.
    pub(super) fn hide_from_git(&self) -> io::Result<()> {
        if self.is_hidden_from_git() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).open(self.path.join(GITIGNORE))?;
        file.write_all(HIDE_ALL.as_bytes())
    }

    /// Checks that a build may replace the folder: a build wrote all of it, but for top-level
    /// entries with the names in `keep`.
    ///
    /// # Errors
    /// Something else is in it, or it cannot be read.
    pub(super) fn check_foreign(&self, keep: &[String]) -> Result<(), OutputError> {
        let (mut named, mut count, mut is_nested) = (Vec::new(), 0, false);
        for entry in self.entries() {
            let entry = entry.map_err(OutputError::at(&self.path))?;
            if entry.is_ours || keep.contains(&entry.route) {
                continue;
            }
            count += 1;
            is_nested |= entry.route.contains('/');
            named.push(if entry.kind.is_dir() { entry.route + "/" } else { entry.route });
            named.sort_unstable();
            named.truncate(MAX_NAMED);
        }
        if count == 0 {
            return Ok(());
        }
        Err(OutputError::Foreign { path: self.path.clone(), named, count, is_nested })
    }

    /// The names in `keep` that are foreign entries of the folder.
    pub(super) fn kept_names<'a>(&self, keep: &'a [String]) -> impl Iterator<Item = &'a str> {
        keep.iter().map(String::as_str).filter(|name| {
            let metadata = fs::symlink_metadata(self.path.join(name));
            metadata.is_ok_and(|metadata| !self.wrote(name, metadata.file_type()))
        })
    }

    /// Moves the foreign entries with the names in `keep` into the site at `target`. Returns their
    /// names.
    ///
    /// # Errors
    /// The site has such an entry of its own, or one cannot be moved. Nothing is overwritten.
    pub(super) fn bring_back(
        &self,
        keep: &[String],
        target: &Path,
    ) -> Result<Vec<String>, OutputError> {
        let mut moved = Vec::new();
        for name in self.kept_names(keep) {
            let (from, to) = (self.path.join(name), target.join(name));
            if fs::symlink_metadata(&to).is_ok() {
                return Err(OutputError::KeptTwice { kept: from, site: to });
            }
            match fs::rename(&from, &to) {
                Ok(()) => moved.push(name.to_owned()),
                // Another run has moved it.
                Err(_) if fs::symlink_metadata(&to).is_ok() => {}
                Err(source) => return Err(OutputError::KeptNotMoved { kept: from, source }),
            }
        }
        Ok(moved)
    }

    /// Removes what a build wrote, and the folder if nothing else is in it. Returns whether the
    /// folder is gone.
    pub(super) fn remove(&self) -> bool {
        let mut folders = Vec::new();
        for entry in self.entries().flatten().filter(|entry| entry.is_ours) {
            if entry.kind.is_dir() {
                folders.push(entry.path);
            } else if entry.route != MARKER {
                // Where a file stays, its folders stay too, and the caller learns that.
                let _ = fs::remove_file(&entry.path);
            }
        }
        for folder in folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        // The marker goes last: it tells the next run what a killed one was removing.
        let Ok(rest) = fs::read_dir(&self.path) else { return false };
        if rest.flatten().all(|entry| entry.file_name() == MARKER) {
            let _ = fs::remove_file(self.path.join(MARKER)); // an unmarked folder has none
        }
        fs::remove_dir(&self.path).is_ok()
    }
}
