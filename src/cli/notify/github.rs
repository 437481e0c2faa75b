//! `benchpages notify github`: a comment on a pull request, or an issue per finding.

use std::path::PathBuf;

use anyhow::bail;

use crate::cli::args::GlobalArgs;
use crate::cli::notify::args::{NotifyArgs, repo};
use crate::cli::notify::input::{self, Environment};
use crate::cli::notify::{allowed_links, send};
use crate::cli::ui::Reporter;
use crate::notify::github::comment::{self, CommentMessage, PullTarget};
use crate::notify::github::{GithubApi, GithubTarget, issues};

/// A longer comment is not one of `check`.
const MAX_COMMENT_BYTES: u64 = 1 << 20;
const GITHUB_API: &str = "https://api.github.com";

pub(super) const HELP: &str = "\
Environment:
  GITHUB_TOKEN        the token, with `pull-requests: write` (`issues: write`)
  GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_SERVER_URL
                      another GitHub than github.com
  HTTPS_PROXY, NO_PROXY";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GithubArgs {
    #[command(flatten)]
    common: NotifyArgs,
    /// Address of the site; links to other places are not sent [default: site.base_url]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Output of `benchpages check --format markdown` [default: a short form of the result]
    #[arg(long, value_name = "FILE")]
    comment: Option<PathBuf>,
    /// Pull request
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pull: Option<u64>,
    /// Measured commit: finds the pull request by its head; with --pull, nothing is sent when the
    /// head has changed since
    #[arg(long, value_name = "SHA", value_parser = sha)]
    sha: Option<String>,
    /// Open, update and close an issue for each finding instead: for checks of the main line
    /// [default: notify.github.issues, where no pull request is named]
    #[arg(long, conflicts_with_all = ["pull", "sha", "comment"])]
    issues: bool,
    /// Repository
    #[arg(
        long, env = "GITHUB_REPOSITORY", hide_env_values = true, value_name = "OWNER/NAME",
        value_parser = repo
    )]
    repo: String,
    /// Login that the token belongs to [default: GitHub is asked]
    #[arg(long, value_name = "LOGIN")]
    author: Option<String>,
}

pub(super) fn run(
    global: &GlobalArgs,
    args: &GithubArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let received = input::read_result(global, &args.common)?;
    let policy = input::load_policy(global, reporter)?;
    let markdown = args.comment.as_deref().map(|path| {
        let bytes = input::read_bounded(path, MAX_COMMENT_BYTES)?;
        Ok::<_, anyhow::Error>(String::from_utf8_lossy(&bytes).into_owned())
    });
    let markdown = markdown.transpose()?;
    let token = Environment::secret("GITHUB_TOKEN");
    if token.is_none() && !args.common.dry_run {
        bail!("GITHUB_TOKEN is not set; `--dry-run` shows what would be sent");
    }
    let api = Environment::endpoint("GITHUB_API_URL", GITHUB_API)?;
    let graphql = match Environment::variable("GITHUB_GRAPHQL_URL") {
        Some(_) => Environment::endpoint("GITHUB_GRAPHQL_URL", GITHUB_API)?,
        None => api.join("graphql"),
    };
    let masks = input::masks([token.clone()]);
    let (repo, author) = (args.repo.clone(), args.author.clone());
    let github = GithubTarget { api, graphql, repo, token, author };
    let links = allowed_links(args.base_url.as_ref(), &policy, Some(&args.repo), reporter)?;
    let target = PullTarget { pull: args.pull, sha: args.sha.clone() };
    let settings = policy.notify.github.clone().unwrap_or_default();
    // The policy may ask for issues on the main line; where a pull request is named, a comment is
    // meant.
    let by_policy = settings.issues && args.pull.is_none() && args.sha.is_none();
    send(&args.common, &masks, reporter, |client| {
        let mut api = GithubApi::new(client, github);
        if args.issues || by_policy {
            return issues::sync(&mut api, &received.check, &settings.labels, &links);
        }
        let message = CommentMessage {
            check: &received.check,
            markdown: markdown.as_deref(),
            when: settings.comment,
            links: &links,
        };
        comment::publish(&mut api, &target, message)
    })
}

fn sha(text: &str) -> Result<String, String> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_full = is_hex && (text.len() == 40 || text.len() == 64);
    is_full.then(|| text.to_ascii_lowercase()).ok_or_else(|| "write the full sha".to_owned())
}
