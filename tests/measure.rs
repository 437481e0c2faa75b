//! Base and head measured side by side: real repositories, and a benchmark that is a script. Its
//! times are a function of side, round and the file `cost` of its commit, so no test depends on
//! the machine or the clock.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, NOW, answer, files, program, run};

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

/// A policy under which a change of 5 % matters.
const POLICY: &str = "version: '1.0'\nregression: {default_threshold: 0.05}\n";

/// A repository with two commits, `base` and the head, and a history beside it.
struct Repository {
    folder: TempDir,
}

impl Repository {
    /// With these costs on either commit.
    fn new(base: &str, head: &str) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(repository.code()).unwrap();
        std::fs::create_dir(repository.data()).unwrap();
        std::fs::write(repository.data().join("policy.yml"), POLICY).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.write("bench.sh", BENCHMARK).write("cost", base);
        make_executable(&repository.code().join("bench.sh"));
        repository.commit("base").git(&["tag", "before"]);
        repository.git(&["checkout", "--quiet", "-b", "change"]);
        repository.write("cost", head).write("README", "changed").commit("head");
        repository
    }

    fn code(&self) -> PathBuf {
        self.folder.path().join("code")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.code().join(name), text).unwrap();
        self
    }

    fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.code()).args(["-c", "user.name=a", "-c", "user.email=a@a"]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let answer = answer(command.args(arguments));
        assert_eq!(answer.status, 0, "{arguments:?}: {}", answer.err);
        answer.out.trim().to_owned()
    }

    /// Runs `measure` in the repository with these arguments.
    fn measure(&self, arguments: &[&str]) -> Answer {
        self.measure_in(&self.code(), arguments)
    }

    fn measure_in(&self, folder: &Path, arguments: &[&str]) -> Answer {
        let mut command = program();
        command.current_dir(folder).arg("measure").args(["--now", NOW]);
        // Where checkouts are made: what is left there is a fault.
        let temporary = self.folder.path().join("temporary");
        std::fs::create_dir_all(&temporary).unwrap();
        command.env("TMPDIR", &temporary).arg("--data").arg(self.data());
        let answer = answer(command.args(arguments));
        assert_eq!(files(&temporary), [""; 0], "{arguments:?}");
        assert!(temporary.read_dir().unwrap().next().is_none(), "{arguments:?}");
        answer
    }

    /// The same with JSON, read.
    fn measured(&self, status: i32, arguments: &[&str]) -> Value {
        let answer = self.measure(&[&["--json"], arguments].concat());
        assert_eq!(answer.status, status, "{}{}", answer.err, answer.out);
        serde_json::from_str(&answer.out).unwrap()
    }

    /// Records of a file of the history.
    fn records(&self, file: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.data().join(file)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

const DAY_FILE: &str = "results/2025-09-26.ndjson";
const RUN: [&str; 2] = ["--", "./bench.sh"];

fn with_run<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &RUN].concat()
}

/// The verdicts by series.
fn verdicts(found: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let series = found["series"].as_array().unwrap().iter();
    series.map(|it| (text(&it["test"]), text(&it["verdict"]))).collect()
}

fn pairs<'a>(expected: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn a_regression_is_found_without_any_history() {
    let repository = Repository::new("Parse 40 1\nWrite 80 1\n", "Parse 46 1\nWrite 80 1\n");
    let answer = repository.measure(&with_run(&["--base", "main", "--rounds", "8"]));
    assert_eq!(answer.status, 1, "{}{}", answer.err, answer.out);
    let table: Vec<&str> = answer.out.lines().collect();
    assert!(table[0].starts_with("benchmark "), "{}", answer.out);
    let row = table[1];
    assert!(row.starts_with("Parse/") && row.contains("regressed (threshold 5%)"), "{row}");
    assert!(table[2].starts_with("Write/") && table[2].contains("unchanged"), "{}", answer.out);
    let sentence = "1 regressed, 1 unchanged; measured side by side, 8 rounds.";
    assert!(answer.out.contains(sentence), "{}", answer.out);
    assert!(answer.err.contains("round 8 of 8: 2 of 2 decided (1 regressed), 0 open"));
}

