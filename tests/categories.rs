//! Categories of benchmarks: views of micro, macro and chaos, chaos experiments, growth with n.

use serde_json::{Value, json};

use crate::support::{History, NOW, Site, commit, days, run, with};

fn noisy(at: usize) -> f64 {
    1.0 + f64::from(u32::try_from(at * 7 % 5).unwrap()) / 200.0
}

fn series(site: &Site, path: &str) -> Value {
    site.series(path)
}

/// Times of n^`exponent` at these sizes, on 20 days.
fn sweep(test: &str, sizes: &[u64], exponent: f64, fields: Value) -> Vec<Value> {
    let mut records = Vec::new();
    for (place, n) in sizes.iter().enumerate() {
        let time = 50.0 * (*n as f64).powf(exponent);
        let values: Vec<f64> = (0..20).map(|day| time * noisy(day + place)).collect();
        let of_size = json!({"n": n, "test": test});
        let all = days(&values).into_iter().map(|record| with(record, of_size.clone()));
        records.extend(all.map(|record| with(record, fields.clone())));
    }
    records
}

#[test]
fn growth_with_n_is_a_sentence_and_a_number() {
    let made = History::new();
    let mut records = sweep("sort", &[100, 1_000, 10_000], 1.2, json!({}));
    records.extend(sweep("hash", &[100], 1.0, json!({})));
    records.extend(sweep("find", &[100, 1_000], -0.5, json!({"metric": "rate", "unit": "req/s"})));
    for record in records.iter_mut().filter(|record| record["test"] == "find") {
        let value = record.as_object_mut().unwrap().remove("mean_ns").unwrap();
        record["value"] = value;
    }
    made.records(&records);
    let site = made.site(&["--now", NOW]);
    let growth = &series(&site, "sort/rust/default/1000")["growth"];
    let number = |name: &str| growth[name].as_f64().unwrap();
    assert!((number("exponent") - 1.2).abs() < 0.01, "{growth}");
    assert!(number("low") <= 1.2 && 1.2 <= number("high"), "{growth}");
    assert_eq!((&growth["sizes"], &growth["runs"]), (&json!(3), &json!(36)));
    let page = site.text("test/sort/");
    assert!(page.contains("rust: time grows as n^1.2"), "{page}");
    assert!(page.contains("95% interval from the newest runs"), "{page}");
    // A rate that falls has an exponent below zero.
    let page = site.text("test/find/");
    assert!(page.contains("rust: rate falls as n^−0.500 (−0.5"), "{page}");
    assert!(series(&site, "hash/rust/default/100").get("growth").is_none());
    crate::web::check(&site);
}

#[test]
fn growth_needs_enough_runs_to_have_an_interval() {
    let made = History::new();
    let records = sweep("sort", &[100, 1_000], 1.0, json!({}));
    let first: Vec<Value> = records
        .into_iter()
        .filter(|it| it["commit"] == commit(0) || it["commit"] == commit(1))
        .collect();
    made.records(&first);
    let site = made.site(&["--now", NOW]);
    assert!(series(&site, "sort/rust/default/100").get("growth").is_none());
    assert!(!site.page("test/sort/").contains("n^"));
}

/// 24 days around 100 ns: on day 15 a half slower, on day 16 a quarter, then as before.
fn experiment(policy: &str) -> History {
    let made = History::new();
    let factor = |day: usize| match day {
        15 => 1.5,
        16 => 1.25,
        _ => 1.0,
    };
    let values: Vec<f64> = (0..24).map(|day| 100.0 * noisy(day) * factor(day)).collect();
    let tagged = days(&values).into_iter().map(|it| with(it, json!({"tags": ["chaos"]})));
    made.records(&tagged.collect::<Vec<Value>>());
    made.file("policy.yml", format!("version: '1'\n{policy}"));
    made
}

const WINDOW: &str = "annotations:\n  - date: '2025-09-16'\n    chaos_until: '2025-09-17'\n    \
                      text: Replica down\n    match: {tags: chaos}\n";

#[test]
fn a_chaos_experiment_shows_baseline_and_degraded_level_and_recovery() {
    let made = experiment(WINDOW);
    let site = made.site(&["--now", NOW]);
    let chaos = series(&site, "parse/rust/default/1000")["chaos"][0].clone();
    assert_eq!((&chaos["from"], &chaos["to"]), (&json!("2025-09-16"), &json!("2025-09-17")));
    assert_eq!((&chaos["degraded_runs"], &chaos["title"]), (&json!(2), &json!("Replica down")));
    assert_eq!(chaos["recovery_seconds"], json!(2 * 24 * 3_600));
    let change = chaos["change"].as_f64().unwrap();
    assert!((0.3..0.45).contains(&change), "{chaos}");
    let page = site.text("series/parse/rust/default/1000/");
    assert!(page.contains("Chaos experiments"), "{page}");
    assert!(page.contains("Replica down · 16–17 Sep 2025: baseline 101 ns, degraded 1"), "{page}");
    assert!(page.contains("recovered after 2 days."), "{page}");
    assert!(page.contains("Tags"), "{page}");
    crate::web::check(&site);
    // A note says the same as an annotation.
    let made = experiment("");
    let note = "---\ndate: 2025-09-16\nchaos_until: 2025-09-17\ntitle: Replica down\n---\n";
    made.file("notes/chaos.md", note);
    let of_note =
        series(&made.site(&["--now", NOW]), "parse/rust/default/1000")["chaos"][0].clone();
    assert_eq!(of_note, chaos);
}

#[test]
fn a_series_that_an_experiment_leaves_alone_says_so() {
    let policy = WINDOW.replace("09-16", "09-06").replace("09-17", "09-07");
    let made = experiment(&policy);
    let site = made.site(&["--now", NOW]);
    let page = site.text("series/parse/rust/default/1000/");
    assert!(page.contains("no change above the 10% threshold."), "{page}");
    let chaos = series(&site, "parse/rust/default/1000")["chaos"][0].clone();
    assert_eq!((&chaos["degraded_runs"], &chaos["recovery_seconds"]), (&json!(0), &Value::Null));
}

#[test]
fn a_window_that_is_none_is_an_error_of_the_policy_with_its_place() {
    let policy = WINDOW.replace("'2025-09-17'", "'2025-09-01'");
    let made = experiment(&policy);
    let data = made.data().display().to_string();
    let answer = run(&["policy", "check", "--data", &data]);
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert!(
        answer.err.contains("`chaos_until` is not within 31 days from `date`"),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("policy.yml:4:"), "{}", answer.err);
}

#[test]
fn tags_of_categories_have_views_unless_the_policy_names_its_own() {
    let micro = || sweep("hash", &[100], 1.0, json!({"tags": ["micro"]}));
    let made = History::new();
    made.records(&micro());
    let site = made.site(&["--now", NOW]);
    assert!(site.has("view/micro-benchmarks/index.html"));
    assert!(!site.has("view/macro-benchmarks/index.html"));
    assert!(site.page("view/micro-benchmarks/").contains("hash"));
    let own = "dashboard_presets:\n  - name: Small ones\n    filters: {tags: micro}\n";
    made.file("policy.yml", format!("version: '1'\n{own}"));
    let site = made.site(&["--now", NOW]);
    assert!(site.has("view/small-ones/index.html"));
    assert!(!site.has("view/micro-benchmarks/index.html"));
}
