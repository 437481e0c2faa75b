//! Targets that reach people: budgets, service levels and alerts, in every place where somebody
//! looks; and the files that people have, as policy.

use serde_json::{Value, json};

use crate::support::{Answer, History, answer, commit, program, run, suite, with};

/// After all days of these histories.
const NOW: &str = "2025-10-02T12:00:00Z";

/// The tests of a compiler, with the levels of their last days in milliseconds.
const TESTS: [(&str, f64); 7] = [
    ("transpile-simple", 0.80),
    ("transpile-function", 1.15),
    ("transpile-objects", 1.10),
    ("ir-parse-simple", 0.24),
    ("ir-parse-complex", 0.90),
    ("lua-emit-simple", 0.33),
    ("lua-emit-complex", 1.00),
];

const BUDGETS: &str = "version: '1'\nbudgets:\n  - {name: Objects, description: Objects and \
                       arrays, \
                       match: {test: transpile-objects}, budget: 1.15ms}\n";

fn record(test: &str, day: usize, milliseconds: f64) -> Value {
    json!({"commit": commit(day), "timestamp": time(day), "backend": "node", "test": test,
        "metric": "time", "unit": "ms", "value": milliseconds})
}

fn time(day: usize) -> String {
    format!("2025-{:02}-{:02}T06:00:00Z", 9 + day / 30, 1 + day % 30)
}

/// 30 days; of the last ones each test has the level that `level` gives it.
fn history(policy: &str, level: &dyn Fn(&str, usize, f64) -> f64) -> History {
    let mut records = Vec::new();
    for day in 0..30 {
        for (at, (test, usual)) in TESTS.iter().enumerate() {
            let jitter = 1.0 + 0.002 * ((day * 7 + at * 3) % 5) as f64 / 5.0;
            records.push(record(test, day, level(test, day, *usual) * jitter));
        }
    }
    with_records(policy, &records)
}

fn with_records(policy: &str, records: &[Value]) -> History {
    let history = History::new();
    history.file("policy.yml", policy).records(records);
    history
}

fn steady(_: &str, _: usize, usual: f64) -> f64 {
    usual
}

fn check(history: &History, arguments: &[&str]) -> Answer {
    let mut command = program();
    command.arg("check").arg("--data").arg(history.data()).args(["--now", NOW, "--no-cache"]);
    answer(command.args(arguments))
}

fn found(history: &History, arguments: &[&str]) -> Value {
    let answer = check(history, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.err))
}

fn policy_check(history: &History) -> Answer {
    run(&["policy", "check", "--data", history.data().to_str().unwrap()])
}

/// The states of the targets, by name.
fn states(found: &Value) -> Vec<(&str, &str)> {
    let targets = found["targets"].as_array().unwrap().iter();
    targets.map(|it| (it["name"].as_str().unwrap(), it["state"].as_str().unwrap())).collect()
}

/// The seven budgets as their table writes them.
fn table() -> String {
    std::fs::read_to_string(suite().join("cases/import/budgets.md")).unwrap()
}

fn imported_budgets() -> String {
    let path = suite().join("cases/import/budgets.md");
    let imported = run(&["policy", "import", path.to_str().unwrap()]);
    assert_eq!(imported.status, 0, "{}", imported.err);
    format!("version: '1'\n{}", imported.out)
}

#[test]
fn seven_of_seven_budgets_hold_and_every_place_says_so() {
    let history = history(&imported_budgets(), &steady);
    assert_eq!(policy_check(&history).status, 0);
    let text = check(&history, &[]);
    assert_eq!(text.status, 0, "{}", text.out);
    assert!(text.out.contains("Targets: 7 of 7 within budget."), "{}", text.out);
    let comment = check(&history, &["--format", "markdown"]).out;
    assert!(comment.contains("Targets: 7 of 7 within budget."), "{comment}");
    let json = found(&history, &[]);
    assert_eq!(json["target_counts"]["budget"]["passing"], 7);
    assert_eq!(json["targets_summary"], "7 of 7 within budget");
    let junit = check(&history, &["--format", "junit"]).out;
    assert!(junit.contains("classname=\"targets\" name=\"transpile-simple\""), "{junit}");
    let site = history.site(&["--now", NOW]);
    let health = site.text("health/");
    assert!(health.contains("7 of 7 within budget"), "{health}");
    assert!(health.contains("transpile-simple: passing"), "passing ones have a card: {health}");
    assert!(health.contains("Single var declaration"), "{health}");
    let badge: Value = serde_json::from_str(&site.read("badge/targets.json")).unwrap();
    assert_eq!(badge["message"], "7 of 7 within budget");
    assert_eq!(site.json("health.json")["targets_summary"], "7 of 7 within budget");
}

