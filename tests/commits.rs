//! What git knows of commits that nobody measured, of tags, and of clocks that go back: what the
//! pages make of `commits.ndjson`.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{
    Answer, History, SERIES, Site, answer, commit, days, lines, program, record, with,
};
use crate::web;

/// Twelve measured commits, slower from the seventh on; between the sixth and it two that nobody
/// measured. Parents are known, and so the order.
fn history(change: impl Fn(&mut Vec<Value>)) -> History {
    let values = [1000.0, 1003.0, 998.0, 1001.0, 999.0, 1002.0];
    let slower = values.map(|value| value * 1.3);
    let history = History::new();
    history.records(&days(&[values, slower].concat()));
    let mut ids: Vec<String> = (0..12).map(commit).collect();
    ids.insert(6, "aaaaaaaaaaaa".to_owned());
    ids.insert(7, "bbbbbbbbbbbb".to_owned());
    let mut facts: Vec<Value> = ids
        .iter()
        .enumerate()
        .map(|(at, id)| {
            let parents: Vec<&String> = at.checked_sub(1).map(|at| &ids[at]).into_iter().collect();
            // The two stand before the seventh that was measured, and are of its day.
            let day = if at < 7 { at + 1 } else { (at - 1).max(7) };
            let time = format!("2025-09-{day:02}T05:00:00Z");
            let subject = format!("subject {at} (#{})", 100 + at);
            json!({"commit": id, "parents": parents, "author_time": time, "subject": subject,
                   "pull": 100 + at})
        })
        .collect();
    change(&mut facts);
    history.file("commits.ndjson", lines(&facts));
    history.file("policy.yml", "version: '1'\nsite: {repo_url: 'https://github.com/a/b'}\n");
    history
}

fn event(site: &Site) -> String {
    let events = site.json("events.json");
    let events = events["events"].as_array().unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    events[0]["url"].as_str().unwrap().to_owned()
}

#[test]
fn commits_that_nobody_measured_come_into_question_too() {
    let made = history(|_| ());
    let site = made.site(&[]);
    let text = site.text(&event(&site));
    assert!(text.contains("3 suspect commits, 2 of them not measured."), "{text}");
    assert!(text.contains("aaaaaaa 7 Sep 2025, not measured: subject 6 (#106)"), "{text}");
    let main = site.main(&event(&site));
    assert!(main.contains("href=\"https://github.com/a/b/commit/aaaaaaaaaaaa\""), "{main}");
    assert!(main.contains("href=\"https://github.com/a/b/pull/107\""), "{main}");
    web::check(&site);
}

#[test]
fn a_broken_line_of_parents_falls_back_to_what_was_measured() {
    let made = history(|facts| facts[7]["parents"] = json!(["cccccccccccc"]));
    let site = made.site(&[]);
    let text = site.text(&event(&site));
    assert!(text.contains("No measured commit in between."), "{text}");
}

#[test]
fn parents_are_stronger_than_a_clock_that_goes_back() {
    // The ninth was written a month before it was put on the main line.
    let made = history(|facts| facts[10]["author_time"] = json!("2025-07-01T06:00:00Z"));
    let site = made.site(&[]);
    let points = site.series(SERIES);
    let order: Vec<&str> = points["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["commit"].as_str().unwrap())
        .collect();
    assert_eq!(order, (0..12).map(commit).collect::<Vec<_>>());
    let text = site.text(&format!("commit/{}/", commit(8)));
    assert!(text.contains("Author date") && text.contains("1 Jul 2025"), "{text}");
    assert!(!site.text(&format!("commit/{}/", commit(9))).contains("Author date"));
    let (made, reversed) = (history(|_| ()), history(|facts| facts.reverse()));
    let (again, same) = (made.site(&[]), reversed.site(&[]));
    assert_eq!(same.page(&event(&same)), again.page(&event(&again)), "lines have no order");
}

#[test]
fn tags_are_marked_on_charts_and_named_at_their_runs_and_commits() {
    let hostile = "<script>";
    let made = history(|facts| {
        facts[3]["tags"] = json!(["v1.0", hostile]);
        facts[7]["tag"] = json!("v1.1");
    });
    let site = made.site(&[]);
    let page = site.main(&format!("series/{SERIES}/"));
    assert_eq!(page.matches('◇').count(), 3, "two marks and their explanation: {page}");
    assert!(page.contains("4 Sep 2025: &lt;script&gt; and v1.0"), "{page}");
    assert!(page.contains("7 Sep 2025: v1.1"), "tags of commits that nobody measured too: {page}");
    let svg = site.read(&format!("chart/{}.svg", SERIES.replace('/', ".")));
    assert!(svg.contains('◇'), "{svg}");
    let text = site.text(&format!("commit/{}/", commit(3)));
    assert!(text.contains("v1.0") && text.contains("<script>"), "{text}");
    web::check(&site);
}

/// The commits of the series, in the order of its points.
fn order(site: &Site) -> Vec<String> {
    let points = site.series(SERIES);
    let points = points["points"].as_array().unwrap().clone();
    points.iter().map(|point| point["commit"].as_str().unwrap().to_owned()).collect()
}

/// `check` of the newest run at noon of a day in October.
fn check(history: &History, october: u32, folder: &Path) -> Answer {
    let mut command = program();
    command.arg("check").arg("--data").arg(history.data()).current_dir(folder);
    command.args(["--format", "json", "--now", &format!("2025-10-{october:02}T12:00:00Z")]);
    answer(&mut command)
}

/// Runs git with the author's and the committer's clock.
fn git(folder: &Path, arguments: &[&str], author: &str, committer: &str) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for (role, date) in [("AUTHOR", author), ("COMMITTER", committer)] {
        command.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@b");
        command.env(format!("GIT_{role}_DATE"), date);
    }
    let answer = answer(&mut command);
    assert_eq!(answer.status, 0, "{arguments:?}: {}", answer.err);
    answer.out.trim().to_owned()
}

