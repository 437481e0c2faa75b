//! The marker of a site, `.benchpages`: it says that this program made the folder, and which files
//! it wrote there.
//!
//! ```text
//! benchpages site 1
//! written by benchpages 0.1.0
//! files 3
//! .nojekyll
//! api/v2/index.json
//! index.html
//! ```
//!
//! An unfinished site has the first line only, and so do sites whose list was cut off; versions
//! before the list wrote the first two. For them the layout of sites decides (`site::layout`).
//! Nothing but a plain file is a marker: links are not followed, and a pipe is not waited for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::files::{self, FileError, Links};
use crate::site::layout;

/// The file that marks a folder as made by this program.
pub(super) const MARKER: &str = ".benchpages";
/// The marker's first line.
const HEAD: &str = "benchpages site 1\n";
/// Longest marker that is read: a hundred times that of a site of 22,000 files.
const MAX_MARKER_BYTES: usize = 128 << 20;

/// What a marker says was written into its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Manifest {
    /// Paths of all files but the marker, sorted, with `/` between folders.
    Listed(Vec<String>),
    /// The marker has no complete list.
    Unlisted,
}

impl Manifest {
    /// Reads the marker of a folder; none where there is no marker of this program.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let text = read_plain(&folder.join(MARKER), MAX_MARKER_BYTES)?;
        let body = text.strip_prefix(HEAD.as_bytes())?;
        let listed = std::str::from_utf8(body).ok().and_then(parse_list);
        Some(listed.map_or(Self::Unlisted, Self::Listed))
    }

    /// Whether a build wrote the file at this path of the folder.
    pub(super) fn has_file(&self, path: &str) -> bool {
        match self {
            _ if path == MARKER => true,
            Self::Listed(files) => files.binary_search_by(|file| file.as_str().cmp(path)).is_ok(),
            Self::Unlisted => layout::can_have_file(path),
        }
    }

    /// Whether a build made the folder at this path of the folder.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        match self {
            Self::Listed(files) => lists_below(files, path),
            Self::Unlisted => layout::can_have_folder(path),
        }
    }
}

/// Whether sorted paths have one below this folder.
pub(super) fn lists_below(files: &[String], folder: &str) -> bool {
    let start = [folder, "/"].concat();
    let after = files.partition_point(|file| *file < start);
    files.get(after).is_some_and(|file| file.starts_with(&start))
}

/// Whether a path names a file inside a site on every system, and is not the marker. `:` would be a
/// drive or a stream on Windows.
pub(super) fn is_site_path(path: &str) -> bool {
    let is_forbidden = |c: char| c.is_control() || matches!(c, '\\' | ':');
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(is_forbidden) && path.split('/').all(is_plain) && path != MARKER
}

/// The list of a marker, without its first line; none where it is missing, cut off or no such list.
fn parse_list(body: &str) -> Option<Vec<String>> {
    let (_version, list) = body.strip_suffix('\n')?.split_once('\n')?;
    let mut lines = list.split('\n');
    let count: usize = lines.next()?.strip_prefix("files ")?.parse().ok()?;
    let files: Vec<String> = lines.map(str::to_owned).collect();
    let is_list = files.len() == count
        && files.iter().all(|file| is_site_path(file))
        && files.is_sorted_by(|a, b| a < b);
    is_list.then_some(files)
}

/// The open marker of a site that is being written, locked while the run is at work.
#[derive(Debug)]
pub(super) struct MarkerFile(File);

impl MarkerFile {
    /// Makes the marker of a new folder.
    ///
    /// # Errors
    /// It cannot be made, or another run has just taken the folder for that of a stopped run.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(MARKER);
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create_new(true).open(&path)?;
        // Locked first, filled in second: a run that cleans up holds the lock of what it removes.
        // Without locks (some network file systems) the build goes on.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        file.write_all(HEAD.as_bytes())?;
        path.symlink_metadata()?;
        Ok(Self(file))
    }

    /// Opens and locks the marker of a site that nobody works on; none where somebody does, where
    /// there is no plain file, or no lock: better a stray folder than one removed under a run at
    /// work.
    pub(super) fn lock(folder: &Path) -> Option<Self> {
        let file = open_for_writing(folder).ok()?;
        file.try_lock().is_ok().then_some(Self(file))
    }

    /// The same, for a folder that no run works in: without locks, it is nobody's.
    pub(super) fn claim(folder: &Path) -> Option<Self> {
        let file = open_for_writing(folder).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            _ => Some(Self(file)),
        }
    }

    /// Turns the marker of a finished site into that of an unfinished one.
    pub(super) fn reopen(&self) -> io::Result<()> {
        self.0.set_len(HEAD.len() as u64)
    }

    /// Lists the files of the finished site, sorted.
    ///
    /// Only appends: a run that is killed here leaves a marker without a complete list.
    pub(super) fn finish(&mut self, files: &[String]) -> io::Result<()> {
        let mut text = String::with_capacity(files.iter().map(|file| file.len() + 1).sum());
        text.push_str(concat!("written by benchpages ", env!("CARGO_PKG_VERSION"), "\n"));
        text.push_str(&format!("files {}\n", files.len()));
        for file in files {
            text.push_str(file);
            text.push('\n');
        }
        self.0.seek(SeekFrom::End(0))?;
        self.0.write_all(text.as_bytes())
    }
}

