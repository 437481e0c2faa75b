//! How the policy has values read.

use std::collections::BTreeMap;

use crate::limits::Limits;
use crate::record::Unit;

/// What the policy says of how values are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueOptions {
    /// Samples to leave out at the start of a record that gives samples and no value.
    pub burn_in: usize,
    /// Units, as written, of metrics whose records name none.
    pub units: BTreeMap<String, String>,
    /// How much a file and a record may hold.
    pub limits: Limits,
}

impl ValueOptions {
    /// The base unit and the factor of a metric that comes without a unit.
    pub(super) fn default_unit(&self, metric: &str) -> (Unit, f64) {
        match self.units.get(metric) {
            Some(unit) => Unit::parse(unit),
            None => (Unit::of_metric(metric), 1.0),
        }
    }
}
