//! One writer at a time in a history.
//!
//! The lock is advisory: all commands of this program that write take it, an editor does not. It is
//! the lock of the operating system on the file `.lock`, so it ends with its process, however that
//! dies. The file itself is removed at the end, and what a killed process left is removed by the
//! next one that gets the lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use walkdir::WalkDir;

use crate::files::plain::{self, Links};
use model::text::{self, sanitize};

const LOCK_FILE: &str = ".lock";
/// The start of the name of a file that is renamed when it is whole.
pub(super) const TEMPORARY_FILE: &str = ".new-";
/// The start of the name of a folder in which an import collects lines.
pub(crate) const TEMPORARY_FOLDER: &str = ".ingest-";
/// How long a command waits for another one: longer than an import of a million records takes.
const TIMEOUT: Duration = Duration::from_secs(60);
const RETRY_INTERVAL: Duration = Duration::from_millis(5);
/// `results/NAME/.new-…` is the deepest place of a temporary file.
const MAX_LEFTOVER_DEPTH: usize = 4;

/// The right to write in a history. Functions that write take a reference to it.
#[derive(Debug)]
pub(crate) struct HistoryLock {
    path: PathBuf,
    /// Holds the lock until it is closed.
    _file: File,
    /// What killed processes had left, relative to the history; removed.
    leftovers: Vec<String>,
}

impl HistoryLock {
    /// Waits for the lock of an existing history directory. `command` is what others see in their
    /// message while they wait.
    ///
    /// # Errors
    /// There is no such directory, it cannot be written, or another process holds the lock for more
    /// than 60 seconds.
    pub(crate) fn acquire(directory: &Path, command: &str) -> anyhow::Result<Self> {
        Self::acquire_within(directory, command, TIMEOUT)
    }

    /// A sentence about what killed processes had left.
    pub(crate) fn leftovers_warning(&self) -> Option<String> {
        let list = text::join_and(&self.leftovers);
        let is_some = !self.leftovers.is_empty();
        is_some
            .then(|| format!("removed what an interrupted run had left: {}", sanitize::line(&list)))
    }

    fn acquire_within(directory: &Path, command: &str, timeout: Duration) -> anyhow::Result<Self> {
        if !directory.is_dir() {
            bail!("no history directory at {}", directory.display());
        }
        let path = directory.join(LOCK_FILE);
        let mut waited = Duration::ZERO;
        loop {
            if let Some(mut file) = try_lock(&path)? {
                let _ = file.set_len(0);
                let _ = writeln!(file, "benchpages {command}, process {}", std::process::id());
                let leftovers = remove_leftovers(directory);
                return Ok(Self { path, _file: file, leftovers });
            }
            if waited >= timeout {
                bail!(
                    "{}: {} writes here; waited {} s. Run the command again when it has ended",
                    directory.display(),
                    holder(&path),
                    timeout.as_secs()
                );
            }
            std::thread::sleep(RETRY_INTERVAL);
            waited += RETRY_INTERVAL;
        }
    }
}

impl Drop for HistoryLock {
    fn drop(&mut self) {
        // While it is still locked: whoever waits finds that the name is gone, and makes it anew.
        let _ = fs::remove_file(&self.path);
    }
}

/// The locked file; none while another process has it.
fn try_lock(path: &Path) -> anyhow::Result<Option<File>> {
    let failure = || format!("cannot lock the history by {}", path.display());
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    let file = match plain::open_with(path, &mut options, Links::Reject) {
        // Windows: the last holder is about to remove it.
        #[cfg(windows)]
        Err(plain::FileError::Io { cause, .. })
            if cause.kind() == io::ErrorKind::PermissionDenied =>
        {
            return Ok(None);
        }
        opened => opened.with_context(failure)?,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        // Some network file systems know no locks. Better one error than lost records.
        Err(TryLockError::Error(error)) => return Err(error).with_context(failure),
    }
    // The holder before may have removed the name between our opening and our locking: then others
    // would lock another file of this name.
    let current = match same_file::Handle::from_path(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        handle => handle.with_context(failure)?,
    };
    let ours = same_file::Handle::from_file(file.try_clone().with_context(failure)?);
    Ok((current == ours.with_context(failure)?).then_some(file))
}

/// Who has the lock, as the file says.
fn holder(path: &Path) -> String {
    let mut text = String::new();
    let opened = plain::open(path, Links::Reject);
    let _ = opened.map(|file| file.take(200).read_to_string(&mut text));
    match text.lines().next() {
        Some(line) if !line.is_empty() => sanitize::line(line),
        _ => "another process".to_owned(),
    }
}

/// Removes what killed processes left; only the holder of the lock makes such files.
fn remove_leftovers(directory: &Path) -> Vec<String> {
    let mut removed = Vec::new();
    let walk = WalkDir::new(directory).follow_links(false).max_depth(MAX_LEFTOVER_DEPTH);
    let mut entries = walk.sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().to_string_lossy();
        let is_folder = entry.file_type().is_dir();
        let is_ours = match is_folder {
            true => name.starts_with(TEMPORARY_FOLDER),
            false => name.starts_with(TEMPORARY_FILE) && entry.file_type().is_file(),
        };
        if is_folder && (is_ours || entry.depth() > 0 && name.starts_with('.')) {
            entries.skip_current_dir();
        }
        let done = match (is_ours, is_folder) {
            (false, _) => continue,
            (true, true) => fs::remove_dir_all(entry.path()),
            (true, false) => fs::remove_file(entry.path()),
        };
        if done.is_ok() {
            let relative = entry.path().strip_prefix(directory).unwrap_or(entry.path());
            removed.push(relative.display().to_string());
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_waits_and_the_lock_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let lock = HistoryLock::acquire(folder.path(), "rotate").unwrap();
        let second = HistoryLock::acquire_within(folder.path(), "ingest", RETRY_INTERVAL);
        let message = second.unwrap_err().to_string();
        assert!(message.contains("benchpages rotate, process"), "{message}");
        drop(lock);
        drop(HistoryLock::acquire_within(folder.path(), "ingest", RETRY_INTERVAL).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn many_writers_follow_one_another() {
        let folder = tempfile::tempdir().unwrap();
        let counter = folder.path().join("counter");
        fs::write(&counter, "0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let _lock = HistoryLock::acquire(folder.path(), "test").unwrap();
                        let count: u32 = fs::read_to_string(&counter).unwrap().parse().unwrap();
                        fs::write(&counter, (count + 1).to_string()).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_to_string(&counter).unwrap(), "200");
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("results/asv")).unwrap();
        fs::create_dir(root.join(".ingest-a1")).unwrap();
        fs::create_dir(root.join(".git")).unwrap();
        for file in [".ingest-a1/x", "results/asv/.new-b2", ".git/.new-c3", ".hidden", "a.new-"] {
            fs::write(root.join(file), "").unwrap();
        }
        let lock = HistoryLock::acquire(root, "build").unwrap();
        assert_eq!(lock.leftovers, [".ingest-a1", "results/asv/.new-b2"]);
        assert!(root.join(".git/.new-c3").exists() && root.join("a.new-").exists());
    }
}
