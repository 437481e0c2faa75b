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
    let path = host_path(
        url,
        &[("github", "pull"), ("gitlab", "-/merge_requests"), ("codeberg", "pulls")],
    )?;
    Some(format!("{url}/{path}/{number}"))
}

/// A file on the default branch. The path is one of plain names.
pub(crate) fn file_url(policy: &Policy, path: &str) -> Option<String> {
    let url = repository(policy)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let folder = host_path(url, &[("github", "blob/HEAD"), ("gitlab", "-/blob/HEAD")])?;
    path.chars().all(is_plain).then(|| format!("{url}/{folder}/{path}"))
}

/// What a kind of host calls a thing: the names of the hosts may be part of a domain, as
/// `gitlab.example.org` is a GitLab, too.
fn host_path<'a>(url: &str, kinds: &[(&str, &'a str)]) -> Option<&'a str> {
    let host = url.split("://").nth(1)?.split('/').next()?;
    kinds.iter().find(|(name, _)| host.contains(name)).map(|(_, path)| *path)
}