#[test]
fn records_say_their_session_side_and_round_and_the_base_is_no_main_line() {
    let repository = Repository::new("Parse 40 1\n", "Parse 40 1\n");
    let found = repository.measured(0, &with_run(&["--base", "main", "--rounds", "4"]));
    let records = repository.records(DAY_FILE);
    assert_eq!(records.len(), 8);
    for (side, name) in [("base", "before"), ("head", "change")] {
        let of_side: Vec<&Value> = records.iter().filter(|it| it["side"] == side).collect();
        let mut rounds: Vec<&str> =
            of_side.iter().map(|it| it["round"].as_str().unwrap()).collect();
        rounds.sort_unstable();
        assert_eq!(rounds, ["1", "2", "3", "4"], "{side}");
        let commit = repository.git(&["rev-parse", name]);
        assert!(of_side.iter().all(|it| it["commit"] == commit.as_str()), "{side}");
        assert!(of_side.iter().all(|it| it["session"] == found["session"]), "{side}");
        assert_eq!(found[side]["commit"], commit.as_str());
    }
    // A B B A: each side has gone first once before either does again.
    let mut by_time = records.clone();
    by_time.sort_by_key(|it| it["timestamp"].as_str().unwrap().to_owned());
    let order: Vec<&str> = by_time.iter().map(|it| it["side"].as_str().unwrap()).collect();
    assert_eq!(order, ["base", "head", "head", "base", "base", "head", "head", "base"]);
    let data = repository.data();
    let check = run(&["check", "--data", data.to_str().unwrap(), "--now", NOW]);
    assert_eq!(check.status, 3, "{}", check.out);
    assert!(check.out.contains("the main line has no records"), "{}", check.out);
}

#[test]
fn a_session_ends_once_every_series_is_decided() {
    let repository = Repository::new("Parse 40 1\nWrite 80 1\n", "Parse 40 1\nWrite 80 1\n");
    let found = repository.measured(0, &with_run(&["--base", "main"]));
    assert_eq!((&found["ended_by"], &found["outcome"]), (&json!("decided"), &json!("pass")));
    assert!(found["rounds"].as_u64().unwrap() <= 16, "{found}");
    assert_eq!(found["max_rounds"], 64);
    assert_eq!(found["false_block_rate"], 0.005);
    assert_eq!(verdicts(&found), pairs(&[("Parse", "unchanged"), ("Write", "unchanged")]));
}

#[test]
fn what_is_not_decided_is_too_noisy_and_never_unchanged() {
    let repository = Repository::new("Parse 40 25\n", "Parse 41 25\n");
    let found = repository.measured(0, &with_run(&["--base", "main", "--rounds", "4"]));
    assert_eq!(verdicts(&found), pairs(&[("Parse", "too_noisy")]));
    let text = repository.measure(&with_run(&["--base", "main", "--rounds", "4"])).out;
    assert!(text.contains("1 too noisy; measured side by side, 4 rounds."), "{text}");
    assert!(text.contains("measure more rounds"), "{text}");
}

#[test]
fn a_benchmark_on_one_side_is_new_or_removed_and_a_broken_one_fails() {
    let repository = Repository::new("Parse 40 1\nOld 10 1\n", "Parse 40 1\nYoung 10 1\n");
    let found = repository.measured(0, &with_run(&["--base", "main", "--rounds", "4"]));
    let expected = [("Old", "removed"), ("Young", "new"), ("Parse", "unchanged")];
    assert_eq!(verdicts(&found), pairs(&expected));
    let only_new = Repository::new("Old 40 1\n", "Young 40 1\n");
    let found = only_new.measured(3, &with_run(&["--base", "main", "--rounds", "2"]));
    assert_eq!(found["outcome"], "nothing_compared");
}

#[test]
fn changed_files_are_an_error_unless_they_are_to_be_measured() {
    let repository = Repository::new("Parse 40 1\n", "Parse 40 1\n");
    repository.write("cost", "Parse 60 1\n");
    let answer = repository.measure(&with_run(&["--base", "main"]));
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("measure them as they are: --include-dirty"), "{}", answer.err);
    let arguments = ["--base", "main", "--rounds", "8", "--include-dirty"];
    let found = repository.measured(1, &with_run(&arguments));
    assert_eq!(found["head"]["name"], "HEAD with changed files");
    assert_eq!(verdicts(&found), pairs(&[("Parse", "regressed")]));
    let heads = repository.records(DAY_FILE).into_iter().filter(|it| it["side"] == "head");
    assert!(heads.clone().count() == 8 && heads.clone().all(|it| it["dirty"] == "true"));
    assert_eq!(std::fs::read_to_string(repository.code().join("cost")).unwrap(), "Parse 60 1\n");
    assert_eq!(repository.git(&["stash", "list"]), "");
}

