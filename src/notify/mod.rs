//! Tells people what a check found: a comment or issues on GitHub, a message to Slack, a signed
//! request to an address of the user's.
//!
//! What was found comes in as the JSON of `check` and is treated as a stranger's: bounded, and
//! every name escaped for where it goes. Secrets are shown nowhere. Refuses addresses that are not
//! https (but on this machine), redirects to another host, and waits beyond its time limit.

pub(crate) mod address;
pub(crate) mod client;
pub(crate) mod escape;
pub(crate) mod github;
pub(crate) mod outcome;
pub(crate) mod preview;
pub(crate) mod secret;
pub(crate) mod slack;
mod wait;
pub(crate) mod webhook;
pub(crate) mod wire;

/// Why something was not told. Secrets are already masked in every text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What was given is at fault; nothing was sent.
    #[error("{0}")]
    Input(String),
    /// The other side said no, for good.
    #[error("{call}: {status}{text}")]
    Refused { call: String, status: u16, text: String },
    /// The other side gave no answer: it may have done what was asked.
    #[error("{call}: {text}")]
    Unsure { call: String, text: String },
    /// Tries or time ran out, or the answer makes no sense.
    #[error("{call}: {text}")]
    Lost { call: String, text: String },
}

/// What was done, in a sentence for people, and what they should know beside it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Told {
    pub(crate) done: String,
    pub(crate) warnings: Vec<String>,
}

impl Told {
    pub(crate) fn new(done: impl Into<String>) -> Self {
        Self { done: done.into(), warnings: Vec::new() }
    }
}
