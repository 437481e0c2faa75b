//! What may be typed after `ingest`.

use std::path::PathBuf;

use crate::cli::args::intake::{IntakeArgs, decimal_mark};
use ingest::source::DecimalMark;

/// Output of benchmark tools, and what it does not say itself.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct IngestArgs {
    /// Files, folders, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-", required_unless_present = "list")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Format of the inputs, a name of --list, or `auto` to recognize it by content
    #[arg(long, default_value = "auto", value_name = "NAME")]
    pub(crate) format: String,
    /// Read outputs of a tool of your own as this YAML file declares (docs/own-formats.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) format_file: Vec<PathBuf>,
    /// Print all formats: how each is recognized and what it yields
    #[arg(long)]
    pub(crate) list: bool,
    /// Commit that was measured [default: this job's, else the one checked out here]
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<String>,
    /// Branch that was measured
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Pull request that was measured, whatever the records say: its records go to
    /// pulls/NUMBER.ndjson and never become part of a baseline
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) pull: Option<u64>,
    /// When it was measured, RFC 3339 [default: what the tool says, else now]
    #[arg(long, value_name = "TIME")]
    pub(crate) timestamp: Option<String>,
    #[command(flatten)]
    pub(crate) intake: IntakeArgs,
    /// Read parameters from printed names alone, as `import` has to: continues series of an import
    /// whose source kept no names of parameters
    #[arg(long)]
    pub(crate) plain_names: bool,
    /// Record the version of a tool too: rustc, go, python3, node, …
    #[arg(long, value_name = "NAME")]
    pub(crate) toolchain: Vec<String>,
    /// Results of another machine: record nothing of this one
    #[arg(long)]
    pub(crate) elsewhere: bool,
    /// What a column of a CSV holds: test=name, metric:time:s=seconds, param:size=kind, commit=sha
    /// [default: what its heading says]
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) column: Vec<String>,
    /// Mark before the decimals in a CSV, `,` or `.` [default: what its numbers show]
    #[arg(long, value_name = "MARK", value_parser = decimal_mark)]
    pub(crate) decimal: Option<DecimalMark>,
    /// Exit with 0 although parts of the input were rejected, not with 4
    #[arg(long)]
    pub(crate) allow_partial: bool,
    /// Write results/NAME.ndjson, for jobs that run side by side [default: the file of the day]
    #[arg(long, value_name = "NAME")]
    pub(crate) into: Option<String>,
}
