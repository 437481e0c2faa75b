//! Facts of commits of a long history: more than memory holds, joined with `commits.ndjson`.
//!
//! Few facts are joined in memory ([`commits::merge`]). Many wait in sorted runs by the commit's
//! id, together with the lines of the file, so that all that is known of one commit comes at once;
//! the new lines are sorted by time in runs of their own. The file comes out the same.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context;

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::commits::{self, CommitLine, CommitMerge, FILE};
use crate::store::sorted_runs::SortedRuns;
use model::hex;
use model::history::CommitFacts;
use model::record::time::Timestamp;

/// Facts that wait in memory.
const MAX_PENDING: usize = 10_000;
/// A larger file is joined in runs.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// Bytes of lines that become one run.
const RUN_BYTES: usize = 4 << 20;
/// What parts the key of a line from its content.
const SEPARATOR: char = '\u{1f}';

/// Facts on their way.
#[derive(Debug, Default)]
pub(crate) struct CommitRuns {
    pending: Vec<CommitFacts>,
    staged: RunWriter,
    /// Facts so far.
    count: u64,
    /// Those of all facts: a tag that stands on a new commit leaves its old one.
    tags: BTreeSet<String>,
}

/// Lines that become runs as they come.
#[derive(Debug, Default)]
struct RunWriter {
    lines: String,
    runs: SortedRuns,
}

impl RunWriter {
    fn add(&mut self, folder: &Path, stem: &str, key: &str, content: &str) -> io::Result<()> {
        self.lines.push_str(key);
        self.lines.push(SEPARATOR);
        self.lines.push_str(content);
        self.lines.push('\n');
        if self.lines.len() < RUN_BYTES {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.lines);
        self.runs.add(folder, stem, &lines)
    }

    /// Hands out the content of all lines, sorted by key.
    fn merge(&self, take: &mut dyn FnMut(&str, &str) -> io::Result<()>) -> io::Result<()> {
        self.runs.merge(&self.lines, &mut |line| {
            let (key, content) = line.split_once(SEPARATOR).unwrap_or((line, ""));
            take(key, content)
        })
    }
}

impl CommitRuns {
    /// Adds facts. Whether they are so many that they should be put aside.
    pub(crate) fn add(&mut self, facts: CommitFacts) -> bool {
        self.pending.push(facts);
        self.pending.len() >= MAX_PENDING
    }

    /// Puts the facts so far aside.
    pub(crate) fn stage(&mut self, folder: &Path) -> io::Result<()> {
        for facts in std::mem::take(&mut self.pending) {
            self.tags.extend(facts.tags.iter().cloned());
            self.count += 1;
            // Behind all lines of the file, which have their numbers.
            let key = format!("{}.F{:012}", hex::encode(&facts.id), self.count);
            // Numbers, texts and lists always become JSON.
            let content = serde_json::to_string(&facts).unwrap_or_default();
            self.staged.add(folder, "facts", &key, &content)?;
        }
        Ok(())
    }

    /// Joins the facts with the file; `prepare` says of all facts of a commit what is stored, or
    /// that nothing is.
    ///
    /// # Errors
    /// As [`commits::merge`].
    pub(crate) fn merge(
        mut self,
        directory: &Directory,
        lock: &HistoryLock,
        prepare: &dyn Fn(CommitFacts) -> Option<CommitFacts>,
    ) -> anyhow::Result<CommitMerge> {
        let size = directory.open(FILE).ok().and_then(|file| Some(file.metadata().ok()?.len()));
        if self.count == 0 && size.is_none_or(|size| size <= MAX_FILE_BYTES) {
            let facts = joined(self.pending).into_iter().filter_map(prepare);
            let facts: Vec<CommitFacts> = facts.collect();
            let is_new = !facts.is_empty();
            return if is_new {
                commits::merge(directory, lock, &facts)
            } else {
                Ok(<_>::default())
            };
        }
        let folder = tempfile::tempdir_in(directory.path())?;
        self.stage(folder.path())?;
        let tags = std::mem::take(&mut self.tags);
        let mut joining = Joining::new(folder.path(), &tags, prepare);
        self.add_file(directory, &mut joining)?;
        let failure = || format!("cannot join {}", directory.path().join(FILE).display());
        self.staged.merge(&mut |key, content| joining.take(key, content)).with_context(failure)?;
        joining.finish_commit().with_context(failure)?;
        if joining.merge == CommitMerge::default() {
            return Ok(joining.merge);
        }
        directory.replace_with(lock, FILE, &mut |output| {
            for lines in [&joining.sorted, &joining.strange] {
                lines.merge(&mut |_, content| writeln!(output, "{content}"))?;
            }
            Ok(())
        })?;
        Ok(joining.merge)
    }

    /// Adds the lines of the file to the facts.
    fn add_file(&mut self, directory: &Directory, joining: &mut Joining<'_>) -> anyhow::Result<()> {
        let file = match directory.open(FILE) {
            Ok(file) => file,
            Err(error) if error.is_missing() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.with_context(|| {
                format!("cannot read {}", directory.path().join(FILE).display())
            })?;
            if line.trim().is_empty() {
                continue;
            }
            match CommitLine::parse(&line).and_then(|parsed| Ok((parsed.time()?, parsed))) {
                Ok((_, parsed)) => {
                    let key = format!("{}.A{number:012}", hex::encode(parsed.id()));
                    self.staged.add(joining.folder, "facts", &key, &line)?;
                }
                Err(_) => joining.add_strange(number, &line)?,
            }
        }
        Ok(())
    }
}

