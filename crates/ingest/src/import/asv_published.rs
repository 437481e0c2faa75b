//! The pages that `asv publish` makes: `index.json` and a graph a benchmark and environment under
//! `graphs/`, whose points are revisions by number.
//!
//! Graphs hold less than results: no bounds, no samples, no versions. Summaries repeat the graphs
//! and are left out. Names in the index lead to files that are in the folder, or nowhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::Run;
use crate::import::asv_benchmark::{self, Benchmark};
use crate::import::asv_machine::{Apart, Setting};
use crate::import::told::millis;
use crate::import::{Asked, Kind, refuse_file};
use crate::json::Number;
use crate::sink::{Fault, Sink};
use crate::source::Folder;
use model::history::CommitFacts;

pub const KIND: Kind = Kind {
    name: "asv-published",
    also: &["airspeed-published"],
    takes: "the folder that asv publish wrote, with index.json and graphs/",
    yields: "suite, test, parameters, machine and environment as parameters; the values; commits",
    backend: "python",
    read,
};

#[derive(Deserialize)]
struct Index {
    revision_to_hash: BTreeMap<String, String>,
    #[serde(default)]
    revision_to_date: BTreeMap<String, Number>,
    #[serde(default)]
    graph_param_list: Vec<BTreeMap<String, Value>>,
    benchmarks: BTreeMap<String, Value>,
    #[serde(default)]
    tags: BTreeMap<String, Value>,
}

fn read(path: &Path, _: &Asked, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let told = |error: anyhow::Error| Fault::whole(format!("{error:#}"));
    let folder = Folder::open(path).map_err(told)?;
    if !folder.has("index.json") {
        return Err(Fault::whole("no index.json"));
    }
    sink.begin("index.json");
    let mut index: Index = folder.read("index.json")?.parse()?;
    let benchmarks = asv_benchmark::of(std::mem::take(&mut index.benchmarks));
    commits(&index, sink);
    let settings: Vec<Setting> =
        index.graph_param_list.iter().map(|params| Setting::of(params, None)).collect();
    let apart = Apart::new(&settings);
    let total = settings.len() * benchmarks.len();
    let mut found = 0;
    for (at, (params, setting)) in index.graph_param_list.iter().zip(&settings).enumerate() {
        for (name, benchmark) in &benchmarks {
            let file = graph(params, name);
            if !folder.has(&file) {
                continue;
            }
            found += 1;
            sink.progress(at * benchmarks.len(), total);
            sink.begin(&file);
            let points = folder.read(&file).and_then(|text| text.parse::<Vec<(Number, Value)>>());
            match points {
                Ok(points) => {
                    let of = Graph { index: &index, setting, apart: &apart, name, benchmark };
                    points
                        .into_iter()
                        .for_each(|(revision, value)| of.point(revision, &value, sink));
                }
                Err(fault) => refuse_file(sink, &fault, ""),
            }
        }
    }
    if found == 0 {
        return Err(Fault::whole("index.json names graphs, and none of them is under graphs/"));
    }
    Ok(())
}

/// Commits with their tags: asv knows neither parents nor subjects.
fn commits(index: &Index, sink: &mut Sink<'_>) {
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (tag, revision) in &index.tags {
        tags.entry(revision.to_string()).or_default().push(tag.clone());
    }
    for (revision, hash) in &index.revision_to_hash {
        sink.commit(CommitFacts {
            id: hash.clone(),
            time: index.revision_to_date.get(revision).and_then(|date| millis(date.0?)),
            tags: tags.remove(revision).unwrap_or_default(),
            ..CommitFacts::default()
        });
    }
}

/// Where a graph lies, as asv names it: `graphs/`, sorted `key-value`, the benchmark.
fn graph(params: &BTreeMap<String, Value>, benchmark: &str) -> String {
    let mut path = "graphs".to_owned();
    for (key, value) in params {
        let part = match value {
            Value::Null => format!("{key}-null"),
            Value::String(text) if text.is_empty() => key.clone(),
            Value::String(text) => format!("{key}-{text}"),
            other => format!("{key}-{other}"),
        };
        path.push('/');
        path.push_str(&sanitised(&part));
    }
    format!("{path}/{}.json", sanitised(benchmark))
}

/// A name without what asv leaves out of file names.
fn sanitised(name: &str) -> String {
    let odd = |c: char| c.is_ascii_control() || "<>:\"/\\^|?*".contains(c);
    name.chars().map(|c| if odd(c) { '_' } else { c }).collect()
}

struct Graph<'a> {
    index: &'a Index,
    setting: &'a Setting,
    apart: &'a Apart,
    name: &'a str,
    benchmark: &'a Benchmark,
}

impl Graph<'_> {
    /// One revision: a number, a list of them in the order of the parameters' product, or `null`.
    fn point(&self, revision: Number, told: &Value, sink: &mut Sink<'_>) {
        let revision = revision.0.map_or_else(String::new, |number| format!("{number:.0}"));
        let Some(hash) = self.index.revision_to_hash.get(&revision) else {
            let remedy = "publish again, or add it to revision_to_hash";
            sink.refuse(1, "index.json does not know the revision", remedy, &revision);
            return;
        };
        let date = self.index.revision_to_date.get(&revision).and_then(|date| millis(date.0?));
        let mut entry = self.setting.put(Benchmark::entry(self.name), self.apart);
        entry.run = Run {
            commit: Some(hash.clone()),
            timestamp: date,
            commit_time: date,
            branch: self.setting.branch.clone(),
            ..Run::default()
        };
        let params = &self.benchmark.params;
        let one = std::slice::from_ref(told);
        let all = told.as_array().map_or(one, Vec::as_slice);
        if !told.is_null() && asv_benchmark::combinations(params) != Some(all.len()) {
            let remedy =
                "publish again: the values are not as many as the parameters' combinations";
            sink.refuse(1, "values do not fit the parameters", remedy, &told.to_string());
            return;
        }
        for (at, value) in all.iter().enumerate() {
            match Number::of(value).0 {
                Some(value) => {
                    let entry = self.benchmark.with_params(entry.clone(), params, at);
                    sink.entry(entry.metric(self.benchmark.metric(value)));
                }
                // Published pages do not tell a failure from what was never run.
                None => sink.skip("no value in the published graph", 1),
            }
        }
    }
}
