//! Percentiles as metrics: p95 and p99 that a tool reports are judged and drawn; the policy names
//! others, and those of samples.

use serde_json::{Value, json};

use crate::support::{Answer, History, answer, commit, program};

const NOW: &str = "2025-10-02T12:00:00Z";
const POLICY: &str = "version: '1'\nregression: {grace_period_days: 0}\n";

/// A service of which `body` gives the response time of each of 40 days.
fn service(policy: &str, body: &dyn Fn(usize) -> Value) -> History {
    let history = History::new();
    let record = |day: usize| {
        let time = format!("2025-{:02}-{:02}T06:00:00Z", 8 + day / 30, 1 + day % 30);
        json!({"commit": commit(day), "timestamp": time, "backend": "go", "test": "checkout",
            "metrics": {"response_time": body(day), "throughput": {"value": 900, "unit": "req/s"}}})
    };
    let records: Vec<Value> = (0..40).map(record).collect();
    history.file("policy.yml", policy).records(&records);
    history
}

/// A small change from day to day.
fn jitter(day: usize) -> f64 {
    1.0 + 0.004 * ((day * 7) % 5) as f64
}

/// Percentiles of a service; p99 doubles after 30 days while the median stays.
fn slow_tail(day: usize) -> Value {
    let tail = if day < 30 { 1.0 } else { 2.0 };
    json!({"value": 40.0 * jitter(day), "unit": "ms", "p50": 39.0 * jitter(day),
        "p95": 90.0 * jitter(day), "p99": 120.0 * jitter(day + 1) * tail})
}

/// 200 samples of which one in ten is slow, and slower after 30 days.
fn samples(day: usize) -> Value {
    let slow = if day < 30 { 80.0 } else { 160.0 };
    let sample = |at: usize| if at % 10 == 9 { slow } else { 40.0 } + (at % 7) as f64 * 0.01;
    let samples: Vec<f64> = (0..200).map(|at| sample(at) * jitter(day)).collect();
    json!({"samples": samples, "unit": "ms"})
}

fn check(history: &History) -> (Answer, Value) {
    let mut command = program();
    command.arg("check").arg("--data").arg(history.data());
    let found = answer(command.args(["--now", NOW, "--no-cache", "--format", "json"]));
    let json = serde_json::from_str(&found.out).unwrap_or_else(|e| panic!("{e}: {}", found.err));
    (found, json)
}

