//! The demo history on disk. A manifest lists what was written, so that the next run may replace
//! it.
//!
//! A folder with any other file is rejected before anything changes: `demo-data --out .` in a
//! repository must not cost anybody a file. Files that other commands of this program make in a
//! history are part of the demo.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::demo::{self, DemoOptions};

/// The manifest: a first line that names it, then one path a line.
const MANIFEST: &str = ".benchpages-demo";
const MANIFEST_HEADER: &str = "benchpages demo-data 1";
/// What other commands make beside a history.
const BYPRODUCTS: [&str; 5] =
    ["quarantine", "archive", "audit.ndjson", "baselines.json", "events.ndjson"];

/// Why the history was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoWriteError {
    #[error(
        "{} holds `{}`, which demo-data did not make; write the demo elsewhere with --out, or \
         remove that folder yourself",
        .folder.display(),
        .file.display()
    )]
    NotOurs { folder: PathBuf, file: PathBuf },
    #[error("{}: {source}; choose a folder that can be written with --out", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenDemo {
    pub(crate) files: u64,
    /// Records of the main line.
    pub(crate) records: u64,
}

/// Writes the history to `dir`, which is made where it is missing, and removes what an earlier run
/// left there.
///
/// # Errors
/// [`DemoWriteError::NotOurs`] before anything changes; [`DemoWriteError::Io`] with the path at
/// fault.
pub(crate) fn write(options: &DemoOptions, dir: &Path) -> Result<WrittenDemo, DemoWriteError> {
    let old = read_manifest(dir)?;
    reject_foreign_files(dir, &old)?;
    let new = demo::file_names(options);
    fs::create_dir_all(dir).map_err(write_error_at(dir))?;
    // Both lists first: the files of a run that is stopped halfway are still listed as ours.
    write_manifest(dir, old.union(&new))?;
    for byproduct in BYPRODUCTS {
        let path = dir.join(byproduct);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { remove(&path) };
        removed.map_err(write_error_at(&path))?;
    }
    for path in old.difference(&new) {
        let path = dir.join(path);
        remove(&path).map_err(write_error_at(&path))?;
    }
    let records = demo::each_file(options, |relative, content| {
        let path = dir.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(write_error_at(parent))?;
        }
        fs::write(&path, content).map_err(write_error_at(&path))
    })?;
    write_manifest(dir, new.iter())?;
    Ok(WrittenDemo { files: new.len() as u64, records })
}

/// The files of an earlier run; none where there was no run.
fn read_manifest(dir: &Path) -> Result<BTreeSet<String>, DemoWriteError> {
    let path = dir.join(MANIFEST);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(write_error_at(&path)(error)),
    };
    let mut lines = text.lines();
    let ours = lines.next() == Some(MANIFEST_HEADER);
    // What the manifest lists is removed, and anybody may have written it.
    let safe = |line: &&str| !line.starts_with('/') && !line.split('/').any(|part| part == "..");
    Ok(if ours { lines.filter(safe).map(str::to_owned).collect() } else { BTreeSet::new() })
}

/// Errors where the folder holds a file or link that is not in the manifest.
fn reject_foreign_files(dir: &Path, ours: &BTreeSet<String>) -> Result<(), DemoWriteError> {
    let entries = walkdir::WalkDir::new(dir).min_depth(1).sort_by_file_name().into_iter();
    let is_no_byproduct = |entry: &walkdir::DirEntry| {
        let is_top = entry.depth() == 1 && !ours.is_empty();
        !(is_top && BYPRODUCTS.iter().any(|name| entry.file_name() == *name))
    };
    for entry in entries.filter_entry(is_no_byproduct) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if !dir.exists() && error.depth() == 0 => return Ok(()),
            Err(error) => {
                let path = error.path().unwrap_or(dir).to_owned();
                return Err(write_error_at(&path)(error.into()));
            }
        };
        let relative = entry.path().strip_prefix(dir).unwrap_or(entry.path());
        let name = relative.to_string_lossy().replace('\\', "/");
        let kind = entry.file_type();
        let is_ours = ours.contains(&name) || (name == MANIFEST && !ours.is_empty());
        if !(kind.is_dir() || kind.is_file() && is_ours) {
            return Err(DemoWriteError::NotOurs {
                folder: dir.to_owned(),
                file: relative.to_owned(),
            });
        }
    }
    Ok(())
}

