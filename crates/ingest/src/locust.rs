//! Locust `--csv`: the file `…_stats.csv`, one entry a request; milliseconds. The row `Aggregated`
//! is kept as the whole.
//!
//! The files beside it are rejected: the history is one run in seconds, failures and exceptions are
//! reasons without a time.

use std::collections::BTreeMap;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "locust",
    tool: "Locust --csv: …_stats.csv",
    signature: "a first line with `Type`, `Name`, `Median Response Time`",
    yields: "time (mean, median, min, max, percentiles), throughput, failures a second; requests, \
             content_size",
    backend: "locust",
    reader: Reader::Text { recognizes, read },
};

fn first_line(text: &Text) -> String {
    text.text.lines().next().unwrap_or_default().replace('"', "").trim().to_owned()
}

/// What each of Locust's files begins with; of those that hold no results, why.
fn file_kind(text: &Text) -> Option<Result<(), &'static str>> {
    let first = first_line(text);
    match first.as_str() {
        "Method,Name,Error,Occurrences" | "Count,Message,Traceback,Nodes" => {
            Some(Err("it holds Locust's failures, not its results: those are in …_stats.csv"))
        }
        line if line.starts_with("Timestamp,User Count,Type,Name,") => {
            Some(Err("it holds one run second by second; its totals are in …_stats.csv"))
        }
        line if line.starts_with("Type,Name,") || line.starts_with("Method,Name,") => {
            line.to_lowercase().contains("median response time").then_some(Ok(()))
        }
        _ => None,
    }
}

fn recognizes(text: &Text) -> bool {
    file_kind(text).is_some()
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    match file_kind(text) {
        Some(Ok(())) => {}
        Some(Err(reason)) => return Err(InputError::whole(reason)),
        None => return Err(InputError::whole("the first line names no columns of Locust")),
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.text.as_bytes());
    let heads = reader.headers().cloned().unwrap_or_default();
    for row in reader.records() {
        match row {
            Ok(row) => sink.entry(entry(&heads.iter().zip(row.iter()).collect())),
            Err(error) => {
                let line = error.position().map_or(1, |place| place.line() as usize);
                sink.reject(line, &error.to_string(), "write the file again", "");
            }
        }
    }
    Ok(())
}

fn entry(row: &BTreeMap<&str, &str>) -> BenchmarkEntry {
    let cell = |names: &[&str]| names.iter().find_map(|name| row.get(name)).copied();
    let value = |names: &[&str]| cell(names).and_then(parse_number);
    let method = cell(&["Type", "Method"]).unwrap_or_default();
    let name = cell(&["Name"]).unwrap_or_default();
    let mut entry = BenchmarkEntry::named(name);
    if !method.is_empty() {
        entry = entry.param("method", method);
        entry.name = format!("{method} {name}");
    }
    let requests = value(&["Request Count", "# requests"]);
    entry = entry
        .field("requests", requests)
        .field("failures", value(&["Failure Count", "# failures"]))
        .field("content_size", value(&["Average Content Size"]));
    if requests == Some(0.0) {
        return entry.failed("no request was made");
    }
    let average = value(&["Average Response Time", "Average response time"]);
    let time = metric(TIME_METRIC, "ms", average.unwrap_or(f64::NAN))
        .statistic(Statistic::Median, value(&["Median Response Time", "Median response time"]))
        .statistic(Statistic::Min, value(&["Min Response Time", "Min response time"]))
        .statistic(Statistic::Max, value(&["Max Response Time", "Max response time"]))
        .statistic(Statistic::P50, value(&["50%"]))
        .statistic(Statistic::P75, value(&["75%"]))
        .statistic(Statistic::P90, value(&["90%"]))
        .statistic(Statistic::P95, value(&["95%"]))
        .statistic(Statistic::P99, value(&["99%"]))
        .statistic(Statistic::P999, value(&["99.9%"]));
    entry = entry.metric(time);
    let rate = value(&["Requests/s"]).map(|rate| metric(THROUGHPUT, "req/s", rate));
    entry.metrics.extend(rate);
    let failures = value(&["Failures/s"]);
    let failures =
        failures.map(|rate| metric("failures", "failures/s", rate).direction(Direction::Lower));
    entry.metrics.extend(failures);
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn the_headings_of_old_are_read_too() {
        let text = "\"Method\",\"Name\",\"# requests\",\"# failures\",\"Median response time\",\"Average response time\",\"Min response time\",\"Max response time\",\"Average Content Size\",\"Requests/s\"\n\"GET\",\"/a,b\",2,0,5,6.5,1,9,10,0.5\n,idle,0,0,0,0,0,0,0,0\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].name, found[0].metrics[0].value.get()), ("GET /a,b", Some(6.5)));
        assert_eq!(found[0].metrics[1].value, 0.5);
        assert!(found[1].error.is_some());
    }
}
