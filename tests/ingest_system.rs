//! What tools for machines, processes and test suites wrote.

use serde_json::json;

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
