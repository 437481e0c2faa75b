//! What a unit of Go's benchmark format measures: unit and metric are one word there.

use std::collections::BTreeMap;

use crate::entry::{
    ALLOCATIONS, BANDWIDTH, BenchmarkEntry, MEMORY, MeasurementExt, THROUGHPUT, metric,
};
use crate::name_syntax;
use model::record::{Direction, Measurement, TIME_METRIC, Unit};

/// What `Unit` lines said so far, by unit.
#[derive(Default)]
pub struct GoUnits<'a> {
    better: BTreeMap<&'a str, Direction>,
}

impl<'a> GoUnits<'a> {
    /// Takes `<unit> better=higher assume=exact`.
    ///
    /// # Errors
    /// A direction is none, or contradicts an earlier one, which stays.
    pub fn declare(&mut self, line: &'a str) -> Result<(), String> {
        let mut words = line.split_ascii_whitespace();
        let unit = words.next().unwrap_or_default();
        for word in words {
            let direction = match word.strip_prefix("better=") {
                None => continue,
                Some("higher") => Direction::Higher,
                Some("lower") => Direction::Lower,
                Some(other) => return Err(format!("`{other}` is no direction of {unit}")),
            };
            if *self.better.entry(unit).or_insert(direction) != direction {
                return Err(format!("two directions of {unit}; the first counts"));
            }
        }
        Ok(())
    }

    /// A benchmark with the values of one line.
    pub fn with_metrics(
        &self,
        mut entry: BenchmarkEntry,
        iterations: u64,
        values: &[(f64, &str)],
    ) -> BenchmarkEntry {
        entry = entry.field("iterations", iterations);
        let timed = values.iter().any(|(_, unit)| *unit == "ns/op");
        for (value, unit) in values {
            if *unit == "MB/s" && timed {
                entry = entry.field("mb_per_s", *value);
            } else {
                entry = entry.metric(self.metric(unit, *value));
            }
        }
        entry
    }

    fn metric(&self, unit: &str, value: f64) -> Measurement<'static> {
        let told = match unit {
            "ns/op" | "sec/op" | "s/op" => metric(TIME_METRIC, unit, value),
            "B/op" => metric(MEMORY, unit, value),
            "allocs/op" => metric(ALLOCATIONS, unit, value),
            "MB/s" | "B/s" => metric(BANDWIDTH, unit, value),
            "op/s" | "ops/s" | "req/s" => metric(THROUGHPUT, unit, value),
            other => {
                let name = name_syntax::snake_case(other.strip_suffix("/op").unwrap_or(other));
                metric(if name.is_empty() { "value" } else { &name }, scale(other), value)
            }
        };
        match self.better.get(unit) {
            Some(direction) => told.direction(*direction),
            None if unit.ends_with("/s") || unit.ends_with("/sec") => {
                told.direction(Direction::Higher)
            }
            None => told,
        }
    }
}

/// The last part of a unit where that has a scale (`ns` of `p99-ns`), else all of it.
fn scale(unit: &str) -> &str {
    match unit.rsplit_once('-') {
        Some((_, last)) if Unit::is_known(last) => last,
        _ => unit,
    }
}
