//! Rejected records, kept with the reason: each build that rejects any writes them to
//! `quarantine/refused.ndjson`, the next one without removes it. The lines stay in their files.
//!
//! ```text
//! {"file":"results/x.ndjson","line":4,"column":11,"reason":"no `commit`","text":"{…}", …}
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;
use serde_json::json;

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::unpack::{Unpacker, is_packed};
use crate::store::{append, own_file_limit};
use model::limits::Limits;
use model::record::problem_kind::ProblemKind;
use model::record::{Problem, SourceLocation};

/// Rejected lines, from the history directory.
// The old spelling stays: scripts watch this path.
pub(super) const REJECTED: &str = "quarantine/refused.ndjson"; // old spelling
/// Parts of foreign files, kept when they were ingested.
pub(super) const INGEST_REJECTS: &str = "quarantine/ingested.ndjson";
/// Of a longer line, its beginning is kept.
const MAX_TEXT_BYTES: usize = 1_000;
/// Whoever waits for the lock sees this.
const COMMAND: &str = "build";

/// Writes one JSON object for every rejected line: `file`, `line`, `column`, `reason`, `remedy`,
/// `text` (the first 1,000 bytes of the line as it stands, invalid UTF-8 replaced).
///
/// # Errors
/// The folder cannot be made or written. No line is lost then: each still stands in its file.
pub(crate) fn write(directory: &Directory, problems: &[Problem]) -> anyhow::Result<()> {
    let limit = own_file_limit();
    let old = directory.read(REJECTED, limit)?;
    if problems.is_empty() {
        if old.is_some() {
            directory.remove(&HistoryLock::acquire(directory.path(), COMMAND)?, REJECTED)?;
        }
        return Ok(());
    }
    let mut out = String::new();
    for (file, problems) in by_file(problems) {
        let numbers = problems.iter().map(|problem| problem.location.line).collect();
        // What cannot be read or unpacked has no text to keep; it stays where it is.
        let texts = texts_of_lines(directory, file, &numbers).unwrap_or_default();
        for problem in problems {
            let text = texts.get(&problem.location.line).map_or("", String::as_str);
            out.push_str(&line_of(problem, text));
        }
    }
    if old.is_some_and(|old| old == out.as_bytes()) {
        return Ok(());
    }
    let lock = HistoryLock::acquire(directory.path(), COMMAND)?;
    Ok(directory.replace(&lock, REJECTED, out.as_bytes())?)
}

/// The text of these lines of a file, each cut at [`MAX_TEXT_BYTES`]. Reads the file as a stream: a
/// history may reject one line of a file of gigabytes.
fn texts_of_lines(
    directory: &Directory,
    file: &str,
    numbers: &BTreeSet<u32>,
) -> anyhow::Result<BTreeMap<u32, String>> {
    let mut input = directory.open(file)?;
    let mut packed = Vec::new();
    let content: Box<dyn Read + '_> = if is_packed(file) {
        input.take(own_file_limit().bytes).read_to_end(&mut packed)?;
        Box::new(Unpacker::new(file, &packed, &Limits::default())?)
    } else {
        Box::new(&mut input)
    };
    let mut content = BufReader::new(content);
    let mut texts = BTreeMap::new();
    let last = numbers.last().copied().unwrap_or_default();
    for number in 1..=last {
        let mut line = Vec::new();
        if !read_line_start(&mut content, &mut line)? {
            break;
        }
        if numbers.contains(&number) {
            texts.insert(number, String::from_utf8_lossy(&line).into_owned());
        }
    }
    Ok(texts)
}

/// Reads a line and keeps its first bytes; whether there was one.
fn read_line_start(content: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut is_some = false;
    loop {
        let buffer = content.fill_buf()?;
        if buffer.is_empty() {
            return Ok(is_some);
        }
        is_some = true;
        let end = memchr::memchr(b'\n', buffer);
        let part = &buffer[..end.unwrap_or(buffer.len())];
        let room = MAX_TEXT_BYTES - line.len();
        line.extend_from_slice(&part[..part.len().min(room)]);
        let consumed = end.map_or(buffer.len(), |end| end + 1);
        content.consume(consumed);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// Adds parts of foreign files to `quarantine/ingested.ndjson`, each once: their files lie outside
/// the history, so nothing else keeps them.
///
/// # Errors
/// The folder cannot be made or written.
pub(crate) fn append_rejects(
    directory: &Directory,
    lock: &HistoryLock,
    rejected: &[(&Problem, &str)],
) -> anyhow::Result<()> {
    if rejected.is_empty() {
        return Ok(());
    }
    let lines: String = rejected.iter().map(|(problem, text)| line_of(problem, text)).collect();
    append::append_lines(directory, lock, INGEST_REJECTS, &lines).map(|_| ())
}

/// What [`append_rejects`] kept, sorted by place; other lines are skipped.
pub(super) fn parse_rejects(text: &str) -> Vec<Problem> {
    let wires = text.lines().filter_map(|line| serde_json::from_str::<QuarantineLine>(line).ok());
    let mut problems: Vec<Problem> = wires
        .map(|wire| Problem {
            location: SourceLocation { file: wire.file, line: wire.line, column: wire.column },
            reason: wire.reason,
            remedy: wire.remedy,
            kind: ProblemKind::RejectedPart,
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
        "code": problem.kind.code(),
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
