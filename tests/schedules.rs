//! What `init` proposes for schedules, branches and systems, and what a scheduled run records.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::check::{POLICY, Project};
use crate::init::Repository;
use crate::support::{files, lines, record, with};
use crate::workflows::{Server, git, have_tools, told};

const ALL: [&str; 3] = ["--yes", "--schedule", "daily,weekly,monthly,rotation"];
const SCHEDULED: [&str; 5] = [
    ".github/benchpages-rotate.sh",
    ".github/workflows/benchpages-daily.yml",
    ".github/workflows/benchpages-monthly.yml",
    ".github/workflows/benchpages-rotation.yml",
    ".github/workflows/benchpages-weekly.yml",
];

#[test]
fn each_schedule_is_a_workflow_that_is_proposed_on_request_only() {
    let repository = Repository::new();
    assert_eq!(repository.init(&["--yes"]).0, 0);
    let usual = files(&repository.root());
    assert!(SCHEDULED.iter().all(|path| !usual.contains(&(*path).to_owned())), "{usual:?}");
    let (status, _, err) = repository.init(&ALL);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("Wrote 5 files"), "{err}");
    for (name, set, cron) in [
        ("daily", "", "23 3 * * *"),
        ("weekly", "capacity", "47 4 * * 6"),
        ("monthly", "chaos", "11 5 1 * *"),
    ] {
        let workflow = repository.workflow(&format!("benchpages-{name}"));
        assert_eq!(workflow["on"]["schedule"], json!([{"cron": cron}]), "{name}");
        let job = &workflow["jobs"]["measure"];
        assert_eq!(job["uses"], "./.github/workflows/benchpages.yml");
        assert_eq!(job["with"], json!({"set": set}), "{name}");
    }
    let called = repository.workflow("benchpages");
    assert_eq!(called["on"]["workflow_call"]["inputs"]["set"]["default"], "");
    let measure = called["jobs"]["measure"]["steps"].to_string();
    assert!(measure.contains("\"BENCH_SET\":\"${{ inputs.set }}\""), "{measure}");
    // Each job of the called workflow gets no more than its caller may give.
    let given = repository.workflow("benchpages-daily")["jobs"]["measure"]["permissions"].clone();
    for (name, job) in called["jobs"].as_object().unwrap() {
        for (right, level) in job["permissions"].as_object().unwrap() {
            let is_given = given[right] == *level || given[right] == "write";
            assert!(is_given, "{name}: {right}");
        }
    }
    repository.file(SCHEDULED[1], "name: mine\n");
    let (_, out, _) = repository.init(&ALL);
    assert!(out.contains("  differs  .github/workflows/benchpages-daily.yml"), "{out}");
    assert_eq!(repository.read(SCHEDULED[1]), "name: mine\n");
}

#[test]
fn branches_and_systems_are_those_that_were_named() {
    let repository = Repository::new();
    let options = ["--yes", "--branches", "develop,main", "--systems", "linux,macos,windows,linux"];
    assert_eq!(repository.init(&options).0, 0);
    let main = repository.workflow("benchpages");
    assert_eq!(main["on"]["push"]["branches"], json!(["develop", "main"]));
    let policy = repository.read("data/policy.yml");
    assert!(policy.contains("\n  branch: \"develop\"\n"), "{policy}");
    let rows = json!([
        {"runner": "ubuntu-24.04", "suffix": "", "system": ""},
        {"runner": "macos-15", "suffix": "-macos", "system": "macos"},
        {"runner": "windows-2025", "suffix": "-windows", "system": "windows"},
    ]);
    for (name, job) in [("benchpages", "measure"), ("benchmarks", "benchmarks")] {
        let job = repository.workflow(name)["jobs"][job].clone();
        assert_eq!(job["strategy"]["matrix"]["include"], rows, "{name}");
        assert_eq!(job["defaults"]["run"]["shell"], "bash", "{name}: PowerShell on Windows");
    }
    let usual = Repository::new();
    assert_eq!(usual.init(&["--yes"]).0, 0);
    assert!(!usual.read("data/policy.yml").contains("branch:"));
    for hostile in ["${{ github.token }}", "a b", "x]", "-x", ""] {
        let repository = Repository::new();
        let (status, _, err) = repository.init(&["--yes", &format!("--branches=main,{hostile}")]);
        assert_eq!(status, 2, "{hostile}: {err}");
        assert!(err.contains("--branches"), "{err}");
        assert!(files(&repository.root()).is_empty(), "{hostile}");
    }
    let (status, _, err) = Repository::new().init(&["--schedule", "hourly"]);
    assert!(status == 2 && err.contains("possible values: daily, weekly"), "{err}");
}

