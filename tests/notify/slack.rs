//! Messages to Slack: by an incoming webhook, and by a bot with its threads.

use serde_json::{Value, json};

use super::server::{Reply, Server, reply};
use super::{Notify, clean, found, slower, with_targets};
use crate::support::Answer;

const TOKEN: &str = "xoxb-0123456789";

/// A Slack that takes messages; the time stamp of each is its number.
fn slack() -> Server {
    let mut count = 0;
    Server::start(Box::new(move |asked| {
        if asked.path.starts_with("/services/") {
            return reply(200, "ok");
        }
        if asked.header("authorization") != format!("Bearer {TOKEN}") {
            return reply(200, json!({"ok": false, "error": "invalid_auth"}));
        }
        count += 1;
        let ts = asked.json()["ts"].as_str().map_or(format!("{count}.0"), str::to_owned);
        reply(200, json!({"ok": true, "channel": "C0123", "ts": ts}))
    }))
}

fn hook(slack: &Server, result: &Value) -> Notify {
    Notify::new("slack", result)
        .env("SLACK_WEBHOOK_URL", &format!("{}/services/T/B/s3cr3t", slack.url))
        .env("GITHUB_REPOSITORY", "o/r")
}

fn bot(slack: &Server, folder: &std::path::Path, result: &Value) -> Answer {
    let state = folder.join("state.json");
    Notify::new("slack", result)
        .env("SLACK_BOT_TOKEN", TOKEN)
        .env("SLACK_API_URL", &format!("{}/api", slack.url))
        .file("data/policy.yml", "version: '1'\nnotify: {slack: {channel: '#perf'}}\n")
        .args(&["--repo", "o/r", "--state", state.to_str().unwrap()])
        .run()
}

fn good(answer: &Answer, said: &str) {
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.contains(said), "{}", answer.err);
    assert!(!answer.err.contains("s3cr3t") && !answer.out.contains("s3cr3t"), "{}", answer.err);
    assert!(!answer.err.contains(TOKEN) && !answer.out.contains(TOKEN), "{}", answer.err);
}

fn slow() -> Value {
    found("fail", json!([slower("sum/julia"), slower("<!channel> & `x`")]))
}

#[test]
fn a_webhook_gets_one_message_and_none_when_all_is_quiet() {
    let slack = slack();
    good(&hook(&slack, &clean()).run(), "Slack: nothing to report");
    assert_eq!(slack.asked().len(), 0);
    let policy = "version: '1'\nnotify: {slack: {mention: ['@here', '@oncall']}}\n";
    let answer = hook(&slack, &slow()).file("data/policy.yml", policy).run();
    good(&answer, "Slack: message sent");
    assert!(answer.err.contains("@oncall is not an id"), "{}", answer.err);
    let asked = slack.asked().remove(0);
    assert_eq!(asked.line(), "POST /services/T/B/s3cr3t");
    assert_eq!(asked.header("authorization"), "");
    let message = asked.json();
    assert_eq!(message["text"], "Benchmarks: ▲ 2 slower, 34 unchanged · o/r");
    let blocks = message["blocks"].as_array().unwrap();
    assert_eq!(blocks[0]["type"], "header");
    let text = |at: usize| blocks[at]["text"]["text"].as_str().unwrap();
    assert!(text(1).ends_with("\n<!here>"), "{}", text(1));
    assert_eq!(
        text(2),
        "▲ <https://o.github.io/r/diff/a..b/#s|sum/julia>: *+13.9%* (83.9 → 95.6\u{202f}µs), \
         threshold 12%\nbeyond its limit\nabc"
    );
    assert!(text(3).contains("&lt;!channel&gt; &amp; ˋxˋ"), "{}", text(3));
    assert!(blocks[1..].iter().all(|block| block["text"]["verbatim"] == true));
}

#[test]
fn a_bot_keeps_one_message_and_tells_news_in_its_thread() {
    let slack = slack();
    let folder = tempfile::tempdir().unwrap();
    good(&bot(&slack, folder.path(), &slow()), "Slack: message sent");
    let mut noise = slow();
    noise["findings"][0]["change"] = json!(0.14);
    good(&bot(&slack, folder.path(), &noise), "nothing new to report");
    good(&bot(&slack, folder.path(), &found("fail", json!([slower("b")]))), "in the thread");
    good(&bot(&slack, folder.path(), &clean()), "in the thread");
    good(&bot(&slack, folder.path(), &clean()), "nothing to report");
    good(&bot(&slack, folder.path(), &slow()), "Slack: message sent");
    let calls: Vec<(String, Value, Value, Value)> = slack
        .asked()
        .iter()
        .map(|asked| {
            let body = asked.json();
            let field = |name: &str| body[name].clone();
            (asked.path.clone(), field("channel"), field("ts"), field("thread_ts"))
        })
        .collect();
    let post = |channel: &str, thread: Value| {
        ("/api/chat.postMessage".to_owned(), json!(channel), json!(null), thread)
    };
    let update = || ("/api/chat.update".to_owned(), json!("C0123"), json!("1.0"), json!(null));
    assert_eq!(
        calls,
        [
            post("#perf", json!(null)),
            update(),
            update(),
            post("C0123", json!("1.0")),
            update(),
            post("C0123", json!("1.0")),
            post("#perf", json!(null)),
        ]
    );
    let last = slack.asked()[5].body.clone();
    assert!(last.contains("resolved") && last.contains("earlier findings are gone"), "{last}");
    let state = std::fs::read_to_string(folder.path().join("state.json")).unwrap();
    assert!(!state.contains(TOKEN) && state.contains("\"o/r\""), "{state}");
}

