//! What other tools wrote: every genuine file is read, or refused with the right reason; what was
//! read stands in the history, once.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Answer, History, files, run};

/// No commit of any repository.
const COMMIT: &str = "00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee";
const TIME: &str = "2026-01-02T03:04:05Z";

/// Runs the command on files, with a commit and a time.
pub fn ingest<S: AsRef<std::ffi::OsStr>>(more: &[S]) -> Answer {
    let mut arguments: Vec<&std::ffi::OsStr> =
        ["ingest", "--elsewhere", "--commit", COMMIT, "--timestamp", TIME]
            .map(AsRef::as_ref)
            .to_vec();
    arguments.extend(more.iter().map(AsRef::as_ref));
    run(&arguments)
}

/// The records that a sample of a tool's output comes to.
pub fn records(sample: &str, more: &[&str]) -> Vec<Value> {
    let path = tools().join(sample);
    let mut arguments = vec!["--dry-run", "--demo", "--allow-partial", path.to_str().unwrap()];
    arguments.extend(more);
    let answer = ingest(&arguments);
    assert_eq!(answer.status, 0, "{sample}: {}", answer.err);
    answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/tools")
}

/// Files that say where the others come from.
fn beside(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_uppercase();
    ["SOURCE.TXT", "README", "COPYING"].iter().any(|it| name.starts_with(it))
        || name.contains("LICENSE")
}

/// What is read at once: trees of criterion as a folder, everything else as a file.
pub fn samples() -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for file in files(&tools()).into_iter().filter(|file| !beside(file)) {
        let tree = ["/criterion/", "/html_report/"]
            .iter()
            .find_map(|part| file.find(part).map(|at| file[..at + part.len() - 1].to_owned()));
        let tree = tree.filter(|tree| tree.starts_with("criterion"));
        let sample = tree.unwrap_or(file);
        if samples.last() != Some(&sample) {
            samples.push(sample);
        }
    }
    samples
}

/// A row of the table: format, records, refused parts, and why.
fn row(sample: &str) -> String {
    let path = tools().join(sample);
    let answer = ingest(&["-v", "--dry-run", "--allow-partial", path.to_str().unwrap()]);
    let known = answer.err.replace(&format!("{}/", tools().display()), "");
    let read = known.lines().find_map(|line| line.rsplit_once(" as ")).map(|(_, name)| name);
    let format = read.filter(|_| answer.status == 0).unwrap_or("");
    let count = answer.out.lines().count();
    let refused = known.lines().filter(|line| line.starts_with("error: ")).count();
    let first = known.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or("");
    let why = first.rsplit_once(&format!("{sample}: ")).map_or(first, |(_, why)| why);
    let why = why.split("; `benchpages").next().unwrap_or(why).replace('|', "\\|");
    format!("| {sample} | {format} | {count} | {refused} | {why} |")
}

/// How names become series: one rule a tool, for `ingest` and `import`.
const NAMES: &str = include_str!("names.md");

