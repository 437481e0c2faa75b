//! What the doctor finds, and that it finds nothing where nothing is wrong.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::ingest;
use crate::support::{Answer, History, NOW, SERIES, commit, days, demo, files, lines, run, with};

fn doctor(history: &History, more: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    let arguments = ["doctor", "--data", &data, "--now", NOW];
    run(&[&arguments[..], more].concat())
}

/// Findings as `(level, kind, place, cause and remedy)`.
fn findings(history: &History, status: i32) -> Vec<[String; 4]> {
    let answer = doctor(history, &["--format", "json"]);
    assert_eq!(answer.status, status, "{}{}", answer.out, answer.err);
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    let found = json["findings"].as_array().unwrap().iter().map(|one| {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        assert!(
            !text("cause").is_empty() && !text("remedy").is_empty() && !text("place").is_empty()
        );
        [text("level"), text("kind"), text("place"), text("cause") + " → " + &text("remedy")]
    });
    found.collect()
}

fn steady() -> Vec<Value> {
    let values: Vec<f64> = (0..25).map(|day| 100.0 + f64::from(day % 3) / 10.0).collect();
    let runner = json!({"runner_image": "u24", "cpu_flags": "avx2", "memory_total": "16",
        "os_version": "24.04"});
    days(&values).into_iter().map(|record| with(record, runner.clone())).collect()
}

fn healthy() -> History {
    let history = History::new();
    history.records(&steady());
    history
}

#[track_caller]
fn has(found: &[[String; 4]], wanted: [&str; 4]) {
    let fits = |one: &[String; 4]| {
        one[0] == wanted[0]
            && one[1] == wanted[1]
            && one[2].contains(wanted[2])
            && one[3].contains(wanted[3])
    };
    assert!(found.iter().any(fits), "{wanted:?} is not among {found:#?}");
}

#[test]
fn a_healthy_history_has_no_findings() {
    let answer = doctor(&healthy(), &[]);
    assert_eq!(answer.status, 0, "{}", answer.out);
    assert_eq!(answer.out, "");
    assert!(answer.err.contains("No errors in 25 records of 1 series"), "{}", answer.err);
}

#[test]
fn refused_lines_and_broken_side_files_are_told_with_their_places() {
    let history = healthy();
    history.file("results/bad.ndjson", "{\"commit\": 1}\nnot json\n");
    history.file("notes/x.md", "no front matter");
    history.file("accepted.yml", "- series: [\n");
    history.file("audit.ndjson", "{}\n");
    let found = findings(&history, 1);
    has(&found, ["error", "rejected", "results/bad.ndjson:1", ""]);
    has(&found, ["error", "rejected", "results/bad.ndjson:2", ""]);
    has(&found, ["error", "file", "notes/x.md", "front matter"]);
    has(&found, ["error", "file", "accepted.yml", "correct the entry"]);
    has(&found, ["error", "audit", "audit.ndjson:1", "the line has no hash"]);
}

#[test]
fn a_refused_policy_is_a_finding_and_the_rest_is_still_examined() {
    let history = healthy();
    history.file("policy.yml", "version: '1'\nregresion: {}\n");
    history.file("results/bad.ndjson", "not json\n");
    let found = findings(&history, 1);
    has(&found, ["error", "policy", "policy.yml:2", "regression"]);
    has(&found, ["error", "rejected", "results/bad.ndjson:1", ""]);
}

#[test]
fn accepted_entries_that_cover_nothing_are_told_with_why() {
    let history = healthy();
    let entry = |series: &str, commit: &str, more: &str| {
        format!(
            "- {{series: '{series}', commit: {commit}, max_change: 0.2, reason: r, by: b{more}}}\n"
        )
    };
    let at = commit(5);
    history.file(
        "accepted.yml",
        entry("gone/*", &at, "")
            + &entry("parse/*", "feedface", "")
            + &entry("parse/*", &at, "")
            + &entry("parse/*", &at, ", expires: 2025-09-01"),
    );
    let found = findings(&history, 1);
    has(&found, ["error", "unused", "gone/*", "no series matches"]);
    has(&found, ["error", "unused", "at feedfac", "no measured commit"]);
    has(&found, ["error", "unused", "parse/* at", "no regression at"]);
    has(&found, ["error", "expired", "parse/* at", "expired on 1 Sep 2025"]);
}

