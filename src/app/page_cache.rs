//! What the files of the last site were made of, so that the next build makes only those whose
//! inputs have changed.
//!
//! The list stands in the cache folder, by site folder: each path with the hash of its inputs and
//! that of its content. It only helps to find a file. That the file in the site is still the one
//! that was made is proven by its content, never by a time, so a site that was restored from an
//! archive is as good as one that never moved. A list that is cut off or altered counts as none.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::app::load_options::LoadOptions;
use crate::app::program_hash;
use crate::files::cache_folder::CacheFolder;
use crate::output::Output;
use crate::site::SiteFiles;
use crate::site::content_hash::{ContentHash, ContentHasher};

/// First line of a list; a new number where its form changes.
const LIST_HEADER: &str = "benchpages pages 1";

/// What a file was made of, and what it became.
#[derive(Clone, Copy)]
struct MadeFile {
    inputs: ContentHash,
    content: ContentHash,
}

/// The files of one site folder: those of the last build, and those of this one.
pub(crate) struct PageCache {
    /// Where the list stands; none where nothing is used again.
    place: Option<ListPlace>,
    last: BTreeMap<String, MadeFile>,
    made: Mutex<BTreeMap<String, MadeFile>>,
}

struct ListPlace {
    cache: CacheFolder,
    path: String,
    program: ContentHash,
}

impl PageCache {
    /// The list of the last build into a folder.
    pub(crate) fn of(options: &LoadOptions, out: &Path) -> Self {
        let place = ListPlace::of(options, out);
        let text = place.as_ref().and_then(|place| place.cache.read(&place.path));
        let last = text.and_then(|text| parse(&text)).unwrap_or_default();
        Self { place, last, made: Mutex::default() }
    }

    /// Nothing is used again.
    #[cfg(feature = "bench")]
    pub(crate) fn none() -> Self {
        Self { place: None, last: BTreeMap::new(), made: Mutex::default() }
    }

    /// Writes the list for the next build. Where it cannot be written, that one makes all files.
    pub(crate) fn finish(self) {
        let Some(place) = self.place else { return };
        let made = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let _ = place.cache.write(&place.path, to_text(&made).as_bytes());
    }

    fn add(&self, path: &str, file: MadeFile) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(path.to_owned(), file);
    }
}

impl ListPlace {
    fn of(options: &LoadOptions, out: &Path) -> Option<Self> {
        let cache = options.cache.clone()?;
        let out = std::path::absolute(out).ok()?;
        let name = ContentHash::of(out.as_os_str().as_encoded_bytes());
        let mut hasher = ContentHasher::default();
        hasher.value(&program_hash::get()?).debug(&options.audience);
        Some(Self { cache, path: format!("pages/{name}"), program: hasher.content() })
    }
}

/// A site's folder together with the list of its files.
pub(crate) struct CachedOutput<'a> {
    pub(crate) output: &'a Output,
    pub(crate) pages: &'a PageCache,
}

impl SiteFiles for CachedOutput<'_> {
    fn write(&self, path: &str, inputs: Option<ContentHash>, bytes: &[u8]) -> io::Result<()> {
        self.output.write(path, bytes).map_err(io::Error::other)?;
        if let Some(inputs) = inputs {
            self.pages.add(path, MadeFile { inputs, content: ContentHash::of(bytes) });
        }
        Ok(())
    }

    fn program(&self) -> Option<ContentHash> {
        self.pages.place.as_ref().map(|place| place.program)
    }

    fn reuse(&self, path: &str, inputs: ContentHash) -> io::Result<Option<ContentHash>> {
        let last = self.pages.last.get(path).filter(|last| last.inputs == inputs);
        let Some(&file) = last else { return Ok(None) };
        let reused = self.output.reuse(path, file.content).map_err(io::Error::other)?;
        Ok(reused.map(|_| {
            self.pages.add(path, file);
            file.content
        }))
    }
}

/// A line for each file, and the hash of all lines.
fn to_text(files: &BTreeMap<String, MadeFile>) -> String {
    let mut text = format!("{LIST_HEADER}\n");
    for (path, MadeFile { inputs, content }) in files {
        // Writing to a string never fails.
        let _ = writeln!(text, "{inputs} {content} {path}");
    }
    let sum = ContentHash::of(text.as_bytes());
    text + &format!("{sum}\n")
}

fn parse(bytes: &[u8]) -> Option<BTreeMap<String, MadeFile>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let body = text.get(..text.rfind('\n')? + 1)?;
    if ContentHash::parse(&text[body.len()..])? != ContentHash::of(body.as_bytes()) {
        return None;
    }
    let lines = body.strip_prefix(LIST_HEADER)?.strip_prefix('\n')?.lines();
    let file = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let inputs = ContentHash::parse(parts.next()?)?;
        let content = ContentHash::parse(parts.next()?)?;
        Some((parts.next()?.to_owned(), MadeFile { inputs, content }))
    };
    lines.map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back_and_one_that_was_touched_counts_as_none() {
        let file = |text: &str| MadeFile {
            inputs: ContentHash::of(text.as_bytes()),
            content: ContentHash::of(b"content"),
        };
        let paths = ["a b/index.html", "chart.svg"];
        let files: BTreeMap<_, _> = paths.map(|path| (path.to_owned(), file(path))).into();
        let text = to_text(&files);
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), paths);
        assert_eq!(read["chart.svg"].inputs, files["chart.svg"].inputs);
        assert!(parse(to_text(&BTreeMap::new()).as_bytes()).unwrap().is_empty());
        for end in 0..text.len() {
            assert!(parse(&text.as_bytes()[..end]).is_none(), "cut at {end}");
        }
        assert!(parse(text.replace("chart", "chort").as_bytes()).is_none());
    }
}
