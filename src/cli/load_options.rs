//! What the command line and the environment say of how a history is loaded.

use anyhow::Context;

use crate::app::load_options::{LoadOptions, system_time};
use crate::cli::args::published::{AudienceArg, PublishedArgs};
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::cache::cache_folder;
use crate::site::redact::key::RedactionKey;
use model::policy;
use model::policy::site::SiteAudience;
use model::record::time::Timestamp;

/// The options of a command that builds a site, or links to one.
///
/// # Errors
/// An address or a time is not one.
pub(crate) fn load_options(global: &GlobalArgs, site: &SiteArgs) -> anyhow::Result<LoadOptions> {
    if let Some(url) = &site.published.base_url
        && let Some(fault) = policy::semantics::url_fault(url)
    {
        anyhow::bail!("--base-url {url}: {fault}");
    }
    // A given time makes a build reproducible; `--now` is closer than the environment.
    let now = match &global.now {
        Some(text) => Some(Timestamp::parse(text).map_err(anyhow::Error::msg).context("--now")?),
        None => source_date_epoch()?,
    };
    let mut warnings = Vec::new();
    let cache = cache_folder(global, &mut warnings);
    Ok(LoadOptions {
        data: global.data.clone(),
        policy: global.policy.clone(),
        demo: global.demo,
        with_archive: site.with_archive,
        follow_links: global.follow_links,
        is_read_only: false,
        cache,
        warnings,
        now,
        clock: system_time(),
        base_url: site.published.base_url.clone(),
        explicit_index: site.published.explicit_index,
        docs: site.published.docs.clone(),
        redaction_key: redaction_key()?,
        audience: site.published.audience.map(|audience| match audience {
            AudienceArg::Public => SiteAudience::Public,
            AudienceArg::Internal => SiteAudience::Internal,
        }),
    })
}

/// The key for `site.redact_as: hash`, from a variable or from the file that a variable names.
///
/// # Errors
/// The file cannot be read, or the key is too short.
fn redaction_key() -> anyhow::Result<Option<RedactionKey>> {
    const KEY: &str = "BENCHPAGES_REDACT_KEY";
    const FILE: &str = "BENCHPAGES_REDACT_KEY_FILE";
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(key) = variable(KEY) {
        return RedactionKey::new(&key).map(Some).map_err(anyhow::Error::msg).context(KEY);
    }
    let Some(path) = variable(FILE) else { return Ok(None) };
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("{FILE}: cannot read {path}"))?;
    RedactionKey::new(&text).map(Some).map_err(anyhow::Error::msg).context(path)
}

/// The options of a command whose answer nobody else reads: nothing is hidden from its user.
///
/// # Errors
/// As [`load_options`].
pub(crate) fn internal_load_options(global: &GlobalArgs) -> anyhow::Result<LoadOptions> {
    let audience = Some(AudienceArg::Internal);
    let published = PublishedArgs { audience, ..PublishedArgs::default() };
    let site = SiteArgs { published, ..SiteArgs::default() };
    load_options(global, &site)
}

/// `SOURCE_DATE_EPOCH`, the convention of reproducible builds: seconds since 1970.
fn source_date_epoch() -> anyhow::Result<Option<Timestamp>> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Err(_) => Ok(None),
        Ok(text) => {
            let seconds: i64 = text
                .parse()
                .with_context(|| format!("SOURCE_DATE_EPOCH={text} is not a number of seconds"))?;
            Ok(Some(Timestamp::from_micros(seconds.saturating_mul(1_000_000))))
        }
    }
}

/// Who runs this program: a job of GitHub Actions says, else the system.
pub(crate) fn user() -> Option<String> {
    ["GITHUB_ACTOR", "USER", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
}
