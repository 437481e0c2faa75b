//! What each target would do with hostile text, asked of a Markdown parser where there is one.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser};

use super::*;
use crate::report::escape::references::{SarifText, title};
use crate::report::escape::slack::SlackText;
use crate::report::escape::workflow::WorkflowText;
use model::text::terminal::TerminalText;
use model::text::xml::XmlText;

/// Where reports put a name; `{}` stands for it.
const PLACES: [&str; 7] = [
    "{}",
    "a {} b",
    "- {}",
    "### {}",
    "| {} | b |\n|-|-|\n| {} | c |",
    "[{}](https://o.example/)",
    "<code>{}</code>",
];

/// What would do something if nothing stopped it.
const HOSTILE: [&str; 44] = [
    "@octocat",
    "#12",
    "GH-7",
    "o/r#1",
    ":tada:",
    "http://e.org",
    "www.e.org",
    "a@e.org",
    "[a]",
    "(https://e.org)",
    "![i](j)",
    "[x]: y",
    "<script>",
    "<!--",
    "-->",
    "</details>",
    "&amp;",
    "&#64;",
    "`",
    "```",
    "~~~",
    "**",
    "__",
    "_",
    "~~",
    "$m$",
    "$$",
    "|",
    "\\",
    "\n",
    "\r\n",
    "---",
    "===",
    "- ",
    "+ ",
    "1. ",
    "2) ",
    "# ",
    "> ",
    "\u{202e}",
    "\u{200b}",
    "\u{0}",
    "[^1]",
    "{{ a }}",
];

/// What an escaper puts between characters, or around a text that runs from right to left.
const OURS: [char; 3] = [ZERO_WIDTH_SPACE, '\u{2068}', '\u{2069}'];

/// The shape of a Markdown text, and the words that its reader sees.
fn rendered(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut shape, mut words) = (Vec::new(), vec![String::new()]);
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(part) => words.last_mut().unwrap().push_str(&part),
            other => {
                shape.push(format!("{other:?}"));
                words.push(String::new());
            }
        }
    }
    words.retain(|part| !part.is_empty());
    (shape, words)
}

fn hostile_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ -~]{0,4}".boxed(),
        "\\PC{0,3}".boxed(),
        any::<String>().boxed(),
        proptest::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned).boxed(),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

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
        (":tada:", ":tada:"),
        ("$m$", "$"),
        ("**bold** _it_ ~~no~~", "*"),
        ("_it_", "_"),
        ("a\n### b", "\n"),
        ("\u{202e}gnp", "\u{202e}"),
        ("-->", ">"),
    ] {
        let escaped = markdown::cut(name, 100);
        assert!(!escaped.contains(bad), "{name}: {escaped}");
    }
    for plain in
        ["sum_even_squares · julia", "919ad74", "83.9 → 95.6\u{202f}µs", "12:30", "+13.9%", "c++"]
    {
        assert_eq!(markdown::cut(plain, 100).as_str(), plain);
    }
    assert_eq!(markdown::cut("- a", 20).as_str(), "&#45; a");
    assert_eq!(markdown::cut("1. a", 20).as_str(), "1&#46; a");
    assert_eq!(markdown::cut("+ a", 20).as_str(), "&#43; a");
    assert_eq!(markdown::cut("עברית", 20).as_str(), "&#8296;עברית&#8297;");
}

#[test]
fn a_name_in_slack_is_only_text() {
    let text = slack::cut("<!channel> <@U1|x> *b* `c` ~d~ _e_ :tada: a&b @here\n> q", 1_000);
    for mark in ["<", ">", "*", "`", "~", "_e_", ":tada:", "|", "@here", "\n"] {
        assert!(!text.contains(mark), "{mark}: {text}");
    }
    assert_eq!(slack::cut("a&b <c>", 20).as_str(), "a&amp;b &lt;c&gt;");
}

