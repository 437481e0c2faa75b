//! redis-benchmark: `--csv` of all versions, and the short report (`-q`). Requests a second; since
//! 6.2 the latency in milliseconds beside.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "redis-benchmark",
    tool: "redis-benchmark --csv, or -q",
    signature: "`\"test\",\"rps\",…`, lines `\"SET\",\"50000.00\"`, or lines `SET: … requests per second`",
    yields: "throughput, time (mean, min, p50, p95, p99, max)",
    backend: "redis",
    reader: Reader::Text { recognizes, read },
};

/// The start of the first line since 6.2.
const HEAD: &str = "\"test\",\"rps\"";
/// Tests of every version, by which a file without a first line is known.
const TESTS: [&str; 6] = ["PING_INLINE", "PING_BULK", "SET", "GET", "INCR", "LPUSH"];

fn recognizes(text: &Text) -> bool {
    let known = |line: &str| TESTS.iter().any(|test| line.starts_with(&format!("\"{test}\",\"")));
    text.lines()
        .any(|(_, line)| line.starts_with(HEAD) || known(line) || quiet_entry(line).is_some())
}

/// `SET: 73260.07 requests per second, p50=0.351 msec`, behind the progress that it overwrites.
fn quiet_entry(line: &str) -> Option<BenchmarkEntry> {
    let line = line.rsplit('\r').next().unwrap_or(line);
    let (before, after) = line.split_once(" requests per second")?;
    let (name, rate) = before.rsplit_once(": ")?;
    let rate = parse_number(rate)?;
    let entry = BenchmarkEntry::named(name.trim()).metric(metric(THROUGHPUT, "req/s", rate));
    let median = after.strip_prefix(", p50=").and_then(parse_quantity);
    let Some((median, unit)) = median else { return Some(entry) };
    Some(entry.metric(metric(TIME_METRIC, unit, median).statistic(Statistic::P50, median)))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    for (place, line) in text.text.split('\n').enumerate().map(|(at, line)| (at + 1, line)) {
        if let Some(entry) = quiet_entry(line.trim_end()) {
            sink.entry(entry);
            continue;
        }
        let line = line.trim_end();
        if line.starts_with(HEAD) || !line.starts_with('"') {
            continue;
        }
        match csv_entry(line) {
            Some(entry) => sink.entry(entry),
            None => sink.reject(place, "not a name and numbers", "write the file again", line),
        }
    }
    Ok(())
}

/// `"SET","50761.42","0.651","0.192",…`: average, min, p50, p95, p99, max in milliseconds.
fn csv_entry(line: &str) -> Option<BenchmarkEntry> {
    let inner = line.strip_prefix('"')?.strip_suffix('"')?;
    let cells: Vec<&str> = inner.split("\",\"").collect();
    let numbers: Option<Vec<f64>> = cells.iter().skip(1).map(|cell| parse_number(cell)).collect();
    let numbers = numbers?;
    let entry = BenchmarkEntry::named(*cells.first()?);
    let entry = entry.metric(metric(THROUGHPUT, "req/s", *numbers.first()?));
    let [_, average, min, p50, p95, p99, max] = numbers[..] else { return Some(entry) };
    let time = metric(TIME_METRIC, "ms", average)
        .statistic(Statistic::Min, min)
        .statistic(Statistic::P50, p50)
        .statistic(Statistic::P95, p95)
        .statistic(Statistic::P99, p99)
        .statistic(Statistic::Max, max);
    Some(entry.metric(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn all_versions_are_read() {
        let old = read_text(&FORMAT, "\"SET\",\"50761.42\"\n\"MSET (10 keys)\",\"1.5\"\n");
        assert_eq!((&*old[1].name, old[1].metrics[0].value.get()), ("MSET (10 keys)", Some(1.5)));
        let short =
            read_text(&FORMAT, "\rSET: rps=0.0\rSET: 70.5 requests per second, p50=0.25 msec\n\n");
        assert_eq!(short[0].metrics[0].value, 70.5);
        assert_eq!(short[0].metrics[1].value, 0.25);
    }
}
