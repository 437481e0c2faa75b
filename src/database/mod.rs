//! A history in PostgreSQL: its records and files go in, and come out as the same directory.
//!
//! ```text
//! benchmark_results      a row for each record: what it measured, and its line to the letter
//! performance_insights   a row for each regression, with what to do
//! benchpages_file        policy, notes and whatever else stands beside the records
//! benchpages_migration   the versions of these tables
//! ```
//!
//! Everything is written in one transaction. A record is the same if its text is, so writing again
//! adds only what is new. A password is never shown: [`url::DatabaseUrl`] prints without it.

mod copy_row;
mod migrations;
pub(crate) mod read;
mod selection;
pub(crate) mod url;
pub(crate) mod write;
