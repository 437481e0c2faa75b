//! The message itself, in Block Kit, within Slack's limits whatever the result.

use serde_json::{Value, json};

use crate::notify::slack::SlackMessage;
use crate::report::decision::Decision;
use crate::report::escape::address::LinkTarget;
use crate::report::escape::one_line;
use crate::report::escape::slack::{SlackText, cut, link, mention};
use crate::report::summary;
use crate::report::wire::{CheckFile, FindingView};
use model::{escaped, text};

/// Slack's most: a message, a header, a section.
#[cfg(test)]
const MAX_BLOCKS: usize = 50;
const MAX_HEADER_CHARS: usize = 150;
const MAX_SECTION_CHARS: usize = 3_000;
/// Findings that are shown, each in a section of its own: the page has all.
const MAX_SHOWN_FINDINGS: usize = 10;
/// Names and reasons grow when they are escaped, at most fivefold: all stays within a section.
const MAX_NAME_CHARS: usize = 120;
const MAX_REASON_CHARS: usize = 200;

/// The first message.
pub(crate) fn message(message: SlackMessage<'_>) -> Value {
    let check = message.check;
    let mut blocks = vec![header(&title(message)), section(&summary(message))];
    if let Some(it) = &check.infrastructure {
        let mut text = SlackText::from("*Infrastructure anomaly:* ");
        text.push(cut(&summary::infrastructure(it), 300));
        for line in it.advice.iter().take(4) {
            text.push("\n• ").push(cut(line, MAX_NAME_CHARS));
        }
        blocks.push(section(&text));
    }
    let shown = check.ordered_findings().take(MAX_SHOWN_FINDINGS);
    blocks.extend(shown.map(|finding| section(&finding_line(finding, message.links))));
    for it in check.violations.iter().take(MAX_SHOWN_FINDINGS) {
        let name = cut(it.display_name(), MAX_NAME_CHARS);
        let reason = cut(&it.reason, MAX_REASON_CHARS);
        let subject = cut(it.title.as_deref().unwrap_or("all together"), MAX_NAME_CHARS);
        blocks.push(section(&escaped!["*Target missed*, ", name, ": ", subject, ", ", reason]));
    }
    blocks.extend(check.noted_targets().take(MAX_SHOWN_FINDINGS).map(|it| {
        let name = cut(&it.name, MAX_NAME_CHARS);
        let sentence = cut(&it.sentence(), MAX_NAME_CHARS + MAX_REASON_CHARS);
        section(&escaped!["*", it.label(), "*, ", name, ": ", sentence])
    }));
    if !check.targets_summary.is_empty() {
        blocks.push(section(&escaped!["Targets: ", cut(&check.targets_summary, 300), "."]));
    }
    let more = |count: usize| count.saturating_sub(MAX_SHOWN_FINDINGS) as u64;
    let hidden = more(check.findings.len())
        + more(check.violations.len())
        + more(check.noted_targets().count());
    if hidden > 0 {
        let count = SlackText::text(&text::count(hidden));
        blocks.push(section(&escaped!["and ", count, " more"]));
    }
    json!({"text": fallback(message), "blocks": blocks})
}

/// The reply in the thread when the findings change.
pub(crate) fn reply(message: SlackMessage<'_>) -> Value {
    let blocks = [section(&summary(message))];
    json!({"text": fallback(message), "blocks": blocks})
}

/// What Slack shows where it shows no blocks.
fn fallback(message: SlackMessage<'_>) -> String {
    cut(&title(message), MAX_SECTION_CHARS).into_string()
}

/// The header, which Slack takes as plain text.
fn title(message: SlackMessage<'_>) -> String {
    let check = message.check;
    let outcome = match (&check.infrastructure, check.is_quiet()) {
        (_, true) => "resolved".to_owned(),
        (Some(_), _) => "infrastructure anomaly".to_owned(),
        (None, false) => check.counts_text(),
    };
    one_line(&format!("Benchmarks: {outcome} · {}", message.subject), MAX_HEADER_CHARS)
}

/// Outcome, commits, link and mentions.
fn summary(message: SlackMessage<'_>) -> SlackText {
    let check = message.check;
    let outcome = if check.is_quiet() { "earlier findings are gone" } else { check.headline() };
    let commit = |id: &Option<String>| {
        let id = one_line(id.as_deref().unwrap_or("none"), MAX_NAME_CHARS);
        cut(&text::short_commit(&id), MAX_NAME_CHARS)
    };
    let (base, candidate) = (commit(&check.base), commit(&check.candidate));
    let counts = cut(&check.counts_text(), 120);
    let mut text = escaped!["*", outcome, "*: ", candidate, " against ", base, ", ", counts];
    if let Some(it) = check.override_view.as_ref().filter(|it| it.granted) {
        let (actor, reason) = (cut(&it.actor, 60), cut(&it.reason, MAX_REASON_CHARS));
        text.push("\nOverridden by ").push(actor).push(": ").push(reason);
    }
    if let Some(url) = check.url.as_deref().and_then(|url| LinkTarget::allowed(url, message.links))
    {
        text.push("\n").push(link("Before and after".into(), &url));
    }
    if needs_mention(check) {
        let mentioned = SlackText::join(mentions(message.mention).mentioned, " ");
        if !mentioned.is_empty() {
            text.push("\n").push(mentioned);
        }
    }
    text
}

