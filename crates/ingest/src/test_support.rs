//! What the adapters' own tests share.

use crate::IngestInput;
use crate::entry::BenchmarkEntry;
use crate::formats::{Format, Reader};
use crate::source::Text;

/// The entries of a text that the format must recognise and read whole.
pub fn read_text(format: &Format, text: &str) -> Vec<BenchmarkEntry> {
    let text = Text::new("told.txt", text.as_bytes());
    let Reader::Text { recognizes, .. } = format.reader else {
        panic!("{} reads folders", format.name)
    };
    assert!(recognizes(&text), "{} does not recognise {}", format.name, text.text);
    let mut entries = Vec::new();
    let read = IngestInput::Text(text).read(format, &mut |entry| entries.push(entry));
    let read = read.expect("it is of this format");
    assert_eq!(read.rejected, []);
    entries
}

/// Texts that a format might meet: a genuine one cut, doubled, and with bits turned over.
fn mutations(bytes: &[u8], seed: usize) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> =
        (1..4).map(|part| bytes[..bytes.len() * part / 4].to_vec()).collect();
    all.push([bytes, bytes].concat());
    for round in 0..4_usize {
        let mut turned = bytes.to_vec();
        // Knuth's multiplicative hashing spreads the places over the text.
        for place in (0..8_usize).map(|at| (seed + round * 8 + at).wrapping_mul(2_654_435_761)) {
            let at = place % turned.len();
            turned[at] ^= 1 << (place / 7 % 8);
        }
        all.push(turned);
    }
    all
}

#[test]
fn no_mutation_of_a_genuine_file_makes_any_format_panic() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples/tools");
    let small =
        |path: &std::path::Path| path.metadata().is_ok_and(|it| (1..12_000).contains(&it.len()));
    let files = walkdir::WalkDir::new(root).into_iter().flatten().map(walkdir::DirEntry::into_path);
    // Of many files of one kind a few say as much.
    let some = files.filter(|path| path.is_file() && small(path)).filter(|path| {
        !path.to_string_lossy().contains("test_storage/00")
            || path.to_string_lossy().contains("/0001")
    });
    for (seed, path) in some.enumerate() {
        let bytes = std::fs::read(&path).unwrap();
        for told in mutations(&bytes, seed) {
            let text = Text::new("told", &told);
            for format in crate::formats::FORMATS {
                let Reader::Text { recognizes, read } = format.reader else { continue };
                let mut take = |_| {};
                if recognizes(&text) {
                    let _ = read(&text, &mut crate::sink::EntrySink::new(&mut take));
                }
            }
        }
    }
}
