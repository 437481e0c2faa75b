//! The arguments of `policy` and `audit`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::cli::args::OutputFormat;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Report all errors of the policy at once, with file, line and column
    Check {
        /// Policy files [default: the policy of the history directory]
        files: Vec<PathBuf>,
    },
    /// Print the policy with every default filled in
    Show {
        #[arg(long, value_enum, default_value_t = PolicyFormat::Yaml)]
        format: PolicyFormat,
        /// Print the reference instead: every key with its default and its meaning
        #[arg(long)]
        reference: bool,
    },
    /// Run the check for every day of the history, as it would have run then
    Replay {
        /// Another policy to compare with: which reports would appear or vanish
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
    /// Print a file of thresholds, budgets or alert rules as entries for the policy
    ///
    /// Reads sla_thresholds.json (maxAvgTimeMs, minThroughput, …), a Markdown table with the
    /// columns SLO and Budget, and YAML alert rules (name, condition, severity), each alone or in a
    /// document.
    Import {
        /// File to read
        file: PathBuf,
        /// Write the entries into the policy instead of printing them
        #[arg(long)]
        write: bool,
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
    /// Verify that no line of the log was changed; exit status 1 with line and reason otherwise
    ///
    /// The log alone cannot prove its end. With a head, lines that were cut off or rewritten are
    /// found, too. Without one, the head of the site beside the history directory counts, where
    /// there is a site.
    Verify {
        /// Head that the log goes on from: COUNT:HASH, or the JSON of a check, of the site
        /// (api/v2/health.json) or of this command; - is stdin
        #[arg(long, value_name = "HEAD|FILE|-", conflicts_with = "site")]
        head: Option<String>,
        /// Folder of the site whose head the log goes on from
        #[arg(long, value_name = "DIR")]
        site: Option<PathBuf>,
        /// Also require the line with this hash, as an earlier run printed it
        #[arg(long, value_name = "HASH")]
        contains: Option<String>,
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
    /// Write an evidence bundle for audits: log, overrides, accepted changes, policy versions,
    /// checksums
    ///
    /// Needs no network and changes nothing. The same history gives the same bytes. Its README says
    /// how to verify it. A broken log is exported too, with exit status 1.
    Export {
        /// New folder, or new file that ends in .tar.gz
        #[arg(short, long, value_name = "FILE.tar.gz|DIR")]
        out: PathBuf,
        /// Head that the log goes on from, as of `audit verify`
        #[arg(long, value_name = "HEAD|FILE|-")]
        head: Option<String>,
    },
    /// Print the log, newest entry first
    Show {
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
}
