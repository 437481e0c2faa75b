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
mod talk;

use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, Parser};

use crate::cli::args::{Args, Command, Global};
use crate::cli::talk::Talk;

/// The input or the usage is at fault.
const FAULT: u8 = 2;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers, not faults.
            let status = if error.use_stderr() { FAULT } else { 0 };
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let talk = Talk::new(args.global.quiet, args.global.verbose, args.global.color);
    if let Err(error) = threads(&args.global) {
        talk.error(&error);
        return ExitCode::from(FAULT);
    }
    let done = match args.command {
        Command::Build(build) => build::run(&args.global, &build, &talk),
        Command::Serve(serve) => serve::run(&args.global, &serve, &talk),
        Command::DemoData(demo) => demo_data::run(&demo, &talk),
        Command::Ingest(ingest) => ingest::run(&args.global, &ingest, &talk),
        Command::Import(import) => import::run(&args.global, &import, &talk),
        Command::Compare(compare) => compare::run(&args.global, &compare, &talk),
        Command::Check(check) => check::run(&args.global, &check, &talk),
        Command::Export(export) => export::run(&args.global, &export, &talk),
        Command::Policy { command } => policy::run(&args.global, &command, &talk),
        Command::Accept(accept) => accept::run(&args.global, &accept, &talk),
        Command::Audit { command } => audit::run(&args.global, &command, &talk),
        Command::Rotate(rotate) => rotate::run(&args.global, &rotate, &talk),
        Command::Doctor(doctor) => doctor::run(&args.global, &doctor, &talk),
        Command::Init(init) => init::run(&args.global, &init, &talk),
        #[cfg(feature = "net")]
        Command::Notify { command } => notify::run(&args.global, &command, &talk),
        Command::Completions { shell } => {
            let mut command = Args::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "benchpages", &mut script);
            talk::answer(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            let rendered = clap_mangen::Man::new(Args::command()).render(&mut page);
            rendered.map_err(anyhow::Error::from).and_then(|()| talk::answer(&page))
        }
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            talk.error(&error);
            ExitCode::from(FAULT)
        }
    }
}

/// Lets all work run on as many threads as were asked for.
fn threads(global: &Global) -> anyhow::Result<()> {
    let Some(jobs) = global.jobs else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
    pool.build_global().with_context(|| {
        format!("the system does not give {jobs} threads; ask for fewer with --jobs")
    })
}
