//! What was read before: records of unchanged files come from here and not from their text.
//!
//! An entry is named by the BLAKE3 hash of the bytes it was read from, of what the policy says of
//! reading, and of this program's version: it is never looked for by name, size or time
//! of a file, so that no edit can be missed. An entry that is cut, altered, of another version or
//! not there is as good as none: the text is read again. Two processes at once write the same
//! bytes beside and rename them. Entries nobody asked for are removed when they become many.
//! Refused: to be a reason for a build to fail.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use blake3::Hasher;

use crate::files::cache_folder::CacheFolder;
use crate::store::Source;
use model::hex;
use model::history::build::HistoryBuilder;

/// Text of fewer bytes is read as fast as an entry is opened.
const MIN_ENTRY_BYTES: usize = 16 << 10;
/// Entries that may lie about unused before they are removed, beside as many as are in use.
const MAX_UNUSED_ENTRIES: usize = 64;
/// Bytes of the checksum at the end of an entry.
const CHECKSUM_BYTES: usize = 16;
/// Number of the entries' format, and of what a line becomes. Raise it with every change of the
/// reader, of the record or of the codec that gives other values for the same bytes; a test holds
/// it. The program's version alone would not do: between releases it stays the same.
const FORMAT_VERSION: u32 = 6;

/// The folder of a history directory's entries: one for each, so that unused entries of one can be
/// removed without harm to the others.
pub(super) fn folder(directory: &Path) -> String {
    let place = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let hash = blake3::hash(place.as_os_str().as_encoded_bytes());
    format!("records/{}", hex::encode(&hash.as_bytes()[..8]))
}

/// The cache of one history directory.
#[derive(Debug)]
pub(super) struct ParseCache {
    root: CacheFolder,
    /// Below the root.
    folder: String,
    /// What all names begin with.
    head: Hasher,
    used: Mutex<HashSet<String>>,
    /// Nothing could be written: it is not tried again.
    sealed: AtomicBool,
}

impl ParseCache {
    /// The cache under `root` of a history directory. The folder is made when it is first written.
    pub(super) fn of(root: &CacheFolder, source: &Source) -> Self {
        let (directory, reading) = (source.directory.path(), &source.reading);
        let mut head = Hasher::new();
        head.update(&FORMAT_VERSION.to_le_bytes()).update(env!("CARGO_PKG_VERSION").as_bytes());
        head.update(format!("{reading:?}").as_bytes());
        Self {
            root: root.clone(),
            folder: folder(directory),
            head,
            used: Mutex::default(),
            sealed: AtomicBool::new(false),
        }
    }

    /// The name of what is read from these bytes; `how` is what else decides what they become.
    /// None where it is not worth an entry.
    pub(super) fn entry_name(&self, bytes: &[u8], how: &str) -> Option<String> {
        if bytes.len() < MIN_ENTRY_BYTES {
            return None;
        }
        // BLAKE3: SHA-256 is as slow as parsing where the processor has no instructions for it. By
        // content and not by time: an edit that keeps size and time must be seen.
        let mut hash = self.head.clone();
        hash.update(&how.len().to_le_bytes()).update(how.as_bytes()).update(bytes);
        let name = hash.finalize().to_hex().to_string();
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        Some(name)
    }

