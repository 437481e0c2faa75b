//! The first days of a history: a pull request passes with a warning while the main line has too
//! few runs for any verdict, and not a run longer.

use serde_json::{Value, json};

use crate::check::{BACKENDS, Project, all, one};
use crate::support::answer;

const POLICY: &str = "version: '1'\nregression: {default_threshold: 0.1, min_sample_size: 5, \
                      grace_period_days: 3}\ngate: {fail_on: [regressed, failed]}\n";
const ALLOWED: [&str; 3] = ["--pull", "7", "--allow-first-runs"];

/// The status and the answer for a pull request after `days` days of the main line.
fn checked(project: &Project, more: &[&str]) -> (i32, Value) {
    project.json(more)
}

#[test]
fn a_pull_request_right_after_adoption_passes_and_hears_what_is_missing() {
    for days in 1..5 {
        let project = Project::new(days, POLICY);
        project.write().pull(7, days - 1, 3, 1.0, &json!({}));
        let (status, found) = checked(&project, &ALLOWED);
        assert_eq!((status, &found["exit"]), (0, &json!(0)), "{found}");
        assert_eq!(found["verdict"], json!("nothing_compared"), "it is no pass");
        let first = &found["first_runs"];
        assert_eq!((&first["runs"], &first["missing"]), (&json!(days), &json!(5 - days)));
        assert_eq!((&first["needed"], &first["allowed"]), (&json!(5), &json!(true)));
        let (status, found) = checked(&project, &["--pull", "7"]);
        assert_eq!((status, &found["exit"]), (3, &json!(3)), "nobody asked to let it pass");
        assert_eq!(found["first_runs"]["allowed"], json!(false));
    }
    let project = Project::new(1, POLICY);
    project.write().pull(7, 0, 3, 1.0, &json!({}));
    let text = project.check(&ALLOWED).out;
    assert!(text.starts_with("FIRST RUNS: the main line has 1 of 5 runs"), "{text}");
    assert!(text.contains("4 more runs of the main line are missing"), "{text}");
    let comment = project.check(&[&ALLOWED[..], &["--format", "markdown"]].concat()).out;
    assert!(comment.contains("### Benchmarks: no verdict yet"), "{comment}");
    assert!(comment.contains("4 more runs of the main line are missing"), "{comment}");
    let mut job = project.command(&ALLOWED);
    let log = answer(job.args(["--now", crate::check::NOW]).env("GITHUB_ACTIONS", "true")).out;
    assert!(log.starts_with("::warning title=no verdict yet::FIRST RUNS"), "{log}");
}

#[test]
fn the_first_run_of_the_main_line_may_be_younger_than_the_pull_request() {
    let mut project = Project::new(0, POLICY);
    project.day(2, &all(1.0), &json!({}));
    project.write().pull(7, 0, 3, 1.0, &json!({}));
    let (status, found) = checked(&project, &ALLOWED);
    assert_eq!((status, &found["first_runs"]["missing"]), (0, &json!(4)), "{found}");
}

#[test]
fn the_days_of_the_grace_period_are_first_days_too() {
    let mut project = Project::new(0, POLICY);
    for hour in 1..=6 {
        let time = format!("2025-01-01T{hour:02}:00:00Z");
        for backend in BACKENDS {
            let commit = crate::check::main(hour);
            project.records.push(crate::check::measured(&commit, &time, backend, 1e5, &json!({})));
        }
    }
    project.write().pull(7, 0, 3, 1.0, &json!({}));
    let (status, found) = checked(&project, &ALLOWED);
    assert_eq!((status, &found["first_runs"]["missing"]), (0, &json!(0)), "{found}");
    assert_eq!(found["first_runs"]["grace_until"], json!("2025-01-04"));
    assert_eq!(found["next_step"], json!("No verdict yet: the grace period ends on 4 Jan 2025."));
    let text = project.check(&["--pull", "7"]).out;
    let headline = "FIRST RUNS: the main line is in its grace period, so nothing is compared yet.";
    assert!(text.starts_with(headline), "{text}");
}

#[test]
fn a_baseline_ends_the_first_days_whatever_the_pull_request_measured() {
    let project = Project::new(5, POLICY);
    let red = |what: &str| {
        let (status, found) = checked(&project, &ALLOWED);
        assert_eq!((status, &found["verdict"]), (3, &json!("nothing_compared")), "{what}: {found}");
        assert!(found["first_runs"].is_null(), "{what}: {found}");
    };
    project.write();
    red("no results at all");
    project.pull(7, 4, 3, 1.0, &json!({"runner_image": "macos-14"}));
    red("results of another runner");
    project.pull(7, 4, 3, 1.0, &json!({"os": "windows"}));
    red("results of another system");
    project.pull(7, 4, 3, 1.0, &json!({"test": "renamed"}));
    red("only a new benchmark");
    project.pull(7, 4, 3, 1.0, &json!({}));
    let (status, found) = checked(&project, &ALLOWED);
    assert_eq!((status, &found["verdict"], &found["compared"]), (0, &json!("pass"), &json!(1)));
}

#[test]
fn one_benchmark_with_a_baseline_is_enough_to_end_them() {
    let mut project = Project::new(0, POLICY);
    for day in 0..6 {
        project.day(day, &[("julia", 1.0)], &json!({}));
    }
    project.day(5, &[("rust", 1.0)], &json!({}));
    project.write().pull(7, 5, 3, 1.0, &json!({}));
    let (status, found) = checked(&project, &ALLOWED);
    assert_eq!((status, &found["first_runs"]), (3, &Value::Null), "{found}");
}

#[test]
fn without_results_there_are_no_first_days() {
    let project = Project::new(1, POLICY);
    assert_eq!(checked(project.write(), &ALLOWED).0, 3, "no records");
    project.pull(7, 0, 2, 1.0, &json!({"mean_ns": null, "error": "crashed"}));
    let (status, found) = checked(&project, &ALLOWED);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "failed runs: {found}");
    assert!(found["first_runs"].is_null(), "{found}");
}

#[test]
fn machines_that_never_repeat_and_runs_that_only_fail_end_them_too() {
    let mut project = Project::new(0, POLICY);
    for day in 0..20 {
        let (_, before) = checked(project.write().pull(7, day, 1, 1.0, &json!({})), &ALLOWED);
        assert!(!before["first_runs"].is_null(), "day {day}: {before}");
        project.day(day, &one("rust", 1.0), &json!({"runner_image": format!("image-{day}")}));
    }
    let (status, found) = checked(project.write(), &ALLOWED);
    assert_eq!((status, &found["first_runs"]), (3, &Value::Null), "{found}");

    let mut project = Project::new(0, POLICY);
    for day in 0..5 {
        project.day(day, &all(1.0), &json!({"mean_ns": null, "error": "crashed"}));
    }
    project.write().pull(7, 4, 3, 1.0, &json!({}));
    let (status, found) = checked(&project, &ALLOWED);
    assert_eq!((status, &found["first_runs"]), (3, &Value::Null), "{found}");
}
