//! An imported history continues when the same benchmarks are ingested afterwards: for every tool
//! that both commands know, the keys of the series are equal.
//!
//! Each pair is a small history as the dashboard keeps it, and genuine output of the same tool. The
//! output is ingested with the options that the import itself names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{History, files, run};

const EXTRACT: &str = "tools/gab-extract/test/data/extract";

/// Tool, benchmarks as github-action-benchmark keeps them, the tool's output, and how many series
/// continue.
const PAIRS: [(&str, &str, &str, usize); 14] = [
    (
        "go",
        r#"[{"name":"BenchmarkFib10","value":325,"unit":"ns/op","extra":"5000000 times\n8 procs"},
            {"name":"BenchmarkFib20","value":40537,"unit":"ns/op",
            "extra":"30000 times\n8 procs"}]"#,
        "go_single_package_output.txt",
        2,
    ),
    (
        "go",
        r#"[{"name":"BenchmarkAppendMsgitem (github.com/gofiber/fiber/v3/middleware/csrf)",
             "value":0.37,"unit":"ns/op\t2678.46 MB/s\t       0 B/op\t       0 allocs/op",
             "extra":"1 times\n4 procs"},
            {"name":"BenchmarkAppendMsgitem - MB/s (github.com/gofiber/fiber/v3/middleware/csrf)",
             "value":2678.46,"unit":"MB/s","extra":"1 times\n4 procs"}]"#,
        "go_fiber_duplicate_names_output.txt",
        3,
    ),
    (
        "cargo",
        r#"[{"name":"bench_fib_10","value":135,"range":"± 24","unit":"ns/iter"}]"#,
        "cargo_output.txt",
        1,
    ),
    (
        "cargo",
        r#"[{"name":"cmov","value":2835,"range":"± 14","unit":"cycles/iter"},
            {"name":"upload","value":1911,"range":"± 420","unit":"MS/s"}]"#,
        "cargo_output_units.txt",
        2,
    ),
    (
        "pytest",
        r#"[{"name":"bench.py::test_fib_10","value":41513.27,"unit":"iter/sec",
             "range":"stddev: 0.0000017","extra":"mean: 24.08 usec\nrounds: 38523"}]"#,
        "pytest_output.json",
        1,
    ),
    (
        "googlecpp",
        r#"[{"name":"fib_10","value":214.98,"unit":"ns/iter",
             "extra":"iterations: 3070566\ncpu: 213.65 ns\nthreads: 1"}]"#,
        "googlecpp_output.json",
        2,
    ),
    (
        "catch2",
        r#"[{"name":"Fibonacci 10","value":344,"range":"± 19","unit":"ns",
             "extra":"100 samples\n208 iterations"}]"#,
        "catch2_output_v3.txt",
        1,
    ),
    (
        "julia",
        r#"[{"name":"fib/20","value":31028,"unit":"ns","extra":"gctime=0\nmemory=0\nallocs=0"}]"#,
        "julia_output.json",
        3,
    ),
    (
        "jmh",
        concat!(
            r#"[{"name": "org.openjdk.jmh.samples.JMHSample_01_HelloWorld.wellHelloThere "#,
            r#"( {\"paramA\":\"17\",\"paramB\":\"33\"} )","#,
            r#"
             "value":3376238873.1,"unit":"ops/s","extra":"iterations: 3\nforks: 1\nthreads: 1"}]"#
        ),
        "jmh_output_2.json",
        1,
    ),
    (
        "benchmarkdotnet",
        r#"[{"name":"Sample.Benchmarks.Fib10","value":24.4,"unit":"ns","range":"± 0.05"}]"#,
        "benchmarkdotnet.json",
        1,
    ),
    (
        "benchmarkjs",
        r#"[{"name":"fib(10)","value":1431759,"range":"±0.74%","unit":"ops/sec",
             "extra":"93 samples"}]"#,
        "benchmarkjs_output.txt",
        1,
    ),
    (
        "benchmarkluau",
        r#"[{"name":"base64","value":15.041,"unit":"ms","range":"±0.636%","extra":"luau"}]"#,
        "benchmarkluau_output.txt",
        1,
    ),
    (
        "customSmallerIsBetter",
        r#"[{"name":"My Custom Smaller Is Better Benchmark - CPU Load","value":50,"unit":"%"},
            {"name":"My Custom Smaller Is Better Benchmark - Memory Used",
              "value":90,"unit":"MB"}]"#,
        "customSmallerIsBetter_output.json",
        2,
    ),
    (
        "customBiggerIsBetter",
        r#"[{"name":"My Custom Bigger Is Better Benchmark - Throughput","value":70,
             "unit":"requests/sec"}]"#,
        "customBiggerIsBetter_output.json",
        1,
    ),
];

fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(path)
}

/// What makes values points of one series: each metric of a record with the record's names.
fn keys(records: &[Value]) -> BTreeSet<String> {
    let names = ["suite", "test", "backend", "mode", "parallel", "n", "params"];
    let of = |record: &Value| {
        let names: Vec<String> =
            names.iter().map(|name| format!("{name}={}", record[*name])).collect();
        let metrics = record["metrics"].as_object().into_iter().flatten();
        let keys = metrics.map(|(metric, _)| format!("{} metric={metric}", names.join(" ")));
        keys.collect::<Vec<String>>()
    };
    records.iter().flat_map(of).collect()
}

fn records(history: &History) -> Vec<Value> {
    let data = history.data();
    let lines = |file: String| std::fs::read_to_string(data.join(file)).unwrap();
    let results = files(&data).into_iter().filter(|file| file.starts_with("results/"));
    let texts: Vec<String> = results.map(lines).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Imports a history; what it says.
fn import(history: &History, kind: &str, path: &Path) -> Value {
    let data = history.data();
    let path = path.to_str().unwrap();
    let answer = run(&["import", kind, path, "--format", "json", "--data", data.to_str().unwrap()]);
    assert_eq!(answer.status, 0, "{kind}: {}", answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

/// The options of the first command that continues an import.
fn options(summary: &Value) -> Vec<String> {
    let command = summary["continue_with"][0].as_str().unwrap();
    let words = command.strip_prefix("benchpages ingest ").unwrap().split_whitespace();
    words.map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// The records of a tool's output, read with these options.
fn ingest(output: &Path, options: &[String]) -> Vec<Value> {
    let time = "2026-01-02T00:00:00Z";
    let mut arguments: Vec<&str> =
        vec!["ingest", "--elsewhere", "--commit", "bbbbbbb", "--timestamp", time, "--dry-run"];
    arguments.extend(options.iter().map(String::as_str));
    arguments.push(output.to_str().unwrap());
    let answer = run(&arguments);
    assert_eq!(answer.status, 0, "{}: {}", output.display(), answer.err);
    answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn assert_continues(what: &str, imported: &[Value], ingested: &[Value], count: usize) {
    let (before, after) = (keys(imported), keys(ingested));
    let continued = before.intersection(&after).count();
    assert!(
        before.is_subset(&after) && continued == count,
        "{what}: {continued} of {count} series continue\nimported {before:#?}\ningested {after:#?}"
    );
}

#[test]
fn every_tool_of_github_action_benchmark_continues() {
    for (tool, benches, output, count) in PAIRS {
        let history = History::new();
        let path = history.data().with_file_name("data.js");
        let benches: Value = serde_json::from_str(benches).unwrap();
        let run = json!({
            "commit": {"id": "aaaaaaa", "message": "m", "timestamp": "2026-01-01T00:00:00Z",
                "url": "https://example.com/o/r/commit/aaaaaaa"},
            "date": 1_767_225_600_000_u64, "tool": tool, "benches": benches,
        });
        let data = json!({"entries": {"Bench": [run]}});
        std::fs::write(&path, format!("window.BENCHMARK_DATA = {data}")).unwrap();
        let summary = import(&history, "github-action-benchmark", &path);
        let ingested = ingest(&sample(EXTRACT).join(output), &options(&summary));
        assert_continues(&format!("{tool}, {output}"), &records(&history), &ingested, count);
    }
}

#[test]
fn parameters_without_names_continue_by_plain_names() {
    let history = History::new();
    let path = history.data().with_file_name("data.js");
    let text = r#"{"entries":{"Bench":[{"commit":{"id":"aaaaaaa","url":""},"date":1767225600000,
        "tool":"pytest","benches":[{"name":"bench.py::test_x[10-list]","value":2,
        "unit":"iter/sec"}]}]}}"#;
    std::fs::write(&path, text).unwrap();
    let summary = import(&history, "github-action-benchmark", &path);
    let output = history.data().with_file_name("out.json");
    let text = r#"{"commit_info":{},"benchmarks":[{"name":"test_x[10-list]",
        "fullname":"bench.py::test_x[10-list]","params":{"n":10,"kind":"list"},
        "stats":{"mean":0.5,"rounds":3}}]}"#;
    std::fs::write(&output, text).unwrap();
    assert_continues("pytest", &records(&history), &ingest(&output, &options(&summary)), 1);
    let named = ingest(&output, &[]);
    assert_eq!((&named[0]["n"], &named[0]["params"]["kind"]), (&10.into(), &"list".into()));
}

