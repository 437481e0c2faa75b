//! `benchpages policy import`: prints a file as policy, or adds it to the policy.

use std::path::Path;

use crate::app::policy_import::{read_import, write_import};
use crate::cli::EXIT_ERROR;
use crate::cli::args::GlobalArgs;
use crate::cli::load_options::internal_load_options;
use crate::cli::ui::{self, Reporter};
use model::text;
use model::text::terminal::TerminalText;

pub(crate) fn run(
    global: &GlobalArgs,
    file: &Path,
    is_write: bool,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let import = read_import(file)?;
    if !import.imported.faults.is_empty() {
        ui::emit(&import.faults(reporter.color()));
        return Ok(EXIT_ERROR);
    }
    import.imported.notes.iter().for_each(|note| reporter.info(&format!("note: {note}")));
    if !is_write {
        return ui::print(&TerminalText::lines(&import.imported.to_yaml()));
    }
    let path = write_import(&import.imported, &internal_load_options(global)?)?;
    let entries = text::count_noun(import.imported.entries.len() as u64, "entry");
    reporter.info(&format!(
        "Added {entries} to {}; compare them with the series: benchpages policy check",
        path.display()
    ));
    Ok(0)
}
