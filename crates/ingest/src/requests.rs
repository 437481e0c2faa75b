//! What readers of load tools share: the requests of one label, one by one or counted.
//!
//! A request that failed is never good news. It counts in `error_rate` or `errors` beside the
//! times, and a label of which no request succeeded is a failed run, however fast it failed.

use std::collections::HashMap;

use crate::entry::{BenchmarkEntry, MeasurementExt, THROUGHPUT, metric};
use crate::sink::EntrySink;
use model::record::time::Timestamp;
use model::record::{Direction, Measurement, Statistic, TIME_METRIC};

/// More samples than these say nothing that the statistics of all of them do not, and would make
/// a record of each label some 10 KB long.
const MAX_SAMPLES: usize = 1_000;
/// Characters of the first reason of a failure that are kept.
const MAX_REASON: usize = 200;

/// One request of a log.
pub(crate) struct Request<'t> {
    pub(crate) label: &'t str,
    /// Since 1970, in the unit of the log; none where the log has no times of day.
    pub(crate) start: Option<f64>,
    /// In the unit of the log; none where the log has no durations.
    pub(crate) duration: Option<f64>,
    /// Why it failed; none where it succeeded.
    pub(crate) failure: Option<&'t str>,
}

/// All requests of a log by label, in the order in which each label was met first. Of a request
/// only its duration is kept, so that millions of them stay small.
pub(crate) struct RequestLog {
    unit: &'static str,
    /// How many units are a second.
    per_second: f64,
    labels: Vec<(String, LabelRequests)>,
    index_by_label: HashMap<String, usize>,
}

#[derive(Default)]
struct LabelRequests {
    durations: Vec<f64>,
    requests: u64,
    failures: u64,
    first_failure: String,
    first_start: Option<f64>,
    last_end: Option<f64>,
}

impl RequestLog {
    pub(crate) fn new(unit: &'static str, per_second: f64) -> Self {
        Self { unit, per_second, labels: Vec::new(), index_by_label: HashMap::new() }
    }

    pub(crate) fn add(&mut self, request: &Request<'_>) {
        let index = match self.index_by_label.get(request.label) {
            Some(index) => *index,
            None => {
                let index = self.labels.len();
                self.labels.push((request.label.to_owned(), LabelRequests::default()));
                self.index_by_label.insert(request.label.to_owned(), index);
                index
            }
        };
        self.labels[index].1.add(request);
    }

    /// The earliest start of all requests.
    pub(crate) fn first_start(&self) -> Option<f64> {
        self.labels.iter().filter_map(|(_, label)| label.first_start).reduce(f64::min)
    }

    /// Requests that failed, and all requests.
    pub(crate) fn failures_of_all(&self) -> [u64; 2] {
        let sum = |count: fn(&LabelRequests) -> u64| {
            self.labels.iter().map(|(_, label)| count(label)).sum::<u64>()
        };
        [sum(|label| label.failures), sum(|label| label.requests)]
    }

    /// An entry for each label, at one time for the whole run.
    pub(crate) fn emit(self, suite: &str, time: Option<Timestamp>, sink: &mut EntrySink<'_>) {
        let [failed, all] = self.failures_of_all();
        if failed > 0 {
            sink.remark(format!("{failed} of {all} requests failed"));
        }
        for (name, label) in self.labels {
            let mut entry = BenchmarkEntry::of(suite, name);
            entry.run.timestamp = time;
            sink.entry(label.into_entry(entry, self.unit, self.per_second));
        }
    }
}

impl LabelRequests {
    fn add(&mut self, request: &Request<'_>) {
        self.requests += 1;
        if let Some(reason) = request.failure {
            // One reason is enough to begin with; a log may have a million of them.
            if self.failures == 0 {
                self.first_failure = reason.chars().take(MAX_REASON).collect();
            }
            self.failures += 1;
        }
        self.durations.extend(request.duration);
        if let Some(start) = request.start {
            let end = start + request.duration.unwrap_or(0.0);
            self.first_start = Some(self.first_start.map_or(start, |first| first.min(start)));
            self.last_end = Some(self.last_end.map_or(end, |last| last.max(end)));
        }
    }

