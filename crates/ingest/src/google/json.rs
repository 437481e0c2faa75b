//! Google Benchmark `--benchmark_format=json`.
//!
//! Numbers under other names than its own are counters of the user and become metrics; their unit
//! is not known, and their direction is lower unless the name says `per_second`. The machine's
//! facts go to fields, but not its clock and load of the moment. The date is the time of the run.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::entry::{ALLOCATIONS, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::google::{GoogleContext, GoogleRow, emit_entries, split_aggregate};
use crate::json::{Number, list, mostly};
use crate::parse::number::is_no_number;
use crate::parse::{name, time};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement};

pub(crate) const FORMAT: Format = Format {
    name: "google-benchmark",
    tool: "Google Benchmark --benchmark_format=json",
    signature: "`benchmarks` with `real_time` or `run_type`",
    yields: "time, cpu_time, counters, samples or mean, median, std; iterations, label, rates",
    backend: "cpp",
    reader: Reader::Text { recognizes, read },
};

/// Names that a benchmark has of its own; any other number is the user's.
const BUILTIN_KEYS: [&str; 16] = [
    "name",
    "run_name",
    "run_type",
    "family_index",
    "per_family_instance_index",
    "repetitions",
    "repetition_index",
    "threads",
    "iterations",
    "real_time",
    "cpu_time",
    "bytes_per_second",
    "items_per_second",
    "cpu_coefficient",
    "real_coefficient",
    "rms",
];
/// Facts of the run that are kept, and as which fields.
const CONTEXT: [(&str, &str); 6] = [
    ("num_cpus", "cores"),
    ("cpu_scaling_enabled", "cpu_scaling_enabled"),
    ("library_build_type", "library_build_type"),
    ("library_version", "google_benchmark"),
    ("executable", "executable"),
    ("host_name", "host_name"),
];

fn recognizes(text: &Text) -> bool {
    let own = ["real_time", "run_type", "big_o"];
    let is_row =
        |it: &Value| it.get("name").is_some() && own.iter().any(|key| it.get(*key).is_some());
    text.json().is_some_and(|file| mostly(list(file, "benchmarks"), is_row))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let whole: Value = text.parse()?;
    let Some(list) = whole.get("benchmarks").and_then(Value::as_array) else {
        return Err(InputError::whole("no list `benchmarks`"));
    };
    let name = |it: &'_ Value| it.get("name").and_then(Value::as_str).map(str::to_owned);
    let names: Vec<String> = list.iter().filter_map(name).collect();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let mut rows = Vec::new();
    for benchmark in list {
        let told = benchmark.as_object().ok_or("a benchmark is no object");
        match told.and_then(|told| row(told, &names)) {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => sink.remark("skipped benchmarks are left out"),
            Err(reason) => {
                let text = benchmark.to_string();
                sink.reject(1, reason, "leave it out or measure it again", &text);
            }
        }
    }
    let context = whole.get("context").and_then(Value::as_object);
    let facts = CONTEXT.iter().filter_map(|(name, field)| {
        let value = context?.get(*name)?;
        Some(((*field).to_owned(), value.clone()))
    });
    let date = context.and_then(|it| it.get("date")?.as_str()).and_then(time::parse_time);
    emit_entries(rows, &GoogleContext { fields: facts.collect(), date }, sink);
    Ok(())
}

/// None for a benchmark that the user skipped.
fn row(
    benchmark: &Map<String, Value>,
    names: &BTreeSet<&str>,
) -> Result<Option<GoogleRow>, &'static str> {
    let text = |name: &str| benchmark.get(name).and_then(Value::as_str);
    let number = |name: &str| benchmark.get(name).and_then(|it| Number::of(it).0);
    let flag = |name: &str| benchmark.get(name).and_then(Value::as_bool).unwrap_or(false);
    let whole = text("name").ok_or("it has no name")?;
    if flag("skipped") {
        return Ok(None);
    }
    let (name, aggregate) = match (text("run_type"), text("aggregate_name")) {
        (_, Some(aggregate)) => {
            let own = whole.strip_suffix(&format!("_{aggregate}")).unwrap_or(whole);
            (text("run_name").unwrap_or(own), aggregate)
        }
        (Some(_), None) => (text("run_name").unwrap_or(whole), ""),
        (None, None) => split_aggregate(whole, names),
    };
    let error = flag("error_occurred").then(|| {
        text("error_message").filter(|it| !it.is_empty()).unwrap_or("it failed").to_owned()
    });
    let clock = |name: &str| benchmark.get(name).map(|_| number(name).unwrap_or(f64::NAN));
    let (time, cpu) = (clock("real_time"), clock("cpu_time"));
    let complexity = text("big_o").is_some() || benchmark.contains_key("rms");
    if time.is_none() && cpu.is_none() && error.is_none() && !complexity {
        return Err("it has neither `real_time` nor `cpu_time`");
    }
    let mut row = GoogleRow {
        name: name.to_owned(),
        aggregate: aggregate.to_owned(),
        error,
        time,
        cpu,
        unit: text("time_unit").unwrap_or("ns").to_owned(),
        ..GoogleRow::default()
    };
    for field in ["iterations", "threads", "bytes_per_second", "items_per_second"] {
        let value = benchmark.get(field).filter(|it| Number::of(it).0.is_some());
        row.fields.extend(value.map(|value| (field.to_owned(), value.clone())));
    }
    row.fields.extend(text("label").map(|label| ("label".to_owned(), label.into())));
    if aggregate.is_empty() || aggregate == "mean" {
        row.counters = benchmark.iter().filter_map(|(name, value)| counter(name, value)).collect();
    }
    Ok(Some(row))
}

