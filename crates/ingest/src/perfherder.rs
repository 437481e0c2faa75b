//! Mozilla's Perfherder: its JSON, or a log with lines `PERFHERDER_DATA: {…}`. One entry for each
//! suite that has a value, one for each subtest; replicates are samples. Lower is better unless the
//! file says no. Extra options of a suite are the parameter `options`.

use serde_json::Value;

use crate::entry::{self, Entry, Told, metric};
use crate::formats::{Format, Reader};
use crate::json::{list, number, numbers, plain, text as word};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::Direction;

pub const FORMAT: Format = Format {
    name: "perfherder",
    tool: "Mozilla Perfherder JSON, or a log with PERFHERDER_DATA",
    mark: "`framework` and `suites`, or a line `PERFHERDER_DATA: {…}`",
    yields: "time, throughput, size or value by the unit (samples); framework, options as parameter",
    backend: "browser",
    reader: Reader::Text { is, read },
};

const MARK: &str = "PERFHERDER_DATA: ";

fn is(text: &Text) -> bool {
    match text.json() {
        Some(file) => {
            file.get("framework").is_some() && file.get("suites").is_some_and(Value::is_array)
        }
        None => text.text.contains("PERFHERDER_DATA: {"),
    }
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    if let Some(file) = text.json() {
        if !file.get("suites").is_some_and(Value::is_array) {
            return Err(Fault::whole("no list `suites`"));
        }
        blob(file, sink);
        return Ok(());
    }
    for (place, line) in text.lines() {
        let Some((_, json)) = line.split_once(MARK) else { continue };
        match serde_json::from_str(json) {
            Ok(file) => blob(&file, sink),
            Err(error) => {
                let remedy = "let the job write the line whole";
                sink.refuse(place, &format!("not JSON: {error}"), remedy, line);
            }
        }
    }
    Ok(())
}

fn blob(file: &Value, sink: &mut Sink<'_>) {
    let framework = file.get("framework").map(|it| word(it, "name")).unwrap_or_default();
    for suite in list(file, "suites") {
        let name = word(suite, "name");
        let options: Vec<String> = list(suite, "extraOptions").iter().map(plain).collect();
        let about = |mut entry: Entry| {
            if !options.is_empty() {
                entry = entry.param("options", options.join(" "));
            }
            entry.field("framework", framework)
        };
        if suite.get("value").is_some() {
            sink.entry(about(measured(Entry::named(name), suite, suite)));
        }
        for subtest in list(suite, "subtests") {
            let entry = Entry::of(name, word(subtest, "name"));
            sink.entry(about(measured(entry, subtest, suite)));
        }
    }
}

/// A value with its unit and direction, else those of its suite.
fn measured(entry: Entry, told: &Value, suite: &Value) -> Entry {
    let Some(value) = number(told, "value") else {
        return entry.failed("Perfherder tells no value");
    };
    let unit = match word(told, "unit") {
        "" => word(suite, "unit"),
        unit => unit,
    };
    let lower = told.get("lowerIsBetter").or_else(|| suite.get("lowerIsBetter"));
    let better = match lower.and_then(Value::as_bool) {
        Some(false) => Direction::Higher,
        _ => Direction::Lower,
    };
    let samples = numbers(list(told, "replicates"));
    entry.metric(metric(entry::metric_of(unit), unit, value).better(better).samples(samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::read_text;

    #[test]
    fn subtests_take_what_their_suite_says() {
        let text = r#"{"framework":{"name":"talos"},"suites":[{"name":"s","unit":"score","lowerIsBetter":false,
            "extraOptions":["e10s"],"subtests":[{"name":"a","value":2,"replicates":[1,3]},
             {"name":"b"}]}]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[0].params["options"]), ("s", "e10s"));
        assert_eq!(
            (found[0].metrics[0].better, &found[0].metrics[0].samples[..]),
            (Some(Direction::Higher), &[1.0, 3.0][..])
        );
        assert!(found[1].error.is_some());
    }
}
