//! redis-benchmark: what it prints by itself, the short report (`-q`) and `--csv`, of all versions.
//! Requests a second; since 6.2 the latency in milliseconds beside. All three name a test alike.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "redis-benchmark",
    tool: "redis-benchmark: what it prints, also with -q or --csv",
    signature: "blocks `====== SET ======` with `requests per second`, `\"test\",\"rps\",…`, lines \
                `\"SET\",\"50000.00\"`, or lines `SET: … requests per second`",
    yields: "throughput, time (mean, min, p50, p95, p99, max)",
    backend: "redis",
    reader: Reader::Text { recognizes, read },
};

/// The start of the first line since 6.2.
const HEAD: &str = "\"test\",\"rps\"";
/// Tests of every version, by which a file without a first line is known.
const TESTS: [&str; 6] = ["PING_INLINE", "PING_BULK", "SET", "GET", "INCR", "LPUSH"];

fn recognizes(text: &Text) -> bool {
    let is_csv = |line: &str| TESTS.iter().any(|test| line.starts_with(&format!("\"{test}\",\"")));
    let is_rate = |line: &str| line.contains(RATE);
    let has_title = text.lines().any(|(_, line)| title(line).is_some());
    (has_title && text.lines().any(|(_, line)| is_rate(line)))
        || text.lines().any(|(_, line)| {
            line.starts_with(HEAD) || is_csv(line) || (!has_title && quiet_entry(line).is_some())
        })
}

const RATE: &str = " requests per second";
const REMEDY: &str = "let redis-benchmark end by itself; --csv has all numbers in a line";

/// The test of a line `====== MSET (10 keys) ======`.
fn title(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("====== ")?.strip_suffix(" ======")?.trim();
    (!name.is_empty()).then_some(name)
}

/// A benchmark with its rate; a rate that is no number, as of a run in no time, is a failure.
fn with_rate(entry: BenchmarkEntry, rate: &str) -> BenchmarkEntry {
    match parse_number(rate) {
        Some(rate) => entry.metric(metric(THROUGHPUT, "req/s", rate)),
        None => entry.failed(format!("its rate is `{}`, no number", rate.trim())),
    }
}

/// `SET: 73260.07 requests per second, p50=0.351 msec`.
fn quiet_entry(line: &str) -> Option<BenchmarkEntry> {
    let (before, after) = line.split_once(RATE)?;
    let (name, rate) = before.rsplit_once(": ")?;
    if rate.trim().is_empty() || rate.trim().contains(' ') {
        return None;
    }
    let entry = with_rate(BenchmarkEntry::named(name.trim()), rate);
    let median = after.strip_prefix(", p50=").and_then(parse_quantity);
    let Some((median, unit)) = median else { return Some(entry) };
    Some(entry.metric(metric(TIME_METRIC, unit, median).statistic(Statistic::P50, median)))
}

/// A block of the report under its title.
struct RedisBlock<'t> {
    line_number: usize,
    name: &'t str,
    entry: BenchmarkEntry,
    has_rate: bool,
    /// The columns of the latency summary, once they were read.
    columns: Vec<&'t str>,
    unit: &'t str,
}

impl<'t> RedisBlock<'t> {
    fn new(line_number: usize, name: &'t str) -> Self {
        let entry = BenchmarkEntry::named(name);
        Self { line_number, name, entry, has_rate: false, columns: Vec::new(), unit: "" }
    }

    fn take_line(&mut self, place: usize, line: &'t str, sink: &mut EntrySink<'_>) {
        let entry = || self.entry.clone();
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some((before, _)) = line.split_once(RATE) {
            let rate = before.rsplit_once(':').map_or(before, |(_, rate)| rate);
            self.entry = with_rate(entry(), rate);
            self.has_rate = true;
        } else if let Some(unit) = line.trim().strip_prefix("latency summary (") {
            self.unit = unit.trim_end_matches("):");
        } else if !self.unit.is_empty() && words.first() == Some(&"avg") {
            self.columns = words;
        } else if !self.columns.is_empty() && !words.is_empty() {
            match latency(&self.columns, &words, self.unit) {
                Some(latency) => self.entry = entry().metric(latency),
                None => sink.reject(place, "the latencies are no numbers", REMEDY, line),
            }
            self.columns.clear();
        } else if let [count, "parallel", "clients"] = words[..] {
            self.entry = entry().field("clients", parse_number(count));
        } else if let [count, "requests", "completed", ..] = words[..] {
            self.entry = entry().field("requests", parse_number(count));
        } else if let [size, "bytes", "payload"] = words[..] {
            self.entry = entry().field("payload_bytes", parse_number(size));
        }
    }

