//! Go's benchmark format (golang.org/design/14313-benchmark-format, golang.org/x/perf/benchfmt):
//! configuration lines `key: value`, results `BenchmarkName-8 100 12.5 ns/op …`, `Unit` lines; also
//! inside the events of `go test -json`.
//!
//! Lines of one benchmark are its samples. `/k=v` in a name is a parameter, a last part that is a
//! whole number is `n`, `pkg` the suite. `-8` (GOMAXPROCS) and other configuration are fields where
//! they are the same all over the file and parameters where they vary. `MB/s` beside `ns/op` is the
//! same number turned over and stays a field. Lines that are neither are passed over, as Go says.

mod units;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::BenchmarkEntry;
use crate::formats::{Format, Reader};
use crate::name_syntax;
use crate::quantity::parse_number;
use crate::repeats::RepeatMerger;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::shorten;
use model::record::time::Timestamp;

use self::units::GoUnits;

pub const FORMAT: Format = Format {
    name: "go",
    tool: "go test -bench (also -json), and what benchstat reads",
    signature: "lines `Benchmark… <iterations> <value> <unit>`",
    yields: "time, memory, allocations, every other unit, samples; iterations, mb_per_s",
    backend: "go",
    reader: Reader::Text { recognizes, read },
};

/// The parameter or field of the `-8` behind a name.
const GOMAXPROCS: &str = "gomaxprocs";
/// Keys of configuration that are fields of a record whether they vary or not: its own name for
/// each. What `go test` prints that only looks like configuration has none and is left out.
const CONFIG_FIELDS: [(&str, &str); 9] = [
    ("goos", "os"),
    ("goarch", "arch"),
    ("cpu", "cpu"),
    ("toolchain", "go"),
    ("coverage", ""),
    ("testing", ""),
    ("warning", ""),
    ("panic", ""),
    ("error", ""),
];

fn recognizes(text: &Text) -> bool {
    let told = |line: &str| GoResultLine::parse(line).is_some_and(|told| told.values.is_ok());
    text.lines().any(|(_, line)| told(line)) || is_events(&text.text)
}

/// `go test -json`: an event a line, benchmarks among what was put out.
fn is_events(text: &str) -> bool {
    text.starts_with('{') && text.contains("\"Action\":\"") && text.contains("ns/op")
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let told = if is_events(&text.text) {
        event_output(&text.text).into()
    } else {
        Cow::Borrowed(&*text.text)
    };
    let mut config: BTreeMap<&str, &str> = BTreeMap::new();
    let mut units = GoUnits::default();
    let mut repeats = RepeatMerger::default();
    for (number, line) in told.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if let Some((_, name)) = line.split_once("--- FAIL: Benchmark") {
            let name = name.split_whitespace().next().unwrap_or(name);
            repeats.add(entry_named(name, &config).failed("the benchmark failed"));
        } else if let Some(told) = GoResultLine::parse(line) {
            match told.values {
                Ok(values) => repeats.add(units.with_metrics(
                    entry_named(told.name, &config),
                    told.iterations,
                    &values,
                )),
                Err(reason) => sink.reject(number, reason, "values and units come in pairs", line),
            }
        } else if let Some(rest) = line.strip_prefix("Unit ") {
            if let Err(reason) = units.declare(rest) {
                sink.remark(format!("line {number}: {reason}"));
            }
        } else if let Some((key, value)) = configuration(line) {
            match value {
                "" => config.remove(key),
                value => config.insert(key, value),
            };
        }
    }
    let mut entries = repeats.entries();
    settle_config(&mut entries);
    entries.into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

/// The output inside events, each package's on its own, for packages run side by side.
fn event_output(text: &str) -> String {
    let mut outputs: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        if let (Some("output"), Some(output)) = (text("Action"), text("Output")) {
            outputs
                .entry(text("Package").unwrap_or_default().to_owned())
                .or_default()
                .push_str(output);
        }
    }
    let mut all = String::new();
    for (package, output) in outputs {
        all.push_str(&format!("pkg: {package}\n{output}\n"));
    }
    all
}

/// A result line: name without `Benchmark`, iterations, values and their units.
struct GoResultLine<'a> {
    name: &'a str,
    iterations: u64,
    values: Result<Vec<(f64, &'a str)>, &'static str>,
}

