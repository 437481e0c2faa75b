//! The one comment of ours on a pull request: found again by its marker and its author, changed in
//! place, rewritten once it is resolved. A result of a head that is no longer the pull request's
//! makes no comment, so that a late job does not overwrite a newer one.

use serde::Deserialize;
use serde_json::json;

use crate::notify::github::comment_body::{CommentState, render};
use crate::notify::github::{ApiUser, GithubApi, OwnIdentity, PageStep};
use crate::notify::http::HttpMethod;
use crate::notify::{Delivery, NotifyError};
use crate::report::escape::markdown::MarkdownText;
use crate::report::escape::one_line;
use crate::report::markdown::is_comment_about;
use crate::report::wire::CheckFile;
use model::policy::notify::Comment as When;

/// Looking anew after a write that may or may not have been done.
const MAX_ROUNDS: u32 = 3;

/// Which pull request: by number, by the commit that was measured, or by both.
#[derive(Clone, Debug, Default)]
pub(crate) struct PullTarget {
    pub(crate) pull: Option<u64>,
    pub(crate) sha: Option<String>,
}

/// What a comment is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommentMessage<'a> {
    pub(crate) check: &'a CheckFile,
    /// What `check --format markdown` printed.
    pub(crate) markdown: Option<&'a str>,
    pub(crate) when: When,
    /// Where links may lead.
    pub(crate) links: &'a [String],
}

