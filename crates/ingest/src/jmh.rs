//! JMH `-rf json`: one entry a benchmark, mode and set of parameters; percentiles and the raw data
//! of every fork stay.
//!
//! The unit decides the metric: `ops/s` throughput, `ns/op` time. Secondary metrics of
//! profilers become metrics of their own name. `NaN`, as JMH writes the error of one iteration, is
//! left out. Histograms of sampled times are not unfolded: their percentiles are read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{Number, mostly, to_plain_text};
use crate::parse::{name, unit};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::direction::is_rate;
use model::record::{Direction, Measurement, Statistic};

pub(crate) const FORMAT: Format = Format {
    name: "jmh",
    tool: "JMH -rf json",
    signature: "a list of objects with `benchmark` and `primaryMetric`",
    yields: "time or throughput (lower, upper, percentiles, samples), memory, profilers' metrics",
    backend: "java",
    reader: Reader::Text { recognizes, read },
};

/// JMH's percentiles, by their names in its file.
const PERCENTILES: [(&str, Statistic); 7] = [
    ("0.0", Statistic::Min),
    ("50.0", Statistic::Median),
    ("90.0", Statistic::P90),
    ("95.0", Statistic::P95),
    ("99.0", Statistic::P99),
    ("99.9", Statistic::P999),
    ("100.0", Statistic::Max),
];
/// The setup of a run: JMH's name of each, and the field's.
const FIELDS: [(&str, &str); 12] = [
    ("jmhVersion", "jmh"),
    ("jdkVersion", "jdk"),
    ("vmName", "vm_name"),
    ("vmVersion", "vm_version"),
    ("threads", "threads"),
    ("forks", "forks"),
    ("warmupIterations", "warmup_iterations"),
    ("warmupTime", "warmup_time"),
    ("measurementIterations", "iterations"),
    ("measurementTime", "measurement_time"),
    ("measurementBatchSize", "batch_size"),
    ("jvmArgs", "jvm_args"),
];

fn recognizes(text: &Text) -> bool {
    let all = text.json().and_then(Value::as_array).into_iter().flatten();
    mostly(all, |it| it.get("primaryMetric").is_some() && it.get("benchmark").is_some())
}

#[derive(Deserialize)]
struct JmhBenchmark {
    benchmark: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    #[serde(rename = "primaryMetric")]
    primary: JmhMetric,
    #[serde(default, rename = "secondaryMetrics")]
    secondary: BTreeMap<String, JmhMetric>,
    #[serde(flatten)]
    other_fields: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JmhMetric {
    score: Number,
    #[serde(default)]
    score_confidence: Vec<Number>,
    #[serde(default)]
    score_percentiles: BTreeMap<String, Number>,
    #[serde(default)]
    score_unit: String,
    #[serde(default)]
    raw_data: Vec<Vec<Number>>,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let all: Vec<Value> = text.parse()?;
    for one in all {
        let shown = one.get("benchmark").and_then(Value::as_str).unwrap_or_default().to_owned();
        match serde_json::from_value(one) {
            Ok(benchmark) => sink.entry(entry(benchmark)),
            Err(error) => {
                let reason = InputError::from(error).reason;
                sink.reject(1, &reason, "run the benchmark again", &shown);
            }
        }
    }
    Ok(())
}

fn entry(jmh_benchmark: JmhBenchmark) -> BenchmarkEntry {
    let mut entry = entry_named(&jmh_benchmark.benchmark, &jmh_benchmark.params);
    entry.mode = jmh_benchmark.mode;
    let swift = jmh_benchmark.benchmark.starts_with("package.");
    if swift {
        entry.backend = "swift".to_owned();
    }
    for (name, field) in FIELDS {
        let value =
            jmh_benchmark.other_fields.get(name).filter(|it| **it != Value::Array(Vec::new()));
        entry = entry.field(field, value.cloned().unwrap_or_default());
    }
    let unit = jmh_benchmark.primary.score_unit.clone();
    let name = metric_of_unit(&unit);
    if jmh_benchmark.primary.score.0.is_none() && jmh_benchmark.primary.raw_data.is_empty() {
        return entry.failed("JMH reports no score");
    }
    entry = entry.metric(measurement(&name, &unit, &jmh_benchmark.primary));
    for (name, metric) in &jmh_benchmark.secondary {
        let measured = match swift {
            // package-benchmark writes `ops/s` for whatever it measured beside.
            true => measurement(&name::snake_case(name), "", metric).direction(Direction::Lower),
            false => profiler_measurement(name, metric),
        };
        entry = entry.metric(measured);
    }
    entry
}

/// The benchmark of a method with its class, and its parameters: the class is the suite.
pub(crate) fn entry_named(method: &str, params: &BTreeMap<String, Value>) -> BenchmarkEntry {
    let entry = BenchmarkEntry::split(method, ".");
    params
        .iter()
        .fold(entry, |entry, (name, value)| name::add_parameter(entry, name, &to_plain_text(value)))
}

/// The metric of JMH's score.
pub(crate) fn metric_of_unit(unit: &str) -> String {
    match unit::metric(unit) {
        "value" => name::metric_name(unit),
        known => known.to_owned(),
    }
}

/// JMH's mode where only a unit tells: operations a time are `thrpt`, time of an operation `avgt`.
/// The other two modes (`sample`, `ss`) have units of `avgt` and cannot be told from it.
pub(crate) fn mode_of_unit(unit: &str) -> &'static str {
    if is_rate(unit) { "thrpt" } else { "avgt" }
}

