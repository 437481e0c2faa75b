//! What a job of continuous integration says of a run, the same for every service.

use std::collections::BTreeMap;

use model::record::time::Timestamp;

/// The environment's variables by name.
pub(crate) type EnvVariables = BTreeMap<String, String>;

/// What a service says of a job; all of it may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CiJob {
    /// The full sha of the commit that the records belong to.
    pub(super) commit: Option<String>,
    /// The commit that was built instead, where the service merged it with its base.
    pub(super) merge_commit: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) pull: Option<u64>,
    pub(super) commit_time: Option<Timestamp>,
    pub(super) subject: Option<String>,
    /// The page of this run.
    pub(super) url: Option<String>,
    /// The page of the repository.
    pub(super) repository: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// The URL where it is a web address without credentials, so that it may become a link.
pub(super) fn checked_url(url: &str) -> Option<String> {
    let web = ["https://", "http://"].iter().any(|start| url.starts_with(start));
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte));
    // `https://name:password@host/` would put a secret on every page.
    let host = url.split("://").nth(1)?.split('/').next()?;
    (web && plain && url.len() <= 1000 && !host.contains('@')).then(|| url.to_owned())
}
