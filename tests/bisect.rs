//! The commit behind a regression: a real repository, a history that holds the regression, and a
//! benchmark that is a script. Its times are a function of side, round and the file `cost` of its
//! commit, so no test depends on the machine or the clock.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, NOW, Site, answer, files, program};

/// Prints the benchmarks that the file `cost` lists, each with its level and noise in percent.
const BENCHMARK: &str = r#"#!/bin/sh
awk -v round="$BENCHPAGES_ROUND" -v side="$BENCHPAGES_SIDE" '
function uniform() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
{
    seed = 1 + round * 7919 + (side == "head") * 104729 + NR * 1299709
    for (i = 0; i < 5; i++) uniform()
    normal = -6
    for (i = 0; i < 12; i++) normal += uniform()
    printf "Benchmark%s 100 %.0f ns/op\n", $1, $2 * 1e6 * (1 + normal * $3 / 100)
}' cost
"#;
const POLICY: &str = "version: '1.0'\nregression: {default_threshold: 0.05}\n";

/// Commits of the repository. The history knows the first and the last of them.
const COMMITS: usize = 30;
const LAST_GOOD: usize = 9;
const FIRST_BAD: usize = 25;
const CULPRIT: usize = 17;
/// Does not build, and is the first commit that a search would measure in the middle.
const BROKEN: usize = 16;

const SETUP: [&str; 2] = ["--setup", "[ ! -e broken ]"];
const RUN: [&str; 2] = ["--", "./bench.sh"];

/// A repository of which a commit makes `Parse` 10 % slower, and its history.
struct Repository {
    folder: TempDir,
    /// Ids, oldest first.
    commits: Vec<String>,
}

impl Repository {
    /// Its first commits alone, without a history.
    fn without_history(commits: usize) -> Self {
        let mut it = Self { folder: tempfile::tempdir().unwrap(), commits: Vec::new() };
        std::fs::create_dir(it.code()).unwrap();
        it.git(&["init", "--quiet", "--initial-branch", "main"]);
        it.write("bench.sh", BENCHMARK);
        make_executable(&it.code().join("bench.sh"));
        for at in 0..commits {
            let parse = if at >= CULPRIT { 44 } else { 40 };
            it.write("cost", &format!("Parse {parse} 2\nWrite 80 2\n"));
            it.write("number", &at.to_string());
            if at == BROKEN {
                it.write("broken", "");
            } else if at == BROKEN + 1 {
                std::fs::remove_file(it.code().join("broken")).unwrap();
            }
            it.git(&["add", "--all"]);
            it.git(&["commit", "--quiet", "--message", "<b>change</b>"]);
            it.commits.push(it.git(&["rev-parse", "HEAD"]));
        }
        it
    }

    fn new() -> Self {
        let it = Self::without_history(COMMITS);
        std::fs::create_dir(it.data()).unwrap();
        std::fs::write(it.data().join("policy.yml"), POLICY).unwrap();
        for at in (0..=LAST_GOOD).chain(FIRST_BAD..COMMITS) {
            let output = it.folder.path().join("output");
            let level = if at >= CULPRIT { 44_000_000 } else { 40_000_000 };
            let noise = (at * 7919 % 11) * 80_000;
            let (parse, write) = (level + noise, 80_000_000 + noise);
            let text =
                format!("BenchmarkParse 100 {parse} ns/op\nBenchmarkWrite 100 {write} ns/op\n");
            std::fs::write(&output, text).unwrap();
            let time = format!("2025-08-{:02}T06:00:00Z", 1 + at);
            let mut command = it.program("ingest");
            command.args(["--commit", &it.commits[at], "--timestamp", &time]).arg(&output);
            let answer = answer(&mut command);
            assert_eq!(answer.status, 0, "{}", answer.err);
        }
        it
    }

    fn code(&self) -> PathBuf {
        self.folder.path().join("code")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.code().join(name), text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.code()).args(["-c", "user.name=a", "-c", "user.email=a@a"]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let answer = answer(command.args(arguments));
        assert_eq!(answer.status, 0, "{arguments:?}: {}", answer.err);
        answer.out.trim().to_owned()
    }

    fn program(&self, command: &str) -> Command {
        let mut program = program();
        program.current_dir(self.code()).arg(command).args(["--now", NOW]);
        program.arg("--data").arg(self.data());
        program
    }

