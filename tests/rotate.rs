//! What is old moves to the archive, and the trend stays.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, History, files, lines, record, run, with};

const NOW: &str = "2025-12-15T00:00:00Z";

fn rotate(history: &History, more: &[&str]) -> Answer {
    let data = history.data();
    let mut arguments = vec!["rotate", "--now", NOW, "--data", data.to_str().unwrap()];
    arguments.extend(more);
    run(&arguments)
}

/// Three runs a day on the 10th of every month of a year, one of them failed in March.
fn year() -> History {
    let history = History::new();
    for month in 1..=12 {
        let mut records = Vec::new();
        for hour in 1..=3 {
            let time = format!("2025-{month:02}-10T0{hour}:00:00Z");
            let commit = format!("{month:02}{hour}c0ffee");
            let value = 100.0 + f64::from(month) + f64::from(hour) / 10.0;
            let machine = json!({"runner_image": "ubuntu-24.04", "job": hour, "std_ns": hour});
            let mut one = with(record(&commit, &time, value), machine);
            if month == 3 && hour == 2 {
                one = with(one, json!({"mean_ns": null, "std_ns": null, "error": "killed"}));
            }
            records.push(one);
        }
        history.file(&format!("results/2025-{month:02}-10.ndjson"), lines(&records));
    }
    history
}

fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |name: &String| std::fs::read(folder.join(name)).unwrap();
    files(folder).into_iter().map(|name| (name.clone(), read(&name))).collect()
}

fn export(history: &History, more: &[&str]) -> String {
    let data = history.data();
    let mut arguments = vec!["export", "csv", "--data", data.to_str().unwrap()];
    arguments.extend(more);
    run(&arguments).out
}

