//! What may be typed after `import`.

use std::path::PathBuf;

use crate::cli::args::OutputFormat;

/// Which history becomes records, and what it does not say itself.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// What kept the history; --list prints every kind
    #[arg(required_unless_present = "list", value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// The history: a folder or a file, as the kind keeps it
    #[arg(required_unless_present = "list", value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// Print every kind: what it takes, and what becomes of it
    #[arg(long)]
    pub(crate) list: bool,
    /// Write results/NAME/YYYY-MM.ndjson [default: the kind's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) into: Option<String>,
    /// Commit of runs that name none
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<String>,
    /// Branch of runs that name none
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Time of runs that tell none, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) timestamp: Option<String>,
    /// Backend of all records [default: what the history says, else the kind's]
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// Suite of all records
    #[arg(long, value_name = "NAME")]
    pub(crate) suite: Option<String>,
    /// Test of records whose history does not name it [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// Set any field of all records: --set runner_image=ubuntu-24.04
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Take names apart: '{test}/{backend}/{n}', as ingest does
    #[arg(long, value_name = "PATTERN")]
    pub(crate) map: Vec<String>,
    /// Unit of a metric whose history tells none: --unit maxrss=KiB
    #[arg(long, value_name = "METRIC=UNIT")]
    pub(crate) unit: Vec<String>,
    /// Direction of a metric: --better speed=higher
    #[arg(long, value_name = "METRIC=lower|higher")]
    pub(crate) better: Vec<String>,
    /// CSV: what a column holds (time, commit, branch, suite, test, error, metric, metric_name,
    /// value, unit, param, field, skip): --column time=when
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) column: Vec<String>,
    /// CSV: the character between cells [default: what the first line suggests]
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
    /// Keep no samples, only what they come to
    #[arg(long)]
    pub(crate) no_samples: bool,
    /// Say what would be taken and refused, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}
