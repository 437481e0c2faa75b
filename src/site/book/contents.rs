//! The table of contents: which links of `README.md` are chapters.
//!
//! The first link of each list item that names a file (`start.md`) is a chapter. Links elsewhere in
//! the text, to the web or out of the folder are links and nothing more.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::site::book::{BookFault, CONTENTS_FILE, NAME_REMEDY, is_plain_name};
use crate::site::markdown;
use model::record::SourceLocation;

/// Most chapters of a book: a list that names more is no book.
const MAX_CHAPTERS: usize = 1_000;
/// Longest title of a chapter or part, in bytes: each stands on every page of the book.
const MAX_TITLE_BYTES: usize = 200;

/// A line of the contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentsEntry {
    /// The name of the file without `.md`.
    pub(crate) name: String,
    pub(crate) title: String,
    /// The heading above the list.
    pub(crate) part: String,
    pub(crate) location: SourceLocation,
}

/// The chapters that a table of contents names, and its faults.
#[derive(Debug, Default)]
pub(crate) struct TableOfContents {
    pub(crate) entries: Vec<ContentsEntry>,
    pub(crate) faults: Vec<BookFault>,
}

impl TableOfContents {
    /// Reads the text of `README.md`.
    pub(crate) fn of(text: &str) -> Self {
        let mut contents = Self::default();
        let mut names = BTreeSet::new();
        let mut reader = ItemReader::default();
        let lines = LineStarts::of(text);
        for (event, range) in Parser::new_ext(text, markdown::OPTIONS).into_offset_iter() {
            let Some(link) = reader.take(&event) else { continue };
            let location = lines.location(text, range.start);
            contents.add(link, location, &mut names);
        }
        if contents.entries.is_empty() && contents.faults.is_empty() {
            contents.faults.push(BookFault {
                location: lines.location(text, 0),
                reason: "it lists no chapter".to_owned(),
                remedy: "write a list of links, as `- [Getting started](start.md)`".to_owned(),
            });
        }
        contents
    }

    fn add(&mut self, link: ItemLink, location: SourceLocation, names: &mut BTreeSet<String>) {
        let fault = |reason: String, remedy: &str| BookFault {
            location: location.clone(),
            reason,
            remedy: remedy.to_owned(),
        };
        // A link to the web or to the code is welcome in a list, and no chapter.
        let Some(name) = chapter_name(&link.address) else { return };
        if self.entries.len() == MAX_CHAPTERS {
            // Once: the lines behind it have the same fault.
            // No chapter has an empty name, so it marks that the fault was reported.
            if names.insert(String::new()) {
                let reason = format!("it lists more than {MAX_CHAPTERS} chapters");
                self.faults.push(fault(reason, "remove the link, or split the folder"));
            }
        } else if name.contains('/') {
            let reason = format!("the chapter {name}.md is in another folder");
            self.faults.push(fault(reason, "move its file beside README.md"));
        } else if !is_plain_name(name) {
            let reason = format!("no page can be called as the chapter {name}.md");
            self.faults.push(fault(reason, NAME_REMEDY));
        } else if names.insert(name.to_owned()) {
            self.entries.push(ContentsEntry {
                name: name.to_owned(),
                title: if link.title.is_empty() { name.to_owned() } else { link.title },
                part: link.part,
                location,
            });
        }
    }
}

/// The name of the chapter that a link of the contents leads to; none where it leads elsewhere.
fn chapter_name(address: &str) -> Option<&str> {
    let path = address.split(['#', '?']).next()?;
    let path = path.trim_start_matches("./");
    let is_elsewhere =
        path.contains(':') || path.starts_with('/') || path.split('/').any(|part| part == "..");
    path.strip_suffix(".md").filter(|_| !is_elsewhere && path != CONTENTS_FILE)
}

/// The first link of a list item.
struct ItemLink {
    address: String,
    title: String,
    part: String,
}

/// Follows the events of a text to the first link of each list item.
#[derive(Default)]
struct ItemReader {
    part: String,
    in_heading: bool,
    /// By open item: whether its link has come.
    items: Vec<bool>,
    /// The link that is being read: its address, and its text so far.
    link: Option<ItemLink>,
}

impl ItemReader {
    fn take(&mut self, event: &Event<'_>) -> Option<ItemLink> {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.in_heading = true;
                self.part.clear();
            }
            Event::End(TagEnd::Heading(_)) => self.in_heading = false,
            Event::Start(Tag::Item) => self.items.push(false),
            Event::End(TagEnd::Item) => {
                self.items.pop();
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Some(has_link) = self.items.last_mut().filter(|has_link| !**has_link) {
                    *has_link = true;
                    let part = self.part.clone();
                    let address = dest_url.to_string();
                    self.link = Some(ItemLink { address, title: String::new(), part });
                }
            }
            Event::End(TagEnd::Link) => return self.link.take(),
            Event::Text(text) | Event::Code(text) => {
                // A link in a heading is a part of it and of no list.
                if let Some(link) = &mut self.link {
                    push_title(&mut link.title, text);
                } else if self.in_heading {
                    push_title(&mut self.part, text);
                }
            }
            _ => {}
        }
        None
    }
}

/// Adds to a title; one that becomes too long ends there.
fn push_title(title: &mut String, text: &str) {
    if title.len() + text.len() <= MAX_TITLE_BYTES {
        title.push_str(text);
    }
}

/// Where the lines of a text begin.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self([0].into_iter().chain(ends).collect())
    }

    fn location(&self, text: &str, offset: usize) -> SourceLocation {
        let line = self.0.partition_point(|start| *start <= offset).max(1);
        let start = self.0[line - 1];
        let column = text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        SourceLocation { file: CONTENTS_FILE.to_owned(), line: line as u32, column: column as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_are_the_first_links_of_list_items() {
        let text = "# The book\n\nSee [x](x.md).\n\n## Start\n\n\
                    - [Get *going*](./start.md#a): see [b](b.md)\n\
                    - plain\n  - [Deep](deep.md)\n\
                    - [Out](../ARCHITECTURE.md)\n- [Web](https://e.org/a.md)\n\
                    - [Again](start.md)\n- [Contents](README.md)\n";
        let contents = TableOfContents::of(text);
        let found: Vec<(&str, &str, &str)> = contents
            .entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.title.as_str(), entry.part.as_str()))
            .collect();
        assert_eq!(found, [("start", "Get going", "Start"), ("deep", "Deep", "Start")]);
        assert!(contents.faults.is_empty(), "{:?}", contents.faults);
        let place = &contents.entries[1].location;
        assert_eq!((place.line, place.column), (9, 5));
    }

    #[test]
    fn names_that_no_page_can_have_are_reported_all_at_once() {
        let text = "- [a](Big.md)\n- [b](con.md)\n- [c](sub/c.md)\n- [d](.md)\n";
        let contents = TableOfContents::of(text);
        assert!(contents.entries.is_empty());
        let lines: Vec<u32> = contents.faults.iter().map(|fault| fault.location.line).collect();
        assert_eq!(lines, [1, 2, 3, 4]);
        assert_eq!(TableOfContents::of("# Nothing\n").faults.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|- \\[a\\]\\(b.md\\)\n){0,60}") {
            for entry in TableOfContents::of(&text).entries {
                proptest::prop_assert!(is_plain_name(&entry.name));
            }
        }
    }
}
