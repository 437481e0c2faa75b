//! Names from data, made harmless for where they are shown: GitHub's Markdown and Slack's mrkdwn.
//! Nothing that comes out mentions a person, links, formats, reorders text or leaves its line.

use model::text::sanitize;

/// Between a mark and what it would act on. GitHub looks for mentions and references after it has
/// decoded entities, so that only a character between helps; this one shows nothing.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// Longer addresses are cut by mail programs and browsers.
const MAX_LINK_CHARS: usize = 2_000;

/// One line of at most `most` characters, without controls and without characters that show nothing
/// or turn the direction of text.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let shown = text.chars().filter(|c| !sanitize::is_hidden(*c));
    let spaced: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = String::new();
    for word in spaced.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(most) {
        None => line,
        Some((end, _)) => {
            line.truncate(end);
            line.pop();
            line.push('…');
            line
        }
    }
}

/// A name as text of GitHub's Markdown, in a paragraph, a heading, a link or a table.
pub(crate) fn markdown(text: &str, most: usize) -> String {
    let line = plain(text, most);
    let mut out = String::with_capacity(line.len() * 2);
    for (at, c) in line.char_indices() {
        match c {
            '@' => out.extend([c, ZERO_WIDTH_SPACE]),
            '#' => out.extend(['&', '#', '3', '5', ';', ZERO_WIDTH_SPACE]),
            // `GH-12` is a reference, `www.` begins a link.
            '-' if ends_with(&line[..at], "gh") => out.extend([c, ZERO_WIDTH_SPACE]),
            '.' if ends_with(&line[..at], "www") => out.extend([c, ZERO_WIDTH_SPACE]),
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')'
            | '\\' | ':' | '!' | '$' | '{' | '}' | '+' | '=' => {
                out.push_str(&format!("&#{};", c as u32));
            }
            _ => out.push(c),
        }
    }
    // A name at the beginning of a line must not begin a list.
    let number = out.trim_start_matches(|c: char| c.is_ascii_digit());
    let list = out.starts_with('-') || (number.len() < out.len() && number.starts_with('.'));
    match out.chars().next() {
        Some(c) if list => format!("&#{};{}", c as u32, &out[1..]),
        _ => out,
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|from| text.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// A name as text of Slack's mrkdwn, in a line or a link. Marks that Slack has no way to quote are
/// written as their twins.
pub(crate) fn mrkdwn(text: &str, most: usize) -> String {
    let mut out = String::new();
    let line = plain(text, most);
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
            // Within a word it forms nothing.
            '_' if !before.is_alphanumeric() || !next.is_alphanumeric() => {
                out.extend([ZERO_WIDTH_SPACE, c])
            }
            ':' | '@' | '#' if !next.is_whitespace() => out.extend([c, ZERO_WIDTH_SPACE]),
            _ => out.push(c),
        }
        before = c;
    }
    out
}

/// An address that may stand in a link: under one of `allowed`, without what ends a link in
/// Markdown, HTML or mrkdwn.
pub(crate) fn allowed_link<'a>(url: &'a str, allowed: &[String]) -> Option<&'a str> {
    let harmless = |byte: u8| byte.is_ascii_graphic() && !b"<>\"'`\\|()[]{}^@*&".contains(&byte);
    let known = allowed.iter().any(|start| is_under(url, start));
    (url.len() <= MAX_LINK_CHARS && url.bytes().all(harmless) && known).then_some(url)
}

/// Whether an address is `start` or lies below it.
pub(crate) fn is_under(url: &str, start: &str) -> bool {
    let start = start.trim_end_matches('/');
    let rest = url.strip_prefix(start);
    let within = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    // `..` would lead out again.
    within && !url.contains("/../") && !url.ends_with("/..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTILE: &str = "x|y `@octocat` #12 <script> [a](https://e.org) www.e.org **b** \
                           \u{202e}gnp.exe a&amp;b\n# h ![i](j) owner/r#1 GH-7 :tada: \\ $m$";

    #[test]
    fn a_name_in_markdown_is_only_text() {
        let mut page = String::new();
        let text = markdown(HOSTILE, 1_000);
        pulldown_cmark::html::push_html(&mut page, pulldown_cmark::Parser::new(&text));
        let inside = page.trim().strip_prefix("<p>").unwrap().strip_suffix("</p>").unwrap();
        assert!(!inside.contains(['<', '\n', '\u{202e}']), "{page}");
        for mark in ["@o", "#12", "r#1", "GH-7", "www.e"] {
            assert!(!inside.contains(mark), "{mark}: {page}");
        }
        for mark in [":tada:", "://", "|", "&amp;b", "$m$"] {
            assert!(!text.contains(mark), "{mark}: {text}");
        }
        assert_eq!(markdown("sum even", 20), "sum even");
        assert_eq!(markdown("- a", 20), "&#45; a");
        assert_eq!(markdown("1. a", 20), "&#49;. a");
        assert_eq!(markdown("919ad74", 20), "919ad74");
    }

    #[test]
    fn a_name_in_mrkdwn_is_only_text() {
        let text = mrkdwn("<!channel> <@U1|x> *b* `c` ~d~ _e_ :tada: a&b @here\n> q", 1_000);
        for mark in ["<", ">", "*", "`", "~", "_e_", ":tada:", "|", "@here", "\n"] {
            assert!(!text.contains(mark), "{mark}: {text}");
        }
        assert_eq!(mrkdwn("a&b <c>", 20), "a&amp;b &lt;c&gt;");
    }

    #[test]
    fn only_known_addresses_become_links() {
        let known = ["https://o.github.io/r/".to_owned()];
        for url in ["https://o.github.io/r", "https://o.github.io/r/diff/a..b/#x"] {
            assert!(allowed_link(url, &known).is_some(), "{url}");
        }
        for url in [
            "https://o.github.io/rx/",
            "https://evil.org/",
            "javascript:alert(1)",
            "//evil.org",
            "https://o.github.io/r/../x",
            "https://o.github.io/r/)[x](y",
            "https://o.github.io/r/ x",
            "https://o.github.io/r/|x",
            "https://o.github.io/r/>",
            "https://o.github.io@evil.org/",
        ] {
            assert!(allowed_link(url, &known).is_none(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_one_short_line(text in any::<String>(), most in 1..60_usize) {
            let line = plain(&text, most);
            prop_assert!(line.chars().count() <= most);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert!(!markdown(&text, most).contains(['<', '`', '|', '[', '\\']));
            prop_assert!(!mrkdwn(&text, most).contains(['<', '>', '`', '*']));
        }
    }
}
