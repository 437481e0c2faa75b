//! The gate: a year of a project's life, told in small histories. What blocks, what is kept out,
//! who may say yes, and what each report says of it.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Answer, History, answer, lines, program, run};

/// The time of every check that is not told another one: after all days of [`Project`].
pub const NOW: &str = "2025-03-01T12:00:00Z";
pub const BACKENDS: [&str; 5] = ["julia", "rust", "go", "ts", "csharp"];
/// Median of a run of these histories, in nanoseconds.
const LEVEL: f64 = 100_000.0;

/// A history of one test in five backends, a run a day from 1 January 2025 on.
pub struct Project {
    pub history: History,
    pub records: Vec<Value>,
}

impl Project {
    /// `days` quiet days under a policy.
    pub fn new(days: usize, policy: &str) -> Self {
        let history = History::new();
        history.file("policy.yml", policy);
        let mut project = Self { history, records: Vec::new() };
        for day in 0..days {
            project.day(day, &BACKENDS.map(|backend| (backend, 1.0)), &json!({}));
        }
        project
    }

    /// The runs of a day: each backend with its factor, all with these fields.
    pub fn day(&mut self, day: usize, factors: &[(&str, f64)], fields: &Value) {
        let time = format!("{}T06:00:00Z", date(day));
        for (backend, factor) in factors {
            let value = LEVEL * factor * jitter(day, backend);
            self.records.push(measured(&main(day), &time, backend, value, fields));
        }
    }

    /// Writes what is there so far.
    pub fn write(&self) -> &Self {
        self.history.file("results/all.ndjson", lines(&self.records));
        self
    }

    /// `runs` runs of a pull request's head after `day`, an hour apart.
    pub fn pull(&self, number: u64, day: usize, runs: usize, factor: f64, fields: &Value) -> &Self {
        let records: Vec<Value> = (0..runs)
            .map(|run| {
                let time = format!("{}T{:02}:00:00Z", date(day), 8 + run);
                let value = LEVEL * factor * jitter(day + 100 + run, "rust");
                measured(&head(number), &time, "rust", value, fields)
            })
            .collect();
        self.history.file(&format!("pulls/{number}.ndjson"), lines(&records));
        self
    }

    pub fn check(&self, more: &[&str]) -> Answer {
        answer(self.command(more).args(["--now", NOW]))
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = program();
        command.arg("check").arg("--data").arg(self.history.data()).args(more);
        command.current_dir(self.history.data());
        command
    }

    pub fn json(&self, more: &[&str]) -> (i32, Value) {
        let answer = self.check(&[more, &["--format", "json"]].concat());
        (answer.status, serde_json::from_str(&answer.out).expect(&answer.err))
    }
}

