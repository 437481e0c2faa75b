//! One message to a Slack channel a run, and what follows in its thread. With a bot's token the
//! first message is kept up to date and told again only when something else was found; with the
//! address of an incoming webhook there is only the message. A message may come twice where Slack
//! does not say whether it took the first: that is better than none.

mod blocks;
pub(crate) mod state;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::notify::address::Address;
use crate::notify::client::{Client, Method, Request, Response};
use crate::notify::outcome::Outcome;
use crate::notify::secret::Secret;
use crate::notify::slack::state::{State, Thread};
use crate::notify::{Failure, Told};

/// How a channel is written to.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// The secret address of an incoming webhook, which belongs to a channel.
    Hook(Address),
    /// A bot that may write to a channel (`chat:write`).
    Bot { api: Address, token: Secret, channel: String },
}

/// What is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) outcome: &'a Outcome,
    /// What was checked: `owner/name`, `owner/name #7`. A thread is about one subject.
    pub(crate) subject: &'a str,
    pub(crate) mention: &'a [String],
    /// Where links may lead.
    pub(crate) links: &'a [String],
}

/// Tells of what was found, once. `state` is what earlier runs left and is brought up to date; the
/// caller keeps it, or not.
///
/// # Errors
/// As [`Client::send`].
pub(crate) fn tell(
    client: &mut Client<'_>,
    way: &Way,
    message: Message<'_>,
    state: &mut State,
) -> Result<Told, Failure> {
    let quiet = message.outcome.is_quiet();
    let print = fingerprint(message.outcome);
    let earlier = state.threads.get(message.subject).cloned();
    let mut told = match (&earlier, quiet) {
        (None, true) => return Ok(Told::new("Slack: nothing to tell")),
        (Some(thread), _) if thread.print == print => refresh(client, way, message, thread)?,
        (Some(thread), _) => follow(client, way, message, thread)?,
        (None, false) => first(client, way, message)?,
    };
    if quiet {
        state.threads.remove(message.subject);
    } else {
        let thread = Thread { print, channel: told.thread.0, ts: told.thread.1 };
        state.threads.insert(message.subject.to_owned(), thread);
    }
    let (_, strange) = blocks::mentions(message.mention);
    told.told.warnings.extend(strange.into_iter().map(|name| {
        format!("notify.slack.mention: {name} is no id (@here, @channel, U…, S…); nobody is called")
    }));
    Ok(told.told)
}

/// What was done, and the message that a thread hangs on: channel and time stamp.
struct Sent {
    told: Told,
    thread: (String, String),
}

fn first(client: &mut Client<'_>, way: &Way, message: Message<'_>) -> Result<Sent, Failure> {
    let content = blocks::message(message);
    match way {
        Way::Hook(address) => {
            hook(client, address, &content)?;
            Ok(Sent { told: Told::new("Slack: told"), thread: Default::default() })
        }
        Way::Bot { channel, .. } => {
            let answer = call(client, way, "chat.postMessage", addressed(&content, channel))?;
            let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
            Ok(Sent { told: Told::new("Slack: told"), thread: (text("channel"), text("ts")) })
        }
    }
}

/// The same was found before: the first message shows the numbers of now, and nobody is called.
fn refresh(
    client: &mut Client<'_>,
    way: &Way,
    message: Message<'_>,
    thread: &Thread,
) -> Result<Sent, Failure> {
    let known = (thread.channel.clone(), thread.ts.clone());
    let mut told = Told::new("Slack: nothing new to tell");
    if matches!(way, Way::Bot { .. }) && !thread.ts.is_empty() {
        told.warnings.extend(rewrite(client, way, message, thread)?);
    }
    Ok(Sent { told, thread: known })
}

