//! `benchpages policy replay`: the gate over every day of the history, driven as a user would.

use serde_json::Value;

use crate::support::{Answer, History, days, demo, run};

/// 60 days at 100 with a regression of 30 % on day 40.
fn regressed() -> History {
    let value = |day: usize| {
        let jitter = [0.0, 0.6, -0.4, 0.9, -0.8, 0.3, -0.2][day % 7];
        if day < 40 { 100.0 + jitter } else { 130.0 + jitter }
    };
    let history = History::new();
    history.records(&days(&(0..60).map(value).collect::<Vec<_>>()));
    history
}

fn replay(history: &History, more: &[&str]) -> Answer {
    let data = history.data();
    let mut arguments = vec!["policy", "replay", "--data", data.to_str().unwrap()];
    arguments.extend(more);
    run(&arguments)
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, 0, "{}", answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

#[test]
fn a_regression_is_reported_at_its_third_run_and_stands_for_the_window() {
    let said = json(&replay(&regressed(), &["--format", "json"]));
    let regressed: Vec<&Value> = said["alarms"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|alarm| alarm["verdict"] == "regressed")
        .collect();
    let day = |at: usize| regressed[at]["timestamp"].as_str().unwrap()[..10].to_owned();
    let onset = said["events"][0]["timestamp"].as_str().unwrap()[..10].to_owned();
    assert_eq!(regressed.len(), 18, "the third run to the twentieth");
    assert!(day(0) > onset, "{onset}");
    let change = regressed[0]["change"].as_f64().unwrap();
    let confidence = regressed[0]["confidence"].as_f64().unwrap();
    assert!((change - 0.3).abs() < 0.02 && (0.9..1.0).contains(&confidence));
    let figures = &said["figures"];
    assert_eq!(figures["runs"], 60);
    assert_eq!(figures["findings"], 1);
    assert_eq!(figures["missed"], 0);
    assert_eq!(figures["false_alarm_rate"], 0.0);
    assert_eq!(figures["median_delay_runs"], 2.0);
}

#[test]
fn a_finding_that_a_note_marks_is_a_false_alarm() {
    let history = regressed();
    let onset = json(&replay(&history, &["--format", "json"]))["events"][0]["commit"].clone();
    let onset = onset.as_str().unwrap();
    let note = |commit: &str, matches: &str| {
        let front = format!("commit: {commit}\nfalse_alarm: true\nmatch: {matches}");
        history.file("notes/busy-host.md", format!("---\n{front}\n---\nA backup ran.\n"));
        json(&replay(&history, &["--format", "json"]))["figures"].clone()
    };
    assert_eq!(note(onset, "{backend: nothing}")["marked"], 0, "of another series");
    assert_eq!(note("c0ffee", "{}")["marked"], 0, "of no commit that was measured");
    let figures = note(onset, "{}");
    assert_eq!((&figures["marked"], &figures["withdrawn"]), (&1.into(), &0.into()), "{figures}");
    assert_eq!(figures["false_alarm_rate"], 1.0 / 60.0);
    let told = replay(&history, &[]);
    let row = told.out.lines().find(|line| line.contains("marked false alarms")).unwrap();
    assert!(row.ends_with(" 1"), "{}", told.out);
    let site = history.site(&[]);
    assert!(site.text("about/").contains("Marked as false alarms: 1"), "{}", site.text("about/"));
    let event = site.json("events.json")["events"][0]["url"].as_str().unwrap().to_owned();
    assert!(site.main(&event).contains("False alarm: Busy host"), "its page shows the mark");
}

#[test]
fn alarms_that_a_bare_threshold_would_have_given_are_counted() {
    let value = |day: usize| match day {
        20 | 33 | 34 | 50 => 160.0,
        day => 100.0 + [0.0, 0.6, -0.4, 0.9, -0.8, 0.3, -0.2][day % 7],
    };
    let history = History::new();
    history.records(&days(&(0..60).map(value).collect::<Vec<_>>()));
    let said = json(&replay(&history, &["--format", "json"]));
    let figures = &said["figures"];
    assert_eq!((&figures["findings"], &figures["spared"]), (&0.into(), &3.into()), "{figures}");
    assert_eq!(figures["minutes_saved"], 3 * figures["minutes_per_finding"].as_u64().unwrap());
    history.file("policy.yml", "version: '1'\nnotify: {minutes_per_finding: 7}\n");
    let figures = json(&replay(&history, &["--format", "json"]))["figures"].clone();
    assert_eq!(figures["minutes_saved"], 21);
    let told = replay(&history, &[]).out;
    assert!(told.contains("7 minutes each, assumed"), "the assumption stands beside it: {told}");
    let about = history.site(&[]).text("about/");
    assert!(about.contains("Time saved: 21 minutes assuming 7 per alarm"), "{about}");
    // What was reported, or was a change, was not kept back.
    assert_eq!(json(&replay(&regressed(), &["--format", "json"]))["figures"]["spared"], 0);
}

#[test]
fn another_policy_is_compared_with_the_one_in_force() {
    let history = regressed();
    history.file("other.yml", "version: '1'\nregression: {default_threshold: 0.5}\n");
    let other = history.data().join("other.yml");
    let other = other.to_str().unwrap();
    let said = json(&replay(&history, &["--against", other, "--format", "json"]));
    assert_eq!(said["against"]["figures"]["findings"], 0);
    assert_eq!(said["against"]["vanish"].as_array().unwrap().len(), 1);
    assert_eq!(said["against"]["appear"].as_array().unwrap().len(), 0);
    let told = replay(&history, &["--against", other]);
    assert!(told.out.contains("would no longer report\n  "), "{}", told.out);
    assert!(told.out.contains("would newly report\n  nothing"), "{}", told.out);
    let broken = replay(&history, &["--against", "nowhere.yml"]);
    assert_eq!(broken.status, 2);
    assert!(broken.err.contains("nowhere.yml"), "{}", broken.err);
}

#[test]
fn the_demo_s_story_is_reported_without_a_false_alarm() {
    let demo = demo();
    let data = demo.history.data();
    let said = json(&run(&[
        "policy",
        "replay",
        "--demo",
        "--format",
        "json",
        "--data",
        data.to_str().unwrap(),
    ]));
    assert_eq!(said["figures"]["withdrawn"], 0, "{}", said["figures"]);
    assert!(said["figures"]["findings"].as_u64().unwrap() >= 5);
    let verdicts: Vec<&str> = said["alarms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alarm| alarm["verdict"].as_str().unwrap())
        .collect();
    for word in ["regressed", "infrastructure", "not_compared", "new", "improved"] {
        assert!(verdicts.contains(&word), "{word}");
    }
    let told = run(&["policy", "replay", "--demo", "--data", data.to_str().unwrap()]);
    assert!(told.out.contains("regressions reported"), "{}", told.out);
    let refused = run(&["policy", "replay", "--data", data.to_str().unwrap()]);
    assert_eq!(refused.status, 2, "demo records without --demo");
}
