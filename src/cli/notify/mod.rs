//! `benchpages notify github | slack | webhook`. Secrets come from the environment only.

pub(crate) mod args;

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

use crate::cli::args::GlobalArgs;
use crate::cli::notify::args::{GithubArgs, NotifyArgs, NotifyCommand, SlackArgs, WebhookArgs};
use crate::cli::ui::{self, Reporter};
use crate::notify::client::{NotifyClient, TimeLimits};
use crate::notify::endpoint::EndpointUrl;
use crate::notify::github::comment::{self, CommentMessage, PullTarget};
use crate::notify::github::{GithubApi, GithubTarget, issues};
use crate::notify::preview::Preview;
use crate::notify::received::{MAX_RESULT_BYTES, ReceivedCheck};
use crate::notify::secret::{Secret, SecretMasks};
use crate::notify::slack::state::{self, SlackState};
use crate::notify::slack::{self, SlackDestination};
use crate::notify::transport::{Network, SystemClock};
use crate::notify::webhook;
use crate::notify::{Delivery, NotifyError};
use model::policy::Policy;
use model::policy::diagnostic;
use model::policy::read::read as read_policy;

/// A comment that is longer is none of `check`.
const MAX_COMMENT_BYTES: u64 = 1 << 20;
const GITHUB_API: &str = "https://api.github.com";
const SLACK_API: &str = "https://slack.com/api";
/// What a dry run writes to.
const EXAMPLE_SLACK_WEBHOOK: &str = "https://hooks.slack.com/services/T/B/x";
const GITHUB_SERVER: &str = "https://github.com";

pub(crate) fn run(
    global: &GlobalArgs,
    command: &NotifyCommand,
    talk: &Reporter,
) -> anyhow::Result<u8> {
    match command {
        NotifyCommand::Github(args) => github(global, args, talk),
        NotifyCommand::Slack(args) => slack(global, args, talk),
        NotifyCommand::Webhook(args) => webhook(global, args, talk),
    }
}

fn github(global: &GlobalArgs, args: &GithubArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let received = read_report(global, &args.common)?;
    let policy = load_policy(global, talk)?;
    let markdown = args.comment.as_deref().map(|path| {
        let bytes = read_bounded(path, MAX_COMMENT_BYTES)?;
        Ok::<_, anyhow::Error>(String::from_utf8_lossy(&bytes).into_owned())
    });
    let markdown = markdown.transpose()?;
    let token = env_secret("GITHUB_TOKEN");
    if token.is_none() && !args.common.dry_run {
        bail!("GITHUB_TOKEN is not set; `--dry-run` shows what would be sent");
    }
    let api = env_endpoint("GITHUB_API_URL", GITHUB_API)?;
    let graphql = match env_variable("GITHUB_GRAPHQL_URL") {
        Some(_) => env_endpoint("GITHUB_GRAPHQL_URL", GITHUB_API)?,
        None => api.join("graphql"),
    };
    let place = GithubTarget {
        api,
        graphql,
        repo: args.repo.clone(),
        token: token.clone(),
        author: args.author.clone(),
    };
    let links = allowed_links(args.base_url.as_ref(), &policy, Some(&args.repo), talk)?;
    let target = PullTarget { pull: args.pull, sha: args.sha.clone() };
    let told = policy.notify.github.clone().unwrap_or_default();
    let by_policy = told.issues && args.pull.is_none() && args.sha.is_none();
    send(&args.common, &masks([token]), talk, |client| {
        let mut api = GithubApi::new(client, place);
        if args.issues || by_policy {
            return issues::sync(&mut api, &received.check, &told.labels, &links);
        }
        let message = CommentMessage {
            check: &received.check,
            markdown: markdown.as_deref(),
            when: told.comment,
            links: &links,
        };
        comment::publish(&mut api, &target, message)
    })
}

