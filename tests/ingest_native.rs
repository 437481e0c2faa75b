//! Exact values of genuine files: Rust's, C++'s, Java's, .NET's and Swift's tools.

use serde_json::{Value, json};

use crate::ingest::records;

const BENCHER: &str = "bencher-tool_output";

fn of(sample: &str) -> Vec<Value> {
    records(&format!("{BENCHER}/{sample}"), &[])
}

fn tests(records: &[Value]) -> Vec<String> {
    let part = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    records.iter().map(|it| format!("{}|{}", part(it, "suite"), part(it, "test"))).collect()
}

#[test]
fn libtest_keeps_units_targets_and_failures() {
    let many = of("rust/bench/many.txt");
    let units: Vec<(&Value, &Value)> = many
        .iter()
        .map(|it| (&it["metrics"]["time"]["value"], &it["metrics"]["time"]["unit"]))
        .collect();
    assert_eq!(
        units[3..],
        [(&json!(1.0), &json!("μs")), (&json!(22.0), &json!("ms")), (&json!(333.0), &json!("s"))]
    );
    let exact = of("rust/bench/issue_390.txt");
    assert_eq!(exact[0]["metrics"]["time"]["value"], 13_967_756.30);
    assert_eq!(
        (&exact[0]["spread"], tests(&exact)[0].as_str()),
        (&json!(266_769.64), "bleu::benchmark|bench_batch_bleu")
    );
    let failed = of("rust/bench/failed.txt");
    let why = "thread 'main' panicked at 'explicit panic', src/tests.rs:28:9";
    assert_eq!((&failed[1]["test"], &failed[1]["error"]), (&json!("benchmark_b"), &json!(why)));
    let targets = tests(&of("rust/bench/multi_target.txt"));
    assert_eq!(targets, ["tests|benchmark", "name::tests|other_benchmark"]);
    let units = records("gab-extract/test/data/extract/cargo_output_units.txt", &[]);
    assert_eq!(units[0]["metrics"]["cycles"]["value"], 2835.0);
    assert_eq!(units[3]["metrics"]["throughput"]["better"], "higher");
}

#[test]
fn criterion_s_log_has_estimate_and_bounds() {
    let found = of("rust/criterion/dogfood.txt");
    assert_eq!(tests(&found)[0], "|Adapter::Magic (JSON)");
    let time = json!({"value": 3.4632, "lower": 3.4623, "upper": 3.4641, "unit": "µs"});
    assert_eq!(found[0]["metrics"]["time"], time);
    let spaced = of("rust/criterion/many.txt");
    assert_eq!(spaced[4]["test"], "benchmark: name with spaces");
    assert_eq!(spaced[0]["metrics"]["time"]["unit"], "ps");
}

#[test]
fn gungraun_tells_the_same_in_json_and_in_text() {
    let json = of("rust/gungraun/json_one_callgrind_all_metrics.txt");
    let text = of("rust/gungraun/callgrind-all.txt");
    let names = |record: &Value| -> Vec<String> {
        record["metrics"].as_object().unwrap().keys().cloned().collect()
    };
    // The text names second-level hits by the cache it simulates, the JSON by the last level.
    let all: Vec<String> = names(&text[0]).into_iter().chain(names(&text[1])).collect();
    let missing: Vec<String> = names(&json[0]).into_iter().filter(|it| !all.contains(it)).collect();
    assert_eq!(missing, ["ll_hits"]);
    assert_eq!(json[0]["metrics"]["l1_hit_rate"]["value"], 0.2);
    assert_eq!(json[0]["metrics"]["total_read_write"]["value"], 2800.0);
    let dhat = of("rust/gungraun/with-dhat.txt");
    assert_eq!(dhat[1]["metrics"]["total_bytes"], json!({"value": 26_294_939.0, "unit": "B"}));
    let delta = of("rust/gungraun/delta_with_inf.txt");
    assert_eq!(delta[0]["metrics"]["estimated_cycles"]["value"], 2464.0);
    let colours = of("rust/gungraun/ansi-escapes.txt");
    assert_eq!((&colours[0]["params"]["id"], &colours[0]["n"]), (&json!("short"), &json!(10)));
    let lines = of("rust/gungraun/name_on_multiple_lines.txt");
    assert_eq!(lines[1]["params"]["arguments"], "string with multiple lines and one more");
    let iai = of("rust/iai/change.txt");
    assert_eq!(iai[1]["metrics"]["l1_accesses"]["value"], 23_447_195.0);
    let drd = of("rust/gungraun/json_one_drd_all_metrics.txt");
    assert_eq!(drd[0]["metrics"]["drd_suppressed_errors"]["value"], 3.0);
}

