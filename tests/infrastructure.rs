//! The machine or the code: what many series do at once, as `check`, `policy replay` and the site
//! report it.

use serde_json::{Value, json};

use crate::check::{NOW, Project, head, main, measured};
use crate::support::{answer, lines, program};

const POLICY: &str = "version: '1'\nregression: {default_threshold: 0.1, grace_period_days: 2}\n";
const TESTS: [&str; 8] = ["parse", "sort", "hash", "join", "scan", "load", "save", "copy"];
/// First day of every shift here.
const SHIFT: usize = 25;

/// Runs of a day on these backends, with a factor for each test.
fn runs(
    commit: &str,
    day: usize,
    hour: usize,
    backends: &[&str],
    factor: impl Fn(&str) -> f64,
) -> Vec<Value> {
    let (month, first) = if day < 31 { (1, 0) } else { (2, 31) };
    let time = format!("2025-{month:02}-{:02}T{hour:02}:00:00Z", day - first + 1);
    let mut records = Vec::new();
    for test in TESTS {
        for (at, backend) in backends.iter().enumerate() {
            let noise = 1.0 + 0.002 * ((day * 7 + hour + at * 3) % 5) as f64;
            let value = 100_000.0 * noise * factor(test);
            records.push(measured(commit, &time, backend, value, &json!({"test": test})));
        }
    }
    records
}

/// So many days, in which from [`SHIFT`] on each test is slower by its factor.
fn project(days: usize, backends: &[&str], factor: impl Fn(&str) -> f64) -> Project {
    let mut project = Project::new(0, POLICY);
    for day in 0..days {
        let slower = |test: &str| if day >= SHIFT { factor(test) } else { 1.0 };
        project.records.extend(runs(&main(day), day, 6, backends, slower));
    }
    project.write();
    project
}

const BACKENDS: [&str; 3] = ["go", "julia", "rust"];

#[test]
fn one_of_eight_tests_that_is_slower_on_all_backends_fails_the_main_line() {
    let project = project(30, &BACKENDS, |test| if test == "join" { 1.25 } else { 1.0 });
    let (status, found) = project.json(&[]);
    assert_eq!((status, &found["counts"]["regressed"]), (1, &json!(3)), "{found}");
    assert!(found["infrastructure"].is_null(), "{found}");
    assert_eq!(found["lasting_shifts"], json!([]), "{found}");
    let hints = found["findings"][0]["hints"].to_string();
    assert!(hints.contains("3 of 3 backends got worse together, but 7 of 8 tests"), "{hints}");
    let mut replay = program();
    replay.args(["policy", "replay", "--format", "json", "--data"]).arg(project.history.data());
    let replay: Value = serde_json::from_str(&answer(&mut replay).out).unwrap();
    let alarms = replay["alarms"].as_array().unwrap();
    assert!(alarms.iter().any(|it| it["verdict"] == "regressed"), "{replay}");
    assert!(alarms.iter().all(|it| it["verdict"] != "infrastructure"), "{replay}");
}

#[test]
fn a_slow_machine_stays_an_open_finding_until_a_note_explains_it() {
    let project = project(35, &BACKENDS, |_| 1.25);
    let (status, found) = project.json(&[]);
    assert_eq!((status, &found["verdict"]), (0, &json!("pass")), "{found}");
    let shift = &found["lasting_shifts"][0];
    assert_eq!((&shift["series"], &shift["state"]), (&json!(24), &json!("open")), "{found}");
    assert_eq!(shift["since"], json!("2025-01-26"));
    assert_eq!(shift["first_bad"], json!(main(SHIFT)));
    let sentence = shift["sentence"].as_str().unwrap();
    assert!(sentence.contains("24 series are 25"), "{sentence}");
    assert!(found["notices"].to_string().contains(sentence), "{found}");
    let site = project.history.site(&["--now", NOW]);
    assert!(site.text("").contains(sentence), "{}", site.text(""));
    let events = site.json("events.json");
    let is_open = |it: &Value| it["kind"] == "infrastructure" && it["status"] == "open";
    assert!(events["events"].as_array().unwrap().iter().any(is_open), "{events}");
    // A pull request that begins on the slower level is not about it.
    let own = runs(&head(7), 34, 12, &BACKENDS, |_| 1.25);
    project.history.file("pulls/7.ndjson", lines(&own));
    let (status, found) = project.json(&["--pull", "7"]);
    assert_eq!((status, &found["lasting_shifts"]), (0, &json!([])), "{found}");
    project.history.file(
        "notes/machine.md",
        "---\ntitle: A slower machine\ndate: 2025-01-26\n---\nThe old one broke.\n",
    );
    let (_, found) = project.json(&[]);
    assert_eq!(found["lasting_shifts"], json!([]), "{found}");
}

#[test]
fn on_one_backend_a_pull_request_that_slows_every_test_measured_a_slow_machine() {
    let project = project(SHIFT, &["rust"], |_| 1.0);
    let pull = |factor: fn(&str) -> f64| {
        let mut own = runs(&head(7), SHIFT, 8, &["rust"], factor);
        own.extend(runs(&head(7), SHIFT, 9, &["rust"], factor));
        own.extend(runs(&head(7), SHIFT, 10, &["rust"], factor));
        project.history.file("pulls/7.ndjson", lines(&own));
        project.json(&["--pull", "7"])
    };
    let (status, found) = pull(|_| 1.3);
    assert_eq!(status, 0, "{found}");
    assert_eq!(found["infrastructure"]["tests_shifted"], json!(8), "{found}");
    let text = project.check(&["--pull", "7"]).out;
    assert!(text.contains("8 of 8 tests 29.5% worse at once"), "{text}");
    assert!(text.contains("Measure the base again"), "{text}");
    let (status, found) = pull(|test| if test == "join" { 1.3 } else { 1.0 });
    assert_eq!((status, &found["counts"]["regressed"]), (1, &json!(1)), "{found}");
}