    fn emit(self, sink: &mut EntrySink<'_>) {
        if self.has_rate {
            sink.entry(self.entry);
        } else {
            let reason = "no line `requests per second` follows";
            sink.reject(self.line_number, reason, REMEDY, self.name);
        }
    }
}

/// The row under `avg min p50 p95 p99 max`.
fn latency(columns: &[&str], row: &[&str], unit: &str) -> Option<Measurement<'static>> {
    let numbers: Option<Vec<f64>> = row.iter().map(|cell| parse_number(cell)).collect();
    let numbers = numbers.filter(|it| it.len() == columns.len())?;
    let cells = || columns.iter().zip(&numbers);
    let (_, average) = cells().find(|(name, _)| **name == "avg")?;
    Some(cells().fold(metric(TIME_METRIC, unit, *average), |time, (name, value)| {
        match Statistic::from_name(name) {
            Some(statistic) => time.statistic(statistic, *value),
            None => time,
        }
    }))
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<RedisBlock<'_>> = None;
    for (place, line) in text.lines() {
        let line = line.trim_end();
        if let Some(name) = title(line) {
            open.take().into_iter().for_each(|block| block.emit(sink));
            open = Some(RedisBlock::new(place, name));
        } else if let Some(block) = &mut open {
            block.take_line(place, line, sink);
        } else if let Some(entry) = quiet_entry(line) {
            sink.entry(entry);
        } else if line.starts_with('"') && !line.starts_with(HEAD) {
            match csv_entry(line) {
                Some(entry) => sink.entry(entry),
                None => sink.reject(place, "not a name and numbers", "write the file again", line),
            }
        }
    }
    open.into_iter().for_each(|block| block.emit(sink));
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
        let nothing = read_text(&FORMAT, "SET: nan requests per second\n");
        assert_eq!(nothing[0].error.as_deref(), Some("its rate is `nan`, no number"));
    }

    #[test]
    fn the_blocks_of_all_versions_are_read() {
        let old = "====== MSET (10 keys) ======\n  100000 requests completed in 0.88 seconds\n  \
                   50 parallel clients\n  3 bytes payload\n  keep alive: 1\n\n99.76% <= 1 \
                   milliseconds\n100.00% <= 2 milliseconds\n113122.17 requests per second\n\n";
        let new = "SET: rps=0.0 (overall: inf)\r    \r====== SET ======\n\nSummary:\n  throughput \
                   summary: 48780.49 requests per second\n  latency summary (msec):\n   avg  min  \
                   p50  p95  p99  max\n  0.055  0.016  0.054  0.103  0.175  0.303\n";
        let found = read_text(&FORMAT, &format!("{old}{new}"));
        assert_eq!((&*found[0].test, &*found[1].test), ("MSET (10 keys)", "SET"));
        assert_eq!(found[0].metrics, [metric(THROUGHPUT, "req/s", 113_122.17)]);
        assert_eq!(
            (&found[0].fields["clients"], &found[0].fields["requests"]),
            (&50.into(), &100_000.into())
        );
        let time = metric(TIME_METRIC, "msec", 0.055)
            .statistic(Statistic::Min, 0.016)
            .statistic(Statistic::P50, 0.054)
            .statistic(Statistic::P95, 0.103)
            .statistic(Statistic::P99, 0.175)
            .statistic(Statistic::Max, 0.303);
        assert_eq!(found[1].metrics, [metric(THROUGHPUT, "req/s", 48_780.49), time]);
    }

    #[test]
    fn a_block_that_breaks_off_and_latencies_that_are_none_are_rejected() {
        let text = "====== SET ======\n5 requests per second\nlatency summary (msec):\navg min\n1 \
                    nan\n====== GET ======\n  100 requests completed in 1 seconds\n";
        let text = Text::new("x", text.as_bytes());
        let mut count = 0;
        let mut take = |_| count += 1;
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        let lines: Vec<u32> = sink.rejected.iter().map(|it| it.problem.location.line).collect();
        assert_eq!(lines, [5, 6]);
        assert_eq!(count, 1);
    }
}
