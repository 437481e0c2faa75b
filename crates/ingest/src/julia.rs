//! BenchmarkTools.jl JSON (`BenchmarkTools.save`): groups within groups, trials or estimates of
//! them; nanoseconds.
//!
//! The path of a group's keys is the name; a last key that is a whole number is `n`. Every time of
//! a trial is a sample. Ratios and judgements compare two runs, measure nothing and are refused.

use serde_json::Value;

use crate::entry::{ALLOCATIONS, Entry, MEMORY, metric, sampled};
use crate::formats::{Format, Reader};
use crate::json::{list, number, numbers, pairs, plain};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::TIME;

pub const FORMAT: Format = Format {
    name: "julia",
    tool: "Julia BenchmarkTools.save",
    mark: "`[{\"Julia\": …, \"BenchmarkTools\": …}, […]]`",
    yields: "time (samples), gc_time, memory, allocations; evals, tags, versions",
    backend: "julia",
    reader: Reader::Text { is, read },
};

fn is(text: &Text) -> bool {
    let versions = || text.json()?.get(0)?.get("BenchmarkTools");
    versions().is_some()
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let file = text.value()?;
    let (Some(versions), Some(roots)) = (file.get(0), file.get(1).and_then(Value::as_array)) else {
        return Err(Fault::whole("not a list of versions and of what was saved"));
    };
    let version = |key: &str| versions.get(key).map(plain);
    let fields = [("julia", version("Julia")), ("benchmark_tools", version("BenchmarkTools"))];
    let mut reading = Reading { path: Vec::new(), tags: Vec::new(), fields, sink };
    for root in roots {
        reading.value(root);
    }
    Ok(())
}

struct Reading<'a, 'v, 's> {
    /// Keys from the root.
    path: Vec<&'v str>,
    tags: Vec<String>,
    fields: [(&'static str, Option<String>); 2],
    sink: &'a mut Sink<'s>,
}

impl<'v> Reading<'_, 'v, '_> {
    /// `["BenchmarkGroup", {…}]`, `["Trial", {…}]`, …: groups are as deep as the JSON reader lets
    /// them be (128).
    fn value(&mut self, value: &'v Value) {
        let kind = value.get(0).and_then(Value::as_str).unwrap_or_default();
        let body = value.get(1).unwrap_or(&Value::Null);
        match kind.rsplit('.').next().unwrap_or(kind) {
            "BenchmarkGroup" => self.group(body),
            "Trial" => {
                let times = sampled(TIME, "ns", numbers(list(body, "times")));
                let gc = sampled("gc_time", "ns", numbers(list(body, "gctimes")));
                self.benchmark(body, times, gc);
            }
            "TrialEstimate" => {
                let or_none = |key: &str| number(body, key).unwrap_or(f64::NAN);
                let time = metric(TIME, "ns", or_none("time"));
                self.benchmark(body, time, metric("gc_time", "ns", or_none("gctime")));
            }
            other => {
                let reason = format!("`{}` is a {other}, no measurement", self.path.join("/"));
                self.sink.refuse(1, &reason, "save the results of `run`", &value.to_string());
            }
        }
    }

    fn group(&mut self, body: &'v Value) {
        let before = self.tags.len();
        self.tags.extend(list(body, "tags").iter().map(plain));
        for (key, value) in body.get("data").into_iter().flat_map(pairs) {
            self.path.push(key);
            self.value(value);
            self.path.pop();
        }
        self.tags.truncate(before);
    }

    fn benchmark(
        &mut self,
        body: &Value,
        time: model::record::Measurement<'static>,
        gc: model::record::Measurement<'static>,
    ) {
        let mut entry = named(&self.path);
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

fn named(path: &[&str]) -> Entry {
    let sized = path.len() > 1 && path.last().is_some_and(|key| key.parse::<u64>().is_ok());
    let (n, keys) = match path.split_last() {
        Some((last, keys)) if sized => (Some(*last), keys),
        _ => (None, path),
    };
    let (test, groups) = keys.split_last().unwrap_or((&"benchmark", &[]));
    let mut entry = Entry::of(groups.join("/"), *test);
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
    use crate::test::read_text;

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
        assert_eq!(names, [TIME, "gc_time", MEMORY, ALLOCATIONS]);
        assert_eq!((&found[0].fields["evals"], &*found[0].tags[0]), (&7.into(), "t"));
    }
}
