//! benchpages: a directory of benchmark history in; a static site, or the verdict on a pull
//! request, out.
//!
//! Four crates below this one are pure: `model` (records, history, policy, series), `detect` (what
//! changed), `chart` (SVG) and `ingest` (files of other tools). The rooms here stand in four bands:
//!
//! 1. **Core**: values in, values out. What a report or a page says is decided here, and can be
//!    tested without a disk.
//! 2. **Base**: the file system and signals, as all edges use them.
//! 3. **Edges**: each connects the core to one part of the world: a directory, a socket, git, a
//!    service. An edge never uses another edge.
//! 4. **Application**: `app` has one file for each thing the program can be asked to do, and joins
//!    edges and core for it; `cli` parses arguments, calls `app` and prints.
//!
//! Read `app` first: its head shows the pipeline at a glance. A room may use only rooms listed
//! above it here; `tests/tidy` holds both rules.

// ── Core: values in, values out ──
mod regressions;
mod doctor;
// Its texts for other services are of use to `notify` alone.
#[cfg_attr(not(feature = "net"), allow(dead_code))]
mod report;
mod site;
mod export;

// ── Base: what several edges share ──
mod files;
mod signals;

// ── Edges: each connects the core to one part of the world ──
mod store;
mod output;
mod demo;
#[cfg(feature = "serve")]
mod serve;
mod init;
mod vcs;
mod workbench;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(feature = "postgres")]
mod database;
#[cfg(feature = "net")]
mod notify;

// ── Application: joins them; may use everything above ──
mod app;
mod explain;
mod cli;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
#[cfg(any(all(test, feature = "net"), feature = "fuzz"))]
#[doc(hidden)]
pub mod fuzz;

pub use cli::run;
