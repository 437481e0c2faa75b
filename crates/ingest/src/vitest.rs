//! `vitest bench --outputJson`: files of groups of benchmarks; before 1.0, `testResults` by group.
//! Milliseconds. Suite is the group's whole name (`file > describe`). Operations a second are the
//! mean turned over and are left out.

use serde_json::Value;

use crate::entry::BenchmarkEntry;
use crate::format::{Format, Reader};
use crate::json::{list, pairs, text as word};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use crate::tinybench;

pub(crate) const FORMAT: Format = Format {
    name: "vitest",
    tool: "vitest bench --outputJson",
    signature: "`files` of `groups` of `benchmarks`, or `testResults` with `hz`",
    yields: "time (mean, std, median, min, max, p75, p99, p99.9, lower, upper, samples); sample_count",
    backend: "typescript",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let Some(file) = text.json() else { return false };
    let first = |value: &'_ Value, key: &str| value.get(key).and_then(|it| it.get(0)).cloned();
    let group = first(file, "files").and_then(|it| first(&it, "groups"));
    group.is_some_and(|it| it.get("benchmarks").is_some())
        || results(file).any(|(_, all)| all.iter().any(|it| it.get("hz").is_some()))
}

/// Groups of the older shape: an object of lists, or a list of named lists.
fn results(file: &Value) -> impl Iterator<Item = (&str, &[Value])> {
    let told = file.get("testResults").unwrap_or(&Value::Null);
    let named =
        pairs(told).map(|(name, all)| (name, all.as_array().map_or(&[][..], Vec::as_slice)));
    let listed = told.as_array().into_iter().flatten().map(|group| {
        let name = ["fullName", "name", "filepath"].into_iter().map(|key| word(group, key));
        let name = name.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        let all = ["benchmarks", "assertionResults"].into_iter().map(|key| list(group, key));
        (name, all.into_iter().find(|it| !it.is_empty()).unwrap_or_default())
    });
    named.chain(listed)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let file = text.value()?;
    let groups = list(file, "files").iter().flat_map(|file| list(file, "groups"));
    let groups = groups.map(|group| (word(group, "fullName"), list(group, "benchmarks")));
    for (suite, benchmarks) in groups.chain(results(file)) {
        for benchmark in benchmarks {
            sink.entry(entry(suite, benchmark));
        }
    }
    Ok(())
}

fn entry(suite: &str, benchmark: &Value) -> BenchmarkEntry {
    let mut entry = BenchmarkEntry::of(suite, word(benchmark, "name"));
    entry.name =
        if suite.is_empty() { entry.test.clone() } else { format!("{suite} > {}", entry.test) };
    entry = entry.field("sample_count", benchmark.get("sampleCount").cloned());
    match tinybench::latency(benchmark, "ms") {
        Some(time) => entry.metric(time),
        None => entry.failed("vitest reports no mean"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn the_older_shape_is_read_too() {
        let text = r#"{"testResults":{"a > b":[{"name":"x","mean":0.5,"hz":2000,"median":0.25},{"name":"y","hz":0}]}}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, found[0].metrics[0].value.get()), ("a > b", Some(0.5)));
        assert_eq!((&*found[1].name, found[1].error.is_some()), ("a > b > y", true));
    }
}
