//! Whom `benchpages notify` tells of changes, and how. No secret belongs here: tokens, keys and the
//! address of a Slack webhook come from the environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where `benchpages notify` reports changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Notify {
    /// Minutes that your team spends on one finding; `policy replay` estimates saved work from it.
    #[schemars(range(max = 10080))]
    pub minutes_per_finding: u32,
    /// Messages to a Slack channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack: Option<SlackPolicy>,
    /// A request to your own endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookPolicy>,
    /// Comments on pull requests, and issues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github: Option<GithubPolicy>,
}

impl Default for Notify {
    fn default() -> Self {
        // Nobody measured it: long enough to open the chart, look at the diff and run it once more.
        Self { minutes_per_finding: 15, slack: None, webhook: None, github: None }
    }
}

/// Messages to a Slack channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlackPolicy {
    /// The channel; by default that of the Slack webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who is mentioned when something is wrong: `@here`, `@channel`, or the id of a user (`U…`) or
    /// of a user group (`S…`).
    pub mention: Vec<String>,
}

/// A request to your own endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookPolicy {
    /// The https address. `BENCHPAGES_WEBHOOK_URL` takes precedence; the published policy hides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Comments on pull requests, and issues.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GithubPolicy {
    /// When a pull request gets a comment.
    pub comment: Comment,
    /// Whether a regression on the main branch opens an issue, closed once it is fixed.
    pub issues: bool,
    /// Labels of such issues.
    pub labels: Vec<String>,
}

/// When a pull request gets a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Comment {
    /// On every pull request.
    Always,
    /// Where a series changed.
    #[default]
    Changes,
    /// Never.
    Never,
}
