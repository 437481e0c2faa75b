//! The history: every record once, in an order that does not depend on the order of lines, with
//! counts of duplicates and a list of rejected records.
//!
//! A builder ([`build::HistoryBuilder`]) takes records in any order, from several threads by
//! `merge`, and keeps them as rows of small numbers. Its `normalize` resolves short shas, drops
//! duplicates, rejects records that contradict the rest of their series, and sorts. No policy, no
//! files.
//!
//! ```text
//! {"commit":"1a2b3c4","test":"parse","backend":"rust","mean_ns":41000, …}
//!     strings: "parse" = 7, "rust" = 8, …     key 3 = (test 7, backend 8, …)
//!     row: key 3, commit 12, time 2025-09-21T08:22:00Z, value 41000 (ns), file 0, line 1
//! ```

mod ancestry;
mod commit_observations;
pub(crate) mod commit_times;
pub mod value_options;
pub mod build;
pub mod details;
pub mod platform;
pub mod session;
pub mod subject;
mod settle;
mod normalize;
mod intern;
mod key;
mod codec;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::commit_ref::{CommitNames, NamedCommit};
use crate::history::details::DetailStore;
use crate::history::platform::Platform;
use crate::record::detail::RunDetailRef;
use crate::record::time::Timestamp;
use crate::record::{Direction, OptionalF64, Problem, Statistic, Unit};

/// A commit (or any other id that results are filed under).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// As written in the records: full or short sha, or any id.
    pub id: String,
    /// When it was first measured; on the main line never before a parent.
    pub time: Timestamp,
    /// When its author wrote it. It orders nothing: a rebase keeps it, and a clock may be wrong.
    pub author_time: Option<Timestamp>,
    pub subject: Option<String>,
    /// The author's name, without an address; none where none is recorded.
    pub author: Option<String>,
    pub parents: Vec<String>,
    /// The pull request by which it came to the main line, or that alone measured it.
    pub pull: Option<u64>,
    /// Sorted.
    pub tags: Vec<String>,
    /// Measured on the main line (and not only for a pull request).
    pub main_line: bool,
}

/// What `commits.ndjson` knows of a commit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommitFacts {
    pub id: String,
    pub time: Option<Timestamp>,
    pub subject: Option<String>,
    /// The author's name.
    pub author: Option<String>,
    pub parents: Vec<String>,
    pub pull: Option<u64>,
    /// Sorted.
    pub tags: Vec<String>,
}

impl CommitFacts {
    /// Adds what others say of the same commit; what is known of it stays.
    pub fn complete_by(&mut self, others: Self) {
        self.time = self.time.or(others.time);
        self.subject = self.subject.take().or(others.subject);
        self.author = self.author.take().or(others.author);
        self.pull = self.pull.or(others.pull);
        self.tags.extend(others.tags.into_iter().filter(|tag| !tag.is_empty()));
        self.tags.sort_unstable();
        self.tags.dedup();
    }
}

/// What finishing needs to know beyond the records.
#[derive(Debug, Default)]
pub struct NormalizeOptions {
    /// The main branch; none: `main`, else `master`, else the branch of most records.
    pub branch: Option<String>,
    /// What `commits.ndjson` says, and the parents that only the repository knows.
    pub commits: Vec<CommitFacts>,
}

/// One set of runner, provenance and unknown fields, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Environment {
    pub fields: BTreeMap<String, String>,
    pub version: Option<String>,
    pub branch: Option<String>,
}

/// The key of a series as it was recorded: aliases and the policy come later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordedKey {
    pub suite: String,
    pub test: String,
    pub backend: String,
    pub mode: String,
    pub parallel: bool,
    pub n: Option<u64>,
    pub params: String,
    pub metric: String,
    /// The statistic that its values are of another metric's runs; none for a recorded metric.
    pub statistic: Option<Statistic>,
    /// Where it was measured.
    pub platform: Platform,
}

/// All rows of one recorded key, in base units of one unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeriesColumn {
    pub key: RecordedKey,
    pub unit: Unit,
    /// The direction that records gave; none where they gave none.
    pub direction: Option<Direction>,
    pub tags: Vec<String>,
    /// The main line has a value of it, so that it decides what the series is. Said once for all:
    /// a check puts the runs of its candidate behind the main line.
    pub is_on_main: bool,
    /// Sorted by time, then commit, then value.
    pub rows: Vec<MeasurementRow>,
}

