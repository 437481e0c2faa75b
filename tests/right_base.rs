//! What a pull request is compared with, and what of it counts once it is merged: release branches,
//! stacked pull requests, measured merges, squashes, and names that only a pull request knows.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::check::{NOW, POLICY, Project, all, head, main, measured, verdicts};
use crate::support::{answer, lines};

const CHECK: [&str; 2] = ["--pull", "7"];

/// Twenty days of `main` and of `release/1.x`, which is half as fast.
fn two_branches() -> (Project, Vec<Value>) {
    let mut project = Project::new(0, &format!("{POLICY}site: {{branch: main}}\n"));
    (0..20).for_each(|day| project.day(day, &all(1.0), &json!({"branch": "main"})));
    let release = project.records.clone().into_iter().map(|mut record| {
        let commit = record["commit"].as_str().unwrap().replace("aaaaa", "ccccc");
        record["commit"] = json!(commit);
        record["branch"] = json!("release/1.x");
        record["mean_ns"] = json!(record["mean_ns"].as_f64().unwrap() * 2.0);
        record
    });
    let release: Vec<Value> = release.collect();
    project.records.extend(release.clone());
    (project, release)
}

fn with_base_branch(project: &Project, branch: &str) -> (i32, Value) {
    let mut command = project.command(&[&CHECK[..], &["--format", "json"]].concat());
    let answer = answer(command.args(["--now", NOW]).env("GITHUB_BASE_REF", branch));
    (answer.status, serde_json::from_str(&answer.out).expect(&answer.err))
}

#[test]
fn a_pull_request_to_a_release_branch_is_judged_against_that_branch() {
    let (project, _) = two_branches();
    project.write().pull(7, 20, 3, 2.0, &json!({}));
    let newest = main(19).replace("aaaaa", "ccccc");
    for (status, found) in [
        with_base_branch(&project, "release/1.x"),
        project.json(&[&CHECK[..], &["--base", &newest]].concat()),
    ] {
        assert_eq!((status, &found["base"]), (0, &json!(newest)), "{found}");
    }
    let (status, found) = with_base_branch(&project, "main");
    assert_eq!((status, &found["base"]), (1, &json!(main(19))), "twice as slow as main");
    // A branch without records says nothing; the main line is what there is.
    assert_eq!(with_base_branch(&project, "release/2.x").1["base"], json!(main(19)));
}

#[test]
fn a_stacked_pull_request_is_judged_against_the_branch_below() {
    let project = Project::new(20, POLICY);
    project.pull(6, 20, 3, 1.5, &json!({"branch": "below"}));
    project.write().pull(7, 21, 3, 1.5, &json!({"branch": "above"}));
    let (status, found) = with_base_branch(&project, "below");
    assert_eq!((status, &found["base"]), (0, &json!(head(6))), "{found}");
    let (status, _) = with_base_branch(&project, "main");
    assert_eq!(status, 1, "what the branch below made slower is not on main yet");
}

fn accepted(project: &Project, entry: &str) {
    let entry = format!(
        "- series: 'parse/rust/*'\n  {entry}\n  max_change: 0.4\n  reason: 'bounds checks'\n  \
         by: 'boss'\n"
    );
    project.history.file("accepted.yml", entry);
}

#[test]
fn what_was_accepted_in_a_pull_request_stays_accepted_on_main() {
    let mut project = Project::new(20, POLICY);
    for day in 20..26 {
        let factor = |backend| if backend == "rust" { 1.3 } else { 1.0 };
        let factors = crate::check::BACKENDS.map(|backend| (backend, factor(backend)));
        project.day(day, &factors, &json!({}));
    }
    project.write().pull(7, 19, 3, 1.3, &json!({}));
    let facts = |at: usize, fact: &Value| {
        let mut facts = json!({"commit": main(at), "parents": []});
        if at > 0 {
            facts["parents"] = json!([main(at - 1)]);
        }
        if at == 20 {
            facts.as_object_mut().unwrap().extend(fact.as_object().unwrap().clone());
        }
        facts
    };
    let check = |entry: &str, fact: Value| {
        let all: Vec<Value> = (0..26).map(|at| facts(at, &fact)).collect();
        project.history.file("commits.ndjson", lines(&all));
        accepted(&project, entry);
        let (status, found) = project.json(&[]);
        (status, verdicts(&found))
    };
    let by_head = format!("commit: '{}'", head(7));
    let covered = (0, vec!["accepted".to_owned()]);
    let open = (1, vec!["regressed".to_owned()]);
    let squash = json!({"subject": "slow (#7)", "pull": 7});
    assert_eq!(check(&by_head, squash.clone()), covered, "a squash");
    let parents = json!({"parents": [main(19), head(7)]});
    assert_eq!(check(&by_head, parents), covered, "a merge commit");
    assert_eq!(check("commit: 'feedface'\n  pull: 7", squash.clone()), covered, "a pruned pull");
    assert_eq!(check("commit: 'feedface'", squash), open, "an unknown commit");
    assert_eq!(check(&by_head, json!({"pull": 8})), open, "another pull request");
}

