//! benchpages: a directory of benchmark history in, a static site out.
//!
//! `store` reads records, `history` keeps each once, `series` groups them, `analysis` calls what
//! changed, `chart` draws it, `site` makes the pages, `output` puts them where they belong.
//! `project` is that pipeline; read it first. A room may use only rooms listed above it here, and
//! an edge never uses another edge (`tests/tidy.rs` holds both).

// ── Core: pure values in, values out ──
mod regressions;
mod doctor;
mod report;
mod site;
mod export;

// ── Edges: each translates between the world and the core ──
mod store;
mod output;
mod demo;
mod serve;
mod init;
mod vcs;
#[cfg(feature = "net")]
mod notify;

// ── Application: wires; may use everything above ──
mod app;
mod cli;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;

pub use cli::run;
