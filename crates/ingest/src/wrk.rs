//! wrk and wrk2, their report; one entry a run. Latency with its distribution, requests and bytes a
//! second; threads and connections are parameters. wrk counts 1024 bytes a KB.

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_quantity;
use crate::requests::{error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "wrk",
    tool: "wrk and wrk2, their report",
    signature: "lines `Running … test @ …` and `Requests/sec:`",
    yields: "time (mean, std, max, p50, p75, p90, p99, p99.9), throughput, bandwidth, errors; threads \
             and connections as parameters; requests",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let runs = text.lines().any(|(_, line)| url(line).is_some());
    runs && text.lines().any(|(_, line)| line.trim_start().starts_with("Thread Stats"))
}

/// `Running 3s test @ http://…`
fn url(line: &str) -> Option<&str> {
    let (_, url) = line.strip_prefix("Running ")?.split_once(" test @ ")?;
    Some(url.trim())
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<WrkReport<'_>> = None;
    for (place, line) in text.lines() {
        if let Some(url) = url(line) {
            open.into_iter().for_each(|run| run.emit(sink));
            open = Some(WrkReport { url, line_number: place, ..WrkReport::default() });
        } else if let Some(run) = &mut open {
            run.take_line(line.trim());
        }
    }
    let Some(run) = open else { return Err(InputError::whole("no line `Running … test @ …`")) };
    run.emit(sink);
    Ok(())
}

