//! What a public site hides, and targets wherever they are shown: whole sites, every file of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{History, Site, lines};

const SECRET: &str = "secret-runner-7";
const AT: [&str; 2] = ["--now", "2025-01-15T00:00:00Z"];
const POLICY: &str = "version: '1'\nrunner_fingerprinting: {track_fields: [runner_image], \
                      suppress_alerts_on_runner_change: true}\nsite:\n  redact: ['runner_*', \
                      hostname, version, 'error*']\nsla:\n  - {max_avg_time_ms: 0.001}\n";

fn record(day: usize) -> Value {
    json!({"commit": format!("c{day:02}"), "timestamp": format!("2025-01-{day:02}T00:00:00Z"),
        "backend": "rust", "test": "parse"})
}

/// 12 days on two runners: the second is the secret one, and twice as slow. `version` is recorded
/// with each run, or not at all: runs of different versions are never compared.
fn history(with_version: bool) -> History {
    let mut records = Vec::new();
    for day in 1..=12 {
        let (runner, level) = if day < 7 { ("plain", 10_000) } else { (SECRET, 20_000) };
        let mut record = record(day);
        record["mean_ns"] = json!(level + day);
        for field in ["error_of", "runner_image", "hostname"] {
            record[field] = json!(runner);
        }
        if with_version {
            record["version"] = json!(runner);
        }
        records.push(record);
    }
    let mut failed = record(13);
    failed["error"] = json!(format!("lost {SECRET}"));
    failed["hostname"] = json!(SECRET);
    let mut rejected = record(14);
    rejected["error"] = json!([SECRET]);
    records.extend([failed, rejected]);
    let history = History::new();
    history.file("results/a.ndjson", lines(&records)).file("policy.yml", POLICY);
    history
}

fn site(history: &History, more: &[&str]) -> Site {
    history.site(&[&AT, more].concat())
}

/// The paths of the files that hold a text.
fn with_text(files: &BTreeMap<String, Vec<u8>>, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let files = files.iter().filter(|(_, bytes)| holds(bytes));
    files.map(|(path, _)| path.clone()).collect()
}

#[test]
fn a_public_site_holds_no_value_of_a_redacted_field_anywhere() {
    let history = history(true);
    let internal = site(&history, &[]).snapshot();
    let named = with_text(&internal, SECRET);
    assert!(named.len() >= 3, "{named:?}");
    let public = site(&history, &["--audience", "public"]).snapshot();
    assert_eq!(with_text(&public, SECRET), Vec::<String>::new());
    let redacted = with_text(&public, "redacted 2");
    assert!(redacted.iter().any(|path| path == "health/index.html"), "{redacted:?}");
    assert!(redacted.iter().any(|path| path.starts_with("api/v2/series/")), "{redacted:?}");
    assert!(internal.keys().eq(public.keys()), "nothing else changes");
}

#[test]
fn a_missed_target_is_shown_on_overview_and_health_and_in_json() {
    let history = history(true);
    let site = site(&history, &[]);
    let overview = site.page("");
    assert!(overview.contains("href=\"health/#targets\"") && overview.contains("1 target missed"));
    let health = site.page("health/");
    assert!(health.contains("id=\"targets\"") && health.contains("sla[0].max_avg_time_ms"));
    let target = &site.json("health.json")["targets"][0];
    assert_eq!((&target["verdict"], &target["limit"]), (&json!("violation"), &json!(1000.0)));
    assert!(target["series"].is_string(), "{target}");
}

#[test]
fn evidence_quotes_recorded_values_and_on_a_public_site_only_that_they_changed() {
    let history = history(false);
    let policy = POLICY.replace("_change: true", "_change: false").replace("version, ", "");
    history.file("policy.yml", policy);
    let internal = site(&history, &[]).read("api/v2/events.json");
    assert!(internal.contains(&format!("runner_image (plain → {SECRET})")), "{internal}");
    let public = site(&history, &["--audience", "public"]).read("api/v2/events.json");
    assert!(public.contains("runner_image (redacted → redacted 2)"), "{public}");
    assert!(!public.contains(SECRET), "{public}");
}
