//! Dart's benchmark_harness: a line `Name(RunTime): 1.5 us.` a benchmark. The same name again is a
//! repeat; other things than `RunTime` are metrics of their own.

use std::collections::BTreeMap;

use crate::entry::{BenchmarkEntry, sampled};
use crate::format::{Format, Reader};
use crate::parse::number::{is_no_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "dart",
    tool: "Dart benchmark_harness",
    signature: "lines `Name(RunTime): 1.5 us.`",
    yields: "time, or what stands in the brackets (samples where a name repeats)",
    backend: "dart",
    reader: Reader::Text { recognizes, read },
};

/// What stands in the brackets.
const MEASURES: [&str; 4] = ["RunTime", "RunTimeRaw", "CodeSize", "StartupTime"];

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| parse_result_line(line).is_some())
}

/// Name, what was measured, value, unit.
fn parse_result_line(line: &str) -> Option<(&str, &str, f64, &str)> {
    let (head, told) = line.trim().rsplit_once("): ")?;
    let (name, what) = head.rsplit_once('(')?;
    let known = MEASURES.contains(&what);
    let (value, unit) = parse_quantity(told)?;
    let unit = unit.strip_suffix('.').unwrap_or(unit);
    (known && !name.is_empty() && !unit.is_empty()).then_some((name, what, value, unit))
}

/// The name of a benchmark whose time is no number.
fn unmeasured_name(line: &str) -> Option<&str> {
    let (head, value) = line.trim().rsplit_once("(RunTime): ")?;
    is_no_number(value.split_whitespace().next()?).then_some(head)
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut all: BTreeMap<&str, BTreeMap<(&str, &str), Vec<f64>>> = BTreeMap::new();
    for (number, line) in text.lines() {
        if let Some(name) = unmeasured_name(line) {
            sink.entry(BenchmarkEntry::named(name).failed("its time is no number"));
        } else if let Some((name, what, value, unit)) = parse_result_line(line) {
            all.entry(name).or_default().entry((what, unit)).or_default().push(value);
        } else if MEASURES.iter().any(|what| line.contains(&format!("({what}): "))) {
            sink.reject(number, "no number and unit follow", "run the benchmark again", line);
        }
    }
    for (name, metrics) in all {
        let mut entry = BenchmarkEntry::named(name);
        for ((what, unit), values) in metrics {
            let metric = match what {
                "RunTime" => TIME_METRIC,
                "RunTimeRaw" => "raw_time",
                "CodeSize" => "code_size",
                _ => "startup_time",
            };
            entry = entry.metric(sampled(metric, unit, values));
        }
        sink.entry(entry);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn names_may_hold_brackets_and_repeat() {
        let text =
            "noise\nF(x)(RunTime): 1.5 us.\nF(x)(RunTime): 2.5 us.\nF(x)(CodeSize): 10 bytes.\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((found.len(), &*found[0].name), (1, "F(x)"));
        assert_eq!(&*found[0].metrics[1].metric, TIME_METRIC);
        assert_eq!(found[0].metrics[1].samples, [1.5, 2.5]);
        assert_eq!(found[0].metrics[0].unit.as_deref(), Some("bytes"));
    }
}
