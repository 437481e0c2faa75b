//! The same benchmark several times in one run: one entry, whose samples are the values.
//!
//! `go test -count 3` prints `BenchmarkA` with 1, 2 and 3 ns/op: one entry with the samples
//! `[1, 2, 3]`. Histories of other dashboards hold the same repeats, and are read in the same way.
//!
//! Spread and bounds of a single repeat are dropped where there are several, for they say nothing
//! of all of them; fields that differ become lists in the order of the repeats. A repeat that
//! failed is counted in `failed_runs` beside those that did not.

use std::collections::BTreeMap;
use std::collections::HashMap;

use serde_json::Value;

use crate::entry::BenchmarkEntry;
use crate::parse::number;
use model::record::{Measurement, OptionalF64};

/// Entries in the order in which each was met first.
#[derive(Default)]
pub(crate) struct RepeatMerger {
    entries: Vec<BenchmarkEntry>,
    /// How often each was met.
    counts: Vec<usize>,
    index_by_identity: HashMap<EntryIdentity, usize>,
}

#[derive(PartialEq, Eq, Hash)]
struct EntryIdentity {
    names: [String; 5],
    n: Option<u64>,
    params: BTreeMap<String, String>,
}

impl EntryIdentity {
    fn of(entry: &BenchmarkEntry) -> Self {
        let names = [&entry.name, &entry.suite, &entry.test, &entry.backend, &entry.mode];
        Self { names: names.map(Clone::clone), n: entry.n, params: entry.params.clone() }
    }
}

impl RepeatMerger {
    pub(crate) fn add(&mut self, entry: BenchmarkEntry) {
        let next = self.entries.len();
        let place = *self.index_by_identity.entry(EntryIdentity::of(&entry)).or_insert(next);
        if place == next {
            self.entries.push(entry);
            self.counts.push(1);
        } else {
            merge_repeat(&mut self.entries[place], self.counts[place], entry);
            self.counts[place] += 1;
        }
    }

    /// How many entries were repeats of another one.
    pub(crate) fn repeats(&self) -> u64 {
        self.counts.iter().map(|count| *count as u64 - 1).sum()
    }

    pub(crate) fn entries(self) -> Vec<BenchmarkEntry> {
        self.entries
    }
}

fn merge_repeat(first: &mut BenchmarkEntry, earlier_runs: usize, repeat: BenchmarkEntry) {
    if repeat.error.is_some() || first.error.is_some() {
        let failed =
            |entry: &BenchmarkEntry| entry.fields.get("failed_runs").and_then(Value::as_u64);
        let one = failed(first).unwrap_or(u64::from(first.error.is_some()));
        let count = one + u64::from(repeat.error.is_some());
        first.fields.insert("failed_runs".to_owned(), count.into());
        if repeat.error.is_some() {
            return;
        }
        first.error = None;
    }
    for metric in repeat.metrics {
        // A value whose unit cannot be converted is no sample of the same metric: it stays beside.
        let same = |known: &&mut Measurement<'static>| {
            known.metric == metric.metric
                && number::convert(1.0, unit(&metric), unit(known)).is_some()
        };
        match first.metrics.iter_mut().find(same) {
            Some(known) => add_samples(known, &metric),
            None => first.metrics.push(metric),
        }
    }
    for (name, value) in repeat.fields {
        let known = first.fields.entry(name).or_insert(Value::Null);
        match known {
            Value::Array(list) if list.len() == earlier_runs && earlier_runs > 1 => {
                list.push(value)
            }
            _ if *known == value => {}
            _ => {
                let mut list = vec![known.take(); earlier_runs];
                list.push(value);
                *known = list.into();
            }
        }
    }
}

fn unit<'m>(metric: &'m Measurement<'static>) -> &'m str {
    metric.unit.as_deref().unwrap_or_default()
}

/// Adds a repeat's values to the samples of a metric, in that metric's unit.
fn add_samples(target: &mut Measurement<'static>, repeat: &Measurement<'static>) {
    if target.samples.is_empty() {
        target.samples.extend(target.value.get());
        target.std = OptionalF64::NONE;
        target.statistics.clear();
    }
    let (from, to) = (unit(repeat).to_owned(), unit(target).to_owned());
    let value = repeat.value.get();
    let values = if repeat.samples.is_empty() { value.as_slice() } else { &repeat.samples };
    target.samples.extend(values.iter().filter_map(|value| number::convert(*value, &from, &to)));
    // The median of the samples, once it is read.
    target.value = OptionalF64::NONE;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{MeasurementExt, metric};

    fn told(value: f64, unit: &str, rounds: u64) -> BenchmarkEntry {
        BenchmarkEntry::named("a")
            .metric(metric("time", unit, value).std(1.0))
            .field("rounds", rounds)
    }

    #[test]
    fn repeats_become_samples_in_one_unit() {
        let mut repeats = RepeatMerger::default();
        for entry in [told(900.0, "ns", 5), told(1.5, "us", 5), told(700.0, "ns", 6)] {
            repeats.add(entry);
        }
        repeats.add(BenchmarkEntry::named("a").param("k", "v").metric(metric("time", "ns", 1.0)));
        let entries = repeats.entries();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].metrics[0].samples, [900.0, 1500.0, 700.0]);
        assert_eq!(entries[0].metrics[0].std, None);
        assert_eq!(entries[0].fields["rounds"], serde_json::json!([5, 5, 6]));
    }

    #[test]
    fn a_failed_repeat_is_counted_and_hides_no_value() {
        let mut repeats = RepeatMerger::default();
        for entry in [
            BenchmarkEntry::named("a").failed("no"),
            told(1.0, "ns", 1),
            BenchmarkEntry::named("a").failed("no"),
        ] {
            repeats.add(entry);
        }
        let entries = repeats.entries();
        assert_eq!(
            (entries[0].error.as_deref(), entries[0].metrics[0].value.get()),
            (None, Some(1.0))
        );
        assert_eq!(entries[0].fields["failed_runs"], 2);
    }
}
