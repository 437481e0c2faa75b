//! Rejected records, kept with the reason: each build that rejects any writes them to
//! `quarantine/refused.ndjson`, the next one without removes it. The lines themselves stay in place.
//!
//! ```text
//! {"file":"results/x.ndjson","line":4,"column":11,"reason":"no `commit`","remedy":"…","text":"{…}"}
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;

use crate::store::append;
use model::record::{Problem, SourceLocation};

/// Rejected lines, from the history directory.
// The old spelling stays: scripts watch this path.
pub(super) const REJECTED: &str = "quarantine/refused.ndjson"; // old spelling
/// Parts of foreign files, kept when they were ingested.
const INGEST_REJECTS: &str = "ingested.ndjson";

/// Writes one JSON object for every rejected line: `file`, `line`, `column`, `reason`, `remedy`,
/// `text` (the line as it stands, invalid UTF-8 replaced).
///
/// # Errors
/// The folder cannot be made or written, or a file that was read a moment ago is gone.
pub(crate) fn write(directory: &Path, problems: &[Problem]) -> anyhow::Result<()> {
    let folder = directory.join("quarantine");
    let path = directory.join(REJECTED);
    if problems.is_empty() {
        if path.exists() {
            std::fs::remove_file(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
        return Ok(());
    }
    let mut out = String::new();
    for (file, problems) in by_file(problems) {
        let path = directory.join(file);
        let packed =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        // What cannot be unpacked has no text to keep; it stays where it is.
        let bytes = super::unpack(&path, &packed).unwrap_or_default();
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        for problem in problems {
            let index = problem.location.line.saturating_sub(1) as usize;
            let text = lines
                .get(index)
                .map_or_else(String::new, |line| String::from_utf8_lossy(line).into_owned());
            out.push_str(&line_of(problem, &text));
        }
    }
    if std::fs::read_to_string(&path).is_ok_and(|old| old == out) {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, out))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Adds parts of foreign files to `quarantine/ingested.ndjson`, each once: their files lie outside
/// the history, so nothing else keeps them.
///
/// # Errors
/// The folder cannot be made or written.
pub(super) fn append_rejects(
    directory: &Path,
    rejected: &[(&Problem, &str)],
) -> anyhow::Result<()> {
    if rejected.is_empty() {
        return Ok(());
    }
    let folder = directory.join("quarantine");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let lines: String = rejected.iter().map(|(problem, text)| line_of(problem, text)).collect();
    append::append_lines(&folder.join(INGEST_REJECTS), &lines).map(|_| ())
}

/// What [`append_rejects`] kept, sorted by place; other lines are skipped.
pub(super) fn read_rejects(directory: &Path) -> Vec<Problem> {
    let path = directory.join("quarantine").join(INGEST_REJECTS);
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let wires = text.lines().filter_map(|line| serde_json::from_str::<QuarantineLine>(line).ok());
    let mut problems: Vec<Problem> = wires
        .map(|wire| Problem {
            location: SourceLocation { file: wire.file, line: wire.line, column: wire.column },
            reason: wire.reason,
            remedy: wire.remedy,
        })
        .collect();
    problems.sort_unstable();
    problems
}

/// A rejected part without its text.
#[derive(Deserialize)]
struct QuarantineLine {
    file: String,
    line: u32,
    column: u32,
    reason: String,
    remedy: String,
}

fn line_of(problem: &Problem, text: &str) -> String {
    let entry = json!({
        "file": problem.location.file,
        "line": problem.location.line,
        "column": problem.location.column,
        "reason": problem.reason,
        "remedy": problem.remedy,
        "text": text,
    });
    format!("{entry}\n")
}

fn by_file(problems: &[Problem]) -> BTreeMap<&str, Vec<&Problem>> {
    let mut files: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        files.entry(&problem.location.file).or_default().push(problem);
    }
    files
}
