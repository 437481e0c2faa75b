//! The history: every record once, in an order that does not depend on the order of lines, with
//! what was refused and what was dropped said beside it.

use std::collections::BTreeMap;

use crate::record::Timestamp;

/// A commit (or any other id that results are filed under).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Commit {
    /// As written in the records: full or short sha, or any id.
    pub(crate) id: String,
    /// Author time where it is known, else the time of the first measurement.
    pub(crate) time: Timestamp,
    pub(crate) subject: Option<String>,
    pub(crate) parents: Vec<String>,
    pub(crate) pull: Option<u64>,
    pub(crate) tag: Option<String>,
    /// Measured on the main line (and not only for a pull request).
    pub(crate) main_line: bool,
}

/// One set of runner, provenance and unknown fields, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Environment {
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) version: Option<String>,
    pub(crate) branch: Option<String>,
}
