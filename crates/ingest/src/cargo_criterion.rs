//! `cargo criterion --message-format=json`: a message a line, `benchmark-complete` for each
//! benchmark. The value is criterion's own choice (`typical`), its bounds beside it; samples are
//! the measured values by iteration. What changed since an earlier run is left alone, throughput
//! is kept as the size of an iteration. Other lines, as cargo's own messages, are passed over.

use std::collections::HashMap;

use serde::Deserialize;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::name;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC, Unit};

pub(crate) const FORMAT: Format = Format {
    name: "cargo-criterion",
    tool: "cargo criterion --message-format=json",
    signature: "lines with `\"reason\":\"benchmark-complete\"`",
    yields: "time (typical, median, lower, upper, samples); mean, iterations, size of an iteration",
    backend: "rust",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let marks = ["\"reason\"", "\"benchmark-complete\""];
    let is_message = |line: &str| line.starts_with('{') && marks.iter().all(|it| line.contains(it));
    text.lines().any(|(_, line)| is_message(line))
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum CargoCriterionMessage {
    BenchmarkComplete(Box<CompletedBenchmark>),
    GroupComplete {
        group_name: String,
        benchmarks: Vec<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct CompletedBenchmark {
    id: String,
    #[serde(default)]
    iteration_count: Vec<f64>,
    #[serde(default)]
    measured_values: Vec<f64>,
    unit: String,
    #[serde(default)]
    throughput: Vec<CargoCriterionThroughput>,
    typical: CargoCriterionEstimate,
    mean: CargoCriterionEstimate,
    median: CargoCriterionEstimate,
    median_abs_dev: Option<CargoCriterionEstimate>,
}

#[derive(Deserialize)]
struct CargoCriterionThroughput {
    per_iteration: f64,
    unit: String,
}

#[derive(Deserialize)]
struct CargoCriterionEstimate {
    estimate: f64,
    lower_bound: f64,
    upper_bound: f64,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut groups: HashMap<String, String> = HashMap::new();
    let mut found = Vec::new();
    for (number, line) in text.lines().filter(|(_, line)| line.starts_with('{')) {
        match serde_json::from_str(line) {
            Ok(CargoCriterionMessage::BenchmarkComplete(complete)) => found.push(complete),
            Ok(CargoCriterionMessage::GroupComplete { group_name, benchmarks }) => {
                groups.extend(benchmarks.into_iter().map(|id| (id, group_name.clone())));
            }
            Ok(CargoCriterionMessage::Other) => {}
            Err(error) if line.contains("benchmark-complete") => {
                let remedy = "run the benchmark again; a stopped run leaves lines cut off";
                sink.reject(number, &InputError::from(error).reason, remedy, line);
            }
            Err(_) => {}
        }
    }
    for complete in found {
        let group = groups.get(&complete.id).map(String::as_str);
        sink.entry(entry(&complete, group));
    }
    Ok(())
}

fn entry(completed: &CompletedBenchmark, group: Option<&str>) -> BenchmarkEntry {
    let unit = completed.unit.as_str();
    let time = Unit::parse(unit).0.as_str() == "ns";
    let what = if time { TIME_METRIC.to_owned() } else { name::snake_case(unit) };
    let values = completed.measured_values.iter().zip(&completed.iteration_count);
    let metric = metric(&what, unit, completed.typical.estimate)
        .statistic(Statistic::Median, completed.median.estimate)
        .statistic(Statistic::Lower, completed.typical.lower_bound)
        .statistic(Statistic::Upper, completed.typical.upper_bound)
        .samples(values.map(|(value, count)| value / count).collect());
    let count: f64 = completed.iteration_count.iter().sum();
    let mut entry = name::criterion_entry(&completed.id, group)
        .metric(metric)
        .field("mean", completed.mean.estimate)
        .field("median_abs_dev", completed.median_abs_dev.as_ref().map(|it| it.estimate))
        .field("iterations", Some(count).filter(|count| *count > 0.0));
    for throughput in &completed.throughput {
        let name = format!("{}_per_iteration", name::snake_case(&throughput.unit));
        entry = entry.field(&name, throughput.per_iteration);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    const LINES: &str = concat!(
        r#"{"reason":"compiler-artifact","package_id":"x"}"#,
        "\n",
        r#"{"reason":"benchmark-complete","id":"a/b/fib/20","report_directory":"/r","#,
        r#""iteration_count":[10,20],"measured_values":[50.0,120.0],"unit":"ns","#,
        r#""throughput":[{"per_iteration":64,"unit":"bytes"}],"typical":{"estimate":5.7,"#,
        r#""lower_bound":5.5,"upper_bound":5.9,"unit":"ns"},"mean":{"estimate":5.8,"#,
        r#""lower_bound":5,"upper_bound":6,"unit":"ns"},"median":{"estimate":5.6,"lower_bound":5,"#,
        r#""upper_bound":6,"unit":"ns"},"median_abs_dev":{"estimate":0.5,"lower_bound":0,"#,
        r#""upper_bound":1,"unit":"ns"},"slope":null,"change":null}"#,
        "\n",
        r#"{"reason":"group-complete","group_name":"a/b","benchmarks":["a/b/fib/20"],"#,
        r#""report_directory":"/r"}"#,
    );

    #[test]
    fn a_message_is_a_benchmark_of_its_group() {
        let found = read_text(&FORMAT, LINES);
        let it = &found[0];
        assert_eq!((&*it.suite, &*it.test, it.n), ("a/b", "fib", Some(20)));
        let time = metric(TIME_METRIC, "ns", 5.7)
            .statistic(Statistic::Median, 5.6)
            .statistic(Statistic::Lower, 5.5)
            .statistic(Statistic::Upper, 5.9)
            .samples(vec![5.0, 6.0]);
        assert_eq!(it.metrics, [time]);
        assert_eq!(it.fields["bytes_per_iteration"], 64.0);
        assert_eq!(it.fields["iterations"], 30.0);
    }
}
