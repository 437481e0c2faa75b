//! An entry becomes a line of history: what the tool told, completed by what the user and the place
//! of the run say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::entry::{BenchmarkEntry, RunContext};
use model::record::fields::RecordField;
use model::record::time::Timestamp;
use model::record::{Measurement, Statistic};

/// What completes an entry. What a tool or a history says of its own run counts more than `run` and
/// `environment`; what the user set counts more than anything.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// The run here: for entries that do not tell their own.
    pub run: RunContext,
    /// The machine and the job here.
    pub environment: BTreeMap<String, String>,
    /// The format's backend.
    pub backend: &'static str,
    /// What the user set, by field name.
    pub overrides: BTreeMap<String, String>,
    /// Parameters that the user adds to every record, by name.
    pub params: BTreeMap<String, String>,
    /// The pull request that the user names. It counts more than what a record says: a number in
    /// a record is only a claim.
    pub pull: Option<u64>,
    /// The user named the branch of `run`: it is that of every record that names none.
    pub is_branch_named: bool,
    /// Leave samples out.
    pub without_samples: bool,
}

/// A line of history, without its newline, and what decides where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLine {
    pub text: String,
    pub time: Timestamp,
    pub pull: Option<u64>,
    /// Why metrics are not in it although others are.
    pub odd: Vec<String>,
}

/// The fields in the order in which they are written.
#[derive(Serialize)]
struct RecordFields<'a> {
    commit: &'a str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    suite: &'a str,
    test: &'a str,
    backend: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    mode: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metrics: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(flatten)]
    fields: BTreeMap<&'a str, Value>,
}

/// Whether a line gives a name a meaning of its own: other fields keep out of its way. Warm-up
/// times are what adapters hand on as a field.
fn is_reserved(name: &str) -> bool {
    RecordField::from_name(name).is_some_and(|field| field != RecordField::WarmupNs)
}

/// Samples of a metric that a line holds: two metrics of so many fit a line, which may have 1 MiB.
const MAX_SAMPLES: usize = 10_000;

