//! sysbench 0.4 to 1.1, its report; one entry a run. cpu, memory, fileio, oltp, and what it prints
//! of threads, mutex and scripts of one's own.
//!
//! sysbench prints no name of the test. It follows from what the report counts; reports of threads
//! and mutex of 1.0 count nothing of their own and become the test `sysbench`.

use crate::entry::{BANDWIDTH, BenchmarkEntry, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{parse_number, parse_quantity};
use crate::requests::error_count;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Measurement, Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "sysbench",
    tool: "sysbench, its report",
    signature: "lines `sysbench 1.0…` or `Number of threads:`, and `total number of events:`",
    yields: "throughput, time (mean, min, max, p90, p95, p99), bandwidth, read_iops and write_iops, \
             queries_per_second, errors; threads, block size, operation, mode and the like as \
             parameters",
    backend: "system",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let has = |start: &str| text.lines().any(|(_, line)| line.trim_start().starts_with(start));
    let events = || has("total number of events:") || has("FATAL:");
    (has("sysbench 0.") || has("sysbench 1.") || has("Number of threads:")) && events()
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut open: Option<SysbenchReport<'_>> = None;
    for (place, line) in text.lines() {
        let is_banner = line.starts_with("sysbench ") && line.contains('.');
        let is_options = line.starts_with("Running the test with following options");
        if is_banner || (is_options && open.as_ref().is_none_or(|report| report.has_options)) {
            open.into_iter().for_each(|report| report.emit(sink));
            open = Some(SysbenchReport { line: place, ..SysbenchReport::default() });
        }
        let Some(report) = &mut open else { continue };
        // The options follow the banner: a second line of them begins another run.
        report.has_options |= is_options;
        if is_banner {
            report.version = line.split_whitespace().nth(1).unwrap_or_default().trim_matches(':');
        } else {
            report.take_line(line.trim());
        }
    }
    let Some(report) = open else {
        return Err(InputError::whole("no line `sysbench 1.…` or `Running the test with …`"));
    };
    report.emit(sink);
    Ok(())
}

#[derive(Default)]
struct SysbenchReport<'t> {
    line: usize,
    version: &'t str,
    has_options: bool,
    /// What the report counts, once a line tells.
    kind: &'static str,
    params: Vec<(&'static str, String)>,
    metrics: Vec<Measurement<'static>>,
    average: Option<f64>,
    statistics: Vec<(Statistic, f64)>,
    events: Option<f64>,
    total_time: Option<f64>,
    fatal: &'t str,
}

/// Lines that only one test prints.
const KINDS: [(&str, &str); 11] = [
    ("CPU speed:", "cpu"),
    ("Prime numbers limit:", "cpu"),
    ("Maximum prime number checked", "cpu"),
    ("Running memory speed test", "memory"),
    ("Doing memory operations speed test", "memory"),
    ("File operations:", "fileio"),
    ("Extra file open flags:", "fileio"),
    ("SQL statistics:", "oltp"),
    ("OLTP test statistics:", "oltp"),
    ("Doing thread subsystem performance test", "threads"),
    ("Doing mutex performance test", "mutex"),
];

/// `name: value` lines that are settings, and the parameter of each.
const SETTINGS: [(&str, &str); 8] = [
    ("Number of threads:", "threads"),
    ("Prime numbers limit:", "prime_limit"),
    ("Maximum prime number checked in CPU test:", "prime_limit"),
    ("block size:", "block_size"),
    ("total size:", "total_size"),
    ("operation:", "operation"),
    ("scope:", "scope"),
    ("Block size ", "block_size"),
];

/// `name: value` lines that are results: metric and unit of each.
const RATES: [(&str, &str, &str); 8] = [
    ("events per second:", THROUGHPUT, "events/s"),
    ("events/s (eps):", THROUGHPUT, "events/s"),
    ("reads/s:", "read_iops", "iops"),
    ("writes/s:", "write_iops", "iops"),
    ("fsyncs/s:", "fsync_iops", "iops"),
    ("read, MiB/s:", "read_bandwidth", "MiB/s"),
    ("written, MiB/s:", "write_bandwidth", "MiB/s"),
    ("read/write requests:", "requests_per_second", "req/s"),
];

