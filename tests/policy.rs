//! `benchpages policy`: check, show, schema, driven as a user would.

use serde_json::Value;

use crate::support::{History, files, run, suite};

#[test]
fn every_broken_policy_is_refused_with_its_place() {
    let folder = suite().join("cases/policy/broken");
    let mut seen = 0;
    for name in files(&folder).iter().filter(|name| name.ends_with(".yml")) {
        let path = folder.join(name);
        let answer = run(&["policy", "check", path.to_str().unwrap()]);
        assert_eq!(answer.status, 2, "{name}: {}", answer.err);
        assert!(answer.err.contains(&format!("{name}:")), "{name}: {}", answer.err);
        assert!(answer.out.is_empty(), "{name}");
        seen += 1;
    }
    assert!(seen > 10);
}

#[test]
fn each_fault_has_the_code_that_explains_it() {
    let history = History::new();
    history.file(
        "policy.yml",
        "version: '1'\nmetrics: {rate: {better: hihger}}\nbudgets: [{match: {test: a}}]\n\
         sla: [{match: {test: a}}]\n\
         regression: {rules: [{match: {days: 3}, threshold: 0.1}], default_threshold: [1]}\n",
    );
    let data = history.data();
    let checked = run(&["policy", "check", "--data", data.to_str().unwrap()]);
    assert_eq!(checked.status, 2);
    for fault in [
        "error[wrong_value]: `metrics.rate.better` must be",
        "error[missing_key]: `budgets[0].budget` is missing",
        "error[missing_key]: this service level has no target",
        "error[unknown_key]: `days` can only be used in presets",
        "error[wrong_type]: `regression.default_threshold` must be",
    ] {
        assert!(checked.err.contains(fault), "{fault}: {}", checked.err);
    }
}

#[test]
fn the_format_s_own_policy_is_good_and_shown_with_its_values() {
    let path = suite().join("samples/pcs/policy.yml");
    let path = path.to_str().unwrap();
    let checked = run(&["policy", "check", path]);
    assert_eq!(checked.status, 0, "{}", checked.err);
    let shown = run(&["policy", "show", "--format", "json", "--policy", path]);
    assert_eq!(shown.status, 0, "{}", shown.err);
    let policy: Value = serde_json::from_str(&shown.out).unwrap();
    let per_backend = &policy["regression"]["per_backend"];
    for (backend, limit) in
        [("julia", 0.12), ("rust", 0.08), ("go", 0.15), ("ts", 0.1), ("csharp", 0.1), ("sql", 0.2)]
    {
        assert_eq!(per_backend[backend], limit, "{backend}");
    }
    assert_eq!(policy["k_anomaly"]["threshold_ratio"], 0.8);
    assert_eq!(policy["data_quality"]["min_records_per_day"], 10);
}

#[test]
fn what_is_shown_is_a_policy_that_means_the_same() {
    for source in ["samples/pcs/policy.yml", "../demo/policy.yml"] {
        let source = suite().join(source);
        let first = run(&["policy", "show", "--policy", source.to_str().unwrap()]);
        assert_eq!(first.status, 0, "{}", first.err);
        let history = History::new();
        history.file("policy.yml", &first.out);
        let data = history.data();
        let second = run(&["policy", "show", "--data", data.to_str().unwrap()]);
        assert_eq!(second.status, 0, "{}", second.err);
        assert_eq!(first.out, second.out);
    }
}

#[test]
fn the_reference_is_a_policy_of_defaults() {
    let reference = run(&["policy", "show", "--reference"]);
    let history = History::new();
    history.file("policy.yml", &reference.out);
    let data = history.data();
    let show = |more: &[&str]| run(&[&["policy", "show", "--format", "json"], more].concat());
    let by_reference = show(&["--data", data.to_str().unwrap()]);
    let empty = History::new();
    let by_default = show(&["--data", empty.data().to_str().unwrap()]);
    assert_eq!((by_reference.status, by_default.status), (0, 0), "{}", by_reference.err);
    assert_eq!(by_reference.out, by_default.out);
}

#[test]
fn the_schema_names_every_section() {
    let answer = run(&["policy", "schema"]);
    let schema: Value = serde_json::from_str(&answer.out).unwrap();
    for section in ["regression", "k_anomaly", "data_quality", "governance", "dashboard_presets"] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
}

#[test]
fn several_files_are_checked_at_once() {
    let good = suite().join("samples/pcs/policy.yml");
    let bad = suite().join("cases/policy/broken/unknown_key.yml");
    let answer = run(&["policy", "check", good.to_str().unwrap(), bad.to_str().unwrap()]);
    assert_eq!(answer.status, 2);
    assert!(
        answer.err.contains("policy.yml: no errors") && answer.err.contains("unknown_key.yml:")
    );
    let missing = run(&["policy", "check", "/nowhere.yml"]);
    assert_eq!(missing.status, 2, "{}", missing.err);
}
