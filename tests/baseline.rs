//! Pinned baselines: a level that series are held to until a date, whatever their newest runs are.

use serde_json::{Value, json};

use crate::support::{Answer, History, answer, commit, program, with};
use crate::workflows::git;

const NOW: &str = "2025-10-02T12:00:00Z";
const POLICY: &str = "version: '1'\nregression: {grace_period_days: 0}\n";
const SERIES: &str = "parse/go/default/any";

fn record(day: usize, test: &str, value: f64) -> Value {
    let time = format!("2025-{:02}-{:02}T06:00:00Z", 8 + day / 30, 1 + day % 30);
    json!({"commit": commit(day), "timestamp": time, "backend": "go", "test": test,
        "mean_ns": value * (1.0 + 0.002 * ((day * 7) % 5) as f64)})
}

/// 40 days in which `parse` loses 0.6 % a day, so that no step of it is a regression, and `print`
/// stays.
fn creeping(policy: &str) -> History {
    let history = History::new();
    let level = |day: usize| 1e6 * 1.006_f64.powi(i32::try_from(day).unwrap());
    let records =
        (0..40).flat_map(|day| [record(day, "parse", level(day)), record(day, "print", 2e6)]);
    history.file("policy.yml", policy).records(&records.collect::<Vec<_>>());
    history
}

fn command(history: &History, arguments: &[&str]) -> Answer {
    let mut command = program();
    command.args(arguments).arg("--data").arg(history.data());
    answer(command.args(["--now", NOW, "--no-cache"]))
}

fn check(history: &History) -> Value {
    let answer = command(history, &["check", "--format", "json"]);
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.err))
}

fn pin(history: &History, more: &[&str]) -> Answer {
    let set = ["baseline", "set", "--series", "parse/*", "--reason", "release 2.0", "--by", "ada"];
    command(history, &[&set[..], more].concat())
}

/// State and message of the target of a pin.
fn target(history: &History) -> (String, String) {
    let found = check(history);
    let all = found["targets"].as_array().unwrap();
    let of_pin = all.iter().find(|it| it["kind"] == "baseline");
    let it = of_pin.unwrap_or_else(|| panic!("{found:#}"));
    let text = |name: &str| it[name].as_str().unwrap().to_owned();
    (text("state"), text("message"))
}

#[test]
fn a_level_that_creeps_away_from_its_pin_fails_the_check() {
    let history = creeping(POLICY);
    let set = pin(&history, &["--commit", &commit(9)]);
    assert_eq!(set.status, 0, "{}", set.err);
    // Level, deviation and interval are shown.
    for word in [SERIES, "median of 10 runs", "deviation", "95% interval", "release 2.0", "ada"] {
        assert!(set.out.contains(word), "{word}: {}", set.out);
    }
    let (state, message) = target(&history);
    assert_eq!(state, "violated");
    assert!(message.contains("against the pinned 1.0"), "{message}");
    let answer = command(&history, &["check"]);
    assert_eq!(answer.status, 1, "{}", answer.out);
    assert!(answer.out.contains("Baseline of parse/go/default/any"), "{}", answer.out);
    // The page of the pin's result.
    let site = history.site(&["--now", NOW]);
    assert!(site.text("health/").contains("release 2.0"), "{}", site.text("health/"));
}

