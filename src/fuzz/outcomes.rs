//! Results of a check that another job wrote, and what is posted in the user's name because of
//! them; templates of a stranger's pull request.

use std::time::Duration;

use minijinja::value::Serde;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::notify::client::{NotifyClient, RetryClock, TimeLimits};
use crate::notify::endpoint::EndpointUrl;
use crate::notify::github::comment_body::{self, CommentState};
use crate::notify::preview::Preview;
use crate::notify::received::ReceivedCheck;
use crate::notify::secret::SecretMasks;
use crate::notify::slack::state::SlackState;
use crate::notify::slack::{self, SlackDestination, SlackMessage};
use crate::report::escape::document;
use crate::report::escape::template;
use crate::report::markdown::MAX_BYTES;
use crate::report::wire::CheckFile;

/// The only place to which links may lead.
const SITE: &str = "https://site.example/x/";
/// HTML of our own comments.
const TAGS: [&str; 10] = [
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "<code>",
    "</code>",
    "<br>",
    "<br/>",
    "<!-- benchpages:",
    "<!-- benchpages-",
];

/// The JSON of `check`, a comment that another job wrote, and the state of Slack's threads.
pub(super) fn results(input: &[u8]) {
    let allowed = [SITE.to_owned()];
    let text = String::from_utf8_lossy(input);
    assert_harmless_markdown(&document::sanitize(&text, &allowed));
    let _ = SlackState::read(input);
    let Ok(ReceivedCheck { check, .. }) = ReceivedCheck::read(input) else { return };
    let written = serde_json::to_vec(&check).expect("a result is written");
    assert!(ReceivedCheck::read(&written).is_ok(), "a result that was written is not read");
    for state in [CommentState::Open, CommentState::Clean, CommentState::Resolved] {
        let comment = comment_body::render(&check, None, state, &allowed);
        assert!(comment.len() <= MAX_BYTES + 200, "a comment of {} bytes", comment.len());
        assert_harmless_markdown(&comment);
    }
    assert_harmless_message(&check, &allowed);
}

/// A template of the user: an error or a text, within the limits of time and depth.
pub(super) fn templates(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let facts = serde_json::json!({"name": "<b>", "numbers": [1, 2, 3], "policy": {"share": 0.1}});
    let facts = minijinja::Value::from(Serde(&facts));
    let _ = template::render_html("about.html", &text, facts.clone());
    let _ = template::render_markdown("comment.md", &text, facts);
}

/// No mention, no image, no HTML but ours, no link to elsewhere.
fn assert_harmless_markdown(text: &str) {
    // Neighbouring texts are one for a reader: a mention may come about between them.
    let mut words = String::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match &event {
            Event::Text(part) => words.push_str(part),
            _ => words.push(' '),
        }
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => panic!("image {dest_url} in {text}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with(SITE.trim_end_matches('/')), "{dest_url} in {text}");
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let unknown = TAGS.iter().fold(html.to_string(), |html, tag| html.replace(tag, ""));
                assert!(!unknown.contains('<'), "{unknown} in {text}");
            }
            _ => {}
        }
    }
    let mentions = words.split('@').skip(1).find(|name| {
        let first = name.bytes().next();
        first.is_some_and(|byte| byte.is_ascii_alphanumeric())
    });
    assert_eq!(mentions, None, "a mention in {text}");
}

/// A message to Slack mentions nobody: `<@U1>` and `<!channel>` would.
fn assert_harmless_message(check: &CheckFile, links: &[String]) {
    let address = EndpointUrl::parse("https://hooks.slack.example/services/x").expect("an address");
    let limits = TimeLimits { timeout: Duration::from_secs(1), total: Duration::from_secs(9) };
    let masks = SecretMasks::default();
    let mut preview = Preview::new(masks.clone());
    let mut clock = StoppedClock;
    let mut client = NotifyClient::new(&mut preview, &mut clock, limits, masks, &|_| ());
    let message = SlackMessage { check, subject: "o/r #7", mention: &[], links };
    let destination = SlackDestination::Webhook(address.into_secret());
    let sent = slack::post(&mut client, &destination, message, &mut SlackState::default());
    assert!(sent.is_ok(), "a dry run fails");
    for mark in ["<@", "<!", "<#"] {
        assert!(!preview.text().contains(mark), "{mark} in {}", preview.text());
    }
}

/// No time passes and no number is random, so that an input always does the same.
struct StoppedClock;

impl RetryClock for StoppedClock {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn unix_seconds(&self) -> u64 {
        0
    }

    fn jitter(&mut self) -> f64 {
        0.0
    }

    fn sleep(&mut self, _: Duration) {}
}
