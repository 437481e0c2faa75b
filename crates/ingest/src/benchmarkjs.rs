//! Benchmark.js: `name x 1,234 ops/sec ±1.23% (89 runs sampled)` a line. What stands behind `±` is
//! the margin of error at 95 % and becomes bounds. Other lines are the program's own.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{is_no_number, parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::Statistic;

pub(crate) const FORMAT: Format = Format {
    name: "benchmarkjs",
    tool: "Benchmark.js: String(benchmark)",
    signature: "lines `… x … ops/sec ±…% (… runs sampled)`",
    yields: "throughput (lower, upper); runs",
    backend: "javascript",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    text.lines().any(|(_, line)| split_result_line(line).is_some())
}

/// Name, and what follows the last ` x `.
fn split_result_line(line: &str) -> Option<(&str, &str)> {
    let before = line.strip_suffix(" runs sampled)").or(line.strip_suffix(" run sampled)"))?;
    let (_, _) = before.split_once(" ops/sec ±")?;
    let (name, result) = line.rsplit_once(" x ")?;
    Some((name.trim(), result))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    for (place, line) in text.lines() {
        let Some((name, result)) = split_result_line(line.trim_end()) else {
            if line.contains(" x ") && line.contains(" ops/sec") {
                let reason = "no `±…% (… runs sampled)` follows the rate";
                sink.reject(place, reason, "print the benchmark as a whole", line);
            }
            continue;
        };
        match entry(name, result) {
            Some(entry) => sink.entry(entry),
            None => sink.reject(place, "a number is missing", "run the benchmark again", line),
        }
    }
    Ok(())
}

fn entry(name: &str, result: &str) -> Option<BenchmarkEntry> {
    let (rate, rest) = result.split_once(" ops/sec ±")?;
    let (margin, runs) = rest.split_once("% (")?;
    if is_no_number(rate) {
        let why = format!("its rate is {}: nothing was measured", rate.trim());
        return Some(BenchmarkEntry::named(name).failed(why));
    }
    let (rate, margin) = (parse_number(rate)?, parse_number(margin)? / 100.0);
    let throughput = metric(THROUGHPUT, "ops/sec", rate)
        .statistic(Statistic::Lower, rate - rate * margin)
        .statistic(Statistic::Upper, rate + rate * margin);
    Some(BenchmarkEntry::named(name).metric(throughput).field("runs", parse_quantity(runs)?.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_name_may_hold_what_separates_it() {
        let text = "a x 2 many x 1,050 ops/sec ±10.0% (1 run sampled)\nthis x is no result\n";
        let found = read_text(&FORMAT, text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "a x 2 many");
        let metric = &found[0].metrics[0];
        assert_eq!((metric.value.get(), metric.statistics[0].1), (Some(1050.0), 945.0));
    }
}