/// The line of an entry.
///
/// # Errors
/// The commit or the time is not known, nothing names the test, or what the user set is of the
/// wrong type; all of it at once.
pub fn write(entry: &BenchmarkEntry, with: &Completion) -> Result<RecordLine, String> {
    let unchanged = with.overrides.is_empty() && with.params.is_empty() && !with.without_samples;
    if let (Some(line), Some(time), true) = (&entry.line, entry.run.timestamp, unchanged) {
        let pull = with.pull.or(entry.run.pull).or(with.run.pull);
        let text = if pull == entry.run.pull { line.clone() } else { with_pull(line, pull)? };
        return Ok(RecordLine { text, time, pull, odd: Vec::new() });
    }
    let mut faults = Vec::new();
    let set = |name: &str| with.overrides.get(name).map(String::as_str).filter(|it| !it.is_empty());
    let told = |name: &str, told: &'_ str| set(name).unwrap_or(told).to_owned();
    let run = |of: fn(&RunContext) -> Option<&str>| of(&entry.run).or_else(|| of(&with.run));
    let commit = set("commit").or_else(|| run(|run| run.commit.as_deref()));
    if commit.is_none() {
        faults.push("no commit is known: say --commit, or measure in a git repository".to_owned());
    }
    let here = run_of(commit, with);
    let timestamp = entry.run.timestamp.or(with.run.timestamp);
    if timestamp.is_none() {
        faults.push("no time is known: say --timestamp".to_owned());
    }
    let (suite, test) = match set("suite") {
        Some(suite) => entry.names_within(suite),
        None => (entry.suite.clone(), entry.test.clone()),
    };
    let test = told("test", &test);
    if test.trim().is_empty() {
        faults.push("the benchmark has no name".to_owned());
    }
    let backend = if entry.backend.is_empty() { with.backend } else { &entry.backend };
    let (backend, mode) = (told("backend", backend), told("mode", &entry.mode));
    let parallel = typed_value(set("parallel"), "parallel", entry.parallel, &mut faults);
    let n = typed_value(set("n"), "n", entry.n, &mut faults);
    let pull = with.pull.or(entry.run.pull).or(with.run.pull);
    let pull = typed_value(set("pull"), "pull", pull, &mut faults);
    let params: BTreeMap<String, String> =
        entry.params.iter().chain(&with.params).map(|(k, v)| (k.clone(), v.clone())).collect();
    let (metrics, odd) = metrics(&entry.metrics, with.without_samples);
    let nothing = (metrics.is_empty() && entry.error.is_none())
        .then(|| if odd.is_empty() { "no value".to_owned() } else { odd.join(", ") });
    let error = entry.error.as_deref().or(nothing.as_deref());
    if !faults.is_empty() {
        return Err(faults.join("; "));
    }
    let wire = RecordFields {
        commit: commit.unwrap_or_default(),
        timestamp: timestamp.map(|time| time.to_string()).unwrap_or_default(),
        commit_time: entry.run.commit_time.or(here.commit_time).map(|it| it.to_string()),
        branch: set("branch").or(entry.run.branch.as_deref()).or(here.branch.as_deref()),
        pull,
        suite: &suite,
        test: &test,
        backend: &backend,
        mode: &mode,
        parallel,
        n,
        params: &params,
        metrics,
        error,
        version: set("version").or(entry.version.as_deref()),
        url: set("url").or(entry.url.as_deref()).or_else(|| run(|run| run.url.as_deref())),
        tags: tags(entry, set("tags")),
        fields: fields(entry, with),
    };
    // Where nothing else was measured, they are the error.
    let odd = if error.is_none() { odd } else { Vec::new() };
    let text = serde_json::to_string(&wire).map_err(|error| error.to_string())?;
    let time = timestamp.unwrap_or(Timestamp::from_micros(0));
    Ok(RecordLine { text, time, pull, odd })
}

/// The tags that the user set, or those of the tool.
fn tags<'a>(entry: &'a BenchmarkEntry, set: Option<&'a str>) -> Vec<&'a str> {
    match set {
        Some(list) => list.split(',').map(str::trim).filter(|it| !it.is_empty()).collect(),
        None => entry.tags.iter().map(String::as_str).collect(),
    }
}

/// Whether two ids name one commit: tools shorten them.
pub fn is_same_commit(a: &str, b: &str) -> bool {
    /// git shortens no further by itself.
    const MIN_ID: usize = 7;
    a == b || (a.len().min(b.len()) >= MIN_ID && (a.starts_with(b) || b.starts_with(a)))
}

/// The run here, as far as it holds for a commit: time and branch of the one here are not those of
/// another one that a tool names.
fn run_of<'a>(commit: Option<&str>, with: &'a Completion) -> Cow<'a, RunContext> {
    match (commit, with.run.commit.as_deref()) {
        (Some(commit), Some(here)) if !is_same_commit(commit, here) => {
            let branch = with.run.branch.clone().filter(|_| with.is_branch_named);
            Cow::Owned(RunContext { branch, commit_time: None, ..with.run.clone() })
        }
        _ => Cow::Borrowed(&with.run),
    }
}

/// A complete line that names this pull request, otherwise as it is.
fn with_pull(line: &str, pull: Option<u64>) -> Result<String, String> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    fields.insert("pull".to_owned(), Value::from(pull));
    Ok(Value::Object(fields).to_string())
}

/// What the user set, read as its type, or what was told.
fn typed_value<T: std::str::FromStr>(
    set: Option<&str>,
    name: &str,
    reported: Option<T>,
    faults: &mut Vec<String>,
) -> Option<T> {
    match set.map(|text| (text, text.parse::<T>())) {
        None => reported,
        Some((_, Ok(value))) => Some(value),
        Some((text, Err(_))) => {
            faults.push(format!("--set {name}={text} is not of this field's type"));
            None
        }
    }
}

