//! A chapter of the project's documentation, and its table of contents.

use askama::Template;
use pulldown_cmark::{Event, Parser};

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::site::book::anchors::HeadingAnchors;
use crate::site::book::links::BookRules;
use crate::site::book::{self, Book, Chapter, sections};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::markdown::{self, Markup};
use crate::site::pages;
use crate::site::view::PageFrame;

#[derive(Template)]
#[template(path = "chapter.html")]
struct ChapterPage {
    frame: PageFrame,
    heading: String,
    text: Markup,
    /// The link to the table of contents.
    contents: String,
    /// Empty on the table of contents itself.
    parts: Vec<ContentsPart>,
    previous: Option<ChapterLink>,
    next: Option<ChapterLink>,
}

/// Chapters under one heading of the contents.
struct ContentsPart {
    title: String,
    chapters: Vec<ChapterLink>,
}

struct ChapterLink {
    href: String,
    text: String,
    current: bool,
}

impl ChapterLink {
    fn of(chapter: &Chapter, root: LinkRoot) -> Self {
        let href = root.to(&book::chapter_path(&chapter.name));
        Self { href, text: chapter.title.clone(), current: false }
    }
}

/// The page of the chapter at this place of the book.
pub(crate) fn render(
    site: &SiteContext<'_>,
    book: &Book,
    at: usize,
) -> Result<Vec<u8>, RenderError> {
    let chapter = &book.chapters[at];
    let path = book::chapter_path(&chapter.name);
    let root = link_root(site, &path);
    let link = |at: Option<usize>| Some(ChapterLink::of(book.chapters.get(at?)?, root));
    let mut page = page(site, book, &path, &chapter.title, &chapter.text);
    page.parts = parts(book, root, at);
    page.previous = link(at.checked_sub(1));
    page.next = link(at.checked_add(1));
    pages::html(&page)
}

/// The page of `README.md`: it links to all chapters itself.
pub(crate) fn render_contents(site: &SiteContext<'_>, book: &Book) -> Result<Vec<u8>, RenderError> {
    let mut page = page(site, book, book::FOLDER, "Documentation", &book.contents);
    let root = link_root(site, book::FOLDER);
    page.next = book.chapters.first().map(|chapter| ChapterLink::of(chapter, root));
    pages::html(&page)
}

/// A page with a text, and no links to other chapters yet.
fn page(site: &SiteContext<'_>, book: &Book, path: &str, title: &str, text: &str) -> ChapterPage {
    let root = link_root(site, path);
    let policy = site.input.policy;
    let mut rules = BookRules { book, policy, root, anchors: HeadingAnchors::default() };
    // All at once: the title is taken off, and a heading is known by its whole text.
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, markdown::OPTIONS).collect();
    let heading = sections::take_title(&mut events).unwrap_or_else(|| title.to_owned());
    let summary = Phrase::new("").text(format!("Documentation: {title}"));
    let head =
        PageHead { path, title: title.to_owned(), verdict: &summary, section: NavSection::Book };
    ChapterPage {
        frame: frame(site, &head),
        heading,
        text: markdown::render(events, &mut rules),
        contents: root.to(book::FOLDER),
        parts: Vec::new(),
        previous: None,
        next: None,
    }
}

fn parts(book: &Book, root: LinkRoot, current: usize) -> Vec<ContentsPart> {
    let mut parts: Vec<ContentsPart> = Vec::new();
    for (at, chapter) in book.chapters.iter().enumerate() {
        let link = ChapterLink { current: at == current, ..ChapterLink::of(chapter, root) };
        // A heading that comes twice is two parts: the order is the writer's.
        match parts.last_mut().filter(|part| part.title == chapter.part) {
            Some(part) => part.chapters.push(link),
            None => parts.push(ContentsPart { title: chapter.part.clone(), chapters: vec![link] }),
        }
    }
    parts
}
