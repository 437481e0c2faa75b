//! `benchpages demo-data`: what the issue promises of it, counted in the files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{self, run};

fn records() -> Vec<Value> {
    let demo = support::demo();
    let history = &demo.history;
    let files = support::files(&history.data()).into_iter();
    files
        .filter(|path| path.starts_with("results/"))
        .flat_map(|path| {
            let text = std::fs::read_to_string(history.data().join(path)).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
        })
        .collect()
}

#[test]
fn sixty_days_of_sixty_five_records() {
    let mut days: BTreeMap<String, usize> = BTreeMap::new();
    for record in records() {
        *days.entry(record["timestamp"].as_str().unwrap()[..10].to_owned()).or_default() += 1;
    }
    assert_eq!((days.len(), days.values().sum::<usize>()), (60, 3_900));
    assert!(days.values().all(|records| *records == 65), "{days:?}");
}

#[test]
fn every_record_says_that_it_is_made_up() {
    for record in records() {
        assert_eq!(record["generator"], "benchpages@demo");
        assert!(record["commit"].as_str().unwrap().starts_with("demo-"), "{record}");
    }
}

#[test]
fn the_matrix_is_the_promised_one() {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for record in records() {
        for field in ["backend", "test", "mode", "n", "parallel"] {
            let value = record[field].to_string().trim_matches('"').to_owned();
            let values = names.entry(field).or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    names.values_mut().for_each(|values| values.sort());
    assert_eq!(names["backend"], ["csharp", "go", "julia", "rust", "ts"]);
    assert_eq!(names["test"], ["groupby_topN", "sum_even_squares", "time_buckets"]);
    assert_eq!(names["mode"], ["broadcast", "loops"]);
    assert_eq!(names["n"], ["100000", "1000000"]);
    assert_eq!(names["parallel"], ["false", "true"]);
}

#[test]
fn the_story_is_found_by_the_program_itself() {
    let demo = support::demo();
    let site = &demo.site;
    let events = site.json("events.json");
    let events = events["events"].as_array().unwrap();
    let any = |kind: &str, direction: &str| {
        events.iter().any(|event| event["kind"] == kind && event["direction"] == direction)
    };
    assert!(any("change_point", "worse") && any("change_point", "better"), "{events:?}");
    assert!(any("infrastructure", "worse"), "one slow day of the machine");
    assert!(events.iter().any(|event| event["status"] == "accepted"), "one accepted change");
    assert!(events.iter().any(|event| event["status"] == "fixed"), "one regression and its fix");
    let index = site.json("index.json");
    let verdicts: Vec<&str> = index["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|series| series["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts.len(), 65);
    assert!(verdicts.contains(&"new"), "one series in grace: {verdicts:?}");
    assert_eq!(site.json("health.json")["failed"], 1);
}

#[test]
fn a_folder_of_somebody_elses_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let answer = run(&["demo-data", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert_eq!(support::files(folder.path()), ["mine.txt"]);
}

#[test]
fn days_and_dates_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("d");
    for (name, value) in [
        ("--days", "0"),
        ("--days", "3651"),
        ("--days", "x"),
        ("--end", "2025-02-30"),
        ("--end", "tomorrow"),
        ("--scenario", "none"),
        ("--seed", "-1"),
    ] {
        let answer = run(&["demo-data", name, value, "--out", out.to_str().unwrap()]);
        assert_eq!(answer.status, 2, "{name} {value}");
        assert!(answer.err.contains(value), "{name} {value}: {}", answer.err);
        assert!(!out.exists());
    }
}
