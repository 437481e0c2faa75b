//! `benchpages notify slack`: a message in a channel, and later ones in its thread.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::cli::args::GlobalArgs;
use crate::cli::notify::args::{NotifyArgs, SubjectArgs};
use crate::cli::notify::input::{self, Environment};
use crate::cli::notify::{allowed_links, send};
use crate::cli::ui::Reporter;
use crate::notify::endpoint::EndpointUrl;
use crate::notify::secret::Secret;
use crate::notify::slack::{self, SlackDestination, SlackMessage};

const SLACK_API: &str = "https://slack.com/api";
/// The destination of a dry run without one.
const EXAMPLE_WEBHOOK: &str = "https://hooks.slack.com/services/T/B/x";

pub(super) const HELP: &str = "\
Environment:
  SLACK_BOT_TOKEN     a bot's token with `chat:write`; needs a channel
  SLACK_WEBHOOK_URL   or the address of an incoming webhook
  SLACK_API_URL       another Slack than https://slack.com/api
  HTTPS_PROXY, NO_PROXY";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SlackArgs {
    #[command(flatten)]
    common: NotifyArgs,
    /// Address of the site; links to other places are not sent [default: site.base_url]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Channel, as name or id [default: notify.slack.channel]
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// File that remembers threads between runs; without it every run starts a new message
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    about: SubjectArgs,
}

pub(super) fn run(
    global: &GlobalArgs,
    args: &SlackArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let received = input::read_result(global, &args.common)?;
    let policy = input::load_policy(global, reporter)?;
    let settings = policy.notify.slack.clone().unwrap_or_default();
    let channel = args.channel.clone().or(settings.channel);
    let token = Environment::secret("SLACK_BOT_TOKEN");
    let webhook = Environment::secret("SLACK_WEBHOOK_URL");
    let masks = input::masks([token.clone(), webhook.clone()]);
    let is_dry_run = args.common.dry_run;
    let destination = destination(token, webhook, channel, is_dry_run, reporter)?;
    let mut state = input::read_slack_state(args.state.as_deref(), reporter)?;
    let before = state.clone();
    let repo = args.about.repo.as_deref();
    let links = allowed_links(args.base_url.as_ref(), &policy, repo, reporter)?;
    let subject = args.about.subject(&received.check);
    let message = SlackMessage {
        check: &received.check,
        subject: &subject,
        mention: &settings.mention,
        links: &links,
    };
    let status = send(&args.common, &masks, reporter, |client| {
        slack::post(client, &destination, message, &mut state)
    })?;
    // After sending: a state that knows of a message nobody got would keep silent about it.
    if let Some(path) = args.state.as_deref().filter(|_| !is_dry_run && state != before) {
        let written = std::fs::write(path, state.to_json());
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(status)
}

/// Where the message goes. A bot comes first: only a bot can write into a thread.
fn destination(
    token: Option<Secret>,
    webhook: Option<Secret>,
    channel: Option<String>,
    is_dry_run: bool,
    reporter: &Reporter,
) -> anyhow::Result<SlackDestination> {
    let incoming = |endpoint: EndpointUrl| SlackDestination::Webhook(endpoint.into_secret());
    match (token, webhook, channel) {
        (Some(token), _, Some(channel)) => {
            let api = Environment::endpoint("SLACK_API_URL", SLACK_API)?;
            Ok(SlackDestination::Bot { api, token, channel })
        }
        (_, Some(_), channel) => {
            if channel.is_some() {
                reporter.warn("an incoming webhook writes to its own channel only");
            }
            Ok(incoming(Environment::endpoint("SLACK_WEBHOOK_URL", "")?))
        }
        (Some(_), None, None) => {
            bail!("no channel: use --channel, or set notify.slack.channel in the policy")
        }
        (None, None, _) if is_dry_run => Ok(incoming(Environment::endpoint("", EXAMPLE_WEBHOOK)?)),
        (None, None, _) => bail!(
            "neither SLACK_BOT_TOKEN nor SLACK_WEBHOOK_URL is set; `--dry-run` shows what would \
             be sent"
        ),
    }
}
