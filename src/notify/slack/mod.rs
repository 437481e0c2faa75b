//! One message to a Slack channel per run, and a thread for what follows. With a bot's token the
//! first message is kept up to date, and the thread gets a reply only when the findings change;
//! with an incoming webhook there is only the message. A message may come twice where Slack does
//! not say whether it took the first: that is better than none.

mod blocks;
pub(crate) mod state;

use serde_json::{Value, json};

use crate::notify::client::NotifyClient;
use crate::notify::endpoint::EndpointUrl;
use crate::notify::http::{HttpMethod, HttpRequest, HttpResponse};
use crate::notify::secret::Secret;
use crate::notify::slack::state::{SlackState, SlackThread};
use crate::notify::{Delivery, NotifyError};
use crate::report::wire::CheckFile;

/// How a channel is written to.
#[derive(Clone, Debug)]
pub(crate) enum SlackDestination {
    /// The secret address of an incoming webhook, which belongs to a channel.
    Webhook(EndpointUrl),
    /// A bot that may write to a channel (`chat:write`).
    Bot { api: EndpointUrl, token: Secret, channel: String },
}

/// What a message is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlackMessage<'a> {
    pub(crate) check: &'a CheckFile,
    /// What was checked: `owner/name`, `owner/name #7`. A thread is about one subject.
    pub(crate) subject: &'a str,
    pub(crate) mention: &'a [String],
    /// Where links may lead.
    pub(crate) links: &'a [String],
}

/// Reports a result once. `state` is what earlier runs left and is brought up to date; the caller
/// stores it, or not.
///
/// # Errors
/// As [`NotifyClient::send`].
pub(crate) fn post(
    client: &mut NotifyClient<'_>,
    way: &SlackDestination,
    message: SlackMessage<'_>,
    state: &mut SlackState,
) -> Result<Delivery, NotifyError> {
    let quiet = message.check.is_quiet();
    let fingerprint = fingerprint(message.check);
    let earlier = state.threads.get(message.subject).cloned();
    let mut sent = match (&earlier, quiet) {
        (None, true) => return Ok(Delivery::new("Slack: nothing to report")),
        (Some(thread), _) if thread.fingerprint == fingerprint => {
            update_message(client, way, message, thread)?
        }
        (Some(thread), _) => post_in_thread(client, way, message, thread)?,
        (None, false) => post_message(client, way, message)?,
    };
    // A thread ends with its cause. The next regression begins a new one, so that nobody has to
    // scroll through last month's.
    if quiet {
        state.threads.remove(message.subject);
    } else {
        let thread = SlackThread { fingerprint, ..sent.thread };
        state.threads.insert(message.subject.to_owned(), thread);
    }
    let unknown = blocks::mentions(message.mention).unknown;
    sent.delivery.warnings.extend(unknown.into_iter().map(|name| {
        format!(
            "notify.slack.mention: {name} is not an id (@here, @channel, U…, S…); nobody is \
             mentioned"
        )
    }));
    Ok(sent.delivery)
}

/// What was done, and the first message of the thread that it belongs to.
struct SentMessage {
    delivery: Delivery,
    thread: SlackThread,
}

fn post_message(
    client: &mut NotifyClient<'_>,
    way: &SlackDestination,
    message: SlackMessage<'_>,
) -> Result<SentMessage, NotifyError> {
    let content = blocks::message(message);
    match way {
        SlackDestination::Webhook(address) => {
            post_to_webhook(client, address, &content)?;
            Ok(SentMessage {
                delivery: Delivery::new("Slack: message sent"),
                thread: SlackThread::default(),
            })
        }
        SlackDestination::Bot { channel, .. } => {
            let answer =
                call_api(client, way, "chat.postMessage", with_channel(&content, channel))?;
            let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
            Ok(SentMessage {
                delivery: Delivery::new("Slack: message sent"),
                thread: SlackThread {
                    channel: text("channel"),
                    ts: text("ts"),
                    ..SlackThread::default()
                },
            })
        }
    }
}

/// The same findings as before: the first message gets the new numbers, and nobody is mentioned.
fn update_message(
    client: &mut NotifyClient<'_>,
    way: &SlackDestination,
    message: SlackMessage<'_>,
    thread: &SlackThread,
) -> Result<SentMessage, NotifyError> {
    let mut delivery = Delivery::new("Slack: nothing new to report");
    if matches!(way, SlackDestination::Bot { .. }) && !thread.ts.is_empty() {
        delivery.warnings.extend(edit_first_message(client, way, message, thread)?);
    }
    Ok(SentMessage { delivery, thread: thread.clone() })
}

