//! The list of all commands. The documentation comments are the help texts.

// Help is read on a terminal, where an address needs no brackets.
#![allow(rustdoc::bare_urls)]

mod manual;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::cli::args::accept::AcceptArgs;
use crate::cli::args::baseline::BaselineArgs;
use crate::cli::args::bisect::BisectArgs;
use crate::cli::args::check::{CheckArgs, CompareArgs};
use crate::cli::args::explain::ExplainArgs;
use crate::cli::args::history::{DemoDataArgs, DoctorArgs, EraseArgs, ExportArgs, RotateArgs};
use crate::cli::args::import::ImportArgs;
use crate::cli::args::ingest::IngestArgs;
use crate::cli::args::init::InitArgs;
use crate::cli::args::manual::{CompletionsArgs, ManArgs};
use crate::cli::args::measure::MeasureArgs;
use crate::cli::args::policy::{AuditCommand, PolicyCommand};
use crate::cli::args::shard::ShardCommand;
use crate::cli::args::{BuildArgs, GlobalArgs};
#[cfg(feature = "net")]
use crate::cli::notify::{self, NotifyCommand};
use crate::cli::ui::Reporter;
use crate::cli::{
    accept, audit, baseline, bisect, build, check, compare, demo_data, doctor, erase, explain,
    export, import, ingest, init, measure, policy, rotate, shard,
};

/// Turns a directory of benchmark history into a static site: what got slower, since when, with
/// what confidence, and the suspect commits.
#[derive(Debug, Parser)]
#[command(name = "benchpages", version = env!("BENCHPAGES_BUILD_VERSION"))]
#[command(propagate_version = true, arg_required_else_help = true)]
pub(crate) struct CliArgs {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    /// Build the site
    Build(BuildArgs),
    /// Build, serve at http://localhost:8080/ and rebuild on change
    ///
    /// Pages are made on request. The folder is written at the start and, after a change, once the
    /// server is idle. A server that ends before that leaves the folder with the last complete
    /// site.
    #[cfg(feature = "serve")]
    Serve(crate::cli::args::ServeArgs),
    /// Write a demo history: 3,900 realistic records with regressions to find
    DemoData(DemoDataArgs),
    /// Measure two sides of a change side by side, and say whether the head is slower
    ///
    /// Runs the command on base and head in turns on this machine, each in a checkout of its own,
    /// until every series is decided or the time is over. What the machine does to both sides
    /// cancels out, so no history is needed. Without a base: measures what is here, and records it.
    ///
    /// Exit status as `check`: 0 no regression, 1 a regression, 2 an error, 3 nothing compared.
    Measure(Box<MeasureArgs>),
    /// Find the commit behind a regression
    ///
    /// Measures commits between the last good and the bad one, each side by side with the last good
    /// one, until one of them is the culprit with the stated confidence. Skips commits that do not
    /// build. Writes a note, which the page of the regression shows.
    ///
    /// Exit status: 0 found, 1 undecided, 2 an error, 3 the regression does not reproduce here.
    Bisect(Box<BisectArgs>),
    /// Convert the output of a benchmark tool into records
    Ingest(Box<IngestArgs>),
    /// Import the whole history of another dashboard; run it again to add what is new
    Import(Box<ImportArgs>),
    /// Check a pull request, or the newest run of the main line: pass or fail
    Check(CheckArgs),
    /// Compare two commits, series by series, with the geometric mean
    Compare(CompareArgs),
    /// Export the history as CSV, JSON, SQL, …; rules and a dashboard for Prometheus
    Export(ExportArgs),
    /// Check, show, replay or describe the policy
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Accept a regression: adds an entry to accepted.yml, for review
    Accept(AcceptArgs),
    /// Hold series to a level that somebody pinned, until a date
    Baseline(BaselineArgs),
    /// Verify or show the log of overrides and accepted changes
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Move records older than the policy keeps to the archive; charts keep a value per day
    Rotate(RotateArgs),
    /// Build a site in steps that several machines share: map, votes, pages, assemble
    #[command(subcommand)]
    Shard(ShardCommand),
    /// Erase a person's name, or records, from the history; says what remains elsewhere
    Erase(EraseArgs),
    /// Find problems in this history, each with a remedy
    Doctor(DoctorArgs),
    /// Propose a policy, workflows and code owners for this repository
    Init(InitArgs),
    /// Send the result of a check to GitHub, Slack or a webhook
    #[cfg(feature = "net")]
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Answer the questions of a coding agent (Model Context Protocol) on stdin and stdout
    ///
    /// All tools only read: open regressions, series, comparisons, why a series has its verdict, a
    /// check and the policy. The history is the one of --data; no tool takes a path.
    #[cfg(feature = "mcp")]
    Mcp,
    /// Explain a word of a message: what it means, why it is there, what to do
    Explain(ExplainArgs),
    /// Print a completion script for a shell, or write those of all shells
    Completions(CompletionsArgs),
    /// Print the manual page, or write a page for each command
    Man(ManArgs),
}

/// Runs a command; its exit status.
///
/// # Errors
/// The input or the arguments have an error.
pub(super) fn run(global: &GlobalArgs, command: CliCommand, reporter: &Reporter) -> Result<u8> {
    match command {
        CliCommand::Shard(command) => shard::run(global, command, reporter),
        CliCommand::Build(build) => build::run(global, &build, reporter),
        #[cfg(feature = "serve")]
        CliCommand::Serve(serve) => crate::cli::serve::run(global, &serve, reporter),
        CliCommand::DemoData(demo) => demo_data::run(&demo, reporter),
        CliCommand::Measure(measure) => measure::run(global, &measure, reporter),
        CliCommand::Bisect(bisect) => bisect::run(global, &bisect, reporter),
        CliCommand::Ingest(ingest) => ingest::run(global, &ingest, reporter),
        CliCommand::Import(import) => import::run(global, &import, reporter),
        CliCommand::Compare(compare) => compare::run(global, &compare, reporter),
        CliCommand::Check(check) => check::run(global, &check, reporter),
        CliCommand::Export(export) => export::run(global, &export, reporter),
        CliCommand::Policy(command) => policy::run(global, &command, reporter),
        CliCommand::Accept(accept) => accept::run(global, &accept, reporter),
        CliCommand::Baseline(baseline) => baseline::run(global, &baseline, reporter),
        CliCommand::Audit(command) => audit::run(global, &command, reporter),
        CliCommand::Rotate(rotate) => rotate::run(global, &rotate, reporter),
        CliCommand::Erase(erase) => erase::run(global, &erase, reporter),
        CliCommand::Doctor(doctor) => doctor::run(global, &doctor, reporter),
        CliCommand::Init(init) => init::run(global, &init, reporter),
        #[cfg(feature = "net")]
        CliCommand::Notify(command) => notify::run(global, &command, reporter),
        #[cfg(feature = "mcp")]
        CliCommand::Mcp => crate::cli::mcp::run(global, reporter),
        CliCommand::Explain(explain) => explain::run(&explain),
        CliCommand::Completions(completions) => manual::completions(&completions, reporter),
        CliCommand::Man(man) => manual::page(&man, reporter),
    }
}
