//! What GitHub Actions says of a job: variables, and the event's file. Both may hold what a
//! stranger chose (branches, titles): only ids, numbers and names come out, and titles never.
//!
//! For a pull request GitHub checks out a merge that nobody can look up later. The records name its
//! head commit, as check runs do, and the merge that was built in `merge_commit`. For
//! `refs/pull/12/merge` with head `2222…` and merge `1111…` that is pull request 12, commit
//! `2222…`.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crate::vcs::job::{CiJob, EnvVariables, checked_url};

/// An event's file is smaller than this (GitHub's limit on a webhook's payload is 25 MB).
const MAX_EVENT_BYTES: u64 = 25 << 20;

#[derive(Default, Deserialize)]
struct ActionsEvent {
    pull_request: Option<EventPull>,
    merge_group: Option<MergeGroup>,
}

#[derive(Deserialize)]
struct EventPull {
    number: Option<u64>,
    head: Option<EventHead>,
}

#[derive(Deserialize)]
struct EventHead {
    sha: Option<String>,
    #[serde(rename = "ref")]
    ref_name: Option<String>,
}

#[derive(Deserialize)]
struct MergeGroup {
    head_sha: Option<String>,
}

/// None outside of GitHub Actions.
pub(super) fn read(variables: &EnvVariables) -> Option<CiJob> {
    let get = |name: &str| variables.get(name).cloned().filter(|value| !value.is_empty());
    if get("GITHUB_ACTIONS")? != "true" {
        return None;
    }
    let ref_name = get("GITHUB_REF").unwrap_or_default();
    let server = get("GITHUB_SERVER_URL").zip(get("GITHUB_REPOSITORY"));
    let repository = server.map(|(server, name)| format!("{server}/{name}"));
    let run = repository.clone().zip(get("GITHUB_RUN_ID"));
    let mut ci = CiJob {
        commit: get("GITHUB_SHA"),
        branch: ref_name.strip_prefix("refs/heads/").map(str::to_owned),
        url: run
            .and_then(|(repository, id)| checked_url(&format!("{repository}/actions/runs/{id}"))),
        repository: repository.and_then(|url| checked_url(&url)),
        actor: get("GITHUB_ACTOR"),
        ..CiJob::default()
    };
    match get("GITHUB_EVENT_NAME").unwrap_or_default().as_str() {
        "pull_request" => pull_request(&mut ci, &get, &ref_name),
        "merge_group" => {
            let group = event(&get, &mut ci.warnings).merge_group;
            ci.commit = group.and_then(|group| group.head_sha).or(ci.commit);
            ci.pull = queued_pull(&ref_name);
        }
        event @ ("pull_request_target" | "workflow_run" | "issue_comment") => {
            // GITHUB_SHA is the newest commit of the main branch, whatever was checked out.
            (ci.commit, ci.branch) = (None, None);
            ci.warnings.push(format!(
                "the event {event} does not name the measured commit, so the records name the one \
                 that is checked out; name its pull request with --pull"
            ));
        }
        _ => {}
    }
    Some(ci)
}

/// Replaces the merge that GitHub built by the head of the pull request.
fn pull_request(ci: &mut CiJob, get: &dyn Fn(&str) -> Option<String>, ref_name: &str) {
    let pull = event(get, &mut ci.warnings).pull_request;
    // The number is in the ref as well, for a job whose event cannot be read.
    let number = ref_name.strip_prefix("refs/pull/").and_then(|tail| tail.split('/').next());
    let number = number.and_then(|number| number.parse().ok());
    let (event_number, head) = pull.map_or((None, None), |pull| (pull.number, pull.head));
    let (sha, branch) = head.map_or((None, None), |head| (head.sha, head.ref_name));
    ci.pull = event_number.or(number);
    ci.branch = get("GITHUB_HEAD_REF").or(branch);
    match sha {
        Some(head) => ci.merge_commit = ci.commit.replace(head),
        None => ci.warnings.push(
            "the event's file does not name the head of the pull request, so the records name \
             GitHub's merge commit, which nobody can look up; name the head with --commit"
                .to_owned(),
        ),
    }
}

