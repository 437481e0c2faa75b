//! Whole histories of other dashboards: exact counts and values of genuine ones, the same import
//! twice, and what is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Answer, History, files, run};

fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(path)
}

fn import_with(history: &History, kind: &str, path: &Path, more: &[&str]) -> Answer {
    let data = history.data();
    let mut arguments = vec!["import", kind, path.to_str().unwrap(), "--format", "json"];
    arguments.extend(["--data", data.to_str().unwrap()]);
    arguments.extend(more);
    run(&arguments)
}

fn import(history: &History, kind: &str, path: &Path) -> Value {
    let answer = import_with(history, kind, path, &["--allow-partial"]);
    assert_eq!(answer.status, 0, "{}: {}", path.display(), answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

/// Every record of a history.
fn records(history: &History) -> Vec<Value> {
    let data = history.data();
    let mut records = Vec::new();
    for file in files(&data) {
        if file.starts_with("results/") || file.starts_with("pulls/") {
            let text = std::fs::read_to_string(data.join(file)).unwrap();
            records.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
    }
    records
}

/// Values of a record, in the units of the source.
fn values(record: &Value) -> Vec<f64> {
    let metrics = record["metrics"].as_object().into_iter().flatten();
    let samples = |metric: &Value| {
        let all = metric["samples"].as_array().into_iter().flatten();
        all.map(|it| it.as_f64().unwrap()).collect::<Vec<f64>>()
    };
    // Repeats of one name are samples; a rate of Go beside its time is a field.
    let values = metrics.flat_map(|(_, metric)| {
        [vec![metric["value"].as_f64().unwrap()], samples(metric)].concat()
    });
    values.chain(record["mb_per_s"].as_f64()).collect()
}

fn only(all: &[Value], what: impl Fn(&Value) -> bool) -> &Value {
    let found: Vec<&Value> = all.iter().filter(|it| what(it)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]
}

/// Kind, sample, what more is said; records, values, failed, series, refused, left out.
const COUNTS: [(&str, &str, &[&str], [u64; 6]); 21] = [
    ("asv", "histories/asv-metpy", &[], [384, 375, 9, 128, 0, 0]),
    ("asv", "histories/asv-selftest", &[], [472, 425, 47, 42, 3, 2]),
    ("asv", "histories/asv-sunpy", &[], [100, 100, 0, 10, 0, 0]),
    ("asv", "histories/asv-thematrix", &[], [168, 168, 0, 114, 0, 0]),
    ("github-action-benchmark", "histories/ghab-awesomeassertions", &[], [16, 16, 0, 2, 0, 0]),
    ("github-action-benchmark", "histories/ghab-fiber-2020", &[], [144, 432, 0, 117, 0, 0]),
    ("github-action-benchmark", "histories/ghab-hyper", &[], [55, 55, 0, 27, 0, 0]),
    ("github-action-benchmark", "histories/ghab-java-pfb", &[], [15, 15, 0, 3, 0, 0]),
    ("github-action-benchmark", "histories/ghab-moov-ach", &[], [27, 81, 0, 81, 5, 0]),
    ("github-action-benchmark", "histories/ghab-msal-js", &[], [8, 8, 0, 2, 0, 0]),
    ("github-action-benchmark", "histories/ghab-phpactor", &[], [112, 112, 0, 56, 0, 0]),
    ("github-action-benchmark", "histories/ghab-pyxirr", &[], [32, 32, 0, 14, 0, 0]),
    ("github-action-benchmark", "histories/ghab-registry-go", &[], [176, 176, 0, 176, 0, 0]),
    ("github-action-benchmark", "histories/ghab-selftest", &[], [51, 64, 0, 35, 0, 0]),
    ("nyrkio", "histories/cp-nyrkio", &[], [40, 240, 0, 6, 0, 0]),
    ("csv", "histories/cp-otava/sample.csv", &[], [10, 20, 0, 2, 0, 0]),
    ("csv", "histories/cp-otava/sample-semicolons.csv", &[], [10, 20, 0, 2, 0, 0]),
    ("csv", "histories/cp-otava/sample-unix-time.csv", &[], [10, 20, 0, 2, 0, 0]),
    ("csv", "histories/big-gotta-go-fast", &[], [64, 480, 4, 144, 0, 0]),
    ("gobenchdata", "tools/gobenchdata", &[], [360, 1200, 0, 40, 0, 0]),
    (
        "bencher",
        "tools/bencher-tool_output/json/report_latency.json",
        &["--commit", "c", "--timestamp", "2026-01-02T03:04:05Z"],
        [3, 3, 0, 3, 0, 0],
    ),
];

#[test]
fn genuine_histories_come_to_exact_counts() {
    let mut faults = Vec::new();
    for (kind, path, more, expected) in COUNTS {
        let history = History::new();
        let more = [more, &["--allow-partial"]].concat();
        let answer = import_with(&history, kind, &sample(path), &more);
        assert_eq!(answer.status, 0, "{path}: {}", answer.err);
        let told: Value = serde_json::from_str(&answer.out).unwrap();
        let sum = |field: &str| -> u64 {
            told[field].as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum()
        };
        let count = |field: &str| told[field].as_u64().unwrap();
        let [records, values, failed, series] =
            ["records", "values", "failed", "series"].map(count);
        let found = [records, values, failed, series, sum("rejected"), sum("skipped")];
        if found != expected {
            faults.push(format!("{path}: {found:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_site_shows_every_imported_series_and_refuses_nothing() {
    for (kind, path) in
        [("asv", "histories/asv-selftest"), ("csv", "histories/cp-otava/sample.csv")]
    {
        let history = History::new();
        let told = import(&history, kind, &sample(path));
        let site = history.site(&[]);
        assert_eq!(site.json("health.json")["refused"], Value::Array(Vec::new()), "{path}");
        let shown = site.json("index.json")["series"].as_array().unwrap().len();
        assert_eq!(told["series"], shown, "{path}");
    }
}

#[test]
fn the_same_import_twice_is_one() {
    for (kind, path) in [
        ("asv", "histories/asv-selftest"),
        ("github-action-benchmark", "histories/ghab-selftest"),
        ("csv", "histories/big-gotta-go-fast"),
        ("gobenchdata", "tools/gobenchdata"),
    ] {
        let history = History::new();
        let bytes = || {
            let data = history.data();
            let read = |file: String| (file.clone(), std::fs::read(data.join(file)).unwrap());
            files(&data).into_iter().map(read).collect::<BTreeMap<_, _>>()
        };
        let first = import(&history, kind, &sample(path));
        let before = bytes();
        let again = import(&history, kind, &sample(path));
        assert_eq!(again["added"], 0, "{path}");
        assert_eq!(again["duplicates"], first["records"], "{path}");
        assert_eq!(again["commits"]["added"], 0, "{path}");
        assert!(before == bytes(), "{path}: a byte changed");
    }
}

#[test]
fn a_history_in_two_parts_is_the_whole_one() {
    let source = sample("histories/asv-sunpy");
    let part = tempfile::tempdir().unwrap();
    for (at, file) in files(&source).into_iter().enumerate() {
        if !file.contains("-virtualenv") || at % 2 == 0 {
            let to = part.path().join(&file);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(source.join(&file), to).unwrap();
        }
    }
    let (parts, whole) = (History::new(), History::new());
    let first = import(&parts, "asv", part.path());
    let rest = import(&parts, "asv", &source);
    assert_eq!(rest["duplicates"], first["added"]);
    import(&whole, "asv", &source);
    let sorted = |history: &History| {
        let lines = records(history).into_iter().map(|it| it.to_string());
        lines.collect::<BTreeSet<String>>()
    };
    assert_eq!(sorted(&parts), sorted(&whole));
    let dry = import_with(&History::new(), "asv", &source, &["--dry-run"]);
    let dry: Value = serde_json::from_str(&dry.out).unwrap();
    assert_eq!((&dry["records"], &dry["added"]), (&rest["records"], &Value::from(0)));
}

#[test]
fn an_imported_asv_history_shows_the_values_of_its_source() {
    let source = sample("histories/asv-metpy");
    let history = History::new();
    import(&history, "asv", &source);
    let mut found: BTreeMap<(String, String), Option<f64>> = BTreeMap::new();
    for record in records(&history) {
        let name =
            format!("{}.{}", record["suite"].as_str().unwrap(), record["test"].as_str().unwrap());
        let commit = record["commit"].as_str().unwrap().to_owned();
        found.insert((commit, name), record["metrics"]["time"]["value"].as_f64());
    }
    let mut told = BTreeMap::new();
    for file in files(&source).into_iter().filter(|file| file.contains("-virtualenv")) {
        let text = std::fs::read_to_string(source.join(file)).unwrap();
        let results: Value = serde_json::from_str(&text).unwrap();
        for (name, row) in results["results"].as_object().unwrap() {
            let commit = results["commit_hash"].as_str().unwrap().to_owned();
            told.insert((commit, name.clone()), row[0][0].as_f64());
        }
    }
    assert_eq!(found, told);
    assert!(told.values().any(Option::is_none), "a failed run is part of the sample");
}

#[test]
fn every_value_of_a_data_js_is_in_the_history() {
    for set in ["awesomeassertions", "fiber-2020", "hyper", "phpactor", "registry-go", "selftest"] {
        let source = sample(&format!("histories/ghab-{set}"));
        let history = History::new();
        import(&history, "github-action-benchmark", &source);
        let mut found: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for record in records(&history) {
            let of = found.entry(record["commit"].as_str().unwrap().to_owned()).or_default();
            of.extend(values(&record).into_iter().map(f64::to_bits));
        }
        let text = std::fs::read_to_string(source.join("data.js")).unwrap();
        let told: Value = serde_json::from_str(text.split_once('=').unwrap().1).unwrap();
        for run in
            told["entries"].as_object().unwrap().values().flat_map(|it| it.as_array().unwrap())
        {
            let of = &found[run["commit"]["id"].as_str().unwrap()];
            for bench in run["benches"].as_array().unwrap() {
                let value = bench["value"].as_f64().unwrap();
                // pytest's rate is read as the time that it was made of.
                let rate = bench["unit"] == "iter/sec";
                let value = if rate { 1.0 / value } else { value };
                assert!(of.contains(&value.to_bits()), "{set}: {bench}");
            }
        }
    }
}

#[test]
fn text_beside_values_means_what_its_tool_means() {
    let history = History::new();
    import(&history, "github-action-benchmark", &sample("histories/ghab-selftest"));
    let all = records(&history);
    let newest = |suite: &str, test: &str| {
        let of: Vec<&Value> =
            all.iter().filter(|it| it["suite"] == suite && it["test"] == test).collect();
        let newest = of.iter().max_by_key(|it| it["timestamp"].as_str().unwrap());
        (*newest.unwrap()).clone()
    };
    let close = |a: &Value, b: f64| (a.as_f64().unwrap() / b - 1.0).abs() < 1e-9;
    let pytest = newest("Python Benchmark with pytest-benchmark", "bench.py::test_fib_10");
    // Rounds a second are the mean turned over, which is what `ingest` reads.
    let time = &pytest["metrics"]["time"];
    assert_eq!((&time["unit"], &pytest["rounds"]), (&"s".into(), &29984.into()));
    assert!(close(&time["value"], 13.101_518_143_022_743e-6), "{time}");
    assert!(close(&time["std"], 0.000_001_257_131_552_579_802_2), "{time}");
    let go = newest("Go Benchmark", "Fib20WithAuxMetric");
    assert_eq!(go["metrics"]["aux_metric_units"]["value"], 4.0);
    assert_eq!((&go["metrics"]["time"]["value"], &go["backend"]), (&40052.0.into(), &"go".into()));
    let catch = newest("Catch2 Benchmark (v3)", "Fibonacci 20");
    assert!(catch["metrics"]["time"].get("std").is_none(), "its unit is not told: {catch}");
    assert_eq!(catch["range"], "± 352.558");
    let js = newest("Benchmark.js Benchmark", "fib(10)");
    assert_eq!(
        (&js["metrics"]["throughput"]["better"], &js["backend"]),
        (&"higher".into(), &"javascript".into())
    );
    let julia = newest("Julia benchmark result", "fib");
    assert_eq!((&julia["metrics"]["memory"]["value"], &julia["gctime"]), (&0.0.into(), &0.into()));
    let cpp = newest("C++ Benchmark", "fib_10");
    assert_eq!(cpp["metrics"]["cpu_time"]["unit"], "ns");
}

#[test]
fn a_run_of_a_pull_request_stays_beside_the_main_line() {
    let history = History::new();
    let told =
        import(&history, "github-action-benchmark", &sample("histories/ghab-awesomeassertions"));
    assert_eq!(
        told["pulls"],
        records(&history).iter().filter(|it| it.get("pull").is_some()).count()
    );
    assert!(told["remarks"][0].as_str().unwrap().contains("repeats"), "{told}");
    let pulls = files(&history.data().join("pulls"));
    assert!(pulls.contains(&"247.ndjson".to_owned()), "{pulls:?}");
}

#[test]
fn the_rest_of_a_go_line_is_further_metrics() {
    let history = History::new();
    import(&history, "github-action-benchmark", &sample("histories/ghab-fiber-2020"));
    let all = records(&history);
    let accepts = |it: &Value| it["test"] == "_Ctx_Accepts";
    let metrics = all.iter().find(|it| accepts(it)).unwrap()["metrics"].as_object().unwrap();
    assert_eq!(metrics.keys().collect::<Vec<_>>(), ["allocations", "memory", "time"]);
    let history = History::new();
    let told = import(&history, "github-action-benchmark", &sample("histories/ghab-moov-ach"));
    let refused = told["rejected"].as_object().unwrap();
    assert_eq!(refused.values().map(|it| it.as_u64().unwrap()).sum::<u64>(), 5);
    let kept = std::fs::read_to_string(history.data().join("quarantine/ingested.ndjson")).unwrap();
    assert!(kept.contains("Federal Reserve Bank"), "{kept}");
}

#[test]
fn files_that_asv_passes_over_are_refused_and_the_rest_is_taken() {
    let history = History::new();
    let told = import(&history, "asv", &sample("histories/asv-selftest"));
    let refused: Vec<&String> = told["rejected"].as_object().unwrap().keys().collect();
    assert_eq!(refused.len(), 3, "{refused:?}");
    let all = records(&history);
    // `NaN` is no record, `null` a failed run.
    assert_eq!(told["skipped"]["left out by the benchmark (NaN)"], 2);
    let failed = all.iter().filter(|it| it.get("error").is_some()).count();
    assert_eq!(told["failed"], failed);
    // Two environments of one commit that differ in what is installed are two series.
    let both = all.iter().filter(|it| {
        it["commit"] == "fcf8c079fae7ebad9f27bd31a819f0e4fdd85b99"
            && it["test"] == "time_quantity_array_conversion"
    });
    let with: BTreeSet<String> = both.map(|it| it["params"]["with"].to_string()).collect();
    assert_eq!(with.len(), 2, "{with:?}");
}

#[test]
fn parameters_of_asv_come_in_the_order_of_their_product() {
    let folder = tempfile::tempdir().unwrap();
    let machine = folder.path().join("m");
    std::fs::create_dir(&machine).unwrap();
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    write("m/machine.json", "{}");
    write(
        "benchmarks.json",
        r#"{"version":2,"a.B.time_x":{"type":"time","unit":"seconds","param_names":["n","kind"],
            "params":[["10","20"],["'p'","'q'"]],"version":"v2"}}"#,
    );
    write(
        "m/0123abcd-py3.json",
        r#"{"version":2,"commit_hash":"0123abcd","date":1700000000000,"params":{"machine":"m",
            "os":"Linux","ram":"8GB"},"requirements":{"numpy":"2.0","scipy":""},
            "result_columns":["result","params","version","started_at","duration",
            "stats_ci_99_a","stats_ci_99_b"],
            "results":{"a.B.time_x":[[1.5,null,NaN,4.5],[["10","20"],["'p'","'q'"]],"v1",
            1700000001000,1.0,[1.0,null,null,-Infinity],[2.0,null,null,Infinity]]}}"#,
    );
    let history = History::new();
    let told = import(&history, "asv", folder.path());
    assert_eq!((&told["records"], &told["failed"]), (&3.into(), &1.into()));
    let all = records(&history);
    let first = only(&all, |it| it["n"] == 10 && it["params"]["kind"] == "p");
    let time = &first["metrics"]["time"];
    assert_eq!(
        (&time["value"], &time["lower"], &time["upper"]),
        (&1.5.into(), &1.0.into(), &2.0.into())
    );
    assert!(only(&all, |it| it["params"]["kind"] == "q" && it["n"] == 10).get("error").is_some());
    let last = only(&all, |it| it["n"] == 20 && it["params"]["kind"] == "q");
    assert_eq!(last["metrics"]["time"], serde_json::json!({"value": 4.5, "unit": "seconds"}));
    assert_eq!((&last["version"], &last["memory_total"]), (&"v1".into(), &"8GB".into()));
    assert_eq!((&last["params"]["numpy"], &last["requirements"]), (&"2.0".into(), &"scipy".into()));
    assert_eq!(last["commit_time"], "2023-11-14T22:13:20Z");
}

#[test]
fn what_asv_published_is_read_from_its_graphs_and_from_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("html");
    let graphs = site.join("graphs/branch-main/machine-m 1/python-3.12");
    std::fs::create_dir_all(&graphs).unwrap();
    std::fs::write(folder.path().join("secret.json"), "[[1, 2.0]]").unwrap();
    let index = r#"{"project":"p","revision_to_hash":{"1":"aaaa","5":"bbbb"},
        "revision_to_date":{"1":1600000000000,"5":1600000600000},"tags":{"v1":5},
        "graph_param_list":[{"machine":"m 1","python":"3.12","branch":"main"}],
        "benchmarks":{
        "m.time_a":{"type":"time","unit":"seconds","params":[["1","2"]],"param_names":["k"]},
        "../../../../secret":{"type":"time","unit":"seconds","params":[]}}}"#;
    std::fs::write(site.join("index.json"), index).unwrap();
    let graph = "[[1,[0.5,null]],[5,[0.25,1e-3]],[9,[1,1]]]";
    std::fs::write(graphs.join("m.time_a.json"), graph).unwrap();
    let history = History::new();
    let told = import(&history, "airspeed-published", &site);
    assert_eq!((&told["records"], &told["series"]), (&3.into(), &2.into()));
    assert_eq!(told["rejected"]["index.json does not know the revision"], 1);
    let all = records(&history);
    let newest = only(&all, |it| it["commit"] == "bbbb" && it["params"]["k"] == "2");
    assert_eq!(newest["metrics"]["time"]["value"], 0.001);
    assert_eq!((&newest["params"]["machine"], &newest["branch"]), (&"m 1".into(), &"main".into()));
    let commits = std::fs::read_to_string(history.data().join("commits.ndjson")).unwrap();
    assert!(commits.contains("\"tags\":[\"v1\"]"), "{commits}");
}

#[test]
fn reports_and_perf_queries_of_bencher_hold_the_same() {
    let metric = r#"{"uuid":"u","value":5.5,"lower_value":5.0,"upper_value":6.0}"#;
    let measure = r#"{"name":"Latency","slug":"latency","units":"nanoseconds (ns)"}"#;
    let report = format!(
        r#"[{{"uuid":"r",
        "branch":{{"name":"main","head":{{"version":{{"number":3,"hash":"abc"}}}}}},
        "testbed":{{"name":"ci"}},"start_time":"2025-01-02T03:04:05Z",
        "end_time":"2025-01-02T03:05:05Z","adapter":"json",
        "results":[[{{"iteration":0,"benchmark":{{"name":"a::b"}},
        "measures":[{{"measure":{measure},"metric":{metric}}}]}}]],"alerts":[]}}]"#
    );
    let older = format!(
        r#"{{"branch":{{"name":"main","version":{{"number":3,"hash":"abc"}}}},
        "testbed":{{"name":"ci"}},"start_time":"2025-01-02T03:04:05Z",
        "results":[[{{"measure":{measure},"threshold":null,
        "benchmarks":[{{"name":"a::b","metric":{metric}}}]}}]]}}"#
    );
    let perf = format!(
        r#"{{"project":{{}},"results":[{{"branch":{{"name":"main"}},"testbed":{{"name":"ci"}},
        "benchmark":{{"name":"a::b"}},"measure":{measure},"metrics":[{{"report":"r","iteration":0,
        "start_time":"2025-01-02T03:04:05Z","end_time":"2025-01-02T03:05:05Z",
        "version":{{"number":3,"hash":"abc"}},"metric":{metric}}}]}}]}}"#
    );
    let read = |text: &str| {
        let history = History::new();
        let path = history.data().with_file_name("told.json");
        std::fs::write(&path, text).unwrap();
        import(&history, "bencher", &path);
        records(&history)
    };
    let all = read(&report);
    assert_eq!(all.len(), 1);
    let time = serde_json::json!({"value": 5.5, "lower": 5.0, "upper": 6.0, "unit": "ns"});
    assert_eq!(all[0]["metrics"]["time"], time);
    let fields =
        ["commit", "branch", "suite", "test", "timestamp"].map(|it| all[0][it].as_str().unwrap());
    assert_eq!(fields, ["abc", "main", "a", "b", "2025-01-02T03:04:05Z"]);
    assert_eq!(all[0]["params"]["testbed"], "ci");
    assert_eq!(read(&older), all);
    assert_eq!(read(&perf), all);
}

