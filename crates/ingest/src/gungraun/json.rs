//! Summaries in JSON of gungraun and iai-callgrind (`--output-format=json`, `--save-summary`): one
//! a line or over many, with other output between; schema versions 1 to 6.
//!
//! Totals are read, not the parts that threads and processes had; what an earlier run had is left
//! alone. A tool without numbers, as massif, is skipped with a remark. A summary that
//! breaks off is rejected, those after it are read.

use serde_json::{Map, Value};

use crate::entry::BenchmarkEntry;
use crate::format::{Format, Reader};
use crate::gungraun::{add_metric, entry_named};
use crate::json::Number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "gungraun",
    tool: "gungraun and iai-callgrind: summaries in JSON",
    signature: "objects with `module_path`, `function_name` and `profiles` or `callgrind_summary`",
    yields: "every count, size and rate of Valgrind's tools",
    backend: "rust",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let text = &text.text;
    let profiled = ["\"profiles\"", "\"callgrind_summary\""].iter().any(|it| text.contains(it));
    profiled && ["\"module_path\"", "\"function_name\""].iter().all(|it| text.contains(it))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let all = text.text.as_str();
    let (mut at, mut number) = (0, 0);
    let mut entries = Vec::new();
    while at < all.len() {
        let end = all[at..].find('\n').map_or(all.len(), |length| at + length + 1);
        let line = all[at..end].trim_start();
        number += 1;
        if !line.starts_with('{') {
            at = end;
            continue;
        }
        let start = end - line.len();
        let mut values = serde_json::Deserializer::from_str(&all[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let read = start + values.byte_offset();
                entries.extend(summary_entry(&value, number, sink));
                number += all[at..read].matches('\n').count().saturating_sub(1);
                // What follows on the same line is no summary.
                at = all[read..].find('\n').map_or(all.len(), |length| read + length + 1);
                number += usize::from(all[start..read].contains('\n'));
            }
            _ => {
                let opening: String = all[start..].chars().take(OPENING_CHARS).collect();
                if opening.contains("\"baselines\"") || opening.contains("\"module_path\"") {
                    let remedy = "run the benchmark again; a stopped run leaves summaries cut off";
                    sink.reject(number, "a summary breaks off", remedy, line.trim_end());
                }
                at = end;
            }
        }
    }
    entries.into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

/// Within so many characters a summary names its first fields.
const OPENING_CHARS: usize = 200;

/// The entry of a summary; none for another object, or one without numbers.
fn summary_entry(summary: &Value, line: usize, sink: &mut EntrySink<'_>) -> Option<BenchmarkEntry> {
    let text = |name: &str| summary.get(name).and_then(Value::as_str).unwrap_or_default();
    let (module, function) = (text("module_path"), text("function_name"));
    if module.is_empty() && function.is_empty() {
        return None;
    }
    // Before version 3 the path did not hold the function.
    let path = match module.rsplit("::").next() {
        Some(last) if last == function || function.is_empty() => module.to_owned(),
        _ => format!("{module}::{function}"),
    };
    let mut entry = entry_named(&path, text("id"), text("details"));
    entry = entry.field("summary_version", text("version"));
    let profiles = summary.get("profiles").and_then(Value::as_array).into_iter().flatten();
    let older = [("callgrind", "callgrind_summary")];
    let older = older.iter().filter_map(|(tool, name)| Some((*tool, summary.get(*name)?)));
    let tools = summary.get("tool_summaries").and_then(Value::as_array).into_iter().flatten();
    let named_tools = |it| (Value::get(it, "tool").and_then(Value::as_str).unwrap_or_default(), it);
    let mut silent = Vec::new();
    for (tool, profile) in profiles.chain(tools).map(named_tools).chain(older) {
        let before = entry.metrics.len();
        add_profile(&mut entry, tool, profile);
        if entry.metrics.len() == before && !profile.is_null() {
            silent.push(tool);
        }
    }
    for tool in &silent {
        sink.remark(format!(
            "{} reports no numbers of this run",
            if tool.is_empty() { "a tool" } else { tool }
        ));
    }
    if !entry.metrics.is_empty() {
        return Some(entry);
    }
    if silent.is_empty() {
        sink.reject(line, "this summary holds no numbers", "leave it out", &entry.name);
    }
    None
}

/// The totals of one tool, wherever its schema has them.
fn add_profile(entry: &mut BenchmarkEntry, tool: &str, profile: &Value) {
    const TOTALS: [&str; 5] = [
        "/summaries/total/summary",
        "/callgrind_run/total/summary",
        "/summaries/0/events",
        "/summaries/0/details",
        "/total/summary",
    ];
    let Some(totals) = TOTALS.iter().find_map(|place| profile.pointer(place)) else { return };
    let Some(totals) = totals.as_object() else { return };
    // Version 6 puts the tool's name around its metrics.
    let inside = totals.values().next().and_then(Value::as_object);
    let inside = inside.filter(|it| totals.len() == 1 && !is_metric(it));
    for (label, told) in inside.unwrap_or(totals) {
        if let Some(value) = newest_value(told) {
            add_metric(entry, tool, label, value);
        }
    }
}

fn is_metric(metric_json: &Map<String, Value>) -> bool {
    ["metrics", "costs", "new"].iter().any(|name| metric_json.contains_key(*name))
}

/// The value of this run: the left one, the first of both, or the new.
fn newest_value(metric_json: &Value) -> Option<f64> {
    let costs = metric_json.get("metrics").or_else(|| metric_json.get("costs"));
    let value = match costs {
        Some(costs) => costs.get("Left").or_else(|| costs.get("Both")?.get(0))?,
        None => metric_json.get("new")?,
    };
    let typed = ["Int", "Float"].iter().find_map(|name| value.get(*name));
    Number::of(typed.unwrap_or(value)).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn older_schemas_are_read_too() {
        let text = r#"{"version":"1","module_path":"a::b","function_name":"f","id":"short",
         "details":"10",
            "callgrind_summary":{"summaries":[{"events":{"Ir":{"new":1734,"old":null},
             "L1hits":{"new":2,"old":1}}}]},
            "tool_summaries":[]}"#;
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].suite, &*found[0].test, found[0].n), ("a::b", "f", Some(10)));
        assert_eq!(found[0].params["id"], "short");
        let told: Vec<_> =
            found[0].metrics.iter().map(|it| (&*it.metric, it.value.get().unwrap())).collect();
        assert_eq!(told, [("instructions", 1734.0), ("l1_hits", 2.0)]);
    }

    #[test]
    fn a_summary_that_breaks_off_is_refused_at_its_line() {
        let whole = r#"{"module_path":"a::f","function_name":"f","profiles":[{"tool":"DHAT",
         "summaries":{"total":{"summary":{"Dhat":{"TotalBytes":{"metrics":{"Both":[{"Int":8},
         {"Int":9}]}}}}}}}]}"#;
        let text = format!("running\n{{\n\"baselines\": [\n{whole}\nnoise\n{{\n\"module_path\":\n");
        let text = Text::new("x", text.as_bytes());
        let mut found = Vec::new();
        let mut take = |entry| found.push(entry);
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        let lines: Vec<u32> = sink.rejected.iter().map(|it| it.problem.location.line).collect();
        assert_eq!(lines, [2, 8]);
        assert_eq!((found.len(), found[0].metrics[0].value.get()), (1, Some(8.0)));
    }
}
