//! Where adapters put what they found: entries go on at once, so that a history of any size passes
//! through; what cannot be read is kept with its place.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::BenchmarkEntry;
use model::history::CommitFacts;
use model::record::problem_kind::ProblemKind;
use model::record::{Problem, SourceLocation, shorten};

/// Rejected parts whose text is kept; of more only their number and reason. Bounds memory at some
/// 50 MB when a whole history is rejected.
const MAX_REJECTED: usize = 10_000;
/// Characters of a rejected part that are kept: enough to find it again.
const MAX_REJECTED_TEXT: usize = 4_000;
/// Commits whose facts are in memory, where they can be handed on.
const MAX_COMMITS: usize = 10_000;
/// Different reasons that are counted apart.
const MAX_REASONS: usize = 200;

/// A part of a file that was rejected, and its text.
#[derive(Clone, Debug, PartialEq)]
pub struct RejectedPart {
    pub problem: Problem,
    pub text: String,
}

/// Why a file cannot be read at all: line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    pub line: u32,
    pub column: u32,
    pub reason: String,
}

impl InputError {
    /// A fault of the file as a whole.
    pub fn whole(reason: impl Into<String>) -> Self {
        Self { line: 1, column: 1, reason: reason.into() }
    }
}

impl From<serde_json::Error> for InputError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let number = |value: usize| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
        let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
        Self { line: number(error.line()), column: number(error.column()), reason }
    }
}

/// What an adapter fills. Counts what passes.
pub struct EntrySink<'a> {
    file: String,
    take: &'a mut dyn FnMut(BenchmarkEntry),
    pub entry_count: usize,
    pub rejected: Vec<RejectedPart>,
    /// How many parts were rejected, by reason: also those that are not kept.
    pub rejection_counts: BTreeMap<String, u64>,
    /// What a user should know and need not act on, each once.
    pub remarks: Vec<String>,
    /// Options of `ingest`, quoted for a shell, that continue the series of an imported history.
    pub continuations: BTreeSet<String>,
    /// What the history knows of its commits, by id; of a long one, of those that were met last.
    pub commits: BTreeMap<String, CommitFacts>,
    /// Values that are not there on purpose, by reason: no record, and no fault.
    pub skipped: BTreeMap<String, u64>,
    /// Takes the facts of commits, once they are many; those of one commit may come in parts.
    on_commit: Option<&'a mut dyn FnMut(CommitFacts)>,
    /// Gets the number of parts that were read, and of all parts.
    on_progress: Option<&'a dyn Fn(u64, u64)>,
}

impl<'a> EntrySink<'a> {
    pub fn new(take: &'a mut dyn FnMut(BenchmarkEntry)) -> Self {
        Self {
            file: String::new(),
            take,
            entry_count: 0,
            rejected: Vec::new(),
            rejection_counts: BTreeMap::new(),
            remarks: Vec::new(),
            continuations: BTreeSet::new(),
            commits: BTreeMap::new(),
            skipped: BTreeMap::new(),
            on_commit: None,
            on_progress: None,
        }
    }

    /// Tells how far it is.
    pub fn with_progress(mut self, step: &'a dyn Fn(u64, u64)) -> Self {
        self.on_progress = Some(step);
        self
    }

    /// Hands on facts of commits, so that they need not be in memory.
    pub fn with_commits(mut self, hand_on: &'a mut dyn FnMut(CommitFacts)) -> Self {
        self.on_commit = Some(hand_on);
        self
    }

    pub fn progress(&self, done: usize, total: usize) {
        if let Some(step) = self.on_progress {
            step(done as u64, total as u64);
        }
    }

    /// The file that what follows comes from, as places name it.
    pub fn begin_file(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    pub fn entry(&mut self, entry: BenchmarkEntry) {
        self.entry_count += 1;
        (self.take)(entry);
    }

    /// Keeps a part that cannot be a record: its line, why, what to do, and the text itself.
    pub fn reject(&mut self, line: usize, reason: &str, remedy: &str, text: &str) {
        let place = SourceLocation {
            file: self.file.clone(),
            line: u32::try_from(line.max(1)).unwrap_or(u32::MAX),
            column: 1,
        };
        let (reason, remedy) = (reason.to_owned(), remedy.to_owned());
        add_count(&mut self.rejection_counts, &reason, 1);
        if self.rejected.len() < MAX_REJECTED {
            let kind = ProblemKind::RejectedPart;
            let problem = Problem { location: place, reason, remedy, kind };
            let text = shorten(text, MAX_REJECTED_TEXT).into_owned();
            self.rejected.push(RejectedPart { problem, text });
        }
    }

    /// Counts values that are not there on purpose.
    pub fn skip(&mut self, reason: &str, values: u64) {
        if values > 0 {
            add_count(&mut self.skipped, reason, values);
        }
    }

    /// Adds facts of a commit; facts that were added before stay.
    pub fn add_commit(&mut self, facts: CommitFacts) {
        let known = self
            .commits
            .entry(facts.id.clone())
            .or_insert_with(|| CommitFacts { id: facts.id.clone(), ..CommitFacts::default() });
        known.complete_by(facts);
        if self.commits.len() >= MAX_COMMITS
            && let Some(hand_on) = &mut self.on_commit
        {
            std::mem::take(&mut self.commits).into_values().for_each(hand_on);
        }
    }

    /// Rejects a file as a whole; the line that is at fault is kept.
    pub(crate) fn reject_file(&mut self, fault: &InputError, text: &str) {
        let line = fault.line as usize;
        let at = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let remedy = "nothing of this file was taken; mend it and import again";
        self.reject(line, &format!("not readable: {}", fault.reason), remedy, at);
    }

    /// Notes the options with which `ingest` continues the series of an imported history.
    /// Each is one word, `--name=value`.
    pub(crate) fn continue_with(&mut self, options: &[String]) {
        if self.continuations.len() < MAX_REASONS {
            let quoted: Vec<String> = options.iter().map(|option| shell_word(option)).collect();
            self.continuations.insert(quoted.join(" "));
        }
    }

    pub fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        // A folder of results may have one for each of a million files.
        if self.remarks.len() < MAX_REASONS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// A word as a shell reads it back.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    // A name from a file may hold anything; what moves a cursor is left out.
    let printable: String = word.chars().filter(|c| !c.is_control()).collect();
    if !printable.is_empty() && printable.chars().all(plain) {
        return printable;
    }
    format!("'{}'", printable.replace('\'', "'\\''"))
}

fn add_count(counts: &mut BTreeMap<String, u64>, reason: &str, more: u64) {
    let full = counts.len() >= MAX_REASONS && !counts.contains_key(reason);
    let reason = if full { "other reasons" } else { reason };
    *counts.entry(reason.to_owned()).or_default() += more;
}
