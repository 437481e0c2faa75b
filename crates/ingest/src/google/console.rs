//! What Google Benchmark prints: a table `Benchmark  Time  CPU  Iterations  UserCounters...`.
//!
//! Numbers are rounded for people here; `--benchmark_format=json` has all digits. Counters stand
//! with prefixes of their own (`1.2k`) and are kept as fields, as they stand.

use std::collections::BTreeSet;

use crate::format::{Format, Reader};
use crate::google::{GoogleContext, GoogleRow, emit_entries, split_aggregate};
use crate::parse::number::{is_no_number, parse_number};
use crate::parse::{name, time};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

pub(crate) const FORMAT: Format = Format {
    name: "google-benchmark-console",
    tool: "Google Benchmark: what it prints",
    signature: "a line `Benchmark  Time  CPU  Iterations` between dashes",
    yields: "time, cpu_time, samples or mean, median, std; iterations, counters as fields",
    backend: "cpp",
    reader: Reader::Text { recognizes, read },
};

const UNITS: [&str; 4] = ["ns", "us", "ms", "s"];

fn recognizes(text: &Text) -> bool {
    let is_dashes = |line: &str| line.len() > 20 && line.bytes().all(|byte| byte == b'-');
    text.lines().any(|(_, line)| is_header(line))
        && text.lines().any(|(_, line)| is_dashes(line.trim_end()) || parse_line(line).is_some())
}

fn is_header(line: &str) -> bool {
    let mut words = line.split_whitespace();
    ["Benchmark", "Time", "CPU", "Iterations"].iter().all(|word| words.next() == Some(*word))
}

/// A row as it stands: the name, and the rest of its words.
struct ConsoleLine<'a> {
    name: String,
    words: Vec<&'a str>,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().skip_while(|(_, line)| !is_header(line)) {
        match self::parse_line(line) {
            Some(line) => lines.push(line),
            None if looks_like_row(line) => {
                sink.reject(number, "no time follows the name", "run the benchmark again", line);
            }
            None => {}
        }
    }
    // The first line of the output is its date.
    let before = text.lines().take_while(|(_, line)| !is_header(line));
    let date = before.map(|(_, line)| line.trim()).filter(|line| line.starts_with("20"));
    let date = date.filter(|line| line.len() <= 40).find_map(time::parse_time);
    let context = GoogleContext { date, ..GoogleContext::default() };
    let names: BTreeSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let rows = lines.iter().map(|line| row(line, &names)).collect();
    emit_entries(rows, &context, sink);
    Ok(())
}

/// Whether a line that is no row looks like one: named as Google's own benchmarks are.
fn looks_like_row(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    name.starts_with("BM_") && words.next().is_some()
}

/// A row of the table: a time follows the name, or an error does.
fn parse_line(line: &str) -> Option<ConsoleLine<'_>> {
    if let Some((name, error)) = line.split_once("ERROR OCCURRED:") {
        return Some(ConsoleLine {
            name: name.trim().to_owned(),
            words: vec!["ERROR", error.trim().trim_matches('\'')],
        });
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = (1..words.len().saturating_sub(1)).find(|at| {
        let unit = words[at + 1];
        let is_value = parse_number(words[*at]).is_some() || is_no_number(words[*at]);
        is_value && (UNITS.contains(&unit) || unit == "%")
    });
    if let Some(at) = at {
        return Some(ConsoleLine { name: words[..at].join(" "), words: words[at..].to_vec() });
    }
    let complexity = words.first().is_some_and(|it| it.ends_with("_BigO") || it.ends_with("_RMS"));
    complexity.then(|| ConsoleLine { name: words[0].to_owned(), words: Vec::new() })
}

fn row(line: &ConsoleLine<'_>, names: &BTreeSet<&str>) -> GoogleRow {
    let (name, aggregate) = split_aggregate(&line.name, names);
    let mut row = GoogleRow {
        name: name.to_owned(),
        aggregate: aggregate.to_owned(),
        ..GoogleRow::default()
    };
    // What is no number is reported when it is written.
    let value = |word: &str| Some(parse_number(word).unwrap_or(f64::NAN));
    let rest = match line.words.as_slice() {
        ["ERROR", error, ..] => {
            row.error = Some((*error).to_owned());
            return row;
        }
        [time, unit, cpu, cpu_unit, rest @ ..] if UNITS.contains(cpu_unit) || *cpu_unit == "%" => {
            (row.time, row.cpu) = (value(time), value(cpu));
            row.unit = (*unit).to_owned();
            rest
        }
        [time, unit, rest @ ..] => {
            row.time = value(time);
            row.unit = (*unit).to_owned();
            rest
        }
        _ => return row,
    };
    let mut label = Vec::new();
    for (place, word) in rest.iter().enumerate() {
        match word.split_once('=') {
            _ if place == 0 && name::is_whole(word) => {
                row.fields.extend(
                    parse_number(word).map(|count| ("iterations".to_owned(), count.into())),
                );
            }
            Some((key, value)) if name::is_key(key) => {
                row.fields.insert(name::snake_case(key), value.into());
            }
            _ => label.push(*word),
        }
    }
    if !label.is_empty() {
        row.fields.insert("label".to_owned(), label.join(" ").into());
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{CPU_TIME, MeasurementExt, metric};
    use crate::test_support::read_text;
    use model::record::TIME_METRIC;

    #[test]
    fn the_table_is_read() {
        let text = "2024-05-05T10:00:00+00:00\nRun on (8 X 24 MHz CPU s)\n\
            -----\nBenchmark           Time        CPU   Iterations UserCounters...\n-----\n\
            BM_a/8      1.50 us   1.25 us   573453 bytes_per_second=1.2G/s hits=1.5k a label\n\
            BM_a/8      2.50 us   1.75 us   573453 bytes_per_second=1.1G/s hits=1.5k a label\n\
            BM_a/8_mean      2.00 us      1.50 us            2\n\
            BM_b_mean        2.00 ms      1.50 ms            2\n\
            BM_b_stddev      0.10 ms      0.05 ms            2\n\
            BM_b_cv          5.00 %       3.00 %             2\n\
            BM_a_BigO        1.02 N       1.02 N\n\
            BM_c             ERROR OCCURRED: 'no file'\n";
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].run.timestamp, time::parse_time("2024-05-05T10:00:00Z"));
        let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["BM_a/8", "BM_c", "BM_b"]);
        assert_eq!(
            (found[0].metrics[0].samples.as_slice(), found[0].n),
            (&[1.5, 2.5][..], Some(8))
        );
        assert_eq!(
            (&found[0].fields["hits"], &found[0].fields["label"]),
            (&"1.5k".into(), &"a label".into())
        );
        assert_eq!(found[1].error.as_deref(), Some("no file"));
        assert_eq!(
            found[2].metrics,
            [metric(TIME_METRIC, "ms", 2.0).std(0.1), metric(CPU_TIME, "ms", 1.5).std(0.05)]
        );
    }
}
