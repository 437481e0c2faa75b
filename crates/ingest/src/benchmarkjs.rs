//! Benchmark.js: `name x 1,234 ops/sec ±1.23% (89 runs sampled)` a line. What stands behind `±` is
//! the margin of error at 95 % and becomes bounds. Other lines are the program's own.

use crate::entry::{Entry, THROUGHPUT, Told, metric};
use crate::formats::{Format, Reader};
use crate::quantity::{number, quantity};
use crate::sink::{Fault, Sink};
use crate::source::Text;
use model::record::Statistic;

pub const FORMAT: Format = Format {
    name: "benchmarkjs",
    tool: "Benchmark.js: String(benchmark)",
    mark: "lines `… x … ops/sec ±…% (… runs sampled)`",
    yields: "throughput (lower, upper); runs",
    backend: "javascript",
    reader: Reader::Text { is, read },
};

fn is(text: &Text) -> bool {
    text.lines().any(|(_, line)| looks(line).is_some())
}

/// Name, and what follows the last ` x `.
fn looks(line: &str) -> Option<(&str, &str)> {
    let before = line.strip_suffix(" runs sampled)").or(line.strip_suffix(" run sampled)"))?;
    let (_, _) = before.split_once(" ops/sec ±")?;
    let (name, result) = line.rsplit_once(" x ")?;
    Some((name.trim(), result))
}

fn read(text: &Text, sink: &mut Sink<'_>) -> Result<(), Fault> {
    for (place, line) in text.lines() {
        let Some((name, result)) = looks(line.trim_end()) else { continue };
        match entry(name, result) {
            Some(entry) => sink.entry(entry),
            None => sink.refuse(place, "a number is missing", "run the benchmark again", line),
        }
    }
    Ok(())
}

fn entry(name: &str, result: &str) -> Option<Entry> {
    let (rate, rest) = result.split_once(" ops/sec ±")?;
    let (margin, runs) = rest.split_once("% (")?;
    let (rate, margin) = (number(rate)?, number(margin)? / 100.0);
    let throughput = metric(THROUGHPUT, "ops/sec", rate)
        .with(Statistic::Lower, rate - rate * margin)
        .with(Statistic::Upper, rate + rate * margin);
    Some(Entry::named(name).metric(throughput).field("runs", quantity(runs)?.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::read_text;

    #[test]
    fn a_name_may_hold_what_separates_it() {
        let text = "a x 2 many x 1,050 ops/sec ±10.0% (1 run sampled)\nthis x is no result\n";
        let found = read_text(&FORMAT, text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "a x 2 many");
        let metric = &found[0].metrics[0];
        assert_eq!((metric.value, metric.statistics[0].1), (1050.0, 945.0));
    }
}