#[test]
fn a_pin_at_the_newest_level_holds_until_it_ends() {
    let history = creeping(POLICY);
    assert_eq!(pin(&history, &["--until", "2025-12-01"]).status, 0);
    assert_eq!(target(&history).0, "passing");
    let shown = command(&history, &["baseline", "show", "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let first = &shown["baselines"][0];
    assert_eq!(
        (&first["baseline"]["series"], &first["state"]),
        (&json!(SERIES), &json!("passing"))
    );
    assert!(first["baseline"]["low"].as_f64() < first["baseline"]["mean"].as_f64(), "{first:#}");
    let mut late = program();
    late.args(["check", "--format", "json", "--now", "2025-12-01T00:00:00Z", "--data"]);
    let late: Value = serde_json::from_str(&answer(late.arg(history.data())).out).unwrap();
    let stale = &late["targets"][0];
    assert_eq!(stale["state"], "not_measured", "{stale:#}");
    assert!(stale["message"].as_str().unwrap().contains("ended on 2025-12-01"), "{stale:#}");
}

#[test]
fn a_pin_is_cleared_and_one_that_matches_nothing_is_an_error() {
    let history = creeping(POLICY);
    assert_eq!(pin(&history, &[]).status, 0);
    let unknown = command(&history, &["baseline", "clear", "--series", "prase/*"]);
    assert_eq!(unknown.status, 2);
    let expected = "no pinned baseline matches `prase/*`; pinned: parse/go/default/any";
    assert!(unknown.err.contains(expected), "{}", unknown.err);
    let shown = command(&history, &["baseline", "show", "--series", "prase/*"]);
    assert_eq!((shown.status, &*shown.out), (0, ""));
    assert!(shown.err.contains(&format!("warning: {expected}")), "{}", shown.err);
    let json = ["baseline", "show", "--series", "prase/*", "--format", "json"];
    assert_eq!(command(&history, &json).out, "{\"baselines\":[]}\n");
    assert_eq!(command(&history, &["baseline", "clear", "--series", "parse/*"]).status, 0);
    assert!(!history.data().join("baselines.json").exists());
    assert!(command(&history, &["baseline", "show"]).out.contains("No pinned baseline"));
    let none = command(&history, &["baseline", "clear", "--series", "parse/*"]);
    assert!(none.err.contains("no baseline is pinned; `benchpages baseline set"), "{}", none.err);
    for (more, word) in [
        (&["--commit", "fedcba9"][..], "fedcba9"),
        (&["--until", "2020-01-01"][..], "in the past"),
        (&["--until", "soon"][..], "2026-03-01"),
    ] {
        let wrong = pin(&history, more);
        assert_eq!(wrong.status, 2, "{}", wrong.out);
        assert!(wrong.err.contains(word), "{word}: {}", wrong.err);
    }
}

#[test]
fn a_file_that_is_wrong_is_reported_and_never_extended() {
    let history = creeping(POLICY);
    history.file("baselines.json", "{\"schema\": 7, \"baselines\": []}");
    let wrong = pin(&history, &[]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("baselines.json") && wrong.err.contains("schema"), "{}", wrong.err);
    // Without the pins a check might pass that should not.
    let checked = command(&history, &["check"]);
    assert_eq!(checked.status, 2, "{}", checked.out);
    assert!(checked.err.contains("baselines.json:1:1"), "{}", checked.err);
    let doctor = command(&history, &["doctor"]);
    assert!(doctor.out.contains("baselines.json"), "{}", doctor.out);
}

#[test]
fn a_check_that_passes_moves_the_pins_that_checks_made() {
    let policy = format!("{POLICY}baseline: {{update: on_pass}}\n");
    let history = History::new();
    let days = |to: usize| (0..to).map(|day| record(day, "print", 2e6)).collect::<Vec<Value>>();
    history.file("policy.yml", &policy).records(&days(20));
    // The first run makes the file.
    assert_eq!(command(&history, &["check"]).status, 0);
    let read = || std::fs::read_to_string(history.data().join("baselines.json")).unwrap();
    let first = read();
    assert!(first.contains(&commit(19)) && first.contains("is_automatic"), "{first}");
    // Twice the same is the same.
    assert_eq!(command(&history, &["check"]).status, 0);
    assert_eq!(read(), first);
    history.records(&days(25));
    assert_eq!(command(&history, &["check"]).status, 0);
    assert!(read().contains(&commit(24)), "{}", read());
    // A check that fails moves nothing.
    let mut slower = days(25);
    slower.extend((25..35).map(|day| record(day, "print", 4e6)));
    history.records(&slower);
    assert_eq!(command(&history, &["check"]).status, 1);
    assert!(read().contains(&commit(24)) && !read().contains(&commit(34)), "{}", read());
}

#[test]
fn what_a_person_pinned_stays_where_it_is() {
    let history = creeping(POLICY);
    assert_eq!(pin(&history, &[]).status, 0);
    history.file("policy.yml", format!("{POLICY}baseline: {{update: on_pass}}\n"));
    command(&history, &["check"]);
    let text = std::fs::read_to_string(history.data().join("baselines.json")).unwrap();
    assert!(text.contains("release 2.0"), "{text}");
}

#[test]
fn a_commit_may_be_named_as_git_names_it() {
    let history = History::new();
    let root = history.data().parent().unwrap().to_owned();
    git(&root, &["init", "--quiet"]);
    let author = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"];
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "Measured"];
    git(&root, &[&author[..], &commit].concat());
    let head = git(&root, &["rev-parse", "HEAD"]);
    let mut records: Vec<Value> = (0..10).map(|day| record(day, "parse", 1e6)).collect();
    records[8]["commit"] = head.clone().into();
    history.file("policy.yml", POLICY).records(&records);
    let named = |command: &str, name: &str| {
        let reason = ["--series", "parse/*", "--reason", "release 2.0", "--by", "ada"];
        let mut run = program();
        run.current_dir(&root).args(command.split(' ')).args(reason);
        answer(run.args(["--commit", name, "--data", "data", "--now", NOW, "--no-cache"]))
    };
    let set = named("baseline set", "HEAD");
    let place = format!("median of 9 runs up to {}", &head[..7]);
    assert!(set.out.contains(&place), "{place}: {} {}", set.out, set.err);
    let unknown = named("baseline set", "v9").err;
    let expected = "`v9` is not a measured commit, nor a name that git knows here; the newest";
    assert!(unknown.contains(expected), "{unknown}");
    // The commit is known now; there is nothing to accept at it.
    let accepted = named("accept", "HEAD");
    assert_eq!(accepted.status, 2);
    assert!(!accepted.err.contains("no measured commit"), "{}", accepted.err);
    assert!(named("accept", "v9").err.contains("no measured commit is called `v9`"));
}

#[test]
fn equal_values_deviate_by_nothing() {
    let history = History::new();
    let equal = |day: usize| with(record(day, "parse", 0.0), json!({"mean_ns": 21_789_349.6}));
    history.file("policy.yml", POLICY).records(&(0..7).map(equal).collect::<Vec<_>>());
    let set = pin(&history, &[]);
    // Not 4.02e−15 ms.
    assert!(set.out.contains("deviation 0.0"), "{}", set.out);
}

#[test]
fn a_pin_is_the_level_since_the_last_change() {
    let history = History::new();
    let value = |day: usize| if day < 30 { 1e6 } else { 1.4e6 };
    let records: Vec<Value> = (0..40).map(|day| record(day, "parse", value(day))).collect();
    history.file("policy.yml", POLICY).records(&records);
    let set = pin(&history, &[]);
    // Ten runs since the step, not twenty on both sides of it.
    assert!(set.out.contains("median of 10 runs"), "{}", set.out);
    let before = pin(&history, &["--commit", &commit(25)]);
    assert!(before.out.contains("median of 20 runs"), "{}", before.out);
}