#[test]
fn old_months_move_whole_and_the_archive_has_all_of_them() {
    let history = year();
    let before = export(&history, &[]);
    let answer = rotate(&history, &[]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    // 180 days before the 15th of December lies in June: January to May move.
    assert_eq!(answer.out.lines().count(), 5, "{}", answer.out);
    assert!(answer.out.starts_with("2025-01  3 records to archive/2025-01.ndjson.gz"));
    let names = files(&history.data());
    assert!(names.contains(&"archive/2025-05.ndjson.gz".to_owned()), "{names:?}");
    assert!(!names.contains(&"results/2025-05-10.ndjson".to_owned()), "{names:?}");
    assert!(names.contains(&"results/2025-06-10.ndjson".to_owned()), "{names:?}");
    assert_eq!(export(&history, &["--with-archive"]), before);
}

#[test]
fn a_day_keeps_its_median_its_bounds_and_its_count() {
    let history = year();
    rotate(&history, &[]);
    let january = std::fs::read_to_string(history.data().join("summaries/2025-01.ndjson")).unwrap();
    let record: Value = serde_json::from_str(&january).unwrap();
    let time = json!({"value": 101.2, "min": 101.1, "max": 101.3, "std": 2.0, "unit": "ns"});
    assert_eq!(record["metrics"]["time"], time);
    assert_eq!(record["summary_runs"], 3);
    assert_eq!(record["commit"], "013c0ffee");
    assert_eq!(record["runner_image"], "ubuntu-24.04");
    assert_eq!(record.get("job"), None, "what differs within the day is of none of it");
    let march = std::fs::read_to_string(history.data().join("summaries/2025-03.ndjson")).unwrap();
    assert_eq!(march.lines().count(), 1, "a day that has values needs no gap: {march}");
    let site = history.site(&["--now", NOW]);
    let index = site.json("index.json");
    assert_eq!(index["series"][0]["points"], 5 + 7 * 3);
}

#[test]
fn once_more_changes_nothing_and_what_was_cut_off_is_completed() {
    let history = year();
    let originals = content(&history.data());
    rotate(&history, &[]);
    let after = content(&history.data());
    let again = rotate(&history, &[]);
    assert!(again.err.contains("is older than"), "{}", again.err);
    assert_eq!(content(&history.data()), after);
    // As if the last step had not come about: the archive has the lines, and so have the results.
    // Of February one of several files is left.
    for (month, left) in [(2, 1), (4, usize::MAX)] {
        let name = format!("results/2025-{month:02}-10.ndjson");
        let lines = originals[&name].split_inclusive(|byte| *byte == b'\n');
        history.file(&name, lines.take(left).collect::<Vec<_>>().concat());
    }
    rotate(&history, &[]);
    let same = |content: &BTreeMap<String, Vec<u8>>| {
        let mut content = content.clone();
        content.remove("audit.ndjson");
        content
    };
    assert_eq!(same(&content(&history.data())), same(&after));
}

#[test]
fn an_old_pull_request_moves_whole_on_request_and_stays_a_pull_request() {
    let history = year();
    let of_pull = |commit: &str, time: &str| record(commit, time, 90.0);
    let old =
        [of_pull("aaaaaaaa", "2025-02-01T00:00:00Z"), of_pull("bbbbbbbb", "2025-03-01T00:00:00Z")];
    history.file("pulls/7.ndjson", lines(&old[..1]));
    history.file("pulls/7.bbbbbbbb-1.ndjson", lines(&old[1..]));
    // One run of it is recent.
    history.file("pulls/8.ndjson", lines(&old));
    history.file("pulls/8.c-1.ndjson", lines(&[of_pull("cccccccc", "2025-12-01T00:00:00Z")]));
    history.file("pulls/9.ndjson", format!("{}{{broken\n", lines(&old)));
    let before = export(&history, &[]);
    let pulls = |history: &History| -> Vec<String> {
        files(&history.data()).into_iter().filter(|it| it.contains("pulls/")).collect()
    };
    let all = pulls(&history);
    rotate(&history, &[]);
    assert_eq!(pulls(&history), all, "only on request");
    let answer = rotate(&history, &["--with-pulls"]);
    assert_eq!(answer.out, "pull request #7  2 records to archive/pulls/7.ndjson.gz\n");
    let left =
        ["archive/pulls/7.ndjson.gz", "pulls/8.c-1.ndjson", "pulls/8.ndjson", "pulls/9.ndjson"];
    assert_eq!(pulls(&history), left);
    assert_eq!(export(&history, &["--with-archive"]), before);
    assert!(before.contains("aaaaaaaa") && before.contains(",7,"), "{before}");
    // As if its files had not been removed.
    let packed = std::fs::read(history.data().join(left[0])).unwrap();
    history.file("pulls/7.ndjson", lines(&old[..1]));
    rotate(&history, &["--with-pulls"]);
    assert_eq!(std::fs::read(history.data().join(left[0])).unwrap(), packed);
    assert_eq!(pulls(&history), left);
}

#[test]
fn a_dry_run_moves_nothing_and_a_rotation_is_logged() {
    let history = year();
    let before = content(&history.data());
    let answer = rotate(&history, &["--dry-run", "--format", "json"]);
    let told: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&told["records"], &told["moved"]), (&json!(15), &Value::Null));
    assert_eq!(content(&history.data()), before);
    rotate(&history, &[]);
    let data = history.data();
    let log = run(&["audit", "show", "--data", data.to_str().unwrap()]).out;
    assert!(log.contains("rotation by") && log.contains("records: 15"), "{log}");
}

#[test]
fn lines_that_cannot_be_read_and_pieces_that_cannot_be_parted_stay() {
    let history = year();
    let old = std::fs::read_to_string(history.data().join("results/2025-01-10.ndjson")).unwrap();
    history.file("results/2025-01-10.ndjson", format!("{old}{{broken\n"));
    let mixed = [
        record("aaaaaaa", "2025-01-11T00:00:00Z", 1.0),
        record("bbbbbbb", "2025-12-11T00:00:00Z", 1.0),
    ];
    history.file("results/mixed.json", serde_json::to_string(&mixed).unwrap());
    let answer = rotate(&history, &[]);
    assert!(answer.err.contains("results/mixed.json holds old and new"), "{}", answer.err);
    let left = std::fs::read_to_string(history.data().join("results/2025-01-10.ndjson")).unwrap();
    assert_eq!(left, "{broken\n");
    assert!(history.data().join("results/mixed.json").exists());
}
