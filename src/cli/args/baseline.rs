//! The arguments of `baseline`.

use crate::app::accept::Expiry;
use crate::cli::args::OutputFormat;
use crate::cli::args::accept::expiry;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum BaselineCommand {
    /// Pin the present level of series, or that of a commit
    Set(BaselineSetArgs),
    /// Show the pinned baselines, with level, deviation, interval and what became of them
    Show {
        /// Series to show, by name or glob
        #[arg(long, value_name = "GLOB", default_value = "*")]
        series: String,
        /// Form of the output
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// Remove the pinned baselines of series
    Clear {
        /// Series to clear, by name or glob: 'parse/rust/*'
        #[arg(long, value_name = "GLOB")]
        series: String,
    },
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BaselineSetArgs {
    /// Series to pin, by name or glob: 'parse/rust/*'
    #[arg(long, value_name = "GLOB")]
    pub(crate) series: String,
    /// Commit whose level counts, or the beginning of its id [default: the newest]
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<String>,
    /// Why it is pinned; shown with every result
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who pins it [default: GITHUB_ACTOR, else the user]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Day from which it no longer counts (2026-03-01), or a time from now (90d)
    #[arg(long, value_name = "DATE|Nd", value_parser = expiry)]
    pub(crate) until: Option<Expiry>,
}
