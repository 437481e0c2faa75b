//! What a pull request may not decide: the rules that it is checked by, who may override them,
//! which entries count, what a series is, and whose records a file holds.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::check::{BACKENDS, POLICY, Project, head, main, measured, one};
use crate::support::{History, answer, lines, run};

const APPROVER: &str = "governance: {emergency_override_approvers: [ada]}\n";

/// Runs git in a folder, with nothing of the caller's settings.
fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@a"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let answer = answer(command.args(arguments));
    assert_eq!(answer.status, 0, "{arguments:?}: {}", answer.err);
}

/// A project whose policy and accepted changes are committed to `main`, with the branch of a pull
/// request checked out that is 25 % slower.
fn project_on_main(policy: &str) -> Project {
    let project = Project::new(20, policy);
    project.write().pull(7, 19, 3, 1.25, &json!({}));
    let data = project.history.data();
    git(&data, &["init", "--quiet", "--initial-branch", "main"]);
    git(&data, &["add", "policy.yml", "results"]);
    git(&data, &["commit", "--quiet", "--message", "history"]);
    git(&data, &["checkout", "--quiet", "-b", "change"]);
    project
}

/// What the check of pull request 7 says in JSON, to a job of this base branch.
fn checked(project: &Project, base: &str, more: &[&str]) -> Value {
    let arguments = [&["--pull", "7", "--format", "json", "--now", crate::check::NOW], more];
    let mut command = project.command(&arguments.concat());
    let answer = answer(command.env("GITHUB_BASE_REF", base));
    serde_json::from_str(&answer.out).expect(&answer.err)
}

