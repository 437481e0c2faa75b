//! A site that is too much for one machine, in four steps that any scheduler can run.
//!
//! ```text
//! records ─► map ─► part ─┐                       ┌─► pages ─► shard 1 of n ─┐
//! records ─► map ─► part ─┼─► votes ─► analysis ──┼─► pages ─► shard 2 of n ─┼─► assemble ─► site
//! records ─► map ─► part ─┘      a file           └─► pages ─► shard n of n ─┘
//! ```
//!
//! Parts hold any split of the records: duplicates and order are resolved when they are merged, so
//! nothing is shuffled. `votes` is one process, because the verdicts on a commit depend on all
//! series before it. The result is, byte for byte, what `build` makes of the same records.
//!
//! Each step reads files and writes one file or folder, put in place whole. Nothing here schedules,
//! retries or waits: a step that failed is run again.

mod analysis_file;
pub(crate) mod assemble;
pub(crate) mod fault;
pub(crate) mod map;
pub(crate) mod pages;
mod part_file;
mod sealed_file;
mod shard_list;
pub(crate) mod votes;
