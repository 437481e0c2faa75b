//! What the words of messages and JSON mean: `benchpages explain CODE`.
//!
//! Each family of codes is an enum of the room that reports them, and a function here that explains
//! each value. These functions match without a wildcard, so a new value without an explanation does
//! not compile.
//!
//! ```text
//! not_json   rejected record: The line is no JSON object. …
//! too_noisy  verdict: The runs differ so much from each other that …
//! ```

mod checks;
mod data;
pub(crate) mod lookup;
mod policy;
mod shards;
mod statuses;
mod warnings;

/// Where the documents are read.
const DOCUMENTS: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

/// What a code means, and what to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Advice {
    /// What it means.
    pub(crate) meaning: &'static str,
    /// How it comes about.
    pub(crate) cause: &'static str,
    /// What to do.
    pub(crate) remedy: &'static str,
    /// Commands that help; a word in capitals stands for what the reader fills in.
    pub(crate) commands: &'static [&'static str],
    /// The document about it, from the root of the repository.
    chapter: &'static str,
}

impl Advice {
    /// The address of the document about it.
    pub(crate) fn url(&self) -> String {
        format!("{DOCUMENTS}{}", self.chapter)
    }
}