#[test]
fn comparisons_of_benchseries_are_ratios_of_the_numerators_commit() {
    let history = History::new();
    let path = history.data().with_file_name("told.json");
    let told = r#"[{"unit":"sec/op linux amd64","benchmarks":["A/k=1","B"],
        "series":["2022-01-02T03:04:05+00:00"],"residues":[],
        "summaries":[[{"low":0.9,"center":1.1,"high":1.2,"date":"2022-01-03T00:00:00+00:00",
        "present":true},
        {"low":0,"center":0,"high":0,"date":"","present":false}]],
        "hashpairs":{"2022-01-02T03:04:05+00:00":{"NumHash":"num","DenHash":"den"}}}]"#;
    std::fs::write(&path, told).unwrap();
    let told = import(&history, "golang-benchseries", &path);
    assert_eq!(
        (&told["records"], &told["skipped"]["comparisons that were not made"]),
        (&1.into(), &1.into())
    );
    let all = records(&history);
    assert_eq!((&all[0]["commit"], &all[0]["baseline_commit"]), (&"num".into(), &"den".into()));
    let ratio = &all[0]["metrics"]["time_ratio"];
    assert_eq!(
        (&ratio["value"], &ratio["lower"], &ratio["better"]),
        (&1.1.into(), &0.9.into(), &"lower".into())
    );
    assert_eq!((&all[0]["test"], &all[0]["params"]["k"]), (&"A".into(), &"1".into()));
}