#[test]
fn an_accepted_entry_in_use_is_no_finding_until_it_is_too_small() {
    let history = History::new();
    let slower = |at: usize| if at < 12 { 100.0 } else { 130.0 };
    let values: Vec<f64> = (0..25).map(|at| slower(at) + (at % 3) as f64 / 10.0).collect();
    history.records(&days(&values));
    let entry = |max: &str| {
        let at = commit(12);
        format!("- {{series: 'parse/*', commit: {at}, max_change: {max}, reason: r, by: b}}\n")
    };
    history.file("accepted.yml", entry("0.35"));
    let unused = |found: Vec<[String; 4]>| found.into_iter().any(|one| one[1] == "unused");
    assert!(!unused(findings(&history, 1)), "only the missing runner fields are wrong");
    history.file("accepted.yml", entry("0.2"));
    let found = findings(&history, 1);
    has(&found, ["error", "unused", "parse/* at", "covers up to 20%, but the change is +3"]);
}

#[test]
fn a_renamed_benchmark_is_recognised_and_the_alias_is_named() {
    let history = History::new();
    let mut records = steady();
    // Another benchmark goes on, and one of another level is new: neither is a rename.
    let other = |fields: Value| steady().into_iter().map(move |one| with(one, fields.clone()));
    let others: Vec<Value> = other(json!({"test": "hash"})).collect();
    let new: Vec<Value> = other(json!({"test": "parse_all", "mean_ns": 900.0})).skip(12).collect();
    for record in &mut records[12..] {
        record["test"] = json!("parse_text");
    }
    history.file("results/all.ndjson", lines(&records) + &lines(&others) + &lines(&new));
    let found = findings(&history, 1);
    has(&found, ["error", "renamed", SERIES, "aliases: {parse: parse_text}"]);
    assert_eq!(found.iter().filter(|one| one[1] == "renamed").count(), 1, "{found:#?}");
    history.file("policy.yml", "version: '1'\naliases: {parse: parse_text}\n");
    assert!(findings(&history, 0).iter().all(|one| one[1] != "renamed"));
}

#[test]
fn one_line_is_named_for_all_series_of_a_renamed_test_and_yaml_can_read_it() {
    let history = History::new();
    let (old, new) = ("parse: \"fast\" #1", "yes");
    let mut records: Vec<Value> = Vec::new();
    for n in [10, 1000] {
        let named = |(at, one)| with(one, json!({"n": n, "test": if at < 12 { old } else { new }}));
        records.extend(steady().into_iter().enumerate().map(named));
    }
    history.file("results/all.ndjson", lines(&records));
    let renamed = |status: i32| -> Vec<_> {
        let found = findings(&history, status).into_iter();
        found.filter(|one| one[1] == "renamed").collect()
    };
    let found = renamed(1);
    assert_eq!(found.len(), 1, "{found:#?}");
    let told = found[0].join(" ");
    assert!(told.contains("(and 1 more like it)"), "{told}");
    let line = told.split('`').nth(1).unwrap();
    history.file("policy.yml", format!("version: '1'\n{line}\n"));
    assert_eq!(renamed(0).len(), 0, "the line that is named is the line that helps: {line}");
}

#[test]
fn noise_gaps_sparse_days_missing_and_retired_series_are_told() {
    let history = healthy();
    let fields = |test: &str| json!({"test": test});
    let noisy: Vec<Value> = steady()
        .into_iter()
        .enumerate()
        .map(|(at, one)| {
            with(one, json!({"test": "noisy", "mean_ns": 100.0 + (at * 37 % 23) as f64 * 7.0}))
        })
        .collect();
    let late: Vec<Value> =
        steady().into_iter().take(15).map(|one| with(one, fields("late"))).collect();
    let gap: Vec<Value> = steady()
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !(6..14).contains(at))
        .map(|(_, one)| with(one, fields("gap")))
        .collect();
    let mut old = with(steady()[0].clone(), fields("old"));
    old["timestamp"] = json!("2024-01-01T00:00:00Z");
    old["commit"] = json!("0ldc0ffee");
    for (name, records) in [("noisy", noisy), ("late", late), ("gap", gap), ("old", vec![old])] {
        history.file(&format!("results/{name}.ndjson"), lines(&records));
    }
    history.file("policy.yml", "version: '1'\ndata_quality: {min_records_per_day: 4}\n");
    let found = findings(&history, 1);
    has(&found, ["error", "noisy", "noisy/rust", "too noisy: detects changes above"]);
    has(&found, ["error", "missing", "late/rust", "newest run: 15 Sep 2025"]);
    has(&found, ["note", "gap", "results/", "no runs 7–14 Sep 2025 in 1 series: gap/rust"]);
    has(&found, ["error", "sparse", "results/", "with fewer than 4 records"]);
    has(&found, ["note", "retired", "old/rust", "newest run: 1 Jan 2024"]);
}

