//! A history directory that is read again and again, while one file of records changes: what the
//! other files hold stays in memory, and what that one holds now is put beside it. That is what
//! reading everything gives, since the order of files has no say.
//!
//! Which files there are and how they look from outside is asked each time: nothing is kept where
//! more than one of them changed, or what changed is not known.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;

use crate::store::cache::Cache;
use crate::store::read::{Way, read_file};
use crate::store::walk::RecordFile;
use crate::store::{Contents, Source, read, read_files, side, walk};
use model::history::build::{Builder, Reading};

/// Rows up to which records stay in memory: about 200 MB of them.
const MOST: usize = 2_000_000;
/// Bytes of a file from which on the cache is faster than its text. What is read of a smaller one
/// would only fill the cache.
const LARGE: u64 = 4 << 20;

/// The records of all files but one.
pub(crate) struct Kept {
    /// The name of that one.
    file: String,
    others: Vec<Look>,
    records: Builder,
    bytes: u64,
    reading: Arc<Reading>,
}

impl Kept {
    /// Reads all files of a history directory but the one that changed last, which is the likeliest
    /// to change next; none where there are none, or too many records to keep.
    ///
    /// # Errors
    /// As [`read()`].
    pub(crate) fn ahead(source: &Source) -> anyhow::Result<Option<Self>> {
        let mut files = walk::record_files(&source.directory, source.with_archive)?;
        let looks: Vec<Look> = files.iter().map(Look::at).collect::<anyhow::Result<_>>()?;
        let Some(last) = looks.iter().max_by_key(|look| look.changed) else { return Ok(None) };
        let file = last.name.clone();
        files.retain(|it| it.name != file);
        let kept = Self::without(file, source, (&files, looks), &|_, _| ())?;
        Ok(Some(kept).filter(|kept| kept.records.rows() <= MOST))
    }

    /// Reads all files but one, whose looks are known.
    fn without(
        file: String,
        source: &Source,
        (rest, mut looks): (&[RecordFile], Vec<Look>),
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> anyhow::Result<Self> {
        let (records, bytes) = read_files(source, rest, progress)?;
        looks.retain(|look| look.name != file);
        let reading = Arc::clone(&source.reading);
        Ok(Self { file, others: looks, records, bytes, reading })
    }
}

/// How a file looks from outside.
#[derive(PartialEq)]
struct Look {
    name: String,
    size: u64,
    changed: Option<SystemTime>,
}

impl Look {
    fn at(file: &RecordFile) -> anyhow::Result<Self> {
        let told = || format!("cannot read {}", file.path.display());
        let facts = std::fs::metadata(&file.path).with_context(told)?;
        let (name, changed) = (file.name.clone(), facts.modified().ok());
        Ok(Self { name, size: facts.len(), changed })
    }

    /// `others` are sorted by name.
    fn is_among(&self, others: &[Self]) -> bool {
        let at = others.binary_search_by(|other| other.name.cmp(&self.name));
        at.is_ok_and(|at| others[at] == *self)
    }
}

/// Reads a history directory of which these paths changed, of none: any may have. What is kept of
/// it serves the next time.
///
/// # Errors
/// As [`read()`].
pub(crate) fn read_again(
    source: &Source,
    kept: &mut Option<Kept>,
    changed: &[PathBuf],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> anyhow::Result<Contents> {
    let before = kept.take().filter(|kept| kept.reading == source.reading);
    let files = walk::record_files(&source.directory, source.with_archive)?;
    // Before they are read: what changes meanwhile looks another then.
    let looks: Vec<Look> = files.iter().map(Look::at).collect::<anyhow::Result<_>>()?;
    let names = named(source, changed, &files);
    let Some(file) = names.and_then(|names| one_file(before.as_ref(), &looks, names)) else {
        return read(source, progress);
    };
    let (own, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|it| it.name == file);
    let before = match before.filter(|kept| kept.file == file) {
        Some(before) => before,
        None => Kept::without(file, source, (&rest, looks), progress)?,
    };
    let mut contents = Contents { files: rest.len() + own.len(), ..Contents::default() };
    contents.bytes = before.bytes;
    if before.records.rows() > MOST {
        contents.records = before.records;
    } else {
        contents.records = before.records.clone();
        *kept = Some(before);
    }
    for file in own {
        contents.bytes += read_own(source, &file, &mut contents.records)?;
    }
    side::read(&source.directory, &mut contents)?;
    Ok(contents)
}

fn read_own(source: &Source, file: &RecordFile, records: &mut Builder) -> anyhow::Result<u64> {
    let large = std::fs::metadata(&file.path).is_ok_and(|facts| facts.len() >= LARGE);
    let root = source.cache.as_ref().filter(|_| large);
    let cache = root.map(|root| Cache::of(root, &source.directory, &source.reading));
    read_file(file, records, Way { cache: cache.as_ref(), many: false })
}

/// The names of the record files among these paths; none where any may be meant.
fn named(source: &Source, changed: &[PathBuf], files: &[RecordFile]) -> Option<BTreeSet<String>> {
    // What is watched has its real path.
    let real = source.directory.canonicalize().ok()?;
    let mut names = BTreeSet::new();
    for path in changed {
        // The policy may stand elsewhere.
        let Ok(inside) = path.strip_prefix(&real) else { continue };
        let path = source.directory.join(inside);
        let within = |file: &RecordFile| file.path.starts_with(&path) && file.path != path;
        if path.is_dir() || files.iter().any(within) {
            return None;
        }
        names.extend(walk::record_file(&source.directory, &path).map(|file| file.name));
    }
    (!changed.is_empty()).then_some(names)
}

/// The one file that is another than before, or may soon be; none where several are. `names` are
/// those that were told to have changed.
fn one_file(before: Option<&Kept>, looks: &[Look], mut names: BTreeSet<String>) -> Option<String> {
    if let Some(before) = before {
        let others = looks.iter().filter(|look| look.name != before.file);
        let gone = before.others.iter().filter(|look| !look.is_among(looks));
        let new = others.filter(|look| !look.is_among(&before.others));
        names.extend(new.chain(gone).map(|look| look.name.clone()));
        if names.is_empty() {
            return Some(before.file.clone());
        }
    }
    (names.len() == 1).then(|| names.pop_first()).flatten()
}
