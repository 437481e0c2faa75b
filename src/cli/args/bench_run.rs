//! Arguments of the commands that run the project's own benchmark: `measure` and `bisect`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::args::intake::IntakeArgs;

/// Where the results of a run are read from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BenchOutputArgs {
    /// Format of the output, a name of `ingest --list`, or `auto` to recognize it by content
    #[arg(long, default_value = "auto", value_name = "NAME")]
    pub(crate) format: String,
    /// Read outputs of a tool of your own as this YAML file declares (docs/own-formats.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) format_file: Vec<PathBuf>,
    /// Read the files that the command writes, not what it prints: target/criterion, out/*.json
    #[arg(long, value_name = "GLOB")]
    pub(crate) collect: Option<String>,
}

/// What is run, and how its results become records.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BenchRunArgs {
    #[command(flatten)]
    pub(crate) intake: IntakeArgs,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The benchmark and its arguments; run as they are, without a shell
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}
