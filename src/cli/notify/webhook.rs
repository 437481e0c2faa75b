//! `benchpages notify webhook`: the result as signed JSON.

use anyhow::bail;

use crate::cli::args::GlobalArgs;
use crate::cli::notify::args::{NotifyArgs, SubjectArgs};
use crate::cli::notify::input::{self, Environment};
use crate::cli::notify::send;
use crate::cli::ui::Reporter;
use crate::notify::endpoint::EndpointUrl;
use crate::notify::secret::Secret;
use crate::notify::webhook::{self, WebhookMessage};

pub(super) const HELP: &str = "\
Environment:
  BENCHPAGES_WEBHOOK_SECRET  the key of the signature
  BENCHPAGES_WEBHOOK_URL     the address [default: notify.webhook.url]
  HTTPS_PROXY, NO_PROXY

X-Benchpages-Signature is `sha256=` and the HMAC-SHA256, in hex, of
`v1:`, the value of X-Benchpages-Timestamp, `:` and the body.";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WebhookArgs {
    #[command(flatten)]
    common: NotifyArgs,
    /// Send without a signature
    #[arg(long)]
    unsigned: bool,
    #[command(flatten)]
    about: SubjectArgs,
}

pub(super) fn run(
    global: &GlobalArgs,
    args: &WebhookArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let received = input::read_result(global, &args.common)?;
    let policy = input::load_policy(global, reporter)?;
    let of_policy = policy.notify.webhook.and_then(|webhook| webhook.url);
    let of_policy = of_policy.as_deref().and_then(Secret::new);
    let Some(url) = Environment::secret("BENCHPAGES_WEBHOOK_URL").or(of_policy) else {
        bail!("no address: set BENCHPAGES_WEBHOOK_URL, or notify.webhook.url in the policy")
    };
    let address = EndpointUrl::parse(url.expose());
    let address = address.map_err(|fault| anyhow::anyhow!("the webhook's address {fault}"))?;
    let key = Environment::secret("BENCHPAGES_WEBHOOK_SECRET").filter(|_| !args.unsigned);
    if key.is_none() && !args.unsigned && !args.common.dry_run {
        bail!("BENCHPAGES_WEBHOOK_SECRET is not set; `--unsigned` sends without a signature");
    }
    let masks = input::masks([Some(url), key.clone()]);
    let message = WebhookMessage {
        address: address.into_secret(),
        key,
        result: &received.raw,
        repo: args.about.repo.clone(),
        pull: args.about.pull_of(&received.check),
    };
    send(&args.common, &masks, reporter, |client| webhook::post(client, &message))
}
