//! hey (and boom before it): its summary, or `-o csv`; one entry a run, seconds. Neither names the
//! request: name it by `--set test=…`.
//!
//! Answers of 400 and above count in `errors` like requests without an answer, though hey counts
//! only those. The rate includes what failed.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::requests::{Request, RequestLog, error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "hey",
    tool: "hey: its summary, or -o csv",
    signature: "lines `Requests/sec:`, `Slowest:`, and a distribution of latencies or status \
                codes; or a heading `response-time,DNS+dialup,…`",
    yields: "time (mean, min, max, p25, p50, p75, p90, p95, p99), throughput, errors or error_rate; \
             requests, status codes",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

const HEADING: &str = "response-time,DNS+dialup,";

fn recognizes(text: &Text) -> bool {
    let has = |wanted: &str| text.lines().any(|(_, line)| line.trim().starts_with(wanted));
    // oha prints a summary of the same shape, with a rate of success and other units.
    let is_summary = || has("Slowest:") && has("Fastest:") && !has("Success rate:");
    let has_distribution = || {
        ["Status code distribution:", "Latency distribution:"].iter().any(|heading| has(heading))
    };
    is_csv(text) || (has("Requests/sec:") && is_summary() && has_distribution())
}

fn is_csv(text: &Text) -> bool {
    text.text.starts_with(HEADING)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    if is_csv(text) {
        return read_csv(text, sink);
    }
    let mut open: Option<HeySummary<'_>> = None;
    for (place, line) in text.lines() {
        if line.trim() == "Summary:" {
            open.into_iter().for_each(|summary| summary.emit(sink));
            open = Some(HeySummary { line: place, ..HeySummary::default() });
        } else if let Some(summary) = &mut open {
            summary.take_line(line.trim());
        }
    }
    let Some(summary) = open else { return Err(InputError::whole("no line `Summary:`")) };
    summary.emit(sink);
    Ok(())
}

#[derive(Default)]
struct HeySummary<'t> {
    line: usize,
    duration: Option<f64>,
    slowest: Option<f64>,
    fastest: Option<f64>,
    average: Option<f64>,
    rate: Option<f64>,
    percentiles: Vec<(Statistic, f64)>,
    /// Status code and number of answers.
    answers: Vec<(&'t str, f64)>,
    unanswered: f64,
    first_error: &'t str,
}

const PERCENTILES: [(&str, Statistic); 6] = [
    ("25%", Statistic::P25),
    ("50%", Statistic::P50),
    ("75%", Statistic::P75),
    ("90%", Statistic::P90),
    ("95%", Statistic::P95),
    ("99%", Statistic::P99),
];

impl<'t> HeySummary<'t> {
    fn take_line(&mut self, line: &'t str) {
        if let Some((label, value)) = line.split_once(':').filter(|(name, _)| !name.contains('[')) {
            let number = || parse_quantity(value).map(|(number, _)| number);
            match label {
                "Total" => self.duration = number(),
                "Slowest" => self.slowest = number(),
                "Fastest" => self.fastest = number(),
                "Average" => self.average = number(),
                "Requests/sec" => self.rate = number(),
                _ => {}
            }
            return;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [percent, "in", value, "secs"] = words.as_slice() {
            let row = PERCENTILES.iter().find(|(name, _)| name == percent);
            let pair = row.zip(parse_number(value));
            self.percentiles.extend(pair.map(|((_, statistic), value)| (*statistic, value)));
            return;
        }
        // `[200]  171 responses` is a status code, `[20]  Get "http://…": refused` a number of
        // errors.
        let Some((inside, after)) = line.strip_prefix('[').and_then(|it| it.split_once(']')) else {
            return;
        };
        let after = after.trim();
        match (after.strip_suffix(" responses").and_then(parse_number), parse_number(inside)) {
            (Some(count), _) => self.answers.push((inside, count)),
            (None, Some(count)) => {
                self.unanswered += count;
                self.first_error =
                    if self.first_error.is_empty() { after } else { self.first_error };
            }
            (None, None) => {}
        }
    }

    fn emit(self, sink: &mut EntrySink<'_>) {
        let Some(rate) = self.rate else {
            let remedy = "let hey end by itself";
            sink.reject(self.line, "no line `Requests/sec:` follows", remedy, "Summary:");
            return;
        };
        let mut entry = BenchmarkEntry::named("hey").field("duration_s", self.duration);
        // hey prints no number of requests: it is that of all answers and errors.
        let (mut requests, mut refused) = (self.unanswered, self.unanswered);
        let mut reason = self.first_error.to_owned();
        for (code, count) in &self.answers {
            entry = entry.field(&format!("status_{code}"), *count);
            requests += count;
            if is_failure(code) {
                refused += count;
                reason = if reason.is_empty() { format!("status {code}") } else { reason };
            }
        }
        let is_counted = requests > 0.0;
        if is_counted {
            entry = entry.field("requests", requests);
        }
        let has_time = self.average.is_some();
        let time = self.average.map(|average| {
            let mut time = metric(TIME_METRIC, "s", average)
                .statistic(Statistic::Min, self.fastest)
                .statistic(Statistic::Max, self.slowest);
            time.statistics.extend(self.percentiles);
            time
        });
        entry.metrics.extend(time);
        entry = entry.metric(metric(THROUGHPUT, "req/s", rate));
        // A summary that was cut short says nothing of status codes.
        if !is_counted && has_time {
            sink.entry(entry);
            return;
        }
        entry = entry.metric(error_count(refused));
        sink.entry(fail_where_all_failed(entry, requests, refused, &reason));
    }
}

/// Whether a status code says that the request failed.
fn is_failure(code: &str) -> bool {
    code.parse::<u16>().is_ok_and(|code| code >= 400)
}

/// `-o csv`: a row for each answer; requests without one are not in it.
fn read_csv(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut log = RequestLog::new("s", 1.0);
    let heading: Vec<&str> = text.text.lines().next().unwrap_or_default().split(',').collect();
    let place = |name: &str| heading.iter().position(|cell| cell.trim() == name);
    let (code_at, offset_at) = (place("status-code"), place("offset"));
    for (line_number, line) in text.lines().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).copied().unwrap_or_default();
        // A row that was cut off has fewer cells, and its last number may be half a number.
        let duration = parse_number(cell(Some(0))).filter(|_| cells.len() == heading.len());
        let Some(duration) = duration else {
            let remedy = "write the file again; hey adds nothing to its rows";
            sink.reject(line_number, "no row of hey's columns", remedy, line);
            continue;
        };
        let code = cell(code_at);
        log.add(&Request {
            label: "hey",
            start: parse_number(cell(offset_at)),
            duration: Some(duration),
            failure: is_failure(code).then_some(code),
        });
    }
    sink.remark("hey -o csv holds answers only: requests without an answer are not counted");
    log.emit("", None, sink);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn answers_that_are_all_errors_are_a_failed_run() {
        let text = "Summary:\n  Total:\t0.1 secs\n  Slowest:\t0.2 secs\n  Fastest:\t0.1 secs\n  Average:\t0.1 secs\n  Requests/sec:\t900.5\n\nStatus code distribution:\n  [503]\t9 responses\n";
        let entries = read_text(&FORMAT, text);
        assert_eq!(entries[0].error.as_deref(), Some("all 9 requests failed: status 503"));
        assert_eq!(entries[0].metrics, []);
    }
}