#[test]
fn a_text_is_cut_with_its_ellipsis_counted() {
    assert_eq!(one_line(" a\n b ", 9), "a b");
    assert_eq!(one_line("abcdef", 4), "abc…");
    assert_eq!(one_line("abcd", 4), "abcd");
}

proptest! {
    /// The strongest claim there is: a parser sees the shape that the same place has with a plain
    /// word in it, and the words come out as they went in.
    #[test]
    fn a_name_changes_no_markdown_and_is_read_as_it_was_written(text in hostile_text()) {
        let line = one_line(&text, 200);
        prop_assume!(!line.is_empty());
        let escaped = markdown::cut(&text, 200);
        for place in PLACES {
            let (shape, words) = rendered(&place.replace("{}", &escaped));
            let (plain_shape, plain_words) = rendered(&place.replace("{}", "word"));
            prop_assert_eq!(&shape, &plain_shape, "{} in {}", escaped, place);
            let expected: Vec<String> =
                plain_words.iter().map(|part| part.replace("word", &line)).collect();
            let shown: Vec<String> =
                words.iter().map(|part| part.replace(OURS, "")).collect();
            prop_assert_eq!(shown, expected, "{} in {}", escaped, place);
        }
    }

    /// GitHub reads the words once more after the parser: for mentions, references, addresses and
    /// emoji.
    #[test]
    fn nothing_is_left_that_github_looks_for_in_words(text in hostile_text()) {
        let (_, words) = rendered(&markdown::cut(&text, 200));
        let (title, sarif) = (title(&text, 200), SarifText::text(&text));
        for shown in [words.concat(), title.into_string(), sarif.into_string()] {
            let chars: Vec<char> = shown.chars().collect();
            for (at, pair) in chars.windows(2).enumerate() {
                let head: String = chars[..at].iter().collect();
                let acts = match (pair[0], pair[1]) {
                    ('@' | '#', next) => next != ZERO_WIDTH_SPACE,
                    (':', '/') => chars.get(at + 2) == Some(&'/'),
                    ('-', next) => ends_with(&head, "gh") && next.is_ascii_digit(),
                    ('.', next) => ends_with(&head, "www") && next != ZERO_WIDTH_SPACE,
                    _ => false,
                };
                prop_assert!(!acts, "{pair:?} in {shown}");
            }
            let parts: Vec<&str> = shown.split(':').collect();
            let inner = parts.iter().take(parts.len() - 1).skip(1);
            let letter = |c: char| c.is_ascii_alphanumeric() || "_+-".contains(c);
            for name in inner {
                prop_assert!(name.is_empty() || !name.chars().all(letter), "{shown}");
            }
        }
    }

    #[test]
    fn no_target_gets_what_it_would_obey(text in hostile_text(), most in 1..60_usize) {
        let line = one_line(&text, most);
        prop_assert!(line.chars().count() <= most);
        prop_assert!(!line.chars().any(|c| c.is_control() || sanitize::is_hidden(c)));
        let slack = SlackText::text(&text);
        prop_assert!(!slack.contains(['<', '>', '`', '*', '|', '\n']));
        let xml = XmlText::text(&text);
        prop_assert!(!xml.contains(['<', '>', '"', '\n']) && !xml.contains("##["));
        let shown = WorkflowText::text(&text);
        let command = workflow::command("error", &shown, &shown);
        prop_assert_eq!(command.matches('\n').count(), 1);
        let (property, data) = command["::error title=".len()..].split_once("::").unwrap();
        prop_assert!(!property.contains([':', ',']));
        prop_assert!(!data.trim_end().contains(['\n', '\r']) && !command.contains("##["));
        for text in [shown.into_string(), TerminalText::text(&text).into_string()] {
            let isolated = text.chars().filter(|c| "\u{2068}\u{2069}".contains(*c)).count();
            prop_assert!(isolated == 0 || isolated == 2, "{text}");
            let acts = |c: char| c.is_control() || sanitize::is_hidden(c);
            prop_assert!(!text.replace(OURS, "").contains(acts) && !text.contains("##["));
        }
    }
}
