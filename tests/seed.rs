//! The history that the format comes from: `tests/samples/pcs`, 455 demo records and 33 of a real
//! run, of which 27 failed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{History, files, suite};

fn history() -> History {
    let history = History::copy_of(&suite().join("samples/pcs"));
    std::fs::remove_file(history.data().join("SOURCE")).unwrap();
    history
}

fn records() -> Vec<Value> {
    let folder = suite().join("samples/pcs/results");
    let read = |path: &String| std::fs::read_to_string(folder.join(path)).unwrap();
    files(&folder)
        .iter()
        .flat_map(|path| {
            let lines: Vec<Value> =
                read(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            lines
        })
        .collect()
}

#[test]
fn it_is_refused_unless_it_is_called_a_demo() {
    let built = history().build(&[]);
    assert_eq!(built.status, 2);
    assert!(built.err.contains("455 of 488 records"), "{}", built.err);
    assert!(built.err.contains("--demo"), "{}", built.err);
    assert!(!history().out().exists());
}

#[test]
fn it_builds_whole_under_its_own_policy() {
    let history = history();
    let built = history.build(&["--demo", "--format", "json"]);
    assert_eq!(built.status, 0, "{}", built.err);
    let answer: Value = serde_json::from_str(&built.out).unwrap();
    assert_eq!((&answer["records"], &answer["rejected"]), (&488.into(), &0.into()));
    let site = crate::support::Site { root: history.out() };
    let health = site.json("health.json");
    assert_eq!((&health["failed"], &health["duplicates"]), (&27.into(), &0.into()));
    let by_policy = site.json("policy.json");
    assert_eq!(by_policy["policy"]["regression"]["per_backend"]["sql"], 0.2);
    for preset in ["all-parallel", "julia-vs-rust", "large-n-only", "recent-regressions"] {
        assert!(site.has(&format!("view/{preset}/index.html")), "{preset}");
    }
    crate::web::check(&site);
}

/// What makes a series in this history.
fn key(value: &Value) -> String {
    let fields = ["test", "backend", "mode", "parallel", "n"];
    fields.map(|field| value[field].to_string()).join(" ")
}

#[test]
fn every_value_is_kept_to_its_last_digit() {
    let history = history();
    let site = history.site(&["--demo"]);
    let mut told: BTreeMap<(String, String), Vec<Option<f64>>> = BTreeMap::new();
    for record in records() {
        let place = (key(&record), record["commit"].as_str().unwrap().to_owned());
        told.entry(place).or_default().push(record["mean_ns"].as_f64());
    }
    let (mut compared, mut failed) = (0, 0);
    let index = site.json("index.json");
    for series in index["series"].as_array().unwrap() {
        let id = series["id"].as_str().unwrap();
        let file = site.series(id);
        for point in file["points"].as_array().unwrap() {
            let place = (key(series), point["commit"].as_str().unwrap().to_owned());
            match told[&place].as_slice() {
                [value] => {
                    let kept = point["value"].as_f64();
                    assert_eq!(kept.map(f64::to_bits), value.map(f64::to_bits), "{place:?}");
                    compared += 1;
                    failed += usize::from(value.is_none());
                }
                repeats => assert!(repeats.len() > 1),
            }
        }
    }
    assert!(compared > 400 && failed > 0, "{compared} compared, {failed} failed");
}

#[test]
fn a_number_is_written_as_it_was_read() {
    let history = history();
    let site = history.site(&["--demo"]);
    let text = site.read("api/v2/series/sum_even_squares.julia.loops.100000.json");
    assert!(text.contains("135202.09706572493"), "{text}");
    assert!(text.contains("6760.104853286247"), "{text}");
}
