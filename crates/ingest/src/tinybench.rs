//! tinybench 2 to 6: the tasks (`name`, `result`) or the table of `bench.table()`, as JSON or as
//! `console.table` draws it.
//!
//! Time is the latency, in milliseconds (tasks) or in the unit of the table's heading. Throughput
//! is the same turned over and is left out. Tables of 4 and later are rounded by tinybench; tasks
//! tell more. A list of results alone names no benchmark and is rejected.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::json::{list, mostly, number, numbers, pairs, text as word, to_plain_text};
use crate::parse::number::parse_quantity;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "tinybench",
    tool: "tinybench: bench.tasks or bench.table() as JSON; console.table of it",
    signature: "a list of `name` and `result`, or rows with `Task name`",
    yields: "time (mean, std, median, min, max, p75, p99, p99.9, lower, upper, samples); sample_count",
    backend: "javascript",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    if text.lines().any(|(_, line)| drawn_heading(line).is_some()) {
        return true;
    }
    let all = text.json().and_then(Value::as_array).into_iter().flatten();
    let own = ["latency", "mean", "hz", "samples", "totalTime", "period", "error", "state"];
    let is_result = |it: &Value| own.iter().any(|key| it.get(*key).is_some());
    let is_column = |(heading, _): (&str, &Value)| {
        ["avg", "average", "ops", "error"].iter().any(|it| heading.to_lowercase().contains(it))
    };
    mostly(all, |it| {
        let is_row = task_name(it).is_some() && pairs(it).any(is_column);
        is_row || (it.get("name").is_some() && it.get("result").is_some_and(is_result))
    })
}

/// The first column of the table, by any of its headings.
fn task_name(row: &Value) -> Option<&str> {
    row.get("Task name").or_else(|| row.get("Task Name")).and_then(Value::as_str)
}

/// The columns of a table that `console.table` draws: `│ (index) │ Task name │ Latency avg (ns) │`.
fn drawn_heading(line: &str) -> Option<Vec<String>> {
    let cells = drawn_cells(line)?;
    let names_tasks = cells.iter().any(|cell| cell.eq_ignore_ascii_case("task name"));
    let is_timed = cells.iter().any(|cell| cell.contains("ops/s") || cell.contains("(ns)"));
    (names_tasks && is_timed).then_some(cells)
}

fn drawn_cells(line: &str) -> Option<Vec<String>> {
    let inside = line.trim().strip_prefix('│')?.strip_suffix('│')?;
    Some(inside.split('│').map(|cell| cell.trim().to_owned()).collect())
}

/// A cell as a value: Node quotes texts, and leaves numbers bare.
fn drawn_value(cell: &str) -> Value {
    let inside = ['\'', '"', '`']
        .into_iter()
        .find_map(|quote| cell.strip_prefix(quote).and_then(|cell| cell.strip_suffix(quote)));
    match (inside, cell.parse::<f64>()) {
        (Some(text), _) => Value::from(text.replace("\\n", "\n").replace("\\'", "'")),
        (None, Ok(number)) => Value::from(number),
        (None, Err(_)) => Value::from(cell),
    }
}

fn read_drawn(text: &Text, sink: &mut EntrySink<'_>) {
    let mut open: Option<Vec<String>> = None;
    for (place, line) in text.lines() {
        if let Some(heading) = drawn_heading(line) {
            open = Some(heading);
            continue;
        }
        let (Some(heading), Some(cells)) = (&open, drawn_cells(line)) else { continue };
        let values = heading.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
        let row: Value = values.map(|(name, cell)| (name.clone(), drawn_value(cell))).collect();
        match task_name(&row).filter(|_| cells.len() == heading.len()) {
            Some(name) => sink.entry(table_entry(name, &row)),
            None => sink.reject(place, "a row without a task", "print the table again", line),
        }
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if text.lines().any(|(_, line)| drawn_heading(line).is_some()) {
        read_drawn(text, sink);
        return Ok(());
    }
    let Some(all) = text.value()?.as_array() else {
        return Err(InputError::whole("not a list of tasks"));
    };
    for (place, item) in all.iter().enumerate() {
        if let Some(name) = task_name(item) {
            sink.entry(table_entry(name, item));
        } else if let Some(name) = item.get("name").and_then(Value::as_str) {
            sink.entry(task_entry(name, item.get("result").unwrap_or(&Value::Null)));
        } else {
            let reason = format!("item {} has no name", place + 1);
            sink.reject(1, &reason, "write name and result of each task", &item.to_string());
        }
    }
    Ok(())
}

fn task_entry(name: &str, result: &Value) -> BenchmarkEntry {
    let entry = BenchmarkEntry::named(name);
    // 3.0 put what it knows of the time under `latency`.
    let stats = result.get("latency").filter(|it| it.is_object()).unwrap_or(result);
    let count = stats.get("samplesCount").and_then(Value::as_u64);
    let entry = entry
        .field(
            "sample_count",
            count.or(Some(list(stats, "samples").len() as u64).filter(|it| *it > 0)),
        )
        .field("runtime", word(result, "runtime"))
        .field("runtime_version", word(result, "runtimeVersion"));
    match latency(stats, "ms") {
        Some(time) => entry.metric(time),
        None => entry.failed(error_text(result.get("error"))),
    }
}

/// What tinybench and vitest know of a time; none without a mean.
pub(crate) fn latency(stats: &Value, unit: &str) -> Option<Measurement<'static>> {
    let mean = number(stats, "mean")?;
    let margin = number(stats, "moe");
    let median = number(stats, "median").or_else(|| number(stats, "p50"));
    let time = metric(TIME_METRIC, unit, mean)
        .std(number(stats, "sd"))
        .statistic(Statistic::Median, median)
        .statistic(Statistic::Min, number(stats, "min"))
        .statistic(Statistic::Max, number(stats, "max"))
        .statistic(Statistic::P75, number(stats, "p75"))
        .statistic(Statistic::P99, number(stats, "p99"))
        .statistic(Statistic::P999, number(stats, "p999"))
        .statistic(Statistic::Lower, margin.map(|margin| mean - margin))
        .statistic(Statistic::Upper, margin.map(|margin| mean + margin))
        .samples(numbers(list(stats, "samples")));
    Some(time)
}

