//! Backends side by side, parallel speed-up and trends of a view; what a view of recent regressions
//! shows.

use serde_json::{Value, json};

use crate::support::{History, Site, commit, with};

const NOW: &str = "2025-10-02T12:00:00Z";
const POLICY: &str = "version: '1'
regression: {grace_period_days: 0}
dashboard_presets:
  - {name: Julia vs Rust, filters: {backend: [julia, rust]}}
  - {name: Recent, filters: {days: 7, regression: true}}
";
const DAYS: usize = 40;

/// A record of a day: `fields` of a benchmark at this time in milliseconds.
fn record(day: usize, fields: &Value, milliseconds: f64) -> Value {
    let time = format!("2025-{:02}-{:02}T06:00:00Z", 8 + day / 30, 1 + day % 30);
    let jitter = 1.0 + 0.003 * ((day * 7) % 5) as f64;
    let plain = json!({"commit": commit(day), "timestamp": time, "backend": "rust",
        "test": "parse", "mean_ns": milliseconds * 1e6 * jitter});
    with(plain, fields.clone())
}

/// The site of benchmarks, each with its time on a day; it lives as long as its history.
fn site(policy: &str, benchmarks: &[(Value, &dyn Fn(usize) -> f64)]) -> (History, Site) {
    let history = History::new();
    let days = (0..DAYS).flat_map(|day| {
        benchmarks.iter().map(move |(fields, time)| record(day, fields, time(day)))
    });
    history.file("policy.yml", policy).records(&days.collect::<Vec<_>>());
    let site = history.site(&["--now", NOW]);
    (history, site)
}

fn memory(bytes: u64) -> Value {
    json!({"memory": {"value": bytes, "unit": "B"}})
}

#[test]
fn a_view_says_how_many_times_faster_a_backend_is() {
    let (_history, site) = site(
        POLICY,
        &[
            (json!({"n": 1_000_000}), &|_| 1.0),
            (json!({"n": 1_000_000, "backend": "julia"}), &|_| 7.8),
            // A metric of another kind has no part in the mean.
            (json!({"test": "print", "metrics": memory(100)}), &|_| 2.0),
            (json!({"test": "print", "metrics": memory(900), "backend": "julia"}), &|_| 4.0),
        ],
    );
    let view = site.text("view/julia-vs-rust/");
    assert!(view.contains("Backends side by side"), "{view}");
    // The root of 7.8 times 2.
    let sentence = "rust is 3.95× faster than julia (geometric mean of 2 benchmarks).";
    assert!(view.contains(sentence), "{view}");
    assert!(view.contains("rust 1.00×, julia 7.80×"), "{view}");
    let page = site.main("view/julia-vs-rust/");
    assert_eq!(page.matches("class=\"ra\"").count(), 2, "{page}");
}

#[test]
fn a_view_and_a_test_show_speed_up_and_efficiency() {
    let of = |parallel: bool| json!({"n": 1000, "parallel": parallel, "cpu_count": 4});
    let (_history, site) = site(POLICY, &[(of(false), &|_| 40.0), (of(true), &|_| 12.5)]);
    for page in ["view/julia-vs-rust/", "test/parse/"] {
        let text = site.text(page);
        assert!(text.contains("Parallel speed-up"), "{page}: {text}");
        assert!(text.contains("3.20×") && text.contains("80%"), "{page}: {text}");
    }
}

#[test]
fn a_view_counts_the_trends_of_its_series() {
    let rising = |day: usize| 10.0 * 1.001_f64.powi(i32::try_from(day).unwrap());
    let (_history, site) =
        site(POLICY, &[(json!({}), &rising), (json!({"test": "print"}), &|_| 3.0)]);
    let view = site.text("view/julia-vs-rust/");
    assert!(view.contains("Trends: 1 worse, 0 better of 2 series"), "{view}");
}

#[test]
fn recent_regressions_are_all_that_are_open() {
    // It began 22 days before the build, and nobody fixed it.
    let slower = |day: usize| if day < 20 { 1.0 } else { 1.4 };
    let (_history, site) =
        site(POLICY, &[(json!({}), &slower), (json!({"test": "print"}), &|_| 3.0)]);
    let view = site.text("view/recent/");
    assert!(view.contains("1 open regression") && view.contains("parse"), "{view}");
    assert!(!view.contains("print"), "{view}");
}

#[test]
fn the_page_of_a_series_says_when_its_budget_would_be_crossed() {
    let rising = |day: usize| 10.0 * 1.002_f64.powi(i32::try_from(day).unwrap());
    let policy = format!("{POLICY}budgets: [{{match: {{test: parse}}, budget: 10.5ms}}]\n");
    let (_history, site) = site(&policy, &[(json!({}), &rising)]);
    let page = site.text("series/parse/rust/default/any/");
    assert!(page.contains("At this trend it is violated in"), "{page}");
}
