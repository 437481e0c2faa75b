//! The pages that `asv publish` makes: `index.json` and a graph a benchmark and environment under
//! `graphs/`, whose points are revisions by number.
//!
//! Graphs hold less than results: no bounds, no samples, no versions. Summaries repeat the graphs
//! and are left out. Names in the index lead to files that are in the folder, or nowhere.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::asv::benchmark::{self, AsvBenchmark};
use crate::asv::machine::AsvSetting;
use crate::entry::RunContext;
use crate::import::{HistoryKind, ImportOptions};
use crate::json::Number;
use crate::parse::time::epoch_millis;
use crate::sink::{EntrySink, InputError};
use crate::source::Source;
use model::history::CommitFacts;

pub(crate) const KIND: HistoryKind = HistoryKind {
    name: "asv-published",
    aliases: &["airspeed-published"],
    takes: "the folder that asv publish wrote, with index.json and graphs/",
    yields: "suite, test, parameters, machine and environment as parameters; the values; commits",
    backend: "python",
    read,
};

#[derive(Deserialize)]
struct AsvIndex {
    revision_to_hash: BTreeMap<String, String>,
    #[serde(default)]
    revision_to_date: BTreeMap<String, Number>,
    #[serde(default)]
    graph_param_list: Vec<BTreeMap<String, Value>>,
    benchmarks: BTreeMap<String, Value>,
    #[serde(default)]
    tags: BTreeMap<String, Value>,
}

fn read(source: Source<'_>, _: &ImportOptions, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let folder = source.folder()?;
    if !folder.has("index.json") {
        return Err(InputError::whole("no index.json"));
    }
    sink.begin_file("index.json");
    let mut index: AsvIndex = folder.read("index.json")?.parse()?;
    let benchmarks = benchmark::from_json(std::mem::take(&mut index.benchmarks));
    add_commits(&index, sink);
    let settings: Vec<AsvSetting> =
        index.graph_param_list.iter().map(|params| AsvSetting::of(params, None)).collect();
    let total = settings.len() * benchmarks.len();
    let mut found = 0;
    for (at, (params, setting)) in index.graph_param_list.iter().zip(&settings).enumerate() {
        for (name, benchmark) in &benchmarks {
            let file = graph_path(params, name);
            if !folder.has(&file) {
                continue;
            }
            found += 1;
            sink.progress(at * benchmarks.len(), total);
            sink.begin_file(&file);
            let points = folder.read(&file).and_then(|text| text.parse::<Vec<(Number, Value)>>());
            match points {
                Ok(points) => {
                    let of = AsvGraph { index: &index, setting, name, benchmark };
                    points
                        .into_iter()
                        .for_each(|(revision, value)| of.take_point(revision, &value, sink));
                }
                Err(fault) => sink.reject_file(&fault, ""),
            }
        }
    }
    if found == 0 {
        return Err(InputError::whole(
            "index.json names graphs, and none of them is under graphs/",
        ));
    }
    Ok(())
}

/// Commits with their tags: asv knows neither parents nor subjects.
fn add_commits(index: &AsvIndex, sink: &mut EntrySink<'_>) {
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (tag, revision) in &index.tags {
        tags.entry(revision.to_string()).or_default().push(tag.clone());
    }
    for (revision, hash) in &index.revision_to_hash {
        sink.add_commit(CommitFacts {
            id: hash.clone(),
            time: index.revision_to_date.get(revision).and_then(|date| epoch_millis(date.0?)),
            tags: tags.remove(revision).unwrap_or_default(),
            ..CommitFacts::default()
        });
    }
}

/// Where a graph lies, as asv names it: `graphs/`, sorted `key-value`, the benchmark.
fn graph_path(params: &BTreeMap<String, Value>, benchmark: &str) -> String {
    let mut path = "graphs".to_owned();
    for (key, value) in params {
        let part = match value {
            Value::Null => format!("{key}-null"),
            Value::String(text) if text.is_empty() => key.clone(),
            Value::String(text) => format!("{key}-{text}"),
            other => format!("{key}-{other}"),
        };
        path.push('/');
        path.push_str(&sanitized(&part));
    }
    format!("{path}/{}.json", sanitized(benchmark))
}

/// A name without what asv leaves out of file names.
fn sanitized(name: &str) -> String {
    let odd = |c: char| c.is_ascii_control() || "<>:\"/\\^|?*".contains(c);
    name.chars().map(|c| if odd(c) { '_' } else { c }).collect()
}

struct AsvGraph<'a> {
    index: &'a AsvIndex,
    setting: &'a AsvSetting,
    name: &'a str,
    benchmark: &'a AsvBenchmark,
}

impl AsvGraph<'_> {
    /// One revision: a number, a list of them in the order of the parameters' product, or `null`.
    fn take_point(&self, revision: Number, value_json: &Value, sink: &mut EntrySink<'_>) {
        let revision = revision.0.map_or_else(String::new, |number| format!("{number:.0}"));
        let Some(hash) = self.index.revision_to_hash.get(&revision) else {
            let remedy = "publish again, or add it to revision_to_hash";
            sink.reject(1, "index.json does not know the revision", remedy, &revision);
            return;
        };
        let date =
            self.index.revision_to_date.get(&revision).and_then(|date| epoch_millis(date.0?));
        let mut entry = self.setting.apply_to(AsvBenchmark::entry(self.name));
        entry.run = RunContext {
            commit: Some(hash.clone()),
            timestamp: date,
            commit_time: date,
            branch: self.setting.branch.clone(),
            ..RunContext::default()
        };
        let params = &self.benchmark.params;
        let one = std::slice::from_ref(value_json);
        let all = value_json.as_array().map_or(one, Vec::as_slice);
        if !value_json.is_null() && benchmark::combinations(params) != Some(all.len()) {
            let remedy =
                "publish again: the values are not as many as the parameters' combinations";
            sink.reject(1, "values do not fit the parameters", remedy, &value_json.to_string());
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
