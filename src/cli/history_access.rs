//! What a command does with the history: who only reads it takes one from a database.

use crate::cli::args::database::HistoryAccess;
use crate::cli::command::CliCommand;

impl CliCommand {
    /// What it does with the history.
    pub(crate) fn history_access(&self) -> HistoryAccess {
        match self {
            Self::Check(_) => HistoryAccess::Checks,
            Self::Build(_) | Self::Compare(_) | Self::Doctor(_) | Self::Policy(_) => {
                HistoryAccess::Reads
            }
            // An export from one database to another would be read from a copy without its name.
            Self::Export(export) if !export.format.is_database() => HistoryAccess::Reads,
            _ => HistoryAccess::NeedsDirectory,
        }
    }
}
