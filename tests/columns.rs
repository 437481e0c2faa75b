//! The runs of a series as columns: what a reader of `api/v2/series/` gets back from them.

use serde_json::{Value, json};

use crate::support::decoded::runs_of;
use crate::support::{self, History, SERIES, commit};

/// The line of `export series` of each series.
fn exported(history: &History, filter: &[&str]) -> Vec<Value> {
    let data = history.data();
    let arguments = ["export", "series", "--demo", "--data", data.to_str().unwrap()];
    let answer = support::run(&[&arguments[..], filter].concat());
    assert_eq!(answer.status, 0, "{}", answer.err);
    answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs of two runners, one that failed, repeats, an outlier, and fractions of a second.
fn eventful() -> History {
    let history = History::new();
    let mut records = support::days(&[100.0; 40]);
    for (at, record) in records.iter_mut().enumerate() {
        let field = record.as_object_mut().unwrap();
        field.insert("mean_ns".into(), json!(100.0 + (at * 7 % 5) as f64 / 10.0 + 1.0 / 3.0));
        field.insert("std_ns".into(), if at % 3 == 0 { json!(0.1 + 0.2) } else { json!(2) });
        field.insert("runner_image".into(), json!(if at < 30 { "a" } else { "b" }));
    }
    records[20]["mean_ns"] = json!(160.0);
    records[25].as_object_mut().unwrap().extend([
        ("mean_ns".to_owned(), Value::Null),
        ("error".to_owned(), json!("out of memory")),
    ]);
    records[7]["timestamp"] = json!("2025-09-08T06:00:00.0125Z");
    let mut again = records[10].clone();
    again["timestamp"] = json!("2025-09-11T06:05:00Z");
    again["mean_ns"] = json!(1_000_000_000_000.0_f64);
    records.push(again);
    history.records(&records);
    history
}

#[test]
fn columns_give_back_every_run_exactly() {
    let history = eventful();
    let site = history.site(&[]);
    let [line] = &exported(&history, &[])[..] else { panic!("one series") };
    let file = site.json(&format!("series/{}.json", SERIES.replace('/', ".")));
    assert_eq!(file["points"]["time_unit"], "us");
    assert_eq!(json!(runs_of(&site, &file, &file["segments"])), line["points"]);
    let has = |name: &str| {
        line["points"].as_array().unwrap().iter().any(|run| {
            run["flags"].as_array().unwrap().contains(&json!(name)) || run.get(name).is_some()
        })
    };
    assert!(has("failed") && has("outlier") && has("repeats"), "{line}");
    assert_eq!(file["segments"].as_array().unwrap().len(), 2);
    // What stands beside the runs is the same in both.
    let mut rest = file.clone();
    let names = rest.as_object_mut().unwrap();
    for name in ["points", "schema", "version"] {
        names.remove(name);
    }
    for (name, value) in names {
        assert_eq!(*value, line[name.as_str()], "{name}");
    }
}

#[test]
fn the_demo_gives_back_every_run_of_every_series() {
    let demo = support::demo();
    let history = History::copy_of(&demo.history.data());
    for line in exported(&history, &["backend=rust,go"]) {
        let file = line["id"].as_str().unwrap().replace('/', ".");
        let file = demo.site.json(&format!("series/{file}.json"));
        let runs = json!(runs_of(&demo.site, &file, &file["segments"]));
        assert_eq!(runs, line["points"], "{}", line["id"]);
    }
}

#[test]
fn a_new_commit_leaves_the_files_of_other_series_as_they_are() {
    let history = History::new();
    let other = |records: &mut [Value]| {
        records.iter_mut().for_each(|record| record["test"] = json!("other"));
    };
    let mut old = support::days(&[50.0; 20]);
    other(&mut old);
    let mut records = support::days(&[100.0; 20]);
    records.extend(old);
    let before = history.records(&records).site(&[]).snapshot();
    records.extend(support::days(&[100.0; 21]).split_off(20));
    let site = history.records(&records).site(&[]);
    let after = site.snapshot();
    let own = format!("api/v2/series/{}.json", SERIES.replace('/', "."));
    let quiet = own.replace("parse", "other");
    assert!(before[&quiet] == after[&quiet]);
    assert!(before[&own] != after[&own]);
    assert_eq!(site.json("commits/0.json")["commits"][20], commit(20));
}