/// Metrics by name, and the names of those that have no finite value. Of two with one name the
/// first keeps it and the next is numbered.
fn metrics(all: &[Measurement<'_>], without_samples: bool) -> (Map<String, Value>, Vec<String>) {
    let (mut map, mut odd) = (Map::new(), Vec::new());
    for metric in all {
        let samples: Vec<f64> =
            metric.samples.iter().copied().filter(|it| it.is_finite()).collect();
        let own_value = metric.value.get().filter(|value| value.is_finite());
        let Some(value) = own_value.or_else(|| model::record::median(&samples)) else {
            odd.push(format!("`{}` is no number", metric.metric));
            continue;
        };
        let (samples, bounds) = thin_samples(samples);
        let mut body = Map::new();
        let mut put = |name: &str, value: f64| {
            // A sum of nothing is -0.0; adding 0 makes it 0 and changes no other number.
            let number = Number::from_f64(value + 0.0).map(Value::Number);
            body.extend(number.map(|number| (name.to_owned(), number)));
        };
        put("value", value);
        metric.std.get().into_iter().for_each(|std| put("std", std));
        for (name, statistic) in Statistic::ALL {
            let told = metric.statistics.iter().chain(&bounds).find(|(it, _)| *it == statistic);
            told.into_iter().for_each(|(_, value)| put(name, *value));
        }
        if let Some(unit) = &metric.unit {
            body.insert("unit".to_owned(), Value::from(&**unit));
        }
        if let Some(better) = metric.direction {
            body.insert("better".to_owned(), Value::from(better.as_str()));
        }
        if !without_samples && samples.len() > 1 {
            body.insert("samples".to_owned(), Value::from(samples));
        }
        let mut name = metric.metric.to_string();
        let same = |map: &Map<String, Value>, name: &str| map.contains_key(name);
        let mut number = 2;
        while same(&map, &name) {
            name = format!("{}_{number}", metric.metric);
            number += 1;
        }
        map.insert(name, Value::Object(body));
    }
    (map, odd)
}

/// Every so-manieth of too many samples, in their order, and the least and greatest of all of them.
fn thin_samples(samples: Vec<f64>) -> (Vec<f64>, Vec<(Statistic, f64)>) {
    if samples.len() <= MAX_SAMPLES {
        return (samples, Vec::new());
    }
    let step = samples.len().div_ceil(MAX_SAMPLES);
    let least = samples.iter().copied().reduce(f64::min).map(|it| (Statistic::Min, it));
    let most = samples.iter().copied().reduce(f64::max).map(|it| (Statistic::Max, it));
    (samples.into_iter().step_by(step).collect(), least.into_iter().chain(most).collect())
}

/// The fields beside: of here, then of the tool, then as the user set them.
fn fields<'a>(entry: &'a BenchmarkEntry, with: &'a Completion) -> BTreeMap<&'a str, Value> {
    let mut fields: BTreeMap<&str, Value> = BTreeMap::new();
    let here = with.environment.iter().map(|(name, value)| (name, Value::from(value.as_str())));
    let told = entry.fields.iter().map(|(name, value)| (name, value.clone()));
    let set = with.overrides.iter().map(|(name, value)| (name, Value::from(value.as_str())));
    for (name, value) in here.chain(told).chain(set) {
        if !is_reserved(name) {
            fields.insert(name, value);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_samples_leave_their_extremes_behind() {
        let all: Vec<f64> = (0..25_000).map(f64::from).collect();
        let (kept, bounds) = thin_samples(all);
        assert_eq!((kept.len(), &kept[..3]), (8_334, &[0.0, 3.0, 6.0][..]));
        assert_eq!(bounds, [(Statistic::Min, 0.0), (Statistic::Max, 24_999.0)]);
        assert_eq!(thin_samples(vec![1.0, 2.0]), (vec![1.0, 2.0], Vec::new()));
    }
}