    /// Runs `bisect`; nothing is left behind, whatever it answers.
    fn bisect(&self, arguments: &[&str]) -> Answer {
        let temporary = self.folder.path().join("temporary");
        std::fs::create_dir_all(&temporary).unwrap();
        let mut command = self.program("bisect");
        let answer = answer(command.env("TMPDIR", &temporary).args(arguments));
        assert!(temporary.read_dir().unwrap().next().is_none(), "{:?}", files(&temporary));
        assert_eq!(self.git(&["worktree", "list"]).lines().count(), 1, "{arguments:?}");
        assert_eq!(self.git(&["status", "--porcelain"]), "", "{arguments:?}");
        answer
    }

    fn found(&self, status: i32, arguments: &[&str]) -> Value {
        let answer = self.bisect(&[&["--json"], arguments].concat());
        assert_eq!(answer.status, status, "{}{}", answer.err, answer.out);
        serde_json::from_str(&answer.out).unwrap()
    }

    fn site(&self) -> Site {
        let out = self.folder.path().join("site");
        let mut command = self.program("build");
        let answer = answer(command.arg("--out").arg(&out));
        assert_eq!(answer.status, 0, "{}", answer.err);
        Site { root: out }
    }

    fn short(&self, at: usize) -> &str {
        &self.commits[at][..7]
    }

    fn notes(&self) -> Vec<String> {
        files(&self.data()).into_iter().filter(|file| file.starts_with("notes/")).collect()
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn with_run<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &SETUP, &RUN].concat()
}

/// Arguments that search between two commits.
fn between<'a>(good: &'a str, bad: &'a str, series: &'a str) -> Vec<&'a str> {
    with_run(&["--good", good, "--bad", bad, "--series", series])
}

#[test]
fn the_culprit_of_an_open_regression_stands_on_its_page_and_in_the_check() {
    let repository = Repository::new();
    let regressions = repository.site().json("regressions.json");
    let group = &regressions["groups"][0];
    let id = group["id"].as_str().unwrap();
    assert_eq!((&group["state"], &group["culprit"]), (&json!("open"), &Value::Null));
    let address = group["url"].as_str().unwrap();
    let command = format!("benchpages bisect {id} -- COMMAND");
    assert!(repository.site().text(address).contains(&command));

    let answer = repository.bisect(&with_run(&[id]));
    assert_eq!(answer.status, 0, "{}{}", answer.err, answer.out);
    // The commit before it does not build, so both are suspects where they are not separated.
    let range = format!(
        "Culprit: one of 2 commits, {} to {} (",
        repository.short(BROKEN),
        repository.short(CULPRIT)
    );
    assert!(answer.out.starts_with(&range), "{}", answer.out);
    assert!(answer.out.contains("slower from it on."), "{}", answer.out);
    let skipped = format!("{} is skipped: ", repository.short(BROKEN));
    assert!(answer.err.contains(&skipped), "{}", answer.err);
    let line = answer.out.lines().next().unwrap();
    let line = line.trim_end_matches('.');

    assert_eq!(repository.notes().len(), 1);
    let site = repository.site();
    let group = &site.json("regressions.json")["groups"][0];
    let ids = [BROKEN, CULPRIT].map(|at| repository.commits[at].clone());
    assert_eq!(group["culprit"]["commits"], json!(ids));
    assert_eq!((&group["culprit"]["text"], &group["state"]), (&json!(line), &json!("open")));
    let page = site.text(address);
    assert!(page.contains(line) && !page.contains(&command), "{page}");
    let check = crate::support::answer(&mut repository.program("check"));
    let words: Vec<&str> = check.out.split_whitespace().collect();
    assert!(words.join(" ").contains(line), "{}", check.out);

    // A second search has the place of the first.
    let address = format!("https://example.org/event/{id}/");
    assert_eq!(repository.found(0, &with_run(&[&address]))["culprit"], json!(ids));
    assert_eq!(repository.notes().len(), 1);
}

#[test]
fn two_commits_and_a_series_need_no_history() {
    let repository = Repository::without_history(24);
    let (good, bad) = (repository.commits[2].as_str(), repository.commits[23].as_str());
    let found = repository.found(0, &between(good, bad, "Parse/*"));
    // Between the ends, 16 does not build.
    let ids = [BROKEN, CULPRIT].map(|at| repository.commits[at].clone());
    assert_eq!((&found["culprit"], &found["outcome"]), (&json!(ids), &json!("found")));
    assert!(found["confidence"].as_f64().unwrap() >= 0.95);
    assert_eq!((&found["suspects"], &found["note"]), (&json!(21), &Value::Null));
    let measured = found["measured"].as_array().unwrap();
    let sum: u64 = measured.iter().map(|it| it["measurements"].as_u64().unwrap()).sum();
    assert_eq!(found["measurements"], json!(sum));
    let skipped = measured.iter().filter(|it| it["skipped"] == true);
    let skipped: Vec<&str> = skipped.map(|it| it["commit"].as_str().unwrap()).collect();
    assert_eq!(skipped, [repository.commits[BROKEN].as_str()]);
    // The same input gives the same answer.
    assert_eq!(repository.found(0, &between(good, bad, "Parse/*")), found);
}

