//! `benchpages check --watch`: a real process, files that change, answers read from its pipe. Every
//! wait is for something that the process says, and bounded.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::check::{NOW, POLICY, Project, head, main, measured, one};
use crate::support::lines;

/// Longer than an answer takes on a busy machine; reached only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// A watch that ends with the test. What it writes to stdout and stderr comes in one pipe, so that
/// its order is that of writing.
struct Watch<'a> {
    project: &'a Project,
    more: Vec<&'a str>,
    process: Child,
    said: Receiver<String>,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl<'a> Watch<'a> {
    fn start(project: &'a Project, more: &[&'a str]) -> Self {
        let plain = project.command(&["--watch", "--now", NOW]);
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1"]).arg(plain.get_program());
        command.args(plain.get_args()).args(more);
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(project.history.data()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let pipe = BufReader::new(process.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in pipe.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { project, more: more.to_vec(), process, said }
    }

    /// Everything up to the end of the next answer.
    fn answer(&self) -> String {
        let mut said = String::new();
        loop {
            let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("after: {said}"));
            if line.contains("waiting for changes") {
                return said;
            }
            if !line.starts_with("warning: ") && line != "Checking again." {
                said.push_str(&line);
                said.push('\n');
            }
        }
    }

    /// Fails unless the next answer is that of a check that is made now.
    fn agrees(&self, why: &str) {
        assert_eq!(self.answer(), self.project.check(&self.more).out, "{why}");
    }

    /// Changes a file of the history: written beside and moved there, so that it changes once.
    fn put(&self, path: &str, text: &str) {
        let file = self.project.history.data().join(path);
        let beside = file.with_file_name(".beside");
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, file).unwrap();
    }
}

/// Runs of the head of pull request 7: of each backend as many as are named, with their factor.
fn runs(of: &[(&str, usize, f64)], fields: &Value) -> Vec<Value> {
    let run = |backend: &str, at: usize, factor: f64| {
        let time = format!("2025-01-30T{:02}:00:00Z", 8 + at);
        measured(&head(7), &time, backend, 100_000.0 * factor + 100.0 * at as f64, fields)
    };
    of.iter()
        .flat_map(|&(backend, runs, factor)| (0..runs).map(move |at| run(backend, at, factor)))
        .collect()
}

const FILE: &str = "pulls/7.ndjson";

fn project() -> Project {
    let project = Project::new(30, POLICY);
    project.write();
    project.history.file(FILE, lines(&runs(&[("rust", 3, 1.0), ("go", 3, 1.0)], &json!({}))));
    project
}

#[test]
fn a_change_of_the_candidate_s_file_is_answered_as_a_check_would() {
    let project = project();
    let watch = Watch::start(&project, &["--pull", "7", "--format", "json"]);
    watch.agrees("at once");
    let none = json!({});
    let other = json!({"runner_image": "another", "cpu": "other"});
    for (why, of, fields) in [
        ("slower", &[("rust", 3, 1.3), ("go", 3, 1.0)][..], &none),
        ("everything slower: infrastructure", &[("rust", 3, 1.3), ("go", 3, 1.3)], &none),
        ("more runs", &[("rust", 5, 1.3), ("go", 2, 0.7)], &none),
        ("one series less", &[("rust", 3, 1.01)], &none),
        ("the others too", &[("rust", 3, 1.0), ("go", 3, 1.4), ("ts", 3, 1.3)], &none),
        ("another runner", &[("rust", 3, 1.3), ("go", 3, 1.0)], &other),
        ("as it was", &[("rust", 3, 1.0), ("go", 3, 1.0)], &none),
    ] {
        watch.put(FILE, &lines(&runs(of, fields)));
        watch.agrees(why);
    }
    let good = lines(&runs(&[("rust", 3, 1.3)], &none));
    watch.put(FILE, &format!("{good}not json\n"));
    watch.agrees("a line that is refused");
}

#[test]
fn a_change_of_anything_else_is_answered_as_a_check_would() {
    let project = project();
    let watch = Watch::start(&project, &["--pull", "7", "--format", "json"]);
    watch.agrees("at once");
    let mut more = runs(&[("rust", 3, 1.3)], &json!({}));
    more.push(measured(&head(8), "2025-01-30T20:00:00Z", "rust", 1e5, &json!({})));
    let failed = json!({"mean_ns": null, "error": "out of memory"});
    let unit = json!({"mean_ns": null, "metric": "time", "value": 1.0, "unit": "B"});
    for (why, records) in [
        ("another commit", more),
        ("a new series", runs(&[("rust", 3, 1.0), ("zig", 3, 1.0)], &json!({}))),
        ("a failed run", runs(&[("rust", 3, 1.0)], &failed)),
        ("another unit", runs(&[("rust", 3, 1.0)], &unit)),
        ("as it was", runs(&[("rust", 3, 1.0), ("go", 3, 1.0)], &json!({}))),
    ] {
        watch.put(FILE, &lines(&records));
        watch.agrees(why);
    }
    watch.put("policy.yml", &POLICY.replace("0.1", "0.02"));
    watch.agrees("another policy");
    watch.put(
        "results/more.ndjson",
        &lines(&[measured(&main(29), "2025-01-30T06:30:00Z", "rust", 130_000.0, &json!({}))]),
    );
    watch.agrees("more of the history");
    watch.put(FILE, &lines(&runs(&[("rust", 3, 1.3)], &json!({}))));
    watch.agrees("and then the candidate again");
}

