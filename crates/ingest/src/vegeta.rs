//! vegeta report, its text and its histogram; one entry a run, or a bucket. The text does not name
//! the target: name it by `--set test=…`, or by a heading of Markdown above it.
//!
//! Times are written with units of their own (`1.2ms`, `1m2.5s`); they are read as milliseconds.
//! The rate is that of successful requests, where vegeta prints it, as it was achieved.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::requests::fail_where_all_failed;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "vegeta-text",
    tool: "vegeta report: text, or hist[…]",
    signature: "lines `Requests      [total, …]` and `Latencies     [min, mean, …]`; or a line \
                `Bucket  #  %  Histogram`",
    yields: "time (mean, min, max, p50, p90, p95, p99), throughput, success_rate; rate, requests, bytes, \
             status codes; of a histogram: share of each bucket",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let begins = |start: &str| {
        text.lines().any(|(_, line)| columns(line).is_some_and(|it| it.name == start))
    };
    (begins("Requests") && begins("Latencies")) || text.lines().any(|(_, line)| is_heading(line))
}

/// `Bucket           #  %       Histogram`
fn is_heading(line: &str) -> bool {
    line.split_whitespace().eq(["Bucket", "#", "%", "Histogram"])
}

/// A line of the report: `Requests      [total, rate]            100, 101.01`.
struct ReportRow<'t> {
    name: &'t str,
    pairs: Vec<(&'t str, &'t str)>,
    values: &'t str,
}

fn columns(line: &str) -> Option<ReportRow<'_>> {
    let (name, after) = line.split_once('[')?;
    let (names, values) = after.split_once(']')?;
    let name = name.trim();
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    let pairs = names.split(',').map(str::trim).zip(values.split(',').map(str::trim)).collect();
    is_word.then_some(ReportRow { name, pairs, values: values.trim() })
}

/// Milliseconds of a duration as Go prints it: `915µs`, `1.2ms`, `1m2.5s`, `0s`.
fn milliseconds(text: &str) -> Option<f64> {
    let (mut rest, mut sum) = (text.trim(), 0.0);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let unit_end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let value: f64 = number.parse().ok()?;
        sum += match unit {
            "ns" => value / 1e6,
            "us" | "µs" | "μs" => value / 1e3,
            "ms" => value,
            "s" => value * 1e3,
            "m" => value * 6e4,
            "h" => value * 3.6e6,
            _ => return None,
        };
        rest = next;
    }
    Some(sum)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<VegetaReport<'_>> = None;
    let mut is_histogram = false;
    // Results are published as Markdown, a report below each heading.
    let mut title = "vegeta";
    let mut has_report = false;
    for (place, line) in text.lines() {
        // Reports and histograms may follow each other in one file.
        if let Some(heading) = line.strip_prefix('#').map(|line| line.trim_matches(['#', ' ']))
            && !heading.is_empty()
        {
            title = heading;
        }
        is_histogram |= is_heading(line);
        has_report |= is_heading(line);
        match columns(line) {
            Some(row) if row.name == "Requests" => {
                open.into_iter().for_each(|report| report.emit(sink));
                open = Some(VegetaReport { title, line: place, ..VegetaReport::default() });
                (is_histogram, has_report) = (false, true);
                open.iter_mut().for_each(|report| report.take_row(&row));
            }
            Some(row) => {
                let Some(report) = &mut open else { continue };
                report.take_row(&row);
                if row.name == "Latencies" && report.latency.is_none() {
                    sink.reject(place, "no mean among the latencies", REMEDY, line);
                }
            }
            None if is_histogram && line.trim_start().starts_with('[') => match bucket(title, line)
            {
                Some(entry) => sink.entry(entry),
                None => sink.reject(place, "no bucket of a histogram", REMEDY, line),
            },
            None if is_histogram => {}
            None => open.iter_mut().for_each(|report| report.take_error(line)),
        }
    }
    open.into_iter().for_each(|report| report.emit(sink));
    if has_report { Ok(()) } else { Err(InputError::whole("no line `Requests  [total, …]`")) }
}

