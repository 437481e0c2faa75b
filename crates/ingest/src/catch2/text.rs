//! What Catch2 prints of benchmarks: under `benchmark name  samples  iterations  est run time`,
//! three rows each (estimate, mean, standard deviation), one where analysis is off.
//!
//! Names that are longer than their column stand in lines of their own before the numbers, or go on
//! beside the second and third row. Values are rounded for people; `-r xml` has all digits. The
//! bounds of the standard deviation are fields. Rows that break off are rejected.

use std::collections::BTreeSet;

use crate::catch2::wrapped;
use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{convert, parse_number};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "catch2-text",
    tool: "Catch2 2 and 3: what it prints",
    signature: "a line `benchmark name  samples  iterations  …` between lines of dashes",
    yields: "time (mean, std, lower, upper); sample_count, iterations; failed benchmarks",
    backend: "cpp",
    reader: Reader::Text { recognizes, read },
};

const UNITS: [&str; 6] = ["ns", "us", "ms", "s", "m", "h"];

fn recognizes(text: &Text) -> bool {
    let is_rule = |(_, line): (usize, &str)| is_dashes(line) || line.starts_with("...");
    text.lines().any(|(_, line)| TableHeader::parse(line).is_some()) && text.lines().any(is_rule)
}

fn is_dashes(line: &str) -> bool {
    let rule = line.trim_end();
    rule.len() > 20 && rule.bytes().all(|byte| byte == b'-')
}

/// The first line over a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TableHeader {
    /// Bytes of the column of names; 0 where blanks were lost and words are all there is.
    width: usize,
    /// The table was not analyzed: a row is a benchmark.
    is_plain: bool,
}

impl TableHeader {
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["benchmark", "name", "samples", "iterations", last @ ..] = &words[..] else {
            return None;
        };
        let is_plain = *last == ["mean"];
        // Without analysis the headings stand at the right of their columns.
        let indent = if is_plain { "     ".len() } else { 0 };
        let width = line.find("samples")?.saturating_sub(indent);
        let has_columns = width > "benchmark name ".len();
        Some(Self { width: if has_columns { width } else { 0 }, is_plain })
    }

    /// The part of a line in the column of names, and the rest.
    fn split<'t>(&self, line: &'t str) -> Option<(&'t str, &'t str)> {
        if self.width == 0 {
            return None;
        }
        let (name, numbers) = line.split_at_checked(self.width).unwrap_or((line, ""));
        // Output of the program runs across the columns.
        let is_row = numbers.is_empty() || name.ends_with(' ') || numbers.starts_with(' ');
        is_row.then_some((name.trim_end(), numbers))
    }

    /// The width at which names are wrapped.
    fn wrap_width(&self) -> usize {
        self.width.saturating_sub(2)
    }
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
    let mut output = ConsoleOutput::default();
    for (number, line) in text.lines() {
        output.take_line(number, line, sink);
    }
    reject_incomplete(output.open.take(), sink);
    Ok(())
}

/// Where the reading stands.
#[derive(Default)]
struct ConsoleOutput<'t> {
    suite: String,
    /// The lines between the dashes over a test case or section.
    heading: Vec<&'t str>,
    in_heading: bool,
    /// The table that is being read.
    table: Option<TableHeader>,
    /// Lines of a name whose numbers are still to come.
    name_lines: Vec<&'t str>,
    open: Option<OpenRow>,
    before: &'t str,
    /// The benchmarks so far, to find those of a generator.
    names: BTreeSet<String>,
}

