//! What the demo promises: counts, bytes, and a story that shows in the numbers.

use std::collections::BTreeMap;

use sha2::Digest as _;

use super::*;

/// One parsed record: day from the oldest, key, value.
type DemoPoint = (usize, String, Option<f64>);

fn points(history: &DemoHistory) -> Vec<DemoPoint> {
    let days = history.files.iter().filter(|(path, _)| path.starts_with("results/"));
    let lines = days.enumerate().flat_map(|(day, (_, bytes))| {
        std::str::from_utf8(bytes).unwrap().lines().map(move |line| (day, line))
    });
    lines
        .map(|(day, line)| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let parallel = if record["parallel"].as_bool().unwrap() { "-parallel" } else { "" };
            let text = |name: &str| record[name].as_str().unwrap().to_owned();
            let key = format!(
                "{}/{}/{}{parallel}/{}",
                text("test"),
                text("backend"),
                text("mode"),
                record["n"]
            );
            (day, key, record["mean_ns"].as_f64())
        })
        .collect()
}

fn by_series(history: &DemoHistory) -> BTreeMap<String, Vec<(usize, f64)>> {
    let mut series: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
    for (day, key, value) in points(history) {
        series.entry(key).or_default().extend(value.map(|value| (day, value)));
    }
    series
}

