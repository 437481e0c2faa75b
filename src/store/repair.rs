//! Repairs of plain record files and of `commits.ndjson` that change no good record: line ends,
//! lines that were joined because one had no end, and exact duplicates. Files that people review,
//! the sealed audit log, packed files and JSON arrays stay as they are.
//!
//! Each file is copied to a folder that no reader of a history looks into before it is replaced,
//! whole. A second repair changes nothing.
//!
//! `{"commit":"a",…}{"commit":"b",…}` on one line, which is a rejected record, becomes two lines.

use std::collections::{BTreeSet, HashSet};

use serde_json::value::RawValue;

use crate::files::Directory;
use crate::files::lock::HistoryLock;
use crate::store::{commits, own_file_limit, walk};

/// The folder of copies. Its name begins with a dot, as of everything that is no history.
pub(crate) const BACKUP: &str = ".benchpages-backup";
/// Folders whose files are repaired.
const FOLDERS: [&str; 3] = ["results/", "pulls/", "archive/"];
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What is repaired in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LineRepair {
    ByteOrderMark,
    LineEnd,
    LastLineEnd,
    JoinedLines,
    Duplicate,
}

impl LineRepair {
    /// One stable word for scripts.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte_order_mark",
            Self::LineEnd => "line_end",
            Self::LastLineEnd => "last_line_end",
            Self::JoinedLines => "joined_lines",
            Self::Duplicate => "duplicate",
        }
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte order mark removed",
            Self::LineEnd => "Windows line end (CR LF) replaced by LF",
            Self::LastLineEnd => "line end added at the end of the file",
            Self::JoinedLines => "several records on one line, now one a line",
            Self::Duplicate => "exact duplicate of an earlier line removed",
        }
    }
}

/// A repair, and the lines of the file as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepairedLines {
    pub(crate) repair: LineRepair,
    pub(crate) lines: Vec<usize>,
}

/// A file that is repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepairedFile {
    /// Relative to the history directory, with `/`.
    pub(crate) name: String,
    pub(crate) repairs: Vec<RepairedLines>,
    before: Vec<u8>,
    after: String,
}

