//! What becomes of links, pictures and headings of a chapter.
//!
//! ```text
//! start.md#first-run    start.html#first-run
//! ../SECURITY.md        the file in the repository, where its address is known; else plain text
//! https://example.org   as it is
//! javascript:…          plain text
//! ```

use pulldown_cmark::HeadingLevel;

use crate::report::urls::LinkRoot;
use crate::site::book::anchors::{HeadingAnchors, anchor};
use crate::site::book::{Book, CONTENTS_FILE, FOLDER, chapter_path};
use crate::site::markdown::{self, HeadingPlace, ProseRules};
use crate::site::repository;
use model::policy::Policy;

/// The rules for the texts of one book.
pub(crate) struct BookRules<'a> {
    pub(crate) book: &'a Book,
    pub(crate) policy: &'a Policy,
    /// As seen from any page of the book: all are in one folder.
    pub(crate) root: LinkRoot,
    /// The anchors of this text so far.
    pub(crate) anchors: HeadingAnchors,
}

/// A link within the folder of the book, or out of it.
struct LocalLink<'a> {
    /// Relative to the folder; `..` for each step out of it.
    path: String,
    fragment: Option<&'a str>,
}

impl<'a> LocalLink<'a> {
    /// None where the address leads to the web, or is relative to a root that is not known.
    fn parse(address: &'a str) -> Option<Self> {
        let (path, fragment) = match address.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (address, None),
        };
        // An escape could spell any of these, and no file of a book needs one.
        if path.starts_with('/') || path.contains([':', '\\', '?', '%']) {
            return None;
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            // `..` is kept at the front: the folder may have a place in a repository.
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        Some(Self { path: parts.join("/"), fragment })
    }
}

impl BookRules<'_> {
    /// A file of the repository on its host.
    fn in_repository(&self, path: &str) -> Option<String> {
        let place = self.book.place.as_deref()?;
        let LocalLink { path, .. } = LocalLink::parse(&format!("{place}{path}"))
            .filter(|link| !link.path.starts_with(".."))?;
        repository::file_url(self.policy, &path)
    }

    fn local_link(&self, link: &LocalLink<'_>) -> Option<String> {
        let page = match link.path.strip_suffix(".md") {
            // A link to a place on this page.
            None if link.path.is_empty() => String::new(),
            Some(_) if link.path == CONTENTS_FILE => self.root.to(FOLDER),
            Some(name) if self.book.chapter(name).is_some() => self.root.to(&chapter_path(name)),
            // A picture stands in the site already; the repository may be private.
            _ if self.book.has_picture(&link.path) => self.root.to(&[FOLDER, &link.path].concat()),
            _ => self.in_repository(&link.path)?,
        };
        Some(match link.fragment {
            Some(fragment) => format!("{page}#{}", anchor(fragment)),
            None => page,
        })
    }
}

impl ProseRules for BookRules<'_> {
    fn link(&self, address: &str) -> Option<String> {
        let is_web = ["https://", "http://", "mailto:"].iter().any(|scheme| {
            address.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme))
        });
        // Only these: what a scheme does is decided by the reader's browser, not here.
        if is_web {
            return markdown::is_safe(address).then(|| address.to_owned());
        }
        self.local_link(&LocalLink::parse(address)?)
    }

    fn picture(&self, address: &str) -> Option<String> {
        let link = LocalLink::parse(address)?;
        let path = [FOLDER, &link.path].concat();
        self.book.has_picture(&link.path).then(|| self.root.to(&path))
    }

    fn heading(&mut self, level: HeadingLevel, text: &str) -> HeadingPlace {
        // The page has one heading of the first level, which it makes itself.
        HeadingPlace { level: level.max(HeadingLevel::H2), anchor: self.anchors.next(text) }
    }

    fn has_wide_tables(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::book::{BookPicture, Chapter};

    fn book() -> Book {
        let chapter = |name: &str| Chapter {
            name: name.to_owned(),
            title: name.to_owned(),
            part: String::new(),
            text: String::new(),
        };
        let picture = BookPicture { path: "a/b.png".to_owned(), bytes: Vec::new() };
        Book {
            contents: String::new(),
            chapters: vec![chapter("start")],
            pictures: vec![picture],
            place: Some("docs/".to_owned()),
        }
    }

    fn link(address: &str, repository: Option<&str>) -> Option<String> {
        let (book, mut policy) = (book(), Policy::default());
        policy.site.repo_url = repository.map(str::to_owned);
        let root = LinkRoot::from(FOLDER, false);
        BookRules { book: &book, policy: &policy, root, anchors: HeadingAnchors::default() }
            .link(address)
    }

    #[test]
    fn links_lead_to_chapters_to_the_web_or_nowhere() {
        for (address, expected) in [
            ("start.md", Some("../docs/start.html")),
            ("./start.md#First run", Some("../docs/start.html#first-run")),
            ("README.md", Some("../docs/")),
            ("#x", Some("#x")),
            ("#main", Some("#main-section")),
            ("a/b.png", Some("../docs/a/b.png")),
            ("https://e.org/a?b#c", Some("https://e.org/a?b#c")),
            ("HTTPS://e.org", Some("HTTPS://e.org")),
            ("mailto:a@b.c", Some("mailto:a@b.c")),
            ("draft.md", None),
            ("../SECURITY.md", None),
            ("../../etc/passwd", None),
            ("/etc/passwd", None),
            ("//e.org/a", None),
            ("javascript:alert(1)", None),
            ("java%73cript:x", None),
            ("data:text/html,x", None),
        ] {
            assert_eq!(link(address, None).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn a_file_of_the_repository_is_linked_where_its_host_is_known() {
        let hub = Some("https://github.com/o/r");
        let file = |address| link(address, hub);
        let expected = "https://github.com/o/r/blob/HEAD/SECURITY.md#x";
        assert_eq!(file("../SECURITY.md#x").as_deref(), Some(expected));
        let draft = "https://github.com/o/r/blob/HEAD/docs/draft.md";
        assert_eq!(file("draft.md").as_deref(), Some(draft));
        assert_eq!(file("../../outside"), None);
        assert_eq!(link("../SECURITY.md", Some("https://unknown.example/r")), None);
    }
}