#[test]
fn a_missed_budget_is_named_in_every_format() {
    let slow = |test: &str, _: usize, usual: f64| {
        if test == "transpile-objects" { 1.30 } else { usual }
    };
    let history = history(BUDGETS, &slow);
    let text = check(&history, &[]);
    assert_eq!(text.status, 1);
    for format in ["text", "json", "markdown", "github", "sarif", "junit", "gcc"] {
        let report = check(&history, &["--format", format]).out.replace('\n', " ");
        assert!(report.contains("Objects"), "{format}: {report}");
        let report = report.replace("%25", "%");
        assert!(report.contains("% of its budget of 1.15"), "{format}: {report}");
    }
    let json = found(&history, &[]);
    let violation = &json["violations"][0];
    assert_eq!((&violation["rule"], &violation["name"]), (&json!("budgets[0]"), &json!("Objects")));
    let target = &json["targets"][0];
    assert_eq!(target["description"], "Objects and arrays");
    assert_eq!((&target["state"], &target["blocks"]), (&json!("violated"), &json!(true)));
    let site = history.site(&["--now", NOW]);
    let feed = site.read("feed.xml");
    assert!(feed.contains("<title>target missed: Objects</title>"), "{feed}");
    let badge = site.read("badge/status.json");
    assert!(badge.contains("1 target missed") && badge.contains("\"isError\":true"), "{badge}");
}

#[test]
fn drift_warns_and_lets_the_merge_through() {
    let drifting = |test: &str, _: usize, usual: f64| {
        if test == "transpile-objects" { 1.20 } else { usual }
    };
    let history = history(BUDGETS, &drifting);
    let text = check(&history, &[]);
    assert_eq!(text.status, 0);
    let out = text.out.replace('\n', " ");
    assert!(out.contains("1 target drifting"), "{out}");
    assert!(out.contains("Merging is allowed, but watch 1 drifting target."), "{out}");
    assert!(out.contains("target drifting: Objects:"), "{out}");
    let comment = check(&history, &["--format", "markdown"]).out;
    assert!(comment.contains("**Target drifting:** Objects"), "{comment}");
    assert_eq!(found(&history, &[])["targets"][0]["verdict"], "drift", "the older word stays");
}

#[test]
fn every_budget_that_matches_applies_and_the_strictest_decides() {
    let policy = "version: '1'\nbudgets:\n  - {name: General, budget: 2ms}\n  - {name: Special, \
                  match: {test: ir-parse-simple}, budget: 0.2ms}\n";
    let history = history(policy, &steady);
    assert_eq!(check(&history, &[]).status, 1);
    let json = found(&history, &[]);
    assert_eq!(states(&json)[0], ("Special", "violated"));
    assert_eq!(json["target_counts"]["budget"]["passing"], 7);
    let page = history.site(&["--now", NOW]).text("series/ir-parse-simple/node/default/any/");
    assert!(page.contains("Budget: violated"), "{page}");
}

#[test]
fn a_target_that_matches_nothing_is_an_error_with_place_and_suggestion() {
    let policy = "version: '1'\nbudgets:\n  - match: {test: transpile-objcts}\n    budget: 1ms\n\
                  sla:\n  - {match: {backend: nodee}, max_avg_time_ms: 5}\nalerts:\n  - {name: A, \
                  when: error_rate > 1%}\n";
    let history = history(policy, &steady);
    let answer = policy_check(&history);
    assert_eq!(answer.status, 2, "{}", answer.err);
    for words in [
        "policy.yml:3:19",
        "`budgets[0]` matches no series: none has the test `transpile-objcts`",
        "did you mean `transpile-objects`?",
        "`sla[0].max_avg_time_ms` matches no series: none has the backend `nodee`",
        "`alerts[0]` (A) matches no series: none has the metric `error_rate`",
    ] {
        assert!(answer.err.contains(words), "{words}\n{}", answer.err);
    }
    let out = check(&history, &[]).out.replace('\n', " ");
    assert!(out.contains("target not measured: budgets[0]"), "{out}");
    assert!(out.contains("0 of 1 within budget, 1 not measured"), "never called met: {out}");
    let health = history.site(&["--now", NOW]).text("health/");
    assert!(health.contains("3 targets not measured: budgets[0]"), "{health}");
}