#[derive(Debug, Deserialize)]
struct ApiComment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    user: Option<ApiUser>,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
enum CommentAction {
    Skip(&'static str),
    Write(MarkdownText),
}

/// Comments, or changes the earlier comment.
///
/// # Errors
/// As [`crate::notify::client::NotifyClient::send`].
pub(crate) fn publish(
    api: &mut GithubApi<'_, '_>,
    target: &PullTarget,
    message: CommentMessage<'_>,
) -> Result<Delivery, NotifyError> {
    if message.when == When::Never {
        return Ok(Delivery::new("no comment: the policy's notify.github.comment is `never`"));
    }
    let pull = match resolve_pull(api, target)? {
        Ok(pull) => pull,
        Err(reason) => return Ok(Delivery::new(reason)),
    };
    let mut round = 1;
    loop {
        match attempt(api, pull, message) {
            Err(NotifyError::Unconfirmed { .. }) if round < MAX_ROUNDS => round += 1,
            other => return other,
        }
    }
}

/// The pull request's number, or why there is none.
fn resolve_pull(
    api: &mut GithubApi<'_, '_>,
    target: &PullTarget,
) -> Result<Result<u64, String>, NotifyError> {
    Ok(match (target.pull, &target.sha) {
        (Some(pull), None) => Ok(pull),
        (Some(pull), Some(sha)) => {
            let head = api.head_of(pull, sha)?;
            if head.eq_ignore_ascii_case(sha) {
                Ok(pull)
            } else {
                let head = model::text::short_commit(&one_line(&head, 64));
                Err(format!("no comment: the head of #{pull} is {head} by now"))
            }
        }
        (None, Some(sha)) => api.pull_with_head(sha)?.ok_or_else(|| {
            format!("no comment: {sha} is the head of no open pull request (any more)")
        }),
        (None, None) => {
            let text = "which pull request? give --pull or --sha".to_owned();
            return Err(NotifyError::Input(text));
        }
    })
}

fn attempt(
    api: &mut GithubApi<'_, '_>,
    pull: u64,
    message: CommentMessage<'_>,
) -> Result<Delivery, NotifyError> {
    // The comment is looked for before every write, since a write that got no answer may be done.
    let mine = api.author()?;
    let older = find_own_comment(api, pull, &mine, message.check)?;
    let text = older.as_ref().map(|entry| entry.body.as_deref().unwrap_or_default());
    match (decide_action(message, text), older) {
        (CommentAction::Skip(why), _) => {
            Ok(Delivery::new(format!("#{pull}: nothing to report, {why}")))
        }
        (CommentAction::Write(body), Some(entry)) => {
            let path = format!("issues/comments/{}", entry.id);
            api.write(HttpMethod::Patch, &path, &json!({"body": body.as_str()}))?;
            let resolved = CommentState::of(&body) == CommentState::Resolved;
            let done = if resolved { "marked as resolved" } else { "updated" };
            Ok(Delivery::new(format!("#{pull}: comment {done}")))
        }
        (CommentAction::Write(body), None) => {
            api.write(
                HttpMethod::Post,
                &format!("issues/{pull}/comments"),
                &json!({"body": body.as_str()}),
            )?;
            Ok(Delivery::new(format!("#{pull}: commented")))
        }
    }
}

/// The oldest comment with our marker about these suites that we wrote ourselves: anyone can write
/// the marker.
fn find_own_comment(
    api: &mut GithubApi<'_, '_>,
    pull: u64,
    mine: &OwnIdentity,
    check: &CheckFile,
) -> Result<Option<ApiComment>, NotifyError> {
    let path = format!("issues/{pull}/comments?per_page={}", super::PER_PAGE);
    api.find_in_pages(&path, json!([]), |entry: ApiComment| {
        let marked = entry.body.as_deref().is_some_and(|body| is_comment_about(body, check));
        let ours = marked && GithubApi::is_ours(mine, entry.user.as_ref());
        if ours { PageStep::Found(entry) } else { PageStep::Continue }
    })
}

fn decide_action(message: CommentMessage<'_>, older: Option<&str>) -> CommentAction {
    // A comment that once had something to say is rewritten as resolved and never as clean: who got
    // the first mail should find the answer in the same place.
    let state = match (message.check.is_clean(), older.map(CommentState::of)) {
        (false, _) => CommentState::Open,
        (true, None | Some(CommentState::Clean)) => CommentState::Clean,
        (true, Some(CommentState::Open | CommentState::Resolved)) => CommentState::Resolved,
    };
    if state == CommentState::Clean && older.is_none() && message.when != When::Always {
        return CommentAction::Skip("no change");
    }
    let text = render(message.check, message.markdown, state, message.links);
    // GitHub stores line ends as they are sent by browsers.
    let same = |older: &str| older.replace("\r\n", "\n").trim_end() == text.trim_end();
    if older.is_some_and(same) {
        return CommentAction::Skip("the comment already says so");
    }
    CommentAction::Write(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::received::ReceivedCheck;

    const CLEAN: &str = "{\"verdict\": \"pass\", \"base\": \"b\", \"candidate\": \"c\"}";
    const SLOW: &str = "{\"verdict\": \"fail\", \"base\": \"b\", \"candidate\": \"c\", \
                        \"findings\": [{\"series\": \"s\", \"verdict\": \"regressed\"}]}";

    fn check(text: &str) -> CheckFile {
        ReceivedCheck::read(text.as_bytes()).unwrap().check
    }

    /// What is written, as its state; none where nothing is.
    fn written(text: &str, when: When, older: Option<&str>) -> Option<CommentState> {
        let check = check(text);
        let message = CommentMessage { check: &check, markdown: None, when, links: &[] };
        match decide_action(message, older) {
            CommentAction::Skip(_) => None,
            CommentAction::Write(body) => Some(CommentState::of(&body)),
        }
    }

    #[test]
    fn a_comment_is_made_changed_and_resolved_as_the_policy_says() {
        let (open, clean, resolved) =
            [CommentState::Open, CommentState::Clean, CommentState::Resolved].into();
        let older = |state| format!("x\n{}", body_line(state));
        let (was_open, was_clean) = (older(open), older(clean));
        assert_eq!(written(CLEAN, When::Changes, None), None);
        assert_eq!(written(CLEAN, When::Always, None), Some(clean));
        assert_eq!(written(SLOW, When::Changes, None), Some(open));
        assert_eq!(written(SLOW, When::Changes, Some(&was_clean)), Some(open));
        assert_eq!(written(CLEAN, When::Changes, Some(&was_open)), Some(resolved));
        assert_eq!(written(CLEAN, When::Changes, Some(&older(resolved))), Some(resolved));
        assert_eq!(written(CLEAN, When::Always, Some(&was_clean)), Some(clean));
        assert_eq!(written(CLEAN, When::Changes, Some("by another version")), Some(resolved));
    }

    #[test]
    fn each_suite_finds_its_own_comment() {
        let of_suites =
            |suites: &str| check(&CLEAN.replace('{', &format!("{{\"suites\": {suites},")));
        let body = |suites: &str| render(&of_suites(suites), None, CommentState::Open, &[]);
        let is_found = |body: &str, suites: &str| is_comment_about(body, &of_suites(suites));
        let (none, go, both) = (body("[]"), body("[\"go\"]"), body("[\"go\", \"web page\"]"));
        assert!(is_found(&none, "[]") && !is_found(&none, "[\"go\"]"));
        assert!(is_found(&go, "[\"go\"]") && !is_found(&go, "[\"web page\"]"));
        assert!(!is_found(&go, "[]") && !is_found("text", "[]"));
        // A suite that is gone or new leaves the comment where it is.
        assert!(is_found(&both, "[\"web page\"]") && is_found(&go, "[\"go\", \"new\"]"));
    }

    fn body_line(state: CommentState) -> String {
        render(&check(CLEAN), None, state, &[]).lines().next_back().unwrap().to_owned()
    }

    #[test]
    fn what_already_stands_is_not_written_again() {
        let text = render(&check(SLOW), None, CommentState::Open, &[]).replace('\n', "\r\n");
        assert_eq!(written(SLOW, When::Changes, Some(&text)), None);
    }
}