pub fn measured(commit: &str, time: &str, backend: &str, value: f64, fields: &Value) -> Value {
    let mut record = json!({"commit": commit, "timestamp": time, "backend": backend,
        "test": "parse", "n": 1000, "mean_ns": value, "runner_image": "ubuntu-22.04",
        "cpu_flags": "avx2"});
    for (name, value) in fields.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

/// Noise of about 1 %, the same in every run of the suite.
fn jitter(day: usize, backend: &str) -> f64 {
    let seed = backend.bytes().fold(day as u64 + 17, |all, byte| all * 31 + u64::from(byte));
    let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    1.0 + 0.02 * (mixed as f64 / (1_u64 << 24) as f64 - 0.5)
}

fn date(day: usize) -> String {
    let (month, first) = if day < 31 { (1, 0) } else { (2, 31) };
    format!("2025-{month:02}-{:02}", day - first + 1)
}

/// The main line's commit of a day.
pub fn main(day: usize) -> String {
    format!("{:07x}aaaaa", 0xa00_0000 + day)
}

/// The head of a pull request.
pub fn head(number: u64) -> String {
    format!("{:07x}bbbbb", 0xb00_0000 + number)
}

/// Pull requests here measure one backend of five.
pub const POLICY: &str = "version: '1'\nregression: {default_threshold: 0.1}\ngate: {fail_on: \
                          [regressed, failed]}\n";

pub fn all(factor: f64) -> [(&'static str, f64); 5] {
    BACKENDS.map(|backend| (backend, factor))
}

/// One backend slower, the others as ever.
pub fn one(backend: &str, factor: f64) -> [(&'static str, f64); 5] {
    BACKENDS.map(|name| (name, if name == backend { factor } else { 1.0 }))
}

pub(crate) fn verdicts(found: &Value) -> Vec<String> {
    let all = found["findings"].as_array().unwrap().iter();
    all.map(|it| it["verdict"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_quiet_main_line_passes() {
    let project = Project::new(20, POLICY);
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, &found["verdict"]), (0, &json!("pass")));
    assert_eq!((&found["compared"], &found["exit"]), (&json!(5), &json!(0)));
    assert_eq!(found["candidate"], json!(main(19)));
    assert_eq!(found["base"], json!(main(18)));
    assert_eq!(found["findings"], json!([]));
    assert!(found["infrastructure"].is_null() && found["override"].is_null());
}

#[test]
fn a_slow_run_is_suspected_and_blocks_once_confirmed() {
    let mut project = Project::new(20, POLICY);
    for (day, expected) in [(20, ("pass", 0, 2)), (21, ("pass", 0, 1)), (22, ("fail", 1, 0))] {
        project.day(day, &one("rust", 1.15), &json!({}));
        let (status, found) = project.write().json(&[]);
        assert_eq!((found["verdict"].as_str().unwrap(), status), (expected.0, expected.1), "{day}");
        let finding = &found["findings"][0];
        assert_eq!(found["findings"].as_array().unwrap().len(), 1);
        assert_eq!(finding["series"], json!("parse/rust/default/1000"));
        if expected.2 > 0 {
            assert_eq!(finding["verdict"], json!("suspected"));
            let reason = finding["reason"].as_str().unwrap();
            assert!(reason.contains(&format!("{} more run", expected.2)), "{reason}");
        } else {
            assert_eq!(finding["verdict"], json!("regressed"));
            assert!((finding["change"].as_f64().unwrap() - 0.15).abs() < 0.02, "{finding}");
            assert_eq!(finding["commit"], json!(main(20)));
            assert!(finding["confidence"].as_f64().unwrap() > 0.9);
        }
    }
}

#[test]
fn where_one_run_is_enough_the_first_blocks() {
    let policy = format!("{POLICY}detection: {{confirmations: 1}}\n");
    let mut project = Project::new(40, &policy);
    project.day(40, &one("rust", 1.15), &json!({}));
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, verdicts(&found)), (1, vec!["regressed".to_owned()]), "{found}");
    let (status, found) = project.pull(7, 40, 1, 1.15, &json!({})).json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (0, vec![]), "slower on its base already: {found}");
    let project = Project::new(40, &policy);
    let (status, found) = project.write().pull(7, 40, 1, 1.15, &json!({})).json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (1, vec!["regressed".to_owned()]), "{found}");
}

#[test]
fn a_pull_request_is_judged_by_its_own_runs() {
    let project = Project::new(30, POLICY);
    project.write();
    for (runs, factor, status, expected) in [
        (1, 1.15, 1, vec!["regressed"]),
        (1, 0.8, 0, vec!["improved"]),
        (3, 1.15, 1, vec!["regressed"]),
        (3, 0.8, 0, vec!["improved"]),
        (3, 1.0, 0, vec![]),
    ] {
        let answer = project.pull(7, 29, runs, factor, &json!({})).json(&["--pull", "7"]);
        assert_eq!(
            (answer.0, verdicts(&answer.1)),
            (status, expected.iter().map(|it| (*it).to_owned()).collect()),
            "{runs} {factor}: {}",
            answer.1
        );
        assert_eq!(answer.1["candidate_runs"], json!(runs));
        assert_eq!(answer.1["base"], json!(main(29)));
        assert_eq!(answer.1["compared"], json!(1), "the four others were not measured");
    }
    // Asked for by its commit, or by the job it runs in, it is the same.
    let by_commit = project.json(&["--candidate", &head(7)]).1;
    assert_eq!(by_commit["pull"], json!(7));
    let mut job = project.command(&["--format", "json", "--now", NOW]);
    job.env("GITHUB_ACTIONS", "true").env("GITHUB_REF", "refs/pull/7/merge");
    assert_eq!(serde_json::from_str::<Value>(&answer(&mut job).out).unwrap(), by_commit);
    job.env("GITHUB_REF", "refs/heads/gh-readonly-queue/main/pr-7-x").env("GITHUB_SHA", head(7));
    assert_eq!(serde_json::from_str::<Value>(&answer(&mut job).out).unwrap(), by_commit);
    job.env("GITHUB_SHA", "0123456789ab");
    assert_eq!(answer(&mut job).status, 3, "the newest run of main is somebody else's");
}

