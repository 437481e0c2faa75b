//! What tools for machines, processes and test suites wrote.

use serde_json::{Value, json};

use crate::ingest::{ingest, tools};
use crate::ingest_tools::holds;

#[test]
fn sysbench_tells_what_it_counted() {
    let cpu = [
        ("/suite", json!("sysbench")),
        ("/test", json!("cpu")),
        ("/params/threads", json!("2")),
        ("/params/prime_limit", json!("10000")),
        ("/metrics/throughput/value", json!(8213.88)),
        ("/metrics/throughput/unit", json!("events/s")),
        ("/metrics/time/value", json!(0.24)),
        ("/metrics/time/p95", json!(0.28)),
        ("/events", json!(16440)),
    ];
    holds("sysbench/sysbench-cpu.txt", &[], 1, 0, &cpu);
    let memory = [
        ("/params/block_size", json!("1KiB")),
        ("/params/operation", json!("write")),
        ("/metrics/throughput/value", json!(6834902.2)),
        ("/metrics/bandwidth/value", json!(6674.71)),
        ("/metrics/bandwidth/unit", json!("MiB/s")),
    ];
    holds("sysbench/sysbench-memory.txt", &[], 1, 0, &memory);
    let files = [
        ("/params/mode", json!("random r/w")),
        ("/params/block_size", json!("16KiB")),
        ("/metrics/read_iops/value", json!(44756.67)),
        ("/metrics/write_bandwidth/value", json!(466.22)),
    ];
    holds("sysbench/sysbench-fileio.txt", &[], 1, 0, &files);
}

#[test]
fn ycsb_counts_errors_beside_latencies() {
    let run = [
        ("/test", json!("OVERALL")),
        ("/metrics/throughput/value", json!(33590.86328518643)),
        ("/metrics/errors/value", json!(96.0)),
    ];
    holds("ycsb/ycsb-test-run-4.dat", &[], 2, 0, &run);
    let read = [
        ("/test", json!("READ")),
        ("/metrics/time/value", json!(7030.9258255978775)),
        ("/metrics/time/unit", json!("us")),
        ("/metrics/time/p99", json!(49311.0)),
        ("/metrics/errors/value", json!(96.0)),
        ("/operations", json!(100)),
    ];
    holds("ycsb/ycsb-test-run-4.dat", &[], 2, 1, &read);
    let old = [("/params/workload", json!("workloada")), ("/metrics/time/max", json!(345.0))];
    holds("ycsb/ycsb-test-run.dat", &[], 4, 1, &old);
    let series =
        [("/metrics/time/value", json!(3981.7847775315886)), ("/operations", json!(16699))];
    holds("ycsb/ycsb-time-series.dat", &[], 3, 1, &series);
}

#[test]
fn a_command_that_failed_has_no_time() {
    let ls = [
        ("/test", json!("ls /")),
        ("/metrics/time/value", json!(0.0)),
        ("/metrics/max_rss/value", json!(2204.0)),
        ("/metrics/max_rss/unit", json!("KiB")),
        ("/metrics/minor_faults/value", json!(126.0)),
    ];
    holds("time/time-v.txt", &[], 1, 0, &ls);
    let failed = [
        ("/test", json!("sh -c exit 3")),
        ("/error", json!("the command exited with non-zero status 3")),
    ];
    holds("time/time-v-fail.txt", &[], 1, 0, &failed);
    let short = [("/metrics/time/value", json!(0.1)), ("/metrics/max_rss/value", json!(1700.0))];
    holds("time/time-default.txt", &[], 1, 0, &short);
}

#[test]
fn perf_stat_is_read_in_its_three_forms() {
    let table = [
        ("/test", json!("sleep 0.1")),
        ("/timestamp", json!("2026-11-28T01:45:44Z")),
        ("/metrics/task_clock/value", json!(1.21)),
        ("/metrics/task_clock/unit", json!("ms")),
        ("/metrics/page_faults/value", json!(75.0)),
        ("/metrics/time/value", json!(0.1023439)),
        ("/runs", json!(3)),
    ];
    let now = ["--set", "test=x"];
    holds("perf-stat/perf-stat.txt", &[], 1, 0, &table);
    let csv = [("/metrics/task_clock/value", json!(1.2)), ("/test", json!("x"))];
    holds("perf-stat/perf-stat.csv", &now, 1, 0, &csv);
    let lines = [("/metrics/task_clock/value", json!(1.200741)), ("/test", json!("x"))];
    holds("perf-stat/perf-stat-j.json", &now, 1, 0, &lines);
}

#[test]
fn tables_of_nanobench_keep_names_with_bars() {
    let wanted = [
        ("/suite", json!("Strings")),
        ("/test", json!("reserve | pipe")),
        ("/metrics/time/value", json!(120.45)),
        ("/metrics/time/unit", json!("ns/op")),
        ("/error_percent", json!(1.3)),
    ];
    holds("nanobench/nanobench-table.md", &[], 3, 1, &wanted);
    let sized = [("/n", json!(100)), ("/metrics/time/unit", json!("ns/char"))];
    holds("nanobench/nanobench-table.md", &[], 3, 2, &sized);
}