fn measurement(name: &str, unit: &str, jmh_metric: &JmhMetric) -> Measurement<'static> {
    let bound = |at: usize| jmh_metric.score_confidence.get(at).and_then(|it| it.0);
    let mut metric = metric(name, unit, jmh_metric.score.0.unwrap_or(f64::NAN))
        .statistic(Statistic::Lower, bound(0))
        .statistic(Statistic::Upper, bound(1));
    for (name, statistic) in PERCENTILES {
        metric =
            metric.statistic(statistic, jmh_metric.score_percentiles.get(name).and_then(|it| it.0));
    }
    metric.samples(jmh_metric.raw_data.iter().flatten().filter_map(|it| it.0).collect())
}

/// A metric of a profiler or of a group's part, under its own name; `·` stands before the former.
fn profiler_measurement(name: &str, jmh_metric: &JmhMetric) -> Measurement<'static> {
    let plain = name.trim_start_matches('·');
    let unit = jmh_metric.score_unit.as_str();
    let snaked = name::snake_case(plain);
    match plain {
        "gc.alloc.rate.norm" => measurement(MEMORY, unit, jmh_metric),
        // GCProfiler divides bytes by 1024 twice and calls that MB.
        "gc.alloc.rate" if unit == "MB/sec" => {
            measurement(&snaked, "MiB/s", jmh_metric).direction(Direction::Lower)
        }
        _ if unit.ends_with("/s") || unit.starts_with("ops/") => {
            measurement(&snaked, unit, jmh_metric).direction(Direction::Higher)
        }
        _ => measurement(&snaked, unit, jmh_metric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;
    use model::record::TIME_METRIC;

    #[test]
    fn profilers_and_odd_numbers_are_read() {
        let text = r#"[{"jmhVersion":"1.37","benchmark":"a.b.C.run","mode":"avgt","threads":2,
         "forks":1,
            "params":{"N":"100","kind":"x"},"jvmArgs":[],
            "primaryMetric":{"score":2.5,"scoreError":"NaN","scoreConfidence":["NaN",3.0],
              "scorePercentiles":{"0.0":2.0,"50.0":2.5,"99.9":2.9},"scoreUnit":"us/op",
               "rawData":[[2.0],[3.0]]},
            "secondaryMetrics":{"·gc.alloc.rate":{"score":10.0,"scoreUnit":"MB/sec",
             "rawData":[[10.0]]},
              "gc.alloc.rate.norm":{"score":24.0,"scoreUnit":"B/op","rawData":[[24.0]]},
              "gc.count":{"score":NaN,"scoreUnit":"counts","rawData":[[1.0]]}}}]"#;
        let found = read_text(&FORMAT, text);
        let it = &found[0];
        assert_eq!((&*it.suite, &*it.test, &*it.mode, it.n), ("a.b.C", "run", "avgt", Some(100)));
        let time = metric(TIME_METRIC, "us/op", 2.5)
            .statistic(Statistic::Upper, 3.0)
            .statistic(Statistic::Min, 2.0)
            .statistic(Statistic::Median, 2.5)
            .statistic(Statistic::P999, 2.9)
            .samples(vec![2.0, 3.0]);
        assert_eq!(it.metrics[0], time);
        let names: Vec<_> = it.metrics.iter().map(|it| (&*it.metric, it.unit.as_deref())).collect();
        assert_eq!(
            names[1..],
            [
                (MEMORY, Some("B/op")),
                ("gc_count", Some("counts")),
                ("gc_alloc_rate", Some("MiB/s"))
            ]
        );
        assert_eq!((&it.fields["threads"], it.fields.get("jvm_args")), (&2.into(), None));
    }
}
