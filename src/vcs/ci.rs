//! What continuous integration says of a run, whichever it is: GitHub Actions, GitLab, or one of a
//! table of others. Variables come as a map. Ids that are no shas and addresses that are not of the
//! web are refused.

use std::collections::BTreeMap;

use crate::vcs::actions;
use model::record::shorten;
use model::record::time::Timestamp;
use model::text;

/// The environment's variables by name.
pub(crate) type EnvVariables = BTreeMap<String, String>;

/// What is known; all of it may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CiJob {
    /// The full sha that records tell of.
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

/// A service that says all it knows in variables; several names are tried in order.
struct CiService {
    /// There on this service only.
    marker: &'static str,
    commit: &'static str,
    branch: [&'static str; 2],
    pull: &'static str,
    url: &'static str,
}

/// As each service's manual names them (predefined variables), 2026.
const SERVICES: [CiService; 7] = [
    CiService {
        marker: "BUILDKITE",
        commit: "BUILDKITE_COMMIT",
        branch: ["BUILDKITE_BRANCH", ""],
        pull: "BUILDKITE_PULL_REQUEST",
        url: "BUILDKITE_BUILD_URL",
    },
    CiService {
        marker: "CIRCLECI",
        commit: "CIRCLE_SHA1",
        branch: ["CIRCLE_BRANCH", ""],
        pull: "CIRCLE_PR_NUMBER",
        url: "CIRCLE_BUILD_URL",
    },
    CiService {
        marker: "TRAVIS",
        commit: "TRAVIS_PULL_REQUEST_SHA",
        branch: ["TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"],
        pull: "TRAVIS_PULL_REQUEST",
        url: "TRAVIS_BUILD_WEB_URL",
    },
    CiService {
        marker: "DRONE",
        commit: "DRONE_COMMIT_SHA",
        branch: ["DRONE_SOURCE_BRANCH", "DRONE_BRANCH"],
        pull: "DRONE_PULL_REQUEST",
        url: "DRONE_BUILD_LINK",
    },
    CiService {
        marker: "BITBUCKET_BUILD_NUMBER",
        commit: "BITBUCKET_COMMIT",
        branch: ["BITBUCKET_BRANCH", ""],
        pull: "BITBUCKET_PR_ID",
        url: "",
    },
    CiService {
        marker: "JENKINS_URL",
        commit: "GIT_COMMIT",
        branch: ["CHANGE_BRANCH", "BRANCH_NAME"],
        pull: "CHANGE_ID",
        url: "BUILD_URL",
    },
    // Whatever else follows the names that most scripts use.
    CiService {
        marker: "CI_COMMIT_SHA",
        commit: "CI_COMMIT_SHA",
        branch: ["CI_COMMIT_BRANCH", ""],
        pull: "",
        url: "CI_JOB_URL",
    },
];

/// What the service says that this runs on; nothing where it is none.
pub(super) fn read(variables: &EnvVariables) -> CiJob {
    let mut ci = actions::read(variables)
        .or_else(|| gitlab(variables))
        .or_else(|| other_service(variables))
        .unwrap_or_default();
    for commit in [&mut ci.commit, &mut ci.merge_commit] {
        if let Some(strange) = commit.take_if(|id| !text::is_sha(id)) {
            let strange = shorten(&strange, 60);
            ci.warnings.push(format!("the environment names `{strange}`, which is no commit"));
        }
    }
    ci
}

fn get(variables: &EnvVariables, name: &str) -> Option<String> {
    variables.get(name).cloned().filter(|value| !value.is_empty())
}

fn gitlab(variables: &EnvVariables) -> Option<CiJob> {
    let get = |name: &str| get(variables, name);
    get("GITLAB_CI")?;
    let (built, head) = (get("CI_COMMIT_SHA"), get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"));
    // Set only where the pipeline ran for a merge that nobody can look up.
    let merge = head.is_some().then(|| built.clone()).flatten();
    let own = merge.is_none();
    let time = get("CI_COMMIT_TIMESTAMP").filter(|_| own);
    Some(CiJob {
        commit: head.or(built),
        merge_commit: merge,
        branch: get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").or_else(|| get("CI_COMMIT_BRANCH")),
        pull: get("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()),
        commit_time: time.and_then(|time| Timestamp::parse(&time).ok()),
        subject: get("CI_COMMIT_TITLE").filter(|_| own),
        url: get("CI_JOB_URL").and_then(|url| checked_url(&url)),
        repository: get("CI_PROJECT_URL").and_then(|url| checked_url(&url)),
        actor: get("GITLAB_USER_LOGIN"),
        warnings: Vec::new(),
    })
}

fn other_service(variables: &EnvVariables) -> Option<CiJob> {
    let get = |name: &str| get(variables, name);
    let service = SERVICES.iter().find(|service| get(service.marker).is_some())?;
    Some(CiJob {
        commit: get(service.commit).or_else(|| get("TRAVIS_COMMIT")),
        branch: service.branch.iter().find_map(|name| get(name)),
        // `false` on some where there is none.
        pull: get(service.pull).and_then(|number| number.parse().ok()),
        url: get(service.url).and_then(|url| checked_url(&url)),
        ..CiJob::default()
    })
}

/// An address of the web, as it may stand in a link.
pub(super) fn checked_url(url: &str) -> Option<String> {
    let web = ["https://", "http://"].iter().any(|start| url.starts_with(start));
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte));
    // Where a name and a word stand before the host, a secret may.
    let host = url.split("://").nth(1)?.split('/').next()?;
    (web && plain && url.len() <= 1000 && !host.contains('@')).then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "2222222222222222222222222222222222222222";

    fn of(variables: &[(&str, &str)]) -> CiJob {
        read(&variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn gitlab_tells_of_the_head_of_a_merge_request_and_not_of_its_merge() {
        let merge = "1111111111111111111111111111111111111111";
        let push = [
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", SHA),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_COMMIT_TIMESTAMP", "2025-09-26T07:17:38+02:00"),
            ("CI_COMMIT_TITLE", "faster"),
        ];
        let ci = of(&push);
        assert_eq!((ci.commit.as_deref(), ci.merge_commit), (Some(SHA), None));
        assert_eq!(ci.commit_time, Timestamp::parse("2025-09-26T05:17:38Z").ok());
        let ci = of(&[
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", merge),
            ("CI_COMMIT_TITLE", "Merge x into y"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", SHA),
            ("CI_MERGE_REQUEST_IID", "8"),
        ]);
        assert_eq!((ci.commit.as_deref(), ci.merge_commit.as_deref()), (Some(SHA), Some(merge)));
        assert_eq!((ci.pull, ci.subject), (Some(8), None));
    }

    #[test]
    fn other_services_are_read_by_their_own_names() {
        let ci = of(&[
            ("JENKINS_URL", "https://ci"),
            ("GIT_COMMIT", SHA),
            ("CHANGE_ID", "3"),
            ("BRANCH_NAME", "PR-3"),
            ("BUILD_URL", "https://ci/3/"),
        ]);
        assert_eq!((ci.commit.as_deref(), ci.pull), (Some(SHA), Some(3)));
        assert_eq!(ci.url.as_deref(), Some("https://ci/3/"));
        let ci =
            of(&[("TRAVIS", "true"), ("TRAVIS_COMMIT", SHA), ("TRAVIS_PULL_REQUEST", "false")]);
        assert_eq!((ci.commit.as_deref(), ci.pull), (Some(SHA), None));
        assert_eq!(of(&[("CI_COMMIT_SHA", SHA)]).commit.as_deref(), Some(SHA));
        assert_eq!(of(&[("CI", "true")]), CiJob::default());
    }

    #[test]
    fn what_is_no_sha_and_no_address_does_not_get_in() {
        let ci = of(&[("CI_COMMIT_SHA", "--upload-pack=x"), ("CI_JOB_URL", "javascript:alert(1)")]);
        assert_eq!((ci.commit, ci.url), (None, None));
        assert_eq!(ci.warnings.len(), 1);
        for url in ["https://user:word@host/x", "https://host/\"><x", "ftp://host", "https://a b"] {
            assert_eq!(checked_url(url), None, "{url}");
        }
    }
}
