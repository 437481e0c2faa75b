//! What the list of commands says of itself: completion scripts and the manual page.

use clap::CommandFactory;

use crate::cli::command::CliArgs;
use crate::cli::ui;

pub(super) fn completions(shell: clap_complete::Shell) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CliArgs::command(), "benchpages", &mut script);
    ui::print_file(&script)
}

pub(super) fn page() -> anyhow::Result<u8> {
    let mut page = Vec::new();
    clap_mangen::Man::new(CliArgs::command()).render(&mut page)?;
    ui::print_file(&page)
}