fn notices(found: &Value) -> String {
    let notices = found["notices"].as_array().unwrap().iter();
    notices.map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Asks for an override by `ada`.
fn overridden(project: &Project, base: &str) -> Value {
    let mut command =
        project.command(&["--pull", "7", "--format", "json", "--now", crate::check::NOW]);
    command.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", "outage");
    let answer = answer(command.env("GITHUB_ACTOR", "ada").env("GITHUB_BASE_REF", base));
    serde_json::from_str(&answer.out).expect(&answer.err)
}

fn entry() -> String {
    format!("- {{series: '*', commit: {}, max_change: 0.4, reason: r, by: b}}\n", head(7))
}

#[test]
fn the_policy_of_the_base_judges_a_pull_request() {
    let project = project_on_main(POLICY);
    project.history.file("policy.yml", "version: '1'\nregression: {default_threshold: 0.9}\n");
    let found = checked(&project, "main", &[]);
    assert_eq!(found["verdict"], json!("approval_needed"), "{found}");
    let says = "policy.yml differs from the base; the base's policy was applied.";
    assert!(notices(&found).contains(says), "{found}");
    for format in ["text", "markdown"] {
        let mut command = project.command(&["--pull", "7", "--format", format]);
        let report =
            answer(command.args(["--now", crate::check::NOW]).env("GITHUB_BASE_REF", "main"));
        let report = report.out.replace("\n", " ");
        assert!(report.contains("policy was applied"), "{format}: {report}");
    }
    // A rule may also be loosened by what it says of values.
    let turned = format!("{POLICY}metrics: {{time: {{better: higher}}}}\n");
    project.history.file("policy.yml", turned);
    assert_eq!(checked(&project, "main", &[])["verdict"], json!("approval_needed"));
}

#[test]
fn the_base_is_the_branch_that_the_job_names() {
    let project = project_on_main(POLICY);
    project.history.file("policy.yml", "version: '1'\nregression: {default_threshold: 0.9}\n");
    let verdict = |environment: &[(&str, &str)]| {
        let mut command =
            project.command(&["--pull", "7", "--format", "json", "--now", crate::check::NOW]);
        let answer = answer(command.envs(environment.iter().copied()));
        let found: Value = serde_json::from_str(&answer.out).expect(&answer.err);
        notices(&found)
    };
    for environment in [
        &[("GITHUB_REF", "refs/heads/gh-readonly-queue/main/pr-7-0f1e2d3c")][..],
        &[("GITHUB_REF", "refs/heads/main"), ("GITHUB_EVENT_NAME", "workflow_run")],
    ] {
        let said = verdict(environment);
        assert!(said.contains("the base's policy was applied"), "{environment:?}: {said}");
    }
    // The branch of a push may be the pull request's own.
    let said = verdict(&[("GITHUB_REF", "refs/heads/change"), ("GITHUB_EVENT_NAME", "push")]);
    assert!(said.contains("git does not know the base"), "{said}");
}

#[test]
fn a_policy_that_only_the_pull_request_has_does_not_count() {
    let project = project_on_main(POLICY);
    let data = project.history.data();
    git(&data, &["checkout", "--quiet", "main"]);
    git(&data, &["rm", "--quiet", "policy.yml"]);
    git(&data, &["commit", "--quiet", "--message", "no policy"]);
    project.history.file("policy.yml", "version: '1'\nregression: {default_threshold: 0.9}\n");
    let found = checked(&project, "main", &[]);
    // The default policy fails for the four backends that are not measured, too.
    assert_eq!(found["verdict"], json!("fail"), "{found}");
    assert_eq!(found["findings"][0]["verdict"], json!("regressed"), "{found}");
    assert!(notices(&found).contains("the base has no policy.yml"), "{found}");
}

#[test]
fn the_base_may_say_that_the_checkout_s_policy_counts() {
    let project = project_on_main(&format!("{POLICY}governance: {{policy_from: checkout}}\n"));
    let loose =
        "version: '1'\nregression: {default_threshold: 0.9}\ngate: {fail_on: [regressed]}\n";
    project.history.file("policy.yml", loose);
    let found = checked(&project, "main", &[]);
    assert_eq!(found["verdict"], json!("pass"), "{found}");
    let says = "that of the checkout was applied (governance.policy_from: checkout)";
    assert!(notices(&found).contains(says), "{found}");
    // The checkout cannot say so itself.
    let project = project_on_main(POLICY);
    let own = "version: '1'\nregression: {default_threshold: 0.9}\n\
               governance: {policy_from: checkout}\n";
    project.history.file("policy.yml", own);
    assert_eq!(checked(&project, "main", &[])["verdict"], json!("approval_needed"));
}

#[test]
fn a_name_that_the_pull_request_adds_may_not_override() {
    let project = project_on_main(POLICY);
    project.history.file("policy.yml", format!("{POLICY}{APPROVER}"));
    let found = overridden(&project, "main");
    assert_eq!(found["verdict"], json!("approval_needed"), "{found}");
    assert_eq!(found["override"]["granted"], json!(false));
    let project = project_on_main(&format!("{POLICY}{APPROVER}"));
    assert_eq!(overridden(&project, "main")["verdict"], json!("overridden"));
}

#[test]
fn where_git_does_not_know_the_base_nobody_overrides_and_nothing_is_accepted() {
    let project = project_on_main(&format!("{POLICY}{APPROVER}"));
    project.history.file("accepted.yml", entry());
    let accepted = checked(&project, "gone", &[]);
    assert_eq!(accepted["verdict"], json!("approval_needed"), "{accepted}");
    assert!(notices(&accepted).contains("fetch-depth: 0"), "{accepted}");
    let found = overridden(&project, "gone");
    assert_eq!(found["override"]["granted"], json!(false), "{found}");
    let rejection = found["override"]["rejection"].as_str().unwrap();
    assert!(rejection.contains("fetch-depth: 0"), "{rejection}");
}

#[test]
fn a_pull_request_cannot_clear_a_pin_that_it_would_break() {
    let project = project_on_main(POLICY);
    let data = project.history.data();
    git(&data, &["checkout", "--quiet", "main"]);
    let folder = data.display().to_string();
    let set = ["baseline", "set", "--series", "*", "--reason", "release", "--by", "ada", "--data"];
    let set = run(&[&set[..], &[&folder, "--now", crate::check::NOW]].concat());
    assert_eq!(set.status, 0, "{}", set.err);
    git(&data, &["add", "baselines.json"]);
    git(&data, &["commit", "--quiet", "--message", "pin"]);
    // The branch of the pull request has no pin.
    git(&data, &["checkout", "--quiet", "change"]);
    assert!(!data.join("baselines.json").exists());
    let found = checked(&project, "main", &[]);
    let pins = found["targets"].as_array().unwrap().iter().filter(|it| it["kind"] == "baseline");
    let violated = pins.filter(|it| it["state"] == "violated").count();
    assert!(violated > 0, "{found:#}");
    let says = "baselines.json differs from the base; the base's pinned baselines count.";
    assert!(notices(&found).contains(says), "{found:#}");
    let trusted = checked(&project, "main", &["--trust-checkout"]);
    assert!(!trusted["targets"].to_string().contains("baseline"), "{trusted:#}");
}

#[test]
fn a_broken_policy_of_the_base_grants_nothing() {
    let project = project_on_main("version: [\n");
    project.history.file("policy.yml", format!("{POLICY}{APPROVER}"));
    let found = overridden(&project, "main");
    assert_eq!(found["verdict"], json!("approval_needed"), "{found}");
    assert!(notices(&found).contains("of the base has errors"), "{found}");
}

#[test]
fn without_a_repository_the_directory_is_all_there_is() {
    let policy =
        format!("{POLICY}governance: {{accept_from: base, emergency_override_approvers: [ada]}}\n");
    let project = Project::new(20, &policy);
    project.write().pull(7, 19, 3, 1.25, &json!({}));
    project.history.file("accepted.yml", entry());
    let found = checked(&project, "main", &[]);
    assert_eq!(found["verdict"], json!("approval_needed"), "no base, no entry: {found}");
    let said = notices(&found);
    assert!(said.contains("1 entry of accepted.yml not counted"), "{said}");
    assert!(said.contains("--trust-checkout"), "{said}");
    assert!(said.contains("git does not track policy.yml here"), "{said}");
    let trusted = checked(&project, "main", &["--trust-checkout"]);
    assert_eq!(trusted["verdict"], json!("pass"), "{trusted}");
    assert!(notices(&trusted).contains("(--trust-checkout)"), "{trusted}");
    assert_eq!(overridden(&project, "main")["verdict"], json!("overridden"));
}

#[test]
fn entries_that_the_pull_request_adds_are_named_where_they_count() {
    let project = project_on_main(POLICY);
    project.history.file("accepted.yml", entry());
    let found = checked(&project, "main", &[]);
    assert_eq!(found["verdict"], json!("pass"), "{found}");
    let says = "accepted.yml differs from the base by 1 entry";
    assert!(notices(&found).contains(says), "{found}");
    let data = project.history.data();
    git(&data, &["add", "accepted.yml"]);
    git(&data, &["commit", "--quiet", "--message", "accepted"]);
    git(&data, &["branch", "--force", "main"]);
    assert!(!notices(&checked(&project, "main", &[])).contains("accepted.yml"));
}

#[test]
fn a_branch_that_holds_only_the_history_is_its_own_base() {
    let project = project_on_main(&format!("{POLICY}{APPROVER}"));
    let data = project.history.data();
    git(&data, &["checkout", "--quiet", "--orphan", "data"]);
    // Not the commit of the code: git would find the same id for the same content and time.
    git(&data, &["commit", "--quiet", "--message", "history only"]);
    git(&data, &["checkout", "--quiet", "main"]);
    project.history.file("policy.yml", POLICY);
    git(&data, &["commit", "--quiet", "--all", "--message", "another policy"]);
    git(&data, &["checkout", "--quiet", "data"]);
    assert_eq!(overridden(&project, "main")["verdict"], json!("overridden"));
    project.history.file("policy.yml", POLICY);
    assert_eq!(overridden(&project, "main")["verdict"], json!("overridden"), "edits do not count");
}

/// A pull request of three runs of `rust` with these fields.
fn pull_with(project: &Project, fields: &Value) -> (i32, Value) {
    project.write().pull(7, 29, 3, 2.0, fields).json(&["--pull", "7"])
}

#[test]
fn a_candidate_does_not_decide_which_way_is_better() {
    let project = Project::new(30, POLICY);
    let turned = json!({"mean_ns": null, "metric": "time", "unit": "ns", "better": "higher",
        "value": 200_000.0});
    let (status, found) = pull_with(&project, &turned);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
    assert_eq!(found["findings"][0]["verdict"], json!("regressed"));
    assert!(notices(&found).contains("`better: higher` is ignored"), "{found}");
    let data = project.history.data().display().to_string();
    let doctor = run(&["doctor", "--data", &data, "--format", "json"]);
    assert!(doctor.out.contains("\"ignored\"") && doctor.out.contains("metrics.<name>.better"));
    // What the main line does not measure, a pull request may describe.
    let own = json!({"mean_ns": null, "metric": "frames", "unit": "fps", "better": "higher",
        "value": 60.0});
    let found = pull_with(&project, &own).1;
    assert!(!notices(&found).contains("is ignored"), "{found}");
}

#[test]
fn a_candidate_does_not_decide_in_which_unit_a_series_is() {
    let project = Project::new(4, POLICY);
    let other = json!({"mean_ns": null, "metric": "time", "unit": "B", "value": 1.0});
    project.write();
    // More records than the main line has must not outvote it.
    project.pull(7, 3, 9, 1.0, &other);
    let (status, found) = project.json(&["--pull", "7"]);
    assert_eq!((status, &found["verdict"]), (3, &json!("nothing_compared")), "{found}");
    assert!(notices(&found).contains("9 records rejected"), "{found}");
}

#[test]
fn a_candidate_moves_no_commit_of_the_main_line() {
    let project = Project::new(30, POLICY);
    project.write().pull(7, 29, 3, 1.25, &json!({}));
    let (status, before) = project.json(&["--pull", "7"]);
    let path = project.history.data().join("pulls/7.ndjson");
    let own = std::fs::read_to_string(&path).unwrap();
    let claims: Vec<Value> = (10..30)
        .map(|day| {
            let fields = json!({"commit_time": "2031-01-01T00:00:00Z"});
            measured(&main(day), "2025-01-02T00:00:00Z", "rust", 100_000.0, &fields)
        })
        .collect();
    project.history.file("pulls/7.ndjson", format!("{}{own}", lines(&claims)));
    let (after_status, after) = project.json(&["--pull", "7"]);
    assert_eq!((after_status, &after["base"]), (status, &before["base"]), "{after}");
}

#[test]
fn a_candidate_does_not_name_the_main_branch() {
    let mut project = Project::new(0, POLICY);
    for day in 0..30 {
        project.day(day, &[("rust", 1.0)], &json!({"branch": "trunk"}));
    }
    // By its name, `main` would be the main branch, and the real one another.
    let (status, found) = pull_with(&project, &json!({"branch": "main"}));
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
}

#[test]
fn a_candidate_does_not_change_a_series_under_its_old_name() {
    let project = Project::new(30, &format!("{POLICY}aliases: {{decode: parse}}\n"));
    project.write().pull(7, 29, 3, 2.0, &json!({}));
    let path = project.history.data().join("pulls/7.ndjson");
    let own = std::fs::read_to_string(&path).unwrap();
    let old = json!({"test": "decode", "mean_ns": null, "metric": "time", "unit": "B", "value": 1});
    let old = measured(&head(7), "2025-01-30T12:00:00Z", "rust", 1.0, &old);
    project.history.file("pulls/7.ndjson", format!("{own}{}", lines(&[old])));
    let (status, found) = project.json(&["--pull", "7"]);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
}

#[test]
fn a_time_of_zero_is_shown_and_never_judged() {
    let project = Project::new(30, POLICY);
    let zero = json!({"mean_ns": 0});
    let (status, found) = pull_with(&project, &zero);
    assert_eq!(status, 3, "{found}");
    let rust = |found: &Value| {
        let all = found["not_compared"].as_array().unwrap().iter();
        all.clone().find(|it| it["name"] == "parse/rust/default/1000").cloned()
    };
    let uncompared = rust(&found).expect("not compared");
    assert_eq!(uncompared["verdict"], json!("not_compared"));
    let reason = uncompared["reason"].as_str().unwrap();
    assert!(reason.contains("the time is zero"), "{reason}");
    // A single zero neither bends a level nor hides what the other runs say.
    let mut project = Project::new(30, POLICY);
    project.records.push(measured(&main(12), "2025-01-13T07:00:00Z", "go", 0.0, &json!({})));
    project.day(30, &[("rust", 0.0)], &json!({}));
    let (_, main_line) = project.write().json(&[]);
    assert_eq!(rust(&main_line).expect("not compared")["verdict"], json!("not_compared"));
    let negative = measured(&main(31), "2025-02-01T06:00:00Z", "rust", -1.0, &json!({}));
    project.records.push(negative);
    let (_, found) = project.write().json(&[]);
    assert!(notices(&found).contains("1 record rejected"), "{found}");
}

#[test]
fn records_below_pulls_belong_to_the_pull_request_of_their_file() {
    let project = Project::new(30, POLICY);
    project.write().pull(7, 29, 3, 1.25, &json!({}));
    let records = std::fs::read_to_string(project.history.data().join("pulls/7.ndjson")).unwrap();
    let slow: Vec<Value> = (0..30)
        .map(|day| measured(&main(day), "2025-01-31T00:00:00Z", "rust", 125_000.0, &json!({})))
        .collect();
    for name in ["pulls/x.ndjson", "pulls/0.ndjson", "pulls/+8.ndjson", "pulls/7/run.ndjson"] {
        project.history.file(name, lines(&slow));
        let (status, found) = project.json(&["--pull", "7"]);
        assert_eq!((status, &found["verdict"]), (1, &json!("approval_needed")), "{name}: {found}");
        assert!(notices(&found).contains("30 records rejected"), "{name}: {found}");
        let data = project.history.data().display().to_string();
        let doctor = run(&["doctor", "--data", &data]).out;
        assert!(doctor.contains("name the file pulls/NUMBER.ndjson"), "{name}: {doctor}");
        std::fs::remove_file(project.history.data().join(name)).unwrap();
    }
    // The number is what counts, at any depth and whatever the records say.
    std::fs::remove_file(project.history.data().join("pulls/7.ndjson")).unwrap();
    let claiming = records.replace("{\"", "{\"pull\":8,\"");
    for name in ["pulls/2025/7.ndjson", "pulls/7.1a2b3c4-1.ndjson"] {
        project.history.file(name, &claiming);
        let (status, found) = project.json(&["--pull", "7"]);
        assert_eq!((status, &found["candidate_runs"]), (1, &json!(3)), "{name}: {found}");
        assert!(notices(&found).contains("`pull: 8` is ignored"), "{name}: {found}");
        std::fs::remove_file(project.history.data().join(name)).unwrap();
    }
}

#[test]
fn ingest_files_records_with_the_pull_request_that_the_user_names() {
    let history = History::new();
    let data = history.data().display().to_string();
    let record = measured(&head(7), "2025-01-31T00:00:00Z", "rust", 1.0, &json!({}));
    let other = measured(&head(7), "2025-01-31T01:00:00Z", "rust", 1.0, &json!({"pull": 8}));
    let input = history.data().join("../in.ndjson");
    std::fs::write(&input, lines(&[record, other])).unwrap();
    let input = input.display().to_string();
    let arguments = ["ingest", "--data", &data, "--elsewhere", "--pull", "7", &input];
    let answer = run(&arguments);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.contains("1 record named another pull request"), "{}", answer.err);
    assert!(!history.data().join("results").exists());
    let written = std::fs::read_to_string(history.data().join("pulls/7.ndjson")).unwrap();
    let pulls = written.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let pulls: Vec<Value> = pulls.map(|record| record["pull"].clone()).collect();
    assert_eq!(pulls, [json!(7), json!(7)]);
}

