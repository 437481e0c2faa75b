//! ApacheBench: its report, one entry a run, and the table of percentiles of `ab -e`. Times in
//! milliseconds.
//!
//! `errors` is the larger of `Failed requests` and `Non-2xx responses`, for one request may be
//! both. A response of another length than the first counts as failed in ab, so such failures alone
//! do not make a failed run; answers of which none is 2xx, and requests without an answer, do.

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::requests::{error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "ab",
    tool: "ApacheBench (ab): its report, or the file of ab -e",
    signature: "lines `This is ApacheBench` or `Concurrency Level:`, and `Complete requests:`; or a \
                heading `Percentage served,Time in ms`",
    yields: "time (mean, std, median, min, max, p50, p75, p90, p95, p99), throughput, bandwidth, \
             errors; concurrency and keep_alive as parameters; requests, host, server",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

const BANNER: &str = "This is ApacheBench";
const PERCENTAGES: &str = "Percentage served,Time in ms";
/// Lines that stand before `Complete requests:`.
const FACTS: [&str; 3] = ["Server Software:", "Document Path:", "Concurrency Level:"];
const REMEDY: &str = "let ab end by itself, and keep its whole output";

fn recognizes(text: &Text) -> bool {
    let begins = |start: &str| text.lines().any(|(_, line)| line.starts_with(start));
    let banner = begins(BANNER) || begins("Concurrency Level:");
    (banner && (begins("Complete requests:") || begins("Benchmarking "))) || is_table(text)
}

fn is_table(text: &Text) -> bool {
    text.text.lines().next().is_some_and(|line| line.trim() == PERCENTAGES)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if is_table(text) {
        return read_table(text, sink);
    }
    let mut open: Option<AbReport<'_>> = None;
    for (place, line) in text.lines() {
        // A report whose banner was cut off begins with its first fact.
        let is_fact = FACTS.iter().any(|fact| line.starts_with(fact));
        let begins = line.starts_with(BANNER)
            || (is_fact && open.as_ref().is_none_or(|report| report.complete.is_some()));
        if begins {
            open.into_iter().for_each(|report| report.emit(sink));
            open = Some(AbReport { line: place, ..AbReport::default() });
        }
        open.iter_mut().for_each(|report| report.take_line(line));
    }
    let Some(report) = open else { return Err(InputError::whole("no report of ab")) };
    report.emit(sink);
    Ok(())
}

#[derive(Default)]
struct AbReport<'t> {
    line: usize,
    host: &'t str,
    port: &'t str,
    path: &'t str,
    server: &'t str,
    concurrency: &'t str,
    has_keep_alive: bool,
    complete: Option<f64>,
    failed: f64,
    unanswered: f64,
    non_2xx: f64,
    mean: Option<f64>,
    total: Vec<f64>,
    percentiles: Vec<(Statistic, f64)>,
    rates: Vec<Measurement<'static>>,
    duration: Option<f64>,
    /// What ab prints where it gives up: `apr_socket_connect(): Connection refused (111)`.
    complaint: &'t str,
}

const PERCENTILES: [(&str, Statistic); 5] = [
    ("50%", Statistic::P50),
    ("75%", Statistic::P75),
    ("90%", Statistic::P90),
    ("95%", Statistic::P95),
    ("99%", Statistic::P99),
];

impl<'t> AbReport<'t> {
    fn take_line(&mut self, line: &'t str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        // Rows of percentiles have no colon, so they come before the facts.
        if let [percent, value, ..] = words.as_slice()
            && let Some((_, statistic)) = PERCENTILES.iter().find(|(name, _)| name == percent)
        {
            self.percentiles.extend(parse_number(value).map(|value| (*statistic, value)));
            return;
        }
        if let Some((_, complaint)) = line.split_once("apr_").filter(|_| self.complaint.is_empty())
        {
            self.complaint = complaint;
        }
        let Some((name, value)) = line.split_once(':') else { return };
        let value = value.trim();
        let number = parse_quantity(value).map(|(number, _)| number);
        match name.trim() {
            "Server Software" => self.server = value,
            "Server Hostname" => self.host = value,
            "Server Port" => self.port = value,
            "Document Path" => self.path = value,
            "Concurrency Level" => self.concurrency = value,
            "Keep-Alive requests" => self.has_keep_alive = true,
            "Time taken for tests" => self.duration = number,
            "Complete requests" => self.complete = number,
            "Failed requests" => self.failed = number.unwrap_or(0.0),
            "Non-2xx responses" => self.non_2xx = number.unwrap_or(0.0),
            "Write errors" => self.unanswered += number.unwrap_or(0.0),
            "(Connect" => self.unanswered += unanswered(line),
            "Requests per second" => {
                self.rates.extend(number.map(|rate| metric(THROUGHPUT, "req/s", rate)));
            }
            "Time per request" if value.ends_with("(mean)") => self.mean = number,
            "Transfer rate" => {
                self.rates.extend(number.map(|rate| metric(BANDWIDTH, "KiB/s", rate)));
            }
            "Total" => self.total = value.split_whitespace().filter_map(parse_number).collect(),
            _ => {}
        }
    }

