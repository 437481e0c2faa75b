//! What may be typed after `import`.

use std::path::PathBuf;

use crate::cli::args::OutputFormat;
use crate::cli::args::intake::{IntakeArgs, decimal_mark};
use ingest::source::DecimalMark;

/// A history of another dashboard, and what it does not say itself.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// Dashboard that kept the history; --list prints all kinds
    #[arg(required_unless_present = "list", value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// The history: a folder or a file, as the kind keeps it
    #[arg(required_unless_present = "list", value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// Print all kinds: what each takes and what it yields
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
    /// Time of runs that have none, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) timestamp: Option<String>,
    /// Test of records whose history does not name it [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    #[command(flatten)]
    pub(crate) intake: IntakeArgs,
    /// Unit of a metric that has none: --unit maxrss=KiB
    #[arg(long, value_name = "METRIC=UNIT")]
    pub(crate) unit: Vec<String>,
    /// Direction of a metric: --better speed=higher
    #[arg(long, value_name = "METRIC=lower|higher")]
    pub(crate) better: Vec<String>,
    /// What a column of a CSV holds (time, commit, branch, suite, test, error, metric, metric_name,
    /// value, unit, param, field, skip): --column time=when
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) column: Vec<String>,
    /// Character between the cells of a CSV [default: what the first line suggests]
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
    /// Mark before the decimals in a CSV, `,` or `.` [default: what its numbers show]
    #[arg(long, value_name = "MARK", value_parser = decimal_mark)]
    pub(crate) decimal: Option<DecimalMark>,
    /// Exit with 0 although parts of the history were rejected, not with 4
    #[arg(long)]
    pub(crate) allow_partial: bool,
    /// What the path of a result says of its run: --name-pattern '{date}/{commit}.json'; parts are
    /// commit, date, branch, year, month, day, hour, minute, second; others are parameters, {_} is
    /// left out
    #[arg(long, value_name = "PATTERN")]
    pub(crate) name_pattern: Option<String>,
    /// Format of all files in a folder of results [default: the one that recognizes each]
    #[arg(long, value_name = "NAME")]
    pub(crate) result_format: Option<String>,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}