#[test]
fn a_state_that_cannot_be_read_is_begun_anew() {
    let slack = slack();
    let folder = tempfile::tempdir().unwrap();
    for text in ["{", "[]", "{\"version\": 9, \"threads\": {}}"] {
        std::fs::write(folder.path().join("state.json"), text).unwrap();
        let answer = bot(&slack, folder.path(), &slow());
        good(&answer, "Slack: message sent");
        assert!(answer.err.contains("a new file is started"), "{}", answer.err);
    }
}

#[test]
fn a_message_that_is_gone_does_not_stop_the_news() {
    let slack = slack();
    let folder = tempfile::tempdir().unwrap();
    good(&bot(&slack, folder.path(), &slow()), "message sent");
    let gone = json!({"ok": false, "error": "message_not_found"});
    slack.fault("chat.update", reply(200, gone));
    let answer = bot(&slack, folder.path(), &found("fail", json!([slower("b")])));
    good(&answer, "replied in the thread");
    assert!(answer.err.contains("(message_not_found)"), "{}", answer.err);
}

#[test]
fn refusals_and_limits_are_told_or_waited_for() {
    let slack = slack();
    let folder = tempfile::tempdir().unwrap();
    let limited = json!({"ok": false, "error": "ratelimited"});
    slack.fault("chat.postMessage", reply(429, limited).header("retry-after", 0));
    let broken = json!({"ok": false, "error": "internal_error"});
    slack.fault("chat.postMessage", reply(200, broken).header("retry-after", 0));
    good(&bot(&slack, folder.path(), &slow()), "again in 0.0 s");
    assert_eq!(slack.asked().len(), 3);
    let fails = |planted: Reply, said: &str| {
        let slack = self::slack();
        slack.fault("POST", planted);
        let answer = hook(&slack, &slow()).args(&["--time-limit", "0.4"]).run();
        assert_eq!(answer.status, 2, "{}", answer.err);
        assert!(answer.err.contains(said), "{}", answer.err);
        assert!(!answer.err.contains("s3cr3t"), "{}", answer.err);
        assert_eq!(slack.asked().len(), 1);
    };
    fails(reply(404, "no_service"), "/***: 404 (no_service)");
    fails(reply(400, "invalid_payload /services/T/B/s3cr3t"), "400 (invalid_payload ***)");
    fails(reply(410, "channel_is_archived"), "410 (channel_is_archived)");
    fails(reply(302, "").header("location", "https://evil.example/"), "leads to another host");
    fails(Reply::Cut, "the next try is");
    let refused = Notify::new("slack", &slow())
        .env("SLACK_BOT_TOKEN", "xoxb-wrong-token")
        .env("SLACK_API_URL", &slack.url)
        .args(&["--channel", "C1"])
        .run();
    assert!(refused.err.contains("400 (invalid_auth)"), "{}", refused.err);
}

#[test]
fn a_dry_run_shows_the_message_without_any_secret() {
    let slack = slack();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let more = ["--dry-run", "--state", state.to_str().unwrap()];
    let answer = hook(&slack, &slow()).args(&more).run();
    good(&answer, "dry run: nothing was sent");
    assert!(answer.out.starts_with(&format!("POST {}/***\n", slack.url)), "{}", answer.out);
    assert!(answer.out.contains("\"type\": \"header\""), "{}", answer.out);
    assert_eq!((slack.asked().len(), state.exists()), (0, false));
    let bare = Notify::new("slack", &slow()).args(&["--dry-run"]).run();
    good(&bare, "dry run");
    assert!(bare.out.starts_with("POST https://hooks.slack.com/***\n"), "{}", bare.out);
    let unset = Notify::new("slack", &slow()).run();
    assert_eq!(unset.status, 2);
    assert!(unset.err.contains("neither SLACK_BOT_TOKEN nor"), "{}", unset.err);
    let nowhere = Notify::new("slack", &slow()).env("SLACK_BOT_TOKEN", TOKEN).run();
    assert!(nowhere.err.contains("no channel:"), "{}", nowhere.err);
}

#[test]
fn an_alert_that_fires_and_a_budget_that_drifts_are_news() {
    let slack = slack();
    let policy = "version: '1'\nnotify: {slack: {mention: ['@here']}}\n";
    let answer = hook(&slack, &with_targets()).file("data/policy.yml", policy).run();
    good(&answer, "Slack: message sent");
    let message = slack.asked().remove(0).json().to_string();
    for words in [
        "1 alert firing, 1 target drifting",
        "*alert firing*, High &lt;Error&gt; Rate: api · http: 1.6% &gt; 1%",
        "*target drifting*, Startup",
        "Targets: 1 of 2 within budget, 1 drifting; 1 alert firing.",
        "<!here>",
    ] {
        assert!(message.contains(words), "{words}\n{message}");
    }
    assert!(!message.contains("Parse"), "what passes is no news: {message}");
}