#[test]
fn what_the_base_was_already_is_held_against_nobody() {
    let mut project = Project::new(20, POLICY);
    (20..26).for_each(|day| project.day(day, &one("rust", 1.15), &json!({})));
    project.write();
    assert_eq!(project.json(&[]).0, 1, "the main line is red");
    let (status, found) = project.pull(7, 25, 3, 1.15, &json!({})).json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (0, vec![]), "{found}");
    assert!(found["notices"].to_string().contains("Open on the main line"), "{found}");
    // Slower than that is the pull request's own doing, also right behind the other step.
    for (runs, status, verdict) in [(1, 1, "regressed"), (3, 1, "regressed")] {
        let found = project.pull(7, 25, runs, 1.5, &json!({})).json(&["--pull", "7"]);
        assert_eq!((found.0, verdicts(&found.1)), (status, vec![verdict.to_owned()]), "{found:?}");
        let base = found.1["findings"][0]["before"].as_f64().unwrap();
        assert!((base / LEVEL - 1.15).abs() < 0.02, "against the level at the base: {base}");
    }
    (26..36).for_each(|day| project.day(day, &one("rust", 1.15), &json!({})));
    let project = &project;
    project.write();
    let (status, found) = project.pull(7, 35, 3, 1.5, &json!({})).json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (1, vec!["regressed".to_owned()]), "{found}");
    // And what undoes it is an improvement.
    let (status, found) = project.pull(7, 35, 3, 1.0, &json!({})).json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (0, vec!["improved".to_owned()]), "{found}");
}

#[test]
fn a_range_of_the_main_line_answers_for_its_own_commits() {
    let mut project = Project::new(20, POLICY);
    (20..26).for_each(|day| project.day(day, &one("rust", 1.15), &json!({})));
    project.write();
    let range = |base: usize, candidate: usize| {
        project.json(&["--base", &main(base), "--candidate", &main(candidate)])
    };
    assert_eq!(verdicts(&range(18, 25).1), ["regressed"]);
    assert_eq!(verdicts(&range(22, 25).1), Vec::<String>::new());
    assert_eq!(range(18, 21).0, 0, "as it was then, two runs had been seen");
    assert_eq!(verdicts(&range(18, 21).1), ["suspected"]);
}

#[test]
fn repeats_of_one_job_are_one_run() {
    let mut project = Project::new(0, POLICY);
    for day in 0..20 {
        for minute in 0..3 {
            let time = format!("{}T06:0{minute}:00Z", date(day));
            let value = LEVEL * jitter(3 * day + minute, "rust");
            project.records.push(measured(&main(day), &time, "rust", value, &json!({})));
        }
    }
    project.write();
    for (repeats, runs) in [(3, 1), (9, 3)] {
        let found = project.pull(7, 19, repeats, 1.2, &json!({})).json(&["--pull", "7"]).1;
        assert_eq!(verdicts(&found), ["regressed"], "{found}");
        assert_eq!(found["candidate_runs"], json!(runs));
    }
}

#[test]
fn one_slow_run_among_several_of_a_commit_is_an_outlier() {
    let project = Project::new(30, POLICY);
    project.write().pull(7, 29, 5, 1.0, &json!({}));
    let pulls = project.history.data().join("pulls/7.ndjson");
    let records = std::fs::read_to_string(&pulls).unwrap();
    let spike = measured(&head(7), "2025-01-30T20:00:00Z", "rust", 1.8 * LEVEL, &json!({}));
    project.history.file("pulls/7.ndjson", format!("{records}{spike}\n"));
    let (status, found) = project.json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (0, vec![]), "{found}");
}

#[test]
fn a_suspicion_blocks_where_the_policy_says_so() {
    let policy = format!("{POLICY}governance: {{block_suspected: true}}\n");
    // The series has had such a run before, so that one alone is not conclusive.
    let mut project = Project::new(10, &policy);
    (10..20).for_each(|day| {
        let factor = if day == 12 { 1.16 } else { 1.0 };
        project.day(day, &one("rust", factor), &json!({}));
    });
    let (status, found) = project.write().pull(7, 19, 1, 1.15, &json!({})).json(&["--pull", "7"]);
    assert_eq!(verdicts(&found), ["suspected"], "{found}");
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
}

