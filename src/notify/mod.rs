//! Reports a check's result to people: a comment or issues on GitHub, a message to Slack, a signed
//! request to a webhook.
//!
//! The result comes in as the JSON of `check` and is treated as a stranger's, since a job of a fork
//! may have written it: bounded, and every name escaped for where it goes. Secrets are never shown.
//! Rejects addresses that are not https (except on this machine), redirects to another host, and
//! waits beyond its time limit.

pub(crate) mod endpoint;
pub(crate) mod client;
pub(crate) mod github;
pub(crate) mod http;
pub(crate) mod preview;
pub(crate) mod received;
pub(crate) mod secret;
pub(crate) mod slack;
mod retry;
pub(crate) mod webhook;
pub(crate) mod transport;

/// Why nothing was sent. Secrets are already masked in every text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotifyError {
    /// What was given is at fault; nothing was sent.
    #[error("{0}")]
    Input(String),
    /// The server rejected it, for good.
    #[error("{call}: {status}{text}")]
    Rejected { call: String, status: u16, text: String },
    /// The server gave no answer: it may have done what was asked.
    #[error("{call}: {text}")]
    Unconfirmed { call: String, text: String },
    /// Tries or time ran out, or the answer makes no sense.
    #[error("{call}: {text}")]
    Failed { call: String, text: String },
}

/// What was done, in a sentence for people, and what they should know beside it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) summary: String,
    pub(crate) warnings: Vec<String>,
}

impl Delivery {
    pub(crate) fn new(done: impl Into<String>) -> Self {
        Self { summary: done.into(), warnings: Vec::new() }
    }
}
