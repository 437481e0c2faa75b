//! airspeed velocity (asv): its results directory, which `ingest` and `import` read alike, what its
//! published pages share with it, and what it prints.

pub(crate) mod benchmark;
pub(crate) mod format;
pub(crate) mod machine;
pub(crate) mod results;
pub(crate) mod text;