/// The pull request of a merge queue's branch: `refs/heads/gh-readonly-queue/main/pr-7-0f1e2d3c`.
fn queued_pull(ref_name: &str) -> Option<u64> {
    let queue = ref_name.strip_prefix("refs/heads/gh-readonly-queue/")?;
    queue.rsplit_once("/pr-")?.1.split('-').next()?.parse().ok()
}

/// The event; an empty one, and a warning, where it cannot be read.
fn event(get: &dyn Fn(&str) -> Option<String>, warnings: &mut Vec<String>) -> ActionsEvent {
    let Some(path) = get("GITHUB_EVENT_PATH") else { return ActionsEvent::default() };
    let read = || -> Result<ActionsEvent, String> {
        let file = std::fs::File::open(Path::new(&path)).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        file.take(MAX_EVENT_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        serde_json::from_slice(&bytes).map_err(|error| error.to_string())
    };
    read().unwrap_or_else(|error| {
        warnings.push(format!("cannot read the event's file (GITHUB_EVENT_PATH): {error}"));
        ActionsEvent::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MERGE: &str = "1111111111111111111111111111111111111111";
    const HEAD: &str = "2222222222222222222222222222222222222222";

    fn job(more: &[(&str, &str)]) -> EnvVariables {
        let common = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SHA", MERGE),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "ada/engine"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_ACTOR", "ada"),
        ];
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        common.iter().chain(more).map(owned).collect()
    }

    fn with_event(text: &str, more: &[(&str, &str)]) -> CiJob {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().display().to_string();
        read(&job(&[&[("GITHUB_EVENT_PATH", path.as_str())], more].concat())).unwrap()
    }

    #[test]
    fn a_pull_request_is_its_head_with_the_merge_beside_it() {
        let event = format!(
            "{{\"number\":12,\"pull_request\":{{\"number\":12,\"title\":\"<script>\",\
             \"head\":{{\"sha\":\"{HEAD}\",\"ref\":\"faster\"}}}}}}"
        );
        let of_pull = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", "refs/pull/12/merge")];
        let ci = with_event(&event, &of_pull);
        assert_eq!((ci.commit.as_deref(), ci.merge_commit.as_deref()), (Some(HEAD), Some(MERGE)));
        assert_eq!((ci.pull, ci.branch.as_deref()), (Some(12), Some("faster")));
        assert_eq!(ci.url.as_deref(), Some("https://github.com/ada/engine/actions/runs/77"));
        assert!(ci.warnings.is_empty(), "{:?}", ci.warnings);
    }

    #[test]
    fn a_pull_request_whose_event_cannot_be_read_says_so_and_keeps_its_number() {
        let of_pull = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", "refs/pull/12/merge")];
        for text in ["", "{", "[]", "{\"pull_request\":{\"head\":null}}"] {
            let ci = with_event(text, &of_pull);
            assert_eq!((ci.commit.as_deref(), ci.pull), (Some(MERGE), Some(12)), "{text}");
            assert!(ci.warnings.last().unwrap().contains("--commit"), "{text}: {:?}", ci.warnings);
        }
    }

    #[test]
    fn a_push_a_tag_a_queue_and_strangers_events_each_give_what_they_hold() {
        let push = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/heads/release/1.0")];
        let ci = read(&job(&push)).unwrap();
        assert_eq!((ci.branch.as_deref(), ci.pull), (Some("release/1.0"), None));
        let tag = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/tags/v1")];
        assert_eq!(read(&job(&tag)).unwrap().branch, None);
        let queue = "refs/heads/gh-readonly-queue/main/pr-7-0f1e2d3c";
        let queued = [("GITHUB_EVENT_NAME", "merge_group"), ("GITHUB_REF", queue)];
        let event = format!("{{\"merge_group\":{{\"head_sha\":\"{HEAD}\"}}}}");
        let ci = with_event(&event, &queued);
        assert_eq!((ci.commit.as_deref(), ci.pull), (Some(HEAD), Some(7)));
        let target = [("GITHUB_EVENT_NAME", "pull_request_target")];
        let ci = read(&job(&target)).unwrap();
        assert_eq!(ci.commit, None, "GITHUB_SHA is another commit's");
        assert!(ci.warnings[0].contains("--pull"));
        assert!(read(&EnvVariables::new()).is_none());
    }
}
