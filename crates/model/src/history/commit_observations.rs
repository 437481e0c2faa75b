//! What records say of a commit: when it was measured, and on which line of development.

use crate::history::commit_times::{CommitTimes, earliest};
use crate::history::{BranchId, Commit, CommitFacts, MeasurementRow};
use crate::record::time::Timestamp;

/// What the records say of a commit.
#[derive(Default)]
pub(super) struct CommitObservations {
    pub(super) commit_times: CommitTimes,
    first_main: Option<Timestamp>,
    first_other: Option<Timestamp>,
    pub(super) main_line: bool,
    /// The first pull request that measured it.
    pull: Option<u64>,
}

impl CommitObservations {
    pub(super) fn add_row(&mut self, row: &MeasurementRow) {
        let main = row.branch == BranchId::MAIN;
        self.main_line |= main;
        self.pull = smaller(self.pull, row.branch.pull().map(u64::from));
        let first = if main { &mut self.first_main } else { &mut self.first_other };
        *first = earliest(*first, Some(row.time));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.main_line |= other.main_line;
        self.pull = smaller(self.pull, other.pull);
        self.commit_times = self.commit_times.earliest(other.commit_times);
        self.first_main = earliest(self.first_main, other.first_main);
        self.first_other = earliest(self.first_other, other.first_other);
    }

    pub(super) fn to_commit(&self, id: &str, facts: Option<&CommitFacts>) -> Commit {
        let time = self.first_main.or(self.first_other);
        let of_records = || self.commit_times.of_commit(self.main_line);
        Commit {
            id: id.to_owned(),
            time: time.unwrap_or(Timestamp::from_micros(0)),
            author_time: facts.and_then(|facts| facts.time).or_else(of_records),
            subject: facts.and_then(|facts| facts.subject.clone()),
            author: facts.and_then(|facts| facts.author.clone()),
            parents: facts.map_or_else(Vec::new, |facts| facts.parents.clone()),
            // What a pull request measured may be its base as well as its own.
            pull: facts.and_then(|facts| facts.pull).or(self.pull.filter(|_| !self.main_line)),
            tags: facts.map_or_else(Vec::new, |facts| facts.tags.clone()),
            main_line: self.main_line,
        }
    }
}

fn smaller(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}