#[test]
fn a_missed_target_fails_the_main_line() {
    let policy = format!("{POLICY}budgets: [{{match: {{backend: go}}, budget: 50000}}]\n");
    let project = Project::new(20, &policy);
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
    assert_eq!(found["violations"][0]["rule"], json!("budgets[0]"));
    // A pull request that did not make it so is not stopped by it.
    assert_eq!(project.pull(7, 19, 3, 1.0, &json!({})).json(&["--pull", "7"]).0, 0);
}

#[test]
fn never_green_when_nothing_was_compared() {
    let empty = Project::new(0, POLICY);
    assert_eq!(empty.write().json(&[]).0, 3);
    let project = Project::new(20, POLICY);
    project.write();
    for arguments in [["--pull", "9"], ["--candidate", "0123456"]] {
        let (status, found) = project.json(&arguments);
        assert_eq!((status, &found["verdict"]), (3, &json!("nothing_compared")), "{found}");
    }
    let failed = json!({"error": "out of memory", "mean_ns": null});
    let (status, found) = project.pull(9, 19, 2, 1.0, &failed).json(&["--pull", "9"]);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
    let all = found["not_compared"].as_array().unwrap();
    let rust = all.iter().find(|it| it["series"] == json!("parse/rust/default/1000")).unwrap();
    assert!(rust["reason"].as_str().unwrap().contains("out of memory"), "{rust}");
    let base = project.check(&["--base", "nowhere", "--candidate", &main(19)]);
    assert_eq!(base.status, 2, "{}", base.err);
    assert!(base.err.contains("nowhere") && base.err.contains("fetch-depth"), "{}", base.err);
}

#[test]
fn a_change_of_runner_is_no_regression() {
    let new = json!({"runner_image": "ubuntu-24.04"});
    let mut project = Project::new(20, POLICY);
    project.day(20, &all(1.15), &new);
    let (status, found) = project.write().json(&[]);
    assert_eq!(status, 3, "nothing could be compared: {found}");
    let first = &found["not_compared"][0];
    assert_eq!(first["verdict"], json!("not_compared"));
    let reason = first["reason"].as_str().unwrap();
    assert!(reason.contains("ubuntu-22.04 → ubuntu-24.04"), "{reason}");
    assert!(reason.contains("not compared"), "{reason}");
    assert_eq!(first["runner_before"]["runner_image"], json!("ubuntu-22.04"));
    assert_eq!(first["runner_after"]["runner_image"], json!("ubuntu-24.04"));
    // One backend on a new runner does not hold up the others.
    let mut project = Project::new(20, POLICY);
    project.day(20, &one("rust", 1.0)[2..], &json!({}));
    project.day(20, &[("rust", 1.15)], &new);
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, &found["counts"]["not_compared"]), (0, &json!(1)), "{found}");
}

#[test]
fn what_moves_most_backends_at_once_is_infrastructure() {
    let mut slow = all(1.27);
    slow[4].1 = 1.0;
    let mut project = Project::new(30, POLICY);
    project.day(30, &slow, &json!({"kernel": "6.8"}));
    for record in &mut project.records {
        let old = record["timestamp"].as_str().unwrap() < "2025-01-31";
        record["kernel"] = json!(if old { "6.5" } else { "6.8" });
    }
    let (status, found) = project.write().json(&[]);
    let infrastructure = &found["infrastructure"];
    assert_eq!((status, &found["verdict"]), (0, &json!("pass")), "{found}");
    assert_eq!(infrastructure["backends_shifted"], json!(4));
    assert_eq!(infrastructure["backends_active"], json!(5));
    let moved = infrastructure["shifted"].as_array().unwrap();
    assert!(!moved.contains(&json!("csharp")) && moved.len() == 4, "{infrastructure}");
    assert_eq!(infrastructure["field_changes"][0]["field"], json!("kernel"));
    assert_eq!(infrastructure["field_changes"][0]["kind"], json!("host"));
    assert_eq!(infrastructure["alert"], json!(false));
    let text = project.check(&[]).out;
    assert!(text.contains("Check the machines, not the code"), "{text}");
    project.day(31, &slow, &json!({"kernel": "6.8"}));
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, &found["infrastructure"]["alert"]), (0, &json!(true)), "{found}");
}

