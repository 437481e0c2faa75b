//! What may be typed after `ingest`.

use std::path::PathBuf;

/// What a tool wrote, and what it does not say.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct IngestArgs {
    /// Files, folders, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-", required_unless_present = "list")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Who wrote it: a name of --list, or `auto` to tell by content
    #[arg(long, default_value = "auto", value_name = "NAME")]
    pub(crate) format: String,
    /// Print every format: how it is recognised, and what it yields
    #[arg(long)]
    pub(crate) list: bool,
    /// Commit that was measured [default: this job's, else the one checked out here]
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<String>,
    /// Branch that was measured
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Pull request that was measured: its records never become part of a baseline
    #[arg(long, value_name = "NUMBER")]
    pub(crate) pull: Option<u64>,
    /// When it was measured, RFC 3339 [default: what the tool says, else now]
    #[arg(long, value_name = "TIME")]
    pub(crate) timestamp: Option<String>,
    /// Backend of all records [default: what the names say, else the format's]
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// Suite of all records
    #[arg(long, value_name = "NAME")]
    pub(crate) suite: Option<String>,
    /// Set any field of all records: --set runner_image=ubuntu-24.04
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Take names apart: '{test}/{backend}/{parallel}/{n}'; other words are parameters, {_} is left
    /// out; the first pattern that fits counts
    #[arg(long, value_name = "PATTERN")]
    pub(crate) map: Vec<String>,
    /// Record the version of a tool too: rustc, go, python3, node, …
    #[arg(long, value_name = "NAME")]
    pub(crate) toolchain: Vec<String>,
    /// The results were measured on another machine: say nothing of this one
    #[arg(long)]
    pub(crate) elsewhere: bool,
    /// What a column of a CSV is: test=name, metric:time:s=seconds, param:size=kind, commit=sha;
    /// without, columns are what their headings say
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) column: Vec<String>,
    /// Keep no samples, only what they come to
    #[arg(long)]
    pub(crate) no_samples: bool,
    /// Write results/NAME.ndjson, for jobs that run side by side [default: the file of the day]
    #[arg(long, value_name = "NAME")]
    pub(crate) into: Option<String>,
    /// Print the records, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