#[test]
fn fields_are_told_where_they_look_like_another_and_where_the_runner_has_none() {
    let history = History::new();
    let records = days(&[100.0; 8]).into_iter();
    let fields = json!({"runer_image": "u24", "weather": "mild"});
    history.records(&records.map(|one| with(one, fields.clone())).collect::<Vec<_>>());
    let found = findings(&history, 1);
    has(&found, ["error", "field", "`runer_image`", "looks like a misspelling of `runner_image`"]);
    has(&found, ["error", "runner", "track_fields", "fields that are recorded, such as weather"]);
    has(&found, ["error", "runner", "track_fields", "no record has any of the tracked fields"]);
}

#[test]
fn demo_records_are_contamination_unless_all_of_it_is_a_demo() {
    let shared = demo();
    let data = shared.history.data().display().to_string();
    let json = |more: &[&str]| -> Value {
        let base = ["doctor", "--data", &data, "--format", "json"];
        serde_json::from_str(&run(&[&base[..], more].concat()).out).unwrap()
    };
    let kinds = |json: &Value| -> Vec<String> {
        let all = json["findings"].as_array().unwrap().iter();
        all.map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert!(kinds(&json(&[])).contains(&"demo".to_owned()));
    assert!(!kinds(&json(&["--demo"])).contains(&"demo".to_owned()));
    let mixed = healthy();
    let one = with(steady()[3].clone(), json!({"generator": "benchpages@demo", "test": "x"}));
    mixed.file("results/demo.ndjson", lines(&[one]));
    has(&findings(&mixed, 1), ["error", "demo", "the history", "1 of 26 records are demo data"]);
}

#[test]
fn many_findings_of_a_kind_stay_readable_and_hostile_names_command_no_terminal() {
    let history = healthy();
    history.file("results/bad.ndjson", "{\"x\u{1b}[2J\": }\n".repeat(300));
    let answer = doctor(&history, &[]);
    assert_eq!(answer.status, 1);
    assert!(answer.out.lines().count() < 40 && !answer.out.contains('\u{1b}'), "{}", answer.out);
    assert!(answer.out.contains("and 290 more [rejected]"), "{}", answer.out);
    assert!(answer.err.contains("300 errors"), "{}", answer.err);
}

/// Lines with a field that no line before them has.
fn with_new_fields(lines: &str, fields: &mut BTreeSet<String>) -> String {
    let is_new = |line: &&str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let before = fields.len();
        fields.extend(record.as_object().unwrap().keys().cloned());
        fields.len() > before
    };
    lines.lines().filter(is_new).map(|line| format!("{line}\n")).collect()
}

#[test]
fn no_field_that_a_reader_writes_is_a_finding() {
    // All at once: a process for each sample takes a minute. What is no result of a tool has a
    // test of its own.
    let samples = ingest::samples().into_iter();
    let paths = samples.map(|sample| ingest::tools().join(sample).display().to_string());
    let mut arguments = ["--dry-run", "--demo", "--allow-partial"].map(str::to_owned).to_vec();
    arguments.extend(paths);
    let lines = ingest::ingest(&arguments).out;
    let mut fields = BTreeSet::new();
    let mut records = with_new_fields(&lines, &mut fields);
    assert!(fields.len() > 150, "{}", fields.len());
    let histories = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/histories");
    for (kind, folder) in [
        ("asv", "asv-thematrix"),
        ("github-action-benchmark", "ghab-hyper"),
        ("github-action-benchmark", "ghab-selftest"),
        ("csv", "cp-otava/sample.csv"),
    ] {
        let imported = History::new();
        let path = histories.join(folder).display().to_string();
        let data = imported.data().display().to_string();
        let answer = run(&["import", kind, &path, "--data", &data, "--allow-partial"]);
        assert_eq!(answer.status, 0, "{folder}: {}", answer.err);
        for file in files(&imported.data()).iter().filter(|file| file.starts_with("results/")) {
            let text = std::fs::read_to_string(imported.data().join(file)).unwrap();
            records.push_str(&with_new_fields(&text, &mut fields));
        }
    }
    let history = History::new();
    history.file("results/all.ndjson", records);
    let answer = doctor(&history, &["--demo", "--format", "json"]);
    let report: Value = serde_json::from_str(&answer.out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    let fields: Vec<_> = findings.iter().filter(|finding| finding["kind"] == "field").collect();
    assert!(fields.is_empty(), "{fields:#?}");
}

#[test]
fn a_name_is_no_misspelling_where_the_right_one_stands_beside_it() {
    let history = healthy();
    let fields = json!({"os_versions": "both", "tests": "12", "rounds": "5", "errors": "0"});
    let records = steady().into_iter().map(|record| with(record, fields.clone()));
    history.records(&records.collect::<Vec<_>>());
    let found = findings(&history, 0);
    assert!(found.iter().all(|finding| finding[1] != "field"), "{found:#?}");
}