impl<'a> GoResultLine<'a> {
    /// None where the line is no result: another word, a name alone, no number of iterations.
    fn parse(line: &'a str) -> Option<Self> {
        let mut words = line.strip_prefix("Benchmark")?.split_ascii_whitespace();
        let name = if line.as_bytes().get(9)?.is_ascii_whitespace() { "" } else { words.next()? };
        let iterations = words.next()?.parse().ok()?;
        let words: Vec<&str> = words.collect();
        let mut values = Vec::new();
        for pair in words.chunks(2) {
            match pair {
                [value, unit] => match parse_number(value) {
                    Some(value) => values.push((value, *unit)),
                    None if values.is_empty() => return None,
                    None => {
                        return Some(Self {
                            name,
                            iterations,
                            values: Err("a value is no number"),
                        });
                    }
                },
                _ if values.is_empty() => return None,
                _ => return Some(Self { name, iterations, values: Err("a value has no unit") }),
            }
        }
        (!values.is_empty()).then_some(Self { name, iterations, values: Ok(values) })
    }
}

/// Key and value of a configuration line: the key begins with a small letter and holds neither
/// space nor capital; blanks part it from its value; none of that is no configuration.
fn configuration(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let begins = key.chars().next()?.is_lowercase();
    if !begins || key.chars().any(|c| c.is_whitespace() || c.is_uppercase()) {
        return None;
    }
    let apart = value.is_empty() || value.starts_with([' ', '\t']);
    apart.then(|| (key, value.trim()))
}

/// The benchmark of this name under this configuration; all of it parameters for now.
fn entry_named(name: &str, config: &BTreeMap<&str, &str>) -> BenchmarkEntry {
    let (whole, processes) = match name.rsplit_once('-') {
        Some((whole, digits)) if name_syntax::is_whole(digits) => (whole, Some(digits)),
        _ => (name, None),
    };
    let mut params: BTreeMap<String, String> = BTreeMap::new();
    let mut parts = Vec::new();
    for part in whole.split('/') {
        match part.split_once('=').filter(|(key, _)| name_syntax::is_key(key)) {
            Some((key, value)) if !parts.is_empty() && !params.contains_key(key) => {
                params.insert(key.to_owned(), value.to_owned());
            }
            _ => parts.push(part),
        }
    }
    let sized = parts.len() > 1
        && !["n", "N"].iter().any(|key| params.contains_key(*key))
        && parts.last().is_some_and(|it| name_syntax::is_whole(it));
    let size = if sized { parts.pop() } else { None };
    params.extend(size.map(|size| ("n".to_owned(), size.to_owned())));
    let suite = config.get("pkg").copied().unwrap_or_default();
    let mut entry = BenchmarkEntry {
        name: format!("Benchmark{whole}"),
        ..BenchmarkEntry::of(suite, parts.join("/"))
    };
    for (name, value) in params {
        entry = name_syntax::add_parameter(entry, &name, &value);
    }
    let config = config.iter().filter(|(key, _)| **key != "pkg").map(|(key, value)| (*key, *value));
    for (key, value) in config.chain(processes.map(|it| (GOMAXPROCS, it))) {
        entry = with_config(entry, key, value);
    }
    entry
}

fn with_config(mut entry: BenchmarkEntry, key: &str, value: &str) -> BenchmarkEntry {
    match key {
        "commit" if is_commit(value) => entry.run.commit = Some(value.to_owned()),
        "branch" => entry.run.branch = Some(value.to_owned()),
        "commit-time" => entry.run.commit_time = Timestamp::parse(value).ok(),
        _ => match CONFIG_FIELDS.iter().find(|(known, _)| *known == key) {
            Some((_, "")) => {}
            Some((_, field)) => return entry.field(field, value),
            None => {
                let key = format!("{CONFIG_MARK}{key}");
                entry.params.insert(key, shorten(value, MAX_CONFIG_VALUE).into_owned());
            }
        },
    }
    entry
}

