//! Genuine files with cuts, repeats and flipped bits: whatever comes, no format panics, and what is
//! read of a file stays in proportion to it.

use std::collections::BTreeSet;

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg32;

use crate::entry::BenchmarkEntry;
use crate::formats;
use crate::sink::EntrySink;
use crate::source::Text;
use crate::test_support::{files_below, samples};

/// Larger files hold no more kinds of lines.
const LARGEST: usize = 40_000;
/// Of each file.
const MUTATIONS: usize = 12;

#[test]
fn no_mutation_of_a_genuine_file_makes_its_format_panic() {
    let mut random = Pcg32::seed_from_u64(20_260_102);
    let mut seen = BTreeSet::new();
    for path in files_below(&samples().join("tools")) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let file = path.display().to_string();
        let found = formats::recognizing_text(&Text::new(file.as_str(), &bytes));
        if found.is_empty() || bytes.len() > LARGEST {
            continue;
        }
        for _ in 0..MUTATIONS {
            let text = Text::new(file.as_str(), &mutated(&bytes, &mut random));
            for format in &found {
                seen.insert(format.name);
                let (mut entries, mut values) = (0_usize, 0_usize);
                let mut take = |entry: BenchmarkEntry| {
                    entries += 1;
                    values += entry.metrics.len();
                };
                let _ = format.recognizes_text(&text);
                let _ = format.read_text(&text, &mut EntrySink::new(&mut take));
                let size = text.text.len();
                assert!(entries <= size && values <= size, "{file} as {}", format.name);
            }
        }
    }
    assert!(seen.len() >= 10, "{seen:?}");
}

/// One to three changes, each anywhere.
fn mutated(bytes: &[u8], random: &mut Pcg32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.next_u32() % 3 {
        let mut within = |length: usize| random.next_u32() as usize % length.max(1);
        let (from, length) = (within(bytes.len()), within(200));
        let to = (from + length).min(bytes.len());
        match within(4) {
            0 => bytes.truncate(from),
            1 => {
                bytes.drain(from..to);
            }
            2 => {
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part);
            }
            _ if from < bytes.len() => bytes[from] ^= 1 << within(8),
            _ => {}
        }
    }
    bytes
}
