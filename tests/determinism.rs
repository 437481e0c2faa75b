//! The same history gives the same site: whatever the order of lines and files, whatever they are
//! packed in, however many threads read them.

use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use serde_json::{Value, json};

use crate::support::{self, History, assert_same_site, record, with};

/// A small generator of its own, so that a shuffle is the same on every machine.
struct Shuffle(u64);

impl Shuffle {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's MMIX constants.
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }

    fn all<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    ruzstd::encoding::compress_to_vec(bytes, level)
}

/// The same records in another order, in other files and forms.
fn scatter(history: &History, lines: &mut [String], shuffle: &mut Shuffle) {
    shuffle.all(lines);
    let mut parts: Vec<Vec<&str>> = vec![Vec::new(); 7];
    for line in lines.iter() {
        parts[shuffle.below(7)].push(line);
    }
    let joined = |part: &[&str], end: &str| -> String {
        part.iter().map(|line| format!("{line}{end}")).collect()
    };
    let array = |part: &[&str]| format!(" [\n{}\n]\n", part.join(" ,\n"));
    history
        .file("results/plain.ndjson", joined(&parts[0], "\n\n"))
        .file("results/deep/er/0.jsonl", format!("\u{feff}{}", joined(&parts[1], "\r\n")))
        .file("other/packed.ndjson.gz", gzipped(joined(&parts[2], "\n").as_bytes()))
        .file("packed.ndjson.zst", zstandard(joined(&parts[3], "\n").as_bytes()))
        .file("results/array.json", array(&parts[4]))
        .file("results/array.json.gz", gzipped(array(&parts[5]).as_bytes()))
        .file("results/no-newline.ndjson", joined(&parts[6], "\n").trim_end());
}

#[test]
fn order_files_and_packing_change_no_byte_of_the_demo() {
    let demo = support::demo();
    let mut shuffle = Shuffle(1337);
    let copy = History::new();
    let mut records = Vec::new();
    for path in support::files(&demo.history.data()) {
        let bytes = std::fs::read(demo.history.data().join(&path)).unwrap();
        if path.starts_with("results/") {
            let text = String::from_utf8(bytes).unwrap();
            records.extend(text.lines().map(str::to_owned));
        } else if path.ends_with(".ndjson") {
            let text = String::from_utf8(bytes).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            shuffle.all(&mut lines);
            copy.file(&path, lines.join("\n"));
        } else {
            copy.file(&path, bytes);
        }
    }
    assert!(records.len() >= 3_900);
    scatter(&copy, &mut records, &mut shuffle);
    // The demo's own build time is that of its newest record; both builds are told one.
    let site = copy.site(&["--demo", "--jobs", "3"]);
    assert_same_site(&demo.site.snapshot(), &site.snapshot(), "a shuffled copy");
}

#[test]
fn threads_change_no_byte() {
    let demo = support::demo();
    for jobs in ["1", "4"] {
        let copy = History::copy_of(&demo.history.data());
        let site = copy.site(&["--demo", "--jobs", jobs]);
        assert_same_site(&demo.site.snapshot(), &site.snapshot(), jobs);
    }
}

#[test]
fn no_threads_are_refused_with_the_range() {
    for jobs in ["0", "-1", "1025", "two"] {
        let answer = support::run(&["build", &format!("--jobs={jobs}")]);
        assert_eq!(answer.status, 2, "{jobs}");
        assert!(answer.err.contains("a whole number from 1 to 1024"), "{}", answer.err);
    }
}

#[test]
fn building_again_changes_nothing() {
    let history = History::new();
    let records = support::days(&[100.0, 101.0, 99.0, 100.5, 99.5, 130.0, 131.0, 130.5]);
    history.file("results/a.ndjson", format!("{}not json\n", support::lines(&records)));
    let first = history.site(&[]).snapshot();
    // The second build finds the site and the quarantine of the first one in place.
    let second = history.site(&[]).snapshot();
    assert_same_site(&first, &second, "a second build");
    let data: Vec<String> = support::files(&history.data());
    assert_eq!(data, ["quarantine/refused.ndjson", "results/a.ndjson"]);
}

#[test]
fn two_lines_about_one_commit_count_alike_in_any_order() {
    let site = |lines: [Value; 2]| {
        let history = History::new();
        history.records(&support::days(&[100.0, 101.0]));
        history.file("commits.ndjson", support::lines(&lines)).site(&[]).snapshot()
    };
    let fact = |subject: &str| json!({"commit": support::commit(0), "subject": subject});
    let (a, b) = (fact("first"), fact("second"));
    assert_same_site(&site([a.clone(), b.clone()]), &site([b, a]), "commits.ndjson");
}

