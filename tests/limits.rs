//! Files that were made to use up memory or time end at a limit, with words.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{History, SERIES, days, lines, record, with};

/// A history with `file` beside eight good records, and the policy's limits.
fn history(limits: &str, file: &str, bytes: impl AsRef<[u8]>) -> History {
    let history = History::new();
    history.records(&days(&[100.0; 8]));
    history.file("policy.yml", format!("version: \"1\"\nlimits: {limits}\n"));
    history.file(file, bytes);
    history
}

/// The rejected records of a history whose other records must still be there.
fn rejected(history: &History) -> Vec<Value> {
    let site = history.site(&[]);
    let health = site.json("health.json");
    let points = site.series(SERIES)["points"].clone();
    let points = points.as_array().map_or(0, Vec::len);
    assert!(points >= 8, "the other records are read: {points}");
    health["refused"].as_array().unwrap().clone()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn every_limit_names_itself_its_value_and_its_key() {
    let one = || record("c9", "2025-09-09T06:00:00Z", 100.0);
    let line = lines(&[one()]);
    let many = line.repeat(20);
    let metrics = json!({"metrics": {"a": 1, "b": 2, "c": 3}});
    let (file, long) = ("results/b.ndjson", line.replace("parse", &"x".repeat(99)));
    let (packed, metrics) = (gz(many.as_bytes()), lines(&[with(one(), metrics)]));
    // How much each file has of what is limited: that much is read, and one less is not.
    let cases: [(&str, &str, &[u8], usize); 8] = [
        ("line_bytes", file, long.as_bytes(), long.len() - 1),
        ("file_bytes", file, many.as_bytes(), many.len()),
        ("array_bytes", "results/b.json", many.as_bytes(), many.len()),
        ("unpacked_bytes", "results/b.ndjson.gz", &packed, many.len()),
        ("records_per_file", file, many.as_bytes(), 20),
        ("rejected_per_file", file, &b"no\n".repeat(9), 9),
        // With the time.
        ("metrics_per_record", file, metrics.as_bytes(), 4),
        ("name_bytes", file, long.as_bytes(), 99),
    ];
    for (name, file, bytes, size) in cases {
        let (key, value) = (format!("`limits.{name}`"), (size - 1).to_string());
        let of_limit =
            |limit: usize| rejected(&history(&format!("{{{name}: {limit}}}"), file, bytes));
        let text = |problem: &Value, field: &str| problem[field].as_str().unwrap().to_owned();
        let exceeding = of_limit(size - 1);
        let last = exceeding.last().unwrap();
        assert_eq!(last["file"], file, "{key}");
        assert!(text(last, "reason").replace(',', "").contains(&value), "{key}: {last}");
        assert!(text(last, "remedy").contains(&key), "{key}: {last}");
        let fitting = of_limit(size);
        assert!(!fitting.iter().any(|it| text(it, "remedy").contains(&key)), "{key}: {fitting:?}");
    }
}

#[test]
fn the_rest_of_a_file_is_cut_at_the_same_line_however_it_is_read() {
    // Over 4 MiB, so that one file is read by several threads, and many files by one each.
    let good = lines(&[record("c9", "2025-09-09T06:00:00Z", 100.0)]);
    let bad = "x".repeat(1000) + "\n";
    let text = (good.repeat(10) + &bad).repeat(6_000);
    let history = history("{rejected_per_file: 5000}", "results/b.ndjson", text);
    let alone = rejected(&history);
    for number in 0..20 {
        history.file(&format!("results/small{number}.ndjson"), "");
    }
    let beside = rejected(&history);
    let cut_at = |rejected: &[Value]| rejected.iter().filter_map(|it| it["line"].as_u64()).max();
    assert_eq!(alone, beside);
    assert_eq!(cut_at(&alone), Some(5_000 * 11 + 1));
}

#[test]
fn a_line_longer_than_a_block_is_skipped_and_the_next_one_read() {
    let next = lines(&[record("c9", "2025-09-09T06:00:00Z", 100.0)]);
    let text = "x".repeat(40 << 20) + "\n" + &next.replace("parse", "other");
    let history = history("{}", "results/b.ndjson", text);
    let rejected = rejected(&history);
    assert_eq!((rejected.len(), &rejected[0]["line"]), (1, &json!(1)));
    assert!(rejected[0]["reason"].as_str().unwrap().starts_with("line of 41943040 bytes"));
    let site = crate::support::Site { root: history.out() };
    let other = site.series(&SERIES.replace("parse", "other"));
    assert_eq!(other["points"].as_array().map(Vec::len), Some(1), "{other}");
    let kept = std::fs::read_to_string(history.data().join("quarantine/refused.ndjson")).unwrap();
    assert!(kept.len() < 10_000, "the quarantine keeps the beginning of the line");
}

#[test]
fn a_history_with_too_many_series_is_not_loaded() {
    let history = history("{series: 3}", "results/b.ndjson", "");
    let names = ["a", "b", "c"]
        .map(|name| with(record("c1", "2025-09-09T06:00:00Z", 1.0), json!({"test": name})));
    history.file("results/b.ndjson", lines(&names));
    let built = history.build(&[]);
    assert_eq!(built.status, 2, "{}", built.err);
    assert!(built.err.contains("has more than 3 series"), "{}", built.err);
    assert!(built.err.contains("`limits.series`"), "{}", built.err);
}