    /// An entry, and the number that was kept with it.
    pub(super) fn get(&self, name: &str, file: &str) -> Option<(HistoryBuilder, u64)> {
        let bytes = self.root.read(&format!("{}/{name}", self.folder))?;
        let (payload, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if checksum(name, payload) != sum {
            return None;
        }
        let (number, packed) = payload.split_first_chunk::<8>()?;
        Some((HistoryBuilder::decode(packed, file)?, u64::from_le_bytes(*number)))
    }

    /// Keeps what was read from one file, and a number with it.
    pub(super) fn put(&self, name: &str, read: &HistoryBuilder, number: u64) {
        if self.sealed.load(Ordering::Relaxed) {
            return;
        }
        let mut payload = number.to_le_bytes().to_vec();
        payload.append(&mut read.encode());
        let sum = checksum(name, &payload);
        payload.extend_from_slice(&sum);
        if self.root.write(&format!("{}/{name}", self.folder), &payload).is_err() {
            // A full disk or a read-only home is no reason for a build to fail.
            self.sealed.store(true, Ordering::Relaxed);
        }
    }

    /// Removes entries that this run had no use for, once they are many.
    pub(super) fn remove_stale_entries(&self) {
        let folder = self.root.path_of(&self.folder);
        let Ok(entries) = std::fs::read_dir(&folder) else { return };
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = |name: &std::ffi::OsString| name.to_str().is_none_or(|it| !used.contains(it));
        let spare: Vec<_> =
            entries.flatten().map(|entry| entry.file_name()).filter(unused).collect();
        if spare.len() > used.len() + MAX_UNUSED_ENTRIES {
            for name in spare {
                let _ = std::fs::remove_file(folder.join(name));
            }
        }
    }
}

/// Of an entry under its name: one entry does not stand for another.
fn checksum(name: &str, bytes: &[u8]) -> Vec<u8> {
    Hasher::new().update(name.as_bytes()).update(bytes).finalize().as_bytes()[..CHECKSUM_BYTES]
        .to_vec()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::files::{Directory, Links};
    use crate::store::{Source, read};
    use model::history::NormalizeOptions;
    use model::history::value_options::ValueOptions;

    /// Files of every kind, each large enough for an entry, with lines that are refused.
    fn history(root: &Path) -> PathBuf {
        let data = root.join("data");
        std::fs::create_dir_all(data.join("results")).unwrap();
        std::fs::create_dir_all(data.join("pulls")).unwrap();
        let line = |at: usize| {
            let day = 1 + at / 40;
            let value = match at % 9 {
                0 => format!("\"mean_ns\":{at},\"std_ns\":0.5,\"p95\":{}", at * 2),
                1 => "\"error\":\"lost \\\"it\\\" 🦀\"".to_owned(),
                2 => {
                    "\"metrics\":{\"time\":5,\"memory\":{\"value\":1,\"unit\":\"KiB\"}}".to_owned()
                }
                3 => "\"samples\":[3,1,2],\"unit\":\"us\",\"value\":null".to_owned(),
                4 => {
                    "\"value\":7,\"metric\":\"speed\",\"better\":\"higher\",\"tags\":[\"a\"]".into()
                }
                5 => "\"value\":\"no number\"".to_owned(),
                6 => "\"mean_ns\":4,\"warmup_ns\":[9,8],\"branch\":\"main\",\"n\":1000".to_owned(),
                7 => "\"mean_ns\":-1,\"params\":{\"b\":2,\"a\":1}".to_owned(),
                _ => "\"mean_ns\":3,\"version\":\"2\",\"url\":\"https://x/y\"".to_owned(),
            };
            format!(
                "{{\"commit\":\"c{day:03}\",\"timestamp\":\"2025-01-{:02}T00:00:00Z\",\
                 \"backend\":\"rust\",\"test\":\"t{}\",{value},\"os\":\"linux\"}}",
                1 + day % 28,
                at % 5
            )
        };
        let lines: Vec<String> = (0..400).map(line).collect();
        let text = format!("\u{feff}\n{}\n{{broken\n", lines.join("\n"));
        std::fs::write(data.join("results/a.ndjson"), &text).unwrap();
        std::fs::write(data.join("results/b.json"), format!("[{}]", lines.join(",\n"))).unwrap();
        std::fs::write(data.join("pulls/7.ndjson"), text.replace("c00", "p00")).unwrap();
        let level = flate2::Compression::none();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), level);
        packed.write_all(text.replace("\"t1\"", "\"t9\"").as_bytes()).unwrap();
        std::fs::write(data.join("results/c.ndjson.gz"), packed.finish().unwrap()).unwrap();
        std::fs::write(data.join("results/d.ndjson.gz"), vec![7; MIN_ENTRY_BYTES]).unwrap();
        data
    }

    fn source(data: &Path, cache: Option<&Path>) -> Source {
        Source {
            directory: Directory::new(data, Links::Reject),
            with_archive: false,
            reading: Arc::new(ValueOptions { burn_in: 1, ..ValueOptions::default() }),
            cache: cache.and_then(|path| CacheFolder::open(path).ok()),
        }
    }

    fn snapshot_text(source: &Source) -> String {
        let contents = read(source, &|_, _| ()).unwrap();
        let bytes = contents.bytes;
        format!("{bytes} {:?}", contents.records.normalize(&NormalizeOptions::default()))
    }

    fn entries(root: &Path) -> Vec<PathBuf> {
        let mut folders = vec![root.to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        // What hides the folder from git is no entry.
        files.retain(|path| path.file_name().is_some_and(|name| name != ".gitignore"));
        files.sort();
        files
    }

    #[test]
    fn what_comes_from_the_cache_is_what_the_files_say() {
        let root = tempfile::tempdir().unwrap();
        let data = history(root.path());
        let kept = root.path().join("kept");
        let plain = snapshot_text(&source(&data, None));
        assert!(plain.contains("broken") || plain.contains("key must be a string"), "{plain}");
        for round in 0..3 {
            assert!(snapshot_text(&source(&data, Some(&kept))) == plain, "round {round}");
        }
        assert_eq!(entries(&kept).len(), 5);
    }

    #[test]
    fn an_edit_that_keeps_size_and_time_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let data = history(root.path());
        let (kept, file) = (root.path().join("kept"), data.join("results/a.ndjson"));
        let before = snapshot_text(&source(&data, Some(&kept)));
        let time = std::fs::metadata(&file).unwrap().modified().unwrap();
        let text =
            std::fs::read_to_string(&file).unwrap().replace("\"mean_ns\":9,", "\"mean_ns\":8,");
        std::fs::write(&file, text).unwrap();
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        let after = snapshot_text(&source(&data, Some(&kept)));
        assert!(after != before && after == snapshot_text(&source(&data, None)));
        let mut otherwise = source(&data, Some(&kept));
        otherwise.reading = Arc::default();
        let fresh = snapshot_text(&Source { cache: None, ..otherwise.clone() });
        assert!(
            snapshot_text(&otherwise) == fresh && fresh != after,
            "the policy's reading counts too"
        );
    }

    #[test]
    fn entries_that_nobody_asks_for_do_not_pile_up_and_no_folder_is_no_fault() {
        let root = tempfile::tempdir().unwrap();
        let data = history(root.path());
        let kept = root.path().join("kept");
        let plain = snapshot_text(&source(&data, Some(&kept)));
        let folder = entries(&kept)[0].parent().unwrap().to_owned();
        for number in 0..100 {
            std::fs::write(folder.join(format!("stray{number}")), "x").unwrap();
        }
        assert!(snapshot_text(&source(&data, Some(&kept))) == plain);
        assert_eq!(entries(&kept).len(), 5);
        let file = root.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(snapshot_text(&source(&data, Some(&file))) == plain);
    }

    #[test]
    fn a_change_of_the_format_raises_its_number() {
        let lines = concat!(
            r#"{"commit":"a","timestamp":"2025-01-01T00:00:00Z","#,
            r#""commit_time":"2024-12-31T00:00:00Z","backend":"b","test":"t","n":1000,"#,
            r#""params":{"k":"v"},"mean_ns":1,"std_ns":0.5,"p95":2,"tags":["x"],"#,
            r#""warmup_ns":[3,2],"os":"linux","pull":7,"version":"2","url":"u"}"#,
            "\n",
            r#"{"commit":"a","timestamp":"2025-01-02T00:00:00Z","backend":"b","test":"t","#,
            r#""metric":"speed","unit":"ops/s","better":"higher","samples":[1,2],"branch":"main"}"#,
            "\n",
            r#"{"commit":"b","timestamp":"2025-01-02T00:00:00.5Z","backend":"b","test":"t","#,
            r#""error":"out of memory","generator":"demo"}"#,
            "\nno record\n"
        );
        let bytes = crate::store::read_lines_of_text(lines.as_bytes()).encode();
        let found = (FORMAT_VERSION, blake3::hash(&bytes).to_hex().to_string());
        let known = (6, "1479d92baa2f7bccb2ddf597d5c5f7d15c705d7fc5cb920bfd8fc8daf2f16c58");
        assert_eq!(
            (found.0, found.1.as_str()),
            known,
            "what is cached of a line has changed: raise FORMAT_VERSION and put both values here"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn no_damage_to_the_cache_changes_what_is_read(
            damages in proptest::collection::vec((0..5_usize, 0..5_u8, any::<u32>()), 1..4),
        ) {
            let root = tempfile::tempdir().unwrap();
            let data = history(root.path());
            let kept = root.path().join("kept");
            let plain = snapshot_text(&source(&data, Some(&kept)));
            let all = entries(&kept);
            for (which, how, place) in damages {
                let path = &all[which];
                let Ok(mut bytes) = std::fs::read(path) else { continue };
                let at = place as usize % bytes.len().max(1);
                match how {
                    0 => bytes.truncate(at),
                    1 => {
                        let flipped = bytes.iter_mut().skip(at).take(1);
                        flipped.for_each(|byte| *byte ^= 1 << (place % 8));
                    }
                    2 => bytes = std::fs::read(&all[(which + 1) % all.len()]).unwrap_or_default(),
                    3 => bytes.extend_from_slice(b"more"),
                    _ => {
                        std::fs::remove_file(path).unwrap();
                        continue;
                    }
                }
                std::fs::write(path, bytes).unwrap();
            }
            prop_assert!(snapshot_text(&source(&data, Some(&kept))) == plain);
        }

        #[test]
        fn no_bytes_make_unpacking_panic(
            place in any::<u32>(),
            bit in 0..8_u32,
            cut in proptest::option::of(any::<u32>()),
        ) {
            let lines = "{\"commit\":\"a\",\"timestamp\":\"2025-01-01T00:00:00Z\",\
                \"backend\":\"b\",\"test\":\"t\",\"mean_ns\":1,\"p95\":2,\
                \"tags\":[\"x\"],\"error\":\"e\"}\nno";
            let mut bytes = crate::store::read_lines_of_text(lines.as_bytes()).encode();
            let at = place as usize % bytes.len();
            bytes[at] ^= 1 << bit;
            bytes.truncate(cut.map_or(bytes.len(), |cut| cut as usize % bytes.len()));
            if let Some(builder) = HistoryBuilder::decode(&bytes, "file") {
                builder.new_sibling().merge(builder);
            }
        }
    }
}
