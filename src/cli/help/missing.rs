//! What may be written for an argument that is missing: clap names it, and says no more.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

/// The error with a line for each missing argument: what it is, and its values where they are few.
pub(crate) fn with_values(
    mut error: clap::Error,
    root: &Command,
    words: &[OsString],
) -> clap::Error {
    if error.kind() != ErrorKind::MissingRequiredArgument {
        return error;
    }
    let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let command = command_of(root, words);
    // An argument that others can replace is optional by itself: `[KIND]`, where clap asks for
    // `<KIND>`.
    let plain = |name: &str| name.trim_matches(['<', '>', '[', ']']).to_owned();
    let missing: Vec<String> = missing.iter().map(|name| plain(name)).collect();
    let arguments =
        command.get_arguments().filter(|argument| missing.contains(&plain(&argument.to_string())));
    let tips: Vec<StyledStr> = arguments.map(|argument| tip(argument).into()).collect();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    error
}

/// The innermost command that the words name.
fn command_of<'a>(root: &'a Command, words: &[OsString]) -> &'a Command {
    words
        .iter()
        .skip(1)
        .fold(root, |command, word| command.find_subcommand(word).unwrap_or(command))
}

/// `<FORMAT> is the format of the export: csv, json, …`.
fn tip(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let values = argument.get_possible_values();
    let values: Vec<&str> =
        values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name()).collect();
    let values = match values.as_slice() {
        [] => String::new(),
        values => format!(": {}", values.join(", ")),
    };
    let name = argument.to_string().replace('[', "<").replace(']', ">");
    format!("{name} {help}{values}")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::command::CliArgs;
    use crate::cli::help::{decorated, missing};

    fn message(line: &str) -> String {
        let words: Vec<std::ffi::OsString> = line.split(' ').map(Into::into).collect();
        let mut root = decorated(CliArgs::command());
        let error = root.try_get_matches_from_mut(&words).unwrap_err();
        missing::with_values(error, &root, &words).to_string()
    }

    #[test]
    fn a_missing_argument_is_explained() {
        let export = message("benchpages export");
        assert!(export.contains("<FORMAT> Format of the export: csv, json, "), "{export}");
        let import = message("benchpages import");
        assert!(import.contains("<KIND> Dashboard that kept the history; --list"), "{import}");
        let accept = message("benchpages --data x accept --series a");
        assert!(accept.contains("--reason <TEXT> Why it is worth it"), "{accept}");
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        let slip = message("benchpages demo-data --scenario stroy");
        assert!(slip.contains("a similar value exists: 'story'"), "{slip}");
    }
}
