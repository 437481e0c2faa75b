//! YCSB, its summary; one entry for the whole run and one for each kind of operation. Microseconds.
//!
//! What an operation returned but `OK` or `0` is an error, and so are operations of a section
//! `READ-FAILED`. Histograms, time series and lines of progress are passed over. Percentiles in
//! milliseconds, as old versions print them beside microseconds, are fields.

use std::collections::{BTreeMap, HashMap};

use crate::entry::{BenchmarkEntry, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::name::snake_case;
use crate::parse::number::parse_number;
use crate::parse::repeats::RepeatMerger;
use crate::requests::{error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "ycsb",
    tool: "YCSB, its summary",
    signature: "a line `[OVERALL], RunTime(ms), …`, and one with `Throughput(ops/sec)` or \
                `AverageLatency(us)`",
    yields: "throughput of the run; time of each operation (mean, min, max, percentiles), errors; \
             workload and threads as parameters where the command is in the file; collections",
    backend: "database",
    reader: Reader::Text { recognizes, read },
};

const OVERALL: &str = "OVERALL";
const REMEDY: &str = "let YCSB end by itself, and keep what it writes to standard output";

fn recognizes(text: &Text) -> bool {
    let has = |section: bool, key: &str| {
        let is_row = |row: Row<'_>| (row.section == OVERALL) == section && row.key == key;
        text.lines().any(|(_, line)| row(line).is_some_and(is_row))
    };
    let has_rows = || has(true, "Throughput(ops/sec)") || has(false, "AverageLatency(us)");
    has(true, "RunTime(ms)") && has_rows()
}

/// `[READ], AverageLatency(us), 3981.78`
struct Row<'t> {
    section: &'t str,
    key: &'t str,
    value: &'t str,
}

fn row(line: &str) -> Option<Row<'_>> {
    let (section, after) = line.strip_prefix('[')?.split_once("], ")?;
    let (key, value) = after.rsplit_once(", ")?;
    Some(Row { section, key: key.trim(), value: value.trim() })
}

#[derive(Default)]
struct YcsbRun {
    params: BTreeMap<&'static str, String>,
    line: usize,
    throughput: Option<f64>,
    sections: Vec<(String, Operations)>,
    place_by_section: HashMap<String, usize>,
    fields: Vec<(String, f64)>,
}

#[derive(Default)]
struct Operations {
    line: usize,
    count: Option<f64>,
    errors: f64,
    average: Option<f64>,
    statistics: Vec<(Statistic, f64)>,
    fields: Vec<(String, f64)>,
}

/// The statistic of a row, whose percentiles are written `99th`, `99.9` or `99.9th`.
fn statistic(key: &str) -> Option<Statistic> {
    let name = key.strip_suffix("Latency(us)")?;
    let percentile = name.strip_suffix("Percentile").map(|name| name.trim_end_matches("th"));
    match percentile.unwrap_or(name) {
        "Min" => Some(Statistic::Min),
        "Max" => Some(Statistic::Max),
        "50" => Some(Statistic::P50),
        "90" => Some(Statistic::P90),
        "95" => Some(Statistic::P95),
        "99" => Some(Statistic::P99),
        "99.9" => Some(Statistic::P999),
        _ => None,
    }
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut runs = RepeatMerger::default();
    let mut open: Option<YcsbRun> = None;
    let mut params = BTreeMap::new();
    let (mut progress, mut buckets) = (0_u64, 0_u64);
    for (place, line) in text.lines() {
        if let Some(command) = line.strip_prefix("Command line:") {
            params = parameters(command);
        }
        progress += u64::from(line.contains(" sec: ") && line.contains(" operations;"));
        let Some(row) = row(line) else { continue };
        if row.section == OVERALL && row.key == "RunTime(ms)" {
            open.into_iter().for_each(|run| run.emit(&mut runs, sink));
            open = Some(YcsbRun { params: params.clone(), line: place, ..YcsbRun::default() });
        }
        let Some(run) = &mut open else { continue };
        // Rows whose key is a number are a bucket of a histogram or a point in time.
        if row.key.trim_start_matches('>').parse::<f64>().is_ok() {
            buckets += 1;
            continue;
        }
        match parse_number(row.value) {
            Some(value) => run.take(&row, value, place),
            // Without an operation there is no latency; the row of the count says so.
            None if row.value == "NaN" => {}
            None => sink.reject(place, &format!("`{}` is no number", row.value), REMEDY, line),
        }
    }
    let Some(run) = open else { return Err(InputError::whole("no line `[OVERALL], RunTime(ms)`")) };
    run.emit(&mut runs, sink);
    if progress > 0 {
        sink.remark(format!("{progress} lines of progress passed over"));
    }
    if buckets > 0 {
        sink.remark(format!("{buckets} rows of histograms or time series passed over"));
    }
    runs.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

/// Workload and threads of the command, where the file has it.
fn parameters(command: &str) -> BTreeMap<&'static str, String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let mut params = BTreeMap::new();
    for pair in words.windows(2) {
        match pair {
            ["-P", path] => {
                let name = path.rsplit('/').next().unwrap_or(path);
                params.insert("workload", name.to_owned());
            }
            ["-threads", count] => {
                params.insert("threads", (*count).to_owned());
            }
            _ => {}
        }
    }
    if words.contains(&"-load") {
        params.insert("phase", "load".to_owned());
    }
    params
}

