//! What a benchmark writes into its folder: the files and folders that a pattern names and that a
//! run changed.
//!
//! A pattern is a path with `*` for any part of a name and `**` for any number of folders:
//! `target/criterion`, `out/*.json`, `**/bench-*.xml`. Hidden folders are searched only where the
//! pattern names them, links are not followed, and nothing outside of the folder is read.
//!
//! Results of an earlier run lie in the same place. So what was there before the run, with the same
//! size and time, is not its result; nothing is deleted, for the folder may be the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::bail;

/// Which files of a folder are results.
#[derive(Clone, Debug)]
pub(crate) struct ResultPattern {
    parts: Vec<String>,
}

/// The files that a pattern names, as they were at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResultFiles {
    /// What the pattern names: a file, or a folder with all files in it.
    by_match: BTreeMap<PathBuf, BTreeMap<PathBuf, FileState>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileState {
    bytes: u64,
    changed: Option<SystemTime>,
}

impl ResultPattern {
    /// # Errors
    /// The pattern leaves its folder.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let path = Path::new(text);
        let parts: Vec<String> = text
            .split(['/', '\\'])
            .filter(|part| !matches!(*part, "" | "."))
            .map(str::to_owned)
            .collect();
        if parts.is_empty() || path.is_absolute() || parts.iter().any(|part| part == "..") {
            bail!("--collect {text}: write a path below the folder of the run, as out/*.json");
        }
        Ok(Self { parts })
    }

    /// What it names in a folder now; what cannot be listed is left out.
    pub(crate) fn files(&self, folder: &Path) -> ResultFiles {
        let mut files = ResultFiles::default();
        let mut entries =
            walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            // A file that vanishes while its folder is listed was no result.
            let Ok(entry) = entry else { continue };
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let names: Vec<String> =
                path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            let is_folder = entry.file_type().is_dir();
            if matches(&self.parts, &names) && (is_folder || entry.file_type().is_file()) {
                files.by_match.insert(entry.path().to_owned(), states(entry.path()));
            } else if !is_folder || may_begin(&self.parts, &names) {
                continue;
            }
            // A dependency folder of a checkout may hold a million files.
            if is_folder {
                entries.skip_current_dir();
            }
        }
        files
    }
}

impl ResultFiles {
    /// The files and folders that changed since.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<PathBuf> {
        let changed = |(path, states): &(&PathBuf, &BTreeMap<PathBuf, FileState>)| {
            before.by_match.get(*path) != Some(*states) && !states.is_empty()
        };
        self.by_match.iter().filter(changed).map(|(path, _)| path.clone()).collect()
    }
}

fn states(path: &Path) -> BTreeMap<PathBuf, FileState> {
    let files = walkdir::WalkDir::new(path).into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    let state = |entry: walkdir::DirEntry| {
        let metadata = entry.metadata().ok()?;
        let state = FileState { bytes: metadata.len(), changed: metadata.modified().ok() };
        Some((entry.into_path(), state))
    };
    files.filter_map(state).collect()
}

fn matches(parts: &[String], names: &[String]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((part, rest)), _) if part == "**" => {
            let into = |(name, below): (&String, &[String])| {
                !name.starts_with('.') && matches(parts, below)
            };
            matches(rest, names) || names.split_first().is_some_and(into)
        }
        (Some((part, rest)), Some((name, below))) => {
            matches_name(part, name) && matches(rest, below)
        }
        _ => false,
    }
}

/// Whether something below a folder may match.
fn may_begin(parts: &[String], names: &[String]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (Some(_), None) => true,
        (Some((part, rest)), Some((name, below))) if part == "**" => {
            may_begin(rest, names) || !name.starts_with('.') && may_begin(parts, below)
        }
        (Some((part, rest)), Some((name, below))) => {
            matches_name(part, name) && may_begin(rest, below)
        }
        (None, _) => false,
    }
}

/// Whether a name has the pieces between the stars, in their order.
fn matches_name(part: &str, name: &str) -> bool {
    let Some((first, rest)) = part.split_once('*') else { return part == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    // As shells do: a star does not find hidden names.
    if first.is_empty() && name.starts_with('.') {
        return false;
    }
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = left.find(piece) else { return false };
        left = &left[at + piece.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_files_and_folders_of_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let make = |path: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        };
        let paths = ["out/a.json", "out/b.txt", "out/deep/c.json", ".git/d.json", "criterion/x/y"];
        paths.iter().for_each(|path| make(path));
        let named = |pattern: &str| -> Vec<String> {
            let files = ResultPattern::parse(pattern).unwrap().files(root.path());
            let changed = files.changed_since(&ResultFiles::default()).into_iter();
            let relative = |path: PathBuf| {
                let path = path.strip_prefix(root.path()).unwrap().to_owned();
                path.to_string_lossy().replace('\\', "/")
            };
            changed.map(relative).collect()
        };
        assert_eq!(named("out/*.json"), ["out/a.json"]);
        assert_eq!(named("**/*.json"), ["out/a.json", "out/deep/c.json"]);
        assert_eq!(named("criterion"), ["criterion"]);
        assert_eq!(named("./out/deep/c.json"), ["out/deep/c.json"]);
        for outside in ["../x", "/etc/*", ""] {
            assert!(ResultPattern::parse(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn only_what_a_run_wrote_is_its_result() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("old.json"), "1").unwrap();
        let pattern = ResultPattern::parse("*.json").unwrap();
        let before = pattern.files(root.path());
        std::fs::write(root.path().join("new.json"), "22").unwrap();
        let changed = pattern.files(root.path()).changed_since(&before);
        assert_eq!(changed, [root.path().join("new.json")]);
    }
}
