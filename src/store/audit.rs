//! The audit log on disk: `audit.ndjson` in the history directory, only ever appended to.
//!
//! Refuses to append to a broken chain and to write a line of more than 1 MiB. What a line is, and
//! what breaks the chain: `model::audit`.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::files::lock::HistoryLock;
use crate::files::{Directory, FileError};
use crate::store::{MAX_LINE_BYTES, own_file_limit};
use model::audit::{self, AuditChain, AuditEntry};

pub(super) const FILE: &str = "audit.ndjson";

/// Appends an entry and waits for the disk; the hash of the new line.
///
/// # Errors
/// The chain is broken, or the disk refuses; the file is as before then.
pub(crate) fn append(
    directory: &Directory,
    lock: &HistoryLock,
    entry: &AuditEntry,
) -> anyhow::Result<String> {
    append_after(&writable_chain(directory)?, directory, lock, entry)
}

/// Appends an entry that the log does not have yet; whether it did.
///
/// # Errors
/// As [`append`].
pub(crate) fn append_once(
    directory: &Directory,
    lock: &HistoryLock,
    entry: &AuditEntry,
) -> anyhow::Result<bool> {
    let chain = writable_chain(directory)?;
    if chain.has_entry(entry) {
        return Ok(false);
    }
    append_after(&chain, directory, lock, entry).map(|_| true)
}

fn writable_chain(directory: &Directory) -> anyhow::Result<AuditChain> {
    // A new log after an emptied one would look whole.
    if is_emptied(directory)? {
        bail!(
            "{}:1: the file is empty, so every line was removed: restore it from version control",
            path(directory.path()).display()
        );
    }
    let chain = read(directory)?;
    match &chain.broken {
        None => Ok(chain),
        Some(broken) => bail!(
            "{}:{}: {}; nothing is appended to a broken log: restore the file from version \
             control, see what happened with `benchpages audit show`",
            path(directory.path()).display(),
            broken.line,
            broken.reason
        ),
    }
}

fn append_after(
    chain: &AuditChain,
    directory: &Directory,
    lock: &HistoryLock,
    entry: &AuditEntry,
) -> anyhow::Result<String> {
    let (mut line, hash) = audit::format_line(entry, &chain.head());
    line.push('\n');
    if line.len() > MAX_LINE_BYTES {
        bail!("the audit line has {} bytes; the limit is 1 MiB", line.len());
    }
    directory.append(lock, FILE, &line)?;
    Ok(hash)
}

/// Reads the log; an empty chain where there is none.
///
/// # Errors
/// The file is no plain one, or cannot be read.
pub(crate) fn read(directory: &Directory) -> Result<AuditChain, FileError> {
    let bytes = directory.read(FILE, own_file_limit())?.unwrap_or_default();
    // What is no UTF-8 was not written by us; its replacement breaks the chain at its line.
    Ok(audit::read(&String::from_utf8_lossy(&bytes)))
}

/// The text of the log; none where there is none.
///
/// # Errors
/// As [`read`].
pub(crate) fn text(directory: &Directory) -> Result<Option<String>, FileError> {
    let bytes = directory.read(FILE, own_file_limit())?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether there is a file without a line: the first line comes with the file.
///
/// # Errors
/// As [`read`].
pub(crate) fn is_emptied(directory: &Directory) -> Result<bool, FileError> {
    Ok(directory.read(FILE, own_file_limit())?.is_some_and(|bytes| bytes.is_empty()))
}

/// The file's place, for messages.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Links;
    use model::record::time::Timestamp;

    fn entry(reason: &str) -> AuditEntry {
        AuditEntry {
            time: Timestamp::from_micros(0),
            kind: "approval".to_owned(),
            actor: "ada".to_owned(),
            reason: reason.to_owned(),
            commit: None,
            details: serde_json::Map::new(),
        }
    }

    fn locked(folder: &Path) -> (Directory, HistoryLock) {
        (Directory::new(folder, Links::Reject), HistoryLock::acquire(folder, "test").unwrap())
    }

    #[test]
    fn appends_follow_one_another_and_a_missing_log_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let (directory, lock) = locked(folder.path());
        assert_eq!(read(&directory).unwrap(), AuditChain::default());
        let first = append(&directory, &lock, &entry("one")).unwrap();
        let second = append(&directory, &lock, &entry("two")).unwrap();
        assert!(!append_once(&directory, &lock, &entry("two")).unwrap());
        let chain = read(&directory).unwrap();
        assert_eq!(chain.broken, None);
        let hashes: Vec<&str> = chain.links.iter().map(|link| link.hash.as_str()).collect();
        assert_eq!(hashes, [first.as_str(), second.as_str()]);
    }

    #[test]
    fn a_hundred_appends_at_once_make_one_whole_chain() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..5 {
                let folder = folder.path();
                scope.spawn(move || {
                    for number in 0..20 {
                        let (directory, lock) = locked(folder);
                        append(&directory, &lock, &entry(&format!("{writer} {number}"))).unwrap();
                    }
                });
            }
        });
        let chain = read(&Directory::new(folder.path(), Links::Reject)).unwrap();
        assert_eq!((chain.broken, chain.links.len()), (None, 100));
    }

    #[test]
    fn nothing_is_appended_to_a_broken_or_emptied_log() {
        let folder = tempfile::tempdir().unwrap();
        let (directory, lock) = locked(folder.path());
        append(&directory, &lock, &entry("one")).unwrap();
        let log = path(folder.path());
        let text = std::fs::read_to_string(&log).unwrap().replace("one", "eno");
        std::fs::write(&log, &text).unwrap();
        let message = append(&directory, &lock, &entry("two")).unwrap_err().to_string();
        assert!(message.contains("audit.ndjson:1: the line was edited"), "{message}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), text);
        std::fs::write(&log, "").unwrap();
        let message = append(&directory, &lock, &entry("two")).unwrap_err().to_string();
        assert!(message.contains("audit.ndjson:1: the file is empty"), "{message}");
    }
}
