//! `benchpages notify github | slack | webhook`. Secrets come from the environment only.

pub(crate) mod args;

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

use crate::cli::args::Global;
use crate::cli::notify::args::{Command, Common, Github, Slack, Webhook};
use crate::cli::talk::{self, Talk};
use crate::notify::address::Address;
use crate::notify::client::{Client, Limits};
use crate::notify::github::comment::{self, Message, Target};
use crate::notify::github::{Api, Place, issues};
use crate::notify::outcome::{LONGEST, Outcome};
use crate::notify::preview::Preview;
use crate::notify::secret::{Masks, Secret};
use crate::notify::slack::state::{self, State};
use crate::notify::slack::{self, Way};
use crate::notify::webhook;
use crate::notify::wire::{Clock, Network};
use crate::notify::{Failure, Told};
use model::policy::Policy;
use model::policy::diagnostic;
use model::policy::read::read as read_policy;

/// A comment that is longer is none of `check`.
const LONGEST_COMMENT: u64 = 1 << 20;
const API: &str = "https://api.github.com";
const SLACK_API: &str = "https://slack.com/api";
/// What a dry run writes to.
const SLACK_HOOK: &str = "https://hooks.slack.com/services/T/B/x";
const SERVER: &str = "https://github.com";

pub(crate) fn run(global: &Global, command: &Command, talk: &Talk) -> anyhow::Result<u8> {
    match command {
        Command::Github(args) => github(global, args, talk),
        Command::Slack(args) => slack(global, args, talk),
        Command::Webhook(args) => webhook(global, args, talk),
    }
}

fn github(global: &Global, args: &Github, talk: &Talk) -> anyhow::Result<u8> {
    let outcome = outcome(global, &args.common)?;
    let policy = policy(global, talk)?;
    let markdown = args.comment.as_deref().map(|path| {
        let bytes = read(path, LONGEST_COMMENT)?;
        Ok::<_, anyhow::Error>(String::from_utf8_lossy(&bytes).into_owned())
    });
    let markdown = markdown.transpose()?;
    let token = secret("GITHUB_TOKEN");
    if token.is_none() && !args.common.dry_run {
        bail!("GITHUB_TOKEN is not set; `--dry-run` shows what would be sent");
    }
    let api = address("GITHUB_API_URL", API)?;
    let graphql = match variable("GITHUB_GRAPHQL_URL") {
        Some(_) => address("GITHUB_GRAPHQL_URL", API)?,
        None => api.join("graphql"),
    };
    let place = Place {
        api,
        graphql,
        repo: args.repo.clone(),
        token: token.clone(),
        author: args.author.clone(),
    };
    let links = links(args.base_url.as_ref(), &policy, Some(&args.repo), talk)?;
    let target = Target { pull: args.pull, sha: args.sha.clone() };
    let told = policy.notify.github.clone().unwrap_or_default();
    let by_policy = told.issues && args.pull.is_none() && args.sha.is_none();
    send(&args.common, &masks([token]), talk, |client| {
        let mut api = Api::new(client, place);
        if args.issues || by_policy {
            return issues::tell(&mut api, &outcome, &told.labels, &links);
        }
        let message = Message {
            outcome: &outcome,
            markdown: markdown.as_deref(),
            when: told.comment,
            links: &links,
        };
        comment::tell(&mut api, &target, message)
    })
}

