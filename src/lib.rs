//! benchpages: a directory of benchmark history in; a static site, or the verdict on a pull request,
//! out.
//!
//! The crates below hold what knows nothing of files, pages and reports: `model` (records, policy,
//! history, series), `ingest` (output of other tools → records), `detect` (series → verdicts) and
//! `chart` (series → SVG). The rooms of this package use them:
//!
//! ```text
//! store ──► model::history ──► model::series ──► detect ──► chart ──► site ──► output
//! (reads)   (each record once)  (grouped)        (verdicts)  (SVG)    (pages)  (swapped in)
//! ```
//!
//! `app` is that pipeline; read it first. A room may use only rooms listed above it here, and an
//! edge never uses another edge (`tests/tidy` checks both). ARCHITECTURE.md has the whole map.

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
