//! The history: every record once, in an order that does not depend on the order of lines, with
//! what was dropped or refused said beside it.
//!
//! [`build::Builder`] takes records in any order, from several threads through
//! [`build::Builder::merge`], and keeps them as rows of small numbers; [`build::Builder::finish`]
//! resolves short shas, drops duplicates, refuses what contradicts the rest of its series, and
//! sorts. It knows no policy and no files.

mod ancestry;
pub(crate) mod build;
pub(crate) mod details;
mod finish;
pub(crate) mod graft;
mod intern;
mod key;
mod pack;

use std::collections::BTreeMap;

use crate::history::details::Details;
use crate::record::time::Timestamp;
use crate::record::{DetailRef, Direction, Problem, Unit};

/// A commit (or any other id that results are filed under).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Commit {
    /// As written in the records: full or short sha, or any id.
    pub(crate) id: String,
    /// Author time where it is known, else the time of the first measurement; on the main line
    /// never before that of a parent.
    pub(crate) time: Timestamp,
    pub(crate) subject: Option<String>,
    pub(crate) parents: Vec<String>,
    pub(crate) pull: Option<u64>,
    /// Sorted.
    pub(crate) tags: Vec<String>,
    /// Measured on the main line (and not only for a pull request).
    pub(crate) main_line: bool,
}

/// What `commits.ndjson` knows of a commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CommitFacts {
    pub(crate) id: String,
    pub(crate) time: Option<Timestamp>,
    pub(crate) subject: Option<String>,
    pub(crate) parents: Vec<String>,
    pub(crate) pull: Option<u64>,
    /// Sorted.
    pub(crate) tags: Vec<String>,
}

/// What finishing needs to know beyond the records.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    /// The main branch; none: `main`, else `master`, else the branch of most records.
    pub(crate) branch: Option<String>,
    /// What `commits.ndjson` says.
    pub(crate) commits: Vec<CommitFacts>,
}

/// One set of runner, provenance and unknown fields, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Environment {
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) version: Option<String>,
    pub(crate) branch: Option<String>,
}

/// The key of a series as it was recorded: aliases and the policy come later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordedKey {
    pub(crate) suite: String,
    pub(crate) test: String,
    pub(crate) backend: String,
    pub(crate) mode: String,
    pub(crate) parallel: bool,
    pub(crate) n: Option<u64>,
    pub(crate) params: String,
    pub(crate) metric: String,
}

/// All rows of one recorded key, in base units of one unit.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) key: RecordedKey,
    pub(crate) unit: Unit,
    /// The direction that records gave; none where they gave none.
    pub(crate) better: Option<Direction>,
    pub(crate) tags: Vec<String>,
    /// Sorted by time, then commit, then value.
    pub(crate) rows: Vec<Row>,
}

/// One measurement of one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    /// When it was measured.
    pub(crate) time: Timestamp,
    /// Base units; NaN where the run failed.
    pub(crate) value: f64,
    /// Reported standard deviation in base units; NaN where there is none.
    pub(crate) std: f64,
    /// Index into [`History::commits`].
    pub(crate) commit: u32,
    /// Index into [`History::environments`].
    pub(crate) environment: u32,
    /// Number of its detail in [`History::details`]; 0 where it has none.
    pub(crate) detail: u32,
    pub(crate) line_of: Line,
    /// Number of the file within this reading, and line from 1.
    pub(crate) file: u32,
    pub(crate) line: u32,
}

/// Which line of development a row belongs to: the main one, then pull requests by their numbers,
/// then the others. Every row has one, hence a number and no enum, which would take twice the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Line(u32);

impl Line {
    pub(crate) const MAIN: Self = Self(0);
    /// A branch that is not the main one: counted, not shown.
    pub(crate) const BRANCH: Self = Self(u32::MAX);
    const LAST_PULL: u32 = u32::MAX - 2;

    /// The line of a pull request; numbers beyond 2³² − 3 are taken for that one.
    pub(crate) fn of_pull(pull: u64) -> Self {
        Self(u32::try_from(pull).map_or(Self::LAST_PULL, |pull| pull.min(Self::LAST_PULL)) + 1)
    }

    /// The number of its pull request.
    pub(crate) fn pull(self) -> Option<u32> {
        (self != Self::MAIN && self != Self::BRANCH).then(|| self.0 - 1)
    }
}

/// Every record once.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// In time order, then in that of their parents, then by id.
    pub(crate) commits: Vec<Commit>,
    /// The main line as parents tell it, oldest first, up to the newest measured commit, also the
    /// commits that nobody measured; empty where no parents are known. Times are the authors'.
    pub(crate) main_line: Vec<CommitFacts>,
    /// Whether the time of a commit (same index) is that of the commit itself.
    pub(crate) dated: Vec<bool>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) details: Details,
    /// Sorted by key.
    pub(crate) columns: Vec<Column>,
    pub(crate) counts: Counts,
    /// Main-line records by UTC day.
    pub(crate) per_day: BTreeMap<i64, u32>,
    /// Refused lines, sorted by place.
    pub(crate) problems: Vec<Problem>,
    pub(crate) newest: Option<Timestamp>,
    pub(crate) oldest: Option<Timestamp>,
    /// By [`Row::file`]: its path within the history directory.
    pub(crate) files: Vec<String>,
}

/// What was read, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Records that were read, duplicates included.
    pub(crate) records: u64,
    /// Records that repeat another one to the letter of their value; read once.
    pub(crate) duplicates: u64,
    /// Records of the same series, commit, runner and time that differ in value: kept as repeats.
    pub(crate) conflicting: u64,
    /// Records of failed runs.
    pub(crate) failed: u64,
    /// Records that a demo generator made.
    pub(crate) demo: u64,
    /// Records of pull requests.
    pub(crate) pulls: u64,
    /// Records of branches other than the main one, left out.
    pub(crate) other_branches: u64,
    /// Records that carry their warm-up times.
    pub(crate) with_warmup: u64,
}

impl Counts {
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
    /// The detail of a row, where it has one.
    pub(crate) fn detail(&self, row: &Row) -> Option<DetailRef<'_>> {
        self.details.get(row.detail)
    }
}