fn slack(global: &Global, args: &Slack, talk: &Talk) -> anyhow::Result<u8> {
    let outcome = outcome(global, &args.common)?;
    let policy = policy(global, talk)?;
    let told = policy.notify.slack.clone().unwrap_or_default();
    let channel = args.channel.clone().or(told.channel);
    let (token, hook) = (secret("SLACK_BOT_TOKEN"), secret("SLACK_WEBHOOK_URL"));
    let masks = masks([token.clone(), hook.clone()]);
    let way = match (token, hook, channel) {
        (Some(token), _, Some(channel)) => {
            let api = address("SLACK_API_URL", SLACK_API)?;
            Way::Bot { api, token, channel }
        }
        (_, Some(_), channel) => {
            if channel.is_some() {
                talk.warn("an incoming webhook writes to its own channel only");
            }
            Way::Hook(address("SLACK_WEBHOOK_URL", "")?.secret())
        }
        (Some(_), None, None) => {
            bail!("which channel? give --channel, or notify.slack.channel in the policy")
        }
        (None, None, _) if args.common.dry_run => Way::Hook(address("", SLACK_HOOK)?.secret()),
        (None, None, _) => {
            bail!(
                "neither SLACK_BOT_TOKEN nor SLACK_WEBHOOK_URL is set; `--dry-run` shows what \
                 would be sent"
            )
        }
    };
    let mut state = state(args, talk)?;
    let before = state.clone();
    let links = links(args.base_url.as_ref(), &policy, args.about.repo.as_deref(), talk)?;
    let subject = args.about.subject();
    let message = slack::Message {
        outcome: &outcome,
        subject: &subject,
        mention: &told.mention,
        links: &links,
    };
    let status =
        send(&args.common, &masks, talk, |client| slack::tell(client, &way, message, &mut state))?;
    if let Some(path) = args.state.as_deref().filter(|_| !args.common.dry_run && state != before) {
        let written = std::fs::write(path, state.to_json());
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(status)
}

fn state(args: &Slack, talk: &Talk) -> anyhow::Result<State> {
    let Some(path) = args.state.as_deref().filter(|path| path.exists()) else {
        return Ok(State::default());
    };
    Ok(State::read(&read(path, state::LONGEST)?).unwrap_or_else(|fault| {
        talk.warn(&format!("{} is begun anew: {fault}", path.display()));
        State::default()
    }))
}

fn webhook(global: &Global, args: &Webhook, talk: &Talk) -> anyhow::Result<u8> {
    let outcome = outcome(global, &args.common)?;
    let policy = policy(global, talk)?;
    let known = policy.notify.webhook.clone().and_then(|webhook| webhook.url);
    let url = secret("BENCHPAGES_WEBHOOK_URL").or(known.as_deref().and_then(Secret::new));
    let Some(url) = url else {
        bail!("where to? set BENCHPAGES_WEBHOOK_URL, or notify.webhook.url in the policy")
    };
    let address = Address::parse(url.expose());
    let address = address.map_err(|fault| anyhow::anyhow!("the webhook's address {fault}"))?;
    let key = secret("BENCHPAGES_WEBHOOK_SECRET").filter(|_| !args.unsigned);
    if key.is_none() && !args.unsigned && !args.common.dry_run {
        bail!("BENCHPAGES_WEBHOOK_SECRET is not set; `--unsigned` sends without a signature");
    }
    let masks = masks([Some(url), key.clone()]);
    let message = webhook::Message {
        address: address.secret(),
        key,
        outcome: &outcome,
        repo: args.about.repo.clone(),
        pull: args.about.pull,
    };
    send(&args.common, &masks, talk, |client| webhook::tell(client, &message))
}

/// Where links may lead: the site and the repository. A result may come from a stranger.
fn links(
    site: Option<&String>,
    policy: &Policy,
    repo: Option<&str>,
    talk: &Talk,
) -> anyhow::Result<Vec<String>> {
    let site = site.or(policy.site.base_url.as_ref()).cloned();
    if site.is_none() {
        talk.warn(
            "no base URL: links to the site are left out (--base-url, or `site.base_url` in the \
             policy)",
        );
    }
    let server = address("GITHUB_SERVER_URL", SERVER)?;
    let repo = repo.map(|repo| server.join(repo).expose().to_owned());
    Ok(site.into_iter().chain(policy.site.repo_url.clone()).chain(repo).collect())
}

/// Sends what `work` sends, or shows it.
fn send(
    common: &Common,
    masks: &Masks,
    talk: &Talk,
    work: impl FnOnce(&mut Client<'_>) -> Result<Told, Failure>,
) -> anyhow::Result<u8> {
    let limits = Limits { timeout: common.timeout, total: common.time_limit };
    let said = |text: &str| talk.info(text);
    let mut clock = Clock::new();
    if common.dry_run {
        let mut preview = Preview::new(masks.clone());
        let mut client = Client::new(&mut preview, &mut clock, limits, masks.clone(), &said);
        let told = work(&mut client)?;
        talk::answer(preview.text().as_bytes())?;
        for warning in &told.warnings {
            talk.warn(warning);
        }
        talk.info(&format!("dry run: nothing was sent; it would end with: {}", told.done));
        return Ok(0);
    }
    let mut network = Network::new();
    let mut client = Client::new(&mut network, &mut clock, limits, masks.clone(), &said);
    let told = work(&mut client)?;
    for warning in &told.warnings {
        talk.warn(warning);
    }
    talk.info(&told.done);
    Ok(0)
}

fn outcome(global: &Global, common: &Common) -> anyhow::Result<Outcome> {
    let outcome = Outcome::read(&read(&common.result, LONGEST)?)?;
    let demo = |commit: &str| commit.starts_with("demo-");
    if !global.demo && (demo(&outcome.candidate) || demo(&outcome.base)) {
        bail!("the result is of demo data, made by a generator; say that this is a demo: --demo");
    }
    Ok(outcome)
}

/// A file, or stdin, of at most `most` bytes.
fn read(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
        file.take(most + 1).read_to_end(&mut bytes)
    };
    read.with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > most {
        bail!("{name} is longer than {} MiB", most >> 20);
    }
    Ok(bytes)
}

fn policy(global: &Global, talk: &Talk) -> anyhow::Result<Policy> {
    let path = global.policy.clone().unwrap_or_else(|| global.data.join("policy.yml"));
    if global.policy.is_none() && !path.exists() {
        return Ok(Policy::default());
    }
    let text = std::fs::read_to_string(&path);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    let reading = read_policy(&text, &path.display().to_string());
    match reading.policy {
        Some(policy) => Ok(policy),
        None => {
            talk::tell(&diagnostic::render(&reading.diagnostics, &text, talk.colour()));
            bail!("the policy is at fault")
        }
    }
}

/// What an environment variable says; unset secrets of a workflow arrive empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn secret(name: &str) -> Option<Secret> {
    variable(name).as_deref().and_then(Secret::new)
}

fn masks(secrets: impl IntoIterator<Item = Option<Secret>>) -> Masks {
    let mut masks = Masks::default();
    for secret in secrets.into_iter().flatten() {
        masks.add(&secret);
        // Of a secret address, a server may echo what stands behind the host.
        let path = secret.expose().split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        if let Some(path) = path.and_then(|(_, path)| Secret::new(&format!("/{path}"))) {
            masks.add(&path);
        }
    }
    masks
}

/// An address that a variable may change.
fn address(name: &str, usual: &str) -> anyhow::Result<Address> {
    let text = variable(name).unwrap_or_else(|| usual.to_owned());
    Address::parse(&text).map_err(|fault| anyhow::anyhow!("{name} {fault}"))
}
