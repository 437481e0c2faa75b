//! What targets say of small histories.

use std::sync::Arc;

use super::*;
use model::policy::read::read;
use model::record::detail::RunDetail;
use model::record::{OptionalF64, Statistic};
use model::testing::SeriesBuilder;

use TargetState::{Drifting as Drift, NotMeasured, Passing as Pass, Violated as Violation};

fn series(backend: &str, metric: &str, unit: &str, values: &[f64]) -> Series {
    let values = values.iter().copied();
    SeriesBuilder::of(values).backend(backend).metric(metric, unit).build()
}

fn evaluate_policy(series: &[Series], policy: &str) -> Vec<TargetResult> {
    let reading = read(&format!("version: '1'\n{policy}"), "policy.yml");
    let policy = reading.policy.unwrap_or_else(|| panic!("{:?}", reading.diagnostics));
    let context = crate::scenarios::at_end(&series[0]);
    let analyses = crate::analyze_all(series, &policy, &context);
    evaluate(series, &analyses.by_series, &policy, &[], context.now)
}

/// Name, series and verdict of each.
fn brief(targets: &[TargetResult]) -> Vec<(&str, Option<usize>, TargetState)> {
    targets.iter().map(|it| (it.name.as_str(), it.series, it.state)).collect()
}

#[test]
fn service_levels_ask_the_series_of_their_metric() {
    let all = [
        series("go", "time", "ns", &[4e6; 12]),
        series("rust", "time", "ns", &[2e6; 12]),
        series("go", "throughput", "ops/s", &[50.0; 12]),
        series("go", "peak_memory", "B", &[2048.0; 12]),
        series("go", "time", "parrots", &[1.0; 12]),
    ];
    let targets = evaluate_policy(
        &all,
        "sla:\n  - {max_avg_time_ms: 3, max_total_time_ms: 6, min_throughput: 60, \
         max_memory_bytes: 1000}\n  - {match: {backend: rust}, min_throughput: 1}\n",
    );
    assert_eq!(
        brief(&targets),
        [
            ("sla[0].max_avg_time_ms", Some(0), Violation),
            ("sla[0].min_throughput", Some(2), Violation),
            ("sla[0].max_memory_bytes", Some(3), Violation),
            ("sla[1].min_throughput", None, NotMeasured),
            ("sla[0].max_avg_time_ms", Some(1), Pass),
            ("sla[0].max_total_time_ms", None, Pass),
        ]
    );
    assert_eq!((targets[5].measured, targets[5].limit), (6e6, 6e6));
    assert_eq!(count_missed(&targets), 3);
}

#[test]
fn budgets_drift_before_they_are_violated() {
    let of = |value: f64| {
        let all = [series("go", "time", "ns", &[value; 12])];
        evaluate_policy(&all, "budgets:\n  - {budget: 1000, tolerance: 0.5}\n")
    };
    for (value, verdict) in [(900.0, Pass), (1400.0, Drift), (1600.0, Violation)] {
        assert_eq!(brief(&of(value)), [("budgets[0]", Some(0), verdict)], "{value}");
    }
    assert!((of(1400.0)[0].measured - 1400.0).abs() < 1e-6);
}

#[test]
fn an_alert_fires_after_so_many_runs_in_a_row() {
    let policy = "alerts:\n  - {name: Slow, when: value > 150ns, for: 2, severity: critical, \
                  message: Look.}\n";
    let with = |newest: [f64; 3]| {
        let values = [&[100.0; 10][..], &newest].concat();
        evaluate_policy(&[series("go", "time", "ns", &values)], policy)
    };
    let fires = with([100.0, 200.0, 200.0]);
    assert_eq!(brief(&fires), [("Slow", Some(0), Violation)]);
    assert_eq!(fires[0].severity, AlertSeverity::Critical);
    assert_eq!((fires[0].measured, fires[0].limit), (200.0, 150.0));
    assert!(fires[0].message.ends_with("2 runs in a row. Look."), "{}", fires[0].message);
    assert_eq!(brief(&with([200.0, 100.0, 200.0])), [("Slow", None, Pass)]);
}

