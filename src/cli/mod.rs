//! The command line: what was typed becomes a call of the rooms above, their answer an exit status.
//!
//! Data goes to stdout, talk to stderr. Exit status: 0 holds, 1 the gate fails, 2 the input or the
//! usage is at fault, 3 nothing could be compared.

mod accept;
mod actions;
mod args;
mod audit;
mod build;
mod check;
mod compare;
mod demo_data;
mod doctor;
mod export;
mod import;
mod ingest;
mod init;
#[cfg(feature = "net")]
mod notify;
mod policy;
mod replay;
mod rotate;
mod serve;
mod ui;

use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, Parser};

use crate::cli::args::{CliArgs, CliCommand, GlobalArgs};
use crate::cli::ui::Reporter;

/// The input or the usage is at fault.
const EXIT_ERROR: u8 = 2;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let args = match CliArgs::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers, not faults.
            let status = if error.use_stderr() { EXIT_ERROR } else { 0 };
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let talk = Reporter::new(args.global.quiet, args.global.verbose, args.global.color);
    if let Err(error) = set_thread_count(&args.global) {
        talk.error(&error);
        return ExitCode::from(EXIT_ERROR);
    }
    let done = match args.command {
        CliCommand::Build(build) => build::run(&args.global, &build, &talk),
        CliCommand::Serve(serve) => serve::run(&args.global, &serve, &talk),
        CliCommand::DemoData(demo) => demo_data::run(&demo, &talk),
        CliCommand::Ingest(ingest) => ingest::run(&args.global, &ingest, &talk),
        CliCommand::Import(import) => import::run(&args.global, &import, &talk),
        CliCommand::Compare(compare) => compare::run(&args.global, &compare, &talk),
        CliCommand::Check(check) => check::run(&args.global, &check, &talk),
        CliCommand::Export(export) => export::run(&args.global, &export, &talk),
        CliCommand::Policy { command } => policy::run(&args.global, &command, &talk),
        CliCommand::Accept(accept) => accept::run(&args.global, &accept, &talk),
        CliCommand::Audit { command } => audit::run(&args.global, &command, &talk),
        CliCommand::Rotate(rotate) => rotate::run(&args.global, &rotate, &talk),
        CliCommand::Doctor(doctor) => doctor::run(&args.global, &doctor, &talk),
        CliCommand::Init(init) => init::run(&args.global, &init, &talk),
        #[cfg(feature = "net")]
        CliCommand::Notify { command } => notify::run(&args.global, &command, &talk),
        CliCommand::Completions { shell } => {
            let mut command = CliArgs::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "benchpages", &mut script);
            ui::print(&script)
        }
        CliCommand::Man => {
            let mut page = Vec::new();
            let rendered = clap_mangen::Man::new(CliArgs::command()).render(&mut page);
            rendered.map_err(anyhow::Error::from).and_then(|()| ui::print(&page))
        }
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            talk.error(&error);
            ExitCode::from(EXIT_ERROR)
        }
    }
}

/// Lets all work run on as many threads as were asked for.
fn set_thread_count(global: &GlobalArgs) -> anyhow::Result<()> {
    let Some(jobs) = global.jobs else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
    pool.build_global().with_context(|| {
        format!("the system does not give {jobs} threads; ask for fewer with --jobs")
    })
}
