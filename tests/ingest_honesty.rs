//! What `ingest` and `import` do with input that is not as it should be: nothing is lost without a
//! word, nothing is taken for something else, and a refusal names the way.

use serde_json::{Value, json};

use crate::ingest::{ingest, records};
use crate::support::{Answer, History, answer, program, run};

/// The answer to a file of this content, and its records.
fn dry_run(name: &str, content: &str, more: &[&str]) -> (Answer, Vec<Value>) {
    let history = History::new();
    let path = history.file(name, content).data().join(name);
    let arguments = [&["--dry-run"], more, &[path.to_str().unwrap()]].concat();
    let found = ingest(&arguments);
    let records = found.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (found, records)
}

const GO: &str = "goos: linux
pkg: example.test/p
BenchmarkLoud-4     2026/05/04 10:00:00 server started on :8080
     200   31 ns/op
BenchmarkInf-4  100  +Inf ns/op
BenchmarkHit-4  100  12 ns/op  NaN hit%
BenchmarkLost-4   started
BenchmarkOk-4   100  12 ns/op
PASS
";

#[test]
fn what_is_rejected_is_reported_and_quarantined_and_its_neighbors_are_taken() {
    let history = History::new();
    let data = history.data();
    let path = history.file("../go.txt", GO).data().join("../go.txt");
    let found = ingest(&["--data", data.to_str().unwrap(), path.to_str().unwrap()]);
    assert_eq!(found.status, 4, "{}", found.err);
    for part in [
        "go.txt:6:1: hit% of `Hit-4` is `NaN`, no number (read as go)",
        "go.txt:7:1: no numbers follow the name of this benchmark",
        "recorded as failed: ns/op of `Inf-4` is `+Inf`",
    ] {
        assert!(found.err.contains(part), "{part}: {}", found.err);
    }
    let quarantine = std::fs::read_to_string(data.join("quarantine/ingested.ndjson")).unwrap();
    assert!(quarantine.contains("NaN hit%") && quarantine.contains("BenchmarkLost-4"));
    let results = std::fs::read_to_string(data.join("results/2026-01-02.ndjson")).unwrap();
    let tests: Vec<Value> = results
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["test"].clone())
        .collect();
    assert_eq!(tests, ["Hit", "Inf", "Loud", "Ok"].map(Value::from));
}

#[test]
fn a_partial_intake_may_be_allowed_and_a_whole_one_needs_no_leave() {
    let (partial, records) = dry_run("go.txt", GO, &["--allow-partial"]);
    assert_eq!((partial.status, records.len()), (0, 4), "{}", partial.err);
    let (whole, _) = dry_run("go.txt", "BenchmarkA-4 10 5 ns/op\n", &[]);
    assert_eq!(whole.status, 0, "{}", whole.err);
    let (nothing, _) = dry_run("go.txt", "nothing\n", &["--allow-partial"]);
    assert_eq!(nothing.status, 2, "{}", nothing.err);
}

#[test]
fn an_import_that_rejects_rows_says_so_by_its_status() {
    let history = History::new();
    let csv = "timestamp,commit,latency_ms\n2026-01-01,aaaaaaa,5\nsoon,bbbbbbb,6\n";
    let path = history.file("../runs.csv", csv).data().join("../runs.csv");
    let import = |more: &[&str]| {
        let data = history.data();
        let fixed = ["--data", data.to_str().unwrap(), "import", "csv", path.to_str().unwrap()];
        run(&[&fixed, more].concat())
    };
    assert_eq!(import(&[]).status, 4);
    assert_eq!(import(&["--allow-partial"]).status, 0);
}

#[test]
fn a_log_gives_the_records_of_its_program_and_the_time_of_its_first_stamp() {
    let log = "2026-05-04T10:00:00.1234567Z ##[group]Run cargo bench\n\
               2026-05-04T10:00:01.1234567Z grp/f/10   time:   [1.0000 ms 1.1000 ms 1.2000 ms]\n";
    let history = History::new();
    let path = history.file("log.txt", log).data().join("log.txt");
    let arguments = ["ingest", "--elsewhere", "--commit", "c0ffee1", "--dry-run"];
    let found = answer(program().args(arguments).arg(&path));
    let record: Value = serde_json::from_str(found.out.trim()).unwrap();
    assert_eq!((&record["suite"], &record["test"]), (&json!("grp"), &json!("f")));
    assert_eq!(record["timestamp"], json!("2026-05-04T10:00:00.123456Z"));
    // What the user says counts more than the log.
    let (_, records) = dry_run("log.txt", log, &[]);
    assert_eq!(records[0]["timestamp"], json!("2026-01-02T03:04:05Z"));
}