#[test]
fn a_policy_outside_of_a_history_says_that_targets_were_not_compared() {
    let history = History::new();
    history.file("policy.yml", BUDGETS);
    let answer = policy_check(&history);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.contains("targets not compared with series"), "{}", answer.err);
}

#[test]
fn amounts_take_units_and_a_wrong_one_is_an_error_with_its_place() {
    let history = History::new();
    history.file(
        "policy.yml",
        "version: '1'\nbudgets:\n  - {budget: 5 parrots}\n  - {budget: 5 MiB}\nsla:\n  - \
         {max_memory_bytes: 5ms}\nalerts:\n  - {name: A, when: p95 > 500ms for 5m}\n",
    );
    let answer = policy_check(&history);
    assert_eq!(answer.status, 2);
    for words in [
        "policy.yml:3:14",
        "`parrots` is no unit with a known scale",
        "policy.yml:6:24",
        "`5ms` is no size",
        "write `for 3 runs`",
    ] {
        assert!(answer.err.contains(words), "{words}\n{}", answer.err);
    }
    history.file("policy.yml", "version: '1'\nbudgets:\n  - {budget: 5 MiB}\n");
    let answer = policy_check(&history);
    assert!(answer.err.contains("the budget is in B, but `time` is measured in ns"), "{answer:?}");
}

#[test]
fn one_run_is_never_a_violation() {
    let runs = |count: usize| {
        let records: Vec<Value> =
            (0..count).map(|day| record("transpile-objects", day, 1.4)).collect();
        with_records(BUDGETS, &records)
    };
    for count in [1, 2] {
        let json = found(&runs(count), &[]);
        assert_eq!(states(&json), [("Objects", "drifting")], "{count}");
        assert_eq!(json["violations"], json!([]), "{count}");
    }
    assert_eq!(states(&found(&runs(3), &[])), [("Objects", "violated")]);
}

#[test]
fn a_goal_is_shown_and_never_blocks() {
    let policy = BUDGETS.replace("budget: 1.15ms", "budget: 1.15ms, goal: 1ms");
    let history = history(&policy, &steady);
    let text = check(&history, &[]);
    assert_eq!(text.status, 0);
    assert!(text.out.contains("1 of 1 within budget; 0 of 1 goals reached."), "{}", text.out);
    assert!(text.out.contains("Nothing to do."), "{}", text.out);
    let health = history.site(&["--now", NOW]).text("health/");
    assert!(health.contains("Objects: not reached"), "{health}");
}

#[test]
fn a_change_between_warning_and_threshold_is_a_warning() {
    let policy = "version: '1'\nregression: {default_threshold: 0.1, warn_at: 0.05}\n";
    let slower = |test: &str, day: usize, usual: f64| {
        if test == "transpile-objects" && day > 20 { usual * 1.07 } else { usual }
    };
    let history = history(policy, &slower);
    let text = check(&history, &[]);
    assert_eq!(text.status, 0);
    let out = text.out.replace('\n', " ");
    assert!(out.contains("warning: Change below the threshold: transpile-objects"), "{out}");
    assert!(out.contains("1 change below the threshold"), "{out}");
}

/// A service: response times with percentiles, and errors that begin on day 25.
fn service(policy: &str) -> History {
    let mut records = Vec::new();
    for day in 0..30 {
        let late = day >= 25;
        let base = with(record("api", day, 300.0), json!({"metric": "response_time"}));
        records.push(with(base, json!({"p95": if late { 620.0 } else { 410.0 }})));
        let errors = if late { 1.6 } else { 0.4 } + 0.01 * (day % 3) as f64;
        let rate = json!({"metric": "error_rate", "unit": "%", "value": errors});
        records.push(with(record("api", day, 0.0), rate));
    }
    with_records(policy, &records)
}

const ALERTS: &str = "version: '1'
regression: {rules: [{match: {test: api}, report_only: true}]}
alerts:
  - {name: Slow tail, when: response_time_p95 > 500ms for 3 runs}
  - {name: Errors, when: error_rate > 1%, severity: critical, message: Call Ann.}
  - {name: Stale, match: {metric: error_rate}, when: age > 24h}
