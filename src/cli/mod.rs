//! The command line. Each command parses its arguments, calls a function of [`app`](crate::app) and
//! prints the answer.
//!
//! Answers go to stdout, messages to stderr. Exit status: 0 pass, 1 the check fails, 2 an error of
//! input or usage, 3 nothing could be compared, 4 a part of the input was rejected and the other
//! parts were taken.

mod accept;
mod baseline;
mod actions;
mod args;
mod audit;
mod bisect;
mod build;
mod check;
mod command;
mod compare;
#[cfg(feature = "postgres")]
mod database;
#[cfg(not(feature = "postgres"))]
#[path = "no_database.rs"]
mod database;
mod demo_data;
mod doctor;
mod erase;
mod explain;
mod export;
mod help;
mod history_access;
mod import;
mod ingest;
mod init;
mod cache;
mod load_options;
#[cfg(feature = "mcp")]
mod mcp;
mod measure;
#[cfg(feature = "net")]
mod notify;
mod policy;
mod policy_import;
mod replay;
mod rotate;
#[cfg(feature = "serve")]
mod serve;
mod shard;
mod ui;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, FromArgMatches};

use crate::cli::args::GlobalArgs;
use crate::cli::command::CliArgs;
use crate::cli::ui::Reporter;

/// The exit status for errors of input and usage.
const EXIT_ERROR: u8 = 2;

/// The exit status where a part of the input was rejected and the other parts were taken: the job
/// can go on, and must not look as if nothing were lost.
const EXIT_PARTIAL: u8 = 4;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let args = match parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers, not errors.
            let status = if error.use_stderr() { EXIT_ERROR } else { 0 };
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let reporter = Reporter::new(&args.global);
    if let Err(error) = set_thread_count(&args.global) {
        reporter.error(&error);
        return ExitCode::from(EXIT_ERROR);
    }
    // The folder of a fetched history lives as long as the command.
    let result = database::with_directory(&args.global, args.command.history_access())
        .and_then(|(global, _folder)| command::run(&global, args.command, &reporter));
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            reporter.error(&error);
            ExitCode::from(EXIT_ERROR)
        }
    }
}

/// The arguments of this process.
///
/// # Errors
/// They have an error; help and the version are errors, too.
fn parse() -> Result<CliArgs, clap::Error> {
    // clap writes help and errors before it knows of `--color`.
    let color = ui::color::choice_for_help(std::env::args_os());
    let mut command = help::decorated(CliArgs::command()).color(color);
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut matches = command
        .try_get_matches_from_mut(&words)
        .map_err(|error| help::missing::with_values(error, &command, &words))?;
    CliArgs::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Sets the number of threads of the whole process: one pool for every command, made once.
fn set_thread_count(global: &GlobalArgs) -> anyhow::Result<()> {
    // A pool per call would leave commands that do not know of `--jobs` on all cores.
    let Some(jobs) = global.jobs else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
    pool.build_global()
        .with_context(|| format!("the system does not allow {jobs} threads; use fewer with --jobs"))
}
