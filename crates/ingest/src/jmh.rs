//! JMH `-rf json`: one entry a benchmark, mode and set of parameters; percentiles and the raw data
//! of every fork stay.
//!
//! The unit tells what was measured: `ops/s` throughput, `ns/op` time. Secondary metrics of
//! profilers become metrics of their own name. `NaN`, as JMH writes the error of one iteration, is
//! left out. Histograms of sampled times are not unfolded: their percentiles are told.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{Entry, MEMORY, THROUGHPUT, Told, metric};
use crate::formats::{Format, Reader};
use crate::json::Number;
use crate::sink::{Fault, Sink};
use crate::source::Text;
use crate::words;
use model::record::{Direction, Measurement, Statistic, TIME, Unit};

pub const FORMAT: Format = Format {
    name: "jmh",
    tool: "JMH -rf json",
    mark: "a list of objects with `benchmark` and `primaryMetric`",
    yields: "time or throughput (lower, upper, percentiles, samples), memory, profilers' metrics",
    backend: "java",
    reader: Reader::Text { is, read },
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
/// What tells runs apart beside the benchmark: JMH's name, the field's.
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

fn is(text: &Text) -> bool {
    let first = || text.json()?.get(0);
    first().is_some_and(|it| it.get("primaryMetric").is_some() && it.get("benchmark").is_some())
}

#[derive(Deserialize)]
struct Benchmark {
    benchmark: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    #[serde(rename = "primaryMetric")]
    primary: Metric,
    #[serde(default, rename = "secondaryMetrics")]
    secondary: BTreeMap<String, Metric>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
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

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let all: Vec<Value> = text.parse()?;
    for one in all {
        let shown = one.get("benchmark").and_then(Value::as_str).unwrap_or_default().to_owned();
        match serde_json::from_value(one) {
            Ok(benchmark) => sink.entry(entry(benchmark)),
            Err(error) => {
                let reason = Fault::from(error).reason;
                sink.refuse(1, &reason, "run the benchmark again", &shown);
            }
        }
    }
    Ok(())
}

fn entry(told: Benchmark) -> Entry {
    let (suite, test) = words::path(&told.benchmark, ".");
    let mut entry = Entry::of(suite, test);
    entry.name.clone_from(&told.benchmark);
    entry.mode = told.mode;
    let swift = told.benchmark.starts_with("package.");
    if swift {
        entry.backend = "swift".to_owned();
    }
    for (name, value) in &told.params {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        entry = words::parameter(entry, name, &text);
    }
    for (name, field) in FIELDS {
        let value = told.rest.get(name).filter(|it| **it != Value::Array(Vec::new()));
        entry = entry.field(field, value.cloned().unwrap_or_default());
    }
    let unit = told.primary.score_unit.clone();
    let name = match Unit::parse(&unit).0.as_str() {
        "ns" => TIME.to_owned(),
        base if base.ends_with("/s") => THROUGHPUT.to_owned(),
        _ => words::snake(&unit),
    };
    if told.primary.score.0.is_none() && told.primary.raw_data.is_empty() {
        return entry.failed("JMH tells no score");
    }
    entry = entry.metric(measured(&name, &unit, &told.primary));
    for (name, metric) in &told.secondary {
        let measured = match swift {
            // package-benchmark writes `ops/s` for whatever it measured beside.
            true => measured(&words::snake(name), "", metric).better(Direction::Lower),
            false => profiled(name, metric),
        };
        entry = entry.metric(measured);
    }
    entry
}

fn measured(name: &str, unit: &str, told: &Metric) -> Measurement<'static> {
    let bound = |at: usize| told.score_confidence.get(at).and_then(|it| it.0);
    let mut metric = metric(name, unit, told.score.0.unwrap_or(f64::NAN))
        .with(Statistic::Lower, bound(0))
        .with(Statistic::Upper, bound(1));
    for (name, statistic) in PERCENTILES {
        metric = metric.with(statistic, told.score_percentiles.get(name).and_then(|it| it.0));
    }
    metric.samples(told.raw_data.iter().flatten().filter_map(|it| it.0).collect())
}

/// A metric of a profiler or of a group's part, under its own name; `·` stands before the former.
fn profiled(name: &str, told: &Metric) -> Measurement<'static> {
    let plain = name.trim_start_matches('·');
    let unit = told.score_unit.as_str();
    let snaked = words::snake(plain);
    match plain {
        "gc.alloc.rate.norm" => measured(MEMORY, unit, told),
        // GCProfiler divides bytes by 1024 twice and calls that MB.
        "gc.alloc.rate" if unit == "MB/sec" => {
            measured(&snaked, "MiB/s", told).better(Direction::Lower)
        }
        _ if unit.ends_with("/s") || unit.starts_with("ops/") => {
            measured(&snaked, unit, told).better(Direction::Higher)
        }
        _ => measured(&snaked, unit, told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::read_text;

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
        let time = metric(TIME, "us/op", 2.5)
            .with(Statistic::Upper, 3.0)
            .with(Statistic::Min, 2.0)
            .with(Statistic::Median, 2.5)
            .with(Statistic::P999, 2.9)
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
