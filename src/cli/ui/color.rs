//! Whether text is colored: as `--color` says, else the conventions of the environment
//! (<https://no-color.org>, <https://bixense.com/clicolors>), else on a terminal.

use std::ffi::OsString;

use crate::cli::args::ColorChoice;

/// What the environment says of colors.
#[derive(Clone, Debug, Default)]
pub(super) struct ColorEnvironment {
    /// `NO_COLOR` is set.
    forbids: bool,
    /// `CLICOLOR_FORCE` is set.
    forces: bool,
    /// `CLICOLOR=0`, or a terminal without colors.
    declines: bool,
}

impl ColorEnvironment {
    /// That of this process.
    pub(super) fn of_process() -> Self {
        let read = Self::read(|name| std::env::var(name).ok());
        // A console of Windows has to be asked; elsewhere there is nobody to ask.
        let is_unable = anstyle_query::windows::enable_ansi_colors() == Some(false);
        Self { declines: read.declines || is_unable, ..read }
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let is = |name: &str, wanted: &str| variable(name).is_some_and(|value| value == wanted);
        Self {
            forbids: is_set("NO_COLOR"),
            forces: is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0"),
            declines: is("CLICOLOR", "0") || is("TERM", "dumb"),
        }
    }

    /// Whether a stream is colored.
    pub(super) fn is_colored(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.forbids => false,
            ColorChoice::Auto if self.forces => true,
            ColorChoice::Auto => is_terminal && !self.declines,
        }
    }
}

/// How clap colors help and errors: as the last `--color` of the arguments says, which it has not
/// read yet. It knows the environment itself.
pub(crate) fn choice_for_help(arguments: impl Iterator<Item = OsString>) -> clap::ColorChoice {
    let words: Vec<String> = arguments
        .map(|argument| argument.to_string_lossy().into_owned())
        // What follows belongs to another program.
        .take_while(|word| word != "--")
        .collect();
    let separate =
        words.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
    let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
    match separate.chain(joined).next_back() {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> ColorEnvironment {
        let find = |name: &str| variables.iter().find(|(variable, _)| *variable == name);
        ColorEnvironment::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_option_counts_more_than_the_environment() {
        let forbidding = environment(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]);
        assert!(forbidding.is_colored(ColorChoice::Always, false));
        assert!(!forbidding.is_colored(ColorChoice::Auto, true));
        let forcing = environment(&[("CLICOLOR_FORCE", "1")]);
        assert!(!forcing.is_colored(ColorChoice::Never, true));
        assert!(forcing.is_colored(ColorChoice::Auto, false));
    }

    #[test]
    fn without_either_a_terminal_is_colored() {
        for variables in [&[][..], &[("NO_COLOR", "")], &[("CLICOLOR_FORCE", "0")]] {
            let environment = environment(variables);
            assert!(environment.is_colored(ColorChoice::Auto, true), "{variables:?}");
            assert!(!environment.is_colored(ColorChoice::Auto, false), "{variables:?}");
        }
        for variables in [[("CLICOLOR", "0")], [("TERM", "dumb")]] {
            assert!(!environment(&variables).is_colored(ColorChoice::Auto, true), "{variables:?}");
        }
    }

    #[test]
    fn help_is_colored_as_the_arguments_say() {
        let choice = |line: &str| choice_for_help(line.split(' ').map(OsString::from));
        assert_eq!(choice("benchpages --help"), clap::ColorChoice::Auto);
        assert_eq!(choice("benchpages --color never --help"), clap::ColorChoice::Never);
        assert_eq!(choice("benchpages --color=always check"), clap::ColorChoice::Always);
        assert_eq!(choice("benchpages measure -- x --color=never"), clap::ColorChoice::Auto);
    }
}