#[test]
fn a_pull_request_whose_machine_was_slow_is_told_so() {
    let project = Project::new(30, POLICY);
    project.write();
    let mut records = Vec::new();
    for (backend, factor) in &all(1.27)[..4] {
        let value = LEVEL * factor * jitter(7, backend);
        let time = format!("{}T14:00:00Z", date(29));
        records.push(measured(&head(7), &time, backend, value, &json!({})));
    }
    records.push(measured(
        &head(7),
        &format!("{}T14:00:00Z", date(29)),
        "csharp",
        LEVEL,
        &json!({}),
    ));
    project.history.file("pulls/7.ndjson", lines(&records));
    let (status, found) = project.json(&["--pull", "7"]);
    assert_eq!((status, &found["verdict"]), (0, &json!("pass")), "{found}");
    assert_eq!(found["infrastructure"]["backends_shifted"], json!(4), "{found}");
    let comment = project.check(&["--pull", "7", "--format", "markdown"]).out;
    assert!(comment.contains("**Infrastructure anomaly:** 4 of 5 backends"), "{comment}");
    assert!(comment.contains("Measure the base again"), "{comment}");
}

#[test]
fn a_large_regression_waits_for_its_approval_until_it_expires() {
    let mut project = Project::new(20, POLICY);
    (20..24).for_each(|day| project.day(day, &one("go", 1.25), &json!({})));
    project.write();
    let (status, found) = project.json(&[]);
    assert_eq!((status, &found["verdict"]), (1, &json!("approval_needed")), "{found}");
    assert_eq!(found["findings"][0]["severity"], json!("major"));
    let entry = format!(
        "- series: 'parse/go/*'\n  commit: {}\n  max_change: 0.3\n  reason: ties are broken\n  \
         by: '@team'\n  expires: 2025-02-01\n",
        main(20)
    );
    project.history.file("accepted.yml", entry);
    let at = |now: &str| {
        let answer = answer(project.command(&["--format", "json", "--now", now]).env("A", "b"));
        let found: Value = serde_json::from_str(&answer.out).unwrap();
        (answer.status, found["findings"][0]["verdict"].as_str().unwrap().to_owned())
    };
    assert_eq!(at("2025-01-25T00:00:00Z"), (0, "accepted".to_owned()));
    assert_eq!(at("2025-02-02T00:00:00Z"), (1, "regressed".to_owned()));
}

#[test]
fn an_approval_that_the_main_line_rests_on_is_logged_once() {
    let mut project = Project::new(20, POLICY);
    (20..24).for_each(|day| project.day(day, &all(1.25)[1..3], &json!({})));
    project.write().pull(7, 15, 3, 1.25, &json!({}));
    let entry = |series: &str, commit: &str, reason: &str| {
        let what = format!("series: '{series}', commit: {commit}, reason: {reason}");
        format!("- {{{what}, max_change: 0.3, by: ada}}\n")
    };
    let entries = entry("*/rust/*", &head(7), "ours");
    project.history.file("accepted.yml", &entries);
    assert_eq!(project.json(&["--pull", "7"]).1["findings"][0]["verdict"], json!("accepted"));
    let data = project.history.data();
    assert!(!data.join("audit.ndjson").exists(), "a pull request is not on the main line");
    assert_eq!(project.json(&[]).1["verdict"], json!("approval_needed"));
    assert!(!data.join("audit.ndjson").exists(), "nothing was accepted there");
    let ties = entry("parse/*", &main(20), "ties");
    project.history.file("accepted.yml", entries + &ties);
    for _ in 0..2 {
        assert_eq!(project.json(&[]).0, 0);
    }
    project.day(24, &all(1.25)[1..3], &json!({}));
    assert_eq!(project.write().json(&[]).0, 0, "another commit that rests on the same approval");
    let log = run(&["audit", "show", "--data", data.to_str().unwrap()]).out;
    let head = format!("acceptance used by ada at {}\n    ties\n", &main(20)[..7]);
    assert_eq!(log.matches("ada").count(), 1, "{log}");
    assert!(log.contains(&head) && log.contains("parse/go") && log.contains("parse/rust"), "{log}");
    assert_eq!(run(&["audit", "verify", "--data", data.to_str().unwrap()]).status, 0);
    let page = project.history.site(&["--now", NOW]).text("health/");
    assert!(page.contains("acceptance used"), "{page}");
    // Without the log the approval cannot be followed, and nothing is said to be fine.
    let log = std::fs::read_to_string(data.join("audit.ndjson")).unwrap();
    project.history.file("audit.ndjson", log.replace("ties", "knots"));
    let broken = project.check(&[]);
    assert_eq!(broken.status, 2, "{}", broken.out);
    assert!(broken.err.contains("use of an accepted change"), "{}", broken.err);
}

