//! Words that nobody should have to read: what a page, a message or a document says uses the
//! project's terms. A line that reads an old spelling holds `alias` or `old spelling`.

use crate::house::{File, House};
use crate::scan::{Kind, pieces, words};

/// Words and sequences of words, in lower case. Each has a term that says it better.
const RULED_OUT: [&str; 23] = [
    "told",
    "tell",
    "tells",
    "stood",
    "refused",
    "steady",
    "approved",
    "at once of which",
    "beyond its limit",
    "beyond the limit",
    "for the better",
    "for the worse",
    "level before",
    "no clear change",
    "off for once",
    "off its limit",
    "off their limit",
    "old level",
    "set aside",
    "still stands",
    "which change did it",
    "within its limit",
    "would be noticed",
];
const ALLOWED: [&str; 2] = ["alias", "old spelling"];
/// Documentation comments of these become help texts and descriptions of a schema.
const SHOWN: [&str; 5] = ["Args", "Parser", "Subcommand", "ValueEnum", "JsonSchema"];

pub fn ruled_out(house: &House) -> Vec<String> {
    let mut places = Vec::new();
    for file in house.product() {
        let documented = shows_documentation(file);
        for piece in pieces(&file.text) {
            let shown = match piece.kind {
                Kind::Literal => true,
                // The head of the file is not shown.
                Kind::Doc => documented && piece.text.starts_with("///"),
                Kind::Code | Kind::Comment => false,
            };
            if shown && !file.tests[piece.line] {
                of_text(file, piece.line, &without_places(piece.text), &mut places);
            }
        }
    }
    let documents = house.files.iter().filter(|file| {
        let path = file.path.as_str();
        let folder = ["docs/", "templates/", "static/"].iter().any(|start| path.starts_with(start));
        folder || ["README.md", "CHANGELOG.md", "action.yml"].contains(&path)
    });
    for file in documents {
        of_text(file, 0, &without_tags(&file.text), &mut places);
    }
    places
}

fn shows_documentation(file: &File) -> bool {
    let derives = file.code.lines().filter(|line| line.trim_start().starts_with("#[derive("));
    let mut names = derives.flat_map(words).map(|(_, word)| word);
    names.any(|word| SHOWN.contains(&word))
}

fn of_text(file: &File, first: usize, text: &str, places: &mut Vec<String>) {
    let text = text.to_lowercase();
    let words: Vec<(usize, &str)> = words(&text).collect();
    for at in 0..words.len() {
        for phrase in RULED_OUT {
            if !phrase.starts_with(words[at].1) {
                continue;
            }
            let mut next = words[at..].iter().map(|(_, word)| *word);
            let line = first + words[at].0;
            if phrase.split(' ').all(|word| next.next() == Some(word)) && !is_allowed(file, line) {
                places.push(format!("{}:{}: {phrase}", file.path, line + 1));
            }
        }
    }
}

fn is_allowed(file: &File, line: usize) -> bool {
    let line = file.text.lines().nth(line).unwrap_or_default().to_lowercase();
    ALLOWED.iter().any(|mark| line.contains(mark))
}

/// A literal without what the program fills in, `{name}`: that is code.
fn without_places(literal: &str) -> String {
    blank_between(&literal.replace("{{", "  ").replace("}}", "  "), "{", "}")
}

/// A template without its tags.
fn without_tags(template: &str) -> String {
    let tags = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
    tags.iter().fold(template.to_owned(), |text, (open, close)| blank_between(&text, open, close))
}

/// The text with everything from `open` to `close` blanked, line by line the same. What spans
/// many lines is no tag.
fn blank_between(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut tail = text;
    while let Some(start) = tail.find(open) {
        let Some(length) = tail[start..].find(close) else { break };
        out.push_str(&tail[..start]);
        let inside = &tail[start..start + length + close.len()];
        out.extend(inside.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        tail = &tail[start + inside.len()..];
    }
    out.push_str(tail);
    out
}

#[test]
fn words_are_found_in_what_is_read() {
    let text = "let told = \"{told} Told \\\n    off its\n limit\"; // told\n\
                let b = \"steady\"; // old spelling\n#[serde(alias = \"approved\")]\n\
                /// Tells.\nfn a() {}\n";
    let house = House::new(&[
        ("crates/a/src/b.rs", text),
        ("src/c.rs", "//! Told.\n/// Tells nothing.\n#[derive(Debug, clap::Args)]\nstruct C;\n"),
        ("templates/d.html", "{% if told %}{{ tells }} untold, stood-by{# steady #}{% endif %}"),
        ("docs/e.md", "for the\nworse\n<!-- old spelling --> steady"),
        ("tests/f.rs", "\"told\""),
    ]);
    let places = [
        "crates/a/src/b.rs:1: told",
        "crates/a/src/b.rs:2: off its limit",
        "src/c.rs:2: tells",
        "templates/d.html:1: stood",
        "docs/e.md:1: for the worse",
    ];
    assert_eq!(ruled_out(&house), places);
}