#[test]
fn cases_of_test_suites_have_their_time_or_their_failure() {
    let sample = "junit-xml/pytest-junit.xml";
    let sort = [
        ("/suite", json!("test_x")),
        ("/test", json!("test_sort")),
        ("/timestamp", json!("2026-11-28T01:50:34.538344Z")),
        ("/metrics/time/value", json!(0.16)),
        ("/metrics/time/unit", json!("s")),
    ];
    holds(sample, &[], 4, 0, &sort);
    holds(sample, &[], 4, 3, &[("/error", json!("assert 1 == 2"))]);
    let untimed = "junit-xml/TEST-JUnitResults-noTimeAttribute.xml";
    holds(untimed, &[], 1, 0, &[("/metrics/time/samples", json!([0.1, 0.1]))]);
    let failed = "junit-xml/TEST-JUnitResults-success-failure-error.xml";
    holds(failed, &[], 3, 1, &[("/error", json!("junit.framework.AssertionFailedError"))]);
}

#[test]
fn dumps_of_phpbench_have_samples_and_parameters() {
    let wanted = [
        ("/suite", json!("FooBench")),
        ("/test", json!("benchMySubject")),
        ("/params/foo", json!("bar")),
        ("/params/array.1", json!("two")),
        ("/timestamp", json!("2016-02-03T12:54:45Z")),
        ("/metrics/time/value", json!(2.4)),
        ("/metrics/time/unit", json!("us")),
        ("/metrics/time/samples", json!([3.4, 1.4])),
        ("/metrics/memory/value", json!(275864.0)),
        ("/revs", json!(5)),
    ];
    holds("phpbench/phpbench-0.10-dump.xml", &[], 3, 1, &wanted);
}

#[test]
fn the_last_column_of_benchstat_is_the_run() {
    let single = [
        ("/test", json!("Encode")),
        ("/metrics/time/value", json!(2.2530000000000003e-06)),
        ("/metrics/time/unit", json!("sec/op")),
    ];
    holds("golang-perf/cmd/benchstat/testdata/csvErrors.stdout", &[], 1, 0, &single);
    let path = tools().join("golang-perf/cmd/benchstat/testdata/csvOldNew.stdout");
    let answer = ingest(&["--dry-run", "--demo", path.to_str().unwrap()]);
    let first: Value = serde_json::from_str(answer.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["metrics"]["time"]["value"], json!(1.4225000000000001e-06));
    assert_eq!(first["params"]["format"], json!("json"));
    assert!(answer.err.contains("column `old.txt` is another run"), "{}", answer.err);
}

#[test]
fn tables_in_markdown_are_read() {
    let escaped = [
        ("/test", json!("x|y")),
        ("/metrics/time/value", json!(0.052)),
        ("/metrics/time/unit", json!("s")),
    ];
    holds("hyperfine/hyperfine-second.md", &[], 2, 1, &escaped);
    let sleep = [("/metrics/time/value", json!(31.7)), ("/metrics/time/std", json!(0.1))];
    holds("hyperfine/hyperfine.md", &[], 2, 1, &sleep);
    let tokens = [
        ("/test", json!("llama 7B mostly Q4_0")),
        ("/params/n_gen", json!("16")),
        ("/params/n_prompt", json!("0")),
        ("/params/backends", json!("CPU")),
        ("/params/n_threads", json!("4")),
        ("/metrics/throughput/value", json!(12.22)),
        ("/metrics/throughput/std", json!(0.07)),
    ];
    holds("llama-bench/llama-bench-threads.md", &[], 6, 5, &tokens);
}

#[test]
fn tables_that_tinybench_draws_say_what_its_json_says() {
    let wanted = [
        ("/test", json!("concat")),
        ("/metrics/time/value", json!(690.94)),
        ("/metrics/time/median", json!(541.0)),
        ("/metrics/time/unit", json!("ns")),
        ("/sample_count", json!(72365)),
    ];
    holds("tinybench/tinybench-6-console.txt", &[], 3, 0, &wanted);
    holds("tinybench/tinybench-6-table.json", &[], 3, 0, &wanted);
    holds("tinybench/tinybench-6-console.txt", &[], 3, 2, &[("/error", json!("boom"))]);
}

#[test]
fn stressors_and_networks_have_their_rates() {
    let context = [
        ("/test", json!("context")),
        ("/params/instances", json!("2")),
        ("/metrics/throughput/value", json!(4485.82)),
        ("/metrics/cpu_throughput/value", json!(2249.65)),
    ];
    holds("stress-ng/stress_ng_output.txt", &[], 1, 0, &context);
    let responses = [
        ("/test", json!("UDP REQUEST/RESPONSE")),
        ("/metrics/throughput/value", json!(2217.06)),
        ("/metrics/time/p90", json!(487.0)),
        ("/metrics/time/max", json!(9688.0)),
        ("/metrics/time/unit", json!("us")),
    ];
    holds("netperf/netperf_results.txt", &[], 1, 0, &responses);
}