#[test]
fn what_a_run_does_not_have_neither_fires_nor_passes() {
    let mut one = series("go", "time", "ns", &[100.0; 12]);
    let policy = "alerts:\n  - {name: Tail, when: p95 > 150 ns, for: 1}\n  - {name: Bytes, when: \
                  value > 1 B}\n  - {name: Told, when: value > 0, severity: info}\n";
    let unmeasured = [("Tail", None, NotMeasured), ("Bytes", None, NotMeasured)];
    let expected = [&[("Told", Some(0), Drift)][..], &unmeasured].concat();
    assert_eq!(brief(&evaluate_policy(&[one.clone()], policy)), expected);
    let last = one.runs.last_mut().unwrap();
    last.detail = Some(Arc::new(RunDetail::of_statistic(Statistic::P95, 180.0)));
    let results = evaluate_policy(&[one.clone()], policy);
    let expected =
        [("Tail", Some(0), Violation), ("Told", Some(0), Drift), ("Bytes", None, NotMeasured)];
    assert_eq!(brief(&results), expected);
    assert_eq!(count_missed(&results), 1, "info is no missed target");
    one.runs.last_mut().unwrap().value = OptionalF64::NONE;
    let results = evaluate_policy(&[one], policy);
    assert!(results.iter().all(|it| it.state == NotMeasured), "the newest run failed");
}

#[test]
fn a_change_is_compared_with_the_baseline() {
    let values = [&[100.0; 20][..], &[130.0; 5]].concat();
    let all = [series("go", "time", "ns", &values)];
    let when = |when: &str| {
        let policy = format!("alerts:\n  - {{name: A, when: {when}, for: 3}}\n");
        evaluate_policy(&all, &policy).remove(0).state
    };
    assert_eq!(when("change > 25%"), Violation);
    assert_eq!(when("change > 35%"), Pass);
    assert_eq!(when("change > 25% and level > 200"), Pass);
}

#[test]
fn a_rule_says_the_severity_whatever_the_size() {
    let values = [&[100.0; 20][..], &[130.0; 5]].concat();
    let all = [series("go", "time", "ns", &values)];
    let severity = |rule: &str| {
        let text = format!("version: '1'\nregression: {{rules: [{rule}]}}\n");
        let policy = read(&text, "policy.yml").policy.unwrap();
        let context = crate::scenarios::at_end(&all[0]);
        crate::analyze_all(&all[..1], &policy, &context).by_series[0].changes[0].severity
    };
    assert_eq!(severity(""), crate::ChangeSeverity::Major);
    let critical = "{match: {backend: go}, severity: critical}";
    assert_eq!(severity(critical), crate::ChangeSeverity::Critical);
    assert_eq!(severity("{match: {backend: rust}, severity: critical}"), severity(""));
}

#[test]
fn of_several_budgets_each_applies_and_the_strictest_decides() {
    let policy = "budgets:\n  - {name: General, budget: 2us}\n  - {name: Special, match: {backend: \
                  go}, budget: 700ns}\n";
    let all = [series("go", "time", "ns", &[1000.0; 12]), series("rust", "time", "ns", &[1.0; 12])];
    let targets = evaluate_policy(&all, policy);
    assert_eq!(
        brief(&targets),
        [("Special", Some(0), Violation), ("General", Some(0), Pass), ("General", Some(1), Pass)]
    );
    assert_eq!(strictest_budget(&targets, 0).unwrap().name, "Special");
}

#[test]
fn one_run_is_never_a_violation() {
    let policy = "budgets:\n  - {name: B, budget: 50ns}\nsla:\n  - {max_avg_time_ms: 0.00005}\n\
                  alerts:\n  - {name: A, when: value > 50ns}\n";
    let states = |runs: usize| -> Vec<TargetState> {
        let all = [series("go", "time", "ns", &vec![100.0; runs])];
        evaluate_policy(&all, policy).iter().map(|it| it.state).collect()
    };
    assert_eq!(states(1), [Drift, Drift, Pass]);
    assert_eq!(states(2), [Drift, Drift, Pass]);
    assert_eq!(states(3), [Violation; 3]);
    let all = [series("go", "time", "ns", &[100.0])];
    let first = evaluate_policy(&all, policy).remove(0);
    assert!(first.message.ends_with("2 more runs would confirm a violation"), "{}", first.message);
}

