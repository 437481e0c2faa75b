//! The message itself, in Block Kit, within Slack's limits whatever the result.

use serde_json::{Value, json};

use crate::notify::slack::SlackMessage;
use crate::report::decision::Decision;
use crate::report::escape::address::allowed_link;
use crate::report::escape::{one_line, slack as mrkdwn};
use crate::report::summary;
use crate::report::wire::{CheckFile, FindingView};
use model::text;

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
        let what = mrkdwn(&summary::infrastructure(it), 300);
        let mut lines = vec![format!("*Infrastructure anomaly:* {what}")];
        let advice = it.advice.iter().take(4);
        lines.extend(advice.map(|line| format!("• {}", mrkdwn(line, MAX_NAME_CHARS))));
        blocks.push(section(&lines.join("\n")));
    }
    let shown = check.ordered_findings().take(MAX_SHOWN_FINDINGS);
    blocks.extend(shown.map(|finding| section(&finding_line(finding, message.links))));
    for it in check.violations.iter().take(MAX_SHOWN_FINDINGS) {
        let (rule, reason) =
            (mrkdwn(&it.rule, MAX_NAME_CHARS), mrkdwn(&it.reason, MAX_REASON_CHARS));
        blocks.push(section(&format!("*Target missed*, {rule}: {reason}")));
    }
    let more = |count: usize| count.saturating_sub(MAX_SHOWN_FINDINGS) as u64;
    let hidden = more(check.findings.len()) + more(check.violations.len());
    if hidden > 0 {
        blocks.push(section(&format!("and {} more", text::count(hidden))));
    }
    json!({"text": mrkdwn(&title(message), MAX_SECTION_CHARS), "blocks": blocks})
}

/// The reply in the thread when the findings change.
pub(crate) fn reply(message: SlackMessage<'_>) -> Value {
    let blocks = [section(&summary(message))];
    json!({"text": mrkdwn(&title(message), MAX_SECTION_CHARS), "blocks": blocks})
}

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
fn summary(message: SlackMessage<'_>) -> String {
    let check = message.check;
    let outcome = if check.is_quiet() { "earlier findings are gone" } else { check.headline() };
    let commit =
        |id: &str| mrkdwn(&text::short_commit(&one_line(id, MAX_NAME_CHARS)), MAX_NAME_CHARS);
    let commit = |id: &Option<String>| commit(id.as_deref().unwrap_or("none"));
    let (base, candidate) = (commit(&check.base), commit(&check.candidate));
    let mut text =
        format!("*{outcome}*: {candidate} against {base}, {}", mrkdwn(&check.counts_text(), 120));
    if let Some(it) = check.override_view.as_ref().filter(|it| it.granted) {
        let (actor, reason) = (mrkdwn(&it.actor, 60), mrkdwn(&it.reason, MAX_REASON_CHARS));
        text.push_str(&format!("\nOverridden by {actor}: {reason}"));
    }
    if let Some(url) = check.url.as_deref().and_then(|url| allowed_link(url, message.links)) {
        text.push_str(&format!("\n<{url}|Before and after>"));
    }
    if needs_mention(check) {
        let (called, _) = mentions(message.mention);
        if !called.is_empty() {
            text.push_str(&format!("\n{}", called.join(" ")));
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
    red || check.alert().is_some()
}

fn finding_line(finding: &FindingView, links: &[String]) -> String {
    let mark = finding.symbol();
    let word = mrkdwn(finding.verdict_text(), MAX_NAME_CHARS);
    let space = if word.is_empty() { "" } else { " " };
    let name = mrkdwn(finding.display_name(), MAX_NAME_CHARS);
    let name = match allowed_link(&finding.url, links) {
        Some(url) => format!("<{url}|{name}>"),
        None => name,
    };
    let values =
        finding.levels_text().map(|values| format!(" ({})", mrkdwn(&values, MAX_NAME_CHARS)));
    let threshold = finding.threshold_text().map(|threshold| format!(", threshold {threshold}"));
    let reason = Some(mrkdwn(&finding.reason, MAX_REASON_CHARS));
    let reason = reason.filter(|text| !text.is_empty()).map(|text| format!("\n{text}"));
    format!(
        "{mark} {name}: {word}{space}*{}*{}{}{}",
        finding.change_text(),
        values.unwrap_or_default(),
        threshold.unwrap_or_default(),
        reason.unwrap_or_default()
    )
}

fn header(text: &str) -> Value {
    json!({"type": "header", "text": {"type": "plain_text", "text": text, "emoji": false}})
}

/// `verbatim` keeps Slack from making links and mentions of what only looks like them.
fn section(text: &str) -> Value {
    let text: String = text.chars().take(MAX_SECTION_CHARS).collect();
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// The policy's mentions as Slack writes them, and those that are no ids.
pub(crate) fn mentions(names: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut mentioned, mut unknown) = (Vec::new(), Vec::new());
    for name in names.iter().take(MAX_SHOWN_FINDINGS) {
        let bare = name.trim().trim_start_matches('@');
        let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        // Slack's ids begin with the kind: U and W are people, S is a group. A display name
        // mentions nobody, so it is reported instead of being written as text.
        let id = bare.len() >= 6 && bare.len() <= 30 && bare.chars().all(upper);
        match bare.chars().next() {
            _ if ["here", "channel", "everyone"].contains(&bare) => {
                mentioned.push(format!("<!{bare}>"));
            }
            Some('U' | 'W') if id => mentioned.push(format!("<@{bare}>")),
            Some('S') if id => mentioned.push(format!("<!subteam^{bare}>")),
            _ => unknown.push(one_line(name, 60)),
        }
    }
    (mentioned, unknown)
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
        let (mentioned, unknown) = mentions(&names.map(str::to_owned));
        assert_eq!(mentioned, ["<!here>", "<@U012AB3CD>", "<!subteam^S0123456>"]);
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
