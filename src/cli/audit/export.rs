//! `benchpages audit export`: the evidence bundle.

use std::path::Path;

use crate::app::evidence::export;
use crate::app::verify::HeadSource;
use crate::cli::args::GlobalArgs;
use crate::cli::audit::log_text::verified_text;
use crate::cli::audit::status;
use crate::cli::load_options::internal_load_options;
use crate::cli::ui::{self, Reporter};
use model::text;
use model::text::terminal::TerminalText;

pub(super) fn run(
    global: &GlobalArgs,
    out: &Path,
    head: Option<&str>,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = internal_load_options(global)?;
    let head = head.map(HeadSource::parse);
    let bundle = export(&options, head.as_ref(), out)?;
    let files = text::count_noun(bundle.files as u64, "file");
    let written = format!("{}: {files}\n{}", out.display(), verified_text(&bundle.verification));
    ui::print(&TerminalText::lines(&written))?;
    Ok(status(&bundle.verification.faults, reporter))
}