impl<'t> SysbenchReport<'t> {
    fn take_line(&mut self, line: &'t str) {
        let kind = KINDS.iter().find(|(start, _)| line.starts_with(start));
        self.kind = kind.map_or(self.kind, |(_, kind)| kind);
        if line.starts_with("FATAL:") && self.fatal.is_empty() {
            self.fatal = line;
            return;
        }
        if self.take_setting(line) || self.take_latency(line) {
            return;
        }
        if let Some((_, name, unit)) = RATES.iter().find(|(start, _, _)| line.starts_with(start)) {
            let after = line.split_once(':').map_or("", |(_, after)| after);
            // `180108 (6182.33 per sec.)` is a count and its rate.
            let rate = per_second(after).or_else(|| parse_number(after));
            self.push(rate.map(|rate| metric(name, unit, rate)));
            return;
        }
        let Some((name, value)) = line.split_once(':') else {
            self.take_sentence(line);
            return;
        };
        match name {
            "total time" => self.total_time = parse_quantity(value).map(|(seconds, _)| seconds),
            "total number of events" => self.events = parse_number(value),
            "Total operations" | "Operations performed" => {
                self.push_rate(THROUGHPUT, "ops/s", value)
            }
            "transactions" => self.push_rate(THROUGHPUT, "tps", value),
            "queries" => self.push_rate("queries_per_second", "queries/s", value),
            "ignored errors" | "deadlocks" => {
                let count = value.split_whitespace().next().and_then(parse_number);
                self.push(count.map(error_count));
            }
            "read" | "write" | "fsync" if value.contains("IOPS=") => self.take_iops(name, value),
            _ => {}
        }
    }

    fn push_rate(&mut self, name: &str, unit: &str, value: &str) {
        self.push(per_second(value).map(|rate| metric(name, unit, rate)));
    }

    /// Adds a metric, once: version 1.1 prints the events of a second twice.
    fn push(&mut self, metric: Option<Measurement<'static>>) {
        let Some(metric) = metric else { return };
        if !self.metrics.iter().any(|other| other.metric == metric.metric) {
            self.metrics.push(metric);
        }
    }

    fn take_setting(&mut self, line: &str) -> bool {
        if let Some(mode) = line.strip_prefix("Doing ").and_then(|line| line.strip_suffix(" test"))
            && self.kind == "fileio"
        {
            self.params.push(("mode", mode.to_owned()));
            return true;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [files, "files,", size, "each"] = words.as_slice() {
            self.params.push(("files", (*files).to_owned()));
            self.params.push(("file_size", (*size).to_owned()));
            return true;
        }
        let setting = SETTINGS.iter().find(|(start, _)| line.starts_with(start));
        let Some((start, name)) = setting else { return false };
        self.params.push((*name, line[start.len()..].trim().to_owned()));
        true
    }

    /// The rows below `Latency (ms):`, and below `response time:` of older versions, where the unit
    /// follows the number.
    fn take_latency(&mut self, line: &str) -> bool {
        let Some((name, value)) = line.split_once(':') else { return false };
        let Some((value, unit)) = parse_quantity(value) else { return false };
        // `max:  12 threads` of a script is no latency.
        if !["", "ms"].contains(&unit) {
            return false;
        }
        let statistic = match name {
            "avg" => {
                self.average = Some(value);
                return true;
            }
            "min" => Some(Statistic::Min),
            "max" => Some(Statistic::Max),
            _ => match name.trim_start_matches("approx.").trim() {
                "90th percentile" | "90 percentile" => Some(Statistic::P90),
                "95th percentile" | "95 percentile" => Some(Statistic::P95),
                "99th percentile" | "99 percentile" => Some(Statistic::P99),
                _ => None,
            },
        };
        self.statistics.extend(statistic.map(|statistic| (statistic, value)));
        statistic.is_some()
    }

    /// `6680.84 MiB transferred (6674.71 MiB/sec)`, `225.19 Requests/sec executed`.
    fn take_sentence(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, _, "transferred", rate, unit] => {
                let rate = parse_number(rate.trim_start_matches('('));
                // sysbench 0.4 counts 1024 × 1024 bytes an MB.
                let unit =
                    if unit.starts_with("MiB") || unit.starts_with("MB") { "MiB/s" } else { "" };
                let rate = rate.filter(|_| !unit.is_empty());
                self.push(rate.map(|rate| metric(BANDWIDTH, unit, rate)));
            }
            [rate, "Requests/sec", "executed"] => {
                let rate = parse_number(rate).map(|rate| metric(THROUGHPUT, "req/s", rate));
                self.push(rate);
            }
            _ => {}
        }
    }

    /// `IOPS=12345.67 192.90 MiB/s (202.27 MB/s)` of version 1.1.
    fn take_iops(&mut self, name: &str, value: &str) {
        let words: Vec<&str> = value.split_whitespace().collect();
        let iops = words.iter().find_map(|word| parse_number(word.strip_prefix("IOPS=")?));
        let iops = iops.map(|iops| metric(&format!("{name}_iops"), "iops", iops));
        self.push(iops);
        if let [_, rate, "MiB/s", ..] = words.as_slice() {
            let name = format!("{name}_bandwidth");
            self.push(parse_number(rate).map(|rate| metric(&name, "MiB/s", rate)));
        }
    }

    fn emit(self, sink: &mut EntrySink<'_>) {
        let Some(events) = self.events else {
            let fatal = self.fatal.is_empty();
            let reason =
                if fatal { "no line `total number of events:` follows" } else { self.fatal };
            sink.reject(self.line, reason, "let sysbench end by itself", "sysbench");
            return;
        };
        // The name must not be guessed from the options: a script may print the same ones.
        let kind = if self.kind.is_empty() { "sysbench" } else { self.kind };
        if self.kind.is_empty() {
            sink.remark("sysbench does not print which test it ran: name it by --set test=…");
        }
        let mut entry = BenchmarkEntry::of("sysbench", kind)
            .field("events", events)
            .field("total_time_s", self.total_time)
            .field("sysbench", self.version);
        for (name, value) in self.params {
            entry = entry.param(name, value);
        }
        // A run that died early still prints rates, of the seconds it lived.
        if events <= 0.0 || !self.fatal.is_empty() {
            let reason = if self.fatal.is_empty() { "no event was completed" } else { self.fatal };
            sink.entry(entry.failed(reason));
            return;
        }
        entry.metrics = self.metrics;
        let time = self.average.map(|average| {
            let mut time = metric(TIME_METRIC, "ms", average);
            time.statistics = self.statistics;
            time
        });
        entry.metrics.extend(time);
        sink.entry(entry);
    }
}