fn median(runs: &[(usize, f64)], days: std::ops::Range<usize>) -> f64 {
    let inside = runs.iter().filter(|(day, _)| days.contains(day));
    let mut values: Vec<f64> = inside.map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn change(
    runs: &[(usize, f64)],
    before: std::ops::Range<usize>,
    after: std::ops::Range<usize>,
) -> f64 {
    median(runs, after) / median(runs, before) - 1.0
}

/// SHA-256 of the default demo: a change of it is a change of everybody's demo.
const PINNED: &str = "5098c2b1ae169bae77f13781f85ea5e34f1412796d1b5e785b5a1c475b69be17";

fn digest(history: &DemoHistory) -> String {
    let mut hash = sha2::Sha256::new();
    for (path, bytes) in &history.files {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(bytes);
    }
    model::hex::encode(hash.finalize())
}

#[test]
fn the_default_is_3900_records_65_on_each_of_60_days() {
    let history = generate(&DemoOptions::default());
    let points = points(&history);
    assert_eq!((points.len(), history.records), (3_900, 3_900));
    for day in 0..60 {
        assert_eq!(points.iter().filter(|point| point.0 == day).count(), 65, "day {day}");
    }
    let dates: Vec<&str> = history.files.iter().map(|(path, _)| path.as_str()).collect();
    assert!(dates.contains(&"results/2025-07-29.ndjson"));
    assert!(dates.contains(&"results/2025-09-26.ndjson"));
}

#[test]
fn the_bytes_are_these_on_every_platform() {
    let history = generate(&DemoOptions::default());
    assert_eq!(history, generate(&DemoOptions::default()));
    assert_eq!(digest(&history), PINNED);
    let other = generate(&DemoOptions { seed: 1, ..DemoOptions::default() });
    assert_ne!(digest(&history), digest(&other));
}

/// The same of the service.
const PINNED_SERVICE: &str = "46f00b7ec738b711107198e9c160a323431cda015630116484c26b698bdb7358";

#[test]
fn the_service_has_15_records_a_day_and_these_bytes() {
    let options = DemoOptions { scenario: Scenario::Service, ..DemoOptions::default() };
    let history = generate(&options);
    assert_eq!(history.records, 900);
    assert_eq!(digest(&history), PINNED_SERVICE);
    let text = |path: &str| {
        let file = history.files.iter().find(|(name, _)| name == path);
        String::from_utf8(file.unwrap().1.clone()).unwrap()
    };
    let day = text("results/2025-09-26.ndjson");
    assert_eq!(day.lines().count(), 15);
    assert!(day.lines().all(|line| line.contains("\"generator\":\"benchpages@demo\"")), "{day}");
    assert_eq!(day.matches("\"p99\":").count(), 12);
    assert!(text("policy.yml").contains("chaos_until: \"2025-09-02\""));
    assert!(text("notes/orders-query.md").contains("date: \"2025-08-19\""));
    // A short history has nothing about days that it does not hold.
    let short = generate(&DemoOptions { days: 3, ..options });
    assert!(!short.files.iter().any(|(path, _)| path.starts_with("notes/")));
}

#[test]
fn every_line_has_the_fields_of_the_seed_format() {
    const TEXTS: [&str; 13] = [
        "commit",
        "timestamp",
        "backend",
        "test",
        "mode",
        "os",
        "cpu",
        "runner_image",
        "cpu_flags",
        "memory_total",
        "os_version",
        "k_policy",
        "bench_runner_ver",
    ];
    let first_format = |scenario: &Scenario| *scenario != Scenario::Service;
    for scenario in Scenario::ALL.map(|(_, scenario)| scenario).into_iter().filter(first_format) {
        let history = generate(&DemoOptions { days: 25, scenario, ..DemoOptions::default() });
        let measured = |path: &str| path.starts_with("results/") || path.starts_with("pulls/");
        for (path, bytes) in history.files.iter().filter(|(path, _)| measured(path)) {
            let mut seen = std::collections::BTreeSet::new();
            for line in std::str::from_utf8(bytes).unwrap().lines() {
                let record: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(TEXTS.iter().all(|name| record[*name].is_string()), "{line}");
                assert!(record["n"].is_u64() && record["parallel"].is_boolean(), "{line}");
                assert_eq!(record["generator"], GENERATOR);
                assert!(record["commit"].as_str().unwrap().starts_with("demo-"));
                let value = record["mean_ns"].as_f64();
                assert_eq!(value.is_none(), record["error"].is_string(), "{line}");
                assert!(value.is_none_or(|value| value > 0.0 && record["std_ns"].is_f64()));
                let time = record["timestamp"].as_str().unwrap();
                assert_eq!(Timestamp::parse(time).unwrap().to_string(), time);
                assert!(path.starts_with("pulls/") || path.contains(&time[..10]), "{path} {time}");
                assert!(seen.insert(time.to_owned()), "two records at {time} in {path}");
            }
        }
    }
}

#[test]
fn the_regression_and_its_fix_show() {
    let series = by_series(&generate(&DemoOptions::default()));
    let runs = &series["sum_even_squares/julia/loops-parallel/1000000"];
    let (worse, fixed) = (change(runs, 19..33, 33..46), change(runs, 33..46, 46..60));
    assert!((worse - 0.18).abs() < 0.02, "{worse}");
    assert!((fixed + 0.152).abs() < 0.02, "{fixed}");
    let sibling = change(&series["sum_even_squares/julia/loops/1000000"], 19..33, 33..46);
    assert!(sibling.abs() < 0.02, "{sibling}");
}

#[test]
fn the_improvement_the_accepted_change_and_the_drift_show() {
    let series = by_series(&generate(&DemoOptions::default()));
    for loops in
        ["loops/100000", "loops-parallel/100000", "loops/1000000", "loops-parallel/1000000"]
    {
        let better = change(&series[&format!("time_buckets/rust/{loops}")], 34..54, 54..60);
        assert!((better + 0.12).abs() < 0.015, "{loops} {better}");
        let accepted = change(&series[&format!("groupby_topN/go/{loops}")], 35..55, 55..60);
        assert!(accepted > 0.15 && accepted < 0.19, "{loops} {accepted}");
        let drift = change(&series[&format!("groupby_topN/csharp/{loops}")], 19..24, 55..60);
        assert!((drift - 0.143).abs() < 0.025, "{loops} {drift}");
    }
}

#[test]
fn the_runner_change_and_the_infrastructure_day_show_in_every_backend() {
    let history = generate(&DemoOptions::default());
    for (key, runs) in by_series(&history).into_iter().filter(|(_, runs)| runs.len() > 50) {
        let shift = change(&runs, 0..18, 19..27);
        assert!((-0.075..-0.01).contains(&shift), "{key} {shift}");
        let infrastructure = change(&runs, 20..27, 27..28);
        assert!((0.2..0.6).contains(&infrastructure), "{key} {infrastructure}");
    }
    let image = |day: usize| {
        let (_, bytes) =
            history.files.iter().filter(|(path, _)| path.starts_with("results/")).nth(day).unwrap();
        String::from_utf8_lossy(bytes).matches("ubuntu-24.04").count()
    };
    assert_eq!((image(17), image(18)), (0, 65));
}

#[test]
fn one_series_is_two_days_old_and_one_run_failed() {
    let history = generate(&DemoOptions::default());
    let series = by_series(&history);
    assert_eq!(series.len(), 65);
    let young: Vec<_> = series.iter().filter(|(_, runs)| runs[0].0 > 0).collect();
    assert_eq!(young.len(), 1);
    let days: Vec<usize> = young[0].1.iter().map(|(day, _)| *day).collect();
    assert_eq!(days, [57, 58, 59]);
    let failed: Vec<_> = points(&history).into_iter().filter(|point| point.2.is_none()).collect();
    assert_eq!(failed, [(40, "time_buckets/csharp/loops-parallel/1000000".to_owned(), None)]);
}

#[test]
fn the_papers_name_the_commits_of_the_story() {
    let history = generate(&DemoOptions::default());
    let file = |name: &str| {
        let (_, bytes) = history.files.iter().find(|(path, _)| path == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let commits: Vec<serde_json::Value> =
        file("commits.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(commits.len(), 61);
    assert!(commits.windows(2).all(|pair| pair[1]["parents"][0] == pair[0]["commit"]));
    let id = |day: usize| commits[day]["commit"].as_str().unwrap().to_owned();
    assert!(file("accepted.yml").contains(&id(55)));
    assert!(file("notes/julia-bounds-check.md").contains(&id(46)));
    assert!(file("notes/runner-change.md").starts_with("---\ndate: \"2025-08-16\"\n"));
    assert!(file("policy.yml").contains("date: \"2025-09-24\""));
    let pull = file("pulls/412.ndjson");
    assert_eq!(pull.lines().count(), 325);
    assert!(pull.lines().all(|line| line.contains("\"pull\":412") && line.contains(&id(60))));
}

#[test]
fn the_pull_request_slows_one_series_by_13_percent() {
    let history = generate(&DemoOptions::default());
    let (_, bytes) = history.files.iter().find(|(path, _)| path == "pulls/412.ndjson").unwrap();
    let results = vec![("results/x".to_owned(), bytes.clone())];
    let pull = by_series(&DemoHistory { files: results, records: 0 });
    let main = by_series(&history);
    for (key, runs) in &pull {
        let change = median(runs, 0..1) / median(&main[key], 55..60) - 1.0;
        let slower = key == "groupby_topN/julia/loops/1000000";
        assert_eq!(change > 0.12, slower, "{key} {change}");
        assert!(!slower || change < 0.16, "{change}");
    }
}

#[test]
fn the_policy_in_the_repository_is_yaml_without_tabs() {
    let (_, bytes) = commits::companion_files(&[], &DemoOptions::default()).pop().unwrap();
    let policy: serde_json::Value =
        serde_saphyr::from_str(std::str::from_utf8(&bytes).unwrap()).unwrap();
    assert_eq!(policy["regression"]["per_backend"]["rust"], 0.08);
    assert_eq!(policy["dashboard_presets"].as_array().unwrap().len(), 4);
}

#[test]
fn nothing_happens_when_steady() {
    let options = DemoOptions { scenario: Scenario::Steady, ..DemoOptions::default() };
    for (key, runs) in by_series(&generate(&options)) {
        let change = change(&runs, 0..30, 30..60);
        assert!(change.abs() < 0.025, "{key} {change}");
    }
}

#[test]
fn large_is_200000_records() {
    let days = Scenario::Large.default_days();
    let options = DemoOptions { scenario: Scenario::Large, days, ..DemoOptions::default() };
    assert_eq!(generate(&options).records, 200_000);
}

#[test]
fn a_day_of_very_many_series_ends_on_its_day() {
    let series = crate::demo::MAX_SERIES;
    let options =
        DemoOptions { scenario: Scenario::Large, days: 1, series, ..DemoOptions::default() };
    let made = generate(&options);
    assert_eq!(made.records, u64::from(series));
    let (_, lines) = made.files.iter().find(|(path, _)| path.starts_with("results/")).unwrap();
    let last = std::str::from_utf8(lines).unwrap().lines().next_back().unwrap();
    assert!(last.contains("\"timestamp\":\"2025-09-26T21:5"), "{last}");
}

#[test]
fn any_length_ends_the_same_way_and_none_is_empty() {
    for days in [0, 1, 2, 10, 59, 75] {
        let history = generate(&DemoOptions { days, ..DemoOptions::default() });
        assert_eq!(history.records, u64::from(days) * 65);
    }
    assert!(parse_end("2025-09-26").is_ok_and(|end| end == DemoOptions::default().end));
    for wrong in ["", "2025-9-26", "2025-02-30", "0001-01-01", "9999-12-31", "日本語日本語"] {
        assert!(parse_end(wrong).is_err(), "{wrong}");
    }
}
