//! What is read of Go's benchmarks is what benchstat reads: its own test data, its own answers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ingest::records;

const TESTDATA: &str = "golang-perf/cmd/benchstat/testdata";

fn answer(name: &str) -> String {
    let path = format!("{}/tests/samples/tools/{TESTDATA}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2] + values[(values.len() - 1) / 2]) / 2.0
}

/// Medians in seconds and bytes a second, by the name as benchstat writes it.
fn medians(sample: &str, parameters: &[&str]) -> BTreeMap<String, (f64, Option<f64>)> {
    let records = records(&format!("{TESTDATA}/{sample}"), &[]);
    let each = records.iter().map(|record| {
        let mut name = record["test"].as_str().unwrap().to_owned();
        for parameter in parameters {
            name += &format!("/{parameter}={}", record["params"][parameter].as_str().unwrap());
        }
        name += &format!("-{}", record["params"]["gomaxprocs"].as_str().unwrap());
        let time = record["metrics"]["time"]["value"].as_f64().unwrap();
        let rate = record.get("mb_per_s").map(|rates| median(numbers(rates)) * 1e6);
        (name, (time * 1e-9, rate))
    });
    each.collect()
}

/// `46.55n`, `307.3Mi`: the number, and half of its last digit.
fn printed(text: &str) -> (f64, f64) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let scale = match &text[end..] {
        "" => 1.0,
        "n" => 1e-9,
        "µ" => 1e-6,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        other => panic!("{other}"),
    };
    let decimals = text[..end].split_once('.').map_or(0, |(_, after)| after.len());
    let half = 0.5 * 10_f64.powi(-i32::try_from(decimals).unwrap());
    (text[..end].parse::<f64>().unwrap() * scale, half * scale * (1.0 + 1e-9))
}

#[test]
fn medians_are_benchstat_s_to_the_last_digit() {
    let (old, new) = (medians("old.txt", &["format"]), medians("new.txt", &["format"]));
    let mut compared = 0;
    for line in answer("csvOldNew.stdout").lines().filter(|line| line.starts_with("Encode/")) {
        let cells: Vec<&str> = line.split(',').collect();
        for (told, cell) in [(&old, 1), (&new, 3)] {
            let theirs: f64 = cells[cell].parse().unwrap();
            let ours = told[cells[0]].0;
            assert!((ours / theirs - 1.0).abs() < 1e-14, "{line}: {ours}");
            compared += 1;
        }
    }
    assert_eq!(compared, 4);
}

#[test]
fn every_median_that_benchstat_prints_is_ours() {
    let parameters = ["poly", "size", "align"];
    let (old, new) = (medians("crc-old.txt", &parameters), medians("crc-new.txt", &parameters));
    let (mut compared, mut of, mut rate) = (0, &old, false);
    for line in answer("crcOldNew.stdout").lines() {
        of = if line.contains("crc-old.txt") { &old } else { of };
        of = if line.contains("crc-new.txt") { &new } else { of };
        rate = if line.contains("sec/op") { false } else { rate || line.contains(" B/s ") };
        let mut words = line.split_whitespace();
        let (Some(name), Some(value)) = (words.next().filter(|it| it.contains('/')), words.next())
        else {
            continue;
        };
        if !name.starts_with("CRC32/") {
            continue;
        }
        let (theirs, half) = printed(value);
        let ours = if rate { of[name].1.unwrap() } else { of[name].0 };
        assert!((ours - theirs).abs() <= half, "{line}: {ours} is not {theirs} ± {half}");
        compared += 1;
    }
    // 36 benchmarks, two files, times and rates
    assert_eq!(compared, 144);
}

#[test]
fn configuration_tells_apart_what_it_varies_for() {
    let told = |sample: &str, note: &str, metric: &str| -> Vec<f64> {
        let records = records(&format!("{TESTDATA}/{sample}"), &[]);
        let of_note = records.iter().filter(|it| it["params"]["note"] == note);
        let values = of_note.filter_map(|it| it["metrics"].get(metric)?["value"].as_f64());
        values.collect()
    };
    // the medians of issue19634.stdout, units.stdout and smallSample.stdout
    assert_eq!(told("issue19634.txt", "before", "time"), [115.0]);
    assert_eq!(told("issue19634.txt", "after", "time"), [78.8]);
    assert_eq!(told("units.txt", "before", "text_bytes"), [100.0, 101.0]);
    assert_eq!(told("units.txt", "after", "text_bytes"), [105.0, 101.0]);
    assert_eq!(told("smallSample.txt", "after", "time"), [101.0]);
    assert_eq!(told("zero.txt", "before", "b_bytes"), [171_717_171_716.0; 2]);
}

#[test]
fn packages_units_and_repeats_are_kept() {
    let sample = "gab-extract/test/data/extract/go_fiber_duplicate_names_output.txt";
    let records_ = records(sample, &[]);
    let suites: Vec<&str> = records_.iter().map(|it| it["suite"].as_str().unwrap()).collect();
    let package = |name: &str| format!("github.com/gofiber/fiber/v3/middleware/{name}");
    assert_eq!(suites, [package("cache"), package("cache"), package("csrf"), package("csrf")]);
    assert_eq!(records_[2]["metrics"]["time"]["value"], 0.3733);
    assert_eq!(records_[2]["mb_per_s"], 2678.46);
    assert_eq!(records_[0]["cpu"], "AMD EPYC 7763 64-Core Processor");
    let bent = records("golang-perf/benchfmt/testdata/bent/20200101T213604.Base.build", &[]);
    let build = &bent[0]["metrics"]["build_real_ns"];
    assert_eq!((build["samples"].as_array().unwrap().len(), &build["unit"]), (25, &"ns/op".into()));
}
