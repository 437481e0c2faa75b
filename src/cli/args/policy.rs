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
    Verify {
        /// Also require the line with this hash, as an earlier run printed it
        #[arg(long, value_name = "HASH")]
        contains: Option<String>,
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
    /// Print the log, newest entry first
    Show {
        #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
        format: OutputFormat,
    },
}