#[test]
fn what_cannot_be_measured_is_refused_with_its_reason() {
    let repository = Repository::new("Parse 40 1\n", "Parse 40 1\n");
    let error = |arguments: &[&str], expected: &str| {
        let answer = repository.measure(arguments);
        assert_eq!((answer.status, answer.out.as_str()), (2, ""), "{}", answer.err);
        assert!(answer.err.contains(expected), "{arguments:?}: {}", answer.err);
        // Neither git nor the disk remembers the session.
        assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1, "{arguments:?}");
    };
    error(
        &with_run(&["--base", "origin/main"]),
        "--base origin/main: no commit that git knows here; fetch it: git fetch origin main",
    );
    error(&with_run(&["--base", "--upload-pack=x"]), "");
    error(&with_run(&["--base", "change"]), "base and head are the same commit");
    let setup = ["--base", "main", "--setup", "echo no compiler here >&2; exit 7"];
    error(&with_run(&setup), "cannot be set up: `echo no compiler here >&2; exit 7` ended with");
    error(&with_run(&setup), "no compiler here");
    let base = ["--base", "main", "--"];
    error(&[&base[..], &["./missing.sh"]].concat(), "cannot run `./missing.sh`");
    error(&[&base[..], &["sh", "-c", "echo 1; echo gone >&2; exit 3"]].concat(), "gone");
    error(&[&base[..], &["echo", "hello"]].concat(), "no format recognizes it");
    error(&[&base[..], &["true"]].concat(), "the output: the file is empty");
    error(&with_run(&["--base", "main", "--collect", "out/*.json"]), "wrote no file that");
    let elsewhere = repository.measure_in(repository.folder.path(), &with_run(&["--base", "main"]));
    assert_eq!(elsewhere.status, 2);
    assert!(elsewhere.err.contains("is in no git repository; compare two folders"));
}

#[test]
fn a_failure_later_on_keeps_the_complete_rounds() {
    let repository = Repository::new("Parse 40 1\n", "Parse 40 1\n");
    let script = r#"[ "$BENCHPAGES_ROUND" != 4 ] || exit 9; exec ./bench.sh"#;
    let answer = repository.measure(&["--base", "main", "--", "sh", "-c", script]);
    assert_eq!(answer.status, 2, "{}", answer.out);
    assert!(answer.err.contains("the complete rounds before it are recorded"), "{}", answer.err);
    assert_eq!(repository.records(DAY_FILE).len(), 6);
}

#[test]
fn an_interrupt_keeps_what_was_measured_and_answers_from_it() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    // The program that the session runs sends the signal, so nobody has to wait for a moment.
    let script = r#"if [ "$BENCHPAGES_ROUND" = 7 ]; then kill -INT $PPID; tail -f /dev/null; fi
                    exec ./bench.sh"#;
    let arguments = ["--base", "main", "--rounds", "40", "--", "sh", "-c", script];
    let found = repository.measured(1, &arguments);
    assert_eq!((&found["ended_by"], &found["rounds"]), (&json!("interrupted"), &json!(6)));
    assert_eq!(verdicts(&found), pairs(&[("Parse", "regressed")]));
    assert_eq!(repository.records(DAY_FILE).len(), 12);
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1);
}

#[test]
fn each_side_is_set_up_and_run_in_a_checkout_of_its_own() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    repository.write("untracked", "x");
    let script = "cp cost built; [ -e built ] && [ ! -e untracked ]";
    let arguments = ["--base", "main", "--rounds", "6", "--setup", script, "--warm-up", "1"];
    let found = repository.measured(1, &with_run(&arguments));
    assert_eq!(verdicts(&found), pairs(&[("Parse", "regressed")]));
    assert!(!repository.code().join("built").exists());
}

#[test]
fn a_folder_of_the_repository_is_the_same_folder_of_each_checkout() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    repository.git(&["checkout", "--quiet", "main"]);
    std::fs::create_dir(repository.code().join("bench")).unwrap();
    let script = "cd .. && ./bench.sh";
    repository.write("bench/run.sh", script).commit("a folder");
    repository.git(&["checkout", "--quiet", "-b", "again"]);
    repository.write("cost", "Parse 70 1\n").commit("slower");
    let folder = repository.code().join("bench");
    let arguments = ["--base", "main", "--rounds", "6", "--json", "--", "sh", "run.sh"];
    let answer = repository.measure_in(&folder, &arguments);
    assert_eq!(answer.status, 1, "{}", answer.err);
}

