//! What `benchpages notify` is told on its command line, checked as far as a word can be by itself.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

const GITHUB_HELP: &str = "\
Environment:
  GITHUB_TOKEN        the token, with `pull-requests: write` (`issues: write`)
  GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_SERVER_URL
                      another GitHub than github.com
  HTTPS_PROXY, NO_PROXY";
const SLACK_HELP: &str = "\
Environment:
  SLACK_BOT_TOKEN     a bot's token with `chat:write`; needs a channel
  SLACK_WEBHOOK_URL   or the address of an incoming webhook
  SLACK_API_URL       another Slack than https://slack.com/api
  HTTPS_PROXY, NO_PROXY";
const WEBHOOK_HELP: &str = "\
Environment:
  BENCHPAGES_WEBHOOK_SECRET  the key of the signature
  BENCHPAGES_WEBHOOK_URL     the address [default: notify.webhook.url]
  HTTPS_PROXY, NO_PROXY

X-Benchpages-Signature is `sha256=` and the HMAC-SHA256, in hex, of
`v1:`, the value of X-Benchpages-Timestamp, `:` and the body.";

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum NotifyCommand {
    /// Keep one comment on a pull request up to date, or one issue for each finding
    #[command(after_help = GITHUB_HELP)]
    Github(GithubArgs),
    /// Write to a Slack channel, once, and then to the thread
    #[command(after_help = SLACK_HELP)]
    Slack(SlackArgs),
    /// Send the result as signed JSON to an address of yours
    #[command(after_help = WEBHOOK_HELP)]
    Webhook(WebhookArgs),
}

/// What every kind understands.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NotifyArgs {
    /// What `benchpages check --format json` printed; - reads it from stdin
    #[arg(long, value_name = "FILE")]
    pub(super) result: PathBuf,
    /// Print what would be sent, secrets masked, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Time limit of one request
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// Time limit of everything, tries and waits included
    #[arg(long, value_name = "SECONDS", default_value = "180", value_parser = seconds)]
    pub(super) time_limit: Duration,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GithubArgs {
    #[command(flatten)]
    pub(super) common: NotifyArgs,
    /// Where the site stands; links to elsewhere are not sent [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// What `benchpages check --format markdown` printed [default: a short form of the result]
    #[arg(long, value_name = "FILE")]
    pub(super) comment: Option<PathBuf>,
    /// Pull request
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) pull: Option<u64>,
    /// Measured commit: finds the pull request by its head; with --pull, tells nothing when the
    /// head is another one by now
    #[arg(long, value_name = "SHA", value_parser = sha)]
    pub(super) sha: Option<String>,
    /// Open, update and close an issue for each finding instead: for checks of the main line
    /// [default: notify.github.issues, where no pull request is named]
    #[arg(long, conflicts_with_all = ["pull", "sha", "comment"])]
    pub(super) issues: bool,
    /// Repository
    #[arg(
        long, env = "GITHUB_REPOSITORY", hide_env_values = true, value_name = "OWNER/NAME",
        value_parser = repo
    )]
    pub(super) repo: String,
    /// Login that the token writes as [default: asked of GitHub]
    #[arg(long, value_name = "LOGIN")]
    pub(super) author: Option<String>,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SlackArgs {
    #[command(flatten)]
    pub(super) common: NotifyArgs,
    /// Where the site stands; links to elsewhere are not sent [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// Channel, as name or id [default: notify.slack.channel]
    #[arg(long, value_name = "CHANNEL")]
    pub(super) channel: Option<String>,
    /// File that keeps the threads between runs; without it every run writes a message anew
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    #[command(flatten)]
    pub(super) about: SubjectArgs,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WebhookArgs {
    #[command(flatten)]
    pub(super) common: NotifyArgs,
    /// Send without a signature
    #[arg(long)]
    pub(super) unsigned: bool,
    #[command(flatten)]
    pub(super) about: SubjectArgs,
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
    /// `owner/name #7`.
    pub(super) fn subject(&self) -> String {
        let repo = self.repo.as_deref().unwrap_or("main");
        self.pull.map_or(repo.to_owned(), |pull| format!("{repo} #{pull}"))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    let fits = (0.001..=3_600.0).contains(&number);
    if fits { Ok(Duration::from_secs_f64(number)) } else { Err("0.001 to 3600".to_owned()) }
}

fn sha(text: &str) -> Result<String, String> {
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let whole = hex && (text.len() == 40 || text.len() == 64);
    if whole { Ok(text.to_ascii_lowercase()) } else { Err("write the full sha".to_owned()) }
}

fn repo(text: &str) -> Result<String, String> {
    let word = |part: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !part.is_empty() && part.bytes().all(known) && part.bytes().any(|byte| byte != b'.')
    };
    match text.split_once('/') {
        Some((owner, name)) if word(owner) && word(name) => Ok(text.to_owned()),
        _ => Err("write owner/name".to_owned()),
    }
}