/// One measurement of one series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasurementRow {
    /// When it was measured.
    pub time: Timestamp,
    /// Base units; none where the run failed.
    pub value: OptionalF64,
    /// Reported standard deviation in base units.
    pub std: OptionalF64,
    /// Index into [`History::commits`].
    pub commit: u32,
    /// Index into [`History::environments`].
    pub environment: u32,
    /// Number of its detail in [`History::details`]; 0 where it has none.
    pub detail: u32,
    pub branch: BranchId,
    /// Number of the file within this reading, and line from 1.
    pub file: u32,
    pub line: u32,
}

/// Which line of development a row belongs to: the main one, then pull requests by their numbers,
/// then the others. Every row has one, hence a number and no enum, which would take twice the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BranchId(u32);

impl BranchId {
    pub const MAIN: Self = Self(0);
    /// A branch that is not the main one: counted, not shown.
    pub const OTHER: Self = Self(u32::MAX);
    const LAST_PULL: u32 = u32::MAX - 2;
    /// The largest number of a pull request that has a line of its own.
    pub const MAX_PULL: u64 = Self::LAST_PULL as u64;

    /// The line of a pull request; numbers beyond [`Self::MAX_PULL`] are taken for that one.
    pub fn of_pull(pull: u64) -> Self {
        Self(u32::try_from(pull).map_or(Self::LAST_PULL, |pull| pull.min(Self::LAST_PULL)) + 1)
    }

    /// The number of its pull request.
    pub fn pull(self) -> Option<u32> {
        (self != Self::MAIN && self != Self::OTHER).then(|| self.0 - 1)
    }
}

/// Every record once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    /// In the order of their parents where these are known, else in that of their first
    /// measurement, then by id.
    pub commits: Vec<Commit>,
    /// The main line as parents tell it, oldest first, up to the newest measured commit, also the
    /// commits that nobody measured; empty where no parents are known. Times are the authors'.
    pub main_line: Vec<CommitFacts>,
    pub environments: Vec<Environment>,
    pub details: DetailStore,
    /// Sorted by key.
    pub columns: Vec<SeriesColumn>,
    pub counts: RecordCounts,
    /// Main-line records by UTC day.
    pub per_day: BTreeMap<i64, u32>,
    /// Refused lines, sorted by place.
    pub rejected_records: Vec<Problem>,
    /// Fields of records that were ignored, because the record may not decide them: the pull
    /// request of a record in a file of another one, the direction of a series that the main line
    /// knows. Sorted by place. The records count.
    pub ignored_fields: Vec<Problem>,
    pub newest: Option<Timestamp>,
    pub oldest: Option<Timestamp>,
    /// By [`MeasurementRow::file`]: its path within the history directory.
    pub files: Vec<String>,
}

/// What was read, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Records that were read, duplicates included.
    pub records: u64,
    /// Records that repeat another one to the letter of their value; read once.
    pub duplicates: u64,
    /// Records of the same series, commit, runner and time that differ in value: kept as repeats.
    pub conflicting: u64,
    /// Records of failed runs.
    pub failed: u64,
    /// Records that a demo generator made.
    pub demo: u64,
    /// Records of pull requests.
    pub pulls: u64,
    /// Records of branches other than the main one, left out.
    pub other_branches: u64,
    /// Records that carry their warm-up times.
    pub with_warmup: u64,
}

impl RecordCounts {
    /// Counts of two readings together.
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.duplicates += other.duplicates;
        self.conflicting += other.conflicting;
        self.failed += other.failed;
        self.demo += other.demo;
        self.pulls += other.pulls;
        self.other_branches += other.other_branches;
        self.with_warmup += other.with_warmup;
    }
}

impl History {
    /// The names of the commits, to find one by what a person or a tool calls it.
    pub fn commit_names(&self) -> CommitNames<'_> {
        CommitNames::of(self.commits.iter().map(|commit| NamedCommit {
            id: &commit.id,
            is_main_line: commit.main_line,
            tags: &commit.tags,
        }))
    }

    /// The detail of a row, where it has one.
    pub fn detail(&self, row: &MeasurementRow) -> Option<RunDetailRef<'_>> {
        self.details.get(row.detail)
    }
}
