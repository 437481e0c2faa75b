//! What tools of many languages wrote, to its last digit: names, units, samples, gaps, contexts.

use serde_json::{Value, json};

use crate::ingest::{ingest, records, tools};
use crate::support::run;

/// The first record of a sample in which every pair of pointer and value holds.
pub fn holds(sample: &str, more: &[&str], count: usize, at: usize, pairs: &[(&str, Value)]) {
    let found = records(sample, more);
    assert_eq!(found.len(), count, "{sample}");
    for (pointer, value) in pairs {
        let told = found[at].pointer(pointer);
        assert_eq!(told, Some(value), "{sample} {at} {pointer}: {:#}", found[at]);
    }
}

#[test]
fn pytest_benchmark_tells_commit_time_and_rounds() {
    let sample = "bencher-tool_output/python/pytest/two.json";
    let wanted = [
        ("/suite", json!("bench.py")),
        ("/test", json!("test_fib_20")),
        ("/timestamp", json!("2019-11-17T02:22:16.817862Z")),
        ("/metrics/time/value", json!(0.002985030672661863)),
        ("/metrics/time/std", json!(0.0001745301654140968)),
        ("/metrics/time/p75", json!(0.0030686519999996165)),
        ("/metrics/time/samples/3", json!(0.00316091800000029)),
        ("/metrics/time/unit", json!("s")),
        ("/rounds", json!(278)),
        ("/cpu", json!("Intel(R) Core(TM) i7-4771 CPU @ 3.50GHz")),
    ];
    holds(sample, &[], 2, 1, &wanted);
    // Its commit is its own where the user names none.
    let path = tools().join(sample);
    let arguments = ["ingest", "--elsewhere", "--dry-run", path.to_str().unwrap()];
    let record: Value = serde_json::from_str(run(&arguments).out.lines().next().unwrap()).unwrap();
    for (field, value) in [
        ("commit_time", json!("2019-11-16T03:10:30Z")),
        ("branch", json!("pytest")),
        ("dirty", json!(true)),
    ] {
        assert_eq!(record[field], value, "{field}");
    }
    let storage = "pytest-benchmark/tests/test_storage/0030_5b78858eb718649a31fb93d8dc96ca2cee41a4cd_20150815_030419_uncommitted-changes.json";
    let wanted = [("/n", json!(0)), ("/metrics/time/value", json!(2.61205074138546e-07))];
    holds(storage, &[], 1, 0, &wanted);
    let own = [("/n", json!(10)), ("/params/kind", json!("list")), ("/extra.note", json!("small"))];
    holds("made/pytest-benchmark/data.json", &[], 3, 0, &own);
}

#[test]
fn other_python_tools_are_read() {
    let pyperf = [
        ("/test", json!("str[10]")),
        ("/metrics/time/samples/1", json!(9.185936278299778e-08)),
        ("/metrics/max_rss/samples/0", json!(19714048.0)),
        ("/warmup_ns/0", json!(1.4053125596547034e-07 * 1e9)),
        ("/loops", json!(64)),
    ];
    holds("made/pyperf/suite.json", &[], 2, 1, &pyperf);
    let six = "bencher-tool_output/python/asv/six.txt";
    let memory =
        [("/metrics/memory/value", json!(2420.0)), ("/params/env", json!("virtualenv-py2.7"))];
    holds(six, &[], 10, 0, &memory);
    holds(
        six,
        &[],
        10,
        6,
        &[("/test", json!("time_iterkeys3")), ("/error", json!("asv says: failed"))],
    );
    let wanted =
        [("/params/kind", json!("list")), ("/n", json!(1000)), ("/metrics/time/value", json!(6.2))];
    holds("made/asv/run.txt", &[], 14, 6, &wanted);
}

