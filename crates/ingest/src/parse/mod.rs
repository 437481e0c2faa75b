//! How names, numbers, times, units and repeats are read: one rule for each, for output that is
//! ingested and for histories that are imported.
//!
//! A history that another dashboard kept must continue when the same benchmarks are ingested
//! afterwards. `BenchmarkEncode/size=10-8` is test `Encode` with `size=10` and `gomaxprocs=8`,
//! whether it stands in the output of `go test` or in a `data.js` of github-action-benchmark. So a
//! rule about names or units stands here, never in a single adapter, and it looks at one benchmark
//! alone: what else a file holds must not change the series that a benchmark belongs to.

pub(crate) mod decimal;
pub(crate) mod go_name;
pub(crate) mod name;
pub(crate) mod number;
pub(crate) mod quantity;
pub(crate) mod repeats;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod unit;
