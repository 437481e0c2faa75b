//! `rotate`.

use std::path::Path;

use serde_json::json;

use super::{Death, End, Moments, Run, leftovers, words};
use crate::support::{History, files, lines, record, run, with};

const NOW: &str = "2025-12-15T00:00:00Z";

/// Forty series on the 10th of every month of a year, each month in two files: a kill between them
/// leaves a month of which one half is archived only.
fn year() -> History {
    let history = History::new();
    for month in 1..=12 {
        let time = format!("2025-{month:02}-10T01:00:00Z");
        let commit = format!("{month:02}c0ffee");
        let one = |test: i32| {
            with(record(&commit, &time, f64::from(100 + month + test)), json!({ "test": test }))
        };
        let records: Vec<_> = (0..40).map(one).collect();
        for (part, records) in records.chunks(20).enumerate() {
            history.file(&format!("results/2025-{month:02}-{part}.ndjson"), lines(records));
        }
    }
    history
}

/// All records, archived or not, each once, in the order of the export.
fn all_records(data: &Path) -> String {
    let data = data.to_str().unwrap();
    let exported = run(&["export", "csv", "--with-archive", "--data", data]);
    assert_eq!(exported.status, 0, "{}", exported.err);
    exported.out
}

#[test]
fn a_rotation_that_was_killed_loses_no_record_and_is_completed() {
    let source = year();
    let expected = all_records(&source.data());
    assert_eq!(expected.lines().count(), 1 + 12 * 40);
    let mut moments = Moments::new(2);
    let mut killed = 0;
    for _ in 0..10 {
        let history = History::copy_of(&source.data());
        let data = history.data();
        let arguments = words(&[&"rotate", &"--data", &data, &"-q", &"--now", &NOW]);
        let rotate = Run { arguments: &arguments, variables: &[] };
        let death = match moments.death(&data, 6_000) {
            // Archives and summaries come first: moments among the removals, too.
            Death::Changes { folder, count } => Death::Changes { folder, count: count * count },
            blocks => blocks,
        };
        killed += u32::from(rotate.until(&death) == End::Killed);
        assert_eq!(all_records(&data), expected, "after the kill: {death:?}");
        assert_eq!(rotate.whole(), 0);
        assert_eq!(all_records(&data), expected, "after the next run: {death:?}");
        let left = files(&data.join("results"));
        assert!(!left.iter().any(|name| name.starts_with("2025-05")), "{left:?}");
        assert_eq!(leftovers(&data), Vec::<String>::new(), "{death:?}");
    }
    assert!(killed >= 5, "only {killed} rotations were killed");
}