#[test]
fn a_csv_may_mix_scales_of_time_and_failed_rows() {
    let history = History::new();
    let source = sample("histories/big-gotta-go-fast/records.csv");
    let more = ["--unit", "utime=ns", "--unit", "maxrss=KiB"];
    let answer = import_with(&history, "csv", &source, &more);
    let told: Value = serde_json::from_str(&answer.out).unwrap();
    let scales = "timestamps count in several units: 56 rows seconds, 8 rows milliseconds";
    assert_eq!(told["remarks"], serde_json::json!([scales]));
    assert_eq!(told["first"].as_str().unwrap().get(..4), Some("2020"));
    let all = records(&history);
    let first = only(&all, |it| {
        it["commit"] == "fe28d732710b916695c6926a06aad0cc93156516"
            && it["test"] == "stage1-behavior-tests"
    });
    assert_eq!(first["timestamp"], "2020-05-19T01:50:26.261Z");
    let wall = serde_json::json!({
        "value": 2523139387.0, "min": 2519633902.0, "max": 2523139387.0, "unit": "ns"
    });
    assert_eq!(first["metrics"]["wall_time"], wall);
    assert_eq!(
        (&first["wall_time_mean"], &first["samples_taken"]),
        (&2_521_386_644_u64.into(), &4.into())
    );
    let maxrss = serde_json::json!({"value": 858920.0, "unit": "KiB"});
    assert_eq!(
        (&first["metrics"]["maxrss"], &first["params"]["allocator"]),
        (&maxrss, &"std_gpa".into())
    );
    let failed: Vec<&Value> = all.iter().filter(|it| it.get("error").is_some()).collect();
    assert_eq!(failed.len(), 4);
    assert_eq!(failed[0]["error"], "ChildProcessBadExitCode");
}

