//! What leaves the history comes back as the same history.

use serde_json::json;

use crate::support::{History, days, record, run, suite, with};

const LANGUAGES: [&str; 4] = ["csv", "json", "openmetrics-history", "sql"];

fn export(history: &History, language: &str, more: &[&str]) -> String {
    let data = history.data();
    let mut arguments = vec!["export", language, "--demo", "--data", data.to_str().unwrap()];
    arguments.extend(more);
    let answer = run(&arguments);
    assert_eq!(answer.status, 0, "{language}: {}", answer.err);
    answer.out
}

/// Records with every field that a record can have, and names that break tools.
fn everything() -> History {
    let history = History::new();
    let mut records = days(&[100.0, 101.5, 0.1]);
    let full = json!({
        "commit_time": "2025-01-01T00:00:00Z", "branch": "main", "suite": "=1+1", "mode": "fast",
        "parallel": true, "n": 12, "params": {"b": "x, y", "a": 1}, "version": "2",
        "url": "https://example.org/?a=1", "tags": ["micro", "a,b"], "warmup_ns": [3.5, 2.0],
        "runner_image": "'quoted'", "odd field": "line\nbreak \"quote\"",
        "metrics": {"throughput": {"value": 2.5, "unit": "ops/s", "better": "higher",
            "std": 0.25, "p99.9": 3.5, "samples": [2.25, 2.5, 2.75]}},
    });
    records.push(with(record("c0ffee", "2025-06-01T01:02:03.25Z", 1.0), full));
    let failed = json!({"error": "out of 'memory'", "pull": 7, "mean_ns": null});
    records.push(with(record("badc0de", "2025-06-02T00:00:00Z", 1.0), failed));
    let name = json!({"test": "'; DROP TABLE benchpages_point; --\\", "metric": "heat"});
    records.push(with(record("badc0de", "2025-06-02T00:00:00Z", 1.0), name));
    history.records(&records);
    history
}

#[test]
fn records_that_were_exported_are_the_same_history() {
    for history in [everything(), History::copy_of(&suite().join("samples/pcs"))] {
        let again = History::new();
        again.file("results/all.ndjson", export(&history, "json", &[]));
        for language in LANGUAGES {
            let (one, two) = (export(&history, language, &[]), export(&again, language, &[]));
            let odd = one.lines().zip(two.lines()).find(|(one, two)| one != two);
            assert_eq!((odd, one.len()), (None, two.len()), "{language}");
        }
    }
}

#[test]
fn what_ingest_reads_back_is_the_same_history() {
    for history in [everything(), History::copy_of(&suite().join("samples/pcs"))] {
        for language in ["csv", "json"] {
            let again = History::new();
            let data = again.data();
            let path = data.with_file_name(format!("exported.{language}"));
            std::fs::write(&path, export(&history, language, &[])).unwrap();
            let (data, path) = (data.to_str().unwrap(), path.to_str().unwrap());
            let answer = run(&["ingest", "--demo", "--elsewhere", "--data", data, path]);
            assert_eq!(answer.status, 0, "{language}: {}", answer.err);
            for other in LANGUAGES {
                let (one, two) = (export(&history, other, &[]), export(&again, other, &[]));
                let odd = one.lines().zip(two.lines()).find(|(one, two)| one != two);
                assert_eq!((odd, one.len()), (None, two.len()), "{other} of {language}");
            }
        }
    }
}

#[test]
fn every_measurement_stands_in_every_language() {
    let history = everything();
    let csv = export(&history, "csv", &[]);
    assert_eq!(csv.matches("\r\n").count(), 1 + 6 + 1, "a header, and a failed run in each metric");
    assert!(csv.contains("\"'=1+1\"") && csv.contains("2.25 2.5 2.75"), "{csv}");
    let metrics = export(&history, "openmetrics-history", &[]);
    assert!(metrics.ends_with("# EOF\n"));
    assert!(
        metrics.contains("metric=\"throughput\",unit=\"ops/s\"} 2.5 1748739723.25"),
        "{metrics}"
    );
    let sql = export(&history, "sql", &[]);
    assert!(sql.contains("'''; DROP TABLE benchpages_point; --\\'"), "{sql}");
}

#[test]
fn a_filter_chooses_series() {
    let history = everything();
    let all = export(&history, "json", &["metric=throughput", "parallel=true"]);
    assert_eq!(all.lines().count(), 1, "{all}");
    let out = history.data().with_file_name("out.csv");
    let told = export(&history, "csv", &["test=none", "--out", out.to_str().unwrap()]);
    assert_eq!((told.as_str(), std::fs::read_to_string(&out).unwrap().lines().count()), ("", 1));
}

#[cfg(not(any(feature = "postgres", feature = "parquet")))]
#[test]
fn what_was_not_built_is_an_error_that_says_how_to_get_it() {
    let url = "postgres://me:s3cret@localhost/bench";
    for (arguments, feature) in [
        (&["export", "parquet"][..], "parquet"),
        (&["export", "postgres", "--url", url], "postgres"),
        (&["build", "--data", url], "postgres"),
        (&["check", "--data", url], "postgres"),
        (&["build", "--since", "2025-01-01T00:00:00Z"], "postgres"),
    ] {
        let answer = run(arguments);
        assert_eq!((answer.status, answer.out.as_str()), (2, ""), "{arguments:?}");
        let remedy = format!("cargo install --locked benchpages --features {feature}");
        assert!(answer.err.contains(&remedy), "{}", answer.err);
        assert!(!answer.err.contains("s3cret"), "{}", answer.err);
    }
    let unknown = run(&["export", "nonsense"]).err;
    assert!(!unknown.contains("postgres") && !unknown.contains("parquet"), "{unknown}");
}
