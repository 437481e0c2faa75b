//! The demo scenario `service`: what it promises, through the program that reads it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{Demo, Shared, run, scenario};

static DEMO: Shared = Shared::new();

fn demo() -> Arc<Demo> {
    DEMO.get(|| scenario("service", &["--demo"]))
}

fn command(demo: &Demo, arguments: &[&str]) -> Value {
    let data = demo.history.data().display().to_string();
    let now = ["--data", &data, "--demo", "--now", "2025-09-26T23:00:00Z", "--format", "json"];
    let answer = run(&[arguments, &now].concat());
    serde_json::from_str(&answer.out).unwrap_or_else(|_| panic!("{}{}", answer.out, answer.err))
}

#[test]
fn its_policy_is_clean_and_the_doctor_finds_nothing_wrong() {
    let demo = demo();
    let data = demo.history.data().display().to_string();
    let checked = run(&["policy", "check", "--data", &data]);
    assert_eq!(checked.status, 0, "{}", checked.err);
    assert!(checked.err.contains("no errors"), "{}", checked.err);
    let found = command(&demo, &["doctor"]);
    let levels = found["findings"].as_array().unwrap().iter().map(|it| it["level"].clone());
    assert!(levels.collect::<Vec<Value>>().iter().all(|it| it == "note"), "{found:#}");
}

#[test]
fn one_endpoint_regressed_and_one_budget_drifts() {
    let demo = demo();
    let outcome = command(&demo, &["check"]);
    let findings = outcome["findings"].as_array().unwrap();
    let regressed = findings.iter().filter(|it| it["verdict"] == "regressed");
    let mut tests: Vec<&str> = regressed.map(|it| it["series"].as_str().unwrap()).collect();
    tests.sort_unstable();
    // Two environments; response time, its p95 and p99, throughput.
    assert_eq!(tests.len(), 8, "{tests:?}");
    assert!(tests.iter().all(|series| series.starts_with("login/")), "{tests:?}");
    let targets = outcome["targets"].as_array().unwrap();
    let states = |kind: &str| -> Vec<&Value> {
        targets.iter().filter(|it| it["kind"] == kind).map(|it| &it["state"]).collect()
    };
    assert_eq!(states("budget"), [&json!("drifting"), &json!("passing")], "{targets:#?}");
    assert!(states("sla").iter().all(|state| **state == "passing"), "{targets:#?}");
    assert!(!states("goal").is_empty());
}

#[test]
fn pages_show_both_environments_the_experiment_and_the_growth() {
    let demo = demo();
    let index = demo.site.json("index.json");
    assert_eq!(index["series"].as_array().unwrap().len(), 75);
    for view in ["micro-benchmarks", "macro-benchmarks", "chaos-experiments", "production"] {
        assert!(demo.site.has(&format!("view/{view}/index.html")), "{view}");
    }
    let all = index["series"].as_array().unwrap();
    let of = |test: &str, params: &str| {
        let found = all
            .iter()
            .find(|it| it["test"] == test && it["params"] == params && it["metric"] == "time");
        let id = found.unwrap()["id"].as_str().unwrap().to_owned();
        demo.site.series(&id)
    };
    let chaos = of("checkout", "environment=staging")["chaos"][0].clone();
    assert_eq!((&chaos["degraded_runs"], &chaos["from"]), (&json!(2), &json!("2025-09-01")));
    assert!(of("checkout", "environment=production").get("chaos").is_none());
    assert!(of("serialize_order", "")["growth"]["exponent"].as_f64().unwrap() > 1.0);
    crate::web::check(&demo.site);
}
