//! The inputs of `notify`: the result of a check, the policy, and secrets from the environment.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::notify::args::NotifyArgs;
use crate::cli::ui::{self, Reporter};
use crate::notify::endpoint::EndpointUrl;
use crate::notify::received::{MAX_RESULT_BYTES, ReceivedCheck};
use crate::notify::secret::{Secret, SecretMasks};
use crate::notify::slack::state::{self, SlackState};
use model::policy::Policy;

/// Reads the result of a check.
pub(super) fn read_result(
    global: &GlobalArgs,
    common: &NotifyArgs,
) -> anyhow::Result<ReceivedCheck> {
    let received = ReceivedCheck::read(&read_bounded(&common.result, MAX_RESULT_BYTES)?)?;
    let commits = [&received.check.candidate, &received.check.base];
    // A comment about invented numbers on a real pull request would be taken for a real one.
    if !global.demo && commits.into_iter().flatten().any(|commit| commit.starts_with("demo-")) {
        bail!("the result is about demo data; use --demo if this is a demo");
    }
    Ok(received)
}

/// Reads a file, or stdin for `-`, of at most `most` bytes.
pub(super) fn read_bounded(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
    let cannot_read = || format!("cannot read {name}");
    if is_stdin {
        let read = std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes);
        read.with_context(cannot_read)?;
    } else {
        let file = std::fs::File::open(path).with_context(cannot_read)?;
        file.take(most + 1).read_to_end(&mut bytes).with_context(cannot_read)?;
    }
    if bytes.len() as u64 > most {
        bail!("{name} is longer than {} MiB", most >> 20);
    }
    Ok(bytes)
}

/// Reads the file that remembers Slack's threads; an empty state where there is none yet.
pub(super) fn read_slack_state(
    path: Option<&Path>,
    reporter: &Reporter,
) -> anyhow::Result<SlackState> {
    let Some(path) = path.filter(|path| path.exists()) else { return Ok(SlackState::default()) };
    let bytes = read_bounded(path, state::MAX_STATE_BYTES)?;
    // At worst a thread is not found again and a new message begins; no result is lost.
    Ok(SlackState::read(&bytes).unwrap_or_else(|fault| {
        reporter.warn(&format!("{}: {fault}; a new file is started", path.display()));
        SlackState::default()
    }))
}

pub(super) fn load_policy(global: &GlobalArgs, reporter: &Reporter) -> anyhow::Result<Policy> {
    let Some(file) = load_options(global, &SiteArgs::default())?.policy_file()? else {
        return Ok(Policy::default());
    };
    let faults = file.faults(reporter.color());
    file.parsed.policy.with_context(|| {
        ui::emit(&faults);
        "the policy has errors"
    })
}

/// The variables of this process.
pub(super) struct Environment;

impl Environment {
    /// The value of a variable. Secrets of a workflow that are not set arrive empty.
    pub(super) fn variable(name: &str) -> Option<String> {
        let value = std::env::var(name).ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn secret(name: &str) -> Option<Secret> {
        Self::variable(name).as_deref().and_then(Secret::new)
    }

    /// The address in a variable, or the usual one.
    pub(super) fn endpoint(name: &str, usual: &str) -> anyhow::Result<EndpointUrl> {
        let text = Self::variable(name).unwrap_or_else(|| usual.to_owned());
        EndpointUrl::parse(&text).map_err(|fault| anyhow::anyhow!("{name} {fault}"))
    }
}

/// Masks for secrets in everything that is printed.
pub(super) fn masks(secrets: impl IntoIterator<Item = Option<Secret>>) -> SecretMasks {
    let mut masks = SecretMasks::default();
    for secret in secrets.into_iter().flatten() {
        masks.add(&secret);
        // A server may answer with the path of a secret address, without its host.
        let path = secret.expose().split_once("://").and_then(|(_, tail)| tail.split_once('/'));
        if let Some(path) = path.and_then(|(_, path)| Secret::new(&format!("/{path}"))) {
            masks.add(&path);
        }
    }
    masks
}
