//! Which files of a history directory hold records.
//!
//! Everything named `*.ndjson`, `*.jsonl` or `*.json` (also `.gz`, `.zst`) at any depth, except
//! what has a meaning of its own. Whatever is neither a file nor a folder is a problem.
//!
//! Whose records a file holds, its path says: below `pulls/` or `archive/pulls/`, at any depth, the
//! number at the beginning of the file's name. `pulls/7.ndjson`, `pulls/7.1a2b3c4-1.ndjson` and
//! `pulls/2026/7.ndjson` hold records of pull request 7. `pulls/x.ndjson` has no number: nobody
//! knows whose records these are, so they are rejected and never part of the main line.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use walkdir::WalkDir;

use crate::files::{self, Directory, Links};
use crate::store::unpack;
use model::history::BranchId;
use model::record::Problem;

/// A file of records.
#[derive(Debug)]
pub(crate) struct RecordFile {
    pub(crate) path: PathBuf,
    /// Relative to the history directory, with `/`.
    pub(crate) name: String,
    /// May hold an array instead of lines.
    pub(crate) is_json: bool,
    pub(crate) owner: FileOwner,
}

/// Whose records a file holds, as its path says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileOwner {
    /// The main line's, unless a record names a pull request.
    MainLine,
    /// All of this pull request, whatever a record says.
    Pull(u64),
    /// A pull request's, but no number says which.
    UnknownPull,
}

impl FileOwner {
    /// The owner of a file with this path within the history directory, in parts.
    fn of(parts: &[String]) -> Self {
        match parts {
            [archive, within @ ..] if archive == "archive" => Self::of(within),
            [folder, .., file] if folder == "pulls" => {
                pull_number(file).map_or(Self::UnknownPull, Self::Pull)
            }
            _ => Self::MainLine,
        }
    }
}

/// The number that a file's name begins with, up to the first dot.
fn pull_number(file: &str) -> Option<u64> {
    let digits =
        file.split('.').next().filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().filter(|number| (1..=MAX_PULL).contains(number))
}

impl RecordFile {
    /// Its name says that it is compressed.
    pub(crate) fn is_packed(&self) -> bool {
        unpack::is_packed(&self.name)
    }
}

/// Largest number of a pull request. Larger ones would share a line of the history.
const MAX_PULL: u64 = BranchId::MAX_PULL;

/// Files at the top of the directory that hold something else than records.
const NOT_RECORDS: [&str; 4] =
    ["commits.ndjson", "audit.ndjson", "baselines.json", "policy.schema.json"];
/// Folders at the top that hold something else than records.
const NOT_WALKED: [&str; 3] = ["quarantine", "notes", "templates"];

/// What a history directory holds.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Sorted by name.
    pub(crate) files: Vec<RecordFile>,
    /// Links, FIFOs and the like: they are not read.
    pub(crate) problems: Vec<Problem>,
}

/// Lists the record files.
///
/// # Errors
/// The directory does not exist, is no directory, or cannot be listed.
pub(crate) fn record_files(directory: &Directory, archive: bool) -> anyhow::Result<Listing> {
    let root = directory.path();
    if !root.is_dir() {
        bail!(
            "no history directory at {}: name it with --data DIR, start one with `benchpages \
             init`, or make one to look at with `benchpages demo-data`",
            root.display()
        );
    }
    let mut listing = Listing::default();
    let entered = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let top = entry.depth() == 1;
        let folder = entry.file_type().is_dir();
        !(entry.depth() > 0 && name.starts_with('.')
            || top && folder && NOT_WALKED.contains(&&*name)
            || top && folder && name == "archive" && !archive
            // The runs themselves stand in the archive.
            || top && folder && name == "summaries" && archive)
    };
    for entry in walk(directory).into_iter().filter_entry(entered) {
        let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
        let kind = entry.file_type();
        if kind.is_file() {
            listing.files.extend(record_file(root, entry.path()));
        } else if !kind.is_dir() {
            listing.problems.extend(not_plain(root, &entry));
        }
    }
    // By whole name: the walk sorts within each folder.
    listing.files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(listing)
}

fn walk(directory: &Directory) -> WalkDir {
    let follow = directory.links() == Links::Follow;
    WalkDir::new(directory.path()).follow_links(follow).sort_by_file_name()
}

/// The problem of something that is neither a file nor a folder.
fn not_plain(root: &Path, entry: &walkdir::DirEntry) -> Option<Problem> {
    let error = files::open(entry.path(), Links::Reject).err()?;
    let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
    Some(error.problem(&with_slashes(relative)))
}

/// A relative path as messages and JSON have it on every system.
fn with_slashes(relative: &Path) -> String {
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// A file of the directory, where it is one of records by its name.
pub(crate) fn record_file(directory: &Path, path: &Path) -> Option<RecordFile> {
    let relative = path.strip_prefix(directory).ok()?;
    let name = with_slashes(relative);
    if NOT_RECORDS.contains(&name.as_str()) {
        return None;
    }
    // Under the compressed name stands the kind of file.
    let plain = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    let json = plain.ends_with(".json");
    if !(json || plain.ends_with(".ndjson") || plain.ends_with(".jsonl")) {
        return None;
    }
    let parts: Vec<String> = name.split('/').map(str::to_owned).collect();
    let owner = FileOwner::of(&parts);
    Some(RecordFile { path: path.to_owned(), name, is_json: json, owner })
}

/// Every file of a history directory, whatever it holds, sorted; what builds write there
/// themselves (`quarantine/refused.ndjson`) and dot files aside.
///
/// # Errors
/// The directory does not exist or cannot be listed.
pub(crate) fn inputs(directory: &Directory) -> anyhow::Result<Vec<PathBuf>> {
    let seen = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let root = directory.path();
    let own = root.join(super::quarantine::REJECTED);
    let mut files = Vec::new();
    for entry in walk(directory).into_iter().filter_entry(seen) {
        let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
        if !entry.file_type().is_dir() && entry.path() != own {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}