    fn emit(mut self, sink: &mut EntrySink<'_>) {
        // A server that answers nobody makes ab stop without a report.
        let Some(complete) = self.complete else {
            let reason = match self.complaint {
                "" => "no line `Complete requests:` follows".to_owned(),
                complaint => format!("ab gave up: apr_{complaint}"),
            };
            sink.reject(self.line, &reason, REMEDY, self.path);
            return;
        };
        let mut entry = BenchmarkEntry::named(if self.path.is_empty() { "ab" } else { self.path })
            .field("host", self.host)
            .field("port", self.port)
            .field("server", self.server)
            .field("requests", complete)
            .field("duration_s", self.duration);
        if !self.concurrency.is_empty() {
            entry = entry.param("concurrency", self.concurrency);
        }
        // ab prints the line only with -k, so without it connections were not reused.
        if self.has_keep_alive {
            entry = entry.param("keep_alive", "true");
        }
        for (name, count) in [("failed_requests", self.failed), ("non_2xx", self.non_2xx)] {
            entry = if count > 0.0 { entry.field(name, count) } else { entry };
        }
        entry.metrics.extend(self.time());
        entry.metrics.append(&mut self.rates);
        entry = entry.metric(error_count(self.failed.max(self.non_2xx)));
        // A load balancer answers 503 in no time: such a run must not look like the fastest one.
        let reason = if self.non_2xx > 0.0 { "answers were not 2xx" } else { self.complaint };
        sink.entry(fail_where_all_failed(
            entry,
            complete,
            self.unanswered.max(self.non_2xx),
            reason,
        ));
    }

    /// The mean as `Time per request` has it, which is not rounded to milliseconds. `ab -S` prints
    /// three columns instead of five.
    fn time(&self) -> Option<Measurement<'static>> {
        let [min, std, median, max] = match self.total.as_slice() {
            [min, _, std, median, max] => [Some(*min), Some(*std), Some(*median), Some(*max)],
            [min, _, max] => [Some(*min), None, None, Some(*max)],
            _ => [None; 4],
        };
        let mean = self.mean.or(self.total.get(1).copied())?;
        let mut time = metric(TIME_METRIC, "ms", mean)
            .std(std)
            .statistic(Statistic::Min, min)
            .statistic(Statistic::Median, median)
            .statistic(Statistic::Max, max);
        time.statistics.extend(&self.percentiles);
        Some(time)
    }
}

/// Requests without an answer, of `(Connect: 0, Receive: 0, Length: 29, Exceptions: 0)`.
fn unanswered(line: &str) -> f64 {
    let pairs = line.trim().trim_matches(['(', ')']).split(',');
    let count = |pair: &str| {
        let (name, count) = pair.split_once(':')?;
        parse_number(count).filter(|_| name.trim() != "Length")
    };
    pairs.filter_map(count).sum()
}

/// `ab -e`: the time within which each percentage of the requests was served.
fn read_table(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    const ROWS: [(&str, Statistic); 7] = [
        ("0", Statistic::Min),
        ("50", Statistic::Median),
        ("75", Statistic::P75),
        ("90", Statistic::P90),
        ("95", Statistic::P95),
        ("99", Statistic::P99),
        ("100", Statistic::Max),
    ];
    let mut statistics = Vec::new();
    for (place, line) in text.lines().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let row = line.split_once(',').map(|(percent, time)| (percent.trim(), parse_number(time)));
        let Some((percent, Some(time))) = row else {
            sink.reject(place, "no percentage and time", "write the file again", line);
            continue;
        };
        let row = ROWS.iter().find(|(name, _)| *name == percent);
        statistics.extend(row.map(|(_, statistic)| (*statistic, time)));
    }
    // The file has no mean; the median is what a reader would take for the typical time.
    let median = statistics.iter().find(|(statistic, _)| *statistic == Statistic::Median);
    let Some((_, median)) = median else {
        return Err(InputError::whole("no row for 50 percent of the requests"));
    };
    let mut time = metric(TIME_METRIC, "ms", *median);
    time.statistics = statistics;
    sink.remark("the file of ab -e does not name the request: name it by --set test=…");
    sink.entry(BenchmarkEntry::named("ab").metric(time));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn answers_that_are_all_errors_are_a_failed_run() {
        let text = "This is ApacheBench, Version 2.3\nDocument Path:          /a\nConcurrency Level:      4\nComplete requests:      20\nFailed requests:        0\nNon-2xx responses:      20\nRequests per second:    9732.19 [#/sec] (mean)\nTotal:          1     2      10\n";
        let entries = read_text(&FORMAT, text);
        let reason = Some("all 20 requests failed: answers were not 2xx");
        assert_eq!((entries[0].error.as_deref(), entries[0].metrics.len()), (reason, 0));
        let length = text.replace(
            "Non-2xx responses:      20",
            "   (Connect: 0, Receive: 0, Length: 20, Exceptions: 0)",
        );
        let entries = read_text(&FORMAT, &length);
        assert_eq!(entries[0].error, None);
        assert_eq!(
            entries[0].metrics[0].statistics,
            [(Statistic::Min, 1.0), (Statistic::Max, 10.0)]
        );
    }

    #[test]
    fn a_server_that_refuses_is_reported() {
        let text = Text::new("x", b"This is ApacheBench, Version 2.3\n\nBenchmarking 127.0.0.1 (be patient)...apr_socket_connect(): Connection refused (111)\n");
        assert!(recognizes(&text));
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        let reason = &sink.rejected[0].problem.reason;
        assert_eq!(reason, "ab gave up: apr_socket_connect(): Connection refused (111)");
    }
}