#[derive(Default)]
struct WrkReport<'t> {
    url: &'t str,
    line_number: usize,
    threads: &'t str,
    connections: &'t str,
    latency: Option<Measurement<'static>>,
    rate: Option<f64>,
    /// The rate as it stands.
    odd_rate: Option<&'t str>,
    transfer: Option<(f64, &'t str)>,
    fields: Vec<(&'static str, f64)>,
}

/// Milliseconds of what wrk prints: `4.61ms`, `1.20s`, `2.00m`.
fn milliseconds(text: &str) -> Option<f64> {
    let (value, unit) = parse_quantity(text)?;
    Some(match unit {
        "us" => value / 1e3,
        "ms" => value,
        "s" => value * 1e3,
        "m" => value * 6e4,
        "h" => value * 3.6e6,
        _ => return None,
    })
}

/// Fields that count requests without a good answer.
const ERRORS: [&str; 5] = ["connect_errors", "read_errors", "write_errors", "timeouts", "non_2xx"];
const PERCENTILES: [(&str, Statistic); 5] = [
    ("50", Statistic::P50),
    ("75", Statistic::P75),
    ("90", Statistic::P90),
    ("99", Statistic::P99),
    ("99.9", Statistic::P999),
];

impl<'t> WrkReport<'t> {
    fn take_line(&mut self, line: &'t str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [threads, "threads", "and", connections, "connections"] => {
                (self.threads, self.connections) = (threads, connections);
            }
            ["Latency", average, deviation, max, ..] => {
                let typical = milliseconds(average);
                let time = |typical| {
                    metric(TIME_METRIC, "ms", typical)
                        .std(milliseconds(deviation))
                        .statistic(Statistic::Max, milliseconds(max))
                };
                self.latency = typical.map(time).or(self.latency.take());
            }
            [percent, value] if percent.ends_with('%') => self.percentile(percent, value),
            [count, "requests", "in", ..] => self.field("requests", count),
            [
                "Socket",
                "errors:",
                "connect",
                connect,
                "read",
                read,
                "write",
                write,
                "timeout",
                timeout,
            ] => {
                self.field("connect_errors", connect);
                self.field("read_errors", read);
                self.field("write_errors", write);
                self.field("timeouts", timeout);
            }
            ["Non-2xx", "or", "3xx", "responses:", count] => self.field("non_2xx", count),
            ["Requests/sec:", rate] => {
                self.rate = parse_quantity(rate).map(|(rate, _)| rate);
                self.odd_rate = Some(rate);
            }
            ["Transfer/sec:", rate] => self.transfer = parse_quantity(rate),
            _ => {}
        }
    }

    fn field(&mut self, name: &'static str, text: &str) {
        let value = parse_quantity(text.trim_end_matches(','));
        self.fields.extend(value.map(|(value, _)| (name, value)));
    }

    /// `50%  3.88ms`, and wrk2's `50.000%  3.88ms`.
    fn percentile(&mut self, percent: &str, value: &str) {
        let bare = percent.trim_end_matches('%');
        let bare = if bare.contains('.') {
            bare.trim_end_matches('0').trim_end_matches('.')
        } else {
            bare
        };
        let known = PERCENTILES.iter().find(|(name, _)| *name == bare);
        // Of a percentile without a name the latency stays as it is.
        if let (Some((_, statistic)), Some(time)) = (known, &mut self.latency) {
            time.statistics.extend(milliseconds(value).map(|value| (*statistic, value)));
        }
    }

    fn emit(self, sink: &mut EntrySink<'_>) {
        if let (None, Some(rate)) = (self.rate, self.odd_rate) {
            let entry = BenchmarkEntry::named(self.url);
            sink.entry(entry.failed(format!("its rate is `{rate}`, no number")));
            return;
        }
        let Some(rate) = self.rate else {
            sink.reject(
                self.line_number,
                "no line `Requests/sec:` follows",
                "let wrk end by itself",
                self.url,
            );
            return;
        };
        let mut entry = BenchmarkEntry::named(self.url);
        for (name, value) in [("threads", self.threads), ("connections", self.connections)] {
            entry = if value.is_empty() { entry } else { entry.param(name, value) };
        }
        entry.metrics.extend(self.latency);
        entry = entry.metric(metric(THROUGHPUT, "req/s", rate));
        if let Some((value, unit)) = self.transfer {
            let unit = match unit {
                "KB" => "KiB/s",
                "MB" => "MiB/s",
                "GB" => "GiB/s",
                _ => "B/s",
            };
            entry = entry.metric(metric(BANDWIDTH, unit, value));
        }
        let count = |name: &str| {
            self.fields.iter().find(|(field, _)| *field == name).map(|(_, count)| *count)
        };
        let errors = ERRORS.iter().filter_map(|name| count(name)).sum();
        let requests = count("requests").unwrap_or(f64::INFINITY);
        // Requests without an answer are not among the requests that wrk counts.
        let failures = if requests > 0.0 { count("non_2xx").unwrap_or(0.0) } else { errors };
        entry = entry.metric(error_count(errors));
        for (name, value) in &self.fields {
            entry = entry.field(name, *value);
        }
        sink.entry(fail_where_all_failed(entry, requests, failures, ""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn the_longer_percentiles_of_wrk2_are_read() {
        let text = "Running 30s test @ http://a/b\n  2 threads and 100 connections\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency     6.5ms    2.5ms  1.5s    80.78%\n 50.000%    3.5ms\n 99.900%  200.00us\n 99.990%  200.00us\nRequests/sec:   2000.5\nTransfer/sec:    1.5MB\n";
        let found = read_text(&FORMAT, text);
        let time = &found[0].metrics[0];
        assert_eq!((time.value.get(), time.std.get()), (Some(6.5), Some(2.5)));
        let told = [(Statistic::Max, 1500.0), (Statistic::P50, 3.5), (Statistic::P999, 0.2)];
        assert_eq!(time.statistics, told);
        let failed = text.replace(
            "Requests/sec",
            "  9 requests in 30.00s, 1MB read\n  Non-2xx or 3xx responses: 9\nRequests/sec",
        );
        let reason = read_text(&FORMAT, &failed)[0].error.clone();
        assert_eq!(reason.as_deref(), Some("all 9 requests failed"));
        assert_eq!(found[0].metrics[2].unit.as_deref(), Some("MiB/s"));
        assert_eq!(found[0].params["connections"], "100");
    }
}
