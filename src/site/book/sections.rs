//! The headings of a chapter: its title, and the sections that a reader searches for.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::site::book::anchors::HeadingAnchors;
use crate::site::book::{Chapter, chapter_path};
use crate::site::markdown;

/// Sections of a chapter that the search finds: nobody reads a list of more.
const MAX_SECTIONS: usize = 500;
/// Headings below this level are details of a section.
const LOWEST_LEVEL: HeadingLevel = HeadingLevel::H3;

/// A heading of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChapterSection {
    pub(crate) title: String,
    /// Its page, with the anchor of the heading.
    pub(crate) path: String,
}

/// The headings of a chapter that differ from its title in the contents.
pub(crate) fn sections(chapter: &Chapter) -> Vec<ChapterSection> {
    let mut events: Vec<Event<'_>> = Parser::new_ext(&chapter.text, markdown::OPTIONS).collect();
    let page = chapter_path(&chapter.name);
    let title = take_title(&mut events).filter(|title| *title != chapter.title);
    let mut sections: Vec<ChapterSection> =
        title.map(|title| ChapterSection { title, path: page.clone() }).into_iter().collect();
    let mut anchors = HeadingAnchors::default();
    for (level, title) in markdown::headings(&events) {
        // Each heading takes its anchor, also where the search leaves it out.
        let Some(anchor) = anchors.next(&title) else { continue };
        let title = title.trim().to_owned();
        if level <= LOWEST_LEVEL && sections.len() < MAX_SECTIONS {
            sections.push(ChapterSection { title, path: format!("{page}#{anchor}") });
        }
    }
    sections
}

/// Takes the title off a text that begins with one: the page shows it as its only `h1`.
pub(crate) fn take_title(events: &mut Vec<Event<'_>>) -> Option<String> {
    let Some(Event::Start(Tag::Heading { level: HeadingLevel::H1, .. })) = events.first() else {
        return None;
    };
    let end = events.iter().position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    let text = events.drain(..=end).filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.into_string()),
        _ => None,
    });
    Some(text.collect())
}
