//! What pages say of a pull request, of commits and their authors, of a day with a machine problem,
//! and which of them have filters.

use serde_json::{Value, json};

use crate::check::{NOW, POLICY, Project, main, measured};
use crate::support::{History, Site, commit, days, lines};
use crate::web;

const TESTS: [&str; 8] = ["parse", "print", "sort", "join", "load", "scan", "sum", "trim"];

/// The address of the comparison of pull request 7 with the newest commit of the main line.
fn comparison(site: &Site) -> String {
    let listed = site.json("diffs.json");
    let pairs = listed["diffs"].as_array().unwrap();
    let of_pull = pairs.iter().find(|pair| pair["pull"] == json!(7));
    of_pull.unwrap_or_else(|| panic!("{listed}"))["url"].as_str().unwrap().to_owned()
}

/// The outcome as the report has it: its first line.
fn headline(project: &Project) -> String {
    project.check(&["--pull", "7"]).out.lines().next().unwrap().trim().to_owned()
}

#[test]
fn the_page_of_a_pull_request_says_what_its_check_says() {
    let limits = "governance: {require_approval_threshold: 0.2}\n";
    for (policy, factor, word) in [
        (POLICY.to_owned(), 1.0, "PASS"),
        (POLICY.to_owned(), 1.15, "FAIL"),
        (format!("{POLICY}{limits}"), 1.3, "APPROVAL NEEDED"),
    ] {
        let project = Project::new(20, &policy);
        project.write().pull(7, 20, 3, factor, &json!({}));
        let site = project.history.site(&["--now", NOW]);
        let text = site.text(&comparison(&site));
        let said = headline(&project);
        assert!(said.starts_with(word), "{said}");
        assert!(text.contains(&format!("Check: {said}")), "{said}\n{text}");
        web::check(&site);
    }
}

#[test]
fn an_override_is_named_where_the_check_failed() {
    let policy = format!("{POLICY}governance: {{emergency_override_approvers: [ada]}}\n");
    let project = Project::new(20, &policy);
    project.write().pull(7, 20, 3, 1.3, &json!({}));
    let mut command = project.command(&["--pull", "7", "--now", NOW]);
    command.env("ALLOW_REGRESSION", "true").env("GITHUB_ACTOR", "ada");
    let answer = crate::support::answer(command.env("OVERRIDE_REASON", "the release of today"));
    assert_eq!(answer.status, 0, "{}", answer.err);
    let site = project.history.site(&["--now", NOW]);
    let text = site.text(&comparison(&site));
    assert!(text.contains("Let through by ada: the release of today."), "{text}");
}

#[test]
fn many_rows_have_filters_for_what_differs_and_few_have_none() {
    let row = |day: usize, test: &str, backend: &str| {
        let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
        measured(&main(day), &time, backend, 100_000.0, &json!({"test": test}))
    };
    let history = History::new();
    let records = (0..6).flat_map(|day| TESTS.map(|test| row(day, test, "go")));
    let others = (0..6).map(|day| row(day, "parse", "rust"));
    history.records(&records.chain(others).collect::<Vec<Value>>());
    let most = "{name: Most, filters: {backend: [go]}}";
    let few = "{name: Few, filters: {test: [parse]}}";
    let presets = format!("dashboard_presets: [{most}, {few}]\n");
    history.file("policy.yml", format!("version: '1'\n{presets}"));
    let site = history.site(&["--now", NOW]);
    let has = |address: &str, part: &str| site.main(address).contains(part);
    for address in ["view/most/", "backend/go/", "view/"] {
        assert!(has(address, "<form class=\"filters scripted\">"), "{address}");
        assert!(has(address, "<select name=\"test\">"), "{address}");
    }
    assert!(has("view/", "<select name=\"backend\">"));
    assert!(!has("backend/go/", "<select name=\"backend\">"), "there is one backend");
    for address in ["view/few/", "backend/rust/", "test/parse/"] {
        assert!(!has(address, "class=\"filters"), "{address}");
    }
    web::check(&site);
}

/// Twelve commits, slower from the seventh on, each by an author with an address.
fn authored(policy: &str) -> History {
    let values: Vec<f64> = (0..12).map(|day| if day < 6 { 1000.0 } else { 1300.0 }).collect();
    let history = History::new();
    let facts = (0..12).map(|at| {
        json!({"commit": commit(at), "subject": format!("change {at}"),
            "author": "Zq <b>Ada</b> <zq.ada@mail.example>"})
    });
    let facts: Vec<Value> = facts.collect();
    history.records(&days(&values)).file("commits.ndjson", lines(&facts));
    history.file("policy.yml", format!("version: '1'\n{policy}"));
    history
}

#[test]
fn the_author_of_a_commit_stands_beside_its_subject() {
    let history = authored("");
    let site = history.site(&[]);
    let event = site.json("events.json")["events"][0]["url"].as_str().unwrap().to_owned();
    for address in [String::new(), event] {
        let text = site.text(&address);
        assert!(text.contains("change 6 · Zq <b>Ada</b>"), "{address}: {text}");
    }
    let text = site.text(&format!("commit/{}/", commit(6)));
    assert!(text.contains("Author: Zq <b>Ada</b>"), "{text}");
    web::check(&site);
    let holds = |word: &str| {
        let files = site.snapshot();
        files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(word))
    };
    assert!(!holds("mail.example"));
}

#[test]
fn a_public_site_that_redacts_authors_names_none() {
    let history = authored("site: {audience: public, redact: [auth*]}\n");
    let site = history.site(&[]);
    let files = site.snapshot();
    let named = files.iter().filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains("Zq"));
    assert_eq!(named.map(|(path, _)| path.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_day_with_a_machine_problem_is_marked_between_the_runs_before_and_after() {
    let mut project = Project::new(0, POLICY);
    for day in 0..30 {
        let factor = if day == 20 { 1.3 } else { 1.0 };
        let all = crate::check::BACKENDS.map(|backend| (backend, factor));
        for test in TESTS {
            project.day(day, &all, &json!({"test": test}));
        }
    }
    project.write();
    let site = project.history.site(&["--now", NOW]);
    let events = site.json("events.json");
    let is_day = |it: &&Value| it["kind"] == "infrastructure";
    let day = events["events"].as_array().unwrap().iter().find(is_day);
    let address = day.unwrap_or_else(|| panic!("{events}"))["url"].as_str().unwrap().to_owned();
    let text = site.text(&address);
    assert!(text.contains("Before, during and after"), "{text}");
    let main = site.main(&address);
    assert_eq!(main.matches("<figure>").count(), 5, "one chart a backend: {main}");
    assert!(main.matches(">21 Jan<").count() >= 5, "each marks the day: {main}");
    web::check(&site);
}
