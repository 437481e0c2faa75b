//! Where adapters put what they found: entries go on at once, so that a history of any size passes
//! through; what cannot be read is kept with its place.

use crate::ingest::entry::Entry;
use crate::record::{Place, Problem};

/// A part of a file that was refused, and its text as it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) problem: Problem,
    pub(crate) text: String,
}

/// Why a file cannot be read at all: line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) reason: String,
}

impl Fault {
    /// A fault of the file as a whole.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { line: 1, column: 1, reason: reason.into() }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let number = |value: usize| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
        let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
        Self { line: number(error.line()), column: number(error.column()), reason }
    }
}

/// What an adapter fills. Counts what passes.
pub(crate) struct Sink<'a> {
    file: String,
    take: &'a mut dyn FnMut(Entry),
    pub(crate) taken: usize,
    pub(crate) refused: Vec<Refused>,
    /// What a user should know and need not act on, each told once.
    pub(crate) remarks: Vec<String>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(take: &'a mut dyn FnMut(Entry)) -> Self {
        Self { file: String::new(), take, taken: 0, refused: Vec::new(), remarks: Vec::new() }
    }

    /// The file that what follows comes from, as places name it.
    pub(crate) fn begin(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    pub(crate) fn entry(&mut self, entry: Entry) {
        self.taken += 1;
        (self.take)(entry);
    }

    /// Keeps a part that cannot be a record: its line, why, what to do, and the text itself.
    pub(crate) fn refuse(&mut self, line: usize, reason: &str, remedy: &str, text: &str) {
        let place = Place {
            file: self.file.clone(),
            line: u32::try_from(line.max(1)).unwrap_or(u32::MAX),
            column: 1,
        };
        let (reason, remedy) = (reason.to_owned(), remedy.to_owned());
        let problem = Problem { place, reason, remedy };
        self.refused.push(Refused { problem, text: text.to_owned() });
    }

    pub(crate) fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}
