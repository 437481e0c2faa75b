//! What may be typed. Nothing here that is not built.

// Help is read on a terminal, where an address needs no brackets.
#![allow(rustdoc::bare_urls)]

pub(crate) mod import;
pub(crate) mod ingest;
pub(crate) mod intake;

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};

/// Most days of demo data, as the parser of ranges wants it.
const MAX_DAYS: i64 = crate::demo::MAX_DAYS as i64;
const MAX_SERIES: i64 = crate::demo::MAX_SERIES as i64;
/// Most threads: no machine has more cores, and each takes memory.
const MAX_JOBS: u16 = 1024;

/// Turns a directory of benchmark history into a static site that says what got slower, since when,
/// how sure, and which change did it.
#[derive(Debug, Parser)]
#[command(name = "benchpages", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct CliArgs {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

/// What every command understands.
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
    /// Time of the build, RFC 3339 [default: the clock; for demo data its newest record]
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Threads, 1 or more [default: one a core]
    #[arg(long, global = true, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<u16>,
    /// Read every record from its file: keep nothing for the next time, neither in the user's cache
    /// folder nor beside the site, and use nothing from there
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// Say only what is wrong
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more; twice for time and memory of each stage
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to colour messages
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

/// A number of threads.
fn jobs(text: &str) -> Result<u16, String> {
    let count = text.parse().ok().filter(|count| (1..=MAX_JOBS).contains(count));
    count.ok_or_else(|| format!("threads are a whole number from 1 to {MAX_JOBS}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    /// Build the site
    Build(BuildArgs),
    /// Build the site and show it at http://localhost:8080/, anew on every change
    ///
    /// Pages are made when they are asked for. The folder is written at the start, and after a
    /// change once nothing is asked for; a server that ends before that leaves the site that was
    /// last written as a whole.
    Serve(ServeArgs),
    /// Make a demo history: 3,900 believable records with a story
    DemoData(DemoDataArgs),
    /// Turn what a benchmark tool wrote into records of the history
    Ingest(ingest::IngestArgs),
    /// Take over the whole history that another dashboard kept; again later for what is new
    Import(Box<import::ImportArgs>),
    /// Judge a pull request, or the newest run of the main line: pass or fail
    Check(CheckArgs),
    /// Compare two commits, series by series, with the geometric mean
    Compare(CompareArgs),
    /// Write the history in the language of another program
    Export(ExportArgs),
    /// Check, show or describe the policy
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Accept a regression: writes data/accepted.yml, for review
    Accept(AcceptArgs),
    /// Prove or show the log of overrides and approvals
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Move what is older than the policy keeps to the archive; charts keep a value a day
    Rotate(RotateArgs),
    /// Say what is wrong with this history, and what to do about it
    Doctor(DoctorArgs),
    /// Propose the policy, workflows and code owners that this repository needs
    Init(InitArgs),
    /// Tell people what a check found
    #[cfg(feature = "net")]
    Notify {
        #[command(subcommand)]
        command: crate::cli::notify::args::NotifyCommand,
    },
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

/// How a site is built.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SiteArgs {
    /// Folder to write; an existing one must be one that benchpages made
    #[arg(long, default_value = "site", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Where the site will stand (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Who the site is for; a public one does not show the fields of site.redact [default:
    /// site.audience, internal]
    #[arg(long, value_enum, value_name = "WHO")]
    pub(crate) audience: Option<AudienceArg>,
    /// Read data/archive/ too
    #[arg(long)]
    pub(crate) with_archive: bool,
    /// Write index.html in links, so that pages work from disk without a server
    #[arg(long)]
    pub(crate) explicit_index: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AudienceArg {
    Public,
    Internal,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// How the closing line is printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Port on this machine; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Path the site stands under, to try the address of a project site
    #[arg(long, default_value = "/", value_name = "PATH")]
    pub(crate) base_path: String,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DemoDataArgs {
    /// Folder to write; an existing one must be one that this command made
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
    /// Which history: the story, noise only, names that break tools, or 200,000 records
    #[arg(long, default_value = "story", value_parser = ["story", "steady", "hostile", "large"])]
    pub(crate) scenario: String,
    /// Series of the scenario large [default: 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_SERIES))]
    pub(crate) series: Option<u32>,
}

/// Whose runs are judged against whose.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// What to compare with: a measured commit, or a name of the git repository here [default: the
    /// nearest measured ancestor; on the main line the rolling baseline]
    #[arg(long, value_name = "REF")]
    pub(crate) base: Option<String>,
    /// What is judged: a measured commit, or a name of the git repository here [default: the pull
    /// request of this job of GitHub Actions, else the newest run of the main line]
    #[arg(long, value_name = "REF", conflicts_with = "pull")]
    pub(crate) candidate: Option<String>,
    /// Judge the newest measured commit of this pull request
    #[arg(long, value_name = "NUMBER")]
    pub(crate) pull: Option<u64>,
    /// How the answer is written to stdout
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Where the site stands, for links (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Who asks for an override, with ALLOW_REGRESSION=true and OVERRIDE_REASON [default:
    /// GITHUB_ACTOR]
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Keep the records used, the verdicts and the policy in a folder of this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) artifact: Option<PathBuf>,
    /// Read data/archive/ too
    #[arg(long)]
    pub(crate) with_archive: bool,
    /// Answer again whenever a result or the policy changes, until Ctrl-C; overrides nothing and
    /// writes no file
    #[arg(long, conflicts_with_all = ["artifact", "actor"])]
    pub(crate) watch: bool,
}

/// Which commits are compared, and in which series.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CompareArgs {
    /// Two measured commits (shas, their beginnings, tags, `latest`) or names of the git repository
    /// here
    #[arg(value_name = "BASE..HEAD")]
    pub(crate) pair: String,
    /// Only some series: backend=julia,rust n=1000000.. parallel=true test=sum_* not.mode=loops
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// How the answer is written to stdout
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub(crate) format: TableFormat,
    /// Where the site stands, for links (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Read data/archive/ too
    #[arg(long)]
    pub(crate) with_archive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    Text,
    Json,
    Markdown,
}

/// What is written, and where.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// The language
    #[arg(value_enum, value_name = "LANGUAGE")]
    pub(crate) language: ExportLanguage,
    /// Only some series: backend=julia,rust n=1000000.. parallel=true test=sum_* not.mode=loops
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Read data/archive/ too
    #[arg(long)]
    pub(crate) with_archive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportLanguage {
    /// A table, for spreadsheets and statistics; `ingest` reads it back
    Csv,
    /// A record a line, as the history keeps them; `ingest` reads it back
    Json,
    /// Samples with their times, for Prometheus (promtool tsdb create-blocks-from openmetrics)
    Openmetrics,
    /// A table and its rows, for SQLite and PostgreSQL
    Sql,
}

/// How the gate answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal: first what to do
    Text,
    /// Everything, for scripts
    Json,
    /// The comment on the pull request
    Markdown,
    /// Annotations in the log of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for what shows tests
    Junit,
    /// file:line:column: error: …, as compilers say it, for editors
    Gcc,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say everything that is wrong with the policy, with file, line and column
    Check {
        /// Policy files [default: the policy of the history directory]
        files: Vec<PathBuf>,
    },
    /// Print the policy in force, every default filled in
    Show {
        #[arg(long, value_enum, default_value_t = PolicyFormat::Yaml)]
        format: PolicyFormat,
        /// Print every key with its default and what it means instead
        #[arg(long)]
        reference: bool,
    },
    /// Run the gate over every day of the history, as it would have acted then
    Replay {
        /// Another policy: what it would report that this one does not, and the other way round
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
    /// Print the JSON Schema of policy.yml
    Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    Yaml,
    Json,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Prove that no line of the log was changed: status 1 with line and reason where one was
    Verify {
        /// Also demand the line with this hash, which an earlier run told
        #[arg(long, value_name = "HASH")]
        contains: Option<String>,
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
    /// Print the log, newest first
    Show {
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AcceptArgs {
    /// Series that it concerns, by name or glob: 'parse/rust/*'
    #[arg(long, value_name = "GLOB")]
    pub(crate) series: String,
    /// Commit that made them slower, or the beginning of its id
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: String,
    /// Why it is worth it; shown on the chart
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who accepts it [default: GITHUB_ACTOR, else the user]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Largest change that it covers, as 30% or 0.3 [default: the measured one, rounded up]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_change: Option<String>,
    /// Day from which it no longer counts (2026-03-01), or a time from now (90d)
    #[arg(long, value_name = "DATE|Nd")]
    pub(crate) expires: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RotateArgs {
    /// Show what would be moved, and move nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// How the findings are printed; status 1 where something is wrong
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Root of the repository
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Propose git hooks too, that check the policy and local results
    #[arg(long)]
    pub(crate) hooks: bool,
    /// Write the new files without asking; what is there is never changed
    #[arg(short, long)]
    pub(crate) yes: bool,
}
