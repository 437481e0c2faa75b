//! Text in Slack's mrkdwn, in a line or a link. Slack has no way to quote a mark, so marks are
//! written as their twins: `*bold*` is `∗bold∗`.

use crate::report::escape::address::LinkTarget;
use crate::report::escape::{one_line, printable};
use model::escaped;
use model::text::escaped::{Escaped, TextFormat};
use model::text::sanitize;

use super::ZERO_WIDTH_SPACE;

/// Slack's mrkdwn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mrkdwn(());

/// Text that Slack may show.
pub(crate) type SlackText = Escaped<Mrkdwn>;

impl TextFormat for Mrkdwn {
    fn push_escaped(out: &mut String, data: &str) {
        let line = printable(data);
        let isolates = sanitize::isolates(&line);
        out.extend(isolates.map(|[open, _]| open));
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
        out.extend(isolates.map(|[_, close]| close));
    }
}

/// At most `max_chars` characters of the data, without space around them.
pub(crate) fn cut(data: &str, max_chars: usize) -> SlackText {
    SlackText::text(&one_line(data, max_chars))
}

/// A link.
pub(crate) fn link(text: SlackText, target: &LinkTarget) -> SlackText {
    let target = SlackText::made_by(Mrkdwn(()), target.as_str().to_owned());
    escaped!["<", target, "|", text, ">"]
}

/// Whom a message calls, as Slack writes it; none for what is neither a group of all nor an id.
///
/// A display name mentions nobody, so it is none either.
pub(crate) fn mention(name: &str) -> Option<SlackText> {
    let bare = name.trim().trim_start_matches('@');
    // Slack's ids begin with the kind: U and W are people, S is a group.
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let is_id = (6..=30).contains(&bare.len()) && bare.chars().all(is_upper);
    let mention = match bare.chars().next()? {
        _ if ["here", "channel", "everyone"].contains(&bare) => format!("<!{bare}>"),
        'U' | 'W' if is_id => format!("<@{bare}>"),
        'S' if is_id => format!("<!subteam^{bare}>"),
        _ => return None,
    };
    Some(SlackText::made_by(Mrkdwn(()), mention))
}
