//! What Catch2 prints of benchmarks: under `benchmark name  samples  iterations  est run time`,
//! three rows each (estimate, mean, standard deviation), one where analysis is off.
//!
//! Long names go on in the second and third row. Values are rounded for people; `-r xml` tells all
//! digits. The bounds of the standard deviation are fields. Rows that break off are refused.

use crate::entry::{Entry, Told, metric};
use crate::formats::{Format, Reader};
use crate::quantity::{converted, number};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::{Statistic, TIME};

pub(crate) const FORMAT: Format = Format {
    name: "catch2-text",
    tool: "Catch2 2 and 3: what it prints",
    mark: "a line `benchmark name  samples  iterations  …`",
    yields: "time (mean, std, lower, upper); sample_count, iterations; failed benchmarks",
    backend: "cpp",
    reader: Reader::Text { is, read },
};

const UNITS: [&str; 6] = ["ns", "us", "ms", "s", "m", "h"];

fn is(text: &Text) -> bool {
    text.lines().any(|(_, line)| is_header(line))
}

fn is_header(line: &str) -> bool {
    let mut words = line.split_whitespace();
    ["benchmark", "name", "samples", "iterations"].iter().all(|word| words.next() == Some(*word))
}

/// A benchmark whose rows are being read.
struct Open {
    line: usize,
    name: Vec<String>,
    samples: f64,
    iterations: f64,
    mean: Option<[Value; 3]>,
}

#[derive(Clone, Copy)]
struct Value {
    value: f64,
    unit: &'static str,
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let (mut suite, mut heading, mut before) = (String::new(), Vec::new(), "");
    // Headings stand between dashes; a table begins where its header does.
    let (mut in_heading, mut in_table) = (false, false);
    let mut open: Option<Open> = None;
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
            open = row(open, number, line, &suite, sink);
        } else if line.trim().is_empty() {
            cut_off(open.take(), sink);
        }
        if dashes || line.starts_with("====") {
            cut_off(open.take(), sink);
            in_table &= !line.starts_with("====");
        }
        before = line;
    }
    cut_off(open, sink);
    Ok(())
}

fn is_std_header(line: &str) -> bool {
    line.trim_start().starts_with("std dev ") || is_header(line)
}

fn cut_off(open: Option<Open>, sink: &mut Sink<'_>) {
    if let Some(open) = open {
        let reason = "the rows of this benchmark break off";
        sink.refuse(open.line, reason, "run the benchmark again", &open.name.join(" "));
    }
}

/// Takes a row of the table; what is still open after it.
fn row(
    open: Option<Open>,
    line_number: usize,
    line: &str,
    suite: &str,
    sink: &mut Sink<'_>,
) -> Option<Open> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match open {
        None => first(line_number, &words),
        Some(mut open) => {
            let (name, values) = match triple(&words) {
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
            sink.entry(told(entry(&open, suite), mean, values));
            None
        }
    }
}

/// Name, samples, iterations, and a time that is estimated.
fn first(line: usize, words: &[&str]) -> Option<Open> {
    let [name @ .., samples, iterations, time, unit] = words else { return None };
    let whole = |text: &str| number(text).filter(|it| it.fract() == 0.0);
    let (samples, iterations) = (whole(samples)?, whole(iterations)?);
    number(time)?;
    let known = UNITS.contains(unit) && !name.is_empty();
    let name = name.iter().map(|&word| word.to_owned()).collect();
    known.then_some(Open { line, name, samples, iterations, mean: None })
}

/// What stands before three times, and these.
fn triple<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], [Value; 3])> {
    let at = words.len().checked_sub(6)?;
    let value = |place: usize| {
        let unit = UNITS.into_iter().find(|unit| *unit == words[at + place + 1])?;
        // Catch2 writes minutes with one letter.
        let unit = if unit == "m" { "min" } else { unit };
        Some(Value { value: number(words[at + place])?, unit })
    };
    Some((&words[..at], [value(0)?, value(2)?, value(4)?]))
}

fn entry(open: &Open, suite: &str) -> Entry {
    Entry::of(suite, open.name.join(" "))
        .field("sample_count", open.samples)
        .field("iterations", open.iterations)
}

fn told(
    entry: Entry,
    [mean, low, high]: [Value; 3],
    [std, std_low, std_high]: [Value; 3],
) -> Entry {
    let same = |it: Value| converted(it.value, it.unit, mean.unit);
    let time = metric(TIME, mean.unit, mean.value)
        .std(same(std))
        .with(Statistic::Lower, same(low))
        .with(Statistic::Upper, same(high));
    let shown = |it: Value| format!("{} {}", it.value, it.unit);
    entry.metric(time).field("std_low", shown(std_low)).field("std_high", shown(std_high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::read_text;

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
        let mut sink = Sink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!((sink.refused.len(), sink.refused[0].text.as_str()), (1, "cut"));
        assert_eq!(
            (&*found[0].suite, &*found[0].test),
            ("Case/Section", "Fibonacci 10 with a long name")
        );
        let time = metric(TIME, "ns", 344.0)
            .std(19.0)
            .with(Statistic::Lower, 341.0)
            .with(Statistic::Upper, 350.0);
        assert_eq!(found[0].metrics, [time]);
        assert_eq!(found[0].fields["iterations"], 208.0);
    }

    #[test]
    fn minutes_are_no_metres() {
        let words = ["1", "m", "1", "m", "2", "m"];
        let (_, values) = triple(&words).unwrap();
        assert_eq!(values[0].unit, "min");
        assert!(read_text(&FORMAT, "benchmark name samples iterations estimated\n").is_empty());
    }
}