impl<'t> ConsoleOutput<'t> {
    fn take_line(&mut self, number: usize, line: &'t str, sink: &mut EntrySink<'_>) {
        let dashes = is_dashes(line);
        let is_blank = line.trim().is_empty();
        if dashes && self.in_heading && !self.heading.is_empty() {
            let width = line.trim_end().len();
            self.suite = joined_heading(&std::mem::take(&mut self.heading), width).join("/");
            self.in_heading = false;
        } else if dashes && !is_std_header(self.before) {
            (self.in_heading, self.table) = (true, None);
        } else if self.in_heading && !is_blank {
            self.heading.push(line.trim_end());
        } else if let Some(table) = TableHeader::parse(line) {
            self.table = Some(table);
        } else if let (Some(table), false, false) = (self.table, is_blank, dashes) {
            self.take_row(table, number, line, sink);
        } else if is_blank {
            reject_incomplete(self.open.take(), sink);
            self.name_lines.clear();
        }
        if dashes || line.starts_with("====") {
            reject_incomplete(self.open.take(), sink);
            self.name_lines.clear();
            if line.starts_with("====") {
                self.table = None;
            }
        }
        self.before = line;
    }

    /// Takes a row of the table.
    fn take_row(
        &mut self,
        table: TableHeader,
        number: usize,
        line: &'t str,
        sink: &mut EntrySink<'_>,
    ) {
        let Some(mut open) = self.open.take() else {
            let (name, cells) = table.split(line).unwrap_or(("", line));
            if table.width > 0 && cells.trim().is_empty() {
                self.name_lines.push(name);
                return;
            }
            let words: Vec<&str> = cells.split_whitespace().collect();
            let Some((row, time)) = parse_first_row(number, &words, table.width == 0) else {
                if words.len() > 3 && words.last().is_some_and(|unit| UNITS.contains(unit)) {
                    let reason = "not samples, iterations and a time";
                    sink.reject(number, reason, "run the benchmark again", line);
                }
                return;
            };
            let lines = std::mem::take(&mut self.name_lines);
            let mut row = row;
            if table.width > 0 {
                row.name = vec![whole_name(&lines, name, table.wrap_width())];
            }
            if table.is_plain {
                let time = metric(TIME_METRIC, time.unit, time.value);
                self.emit(entry(&row, &self.suite).metric(time), sink);
            } else {
                self.open = Some(row);
            }
            return;
        };
        let (name, cells) = table.split(line).unwrap_or(("", line));
        let words: Vec<&str> = cells.split_whitespace().collect();
        let (name, values) = match trailing_times(&words) {
            Some((words, values)) => ([&[name], words].concat().join(" "), values),
            None if line.contains("failed") => {
                let failed = entry(&open, &self.suite).failed(line.trim());
                return self.emit(failed, sink);
            }
            None => {
                // A row that is none: output of the program between.
                self.open = Some(open);
                return;
            }
        };
        open.name.extend(name.split_whitespace().map(str::to_owned));
        let Some(mean) = open.mean else {
            open.mean = Some(values);
            self.open = Some(open);
            return;
        };
        self.emit(with_time(entry(&open, &self.suite), mean, values), sink);
    }

    fn emit(&mut self, entry: BenchmarkEntry, sink: &mut EntrySink<'_>) {
        if !self.names.insert(entry.name.clone()) {
            sink.remark(format!(
                "`{}` ran several times, as under GENERATE: its results are one series; put the \
                 generated value into the name of the benchmark",
                entry.name
            ));
        }
        sink.entry(entry);
    }
}

/// The name that ends beside the numbers. Lines before it are part of it only as far as they are
/// full: the others are output of the program.
fn whole_name(lines: &[&str], last: &str, width: usize) -> String {
    let mut parts = vec![last];
    for line in lines.iter().rev() {
        if !wrapped::goes_on(line, parts[0], width) {
            break;
        }
        parts.insert(0, line);
    }
    wrapped::joined(&parts, width)
}

/// The test case and its sections, each with its lines joined. A test case begins at the left, a
/// section behind two blanks; what goes on stands as far to the right, or under what follows `: `.
fn joined_heading(lines: &[&str], width: usize) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut names: Vec<Vec<&str>> = Vec::new();
    for line in lines {
        let Some(name) = names.last_mut() else {
            names.push(vec![line]);
            continue;
        };
        let first = name[0];
        let behind_colon = first.find(": ").map_or(indent(first), |at| at + 2);
        let last = name.last().copied().unwrap_or(first);
        let is_aligned = [indent(first), behind_colon].contains(&indent(line));
        // The indented lines of a test case could be sections.
        let goes_on = is_aligned && wrapped::goes_on(last, line, width);
        if goes_on || indent(line) == 0 {
            name.push(line);
        } else {
            names.push(vec![line]);
        }
    }
    names.iter().map(|lines| wrapped::joined(lines, width)).collect()
}

