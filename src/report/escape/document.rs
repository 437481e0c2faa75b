//! Markdown that a stranger's job may have written, made fit to be posted in our name: no mention,
//! no reference, no image, no HTML but what our own comments need, no link but to known places.

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::address::is_under;
use super::markdown::{Markdown, MarkdownText};
use super::{ZERO_WIDTH_SPACE, ends_with};
use model::text::sanitize::is_hidden;

/// HTML that comments of `check` use; without attributes it can do nothing else.
const TAGS: [&str; 8] =
    ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<br>", "<br/>"];
/// Looking for links anew; a text that needs more loses all of them.
const MAX_ROUNDS: usize = 8;

/// The text without what could act. Links are kept where they lead under one of `allowed`.
pub(crate) fn sanitize(text: &str, allowed: &[String]) -> MarkdownText {
    MarkdownText::made_by(Markdown(()), inert(text, allowed))
}

fn inert(text: &str, allowed: &[String]) -> String {
    // HTML first: it decides what is a link. Then definitions, which links elsewhere refer to.
    let text = neutralize(&decode_entities(&without_html(text)));
    let mut text = break_addresses(&text, allowed).replace("]:", "]\\:");
    // A bracket that is taken may make a link of those behind it.
    for _ in 0..MAX_ROUNDS {
        match unlink(&text, allowed) {
            Some(next) => text = next,
            None => return text,
        }
    }
    escape_brackets(&text)
}

/// Every opening bracket escaped once: of two backslashes before it, one would escape the other.
fn escape_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_escaped = false;
    for c in text.chars() {
        if c == '[' && !is_escaped {
            out.push('\\');
        }
        out.push(c);
        is_escaped = c == '\\' && !is_escaped;
    }
    out
}

fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match TAGS.iter().find(|tag| rest.starts_with(**tag)) {
            Some(tag) => {
                out.push_str(tag);
                rest = &rest[tag.len()..];
            }
            None => {
                out.push_str("&lt;");
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Entities that hide what GitHub acts on, as the characters that they stand for: it decodes them
/// before it looks for mentions. All others stay entities.
fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match hidden_char(rest) {
            Some((c, length)) => {
                out.push(c);
                rest = &rest[length..];
            }
            None => {
                out.push_str(if is_entity(rest) { "&" } else { "&amp;" });
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether a text begins with an entity, by its form.
fn is_entity(text: &str) -> bool {
    // The longest name has 31 characters.
    let Some(end) = text.bytes().take(40).position(|byte| byte == b';') else { return false };
    let name = &text[1..end];
    let all = |text: &str, fits: fn(u8) -> bool| !text.is_empty() && text.bytes().all(fits);
    match name.strip_prefix('#').map(|rest| (rest, rest.strip_prefix(['x', 'X']))) {
        None => all(name, |byte| byte.is_ascii_alphanumeric()),
        Some((_, Some(hex))) => all(hex, |byte| byte.is_ascii_hexdigit()),
        Some((digits, None)) => all(digits, |byte| byte.is_ascii_digit()),
    }
}

/// The character of an entity that begins the text, and the entity's length; only of those that
/// make names, numbers, mentions, references and addresses, and that hide or turn text.
fn hidden_char(text: &str) -> Option<(char, usize)> {
    // An entity has at most 7 digits (CommonMark, 2.5).
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let c = match &text[1..end] {
        "commat" => '@',
        "num" => '#',
        "colon" => ':',
        "period" => '.',
        "sol" => '/',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    // Our own reports have these three as entities.
    let turns = is_hidden(c) && !"\u{200b}\u{2068}\u{2069}".contains(c);
    (c.is_ascii_alphanumeric() || "@#-/:.".contains(c) || turns).then_some((c, end + 1))
}

/// Breaks mentions and references. `#1` after a `/` is the end of an address, and no reference.
fn neutralize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if c.is_control() && c != '\n' && c != '\t' {
            continue;
        }
        out.push(if is_hidden(c) { '\u{fffd}' } else { c });
        let rest = &text[at + c.len_utf8()..];
        let digit = rest.starts_with(|next: char| next.is_ascii_digit());
        let reference = c == '#' && digit && !matches!(before, '&' | '/');
        let short = c == '-' && digit && matches!(before, 'h' | 'H');
        if c == '@' || reference || short {
            out.push(ZERO_WIDTH_SPACE);
        }
        // A backslash escapes what follows, and is gone when GitHub looks. The second of two stays.
        let escapes = c == '\\' && !is_escaped;
        if !escapes {
            before = c;
        }
        is_escaped = escapes;
    }
    out
}

/// Breaks addresses that GitHub would make a link of by themselves, unless they lead under one of
/// `allowed`.
fn break_addresses(text: &str, allowed: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        out.push(c);
        let (head, tail) = (&text[..at], &text[at + c.len_utf8()..]);
        let breaks = match c {
            ':' if tail.starts_with("//") => !is_allowed(address_around(text, at), allowed),
            '.' => ends_with(head, "www"),
            _ => false,
        };
        if breaks {
            out.push(ZERO_WIDTH_SPACE);
        }
    }
    out
}

/// The address whose scheme ends at `colon`.
fn address_around(text: &str, colon: usize) -> &str {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let ends = |c: char| c.is_whitespace() || "()[]<>|\"'`\\*".contains(c);
    let from = text[..colon].trim_end_matches(is_scheme).len();
    let to = text[colon..].find(ends).map_or(text.len(), |length| colon + length);
    &text[from..to]
}

/// Takes the brackets of images and foreign links: their text stays. None where there are none.
fn unlink(text: &str, allowed: &[String]) -> Option<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut marks: Vec<usize> = Vec::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let foreign = match &event {
            Event::Start(Tag::Image { .. }) => true,
            Event::Start(Tag::Link { dest_url, .. }) => !is_allowed(dest_url, allowed),
            _ => false,
        };
        if foreign {
            let from = &text[range.start..];
            let bracket = if from.starts_with("![") { 1 } else { 0 };
            marks.push(range.start + bracket);
        }
    }
    if marks.is_empty() {
        return None;
    }
    marks.sort_unstable();
    marks.dedup();
    let mut out = String::with_capacity(text.len() + marks.len());
    let mut from = 0;
    for mark in marks {
        out.push_str(&text[from..mark]);
        out.push('\\');
        from = mark;
    }
    out.push_str(&text[from..]);
    Some(out)
}