#[test]
fn an_entry_for_any_commit_of_a_pull_request_counts_for_its_head() {
    let project = Project::new(20, POLICY);
    project.write().pull(7, 19, 3, 1.25, &json!({}));
    let early = measured("5ca1ab1e0000", "2025-01-19T07:00:00Z", "rust", LEVEL, &json!({}));
    let pulls = project.history.data().join("pulls/7.ndjson");
    let records = std::fs::read_to_string(&pulls).unwrap();
    project.history.file("pulls/7.ndjson", format!("{early}\n{records}"));
    assert_eq!(project.json(&["--pull", "7"]).1["verdict"], json!("approval_needed"));
    let entry = "- {series: '*', commit: 5ca1ab1e0000, max_change: 0.3, reason: r, by: b}\n";
    project.history.file("accepted.yml", entry);
    let (status, found) = project.json(&["--pull", "7"]);
    assert_eq!((status, verdicts(&found)), (0, vec!["accepted".to_owned()]), "{found}");
}

#[test]
fn where_the_policy_says_so_only_what_stands_on_the_base_is_believed() {
    let policy = format!("{POLICY}governance: {{accept_from: base}}\n");
    let project = Project::new(20, &policy);
    project.write().pull(7, 19, 3, 1.25, &json!({}));
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(project.history.data()).args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a",
        ]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let answer = answer(command.args(arguments));
        assert_eq!(answer.status, 0, "{arguments:?}: {}", answer.err);
    };
    let entry =
        format!("- {{series: '*', commit: {}, max_change: 0.3, reason: r, by: b}}\n", head(7));
    let verdict = |base: &[&str]| {
        let answer = project.check(&[&["--pull", "7", "--format", "json"], base].concat());
        let found: Value = serde_json::from_str(&answer.out).unwrap();
        (found["verdict"].as_str().unwrap().to_owned(), found["notices"].to_string())
    };
    project.history.file("accepted.yml", &entry);
    let (without, notices) = verdict(&[]);
    assert_eq!(without, "approval_needed", "no repository: there is no base");
    assert!(notices.contains("--trust-checkout"), "{notices}");
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "policy.yml"]);
    git(&["commit", "--quiet", "--message", "policy"]);
    let mut job = project.command(&["--pull", "7", "--now", NOW]);
    let of_change = answer(job.env("GITHUB_BASE_REF", "main"));
    assert!(of_change.out.starts_with("APPROVAL NEEDED"), "{}", of_change.out);
    let (unknown, notices) = verdict(&[]);
    assert_eq!(unknown, "approval_needed", "a base that git does not know is no reason to believe");
    assert!(notices.contains("fetch-depth"), "{notices}");
    git(&["add", "accepted.yml"]);
    git(&["commit", "--quiet", "--message", "accepted"]);
    let on_base = answer(job.env("GITHUB_BASE_REF", "main"));
    assert!(on_base.out.starts_with("PASS"), "{} {}", on_base.out, on_base.err);
}

#[test]
fn no_approval_helps_from_the_largest_ratio_on() {
    let mut project = Project::new(20, POLICY);
    (20..24).for_each(|day| project.day(day, &one("go", 1.6), &json!({})));
    let entry = format!(
        "- {{series: 'parse/go/*', commit: {}, max_change: 2, reason: r, by: b}}\n",
        main(20)
    );
    project.history.file("accepted.yml", entry);
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
    assert!(found["findings"][0]["reason"].as_str().unwrap().contains("only an override"));
}