/// Finds what can be repaired.
///
/// # Errors
/// The directory or a file in it cannot be read.
pub(crate) fn plan(directory: &Directory) -> anyhow::Result<Vec<RepairedFile>> {
    let mut files = Vec::new();
    for path in walk::inputs(directory)? {
        let relative = path.strip_prefix(directory.path()).unwrap_or(&path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        // A link leads to a file that belongs to somebody else.
        let is_plain = path.symlink_metadata().is_ok_and(|facts| facts.is_file());
        if !is_plain || !is_repairable(&name) {
            continue;
        }
        let before = directory.read(&name, own_file_limit())?.unwrap_or_default();
        let Ok(text) = std::str::from_utf8(&before) else { continue };
        if let Some((after, repairs)) = repair_text(text) {
            files.push(RepairedFile { name, repairs, before, after });
        }
    }
    Ok(files)
}

fn is_repairable(name: &str) -> bool {
    let is_lines = name.ends_with(".ndjson") || name.ends_with(".jsonl");
    let is_ours = name == commits::FILE || FOLDERS.iter().any(|folder| name.starts_with(folder));
    is_lines && is_ours
}

/// Copies the files to a folder below [`BACKUP`], which is named after the time, and replaces them.
/// Returns that folder.
///
/// # Errors
/// A file cannot be written; those before it are complete, the others untouched.
pub(crate) fn apply(
    directory: &Directory,
    lock: &HistoryLock,
    files: &[RepairedFile],
    time: &str,
) -> anyhow::Result<String> {
    // Of two repairs at one time, neither copy is lost.
    let names = (1..).map(|number| match number {
        1 => format!("{BACKUP}/{time}"),
        _ => format!("{BACKUP}/{time}-{number}"),
    });
    let mut free = names.filter(|name| directory.path().join(name).symlink_metadata().is_err());
    let folder = free.next().unwrap_or_else(|| BACKUP.to_owned());
    // All copies stand before the first file changes.
    for file in files {
        directory.replace(lock, &format!("{folder}/{}", file.name), &file.before)?;
    }
    // Whoever keeps the history in git must not commit old states of it.
    directory.replace(lock, &format!("{BACKUP}/.gitignore"), b"*\n")?;
    for file in files {
        directory.replace(lock, &file.name, file.after.as_bytes())?;
    }
    Ok(folder)
}

/// The repaired text and what was repaired; none where nothing is to be repaired.
fn repair_text(text: &str) -> Option<(String, Vec<RepairedLines>)> {
    // An array, or what is no JSON at all, is not one record a line.
    let body = text.trim_start_matches(BYTE_ORDER_MARK);
    if !body.trim_start().starts_with('{') {
        return None;
    }
    let mut found = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut out = String::with_capacity(text.len() + 1);
    if body.len() != text.len() {
        found.insert((LineRepair::ByteOrderMark, 1));
    }
    for (at, line) in body.split_inclusive('\n').enumerate() {
        let number = at + 1;
        let content = line.strip_suffix('\n').unwrap_or(line);
        if content.len() == line.len() {
            found.insert((LineRepair::LastLineEnd, number));
        }
        // Several, where a file was converted twice.
        let stripped = content.trim_end_matches('\r');
        if stripped.len() != content.len() {
            found.insert((LineRepair::LineEnd, number));
        }
        let objects = objects(stripped);
        if objects.len() > 1 {
            found.insert((LineRepair::JoinedLines, number));
        }
        for object in &objects {
            if seen.insert(*object) {
                out.push_str(object);
                out.push('\n');
            } else {
                found.insert((LineRepair::Duplicate, number));
            }
        }
        // What cannot be read stays to the letter: only its writer knows what it means.
        if objects.is_empty() {
            out.push_str(stripped);
            out.push('\n');
        }
    }
    if found.is_empty() {
        return None;
    }
    let found: Vec<(LineRepair, usize)> = found.into_iter().collect();
    let repairs = found.chunk_by(|a, b| a.0 == b.0).map(|same| RepairedLines {
        repair: same[0].0,
        lines: same.iter().map(|(_, line)| *line).collect(),
    });
    Some((out, repairs.collect()))
}

/// The JSON objects of a line; none where it holds anything else.
fn objects(line: &str) -> Vec<&str> {
    let values = serde_json::Deserializer::from_str(line).into_iter::<&RawValue>();
    let values: Result<Vec<&RawValue>, _> = values.collect();
    let values = values.unwrap_or_default();
    let is_object = |value: &&RawValue| value.get().starts_with('{');
    match values.as_slice() {
        // With the blanks around it, so that a good line keeps every byte.
        [only] if is_object(only) => vec![line],
        several if several.iter().all(is_object) => {
            several.iter().map(|value| value.get()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = r#"{"commit":"a","note":"}{"}"#;
    const B: &str = r#"{"commit":"b"}"#;
    /// What files are made of, good and bad.
    const PIECE: &str = "(\u{feff}|\\{\"a\":[12]\\}|\n|\r\n|\r| |\\{|x|\\[)";

    fn repaired(text: &str) -> (String, Vec<&'static str>) {
        let (after, repairs) = repair_text(text).unwrap_or((text.to_owned(), Vec::new()));
        (after, repairs.iter().map(|it| it.repair.as_str()).collect())
    }

    #[test]
    fn each_fault_is_repaired_and_named() {
        let good = format!("{A}\n{B}\n");
        for (text, names) in [
            (good.clone(), vec![]),
            (format!("{A}\n{B}"), vec!["last_line_end"]),
            (format!("\u{feff}{A}\r\n{B}\r\n"), vec!["byte_order_mark", "line_end"]),
            (format!("{A}{B}\n"), vec!["joined_lines"]),
            (format!("{A} {B}\n"), vec!["joined_lines"]),
            (format!("{A}\n{B}\n{A}\n"), vec!["duplicate"]),
        ] {
            assert_eq!(repaired(&text), (good.clone(), names), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_stays_to_the_letter() {
        for text in ["[\n{}\n]\n", "not JSON\n", "", "\u{feff}", "{\"a\":1}{\"b\"\n", "{}\n\n  \n"]
        {
            assert_eq!(repaired(text).0, text, "{text}");
        }
        let broken = format!("{A}\n{{\"cut\n{{\"cut\n");
        assert_eq!(repaired(&broken).0, broken, "broken lines are no duplicates");
    }

    proptest::proptest! {
        #[test]
        fn a_second_repair_changes_nothing(
            pieces in proptest::collection::vec(PIECE, 0..30)
        ) {
            let (once, _) = repaired(&pieces.concat());
            let (twice, names) = repaired(&once);
            proptest::prop_assert_eq!(&once, &twice);
            proptest::prop_assert_eq!(names, Vec::<&str>::new());
        }
    }
}