#[test]
fn a_table_has_one_decimal_mark() {
    let table = "Method;Mean\nA;1,163 us\nB;2,5 us\n";
    let columns = ["--column", "test=Method", "--column", "metric:time=Mean"];
    let values = |content: &str, more: &[&str]| -> Vec<Value> {
        let (_, records) = dry_run("t.csv", content, &[&columns, more].concat());
        records.iter().map(|it| it["metrics"]["time"]["value"].clone()).collect()
    };
    assert_eq!(values(table, &[]), [json!(1.163), json!(2.5)]);
    let (refused, records) = dry_run("t.csv", "Method;Mean\nA;1,163 us\n", &columns);
    assert!(records.is_empty() && refused.err.contains("`--decimal ,`"), "{}", refused.err);
    assert_eq!(values("Method;Mean\nA;1,163 us\n", &["--decimal", ","]), [json!(1.163)]);
    assert_eq!(values("Method;Mean\nA;1,163 us\n", &["--decimal", "."]), [json!(1163.0)]);
}

#[test]
fn facts_of_another_commit_are_dropped_with_a_word() {
    let other = "cccccccccccccccccccccccccccccccccccccccc";
    let record = json!({"commit": other, "timestamp": "2026-01-01T00:00:00Z", "backend": "rust",
        "commit_time": "2025-12-31T00:00:00Z", "branch": "topic", "pull": 7, "test": "a",
        "mean_ns": 5, "dirty": true});
    let (found, records) = dry_run("r.ndjson", &record.to_string(), &[]);
    assert!(found.err.contains("1 record named another commit (ccccccc)"), "{}", found.err);
    for field in ["commit_time", "branch", "pull", "dirty"] {
        assert_eq!(records[0].get(field), None, "{field}");
    }
    assert_eq!(records[0]["timestamp"], json!("2026-01-01T00:00:00Z"));
}

#[test]
fn a_run_that_lies_ahead_of_the_clock_is_rejected() {
    let run = |time: &str| {
        let record = json!({"timestamp": time, "test": "a", "mean_ns": 5}).to_string();
        dry_run("r.ndjson", &record, &["--now", "2026-01-02T00:00:00Z"])
    };
    assert_eq!(run("2026-01-02T23:00:00Z").1.len(), 1);
    let (found, records) = run("2026-01-03T01:00:00Z");
    assert!(records.is_empty() && found.status == 4, "{}", found.err);
    assert!(found.err.contains("more than a day after now"), "{}", found.err);
}

#[test]
fn an_odd_row_makes_no_file_unknown_and_a_message_names_the_format() {
    let list = r#"[{"name":"a","unit":"MB","value":12.5},{"name":"b","unit":"ms","value":null}]"#;
    let (found, _) = dry_run("list.json", list, &[]);
    assert!(found.err.contains("custom-bigger, custom-smaller"), "{}", found.err);
    let (_, records) = dry_run("list.json", list, &["--format", "custom-smaller"]);
    assert_eq!(records[1]["error"], json!("the result has no value"));
    let mitata = r#"{"layout":[],"benchmarks":[{"alias":"fib","runs":[{"stats":{"avg":1.5}}]}]}"#;
    let (found, records) = dry_run("m.json", mitata, &[]);
    assert_eq!(records[0]["test"], json!("fib"), "{}", found.err);
    assert_eq!(records[0]["metrics"]["time"], json!({"value": 1.5, "unit": "ns"}));
    let nameless = r#"{"version":"1.0","benchmarks":[{"runs":[{"values":[1.0]}]}]}"#;
    let (found, _) = dry_run("p.json", nameless, &[]);
    assert!(found.err.contains("the benchmark has no name (read as pyperf)"), "{}", found.err);
}

#[test]
fn a_refusal_names_the_file_and_the_switch() {
    for (content, what, way) in [
        (
            "Benchmark  Mode  Cnt  Score  Error  Units\nA.b  thrpt  5  1 ± 1  ops/ms\n",
            "JMH",
            "-rf json",
        ),
        (
            "Bombarding http://x for 1s\nStatistics  Avg  Stdev  Max\n",
            "bombardier",
            "--format json",
        ),
        (
            "Benchmark 1: x\n  Time (mean ± σ):  1 ms ± 0\n  Range (min … max):  1 ms\n",
            "hyperfine",
            "--export-json",
        ),
        ("<!DOCTYPE html><html><body>x</body></html>", "HTML page", "beside"),
        ("[ 10s ] thds: 1 tps: 5\n", "no format recognizes it", "--list"),
        ("[{\"name\": \"a\", ", "broken JSON", "1:"),
    ] {
        let (found, records) = dry_run("result", content, &[]);
        assert!(records.is_empty() && found.status == 2);
        assert!(found.err.contains(what) && found.err.contains(way), "{}", found.err);
    }
}

