//! The documentation of a project as pages of its site: a folder of Markdown files, ordered by the
//! list of links in its `README.md`.
//!
//! ```text
//! docs/README.md      - [Getting started](start.md)     docs/index.html, the table of contents
//! docs/start.md       # Getting started                 docs/start.html
//! docs/a/cpu.png      ![The CPU](a/cpu.png)             docs/a/cpu.png
//! docs/draft.md       not in the list                   no page
//! ```
//!
//! The texts may come from strangers: raw HTML is text, links lead to chapters, to the repository
//! or to the web, and a picture is a file of the folder. A fault ends the build, and all are
//! reported.

pub(crate) mod anchors;
pub(crate) mod contents;
pub(crate) mod links;
pub(crate) mod picture;
pub(crate) mod sections;

use serde::{Deserialize, Serialize};

use crate::report::urls;
use crate::site::content_hash::{ContentHash, ContentHasher};
use model::record::SourceLocation;

/// The folder of all pages and pictures in the site.
pub(crate) const FOLDER: &str = "docs/";
/// The file with the table of contents.
pub(crate) const CONTENTS_FILE: &str = "README.md";

/// A folder of documentation, read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Book {
    /// The text of `README.md`.
    pub(crate) contents: String,
    /// In the order of the contents.
    pub(crate) chapters: Vec<Chapter>,
    /// Sorted by path.
    pub(crate) pictures: Vec<BookPicture>,
    /// Where the folder stands in the repository (`docs/`), where git knows.
    pub(crate) place: Option<String>,
}

/// One file of the contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chapter {
    /// The name of its file without `.md`, which is that of its page.
    pub(crate) name: String,
    /// As the contents name it.
    pub(crate) title: String,
    /// The heading in the contents that it stands under.
    pub(crate) part: String,
    pub(crate) text: String,
}

/// What is wrong with a folder of documentation, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BookFault {
    /// The file is relative to the folder.
    pub(crate) location: SourceLocation,
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

/// A picture that a text of the book shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BookPicture {
    /// Relative to the folder: `screens/phone.png`.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl Book {
    /// The chapter of this name.
    pub(crate) fn chapter(&self, name: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.name == name)
    }

    pub(crate) fn has_picture(&self, path: &str) -> bool {
        self.pictures.binary_search_by(|picture| picture.path.as_str().cmp(path)).is_ok()
    }

    /// What all its pages show: the contents, and which links lead where.
    pub(crate) fn outline_hash(&self) -> ContentHash {
        let mut hasher = ContentHasher::default();
        hasher.value(&(&self.contents, &self.place));
        for chapter in &self.chapters {
            hasher.value(&(&chapter.name, &chapter.title, &chapter.part));
        }
        self.pictures.iter().for_each(|picture| {
            hasher.value(&picture.path);
        });
        hasher.content()
    }

    /// Everything that it holds.
    pub(crate) fn content_hash(&self) -> ContentHash {
        let mut hasher = ContentHasher::default();
        hasher.value(&self.outline_hash());
        for chapter in &self.chapters {
            hasher.bytes(chapter.text.as_bytes());
        }
        for picture in &self.pictures {
            hasher.bytes(&picture.bytes);
        }
        hasher.content()
    }
}

/// The page of a chapter.
pub(crate) fn chapter_path(name: &str) -> String {
    [FOLDER, name, ".html"].concat()
}

/// Whether a file of this name can have a page or a place in the site: a name that every disk and
/// server takes as it is, and no other name's on a disk that knows no upper case.
pub(crate) fn is_plain_name(name: &str) -> bool {
    urls::slug(name) == name
}

/// What to do about a file whose name no page can have.
pub(crate) const NAME_REMEDY: &str =
    "rename it: up to 64 lower-case letters, digits, - and _, and no name of a device (con, nul)";