#[test]
fn columns_and_branches_of_a_csv_are_told_or_asked() {
    let history = History::new();
    import(&history, "csv", &sample("histories/cp-otava/sample_multi_branch.csv"));
    let branches: BTreeSet<String> =
        records(&history).iter().map(|it| it["branch"].to_string()).collect();
    assert_eq!(
        branches.into_iter().collect::<Vec<_>>(),
        ["\"feature-x\"", "\"feature-y\"", "\"main\""]
    );
    let history = History::new();
    let path = history.data().with_file_name("mine.csv");
    let rows = ["when\tsha\tspeed\tnote", "2024-01-02 03:04\tc1\t1.5\tx", "later\tc2\t2\ty"];
    let text = format!("# mine\n{}\n2024-01-03 03:04\tc3\n", rows.join("\n"));
    std::fs::write(&path, text).unwrap();
    let refused = import_with(&history, "csv", &path, &[]);
    assert_eq!(refused.status, 2);
    assert!(
        refused.err.contains("--column time=NAME; columns are when, sha, speed, note"),
        "{}",
        refused.err
    );
    let more = [
        "--column",
        "time=when",
        "--column",
        "field=note",
        "--better",
        "speed=higher",
        "--test",
        "t",
    ];
    let answer = import_with(&history, "csv", &path, &more);
    assert_eq!(answer.status, 4, "{}", answer.err);
    assert!(answer.err.contains("mine.csv:4:1: its time cannot be read"), "{}", answer.err);
    assert!(answer.err.contains("mine.csv:5:1: 2 cells, and 4 columns"), "{}", answer.err);
    let all = records(&history);
    assert_eq!((all.len(), &all[0]["test"], &all[0]["note"]), (1, &"t".into(), &"x".into()));
    assert_eq!(all[0]["metrics"]["speed"], serde_json::json!({"value": 1.5, "better": "higher"}));
}

