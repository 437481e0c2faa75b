//! Links to the source code on the host of the repository, where the policy names it. An address is
//! never guessed: an id that is no SHA has none, nor has a pull request on an unknown kind of host.

use model::policy::Policy;
use model::text;

fn repository(policy: &Policy) -> Option<&str> {
    Some(policy.site.repo_url.as_deref()?.trim_end_matches('/'))
}

/// The page of a commit.
pub(crate) fn commit_url(policy: &Policy, id: &str) -> Option<String> {
    let url = repository(policy).filter(|_| text::is_sha(id))?;
    Some(format!("{url}/commit/{id}"))
}

/// The changes of all commits after one, up to another.
pub(crate) fn compare_url(policy: &Policy, base: &str, head: &str) -> Option<String> {
    let url = repository(policy).filter(|_| text::is_sha(base) && text::is_sha(head))?;
    Some(format!("{url}/compare/{base}...{head}"))
}

/// A pull request. Each kind of host has its own path, so unknown hosts get no link.
pub(crate) fn pull_url(policy: &Policy, number: u64) -> Option<String> {
    let url = repository(policy)?;
    let host = url.split("://").nth(1)?.split('/').next()?;
    // The names of the hosts as part of a domain: `gitlab.example.org` is a GitLab, too.
    let path = [("github", "pull"), ("gitlab", "-/merge_requests"), ("codeberg", "pulls")];
    let (_, path) = path.into_iter().find(|(name, _)| host.contains(name))?;
    Some(format!("{url}/{path}/{number}"))
}
