//! What criterion.rs prints: `NAME   time:   [low estimate high]`, the name on a line of its own
//! where it is long. The estimate is the value, the outer two are its bounds.
//!
//! The tree in `target/criterion` and the messages of cargo-criterion have more; this is for logs.
//! A benchmark that began and has no result is a failed run. Throughput is the time turned over
//! and kept as a field; what changed since the last run is left alone.

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::format::{Format, Reader};
use crate::parse::name;
use crate::parse::number::{convert, is_no_number, parse_quantity};
use crate::parse::repeats::RepeatMerger;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC, Unit};

pub(crate) const FORMAT: Format = Format {
    name: "criterion-text",
    tool: "criterion.rs, cargo-criterion: what they print",
    signature: "lines `time:   [… ns … ns … ns]`",
    yields: "time (estimate, lower, upper); throughput as a field; failed benchmarks",
    backend: "rust",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| parse_time_line(line).is_some())
}

/// An estimate between its bounds, all in one unit.
struct PrintedEstimate<'a> {
    lower: Option<f64>,
    value: f64,
    upper: Option<f64>,
    unit: &'a str,
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut repeats = RepeatMerger::default();
    let (mut before, mut begun, mut target) = ("", None, None);
    let mut last: Option<BenchmarkEntry> = None;
    for (number, line) in text.lines() {
        target = name::cargo_target(line).or(target);
        if let Some(name) = line.strip_prefix("Benchmarking ") {
            begun = Some(name.split(": ").next().unwrap_or(name));
            begun = progress_name(name).or(begun);
        } else if let Some((name, estimate)) = parse_time_line(line) {
            last.take().into_iter().for_each(|entry| repeats.add(entry));
            let name = if name.is_empty() { before } else { name };
            last = Some(entry(name, &estimate).field("target", target));
            begun = None;
        } else if let Some(name) = unmeasured_name(line) {
            last.take().into_iter().for_each(|entry| repeats.add(entry));
            let name = if name.is_empty() { before } else { name };
            repeats.add(name::criterion_entry(name, None).failed("its time is no number"));
            begun = None;
        } else if is_odd_time_line(line) {
            sink.reject(number, "no estimate between two bounds", "run the benchmark again", line);
            begun = None;
        } else if let (Some(rest), Some(entry)) = (line.trim().strip_prefix("thrpt:"), &mut last) {
            let rest = rest.trim();
            if !rest.contains('%') && !entry.fields.contains_key("throughput") {
                entry.fields.insert("throughput".to_owned(), rest.into());
            }
        } else if line.starts_with("thread '") && line.contains("panicked at") {
            last.take().into_iter().for_each(|entry| repeats.add(entry));
            match begun.take() {
                Some(name) => repeats.add(name::criterion_entry(name, None).failed(line.trim())),
                None => sink.remark(format!("the run ended early: {}", line.trim())),
            }
        }
        if !line.starts_with(' ') && !line.trim().is_empty() {
            before = line.trim();
        }
    }
    last.into_iter().for_each(|entry| repeats.add(entry));
    repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

/// The name in `NAME: Warming up for 3 s`, which may hold a colon itself.
fn progress_name(line: &str) -> Option<&str> {
    let words = [": Warming up", ": Collecting", ": Analyzing", ": AnalyzingCriterion"];
    words.iter().find_map(|word| line.rfind(word).map(|at| &line[..at]))
}

/// The name, empty where it stands on a line before, and the estimate of a `time:` line.
fn parse_time_line(line: &str) -> Option<(&str, PrintedEstimate<'_>)> {
    let (name, rest) =
        line.rsplit_once(" time:").or_else(|| Some(("", line.strip_prefix("time:")?)))?;
    let inside = rest.trim_start().strip_prefix('[')?.split_once(']')?.0;
    let words: Vec<&str> = inside.split_whitespace().collect();
    let [low, low_unit, value, unit, high, high_unit] = words[..] else { return None };
    let bound = |text, of| parse_quantity(text).and_then(|(value, _)| convert(value, of, unit));
    let (value, rest) = parse_quantity(value)?;
    let (lower, upper) = (bound(low, low_unit), bound(high, high_unit));
    rest.is_empty().then_some((name.trim(), PrintedEstimate { lower, value, upper, unit }))
}

/// The name of a benchmark whose estimate is no number.
fn unmeasured_name(line: &str) -> Option<&str> {
    let (name, result) = line.split_once("time:")?;
    let value = result.trim_start().strip_prefix('[')?.split_whitespace().nth(2)?;
    is_no_number(value).then(|| name.trim())
}

/// A line that looks like a result and is none. A change since the last run is in percent.
fn is_odd_time_line(line: &str) -> bool {
    let result = line.split_once("time:").map(|(_, result)| result.trim_start());
    result.is_some_and(|result| result.starts_with('[') && !result.contains('%'))
}

fn entry(name: &str, estimate: &PrintedEstimate<'_>) -> BenchmarkEntry {
    let unit = estimate.unit;
    let time = Unit::parse(unit).0.as_str() == "ns";
    let what = if time { TIME_METRIC.to_owned() } else { name::snake_case(unit) };
    let metric = metric(&what, unit, estimate.value)
        .statistic(Statistic::Lower, estimate.lower)
        .statistic(Statistic::Upper, estimate.upper);
    name::criterion_entry(name, None).metric(metric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn bounds_in_another_unit_are_told_in_the_value_s() {
        let line = "group/fn/10     time:   [999.1 ns 1.0012 µs 1.1 µs]\n  thrpt:  [1 MiB/s 2 MiB/s 3 MiB/s]\n  change:\n    time:   [-1.0% +1.0% +2.0%] (p = 0.5)\n    thrpt: [-1% +1% +2%]";
        let found = read_text(&FORMAT, line);
        let time = metric(TIME_METRIC, "µs", 1.0012)
            .statistic(Statistic::Lower, 0.9991)
            .statistic(Statistic::Upper, 1.1);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].n, &*found[0].suite, &*found[0].test), (Some(10), "group", "fn"));
        assert_eq!(found[0].metrics, [time]);
        assert_eq!(found[0].fields["throughput"], "[1 MiB/s 2 MiB/s 3 MiB/s]");
    }

    #[test]
    fn a_time_that_is_none_is_rejected() {
        let text = "a   time:   [1 ns 2 ns 3 ns]\nb   time:   [1 ns x 2]\nc   time:   [NaN ns NaN ns \
            NaN ns]\n";
        let text = Text::new("x", text.as_bytes());
        let mut failed = Vec::new();
        let mut take = |entry: BenchmarkEntry| failed.push(entry.error.is_some());
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!((sink.rejected.len(), sink.rejected[0].problem.location.line), (1, 2));
        assert_eq!(failed, [false, true]);
    }

    #[test]
    fn a_benchmark_that_panics_is_a_failed_one() {
        let text = "Benchmarking a\nBenchmarking a: Analyzing\na   time:   [1 ns 2 ns 3 ns]\n\
            Benchmarking b: c\nBenchmarking b: c: Warming up for 3.0000 s\n\
            thread 'main' panicked at benches/x.rs:1:2:\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((found.len(), &*found[1].name), (2, "b: c"));
        assert!(found[1].error.as_deref().is_some_and(|it| it.contains("benches/x.rs:1:2")));
    }
}
