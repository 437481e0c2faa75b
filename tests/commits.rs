//! What git knows of commits that nobody measured, of tags, and of clocks that go back: what the
//! pages make of `commits.ndjson`.

use serde_json::{Value, json};

use crate::support::{History, SERIES, Site, commit, days, lines};
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
            let time = format!("2025-08-{:02}T06:00:00Z", at + 1);
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
    assert!(text.contains("aaaaaaa 7 Aug 2025, not measured: subject 6 (#106)"), "{text}");
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
    let points = site.json(&format!("series/{SERIES}.json"));
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
    assert!(page.contains("4 Aug 2025: &lt;script&gt; and v1.0"), "{page}");
    assert!(page.contains("8 Aug 2025: v1.1"), "tags of commits that nobody measured too: {page}");
    let svg = site.read(&format!("chart/{SERIES}.svg"));
    assert!(svg.contains('◇'), "{svg}");
    let text = site.text(&format!("commit/{}/", commit(3)));
    assert!(text.contains("v1.0") && text.contains("<script>"), "{text}");
    web::check(&site);
}
