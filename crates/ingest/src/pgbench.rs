//! PostgreSQL's pgbench, its report; one entry a run, and one a script where several ran.
//!
//! Latency is a metric where pgbench measured it for each transaction (its report then has a
//! deviation); otherwise it is the clients divided by the rate and is a field. Latencies of single
//! statements (`-r`) and the lines of progress are passed over.

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::number::{is_no_number, parse_quantity};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "pgbench",
    tool: "PostgreSQL pgbench, its report",
    signature: "lines `transaction type:` and `tps = `",
    yields: "throughput, time (mean, std) where measured; clients, threads, scale, mode of queries as \
             parameters; transactions",
    backend: "sql",
    reader: Reader::Text { recognizes, read },
};

fn recognizes(text: &Text) -> bool {
    let begins = |start: &str| text.lines().any(|(_, line)| line.starts_with(start));
    begins("transaction type: ") && begins("tps = ")
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut version = "";
    let mut runs: Vec<PgbenchReport<'_>> = Vec::new();
    for (place, line) in text.lines() {
        if let Some(told) = line.strip_prefix("pgbench (") {
            version = told.split([' ', ')']).next().unwrap_or_default();
        } else if let Some(script) = line.strip_prefix("transaction type: ") {
            runs.push(PgbenchReport {
                version,
                script,
                line_number: place,
                ..PgbenchReport::default()
            });
        } else if let Some(run) = runs.last_mut() {
            run.take_line(line);
        }
    }
    if runs.is_empty() {
        return Err(InputError::whole("no line `transaction type:`"));
    }
    for run in runs {
        run.emit(sink);
    }
    Ok(())
}

/// A report, or the part of it that is one script's.
#[derive(Clone, Default)]
struct PgbenchReport<'t> {
    version: &'t str,
    script: &'t str,
    line_number: usize,
    params: Vec<(&'static str, &'t str)>,
    latency: Option<f64>,
    deviation: Option<f64>,
    rate: Option<f64>,
    /// A rate that is no number.
    odd_rate: Option<&'t str>,
    fields: Vec<(&'static str, f64)>,
    scripts: Vec<PgbenchReport<'t>>,
}

const PARAMS: [(&str, &str); 5] = [
    ("scaling factor: ", "scale"),
    ("query mode: ", "query_mode"),
    ("number of clients: ", "clients"),
    ("number of threads: ", "threads"),
    ("rate limit: ", "rate_limit"),
];
const FIELDS: [(&str, &str); 5] = [
    ("number of transactions actually processed: ", "transactions"),
    ("number of failed transactions: ", "failed_transactions"),
    ("number of transactions skipped: ", "skipped_transactions"),
    ("initial connection time = ", "initial_connection_ms"),
    ("average connection time = ", "average_connection_ms"),
];

impl<'t> PgbenchReport<'t> {
    fn take_line(&mut self, line: &'t str) {
        if let Some((_, script)) =
            line.strip_prefix("SQL script ").and_then(|it| it.split_once(": "))
        {
            let (version, params) = (self.version, self.params.clone());
            self.scripts.push(PgbenchReport {
                version,
                script,
                params,
                ..PgbenchReport::default()
            });
            return;
        }
        match (line.strip_prefix(" - "), self.scripts.last_mut()) {
            (Some(rest), Some(script)) => script.take_statistic(rest),
            _ => self.take_statistic(line),
        }
    }

    fn take_statistic(&mut self, line: &'t str) {
        let number = |rest: &str| parse_quantity(rest).map(|(value, _)| value);
        let after = |start: &str| line.strip_prefix(start);
        for (start, name) in PARAMS {
            self.params.extend(after(start).map(|value| (name, value.trim())));
        }
        for (start, name) in FIELDS {
            self.fields.extend(after(start).and_then(number).map(|value| (name, value)));
        }
        let latency = after("latency average = ").or(after("latency average: "));
        self.latency = latency.and_then(number).or(self.latency);
        let deviation = after("latency stddev = ").or(after("latency stddev: "));
        self.deviation = deviation.and_then(number).or(self.deviation);
        // Versions before 14 print the rate twice; the one without connecting comes last.
        self.rate = after("tps = ").and_then(number).or(self.rate);
        let word = after("tps = ").and_then(|rest| rest.split_whitespace().next());
        self.odd_rate = word.filter(|word| is_no_number(word)).or(self.odd_rate);
        if let Some((_, rate)) = line.split_once(" of total, tps = ") {
            self.rate = number(rate.trim_end_matches(')')).or(self.rate);
        }
    }

    fn emit(self, sink: &mut EntrySink<'_>) {
        let script = self.script.trim();
        let plain = script.strip_prefix("<builtin: ").and_then(|it| it.strip_suffix('>'));
        let mut entry =
            BenchmarkEntry::named(plain.unwrap_or(script)).field("pgbench", self.version);
        script.clone_into(&mut entry.name);
        for (name, value) in self.params {
            entry = entry.param(name, value);
        }
        for (name, value) in self.fields {
            entry = entry.field(name, value);
        }
        if let (None, Some(rate)) = (self.rate, self.odd_rate) {
            sink.entry(entry.failed(format!("its rate is `{rate}`, no number")));
            return;
        }
        let Some(rate) = self.rate else {
            sink.reject(
                self.line_number,
                "no line `tps =` follows",
                "let pgbench end by itself",
                script,
            );
            return;
        };
        entry = entry.metric(metric(THROUGHPUT, "tps", rate));
        entry = match (self.latency, self.deviation) {
            (Some(latency), Some(std)) => entry.metric(metric(TIME_METRIC, "ms", latency).std(std)),
            (latency, _) => entry.field("latency_ms", latency),
        };
        sink.entry(entry);
        for script in self.scripts {
            script.emit(sink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn a_latency_that_was_only_computed_is_no_metric() {
        let text = "transaction type: a.sql\nnumber of clients: 4\nlatency average = 2.5 ms\ntps = 10.5 (including connections establishing)\ntps = 11.5 (excluding connections establishing)\n";
        let found = read_text(&FORMAT, text);
        assert_eq!(found[0].metrics, [metric(THROUGHPUT, "tps", 11.5)]);
        assert_eq!(
            (&found[0].fields["latency_ms"], &*found[0].params["clients"]),
            (&2.5.into(), "4")
        );
    }
}
