//! The escapers of reports: the only places where data becomes text of an output.
//!
//! Names, units, reasons and error messages come from strangers: a pull request of a fork brings
//! its own results. Each output is a type ([`model::text::escaped`]) whose text only its module
//! makes: [`markdown`], [`slack`], [`workflow`], [`json`], and [`references`] for titles of issues
//! and messages of SARIF; XML and terminals have theirs in [`model::text`]. So a string that was
//! not escaped is no part of an output, and nobody has to remember it.
//!
//! [`document`] does the same for a whole Markdown text that another job wrote, [`template`] for
//! what a user's template writes, [`address`] for the targets of links.

pub(crate) mod address;
pub(crate) mod document;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod prometheus;
pub(crate) mod references;
pub(crate) mod slack;
pub(crate) mod template;
pub(crate) mod workflow;

use model::text::sanitize;

/// Put between a mark and what it would act on. GitHub looks for mentions and references after it
/// has decoded entities, so that only a character in between helps; this one shows nothing.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// One line of at most `max_chars` characters, an ellipsis included where something was cut, and
/// without space around it: data still, which no output takes.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = printable(text).trim().to_owned();
    if let Some((end, _)) = line.char_indices().nth(max_chars) {
        line.truncate(end);
        line.pop();
        line.push('…');
    }
    line
}

/// One line. Line ends and other controls are spaces, of which one stands for several, and
/// characters that hide or turn text are U+FFFD: a reader should see that something was there.
fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Our own numbers have a narrow no-break space before their unit.
            '\u{202f}' => line.push(c),
            c if c.is_control() || c.is_whitespace() => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c if sanitize::is_hidden(c) => line.push('\u{fffd}'),
            c => line.push(c),
        }
    }
    line
}

fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|from| text.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Whether a hyphen between these is that of `GH-123`, a reference to an issue.
fn is_issue_key(head: &str, tail: &str) -> bool {
    ends_with(head, "gh") && tail.starts_with(|next: char| next.is_ascii_digit())
}

/// Whether what follows a colon makes it the first of an emoji's name.
fn is_emoji_name(tail: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    let name = tail.split_once(':').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(is_letter))
}

#[cfg(test)]
mod tests;
