//! What tools wrote whose formats are declared, to its last digit: names, units, samples, gaps.

use serde_json::json;

use crate::ingest::ingest;
use crate::ingest_tools::holds;

#[test]
fn load_generators_are_read() {
    let autocannon = [
        ("/test", json!("http://127.0.0.1:18080/slow")),
        ("/params/connections", json!("4")),
        ("/metrics/time/value", json!(15.67)),
        ("/metrics/time/unit", json!("ms")),
        ("/metrics/time/p99.9", json!(53.0)),
        ("/metrics/throughput/value", json!(246.0)),
        ("/metrics/bandwidth/value", json!(327936.0)),
        ("/metrics/non_2xx/value", json!(0.0)),
        ("/timestamp", json!("2026-11-28T01:44:46.286Z")),
        ("/requests", json!(492)),
    ];
    holds("autocannon/autocannon.json", &[], 1, 0, &autocannon);
    let other_status =
        [("/metrics/non_2xx/value", json!(5039.0)), ("/metrics/non_2xx/better", json!("lower"))];
    holds("autocannon/autocannon-non2xx.json", &[], 1, 0, &other_status);
    let memtier = [
        ("/test", json!("Sets")),
        ("/params/ratio", json!("1:9")),
        ("/metrics/throughput/value", json!(9001.83)),
        ("/metrics/time/value", json!(0.361)),
        ("/metrics/time/p99", json!(1.431)),
        ("/metrics/bandwidth/unit", json!("KiB/s")),
        ("/timestamp", json!("2023-04-19T21:18:59.082Z")),
    ];
    holds("memtier/redis_memtier.json", &[], 3, 1, &memtier);
}

#[test]
fn disks_and_networks_are_read() {
    let fio = [
        ("/test", json!("randrw")),
        ("/params/bs", json!("4k")),
        ("/metrics/write_bandwidth/value", json!(51079529.0)),
        ("/metrics/write_bandwidth/unit", json!("B/s")),
        ("/metrics/write_iops/value", json!(12470.588235)),
        ("/metrics/write_time/value", json!(5751.839623)),
        ("/metrics/write_time/unit", json!("ns")),
        ("/metrics/write_time/p99", json!(40704.0)),
        ("/timestamp", json!("2026-11-28T01:45:31Z")),
    ];
    holds("fio/fio-3.33.json", &[], 2, 1, &fio);
    let old = [
        ("/params/numjobs", json!("2")),
        ("/metrics/read_bandwidth/value", json!(129386.0)),
        ("/metrics/read_bandwidth/unit", json!("KiB/s")),
        ("/metrics/read_time/value", json!(238.357679)),
        ("/metrics/read_time/unit", json!("us")),
    ];
    holds("fio/pkb-7fb0c9d8-0_fio.json", &[], 2, 0, &old);
    let tcp = [
        ("/params/protocol", json!("TCP")),
        ("/metrics/bandwidth/value", json!(21812678968.339275)),
        ("/metrics/bandwidth/unit", json!("bit/s")),
        ("/metrics/retransmits/value", json!(15.0)),
    ];
    holds("iperf3/iperf3-tcp.json", &[], 1, 0, &tcp);
    let udp = [
        ("/metrics/jitter/value", json!(0.016501051108955583)),
        ("/metrics/lost_packets/value", json!(0.0)),
        ("/metrics/bandwidth/value", json!(20051589.757639326)),
    ];
    holds("iperf3/iperf3-udp.json", &[], 1, 0, &udp);
    let refused = [("/error", json!("unable to connect to server: Connection refused"))];
    holds("iperf3/iperf3-error.json", &[], 1, 0, &refused);
}

#[test]
fn browsers_and_phones_are_read() {
    let page = [
        ("/test", json!("https://www.theverge.com/")),
        ("/params/form_factor", json!("mobile")),
        ("/metrics/performance_score/value", json!(0.18)),
        ("/metrics/performance_score/better", json!("higher")),
        ("/metrics/server_response_time/value", json!(7.888000000000147)),
        ("/metrics/page_size/unit", json!("B")),
    ];
    holds("lighthouse/lh-5-6-0-verge-a.json", &[], 1, 0, &page);
    let newer = [
        ("/metrics/largest_contentful_paint/value", json!(752.7898)),
        ("/metrics/cumulative_layout_shift/value", json!(0.0)),
        ("/metrics/cumulative_layout_shift/better", json!("lower")),
        ("/metrics/dom_elements/value", json!(2.0)),
    ];
    holds("lighthouse/lighthouse-12.8.json", &[], 1, 0, &newer);
    let frames = [
        ("/suite", json!("com.example.macrobenchmark.FrameTimingBenchmark")),
        ("/metrics/frame_time99th_percentile/value", json!(8.0)),
        ("/metrics/frame_time99th_percentile/unit", json!("ms")),
        ("/metrics/frame_time99th_percentile/samples/1", json!(9.0)),
        ("/metrics/total_frame_count/max", json!(730.0)),
        ("/device", json!("Pixel 5")),
    ];
    holds("android-macrobenchmark/sample_benchmark_result_1.json", &[], 1, 0, &frames);
}

