//! How the policy has values read.

use std::collections::BTreeMap;

use crate::filter::most_specific;
use crate::limits::Limits;
use crate::record::Unit;

/// What the policy says of how values are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueOptions {
    /// Samples to leave out at the start of a record that gives samples and no value.
    pub burn_in: usize,
    /// Units, as written, of metrics whose records name none, by name or glob.
    pub units: BTreeMap<String, String>,
    /// How much a file and a record may hold.
    pub limits: Limits,
}

impl ValueOptions {
    /// The base unit and the factor of a metric that comes without a unit.
    pub(super) fn default_unit(&self, metric: &str) -> (Unit, f64) {
        let patterns = self.units.keys().map(String::as_str);
        let unit = most_specific(patterns, metric).and_then(|pattern| self.units.get(pattern));
        Unit::parse(unit.map_or(Unit::name_of_metric(metric), String::as_str))
    }
}
