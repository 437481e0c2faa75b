//! netperf: the tables of its streams and of requests and responses, and `-o` with a heading of its
//! own choice; one entry a test.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::name::snake_case;
use crate::parse::number::parse_number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "netperf",
    tool: "netperf: classic tables, or -o",
    signature: "a line `… TEST from … to …`, and `Throughput` or `Trans.` below it",
    yields: "throughput, time (percentiles, mean, std, min, max); sizes as parameters",
    backend: "network",
    reader: Reader::Text { recognizes, read },
};

/// `MIGRATED UDP REQUEST/RESPONSE TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to …`
fn test_name(line: &str) -> Option<&str> {
    let (name, after) = line.split_once(" TEST from ")?;
    let name = name.trim_start_matches("MIGRATED ").trim();
    (after.contains("port ") && !name.is_empty()).then_some(name)
}

fn recognizes(text: &Text) -> bool {
    let is_test = text.lines().any(|(_, line)| test_name(line).is_some());
    is_test && (text.text.contains("Throughput") || text.text.contains("Trans."))
}

/// A test, and the lines of its heading up to the first row of numbers.
struct OpenTest<'t> {
    name: &'t str,
    place: usize,
    heading: Vec<&'t str>,
    /// A line of the heading names a result: what follows it may be the row.
    has_result: bool,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<OpenTest<'_>> = None;
    let mut has_heading = false;
    for (place, line) in text.lines() {
        if let Some(name) = test_name(line) {
            open.into_iter().for_each(|test| test.reject(sink));
            open = Some(OpenTest { name, place, heading: Vec::new(), has_result: false });
            has_heading = true;
            continue;
        }
        let Some(test) = &mut open else { continue };
        let is_row = line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        // The line with the addresses may be wrapped, and its second half begins with a number.
        if !(is_row && test.has_result) {
            let results = ["Throughput", "Trans.", "Rate"];
            test.has_result |= results.iter().any(|word| line.contains(word));
            test.heading.push(line.trim());
            continue;
        }
        match test.entry(line) {
            Some(entry) => sink.entry(entry),
            None => sink.reject(place, "a row that does not fit its heading", REMEDY, line),
        }
        open = None;
    }
    open.into_iter().for_each(|test| test.reject(sink));
    if has_heading { Ok(()) } else { Err(InputError::whole("no line `… TEST from …`")) }
}

const REMEDY: &str = "keep the whole output of netperf";

impl OpenTest<'_> {
    fn reject(&self, sink: &mut EntrySink<'_>) {
        sink.reject(self.place, "no row of results follows", REMEDY, self.name);
    }

    fn entry(&self, line: &str) -> Option<BenchmarkEntry> {
        // A heading of `-o` may be wrapped at any word.
        let begin = self.heading.iter().position(|line| line.matches(',').count() > 1);
        match begin {
            Some(begin) => self.omni_entry(&self.heading[begin..].join(" "), line),
            None => self.classic_entry(line),
        }
    }

    /// `-o`: the columns that were asked for, between commas.
    fn omni_entry(&self, heading: &str, line: &str) -> Option<BenchmarkEntry> {
        let names: Vec<&str> = heading.split(',').map(str::trim).collect();
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if names.len() != cells.len() {
            return None;
        }
        let cell = |name: &str| names.iter().position(|it| *it == name).map(|place| cells[place]);
        let value = |name: &str| cell(name).and_then(parse_number);
        // The unit is a column of its own: a test may use another one.
        let unit = unit(cell("Throughput Units").unwrap_or_default());
        let mut entry =
            BenchmarkEntry::named(self.name).metric(metric(THROUGHPUT, unit, value("Throughput")?));
        entry.metrics.extend(latency(&value));
        for (name, cell) in names.iter().zip(&cells) {
            let is_value = name.contains("Latency") || name.starts_with("Throughput");
            let field = snake_case(name);
            entry = match parse_number(cell) {
                _ if is_value || field.is_empty() => entry,
                Some(number) => entry.field(&field, number),
                None => entry.field(&field, *cell),
            };
        }
        Some(entry)
    }

    /// The tables of old: the last number is the result, those before it are sizes and the time.
    fn classic_entry(&self, line: &str) -> Option<BenchmarkEntry> {
        let numbers: Vec<f64> = line.split_whitespace().map_while(parse_number).collect();
        let heading = self.heading.join(" ");
        let (names, unit): (&[&str], &str) = match numbers.len() {
            5 if heading.contains("10^6bits") => {
                (&["receive_socket", "send_socket", "message_size"], "Mbit/s")
            }
            6 if heading.contains("Trans") => {
                (&["send_socket", "receive_socket", "request_size", "response_size"], "ops/s")
            }
            _ => return None,
        };
        let rate = metric(THROUGHPUT, unit, *numbers.last()?);
        let entry = BenchmarkEntry::named(self.name).metric(rate);
        let sizes = names.iter().zip(&numbers);
        Some(sizes.fold(entry, |entry, (name, size)| entry.param(name, size.to_string())))
    }
}

fn unit(printed: &str) -> &str {
    match printed {
        "10^6bits/s" => "Mbit/s",
        "10^3bits/s" => "kbit/s",
        "10^9bits/s" => "Gbit/s",
        "Trans/s" => "ops/s",
        other => other,
    }
}

/// Latencies in microseconds; the mean where it was asked for, else the median.
fn latency(value: &dyn Fn(&str) -> Option<f64>) -> Option<Measurement<'static>> {
    let of = |name: &str| value(&format!("{name} Latency Microseconds"));
    let typical = of("Mean").or(of("50th Percentile"))?;
    let time = metric(TIME_METRIC, "us", typical)
        .std(of("Stddev"))
        .statistic(Statistic::Min, of("Minimum"))
        .statistic(Statistic::Max, of("Maximum"))
        .statistic(Statistic::P50, of("50th Percentile"))
        .statistic(Statistic::P90, of("90th Percentile"))
        .statistic(Statistic::P99, of("99th Percentile"));
    Some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn classic_tables_end_with_the_result() {
        let text = "MIGRATED TCP STREAM TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to localhost () port 0 AF_INET : demo
Recv   Send    Send
Socket Socket  Message  Elapsed
Size   Size    Size     Time     Throughput
bytes  bytes   bytes    secs.    10^6bits/sec

131072  16384  16384    10.00    38545.24
";
        let entries = read_text(&FORMAT, text);
        assert_eq!(
            (&*entries[0].test, &*entries[0].params["send_socket"]),
            ("TCP STREAM", "16384")
        );
        let rate = &entries[0].metrics[0];
        assert_eq!((rate.value.get(), rate.unit.as_deref()), (Some(38545.24), Some("Mbit/s")));
    }
}
