//! `deno bench --json`: one entry a benchmark; nanoseconds. Suite is the file's name, with as many
//! folders as tell it from the other files, and the group. What failed is a gap with its message.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric, sampled};
use crate::format::{Format, Reader};
use crate::json::{list, mostly, number, text as word};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "deno",
    tool: "deno bench --json",
    signature: "`benches` with `origin` and `results`",
    yields: "time (mean, min, max, p75, p99, p99.9); iterations, runtime, cpu",
    backend: "typescript",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    text.json().is_some_and(|file| {
        let is_bench = |it: &Value| it.get("origin").is_some() && it.get("results").is_some();
        mostly(list(file, "benches"), is_bench)
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let benches = list(file, "benches");
    let mut origins: Vec<&str> = benches.iter().map(|bench| word(bench, "origin")).collect();
    origins.sort_unstable();
    origins.dedup();
    let parts = (1..12).find(|parts| {
        let mut ends: Vec<&str> = origins.iter().map(|origin| path_end(origin, *parts)).collect();
        ends.sort_unstable();
        ends.windows(2).all(|pair| pair[0] != pair[1])
    });
    for bench in benches {
        let mut suite = path_end(word(bench, "origin"), parts.unwrap_or(12)).to_owned();
        let group = word(bench, "group");
        if !group.is_empty() {
            suite = format!("{suite} > {group}");
        }
        let entry = BenchmarkEntry::of(suite, word(bench, "name"))
            .field("runtime", word(file, "runtime"))
            .field("cpu", word(file, "cpu"));
        sink.entry(with_results(entry, list(bench, "results")));
    }
    Ok(())
}

/// The last parts of a path.
fn path_end(path: &str, parts: usize) -> &str {
    let at = path.rmatch_indices('/').nth(parts - 1).map_or(0, |(at, _)| at + 1);
    &path[at..]
}

fn with_results(entry: BenchmarkEntry, results: &[Value]) -> BenchmarkEntry {
    if let Some(failed) = results.iter().find_map(|result| result.get("failed")) {
        let told = word(failed, "message").lines().next().unwrap_or_default();
        return entry.failed(if told.is_empty() { "the benchmark failed" } else { told });
    }
    let stats: Vec<&Value> = results.iter().filter_map(|result| result.get("ok")).collect();
    let Some(first) = stats.first() else { return entry.failed("deno reports no result") };
    let entry = entry.field("iterations", first.get("n").cloned());
    let averages: Vec<f64> = stats.iter().filter_map(|stats| number(stats, "avg")).collect();
    if averages.len() > 1 {
        return entry.metric(sampled(TIME_METRIC, "ns", averages));
    }
    let time = metric(TIME_METRIC, "ns", averages.first().copied().unwrap_or(f64::NAN))
        .statistic(Statistic::Min, number(first, "min"))
        .statistic(Statistic::Max, number(first, "max"))
        .statistic(Statistic::P75, number(first, "p75"))
        .statistic(Statistic::P99, number(first, "p99"))
        .statistic(Statistic::P999, number(first, "p999"));
    entry.metric(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn files_of_one_name_are_told_apart_and_failures_are_gaps() {
        let text = r#"{"benches":[
            {"origin":"file:///h/a/x.ts","group":"g","name":"1","results":[{"ok":{"n":9,
             "avg":2.5,"p999":4}}]},
            {"origin":"file:///h/b/x.ts","group":null,"name":"1",
             "results":[{"failed":{"message":"no\nluck"}}]}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[1].suite), ("a/x.ts > g", "b/x.ts"));
        assert_eq!(found[0].metrics[0].statistics, [(Statistic::P999, 4.0)]);
        assert_eq!(found[1].error.as_deref(), Some("no"));
    }
}
