//! Hands the arguments to the library and turns its answer into an exit status.

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    benchpages::run()
}
