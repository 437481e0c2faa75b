//! What criterion.rs prints: `NAME   time:   [low estimate high]`, the name on a line of its own
//! where it is long. The estimate is the value, the outer two are its bounds.
//!
//! The tree in `target/criterion` and the messages of cargo-criterion tell more; this is for logs.
//! A benchmark that was begun and never told is a failed one. Throughput is the time turned over
//! and kept as a field; what changed since the last run is left alone.

use crate::entry::{Entry, Told, metric};
use crate::formats::{Format, Reader};
use crate::quantity::{converted, quantity};
use crate::repeats::Repeats;
use crate::sink::{Fault, Sink};
use crate::source::Text;
use crate::words;
use model::record::{Statistic, TIME, Unit};

pub const FORMAT: Format = Format {
    name: "criterion-text",
    tool: "criterion.rs, cargo-criterion: what they print",
    mark: "lines `time:   [… ns … ns … ns]`",
    yields: "time (estimate, lower, upper); throughput as a field; failed benchmarks",
    backend: "rust",
    reader: Reader::Text { is, read },
};

fn is(text: &Text) -> bool {
    text.lines().any(|(_, line)| timed(line).is_some())
}

/// An estimate between its bounds, all in one unit.
struct Estimate<'a> {
    lower: Option<f64>,
    value: f64,
    upper: Option<f64>,
    unit: &'a str,
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut repeats = Repeats::default();
    let (mut before, mut begun, mut target) = ("", None, None);
    let mut last: Option<Entry> = None;
    for (_, line) in text.lines() {
        let line = line.rsplit('\r').next().unwrap_or(line);
        target = words::target(line).or(target);
        if let Some(name) = line.strip_prefix("Benchmarking ") {
            begun = Some(name.split(": ").next().unwrap_or(name));
            begun = steps(name).or(begun);
        } else if let Some((name, estimate)) = timed(line) {
            last.take().into_iter().for_each(|entry| repeats.add(entry));
            let name = if name.is_empty() { before } else { name };
            last = Some(entry(name, &estimate).field("target", target));
            begun = None;
        } else if let (Some(rest), Some(entry)) = (line.trim().strip_prefix("thrpt:"), &mut last) {
            let rest = rest.trim();
            if !rest.contains('%') && !entry.fields.contains_key("throughput") {
                entry.fields.insert("throughput".to_owned(), rest.into());
            }
        } else if line.starts_with("thread '") && line.contains("panicked at") {
            last.take().into_iter().for_each(|entry| repeats.add(entry));
            match begun.take() {
                Some(name) => repeats.add(words::criterion(name, None).failed(line.trim())),
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
fn steps(line: &str) -> Option<&str> {
    let words = [": Warming up", ": Collecting", ": Analyzing", ": AnalyzingCriterion"];
    words.iter().find_map(|word| line.rfind(word).map(|at| &line[..at]))
}

/// The name, empty where it stands on a line before, and the estimate of a `time:` line.
fn timed(line: &str) -> Option<(&str, Estimate<'_>)> {
    let line = line.rsplit('\r').next().unwrap_or(line);
    let (name, rest) =
        line.rsplit_once(" time:").or_else(|| Some(("", line.strip_prefix("time:")?)))?;
    let inside = rest.trim_start().strip_prefix('[')?.split_once(']')?.0;
    let words: Vec<&str> = inside.split_whitespace().collect();
    let [low, low_unit, value, unit, high, high_unit] = words[..] else { return None };
    let bound = |text, of| quantity(text).and_then(|(value, _)| converted(value, of, unit));
    let (value, rest) = quantity(value)?;
    let (lower, upper) = (bound(low, low_unit), bound(high, high_unit));
    rest.is_empty().then_some((name.trim(), Estimate { lower, value, upper, unit }))
}

fn entry(name: &str, estimate: &Estimate<'_>) -> Entry {
    let unit = estimate.unit;
    let time = Unit::parse(unit).0.as_str() == "ns";
    let what = if time { TIME.to_owned() } else { words::snake(unit) };
    let metric = metric(&what, unit, estimate.value)
        .with(Statistic::Lower, estimate.lower)
        .with(Statistic::Upper, estimate.upper);
    words::criterion(name, None).metric(metric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::read_text;

    #[test]
    fn bounds_in_another_unit_are_told_in_the_value_s() {
        let line = "group/fn/10     time:   [999.1 ns 1.0012 µs 1.1 µs]\n  thrpt:  [1 MiB/s 2 MiB/s 3 MiB/s]\n  change:\n    time:   [-1.0% +1.0% +2.0%] (p = 0.5)\n    thrpt: [-1% +1% +2%]";
        let found = read_text(&FORMAT, line);
        let time =
            metric(TIME, "µs", 1.0012).with(Statistic::Lower, 0.9991).with(Statistic::Upper, 1.1);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].n, &*found[0].suite, &*found[0].test), (Some(10), "group", "fn"));
        assert_eq!(found[0].metrics, [time]);
        assert_eq!(found[0].fields["throughput"], "[1 MiB/s 2 MiB/s 3 MiB/s]");
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
