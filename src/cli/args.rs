//! The arguments that many commands share; those of one command stand in a file of their own.
//! The documentation comments here are the help texts.

// Help is read on a terminal, where an address needs no brackets.
#![allow(rustdoc::bare_urls)]

pub(crate) mod accept;
pub(crate) mod baseline;
pub(crate) mod bench_run;
pub(crate) mod bisect;
pub(crate) mod cache;
pub(crate) mod check;
pub(crate) mod database;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod ingest;
pub(crate) mod init;
pub(crate) mod intake;
pub(crate) mod manual;
pub(crate) mod measure;
pub(crate) mod policy;
pub(crate) mod published;
pub(crate) mod shard;

use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

use crate::cli::args::cache::CacheArgs;
use crate::cli::args::database::DatabaseArgs;
use crate::cli::args::published::PublishedArgs;

/// The history directory where none is named.
pub(crate) const DEFAULT_DATA: &str = "data";

/// Most threads: no machine has more cores, and each takes memory.
const MAX_JOBS: u16 = 1024;

/// The options of every command. `-h` leaves out those that few people need.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// History directory
    #[arg(long, global = true, default_value = DEFAULT_DATA, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Policy file [default: policy.yml in the history directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Accept a history that holds demo records; its pages say so
    #[arg(long, global = true)]
    pub(crate) demo: bool,
    /// Time of the build, RFC 3339 [default: now; for demo data the time of its newest record]
    #[arg(long, global = true, value_name = "TIME", hide_short_help = true)]
    pub(crate) now: Option<String>,
    /// Number of threads [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = jobs, hide_short_help = true)]
    pub(crate) jobs: Option<u16>,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    /// Read files and folders that symbolic links in the history point to; nothing is ever written
    /// through a link
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) follow_links: bool,
    /// Errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Verbose (-vv: timings and memory)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to color text and messages
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN",
        hide_short_help = true
    )]
    pub(crate) color: ColorChoice,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
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

/// How a site is built.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SiteArgs {
    /// Folder to write; an existing one must be a site of benchpages
    #[arg(long, default_value = "site", value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) published: PublishedArgs,
    /// Read the archive/ folder of the history directory too
    #[arg(long)]
    pub(crate) with_archive: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Format of the summary
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[cfg(feature = "serve")]
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Port on this machine; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Path of the site on the server, as a project's GitHub Pages have one
    #[arg(long, default_value = "/", value_name = "PATH")]
    pub(crate) base_path: String,
}
