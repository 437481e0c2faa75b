//! The application: one file for each thing that the program can be asked to do. Read this first.
//!
//! ```text
//! load     history directory → store → history → series → detect → Project
//! build    Project → site → output folder            up_to_date: is it the same as last time?
//! check    history + candidate → report::CheckOutcome      trust, overrides, audit, snapshot
//! measure  base and head run in turns → records → verdicts
//! shard    the steps of a build on several machines: parts → votes → pages → one folder
//! session  load and check again after a change, from what the last answer left
//! agent    question of a coding agent → JSON and a sentence
//! ```
//!
//! Here the rooms above meet: an edge brings records in, core judges them, another edge carries the
//! answer out. A command of [`cli`](crate::cli) parses its arguments, calls one function here and
//! prints. What a use case says while it works goes to an [`observer::Observer`].

pub(crate) mod accept;
mod analysis_blocks;
#[cfg(feature = "mcp")]
pub(crate) mod agent;
mod audit;
pub(crate) mod baseline;
mod book;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod compare;
#[cfg(feature = "postgres")]
pub(crate) mod database_history;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod evidence;
mod existing;
pub(crate) mod export;
mod human_input;
pub(crate) mod intake;
pub(crate) mod load;
pub(crate) mod load_options;
pub(crate) mod measure;
pub(crate) mod observer;
pub(crate) mod page_cache;
pub(crate) mod policy_check;
pub(crate) mod policy_file;
pub(crate) mod policy_import;
mod privacy;
mod program_hash;
pub(crate) mod project_setup;
mod pull_checks;
pub(crate) mod replay;
pub(crate) mod rotate;
#[cfg(feature = "serve")]
pub(crate) mod session;
pub(crate) mod shard;
#[cfg(feature = "serve")]
pub(crate) mod site_loop;
pub(crate) mod stages;
mod trust;
pub(crate) mod up_to_date;
pub(crate) mod verify;
pub(crate) mod warning;
