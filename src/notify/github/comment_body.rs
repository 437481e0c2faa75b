//! What stands in a comment: the marker that finds it again, what the check says, and whether that
//! was good or bad. Never longer than GitHub takes; a longer text falls back to the short form.

use crate::notify::check_report::{CheckReport, ReportedDecision, ReportedFinding};
use crate::notify::escape::{allowed_link, markdown, plain};
use crate::notify::github::sanitize::sanitize;
use model::text;

/// Every comment of ours begins with this, whatever its version.
pub(crate) const MARKER: &str = "<!-- benchpages:pr ";
/// GitHub refuses 65,536 characters; bytes are counted, so that this holds in any script.
const MAX_BODY_CHARS: usize = 60_000;
/// Rows of the short form.
const MAX_ROWS: usize = 10;
const MAX_NAME_CHARS: usize = 200;
const MAX_REASON_CHARS: usize = 300;

/// What the last line of a comment says of the check it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommentState {
    /// Something a person should hear of.
    Open,
    /// Nothing, and never was.
    Clean,
    /// Nothing any more.
    Resolved,
}

impl CommentState {
    fn marker_line(self) -> &'static str {
        match self {
            Self::Open => "<!-- benchpages:state open -->",
            Self::Clean => "<!-- benchpages:state clean -->",
            Self::Resolved => "<!-- benchpages:state resolved -->",
        }
    }

    /// The state that a comment of ours tells; one that tells none had something to say.
    pub(crate) fn of(body: &str) -> Self {
        let last = body.trim_end().lines().next_back().unwrap_or_default();
        let mut known = [Self::Clean, Self::Resolved].into_iter();
        known.find(|state| state.marker_line() == last.trim()).unwrap_or(Self::Open)
    }
}

/// The comment's text. `given` is what `check --format markdown` printed; without it the short form
/// says what matters. Links lead to `allowed` addresses only.
pub(crate) fn render(
    outcome: &CheckReport,
    given: Option<&str>,
    state: CommentState,
    allowed: &[String],
) -> String {
    let marker = format!("{MARKER}v1 sha={} -->", commit_word(&outcome.candidate));
    let wrap = |text: &str| format!("{marker}\n{}\n\n{}\n", text.trim(), state.marker_line());
    let text = match (state, given) {
        (CommentState::Resolved, _) => render_resolved(outcome),
        (_, Some(given)) if given.len() <= MAX_BODY_CHARS => {
            sanitize(without_marker(given), allowed)
        }
        _ => render_short(outcome, allowed),
    };
    let whole = wrap(&text);
    if whole.len() <= MAX_BODY_CHARS { whole } else { wrap(&render_short(outcome, allowed)) }
}

/// A commit for the marker: nothing that could end the HTML comment.
fn commit_word(commit: &str) -> String {
    let safe = |c: &char| c.is_ascii_alphanumeric() || ".-_".contains(*c);
    let kept: String = commit.chars().filter(safe).take(64).collect();
    kept.replace("--", "-")
}