#[test]
fn a_rule_that_only_reports_never_blocks() {
    let rule =
        "regression:\n  rules: [{match: {backend: go}, threshold: 0.1, report_only: true}]\n";
    let mut project = Project::new(20, &format!("version: '1'\n{rule}"));
    (20..24).for_each(|day| project.day(day, &one("go", 1.25), &json!({})));
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, verdicts(&found)), (0, vec!["regressed".to_owned()]), "{found}");
    assert_eq!(found["findings"][0]["report_only"], json!(true));
}

#[test]
fn only_a_permitted_actor_with_a_reason_overrides() {
    let governance = "emergency_override_approvers: ['@Ada'], min_reason_length: 4";
    let policy = format!("{POLICY}governance: {{{governance}}}\n");
    let mut project = Project::new(20, &policy);
    (20..24).for_each(|day| project.day(day, &one("go", 1.6), &json!({})));
    project.write();
    for (reason, actor, status, why) in [
        ("", "ada", 1, "no reason"),
        ("\u{200b}\u{2800}", "ada", 1, "it is empty"),
        ("...", "ada", 1, "it has no letter and no digit"),
        ("out", "ada", 1, "it has 3 visible characters; governance.min_reason_length is 4"),
        ("outage", "", 1, "no actor is given"),
        ("outage", "mallory", 1, "mallory is not among"),
        ("outage", "ada", 0, ""),
    ] {
        let mut command = project.command(&["--format", "json", "--now", NOW]);
        command.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", reason);
        let answer = answer(command.env("GITHUB_ACTOR", actor));
        let found: Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(answer.status, status, "{found}");
        let expected = if status == 0 { "overridden" } else { "fail" };
        assert_eq!(found["verdict"], json!(expected));
        assert_eq!(found["override"]["granted"], json!(status == 0));
        let refused = found["override"]["rejection"].as_str().unwrap_or_default();
        assert!(refused.contains(why), "{refused}");
        let log = project.history.data().join("audit.ndjson");
        let lines = std::fs::read_to_string(&log).unwrap_or_default().lines().count();
        assert_eq!(lines, usize::from(status == 0), "only what was granted is in the log");
        let audit = &found["audit"];
        assert_eq!((&audit["entries"], &audit["intact"]), (&json!(lines), &json!(true)));
    }
    let data = project.history.data();
    assert_eq!(run(&["audit", "verify", "--data", data.to_str().unwrap()]).status, 0);
    let log = std::fs::read_to_string(data.join("audit.ndjson")).unwrap();
    let line: Value = serde_json::from_str(log.trim()).unwrap();
    assert_eq!(line["number"], json!(1));
    assert_eq!((&line["actor"], &line["reason"]), (&json!("ada"), &json!("outage")));
    assert_eq!((&line["kind"], &line["commit"]), (&json!("override"), &json!(main(23))));
    // Without the log nobody is let through.
    project.history.file("audit.ndjson", log.replace("outage", "leisure"));
    let mut command = project.command(&["--now", NOW, "--actor", "ada"]);
    command.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", "again");
    let broken = answer(&mut command);
    assert_eq!(broken.status, 2, "{}", broken.out);
    assert!(broken.err.contains("not granted"), "{}", broken.err);
}

#[test]
fn the_report_says_first_what_to_do_and_fits_a_terminal() {
    let mut project = Project::new(20, POLICY);
    (20..24).for_each(|day| project.day(day, &one("go", 1.25), &json!({})));
    let answer = project.write().check(&[]);
    let lines: Vec<&str> = answer.out.lines().collect();
    assert!(lines[0].starts_with("APPROVAL NEEDED: 1 regressed, 4 unchanged"), "{}", answer.out);
    assert!(lines[1].starts_with("Fix it, or accept it"), "{}", answer.out);
    // A command that is broken cannot be pasted.
    let is_text = |line: &&&str| !line.trim_start().starts_with("benchpages ");
    let widest = lines.iter().filter(is_text).map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 80, "{}", answer.out);
}

#[test]
fn demo_records_are_refused_where_nobody_asked_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    assert_eq!(run(&["demo-data", "--days", "30", "--out", data]).status, 0);
    let answer = run(&["check", "--data", data]);
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert!(answer.err.contains("--demo"), "{}", answer.err);
    assert_ne!(run(&["check", "--data", data, "--demo"]).status, 2);
}