/// A repository whose newest five of thirty commits were rebased: they are slower, and their author
/// wrote them a month before the others. With records of all of them, which name that time.
fn rebased(history: &History) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut values: Vec<f64> = (0..25).map(|day| 1000.0 + f64::from(day % 4)).collect();
    values.extend([1300.0, 1302.0, 1301.0, 1299.0, 1303.0]);
    let mut records = days(&values);
    git(folder.path(), &["init", "--quiet", "-b", "main"], "", "");
    for (at, record) in records.iter_mut().enumerate() {
        let made = record["timestamp"].as_str().unwrap().to_owned();
        let author =
            if at < 25 { made.clone() } else { format!("2025-08-{:02}T06:00:00Z", at - 20) };
        let empty = ["commit", "--quiet", "--allow-empty", "-m", "work"];
        git(folder.path(), &empty, &author, &made);
        let id = git(folder.path(), &["rev-parse", "HEAD"], "", "");
        *record = with(record.clone(), json!({"commit": id, "commit_time": author}));
    }
    let ids = records.iter().map(|record| record["commit"].as_str().unwrap().to_owned()).collect();
    history.records(&records);
    (folder, ids)
}

#[test]
fn author_dates_order_nothing() {
    let history = History::new();
    let (repository, ids) = rebased(&history);
    // With and without the repository: the time of the measurement has the same order.
    for folder in [repository.path(), Path::new("/")] {
        let checked = check(&history, 1, folder);
        let outcome: Value = serde_json::from_str(&checked.out).unwrap();
        assert_eq!((checked.status, &outcome["candidate"]), (1, &json!(ids[29])), "{outcome}");
    }
    let site = history.site(&[]);
    assert_eq!(order(&site), ids);
    let text = site.text(&format!("commit/{}/", &ids[29][..12]));
    assert!(text.contains("Measured") && text.contains("30 Sep 2025"), "{text}");
    assert!(text.contains("Author date") && text.contains("9 Aug 2025"), "{text}");
}

#[test]
fn a_repository_orders_commits_that_were_measured_out_of_order() {
    let history = History::new();
    let (repository, ids) = rebased(&history);
    // All in one night, the newest commit first, with ids as a script may abbreviate them.
    let records: Vec<Value> = (0..30)
        .map(|at| record(&ids[29 - at][..10], &format!("2025-10-01T01:{at:02}:00Z"), 1000.0))
        .collect();
    history.records(&records);
    let mut command = program();
    command.arg("build").arg("--data").arg(history.data()).arg("--out").arg(history.out());
    command.args(["--now", "2025-10-02T00:00:00Z"]).current_dir(repository.path());
    let built = answer(&mut command);
    assert_eq!(built.status, 0, "{}", built.err);
    let short: Vec<String> = ids.iter().map(|id| id[..10].to_owned()).collect();
    assert_eq!(order(&Site { root: history.out() }), short);
    let checked = check(&history, 2, repository.path());
    assert!(checked.out.contains(&format!("\"candidate\": \"{}\"", short[29])), "{}", checked.out);
}

#[test]
fn every_night_of_an_unchanged_commit_is_a_run_of_its_own() {
    let history = History::new();
    let level = |day: usize| 1000.0 + (day % 4) as f64;
    let mut records = days(&(0..50).map(level).collect::<Vec<f64>>());
    let quiet = commit(20);
    for (day, record) in records.iter_mut().enumerate().skip(20) {
        let value = if day < 40 { level(day) } else { 1.3 * level(day) };
        *record = with(record.clone(), json!({"commit": quiet, "mean_ns": value}));
    }
    // A job at midnight, in which the benchmark is repeated.
    records.push(record(&quiet, "2025-10-21T23:58:00Z", 1300.0));
    records.push(record(&quiet, "2025-10-22T00:09:00Z", 1310.0));
    history.records(&records);
    let checked = check(&history, 22, Path::new("/"));
    let outcome: Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!((checked.status, &outcome["candidate"]), (1, &json!(quiet)), "{outcome}");
    assert_eq!(outcome["findings"][0]["verdict"], "regressed", "{outcome}");
    let site = history.site(&["--now", "2025-10-22T12:00:00Z"]);
    let points = site.series(SERIES);
    let points = points["points"].as_array().unwrap();
    assert_eq!((points.len(), &points[50]["value"]), (51, &json!(1305.0)));
    assert_eq!(points[49]["timestamp"], "2025-10-20T06:00:00Z");
    web::check(&site);
}