/// Whether a folder has a marker of this program.
pub(super) fn is_marked(folder: &Path) -> bool {
    read_plain(&folder.join(MARKER), HEAD.len()).as_deref() == Some(HEAD.as_bytes())
}

/// Whether a marker was made and not filled in: its run was killed before the first page.
pub(super) fn is_empty_marker(folder: &Path) -> bool {
    let metadata = folder.join(MARKER).symlink_metadata();
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

fn open_for_writing(folder: &Path) -> Result<File, FileError> {
    files::open_existing(&folder.join(MARKER))
}

/// The first bytes of a plain file, at most so many; none where there is no plain file.
pub(super) fn read_plain(path: &Path, max_bytes: usize) -> Option<Vec<u8>> {
    let file = files::open(path, Links::Reject).ok()?;
    let mut bytes = Vec::new();
    file.take(max_bytes as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<Manifest> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(MARKER), text).unwrap();
        assert_eq!(is_marked(folder.path()), Manifest::of(folder.path()).is_some());
        Manifest::of(folder.path())
    }

    #[test]
    fn a_finished_marker_lists_its_files_and_every_part_of_it_lists_none() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a/b.html".to_owned(), "index.html".to_owned()];
        let mut marker = MarkerFile::create(folder.path()).unwrap();
        assert_eq!(Manifest::of(folder.path()), Some(Manifest::Unlisted));
        marker.finish(&files).unwrap();
        assert_eq!(Manifest::of(folder.path()), Some(Manifest::Listed(files.to_vec())));
        let text = std::fs::read_to_string(folder.path().join(MARKER)).unwrap();
        for end in 0..text.len() {
            let expected = (end >= HEAD.len()).then_some(Manifest::Unlisted);
            assert_eq!(written(&text[..end]), expected, "{:?}", &text[..end]);
        }
        marker.reopen().unwrap();
        assert_eq!(Manifest::of(folder.path()), Some(Manifest::Unlisted));
    }

    #[test]
    fn a_list_that_names_places_outside_the_site_is_none() {
        for file in ["../x", "/etc/passwd", "a//b", "a\\b", ".benchpages", "", "a/./b"] {
            let text = format!("{HEAD}written by benchpages 9\nfiles 1\n{file}\n");
            assert_eq!(written(&text), Some(Manifest::Unlisted), "{file}");
        }
        let unsorted = format!("{HEAD}written by benchpages 9\nfiles 2\nb\na\n");
        assert_eq!(written(&unsorted), Some(Manifest::Unlisted));
    }

    #[test]
    fn folders_are_those_above_listed_files() {
        let files = ["a-b/c.html", "a/b/c.html", "ab.html"].map(str::to_owned);
        let manifest = Manifest::Listed(files.to_vec());
        for folder in ["a", "a/b", "a-b"] {
            assert!(manifest.has_folder(folder), "{folder}");
        }
        for folder in ["ab", "a/b/c.html", "b", "a/c", ""] {
            assert!(!manifest.has_folder(folder), "{folder}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_and_a_link_are_no_markers_and_nobody_waits_for_them() {
        let folder = tempfile::tempdir().unwrap();
        let marker = folder.path().join(MARKER);
        let made = std::process::Command::new("mkfifo").arg(&marker).status().unwrap();
        assert!(made.success());
        assert_eq!(Manifest::of(folder.path()), None);
        assert!(MarkerFile::lock(folder.path()).is_none());
        std::fs::remove_file(&marker).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        std::fs::write(&elsewhere, HEAD).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &marker).unwrap();
        assert_eq!(Manifest::of(folder.path()), None);
    }
}