#[test]
fn the_newest_run_of_the_main_line_is_answered_again_too() {
    let mut project = Project::new(40, POLICY);
    project.write();
    let records = |factor: f64| {
        let mut other = Project::new(0, POLICY);
        other.day(40, &one("rust", factor), &json!({}));
        lines(&other.records)
    };
    project.history.file("results/day.ndjson", records(1.0));
    project.records.clear();
    let watch = Watch::start(&project, &["--format", "json"]);
    watch.agrees("at once");
    for factor in [1.2, 0.8, 1.0, 1.5] {
        watch.put("results/day.ndjson", &records(factor));
        watch.agrees(&format!("{factor}"));
    }
}

#[test]
fn what_a_public_site_hides_is_hidden_in_every_answer() {
    let policy = format!("{POLICY}site: {{audience: public, redact: ['runner_*']}}\n");
    let project = Project::new(30, &policy);
    project.write();
    let secret = |factor: f64| {
        lines(&runs(&[("rust", 3, factor)], &json!({"runner_image": "secret-runner-7"})))
    };
    project.history.file(FILE, secret(1.0));
    let watch = Watch::start(&project, &["--pull", "7", "--format", "json"]);
    watch.agrees("at once");
    watch.put(FILE, &secret(1.3));
    let said = watch.answer();
    assert!(!said.contains("secret-runner-7"), "{said}");
    assert_eq!(said, project.check(&watch.more).out);
}

#[test]
fn every_format_can_be_watched() {
    let project = project();
    for format in ["text", "json", "markdown", "github", "sarif", "junit", "gcc"] {
        project.history.file(FILE, lines(&runs(&[("rust", 3, 1.0)], &json!({}))));
        let watch = Watch::start(&project, &["--pull", "7", "--format", format]);
        watch.agrees(format);
        watch.put(FILE, &lines(&runs(&[("rust", 3, 1.3)], &json!({}))));
        watch.agrees(format);
    }
}

#[test]
fn a_fault_is_told_and_the_watch_goes_on() {
    let project = project();
    let watch = Watch::start(&project, &["--pull", "7", "--format", "json"]);
    watch.agrees("at once");
    watch.put("policy.yml", "version: 2\n");
    let said = watch.answer();
    assert!(said.contains("error: the policy has errors"), "{said}");
    watch.put("policy.yml", POLICY);
    watch.agrees("mended");
}

#[test]
fn a_watch_that_cannot_begin_ends_with_the_reason() {
    let project = project();
    let answer = project.check(&["--watch", "--base", "nothing-like-it", "--pull", "7"]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("not a measured commit of the main line"), "{}", answer.err);
    let lost = crate::support::run(&["check", "--watch", "--data", "no/such/folder"]);
    assert_eq!(lost.status, 2);
    assert!(lost.err.contains("no history directory at no/such/folder"), "{}", lost.err);
    let answer = project.check(&["--watch", "--artifact", "x"]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("--artifact"), "{}", answer.err);
}

#[test]
fn the_documented_task_of_an_editor_finds_begin_and_end_of_an_answer() {
    let text = std::fs::read_to_string(crate::support::suite().join("../docs/editors.md")).unwrap();
    let task = text.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let task: Value = serde_json::from_str(task).unwrap();
    let matcher = &task["tasks"][0]["problemMatcher"];
    assert_eq!(matcher["background"]["endsPattern"], "waiting for changes");
    assert_eq!(matcher["background"]["beginsPattern"], "^Checking again\\.$");
    let project = project();
    let watch = Watch::start(&project, &["--pull", "7", "--format", "gcc"]);
    watch.answer();
    watch.put(FILE, &lines(&runs(&[("rust", 3, 1.3)], &json!({}))));
    let line = |holds: &str| {
        std::iter::from_fn(|| watch.said.recv_timeout(PATIENCE).ok()).find(|it| it.contains(holds))
    };
    assert_eq!(line("Checking").as_deref(), Some("Checking again."));
    let found = line(": error: ").unwrap();
    assert!(found.contains("pulls/7.ndjson:1:1: error: regressed"), "{found}");
    assert!(line("waiting for changes").is_some());
}