#[test]
fn tools_of_javascript_are_read() {
    let four = "bencher-tool_output/js/benchmark/four.txt";
    let wanted = [
        ("/test", json!("benchmark with x 2 many things")),
        ("/metrics/throughput/value", json!(50.0)),
    ];
    holds(four, &[], 4, 2, &wanted);
    let vitest = [
        ("/suite", json!("sort.bench.ts > sorting")),
        ("/metrics/time/std", json!(2.5)),
        ("/metrics/time/p99.9", json!(15.0)),
        ("/sample_count", json!(64)),
    ];
    holds("bencher-tool_output/js/vitest/four.json", &[], 4, 3, &vitest);
    let time = [
        ("/test", json!("benchmark 3: The Third - timer/timerEnd")),
        ("/metrics/time/value", json!(8827.0)),
    ];
    holds("bencher-tool_output/js/time/four.txt", &[], 4, 1, &time);
    holds("made/deno/bench.json", &[], 4, 1, &[("/error", json!("no luck"))]);
    let tinybench =
        [("/metrics/time/min", json!(0.00005999999984851456)), ("/sample_count", json!(442515))];
    holds("made/tinybench/tasks.json", &[], 3, 0, &tinybench);
    holds("made/tinybench/table.json", &[], 3, 2, &[("/error", json!("no luck"))]);
}

#[test]
fn tools_of_other_languages_are_read() {
    let julia = [
        ("/test", json!("fib")),
        ("/n", json!(10)),
        ("/metrics/time/value", json!(246.03846153846155)),
    ];
    holds("gab-extract/test/data/extract/julia_output.json", &[], 2, 0, &julia);
    let luau = [("/metrics/time/min", json!(69.106)), ("/params/driver", json!("luau"))];
    holds("gab-extract/test/data/extract/benchmarkluau_output.txt", &[], 3, 1, &luau);
    holds(
        "bencher-tool_output/dart/benchmark_harness/two.txt",
        &[],
        2,
        0,
        &[("/metrics/time/value", json!(2.0))],
    );
    let ruby = [("/test", json!("sort")), ("/metrics/time/value", json!(1.448327))];
    holds("bencher-tool_output/ruby/benchmark/two.txt", &[], 2, 1, &ruby);
    let ips =
        [("/metrics/throughput/value", json!(6443470.020392713)), ("/iterations", json!(6537615))];
    holds("made/benchmark-ips/benchmark-ips.json", &[], 3, 1, &ips);
}

#[test]
fn tools_that_load_servers_are_read() {
    let locust = [
        ("/test", json!("/api/v1/blocks/latest")),
        ("/metrics/time/value", json!(38.2137987568664)),
        ("/metrics/time/p99.9", json!(2100.0)),
        ("/metrics/failures/better", json!("lower")),
        ("/requests", json!(240)),
    ];
    holds("locust-bitcoin-api/results_stats.csv", &[], 9, 0, &locust);
    let pgbench =
        [("/metrics/throughput/value", json!(67.107581)), ("/metrics/time/std", json!(6.203))];
    holds("made/pgbench/two-scripts.txt", &[], 3, 2, &pgbench);
    let wrk = [("/metrics/time/p99", json!(14.71)), ("/metrics/bandwidth/unit", json!("KiB/s"))];
    holds("made/wrk/latency.txt", &[], 1, 0, &wrk);
    holds("made/redis-benchmark/7.csv", &[], 3, 1, &[("/metrics/time/p95", json!(1.183))]);
    holds(
        "made/k6/summary-export.json",
        &[],
        2,
        0,
        &[("/metrics/http_req_duration/p95", json!(29.9))],
    );
    holds("made/oha/run.json", &[], 1, 0, &[("/metrics/time/p99.9", json!(0.0101))]);
}

#[test]
fn the_other_files_of_locust_are_refused_with_the_right_reason() {
    for (file, reason) in [("history", "second by second"), ("x", "failures"), ("y", "exceptions")]
    {
        let file = match file {
            "history" => "results_stats_history.csv",
            "x" => "results_failures.csv",
            _ => "results_exceptions.csv",
        };
        let path =
            format!("{}/tests/samples/tools/locust-bitcoin-api/{file}", env!("CARGO_MANIFEST_DIR"));
        let answer = ingest(&["--dry-run", &path]);
        assert_eq!(answer.status, 2, "{file}");
        assert!(answer.err.contains(reason), "{}", answer.err);
    }
}