#[test]
fn libraries_of_many_languages_are_read() {
    let mitata = [
        ("/test", json!("array $n")),
        ("/n", json!(64)),
        ("/metrics/time/value", json!(4047.6434795673076)),
        ("/metrics/time/p99.9", json!(4702.231689453125)),
        ("/metrics/memory/value", json!(649.908203125)),
        ("/runtime", json!("node")),
        ("/timestamp", json!("2026-11-28T01:49:01.566Z")),
    ];
    holds("mitata/mitata.json", &["--format", "mitata"], 5, 2, &mitata);
    let nanobench = [
        ("/suite", json!("Benchmarking std::mt19937_64 and std::knuth_b")),
        ("/metrics/time/value", json!(2.54441805225653e-08)),
        ("/metrics/time/samples/1", json!(2.58467243510507e-08)),
        ("/metrics/instructions/value", json!(125.989678899083)),
    ];
    holds("nanobench/mustache.render.json", &[], 2, 0, &nanobench);
    let table = [
        ("/metrics/time/value", json!(3.19013867488444e-08)),
        ("/metrics/branch_misses/value", json!(0.0031104199066874)),
    ];
    holds("nanobench/mustache.render.csv", &[], 2, 1, &table);
    let tasty = [
        ("/metrics/time/value", json!(45806119.0)),
        ("/metrics/time/unit", json!("ps")),
        ("/metrics/time/std", json!(1051631.0)),
        ("/metrics/peak_memory/value", json!(869269504.0)),
    ];
    holds("tasty-bench/baseline.csv", &[], 15, 0, &tasty);
    // Two runs in one file: the second was appended with its heading.
    let haskell = [
        ("/test", json!("snoc (build n)/100/[] (++ [x])")),
        ("/metrics/time/samples/0", json!(2.0901198566547914e-5)),
    ];
    holds("haskell-criterion/pvector-criterion.csv", &[], 181, 0, &haskell);
    let dotnet = [
        ("/suite", json!("MathEvaluation.Benchmarks.ComplexNumbersBenchmarks")),
        ("/params/job", json!(".NET 10.0")),
        ("/metrics/time/value", json!(398232.31)),
        ("/metrics/time/std", json!(6740.497)),
        ("/metrics/memory/value", json!(8944.0)),
    ];
    let report = "bdn-csv/MathEvaluation.Benchmarks.ComplexNumbersBenchmarks-report.csv";
    holds(report, &[], 10, 1, &dotnet);
    let benny = [
        ("/suite", json!("Reduce")),
        ("/metrics/throughput/value", json!(134463256.0)),
        ("/timestamp", json!("2026-11-28T01:57:37.15Z")),
    ];
    holds("benny/reduce.json", &[], 2, 1, &benny);
    let table = [("/test", json!("two")), ("/metrics/throughput/value", json!(148809438.0))];
    holds("benny/reduce.csv", &[], 2, 0, &table);
    let rebar = [
        ("/backend", json!("icu")),
        ("/params/model", json!("count")),
        ("/metrics/time/value", json!(1.9)),
        ("/metrics/time/unit", json!("ms")),
        ("/metrics/time/std", json!(0.015550000000000001)),
        ("/version", json!("72.1.0")),
    ];
    holds("rebar/icu.csv", &[], 66, 1, &rebar);
    let hyperfine = [
        ("/test", json!("sleep 0.02")),
        ("/metrics/time/value", json!(0.0217893496)),
        ("/metrics/time/median", json!(0.021773851)),
        ("/metrics/user_time/value", json!(0.0012116)),
    ];
    holds("hyperfine/hyperfine.csv", &[], 2, 0, &hyperfine);
}

#[test]
fn models_kernels_and_sizes_are_read() {
    let llama = [
        ("/test", json!("qwen2 7B Q4_K - Medium")),
        ("/params/n_prompt", json!("512")),
        ("/metrics/throughput/value", json!(7100.002165)),
        ("/metrics/throughput/unit", json!("tokens/s")),
        ("/metrics/throughput/std", json!(140.34152)),
        ("/metrics/time/samples/4", json!(70745500.0)),
        ("/timestamp", json!("2025-04-24T11:58:50Z")),
    ];
    holds("llama-bench/llama-bench.json", &[], 2, 0, &llama);
    let kernels = [
        ("/params/Duration", json!("0")),
        ("/params/device", json!("0")),
        ("/metrics/time/value", json!(3.9224058844425625e-06)),
        ("/metrics/cpu_time/value", json!(9.540251349146535e-06)),
        ("/sample_count", json!(127488)),
    ];
    holds("nvbench/test_ref.json", &[], 12, 2, &kernels);
    let size = [("/test", json!("too big")), ("/size_limit", json!(10))];
    holds("size-limit/size-limit.json", &[], 3, 1, &size);
    let file = [
        ("/metrics/size/value", json!(4363928.0)),
        ("/metrics/text_section/value", json!(251555.0)),
    ];
    holds("cargo-bloat/cargo-bloat-crates.json", &[], 5, 0, &file);
}

#[test]
fn a_row_whose_cells_do_not_fit_the_heading_is_rejected() {
    // One cell too few: each number would stand in the column of another.
    let sample = crate::ingest::tools().join("llama-bench/llama-bench.csv");
    let answer = ingest(&["--dry-run", sample.to_str().unwrap()]);
    assert!(answer.out.is_empty(), "{}", answer.out);
    assert!(answer.err.contains("llama-bench.csv:2:1"), "{}", answer.err);
    assert!(answer.err.contains("cells, and 42 columns in the heading"), "{}", answer.err);
}
