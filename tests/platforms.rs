//! One benchmark in several places: operating systems, architectures, environments and machines.

use serde_json::{Value, json};

use crate::support::{Answer, History, SERIES, Site, days, lines, run, with};

const NOW: &str = "2025-10-03T12:00:00Z";

/// Thirty days of a benchmark, each measured once in each of these places, at its level.
fn history(places: &[(f64, Value)]) -> Vec<Value> {
    let of_place = |(at, (level, fields)): (usize, &(f64, Value))| {
        let values: Vec<f64> = (0..30).map(|day| level + f64::from(day % 4)).collect();
        let all = days(&values).into_iter().map(|record| {
            let time =
                record["timestamp"].as_str().unwrap().replace(":00:00Z", &format!(":{at:02}:00Z"));
            with(with(record, fields.clone()), json!({"timestamp": time}))
        });
        all.collect::<Vec<Value>>()
    };
    places.iter().enumerate().flat_map(of_place).collect()
}

/// Three runs of pull request 7.
fn pull(value: f64, fields: &Value) -> Vec<Value> {
    let record = |hour: u32| {
        let time = format!("2025-10-03T{hour:02}:00:00Z");
        let record = crate::support::record("dddddddddddd", &time, value + f64::from(hour));
        with(with(record, fields.clone()), json!({"pull": 7}))
    };
    (1..4).map(record).collect()
}

fn command(history: &History, arguments: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    run(&[&arguments[..1], &["--data", &data, "--now", NOW], &arguments[1..]].concat())
}

/// Parameters and number of points of each series.
fn series(site: &Site) -> Vec<(String, u64)> {
    let index = site.json("index.json");
    let all = index["series"].as_array().unwrap();
    let one = |it: &Value| {
        (it["params"].as_str().unwrap_or_default().to_owned(), it["points"].as_u64().unwrap())
    };
    all.iter().map(one).collect()
}

fn verdicts(checked: &Answer) -> Vec<(String, String)> {
    let outcome: Value =
        serde_json::from_str(&checked.out).unwrap_or_else(|_| panic!("{checked:?}"));
    let all = outcome["findings"].as_array().unwrap();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    all.iter().map(|it| (text(it, "series"), text(it, "verdict"))).collect()
}

#[test]
fn each_operating_system_is_a_series_with_a_baseline_of_its_own() {
    let linux = json!({"runner_image": "ubuntu24", "cpu": "AMD EPYC 7763"});
    let windows = json!({"os": "win22", "cpu": "AMD EPYC 7763"});
    let arm = json!({"os": "macOS-14-arm64"});
    let intel = json!({"os": "Darwin 22.6.0", "arch": "x86_64"});
    let places = [(1000.0, linux), (1600.0, windows), (500.0, arm.clone()), (700.0, intel)];
    let made = History::new();
    made.records(&history(&places));
    made.file("pulls/7.ndjson", lines(&pull(650.0, &arm)));
    let site = made.site(&["--now", NOW]);
    let expected = ["arch=arm64, os=macos", "arch=x86_64, os=macos", "os=linux", "os=windows"];
    assert_eq!(series(&site), expected.map(|it| (it.to_owned(), 30)));
    let checked = command(&made, &["check", "--pull", "7", "--format", "json"]);
    let verdicts = verdicts(&checked);
    assert_eq!((checked.status, verdicts.len()), (1, 1), "{}", checked.out);
    assert!(verdicts[0].0.contains("macos") && verdicts[0].1 == "regressed", "{verdicts:?}");
    assert!(verdicts[0].0.contains("arm64"), "{verdicts:?}");
}

#[test]
fn a_benchmark_in_one_place_keeps_its_name_whatever_a_pull_request_adds() {
    let (old, new) = (json!({"os": "ubuntu-22.04"}), json!({"os": "Linux 6.8.0"}));
    let made = History::new();
    let mut records = history(&[(1000.0, old)]);
    // The same family in other words, and records that do not say their system.
    records[10..20].iter_mut().for_each(|it| *it = with(it.clone(), new.clone()));
    records[20..].iter_mut().for_each(|it| {
        it.as_object_mut().unwrap().remove("os");
    });
    made.records(&records);
    let mac = pull(400.0, &json!({"os": "macos14"}));
    made.file("pulls/7.ndjson", lines(&[mac, pull(1400.0, &new)].concat()));
    let site = made.site(&["--now", NOW]);
    assert!(series(&site).contains(&(String::new(), 30)), "{:?}", series(&site));
    assert!(site.has_page(&format!("series/{SERIES}/")));
    let checked = command(&made, &["check", "--pull", "7", "--format", "json"]);
    assert_eq!(checked.status, 1, "{}", checked.out);
    assert!(verdicts(&checked).iter().any(|it| it.1 == "regressed"), "{}", checked.out);
}

#[test]
fn environments_are_never_compared_with_each_other() {
    let place = |name: &str| json!({"environment": name});
    let places = [(1000.0, place("production")), (2000.0, place("staging"))];
    let made = History::new();
    let mut records = history(&places);
    // A failed run is a gap of its environment.
    let failed = with(records[59].clone(), json!({"error": "exit 1"}));
    records[59] = failed;
    made.records(&records);
    let site = made.site(&["--now", "2025-09-30T12:00:00Z"]);
    let names = ["environment=production", "environment=staging"];
    assert_eq!(series(&site), names.map(|it| (it.to_owned(), 30)));
    made.file("policy.yml", "version: '1'\nrunner_fingerprinting: {separate_series: [os]}\n");
    let joined = made.site(&["--now", NOW]);
    assert_eq!(series(&joined), [(String::new(), 30)], "the policy decides");
}

#[test]
fn machines_that_share_a_fingerprint_and_differ_in_level_are_reported() {
    let cpu = |name: &str| json!({"cpu": name, "memory_total": "16"});
    let (old, new) = (cpu("AMD EPYC 7763"), cpu("AMD EPYC 9V74"));
    let mut values = history(&[(1000.0, old.clone())]);
    for at in (0..30).filter(|at| at % 3 == 0) {
        let value = values[at]["mean_ns"].as_f64().unwrap();
        values[at] = with(with(values[at].clone(), new.clone()), json!({"mean_ns": 0.7 * value}));
    }
    let made = History::new();
    made.records(&values);
    let policy = "version: '1'\nrunner_fingerprinting: {track_fields: [memory_total]}\n";
    made.file("policy.yml", policy);
    let found = command(&made, &["doctor"]);
    let text = found.out.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert_eq!(found.status, 1, "{found:?}");
    assert!(text.contains("different `cpu` (`AMD EPYC 7763`, `AMD EPYC 9V74`)"), "{text}");
    assert!(text.contains("add `cpu` to track_fields"), "{text}");
    made.file("policy.yml", policy.replace("[memory_total]", "[memory_total, cpu]"));
    assert_eq!(command(&made, &["doctor"]).status, 0);
    // A machine that was replaced once is a change like any other.
    let mut replaced = history(&[(1000.0, old)]);
    for record in &mut replaced[15..] {
        *record = with(with(record.clone(), new.clone()), json!({"mean_ns": 700.0}));
    }
    made.records(&replaced).file("policy.yml", policy);
    assert_eq!(command(&made, &["doctor"]).status, 0);
}
