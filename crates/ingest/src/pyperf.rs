//! pyperf JSON (`-o FILE`), one benchmark or a suite of them: every value of every run is a sample;
//! seconds, bytes or plain numbers as the file says.
//!
//! Runs without values are calibration and count nothing. Warm-ups of the first run that has values
//! are kept as `warmup_ns`. Metadata stands with the file, the benchmark or the run; the nearest
//! counts. Load, uptime and other facts of the moment are left out.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, RunContext, sampled};
use crate::format::{Format, Reader};
use crate::json::{Number, list, mostly, numbers, to_plain_text};
use crate::parse::time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "pyperf",
    tool: "pyperf -o FILE",
    signature: "`benchmarks` with `runs` of `values` or `warmups`, and `version`",
    yields: "time, memory or value (samples), max_rss; warm-up, loops, inner_loops, python, cpu, os, \
             commit, time",
    backend: "python",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let Some(file) = text.json().filter(|file| file.get("version").is_some()) else { return false };
    let is_run = |run: &Value| run.get("values").is_some() || run.get("warmups").is_some();
    mostly(list(file, "benchmarks"), |it| mostly(list(it, "runs"), is_run))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let Some(benchmarks) = file.get("benchmarks").and_then(Value::as_array) else {
        return Err(InputError::whole("no list `benchmarks`"));
    };
    for benchmark in benchmarks {
        sink.entry(entry(file, benchmark));
    }
    Ok(())
}

/// Metadata of a key, from the nearest place that has it.
fn metadata<'v>(places: &[&'v Value], key: &str) -> Option<&'v Value> {
    places.iter().rev().find_map(|place| place.get("metadata")?.get(key))
}

fn entry(file: &Value, benchmark: &Value) -> BenchmarkEntry {
    let runs: Vec<&Value> =
        list(benchmark, "runs").iter().filter(|run| !list(run, "values").is_empty()).collect();
    let first = runs.first().copied().unwrap_or(&Value::Null);
    let places = [file, benchmark, first];
    let said = |key: &str| metadata(&places, key).map(to_plain_text).unwrap_or_default();
    let mut entry = match said("name") {
        name if name.is_empty() => BenchmarkEntry::named(said("timeit_stmt")),
        name => BenchmarkEntry::named(name),
    };
    // pyperformance adds the commit of the interpreter that it compiled.
    let text = |key: &str| Some(said(key)).filter(|it| !it.is_empty());
    entry.run = RunContext {
        commit: text("commit_id"),
        timestamp: time::parse_time(&said("date")),
        commit_time: time::parse_time(&said("commit_date")),
        branch: text("commit_branch"),
        ..RunContext::default()
    };
    let fields = [
        ("loops", "loops"),
        ("inner_loops", "inner_loops"),
        ("description", "description"),
        ("cpu_model_name", "cpu"),
        ("hostname", "hostname"),
        ("platform", "platform"),
        ("python_version", "python"),
        ("python_implementation", "python_implementation"),
        ("perf_version", "pyperf"),
        ("performance_version", "pyperformance"),
    ];
    for (key, field) in fields {
        entry = entry.field(field, metadata(&places, key).cloned());
    }
    entry = entry.field("os", said("platform").split('-').next().unwrap_or_default());
    let values: Vec<f64> = runs.iter().flat_map(|run| numbers(list(run, "values"))).collect();
    if values.is_empty() {
        return entry.failed("pyperf reports no value");
    }
    let (name, unit) = match &*said("unit") {
        "second" | "" => (TIME_METRIC, "s"),
        "byte" => (MEMORY, "B"),
        "integer" => ("value", ""),
        _ => ("value", "?"),
    };
    let unit = if unit == "?" { said("unit") } else { unit.to_owned() };
    if unit == "s" {
        let pairs = list(first, "warmups").iter().filter_map(|pair| Number::of(pair.get(1)?).0);
        let warmup: Vec<f64> = pairs.map(|seconds| seconds * 1e9).collect();
        entry = entry.field("warmup_ns", (!warmup.is_empty()).then_some(warmup));
    }
    let own = |run: &&&Value| Number::of(run.get("metadata")?.get("mem_max_rss")?).0;
    let peaks: Vec<f64> = runs.iter().filter_map(|run| own(&run)).collect();
    entry = entry.metric(sampled(name, &unit, values));
    if peaks.is_empty() || name == MEMORY {
        return entry;
    }
    entry.metric(sampled("max_rss", "B", peaks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn pyperformance_names_the_commit_of_the_interpreter() {
        let text = r#"{"version":"1.0","metadata":{"commit_id":"f23b7e1a9d1c","commit_branch":"main",
            "commit_date":"2017-03-31 12:35:00+02:00","performance_version":"1.0.2"},
            "benchmarks":[{"metadata":{"name":"a"},"runs":[{"values":[1],
            "metadata":{"date":"2017-04-02 03:04:05"}}]}]}"#;
        let entry = &read_text(&FORMAT, text)[0];
        let run = &entry.run;
        assert_eq!(
            (run.commit.as_deref(), run.branch.as_deref()),
            (Some("f23b7e1a9d1c"), Some("main"))
        );
        assert_eq!(run.commit_time, time::parse_time("2017-03-31T10:35:00Z"));
        assert_eq!(run.timestamp, time::parse_time("2017-04-02T03:04:05Z"));
        assert_eq!(entry.fields["pyperformance"], "1.0.2");
    }

    #[test]
    fn calibration_is_no_value_and_the_nearest_metadata_counts() {
        let text = r#"{"version":"1.0","metadata":{"unit":"byte","loops":1,"name":"a"},"benchmarks":[
            {"metadata":{"loops":2},"runs":[{"warmups":[[1,0.5]],"metadata":{"loops":9}},
            {"values":[3,1],"metadata":{"date":"2026-01-02 03:04:05.5","mem_max_rss":7}}]},
            {"runs":[{"warmups":[[1,0.5]]}]}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(&*found[0].metrics[0].metric, MEMORY);
        assert_eq!((found[0].metrics.len(), &*found[0].metrics[0].samples), (1, &[3.0, 1.0][..]));
        assert_eq!(
            (&found[0].fields["loops"], found[0].fields.get("warmup_ns")),
            (&2.into(), None)
        );
        assert_eq!(found[0].run.timestamp, time::parse_time("2026-01-02T03:04:05.5Z"));
        assert!(found[1].error.is_some());
    }
}