fn is_std_header(line: &str) -> bool {
    line.trim_start().starts_with("std dev ") || TableHeader::parse(line).is_some()
}

fn reject_incomplete(open: Option<OpenRow>, sink: &mut EntrySink<'_>) {
    if let Some(open) = open {
        let reason = "the rows of this benchmark break off";
        sink.reject(open.line, reason, "run the benchmark again", &open.name.join(" "));
    }
}

/// Name, samples, iterations, and a time: estimated, or the mean where nothing was analyzed.
fn parse_first_row(
    line: usize,
    words: &[&str],
    with_name: bool,
) -> Option<(OpenRow, ClockReading)> {
    let [name @ .., samples, iterations, time, unit] = words else { return None };
    let whole = |text: &str| parse_number(text).filter(|it| it.fract() == 0.0);
    let (samples, iterations) = (whole(samples)?, whole(iterations)?);
    let time = reading(time, unit)?;
    let name: Vec<String> = name.iter().map(|&word| word.to_owned()).collect();
    let row = OpenRow { line, samples, iterations, mean: None, name };
    (row.name.is_empty() != with_name).then_some((row, time))
}

fn reading(value: &str, unit: &str) -> Option<ClockReading> {
    let unit = UNITS.into_iter().find(|known| *known == unit)?;
    // Catch2 writes minutes with one letter.
    let unit = if unit == "m" { "min" } else { unit };
    Some(ClockReading { value: parse_number(value)?, unit })
}

/// What stands before three times, and these.
fn trailing_times<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], [ClockReading; 3])> {
    let at = words.len().checked_sub(6)?;
    let value = |place: usize| reading(words[at + place], words[at + place + 1]);
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
        let empty = "------------------------------\nbenchmark name samples iterations estimated\n";
        assert!(read_text(&FORMAT, empty).is_empty());
    }

    #[test]
    fn wrapped_names_of_every_kind_are_joined() {
        let rule = "-".repeat(79);
        let header = "benchmark name                       samples       iterations    estimated\n";
        let long =
            "A test case whose name is so long that the console of Catch2 has to wrap it at 79";
        let section =
            "Given: a section with a name of its own that needs more than a line of the console";
        let text = format!(
            "{rule}\n{case}\n79\n  {given}\n         console\n  Then: it works\n{rule}\n\
             x.cpp:5\n{dots}\n\n{header}{rule}\n\
             loading data\n\
             insert 1000 2000 elements into the\nmap (3 times), then erase 100 of             \n\
             them                                           100             1    33.3417 ms \n\
             {blank}330.72 us     328.19 us     334.53 us \n\
             {blank}15.609 us     11.508 us     24.061 us \n",
            case = long.strip_suffix(" 79").unwrap(),
            given = section.strip_suffix(" console").unwrap(),
            dots = ".".repeat(79),
            blank = " ".repeat(40),
        );
        let found = read_text(&FORMAT, &text);
        assert_eq!(found[0].suite, format!("{long}/{section}/Then: it works"));
        assert_eq!(
            found[0].test,
            "insert 1000 2000 elements into the map (3 times), then erase 100 of them"
        );
        assert_eq!(found[0].metrics[0].value.get(), Some(330.72));
    }

    #[test]
    fn rows_without_analysis_are_benchmarks() {
        let rule = "-".repeat(79);
        let header =
            "benchmark name                            samples    iterations          mean";
        let row = "Fibonacci 10                                   100           208     344.5 ns ";
        let text = format!("{rule}\nCase\n{rule}\n\n{header}\n{rule}\n{row}\n");
        let found = read_text(&FORMAT, &text);
        assert_eq!(found[0].metrics, [metric(TIME_METRIC, "ns", 344.5)]);
    }
}
