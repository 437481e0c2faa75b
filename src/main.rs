//! Runs the command line of the library, and chooses the allocator.

// Pages are made of many small strings on all threads. mimalloc takes a tenth off the CPU time of a
// build of 1,000,000 records. Without huge pages (feature `no_thp`), since memory that is freed in
// them is returned to the system late.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    benchpages::run()
}
