//! The folder of `--docs`, read: the chapters that its `README.md` lists and the pictures that they
//! show. All faults are reported at once; nothing outside of the folder is read.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail};

use crate::app::load_options::LoadOptions;
use crate::files::{Directory, Links, SizeLimit};
use crate::site::book::contents::{ContentsEntry, TableOfContents};
use crate::site::book::picture::{content_fault, path_fault, picture_paths};
use crate::site::book::{Book, BookFault, BookPicture, CONTENTS_FILE, Chapter};
use crate::vcs::git;
use model::record::SourceLocation;
use model::text;

/// Text of a chapter, and a picture: more than any person reads or waits for.
const TEXT_LIMIT: SizeLimit = SizeLimit { bytes: 4 << 20, key: None };
const PICTURE_LIMIT: SizeLimit = SizeLimit { bytes: 8 << 20, key: None };

/// The book of a site; none where none was asked for.
///
/// # Errors
/// The folder has faults, which are all in the message.
pub(super) fn read_optional(options: &LoadOptions) -> anyhow::Result<Option<Book>> {
    let Some(folder) = &options.docs else { return Ok(None) };
    // The folder is the user's own, but its files may come from a pull request: as in a history.
    let links = if options.follow_links { Links::Follow } else { Links::Reject };
    read(folder, links).map(Some)
}

fn read(folder: &Path, links: Links) -> anyhow::Result<Book> {
    if folder.is_file() {
        let folder = folder.display();
        bail!("--docs {folder}: it is no folder; name the one that holds {CONTENTS_FILE}");
    }
    let mut reader = BookReader { directory: Directory::new(folder, links), faults: Vec::new() };
    let contents = reader.directory.read(CONTENTS_FILE, TEXT_LIMIT)?;
    let contents = contents.with_context(|| {
        format!(
            "--docs {}: it has no {CONTENTS_FILE}; write one that lists the pages, as \
             `- [Getting started](start.md)`",
            folder.display()
        )
    })?;
    let contents = String::from_utf8(contents)
        .with_context(|| format!("{} is not UTF-8", folder.join(CONTENTS_FILE).display()))?;
    let list = TableOfContents::of(&contents);
    reader.faults.extend(list.faults);
    let chapters: Vec<Chapter> =
        list.entries.into_iter().filter_map(|entry| reader.chapter(entry)).collect();
    // Chapters show the same pictures; each is read once.
    let mut shown = BTreeSet::new();
    let mut pictures = reader.pictures(CONTENTS_FILE, &contents, &mut shown);
    for chapter in &chapters {
        let file = format!("{}.md", chapter.name);
        pictures.extend(reader.pictures(&file, &chapter.text, &mut shown));
    }
    // Only now: a writer corrects all faults in one go.
    reader.check(folder)?;
    // A binary search finds them, and the same folder gives the same bytes.
    pictures.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(Book { contents, chapters, pictures, place: git::place_in_repository(folder) })
}

/// Reads files of the folder, and collects what is wrong with them.
struct BookReader {
    directory: Directory,
    faults: Vec<BookFault>,
}

impl BookReader {
    fn chapter(&mut self, entry: ContentsEntry) -> Option<Chapter> {
        let file = format!("{}.md", entry.name);
        let ContentsEntry { name, title, part, location } = entry;
        let text = self.file(&file, TEXT_LIMIT, location.clone())?;
        match String::from_utf8(text) {
            Ok(text) => Some(Chapter { name, title, part, text }),
            Err(_) => {
                let remedy = "save the file as UTF-8".to_owned();
                let reason = format!("{file} is not UTF-8");
                self.faults.push(BookFault { location, reason, remedy });
                None
            }
        }
    }

    /// The pictures of a text that no text before it has shown.
    fn pictures(
        &mut self,
        file: &str,
        text: &str,
        shown: &mut BTreeSet<String>,
    ) -> Vec<BookPicture> {
        let location = SourceLocation { file: file.to_owned(), line: 1, column: 1 };
        let mut pictures = Vec::new();
        for path in picture_paths(text) {
            if !shown.insert(path.clone()) {
                continue;
            }
            let fault = |fault: &str| BookFault {
                location: location.clone(),
                reason: format!("the picture {path} cannot be shown: {fault}"),
                remedy: "show a .png or .svg file of the folder, with a name of lower-case \
                         letters, digits, - and _"
                    .to_owned(),
            };
            // Before the file is opened: no name leads anywhere else.
            if let Some(reason) = path_fault(&path) {
                self.faults.push(fault(reason));
                continue;
            }
            let Some(bytes) = self.file(&path, PICTURE_LIMIT, location.clone()) else { continue };
            match content_fault(&path, &bytes) {
                Some(reason) => self.faults.push(fault(reason)),
                None => pictures.push(BookPicture { path, bytes }),
            }
        }
        pictures
    }

    /// The content of a file that a text names at a place; none where it cannot be read.
    fn file(&mut self, path: &str, limit: SizeLimit, at: SourceLocation) -> Option<Vec<u8>> {
        let missing = || BookFault {
            location: at.clone(),
            reason: format!("there is no {path}"),
            remedy: "write it, or remove the link".to_owned(),
        };
        match self.directory.read(path, limit) {
            Ok(Some(bytes)) => return Some(bytes),
            Ok(None) => self.faults.push(missing()),
            Err(error) => {
                // The place to correct is the link, not the file that it names.
                let problem = error.problem(path);
                let reason = format!("{path}: {}", problem.reason);
                let remedy = problem.remedy;
                self.faults.push(BookFault { location: at, reason, remedy });
            }
        }
        None
    }

    /// # Errors
    /// There are faults.
    fn check(&self, folder: &Path) -> anyhow::Result<()> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let line = |BookFault { location, reason, remedy }: &BookFault| {
            let SourceLocation { file, line, column } = location;
            let place = folder.join(file);
            format!("{}:{line}:{column}: {reason}; {remedy}", place.display())
        };
        let lines: Vec<String> = self.faults.iter().map(line).collect();
        let count = text::count_noun(lines.len() as u64, "fault");
        bail!("--docs {}: {count}\n{}", folder.display(), lines.join("\n"))
    }
}
