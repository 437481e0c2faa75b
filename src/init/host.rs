//! Where a repository is hosted, by the address of its remote, and the system that runs its CI.
//! Rejects names that could do harm in a workflow.
//!
//! `git@gitlab.example.org:team/tools/engine.git` is the repository `team/tools/engine` on a
//! GitLab.

/// The system whose jobs measure and publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CiSystem {
    Github,
    Gitlab,
    /// One that `init` writes no jobs for.
    Other,
}

/// A repository on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostedRepository {
    pub(crate) host: String,
    /// `owner`, or on GitLab `group/subgroup`.
    pub(crate) owner: String,
    pub(crate) name: String,
}

impl HostedRepository {
    /// The repository at an address; none for a path on disk, or where a name is not harmless.
    pub(crate) fn at(address: &str) -> Option<Self> {
        let address = address.trim();
        let (host, path) = match address.split_once("://") {
            Some(("file", _)) => return None,
            Some((_, place)) => place.split_once('/')?,
            // `git@host:path`. A drive of Windows, and a path with a colon, are on disk.
            None => {
                let (host, path) = address.split_once(':')?;
                if host.len() < 2 || host.contains('/') {
                    return None;
                }
                (host, path)
            }
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.split_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let (owner, name) = path.rsplit_once('/')?;
        let harmless = is_word(&host) && is_word(name) && owner.split('/').all(is_word);
        let (owner, name) = (owner.to_owned(), name.to_owned());
        let repository = Self { host, owner, name };
        // Only GitLab has groups within groups.
        let has_owner = !repository.owner.contains('/') || repository.ci() != CiSystem::Github;
        (harmless && has_owner).then_some(repository)
    }

    /// The CI that comes with the host. Names of hosts say it: `gitlab.example.org`.
    pub(crate) fn ci(&self) -> CiSystem {
        let mut labels = self.host.split('.');
        if labels.clone().any(|label| label == "github") {
            CiSystem::Github
        } else if labels.any(|label| label == "gitlab") {
            CiSystem::Gitlab
        } else {
            CiSystem::Other
        }
    }

    /// `owner/name`.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The page of the repository.
    pub(crate) fn url(&self) -> String {
        format!("https://{}/{}", self.host, self.path())
    }

    /// The site on GitHub Pages; none on a host where the address follows from settings. The
    /// repository `owner.github.io` is the root of its host.
    pub(crate) fn pages_url(&self) -> Option<String> {
        if self.host != "github.com" {
            return None;
        }
        let host = format!("{}.github.io", self.owner.to_ascii_lowercase());
        Some(if self.name.eq_ignore_ascii_case(&host) {
            format!("https://{host}/")
        } else {
            format!("https://{host}/{}/", self.name)
        })
    }
}

/// Whether a part of a name is harmless in a workflow.
fn is_word(part: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !part.is_empty() && part.len() <= 100 && part != ".." && part.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(address: &str) -> Option<String> {
        HostedRepository::at(address).map(|repository| repository.path())
    }

    #[test]
    fn addresses_name_host_owner_and_repository() {
        for (address, host, expected) in [
            ("https://github.com/ada/engine.git", "github.com", "ada/engine"),
            ("git@github.com:ada/engine.git", "github.com", "ada/engine"),
            ("ssh://git@github.com:22/ada/engine/", "github.com", "ada/engine"),
            ("https://x-token@github.com/ada/engine", "github.com", "ada/engine"),
            ("git@gitlab.com:team/tools/engine.git", "gitlab.com", "team/tools/engine"),
            ("https://codeberg.org/ada/engine", "codeberg.org", "ada/engine"),
        ] {
            let found = HostedRepository::at(address).unwrap();
            assert_eq!((found.host.as_str(), found.path().as_str()), (host, expected), "{address}");
        }
    }

    #[test]
    fn paths_on_disk_and_harmful_names_are_no_repository() {
        for address in [
            "/srv/git/engine.git",
            "../engine",
            "file:///srv/ada/engine",
            "C:\\git\\engine",
            "https://github.com/ada",
            "https://github.com/ada/b/engine",
            "https://github.com/a/b\"c",
            "https://github.com/a/${{x}}",
            "https://github.com/a/b c",
            "https://gitlab.com/../engine",
            "x",
            "",
        ] {
            assert_eq!(path(address), None, "{address}");
        }
    }

    #[test]
    fn hosts_name_their_ci() {
        let ci = |address: &str| HostedRepository::at(address).unwrap().ci();
        assert_eq!(ci("https://github.example.org/a/b"), CiSystem::Github);
        assert_eq!(ci("https://gitlab.example.org/a/b"), CiSystem::Gitlab);
        assert_eq!(ci("https://bitbucket.org/a/b"), CiSystem::Other);
        assert_eq!(ci("https://notgithub.com/a/b"), CiSystem::Other);
    }

    #[test]
    fn pages_urls_are_those_of_github() {
        let url = |address: &str| HostedRepository::at(address).unwrap().pages_url();
        let expected = Some("https://ada.github.io/engine/");
        assert_eq!(url("https://github.com/Ada/engine").as_deref(), expected);
        let root = Some("https://ada.github.io/");
        assert_eq!(url("https://github.com/Ada/Ada.github.io").as_deref(), root);
        assert_eq!(url("https://gitlab.com/ada/engine"), None);
    }
}
