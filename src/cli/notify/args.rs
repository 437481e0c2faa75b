//! The arguments that all kinds of `benchpages notify` share.

use std::path::PathBuf;
use std::time::Duration;

use crate::report::wire::CheckFile;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NotifyArgs {
    /// Output of `benchpages check --format json`; - reads stdin
    #[arg(long, value_name = "FILE")]
    pub(super) result: PathBuf,
    /// Print what would be sent, with secrets masked; send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Time limit of one request
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// Time limit of the whole command, with retries and waits
    #[arg(long, value_name = "SECONDS", default_value = "180", value_parser = seconds)]
    pub(super) time_limit: Duration,
}

/// What was checked, as a message names it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SubjectArgs {
    /// Pull request that was checked
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) pull: Option<u64>,
    /// Repository
    #[arg(
        long, env = "GITHUB_REPOSITORY", hide_env_values = true, value_name = "OWNER/NAME",
        value_parser = repo
    )]
    pub(super) repo: Option<String>,
}

impl SubjectArgs {
    /// The pull request that is named, else that of the result.
    pub(super) fn pull_of(&self, check: &CheckFile) -> Option<u64> {
        self.pull.or(check.pull)
    }

    /// `owner/name #7`.
    pub(super) fn subject(&self, check: &CheckFile) -> String {
        let repo = self.repo.as_deref().unwrap_or("main");
        self.pull_of(check).map_or(repo.to_owned(), |pull| format!("{repo} #{pull}"))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    let is_valid = (0.001..=3_600.0).contains(&number);
    is_valid.then(|| Duration::from_secs_f64(number)).ok_or_else(|| "0.001 to 3600".to_owned())
}

/// `owner/name`, which becomes part of an address: nothing else may be in it.
pub(super) fn repo(text: &str) -> Result<String, String> {
    let is_word = |part: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !part.is_empty() && part.bytes().all(is_allowed) && part.bytes().any(|byte| byte != b'.')
    };
    match text.split_once('/') {
        Some((owner, name)) if is_word(owner) && is_word(name) => Ok(text.to_owned()),
        _ => Err("write owner/name".to_owned()),
    }
}
