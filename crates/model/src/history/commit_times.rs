//! When the author wrote a commit, by those who may say so. It is shown, and orders nothing.

use serde::{Deserialize, Serialize};

use crate::record::Record;
use crate::record::time::Timestamp;

/// The times that records give a commit, the earliest of each kind of record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitTimes {
    pub main_line: Option<Timestamp>,
    /// Of pull requests: it counts for commits that the main line did not measure, so that a pull
    /// request cannot move one of its commits.
    pub pulls: Option<Timestamp>,
}

impl CommitTimes {
    pub(crate) fn of(record: &Record<'_>) -> Self {
        let (main_line, pulls) = match record.pull {
            None => (record.commit_time, None),
            Some(_) => (None, record.commit_time),
        };
        Self { main_line, pulls }
    }

    #[must_use]
    pub(crate) fn earliest(self, other: Self) -> Self {
        Self {
            main_line: earliest(self.main_line, other.main_line),
            pulls: earliest(self.pulls, other.pulls),
        }
    }

    /// The time of a commit, which the main line has measured or not.
    pub(crate) fn of_commit(self, is_on_main: bool) -> Option<Timestamp> {
        // Not even where the main line gives none: its order is not a pull request's to decide.
        if is_on_main { self.main_line } else { self.main_line.or(self.pulls) }
    }
}

/// The earlier of two times, where one is known.
pub fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