/// The verdict of each metric.
fn verdicts(history: &History) -> Vec<(String, String)> {
    let site = history.site(&["--now", NOW]);
    let index = site.json("index.json");
    let of = |it: &Value| {
        let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
        (text("metric"), text("verdict"))
    };
    let series = index["series"].as_array().unwrap_or_else(|| panic!("{index}"));
    series.iter().map(of).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(metric, verdict)| ((*metric).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn a_slow_tail_fails_the_check_while_the_value_stays() {
    let history = service(POLICY, &slow_tail);
    let expected = [
        ("response_time", "unchanged"),
        ("response_time_p95", "unchanged"),
        ("response_time_p99", "regressed"),
        ("throughput", "unchanged"),
    ];
    assert_eq!(verdicts(&history), pairs(&expected));
    let (answer, found) = check(&history);
    assert_eq!(answer.status, 1, "{}", answer.err);
    assert!(found.to_string().contains("response_time_p99"), "{found}");
}

#[test]
fn the_policy_says_which_statistics_are_judged() {
    let judge = |list: &str| format!("{POLICY}metrics: {{response_time: {{judge: {list}}}}}\n");
    let metrics = |policy: &str, body: &dyn Fn(usize) -> Value| -> Vec<String> {
        verdicts(&service(policy, body)).into_iter().map(|(metric, _)| metric).collect()
    };
    let none = metrics(&judge("[]"), &slow_tail);
    assert_eq!(none, ["response_time", "throughput"]);
    let median = metrics(&judge("[p50]"), &slow_tail);
    assert_eq!(median, ["response_time", "response_time_p50", "throughput"]);
    // Nothing is computed of samples that nobody asked for.
    assert_eq!(metrics(POLICY, &samples), ["response_time", "throughput"]);
    let mut wrong = program();
    let history = service(&judge("[p42]"), &slow_tail);
    let answer = answer(wrong.args(["policy", "check", "--data"]).arg(history.data()));
    assert_eq!(answer.status, 2, "{}", answer.out);
    assert!(
        answer.out.contains("p42") || answer.err.contains("p42"),
        "{}{}",
        answer.out,
        answer.err
    );
}

#[test]
fn percentiles_of_samples_are_judged_where_the_policy_asks() {
    let judge = "metrics: {response_time: {judge: [p95, p99.9, max]}}\n";
    let history = service(&format!("{POLICY}{judge}"), &samples);
    // 200 samples do not reach the 99.9th percentile.
    let expected = [
        ("response_time", "unchanged"),
        ("response_time_max", "regressed"),
        ("response_time_p95", "regressed"),
        ("throughput", "unchanged"),
    ];
    assert_eq!(verdicts(&history), pairs(&expected));
}

#[test]
fn a_budget_of_a_percentile_is_evaluated() {
    let budget = "budgets: [{name: Tail, metric: response_time_p50, budget: 30ms}]\n";
    let (answer, found) = check(&service(&format!("{POLICY}{budget}"), &slow_tail));
    let target = found["targets"].as_array().unwrap().iter().find(|it| it["name"] == "Tail");
    let target = target.unwrap_or_else(|| panic!("{found}"));
    assert_eq!(target["state"], "violated", "{target} {}", answer.err);
}

#[test]
fn rules_of_a_metric_hold_for_its_percentiles() {
    let rules = "regression: {grace_period_days: 0, rules: [{match: {metric: response_time}, \
                 report_only: true}]}\n";
    let (answer, _) = check(&service(&format!("version: '1'\n{rules}"), &slow_tail));
    assert_eq!(answer.status, 0, "{}", answer.err);
    let ignored = format!("{POLICY}ignore: [{{metric: response_time}}]\n");
    assert_eq!(verdicts(&service(&ignored, &slow_tail)), pairs(&[("throughput", "unchanged")]));
}

#[test]
fn an_alert_fires_once_for_a_percentile() {
    let alert = "alerts: [{name: Slow, match: {metric: response_time}, when: value > 100ms}, \
                 {name: Tail, when: response_time_p99 > 200ms for 3 runs}]\n";
    let (_, found) = check(&service(&format!("{POLICY}{alert}"), &slow_tail));
    let state = |name: &str| -> Vec<&str> {
        let all = found["targets"].as_array().unwrap().iter();
        all.filter(|it| it["name"] == name).map(|it| it["state"].as_str().unwrap()).collect()
    };
    assert_eq!((state("Slow"), state("Tail")), (vec!["passing"], vec!["violated"]));
}

#[test]
fn a_metric_that_is_recorded_under_that_name_stays_what_it_is() {
    let history = History::new();
    let record = |day: usize| {
        let time = format!("2025-09-{:02}T06:00:00Z", 1 + day);
        json!({"commit": commit(day), "timestamp": time, "backend": "go", "test": "checkout",
            "metrics": {"latency": {"value": 40, "unit": "ms", "p95": 90},
                "latency_p95": {"value": 50, "unit": "ms"}}})
    };
    let records: Vec<Value> = (0..10).map(record).collect();
    history.file("policy.yml", POLICY).records(&records);
    let site = history.site(&["--now", NOW]);
    let index = site.json("index.json");
    let text = index.to_string();
    assert_eq!(index["series"].as_array().unwrap().len(), 2, "{text}");
    let recorded = index["series"].as_array().unwrap().iter();
    let latest: Vec<f64> = recorded.filter_map(|it| it["latest"].as_f64()).collect();
    assert_eq!(latest, [4e7, 5e7], "{text}");
}

#[test]
fn pages_show_a_metric_with_its_percentiles_and_the_other_metrics() {
    let history = service(POLICY, &slow_tail);
    let site = history.site(&["--now", NOW]);
    let index = site.json("index.json");
    let of = |metric: &str| {
        let all = index["series"].as_array().unwrap();
        all.iter().find(|it| it["metric"] == metric).unwrap()["url"].as_str().unwrap().to_owned()
    };
    for metric in ["response_time", "response_time_p99"] {
        let page = site.text(&of(metric));
        assert!(page.contains("Percentiles"), "{page}");
        assert!(page.contains("1 open regression, 2 unchanged"), "{page}");
        assert!(page.contains("Other metrics"), "{page}");
    }
    let benchmark = site.main("test/checkout/");
    assert!(benchmark.contains("class=\"stats\""), "{benchmark}");
}

#[test]
fn an_export_repeats_no_statistic() {
    let history = service(POLICY, &slow_tail);
    let mut command = program();
    let csv = answer(command.args(["export", "csv", "--data"]).arg(history.data()));
    assert!(csv.out.contains("response_time") && !csv.out.contains("response_time_p99"));
}