#[test]
fn a_regression_that_does_not_reproduce_is_an_outcome_of_its_own() {
    let repository = Repository::without_history(14);
    let (good, bad) = (repository.commits[1].as_str(), repository.commits[13].as_str());
    let answer = repository.bisect(&between(good, bad, "Parse/*"));
    assert_eq!(answer.status, 3, "{}{}", answer.err, answer.out);
    let start = "The regression does not reproduce here (";
    assert!(answer.out.starts_with(start), "{}", answer.out);
    let found = repository.found(3, &between(good, bad, "Parse/*"));
    assert_eq!((&found["outcome"], &found["culprit"]), (&json!("not_reproduced"), &Value::Null));
    // Nothing in between was built for it.
    assert_eq!(found["measured"].as_array().unwrap().len(), 1);
}

#[test]
fn too_few_measurements_and_an_interrupt_answer_what_is_likely() {
    let repository = Repository::without_history(24);
    let (good, bad) = (repository.commits[2].as_str(), repository.commits[23].as_str());
    let few = [&["--max-measurements", "4"], &between(good, bad, "Parse/*")[..]].concat();
    let answer = repository.bisect(&few);
    assert_eq!(answer.status, 1, "{}{}", answer.err, answer.out);
    assert!(answer.out.starts_with("Not decided after 4 measurements."), "{}", answer.out);
    assert!(answer.out.contains("raise --max-measurements"), "{}", answer.out);
    let script = r#"if [ "$BENCHPAGES_ROUND" = 4 ]; then kill -INT $PPID; tail -f /dev/null; fi
        ./bench.sh"#;
    let ends = ["--good", good, "--bad", bad, "--series", "Parse/*"];
    let found = repository.found(1, &[&ends[..], &["--", "sh", "-c", script]].concat());
    assert_eq!(
        (&found["ended_by"], &found["measurements"], &found["outcome"]),
        (&json!("interrupted"), &json!(3), &json!("undecided"))
    );
}

#[test]
fn wrong_arguments_name_place_cause_and_remedy() {
    let repository = Repository::without_history(4);
    let [first, last] = [0, 3].map(|at| repository.commits[at].as_str());
    for (arguments, messages) in [
        (with_run(&["no-such"]), ["data: no history directory", "--good and --bad"]),
        (between("no-such", last, "*"), ["good commit no-such is unknown to git", "git fetch"]),
        (between(last, first, "*"), ["is none of the first parents of", "--good COMMIT"]),
        (between(last, last, "*"), ["are the same", "name two"]),
        (between(first, last, "*"), ["several series", "--series 'Parse/"]),
        (between(first, last, "Scan/*"), ["prints no value of Scan/*", "--series 'Parse/"]),
        (with_run(&["--good", first]), ["--bad <COMMIT>", "Usage"]),
        (with_run(&["a", "--confidence", "2"]), ["write a share from 50% to 99.99%", "--confid"]),
    ] {
        let answer = repository.bisect(&arguments);
        assert_eq!(answer.status, 2, "{arguments:?}: {}", answer.err);
        for message in messages {
            assert!(answer.err.contains(message), "{arguments:?}: {}", answer.err);
        }
    }
    let broken = ["--good", first, "--bad", last, "--setup", "[ $BENCHPAGES_SIDE = base ]"];
    let answer = repository.bisect(&[&broken[..], &RUN].concat());
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert!(answer.err.contains("cannot be measured: the head ("), "{}", answer.err);
}

#[test]
fn a_regression_that_is_unknown_lists_the_open_ones() {
    let repository = Repository::new();
    let answer = repository.bisect(&with_run(&["no-such"]));
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert!(answer.err.contains("no regression `no-such`"), "{}", answer.err);
    assert!(answer.err.contains("open regressions:\n"), "{}", answer.err);
    assert!(answer.err.contains("\n  2025-08-26-go-parse"), "{}", answer.err);
    assert_eq!(repository.notes(), [""; 0]);
}
