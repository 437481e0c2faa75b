//! Refused lines, kept with their reason: `quarantine/refused.ndjson` is written anew by each build
//! that refuses something, and removed by one that does not. The original line stays where it is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use crate::record::Problem;

/// Writes one JSON object for every refused line: `file`, `line`, `column`, `reason`, `remedy`,
/// `text` (the line as it stands, invalid UTF-8 replaced).
///
/// # Errors
/// The folder cannot be made or written, or a file that was read a moment ago is gone.
pub(crate) fn write(directory: &Path, problems: &[Problem]) -> anyhow::Result<()> {
    let folder = directory.join("quarantine");
    let path = folder.join("refused.ndjson");
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
        let bytes = super::unpack(&path, packed).unwrap_or_default();
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        for problem in problems {
            let index = problem.place.line.saturating_sub(1) as usize;
            let text = lines
                .get(index)
                .map_or_else(String::new, |line| String::from_utf8_lossy(line).into_owned());
            let entry = json!({
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "reason": problem.reason,
                "remedy": problem.remedy,
                "text": text,
            });
            out.push_str(&entry.to_string());
            out.push('\n');
        }
    }
    if std::fs::read_to_string(&path).is_ok_and(|old| old == out) {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, out))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn by_file(problems: &[Problem]) -> BTreeMap<&str, Vec<&Problem>> {
    let mut files: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        files.entry(&problem.place.file).or_default().push(problem);
    }
    files
}
