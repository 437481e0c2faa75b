//! What Catch2 prints of benchmarks: under `benchmark name  samples  iterations  est run time`,
//! three rows each (estimate, mean, standard deviation), one where analysis is off.
//!
//! Long names go on in the second and third row. Values are rounded for people; `-r xml` has all
//! digits. The bounds of the standard deviation are fields. Rows that break off are rejected.

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{convert, parse_number};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "catch2-text",
    tool: "Catch2 2 and 3: what it prints",
    signature: "a line `benchmark name  samples  iterations  …`",
    yields: "time (mean, std, lower, upper); sample_count, iterations; failed benchmarks",
    backend: "cpp",
    reader: Reader::Text { recognizes, read },
};

const UNITS: [&str; 6] = ["ns", "us", "ms", "s", "m", "h"];

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| is_header(line))
}

fn is_header(line: &str) -> bool {
    let mut words = line.split_whitespace();
    ["benchmark", "name", "samples", "iterations"].iter().all(|word| words.next() == Some(*word))
}

/// A benchmark whose rows are being read.
struct OpenRow {
    line: usize,
    name: Vec<String>,
    samples: f64,
    iterations: f64,
    mean: Option<[ClockReading; 3]>,
}

#[derive(Clone, Copy)]
struct ClockReading {
    value: f64,
    unit: &'static str,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let (mut suite, mut heading, mut before) = (String::new(), Vec::new(), "");
    // Headings stand between dashes; a table begins where its header does.
    let (mut in_heading, mut in_table) = (false, false);
    let mut open: Option<OpenRow> = None;
    for (number, line) in text.lines() {
        let rule = line.trim_end();
        let dashes = rule.len() > 20 && rule.bytes().all(|byte| byte == b'-');
        if dashes && in_heading && !heading.is_empty() {
            suite = std::mem::take(&mut heading).join("/");
            in_heading = false;
        } else if dashes && !is_std_header(before) {
            (in_heading, in_table) = (true, false);
        } else if in_heading && !line.trim().is_empty() {
            heading.push(line.trim().to_owned());
        } else if is_header(line) {
            in_table = true;
        } else if in_table && !line.trim().is_empty() && !dashes {
            open = take_row(open, number, line, &suite, sink);
        } else if line.trim().is_empty() {
            reject_incomplete(open.take(), sink);
        }
        if dashes || line.starts_with("====") {
            reject_incomplete(open.take(), sink);
            in_table &= !line.starts_with("====");
        }
        before = line;
    }
    reject_incomplete(open, sink);
    Ok(())
}

fn is_std_header(line: &str) -> bool {
    line.trim_start().starts_with("std dev ") || is_header(line)
}

fn reject_incomplete(open: Option<OpenRow>, sink: &mut EntrySink<'_>) {
    if let Some(open) = open {
        let reason = "the rows of this benchmark break off";
        sink.reject(open.line, reason, "run the benchmark again", &open.name.join(" "));
    }
}

/// Takes a row of the table; what is still open after it.
fn take_row(
    open: Option<OpenRow>,
    line_number: usize,
    line: &str,
    suite: &str,
    sink: &mut EntrySink<'_>,
) -> Option<OpenRow> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match open {
        None => parse_first_row(line_number, &words),
        Some(mut open) => {
            let (name, values) = match trailing_times(&words) {
                Some(found) => found,
                None if line.contains("failed") => {
                    sink.entry(entry(&open, suite).failed(line.trim()));
                    return None;
                }
                // A row that is none: the header's second and third, or output between.
                None => return Some(open),
            };
            open.name.extend(name.iter().map(|&word| word.to_owned()));
            let Some(mean) = open.mean else {
                open.mean = Some(values);
                return Some(open);
            };
            sink.entry(with_time(entry(&open, suite), mean, values));
            None
        }
    }
}

/// Name, samples, iterations, and a time that is estimated.
fn parse_first_row(line: usize, words: &[&str]) -> Option<OpenRow> {
    let [name @ .., samples, iterations, time, unit] = words else { return None };
    let whole = |text: &str| parse_number(text).filter(|it| it.fract() == 0.0);
    let (samples, iterations) = (whole(samples)?, whole(iterations)?);
    parse_number(time)?;
    let known = UNITS.contains(unit) && !name.is_empty();
    let name = name.iter().map(|&word| word.to_owned()).collect();
    known.then_some(OpenRow { line, name, samples, iterations, mean: None })
}

/// What stands before three times, and these.
fn trailing_times<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], [ClockReading; 3])> {
    let at = words.len().checked_sub(6)?;
    let value = |place: usize| {
        let unit = UNITS.into_iter().find(|unit| *unit == words[at + place + 1])?;
        // Catch2 writes minutes with one letter.
        let unit = if unit == "m" { "min" } else { unit };
        Some(ClockReading { value: parse_number(words[at + place])?, unit })
    };
    Some((&words[..at], [value(0)?, value(2)?, value(4)?]))
}

fn entry(open: &OpenRow, suite: &str) -> BenchmarkEntry {
    BenchmarkEntry::of(suite, open.name.join(" "))
        .field("sample_count", open.samples)
        .field("iterations", open.iterations)
}

fn with_time(
    entry: BenchmarkEntry,
    [mean, low, high]: [ClockReading; 3],
    [std, std_low, std_high]: [ClockReading; 3],
) -> BenchmarkEntry {
    let same = |it: ClockReading| convert(it.value, it.unit, mean.unit);
    let time = metric(TIME_METRIC, mean.unit, mean.value)
        .std(same(std))
        .statistic(Statistic::Lower, same(low))
        .statistic(Statistic::Upper, same(high));
    let shown = |it: ClockReading| format!("{} {}", it.value, it.unit);
    entry.metric(time).field("std_low", shown(std_low)).field("std_high", shown(std_high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn long_names_and_sections_are_joined() {
        let text = "\
-------------------------------------------------------------------------------
Case
  Section
-------------------------------------------------------------------------------
x.cpp:5
...............................................................................

benchmark name                       samples       iterations    est run time
                                     mean          low mean      high mean
                                     std dev       low std dev   high std dev
-------------------------------------------------------------------------------
Fibonacci 10 with                              100           208     7.1968 ms 
a long name                                 344 ns        341 ns       0.35 us 
                                             19 ns         11 ns         29 ns 
                                                                               
cut                                            100             2     8.3712 ms 

===============================================================================
";
        let text = Text::new("x", text.as_bytes());
        let mut found = Vec::new();
        let mut take = |entry| found.push(entry);
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!((sink.rejected.len(), sink.rejected[0].text.as_str()), (1, "cut"));
        assert_eq!(
            (&*found[0].suite, &*found[0].test),
            ("Case/Section", "Fibonacci 10 with a long name")
        );
        let time = metric(TIME_METRIC, "ns", 344.0)
            .std(19.0)
            .statistic(Statistic::Lower, 341.0)
            .statistic(Statistic::Upper, 350.0);
        assert_eq!(found[0].metrics, [time]);
        assert_eq!(found[0].fields["iterations"], 208.0);
    }

    #[test]
    fn minutes_are_no_metres() {
        let words = ["1", "m", "1", "m", "2", "m"];
        let (_, values) = trailing_times(&words).unwrap();
        assert_eq!(values[0].unit, "min");
        assert!(read_text(&FORMAT, "benchmark name samples iterations estimated\n").is_empty());
    }
}