#[test]
fn a_budget_follows_direction_unit_and_filter() {
    let policy = |entry: &str| format!("budgets:\n  - {{name: B, {entry}}}\n");
    let of = |metric: &str, unit: &str, entry: &str| {
        let all = [series("go", metric, unit, &[100.0; 12])];
        evaluate_policy(&all, &policy(entry)).remove(0)
    };
    assert_eq!(of("error_rate", "%", "metric: error_rate, budget: 200%").state, Pass);
    assert_eq!(of("error_rate", "", "metric: error_rate, budget: 50%").state, Violation);
    assert_eq!(of("time", "parrots", "budget: 1 ms").state, NotMeasured);
    assert_eq!(of("time", "ns", "match: {parallel: true}, budget: 1ms").state, NotMeasured);
    let mut rps = [series("go", "rps", "req/s", &[100.0; 12])];
    rps[0].direction = model::record::Direction::Higher;
    let state = |entry: &str| evaluate_policy(&rps, &policy(entry)).remove(0).state;
    assert_eq!(state("metric: rps, budget: 120 req/s"), Violation);
    assert_eq!(state("metric: rps, budget: 98"), Pass);
}

#[test]
fn a_goal_is_shown_and_misses_nothing() {
    let all = [series("go", "time", "ns", &[900.0; 12])];
    let targets = evaluate_policy(&all, "budgets:\n  - {name: B, budget: 1us, goal: 0.5us}\n");
    assert_eq!(brief(&targets), [("B", Some(0), Pass), ("B", Some(0), Drift)]);
    assert_eq!(targets[1].kind, TargetKind::Goal);
    assert_eq!(targets[1].message, "900\u{202f}ns, 180% of the goal of 500\u{202f}ns");
    assert_eq!(count_missed(&targets), 0);
    let only = evaluate_policy(&all, "budgets:\n  - {goal: 1us}\n");
    assert_eq!(only[0].state, Pass);
}

#[test]
fn alerts_name_metrics_statistics_of_them_and_ages() {
    let mut one = series("api", "response_time", "ns", &[100e6; 12]);
    for run in &mut one.runs {
        run.detail = Some(Arc::new(RunDetail::of_statistic(Statistic::P95, 600e6)));
    }
    let all = [one, series("api", "error_rate", "%", &[2.0; 12])];
    let policy = "alerts:\n  - {name: Tail, when: response_time_p95 > 500ms for 3 runs}\n  - \
                  {name: Errors, when: error_rate > 1%, severity: error}\n  - {name: Old, match: \
                  {metric: error_rate}, when: age > 24h}\n  - {name: Rate, when: \
                  requests_per_second < 100}\n";
    let targets = evaluate_policy(&all, policy);
    assert_eq!(
        brief(&targets),
        [
            ("Errors", Some(1), Violation),
            ("Tail", Some(0), Violation),
            ("Rate", None, NotMeasured),
            ("Old", None, Pass),
        ]
    );
    let message = "response_time_p95 600\u{202f}ms > 500\u{202f}ms, 3 runs in a row";
    assert_eq!(targets[1].message, message);
    assert_eq!(targets[1].since, Some(all[0].runs[0].time));
}

#[test]
fn a_change_below_the_threshold_is_a_warning() {
    let state = |to: f64| {
        let values = [&[100.0; 20][..], &[to; 8]].concat();
        let all = [series("go", "time", "ns", &values)];
        let policy = "regression: {default_threshold: 0.1, warn_at: 0.05}\n";
        let targets = evaluate_policy(&all, policy);
        targets.first().map(|it| (it.kind, it.state, it.message.clone()))
    };
    let (kind, state_at_7, message) = state(107.0).unwrap();
    assert_eq!((kind, state_at_7), (TargetKind::Warning, Drift));
    assert!(message.contains("+7.0%") && message.contains("threshold 10%"), "{message}");
    assert_eq!(state(104.0), None);
    assert_eq!(state(120.0), None, "a regression is one already");
}
