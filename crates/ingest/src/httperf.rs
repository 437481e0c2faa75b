//! httperf, its report; one entry a run, named by its `--uri`. Milliseconds.
//!
//! `errors` are connections without an answer and answers of 400 and above. Rates of replies are
//! left out: httperf samples them every five seconds, and has none of a short run.

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::requests::{error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "httperf",
    tool: "httperf, its report",
    signature: "lines `Total: connections … requests … replies …` and `Reply time [ms]: …`",
    yields: "time, connection_time (mean, std, median, min, max), throughput, bandwidth, errors; rate, \
             connections and calls as parameters; replies, status codes",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let begins = |start: &str| text.lines().any(|(_, line)| line.starts_with(start));
    begins("Total: connections ") && begins("Reply time [ms]:")
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<HttperfReport<'_>> = None;
    for (_, line) in text.lines() {
        // The command stands above its report; both may be missing from a log.
        let is_command = line.starts_with("httperf --");
        let is_total = line.starts_with("Total: connections ");
        if is_command || (is_total && open.as_ref().is_none_or(|report| report.requests.is_some()))
        {
            open.into_iter().for_each(|report| sink.entry(report.entry()));
            open = Some(HttperfReport::default());
        }
        open.iter_mut().for_each(|report| report.take_line(line));
    }
    let Some(report) = open else { return Err(InputError::whole("no line `Total: connections`")) };
    sink.entry(report.entry());
    Ok(())
}

#[derive(Default)]
struct HttperfReport<'t> {
    options: Vec<(&'t str, &'t str)>,
    requests: Option<f64>,
    replies: f64,
    errors: f64,
    refused: f64,
    metrics: Vec<Measurement<'static>>,
    fields: Vec<(String, f64)>,
}

/// The number behind a word: `avg` of `min 6.8 avg 24.0`.
fn after(line: &str, word: &str) -> Option<f64> {
    let mut words = line.split_whitespace();
    words.find(|candidate| *candidate == word)?;
    parse_number(words.next()?)
}

impl<'t> HttperfReport<'t> {
    fn take_line(&mut self, line: &'t str) {
        // The options are the only place that names what was requested.
        if line.starts_with("httperf --") {
            let options = line.split_whitespace().filter_map(|word| word.strip_prefix("--"));
            self.options = options.filter_map(|option| option.split_once('=')).collect();
            return;
        }
        let Some((name, values)) = line.split_once(':') else { return };
        let number = parse_quantity(values).map(|(number, _)| number);
        match name {
            "Total" => {
                self.requests = after(values, "requests");
                self.replies = after(values, "replies").unwrap_or(0.0);
            }
            // A second line of this name has the time to connect alone.
            "Connection time [ms]" if values.contains("avg") => {
                let time = after(values, "avg").map(|mean| {
                    metric("connection_time", "ms", mean)
                        .std(after(values, "stddev"))
                        .statistic(Statistic::Median, after(values, "median"))
                        .statistic(Statistic::Min, after(values, "min"))
                        .statistic(Statistic::Max, after(values, "max"))
                });
                self.metrics.extend(time);
            }
            "Request rate" => {
                self.metrics.extend(number.map(|rate| metric(THROUGHPUT, "req/s", rate)));
            }
            "Reply time [ms]" => {
                let time = after(values, "response").map(|time| metric(TIME_METRIC, "ms", time));
                self.metrics.extend(time);
            }
            "Reply status" => {
                for (class, count) in values.split_whitespace().filter_map(|it| it.split_once('='))
                {
                    let count = parse_number(count).unwrap_or(0.0);
                    self.refused += if ["4xx", "5xx"].contains(&class) { count } else { 0.0 };
                    self.fields.push((format!("status_{class}"), count));
                }
            }
            "Net I/O" => {
                self.metrics.extend(number.map(|rate| metric(BANDWIDTH, "KiB/s", rate)));
            }
            "Errors" => self.errors = after(values, "total").unwrap_or(self.errors),
            _ => {}
        }
    }

    fn entry(self) -> BenchmarkEntry {
        let option = |name: &str| {
            self.options.iter().find(|(option, _)| *option == name).map(|(_, value)| *value)
        };
        let mut entry = BenchmarkEntry::named(option("uri").unwrap_or("httperf"))
            .field("requests", self.requests)
            .field("replies", self.replies);
        for (name, param) in
            [("rate", "rate"), ("num-conns", "connections"), ("num-calls", "calls")]
        {
            if let Some(value) = option(name) {
                entry = entry.param(param, value);
            }
        }
        for (name, value) in self.fields {
            entry = entry.field(&name, value);
        }
        entry.metrics = self.metrics;
        entry.metrics.push(error_count(self.errors + self.refused));
        fail_where_all_failed(entry, self.replies, self.refused, "")
    }
}