/// The same facts, those of one commit in one: facts that were added before stay.
fn joined(all: Vec<CommitFacts>) -> Vec<CommitFacts> {
    let mut by_id: std::collections::BTreeMap<String, CommitFacts> = <_>::default();
    for facts in all {
        match by_id.get_mut(&facts.id) {
            Some(first) => first.complete_by(facts),
            None => drop(by_id.insert(facts.id.clone(), facts)),
        }
    }
    by_id.into_values().collect()
}

/// The commits of all runs, one after another.
struct Joining<'a> {
    folder: &'a Path,
    moved_tags: &'a BTreeSet<String>,
    prepare: &'a dyn Fn(CommitFacts) -> Option<CommitFacts>,
    /// The commit that is being read.
    id: String,
    line: Option<CommitLine>,
    facts: Option<CommitFacts>,
    merge: CommitMerge,
    /// The lines of the new file.
    sorted: RunWriter,
    /// Lines that are no facts or that repeat a commit, in their order.
    strange: RunWriter,
}

impl<'a> Joining<'a> {
    fn new(
        folder: &'a Path,
        moved_tags: &'a BTreeSet<String>,
        prepare: &'a dyn Fn(CommitFacts) -> Option<CommitFacts>,
    ) -> Self {
        Self {
            folder,
            moved_tags,
            prepare,
            id: String::new(),
            line: None,
            facts: None,
            merge: CommitMerge::default(),
            sorted: RunWriter::default(),
            strange: RunWriter::default(),
        }
    }

    fn add_strange(&mut self, number: usize, line: &str) -> io::Result<()> {
        self.strange.add(self.folder, "strange", &format!("{number:012}"), line)
    }

    fn take(&mut self, key: &str, content: &str) -> io::Result<()> {
        let (id, place) = key.split_once('.').unwrap_or((key, ""));
        if id != self.id {
            self.finish_commit()?;
            id.clone_into(&mut self.id);
        }
        if let Some(number) = place.strip_prefix('A') {
            match self.line {
                // Two lines about one commit are left to whoever wrote them.
                Some(_) => self.add_strange(number.parse().unwrap_or_default(), content)?,
                None => self.line = CommitLine::parse(content).ok(),
            }
        } else if let Ok(facts) = serde_json::from_str::<CommitFacts>(content) {
            match &mut self.facts {
                Some(first) => first.complete_by(facts),
                None => self.facts = Some(facts),
            }
        }
        Ok(())
    }

    /// Writes the line of the commit that was read.
    fn finish_commit(&mut self) -> io::Result<()> {
        let facts = self.facts.take().and_then(self.prepare);
        let before = self.line.take();
        let Some(id) = before.as_ref().map(CommitLine::id).or(facts.as_ref().map(|it| &*it.id))
        else {
            return Ok(());
        };
        let mut line = before.clone().unwrap_or_else(|| CommitLine::of(id));
        line.leave_tags(self.moved_tags);
        if let Some(facts) = &facts {
            line.merge(facts);
        }
        match &before {
            Some(before) => self.merge.changed += u64::from(*before != line),
            None => self.merge.added += 1,
        }
        let key = format!("{}.{}", time_key(line.time().ok().flatten()), self.id);
        let content = serde_json::to_string(&line).unwrap_or_default();
        self.sorted.add(self.folder, "sorted", &key, &content)
    }
}

/// A text that sorts as the time does, none first.
fn time_key(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "0".to_owned(), |time| format!("1{:020}", time.micros().max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Links;

    fn facts(number: u64) -> CommitFacts {
        CommitFacts {
            id: format!("{:08x}", number.wrapping_mul(2_654_435_761) % 50_000),
            time: (!number.is_multiple_of(7))
                .then(|| Timestamp::from_micros((number % 1_000) as i64)),
            subject: Some(format!("subject \u{1f} {number}")),
            tags: if number.is_multiple_of(900) { vec![format!("v{number}")] } else { Vec::new() },
            ..CommitFacts::default()
        }
    }

    #[test]
    fn many_facts_are_joined_as_few_are() {
        let old = "{\"commit\":\"00000001\",\"parents\":[\"p\"],\"tags\":[\"v900\"],\"mine\":1}\n\
                   no json\n{\"commit\":\"00000001\",\"parents\":[]}\n";
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::new(folder.path(), Links::Reject);
        let lock = HistoryLock::acquire(folder.path(), "test").unwrap();
        std::fs::write(folder.path().join(FILE), old).unwrap();
        let all: Vec<CommitFacts> = (0..25_000).map(facts).collect();
        let (expected, counts) = commits::merge_text(old, &joined(all.clone()));
        let staged = tempfile::tempdir().unwrap();
        for expected_counts in [counts, CommitMerge::default()] {
            let mut runs = CommitRuns::default();
            for facts in all.clone() {
                if runs.add(facts) {
                    runs.stage(staged.path()).unwrap();
                }
            }
            let counts = runs.merge(&directory, &lock, &Some).unwrap();
            assert_eq!(counts, expected_counts);
            let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
            assert!(text == expected, "{}", &text[..200]);
        }
    }
}
