//! What a group of regressions suggests: the hint follows from what moved and what did not, and the
//! next step from the hint.

use serde_json::{Value, json};

use crate::support::{History, commit, with};

const NOW: &str = "2025-10-02T12:00:00Z";
const POLICY: &str = "version: '1'\nregression: {grace_period_days: 0}\n";
const DAYS: usize = 40;
/// The first day on which something is slower.
const FROM: usize = 30;

/// Times of variants of a benchmark, of which each is `fields` and whether it becomes 40 % slower.
fn history(variants: &[(Value, bool)]) -> History {
    let history = History::new();
    let mut records = Vec::new();
    for day in 0..DAYS {
        let time = format!("2025-{:02}-{:02}T06:00:00Z", 8 + day / 30, 1 + day % 30);
        for (fields, is_slower) in variants {
            let slower = if *is_slower && day >= FROM { 1.4 } else { 1.0 };
            let value = 1e6 * (1.0 + 0.003 * ((day * 7) % 5) as f64) * slower;
            let plain = json!({"commit": commit(day), "timestamp": time, "backend": "go",
                "test": "parse", "mean_ns": value});
            records.push(with(plain, fields.clone()));
        }
    }
    history.file("policy.yml", POLICY).records(&records);
    history
}

/// The insight of the only open group.
fn insight(history: &History) -> Value {
    let site = history.site(&["--now", NOW]);
    let found = site.json("regressions.json");
    let groups = found["groups"].as_array().unwrap();
    let open: Vec<&Value> = groups.iter().filter(|it| it["state"] == "open").collect();
    assert_eq!(open.len(), 1, "{found:#}");
    let step = open[0]["insight"]["recommendations"][0].as_str().unwrap().to_owned();
    // The card of the overview shows the first step.
    let shown = site.text("");
    assert!(shown.contains(step.split(['`', '\u{2068}']).next().unwrap()), "{step}: {shown}");
    open[0]["insight"].clone()
}

fn hint(history: &History) -> String {
    insight(history)["hint"].as_str().unwrap().to_owned()
}

#[test]
fn parallel_variants_alone_point_to_synchronization() {
    let found = insight(&history(&[(json!({}), false), (json!({"parallel": true}), true)]));
    assert_eq!(found["hint"], "Only parallel variants moved.");
    assert_eq!(found["severity"], "major");
    let first = found["recommendations"][0].as_str().unwrap();
    assert!(first.contains("synchronization"), "{first}");
}

#[test]
fn large_sizes_alone_point_to_complexity() {
    let sizes = [(json!({"n": 100}), false), (json!({"n": 10000}), true)];
    let found = hint(&history(&sizes));
    assert_eq!(found, "Only sizes from n = 10,000 on moved; n = 100 is unchanged.");
}

#[test]
fn all_backends_point_to_what_they_share_and_one_to_itself() {
    let backends = [(json!({}), true), (json!({"backend": "rust"}), true)];
    assert_eq!(hint(&history(&backends)), "All 2 backends of parse moved.");
    let tests = ["parse", "print"].map(|test| (json!({"test": test}), true));
    let others = ["parse", "print"].map(|test| (json!({"test": test, "backend": "rust"}), false));
    let found = hint(&history(&[tests, others].concat()));
    assert_eq!(found, "Only go moved; other backends of these tests did not.");
}

#[test]
fn one_series_alone_has_no_hint_and_a_next_step() {
    let found = insight(&history(&[(json!({}), true)]));
    assert_eq!(found["hint"], "");
    let step = found["recommendations"][0].as_str().unwrap();
    assert!(step.starts_with("Find the commit after "), "{step}");
    assert!(step.contains("benchpages bisect "), "{step}");
}

#[test]
fn a_toolchain_that_changed_with_it_comes_first() {
    let history = History::new();
    let record = |day: usize| {
        let time = format!("2025-{:02}-{:02}T06:00:00Z", 8 + day / 30, 1 + day % 30);
        let (rustc, value) = if day < FROM { ("1.90", 1e6) } else { ("1.91", 1.4e6) };
        json!({"commit": commit(day), "timestamp": time, "backend": "rust", "test": "parse",
            "rustc": rustc, "mean_ns": value * (1.0 + 0.003 * ((day * 7) % 5) as f64)})
    };
    let records: Vec<Value> = (0..DAYS).map(record).collect();
    history.file("policy.yml", POLICY).records(&records);
    let found = insight(&history);
    assert_eq!(found["hint"], "Recorded changes from this run on: rustc (1.90 → 1.91).");
    let step = found["recommendations"][0].as_str().unwrap();
    assert!(step.contains("with rustc 1.90: if it is as before"), "{step}");
}