fn write_manifest<'a>(
    dir: &Path,
    files: impl Iterator<Item = &'a String>,
) -> Result<(), DemoWriteError> {
    let path = dir.join(MANIFEST);
    let lines = files.fold(format!("{MANIFEST_HEADER}\n"), |text, file| text + file + "\n");
    fs::write(&path, lines).map_err(write_error_at(&path))
}

/// Removes a file; one that is not there is fine.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_error_at(path: &Path) -> impl FnOnce(io::Error) -> DemoWriteError + use<> {
    let path = path.to_owned();
    |source| DemoWriteError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{Scenario, generate};

    fn history(days: u32) -> DemoOptions {
        DemoOptions { days, ..DemoOptions::default() }
    }

    fn names(dir: &Path) -> BTreeSet<String> {
        let files = walkdir::WalkDir::new(dir).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        let name = |path: &Path| path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
        files.map(|entry| name(entry.path())).filter(|name| name != MANIFEST).collect()
    }

    #[test]
    fn a_second_run_replaces_the_first_and_leaves_nothing_of_it() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("deep/demo");
        write(&history(9), &dir).unwrap();
        fs::create_dir(dir.join("quarantine")).unwrap();
        fs::write(dir.join("quarantine/bad.ndjson"), "x").unwrap();
        let written = write(&history(3), &dir).unwrap();
        let shorter = generate(&history(3));
        assert_eq!(written.files, shorter.files.len() as u64);
        let expected = shorter.files.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(names(&dir), expected);
        for (path, bytes) in &shorter.files {
            assert_eq!(&fs::read(dir.join(path)).unwrap(), bytes, "{path}");
        }
    }

    #[test]
    fn a_folder_with_anything_else_is_rejected_untouched() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("policy.yml"), "version: mine\n").unwrap();
        let error = write(&history(3), root.path()).unwrap_err();
        assert!(error.to_string().contains("policy.yml"), "{error}");
        assert!(error.to_string().contains("--out"), "{error}");
        assert_eq!(names(root.path()), BTreeSet::from(["policy.yml".to_owned()]));

        let ours = tempfile::tempdir().unwrap();
        write(&history(3), ours.path()).unwrap();
        fs::write(ours.path().join("results/mine.ndjson"), "{}\n").unwrap();
        let before = names(ours.path());
        assert!(matches!(write(&history(3), ours.path()), Err(DemoWriteError::NotOurs { .. })));
        assert_eq!(names(ours.path()), before);
    }

    #[test]
    fn a_forged_manifest_reaches_nothing_outside_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let (dir, outside) = (root.path().join("demo"), root.path().join("precious"));
        fs::write(&outside, "keep").unwrap();
        fs::create_dir(&dir).unwrap();
        fs::write(
            dir.join(MANIFEST),
            format!("{MANIFEST_HEADER}\n../precious\n{}\n", outside.display()),
        )
        .unwrap();
        let _ = write(&history(2), &dir);
        assert_eq!(fs::read_to_string(&outside).unwrap(), "keep");
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_rejected() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("demo");
        fs::write(&file, "mine").unwrap();
        assert!(write(&history(2), &file).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn an_empty_folder_is_taken_and_every_scenario_fits_a_disk() {
        for (_, scenario) in Scenario::ALL {
            let root = tempfile::tempdir().unwrap();
            let options = DemoOptions { days: 2, scenario, ..DemoOptions::default() };
            write(&options, root.path()).unwrap();
            // The manifest lists what is there: the paths are known before the files are made.
            assert_eq!(names(root.path()), demo::file_names(&options), "{scenario:?}");
        }
    }
}
