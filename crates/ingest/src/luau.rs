//! Luau's `bench.py`: the table under `RESULTS`, else the lines `SUCCESS: … +/- …% on …`. The
//! driver that ran it is a parameter. `Total` is the sum of the rows and is left out.

use crate::entry::{Entry, Told, metric};
use crate::formats::{Format, Reader};
use crate::quantity::quantity;
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::{Statistic, TIME};

pub const FORMAT: Format = Format {
    name: "benchmarkluau",
    tool: "Luau bench.py",
    mark: "a table `Test | Min | Average | StdDev% | Driver`, or lines `SUCCESS: … +/- …% on …`",
    yields: "time (mean, min, std); driver as parameter",
    backend: "luau",
    reader: Reader::Text { is, read },
};

fn is(text: &Text) -> bool {
    text.lines().any(|(_, line)| is_head(line) || success(line).is_some())
}

fn is_head(line: &str) -> bool {
    cells(line).starts_with(&["Test", "Min", "Average", "StdDev%"])
}

fn cells(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut table = text.lines().skip_while(|(_, line)| !is_head(line)).skip(1).peekable();
    if table.peek().is_none() {
        for (_, line) in text.lines() {
            if let Some(entry) = success(line) {
                sink.entry(entry);
            }
        }
    }
    for (place, line) in table {
        let cells = cells(line);
        let [name, min, average, deviation, driver] = cells.as_slice() else { continue };
        if *name == "Total" {
            continue;
        }
        match (quantity(min), entry(name, average, deviation, driver)) {
            (Some((min, unit)), Some(mut entry)) => {
                // The least stands in the unit of the average, or nowhere.
                let same = entry.metrics[0].unit.as_deref() == Some(unit);
                let time = entry.metrics.remove(0).with(Statistic::Min, same.then_some(min));
                sink.entry(entry.metric(time));
            }
            _ => sink.refuse(place, "a number is missing", "run the benchmark again", line),
        }
    }
    for (_, line) in text.lines() {
        if let Some(name) = line.strip_prefix("FAILED: ") {
            let name = name.split(" : ").next().unwrap_or(name).trim();
            sink.entry(Entry::named(name).failed("bench.py says: FAILED"));
        }
    }
    Ok(())
}

fn entry(name: &str, average: &str, deviation: &str, driver: &str) -> Option<Entry> {
    let (value, unit) = quantity(average)?;
    let std =
        quantity(deviation).filter(|(_, unit)| *unit == "%").map(|(it, _)| value * it / 100.0);
    let entry = Entry::named(name).metric(metric(TIME, unit, value).std(std));
    Some(if driver.is_empty() { entry } else { entry.param("driver", driver) })
}

/// `SUCCESS: base64   :   15.041ms +/-  0.636% on luau`
fn success(line: &str) -> Option<Entry> {
    let (name, rest) = line.strip_prefix("SUCCESS: ")?.rsplit_once(" : ")?;
    let (average, rest) = rest.split_once(" +/- ")?;
    let (deviation, driver) = rest.split_once(" on ")?;
    entry(name.trim(), average, deviation, driver.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::read_text;

    #[test]
    fn lines_are_read_where_no_table_stands() {
        let text = "SUCCESS: a b   :   2.000ms +/-  10.000% on luau\nFAILED: c : x\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].name, found[0].metrics[0].std), ("a b", Some(0.2)));
        assert_eq!((&*found[1].name, found[1].error.is_some()), ("c", true));
    }
}
