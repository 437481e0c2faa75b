//! Apache JMeter: the log of samples (JTL) as CSV or XML, `statistics.json` of the dashboard, and
//! the tables of its reports.

mod csv;
pub(crate) mod log;
pub(crate) mod statistics;
pub(crate) mod table;
mod values;
mod xml;
