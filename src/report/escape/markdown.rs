//! Text in GitHub's Markdown: in a paragraph, a heading, a list, a table or the text of a link.
//!
//! Nothing of the data becomes markup, a mention, a reference to an issue, an emoji or a link.
//! Example: `@team: see [x](//evil)` is `&#64;&#8203;team: see &#91;x&#93;&#40;//evil&#41;`. A
//! reader sees it as it was typed, and GitHub finds neither a mention nor a link in it.

use crate::report::escape::address::LinkTarget;
use crate::report::escape::{ends_with, is_emoji_name, is_issue_key, one_line, printable};
use model::escaped;
use model::text::escaped::{Escaped, TextFormat};
use model::text::sanitize;

/// GitHub's Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Markdown(pub(super) ());

/// Text that GitHub may render.
pub(crate) type MarkdownText = Escaped<Markdown>;

impl TextFormat for Markdown {
    fn push_escaped(out: &mut String, data: &str) {
        let line = printable(data);
        let isolates = sanitize::isolates(&line);
        isolates.iter().for_each(|[open, _]| push_entity(out, *open));
        let mut before = ' ';
        for (at, c) in line.char_indices() {
            let (head, tail) = (&line[..at], &line[at + c.len_utf8()..]);
            push_char(out, c, Place { head, tail, before });
            before = c;
        }
        isolates.iter().for_each(|[_, close]| push_entity(out, *close));
    }
}

/// What stands around a character.
#[derive(Clone, Copy)]
struct Place<'a> {
    head: &'a str,
    tail: &'a str,
    before: char,
}

impl Place<'_> {
    /// Whether the character may be the first of its line.
    fn is_start(self) -> bool {
        self.head.trim_start().is_empty()
    }

    /// Whether a dot here is that of `1. `, which begins a list.
    fn ends_list_number(self) -> bool {
        let head = self.head.trim_start();
        let is_number = !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (self.tail.is_empty() || self.tail.starts_with(' '))
    }
}

fn push_char(out: &mut String, c: char, place: Place<'_>) {
    let Place { head, tail, before } = place;
    match c {
        '@' | '#' => {
            push_entity(out, c);
            out.push_str("&#8203;");
        }
        // The scheme of an address, or the first colon of `:tada:`.
        ':' if tail.starts_with("//") || is_emoji_name(tail) => out.push_str(":&#8203;"),
        '.' if ends_with(head, "www") => out.push_str("&#8203;."),
        '-' if is_issue_key(head, tail) => out.push_str("&#45;&#8203;"),
        // Inside a word it means nothing, and names are full of it.
        '_' if before.is_alphanumeric() && tail.starts_with(char::is_alphanumeric) => out.push(c),
        // A line that begins with these would begin a list or underline a heading; a number with
        // a sign does not.
        '+' if !place.is_start() || tail.starts_with(|next: char| next.is_ascii_digit()) => {
            out.push(c);
        }
        '-' if place.is_start() => push_entity(out, c),
        '.' if place.ends_list_number() => push_entity(out, c),
        // The union of what CommonMark, GFM and GitHub's formulas and templates act on. Quotes
        // are among them for users' templates, which may put a name into an attribute.
        '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')'
        | '\\' | '!' | '$' | '{' | '}' | '+' | '=' | '^' => push_entity(out, c),
        c => out.push(c),
    }
}

/// The four that everybody knows by name, all others by number.
fn push_entity(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push_str(&format!("&#{};", u32::from(c))),
    }
}

/// At most `max_chars` characters of the data, without space around them.
pub(crate) fn cut(data: &str, max_chars: usize) -> MarkdownText {
    MarkdownText::text(&one_line(data, max_chars))
}

/// A link.
pub(crate) fn link(text: MarkdownText, target: &LinkTarget) -> MarkdownText {
    let target = MarkdownText::made_by(Markdown(()), target.as_str().to_owned());
    escaped!["[", text, "](", target, ")"]
}

/// Commands as a block of code, a line each. A line of code cannot be escaped: what would end the
/// block, or hide in it, becomes `?`.
pub(crate) fn command_block(commands: &[String]) -> MarkdownText {
    let is_plain = |c: char| c != '`' && !c.is_control() && !sanitize::is_hidden(c);
    let line = |command: &String| -> String {
        command.chars().map(|c| if is_plain(c) { c } else { '?' }).collect()
    };
    let lines: Vec<String> = commands.iter().map(line).collect();
    MarkdownText::made_by(Markdown(()), format!("```sh\n{}\n```", lines.join("\n")))
}

/// An id in an HTML comment, which no reader sees. Only letters, digits and `-._~%` stay: none of
/// them ends the comment.
pub(crate) fn marker_id(id: &str) -> MarkdownText {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
    let id = id.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    MarkdownText::made_by(Markdown(()), id)
}

/// The longest beginning of a text that has at most `max_bytes`.
pub(crate) fn truncated(text: MarkdownText, max_bytes: usize) -> MarkdownText {
    let mut text = text.into_string();
    let boundary = (0..=max_bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(boundary.unwrap_or_default());
    MarkdownText::made_by(Markdown(()), text)
}

/// The text with at most one empty line at a time, and a line end.
pub(crate) fn without_gaps(text: &MarkdownText) -> MarkdownText {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.trim().lines() {
        if !line.trim().is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line.trim_end());
        }
    }
    MarkdownText::made_by(Markdown(()), lines.join("\n") + "\n")
}