fn without_marker(given: &str) -> &str {
    let text = given.trim_start_matches('\u{feff}').trim_start();
    match text.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

fn render_resolved(outcome: &CheckReport) -> String {
    format!(
        "### Benchmarks: resolved\n\nWhat an earlier run found is gone at {}: {} compared with {}, \
         no change.",
        commit_text(&outcome.candidate),
        text::count_noun(outcome.compared, "series"),
        commit_text(&outcome.base),
    )
}

fn commit_text(id: &str) -> String {
    let short = text::short_commit(&plain(id, MAX_NAME_CHARS));
    if short.is_empty() { "this commit".to_owned() } else { markdown(&short, MAX_NAME_CHARS) }
}

fn render_short(outcome: &CheckReport, allowed: &[String]) -> String {
    let mut out = format!("### Benchmarks: {}\n\n", outcome.counts_text());
    out.push_str(&format!("**{}**", sentence(outcome)));
    out.push_str(&format!(
        " ({} against {})\n",
        commit_text(&outcome.candidate),
        commit_text(&outcome.base)
    ));
    let shown: Vec<&ReportedFinding> = outcome.ordered_findings().take(MAX_ROWS).collect();
    if !shown.is_empty() {
        out.push_str("\n| | Series | Change | Limit |\n|-|:-|-:|-:|\n");
        for finding in &shown {
            out.push_str(&row(finding, allowed));
        }
    }
    let rest = outcome.findings.len() - shown.len();
    if rest > 0 {
        out.push_str(&format!("\nand {} more\n", text::count(rest as u64)));
    }
    if let Some(it) = &outcome.infrastructure {
        out.push_str(&format!(
            "\nInfrastructure: {}. That is not this change's fault.\n",
            it.describe()
        ));
    }
    if let Some(it) = outcome.overridden.as_ref().filter(|it| it.granted != Some(false)) {
        let (actor, reason) = (markdown(&it.actor, 60), markdown(&it.reason, MAX_REASON_CHARS));
        out.push_str(&format!("\nOverridden by {actor}: {reason}\n"));
    }
    for it in outcome.violations.iter().take(MAX_ROWS) {
        let (rule, reason) = (markdown(&it.rule, 60), markdown(&it.reason, MAX_REASON_CHARS));
        out.push_str(&format!("\nTarget missed, {rule}: {reason}\n"));
    }
    let left = outcome.not_compared.len() as u64;
    if left > 0 {
        let reason = markdown(&outcome.not_compared[0].reason, MAX_REASON_CHARS);
        out.push_str(&format!(
            "\n{} not compared (the first: {reason})\n",
            text::count_noun(left, "series")
        ));
    }
    out
}

fn sentence(outcome: &CheckReport) -> String {
    let said = outcome.headline();
    let mut first = said.chars();
    let head = first.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let said = format!("{head}{}", first.as_str());
    match outcome.verdict {
        ReportedDecision::NothingCompared => format!("{said}: this is not a pass"),
        _ => said,
    }
}

fn row(finding: &ReportedFinding, allowed: &[String]) -> String {
    let mark = finding.symbol();
    let word = markdown(&finding.verdict_prefix(), MAX_NAME_CHARS);
    let name = markdown(finding.display_name(), MAX_NAME_CHARS);
    let name = match finding.url.as_deref().and_then(|url| allowed_link(url, allowed)) {
        Some(url) => format!("[{name}]({url})"),
        None => name,
    };
    let values =
        finding.values_text().map(|values| format!("{}, ", markdown(&values, MAX_NAME_CHARS)));
    let values = values.unwrap_or_default();
    let limit = finding.threshold_text().unwrap_or_default();
    let space = if word.is_empty() { "" } else { " " };
    format!("| {mark} | {name} | {values}{word}{space}**{}** | {limit} |\n", finding.change_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(findings: &str) -> CheckReport {
        let text = format!(
            "{{\"verdict\": \"fail\", \"base\": \"b\", \"candidate\": \"c --> x\", \
             \"compared\": 9, \"findings\": {findings}}}"
        );
        CheckReport::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_state_of_a_comment_is_read_back_and_a_strange_one_is_open() {
        for state in [CommentState::Open, CommentState::Clean, CommentState::Resolved] {
            assert_eq!(CommentState::of(&render(&outcome("[]"), None, state, &[])), state);
        }
        assert_eq!(CommentState::of("by hand"), CommentState::Open);
        assert_eq!(CommentState::of("<!-- benchpages:state clean -->\nquoted"), CommentState::Open);
    }

    #[test]
    fn a_text_that_is_too_long_becomes_the_short_form() {
        let names: Vec<String> = (0..5_000)
            .map(|n| {
                let hostile = "@<x>".repeat(50);
                format!("{{\"series\": \"{n}{hostile}\", \"verdict\": \"regressed\"}}")
            })
            .collect();
        let outcome = outcome(&format!("[{}]", names.join(",")));
        let long = render(&outcome, Some(&"é".repeat(40_000)), CommentState::Open, &[]);
        assert!(long.len() <= MAX_BODY_CHARS, "{}", long.len());
        assert!(long.starts_with("<!-- benchpages:pr v1 sha=c-x -->\n### Benchmarks: ▲ 5,000"));
        assert!(long.contains("and 4,990 more"), "{long}");
    }

    #[test]
    fn the_marker_is_ours_whatever_the_text_begins_with() {
        let given = "<!-- benchpages:pr v1 sha=0 -->\n### Benchmarks: x\n<!-- y -->";
        let text = render(&outcome("[]"), Some(given), CommentState::Open, &[]);
        assert_eq!(text.matches("<!--").count(), 2, "{text}");
        assert!(text.contains("\n### Benchmarks: x\n&lt;!-- y -->"), "{text}");
    }
}