impl YcsbRun {
    fn take(&mut self, row: &Row<'_>, value: f64, line: usize) {
        let field = |key: &str| snake_case(&format!("{}_{key}", row.section));
        if row.section == OVERALL {
            match row.key {
                "Throughput(ops/sec)" => self.throughput = Some(value),
                key => self.fields.push((snake_case(key), value)),
            }
            return;
        }
        if row.section.starts_with("TOTAL_") {
            // `TOTAL_GC_TIME_%`, `Time(%)` and `TOTAL_GC_TIME`, `Time(ms)`.
            self.fields.push((field(row.key.trim_start_matches("Time")), value));
            return;
        }
        let failed = row.section.strip_suffix("-FAILED");
        let operations = self.operations(failed.unwrap_or(row.section), line);
        match row.key {
            "Operations" if failed.is_some() => operations.errors += value,
            // Times of failures are no times of the operation.
            _ if failed.is_some() => operations.fields.push((field(row.key), value)),
            "Operations" => operations.count = Some(value),
            "AverageLatency(us)" => operations.average = Some(value),
            key => operations.take_other(key, value),
        }
    }

    fn operations(&mut self, section: &str, line: usize) -> &mut Operations {
        let next = self.sections.len();
        let place = *self.place_by_section.entry(section.to_owned()).or_insert(next);
        if place == next {
            let operations = Operations { line, ..Operations::default() };
            self.sections.push((section.to_owned(), operations));
        }
        &mut self.sections[place].1
    }

    fn emit(self, runs: &mut RepeatMerger, sink: &mut EntrySink<'_>) {
        let with_params = |mut entry: BenchmarkEntry| {
            for (name, value) in &self.params {
                entry = entry.param(name, value);
            }
            entry
        };
        match self.throughput {
            Some(rate) => {
                let mut entry = with_params(BenchmarkEntry::named(OVERALL))
                    .metric(metric(THROUGHPUT, "ops/s", rate));
                for (name, value) in self.fields {
                    entry = entry.field(&name, value);
                }
                let counted = self.sections.iter().filter(|(_, section)| section.count.is_some());
                let all: f64 = counted.clone().filter_map(|(_, section)| section.count).sum();
                let errors: f64 = counted.map(|(_, section)| section.errors).sum();
                // A summary that was cut short counts nothing, and says nothing of failures.
                if all > 0.0 {
                    entry = entry.metric(error_count(errors));
                    entry = fail_where_all_failed(entry, all, errors, "");
                }
                runs.add(entry);
            }
            None => {
                let reason = "no line `[OVERALL], Throughput(ops/sec)` follows";
                sink.reject(self.line, reason, REMEDY, "[OVERALL]");
            }
        }
        for (name, operations) in self.sections {
            let entry = with_params(BenchmarkEntry::named(name));
            match operations.fill(entry) {
                Ok(entry) => runs.add(entry),
                Err(line) => {
                    sink.reject(line, "neither a latency nor a number of operations", REMEDY, "");
                }
            }
        }
    }
}

impl Operations {
    fn take_other(&mut self, key: &str, value: f64) {
        if let Some(statistic) = statistic(key) {
            self.statistics.push((statistic, value));
        } else if let Some(code) = key.strip_prefix("Return=") {
            self.errors += if ["OK", "0", ""].contains(&code) { 0.0 } else { value };
            self.fields.push((format!("return_{}", snake_case(code)), value));
        } else {
            self.fields.push((snake_case(key), value));
        }
    }

    /// The entry with what was measured, or the line of operations without a number.
    fn fill(self, mut entry: BenchmarkEntry) -> Result<BenchmarkEntry, usize> {
        if self.count.is_none() && self.average.is_none() {
            return Err(self.line);
        }
        entry = entry.field("operations", self.count);
        for (name, value) in self.fields {
            entry = entry.field(&name, value);
        }
        let time = self.average.map(|average| {
            let mut time = metric(TIME_METRIC, "us", average);
            time.statistics = self.statistics;
            time
        });
        entry.metrics.extend(time);
        let Some(count) = self.count else { return Ok(entry) };
        entry.metrics.push(error_count(self.errors));
        Ok(match count {
            none if none <= 0.0 => {
                entry.metrics.clear();
                entry.failed("no operation was completed")
            }
            // A section of failures counts beside the operations, return codes count among them.
            _ => fail_where_all_failed(entry, count, self.errors.min(count), ""),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn failed_operations_are_errors_and_runs_repeat() {
        let run = "[OVERALL], RunTime(ms), 10\n[OVERALL], Throughput(ops/sec), 100.5\n[READ], Operations, 8\n[READ], AverageLatency(us), 5.5\n[READ], 99.9PercentileLatency(us), 9\n[READ-FAILED], Operations, 2\n[READ-FAILED], AverageLatency(us), 1.0\n[UPDATE], Operations, 0\n[UPDATE], AverageLatency(us), NaN\n";
        let entries = read_text(&FORMAT, &format!("{run}{}", run.replace("100.5", "90.5")));
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].metrics[0].samples, [100.5, 90.5]);
        assert_eq!(entries[1].metrics[1].samples, [2.0, 2.0]);
        assert_eq!(entries[2].error.as_deref(), Some("no operation was completed"));
        let all = "[OVERALL], RunTime(ms), 10\n[OVERALL], Throughput(ops/sec), 100.5\n[READ], Operations, 8\n[READ], AverageLatency(us), 5.5\n[READ], Return=ERROR, 8\n";
        let errors: Vec<Option<String>> =
            read_text(&FORMAT, all).into_iter().map(|entry| entry.error).collect();
        let reason = Some("all 8 requests failed".to_owned());
        assert_eq!(errors, [reason.clone(), reason]);
    }
}
