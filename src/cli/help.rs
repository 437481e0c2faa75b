//! The commands as clap knows them, with what its attributes cannot say: examples below each help,
//! and the list of commands grouped by purpose.

mod examples;
mod groups;
pub(crate) mod missing;

use clap::Command;

use crate::cli::help::examples::CommandExamples;

/// The program's commands with their whole help.
pub(crate) fn decorated(root: Command) -> Command {
    examples::table().iter().fold(groups::apply(root), |root, entry| {
        let mut path = entry.command.split_whitespace();
        with_examples(root, &mut path, entry)
    })
}

/// The tree with the examples of one command; the same tree where a feature leaves it out.
fn with_examples<'a>(
    command: Command,
    path: &mut impl Iterator<Item = &'a str>,
    entry: &CommandExamples,
) -> Command {
    match path.next() {
        Some(name) if command.find_subcommand(name).is_some() => {
            command.mut_subcommand(name, |below| with_examples(below, path, entry))
        }
        Some(_) => command,
        None => {
            // A command may have a section of its own there: its environment.
            let section = command.get_after_help().map(|text| format!("{}\n\n", text.ansi()));
            let section = section.unwrap_or_default();
            let header = command.get_styles().get_header();
            let title = format!("{section}{header}Examples:{header:#}\n");
            let (short, long) = (title.clone() + &entry.short(), title + &entry.long());
            command.after_help(short).after_long_help(long)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    use crate::cli::command::CliArgs;
    use crate::cli::help::examples::{CommandExample, table, words};

    fn tree() -> Command {
        let mut tree = decorated(CliArgs::command());
        tree.build();
        tree
    }

    /// Every command but clap's own `help`, by its path, whether or not others are below it.
    fn paths(command: &Command, path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
        for below in command.get_subcommands().filter(|it| it.get_name() != "help") {
            paths(below, format!("{path} {}", below.get_name()).trim_start(), all);
        }
    }

    #[test]
    fn every_command_has_examples() {
        let mut all = Vec::new();
        paths(&tree(), "", &mut all);
        for path in all {
            let table = table();
            let entry = table.iter().filter(|it| it.command == path);
            let counts: Vec<usize> = entry.map(|it| it.examples.len()).collect();
            assert!(matches!(*counts, [1..=3]), "`{path}` has {counts:?} examples");
        }
    }

    #[test]
    fn every_example_parses() {
        for entry in table() {
            let first = entry.command.split_whitespace().next();
            if first.is_some_and(|name| tree().find_subcommand(name).is_none()) {
                continue; // a feature leaves the command out
            }
            for CommandExample { purpose, line } in &entry.examples {
                let words = words(line);
                let path: Vec<&str> = entry.command.split_whitespace().collect();
                let parsed = tree().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
                let is_of_command = path.iter().eq(words.iter().skip(1).take(path.len()));
                assert!(is_of_command, "`{line}` is no example of `{}`", entry.command);
                assert!(line.len() < 97 && purpose.len() < 97, "{line}: too long");
            }
        }
    }
}
