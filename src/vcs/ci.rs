//! What continuous integration says of a run, whichever it is: GitHub Actions, GitLab, or one of a
//! table of others. Variables come as a map, so that a test can name any. An id that is no sha and
//! a URL that is no web address are left out.

use crate::vcs::actions;
use crate::vcs::job::{CiJob, EnvVariables, checked_url};
use model::record::shorten;
use model::record::time::Timestamp;
use model::text;

/// A service that describes its jobs in variables; several names are tried in order.
struct CiService {
    /// A variable that only this service sets.
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
    // Last, since GitLab's names are what other services copy: a service of its own comes first.
    CiService {
        marker: "CI_COMMIT_SHA",
        commit: "CI_COMMIT_SHA",
        branch: ["CI_COMMIT_BRANCH", ""],
        pull: "",
        url: "CI_JOB_URL",
    },
];

/// What the service of this job says; nothing outside of continuous integration.
pub(super) fn read(variables: &EnvVariables) -> CiJob {
    let mut ci = actions::read(variables)
        .or_else(|| gitlab(variables))
        .or_else(|| other_service(variables))
        .unwrap_or_default();
    for commit in [&mut ci.commit, &mut ci.merge_commit] {
        // A commit becomes an argument of git and part of a URL.
        if let Some(invalid) = commit.take_if(|id| !text::is_sha(id)) {
            let invalid = shorten(&invalid, 60);
            ci.warnings.push(format!(
                "the environment names `{invalid}` as the commit, which is no sha; name the \
                 measured commit with --commit"
            ));
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
    // The source branch's sha is set only where the pipeline built a merge that nobody can look up.
    // Time and title are the merge's then, and would describe the wrong commit.
    let merge = head.is_some().then(|| built.clone()).flatten();
    let is_own_commit = merge.is_none();
    let time = get("CI_COMMIT_TIMESTAMP").filter(|_| is_own_commit);
    Some(CiJob {
        commit: head.or(built),
        merge_commit: merge,
        branch: get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").or_else(|| get("CI_COMMIT_BRANCH")),
        pull: get("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()),
        commit_time: time.and_then(|time| Timestamp::parse(&time).ok()),
        subject: get("CI_COMMIT_TITLE").filter(|_| is_own_commit),
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
        // Travis and Buildkite say `false` where there is none.
        pull: get(service.pull).and_then(|number| number.parse().ok()),
        url: get(service.url).and_then(|url| checked_url(&url)),
        ..CiJob::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "2222222222222222222222222222222222222222";

    fn of(variables: &[(&str, &str)]) -> CiJob {
        read(&variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn gitlab_names_the_head_of_a_merge_request_and_not_its_merge() {
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
    fn what_is_no_sha_and_no_web_address_does_not_get_in() {
        let ci = of(&[("CI_COMMIT_SHA", "--upload-pack=x"), ("CI_JOB_URL", "javascript:alert(1)")]);
        assert_eq!((ci.commit, ci.url), (None, None));
        assert_eq!(ci.warnings.len(), 1);
        for url in ["https://user:word@host/x", "https://host/\"><x", "ftp://host", "https://a b"] {
            assert_eq!(checked_url(url), None, "{url}");
        }
    }
}
