//! Texts that are no Markdown, and in which GitHub looks for mentions, references and addresses all
//! the same: the title of an issue, a message of SARIF.

use crate::report::escape::{ends_with, is_emoji_name, is_issue_key, one_line};
use model::text::escaped::{Escaped, TextFormat};
use model::text::sanitize;

use super::ZERO_WIDTH_SPACE;

/// The title of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title(());

/// Text for the title of an issue.
pub(crate) type TitleText = Escaped<Title>;

impl TextFormat for Title {
    fn push_escaped(out: &mut String, data: &str) {
        push_inert(out, &sanitize::line(data));
    }
}

/// At most `max_chars` characters of the data, without space around them.
pub(crate) fn title(data: &str, max_chars: usize) -> TitleText {
    TitleText::text(&one_line(data, max_chars))
}

/// A message of SARIF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sarif(());

/// Text for a message of SARIF.
pub(crate) type SarifText = Escaped<Sarif>;

impl TextFormat for Sarif {
    /// Brackets are links of SARIF itself.
    fn push_escaped(out: &mut String, data: &str) {
        push_inert(out, &sanitize::line(data).replace('[', "(").replace(']', ")"));
    }
}

/// Appends a line with a space that shows nothing in every mention, reference and address.
fn push_inert(out: &mut String, line: &str) {
    let isolates = sanitize::isolates(line);
    out.extend(isolates.map(|[open, _]| open));
    for (at, c) in line.char_indices() {
        out.push(c);
        let (head, tail) = (&line[..at], &line[at + c.len_utf8()..]);
        let acts = match c {
            '@' | '#' => true,
            ':' => tail.starts_with("//") || is_emoji_name(tail),
            '.' => ends_with(head, "www"),
            '-' => is_issue_key(head, tail),
            _ => false,
        };
        if acts {
            out.push(ZERO_WIDTH_SPACE);
        }
    }
    out.extend(isolates.map(|[_, close]| close));
}
