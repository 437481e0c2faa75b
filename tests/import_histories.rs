//! Histories that are folders of results, notes of git-perf, and the same import again: exact
//! values of genuine files, what is missing is said, and nothing new is read no second time.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Answer, History, files, run};

fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(path)
}

/// A folder beside the history, with these files.
fn folder_of(history: &History, all: &[(&str, &[u8])]) -> PathBuf {
    let folder = history.data().with_file_name("kept");
    for (path, bytes) in all {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn import(history: &History, kind: &str, path: &Path, more: &[&str]) -> Answer {
    let data = history.data();
    let mut arguments = vec!["import", kind, path.to_str().unwrap(), "--format", "json"];
    arguments.extend(["--data", data.to_str().unwrap()]);
    arguments.extend(more);
    run(&arguments)
}

fn summary(answer: &Answer) -> Value {
    // 4: a part was rejected, and the rest was taken.
    assert!([0, 4].contains(&answer.status), "{}", answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

/// Every record of a history, in the order of files and lines.
fn records(history: &History) -> Vec<Value> {
    let data = history.data();
    let names = files(&data).into_iter().filter(|file| file.starts_with("results/"));
    let texts = names.map(|file| std::fs::read_to_string(data.join(file)).unwrap());
    let texts: Vec<String> = texts.collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn fields<'r>(records: &'r [Value], name: &str) -> BTreeSet<&'r str> {
    records.iter().filter_map(|record| record[name].as_str()).collect()
}

#[test]
fn results_take_commit_and_time_from_inside_and_then_from_their_paths() {
    let history = History::new();
    let telco = std::fs::read(sample("tools/pyperf/telco.json")).unwrap();
    let julia = std::fs::read(sample("tools/julia-benchmarktools/pkgbenchmark-result.json"));
    let folder = folder_of(
        &history,
        &[
            ("20161022/68b776ee7e79.json", &telco),
            ("20220225/9a61624e31b3.json", &julia.unwrap()),
            ("20161022/notes.txt", b"measured at night"),
            ("20161022/cut.json", &telco[..100]),
        ],
    );
    let answer = import(&history, "results", &folder, &["--name-pattern", "{date}/{commit}.json"]);
    let told = summary(&answer);
    assert_eq!((&told["records"], &told["commits"]["measured"]), (&json!(9), &json!(2)));
    assert_eq!(told["skipped"], json!({"files that no format recognizes": 1}));
    assert!(answer.err.contains("20161022/cut.json:6:1: not readable"), "{}", answer.err);
    let all = records(&history);
    assert_eq!(fields(&all, "commit"), BTreeSet::from(["68b776ee7e79", "9a61624e31b3"]));
    // The times inside, not the days of the paths.
    let telco = all.iter().find(|it| it["test"] == "telco").unwrap();
    assert_eq!(telco["timestamp"], "2016-10-21T03:14:20.49671Z");
    assert_eq!(telco["metrics"]["time"]["samples"][0], 0.022752201875846367);
    assert_eq!(telco["backend"], "python");
    let julia: Vec<&Value> = all.iter().filter(|it| it["backend"] == "julia").collect();
    assert_eq!(julia.len(), 8);
    assert!(julia.iter().all(|it| it["timestamp"] == "2022-02-25T08:06:25.745Z"));
    let spmm0 = julia.iter().find(|it| it["test"] == "spmm0").unwrap();
    assert_eq!(spmm0["suite"], "propagate/e_mul_xj");
    assert_eq!(spmm0["metrics"]["time"]["samples"][0], 537_493.0);
    assert_eq!(spmm0["metrics"]["memory"]["value"], 819_248.0);
}

#[test]
fn a_result_of_which_nobody_knows_the_commit_is_rejected_with_what_is_missing() {
    let history = History::new();
    let telco = std::fs::read(sample("tools/pyperf/telco.json")).unwrap();
    let folder = folder_of(&history, &[("a.json", &telco)]);
    let answer = import(&history, "results", &folder, &[]);
    assert_eq!(answer.status, 2);
    let expected = "a.json:1:1: no commit in the result or its path; add \
                    --name-pattern '{commit}.json' or --commit SHA";
    assert!(answer.err.contains(expected), "{}", answer.err);
    assert!(!history.data().join("results").exists());
    let told = summary(&import(&history, "results", &folder, &["--commit", "abc1234"]));
    assert_eq!(told["added"], 1);
    let answer = import(&history, "results", &folder, &["--name-pattern", "{name}.json"]);
    assert!(answer.err.contains("no {commit} and no {date}"), "{}", answer.err);
    let answer = import(&history, "results", &folder, &["--result-format", "pyprf"]);
    assert!(answer.err.contains("did you mean pyperf?"), "{}", answer.err);
}

#[test]
fn folders_of_criterion_are_runs_of_the_commits_in_their_paths() {
    let history = History::new();
    let source = sample("tools/criterion-multi_index_map");
    let mut all = Vec::new();
    for file in files(&source).iter().filter(|file| file.contains("/new/")) {
        let bytes = std::fs::read(source.join(file)).unwrap();
        all.push((format!("2024-01-31_12-00/aaaaaaa/{file}"), bytes.clone()));
        all.push((format!("2024-02-01_12-00/bbbbbbb/{file}"), bytes));
    }
    let all: Vec<(&str, &[u8])> = all.iter().map(|(path, it)| (&**path, it.as_slice())).collect();
    let folder = folder_of(&history, &all);
    let pattern = ["--name-pattern", "{date}/{commit}"];
    let told = summary(&import(&history, "results", &folder, &pattern));
    assert_eq!(told["commits"]["measured"], 2);
    let benchmarks = all.iter().filter(|(path, _)| path.ends_with("/new/estimates.json")).count();
    assert_eq!(told["records"], benchmarks);
    let all = records(&history);
    let times = BTreeSet::from(["2024-01-31T12:00:00Z", "2024-02-01T12:00:00Z"]);
    assert_eq!(fields(&all, "timestamp"), times);
    assert!(all.iter().all(|it| it["backend"] == "rust" && it["metrics"]["time"].is_object()));
}

#[test]
fn gzipped_results_are_read_as_what_they_hold() {
    let history = History::new();
    let telco = std::fs::read(sample("tools/pyperf/telco.json")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&telco).unwrap();
    let name = "2017-03-31_12-35-main-f23b7e1a9d1c.json.gz";
    let folder = folder_of(&history, &[(name, &packed.finish().unwrap())]);
    let pattern = "{date}_{hour}-{minute}-{branch}-{commit}.json.gz";
    summary(&import(&history, "pyperformance", &folder, &["--name-pattern", pattern]));
    let all = records(&history);
    assert_eq!((&all[0]["commit"], &all[0]["branch"]), (&json!("f23b7e1a9d1c"), &json!("main")));
}

#[test]
fn notes_of_git_perf_hold_epochs_names_times_and_values() {
    let history = History::new();
    let source = sample("histories/git-perf/notes-perf-v3.txt");
    let told = summary(&import(&history, "git-perf", &source, &["--unit", "sleep=ns"]));
    assert_eq!((&told["records"], &told["series"]), (&json!(12), &json!(2)));
    assert_eq!(told["commits"]["measured"], 3);
    let all = records(&history);
    let sleep = all.iter().find(|it| it["timestamp"] == "2026-11-28T01:58:39.076714Z").unwrap();
    assert_eq!(sleep["commit"], "962553342a451854d6115d95301ae59a00fc10ef");
    assert_eq!(sleep["metrics"], json!({"sleep": {"value": 32_683_099.0, "unit": "ns"}}));
    assert_eq!(sleep["params"], json!({"os": "linux"}));
    let ingested = ["ingest", source.to_str().unwrap(), "--data", "x", "--commit", "abc1234"];
    assert!(run(&ingested).err.contains("`benchpages import git-perf "));
}

#[test]
fn an_import_with_nothing_new_reads_nothing_and_any_change_is_seen() {
    let history = History::new();
    let data = history.data();
    let source = data.with_file_name("data.js");
    std::fs::copy(sample("histories/ghab-registry-go/data.js"), &source).unwrap();
    let again = |more: &[&str]| {
        let answer = import(&history, "github-action-benchmark", &source, more);
        let is_skipped = answer.err.contains("nothing is new");
        (is_skipped, summary(&answer))
    };
    let (_, first) = again(&["-v"]);
    let (skipped, second) = again(&["-v"]);
    assert!(skipped);
    assert_eq!((&second["added"], &second["duplicates"]), (&json!(0), &first["added"]));
    for name in ["records", "values", "series", "first", "last", "rejected", "continue_with"] {
        assert_eq!(second[name], first[name], "{name}");
    }
    let name = files(&data).into_iter().find(|file| file.starts_with("results/")).unwrap();
    let (file, before) = (data.join(&name), std::fs::read(data.join(&name)).unwrap());
    // A lost file comes back, and so does a lost line.
    std::fs::remove_file(&file).unwrap();
    assert!(!again(&["-v"]).0 && std::fs::read(&file).unwrap() == before);
    let cut = before.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    std::fs::write(&file, &before[cut..]).unwrap();
    let (skipped, told) = again(&["-v"]);
    assert_eq!((skipped, &told["added"]), (false, &json!(1)));
    assert!(again(&["-v"]).0);
    std::fs::write(data.join("policy.yml"), "metrics: {}\n").unwrap();
    assert!(!again(&["-v"]).0, "the policy may say a direction");
    assert!(!again(&["-v", "--param", "os=linux"]).0, "options count");
    let text = std::fs::read_to_string(&source).unwrap();
    std::fs::write(&source, format!("{text}\n")).unwrap();
    assert!(!again(&["-v"]).0, "so does every byte of the source");
    std::fs::write(data.join("imports").join("x.state"), "{").unwrap();
    for state in files(&data).into_iter().filter(|file| file.starts_with("imports/")) {
        std::fs::write(data.join(state), "{}").unwrap();
    }
    assert!(!again(&["-v"]).0, "a broken state is none");
    assert!(again(&["-v"]).0);
    assert_eq!(history.build(&[]).status, 0);
}

#[test]
fn the_runs_before_a_cut_are_imported() {
    let history = History::new();
    let whole = std::fs::read(sample("histories/ghab-registry-go/data.js")).unwrap();
    let path = history.data().with_file_name("data.js");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let answer = import(&history, "github-action-benchmark", &path, &[]);
    let cut = summary(&answer);
    assert!(answer.err.contains("not readable: the file ends here; "), "{}", answer.err);
    assert!(answer.err.contains("benchmarks before it were imported; mend the file"));
    std::fs::write(&path, &whole).unwrap();
    let mended = summary(&import(&history, "github-action-benchmark", &path, &[]));
    assert_eq!(mended["duplicates"], cut["added"]);
    let sum = cut["added"].as_u64().unwrap() + mended["added"].as_u64().unwrap();
    assert_eq!(mended["records"], sum);
}

#[test]
fn an_import_with_nothing_new_reports_what_the_last_one_rejected() {
    let history = History::new();
    let source = sample("histories/ghab-moov-ach/data.js");
    let first = import(&history, "github-action-benchmark", &source, &["-v"]);
    let second = import(&history, "github-action-benchmark", &source, &["-v"]);
    assert!(second.err.contains("nothing is new"), "{}", second.err);
    assert_eq!((first.status, second.status), (4, 4));
    let errors = |answer: &Answer| {
        let lines = answer.err.lines().filter(|line| line.starts_with("error: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!errors(&first).is_empty() && errors(&first) == errors(&second));
}