#[test]
fn demo_data_is_a_function_of_its_seed() {
    let make = |seed: &str| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("d");
        let arguments =
            ["demo-data", "--days", "5", "--seed", seed, "--out", out.to_str().unwrap()];
        assert_eq!(support::run(&arguments).status, 0);
        let read = |path: String| (path.clone(), std::fs::read(out.join(path)).unwrap());
        support::files(&out).into_iter().map(read).collect()
    };
    let (one, again, other) = (make("7"), make("7"), make("8"));
    assert_same_site(&one, &again, "the same seed");
    assert_ne!(one, other);
}

/// Records that meet in every way: repeats, duplicates, conflicts, units, runners, short shas,
/// versions, branches, pull requests, failures.
fn any_record() -> impl Strategy<Value = Value> {
    let place = (0..6_u32, 0..8_u32, 0..2_u32, 0..3_u32);
    let kind = (0..10_u32, prop_oneof![Just(1000.0), 900.0..1100.0_f64], 0..4_u32);
    (place, kind).prop_map(|((commit, day, test, runner), (kind, value, variant))| {
        let id = format!("{}{commit}", "abcdef0123456".repeat(3));
        let id = if variant == 0 { format!("abcdef{commit}0") } else { id };
        let time = format!("2025-09-{:02}T0{}:00:00Z", day + 1, variant);
        let pick = |of: [&'static str; 2]| of[variant as usize % 2];
        let fields = json!({"test": format!("t{test}"), "runner_image": format!("r{runner}")});
        let one = with(record(&id, &time, value), fields);
        match kind {
            0 => with(one, json!({"mean_ns": null, "error": format!("failed {variant}")})),
            1 => with(one, json!({"pull": commit + 1})),
            2 => with(one, json!({"branch": pick(["main", "topic"])})),
            3 => with(
                one,
                json!({"mean_ns": null, "metric": "m", "value": value,
                "unit": pick(["ops/s", "B"])}),
            ),
            4 => with(one, json!({"version": variant, "commit_time": "2025-08-30T00:00:00Z"})),
            5 => with(
                one,
                json!({"samples": [value, value + 1.0], "url": format!("http://{variant}/")}),
            ),
            6 => with(
                one,
                json!({"tags": [format!("tag{variant}")], "better": "higher",
                "mean_ns": null, "metric": "m", "unit": "ops/s", "value": value}),
            ),
            7 => with(one, json!({"mean_ns": -value})),
            _ => one,
        }
    })
}

#[test]
fn no_shuffle_of_any_history_changes_the_site() {
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    let histories = (prop::collection::vec(any_record(), 1..40), any::<u64>());
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let outcome = runner.run(&histories, |(records, seed)| {
        let mut lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let plain = History::new();
        plain.records(&records);
        let shuffled = History::new();
        scatter(&shuffled, &mut lines, &mut Shuffle(seed));
        let (a, b) = (plain.site(&[]).snapshot(), shuffled.site(&["--jobs", "4"]).snapshot());
        let refused = |path: &String| path.starts_with("health/") || path.ends_with("/health.json");
        // Where a refused line stood is told on the health page, and that did change.
        let differ: Vec<&String> =
            a.keys().filter(|path| !refused(path) && a.get(*path) != b.get(*path)).collect();
        if !differ.is_empty() || a.len() != b.len() {
            return Err(TestCaseError::fail(format!("{differ:?} of\n{}", lines.join("\n"))));
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let demo = support::demo();
    let [unix, windows] = [History::new(), History::new()];
    unix.file("notes/step.md", "---\ndate: 2025-09-10\n---\n# A note\n\n```\na\nb\n```\n");
    let source = demo.history.data();
    for path in support::files(&source) {
        unix.file(&path, std::fs::read(source.join(&path)).unwrap());
    }
    for path in support::files(&unix.data()) {
        let text = std::fs::read_to_string(unix.data().join(&path)).unwrap();
        windows.file(&path, text.replace('\n', "\r\n"));
    }
    let [unix, windows] = [unix, windows].map(|it| it.site(&["--demo"]).snapshot());
    assert_same_site(&unix, &windows, "with line ends of Windows");
}
