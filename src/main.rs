//! Hands the arguments to the library and turns its answer into an exit status.

fn main() -> std::process::ExitCode {
    benchpages::run()
}
