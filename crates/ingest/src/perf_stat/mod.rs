//! Linux `perf stat`: its table, `-x` and `-j`; one entry a measured command.
//!
//! An event that the machine does not support, or that was not counted, is no value and no fault.
//! A command of which nothing was counted is a failed run.

mod lines;
pub(crate) mod table;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::parse::{name, number, unit};
use crate::sink::EntrySink;
use model::record::{Measurement, Statistic};

const REMEDY: &str = "run perf again, with LC_ALL=C";

/// One event as perf counted it.
struct Event<'t> {
    name: &'t str,
    /// A number, `<not supported>` or `<not counted>`.
    value: &'t str,
    unit: &'t str,
    /// Of the mean of several runs, in percent.
    deviation: Option<f64>,
}

impl Event<'_> {
    fn is_counted(&self) -> bool {
        !self.value.starts_with("<not")
    }

    fn metric(&self) -> Option<Measurement<'static>> {
        let value = number::parse_number(self.value)?;
        // A count has no unit in the table.
        let unit = match self.unit {
            "" => "count".into(),
            "msec" => "ms".into(),
            "Joules" => "J".into(),
            unit => unit::canonical(unit),
        };
        let bound =
            |sign: f64| self.deviation.map(|percent| value * (1.0 + sign * percent / 100.0));
        let metric = metric(&name::metric_name(self.name), &unit, value)
            .statistic(Statistic::Lower, bound(-1.0))
            .statistic(Statistic::Upper, bound(1.0));
        Some(metric)
    }
}

/// What was counted of a command.
struct PerfStatRun {
    entry: BenchmarkEntry,
    line: usize,
    uncounted: Vec<String>,
}

impl PerfStatRun {
    fn new(name: &str, line: usize) -> Self {
        Self { entry: BenchmarkEntry::named(name), line, uncounted: Vec::new() }
    }

    fn add(&mut self, event: &Event<'_>, line: usize, source: &str, sink: &mut EntrySink<'_>) {
        // A virtual machine has no counters, and the other events are good all the same.
        if !event.is_counted() {
            self.uncounted.push(event.name.to_owned());
            return;
        }
        match event.metric() {
            Some(metric) => self.entry.metrics.push(metric),
            None => {
                let reason = format!("`{}` is no number", event.value);
                sink.reject(line, &reason, REMEDY, source);
            }
        }
    }

    /// The entry; none where nothing was read.
    fn finish(self, sink: &mut EntrySink<'_>) -> Option<BenchmarkEntry> {
        let uncounted = self.uncounted.join(", ");
        if !uncounted.is_empty() {
            let reason = "events that perf did not count, or that the machine does not support";
            sink.skip(reason, self.uncounted.len() as u64);
            sink.remark(format!("not supported or not counted: {uncounted}"));
        }
        match (self.entry.metrics.is_empty(), self.uncounted.is_empty()) {
            (false, _) => Some(self.entry),
            (true, false) => Some(self.entry.failed(format!("perf counted none of {uncounted}"))),
            (true, true) => {
                let reason = "no event was counted";
                sink.reject(self.line, reason, REMEDY, &self.entry.name);
                None
            }
        }
    }
}