/// A counter of the user, or of the memory manager.
fn counter(name: &str, value: &Value) -> Option<Measurement<'static>> {
    // A counter that is no number is one all the same: it is reported when it is written.
    let odd = value.as_str().filter(|text| is_no_number(text)).map(|_| f64::NAN);
    let value = value.as_f64().or(odd).filter(|_| !BUILTIN_KEYS.contains(&name))?;
    let counter = match name {
        "allocs_per_iter" => metric(ALLOCATIONS, "count", value),
        "max_bytes_used" | "total_allocated_bytes" | "net_heap_growth" => metric(name, "B", value),
        _ => {
            let name = name::snake_case(name);
            metric(if name.is_empty() { "counter" } else { &name }, "", value)
        }
    };
    let rate = name.contains("per_second") || name.ends_with("/s");
    Some(if rate { counter.direction(Direction::Higher) } else { counter })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::CPU_TIME;
    use crate::test_support::read_text;
    use model::record::{Statistic, TIME_METRIC};

    #[test]
    fn repetitions_are_samples_and_make_aggregates_needless() {
        let text = r#"{"context":{"num_cpus":4,"mhz_per_cpu":1,"date":"2024-03-10T10:15:00+05:30"},"benchmarks":[
            {"name":"a/8","run_name":"a/8","run_type":"iteration","iterations":5,
             "real_time":1.5,"cpu_time":1,"time_unit":"us","items_per_second":7.0,"hits":3,
             "threads":1},
            {"name":"a/8","run_name":"a/8","run_type":"iteration","iterations":5,
             "real_time":2.5,"cpu_time":2,"time_unit":"us","items_per_second":8.0,"hits":4,
             "threads":1},
            {"name":"a/8_mean","run_name":"a/8","run_type":"aggregate","aggregate_name":"mean",
             "real_time":2,"cpu_time":1.5,"time_unit":"us"},
            {"name":"a_BigO","run_name":"a","run_type":"aggregate","aggregate_name":"BigO",
             "big_o":"N","time_unit":"us"},
            {"name":"c","run_name":"c","run_type":"iteration","error_occurred":true,
             "error_message":"no file"}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(
            (found.len(), found[0].n, found[0].fields["cores"].as_u64()),
            (2, Some(8), Some(4))
        );
        assert_eq!(found[0].run.timestamp, time::parse_time("2024-03-10T04:45:00Z"));
        let samples: Vec<_> =
            found[0].metrics.iter().map(|it| (&*it.metric, &*it.samples)).collect();
        assert_eq!(
            samples,
            [(TIME_METRIC, &[1.5, 2.5][..]), (CPU_TIME, &[1.0, 2.0]), ("hits", &[3.0, 4.0])]
        );
        assert_eq!(found[0].fields["items_per_second"], serde_json::json!([7, 8]));
        assert_eq!((found[1].error.as_deref(), found[1].metrics.len()), (Some("no file"), 0));
    }

    #[test]
    fn aggregates_alone_are_one_entry() {
        let row = |aggregate: &str, time: f64| {
            format!(
                r#"{{"name":"b_{aggregate}","run_name":"b","run_type":"aggregate",
                 "aggregate_name":"{aggregate}","iterations":3,"real_time":{time},
                 "cpu_time":{time},"time_unit":"ns"}}"#
            )
        };
        let rows = [row("mean", 2.0), row("median", 1.9), row("stddev", 0.1), row("cv", 0.05)];
        let found = read_text(&FORMAT, &format!(r#"{{"benchmarks":[{}]}}"#, rows.join(",")));
        assert_eq!(found.len(), 1);
        let time = metric(TIME_METRIC, "ns", 2.0).std(0.1).statistic(Statistic::Median, 1.9);
        assert_eq!(found[0].metrics[0], time);
        assert_eq!(found[0].fields["time_cv"], 0.05);
    }
}
