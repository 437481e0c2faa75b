//! Prometheus takes the metrics of a served site, and the rules of a policy fire on them.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{History, NOW, days, program, run, with};
use crate::tools::{Running, encoded, get, output, poll, tool};

const INSTALL: &str = "apt-get install prometheus";
/// A name that would end a label, a template or a line.
const HOSTILE: &str = "a\"} 1\nb{{ .Value }}\\ [x]";

const POLICY: &str = r#"version: "1"
budgets:
  - {name: "Tight {{ budget }}", match: {test: parse}, budget: 50ns}
  - {name: Loose, match: {test: parse}, budget: 500ns}
sla:
  - {name: API, match: {test: parse}, max_avg_time_ms: 1}
alerts:
  - {name: "Any \"value\"", when: value > 1ns, message: "{{ $externalURL }} look.", severity: info}
site:
  base_url: https://example.org/b
"#;

/// Two benchmarks; the first is 30 % slower in its last days.
fn history() -> History {
    let history = History::new();
    let values: Vec<f64> =
        (0..24).map(|day| if day < 16 { 100.0 } else { 130.0 } + f64::from(day % 3)).collect();
    let mut records = days(&values);
    let hostile = |it: &Value| with(it.clone(), json!({"test": HOSTILE, "mean_ns": 100.0}));
    records.extend(records.iter().map(hostile).collect::<Vec<_>>());
    history.file("policy.yml", POLICY).records(&records);
    history
}

fn export(history: &History, format: &str) -> String {
    let data = history.data();
    let answer = run(&["export", format, "--data", data.to_str().unwrap(), "--now", NOW]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    answer.out
}

fn promtool(arguments: &[&str], folder: &TempDir) -> String {
    let mut command = Command::new(tool("promtool", INSTALL));
    output(command.args(arguments).current_dir(folder.path()))
}

#[test]
fn promtool_finds_no_fault_in_the_metrics() {
    let history = history();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metrics.prom");
    std::fs::write(&file, export(&history, "openmetrics")).unwrap();
    let mut command = Command::new(tool("promtool", INSTALL));
    let input = std::fs::File::open(&file).unwrap();
    let checked = command.args(["check", "metrics"]).stdin(input).output().unwrap();
    let faults = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && faults.is_empty(), "{faults}");
}

#[test]
fn promtool_fills_a_database_from_the_history_with_its_times() {
    let history = history();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("history.om"), export(&history, "openmetrics-history"))
        .unwrap();
    let blocks = promtool(&["tsdb", "create-blocks-from", "openmetrics", "history.om"], &folder);
    assert!(blocks.contains("NUM SAMPLES"), "{blocks}");
    let text = std::fs::read_to_string(folder.path().join("history.om")).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("benchpages_value{")).count(), 48);
}

/// Samples that appear one after the other, and the alerts that they cause.
const RULE_TESTS: &str = include_str!("rules_test.yml");

#[test]
fn promtool_finds_that_rules_fire_when_they_should() {
    let history = history();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), export(&history, "alert-rules")).unwrap();
    std::fs::write(folder.path().join("tests.yml"), RULE_TESTS).unwrap();
    let checked = promtool(&["check", "rules", "--lint=all", "--lint-fatal", "rules.yml"], &folder);
    assert!(checked.contains("SUCCESS: 6 rules found"), "{checked}");
    let tested = promtool(&["test", "rules", "tests.yml"], &folder);
    assert!(tested.contains("SUCCESS"), "{tested}");
}

/// A Prometheus that scrapes an address, with the rules of a history.
fn prometheus(folder: &TempDir, address: &str, rules: &str) -> (Running, String) {
    let config = format!(
        "global: {{scrape_interval: 200ms, evaluation_interval: 200ms}}\n\
         rule_files: [rules.yml]\n\
         scrape_configs:\n  - job_name: benchpages\n    metrics_path: /metrics.prom\n    \
         static_configs: [{{targets: ['{address}']}}]\n"
    );
    std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
    std::fs::write(folder.path().join("rules.yml"), rules).unwrap();
    let mut command = Command::new(tool("prometheus", INSTALL));
    command.current_dir(folder.path()).args([
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=tsdb",
        "--web.listen-address=127.0.0.1:0",
    ]);
    let running = Running::start(&mut command);
    let line = running.wait_for("Listening on");
    let (_, listening) = line.split_once("address=").unwrap();
    let listening = listening.split_whitespace().next().unwrap().to_owned();
    running.wait_for("Server is ready");
    assert!(get(&listening, "/-/ready").starts_with("HTTP/1.0 200"));
    (running, listening)
}

fn results(answer: &Value) -> &[Value] {
    answer["data"]["result"].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn prometheus_scrapes_a_served_site_and_its_rules_fire() {
    let history = history();
    let mut command = program();
    command.args(["serve", "--port", "0", "--now", NOW]);
    command.arg("--data").arg(history.data()).arg("--out").arg(history.out());
    let site = Running::start(&mut command);
    let line = site.wait_for("http://");
    let (_, url) = line.split_once("http://").unwrap();
    let address = url.split('/').next().unwrap().replace("localhost", "127.0.0.1");
    let metrics = get(&address, "/metrics.prom");
    assert!(metrics.contains("text/plain; version=0.0.4; charset=utf-8"), "{metrics}");

    let folder = tempfile::tempdir().unwrap();
    let (_running, listening) = prometheus(&folder, &address, &export(&history, "alert-rules"));
    let query = |text: &str| format!("/api/v1/query?query={}", encoded(text));
    let path = query("benchpages_series_level");
    let levels = poll(&listening, &path, |answer| !results(answer).is_empty());
    let mut names: Vec<&str> =
        results(&levels).iter().map(|it| it["metric"]["test"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, [HOSTILE, "parse"], "a label has the name to the letter");
    let open = poll(&listening, &query("sum(benchpages_series_open_regressions)"), |answer| {
        !results(answer).is_empty()
    });
    assert_eq!(results(&open)[0]["value"][1], "1");
    let alerts = poll(&listening, "/api/v1/alerts", |answer| {
        answer["data"]["alerts"].as_array().is_some_and(|alerts| alerts.len() >= 5)
    });
    let alerts = alerts["data"]["alerts"].as_array().unwrap();
    let of = |name: &str| alerts.iter().filter(|it| it["labels"]["alertname"] == name).count();
    assert_eq!(of("BenchmarkRegressionOpen"), 1, "{alerts:#?}");
    assert_eq!(of("BenchmarkHistoryStale"), 1, "the history is of a past year");
    assert_eq!((of("Tight {{ budget }}"), of("Loose")), (1, 0));
    assert_eq!(of("Any \"value\""), 2, "it fires for both benchmarks");
}
