//! Apache JMeter: the log of samples (JTL) as CSV or XML, and `statistics.json` of the dashboard.

mod csv;
pub(crate) mod log;
pub(crate) mod statistics;
mod values;
mod xml;