#[test]
fn every_genuine_file_is_read_or_refused_as_reviewed() {
    let mut page = String::from(
        "# Formats\n\nWhat `benchpages ingest` reads: `--format NAME`, or by itself where the \
         content tells. `benchpages ingest --list` prints this table.\n\n\
         | format | written by | recognized by | yields | backend |\n|-|-|-|-|-|\n",
    );
    let list = run(&["ingest", "--list"]).out;
    let mut cells: Vec<&str> = Vec::new();
    for line in list.lines() {
        let cell = line.trim().split_once(": ").filter(|_| cells.len() > 1);
        cells.push(cell.map_or(line.trim(), |(_, cell)| cell));
        if cells.len() == 5 {
            let row = cells.iter().map(|cell| cell.replace('*', "\\*").replace('|', "\\|"));
            writeln!(page, "| {} |", row.collect::<Vec<_>>().join(" | ")).unwrap();
            cells.clear();
        }
    }
    page.push_str(NAMES);
    page.push_str(
        "\n## Genuine files\n\nWhat becomes of each file in `tests/samples/tools` (their origin \
         stands beside them); the suite writes this table and holds it.\n\n\
         | file | read as | records | refused | why |\n|-|-|-:|-:|-|\n",
    );
    for sample in samples() {
        page.push_str(&row(&sample));
        page.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known != page {
        std::fs::write(&path, &page).unwrap();
        panic!("docs/formats.md was rewritten: review the difference, then run again");
    }
}

#[test]
fn ingesting_twice_is_ingesting_once() {
    let history = History::new();
    let data = history.data();
    let sample = tools().join("hyperfine-1brc/hyperfine.json");
    let arguments = ["--data", data.to_str().unwrap(), sample.to_str().unwrap()];
    let first = ingest(&arguments);
    assert_eq!(first.status, 0);
    assert!(first.err.contains("\n2 records added\n"), "{}", first.err);
    let again = ingest(&arguments);
    assert_eq!(again.status, 0);
    assert!(again.err.contains("\n0 records added, 2 already there"), "{}", again.err);
    let lines = std::fs::read_to_string(data.join("results/2026-01-02.ndjson")).unwrap();
    assert_eq!(lines.lines().count(), 2);
    assert_eq!(history.build(&[]).status, 0);
}

#[test]
fn what_no_format_recognizes_is_a_fault_and_writes_nothing() {
    let history = History::new();
    let path = history.data().with_file_name("notes.txt");
    std::fs::write(&path, "it was fast\n").unwrap();
    let data = history.data();
    let answer = ingest(&["--data", data.to_str().unwrap(), path.to_str().unwrap()]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("no format recognizes it"), "{}", answer.err);
    assert!(!data.join("results").exists());
    let typo = ingest(&["--format", "hyperfin", path.to_str().unwrap()]);
    assert!(typo.err.contains("did you mean hyperfine"), "{}", typo.err);
}

#[test]
fn a_pull_request_stays_beside_the_main_line() {
    let history = History::new();
    let data = history.data();
    let sample = tools().join("hyperfine-1brc/hyperfine.json");
    let arguments = ["--data", data.to_str().unwrap(), "--pull", "12", sample.to_str().unwrap()];
    assert_eq!(ingest(&arguments).status, 0);
    assert!(data.join("pulls/12.ndjson").is_file() && !data.join("results").exists());
}

#[test]
fn names_are_taken_apart_as_asked() {
    let history = History::new();
    let path = history.data().with_file_name("told.json");
    let told = r#"{"results":[{"command":"sum/rust/parallel/1000000","mean":0.5}]}"#;
    std::fs::write(&path, told).unwrap();
    let map = "{test}/{backend}/{parallel}/{n}";
    let answer = ingest(&["--dry-run", "--map", map, path.to_str().unwrap()]);
    let record: Value = serde_json::from_str(&answer.out).unwrap();
    let found = ["test", "backend", "parallel", "n"].map(|field| record[field].to_string());
    assert_eq!(found, ["\"sum\"", "\"rust\"", "true", "1000000"]);
}

#[test]
fn what_is_refused_is_kept_and_the_health_page_says_so() {
    let history = History::new();
    let data = history.data();
    let path = data.with_file_name("<b>told.json");
    // A mean that no number can hold, beside one that can be read.
    let told = r#"{"results":[{"command":"good","mean":0.5},{"command":"bad","mean":-1.0}]}"#;
    std::fs::write(&path, told).unwrap();
    let answer = ingest(&["--data", data.to_str().unwrap(), path.to_str().unwrap()]);
    assert_eq!(answer.status, 4, "{}", answer.err);
    assert!(answer.err.contains("1 record added, 1 rejected"), "{}", answer.err);
    let kept = std::fs::read_to_string(data.join("quarantine/ingested.ndjson")).unwrap();
    let kept: Value = serde_json::from_str(kept.trim()).unwrap();
    assert!(kept["reason"].as_str().unwrap().contains("below zero"), "{kept}");
    let site = history.site(&["--now", "2026-01-03T00:00:00Z"]);
    let page = site.page("health/");
    assert!(page.contains("1 part of other tools&#39; files") || page.contains("1 part of other"));
    assert!(page.contains("&#60;b&#62;told.json:1") && !page.contains("<b>told"), "{page}");
    assert!(!page.contains(data.parent().unwrap().to_str().unwrap()), "folders are not told");
}

#[test]
fn a_folder_of_asv_results_is_read_as_one() {
    let histories = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/histories");
    let folder = histories.join("asv-metpy");
    let history = History::new();
    let data = history.data();
    let answer =
        run(&["ingest", "--elsewhere", "--data", data.to_str().unwrap(), folder.to_str().unwrap()]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let same = run(&[
        "import",
        "asv",
        "--dry-run",
        "--format",
        "json",
        "--data",
        data.to_str().unwrap(),
        folder.to_str().unwrap(),
    ]);
    let told: Value = serde_json::from_str(&same.out).unwrap();
    let lines = std::fs::read_dir(data.join("results")).unwrap();
    let lines: usize = lines
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap().lines().count())
        .sum();
    assert_eq!(told["records"], lines);
}

#[test]
fn a_file_that_was_cut_off_says_where_and_an_empty_one_that_it_is() {
    let history = History::new();
    let data = history.data();
    let path = data.with_file_name("cut.json");
    let whole = std::fs::read_to_string(tools().join("hyperfine-1brc/hyperfine.json")).unwrap();
    for (text, why) in [
        (&whole[..whole.len() / 2], "broken JSON, so no format recognizes it: EOF"),
        ("\n", "empty"),
    ] {
        std::fs::write(&path, text).unwrap();
        let answer = ingest(&["--data", data.to_str().unwrap(), path.to_str().unwrap()]);
        assert_eq!(answer.status, 2);
        assert!(answer.err.contains(why), "{}", answer.err);
    }
}
