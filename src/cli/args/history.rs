//! The arguments of commands that make, export and care for a history directory.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::args::OutputFormat;

/// The bounds of the generator, as clap's parser of ranges wants them.
const MAX_DAYS: i64 = crate::demo::MAX_DAYS as i64;
const MAX_SERIES: i64 = crate::demo::MAX_SERIES as i64;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DemoDataArgs {
    /// Folder to write; an existing one must be of this command
    #[arg(long, default_value = "demo/data", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Days of history [default: 60 for the story]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_DAYS))]
    pub(crate) days: Option<u32>,
    /// Seed of the generator: the same seed gives the same bytes
    #[arg(long, default_value_t = crate::demo::DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// Newest day, YYYY-MM-DD [default: 2025-09-26]
    #[arg(long, value_name = "DATE")]
    pub(crate) end: Option<String>,
    /// Which history: the story, noise only, hostile names, 200,000 records, or a service
    #[arg(
        long,
        default_value = "story",
        value_parser = ["story", "steady", "hostile", "large", "service"]
    )]
    pub(crate) scenario: String,
    /// Series of the scenario large [default: 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_SERIES))]
    pub(crate) series: Option<u32>,
}

/// What is exported, and where to.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// Format of the export
    #[arg(value_enum, value_name = "FORMAT")]
    pub(crate) format: ExportFormatArg,
    /// Only some series: backend=julia,rust n=1000000.. parallel=true test=sum_* not.mode=loops
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// File to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Address of the site, for links in alert-rules and grafana [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Database for postgres: postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "BENCHPAGES_DATABASE_URL", hide_env_values = true)]
    #[cfg_attr(not(feature = "postgres"), arg(hide = true))]
    pub(crate) url: Option<String>,
    /// Read the archive/ folder of the history directory too
    #[arg(long)]
    pub(crate) with_archive: bool,
}

impl ExportFormatArg {
    /// Whether the export goes into a database.
    pub(crate) fn is_database(self) -> bool {
        self == Self::Postgres
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormatArg {
    /// A table for spreadsheets and statistics; `ingest` reads it back
    Csv,
    /// One record per line, as in the history; `ingest` reads it back
    Json,
    /// Newest levels and verdicts without timestamps, for the textfile collector of node_exporter
    Openmetrics,
    /// Samples with their times, for Prometheus (promtool tsdb create-blocks-from openmetrics)
    OpenmetricsHistory,
    /// One series per line as JSON: verdict, levels, and each run with its commit and its marks
    Series,
    /// A table and its rows, for SQLite and PostgreSQL
    Sql,
    /// A row for each measurement, in typed columns
    #[cfg_attr(not(feature = "parquet"), value(hide = true))]
    Parquet,
    /// Tables of a database, with the whole history; --data postgres://… reads it back
    #[cfg_attr(not(feature = "postgres"), value(hide = true))]
    Postgres,
    /// Rules for Prometheus from the targets of the policy
    AlertRules,
    /// A dashboard for Grafana 10 and newer
    Grafana,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RotateArgs {
    /// Also move the records of pull requests whose records are all that old
    #[arg(long)]
    pub(crate) with_pulls: bool,
    /// Show what would be moved; move nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Format of the summary
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

/// What is erased, why, and by whom.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EraseArgs {
    /// Name that is erased from every text; what was measured stays. Give each spelling, login and
    /// address
    #[arg(long = "author", value_name = "NAME", required_unless_present = "filters")]
    pub(crate) authors: Vec<String>,
    /// Records that are removed whole: backend=julia,rust n=1000000.. test=sum_* not.mode=loops
    #[arg(value_name = "FILTER", conflicts_with = "authors")]
    pub(crate) filters: Vec<String>,
    /// Why; written to the audit log without the erased name
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who erases it [default: GITHUB_ACTOR, else the user]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Show what would change; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Format of the summary
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// Repair what is safe: line ends, records joined on one line, exact duplicates, leftovers of
    /// killed processes; copies of the files go to .benchpages-backup/ in the history
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix: say what would be repaired, and write nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,
    /// Format of the findings; an error among them gives exit status 1
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}
