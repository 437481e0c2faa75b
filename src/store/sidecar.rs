//! What stands beside the records: commits, accepted changes, notes, the user's templates.

use std::path::Path;

use anyhow::Context;

use crate::store::{Contents, audit, commits, quarantine};
use model::note;
use model::policy::accepted;
use model::record::{Problem, SourceLocation};

/// Reads the side files into `contents`; what is wrong with them becomes a problem there.
pub(super) fn read_sidecars(directory: &Path, contents: &mut Contents) -> anyhow::Result<()> {
    if let Some(text) = read_optional(&directory.join(commits::FILE))? {
        let (commits, problems) = commits::read(&text);
        contents.commits = commits;
        contents.problems.extend(problems);
    }
    if let Some(text) = read_optional(&directory.join("accepted.yml"))? {
        match accepted::read(&text) {
            Ok(entries) => contents.accepted = entries,
            Err(error) => contents.problems.push(Problem {
                location: SourceLocation {
                    file: "accepted.yml".to_owned(),
                    line: error.line,
                    column: error.column,
                },
                reason: error.reason,
                remedy: "correct the entry; until then no change counts as accepted".to_owned(),
            }),
        }
    }
    match audit::read(directory) {
        Ok(chain) => contents.audit = chain,
        Err(error) => contents.problems.push(Problem {
            location: SourceLocation { file: "audit.ndjson".to_owned(), line: 1, column: 1 },
            reason: format!("{error:#}"),
            remedy: "make it a plain file that can be read".to_owned(),
        }),
    }
    for (name, text) in read_folder(&directory.join("notes"), "md")? {
        match note::read(&name, &text) {
            Ok(note) => contents.notes.push(note),
            Err(reason) => contents.problems.push(Problem {
                location: SourceLocation { file: format!("notes/{name}"), line: 1, column: 1 },
                reason,
                remedy: "begin the note with `---`, `date: YYYY-MM-DD` and `---`".to_owned(),
            }),
        }
    }
    // Kept apart: their lines are not in any file of the history.
    contents.ingest_problems = quarantine::read_rejects(directory);
    contents.templates = read_folder(&directory.join("templates"), "html")?;
    contents.templates.extend(read_folder(&directory.join("templates"), "md")?);
    Ok(())
}

/// The files of a folder with this ending, sorted by name; none where there is no such folder.
fn read_folder(path: &Path, ending: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in walkdir::WalkDir::new(path).max_depth(1).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot list {}", path.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().is_file() && name.ends_with(&format!(".{ending}")) {
                let bytes = std::fs::read(entry.path())
                    .with_context(|| format!("cannot read {}", entry.path().display()))?;
                files.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    Ok(files)
}

fn read_optional(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
