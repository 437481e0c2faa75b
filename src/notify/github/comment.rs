//! The one comment of ours on a pull request: found again by its marker and its author, changed in
//! place, rewritten once it is resolved. A result of a head that is no longer the pull request's is
//! not told, so that a late job does not overwrite a newer one.

use serde::Deserialize;
use serde_json::json;

use crate::notify::client::Method;
use crate::notify::github::body::{MARKER, State, body};
use crate::notify::github::{Api, Mine, User, Walk};
use crate::notify::outcome::Outcome;
use crate::notify::{Failure, Told};
use model::policy::notify::Comment as When;

/// Looking anew after a write that may or may not have been done.
const ROUNDS: u32 = 3;

/// Which pull request: by number, by the commit that was measured, or by both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub(crate) pull: Option<u64>,
    pub(crate) sha: Option<String>,
}

/// What is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) outcome: &'a Outcome,
    /// What `check --format markdown` printed.
    pub(crate) markdown: Option<&'a str>,
    pub(crate) when: When,
    /// Where links may lead.
    pub(crate) links: &'a [String],
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    user: Option<User>,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
enum Act {
    Nothing(&'static str),
    Write(String),
}

/// Comments, or changes the comment that stands.
///
/// # Errors
/// As [`crate::notify::client::Client::send`].
pub(crate) fn tell(
    api: &mut Api<'_, '_>,
    target: &Target,
    message: Message<'_>,
) -> Result<Told, Failure> {
    if message.when == When::Never {
        return Ok(Told::new("not told: the policy's notify.github.comment is `never`"));
    }
    let pull = match resolve(api, target)? {
        Ok(pull) => pull,
        Err(reason) => return Ok(Told::new(reason)),
    };
    let mut round = 1;
    loop {
        match once(api, pull, message) {
            Err(Failure::Unsure { .. }) if round < ROUNDS => round += 1,
            other => return other,
        }
    }
}

/// The pull request's number, or why there is none to tell.
fn resolve(api: &mut Api<'_, '_>, target: &Target) -> Result<Result<u64, String>, Failure> {
    Ok(match (target.pull, &target.sha) {
        (Some(pull), None) => Ok(pull),
        (Some(pull), Some(sha)) => {
            let head = api.head_of(pull, sha)?;
            if head.eq_ignore_ascii_case(sha) {
                Ok(pull)
            } else {
                let head = model::text::commit(&crate::notify::escape::plain(&head, 64));
                Err(format!("not told: the head of #{pull} is {head} by now"))
            }
        }
        (None, Some(sha)) => api.pull_with_head(sha)?.ok_or_else(|| {
            format!("not told: {sha} is the head of no open pull request (any more)")
        }),
        (None, None) => {
            let text = "which pull request? give --pull or --sha".to_owned();
            return Err(Failure::Input(text));
        }
    })
}

fn once(api: &mut Api<'_, '_>, pull: u64, message: Message<'_>) -> Result<Told, Failure> {
    let mine = api.author()?;
    let older = find(api, pull, &mine)?;
    let text = older.as_ref().map(|entry| entry.body.as_deref().unwrap_or_default());
    match (act(message, text), older) {
        (Act::Nothing(why), _) => Ok(Told::new(format!("#{pull}: nothing to tell, {why}"))),
        (Act::Write(body), Some(entry)) => {
            let path = format!("issues/comments/{}", entry.id);
            api.write(Method::Patch, &path, &json!({"body": body}))?;
            let resolved = State::of(&body) == State::Resolved;
            let done = if resolved { "marked as resolved" } else { "updated" };
            Ok(Told::new(format!("#{pull}: comment {done}")))
        }
        (Act::Write(body), None) => {
            api.write(Method::Post, &format!("issues/{pull}/comments"), &json!({"body": body}))?;
            Ok(Told::new(format!("#{pull}: commented")))
        }
    }
}

/// The oldest comment with our marker that we wrote ourselves: anyone can write the marker.
fn find(api: &mut Api<'_, '_>, pull: u64, mine: &Mine) -> Result<Option<Entry>, Failure> {
    let path = format!("issues/{pull}/comments?per_page={}", super::PER_PAGE);
    api.walk(&path, json!([]), |entry: Entry| {
        let marked = entry.body.as_deref().is_some_and(|body| body.starts_with(MARKER));
        let ours = marked && Api::is_ours(mine, entry.user.as_ref());
        if ours { Walk::Found(entry) } else { Walk::On }
    })
}

fn act(message: Message<'_>, older: Option<&str>) -> Act {
    let state = match (message.outcome.is_clean(), older.map(State::of)) {
        (false, _) => State::Open,
        (true, None | Some(State::Clean)) => State::Clean,
        (true, Some(State::Open | State::Resolved)) => State::Resolved,
    };
    if state == State::Clean && older.is_none() && message.when != When::Always {
        return Act::Nothing("no change");
    }
    let text = body(message.outcome, message.markdown, state, message.links);
    // GitHub stores line ends as they are sent by browsers.
    let same = |older: &str| older.replace("\r\n", "\n").trim_end() == text.trim_end();
    if older.is_some_and(same) {
        return Act::Nothing("the comment already says so");
    }
    Act::Write(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "{\"verdict\": \"pass\", \"base\": \"b\", \"candidate\": \"c\"}";
    const SLOW: &str = "{\"verdict\": \"fail\", \"base\": \"b\", \"candidate\": \"c\", \"findings\": \
                        [{\"series\": \"s\", \"verdict\": \"regressed\"}]}";

    /// What is written, as its state; none where nothing is.
    fn written(text: &str, when: When, older: Option<&str>) -> Option<State> {
        let outcome = Outcome::read(text.as_bytes()).unwrap();
        let message = Message { outcome: &outcome, markdown: None, when, links: &[] };
        match act(message, older) {
            Act::Nothing(_) => None,
            Act::Write(body) => Some(State::of(&body)),
        }
    }

    #[test]
    fn a_comment_is_made_changed_and_resolved_as_the_policy_says() {
        let (open, clean, resolved) = [State::Open, State::Clean, State::Resolved].into();
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

    fn body_line(state: State) -> String {
        let outcome = Outcome::read(CLEAN.as_bytes()).unwrap();
        body(&outcome, None, state, &[]).lines().next_back().unwrap().to_owned()
    }

    #[test]
    fn what_already_stands_is_not_written_again() {
        let outcome = Outcome::read(SLOW.as_bytes()).unwrap();
        let text = body(&outcome, None, State::Open, &[]).replace('\n', "\r\n");
        assert_eq!(written(SLOW, When::Changes, Some(&text)), None);
    }
}