/// Other findings than before: the first message shows them, and the thread gets a reply.
fn post_in_thread(
    client: &mut NotifyClient<'_>,
    way: &SlackDestination,
    message: SlackMessage<'_>,
    thread: &SlackThread,
) -> Result<SentMessage, NotifyError> {
    if matches!(way, SlackDestination::Webhook(_)) || thread.ts.is_empty() {
        return post_message(client, way, message);
    }
    let warning = edit_first_message(client, way, message, thread)?;
    let mut content = with_channel(&blocks::reply(message), &thread.channel);
    content["thread_ts"] = json!(thread.ts);
    call_api(client, way, "chat.postMessage", content)?;
    let mut delivery = Delivery::new("Slack: replied in the thread");
    delivery.warnings.extend(warning);
    Ok(SentMessage { delivery, thread: thread.clone() })
}

/// Changes the first message in place; a warning where Slack does not let us.
fn edit_first_message(
    client: &mut NotifyClient<'_>,
    way: &SlackDestination,
    message: SlackMessage<'_>,
    thread: &SlackThread,
) -> Result<Option<String>, NotifyError> {
    let mut content = with_channel(&blocks::message(message), &thread.channel);
    content["ts"] = json!(thread.ts);
    match call_api(client, way, "chat.update", content) {
        // Somebody may have deleted the message; the thread and the next run work all the same.
        Err(NotifyError::Rejected { text, .. }) => {
            Ok(Some(format!("Slack does not change the first message of the thread{text}")))
        }
        other => other.map(|_| None),
    }
}

fn with_channel(content: &Value, channel: &str) -> Value {
    let mut content = content.clone();
    content["channel"] = json!(channel);
    // A preview of each link would be longer than the message.
    content["unfurl_links"] = json!(false);
    content["unfurl_media"] = json!(false);
    content
}

fn post_to_webhook(
    client: &mut NotifyClient<'_>,
    address: &EndpointUrl,
    content: &Value,
) -> Result<(), NotifyError> {
    let mut request = HttpRequest::new(HttpMethod::Post, address.clone());
    request.headers.push(("content-type", "application/json".to_owned()));
    request.body = Some(content.to_string().into_bytes());
    client.send(&request).map(|_| ())
}

fn call_api(
    client: &mut NotifyClient<'_>,
    way: &SlackDestination,
    method: &str,
    content: Value,
) -> Result<Value, NotifyError> {
    let SlackDestination::Bot { api, token, .. } = way else { return Ok(Value::Null) };
    let mut request = HttpRequest::new(HttpMethod::Post, api.join(method));
    request.token = Some(token.clone());
    request.headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    request.body = Some(content.to_string().into_bytes());
    request.effective_status = Some(effective_status);
    request.dry_run_response = json!({"ok": true, "channel": content["channel"], "ts": "0"});
    let (answer, _) = client.json(&request)?;
    Ok(answer)
}

/// Slack answers 200 to what it rejects, and says why in the body.
fn effective_status(response: &HttpResponse) -> u16 {
    if response.status != 200 {
        return response.status;
    }
    // By the errors of chat.postMessage: what may pass with time is a status that is tried again.
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    match (answer["ok"].as_bool(), answer["error"].as_str().unwrap_or_default()) {
        (Some(false), "ratelimited") => 429,
        (Some(false), "internal_error" | "fatal_error" | "service_unavailable") => 503,
        (Some(false), "request_timeout" | "team_added_to_org") => 503,
        (Some(false), _) => 400,
        _ => 200,
    }
}

/// The findings without their numbers: two runs that differ in noise only are alike.
fn fingerprint(check: &CheckFile) -> String {
    let mut findings: Vec<String> = check
        .findings
        .iter()
        .map(|finding| format!("{}\0{}", finding.series, finding.verdict))
        .chain(
            check
                .violations
                .iter()
                .map(|it| format!("{}\0{}", it.rule, it.series.as_deref().unwrap_or_default())),
        )
        .chain(check.noted_targets().map(|it| {
            format!("{}\0{}\0{}", it.key, it.series.as_deref().unwrap_or_default(), it.state)
        }))
        .collect();
    findings.sort();
    let text = format!("{:?}\n{}\n{}", check.verdict, check.alert().is_some(), findings.join("\n"));
    model::hex::sha256(&text, 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_in_the_body_is_a_rejection() {
        let status = |status: u16, body: &str| {
            effective_status(&HttpResponse { status, headers: Vec::new(), body: body.into() })
        };
        assert_eq!(status(200, "{\"ok\": true}"), 200);
        assert_eq!(status(200, "{\"ok\": false, \"error\": \"channel_not_found\"}"), 400);
        assert_eq!(status(200, "{\"ok\": false, \"error\": \"ratelimited\"}"), 429);
        assert_eq!(status(200, "{\"ok\": false, \"error\": \"internal_error\"}"), 503);
        assert_eq!(status(502, "{\"ok\": false}"), 502);
    }
}
