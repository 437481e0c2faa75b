//! What Python's tracemalloc and psutil measure of a function, as scripts write it down:
//! `{"memory_used": 4096, "peak_memory": 9216, "result": …}`; one, a list, or one for each name.
//!
//! Bytes. `memory_used` is the resident memory after the call less that before: where the process
//! gave memory back it is below zero, which is no use of memory and is rejected.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, metric};
use crate::format::{Format, Reader};
use crate::json::{mostly, pairs, text as word};
use crate::parse::quantity::{self, Quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "tracemalloc",
    tool: "Python scripts with tracemalloc and psutil",
    signature: "`memory_used` and `peak_memory` in one object, a list of them, or one for each name",
    yields: "memory_used, peak_memory",
    backend: "python",
    reader: Reader::Text { recognizes, read },
};

const METRICS: [&str; 2] = ["memory_used", "peak_memory"];

fn is_result(value: &Value) -> bool {
    value.is_object() && METRICS.iter().all(|name| value.get(name).is_some())
}

fn recognizes(text: &Text) -> bool {
    match text.json() {
        Some(Value::Array(all)) => mostly(all, is_result),
        Some(file) if is_result(file) => file.get("test").is_none() || file.get("commit").is_none(),
        Some(Value::Object(all)) => !all.is_empty() && all.values().all(is_result),
        _ => false,
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    match text.value()? {
        Value::Array(all) => all.iter().for_each(|one| read_result(text, &[], one, sink)),
        file if is_result(file) => read_result(text, &[], file, sink),
        file => pairs(file).for_each(|(name, one)| read_result(text, &[name], one, sink)),
    }
    Ok(())
}

/// One function's memory. `path` is the key of the result: its name.
fn read_result(text: &Text, path: &[&str], result: &Value, sink: &mut EntrySink<'_>) {
    let names = ["test", "name", "function", "benchmark"].map(|key| word(result, key));
    let stated = names.into_iter().find(|name| !name.is_empty());
    let Some(name) = path.first().copied().or(stated).or(Some("tracemalloc")) else { return };
    if name == "tracemalloc" {
        sink.remark("the file names no function: name it by --set test=NAME");
    }
    let mut entry = BenchmarkEntry::named(name);
    for key in METRICS {
        let Some(value) = result.get(key) else { continue };
        let bytes = Quantity::of(value).and_then(|it| it.in_unit("B"));
        let cause = match bytes {
            Some(bytes) if bytes >= 0.0 => {
                entry = entry.metric(metric(key, "B", bytes));
                continue;
            }
            Some(_) => "is below zero: the process gave memory back",
            None => "is no number of bytes",
        };
        let path = [path, &[key]].concat();
        let line = quantity::line_of(&text.text, &path);
        let reason = format!("`{}`: {value} {cause}", path.join("."));
        sink.reject(line, &reason, "measure it again, in a new process", &value.to_string());
    }
    let failed = entry.metrics.is_empty();
    sink.entry(if failed { entry.failed("no memory was measured") } else { entry });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IngestInput;
    use crate::test_support::read_text;

    #[test]
    fn one_result_a_list_and_named_ones_are_read() {
        let one = r#"{"memory_used":4096,"peak_memory":9216,"result":null}"#;
        let found = read_text(&FORMAT, one);
        assert_eq!((&*found[0].test, found[0].metrics.len()), ("tracemalloc", 2));
        assert_eq!(found[0].metrics[1].value.get(), Some(9216.0));
        let named = read_text(&FORMAT, &format!(r#"{{"parse":{one},"print":{one}}}"#));
        let names: Vec<&str> = named.iter().map(|it| &*it.test).collect();
        assert_eq!(names, ["parse", "print"]);
        let listed = r#"[{"name":"sort","memory_used":"4.5 KiB","peak_memory":"1MB"}]"#;
        let listed = read_text(&FORMAT, listed);
        assert_eq!(listed[0].metrics[0].value.get(), Some(4608.0));
    }

    #[test]
    fn memory_given_back_is_rejected_and_the_peak_stays() {
        let text = "{\"a\": {\n\"memory_used\": -4096,\n\"peak_memory\": 9216}}";
        let input = IngestInput::Text(Text::new("told.json", text.as_bytes()));
        let mut entries = Vec::new();
        let read = input.read(&FORMAT, &mut |entry| entries.push(entry));
        let rejected = read.expect("it is of this format").rejected;
        assert_eq!(rejected[0].problem.location.line, 2);
        assert_eq!(entries[0].metrics.len(), 1);
    }
}
