//! The units in which a history holds each benchmark: a change of unit is reported, once.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::BenchmarkEntry;
use crate::sink::EntrySink;
use model::record::{Unit, shorten};

/// Names of benchmarks that a remark lists.
const MAX_NAMES: usize = 5;

/// Units by benchmark and metric. A benchmark with one value is known by its name alone: its unit
/// decides the metric, so a value that got a unit later is another metric.
#[derive(Default)]
pub(crate) struct UnitUsage {
    by_series: BTreeMap<(String, String), BTreeSet<String>>,
}

impl UnitUsage {
    pub(crate) fn record(&mut self, entry: &BenchmarkEntry) {
        let single = entry.metrics.len() == 1;
        for metric in &entry.metrics {
            let unit = metric.unit.as_deref().unwrap_or_default();
            let name = if single { String::new() } else { metric.metric.to_string() };
            let key = (format!("{}/{}", entry.suite, entry.name), name);
            let units = self.by_series.entry(key).or_default();
            if !units.contains(unit) {
                units.insert(unit.to_owned());
            }
        }
    }

    /// Reports which benchmarks came in several units, and what becomes of them.
    pub(crate) fn remark_mixed_units(&self, sink: &mut EntrySink<'_>) {
        let mixed = self.by_series.iter().filter(|(_, units)| units.len() > 1);
        let (split, joined): (Vec<_>, Vec<_>) = mixed.partition(|(_, units)| {
            let bases: BTreeSet<_> = units.iter().map(|unit| Unit::parse(unit).0).collect();
            bases.len() > 1
        });
        for (all, effect) in [
            (joined, "values are compared in one unit"),
            (split, "a value of another kind of unit belongs to another series or is rejected"),
        ] {
            if all.is_empty() {
                continue;
            }
            let names: Vec<String> =
                all.iter().take(MAX_NAMES).map(|(key, units)| described(key, units)).collect();
            let more = all.len().saturating_sub(MAX_NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            sink.remark(format!("units change: {}{more}; {effect}", names.join(", ")));
        }
    }
}

/// `` `name` (ms, none) ``
fn described(key: &(String, String), units: &BTreeSet<String>) -> String {
    let (name, metric) = key;
    let units: Vec<&str> =
        units.iter().map(|unit| if unit.is_empty() { "none" } else { unit.as_str() }).collect();
    let metric = if metric.is_empty() { String::new() } else { format!(" {metric}") };
    format!("`{}`{metric} ({})", shorten(name.trim_start_matches('/'), 80), units.join(", "))
}