fn is_allowed(url: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|start| is_under(url, start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::Event;

    use super::*;

    fn allowed_links() -> Vec<String> {
        vec!["https://o.github.io/r/".to_owned()]
    }

    #[test]
    fn what_check_prints_stays_as_it_is() {
        let text = "### Benchmarks: ▲ 1 slower, 34 unchanged\n\n**[julia sum_even_squares is 13.9% \
                    slower](https://o.github.io/r/diff/919ad74f0e12..b18e51d2c0aa/#1sum)**\n\n| | \
                    Series |\n|-|:-|\n| ▲ | [sum · n = 1,000](https://o.github.io/r/diff/a..b/#s) \
                    |\n\n<details><summary>3 runs of <code>b18e51d</code></summary>\n\nx &lt; \
                    y\n\n</details>\n";
        assert_eq!(sanitize(text, &allowed_links()).as_str(), text);
    }

    #[test]
    fn nothing_in_it_acts() {
        let cases = [
            ("@octocat and &#64;octocat", "@\u{200b}octocat and @\u{200b}octocat"),
            (
                "fixes #12, o/r#3, GH-4, &#35;5",
                "fixes #\u{200b}12, o/r#\u{200b}3, GH-\u{200b}4, #\u{200b}5",
            ),
            ("/\\\\#1, /\\#1", "/\\\\#\u{200b}1, /\\#1"),
            ("![x](https://e.org/p.png)", "!\\[x](https:\u{200b}//e.org/p.png)"),
            ("[x](https://e.org)", "\\[x](https:\u{200b}//e.org)"),
            (
                "[x](https://o.github.io/r@e.org)",
                "\\[x](https:\u{200b}//o.github.io/r@\u{200b}e.org)",
            ),
            ("[x](&#104;ttps&colon;//e.org)", "\\[x](https:\u{200b}//e.org)"),
            ("[x](http\\://e.org)", "\\[x](http\\:\u{200b}//e.org)"),
            ("[x][y]\n\n[y]: //e.org", "[x][y]\n\n[y]\\: //e.org"),
            (
                "[![i](https://e.org)](https://o.github.io/r/)",
                "\\[!\\[i](https:\u{200b}//e.org)](https://o.github.io/r/)",
            ),
            ("<img src=x onerror=y>", "&lt;img src=x onerror=y>"),
            ("<details open><https://e.org>", "&lt;details open>&lt;https:\u{200b}//e.org>"),
            ("<!-- benchpages:state clean -->", "&lt;!-- benchpages:state clean -->"),
            ("a\u{0}b\u{1b}[31m", "ab[31m"),
            (
                "https://e.org www.e.org https://o.github.io/r/x",
                "https:\u{200b}//e.org www.\u{200b}e.org https://o.github.io/r/x",
            ),
            ("\u{202e}a&#8238;b&#8203;", "\u{fffd}a\u{fffd}b&#8203;"),
        ];
        for (text, expected) in cases {
            assert_eq!(sanitize(text, &allowed_links()).as_str(), expected, "{text}");
        }
    }

    /// Each round of taking links leaves those that the taken brackets hid.
    #[test]
    fn links_in_links_deeper_than_any_round_are_taken() {
        for depth in 1..4 * MAX_ROUNDS {
            let text = format!("{}![x](https://e.org)", "[".repeat(depth));
            let nested = format!("{}x{}", "[".repeat(depth), "](https://e.org)".repeat(depth));
            for text in [text, nested] {
                let clean = sanitize(&text, &allowed_links());
                assert_eq!(acts(&clean), Vec::<String>::new(), "{clean} from {text}");
            }
        }
    }

    #[test]
    fn an_escaped_bracket_is_not_escaped_again() {
        for (text, expected) in
            [("[", "\\["), ("\\[", "\\["), ("\\\\[", "\\\\\\["), ("a[[", "a\\[\\[")]
        {
            assert_eq!(escape_brackets(text), expected, "{text}");
        }
    }

    /// What a text does when it is shown.
    fn acts(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut words = String::new();
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            if !matches!(event, Event::Text(_)) {
                words.push(' ');
            }
            match event {
                Event::Start(Tag::Image { dest_url, .. }) => {
                    found.push(format!("image {dest_url}"))
                }
                Event::Start(Tag::Link { dest_url, .. })
                    if !is_allowed(&dest_url, &allowed_links()) =>
                {
                    found.push(format!("link {dest_url}"));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let bare = TAGS.iter().fold(html.to_string(), |all, tag| all.replace(tag, ""));
                    found.extend(bare.contains('<').then(|| format!("html {bare}")));
                }
                Event::Text(text) => words.push_str(&text),
                _ => {}
            }
        }
        let words = words.replace("/#1", "");
        for mark in ["@o", "#1", "GH-1", "://e.org", "www.e"] {
            found.extend(words.contains(mark).then(|| format!("{mark} in {words}")));
        }
        found
    }

    proptest! {
        #[test]
        fn whatever_is_given_acts_on_nothing(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[ -~\n]{0,3}".boxed(),
                    proptest::sample::select(vec![
                        "![", "[", "](", ")", "https://e.org", "https://o.github.io/r/", "@o", "#1",
                        "&#64;", "&#x40;", "&commat;", "o", "1", "&#49;", "GH-", "&#71;H",
                        "\\", "`", "www.e", "&#58;", "&colon;", "://e.org",
                        "<img src=x>", "<!--", "-->", "<details>", "[a]: //e.org\n", "[a]", "\n\n",
                        "|", "    ", "&lt;", "*", "_",
                    ]).prop_map(str::to_owned).boxed(),
                ],
                0..14,
            ),
        ) {
            let text = parts.concat();
            let clean = sanitize(&text, &allowed_links());
            prop_assert_eq!(acts(&clean), Vec::<String>::new(), "{} from {}", clean, text);
        }
    }
}
