//! The commands by purpose, as `benchpages --help` lists them. clap lists commands in one block, so
//! the template of the program's help has the list; names and descriptions are clap's.

use clap::Command;

/// Title and commands of each group.
const GROUPS: [(&str, &[&str]); 6] = [
    ("See what changed", &["build", "serve", "compare", "explain"]),
    ("Measure and gate", &["measure", "check", "bisect", "accept", "baseline", "policy"]),
    ("Bring data in", &["ingest", "import", "demo-data"]),
    ("Keep the history", &["doctor", "rotate", "erase", "audit"]),
    ("Set up", &["init", "completions", "man", "help"]),
    ("Share", &["export", "notify", "mcp", "shard"]),
];

/// Columns before a description.
const NAME_COLUMNS: usize = 13;

/// The program with its commands by group in its help.
pub(super) fn apply(root: Command) -> Command {
    let (header, literal) = (*root.get_styles().get_header(), *root.get_styles().get_literal());
    let mut list = String::new();
    for (title, names) in GROUPS {
        list.push_str(&format!("{header}{title}:{header:#}\n"));
        for name in names {
            let about = match root.find_subcommand(name).and_then(Command::get_about) {
                Some(about) => about.to_string(),
                // clap adds it when it parses.
                None if *name == "help" => "Print the help of a command".to_owned(),
                // A feature leaves the command out.
                None => continue,
            };
            let padding = " ".repeat(NAME_COLUMNS - name.len());
            list.push_str(&format!("  {literal}{name}{literal:#}{padding}{about}\n"));
        }
        list.push('\n');
    }
    root.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}{header}Global options:\
         {header:#}\n{{options}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command::CliArgs;
    use clap::CommandFactory;

    #[test]
    fn each_command_is_in_one_group() {
        let root = CliArgs::command();
        for command in root.get_subcommands() {
            let name = command.get_name();
            let groups = GROUPS.iter().filter(|(_, names)| names.contains(&name));
            assert_eq!(groups.count(), 1, "{name}");
        }
    }

    #[test]
    fn a_description_fits_on_its_line() {
        for command in CliArgs::command().get_subcommands() {
            let about = command.get_about().expect("a command without a description").to_string();
            // With two spaces before the name.
            assert!(about.len() + NAME_COLUMNS + 2 <= 100, "{about}");
        }
    }
}