/// `343.26` of `10000  (343.26 per sec.)` and of `6841184 (6834902.20 per second)`.
fn per_second(text: &str) -> Option<f64> {
    let (_, inside) = text.split_once('(')?;
    let (rate, unit) = parse_quantity(inside)?;
    (unit.starts_with("per sec") || unit.starts_with("ops/sec")).then_some(rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    /// As sysbench 0.5 prints it.
    const OLTP: &str = "sysbench 0.5:  multi-threaded system evaluation benchmark

Running the test with following options:
Number of threads: 64

OLTP test statistics:
    queries performed:
        read:                            140098
        total:                           200115
    transactions:                        10000  (343.26 per sec.)
    read/write requests:                 180108 (6182.33 per sec.)
    ignored errors:                      7      (0.24 per sec.)
    reconnects:                          0      (0.00 per sec.)

General statistics:
    total time:                          29.1327s
    total number of events:              10000
    total time taken by event execution: 1861.1741s
    response time:
         min:                                 74.15ms
         avg:                                186.12ms
         max:                                634.61ms
         approx.  95 percentile:             285.37ms
";

    #[test]
    fn transactions_of_older_versions_are_read() {
        let entries = read_text(&FORMAT, OLTP);
        assert_eq!((&*entries[0].test, &*entries[0].params["threads"]), ("oltp", "64"));
        let values: Vec<String> = entries[0]
            .metrics
            .iter()
            .map(|metric| format!("{} {:?}", metric.metric, metric.value.get()))
            .collect();
        let wanted = [
            "throughput Some(343.26)",
            "requests_per_second Some(6182.33)",
            "errors Some(7.0)",
            "time Some(186.12)",
        ];
        assert_eq!(values, wanted);
        assert!(entries[0].metrics[3].statistics.contains(&(Statistic::P95, 285.37)));
    }

    #[test]
    fn a_run_that_ended_early_is_no_result() {
        let none = OLTP.replace("events:              10000", "events:              0");
        assert_eq!(read_text(&FORMAT, &none)[0].error.as_deref(), Some("no event was completed"));
        let text = Text::new("x", b"sysbench 1.0.20 (using LuaJIT)\n\nFATAL: unable to connect\n");
        assert!(recognizes(&text));
        let mut take = |_| {};
        let mut sink = EntrySink::new(&mut take);
        read(&text, &mut sink).unwrap();
        assert_eq!(sink.rejected[0].problem.reason, "FATAL: unable to connect");
    }
}