/// Marks parameters that come from configuration until it is known whether they vary; no name
/// from a file holds it, for lines end there.
const CONFIG_MARK: &str = "\n";
/// Longest value of configuration that tells benchmarks apart, in characters.
const MAX_CONFIG_VALUE: usize = 200;

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Configuration that is the same in all entries becomes a field, the rest stays a parameter.
fn settle_config(entries: &mut [BenchmarkEntry]) {
    let mut same: BTreeMap<String, String> = match entries.first() {
        Some(first) => first.params.clone(),
        None => return,
    };
    same.retain(|key, value| {
        key.starts_with(CONFIG_MARK) && entries.iter().all(|it| it.params.get(key) == Some(value))
    });
    for entry in entries {
        let mut params = BTreeMap::new();
        for (key, value) in std::mem::take(&mut entry.params) {
            match key.strip_prefix(CONFIG_MARK) {
                Some(name) if same.contains_key(&key) => {
                    let number = value.parse::<u64>().ok().filter(|_| name == GOMAXPROCS);
                    let value = number.map_or_else(|| Value::from(value), Value::from);
                    entry.fields.entry(name.to_owned()).or_insert(value);
                }
                Some(name) if !params.contains_key(name) => {
                    params.insert(name.to_owned(), value);
                }
                Some(name) => {
                    params.insert(format!("{name}_2"), value);
                }
                None => {
                    params.insert(key, value);
                }
            }
        }
        entry.params = params;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{ALLOCATIONS, BANDWIDTH, MEMORY, MeasurementExt as _, metric};
    use crate::test_support::read_text;
    use model::record::{Direction, TIME_METRIC};

    fn only(text: &str) -> BenchmarkEntry {
        let mut found = read_text(&FORMAT, text);
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    #[test]
    fn processors_are_a_field_until_they_vary() {
        let one =
            only("BenchmarkA-8 10 1 ns/op\nBenchmarkA-8 10 2 ns/op\nBenchmarkA-8 12 3 ns/op\n");
        assert_eq!(one.metrics[0].samples, [1.0, 2.0, 3.0]);
        assert_eq!(one.fields[GOMAXPROCS], 8);
        assert_eq!(one.fields["iterations"], serde_json::json!([10, 10, 12]));
        let two = read_text(&FORMAT, "BenchmarkA 10 1 ns/op\nBenchmarkA-4 10 2 ns/op\n");
        assert!(two[0].params.is_empty() && !two[0].fields.contains_key(GOMAXPROCS));
        assert_eq!(two[1].params[GOMAXPROCS], "4");
    }

    #[test]
    fn names_hold_parameters() {
        let it = only("pkg: a.b/c\nBenchmarkEncode/format=json/part/size=1k/n=20-8 1 1 ns/op");
        assert_eq!((&*it.suite, &*it.test, it.n), ("a.b/c", "Encode/part", Some(20)));
        assert_eq!((&*it.params["format"], &*it.params["size"]), ("json", "1k"));
        assert_eq!(it.name, "BenchmarkEncode/format=json/part/size=1k/n=20");
        let it = only("BenchmarkX/run-[]string{\"a=b\"}/100 1 1 ns/op");
        assert_eq!((&*it.test, it.n, it.params.len()), ("X/run-[]string{\"a=b\"}", Some(100), 0));
    }

    #[test]
    fn units_are_told_and_tell_directions() {
        let it = only(
            "Unit hits better=higher\n\
             BenchmarkA 1 2 ns/op 3 MB/s 4 B/op 5 allocs/op 6 hits 7 p99-ns\n",
        );
        let names: Vec<&str> = it.metrics.iter().map(|it| &*it.metric).collect();
        assert_eq!(names, [TIME_METRIC, MEMORY, ALLOCATIONS, "hits", "p99_ns"]);
        assert_eq!(it.metrics[3].direction, Some(Direction::Higher));
        assert_eq!(it.metrics[4].unit.as_deref(), Some("ns"));
        assert_eq!(it.fields["mb_per_s"], 3.0);
        let alone = only("BenchmarkA 1 3 MB/s");
        let rate = metric(BANDWIDTH, "MB/s", 3.0).direction(Direction::Higher);
        assert_eq!(alone.metrics, [rate]);
    }

    #[test]
    fn failures_and_odd_lines_are_told() {
        let found =
            read_text(&FORMAT, "BenchmarkA-8 1 2 ns/op\n--- FAIL: BenchmarkB-8\n    x.go:1: no\n");
        assert!(found[1].error.is_some() && found[1].test == "B");
        let text = Text::new("x", b"BenchmarkA-8 1 2 ns/op\nBenchmarkA-8 1 2 ns/op x B/op\n");
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!((sink.rejected.len(), sink.rejected[0].problem.location.line), (1, 2));
    }

    #[test]
    fn events_hold_the_same() {
        let text = r#"{"Time":"2024-01-01T00:00:00Z","Action":"start","Package":"a/b"}
{"Action":"output","Package":"a/b","Output":"goos: linux\n"}
{"Action":"output","Package":"a/b","Test":"BenchmarkX","Output":"BenchmarkX-8   \t"}
{"Action":"output","Package":"a/b","Test":"BenchmarkX","Output":"     295\t   4052123 ns/op\n"}
"#;
        let it = only(text);
        assert_eq!(
            (&*it.suite, &*it.test, it.metrics[0].value.get()),
            ("a/b", "X", Some(4_052_123.0))
        );
        assert_eq!(it.fields["os"], "linux");
    }
}
