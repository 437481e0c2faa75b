//! The policy of the site: title, addresses, audience, what is hidden and who has a page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Title, addresses and audience of the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SitePolicy {
    /// Title of the site.
    pub title: String,
    /// Address of the published site; needed for absolute links (feed, sitemap, canonical, 404).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The repository, `https://github.com/owner/name`: commits and diffs link there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo_url: Option<String>,
    /// The branch whose records are the main line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Who may see the site. A public one hides the fields of `redact`.
    pub audience: SiteAudience,
    /// Recorded fields whose values a public site hides, by name or glob (`hostname`, `runner_*`).
    pub redact: Vec<String>,
    /// What stands in the place of a redacted value.
    pub redact_as: RedactedForm,
    /// Which series and commits get a page: `full`, all of them; `events-only`, those with events;
    /// `auto`, all of them while the site stays below `max_megabytes`.
    pub detail: PageDetail,
    /// Estimated size of the site beyond which `detail: auto` leaves out pages, in megabytes.
    pub max_megabytes: u32,
    /// Whether people have pages with the changes that concern them: `off`, `authors` (of commits)
    /// or `owners` (the field `owner` of records).
    pub people: PeoplePages,
    /// Names at the top of the site's folder that are not the site's: builds leave them there.
    pub keep: Vec<String>,
}

/// Who has a page with the changes to follow up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeoplePages {
    /// Nobody.
    #[default]
    Off,
    /// Authors of commits at which something began or was fixed.
    Authors,
    /// Owners of series, as the field `owner` of the newest record names them.
    Owners,
}

/// Which series and commits get a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PageDetail {
    /// `Full` or, where the site would be too large, `EventsOnly`.
    #[default]
    Auto,
    /// Every series and every measured commit.
    Full,
    /// Series with a change, a notable verdict or a note, and commits with events.
    EventsOnly,
}

/// What stands in the place of a redacted value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RedactedForm {
    /// Its number among the values of its field, in order of time: `redacted 2`.
    #[default]
    Number,
    /// A hash under the key in BENCHPAGES_REDACT_KEY or in the file BENCHPAGES_REDACT_KEY_FILE:
    /// the same in every site with this key.
    Hash,
}

/// Who may see a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SiteAudience {
    /// Everyone; the fields of `redact` are hidden.
    Public,
    /// People who may see everything.
    #[default]
    Internal,
}

impl Default for SitePolicy {
    fn default() -> Self {
        Self {
            title: "Benchmarks".to_owned(),
            base_url: None,
            repo_url: None,
            branch: None,
            audience: SiteAudience::default(),
            redact: Vec::new(),
            redact_as: RedactedForm::default(),
            detail: PageDetail::default(),
            // GitHub Pages takes 1 GB: room for half as much again.
            max_megabytes: 667,
            people: PeoplePages::default(),
            keep: [".git", "CNAME", ".well-known"].map(str::to_owned).to_vec(),
        }
    }
}
