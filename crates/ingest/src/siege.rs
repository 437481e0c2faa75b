//! siege, its statistics: JSON since version 4.0.5, lines for people before; one entry a run,
//! seconds. siege does not name the target: name it by `--set test=…`.

use crate::entry::{BANDWIDTH, BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::format::{Format, Reader};
use crate::parse::name::snake_case;
use crate::parse::number::parse_quantity;
use crate::requests::{error_count, fail_where_all_failed};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::{Statistic, TIME_METRIC};

pub(crate) const FORMAT: Format = Format {
    name: "siege",
    tool: "siege, its statistics",
    signature: "lines `Transactions:` and `Availability:`, or the same names in JSON",
    yields: "time (mean, min, max), throughput, bandwidth, availability, errors; transactions, \
             concurrency",
    backend: "http",
    reader: Reader::Text { recognizes, read },
};

struct SiegeFact<'t> {
    name: String,
    value: f64,
    unit: &'t str,
}

/// `"transaction_rate":  180.31,` and `Transaction rate:  180.31 trans/sec` as one.
fn fact(line: &str) -> Option<SiegeFact<'_>> {
    let (name, value) = line.split_once(':')?;
    let (value, unit) = parse_quantity(value.trim().trim_end_matches(','))?;
    let name = snake_case(name.trim().trim_matches('"'));
    (!name.is_empty()).then_some(SiegeFact { name, value, unit })
}

fn recognizes(text: &Text) -> bool {
    let has = |wanted: &str| {
        text.lines().any(|(_, line)| fact(line).is_some_and(|fact| fact.name == wanted))
    };
    has("transactions") && has("availability") && has("transaction_rate")
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut runs: Vec<Vec<SiegeFact<'_>>> = Vec::new();
    for fact in text.lines().filter_map(|(_, line)| fact(line)) {
        // It is the first line of the statistics.
        if fact.name == "transactions" {
            runs.push(Vec::new());
        }
        if let Some(run) = runs.last_mut() {
            run.push(fact);
        }
    }
    if runs.is_empty() {
        return Err(InputError::whole("no statistics of siege"));
    }
    runs.iter().for_each(|run| sink.entry(entry(run)));
    Ok(())
}

fn entry(run: &[SiegeFact<'_>]) -> BenchmarkEntry {
    let fact = |wanted: &str| run.iter().find(|fact| fact.name == wanted);
    let value = |wanted: &str| fact(wanted).map(|fact| fact.value);
    // Some versions print milliseconds, and say so.
    let is_millis = fact("response_time").is_some_and(|fact| fact.unit == "ms");
    let unit = if is_millis { "ms" } else { "s" };
    let transactions = value("transactions").unwrap_or(0.0);
    let failed = value("failed_transactions").unwrap_or(0.0);
    let mut entry = BenchmarkEntry::named("siege")
        .field("transactions", transactions)
        .field("duration_s", value("elapsed_time"))
        .field("concurrency", value("concurrency"));
    let time = value("response_time").map(|mean| {
        metric(TIME_METRIC, unit, mean)
            .statistic(Statistic::Min, value("shortest_transaction"))
            .statistic(Statistic::Max, value("longest_transaction"))
    });
    entry.metrics.extend(time);
    let others = [
        (THROUGHPUT, "req/s", "transaction_rate"),
        (BANDWIDTH, "MB/s", "throughput"),
        ("availability", "%", "availability"),
    ];
    for (name, unit, key) in others {
        entry.metrics.extend(value(key).map(|value| metric(name, unit, value)));
    }
    entry.metrics.push(error_count(failed));
    // siege does not count failed transactions among the others.
    fail_where_all_failed(entry, transactions + failed, failed, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    #[test]
    fn lines_for_people_say_the_same() {
        let text = "Transactions:\t\t         348 hits\nAvailability:\t\t       99.71 %\nElapsed time:\t\t        1.93 secs\nResponse time:\t\t        0.02 secs\nTransaction rate:\t      180.31 trans/sec\nThroughput:\t\t        0.20 MB/sec\nFailed transactions:\t           1\nLongest transaction:\t        0.05\n";
        let entries = read_text(&FORMAT, text);
        let values: Vec<Option<f64>> =
            entries[0].metrics.iter().map(|metric| metric.value.get()).collect();
        assert_eq!(values, [0.02, 180.31, 0.2, 99.71, 1.0].map(Some));
        let none = text.replace("348 hits", "0 hits");
        let error = read_text(&FORMAT, &none)[0].error.clone();
        assert_eq!(error.as_deref(), Some("the only request failed"));
    }
}
