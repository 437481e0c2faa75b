//! Gatling: the log of a simulation, as text up to version 3.9, and the statistics of its report.

pub(crate) mod log;
pub(crate) mod statistics;
