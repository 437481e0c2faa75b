//! No history, however broken, makes a kind panic.

use proptest::prelude::*;

use crate::import::{ImportOptions, KINDS, by_name};
use crate::sink::EntrySink;
use crate::source::{Source, Text};
use crate::test_support::{MemoryFolder, samples};

/// A genuine file of each kind, and what it must be called.
const GENUINE: [(&str, &str, &str); 10] = [
    ("asv", "histories/asv-selftest/cheetah/05d283b9-py2.7-Cython-numpy1.8.json", "m/a-b.json"),
    ("asv", "histories/asv-selftest/benchmarks.json", "benchmarks.json"),
    ("github-action-benchmark", "histories/ghab-moov-ach/data.js", "data.js"),
    ("csv", "histories/big-gotta-go-fast/records.csv", "records.csv"),
    ("csv", "histories/cp-otava/histostat.csv", "histostat.csv"),
    ("nyrkio", "histories/cp-nyrkio/tigerbeetle.json", "t.json"),
    ("gobenchdata", "tools/gobenchdata/benchmarks.json", "benchmarks.json"),
    ("git-perf", "histories/git-perf/notes-perf-v3.txt", "notes.txt"),
    ("results", "tools/pyperf/telco.json", "a/telco.json"),
    ("bencher", "tools/bencher-tool_output/json/report_latency.json", "t.json"),
];

/// Cut off, doubled, or with bytes turned over.
fn mutated(bytes: &[u8], from: usize, to: usize, how: u8) -> Vec<u8> {
    let (from, to) = (from % (bytes.len() + 1), to % (bytes.len() + 1));
    let (from, to) = (from.min(to), from.max(to));
    let mut out = bytes.to_vec();
    match how % 4 {
        0 => out.truncate(from),
        1 => out.extend_from_slice(&bytes[from..to]),
        2 => drop(out.drain(from..to)),
        _ => out.iter_mut().skip(from).take(8).for_each(|byte| *byte ^= how),
    }
    out
}

fn read(kind: &str, source: Source<'_>) {
    let kind = by_name(kind).unwrap();
    let mut take = |_| {};
    let _ = (kind.read)(source, &ImportOptions::default(), &mut EntrySink::new(&mut take));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_broken_history_makes_a_kind_panic(from: usize, to: usize, how: u8) {
        for (kind, genuine, name) in GENUINE {
            let bytes = std::fs::read(samples().join(genuine)).unwrap();
            let folder = MemoryFolder::default()
                .with("m/machine.json", b"{}")
                .with("m/c-d.json", b"{}")
                .with(name, &mutated(&bytes, from, to, how));
            read(kind, Source::Folder(&folder));
        }
    }

    #[test]
    fn no_bytes_make_a_kind_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = Text::new("x.json", &bytes);
        for kind in KINDS {
            read(kind.name, Source::File(&text));
        }
    }
}

#[test]
fn names_of_kinds_are_sorted_and_typeable() {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    for name in KINDS.iter().flat_map(|kind| kind.aliases.iter().chain([&kind.name])) {
        assert!(name.bytes().all(plain), "{name}");
        assert!(by_name(name).is_some(), "{name}");
    }
}