#[test]
fn a_scheduled_run_records_series_of_their_own_with_its_tag() {
    if !have_tools() {
        return;
    }
    let repository = Repository::new();
    assert_eq!(repository.init(&["--yes"]).0, 0);
    let script = repository.read(".github/benchmarks.sh");
    // Up to the end of `records`, then a tool of our own.
    let start = script.find("records() {").unwrap();
    let end = start + script[start..].find("\n}\n").unwrap() + 3;
    let tool = "records --backend rust --format custom-smaller out.json\n";
    repository.file(".github/benchmarks.sh", &format!("{}{tool}", &script[..end]));
    repository.file("out.json", "[{\"name\": \"parse\", \"unit\": \"ns\", \"value\": 5}]");
    let program = Path::new(env!("CARGO_BIN_EXE_benchpages")).parent().unwrap().display();
    let measured = |set: &str| -> Value {
        let mut command = Command::new("bash");
        command.args([".github/benchmarks.sh", "records.ndjson"]).current_dir(repository.root());
        command.env("PATH", format!("{program}:{}", std::env::var("PATH").unwrap()));
        let output = command.env("COMMIT", "c0ffee1").env("BENCH_SET", set).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        serde_json::from_str(repository.read("records.ndjson").trim()).unwrap()
    };
    let usual = measured("");
    assert!(usual.get("tags").is_none() && usual.get("params").is_none(), "{usual}");
    let chaos = measured("chaos");
    assert_eq!(chaos["tags"], json!(["chaos", "scheduled"]));
    assert_eq!(chaos["params"], json!({"set": "chaos"}));
}

#[test]
fn a_pull_request_is_not_asked_for_what_only_a_schedule_measures() {
    let project = Project::new(20, POLICY);
    project.write().pull(7, 19, 3, 1.0, &json!({}));
    let all = project.json(&["--pull", "7"]).1;
    let time = "2025-01-20T07:00:00Z";
    let weekly = |tags: &[&str]| {
        let record = with(record(&crate::check::main(19), time, 100.0), json!({"test": "load"}));
        lines(&[with(record, json!({"tags": tags}))])
    };
    project.history.file("results/weekly.ndjson", weekly(&["capacity"]));
    let asked = project.json(&["--pull", "7"]).1;
    let missing = |outcome: &Value| outcome["counts"]["missing"].as_u64().unwrap_or(0);
    assert_eq!(missing(&asked), missing(&all) + 1, "{asked}");
    project.history.file("results/weekly.ndjson", weekly(&["capacity", "scheduled"]));
    let scheduled = project.json(&["--pull", "7"]).1;
    assert_eq!(scheduled["counts"], all["counts"]);
    assert_eq!(scheduled["next_step"], all["next_step"]);
}

#[test]
fn the_rotation_moves_old_records_on_the_history_branch_once() {
    if !have_tools() {
        return;
    }
    let repository = Repository::new();
    assert_eq!(repository.init(&ALL).0, 0);
    let server = Server::of(repository);
    let rotate = || server.step("benchpages-rotation", "Rotate", &[("GITHUB_ACTOR", "ada")]);
    server.commit("first");
    let none = rotate();
    assert!(none.status.success() && told(&none).contains("No history yet"), "{}", told(&none));
    let keep = |path: &str, commit: &str, time: &str| {
        let (job, file) = (server.clone(), server.path("records"));
        std::fs::write(&file, lines(&[record(commit, time, 100.0)])).unwrap();
        let mut command = Command::new("bash");
        command.current_dir(job.path().join("work")).env("DATA_BRANCH", "benchmark-data");
        let output = command.arg(".github/benchpages-keep.sh").arg(&file).arg(path).output();
        assert!(output.unwrap().status.success());
    };
    // The steps run in September 2025.
    keep("results/old.ndjson", "aaaaaaaa", "2025-01-10T06:00:00Z");
    keep("results/new.ndjson", "bbbbbbbb", "2025-09-20T06:00:00Z");
    keep("pulls/7.cccccccc-1.ndjson", "cccccccc", "2025-01-11T06:00:00Z");
    keep("pulls/8.dddddddd-1.ndjson", "dddddddd", "2025-09-21T06:00:00Z");
    let rotated = rotate();
    assert!(rotated.status.success(), "{}", told(&rotated));
    assert_eq!(
        server.history(),
        [
            "archive/2025-01.ndjson.gz",
            "archive/pulls/7.ndjson.gz",
            "audit.ndjson",
            "pulls/8.dddddddd-1.ndjson",
            "results/new.ndjson",
            "summaries/2025-01.ndjson",
        ]
    );
    let origin = server.path("origin.git");
    let log = git(&origin, &["show", "benchmark-data:audit.ndjson"]);
    assert!(log.contains("\"pulls\":[7]") && log.contains("ada"), "{log}");
    let tip = git(&origin, &["rev-parse", "benchmark-data"]);
    assert!(rotate().status.success());
    assert_eq!(git(&origin, &["rev-parse", "benchmark-data"]), tip, "nothing is left to move");
}
