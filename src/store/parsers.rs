//! The parsers of this room as functions of bytes, for the fuzzer and its corpus: what is read from
//! a file otherwise comes from memory here. No part of the program uses them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::files::Links;
use crate::store::fast_parser::LineScanner;
use crate::store::read::ReadOptions;
use crate::store::walk::{FileOwner, RecordFile};
use crate::store::{commits, json_line, quarantine, read};
use model::history::build::HistoryBuilder;

/// The records of a file of this name; its ending says what the bytes are.
pub(crate) fn read_records(name: &str, bytes: &[u8]) -> HistoryBuilder {
    let is_json = name.contains(".json") && !name.contains(".ndjson");
    let (path, owner) = (PathBuf::from(name), FileOwner::MainLine);
    let file = RecordFile { path, name: name.to_owned(), is_json, owner };
    let mut builder = HistoryBuilder::new(Arc::default());
    let way = ReadOptions { cache: None, links: Links::Reject, one_thread_per_file: true };
    read::read_whole(bytes, &file, &mut builder, way);
    builder
}

/// The fast reader takes only lines that the general reader reads alike.
///
/// # Panics
/// It does not.
pub(crate) fn assert_readers_agree(line: &str) {
    let mut scanner = LineScanner::default();
    // A scanner that has read another line expects its fields.
    let _ = scanner.scan(r#"{"commit":"a","test":"b","n":1,"os":"x","value":2}"#);
    let Ok(raw) = scanner.scan(line) else { return };
    let fast = json_line::validate(line, raw).ok();
    let general = json_line::parse_general(line).ok();
    let general = general.and_then(|raw| json_line::validate(line, raw).ok());
    assert_eq!(format!("{fast:?}"), format!("{general:?}"), "{line}");
}

/// Merging what a file of commits holds already changes no byte, and every commit stays.
///
/// # Panics
/// It does, or one is lost.
pub(crate) fn assert_commits_merge_once(text: &str) {
    let (facts, _) = commits::read(text);
    let (merged, _) = commits::merge_text(text, &facts);
    let (again, counts) = commits::merge_text(&merged, &facts);
    assert_eq!(again, merged, "a second merge changes bytes: {counts:?}");
    let ids = |text: &str| {
        let mut ids: Vec<String> = commits::read(text).0.into_iter().map(|it| it.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    assert_eq!(ids(&merged), ids(text));
}

/// Rejected parts in the text of a file of the quarantine.
pub(crate) fn read_rejects(text: &str) {
    let _ = quarantine::parse_rejects(text);
}
