//! Names come from strangers: how text is written where something would obey it.

use model::record::shorten;
use model::text::sanitize;

/// Text for a GitHub comment. Nothing in it becomes markup, a mention, a reference to an issue or
/// a link: GitHub looks for the last three in the text that a reader sees, so an invisible space
/// stands in them too. At most `most` characters of it are shown.
pub(crate) fn markdown(text: &str, most: usize) -> String {
    let one_line: String = text.chars().map(visible).collect();
    let cut = shorten(one_line.trim(), most);
    let mut out = String::with_capacity(cut.len() * 2);
    let mut before = ' ';
    for (at, c) in cut.char_indices() {
        let rest = &cut[at..];
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '`' => out.push_str("&#96;"),
            '[' => out.push_str("&#91;"),
            ']' => out.push_str("&#93;"),
            '*' => out.push_str("&#42;"),
            '~' => out.push_str("&#126;"),
            '\\' => out.push_str("&#92;"),
            '$' => out.push_str("&#36;"),
            '!' => out.push_str("&#33;"),
            '@' => out.push_str("&#64;&#8203;"),
            '#' => out.push_str("&#35;&#8203;"),
            // Inside a word it means nothing, and names are full of it.
            '_' if before.is_alphanumeric() && is_letter_after(rest) => out.push('_'),
            '_' => out.push_str("&#95;"),
            ':' if rest.starts_with("://") => out.push_str(":&#8203;"),
            '.' if ends_www(&cut[..at]) => out.push_str("&#8203;."),
            '-' if is_gh_number(&cut[..at], rest) => out.push_str("&#45;&#8203;"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

fn is_letter_after(rest: &str) -> bool {
    rest.chars().nth(1).is_some_and(char::is_alphanumeric)
}

fn ends_www(before: &str) -> bool {
    before.len() >= 3 && before.as_bytes()[before.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// `GH-123` is a reference to an issue.
fn is_gh_number(before: &str, rest: &str) -> bool {
    let gh = before.len() >= 2 && before.as_bytes()[before.len() - 2..].eq_ignore_ascii_case(b"gh");
    gh && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

/// What a reader can see: no line ends, no control characters, no marks that turn text around.
fn visible(c: char) -> char {
    match c {
        c if c.is_control() || c.is_whitespace() && c != '\u{202f}' => ' ',
        c if sanitize::is_hidden(c) => '\u{fffd}',
        c => c,
    }
}

/// Text and attribute values of XML: a runner of GitHub obeys `##[…]` anywhere in a log.
pub(crate) fn xml(text: &str) -> String {
    sanitize::markup(text).replace("##[", "#&#35;[")
}

/// Text for a log, which a terminal may show and a runner of GitHub reads.
pub(crate) fn log_line(text: &str) -> String {
    sanitize::line(text).replace("##[", "## [")
}

/// Text that GitHub shows as Markdown although its format is not Markdown (the messages of SARIF):
/// without what would be a mention, a reference or a link. Brackets are links of SARIF itself.
pub(crate) fn message(text: &str) -> String {
    let line = log_line(text).replace('[', "(").replace(']', ")");
    let mut out = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        out.push(c);
        let rest = &line[at..];
        let apart = match c {
            '@' | '#' => true,
            ':' => rest.starts_with("://"),
            '.' => ends_www(&line[..at]),
            '-' => is_gh_number(&line[..at], rest),
            _ => false,
        };
        if apart {
            out.push('\u{200b}');
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
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_obeyed_in_markdown() {
        for (name, bad) in [
            ("a|b", "|"),
            ("`code`", "`"),
            ("<script>", "<"),
            ("[x](http://evil)", "["),
            ("![x](y)", "!["),
            ("hello @team", "@"),
            ("see #123", "#1"),
            ("GH-12", "GH-1"),
            ("http://evil.example", "://"),
            ("www.evil.example", "www."),
            ("**bold** _it_ ~~no~~", "*"),
            ("_it_", "_"),
            ("a\n### b", "\n"),
            ("\u{202e}gnp", "\u{202e}"),
            ("-->", ">"),
        ] {
            let escaped = markdown(name, 100);
            assert!(!escaped.contains(bad), "{name}: {escaped}");
        }
        assert_eq!(markdown("sum_even_squares · julia", 100), "sum_even_squares · julia");
        assert!(markdown("@a", 100).starts_with("&#64;"));
    }

    proptest::proptest! {
        #[test]
        fn escaped_text_has_no_markup_left(text in "\\PC{0,60}") {
            let escaped = markdown(&text, 1000);
            proptest::prop_assert!(!escaped.contains(['<', '>', '|', '`', '[', ']', '@', '\n']));
            proptest::prop_assert!(!xml(&text).contains(['<', '>', '"']));
            let data = command_data(&text);
            proptest::prop_assert!(!data.contains(['\n', '\r']));
        }
    }
}
