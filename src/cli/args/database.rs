//! The arguments of a history in a database, and what a command may do with one.

/// Which records of a database are read.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DatabaseArgs {
    /// With --data postgres://…: read only records from this time on, RFC 3339
    #[arg(long, global = true, value_name = "TIME", hide_short_help = true)]
    #[cfg_attr(not(feature = "postgres"), arg(hide = true))]
    pub(crate) since: Option<String>,
    /// With --data postgres://…: read only these records: backend=julia,rust n=1000000.. test=sum_*
    #[arg(long, global = true, value_name = "FILTER", hide_short_help = true)]
    #[cfg_attr(not(feature = "postgres"), arg(hide = true))]
    pub(crate) only: Vec<String>,
}

/// What a command does with the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HistoryAccess {
    Reads,
    /// Reads it, and writes an override into its log.
    Checks,
    /// Writes into the directory, or watches it.
    NeedsDirectory,
}
