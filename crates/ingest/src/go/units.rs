//! What a unit of Go's benchmark format measures: unit and metric are one word there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::parse::unit;
use model::record::direction::direction_of_unit;
use model::record::{Direction, Measurement, TIME_METRIC, Unit};

/// A value and its unit as they stand in a line of results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GoValue<'a> {
    pub(crate) value: f64,
    pub(crate) unit: &'a str,
}

/// The directions that `Unit` lines declared so far, by unit.
#[derive(Default)]
pub(crate) struct GoUnits {
    better: BTreeMap<String, Direction>,
}

impl GoUnits {
    /// Takes `<unit> better=higher assume=exact`.
    ///
    /// # Errors
    /// A direction is none, or contradicts an earlier one, which stays.
    pub(crate) fn declare(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_ascii_whitespace();
        let unit = words.next().unwrap_or_default();
        for word in words {
            let direction = match word.strip_prefix("better=") {
                None => continue,
                Some("higher") => Direction::Higher,
                Some("lower") => Direction::Lower,
                Some(other) => return Err(format!("`{other}` is no direction of {unit}")),
            };
            if *self.better.entry(unit.to_owned()).or_insert(direction) != direction {
                return Err(format!("two directions of {unit}; the first counts"));
            }
        }
        Ok(())
    }

    /// A benchmark with the values of one line, in the order of the line.
    pub(crate) fn with_metrics(
        &self,
        mut entry: BenchmarkEntry,
        values: &[GoValue<'_>],
    ) -> BenchmarkEntry {
        let timed = values.iter().any(|it| unit::named_metric(it.unit) == TIME_METRIC);
        for GoValue { value, unit } in values {
            if *unit == "MB/s" && timed {
                entry = entry.field("mb_per_s", *value);
            } else {
                entry = entry.metric(self.metric(unit, *value));
            }
        }
        entry
    }

    fn metric(&self, unit: &str, value: f64) -> Measurement<'static> {
        let measured = metric(&unit::named_metric(unit), &scale(unit), value);
        match self.better.get(unit).copied().or_else(|| direction_of_unit(unit)) {
            Some(better) => measured.direction(better),
            None => measured,
        }
    }
}

/// The last part of a unit where that has a scale (`ns` of `p99-ns`), else all of it.
fn scale(unit: &str) -> Cow<'_, str> {
    match unit.rsplit_once('-') {
        Some((_, last)) if Unit::is_known(last) => Cow::Borrowed(last),
        _ => unit::canonical(unit),
    }
}