#[test]
fn google_benchmark_keeps_repetitions() {
    let two = of("cpp/google/two.txt");
    assert_eq!(two[0]["metrics"]["time"]["value"], 2.149_898_011_454_795_3e2);
    assert_eq!(two[0]["metrics"]["cpu_time"]["value"], 2.136_550_720_616_329_5e2);
    assert_eq!((&two[0]["iterations"], &two[0]["cores"]), (&json!(3_070_566), &json!(4)));
    let inputs = "google-benchmark/tools/gbench/Inputs";
    let repeated = records(&format!("{inputs}/test3_run0.json"), &[]);
    assert_eq!(repeated[1]["metrics"]["time"]["samples"], json!([9.0, 8.0]));
    let first = records(&format!("{inputs}/test1_run1.json"), &[]);
    assert_eq!((first.len(), &first[13]["label"]), (14, &json!("a label")));
    let sized = records(&format!("{inputs}/test2_run.json"), &[]);
    assert_eq!((&sized[4]["suite"], &sized[4]["n"]), (&json!("Prefix"), &json!(3)));
}

#[test]
fn catch2_joins_sections_and_long_names() {
    let found = of("cpp/catch2/issue_351.txt");
    assert_eq!(
        tests(&found),
        [
            "Unit_assignment/Construction|Fibonacci 10",
            "Unit_assignment/Construction|Fibonacci 20",
            "More Fibonacci|Fibonacci~ 5!",
            "More Fibonacci|Fibonacci-15_bench",
            "Even More Fibonacci/With a long name|Fibonacci 10 with a long name",
            "Even More Fibonacci/With a long name|Fibonacci 20",
        ]
    );
    let time =
        json!({"value": 41.731, "std": 3.256, "lower": 41.25, "upper": 42.622, "unit": "us"});
    assert_eq!(found[1]["metrics"]["time"], time);
    assert_eq!(records("gab-extract/test/data/extract/catch2_output_v3.txt", &[]).len(), 4);
}

#[test]
fn jmh_and_benchmarkdotnet_keep_every_number() {
    let six = of("java/jmh/six.json");
    assert_eq!((six.len(), &six[0]["params"]["computeType"]), (6, &json!("Caffeine")));
    let rate = &six[0]["metrics"]["throughput"];
    assert_eq!(
        (&rate["value"], &rate["unit"]),
        (&json!(1.525_201_323_440_219_5e8), &json!("ops/s"))
    );
    assert_eq!(
        (&rate["lower"], rate["samples"].as_array().unwrap().len()),
        (&json!(1.489_998_115_654_588_3e8), 3)
    );
    let latency = of("java/jmh/latency.json");
    assert_eq!(latency[0]["metrics"]["time"]["unit"], "s/op");
    let memory = of("c_sharp/dot_net/memory.json");
    let time = &memory[0]["metrics"]["time"];
    assert_eq!(
        (&time["value"], &time["std"]),
        (&json!(77.494_494_120_279_95), &json!(1.175_959_577_250_963))
    );
    assert_eq!(
        time["samples"],
        json!([76.358_580_589_294_43, 77.418_124_675_750_73, 78.706_777_095_794_68])
    );
    assert_eq!(memory[0]["metrics"]["memory"]["value"], 368.0);
    assert_eq!((&memory[0]["gen0_collections"], &memory[0]["cores"]), (&json!(184), &json!(16)));
    let old = of("c_sharp/dot_net/two.json");
    assert_eq!(
        (&old[0]["cpu"], &old[0]["test"]),
        (&json!("Intel(R) Core(TM) i7-4702MQ CPU 2.20GHz"), &json!("Sleep10"))
    );
}

#[test]
fn swift_s_thresholds_are_named_by_their_file() {
    let folder = "ordo-one-thresholds/Thresholds";
    let found =
        records(&format!("{folder}/P90AbsoluteThresholdsBenchmark.P90Malloc.p90.json"), &[]);
    assert_eq!(tests(&found), ["P90AbsoluteThresholdsBenchmark|P90Malloc"]);
    assert_eq!(
        found[0]["metrics"]["allocations"],
        json!({"value": 1012.0, "p90": 1012.0, "unit": "count"})
    );
}
