//! Where the history cannot answer: what could not have been seen is never called unchanged, by the
//! page of a comparison, by the command and by the check, and no page sounds as if all were well.

use serde_json::{Value, json};

use crate::check::{BACKENDS, POLICY, Project, main};
use crate::support::run;

const NEWEST: usize = 29;
/// The evening of that day.
const NOW: &str = "2025-01-30T18:00:00Z";

/// Five backends, of which `noisy` jump by 40 % from day to day and `young` have 3 runs.
fn project(noisy: &[&str], young: &[&str]) -> Project {
    let mut project = Project::new(0, POLICY);
    for day in 0..=NEWEST {
        let swing = [1.0, 1.4, 0.8, 1.2, 1.0][day % 5];
        let measured = BACKENDS.iter().filter(|it| day > NEWEST - 3 || !young.contains(it));
        let factors: Vec<(&str, f64)> =
            measured.map(|it| (*it, if noisy.contains(it) { swing } else { 1.0 })).collect();
        project.day(day, &factors, &json!({}));
    }
    project.write();
    project
}

/// The pair of the two newest commits of one level: a swing of 0 % against the base's median.
fn compared(project: &Project) -> Value {
    let data = project.history.data();
    let pair = format!("{}..{}", main(NEWEST - 1), main(NEWEST));
    let data = data.to_str().unwrap();
    let said = run(&["compare", "--data", data, "--now", NOW, &pair, "--format", "json"]);
    serde_json::from_str(&said.out).expect(&said.err)
}

fn verdicts(compared: &Value) -> Vec<String> {
    let rows = compared["compared"].as_array().unwrap().iter();
    let mut all: Vec<String> =
        rows.map(|row| format!("{} {}", row["series"], row["verdict"]).replace('"', "")).collect();
    all.sort();
    all
}

fn page(project: &Project) -> String {
    let site = project.history.site(&["--now", NOW]);
    let text = site.text(&format!("diff/{}..{}/", main(NEWEST - 1), main(NEWEST)));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn noise_that_hides_a_change_is_said_by_page_command_and_check() {
    let project = project(&["go", "ts"], &["julia"]);
    let expected = [
        "parse/csharp/default/1000 unchanged",
        "parse/go/default/1000 too_noisy",
        "parse/julia/default/1000 new",
        "parse/rust/default/1000 unchanged",
        "parse/ts/default/1000 too_noisy",
    ];
    assert_eq!(verdicts(&compared(&project)), expected);
    let page = page(&project);
    assert!(page.contains("2 unchanged, 2 too noisy, 1 new."), "{page}");
    let answer = "Slower? No in 2, unknown in 3 5 series compared";
    assert!(page.contains(answer), "{page}");
    let (_, found) = project.json(&[]);
    assert_eq!(found["counts"]["unchanged"], 2, "{}", found["counts"]);
}

#[test]
fn a_comparison_of_noise_alone_answers_nothing() {
    let project = project(&BACKENDS, &[]);
    let page = page(&project);
    assert!(page.contains("5 too noisy."), "{page}");
    assert!(page.contains("Slower? Not known yet"), "{page}");
    let list = project.history.site(&["--now", NOW]).text("diff/");
    assert!(list.contains("nothing judged") && !list.contains("no change"), "{list}");
}

#[test]
fn a_comparison_that_could_show_a_change_and_shows_none_says_no() {
    let page = page(&project(&[], &[]));
    assert!(page.contains("5 unchanged."), "{page}");
    assert!(page.contains("Slower? No 5 series compared"), "{page}");
}

#[test]
fn where_most_series_are_noise_no_page_sounds_as_if_all_were_well() {
    let text_of = |noisy: &[&str], page: &str| {
        let project = project(noisy, &[]);
        let site = project.history.site(&["--now", NOW]);
        site.text(page).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (noisy, count, state) in [
        (&BACKENDS[..], "5 of 5 active series are too noisy to judge", "1 warning."),
        (&BACKENDS[..1], "1 of 5 active series is too noisy to judge", "Good:"),
    ] {
        let health = text_of(noisy, "health/");
        assert!(health.contains(count) && health.contains(state), "{health}");
        let digest = text_of(noisy, "digest/");
        assert!(digest.contains(count), "{digest}");
    }
    assert!(!text_of(&[], "health/").contains("too noisy to judge"));
}

#[test]
fn the_digest_of_a_project_that_is_over_says_so() {
    let project = project(&[], &[]);
    let site = project.history.site(&["--now", "2026-01-30T18:00:00Z"]);
    for page in ["", "digest/"] {
        let text = site.text(page);
        assert!(text.contains("No recent results: 5 series retired"), "{page}: {text}");
    }
}