#[test]
fn results_that_an_earlier_run_left_are_skipped_by_name() {
    let history = History::new();
    let estimate =
        r#"{"confidence_interval":{"lower_bound":1.0,"upper_bound":3.0},"point_estimate":2.0}"#;
    let estimates = format!(r#"{{"mean":{estimate},"median":{estimate}}}"#);
    let start = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    for (name, hours) in [("fresh", 48), ("other", 47), ("left", 2)] {
        let folder = format!("../criterion/{name}/new");
        let benchmark = json!({"group_id": name, "function_id": null, "value_str": null});
        history.file(&format!("{folder}/benchmark.json"), benchmark.to_string());
        history.file(&format!("{folder}/estimates.json"), &estimates);
        let path = history.data().join(format!("{folder}/estimates.json"));
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(start + std::time::Duration::from_secs(hours * 3600)).unwrap();
    }
    let folder = history.data().join("../criterion");
    let found = ingest(&["--dry-run", folder.to_str().unwrap()]);
    assert_eq!((found.status, found.out.lines().count()), (0, 2), "{}", found.err);
    assert!(found.err.contains("left by an earlier run, and skipped: left;"), "{}", found.err);
}

#[test]
fn a_folder_without_results_says_what_its_files_are() {
    let history = History::new();
    let printed = "Benchmark 1: x\n  Time (mean ± σ):  1 ms\n  Range (min … max):  1 ms\n";
    history.file("../out/a.txt", printed).file("../out/b.png", b"\x89PNG\r\n");
    let found = ingest(&["--dry-run", history.data().join("../out").to_str().unwrap()]);
    assert_eq!(found.status, 2);
    for part in ["no benchmark was found", "--export-json", "a picture (PNG)"] {
        assert!(found.err.contains(part), "{}", found.err);
    }
}

/// The script that `init` writes passes every tool's results to `records`: one that lost a part
/// must not stop the others, and must not go unseen.
#[cfg(unix)]
#[test]
fn a_rejected_part_does_not_stop_the_script_of_a_job() {
    let history = History::new();
    let script = include_str!("../templates/init/measure.sh");
    let start = script.find("records() {").unwrap();
    let end = start + script[start..].find("\n}\n").unwrap() + 3;
    let head = "set -euo pipefail\nout=records.ndjson\ncommit=c0ffee1\n";
    let calls = "records go.txt\necho after\nrecords nothing.txt\necho never\n";
    history.file("run.sh", format!("{head}{}{calls}", &script[start..end]));
    history.file("go.txt", GO).file("nothing.txt", "nothing\n");
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_benchpages")).parent().unwrap();
    let mut command = std::process::Command::new("bash");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let found = answer(command.arg("run.sh").current_dir(history.data()).env("PATH", path));
    assert_eq!((found.status, found.out.as_str()), (2, "after\n"), "{}", found.err);
    assert!(found.err.contains("some results were rejected: go.txt"), "{}", found.err);
    assert!(found.err.contains("go.txt:7:1: no numbers follow"), "{}", found.err);
    let records = std::fs::read_to_string(history.data().join("records.ndjson")).unwrap();
    assert_eq!(records.lines().count(), 4);
}

#[test]
fn the_report_that_redis_benchmark_prints_by_itself_is_read() {
    let found = records("redis-benchmark/redis-benchmark-default.txt", &[]);
    let tests: Vec<&str> = found.iter().filter_map(|record| record["test"].as_str()).collect();
    let names = ["SET", "GET", "LPUSH", "LPUSH (needed to benchmark LRANGE)"];
    assert_eq!(tests, [&names[..], &["LRANGE_100 (first 100 elements)"]].concat());
    for (pointer, value) in [
        ("/metrics/throughput/value", 48780.49),
        ("/metrics/time/value", 0.055),
        ("/metrics/time/min", 0.016),
        ("/metrics/time/p50", 0.055),
        ("/metrics/time/p95", 0.103),
        ("/metrics/time/p99", 0.175),
        ("/metrics/time/max", 0.303),
    ] {
        assert_eq!(found[0].pointer(pointer), Some(&json!(value)), "{pointer}");
    }
    assert_eq!(found[0]["metrics"]["time"]["unit"], json!("msec"));
}