#[test]
fn demo_records_and_real_ones_are_not_mixed_by_ingest() {
    let history = History::new();
    history.records(&crate::support::days(&[100.0, 101.0]));
    let data = history.data().display().to_string();
    let demo = measured("demo-1", "2025-01-31T00:00:00Z", "rust", 1.0, &json!({}));
    let input = history.data().join("../in.ndjson");
    std::fs::write(&input, lines(&[demo])).unwrap();
    let input = input.display().to_string();
    let refused = run(&["ingest", "--data", &data, "--elsewhere", &input]);
    assert_eq!(refused.status, 2, "{}", refused.err);
    assert!(refused.err.contains("demo data, 1 of 1 record"), "{}", refused.err);
    assert_eq!(history.build(&[]).status, 0, "nothing was written");
    let empty = History::new();
    let data = empty.data().display().to_string();
    let taken = run(&["ingest", "--demo", "--data", &data, "--elsewhere", &input]);
    assert_eq!(taken.status, 0, "{}", taken.err);
    std::fs::write(&input, lines(&crate::support::days(&[100.0]))).unwrap();
    let refused = run(&["ingest", "--data", &data, "--elsewhere", &input]);
    assert_eq!(refused.status, 2, "real records into a demo: {}", refused.err);
}

/// Five tests in all backends; the pull request makes `slow` of them twice as slow everywhere.
fn shifted_tests(slow: &[&str]) -> (i32, Value) {
    let project = Project::new(0, POLICY);
    let mut records = Vec::new();
    let mut own = Vec::new();
    for test in ["parse", "sort", "hash", "join", "scan"] {
        for backend in BACKENDS {
            let fields = json!({"test": test});
            for day in 0..30 {
                let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
                let value = 100_000.0 + f64::from(u32::try_from(day % 3).unwrap()) * 100.0;
                records.push(measured(&main(day), &time, backend, value, &fields));
            }
            let factor = if slow.contains(&test) { 2.0 } else { 1.0 };
            for hour in 8..12 {
                let time = format!("2025-01-31T{hour:02}:00:00Z");
                own.push(measured(&head(7), &time, backend, 100_000.0 * factor, &fields));
            }
        }
    }
    project.history.file("results/all.ndjson", lines(&records));
    project.history.file("pulls/7.ndjson", lines(&own));
    project.json(&["--pull", "7"])
}

