//! `benchpages notify github | slack | webhook`. Secrets come from the environment only: an
//! argument would stand in the list of processes and in the log of the job.

mod args;
mod github;
mod input;
mod slack;
mod webhook;

use clap::Subcommand;

use crate::cli::args::GlobalArgs;
use crate::cli::notify::args::NotifyArgs;
use crate::cli::notify::github::GithubArgs;
use crate::cli::notify::input::Environment;
use crate::cli::notify::slack::SlackArgs;
use crate::cli::notify::webhook::WebhookArgs;
use crate::cli::ui::{self, Reporter};
use crate::notify::client::{NotifyClient, TimeLimits};
use crate::notify::preview::Preview;
use crate::notify::secret::SecretMasks;
use crate::notify::transport::{Network, SystemClock};
use crate::notify::{Delivery, NotifyError};
use model::policy::Policy;

const GITHUB_SERVER: &str = "https://github.com";

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum NotifyCommand {
    /// Keep one comment on a pull request up to date, or one issue for each finding
    #[command(after_help = github::HELP)]
    Github(GithubArgs),
    /// Post to a Slack channel once, and to that thread afterwards
    #[command(after_help = slack::HELP)]
    Slack(SlackArgs),
    /// Send the result as signed JSON to an address of yours
    #[command(after_help = webhook::HELP)]
    Webhook(WebhookArgs),
}

pub(crate) fn run(
    global: &GlobalArgs,
    command: &NotifyCommand,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    match command {
        NotifyCommand::Github(args) => github::run(global, args, reporter),
        NotifyCommand::Slack(args) => slack::run(global, args, reporter),
        NotifyCommand::Webhook(args) => webhook::run(global, args, reporter),
    }
}

/// Where links may lead: to the site and the repository. The result may come from a stranger.
fn allowed_links(
    site: Option<&String>,
    policy: &Policy,
    repo: Option<&str>,
    reporter: &Reporter,
) -> anyhow::Result<Vec<String>> {
    let site = site.or(policy.site.base_url.as_ref()).cloned();
    if site.is_none() {
        reporter.warn(
            "no base URL: links to the site are left out (--base-url, or `site.base_url` in the \
             policy)",
        );
    }
    let server = Environment::endpoint("GITHUB_SERVER_URL", GITHUB_SERVER)?;
    let repo = repo.map(|repo| server.join(repo).expose().to_owned());
    Ok(site.into_iter().chain(policy.site.repo_url.clone()).chain(repo).collect())
}

/// Sends what `work` sends; in a dry run, shows it.
fn send(
    common: &NotifyArgs,
    masks: &SecretMasks,
    reporter: &Reporter,
    work: impl FnOnce(&mut NotifyClient<'_>) -> Result<Delivery, NotifyError>,
) -> anyhow::Result<u8> {
    let limits = TimeLimits { timeout: common.timeout, total: common.time_limit };
    let info = |text: &str| reporter.info(text);
    let mut clock = SystemClock::new();
    let warn = |delivery: &Delivery| {
        delivery.warnings.iter().for_each(|warning| reporter.warn(warning));
    };
    // The preview is a transport like the network, so a dry run shows the very requests.
    if common.dry_run {
        let mut preview = Preview::new(masks.clone());
        let mut client = NotifyClient::new(&mut preview, &mut clock, limits, masks.clone(), &info);
        let delivery = work(&mut client)?;
        ui::print(&preview.text())?;
        warn(&delivery);
        let summary = &delivery.summary;
        reporter.info(&format!("dry run: nothing was sent; it would end with: {summary}"));
        return Ok(0);
    }
    let mut network = Network::new();
    let mut client = NotifyClient::new(&mut network, &mut clock, limits, masks.clone(), &info);
    let delivery = work(&mut client)?;
    warn(&delivery);
    reporter.info(&delivery.summary);
    Ok(0)
}