fn slack(global: &GlobalArgs, args: &SlackArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let received = read_report(global, &args.common)?;
    let policy = load_policy(global, talk)?;
    let told = policy.notify.slack.clone().unwrap_or_default();
    let channel = args.channel.clone().or(told.channel);
    let (token, hook) = (env_secret("SLACK_BOT_TOKEN"), env_secret("SLACK_WEBHOOK_URL"));
    let masks = masks([token.clone(), hook.clone()]);
    let way = match (token, hook, channel) {
        (Some(token), _, Some(channel)) => {
            let api = env_endpoint("SLACK_API_URL", SLACK_API)?;
            SlackDestination::Bot { api, token, channel }
        }
        (_, Some(_), channel) => {
            if channel.is_some() {
                talk.warn("an incoming webhook writes to its own channel only");
            }
            SlackDestination::Webhook(env_endpoint("SLACK_WEBHOOK_URL", "")?.into_secret())
        }
        (Some(_), None, None) => {
            bail!("which channel? give --channel, or notify.slack.channel in the policy")
        }
        (None, None, _) if args.common.dry_run => {
            SlackDestination::Webhook(env_endpoint("", EXAMPLE_SLACK_WEBHOOK)?.into_secret())
        }
        (None, None, _) => {
            bail!(
                "neither SLACK_BOT_TOKEN nor SLACK_WEBHOOK_URL is set; `--dry-run` shows what \
                 would be sent"
            )
        }
    };
    let mut state = read_state(args, talk)?;
    let before = state.clone();
    let links = allowed_links(args.base_url.as_ref(), &policy, args.about.repo.as_deref(), talk)?;
    let subject = args.about.subject();
    let message = slack::SlackMessage {
        check: &received.check,
        subject: &subject,
        mention: &told.mention,
        links: &links,
    };
    let status =
        send(&args.common, &masks, talk, |client| slack::post(client, &way, message, &mut state))?;
    if let Some(path) = args.state.as_deref().filter(|_| !args.common.dry_run && state != before) {
        let written = std::fs::write(path, state.to_json());
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(status)
}

fn read_state(args: &SlackArgs, talk: &Reporter) -> anyhow::Result<SlackState> {
    let Some(path) = args.state.as_deref().filter(|path| path.exists()) else {
        return Ok(SlackState::default());
    };
    Ok(SlackState::read(&read_bounded(path, state::MAX_STATE_BYTES)?).unwrap_or_else(|fault| {
        talk.warn(&format!("{} is begun anew: {fault}", path.display()));
        SlackState::default()
    }))
}

fn webhook(global: &GlobalArgs, args: &WebhookArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let received = read_report(global, &args.common)?;
    let policy = load_policy(global, talk)?;
    let known = policy.notify.webhook.clone().and_then(|webhook| webhook.url);
    let url = env_secret("BENCHPAGES_WEBHOOK_URL").or(known.as_deref().and_then(Secret::new));
    let Some(url) = url else {
        bail!("where to? set BENCHPAGES_WEBHOOK_URL, or notify.webhook.url in the policy")
    };
    let address = EndpointUrl::parse(url.expose());
    let address = address.map_err(|fault| anyhow::anyhow!("the webhook's address {fault}"))?;
    let key = env_secret("BENCHPAGES_WEBHOOK_SECRET").filter(|_| !args.unsigned);
    if key.is_none() && !args.unsigned && !args.common.dry_run {
        bail!("BENCHPAGES_WEBHOOK_SECRET is not set; `--unsigned` sends without a signature");
    }
    let masks = masks([Some(url), key.clone()]);
    let message = webhook::WebhookMessage {
        address: address.into_secret(),
        key,
        result: &received.raw,
        repo: args.about.repo.clone(),
        pull: args.about.pull,
    };
    send(&args.common, &masks, talk, |client| webhook::post(client, &message))
}

/// Where links may lead: the site and the repository. A result may come from a stranger.
fn allowed_links(
    site: Option<&String>,
    policy: &Policy,
    repo: Option<&str>,
    talk: &Reporter,
) -> anyhow::Result<Vec<String>> {
    let site = site.or(policy.site.base_url.as_ref()).cloned();
    if site.is_none() {
        talk.warn(
            "no base URL: links to the site are left out (--base-url, or `site.base_url` in the \
             policy)",
        );
    }
    let server = env_endpoint("GITHUB_SERVER_URL", GITHUB_SERVER)?;
    let repo = repo.map(|repo| server.join(repo).expose().to_owned());
    Ok(site.into_iter().chain(policy.site.repo_url.clone()).chain(repo).collect())
}

/// Sends what `work` sends, or shows it.
fn send(
    common: &NotifyArgs,
    masks: &SecretMasks,
    talk: &Reporter,
    work: impl FnOnce(&mut NotifyClient<'_>) -> Result<Delivery, NotifyError>,
) -> anyhow::Result<u8> {
    let limits = TimeLimits { timeout: common.timeout, total: common.time_limit };
    let said = |text: &str| talk.info(text);
    let mut clock = SystemClock::new();
    if common.dry_run {
        let mut preview = Preview::new(masks.clone());
        let mut client = NotifyClient::new(&mut preview, &mut clock, limits, masks.clone(), &said);
        let told = work(&mut client)?;
        ui::print(preview.text().as_bytes())?;
        for warning in &told.warnings {
            talk.warn(warning);
        }
        talk.info(&format!("dry run: nothing was sent; it would end with: {}", told.summary));
        return Ok(0);
    }
    let mut network = Network::new();
    let mut client = NotifyClient::new(&mut network, &mut clock, limits, masks.clone(), &said);
    let told = work(&mut client)?;
    for warning in &told.warnings {
        talk.warn(warning);
    }
    talk.info(&told.summary);
    Ok(0)
}

fn read_report(global: &GlobalArgs, common: &NotifyArgs) -> anyhow::Result<ReceivedCheck> {
    let received = ReceivedCheck::read(&read_bounded(&common.result, MAX_RESULT_BYTES)?)?;
    let commits = [&received.check.candidate, &received.check.base];
    if !global.demo && commits.into_iter().flatten().any(|commit| commit.starts_with("demo-")) {
        bail!("the result is of demo data, made by a generator; say that this is a demo: --demo");
    }
    Ok(received)
}

/// A file, or stdin, of at most `most` bytes.
fn read_bounded(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
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

fn load_policy(global: &GlobalArgs, talk: &Reporter) -> anyhow::Result<Policy> {
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
            ui::emit(&diagnostic::render(&reading.diagnostics, &text, talk.color()));
            bail!("the policy is at fault")
        }
    }
}

/// What an environment variable says; unset secrets of a workflow arrive empty.
fn env_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn env_secret(name: &str) -> Option<Secret> {
    env_variable(name).as_deref().and_then(Secret::new)
}

fn masks(secrets: impl IntoIterator<Item = Option<Secret>>) -> SecretMasks {
    let mut masks = SecretMasks::default();
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
fn env_endpoint(name: &str, usual: &str) -> anyhow::Result<EndpointUrl> {
    let text = env_variable(name).unwrap_or_else(|| usual.to_owned());
    EndpointUrl::parse(&text).map_err(|fault| anyhow::anyhow!("{name} {fault}"))
}
