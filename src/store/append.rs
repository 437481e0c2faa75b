//! New lines for the history: each once, in the file of its day, its pull request, or its import.
//!
//! Lines wait in memory and then in a hidden folder beside the results, so that a history of any
//! size passes through; they reach their files at the end, each file whole by a rename. A line that
//! stands there already is not written again, so doing the same twice changes nothing, and a run
//! that was cut off is completed by doing it once more.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustc_hash::FxHashSet;
use tempfile::TempDir;

use crate::files::lock::{HistoryLock, TEMPORARY_FOLDER};
use crate::files::{Directory, Links};
use crate::store::own_file_limit;
use model::record::time::Timestamp;

/// Bytes of lines that wait in memory: a few large files' worth.
const MAX_PENDING_BYTES: usize = 32 << 20;

/// Which file of the history a line goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AppendTarget {
    /// `results/YYYY-MM-DD.ndjson`, by the day of its time.
    Day,
    /// `results/<name>/YYYY-MM.ndjson`: a foreign history, which nobody appends to by hand.
    Import(String),
    /// `results/<name>.ndjson`: a file of its own, for jobs that run side by side.
    File(String),
}

/// Lines on their way.
pub(crate) struct Appender {
    directory: PathBuf,
    target: AppendTarget,
    /// For messages to others who wait for the lock.
    command: &'static str,
    /// Taken when something is written for the first time, and held until all of it is.
    lock: Option<HistoryLock>,
    pending: BTreeMap<String, String>,
    bytes: usize,
    /// Made when the first lines do not fit into memory.
    staged: Option<TempDir>,
}

/// What reached the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Appended {
    /// Files that changed, relative to the history directory.
    pub(crate) files: Vec<String>,
    pub(crate) added: usize,
    /// Lines that were there already, or were given twice.
    pub(crate) duplicates: usize,
}

impl Appender {
    pub(crate) fn new(directory: &Path, target: AppendTarget, command: &'static str) -> Self {
        Self {
            directory: directory.to_owned(),
            target,
            command,
            lock: None,
            pending: BTreeMap::new(),
            bytes: 0,
            staged: None,
        }
    }

    /// Makes the history directory where there is none, and waits for other writers.
    fn lock(&mut self) -> anyhow::Result<HistoryLock> {
        match self.lock.take() {
            Some(lock) => Ok(lock),
            None => {
                fs::create_dir_all(&self.directory)
                    .with_context(|| format!("cannot make {}", self.directory.display()))?;
                HistoryLock::acquire(&self.directory, self.command)
            }
        }
    }

    /// Adds a line, without its newline.
    ///
    /// # Errors
    /// The lines so far do not fit into memory, nor can they be put aside.
    pub(crate) fn add(
        &mut self,
        line: &str,
        time: Timestamp,
        pull: Option<u64>,
    ) -> anyhow::Result<()> {
        let file = self.file_for(time, pull);
        let lines = self.pending.entry(file).or_default();
        lines.push_str(line);
        lines.push('\n');
        self.bytes += line.len() + 1;
        // An import of 1.5 million records would otherwise be in memory whole.
        if self.bytes > MAX_PENDING_BYTES { self.stage_pending() } else { Ok(()) }
    }

    /// Where a line goes, relative to the history directory.
    fn file_for(&self, time: Timestamp, pull: Option<u64>) -> String {
        if let Some(pull) = pull {
            return format!("pulls/{pull}.ndjson");
        }
        let text = time.to_string();
        let upto = |end: usize| text.get(..end).unwrap_or("undated");
        match &self.target {
            AppendTarget::Day => format!("results/{}.ndjson", upto(10)),
            AppendTarget::Import(name) => format!("results/{name}/{}.ndjson", upto(7)),
            AppendTarget::File(name) => format!("results/{name}.ndjson"),
        }
    }

    fn stage_pending(&mut self) -> anyhow::Result<()> {
        if self.staged.is_none() {
            // Under the lock, since its next holder removes such a folder as a leftover.
            self.lock = Some(self.lock()?);
            let made =
                tempfile::Builder::new().prefix(TEMPORARY_FOLDER).tempdir_in(&self.directory);
            self.staged = Some(made.with_context(|| {
                format!("cannot make a folder in {}", self.directory.display())
            })?);
        }
        let Some(staged) = &self.staged else { return Ok(()) };
        for (file, lines) in std::mem::take(&mut self.pending) {
            let path = staged.path().join(file.replace('/', "@"));
            let open = OpenOptions::new().create(true).append(true).open(&path);
            open.and_then(|mut file| file.write_all(lines.as_bytes()))
                .with_context(|| format!("cannot write {}", path.display()))?;
            // Remembered with no lines: the file has them.
            self.pending.insert(file, String::new());
        }
        self.bytes = 0;
        Ok(())
    }

    /// Brings the lines to their files and waits until they are on the disk. Returns the lock,
    /// under which the caller can write what belongs to the lines.
    ///
    /// # Errors
    /// Another process writes for more than a minute, or a file cannot be read or replaced; those
    /// before it are complete, the others untouched.
    pub(crate) fn finish(mut self) -> anyhow::Result<(Appended, HistoryLock)> {
        let lock = self.lock()?;
        let directory = Directory::new(&self.directory, Links::Reject);
        let mut appended = Appended::default();
        for (file, mut lines) in std::mem::take(&mut self.pending) {
            if let Some(staged) = &self.staged {
                let path = staged.path().join(file.replace('/', "@"));
                if path.exists() {
                    let earlier = fs::read_to_string(&path)
                        .with_context(|| format!("cannot read {}", path.display()))?;
                    lines.insert_str(0, &earlier);
                }
            }
            let (added, duplicates) = append_lines(&directory, &lock, &file, &lines)?;
            appended.added += added;
            appended.duplicates += duplicates;
            if added > 0 {
                appended.files.push(file);
            }
        }
        Ok((appended, lock))
    }
}

/// Adds the lines that a file does not hold yet; how many those are, and how many it held.
pub(super) fn append_lines(
    directory: &Directory,
    lock: &HistoryLock,
    file: &str,
    lines: &str,
) -> anyhow::Result<(usize, usize)> {
    let mut text = directory.read(file, own_file_limit())?.unwrap_or_default();
    let all = lines.lines().count();
    let new: Vec<&str> = {
        let mut present: FxHashSet<&[u8]> =
            text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
        let mut new: Vec<&str> =
            lines.lines().filter(|line| present.insert(line.as_bytes().trim_ascii())).collect();
        // The same lines in another order are the same file.
        new.sort_unstable();
        new
    };
    if new.is_empty() {
        return Ok((0, all));
    }
    if text.last().is_some_and(|byte| *byte != b'\n') {
        text.push(b'\n');
    }
    for line in &new {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    directory.replace(lock, file, &text)?;
    Ok((new.len(), all - new.len()))
}