#[test]
fn one_slow_test_in_all_backends_is_a_change_of_the_code() {
    let (status, found) = shifted_tests(&["parse"]);
    assert_eq!((status, &found["verdict"]), (1, &json!("fail")), "{found}");
    assert_eq!(found["counts"]["regressed"], json!(5), "{found}");
    assert!(found["infrastructure"].is_null(), "{found}");
    let hints = found["findings"][0]["hints"].to_string();
    assert!(hints.contains("5 of 5 backends got worse together, but 4 of 5 tests"), "{found}");
    // A slow machine is slow for every test.
    let (status, found) = shifted_tests(&["parse", "sort", "hash", "join", "scan"]);
    assert_eq!((status, &found["verdict"]), (0, &json!("pass")), "{found}");
    assert!(found["infrastructure"].is_object(), "{found}");
}

#[test]
fn series_without_a_result_are_something_to_do() {
    let project = Project::new(30, POLICY);
    let (status, found) = project.write().pull(7, 29, 3, 1.0, &json!({})).json(&["--pull", "7"]);
    assert_eq!(status, 0, "{found}");
    let step = found["next_step"].as_str().unwrap();
    assert!(step.starts_with("Check 4 series without a result"), "{step}");
    let markdown = project.check(&["--pull", "7", "--format", "markdown"]).out;
    assert!(markdown.contains("4 series without a result"), "{markdown}");
    // Another runner hides a series as well as a missing result does.
    let records: Vec<Value> = one("rust", 1.0)
        .iter()
        .map(|(backend, _)| {
            let image = if *backend == "rust" { "other" } else { "ubuntu-22.04" };
            let fields = json!({"runner_image": image});
            measured(&head(7), "2025-01-30T08:00:00Z", backend, 100_000.0, &fields)
        })
        .collect();
    project.history.file("pulls/7.ndjson", lines(&records));
    let (_, found) = project.json(&["--pull", "7"]);
    let step = found["next_step"].as_str().unwrap();
    assert!(step.starts_with("Check 1 series that could not be compared"), "{step}");
}
