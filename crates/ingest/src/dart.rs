//! Dart's benchmark_harness: a line `Name(RunTime): 1.5 us.` a benchmark. The same name again is a
//! repeat; other things than `RunTime` are metrics of their own.

use std::collections::BTreeMap;

use crate::entry::{Entry, sampled};
use crate::formats::{Format, Reader};
use crate::quantity::quantity;
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::TIME;

pub const FORMAT: Format = Format {
    name: "dart",
    tool: "Dart benchmark_harness",
    mark: "lines `Name(RunTime): 1.5 us.`",
    yields: "time, or what stands in the brackets (samples where a name repeats)",
    backend: "dart",
    reader: Reader::Text { is, read },
};

fn is(text: &Text) -> bool {
    text.lines().any(|(_, line)| reading(line).is_some())
}

/// Name, what was measured, value, unit.
fn reading(line: &str) -> Option<(&str, &str, f64, &str)> {
    let (head, told) = line.trim().rsplit_once("): ")?;
    let (name, what) = head.rsplit_once('(')?;
    let known = ["RunTime", "RunTimeRaw", "CodeSize", "StartupTime"].contains(&what);
    let (value, unit) = quantity(told)?;
    let unit = unit.strip_suffix('.').unwrap_or(unit);
    (known && !name.is_empty() && !unit.is_empty()).then_some((name, what, value, unit))
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut all: BTreeMap<&str, BTreeMap<(&str, &str), Vec<f64>>> = BTreeMap::new();
    for (_, line) in text.lines() {
        if let Some((name, what, value, unit)) = reading(line) {
            all.entry(name).or_default().entry((what, unit)).or_default().push(value);
        }
    }
    for (name, metrics) in all {
        let mut entry = Entry::named(name);
        for ((what, unit), values) in metrics {
            let metric = match what {
                "RunTime" => TIME,
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
    use crate::test::read_text;

    #[test]
    fn names_may_hold_brackets_and_repeat() {
        let text =
            "noise\nF(x)(RunTime): 1.5 us.\nF(x)(RunTime): 2.5 us.\nF(x)(CodeSize): 10 bytes.\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((found.len(), &*found[0].name), (1, "F(x)"));
        assert_eq!(&*found[0].metrics[1].metric, TIME);
        assert_eq!(found[0].metrics[1].samples, [1.5, 2.5]);
        assert_eq!(found[0].metrics[0].unit.as_deref(), Some("bytes"));
    }
}
