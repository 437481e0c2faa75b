//! The arguments of `check` and `compare`.

#![allow(rustdoc::bare_urls)]

use std::path::PathBuf;

use clap::ValueEnum;

/// What is compared with what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Commit to compare with: measured, or a name that git knows here [default: the nearest
    /// measured ancestor; on the main line the rolling baseline]
    #[arg(long, value_name = "REF")]
    pub(crate) base: Option<String>,
    /// Commit to check: measured, or a name that git knows here [default: the pull request of this
    /// GitHub Actions job, else the newest run of the main line]
    #[arg(long, value_name = "REF", conflicts_with = "pull")]
    pub(crate) candidate: Option<String>,
    /// Check the newest measured commit of this pull request
    #[arg(long, value_name = "NUMBER")]
    pub(crate) pull: Option<u64>,
    /// Format of the report on stdout
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Address of the site, for links (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Who asks for an override, with ALLOW_REGRESSION=true and OVERRIDE_REASON [default:
    /// GITHUB_ACTOR]
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Only the job itself says who asks for the override: reported and logged as not verified
    #[arg(long, requires = "actor")]
    pub(crate) actor_unverified: bool,
    /// Vouch for policy.yml and accepted.yml of the directory: for a pull request they count as if
    /// they were on its base, which git does not know everywhere
    #[arg(long)]
    pub(crate) trust_checkout: bool,
    /// Let a pull request pass with a warning while the main line has too few runs for any verdict
    #[arg(long)]
    pub(crate) allow_first_runs: bool,
    /// Save a snapshot (records, verdicts, policy) in a new folder below this one
    #[arg(long, value_name = "DIR")]
    pub(crate) artifact: Option<PathBuf>,
    /// Read the archive/ folder of the history directory too
    #[arg(long)]
    pub(crate) with_archive: bool,
    /// Check again whenever a result or the policy changes, until Ctrl-C; grants no overrides and
    /// writes no files
    #[cfg(feature = "serve")]
    #[arg(long, conflicts_with_all = ["artifact", "actor"])]
    pub(crate) watch: bool,
}

impl CheckArgs {
    /// Whether it checks again after every change.
    pub(crate) fn is_watching(&self) -> bool {
        #[cfg(feature = "serve")]
        return self.watch;
        #[cfg(not(feature = "serve"))]
        false
    }
}

/// Formats of a check's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal: what to do comes first
    Text,
    /// Everything, for scripts
    Json,
    /// The comment on the pull request
    Markdown,
    /// Annotations in the log of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for viewers of test results
    Junit,
    /// file:line:column: error: …, as compilers write it, for editors
    Gcc,
}

/// Which commits are compared, and in which series.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CompareArgs {
    /// Two commits: measured (ids, beginnings of ids, tags, `latest`) or names that git knows here
    #[arg(value_name = "BASE..HEAD")]
    pub(crate) pair: String,
    /// Only some series: backend=julia,rust n=1000000.. parallel=true test=sum_* not.mode=loops
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// Format of the table on stdout
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub(crate) format: TableFormat,
    /// Address of the site, for links (https://owner.github.io/repo/) [default: site.base_url]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Read the archive/ folder of the history directory too
    #[arg(long)]
    pub(crate) with_archive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    Text,
    Json,
    Markdown,
}
