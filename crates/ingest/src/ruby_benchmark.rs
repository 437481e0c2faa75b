//! Ruby's own `Benchmark.bm` and `bmbm`: rows of user, system, total and real time; seconds. The
//! rehearsal of `bmbm` is warm-up and is left out.

use crate::entry::{BenchmarkEntry, CPU_TIME, metric};
use crate::format::{Format, Reader};
use crate::parse::number::parse_number;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "ruby-benchmark",
    tool: "Ruby Benchmark.bm and Benchmark.bmbm",
    signature: "a line `user system total real`, and rows of four times",
    yields: "time, user_time, system_time, cpu_time",
    backend: "ruby",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| is_head(line)) && text.lines().any(|(_, line)| row(line).is_some())
}

fn is_head(line: &str) -> bool {
    line.split_whitespace().eq(["user", "system", "total", "real"])
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let (mut rehearsal, mut in_table) = (false, false);
    for (place, line) in text.lines() {
        if line.starts_with("Rehearsal ---") {
            rehearsal = true;
        } else if is_head(line) {
            rehearsal = false;
            in_table = true;
        } else if let (false, Some((label, times))) = (rehearsal, row(line)) {
            if label.is_empty() {
                sink.reject(place, "the row has no label", "give `report` a label", line);
            } else {
                sink.entry(entry(label, times));
            }
        } else if in_table && !rehearsal && line.trim_end().ends_with(')') && line.contains('(') {
            sink.reject(place, "not four times", "run the benchmark again", line);
        } else if line.trim().is_empty() {
            in_table = false;
        }
    }
    Ok(())
}

/// Label, and user, system, total and real seconds.
fn row(line: &str) -> Option<(&str, [f64; 4])> {
    let (before, real) = line.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let mut rest = before.trim_end();
    let mut times = [0.0, 0.0, 0.0, parse_number(real)?];
    for place in (0..3).rev() {
        let (before, last) = rest.rsplit_once(char::is_whitespace).unwrap_or(("", rest));
        times[place] = parse_number(last)?;
        rest = before.trim_end();
    }
    Some((rest.trim(), times))
}

fn entry(label: &str, [user, system, total, real]: [f64; 4]) -> BenchmarkEntry {
    let mut entry = BenchmarkEntry::named(label.strip_suffix(':').unwrap_or(label));
    label.clone_into(&mut entry.name);
    entry
        .metric(metric(TIME_METRIC, "s", real))
        .metric(metric("user_time", "s", user))
        .metric(metric("system_time", "s", system))
        .metric(metric(CPU_TIME, "s", total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_label_may_end_in_numbers() {
        let text =
            "      user     system      total        real\nsort 2 10   0.25   0.5   0.75 (  1.5)\n";
        let found = read_text(&FORMAT, text);
        assert_eq!((&*found[0].test, found[0].metrics[0].value.get()), ("sort 2 10", Some(1.5)));
        assert_eq!(found[0].metrics[3].value, 0.75);
    }
}