#[test]
fn one_series_in_two_units_is_told_once_and_compared_in_one() {
    let run = |id: &str, value: &str, unit: &str, date: u64| {
        format!(
            r#"{{"commit":{{"id":"{id}","message":"m","timestamp":"2024-01-01T00:00:00Z","url":""}},
            "date":{date},"tool":"customSmallerIsBetter","benches":[
            {{"name":"{{\"json\":1}}","value":{value},"unit":"{unit}"}},
            {{"name":"µ","value":1,"unit":"4ms"}}]}}"#
        )
    };
    let runs =
        [run("a", "1500", "ns", 1_704_067_200_000), run("b", "1.6", "μs", 1_704_153_600_000)];
    let history = History::new();
    let path = history.data().with_file_name("data.js");
    let text = format!("window.BENCHMARK_DATA = {{\"entries\":{{\"S\":[{}]}}}};\n", runs.join(","));
    std::fs::write(&path, text).unwrap();
    let told = import(&history, "github-action-benchmark", &path);
    let remarks = told["remarks"].as_array().unwrap();
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].as_str().unwrap().contains("(ns, μs)"), "{remarks:?}");
    let site = history.site(&["--now", "2024-01-03T00:00:00Z"]);
    let all = site.json("index.json");
    let all = all["series"].as_array().unwrap();
    let json = only(all, |it| it["test"] == "{\"json\":1}");
    assert_eq!((&json["unit"], &json["points"]), (&"ns".into(), &2.into()), "{json}");
    let odd = only(all, |it| it["test"] == "µ");
    assert_eq!(odd["unit"], "4ms", "what is no unit stays as it was told: {odd}");
}

