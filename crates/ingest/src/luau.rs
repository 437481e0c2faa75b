//! Luau's `bench.py`: the table under `RESULTS`, else the lines `SUCCESS: … +/- …% on …`. The
//! driver that ran it is a parameter. `Total` is the sum of the rows and is left out.

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_quantity;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "benchmarkluau",
    tool: "Luau bench.py",
    signature: "a table `Test | Min | Average | StdDev% | Driver`, or lines `SUCCESS: … +/- …% on …`",
    yields: "time (mean, min, std); driver as parameter",
    backend: "luau",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| is_head(line) || success_entry(line).is_some())
}

fn is_head(line: &str) -> bool {
    cells(line).starts_with(&["Test", "Min", "Average", "StdDev%"])
}

fn cells(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut table = text.lines().skip_while(|(_, line)| !is_head(line)).skip(1).peekable();
    if table.peek().is_none() {
        for (place, line) in text.lines().filter(|(_, line)| line.starts_with("SUCCESS: ")) {
            match success_entry(line) {
                Some(entry) => sink.entry(entry),
                None => sink.reject(place, "a number is missing", "run the benchmark again", line),
            }
        }
    }
    for (place, line) in table {
        let cells = cells(line);
        let [name, min, average, deviation, driver] = cells.as_slice() else {
            if cells.len() > 2 {
                sink.reject(place, "not five cells", "run the benchmark again", line);
            }
            continue;
        };
        if *name == "Total" {
            continue;
        }
        match (parse_quantity(min), entry(name, average, deviation, driver)) {
            (Some((min, unit)), Some(mut entry)) => {
                // The least stands in the unit of the average, or nowhere.
                let same = entry.metrics[0].unit.as_deref() == Some(unit);
                let time = entry.metrics.remove(0).statistic(Statistic::Min, same.then_some(min));
                sink.entry(entry.metric(time));
            }
            _ => sink.reject(place, "a number is missing", "run the benchmark again", line),
        }
    }
    for (_, line) in text.lines() {
        if let Some(name) = line.strip_prefix("FAILED: ") {
            let name = name.split(" : ").next().unwrap_or(name).trim();
            sink.entry(BenchmarkEntry::named(name).failed("bench.py reported FAILED"));
        }
    }
    Ok(())
}

fn entry(name: &str, average: &str, deviation: &str, driver: &str) -> Option<BenchmarkEntry> {
    let (value, unit) = parse_quantity(average)?;
    let std = parse_quantity(deviation)
        .filter(|(_, unit)| *unit == "%")
        .map(|(it, _)| value * it / 100.0);
    let entry = BenchmarkEntry::named(name).metric(metric(TIME_METRIC, unit, value).std(std));
    Some(if driver.is_empty() { entry } else { entry.param("driver", driver) })
}

/// `SUCCESS: base64   :   15.041ms +/-  0.636% on luau`
fn success_entry(line: &str) -> Option<BenchmarkEntry> {
    let (name, rest) = line.strip_prefix("SUCCESS: ")?.rsplit_once(" : ")?;
    let (average, rest) = rest.split_once(" +/- ")?;
    let (deviation, driver) = rest.split_once(" on ")?;
    entry(name.trim(), average, deviation, driver.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn lines_are_read_where_no_table_stands() {
        let text = "SUCCESS: a b   :   2.000ms +/-  10.000% on luau\nFAILED: c : x\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].name, found[0].metrics[0].std.get()), ("a b", Some(0.2)));
        assert_eq!((&*found[1].name, found[1].error.is_some()), ("c", true));
    }
}
