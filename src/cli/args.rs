//! The arguments that many commands share; those of one command stand in a file of their own.
//! The documentation comments here are the help texts.

pub(crate) mod accept;
pub(crate) mod check;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod ingest;
pub(crate) mod intake;
pub(crate) mod policy;
pub(crate) mod site;

use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

pub(crate) use site::{AudienceArg, BuildArgs, ServeArgs, SiteArgs};

/// Most threads: no machine has more cores, and each takes memory.
const MAX_JOBS: u16 = 1024;

/// The options of every command.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GlobalArgs {
    /// History directory
    #[arg(long, global = true, default_value = "data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Policy file [default: policy.yml in the history directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Accept a history that holds demo records; its pages say so
    #[arg(long, global = true)]
    pub(crate) demo: bool,
    /// Time of the build, RFC 3339 [default: now; for demo data the time of its newest record]
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Number of threads [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<u16>,
    /// Read every record from its file; neither use nor write the user's cache folder, and keep no
    /// previous site
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// Errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Verbose (-vv: timings and memory)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to color messages
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

fn jobs(text: &str) -> Result<u16, String> {
    let count = text.parse().ok().filter(|count| (1..=MAX_JOBS).contains(count));
    count.ok_or_else(|| format!("write a whole number from 1 to {MAX_JOBS}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Text,
    Json,
}
