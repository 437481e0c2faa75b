//! Whole flows through the workflows that `init` writes, run here against a local server: the first
//! day, a regression and its fix, the merge queue, a squashed approval, two systems, other bases.
//!
//! The project's benchmark is a stand-in for `go test`. It prints the nanoseconds that the file
//! `speed` names and a few more, the same few in every run of these tests.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::init::Repository;
use crate::workflows::{Server, archive, git, have_tools, told};

const GO: &str = r#"#!/usr/bin/env bash
[ "$1" != mod ] || exit 0
more=$(((${BENCHPAGES_ROUND:-$(git rev-list --count HEAD)} * 37 + ${#BENCHPAGES_SIDE} * 5) % 7))
speed=$(cat "speed-${SYSTEM:-}" 2> /dev/null || cat speed) || exit 2
echo "pkg: x"
echo "BenchmarkParse-2   1000   $((speed + more)) ns/op"
"#;

const FIRST_DAY: u32 = 1_758_888_000;

/// A project whose pushes and pull requests are measured, a day apart.
struct Project {
    server: Server,
    day: Cell<u32>,
}

/// What the job of a pull request leaves.
struct Job {
    passes: bool,
    says: String,
    head: String,
    records: String,
}

impl Project {
    fn new() -> Self {
        let repository = Repository::new();
        repository.file("go.mod", "module x\n").file("speed", "1000\n");
        let (status, _, err) = repository.init(&["--yes"]);
        assert_eq!(status, 0, "{err}");
        let project = Self { server: Server::of(repository), day: Cell::new(0) };
        project.server.program("go", GO);
        project.server.stub("labels.json", "[]");
        project.server.stub("events.json", "[]");
        project.server.stub("check.json", json!({"artifacts": []}).to_string());
        let root = project.server.repository.root();
        git(&root, &["config", "user.name", "ada"]);
        git(&root, &["config", "user.email", "ada@example.org"]);
        project.commit("main", "start", &[]);
        project
    }

    fn time(&self) -> String {
        (FIRST_DAY + self.day.get() * 86_400).to_string()
    }

    /// A commit with these files on a branch, which begins at what is checked out; its id.
    fn commit(&self, branch: &str, subject: &str, files: &[(&str, &str)]) -> String {
        let root = self.server.repository.root();
        if git(&root, &["branch", "--show-current"]) != branch {
            git(&root, &["checkout", "--quiet", "-B", branch]);
        }
        for (path, text) in files {
            self.server.repository.file(path, text);
        }
        git(&root, &["add", "--all"]);
        let date = format!("{} +0000", self.time());
        let mut command = Command::new("git");
        command.arg("-C").arg(&root).args(["commit", "--quiet", "--allow-empty", "-m", subject]);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", date);
        assert!(command.status().unwrap().success());
        git(&root, &["push", "--quiet", "--force", "origin", branch]);
        git(&root, &["rev-parse", "HEAD"])
    }

    fn checkout(&self, name: &str) {
        git(&self.server.repository.root(), &["checkout", "--quiet", name]);
    }

    /// Pushes to a branch, whose jobs measure it and keep the records.
    fn push(&self, branch: &str, subject: &str, files: &[(&str, &str)]) -> String {
        self.day.set(self.day.get() + 1);
        let head = self.commit(branch, subject, files);
        let (records, time) = (self.server.path("push.ndjson").display().to_string(), self.time());
        let folder = self.server.path("kept").display().to_string();
        let environment = [
            ("COMMIT", &*head),
            ("RECORDS", &records),
            ("SOURCE_DATE_EPOCH", &time),
            ("GITHUB_RUN_ID", &time),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_SHA", &head),
            ("GITHUB_REPOSITORY", "ada/engine"),
            ("FOLDER", &folder),
        ];
        let job = self.server.clone();
        git(&job.path().join("work"), &["checkout", "--quiet", &head]);
        for step in ["Measure", "Add the records to the history"] {
            let output = self.server.step_in(&job, "benchpages", (step, &environment));
            assert!(output.status.success(), "{step}: {}", told(&output));
            self.server.stub("records.ndjson", std::fs::read(&records).unwrap());
        }
        head
    }

    /// Main with so many measured commits, all of the same speed.
    fn with_history(commits: u32) -> Self {
        let project = Self::new();
        for number in 0..commits {
            project.push("main", &format!("work {number}"), &[]);
        }
        project
    }

    /// What GitHub checks out for a pull request: its head merged into the branch it goes to.
    fn merged(&self, branch: &str, into: &str) -> TempDir {
        let job = self.server.clone();
        let work = job.path().join("work");
        git(&work, &["checkout", "--quiet", "--detach", &format!("origin/{into}")]);
        let who = ["-c", "user.name=github", "-c", "user.email=github@example.org"];
        let merge = ["merge", "--quiet", "--no-ff", "-m", "Merge", &format!("origin/{branch}")];
        git(&work, &[&who[..], &merge].concat());
        job
    }

    fn pull(&self, number: u64, branch: &str, into: &str, more: &[(&str, &str)]) -> Job {
        self.day.set(self.day.get() + 1);
        let job = self.merged(branch, into);
        let head = git(&job.path().join("work"), &["rev-parse", &format!("origin/{branch}")]);
        let number = number.to_string();
        let environment = [&[("PULL", &*number), ("BASE_REF", into), ("COMMIT", &head)], more];
        self.job(&job, &head, &environment.concat())
    }

    /// The steps of the job of a pull request, up to the first that fails.
    fn job(&self, job: &TempDir, head: &str, more: &[(&str, &str)]) -> Job {
        let path = |name: &str| job.path().join(name).display().to_string();
        let (output, records) = (path("output"), path("records/records.ndjson"));
        let (snapshot, time) = (path("check"), self.time());
        let fixed = [
            ("SOURCE_DATE_EPOCH", &*time),
            ("GITHUB_OUTPUT", &output),
            ("GITHUB_REPOSITORY", "ada/engine"),
            ("RECORDS", &records),
            ("SNAPSHOT", &snapshot),
            ("ROUNDS", "6"),
            ("TIME_LIMIT", "20m"),
            ("RUNS", "3"),
            ("ACTOR", "ada"),
        ];
        let environment = [&fixed[..], more].concat();
        let mut says = String::new();
        let mut passes = true;
        for step in ["History", "Measure", "Check"] {
            // What the step `History` found.
            let outputs = std::fs::read_to_string(&output).unwrap_or_default();
            let number = outputs.trim().strip_prefix("pull=").unwrap_or_default();
            let found = [&environment[..], &[("PULL", number)]].concat();
            let environment = if number.is_empty() { &environment } else { &found };
            let answer = self.server.step_in(job, "benchmarks", (step, environment));
            says += &told(&answer);
            passes = answer.status.success();
            if !passes {
                break;
            }
        }
        let records = std::fs::read_to_string(&records).unwrap_or_default();
        Job { passes, says, head: head.to_owned(), records }
    }

    /// What the commenting job says of a pull request after its own job.
    fn comment(&self, number: u64, job: &Job) -> Value {
        let pull = json!([{"number": number, "head": {"sha": job.head}}]);
        self.server.stub("pulls.json", pull.to_string());
        let artifact = json!({"id": 5, "size_in_bytes": job.records.len()});
        self.server.stub("artifacts.json", json!({"artifacts": [artifact]}).to_string());
        let records = job.records.as_bytes();
        self.server.stub("records.zip", archive(&[("records.ndjson", records)]));
        let path = |name: &str| self.server.path(name).display().to_string();
        let (archive, raw, records) = (path("zip"), path("raw"), path("taken.ndjson"));
        let (result, comment, output) = (path("result.json"), path("comment.md"), path("output"));
        let (number, time) = (number.to_string(), self.time());
        let conclusion = if job.passes { "success" } else { "failure" };
        let environment = [
            ("SOURCE_DATE_EPOCH", &*time),
            ("REPO", "ada/engine"),
            ("GITHUB_REPOSITORY", "ada/engine"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_EVENT_NAME", "workflow_run"),
            ("GITHUB_RUN_ID", &time),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_OUTPUT", &output),
            ("SHA", &job.head),
            ("RUN", "1"),
            ("PULL", &number),
            ("ARCHIVE", &archive),
            ("RAW", &raw),
            ("RECORDS", &records),
            ("MOST", "100000"),
            ("RESULT", &result),
            ("COMMENT", &comment),
            ("CONCLUSION", conclusion),
            ("ACTOR", "ada"),
        ];
        let steps = [
            "Find the pull request",
            "Download the records",
            "Add the records to the history",
            "Check",
        ];
        for step in steps {
            let answer = self.server.step("benchpages-comment", step, &environment);
            assert!(answer.status.success(), "{step}: {}", told(&answer));
        }
        serde_json::from_str(&std::fs::read_to_string(result).unwrap()).unwrap()
    }

    /// What the main branch says of itself, as a person in a clone would ask.
    fn main_verdict(&self) -> Value {
        let job = self.server.clone();
        let work = job.path().join("work");
        let mut history = Command::new("bash");
        history.current_dir(&work).arg(".github/benchpages-history.sh");
        assert!(history.env("DATA_BRANCH", "benchmark-data").status().unwrap().success());
        check(&work, &self.time())
    }
}

fn check(work: &Path, time: &str) -> Value {
    let mut command = crate::support::program();
    command.current_dir(work).args(["check", "--format", "json"]).env("SOURCE_DATE_EPOCH", time);
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

#[test]
fn the_first_pull_requests_are_judged_by_their_own_rounds() {
    if !have_tools() {
        return;
    }
    let project = Project::new();
    project.commit("same", "the same", &[("readme", "")]);
    let same = project.pull(1, "same", "main", &[]);
    assert!(same.passes && same.says.contains("measured side by side, 6 rounds"), "{}", same.says);
    assert!(same.says.contains("No history yet"), "{}", same.says);
    project.checkout("main");
    project.commit("slow", "slower", &[("speed", "1300\n")]);
    let slow = project.pull(2, "slow", "main", &[]);
    assert!(!slow.passes && slow.says.contains("1 regressed"), "{}", slow.says);
    let comment = project.comment(2, &slow);
    assert_eq!(comment["verdict"], json!("approval_needed"), "{comment}");
    assert_eq!(comment["base_kind"], json!("session"), "{comment}");
    project.checkout("main");
    project.push("main", "the first run", &[]);
    assert_eq!(project.server.history().len(), 2, "the pull request and the first run");
}

#[test]
fn a_regression_fails_its_fix_passes_and_running_again_changes_neither() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(6);
    project.commit("change", "slower", &[("speed", "1300\n")]);
    for _ in 0..2 {
        let job = project.pull(7, "change", "main", &[]);
        assert!(!job.passes && job.says.contains("1 regressed"), "{}", job.says);
        let comment = project.comment(7, &job);
        assert_eq!(comment["verdict"], json!("approval_needed"), "{comment}");
    }
    project.commit("change", "fast again", &[("speed", "1000\n")]);
    for _ in 0..2 {
        let job = project.pull(7, "change", "main", &[]);
        assert!(job.passes && job.says.contains("1 unchanged"), "{}", job.says);
        assert_eq!(project.comment(7, &job)["verdict"], json!("pass"));
    }
}

#[test]
fn the_merge_queue_compares_with_the_commit_before() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(6);
    project.commit("before", "slower, and accepted as it is", &[("speed", "1300\n")]);
    project.commit("after", "nothing", &[("readme", "")]);
    let job = project.server.clone();
    let work = job.path().join("work");
    let sha = |name: &str| git(&work, &["rev-parse", name]);
    let (base, head) = (sha("origin/before"), sha("origin/after"));
    git(&work, &["checkout", "--quiet", "--detach", &head]);
    let queue = ("QUEUE", "refs/heads/gh-readonly-queue/main/pr-7-0f1e2d3c");
    let answer =
        project.job(&job, &head, &[("PULL", ""), queue, ("BASE_SHA", &base), ("COMMIT", &head)]);
    assert!(answer.passes && answer.says.contains("Pull request #7"), "{}", answer.says);
    let against_main = [("PULL", ""), queue, ("BASE_SHA", &*sha("origin/main")), ("COMMIT", &head)];
    let answer = project.job(&job, &head, &against_main);
    assert!(!answer.passes, "{}", answer.says);
}

#[test]
fn an_approval_covers_the_commit_that_a_squash_makes() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(6);
    let slow = project.commit("change", "slower", &[("speed", "1300\n")]);
    let entry = format!(
        "- series: '*'\n  commit: '{slow}'\n  pull: 7\n  max_change: 0.35\n  \
         reason: 'bounds checks'\n  by: 'boss'\n"
    );
    project.commit("change", "accept it", &[("data/accepted.yml", &entry)]);
    let job = project.pull(7, "change", "main", &[]);
    assert!(job.passes && job.says.contains("accepted"), "{}", job.says);
    assert_eq!(project.comment(7, &job)["verdict"], json!("pass"));
    project.checkout("main");
    let files = [("speed", "1300\n"), ("data/accepted.yml", &*entry)];
    project.push("main", "bounds checks (#7)", &files);
    for number in 0..4 {
        project.push("main", &format!("later {number}"), &[]);
    }
    let verdict = project.main_verdict();
    assert_eq!(verdict["verdict"], json!("pass"), "{verdict}");
    assert_eq!(verdict["counts"]["accepted"], json!(1), "{verdict}");
}

#[test]
fn each_system_is_judged_by_its_own_runs_and_one_comment_names_all() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(3);
    project.commit("change", "slower on one system", &[("speed-macos", "1300\n"), ("readme", "")]);
    project.checkout("main");
    let base = [("speed-macos", "1000\n")];
    project.commit("change-base", "measured on two", &base);
    project.commit("change", "slower on one system", &[("speed-macos", "1300\n")]);
    let linux = project.pull(7, "change", "change-base", &[("ImageOS", "ubuntu24")]);
    assert!(linux.passes, "{}", linux.says);
    let leg = [("ImageOS", "macos15"), ("SYSTEM", "macos")];
    let mut macos = project.pull(7, "change", "change-base", &leg);
    assert!(!macos.passes, "{}", macos.says);
    let more = json!({"artifacts": [
        {"name": "benchpages-records", "id": 5, "size_in_bytes": 9},
        {"name": "benchpages-records-macos", "id": 6, "size_in_bytes": 9},
        {"name": "benchpages-check", "id": 7, "size_in_bytes": 9},
    ]});
    project.server.stub("more.json", more.to_string());
    let records = macos.records.as_bytes();
    project.server.stub("more.zip", archive(&[("records.ndjson", records)]));
    macos.records = linux.records;
    let comment = project.comment(7, &macos);
    assert_eq!(comment["verdict"], json!("approval_needed"), "{comment}");
    assert_eq!(comment["counts"]["regressed"], json!(1), "{comment}");
    assert_eq!(comment["counts"]["unchanged"], json!(1), "{comment}");
}

#[test]
fn a_release_branch_and_a_stacked_pull_request_are_compared_with_their_own_base() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(6);
    // The release is slower than main, and the change on it makes nothing worse.
    project.commit("release/1", "slower since long", &[("speed", "1300\n")]);
    project.commit("backport", "a fix", &[("readme", "fix")]);
    let job = project.pull(7, "backport", "release/1", &[]);
    assert!(job.passes && job.says.contains("1 unchanged"), "{}", job.says);
    project.checkout("main");
    project.commit("below", "slower", &[("speed", "1500\n")]);
    project.commit("above", "nothing", &[("readme", "above")]);
    let above = project.pull(9, "above", "below", &[]);
    assert!(above.passes, "{}", above.says);
    let below = project.pull(8, "below", "main", &[]);
    assert!(!below.passes, "{}", below.says);
}

#[test]
fn a_base_that_cannot_run_falls_back_to_the_history_and_says_so() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(6);
    // Main has lost the file that its benchmark reads.
    let root = project.server.repository.root();
    std::fs::remove_file(root.join("speed")).unwrap();
    project.commit("main", "broken", &[]);
    project.commit("change", "repaired, and slower", &[("speed", "1300\n")]);
    let job = project.pull(7, "change", "main", &[]);
    assert!(!job.passes && job.says.contains("1 regressed"), "{}", job.says);
    assert!(job.says.contains("not measured side by side"), "{}", job.says);
    assert!(!job.records.contains("\"side\""), "{}", job.records);
}

/// The job of a fork has no token that can write, and its branch is not on the server.
#[test]
fn the_pull_request_of_a_fork_gets_the_same_comment() {
    if !have_tools() {
        return;
    }
    let project = Project::with_history(6);
    project.commit("fork", "slower", &[("speed", "1300\n")]);
    let job = project.pull(7, "fork", "main", &[]);
    assert!(!job.passes, "{}", job.says);
    let root = project.server.repository.root();
    git(&root, &["push", "--quiet", "origin", "fork:refs/pull/7/head", ":fork"]);
    let comment = project.comment(7, &job);
    assert_eq!(comment["verdict"], json!("approval_needed"), "{comment}");
    assert_eq!(comment["base_kind"], json!("session"), "{comment}");
}
