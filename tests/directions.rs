//! Which way is better: by the policy, by the tool, by names and units, or not known and said so.

use serde_json::{Value, json};

use crate::support::{Answer, History, days, lines, record, run, with};

const NOW: &str = "2025-10-03T12:00:00Z";

/// A history of a metric that falls by a fifth in pull request 7, with these fields.
fn history(fields: &Value, policy: &str) -> History {
    let made = History::new();
    let metric = |record: Value, factor: f64| {
        let value = record["mean_ns"].as_f64().unwrap() * factor;
        let mut record = with(record, fields.clone());
        record.as_object_mut().unwrap().remove("mean_ns");
        with(record, json!({"value": value}))
    };
    let values: Vec<f64> = (0..30).map(|day| 50.0 + f64::from(day % 4) / 10.0).collect();
    let main: Vec<Value> = days(&values).into_iter().map(|it| metric(it, 1.0)).collect();
    let pulls = (1..5).map(|hour| {
        let time = format!("2025-10-02T{hour:02}:00:00Z");
        with(metric(record("dddddddddddd", &time, 50.0), 0.8), json!({"pull": 7}))
    });
    made.records(&main).file("pulls/7.ndjson", lines(&pulls.collect::<Vec<Value>>()));
    made.file("policy.yml", format!("version: '1'\n{policy}"));
    made
}

fn command(history: &History, arguments: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    run(&[&arguments[..1], &["--data", &data, "--now", NOW], &arguments[1..]].concat())
}

/// The verdict on the fall: of the series itself, or that nothing was compared.
fn verdict(history: &History) -> String {
    let checked = command(history, &["check", "--pull", "7", "--format", "json"]);
    let outcome: Value = serde_json::from_str(&checked.out).unwrap();
    match outcome["findings"].as_array().unwrap().first() {
        Some(finding) => finding["verdict"].as_str().unwrap().to_owned(),
        None => outcome["verdict"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn a_fall_is_judged_by_policy_before_tool_before_names() {
    let metric = |metric: &str, unit: &str| json!({"metric": metric, "unit": unit});
    let stated = |better: &str| with(metric("tokens", "x"), json!({"better": better}));
    for (fields, policy, wanted) in [
        (metric("rows", "rows/s"), "", "regressed"),
        (metric("cache_hit_rate", "%"), "", "regressed"),
        (metric("memory_available", "MB"), "", "regressed"),
        (metric("error_rate", "%"), "", "improved"),
        (metric("p99_latency", ""), "", "improved"),
        (metric("tokens", "x"), "", "nothing_compared"),
        (stated("higher"), "", "regressed"),
        (stated("lower"), "", "improved"),
        (stated("unknown"), "", "nothing_compared"),
        (stated("higher"), "metrics: {'tok*': {better: lower}}\n", "improved"),
        (stated("higher"), "metrics: {'*': {better: lower}, tokens: {}}\n", "improved"),
        (metric("rows", "rows/s"), "metrics: {rows: {better: unknown}}\n", "nothing_compared"),
    ] {
        let made = history(&fields, policy);
        assert_eq!(verdict(&made), wanted, "{fields} {policy}");
    }
}

#[test]
fn a_direction_that_nobody_knows_is_reported_with_the_line_that_settles_it() {
    let made = history(&json!({"metric": "tokens", "unit": "x"}), "");
    let line = "metrics: {tokens: {better: higher}}";
    let found = command(&made, &["doctor"]);
    assert!(found.out.contains("`tokens`") && found.out.contains(line), "{}", found.out);
    let checked = command(&made, &["check", "--pull", "7", "--format", "json"]);
    assert_eq!(checked.status, 3, "{}", checked.out);
    assert!(checked.out.contains("which way is better is unknown"), "{}", checked.out);
    let site = made.site(&["--now", NOW]);
    let index = site.json("index.json");
    assert_eq!(index["series"][0]["better"], "unknown");
    let page = site.text("series/parse/rust/default/1000/metric-tokens/");
    assert!(page.contains("Which way is better is unknown."), "{page}");
    crate::web::check(&site);
    // As long as nobody says that it is meant so.
    made.file("policy.yml", "version: '1'\nmetrics: {tokens: {better: unknown}}\n");
    let found = command(&made, &["doctor"]);
    assert!(!found.out.contains("`tokens`"), "{}", found.out);
}

#[test]
fn ingest_reports_a_direction_that_nobody_knows() {
    let made = History::new();
    let file = made.data().join("results.json");
    std::fs::write(&file, r#"{"a":{"tokens":{"value":1.0},"latency":{"value":2.0}}}"#).unwrap();
    let ingest = |more: &[&str]| {
        let path = file.display().to_string();
        let all = ["ingest", "--elsewhere", "--commit", "c1", "--dry-run", &path];
        command(&made, &[&all, more].concat())
    };
    let first = ingest(&[]);
    assert_eq!(first.status, 0, "{}", first.err);
    assert!(first.err.contains("metrics: {tokens: {better: higher}}"), "{}", first.err);
    made.file("policy.yml", "version: '1'\nmetrics: {'tok*': {better: lower}}\n");
    assert!(!ingest(&[]).err.contains("better:"), "{}", ingest(&[]).err);
}
