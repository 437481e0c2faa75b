//! BenchmarkTools.jl JSON (`BenchmarkTools.save`): groups within groups, trials or estimates of
//! them; nanoseconds. And PkgBenchmark's results, which hold that as a text, with commit and time.
//!
//! The path of a group's keys is the name; a last key that is a whole number is `n`. Every time of
//! a trial is a sample. Ratios and judgements compare two runs, measure nothing and are rejected.

use serde_json::Value;

use crate::entry::{ALLOCATIONS, BenchmarkEntry, MEMORY, RunContext, metric, sampled};
use crate::format::{Format, Reader};
use crate::json::{self, list, number, numbers, pairs, to_plain_text};
use crate::parse::time::parse_time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "julia",
    tool: "Julia BenchmarkTools.save; PkgBenchmark.writeresults",
    signature: "`[{\"Julia\": …, \"BenchmarkTools\": …}, […]]`; or `benchmarkgroup`, `benchmarkconfig`",
    yields: "time (samples), gc_time, memory, allocations; evals, tags, versions, commit, time",
    backend: "julia",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let Some(file) = text.json() else { return false };
    let has = |key: &str| file.get(0).is_some_and(|versions| versions.get(key).is_some());
    (has("BenchmarkTools") && has("Julia")) || is_of_pkgbenchmark(file)
}

fn is_of_pkgbenchmark(file: &Value) -> bool {
    file.get("benchmarkgroup").is_some() && file.get("benchmarkconfig").is_some()
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    if !is_of_pkgbenchmark(file) {
        return read_groups(file, &RunContext::default(), sink);
    }
    let group = file.get("benchmarkgroup").and_then(Value::as_str).unwrap_or_default();
    let group: Value = serde_json::from_str(&json::quote_bare_numbers(group))
        .map_err(|error| InputError::whole(format!("`benchmarkgroup` is broken JSON: {error}")))?;
    // What was not committed has no name.
    let commit = Some(json::text(file, "commit")).filter(|it| !["", "dirty"].contains(it));
    let run = RunContext {
        commit: commit.map(str::to_owned),
        timestamp: parse_time(json::text(file, "date")),
        ..RunContext::default()
    };
    read_groups(&group, &run, sink)
}

fn read_groups(file: &Value, run: &RunContext, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let (Some(versions), Some(roots)) = (file.get(0), file.get(1).and_then(Value::as_array)) else {
        return Err(InputError::whole("not a list of versions and of what was saved"));
    };
    let version = |key: &str| versions.get(key).map(to_plain_text);
    let fields = [("julia", version("Julia")), ("benchmark_tools", version("BenchmarkTools"))];
    let mut reading = JuliaReading { path: Vec::new(), tags: Vec::new(), fields, run, sink };
    for root in roots {
        reading.take_value(root);
    }
    Ok(())
}

