//! New lines for the history: each once, in the file of its day, its pull request, or its import.
//!
//! Lines wait in memory and then, sorted, in a hidden folder beside the results, so that a history
//! of any size passes through; they reach their files at the end, each file whole by a rename. Of
//! the lines that a file holds already only hashes are in memory. A line that
//! stands there already is not written again, so doing the same twice changes nothing, and a run
//! that was cut off is completed by doing it once more.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustc_hash::FxHashSet;
use tempfile::TempDir;

use crate::files::lock::{HistoryLock, TEMPORARY_FOLDER};
use crate::files::{Directory, Links};
use crate::store::commit_runs::CommitRuns;
use crate::store::commits::CommitMerge;
use crate::store::own_file_limit;
use crate::store::sorted_runs::SortedRuns;
use model::history::CommitFacts;
use model::record::time::Timestamp;

/// Bytes of lines that wait in memory. Texts that grow have up to as much room again.
const MAX_PENDING_BYTES: usize = 12 << 20;
/// Bytes of new lines of one file that are in memory.
const MAX_NEW_BYTES: usize = 8 << 20;

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
    /// What is in it, by file.
    runs: BTreeMap<String, SortedRuns>,
    commits: CommitRuns,
}

/// Facts of commits that belong to lines, under the lock of those.
pub(crate) struct StagedCommits {
    runs: CommitRuns,
    _folder: Option<TempDir>,
}

impl StagedCommits {
    /// Joins them with `commits.ndjson`; see [`CommitRuns::merge`].
    ///
    /// # Errors
    /// The file cannot be read or replaced.
    pub(crate) fn merge(
        self,
        directory: &Directory,
        lock: &HistoryLock,
        prepare: &dyn Fn(CommitFacts) -> Option<CommitFacts>,
    ) -> anyhow::Result<CommitMerge> {
        self.runs.merge(directory, lock, prepare)
    }
}

/// What reached the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Appended {
    /// Files that changed, relative to the history directory.
    pub(crate) files: Vec<String>,
    /// Files that hold the lines, changed or not.
    pub(crate) all_files: Vec<String>,
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
            runs: BTreeMap::new(),
            commits: CommitRuns::default(),
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

    /// Adds what is known of a commit.
    ///
    /// # Errors
    /// The facts so far do not fit into memory, nor can they be put aside.
    pub(crate) fn add_commit(&mut self, facts: CommitFacts) -> anyhow::Result<()> {
        if !self.commits.add(facts) {
            return Ok(());
        }
        self.make_staged_folder()?;
        let Some(staged) = &self.staged else { return Ok(()) };
        let staging = self.commits.stage(staged.path());
        staging.with_context(|| format!("cannot write into {}", staged.path().display()))
    }

    fn stage_pending(&mut self) -> anyhow::Result<()> {
        self.make_staged_folder()?;
        let Some(staged) = &self.staged else { return Ok(()) };
        for (file, lines) in std::mem::take(&mut self.pending) {
            let stem = file.replace('/', "@");
            let runs = self.runs.entry(file).or_default();
            runs.add(staged.path(), &stem, &lines)
                .with_context(|| format!("cannot write into {}", staged.path().display()))?;
        }
        self.bytes = 0;
        Ok(())
    }

    fn make_staged_folder(&mut self) -> anyhow::Result<()> {
        if self.staged.is_none() {
            // Under the lock, since its next holder removes such a folder as a leftover.
            self.lock = Some(self.lock()?);
            let made =
                tempfile::Builder::new().prefix(TEMPORARY_FOLDER).tempdir_in(&self.directory);
            self.staged = Some(made.with_context(|| {
                format!("cannot make a folder in {}", self.directory.display())
            })?);
        }
        Ok(())
    }

    /// Brings the lines to their files and waits until they are on the disk. Returns the lock,
    /// under which the caller can write what belongs to the lines.
    ///
    /// # Errors
    /// Another process writes for more than a minute, or a file cannot be read or replaced; those
    /// before it are complete, the others untouched.
    pub(crate) fn finish(self) -> anyhow::Result<(Appended, HistoryLock)> {
        let (appended, lock, _) = self.finish_with_commits()?;
        Ok((appended, lock))
    }

    /// The same, and hands back the facts of commits.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(crate) fn finish_with_commits(
        mut self,
    ) -> anyhow::Result<(Appended, HistoryLock, StagedCommits)> {
        let lock = self.lock()?;
        let directory = Directory::new(&self.directory, Links::Reject);
        let mut appended = Appended::default();
        for file in self.pending.keys() {
            self.runs.entry(file.clone()).or_default();
        }
        for (file, runs) in std::mem::take(&mut self.runs) {
            let lines = self.pending.remove(&file).unwrap_or_default();
            let merged = NewLines::of(&directory, &file, &runs, &lines)
                .with_context(|| format!("cannot add to {file}"))?;
            appended.added += merged.added;
            appended.duplicates += merged.duplicates;
            appended.all_files.push(file.clone());
            if merged.added > 0 {
                merged.append_to(&directory, &lock, &file)?;
                appended.files.push(file);
            }
        }
        let commits = StagedCommits { runs: self.commits, _folder: self.staged };
        Ok((appended, lock, commits))
    }
}