fn error_text(error_json: Option<&Value>) -> String {
    let text = match error_json {
        Some(Value::Object(error)) => error.get("message").map(to_plain_text).unwrap_or_default(),
        Some(other) if !other.is_null() => to_plain_text(other),
        _ => String::new(),
    };
    let first = text.lines().next().unwrap_or_default();
    if first.is_empty() { "the task has no result".to_owned() } else { first.to_owned() }
}

/// A row of the table: `Latency avg (ns)`: `128.84 ± 52.82%`, `Average Time (ns)`: 128.84, ….
fn table_entry(name: &str, row: &Value) -> BenchmarkEntry {
    let column = |words: [&str; 2]| {
        pairs(row).find_map(|(heading, value)| {
            let known = words.iter().all(|word| heading.to_lowercase().contains(word));
            let (_, unit) = heading.strip_suffix(')')?.rsplit_once('(')?;
            known.then(|| (to_plain_text(value), unit))
        })
    };
    let entry = BenchmarkEntry::named(name).field("sample_count", row.get("Samples").cloned());
    let average = column(["latency", "av"]).or_else(|| column(["average", "time"]));
    let Some((text, unit)) = average else {
        return entry.failed(error_text(row.get("Error")));
    };
    let (value, rest) = parse_quantity(&text).unwrap_or((f64::NAN, ""));
    let margin = rest.strip_prefix('±').or(row.get("Margin").and_then(Value::as_str));
    let margin = margin.map(|it| it.trim_start_matches('±')).and_then(parse_quantity);
    let margin =
        margin.map(|(margin, unit)| if unit == "%" { value * margin / 100.0 } else { margin });
    let median = column(["latency", "med"]).and_then(|(text, _)| Some(parse_quantity(&text)?.0));
    let time = metric(TIME_METRIC, unit, value)
        .statistic(Statistic::Median, median)
        .statistic(Statistic::Lower, margin.map(|margin| value - margin))
        .statistic(Statistic::Upper, margin.map(|margin| value + margin));
    entry.metric(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn the_tables_of_all_versions_are_read() {
        let text = r#"[{"Task Name":"a","ops/sec":"1,000","Average Time (ns)":100.5,"Margin":"±10%","Samples":7},
            {"Task name":"b","Latency average (ns)":"50.00 ± 2.00%",
             "Latency median (ns)":"40.00 ± 1.00"},
            {"Task name":"c","Error":"no luck","Stack":"x"}]"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(
            (found[0].metrics[0].value.get(), found[0].metrics[0].unit.as_deref()),
            (Some(100.5), Some("ns"))
        );
        assert_eq!(found[0].metrics[0].statistics[0], (Statistic::Lower, 100.5 - 10.05));
        assert_eq!(found[1].metrics[0].statistics[0], (Statistic::Median, 40.0));
        assert_eq!(found[2].error.as_deref(), Some("no luck"));
    }

    #[test]
    fn tasks_of_version_2_tell_their_time_at_once() {
        let text = r#"[{"name":"a","result":{"mean":0.5,"moe":0.25,"samples":[0.25,0.75]}},{"name":"b","result":{"error":{}}}]"#;
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].metrics[0].samples, [0.25, 0.75]);
        assert_eq!(
            found[0].metrics[0].statistics,
            [(Statistic::Lower, 0.25), (Statistic::Upper, 0.75)]
        );
        assert!(found[1].error.is_some());
    }
}
