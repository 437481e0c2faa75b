//! Links to the code on the host of the repository, where the policy names it. An address is never
//! guessed: an id that is no sha has none, nor has a pull request on a host of unknown kind.

use crate::site::context::SiteContext;
use model::text;

fn repository<'a>(site: &SiteContext<'a>) -> Option<&'a str> {
    Some(site.input.policy.site.repo_url.as_deref()?.trim_end_matches('/'))
}

/// The page of a commit.
pub(crate) fn commit_url(site: &SiteContext<'_>, id: &str) -> Option<String> {
    let url = repository(site).filter(|_| text::is_sha(id))?;
    Some(format!("{url}/commit/{id}"))
}

/// All commits after one up to another.
pub(crate) fn compare_url(site: &SiteContext<'_>, base: &str, head: &str) -> Option<String> {
    let url = repository(site).filter(|_| text::is_sha(base) && text::is_sha(head))?;
    Some(format!("{url}/compare/{base}...{head}"))
}

/// A pull request: hosts do not agree on where they have it.
pub(crate) fn pull_url(site: &SiteContext<'_>, number: u64) -> Option<String> {
    let url = repository(site)?;
    let host = url.split("://").nth(1)?.split('/').next()?;
    let path = [("github", "pull"), ("gitlab", "-/merge_requests"), ("codeberg", "pulls")];
    let (_, path) = path.into_iter().find(|(name, _)| host.contains(name))?;
    Some(format!("{url}/{path}/{number}"))
}
