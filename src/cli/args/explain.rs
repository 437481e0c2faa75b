//! The arguments of `explain`.

use crate::cli::args::OutputFormat;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// Word in brackets behind a message, verdict, state, outcome or exit status [default: list
    /// all]
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Format of the explanation
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) format: OutputFormat,
}