#[test]
fn the_same_method_of_two_classes_stays_two_series() {
    let history = History::new();
    let path = history.data().with_file_name("data.js");
    let text = r#"{"entries":{"Bench":[{"commit":{"id":"aaaaaaa","url":""},"date":1767225600000,
        "tool":"jmh","benches":[{"name":"a.A.run","value":2,"unit":"us/op"},
        {"name":"a.B.run","value":3,"unit":"us/op"}]}]}}"#;
    std::fs::write(&path, text).unwrap();
    let summary = import(&history, "github-action-benchmark", &path);
    assert_eq!(summary["series"], 2);
    assert_eq!(options(&summary), ["--suite=Bench"]);
    let suites = records(&history).iter().map(|it| it["suite"].to_string()).collect::<Vec<_>>();
    assert_eq!(suites, ["\"Bench\"", "\"Bench\""]);
}

#[test]
fn histories_of_other_dashboards_continue() {
    // gobenchdata: what `go test` prints of the same benchmarks.
    let history = History::new();
    let summary = import(&history, "gobenchdata", &sample("tools/gobenchdata"));
    let suites: BTreeSet<String> =
        records(&history).iter().map(|it| it["suite"].as_str().unwrap().to_owned()).collect();
    let package = suites.first().unwrap();
    let text = format!(
        "goos: linux\npkg: {package}\nBenchmarkFib10/Fib() 1 500 ns/op 0 B/op 0 allocs/op\n\
         BenchmarkFib10/Fib()-2 1 500 ns/op 0 B/op 0 allocs/op\n"
    );
    let output = history.data().with_file_name("out.txt");
    std::fs::write(&output, text).unwrap();
    let ingested = ingest(&output, &options(&summary));
    let all = records(&history);
    let of_fib = |it: &&Value| it["test"] == "Fib10/Fib()" && it["suite"] == package.as_str();
    let imported: Vec<Value> = all.iter().filter(of_fib).cloned().collect();
    assert_continues("gobenchdata", &imported, &ingested, 6);

    // Bencher: its own format, and the output that its adapters read.
    let report = |adapter: &str, name: &str| {
        json!([{"project": {"name": "parser", "slug": "parser"}, 
            "branch": {"name": "main", "head": {"version": {"hash": "abc"}}},
            "testbed": {"name": "ci"}, "start_time": "2025-01-02T03:04:05Z", "adapter": adapter,
            "results": [[{"benchmark": {"name": name}, "measures": [{
                "measure": {"name": "Latency", "slug": "latency", "units": "nanoseconds (ns)"},
                "metric": {"value": 5.5}}]}]]}])
    };
    for (adapter, name, output) in [
        ("json", "bencher::mock_0", "tools/bencher-tool_output/json/report_latency.json"),
        ("go_bench", "BenchmarkFib10-8", "tools/bencher-tool_output/go/bench/three.txt"),
        ("cpp_google", "fib_10", "tools/bencher-tool_output/cpp/google/two.txt"),
        ("c_sharp_dot_net", "", "tools/bencher-tool_output/c_sharp/dot_net/two.json"),
        (
            "python_pytest",
            "bench.py::test_fib_10",
            "tools/bencher-tool_output/python/pytest/two.json",
        ),
        ("rust_bench", "", "tools/bencher-tool_output/rust/bench/one.txt"),
        ("java_jmh", "", "tools/bencher-tool_output/java/jmh/latency.json"),
    ] {
        let output = sample(output);
        // Names are those of the sample where none is given here.
        let bare = ingest(&output, &[]);
        let suite = bare[0]["suite"].as_str().map(|suite| suite.to_owned());
        let dotted = ["java_jmh", "c_sharp_dot_net"].contains(&adapter);
        let separator = if dotted { "." } else { "::" };
        let test = bare[0]["test"].as_str().unwrap();
        let own = suite.map_or(test.to_owned(), |suite| format!("{suite}{separator}{test}"));
        let name = if ["", "bencher::mock_0"].contains(&name) { own.as_str() } else { name };
        let history = History::new();
        let path = history.data().with_file_name("report.json");
        std::fs::write(&path, report(adapter, name).to_string()).unwrap();
        let summary = import(&history, "bencher", &path);
        let ingested = ingest(&output, &options(&summary));
        let (before, after) = (keys(&records(&history)), keys(&ingested));
        // JMH's mode is not in a report: the unit implies it, and the sample's is of another one.
        let without_mode = |keys: BTreeSet<String>| -> BTreeSet<String> {
            let plain = |key: &String| {
                key.replace("mode=\"avgt\"", "mode=null").replace("mode=\"thrpt\"", "mode=null")
            };
            keys.iter().map(plain).collect()
        };
        let (before, after) = (without_mode(before), without_mode(after));
        assert!(before.is_subset(&after), "{adapter}\n{before:#?}\n{after:#?}");
    }

    // Otava and Nyrkiö: one file is both a history and output.
    let history = History::new();
    let made = sample("tools/made/otava");
    let file = files(&made).into_iter().find(|file| file.ends_with(".json")).unwrap();
    let summary = import(&history, "nyrkio", &made.join(&file));
    // Runs that name their test need no option; one of the sample does.
    let named_by_file = |it: &Value| it["test"] == file.trim_end_matches(".json");
    let imported: Vec<Value> = records(&history).into_iter().filter(named_by_file).collect();
    let ingested = ingest(&made.join(&file), &options(&summary));
    assert_continues("nyrkio", &imported, &ingested, keys(&imported).len());

    // asv: results are read by one reader.
    let history = History::new();
    let folder = sample("histories/asv-metpy");
    let summary = import(&history, "asv", &folder);
    let imported = records(&history);
    let ingested = ingest(&folder, &options(&summary));
    assert_continues("asv", &imported, &ingested, keys(&imported).len());

    // Go's own: output as `bent` names it.
    let history = History::new();
    let output = sample("tools/golang-perf/benchfmt/testdata/bent/20200101T213604.Base.build");
    let data = history.data();
    let arguments =
        ["import", "golang-benchseries", output.to_str().unwrap(), "--format", "json", "--commit"];
    let answer = run(&[&arguments[..], &["abcdef1", "--data", data.to_str().unwrap()]].concat());
    assert_eq!(answer.status, 0, "{}", answer.err);
    let summary: Value = serde_json::from_str(&answer.out).unwrap();
    let imported = records(&history);
    let ingested = ingest(&output, &options(&summary));
    assert_continues("benchseries", &imported, &ingested, keys(&imported).len());
}
