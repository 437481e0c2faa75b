//! What the program writes, read by the real programs that it is for: Prometheus, PostgreSQL,
//! DuckDB and pandas. `.ci/services` installs them and runs these tests; a test whose program is
//! missing fails with the command that installs it.

#![allow(clippy::unwrap_used)]

mod parquet;
mod postgres;
mod prometheus;
mod tools;
#[allow(dead_code)]
#[path = "../support.rs"]
mod support;
#[allow(dead_code)]
#[path = "../web.rs"]
mod web;