#[test]
fn builds_that_differ_are_counted_instead_of_rounds() {
    let repository = Repository::new("Parse 40 0.1\n", "Parse 40 0.1\n");
    // The head's build decides its speed: 12 % slower, then 12 % faster, in turns.
    let setup = r#"[ "$BENCHPAGES_SIDE" = base ] || [ $((BENCHPAGES_BUILD % 2)) = 1 ] \
        && echo 'Parse 40 0.1' > cost || echo 'Parse 44.8 0.1' > cost"#;
    let arguments = ["--base", "main", "--rounds", "8", "--rebuild", "2", "--setup", setup];
    let found = repository.measured(0, &with_run(&arguments));
    let series = &found["series"][0];
    assert_eq!(
        (&series["depends_on_build"], &series["verdict"]),
        (&json!(true), &json!("too_noisy"))
    );
    let builds: std::collections::BTreeSet<String> =
        repository.records(DAY_FILE).iter().map(|it| it["build"].to_string()).collect();
    assert_eq!(builds.len(), 4);
}

#[test]
fn two_folders_and_two_commands_need_no_git() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    let root = repository.folder.path();
    for (name, cost) in [("old", "Parse 40 1\n"), ("new", "Parse 60 1\n")] {
        std::fs::create_dir(root.join(name)).unwrap();
        std::fs::copy(repository.code().join("bench.sh"), root.join(name).join("bench.sh"))
            .unwrap();
        std::fs::write(root.join(name).join("cost"), cost).unwrap();
    }
    let found = |arguments: &[&str]| -> Value {
        let answer =
            repository.measure_in(root, &[&["--json", "--rounds", "6"], arguments].concat());
        assert_eq!(answer.status, 1, "{}", answer.err);
        serde_json::from_str(&answer.out).unwrap()
    };
    let folders = found(&with_run(&["--a", "old", "--b", "new"]));
    assert_eq!(
        (&folders["base"]["commit"], &folders["head"]["commit"]),
        (&json!("old"), &json!("new"))
    );
    let commands = found(&[
        "--base-command",
        "sh -c 'cd old && ./bench.sh'",
        "--",
        "sh",
        "-c",
        "cd new && ./bench.sh",
    ]);
    assert_eq!(verdicts(&commands), pairs(&[("Parse", "regressed")]));
}

#[test]
fn files_that_the_command_writes_are_collected() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    let script = "mkdir -p out && ./bench.sh > out/result.json && echo done";
    let collect = ["--base", "main", "--rounds", "6", "--collect", "out/*.json"];
    let found = repository.measured(1, &[&collect[..], &["--", "sh", "-c", script]].concat());
    assert_eq!(verdicts(&found), pairs(&[("Parse", "regressed")]));
}

#[test]
fn a_result_that_cannot_be_read_costs_the_others_nothing_and_is_reported_once() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    let script = r"./bench.sh; printf 'BenchmarkOdd 100 7 ns/op NaN hit%%\n'";
    let arguments = ["--base", "main", "--rounds", "6", "--", "sh", "-c", script];
    let answer = repository.measure(&[&["--json"][..], &arguments].concat());
    assert_eq!(answer.status, 1, "{}", answer.err);
    let found: Value = serde_json::from_str(&answer.out).unwrap();
    assert!(verdicts(&found).contains(&("Parse".to_owned(), "regressed".to_owned())), "{found}");
    let warning = "rejected: the output:2:1: hit% of `Odd` is `NaN`, no number (read as go)";
    assert_eq!(answer.err.matches(warning).count(), 1, "{}", answer.err);
}

#[test]
fn one_side_alone_is_recorded_for_the_main_line() {
    let repository = Repository::new("Parse 40 1\n", "Parse 40 1\n");
    repository.git(&["checkout", "--quiet", "main"]);
    let answer = repository.measure(&with_run(&["--rounds", "3", "--warm-up", "1"]));
    let commit = repository.git(&["rev-parse", "HEAD"]);
    let printed = format!("3 rounds of {} measured.\n", &commit[..7]);
    assert_eq!((answer.status, answer.out), (0, printed), "{}", answer.err);
    let records = repository.records(DAY_FILE);
    assert!(records.len() == 3 && records.iter().all(|it| it["side"].is_null()));
    let data = repository.data();
    let check = run(&["check", "--data", data.to_str().unwrap(), "--now", NOW]);
    assert!(check.out.contains("Main line"), "{}", check.out);
}

