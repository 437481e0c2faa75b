//! The one place that makes text harmless for the program that will read it.
//!
//! Names, units, reasons and error messages come from strangers: a pull request of a fork brings
//! its own results. Each target has one function here, and whoever writes a report calls it at the
//! place where the text is written, not before: `markdown` (GitHub), `title` (GitHub's titles),
//! `slack`, `xml`, `log_line` (terminals and logs), `message` (SARIF), `command_data` and
//! `command_property` (workflow commands). [`document`] does the same for a whole Markdown text
//! that another job wrote, [`address`] for links.
//!
//! Example: `markdown("@team: see [x](//evil)", 100)` is
//! `&#64;&#8203;team: see &#91;x&#93;&#40;//evil&#41;`, which a reader sees as it was typed, and in
//! which GitHub finds neither a mention nor a link.

pub(crate) mod address;
pub(crate) mod document;

use model::text::sanitize;

/// Put between a mark and what it would act on. GitHub looks for mentions and references after it
/// has decoded entities, so that only a character in between helps; this one shows nothing.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// One line of at most `max_chars` characters, an ellipsis included where something was cut. Line
/// ends and other controls are spaces, and characters that hide or turn text are U+FFFD: a reader
/// should see that something was there.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Our own numbers have a narrow no-break space before their unit.
            '\u{202f}' => line.push(c),
            c if c.is_control() || c.is_whitespace() => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c if sanitize::is_hidden(c) => line.push('\u{fffd}'),
            c => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    if let Some((end, _)) = line.char_indices().nth(max_chars) {
        line.truncate(end);
        line.pop();
        line.push('…');
    }
    line
}

/// Text in GitHub's Markdown: in a paragraph, a heading, a list, a table or the text of a link.
/// Nothing in it becomes markup, a mention, a reference to an issue or a link. At most `max_chars`
/// characters of it are shown.
pub(crate) fn markdown(text: &str, max_chars: usize) -> String {
    let line = one_line(text, max_chars);
    let mut out = String::with_capacity(line.len() * 2);
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let (head, tail) = (&line[..at], &line[at + c.len_utf8()..]);
        match c {
            '@' | '#' => {
                push_entity(&mut out, c);
                out.push_str("&#8203;");
            }
            // The scheme of an address, or the first colon of `:tada:`.
            ':' if tail.starts_with("//") || is_emoji_name(tail) => out.push_str(":&#8203;"),
            '.' if ends_with(head, "www") => out.push_str("&#8203;."),
            '-' if is_issue_key(head, tail) => out.push_str("&#45;&#8203;"),
            // Inside a word it means nothing, and names are full of it.
            '_' if before.is_alphanumeric() && tail.starts_with(char::is_alphanumeric) => {
                out.push(c);
            }
            // A line that begins with these would begin a list or underline a heading.
            '-' if at == 0 => push_entity(&mut out, c),
            '.' if is_list_number(head, tail) => push_entity(&mut out, c),
            // The union of what CommonMark, GFM and GitHub's formulas and templates act on. Quotes
            // are among them for users' templates, which may put a name into an attribute.
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')'
            | '\\' | '!' | '$' | '{' | '}' | '+' | '=' | '^' => push_entity(&mut out, c),
            c => out.push(c),
        }
        before = c;
    }
    out
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

fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|from| text.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Whether a hyphen between these is that of `GH-123`, a reference to an issue.
fn is_issue_key(head: &str, tail: &str) -> bool {
    ends_with(head, "gh") && tail.starts_with(|next: char| next.is_ascii_digit())
}

/// Whether a dot between these is that of `1. `, which begins a list.
fn is_list_number(head: &str, tail: &str) -> bool {
    let number = !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_digit());
    number && (tail.is_empty() || tail.starts_with(' '))
}

/// Whether what follows a colon makes it the first of an emoji's name.
fn is_emoji_name(tail: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    let name = tail.split_once(':').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(is_letter))
}

/// The title of an issue on GitHub, which is no Markdown but takes mentions and references.
pub(crate) fn title(text: &str, max_chars: usize) -> String {
    break_references(&one_line(text, max_chars))
}

/// Text in Slack's mrkdwn, in a line or a link. Slack has no way to quote a mark: marks are
/// written as their twins.
pub(crate) fn slack(text: &str, max_chars: usize) -> String {
    let mut out = String::new();
    let line = one_line(text, max_chars);
    let mut before = ' ';
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '*' => out.push('∗'),
            '~' => out.push('∼'),
            '`' => out.push('ˋ'),
            '|' => out.push('¦'),
            // Within a word it formats nothing.
            '_' if !before.is_alphanumeric() || !next.is_alphanumeric() => {
                out.extend([ZERO_WIDTH_SPACE, c]);
            }
            ':' | '@' | '#' if !next.is_whitespace() => out.extend([c, ZERO_WIDTH_SPACE]),
            _ => out.push(c),
        }
        before = c;
    }
    out
}

/// Text and attribute values of XML: a runner of GitHub obeys `##[…]` anywhere in a log.
pub(crate) fn xml(text: &str) -> String {
    sanitize::markup(text).replace("##[", "#&#35;[")
}

/// Text for a log, which a terminal may show and a runner of GitHub reads.
pub(crate) fn log_line(text: &str) -> String {
    sanitize::line(text).replace("##[", "## [")
}

/// JSON for a log: the same bytes to a parser, without what a runner of GitHub obeys.
pub(crate) fn json_for_logs(text: &str) -> String {
    text.replace("#[", "\\u0023[")
}

/// Text that GitHub shows as Markdown although its format is not Markdown (the messages of SARIF):
/// without what would be a mention, a reference or a link. Brackets are links of SARIF itself.
pub(crate) fn message(text: &str) -> String {
    break_references(&log_line(text).replace('[', "(").replace(']', ")"))
}

/// Puts a space that shows nothing into every mention, reference and address.
fn break_references(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
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
    out
}

/// The message of a workflow command of GitHub Actions.
pub(crate) fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace("##[", "## [")
}

/// A property of a workflow command.
pub(crate) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
