//! What the records of a history take in memory once they are read, by a counting allocator: `cargo
//! bench --features bench --bench memory`. Fails where the 60 days of the demo take more than they
//! may.

use std::process::ExitCode;

use benchpages::bench;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that the records of 60 days may take.
const MOST: usize = 1_160_000;

#[allow(clippy::print_stdout)]
fn main() -> ExitCode {
    let folder = bench::story().expect("the demo history is written to a folder");
    // Once for what stays whatever is read: threads, tables of the libraries.
    drop(folder.records().expect("the demo history is read"));
    let before = MEMORY.current_usage();
    let records = folder.records().expect("the demo history is read");
    let bytes = MEMORY.current_usage().saturating_sub(before);
    let count = records.count();
    println!("{count} records: {bytes} B in memory, {} B each", bytes as u64 / count.max(1));
    if bytes > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