#[test]
fn a_pull_request_keeps_both_sides_in_its_file_and_its_check_sees_the_head_alone() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    let arguments = ["--base", "main", "--rounds", "6", "--pull", "7"];
    let found = repository.measured(1, &with_run(&arguments));
    assert_eq!(verdicts(&found), pairs(&[("Parse", "regressed")]));
    assert_eq!(repository.records("pulls/7.ndjson").len(), 12);
    assert_eq!(repository.records(DAY_FILE), [""; 0]);
    // The main line has the same benchmark, so that the site shows it.
    let mut of_main = repository.records("pulls/7.ndjson").remove(0);
    for field in ["session", "side", "round", "planned_rounds", "pull"] {
        of_main.as_object_mut().unwrap().remove(field);
    }
    let main: String = (0..20)
        .map(|day| {
            of_main["commit"] = json!(format!("c0ffee{day:034}"));
            of_main["timestamp"] = json!(format!("2025-09-{:02}T06:00:00Z", 1 + day));
            format!("{of_main}\n")
        })
        .collect();
    std::fs::create_dir_all(repository.data().join("results")).unwrap();
    std::fs::write(repository.data().join("results/main.ndjson"), main).unwrap();
    let out = repository.folder.path().join("site");
    let data = repository.data();
    let [data, out] = [&data, &out].map(|path| path.to_str().unwrap());
    let built = run(&["build", "--data", data, "--out", out, "--now", NOW]);
    assert_eq!(built.status, 0, "{}", built.err);
    // A page of a commit exists where the site shows a run of it.
    let is_shown = |name: &str| {
        let commit = repository.git(&["rev-parse", name]);
        files(Path::new(out)).iter().any(|file| file.contains(&commit[..12]))
    };
    assert!(is_shown("change"), "{:?}", files(Path::new(out)));
    assert!(!is_shown("before"), "the runs of the base are on no line");
}

#[test]
fn nothing_is_written_on_a_dry_run() {
    let repository = Repository::new("Parse 40 1\n", "Parse 60 1\n");
    let before = files(&repository.data());
    repository.measured(1, &with_run(&["--base", "main", "--rounds", "6", "--dry-run"]));
    assert_eq!(files(&repository.data()), before);
}

#[test]
fn times_and_rounds_that_are_none_are_usage_errors() {
    for wrong in
        [["--rounds", "0"], ["--rounds", "many"], ["--time-limit", "5"], ["--time-limit", "0m"]]
    {
        let answer = run(&[&["measure"], &wrong[..], &RUN].concat());
        assert_eq!(answer.status, 2, "{wrong:?}");
        assert!(answer.err.contains("write "), "{}", answer.err);
    }
    assert_eq!(run(&["measure", "--base", "main"]).status, 2);
}

/// A compiled program that measures itself: the only real times of this suite. The head does ten
/// times the work, so no machine is too busy for the verdict.
const REAL_BENCHMARK: &str = r#"
fn main() {
    let work: u64 = std::fs::read_to_string("work").unwrap().trim().parse().unwrap();
    let began = std::time::Instant::now();
    let mut sum = 0_u64;
    for at in 0..work {
        sum = std::hint::black_box(sum.rotate_left(3) ^ at);
    }
    println!("BenchmarkSpin 1 {} ns/op", began.elapsed().as_nanos());
}
"#;

#[test]
fn a_real_program_is_built_on_both_sides_and_measured() {
    let repository = Repository::new("", "");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("bench.rs", REAL_BENCHMARK).write("work", "1000000").commit("real");
    repository.git(&["checkout", "--quiet", "-B", "change"]);
    repository.write("work", "10000000").commit("more work");
    let set_up = ["--base", "main", "--setup", "rustc -O bench.rs -o bench", "--rounds", "8"];
    let found = repository.measured(1, &[&set_up[..], &["--", "./bench"]].concat());
    assert_eq!(verdicts(&found), pairs(&[("Spin", "regressed")]));
}
