//! The files of a history directory.

use std::collections::BTreeSet;

use pulldown_cmark::Parser;

use crate::report::urls::LinkRoot;
use crate::site::book::anchors::HeadingAnchors;
use crate::site::book::contents::TableOfContents;
use crate::site::book::links::BookRules;
use crate::site::book::{self, Book, BookPicture};
use crate::site::markdown;
use crate::store::parsers;
use model::audit;
use model::history::NormalizeOptions;
use model::history::build::HistoryBuilder;
use model::note;
use model::policy::Policy;
use model::policy::accepted::{self, AcceptedEntry};

/// Records: one a line, and as an array.
pub(super) fn records(input: &[u8]) {
    for line in String::from_utf8_lossy(input).lines() {
        parsers::assert_readers_agree(line);
    }
    for name in ["input.ndjson", "input.json"] {
        let records = parsers::read_records(name, input);
        let limit = input.len();
        assert!(records.row_count() <= limit, "{} rows of {limit} bytes", records.row_count());
        let entry = records.encode();
        assert!(HistoryBuilder::decode(&entry, name).is_some(), "an entry of the cache is lost");
        let _ = records.normalize(&NormalizeOptions::default());
    }
}

/// Compressed files, and entries of the cache.
pub(super) fn archives(input: &[u8]) {
    for name in ["input.ndjson.gz", "input.json.gz", "input.ndjson.zst", "input.json.zst"] {
        let _ = parsers::read_records(name, input);
    }
    if let Some(records) = HistoryBuilder::decode(input, "input.ndjson") {
        let mut merged = parsers::read_records("other.ndjson", b"{}");
        merged.merge(records);
        let _ = merged.normalize(&NormalizeOptions::default());
    }
}

/// The files beside the records: each is offered every text, also one of another file.
pub(super) fn notes_accepted_commits(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(note) = note::read("input.md", &text) {
        assert_harmless_html(&note.markdown);
    }
    assert_harmless_html(&text);
    assert_harmless_chapter(&text);
    append_to_accepted(&text);
    parsers::assert_commits_merge_once(&text);
    parsers::read_rejects(&text);
    let chain = audit::read(&text);
    assert!(text.is_empty() || chain.broken.is_some() || chain.verified().count() > 0);
}

/// An entry that was appended is read back behind the others.
fn append_to_accepted(text: &str) {
    let Ok(before) = accepted::read(text) else { return };
    let entry = AcceptedEntry {
        series: "parse/*".to_owned(),
        commit: "c0ffee".to_owned(),
        pull: Some(7),
        max_change: 0.25,
        reason: "\"more\": checks\n- and a list".to_owned(),
        by: "ada".to_owned(),
        expires: None,
    };
    if let Ok(appended) = accepted::append(text, &entry) {
        let after = accepted::read(&appended).expect("an appended list is read back");
        assert_eq!((after.len(), after.last()), (before.len() + 1, Some(&entry)));
    }
}

/// Markdown of a note becomes HTML that runs nothing, loads nothing and leads to the web only.
fn assert_harmless_html(text: &str) {
    let html = markdown::to_html(text).to_string().to_ascii_lowercase();
    assert!(!html.contains("<img"), "a picture in {html}");
    assert_harmless(&html);
}

/// The same of a chapter, which also has pictures of its book, and anchors that are its own.
fn assert_harmless_chapter(text: &str) {
    let picture = BookPicture { path: "a.png".to_owned(), bytes: Vec::new() };
    let book = Book { pictures: vec![picture], place: Some("docs/".to_owned()), ..Book::default() };
    let (policy, root) = (Policy::default(), LinkRoot::from(book::FOLDER, false));
    let mut rules =
        BookRules { book: &book, policy: &policy, root, anchors: HeadingAnchors::default() };
    let events = Parser::new_ext(text, markdown::OPTIONS).collect();
    let html = markdown::render(events, &mut rules).to_string().to_ascii_lowercase();
    assert_harmless(&html);
    for picture in html.split("<img src=\"").skip(1) {
        assert!(picture.starts_with("../docs/a.png\""), "a picture in {html}");
    }
    let mut ids = BTreeSet::new();
    for heading in ["<h2 id=\"", "<h3 id=\"", "<h4 id=\"", "<h5 id=\"", "<h6 id=\""] {
        for id in html.split(heading).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.insert(id.to_owned()), "{id} is there twice in {html}");
        }
    }
    for entry in TableOfContents::of(text).entries {
        assert!(book::is_plain_name(&entry.name), "{}", entry.name);
    }
}

fn assert_harmless(html: &str) {
    for tag in ["<script", "<iframe", "<style", "<object", "<svg"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    // In texts, a `<` is escaped: each of these begins a link.
    for link in html.split("<a href=\"").skip(1) {
        let address = link.split('"').next().unwrap_or_default();
        let scheme = address.split(['/', '#', '?']).next().unwrap_or_default();
        let is_web = ["http:", "https:", "mailto:"].iter().any(|web| scheme.starts_with(web));
        assert!(is_web || !scheme.contains(':'), "{address} in {html}");
    }
}
