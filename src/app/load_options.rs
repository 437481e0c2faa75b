//! What a command asks to load: which directory, under which policy, at what time, for whom.

use std::path::PathBuf;

use crate::app::policy_file::PolicyFile;
use crate::files::cache_folder::CacheFolder;
use crate::files::{Directory, Links};
use crate::site::redact::Redaction;
use crate::site::redact::key::RedactionKey;
use model::policy::Policy;
use model::policy::site::SiteAudience;
use model::record::time::Timestamp;

/// What to load.
#[derive(Clone, Debug)]
pub(crate) struct LoadOptions {
    pub(crate) data: PathBuf,
    /// `policy.yml` in the data directory where none is named.
    pub(crate) policy: Option<PathBuf>,
    /// Demo records are accepted.
    pub(crate) demo: bool,
    pub(crate) with_archive: bool,
    /// Read what symbolic links in the history point to.
    pub(crate) follow_links: bool,
    /// Nothing is written into the history directory, not even what was rejected.
    pub(crate) is_read_only: bool,
    /// Folder that keeps parsed files for the next time; none: nothing is kept.
    pub(crate) cache: Option<CacheFolder>,
    /// What was assumed while these options were put together, in sentences.
    pub(crate) warnings: Vec<String>,
    /// The build's time; none: the system's clock, for demo data the newest record.
    pub(crate) now: Option<Timestamp>,
    pub(crate) clock: Timestamp,
    pub(crate) base_url: Option<String>,
    pub(crate) explicit_index: bool,
    /// Folder of Markdown files that the site shows as pages.
    pub(crate) docs: Option<PathBuf>,
    /// Who the site is for; none: the policy says.
    pub(crate) audience: Option<SiteAudience>,
    /// For `site.redact_as: hash`.
    pub(crate) redaction_key: Option<RedactionKey>,
}

impl LoadOptions {
    /// The build's time where no record is read.
    pub(crate) fn time(&self) -> Timestamp {
        self.now.unwrap_or(self.clock)
    }

    /// The same, for a load that begins now: the clock goes on while a server runs.
    #[cfg(feature = "serve")]
    pub(crate) fn at_present(&self) -> Self {
        Self { clock: system_time(), ..self.clone() }
    }

    /// The history directory.
    pub(crate) fn directory(&self) -> Directory {
        let links = if self.follow_links { Links::Follow } else { Links::Reject };
        Directory::new(&self.data, links)
    }

    pub(crate) fn policy_path(&self) -> PathBuf {
        self.policy.clone().unwrap_or_else(|| self.data.join("policy.yml"))
    }

    /// What the site hides; none where its audience may see everything.
    ///
    /// # Errors
    /// The policy wants hashes, and there is no key.
    pub(super) fn redaction(&self, policy: &Policy) -> anyhow::Result<Option<Redaction>> {
        let is_public = self.audience.unwrap_or(policy.site.audience) == SiteAudience::Public;
        let redaction = || Redaction::of(&policy.site, self.redaction_key.as_ref());
        is_public.then(redaction).transpose().map_err(anyhow::Error::msg)
    }

    /// The policy that these options name; none where none is named and the directory has none.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn policy_file(&self) -> anyhow::Result<Option<PolicyFile>> {
        let path = self.policy_path();
        // Not `exists`: a link to nowhere must not be taken for no policy.
        if self.policy.is_none() && path.symlink_metadata().is_err() {
            return Ok(None);
        }
        // One that is named may be a link, one of the history is like its other files.
        let links = if self.policy.is_some() { Links::Follow } else { self.directory().links() };
        PolicyFile::read(&path, links).map(Some)
    }

    /// Where the site will stand, with a trailing slash.
    pub(super) fn site_url(&self, policy: &Policy) -> Option<String> {
        let url = self.base_url.as_ref().or(policy.site.base_url.as_ref())?;
        Some(format!("{}/", url.trim_end_matches('/')))
    }
}

/// The system's time in microseconds since 1970: when a run began.
pub(super) fn system_micros() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(0))
}

/// The system's time, in whole seconds: pages show no less.
pub(crate) fn system_time() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    Timestamp::from_micros(i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000))
}
