//! The audit log on disk: `audit.ndjson` in the history directory, only ever appended to.
//!
//! An append holds the file's lock from reading the chain to the last byte, so two at once follow
//! one another. Refuses to append to a broken chain, to write through a link, and to write a line
//! of more than 1 MiB. What a line is, and what breaks the chain: `model::audit`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::store::MAX_LINE_BYTES;
use model::audit::{self, AuditChain, AuditEntry};

const FILE_NAME: &str = "audit.ndjson";
/// How long an append waits for another one: far longer than one takes.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// Appends an entry and waits for the disk; the hash of the new line.
///
/// # Errors
/// The directory does not exist, the chain is broken, another process holds the file for longer
/// than ten seconds, or the disk refuses; the file is as before then.
pub(crate) fn append(directory: &Path, entry: &AuditEntry) -> anyhow::Result<String> {
    Ok(append_if(directory, entry, |_| true)?.unwrap_or_default())
}

/// Appends an entry that the log does not have yet; whether it did.
///
/// # Errors
/// As [`append`].
pub(crate) fn append_once(directory: &Path, entry: &AuditEntry) -> anyhow::Result<bool> {
    Ok(append_if(directory, entry, |chain| !chain.has_entry(entry))?.is_some())
}

/// Asks what the log tells while it is locked, so that two at once do not say the same twice.
fn append_if(
    directory: &Path,
    entry: &AuditEntry,
    wanted: impl FnOnce(&AuditChain) -> bool,
) -> anyhow::Result<Option<String>> {
    let path = directory.join(FILE_NAME);
    if !directory.is_dir() {
        bail!("no history directory at {}", directory.display());
    }
    reject_symlink(&path)?;
    let failure = || format!("cannot append to {}", path.display());
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(&path)
        .with_context(failure)?;
    // Held until the line is written: two overrides at once must not follow the same line.
    lock(&file, &path)?;
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(failure)?;
    let chain = audit::read(&text);
    if let Some(broken) = &chain.broken {
        bail!(
            "{}:{}: {}; nothing is appended to a broken log: restore the file from version \
             control, see what happened with `benchpages audit show`",
            path.display(),
            broken.line,
            broken.reason
        );
    }
    if !wanted(&chain) {
        return Ok(None);
    }
    let (mut line, hash) = audit::format_line(entry, chain.newest_hash());
    line.push('\n');
    if line.len() > MAX_LINE_BYTES {
        bail!("the audit line has {} bytes; the limit is 1 MiB", line.len());
    }
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a line would break the chain for everybody after us.
        let _ = file.set_len(text.len() as u64);
        return Err(error).with_context(failure);
    }
    Ok(Some(hash))
}

/// Reads the log; an empty chain where there is none.
///
/// # Errors
/// The file is a link, or cannot be read.
pub(crate) fn read(directory: &Path) -> anyhow::Result<AuditChain> {
    let path = directory.join(FILE_NAME);
    reject_symlink(&path)?;
    let failure = || format!("cannot read {}", path.display());
    let mut file = match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(AuditChain::default()),
        opened => opened.with_context(failure)?,
    };
    // Where the file system knows no locks, a reader is content with what it finds.
    let _ = file.lock_shared();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).with_context(failure)?;
    // What is no UTF-8 was not written by us; its replacement breaks the chain at its line.
    Ok(audit::read(&String::from_utf8_lossy(&bytes)))
}

/// The file's place; for messages.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE_NAME)
}

fn reject_symlink(path: &Path) -> anyhow::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(facts) if !facts.is_file() => bail!("{} is no plain file", path.display()),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot read {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn lock(file: &File, path: &Path) -> anyhow::Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if waited < LOCK_TIMEOUT => {
                std::thread::sleep(LOCK_RETRY_INTERVAL);
                waited += LOCK_RETRY_INTERVAL;
            }
            Err(TryLockError::WouldBlock) => bail!("{}: another process holds it", path.display()),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn appends_follow_one_another_and_a_missing_log_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), AuditChain::default());
        let first = append(folder.path(), &entry("one")).unwrap();
        let second = append(folder.path(), &entry("two")).unwrap();
        let chain = read(folder.path()).unwrap();
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
                    for at in 0..20 {
                        append(folder, &entry(&format!("{writer} {at}"))).unwrap();
                    }
                });
            }
        });
        let chain = read(folder.path()).unwrap();
        assert_eq!((chain.broken, chain.links.len()), (None, 100));
    }

    #[test]
    fn nothing_is_appended_to_a_broken_log_through_a_link_or_to_no_directory() {
        let folder = tempfile::tempdir().unwrap();
        append(folder.path(), &entry("one")).unwrap();
        let log = path(folder.path());
        let text = std::fs::read_to_string(&log).unwrap().replace("one", "eno");
        std::fs::write(&log, &text).unwrap();
        let refused = append(folder.path(), &entry("two")).unwrap_err().to_string();
        assert!(refused.contains("audit.ndjson:1: the line was edited"), "{refused}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), text);
        assert!(append(&folder.path().join("none"), &entry("two")).is_err());
        #[cfg(unix)]
        {
            let other = tempfile::tempdir().unwrap();
            let target = other.path().join("elsewhere");
            std::os::unix::fs::symlink(&target, path(other.path())).unwrap();
            assert!(append(other.path(), &entry("two")).is_err() && read(other.path()).is_err());
            assert!(!target.exists());
        }
    }
}
