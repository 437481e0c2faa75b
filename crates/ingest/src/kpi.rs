//! Groups of values with their units, as teams write them down for a service: `{"throughput":
//! {"rps": 1200, "success_rate": "99.9%"}}`.
//!
//! One entry; the metrics are named by their groups: `throughput_rps`. A group of percentiles is
//! one metric with its statistics. The file names no benchmark unless it has a `name`: name it by
//! `--set test=…`. A value that is no number with a unit is rejected with its line.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::pairs;
use crate::parse::name::metric_name;
use crate::parse::quantity::{self, Quantity};
use crate::parse::time::parse_time;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic};

pub(crate) const FORMAT: Format = Format {
    name: "kpi",
    tool: "key figures of a service in groups, with units in text",
    signature: "an object of groups, with values such as `\"150ms\"` and `\"99.9%\"`",
    yields: "a metric for each value, named by its group; groups of p50, p95, p99 as one metric",
    backend: "service",
    reader: Reader::Text { recognizes, read },
};

/// Keys of the whole file that are no values.
const FACTS: [&str; 8] =
    ["name", "service", "test", "suite", "commit", "branch", "timestamp", "environment"];
/// The typical value of a group of statistics, best first.
const TYPICAL: [&str; 5] = ["value", "p50", "median", "mean", "avg"];
/// Groups inside groups; deeper ones are no figures of a service.
const MAX_DEPTH: usize = 6;

fn recognizes(text: &Text) -> bool {
    let Some(file) = text.json().and_then(Value::as_object) else { return false };
    let is_top_level = |(key, value): (&String, &Value)| {
        value.is_object() || FACTS.contains(&key.as_str()) || Quantity::of(value).is_some()
    };
    let mut leaves = Vec::new();
    let groups = file.iter().filter(|(key, _)| !FACTS.contains(&key.as_str()));
    let all_plain = groups.fold(true, |plain, (_, value)| plain & collect(value, 1, &mut leaves));
    let in_unit = |leaf: &&Value| {
        let unit = leaf.as_str().and_then(|_| Quantity::of(leaf)).map(|it| it.unit);
        unit.is_some_and(|unit| Quantity::has_known_unit(&unit))
    };
    let is_word = |word: &str| WORDS.contains(&word) || Statistic::from_name(word).is_some();
    let has_word = |text: &str| name_words(text).any(|word| is_word(&word));
    let quantities = leaves.iter().filter(|leaf| Quantity::of(leaf).is_some()).count();
    all_plain
        && file.values().any(Value::is_object)
        && file.iter().all(is_top_level)
        && leaves.iter().any(in_unit)
        // Settings have values in units too: `{"server": {"keep_alive": "5s"}}`.
        && keys(file).any(has_word)
        && 2 * quantities >= leaves.len()
}

/// Words by which the figures of a service are named.
const WORDS: [&str; 16] = [
    "latency",
    "response",
    "throughput",
    "rps",
    "qps",
    "tps",
    "requests",
    "errors",
    "error",
    "success",
    "availability",
    "uptime",
    "cpu",
    "memory",
    "mean",
    "avg",
];

/// The words of a name: `api_responseTime` has three.
fn name_words(name: &str) -> impl Iterator<Item = String> {
    let snaked = metric_name(name);
    let words: Vec<String> = snaked.split('_').map(str::to_owned).collect();
    words.into_iter()
}

/// The keys of two levels.
fn keys(file: &serde_json::Map<String, Value>) -> impl Iterator<Item = &str> {
    file.iter()
        .flat_map(|(key, value)| [key.as_str()].into_iter().chain(pairs(value).map(|it| it.0)))
}

/// The values at the ends of a group; whether there is nothing but groups and values.
fn collect<'v>(value: &'v Value, depth: usize, leaves: &mut Vec<&'v Value>) -> bool {
    match value {
        Value::Object(group) if depth <= MAX_DEPTH => {
            group.values().fold(true, |plain, value| plain & collect(value, depth + 1, leaves))
        }
        Value::Object(_) | Value::Array(_) => false,
        leaf => {
            leaves.push(leaf);
            true
        }
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    if !file.is_object() {
        return Err(InputError::whole("not an object of groups"));
    }
    let fact = |key: &str| file.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
    let name = ["test", "name", "service"].into_iter().find_map(fact);
    if name.is_none() {
        sink.remark("the file names no benchmark: name it by --set test=NAME");
    }
    let mut entry = BenchmarkEntry::of(fact("suite").unwrap_or_default(), name.unwrap_or("kpi"));
    entry.run.commit = fact("commit").map(str::to_owned);
    entry.run.branch = fact("branch").map(str::to_owned);
    entry.run.timestamp = fact("timestamp").and_then(parse_time);
    entry = entry.field("environment", fact("environment").unwrap_or_default());
    let mut reader = GroupReader { text: &text.text, sink, metrics: Vec::new() };
    for (key, value) in pairs(file).filter(|(key, _)| !FACTS.contains(key)) {
        reader.read(&[key], value);
    }
    entry.metrics = reader.metrics;
    if entry.metrics.is_empty() {
        return Err(InputError::whole("no value in it"));
    }
    sink.entry(entry);
    Ok(())
}