    fn into_entry(mut self, entry: BenchmarkEntry, unit: &str, per_second: f64) -> BenchmarkEntry {
        let (requests, failures) = (self.requests as f64, self.failures as f64);
        let mut entry = entry.field("requests", requests);
        if self.failures > 0 {
            entry = entry.field("errors", failures);
        }
        let durations = std::mem::take(&mut self.durations);
        entry.metrics.extend(time_of(durations, unit));
        // From the first start to the last end, as JMeter and Gatling divide.
        let span = self.last_end.zip(self.first_start).map(|(last, first)| last - first);
        let rate = span.filter(|span| *span > 0.0).map(|span| requests / (span / per_second));
        entry.metrics.extend(rate.map(|rate| metric(THROUGHPUT, "req/s", rate)));
        entry.metrics.push(metric("error_rate", "%", failures / requests * 100.0));
        fail_where_all_failed(entry, requests, failures, &self.first_failure)
    }
}

/// A run of which no request succeeded has no value.
pub(crate) fn fail_where_all_failed(
    entry: BenchmarkEntry,
    requests: f64,
    failures: f64,
    reason: &str,
) -> BenchmarkEntry {
    if requests > 0.0 && failures < requests {
        return entry;
    }
    let count = match requests {
        none if none <= 0.0 => "no request was answered".to_owned(),
        1.0 => "the only request failed".to_owned(),
        all => format!("all {all} requests failed"),
    };
    let mut entry = match reason.trim() {
        "" => entry.failed(count),
        reason => entry.failed(format!("{count}: {reason}")),
    };
    // The times of failures are not those of the benchmark.
    entry.metrics.clear();
    entry
}

/// Requests that failed, as a metric of its own: fewer are better.
pub(crate) fn error_count(errors: f64) -> Measurement<'static> {
    // An empty sum is minus zero, which nobody should read.
    metric("errors", "count", errors + 0.0).direction(Direction::Lower)
}

/// The mean of durations with its statistics; none of none.
fn time_of(durations: Vec<f64>, unit: &str) -> Option<Measurement<'static>> {
    let count = durations.len();
    if count == 0 {
        return None;
    }
    let mean = durations.iter().sum::<f64>() / count as f64;
    let squares: f64 = durations.iter().map(|value| (value - mean).powi(2)).sum();
    let std = (count > 1).then(|| (squares / (count - 1) as f64).sqrt());
    // In the order in which they were measured, before they are sorted.
    let samples = if count <= MAX_SAMPLES { durations.clone() } else { Vec::new() };
    let mut sorted = durations;
    sorted.sort_unstable_by(f64::total_cmp);
    let quantiles = [
        (Statistic::Median, 0.5),
        (Statistic::P75, 0.75),
        (Statistic::P90, 0.9),
        (Statistic::P95, 0.95),
        (Statistic::P99, 0.99),
    ];
    let time = metric(TIME_METRIC, unit, mean)
        .std(std)
        .statistic(Statistic::Min, sorted[0])
        .statistic(Statistic::Max, sorted[count - 1])
        .samples(samples);
    let put = |time: Measurement<'static>, (statistic, part)| {
        time.statistic(statistic, quantile(&sorted, part))
    };
    Some(quantiles.into_iter().fold(time, put))
}

/// The value below which a part of sorted values lies, as JMeter's dashboard has it: position
/// `part × (count + 1)`, between its two neighbors where it is not whole.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let position = part * (sorted.len() + 1) as f64;
    let below = (position.floor() as usize).clamp(1, sorted.len());
    let above = (below + 1).min(sorted.len());
    let (lower, upper) = (sorted[below - 1], sorted[above - 1]);
    if position < 1.0 {
        lower
    } else {
        lower + (position - below as f64).min(1.0) * (upper - lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbors() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(quantile(&ten, 0.5), 5.5);
        assert!((quantile(&ten, 0.9) - 9.9).abs() < 1e-9);
        assert_eq!((quantile(&ten, 0.99), quantile(&[7.0], 0.5)), (10.0, 7.0));
        assert_eq!(quantile(&[1.0, 2.0], 0.1), 1.0);
    }

    #[test]
    fn a_label_whose_requests_all_failed_has_no_value() {
        let mut log = RequestLog::new("ms", 1e3);
        for (label, failure) in [("a", None), ("b", Some("503")), ("a", Some("reset"))] {
            log.add(&Request { label, start: Some(1_000.0), duration: Some(10.0), failure });
        }
        let mut entries = Vec::new();
        let mut take = |entry| entries.push(entry);
        log.emit("", None, &mut EntrySink::new(&mut take));
        assert_eq!(entries[1].error.as_deref(), Some("the only request failed: 503"));
        assert_eq!(entries[1].metrics, []);
        let values: Vec<Option<f64>> =
            entries[0].metrics.iter().map(|metric| metric.value.get()).collect();
        assert_eq!(values, [Some(10.0), Some(200.0), Some(50.0)]);
    }
}