struct JuliaReading<'a, 'v, 's> {
    /// Keys from the root.
    path: Vec<&'v str>,
    tags: Vec<String>,
    fields: [(&'static str, Option<String>); 2],
    run: &'a RunContext,
    sink: &'a mut EntrySink<'s>,
}

impl<'v> JuliaReading<'_, 'v, '_> {
    /// `["BenchmarkGroup", {…}]`, `["Trial", {…}]`, …: groups are as deep as the JSON reader lets
    /// them be (128).
    fn take_value(&mut self, value: &'v Value) {
        let kind = value.get(0).and_then(Value::as_str).unwrap_or_default();
        let body = value.get(1).unwrap_or(&Value::Null);
        match kind.rsplit('.').next().unwrap_or(kind) {
            "BenchmarkGroup" => self.take_group(body),
            "Trial" => {
                let times = sampled(TIME_METRIC, "ns", numbers(list(body, "times")));
                let gc = sampled("gc_time", "ns", numbers(list(body, "gctimes")));
                self.take_benchmark(body, times, gc);
            }
            "TrialEstimate" => {
                let or_none = |key: &str| number(body, key).unwrap_or(f64::NAN);
                let time = metric(TIME_METRIC, "ns", or_none("time"));
                self.take_benchmark(body, time, metric("gc_time", "ns", or_none("gctime")));
            }
            other => {
                let reason = format!("`{}` is a {other}, no measurement", self.path.join("/"));
                self.sink.reject(1, &reason, "save the results of `run`", &value.to_string());
            }
        }
    }

    fn take_group(&mut self, body: &'v Value) {
        let before = self.tags.len();
        self.tags.extend(list(body, "tags").iter().map(to_plain_text));
        for (key, value) in body.get("data").into_iter().flat_map(pairs) {
            self.path.push(key);
            self.take_value(value);
            self.path.pop();
        }
        self.tags.truncate(before);
    }

    fn take_benchmark(
        &mut self,
        body: &Value,
        time: model::record::Measurement<'static>,
        gc: model::record::Measurement<'static>,
    ) {
        let mut entry = entry_named(&self.path);
        entry.run.clone_from(self.run);
        entry.tags.clone_from(&self.tags);
        entry.tags.sort_unstable();
        entry.tags.dedup();
        let evals = body.get("params").and_then(|it| it.get(1)?.get("evals")).cloned();
        entry = entry.field("evals", evals);
        for (name, version) in &self.fields {
            entry = entry.field(name, version.clone());
        }
        let memory = number(body, "memory");
        entry.metrics.push(time);
        if memory.is_some_and(|bytes| bytes > 0.0) {
            // What allocates nothing is never collected.
            entry.metrics.push(gc);
        }
        entry.metrics.extend(memory.map(|bytes| metric(MEMORY, "B", bytes)));
        let allocations = number(body, "allocs");
        entry.metrics.extend(allocations.map(|count| metric(ALLOCATIONS, "count", count)));
        self.sink.entry(entry);
    }
}

/// The benchmark of the keys from the root: the groups are the suite.
pub(crate) fn entry_named(path: &[&str]) -> BenchmarkEntry {
    let sized = path.len() > 1 && path.last().is_some_and(|key| key.parse::<u64>().is_ok());
    let (n, keys) = match path.split_last() {
        Some((last, keys)) if sized => (Some(*last), keys),
        _ => (None, path),
    };
    let (test, groups) = keys.split_last().unwrap_or((&"benchmark", &[]));
    let mut entry = BenchmarkEntry::of(groups.join("/"), *test);
    if !groups.is_empty() {
        entry.name_path = format!("{}/", groups.join("/"));
    }
    if !path.is_empty() {
        entry.name = path.join("/");
    }
    match n {
        Some(n) => entry.param("n", n),
        None => entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn pkgbenchmark_says_commit_and_time() {
        let text = r#"{"name":"P","benchmarkconfig":{"juliacmd":{}},"commit":"9a61624","date":
            "2022-02-25T08:06:25.745","benchmarkgroup":GROUP}"#;
        let group = r#"[{"BenchmarkTools":"1.0.0"},[["BenchmarkGroup",{"data":{"f":["Trial",
            {"times":[2.0]}]}}]]]"#;
        let text = text.replace("GROUP", &Value::from(group).to_string());
        let entry = &read_text(&FORMAT, &text)[0];
        assert_eq!((entry.test.as_str(), entry.metrics[0].samples.as_slice()), ("f", &[2.0][..]));
        assert_eq!(entry.run.commit.as_deref(), Some("9a61624"));
        assert_eq!(entry.run.timestamp, parse_time("2022-02-25T08:06:25.745Z"));
        let dirty = text.replace("9a61624", "dirty");
        assert_eq!(read_text(&FORMAT, &dirty)[0].run.commit, None);
    }

    #[test]
    fn groups_and_trials_become_names_and_samples() {
        let text = r#"[{"Julia":"1.10.0","BenchmarkTools":"1.0.0"},[["BenchmarkGroup",{"tags":["t"],"data":{
            "a":["BenchmarkGroup",{"tags":[],"data":{"(\"f\", 1)":["BenchmarkTools.Trial",
            {"times":[3.5,1.5],"gctimes":[0.0,1.0],"memory":16,"allocs":1,"params":["Parameters",
             {"evals":7}]}]}}]}}]]]"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[0].test), ("a", "(\"f\", 1)"));
        assert_eq!(found[0].metrics[0].samples, [3.5, 1.5]);
        let names: Vec<&str> = found[0].metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, "gc_time", MEMORY, ALLOCATIONS]);
        assert_eq!((&found[0].fields["evals"], &*found[0].tags[0]), (&7.into(), "t"));
    }
}