struct GroupReader<'a, 'b> {
    text: &'a str,
    sink: &'a mut EntrySink<'b>,
    metrics: Vec<Measurement<'static>>,
}

impl GroupReader<'_, '_> {
    fn read(&mut self, path: &[&str], value: &Value) {
        match value {
            Value::Object(_) if path.len() > MAX_DEPTH => {
                self.reject(path, "it is a group in too many groups");
            }
            Value::Object(group) => {
                let is_statistic = |key: &String| {
                    Statistic::from_name(key).is_some() || TYPICAL.contains(&key.as_str())
                };
                if !group.is_empty() && group.keys().all(is_statistic) {
                    return self.read_statistics(path, value);
                }
                for (key, value) in pairs(value) {
                    self.read(&[path, &[key]].concat(), value);
                }
            }
            leaf => match Quantity::of(leaf) {
                Some(it) => self.metrics.push(metric(&name_of(path), &it.unit, it.value)),
                None => self.reject(path, &format!("{leaf} is no number with a unit")),
            },
        }
    }

    /// `{"p50": "150ms", "p95": "450ms"}`: one metric, in the unit of its typical value.
    fn read_statistics(&mut self, path: &[&str], group: &Value) {
        let quantity = |key: &str| group.get(key).and_then(Quantity::of);
        let typical = TYPICAL.into_iter().find_map(|key| Some((key, quantity(key)?)));
        let first = || pairs(group).find_map(|(key, value)| Some((key, Quantity::of(value)?)));
        let Some((_, typical)) = typical.or_else(first) else {
            return self.reject(path, "none of its statistics is a number with a unit");
        };
        let unit = typical.unit.as_str();
        let mut measured = metric(&name_of(path), unit, typical.value);
        for (key, value) in pairs(group) {
            let Some(number) = Quantity::of(value).and_then(|it| it.in_unit(unit)) else {
                let cause = format!("{value} is no number in `{unit}`");
                self.reject(&[path, &[key]].concat(), &cause);
                continue;
            };
            if let Some(statistic) = Statistic::from_name(key) {
                measured = measured.statistic(statistic, number);
            }
        }
        self.metrics.push(measured);
    }

    fn reject(&mut self, path: &[&str], cause: &str) {
        let line = quantity::line_of(self.text, path);
        let reason = format!("`{}`: {cause}", path.join("."));
        self.sink.reject(line, &reason, quantity::REMEDY, &path.join("."));
    }
}

fn name_of(path: &[&str]) -> String {
    metric_name(&path.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IngestInput;
    use crate::test_support::read_text;

    const KPIS: &str = r#"{"api_response_time":{"p50":"150ms","p95":"0.45s","p99":"800ms"},
        "throughput":{"rps":1200,"success_rate":"99.9%"},"error_rate":{"4xx":"0.1%"},
        "memory":{"available":"7.8GB"}}"#;

    #[test]
    fn groups_name_the_metrics_and_percentiles_are_one() {
        let found = read_text(&FORMAT, KPIS);
        let metrics: Vec<(&str, Option<&str>, Option<f64>)> = found[0]
            .metrics
            .iter()
            .map(|it| (&*it.metric, it.unit.as_deref(), it.value.get()))
            .collect();
        let wanted = [
            ("api_response_time", Some("ms"), Some(150.0)),
            ("error_rate_4xx", Some("%"), Some(0.1)),
            ("memory_available", Some("GB"), Some(7.8)),
            ("throughput_rps", None, Some(1200.0)),
            ("throughput_success_rate", Some("%"), Some(99.9)),
        ];
        assert_eq!(metrics, wanted);
        let statistics = &found[0].metrics[0].statistics;
        assert!(statistics.contains(&(Statistic::P95, 450.0)), "{statistics:?}");
    }

    #[test]
    fn a_bad_value_is_rejected_and_its_neighbors_stay() {
        let text = "{\n\"cpu\": {\n\"user\": \"n/a\",\n\"idle\": \"20%\", \"system\": \"15%\"}}";
        let text = Text::new("told.json", text.as_bytes());
        assert!(recognizes(&text));
        let mut entries = Vec::new();
        let read = IngestInput::Text(text).read(&FORMAT, &mut |entry| entries.push(entry));
        let rejected = read.expect("it is of this format").rejected;
        assert_eq!((rejected.len(), rejected[0].problem.location.line), (1, 3));
        assert_eq!(rejected[0].problem.reason, "`cpu.user`: \"n/a\" is no number with a unit");
        assert_eq!(entries[0].metrics.len(), 2);
    }

    #[test]
    fn what_other_formats_write_is_not_recognized() {
        for text in [
            "{}",
            r#"{"a":{"latency":{"value":1}}}"#,
            r#"{"commit":"c","test":"t","backend":"rust","mean_ns":5}"#,
            r#"{"results":[{"command":"x","mean":0.5}],"took":{"all":"5ms"}}"#,
        ] {
            assert!(!recognizes(&Text::new("x", text.as_bytes())), "{text}");
        }
    }
}