const REMEDY: &str = "let vegeta write the report again";

/// `[0s,     10ms]  82    82.00%  ####`: the part of all requests that lies in a bucket.
fn bucket(title: &str, line: &str) -> Option<BenchmarkEntry> {
    let (bounds, after) = line.trim().strip_prefix('[')?.split_once(']')?;
    let bounds: Vec<&str> = bounds.split(',').map(str::trim).collect();
    let [from, to] = bounds.as_slice() else { return None };
    milliseconds(from).filter(|_| *to == "+Inf" || milliseconds(to).is_some())?;
    let mut words = after.split_whitespace();
    let (count, share) = (parse_number(words.next()?)?, words.next()?.strip_suffix('%')?);
    // Whether a bucket should be full depends on what lies in it.
    let share = metric("share", "%", parse_number(share)?).direction(Direction::Unknown);
    let entry = BenchmarkEntry::named(title).param("bucket", format!("[{from}, {to}]"));
    Some(entry.field("requests", count).metric(share))
}

#[derive(Default)]
struct VegetaReport<'t> {
    title: &'t str,
    line: usize,
    total: Option<f64>,
    rate: Option<f64>,
    throughput: Option<f64>,
    latency: Option<Measurement<'static>>,
    success: Option<f64>,
    fields: Vec<(String, f64)>,
    is_error_set: bool,
    first_error: &'t str,
}

impl<'t> VegetaReport<'t> {
    fn take_row(&mut self, row: &ReportRow<'t>) {
        let value =
            |name: &str| row.pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let number = |name: &str| value(name).and_then(parse_number);
        match row.name {
            "Requests" => {
                self.total = number("total");
                self.rate = number("rate");
                self.throughput = number("throughput");
            }
            "Duration" => {
                let total = value("total").and_then(milliseconds);
                self.fields.extend(total.map(|total| ("duration_ms".to_owned(), total)));
            }
            "Latencies" => self.latency = latency(&|name| value(name).and_then(milliseconds)),
            "Bytes In" | "Bytes Out" => {
                let name = if row.name == "Bytes In" { "bytes_in" } else { "bytes_out" };
                self.fields.extend(number("total").map(|total| (name.to_owned(), total)));
            }
            "Success" => self.success = parse_quantity(row.values).map(|(value, _)| value),
            "Status Codes" => {
                // `0:3  200:97`: code 0 is no answer at all.
                for pair in row.values.split_whitespace() {
                    let Some((code, count)) = pair.split_once(':') else { continue };
                    let count = parse_number(count);
                    self.fields.extend(count.map(|count| (format!("status_{code}"), count)));
                }
            }
            _ => {}
        }
    }

    fn take_error(&mut self, line: &'t str) {
        let line = line.trim();
        if line.starts_with("Error Set:") {
            self.is_error_set = true;
        } else if self.is_error_set && self.first_error.is_empty() && !line.starts_with(['#', '`'])
        {
            self.first_error = line;
        }
    }

    fn emit(self, sink: &mut EntrySink<'_>) {
        // Of no requests at all the ratio is no number.
        let success = self.success.or((self.total == Some(0.0)).then_some(0.0));
        let (Some(total), Some(success)) = (self.total, success) else {
            let reason = "no lines `Requests  [total, …]` and `Success  [ratio]`";
            sink.reject(self.line, reason, REMEDY, "Requests");
            return;
        };
        let mut entry = BenchmarkEntry::named(self.title).field("requests", total);
        for (name, value) in self.fields {
            entry = entry.field(&name, value);
        }
        entry.metrics.extend(self.latency);
        // `rate` is what was asked of vegeta; older versions print nothing else.
        let rate = match self.throughput {
            Some(throughput) => {
                entry = entry.field("rate", self.rate);
                Some(throughput)
            }
            None => self.rate,
        };
        entry.metrics.extend(rate.map(|rate| metric(THROUGHPUT, "req/s", rate)));
        entry = entry.metric(metric("success_rate", "%", success));
        // Whole requests: vegeta prints the ratio in hundredths of a percent.
        let failures = if success <= 0.0 { total } else { 0.0 };
        sink.entry(fail_where_all_failed(entry, total, failures, self.first_error));
    }
}

