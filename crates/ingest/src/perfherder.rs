//! Mozilla's Perfherder: its JSON, or a log with lines `PERFHERDER_DATA: {…}`. One entry for each
//! suite that has a value, one for each subtest; replicates are samples. Lower is better unless the
//! file says no. Extra options of a suite are the parameter `options`.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{list, number, numbers, text as word, to_plain_text};
use crate::parse::unit as units;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Direction;

pub(crate) const FORMAT: Format = Format {
    name: "perfherder",
    tool: "Mozilla Perfherder JSON, or a log with PERFHERDER_DATA",
    signature: "`framework` and `suites`, or a line `PERFHERDER_DATA: {…}`",
    yields: "time, throughput, size or value by the unit (samples); framework, options as parameter",
    backend: "browser",
    reader: Reader::Text { recognizes, read },
};

const MARK: &str = "PERFHERDER_DATA: ";

fn recognizes(text: &Text) -> bool {
    match text.json() {
        Some(file) => {
            file.get("framework").is_some() && file.get("suites").is_some_and(Value::is_array)
        }
        None => {
            let marks = ["PERFHERDER_DATA: {", "\"suites\""];
            text.lines().any(|(_, line)| marks.iter().all(|mark| line.contains(mark)))
        }
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if let Some(file) = text.json() {
        if !file.get("suites").is_some_and(Value::is_array) {
            return Err(InputError::whole("no list `suites`"));
        }
        take_blob(file, sink);
        return Ok(());
    }
    for (place, line) in text.lines() {
        let Some((_, json)) = line.split_once(MARK) else { continue };
        match serde_json::from_str(json) {
            Ok(file) => take_blob(&file, sink),
            Err(error) => {
                let remedy = "let the job write the line whole";
                sink.reject(place, &format!("not JSON: {error}"), remedy, line);
            }
        }
    }
    Ok(())
}

fn take_blob(file: &Value, sink: &mut EntrySink<'_>) {
    let framework = file.get("framework").map(|it| word(it, "name")).unwrap_or_default();
    for suite in list(file, "suites") {
        let name = word(suite, "name");
        let options: Vec<String> = list(suite, "extraOptions").iter().map(to_plain_text).collect();
        let about = |mut entry: BenchmarkEntry| {
            if !options.is_empty() {
                entry = entry.param("options", options.join(" "));
            }
            entry.field("framework", framework)
        };
        if suite.get("value").is_some() {
            sink.entry(about(with_measurement(BenchmarkEntry::named(name), suite, suite)));
        }
        for subtest in list(suite, "subtests") {
            let entry = BenchmarkEntry::of(name, word(subtest, "name"));
            sink.entry(about(with_measurement(entry, subtest, suite)));
        }
    }
}

/// A value with its unit and direction, else those of its suite.
fn with_measurement(entry: BenchmarkEntry, subtest: &Value, suite: &Value) -> BenchmarkEntry {
    let Some(value) = number(subtest, "value") else {
        return entry.failed("Perfherder reports no value");
    };
    let unit = match word(subtest, "unit") {
        "" => word(suite, "unit"),
        unit => unit,
    };
    let lower = subtest.get("lowerIsBetter").or_else(|| suite.get("lowerIsBetter"));
    let better = match lower.and_then(Value::as_bool) {
        Some(false) => Direction::Higher,
        _ => Direction::Lower,
    };
    let samples = numbers(list(subtest, "replicates"));
    entry.metric(metric(units::metric(unit), unit, value).direction(better).samples(samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn subtests_take_what_their_suite_says() {
        let text = r#"{"framework":{"name":"talos"},"suites":[{"name":"s","unit":"score","lowerIsBetter":false,
            "extraOptions":["e10s"],"subtests":[{"name":"a","value":2,"replicates":[1,3]},
             {"name":"b"}]}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[0].params["options"]), ("s", "e10s"));
        assert_eq!(
            (found[0].metrics[0].direction, &found[0].metrics[0].samples[..]),
            (Some(Direction::Higher), &[1.0, 3.0][..])
        );
        assert!(found[1].error.is_some());
    }
}