#[test]
fn hostile_names_lead_nowhere_and_what_cannot_be_read_is_a_fault() {
    let history = History::new();
    let path = history.data().with_file_name("data.js");
    let text = r#"{"entries":{"../../../up":[{"commit":{"id":"../../../../x\u0000\n",
        "message":"<script>","url":"/pull/99999999999999999999999/commits/"},
        "date":1e308,"tool":"../","benches":[{"name":"../../../../etc/passwd\u001b[2J",
        "value":1,"unit":"\u0000"},{"value":1},3]},{"commit":{}}]}}"#;
    std::fs::write(&path, text).unwrap();
    let answer = import_with(
        &history,
        "github-action-benchmark",
        &path,
        &["--timestamp", "2024-01-01T00:00:00Z"],
    );
    assert_eq!(answer.status, 4, "{}", answer.err);
    assert!(!answer.err.contains('\u{1b}'), "{}", answer.err);
    let all = files(history.data().parent().unwrap());
    let expected = [
        "data.js",
        "data/commits.ndjson",
        "data/quarantine/ingested.ndjson",
        "data/results/github-action-benchmark/2024-01.ndjson",
    ];
    let is_state = |name: &String| name.starts_with("data/imports/");
    let (states, others): (Vec<String>, Vec<String>) = all.into_iter().partition(is_state);
    assert_eq!((others.as_slice(), states.len()), (&expected.map(str::to_owned)[..], 1));
    assert_eq!(history.build(&[]).status, 0);
    for (kind, text) in [
        ("github-action-benchmark", "window.BENCHMARK_DATA = {"),
        ("nyrkio", "[]"),
        ("gobenchdata", "nothing"),
    ] {
        let history = History::new();
        let path = history.data().with_file_name("told.json");
        std::fs::write(&path, text).unwrap();
        let answer = import_with(&history, kind, &path, &[]);
        assert_eq!(answer.status, 2, "{kind}: {}", answer.err);
        assert!(!history.data().join("results").exists(), "{kind}");
    }
    let demo = History::new();
    demo.records(&[crate::support::record("demo-1", "2025-01-01T00:00:00Z", 1.0)]);
    let mixed = import_with(&demo, "asv", &sample("histories/asv-sunpy"), &[]);
    assert!(mixed.status == 2 && mixed.err.contains("demo data"), "{}", mixed.err);
    let into = import_with(&history, "github-action-benchmark", &path, &["--into", "../out"]);
    assert_eq!(into.status, 2, "{}", into.err);
    let typo = run(&["import", "asw", "."]);
    assert!(typo.err.contains("did you mean asv?"), "{}", typo.err);
}