fn latency(value: &dyn Fn(&str) -> Option<f64>) -> Option<Measurement<'static>> {
    let statistics = [
        ("min", Statistic::Min),
        ("max", Statistic::Max),
        ("50", Statistic::P50),
        ("90", Statistic::P90),
        ("95", Statistic::P95),
        ("99", Statistic::P99),
    ];
    let put =
        |time: Measurement<'static>, (name, statistic)| time.statistic(statistic, value(name));
    Some(statistics.into_iter().fold(metric(TIME_METRIC, "ms", value("mean")?), put))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    /// As vegeta 12 prints it.
    const REPORT: &str = "Requests      [total, rate, throughput]         1200, 120.00, 65.87
Duration      [total, attack, wait]             10.094965987s, 9.949883921s, 145.082066ms
Latencies     [min, mean, 50, 90, 95, 99, max]  90ms, 113.172398ms, 108ms, 140ms, 247ms, 9s, 1m2.5s
Bytes In      [total, mean]                     3714690, 3095.57
Bytes Out     [total, mean]                     0, 0.00
Success       [ratio]                           55.42%
Status Codes  [code:count]                      0:535  200:665
Error Set:
Get http://localhost:6060: dial tcp 127.0.0.1:6060: connection refused
";

    #[test]
    fn a_report_is_read_with_its_durations() {
        let entries = read_text(&FORMAT, REPORT);
        let time = &entries[0].metrics[0];
        assert_eq!((time.value.get(), time.unit.as_deref()), (Some(113.172398), Some("ms")));
        assert_eq!(time.statistics[1], (Statistic::Max, 62_500.0));
        let values: Vec<Option<f64>> =
            entries[0].metrics.iter().map(|metric| metric.value.get()).collect();
        assert_eq!(values[1..], [Some(65.87), Some(55.42)]);
        assert_eq!(
            (&entries[0].fields["status_0"], &entries[0].fields["rate"]),
            (&535.into(), &120.into())
        );
        let published = format!("## Test: /tea\n\n```text\n{REPORT}```\n## Coffee ##\n{REPORT}");
        let names: Vec<String> =
            read_text(&FORMAT, &published).into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["Test: /tea", "Coffee"]);
        let old = REPORT.replace(
            "[total, rate, throughput]         1200, 120.00, 65.87",
            "[total, rate]  1200, 120.00",
        );
        assert_eq!(read_text(&FORMAT, &old)[0].metrics[1].value.get(), Some(120.0));
        let failed = REPORT.replace("55.42%", "0.00%");
        let error = read_text(&FORMAT, &failed)[0].error.clone().unwrap();
        assert!(error.starts_with("all 1200 requests failed: Get http://localhost"), "{error}");
    }

    #[test]
    fn a_histogram_is_read_by_bucket() {
        let text = "Bucket           #     %       Histogram\n[0s,     10ms]   6007  33.33%  #########################\n[10ms,   +Inf]   12014  66.67%  ####\n";
        let entries = read_text(&FORMAT, text);
        assert_eq!(&entries[1].params["bucket"], "[10ms, +Inf]");
        assert_eq!(
            (entries[0].metrics[0].value.get(), &entries[0].fields["requests"]),
            (Some(33.33), &6007.into())
        );
    }

    #[test]
    fn durations_of_go_are_milliseconds() {
        for (text, millis) in
            [("0s", 0.0), ("915µs", 0.915), ("1h0m1.5s", 3_601_500.0), ("25ns", 0.000_025)]
        {
            assert_eq!(milliseconds(text), Some(millis), "{text}");
        }
        for text in ["", "5", "s", "1x", "1.2.3s", "-1s"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
