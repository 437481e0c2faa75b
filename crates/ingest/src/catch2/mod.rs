//! Catch2 (`BENCHMARK`): its XML and what it prints. Mean and standard deviation with their
//! confidence bounds; sections are part of the suite.

pub(crate) mod text;
mod wrapped;
pub(crate) mod xml;