/// Whether to mention people.
fn needs_mention(check: &CheckFile) -> bool {
    let red = matches!(
        check.verdict,
        Decision::Fail
            | Decision::ApprovalNeeded
            | Decision::Overridden
            | Decision::NothingCompared
    );
    let is_firing = check.noted_targets().any(|it| it.kind == "alert" && it.is_violated());
    red || is_firing || check.alert().is_some()
}

fn finding_line(finding: &FindingView, links: &[String]) -> SlackText {
    let name = cut(finding.display_name(), MAX_NAME_CHARS);
    let name = match LinkTarget::allowed(&finding.url, links) {
        Some(url) => link(name, &url),
        None => name,
    };
    let word = cut(finding.verdict_text(), MAX_NAME_CHARS);
    let space = if word.is_empty() { "" } else { " " };
    let change = SlackText::text(&finding.change_text());
    let mut line = escaped![finding.symbol(), " ", name, ": ", word, space, "*", change, "*"];
    if let Some(levels) = finding.levels_text() {
        line.push(" (").push(cut(&levels, MAX_NAME_CHARS)).push(")");
    }
    if let Some(threshold) = finding.threshold_text() {
        line.push(", threshold ").push_text(&threshold);
    }
    let reason = cut(&finding.reason, MAX_REASON_CHARS);
    line.push(if reason.is_empty() { "" } else { "\n" }).push(reason);
    // The most telling one: a toolchain that changed, or the others that moved with it.
    if let Some(hint) = finding.hints.first() {
        line.push("\n").push(cut(hint, MAX_REASON_CHARS));
    }
    line
}

fn header(text: &str) -> Value {
    json!({"type": "header", "text": {"type": "plain_text", "text": text, "emoji": false}})
}

/// `verbatim` keeps Slack from making links and mentions of what only looks like them.
fn section(text: &SlackText) -> Value {
    let text: String = text.chars().take(MAX_SECTION_CHARS).collect();
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// The policy's mentions.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Mentions {
    pub(crate) mentioned: Vec<SlackText>,
    /// Names that are no ids. They are reported instead of being written as text, which would
    /// mention nobody.
    pub(crate) unknown: Vec<String>,
}

pub(crate) fn mentions(names: &[String]) -> Mentions {
    let mut mentions = Mentions::default();
    for name in names.iter().take(MAX_SHOWN_FINDINGS) {
        match mention(name) {
            Some(mention) => mentions.mentioned.push(mention),
            None => mentions.unknown.push(one_line(name, 60)),
        }
    }
    mentions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::notify::received::ReceivedCheck;

    fn check(text: &str) -> CheckFile {
        ReceivedCheck::read(text.as_bytes()).unwrap().check
    }

    fn built(check: &CheckFile) -> Value {
        let (mention, links) =
            (vec!["@here".to_owned(), "@oncall".to_owned()], vec!["https://h".to_owned()]);
        message(SlackMessage { check, subject: "o/r #7", mention: &mention, links: &links })
    }

    fn within_limits(message: &Value) -> bool {
        let blocks = message["blocks"].as_array().unwrap();
        let fits = |block: &Value| {
            let most = if block["type"] == "header" { MAX_HEADER_CHARS } else { MAX_SECTION_CHARS };
            let text = block["text"]["text"].as_str().unwrap();
            (1..=most).contains(&text.chars().count()) && whole(text)
        };
        blocks.len() <= MAX_BLOCKS && blocks.iter().all(fits)
    }

    /// Whether no entity and no link was cut.
    fn whole(text: &str) -> bool {
        text.matches('<').count() == text.matches('>').count()
            && text.split('&').skip(1).all(|part| {
                part.starts_with("amp;")
                    || part.starts_with("lt;")
                    || part.starts_with("gt;")
                    || !part.contains(';')
            })
    }

    #[test]
    fn only_ids_are_called_and_only_when_something_is_wrong() {
        let names = ["@here", "U012AB3CD", "@S0123456", "@oncall", "<!channel>", "here|x"];
        let Mentions { mentioned, unknown } = mentions(&names.map(str::to_owned));
        let expected = ["<!here>", "<@U012AB3CD>", "<!subteam^S0123456>"];
        assert_eq!(mentioned, expected.map(SlackText::from));
        assert_eq!(unknown, ["@oncall", "<!channel>", "here|x"]);
        let better = "{\"verdict\": \"pass\", \"findings\": [{\"verdict\": \"improved\"}]}";
        let better = built(&check(better)).to_string();
        assert!(!better.contains("<!here>"), "{better}");
        let fail = check("{\"verdict\": \"fail\"}");
        assert!(built(&fail).to_string().contains("<!here>"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn a_message_is_within_limits_whatever_was_found(
            names in proptest::collection::vec("\\PC{0,40}[<>&|`]{0,200}", 0..30),
        ) {
            let findings: Vec<Value> = names.iter().map(|name| json!({"series": name,
                "verdict": "regressed", "reason": name, "unit": name, "before": 1, "after": 2,
                "url": format!("https://h/{name}")})).collect();
            let violations: Vec<Value> =
                names.iter().map(|name| json!({"rule": name, "reason": name})).collect();
            let text = json!({"verdict": "fail", "findings": findings, "violations": violations,
                "infrastructure": {"look_at": names, "moved": names, "day": "2025-01-01"},
                "override": {"actor": names.first(), "reason": names.first()}});
            let mut text = text;
            if names.is_empty() {
                text["override"] = Value::Null;
            }
            let check = check(&text.to_string());
            let message = built(&check);
            prop_assert!(within_limits(&message), "{message}");
            prop_assert!(!message.to_string().contains("<!channel"));
        }
    }
}
