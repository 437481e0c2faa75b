//! What benchmark history is, before anything is concluded from it.
//!
//! A line of a history file is a [`record::Record`]; [`history::History`] holds all records once,
//! [`policy::Policy`] says which changes matter, and [`series::Series`] groups records into runs
//! that may be compared. Pure values: no files, no network, no clock.
//!
//! Modules stand in the order in which they may use each other.

pub mod hex;
pub mod code;
mod json_field;
pub mod limits;
pub mod record;
pub mod text;
pub mod commit_ref;
pub mod summary;
pub mod filter;
pub mod policy;
pub mod note;
pub mod audit;
pub mod pinned;
pub mod erase;
pub mod history;
pub mod series;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
