//! What the list of commands says of itself: completion scripts and manual pages.

use std::path::Path;

use anyhow::Context;
use clap::{Command, CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::cli::args::manual::{CompletionsArgs, ManArgs};
use crate::cli::command::CliArgs;
use crate::cli::help;
use crate::cli::ui::{self, Reporter};
use model::text;

const NAME: &str = "benchpages";

pub(super) fn completions(args: &CompletionsArgs, reporter: &Reporter) -> anyhow::Result<u8> {
    let mut command = help::decorated(CliArgs::command());
    let Some(folder) = &args.out else {
        let shell = args.shell.context("name a shell, or a folder with --out")?;
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command, NAME, &mut script);
        return ui::print_file(&script);
    };
    create(folder)?;
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut command, NAME, folder)
            .with_context(|| format!("cannot write a script in {}", folder.display()))?;
    }
    let count = text::count_noun(Shell::value_variants().len() as u64, "script");
    reporter.info(&format!("Wrote {count} to {}", folder.display()));
    Ok(0)
}

pub(super) fn page(args: &ManArgs, reporter: &Reporter) -> anyhow::Result<u8> {
    let command = help::decorated(CliArgs::command());
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        return ui::print_file(&page);
    };
    create(folder)?;
    clap_mangen::generate_to(without_help(command), folder)
        .with_context(|| format!("cannot write a page in {}", folder.display()))?;
    reporter.info(&format!("Wrote the manual pages to {}", folder.display()));
    Ok(0)
}

/// Without clap's own `help`: it has no page of its own to read.
fn without_help(command: Command) -> Command {
    let names: Vec<String> =
        command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let command = command.disable_help_subcommand(true);
    names.iter().fold(command, |command, name| command.mut_subcommand(name, without_help))
}

fn create(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}
