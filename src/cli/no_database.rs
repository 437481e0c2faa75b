//! A program without PostgreSQL: who asks for it hears how to get it.

use anyhow::bail;

use crate::cli::args::GlobalArgs;
use crate::cli::args::database::HistoryAccess;
use crate::cli::args::history::ExportArgs;
use crate::cli::ui::Reporter;

const REMEDY: &str = "this benchpages was built without PostgreSQL: cargo install --locked \
                      benchpages --features postgres";

/// The arguments as they are.
///
/// # Errors
/// The history is in a database.
pub(super) fn with_directory(
    global: &GlobalArgs,
    _: HistoryAccess,
) -> anyhow::Result<(GlobalArgs, Option<()>)> {
    // The address may hold a password: it is not repeated.
    let text = global.data.to_str().unwrap_or_default();
    let selects = global.database.since.is_some() || !global.database.only.is_empty();
    if selects || ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        bail!(REMEDY);
    }
    Ok((global.clone(), None))
}

/// # Errors
/// Always.
pub(super) fn export(_: &GlobalArgs, _: &ExportArgs, _: &Reporter) -> anyhow::Result<u8> {
    bail!(REMEDY)
}