";

#[test]
fn alerts_that_fire_reach_check_comment_json_and_feed() {
    let history = service(ALERTS);
    assert_eq!(policy_check(&history).status, 0);
    let text = check(&history, &[]);
    assert_eq!(text.status, 0, "alerts call people, they never fail a build: {}", text.out);
    let out = text.out.replace('\n', " ");
    assert!(out.contains("alert firing: Errors: api"), "{out}");
    assert!(out.contains("Call Ann."), "{out}");
    assert!(out.contains("Look at 3 alerts firing, listed below."), "{out}");
    let comment = check(&history, &["--format", "markdown"]).out;
    assert!(comment.contains("**Alert firing:** Slow tail"), "{comment}");
    let json = found(&history, &[]);
    let mut names: Vec<&str> = states(&json).into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, ["Errors", "Slow tail", "Stale"]);
    let feed = history.site(&["--now", NOW]).read("feed.xml");
    assert!(feed.contains("<title>alert firing: Errors</title>"), "{feed}");
    let young = history.site(&["--now", "2025-09-30T12:00:00Z"]).json("health.json");
    assert!(states(&young).contains(&("Stale", "passing")), "six hours after the newest run");
}

#[test]
fn a_drifting_budget_has_a_drift_a_forecast_and_headroom() {
    let rising = |test: &str, day: usize, usual: f64| {
        if test == "transpile-objects" { usual * 1.0015_f64.powi(day as i32) } else { usual }
    };
    let history = history(BUDGETS, &rising);
    let site = history.site(&["--now", NOW]);
    let health = site.text("health/");
    assert!(health.contains("in 2 weeks"), "{health}");
    assert!(health.contains("At this trend it is violated in"), "{health}");
    assert!(health.contains("Headroom"), "{health}");
    let target = &site.json("health.json")["targets"][0];
    let forecast = &target["forecast"];
    let number = |name: &str| forecast[name].as_f64().unwrap();
    assert!(number("earliest") < number("days") && number("days") < number("latest"), "{target}");
    let drift = target["two_weeks"].as_f64().unwrap();
    assert!((0.015..0.03).contains(&drift), "{target}");
}

#[test]
fn files_that_people_have_are_read_as_they_stand() {
    let folder = suite().join("cases/import");
    for (name, words) in [
        ("sla_thresholds.json", "max_memory_bytes: 1000000"),
        ("alerting_rules.yml", "when: response_time_p95 > 500ms"),
        ("budgets.md", "budget: 0.85ms"),
    ] {
        let path = folder.join(name);
        let history = History::new();
        history.file("policy.yml", "# ours\nversion: '1'\n");
        let data = history.data();
        let data = data.to_str().unwrap();
        let printed = run(&["policy", "import", path.to_str().unwrap(), "--data", data]);
        assert_eq!(printed.status, 0, "{name}: {}", printed.err);
        assert!(printed.out.contains(words), "{name}: {}", printed.out);
        let before = std::fs::read_to_string(history.data().join("policy.yml")).unwrap();
        assert_eq!(before, "# ours\nversion: '1'\n", "printing writes nothing");
        let write = ["policy", "import", path.to_str().unwrap(), "--write", "--data", data];
        assert_eq!(run(&write).status, 0, "{name}");
        let after = std::fs::read_to_string(history.data().join("policy.yml")).unwrap();
        assert_eq!(after, format!("{before}{}", printed.out), "{name}");
        assert_eq!(run(&["policy", "check", "--data", data]).status, 0, "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_imported_has_place_and_remedy() {
    let history = History::new();
    history.file("t.json", "{\n  \"maxAvgTimeMS\": 1\n}\n").file("n.md", "# Nothing here\n");
    history.file("b.md", table().replace("0.85ms", "fast"));
    for (name, words) in [
        ("t.json", ["t.json:2:3", "did you mean `maxAvgTimeMs`?"]),
        ("n.md", ["no thresholds, budgets or alert rules in this file", "columns SLO and Budget"]),
        ("b.md", ["b.md:7:26", "`fast` has no number"]),
    ] {
        let path = history.data().join(name);
        let answer = run(&["policy", "import", path.to_str().unwrap()]);
        assert_eq!(answer.status, 2, "{name}: {}", answer.err);
        assert!(words.iter().all(|words| answer.err.contains(words)), "{name}: {}", answer.err);
    }
}