#[test]
fn formats_of_other_dashboards_are_read() {
    let run = "lnt/tests/lnttool/Inputs/compile_submission.json";
    let lnt = [
        ("/suite", json!("compile")),
        ("/test", json!("build/Adium-1.5.7(config='Debug',j=1)")),
        ("/metrics/user_time/samples", json!([14.601326, 14.411566, 14.490528])),
        ("/runner", json!("some-compile-suite-machine")),
    ];
    holds(run, &[], 2, 0, &lnt);
    let chrome = [
        ("/metrics/count/samples", json!([1.0, 2.0])),
        ("/os", json!("win")),
        ("/metrics/count/better", json!("lower")),
    ];
    holds("skia-chrome-perf/perf/go/perfresults/testdata/merged.json", &[], 1, 0, &chrome);
    let skia = [("/params/config", json!("gl")), ("/metrics/time/min", json!(0.6949475716267314))];
    holds("skia-chrome-perf/perf/nanostat/testdata/nanobench_new.json", &[], 11, 1, &skia);
    let bmf = [("/metrics/max_bytes/value", json!(9.0)), ("/metrics/max_bytes/unit", json!("B"))];
    holds("bencher-tool_output/json/report_dhat.json", &[], 1, 0, &bmf);
    let otava = [
        ("/timestamp", json!("2024-01-25T22:15:08Z")),
        ("/metrics/req_rate/better", json!("higher")),
    ];
    holds("made/otava/nyrkio.json", &[], 2, 0, &otava);
}

#[test]
fn two_formats_of_one_shape_ask_which_it_is() {
    let sample = "gab-extract/test/data/extract/customSmallerIsBetter_output2.json";
    let path = format!("{}/tests/samples/tools/{sample}", env!("CARGO_MANIFEST_DIR"));
    let answer = ingest(&["--dry-run", &path]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("custom-bigger, custom-smaller"), "{}", answer.err);
    let wanted = [
        ("/metrics/time/value", json!(90.9439)),
        ("/metrics/time/lower", json!(90.9439 - 0.519165)),
        ("/metrics/time/better", json!("lower")),
    ];
    holds(sample, &["--format", "custom-smaller"], 4, 0, &wanted);
}

#[test]
fn a_table_is_read_as_its_columns_are_said_to_be() {
    let sample = "ripgrep-benchsuite-csv/benchsuite/runs/2022-12-16-archlinux-duff/raw.csv";
    let columns = [
        "--column",
        "suite=benchmark",
        "--column",
        "test=name",
        "--column",
        "metric:time:s=duration",
    ];
    let samples = json!([0.08678817749023438, 0.08307123184204102, 0.08347964286804199]);
    let found = records(sample, &columns);
    assert_eq!(found.len(), 127);
    let rg = found.iter().find(|it| it["suite"] == "linux_literal_default" && it["test"] == "rg");
    assert_eq!(rg.unwrap()["metrics"]["time"]["samples"], samples);
}

#[test]
fn the_programs_own_records_come_back_as_they_were() {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/tests/samples/pcs/results/2025-09-20.ndjson");
    let before = std::fs::read_to_string(&path).unwrap();
    let parsed = |text: &str| -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let same = run(&["ingest", "--dry-run", "--demo", &path]);
    assert_eq!(parsed(&same.out), parsed(&before), "{}", same.err);
    let named = ingest(&["--dry-run", "--demo", &path]);
    for (before, after) in parsed(&before).iter().zip(parsed(&named.out)) {
        assert_eq!(after["metrics"]["time"]["value"], before["mean_ns"]);
        assert_ne!(after["commit"], before["commit"]);
        for field in ["test", "backend", "n", "parallel", "os", "reps", "timestamp"] {
            assert_eq!(after.get(field), before.get(field), "{field}");
        }
    }
}
