//! The text of a comment: the marker that finds it again, the comment that `check` writes, and
//! whether the result was good or bad.
//!
//! The result is written by the one comment writer, [`crate::report::markdown`], unless the caller
//! gives what `check --format markdown` printed, which a project's own template may have made.

use crate::report::escape::document::sanitize;
use crate::report::escape::markdown::{MarkdownText, cut};
use crate::report::escape::one_line;
use crate::report::markdown::{self, LinkTargets, MAX_BYTES};
use crate::report::wire::CheckFile;
use model::{escaped, text};

const MAX_NAME_CHARS: usize = 200;

/// What the last line of a comment says of its result.
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

    /// The state of a comment of ours. One without a state had something to say: versions before
    /// this line commented only then.
    pub(crate) fn of(body: &str) -> Self {
        let last = body.trim_end().lines().next_back().unwrap_or_default();
        let mut states = [Self::Clean, Self::Resolved].into_iter();
        states.find(|state| state.marker_line() == last.trim()).unwrap_or(Self::Open)
    }
}

/// The comment's text. `given` is what `check --format markdown` printed. Links lead to `allowed`
/// addresses only.
pub(crate) fn render(
    check: &CheckFile,
    given: Option<&str>,
    state: CommentState,
    allowed: &[String],
) -> MarkdownText {
    let marker = markdown::marker(check);
    let body = match (state, given) {
        (CommentState::Resolved, _) => escaped![marker, "\n", resolved_text(check), "\n"],
        (_, Some(given)) if given.len() <= MAX_BYTES => {
            let text = sanitize(without_marker(given).trim(), allowed);
            escaped![marker, "\n", text, "\n"]
        }
        _ => check_text(check, allowed),
    };
    // Making a text harmless makes it longer.
    let body = with_state(body, state);
    if body.len() <= MAX_BYTES { body } else { with_state(check_text(check, allowed), state) }
}

fn with_state(body: MarkdownText, state: CommentState) -> MarkdownText {
    escaped![body, "\n", state.marker_line(), "\n"]
}

/// What the comment writer says, with the marker.
fn check_text(check: &CheckFile, allowed: &[String]) -> MarkdownText {
    // Only a user's template can fail, and none is given; the heading would still tell the result.
    markdown::render_check(check, LinkTargets::Below(allowed), None).unwrap_or_else(|_| {
        let heading = MarkdownText::text(&check.counts_text());
        let marker = markdown::marker(check);
        escaped![marker, "\n### Benchmarks: ", heading, "\n"]
    })
}

fn without_marker(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

fn resolved_text(check: &CheckFile) -> MarkdownText {
    let series = MarkdownText::text(&text::count_noun(check.compared as u64, "series"));
    let (candidate, base) =
        (commit_text(check.candidate.as_deref()), commit_text(check.base.as_deref()));
    let mut text = escaped!["### Benchmarks: resolved\n\nEarlier findings are gone at ", candidate];
    text.push(": ").push(series).push(" compared with ").push(base).push(", no change.");
    text
}

/// A commit in Markdown, short.
pub(crate) fn commit_text(id: Option<&str>) -> MarkdownText {
    let short = text::short_commit(&one_line(id.unwrap_or_default(), MAX_NAME_CHARS));
    if short.is_empty() { "this commit".into() } else { cut(&short, MAX_NAME_CHARS) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::received::ReceivedCheck;

    fn check(findings: &str) -> CheckFile {
        let text = format!(
            "{{\"verdict\": \"fail\", \"base\": \"b\", \"candidate\": \"c --> x\", \
             \"compared\": 9, \"findings\": {findings}}}"
        );
        ReceivedCheck::read(text.as_bytes()).unwrap().check
    }

    #[test]
    fn the_state_of_a_comment_is_read_back_and_a_strange_one_is_open() {
        for state in [CommentState::Open, CommentState::Clean, CommentState::Resolved] {
            assert_eq!(CommentState::of(&render(&check("[]"), None, state, &[])), state);
        }
        assert_eq!(CommentState::of("by hand"), CommentState::Open);
        assert_eq!(CommentState::of("<!-- benchpages:state clean -->\nquoted"), CommentState::Open);
    }

    #[test]
    fn a_text_that_is_too_long_is_written_anew() {
        let names: Vec<String> = (0..5_000)
            .map(|n| {
                let hostile = "@<x>".repeat(50);
                format!(
                    "{{\"series\": \"{n}{hostile}\", \"verdict\": \"regressed\", \"unit\": \
                     \"ns\", \"change\": 1}}"
                )
            })
            .collect();
        let check = check(&format!("[{}]", names.join(",")));
        let long = render(&check, Some(&"é".repeat(40_000)), CommentState::Open, &[]);
        assert!(long.len() <= MAX_BYTES, "{}", long.len());
        let (marker, rest) = long.split_once('\n').unwrap();
        assert!(marker.starts_with("<!-- benchpages:pr v1 sha=c-x~"), "{marker}");
        assert!(rest.starts_with("### Benchmarks: ▲ 5,000"), "{rest}");
        assert!(long.contains("and 4,990 more"), "{long}");
        assert_eq!(long.matches("-->").count(), 2, "{long}");
    }

    #[test]
    fn the_marker_is_ours_whatever_the_text_begins_with() {
        let given = "<!-- benchpages:pr v1 sha=0 -->\n### Benchmarks: x\n<!-- y -->";
        let text = render(&check("[]"), Some(given), CommentState::Open, &[]);
        assert_eq!(text.matches("<!--").count(), 2, "{text}");
        assert!(text.contains("\n### Benchmarks: x\n&lt;!-- y -->"), "{text}");
    }
}
