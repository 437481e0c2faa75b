//! `ingest` and `import`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::{End, Moments, Run, contents, leftovers, words};
use crate::support::{History, files, lines, record, suite, with};

const WRITERS: usize = 8;
const BATCHES: usize = 2;
const BATCH_RECORDS: usize = 625;
/// Bytes that every run of a batch writes to one file, at least.
const FILE_BYTES: u64 = 25_000;
/// Runs of a batch that may be killed before one that may not.
const TRIES: usize = 2;

/// The records of one batch: a name for each, on one of three days.
fn batch(writer: usize, number: usize) -> Vec<Value> {
    let one = |at: usize| {
        let time = format!("2025-09-{:02}T06:00:00Z", 1 + at % 3);
        let test = format!("w{writer}/b{number}/{at}");
        with(record("c0ffee", &time, 100.0), json!({ "test": test }))
    };
    (0..BATCH_RECORDS).map(one).collect()
}

/// Ingests the batches of one writer; how many runs were killed.
fn write_batches(data: &Path, inputs: &Path, writer: usize) -> usize {
    let mut moments = Moments::new(writer as u64);
    let mut killed = 0;
    for number in 0..BATCHES {
        let input = inputs.join(format!("{writer}-{number}.ndjson"));
        std::fs::write(&input, lines(&batch(writer, number))).unwrap();
        let arguments = words(&[&"ingest", &"--data", &data, &"--elsewhere", &"-q", &input]);
        let run = Run { arguments: &arguments, variables: &[] };
        for _ in 0..TRIES {
            // Watching a folder takes a processor: one writer is enough.
            let death = match writer {
                0 => moments.death(data, FILE_BYTES),
                _ => moments.death_by_size(FILE_BYTES),
            };
            killed += usize::from(run.until(&death) == End::Killed);
        }
        assert_eq!(run.whole(), 0, "writer {writer}, batch {number}");
    }
    killed
}

/// The test of every record below `results/`.
fn tests_in(data: &Path) -> Vec<String> {
    let mut tests = Vec::new();
    for name in files(&data.join("results")) {
        for line in std::fs::read_to_string(data.join("results").join(&name)).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            tests.push(record["test"].as_str().unwrap().to_owned());
        }
    }
    tests
}

#[test]
fn eight_writers_that_are_killed_lose_no_record_and_write_none_twice() {
    let history = History::new();
    let data = history.data();
    let inputs = tempfile::tempdir().unwrap();
    let killed: usize = std::thread::scope(|scope| {
        let write = |writer| {
            scope.spawn({
                let (data, inputs) = (&data, inputs.path());
                move || write_batches(data, inputs, writer)
            })
        };
        let writers: Vec<_> = (0..WRITERS).map(write).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert!(killed >= (WRITERS - 1) * BATCHES * TRIES, "only {killed} runs were killed");
    let written = tests_in(&data);
    let expected = WRITERS * BATCHES * BATCH_RECORDS;
    assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), expected, "records are lost");
    assert_eq!(written.len(), expected, "records are there twice");
    assert_eq!(history.build(&[]).status, 0);
    assert_eq!(leftovers(&data), Vec::<String>::new());
}

#[test]
fn an_import_that_was_killed_is_completed_by_the_same_import() {
    let source = suite().join("samples/histories/ghab-registry-go/data.js");
    let import = |data: &Path| {
        words(&[&"import", &"github-action-benchmark", &source, &"--data", &data, &"-q"])
    };
    let whole = History::new();
    let arguments = import(&whole.data());
    assert_eq!(Run { arguments: &arguments, variables: &[] }.whole(), 0);
    let expected = contents(&whole.data());
    let largest = expected.values().map(Vec::len).max().unwrap() as u64;
    let mut moments = Moments::new(1);
    let mut killed = 0;
    for _ in 0..8 {
        let history = History::new();
        let data = history.data();
        let arguments = import(&data);
        let run = Run { arguments: &arguments, variables: &[] };
        killed += u32::from(run.until(&moments.death(&data, largest)) == End::Killed);
        assert_eq!(run.whole(), 0);
        assert_eq!(leftovers(&data), Vec::<String>::new());
        assert!(contents(&data) == expected, "the history differs: {:?}", files(&data));
    }
    assert!(killed >= 4, "only {killed} imports were killed");
}

#[test]
fn an_import_with_nothing_new_removes_what_a_killed_one_left() {
    let source = suite().join("samples/histories/ghab-registry-go/data.js");
    let history = History::new();
    let data = history.data();
    let arguments = words(&[&"import", &"github-action-benchmark", &source, &"--data", &data]);
    let run = Run { arguments: &arguments, variables: &[] };
    assert_eq!(run.whole(), 0);
    let expected = contents(&data);
    // Killed when its last file was whole, before the lock was gone.
    std::fs::write(data.join(".lock"), "benchpages import, process 1\n").unwrap();
    std::fs::create_dir(data.join(".ingest-1")).unwrap();
    std::fs::write(data.join("results/.new-1"), "{").unwrap();
    assert_eq!(run.whole(), 0);
    assert_eq!(leftovers(&data), Vec::<String>::new());
    assert!(contents(&data) == expected, "the history differs: {:?}", files(&data));
}