#[test]
fn accept_writes_the_number_of_the_pull_request() {
    let project = Project::new(20, POLICY);
    project.write().pull(7, 19, 3, 1.3, &json!({}));
    let data = project.history.data();
    let arguments = ["accept", "--data", data.to_str().unwrap(), "--series", "parse/rust/*"];
    let head = head(7);
    let more = ["--commit", &head, "--max-change", "40%", "--reason", "r1", "--by", "boss"];
    let answer = crate::support::run(&[&arguments[..], &more].concat());
    assert_eq!(answer.status, 0, "{}", answer.err);
    let entry = std::fs::read_to_string(data.join("accepted.yml")).unwrap();
    assert!(entry.contains("pull: 7\n"), "{entry}");
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@a"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let answer = answer(command.args(arguments));
    assert_eq!(answer.status, 0, "{arguments:?}: {}", answer.err);
    answer.out.trim().to_owned()
}

#[test]
fn a_measured_merge_is_compared_with_its_first_parent() {
    let repository = tempfile::tempdir().unwrap();
    let code = repository.path();
    git(code, &["init", "--quiet", "--initial-branch", "main"]);
    let commit = |name: &str| {
        git(code, &["commit", "--quiet", "--allow-empty", "--message", name]);
        git(code, &["rev-parse", "HEAD"])
    };
    let mut project = Project::new(0, POLICY);
    let mut line: Vec<String> = (0..20).map(|day| commit(&format!("day {day}"))).collect();
    git(code, &["checkout", "--quiet", "-b", "change"]);
    let change = commit("documentation");
    git(code, &["checkout", "--quiet", "main"]);
    // Main became slower after the branch left it, which is nothing that the branch did.
    line.extend((20..26).map(|day| commit(&format!("day {day}"))));
    for (day, id) in line.iter().enumerate() {
        let level = if day < 20 { 100_000.0 } else { 150_000.0 };
        let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
        let value = level * (1.0 + 0.002 * (day % 5) as f64);
        project.records.push(measured(id, &time, "rust", value, &json!({})));
    }
    let own: Vec<Value> = (0..3)
        .map(|run| {
            let value = 150_000.0 * (1.0 + 0.002 * f64::from(run));
            measured(&change, &format!("2025-02-01T0{run}:00:00Z"), "rust", value, &json!({}))
        })
        .collect();
    project.write().history.file("pulls/7.ndjson", lines(&own));
    let check = || {
        let mut command = project.command(&[&CHECK[..], &["--format", "json"]].concat());
        let answer = answer(command.args(["--now", NOW]).current_dir(code));
        let found: Value = serde_json::from_str(&answer.out).expect(&answer.err);
        (answer.status, found["base"].as_str().unwrap().to_owned())
    };
    assert_eq!(check(), (1, line[19].clone()), "the head alone was measured");
    git(code, &["merge", "--quiet", "--no-ff", "--message", "merge", "change"]);
    assert_eq!(check(), (0, line[25].clone()), "the merge was measured");
}

#[test]
fn names_that_only_a_pull_request_has_get_no_pages() {
    let project = Project::new(20, POLICY);
    let own: Vec<Value> = (0..300)
        .map(|at| {
            let time = "2025-02-01T06:00:00Z";
            let mut record = measured(&head(7), time, "rust", 100_000.0, &json!({"pull": 7}));
            record["test"] = json!(format!("BUY CHEAP PILLS {at}"));
            record
        })
        .collect();
    project.write().history.file("pulls/7.ndjson", lines(&own));
    let site = project.history.site(&["--now", NOW]);
    let pages = site.snapshot();
    assert!(pages.len() < 200, "{} files", pages.len());
    for path in ["", "health/"] {
        assert!(!site.page(path).contains("PILLS"), "{path}");
    }
    let health = site.text("health/");
    assert!(health.contains("Only in pull requests, not shown") && health.contains("300 series"));
    let (_, found) = project.json(&CHECK);
    let new = found["not_compared"].as_array().unwrap().iter();
    assert_eq!(new.filter(|it| it["verdict"] == "new").count(), 300, "the check names them");
}
