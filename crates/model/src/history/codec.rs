//! What was read as bytes and back: of one file, so that an unchanged file need not be parsed
//! again, and of several, so that machines can share the reading of a history.
//!
//! serde's derive names the fields, postcard writes them: numbers as few bytes as they need, text
//! with its length, nothing about the types. So bytes of another version of these types do not say
//! that they are: whoever keeps them keeps a format number and a checksum beside them
//! (`FORMAT_VERSION` and the BLAKE3 sum of the parse cache).
//!
//! Decoding still trusts nothing: every index is held against what it points into. A damaged entry
//! is no entry, never a panic and never another record's value.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::history::RecordCounts;
use crate::history::build::{HistoryBuilder, KeyedRow};
use crate::history::commit_times::CommitTimes;
use crate::history::details::DetailStore;
use crate::history::intern::Interner;
use crate::history::key::{EnvironmentKey, InternedKey};
use crate::record::Problem;

/// The parts of a builder that a file decides; the maps of a builder only find things in them.
#[derive(Serialize, Deserialize)]
struct EncodedFile<'a> {
    strings: Cow<'a, [Box<str>]>,
    keys: Cow<'a, [InternedKey]>,
    key_tags: Cow<'a, [BTreeSet<u32>]>,
    pull_tags: Cow<'a, [BTreeSet<u32>]>,
    environments: Cow<'a, [EnvironmentKey]>,
    commits: Cow<'a, [(u32, CommitTimes)]>,
    details: Cow<'a, DetailStore>,
    rows: Vec<KeyedRow>,
    counts: RecordCounts,
    records_per_day: Cow<'a, BTreeMap<i64, u32>>,
    rejected_records: Cow<'a, [Problem]>,
    ignored_fields: Cow<'a, [Problem]>,
}

impl HistoryBuilder {
    /// The bytes of everything that was read from one file.
    pub fn encode(&self) -> Vec<u8> {
        let file = EncodedFile {
            strings: self.strings.strings().into(),
            keys: (&self.key_list).into(),
            key_tags: (&self.key_tags).into(),
            pull_tags: (&self.pull_tags).into(),
            environments: (&self.environment_list).into(),
            commits: (&self.commit_list).into(),
            details: Cow::Borrowed(&self.details),
            rows: self.all_rows().copied().collect(),
            counts: self.counts,
            records_per_day: Cow::Borrowed(&self.records_per_day),
            rejected_records: (&self.rejected_records).into(),
            ignored_fields: (&self.ignored_fields).into(),
        };
        // Only a sequence of unknown length could fail, and no field has one.
        postcard::to_stdvec(&file).unwrap_or_default()
    }

    /// What [`HistoryBuilder::encode`] wrote, as if it had been read from a file of this name: to
    /// be merged into another builder, which is all it is good for. None where the bytes are not
    /// whole.
    pub fn decode(bytes: &[u8], file: &str) -> Option<Self> {
        let mut read = EncodedFile::of_bytes(bytes)?;
        // Entries are found by content: the same lines may stand under another name now.
        read.rows.iter_mut().for_each(|keyed| keyed.row.file = 0);
        let rejected = read.rejected_records.to_mut().iter_mut();
        for problem in rejected.chain(read.ignored_fields.to_mut()) {
            file.clone_into(&mut problem.location.file);
        }
        Some(read.into_builder(vec![file.to_owned()]))
    }

    /// The bytes of everything that was read from several files, with their names.
    pub fn encode_files(&self) -> Vec<u8> {
        // A list of texts always has its length: this cannot fail.
        let mut bytes = postcard::to_stdvec(&self.files).unwrap_or_default();
        bytes.append(&mut self.encode());
        bytes
    }

    /// What [`HistoryBuilder::encode_files`] wrote, to be merged into another builder, which is all
    /// it is good for. None where the bytes are not whole.
    pub fn decode_files(bytes: &[u8]) -> Option<Self> {
        let (files, records) = postcard::take_from_bytes::<Vec<String>>(bytes).ok()?;
        let read = EncodedFile::of_bytes(records)?;
        let is_in_files = |keyed: &KeyedRow| (keyed.row.file as usize) < files.len();
        read.rows.iter().all(is_in_files).then(|| read.into_builder(files))
    }
}

impl EncodedFile<'_> {
    /// Reads bytes; none where they are not whole, or an index points at nothing.
    fn of_bytes(bytes: &[u8]) -> Option<EncodedFile<'_>> {
        let (read, rest) = postcard::take_from_bytes::<EncodedFile<'_>>(bytes).ok()?;
        (rest.is_empty() && read.is_consistent()).then_some(read)
    }

    fn into_builder(self, files: Vec<String>) -> HistoryBuilder {
        HistoryBuilder {
            strings: Interner::from_strings(self.strings.into_owned()),
            key_list: self.keys.into_owned(),
            key_tags: self.key_tags.into_owned(),
            pull_tags: self.pull_tags.into_owned(),
            environment_list: self.environments.into_owned(),
            commit_list: self.commits.into_owned(),
            details: self.details.into_owned(),
            files,
            rows: self.rows,
            counts: self.counts,
            records_per_day: self.records_per_day.into_owned(),
            rejected_records: self.rejected_records.into_owned(),
            ignored_fields: self.ignored_fields.into_owned(),
            ..HistoryBuilder::default()
        }
    }

    /// Whether every index points at something.
    fn is_consistent(&self) -> bool {
        let in_strings = |symbol: u32| (symbol as usize) < self.strings.len();
        let key = |key: &InternedKey| key.symbols().into_iter().all(in_strings);
        let environment = |it: &EnvironmentKey| {
            it.fields.iter().all(|(name, value)| in_strings(*name) && in_strings(*value))
                && it.version.is_none_or(in_strings)
                && it.branch.is_none_or(in_strings)
        };
        let row = |keyed: &KeyedRow| {
            (keyed.key as usize) < self.keys.len()
                && (keyed.row.commit as usize) < self.commits.len()
                && (keyed.row.environment as usize) < self.environments.len()
                && keyed.row.detail as usize <= self.details.len()
        };
        self.key_tags.len() == self.keys.len()
            && self.pull_tags.len() == self.keys.len()
            && self.keys.iter().all(key)
            && self.key_tags.iter().chain(&*self.pull_tags).flatten().all(|tag| in_strings(*tag))
            && self.environments.iter().all(environment)
            && self.commits.iter().all(|(id, _)| in_strings(*id))
            && self.details.is_consistent()
            && self.rows.iter().all(row)
    }
}