/// The lines that a file does not hold yet, sorted: the same lines in another order are the same
/// file.
struct NewLines {
    /// Where to put what does not fit into memory.
    folder: PathBuf,
    in_memory: Vec<u8>,
    /// Those before, where they are many.
    on_disk: Option<File>,
    added: usize,
    /// Lines that the file holds, or that came twice.
    duplicates: usize,
}

impl NewLines {
    fn of(
        directory: &Directory,
        file: &str,
        runs: &SortedRuns,
        lines: &str,
    ) -> anyhow::Result<Self> {
        let mut present: FxHashSet<u128> = FxHashSet::default();
        if let Some(existing) = open_existing(directory, file)? {
            let mut existing = BufReader::new(existing);
            let mut line = Vec::new();
            while existing.read_until(b'\n', &mut line)? > 0 {
                present.insert(line_hash(&line));
                line.clear();
            }
        }
        let (in_memory, on_disk) = (Vec::new(), None);
        let folder = directory.path().to_owned();
        let mut new = Self { folder, in_memory, on_disk, added: 0, duplicates: 0 };
        runs.merge(lines, &mut |line| {
            if present.insert(line_hash(line.as_bytes())) {
                new.push(line)
            } else {
                new.duplicates += 1;
                Ok(())
            }
        })?;
        Ok(new)
    }

    fn push(&mut self, line: &str) -> io::Result<()> {
        self.added += 1;
        self.in_memory.extend_from_slice(line.as_bytes());
        self.in_memory.push(b'\n');
        if self.in_memory.len() < MAX_NEW_BYTES {
            return Ok(());
        }
        let file = match &mut self.on_disk {
            Some(file) => file,
            None => self.on_disk.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.write_all(&self.in_memory)?;
        self.in_memory.clear();
        Ok(())
    }

    /// Writes the file with these lines at its end.
    fn append_to(
        mut self,
        directory: &Directory,
        lock: &HistoryLock,
        file: &str,
    ) -> anyhow::Result<()> {
        let mut existing = open_existing(directory, file)?;
        directory.replace_with(lock, file, &mut |output| {
            if let Some(existing) = &mut existing {
                io::copy(existing, output)?;
                if !ends_with_newline(existing)? {
                    output.write_all(b"\n")?;
                }
            }
            if let Some(lines) = &mut self.on_disk {
                lines.rewind()?;
                io::copy(lines, output)?;
            }
            output.write_all(&self.in_memory)
        })?;
        Ok(())
    }
}

/// A file that is there.
fn open_existing(directory: &Directory, file: &str) -> anyhow::Result<Option<File>> {
    match directory.open(file) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == [b'\n'])
}

/// 128 bits: of a million lines two have the same in one of 10^26 cases.
fn line_hash(line: &[u8]) -> u128 {
    let hash = blake3::hash(line.trim_ascii());
    let (bytes, _) = hash.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
    u128::from_le_bytes(*bytes)
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