/// Something else was found: the first message shows it, and the thread is told.
fn follow(
    client: &mut Client<'_>,
    way: &Way,
    message: Message<'_>,
    thread: &Thread,
) -> Result<Sent, Failure> {
    if matches!(way, Way::Hook(_)) || thread.ts.is_empty() {
        return first(client, way, message);
    }
    let warning = rewrite(client, way, message, thread)?;
    let mut content = addressed(&blocks::reply(message), &thread.channel);
    content["thread_ts"] = json!(thread.ts);
    call(client, way, "chat.postMessage", content)?;
    let mut told = Told::new("Slack: told in the thread");
    told.warnings.extend(warning);
    Ok(Sent { told, thread: (thread.channel.clone(), thread.ts.clone()) })
}

/// Changes the first message in place; a warning where Slack does not let us.
fn rewrite(
    client: &mut Client<'_>,
    way: &Way,
    message: Message<'_>,
    thread: &Thread,
) -> Result<Option<String>, Failure> {
    let mut content = addressed(&blocks::message(message), &thread.channel);
    content["ts"] = json!(thread.ts);
    match call(client, way, "chat.update", content) {
        Err(Failure::Refused { text, .. }) => {
            Ok(Some(format!("Slack does not change the first message of the thread{text}")))
        }
        other => other.map(|_| None),
    }
}

fn addressed(content: &Value, channel: &str) -> Value {
    let mut content = content.clone();
    content["channel"] = json!(channel);
    // A preview of each link would be longer than the message.
    content["unfurl_links"] = json!(false);
    content["unfurl_media"] = json!(false);
    content
}

fn hook(client: &mut Client<'_>, address: &Address, content: &Value) -> Result<(), Failure> {
    let mut request = Request::new(Method::Post, address.clone());
    request.headers.push(("content-type", "application/json".to_owned()));
    request.body = Some(content.to_string().into_bytes());
    client.send(&request).map(|_| ())
}

fn call(
    client: &mut Client<'_>,
    way: &Way,
    method: &str,
    content: Value,
) -> Result<Value, Failure> {
    let Way::Bot { api, token, .. } = way else { return Ok(Value::Null) };
    let mut request = Request::new(Method::Post, api.join(method));
    request.token = Some(token.clone());
    request.headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    request.body = Some(content.to_string().into_bytes());
    request.means = Some(meaning);
    request.assumed = json!({"ok": true, "channel": content["channel"], "ts": "0"});
    let (answer, _) = client.json(&request)?;
    Ok(answer)
}

/// Slack says 200 to what it refuses, and why in the body.
fn meaning(response: &Response) -> u16 {
    if response.status != 200 {
        return response.status;
    }
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    match (answer["ok"].as_bool(), answer["error"].as_str().unwrap_or_default()) {
        (Some(false), "ratelimited") => 429,
        (Some(false), "internal_error" | "fatal_error" | "service_unavailable") => 503,
        (Some(false), "request_timeout" | "team_added_to_org") => 503,
        (Some(false), _) => 400,
        _ => 200,
    }
}

/// What was found, without its numbers: two runs that differ in noise only are alike.
fn fingerprint(outcome: &Outcome) -> String {
    let mut found: Vec<String> = outcome
        .findings
        .iter()
        .map(|finding| format!("{}\0{}", finding.series, finding.verdict))
        .chain(
            outcome
                .violations
                .iter()
                .map(|it| format!("{}\0{}", it.rule, it.series.as_deref().unwrap_or_default())),
        )
        .collect();
    found.sort();
    let text =
        format!("{:?}\n{}\n{}", outcome.verdict, outcome.alert().is_some(), found.join("\n"));
    let hash = Sha256::digest(text);
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_the_body_is_a_refusal() {
        let status = |status: u16, body: &str| {
            meaning(&Response { status, headers: Vec::new(), body: body.into() })
        };
        assert_eq!(status(200, "{\"ok\": true}"), 200);
        assert_eq!(status(200, "{\"ok\": false, \"error\": \"channel_not_found\"}"), 400);
        assert_eq!(status(200, "{\"ok\": false, \"error\": \"ratelimited\"}"), 429);
        assert_eq!(status(200, "{\"ok\": false, \"error\": \"internal_error\"}"), 503);
        assert_eq!(status(502, "{\"ok\": false}"), 502);
    }
}
