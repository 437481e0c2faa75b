//! What stands beside the records: commits, accepted changes, notes, the user's templates.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::history::CommitFacts;
use crate::note;
use crate::policy::accepted;
use crate::record::{Place, Problem, Timestamp};
use crate::store::{Contents, audit};

/// Reads the side files into `contents`; what is wrong with them becomes a problem there.
pub(super) fn read(directory: &Path, contents: &mut Contents) -> anyhow::Result<()> {
    if let Some(text) = optional(&directory.join("commits.ndjson"))? {
        commits(&text, contents);
    }
    if let Some(text) = optional(&directory.join("accepted.yml"))? {
        match accepted::read(&text) {
            Ok(entries) => contents.accepted = entries,
            Err(error) => contents.problems.push(Problem {
                place: Place {
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
            place: Place { file: "audit.ndjson".to_owned(), line: 1, column: 1 },
            reason: format!("{error:#}"),
            remedy: "make it a plain file that can be read".to_owned(),
        }),
    }
    for (name, text) in folder(&directory.join("notes"), "md")? {
        match note::read(&name, &text) {
            Ok(note) => contents.notes.push(note),
            Err(reason) => contents.problems.push(Problem {
                place: Place { file: format!("notes/{name}"), line: 1, column: 1 },
                reason,
                remedy: "begin the note with `---`, `date: YYYY-MM-DD` and `---`".to_owned(),
            }),
        }
    }
    contents.templates = folder(&directory.join("templates"), "html")?;
    contents.templates.extend(folder(&directory.join("templates"), "md")?);
    Ok(())
}

/// The files of a folder with this ending, sorted by name; none where there is no such folder.
fn folder(path: &Path, ending: &str) -> anyhow::Result<Vec<(String, String)>> {
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

fn optional(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A line of `commits.ndjson`.
#[derive(Deserialize)]
struct Wire {
    commit: String,
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default)]
    author_time: Option<String>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    pull: Option<u64>,
    #[serde(default)]
    tag: Option<String>,
}

fn commits(text: &str, contents: &mut Contents) {
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parsed = serde_json::from_str::<Wire>(line).map_err(|error| error.to_string());
        let facts = parsed.and_then(|wire| {
            let time = wire.author_time.map(|text| Timestamp::parse(&text)).transpose()?;
            Ok(CommitFacts {
                id: wire.commit,
                time,
                subject: wire.subject,
                parents: wire.parents,
                pull: wire.pull,
                tag: wire.tag,
            })
        });
        match facts {
            Ok(facts) => contents.commits.push(facts),
            Err(reason) => contents.problems.push(Problem {
                place: Place {
                    file: "commits.ndjson".to_owned(),
                    line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    column: 1,
                },
                reason,
                remedy: "write `commit`, `parents`, `author_time`, `subject`".to_owned(),
            }),
        }
    }
    // Of two lines about one commit the later one counts: by content, not by place in the file.
    contents.commits.sort_by(|a, b| {
        let of = |it: &CommitFacts| (it.id.clone(), it.time, it.subject.clone(), it.pull);
        of(a).cmp(&of(b)).then_with(|| (&a.tag, &a.parents).cmp(&(&b.tag, &b.parents)))
    });
}
