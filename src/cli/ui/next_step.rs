//! What to type next: `Next: benchpages serve --data demo/data --demo`, on stderr.

use std::path::Path;

use crate::cli::args::{DEFAULT_DATA, GlobalArgs};
use crate::cli::ui::Reporter;

/// How a line is taken apart again where it is pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PasteTarget {
    /// A shell of POSIX.
    Posix,
    /// `cmd` and PowerShell, which both know double quotes.
    Windows,
}

impl PasteTarget {
    const HERE: Self = if cfg!(windows) { Self::Windows } else { Self::Posix };

    /// A word as one argument.
    fn quoted(self, word: &str) -> String {
        let is_plain = |c: char| {
            c.is_alphanumeric() || "-_./:,=+@%".contains(c) || (self == Self::Windows && c == '\\')
        };
        if !word.is_empty() && word.chars().all(is_plain) {
            return word.to_owned();
        }
        match self {
            Self::Posix => format!("'{}'", word.replace('\'', r"'\''")),
            // No file of Windows has a double quote in its name.
            Self::Windows => format!("\"{}\"", word.replace('"', "")),
        }
    }
}

impl Reporter {
    /// Prints a command that goes on with the history of this one. Not in CI, where nobody types.
    pub(crate) fn next(&self, global: &GlobalArgs, words: &[&str]) {
        self.next_line(&line(PasteTarget::HERE, words, &options(global)));
    }

    /// As [`Self::next`], for a history in another folder.
    pub(crate) fn next_with_data(&self, data: &Path, words: &[&str]) {
        let data = data.display().to_string();
        self.next_line(&line(PasteTarget::HERE, words, &["--data".to_owned(), data]));
    }

    /// As [`Self::next`], for a command that reads no history.
    pub(crate) fn next_alone(&self, words: &[&str]) {
        self.next_line(&line(PasteTarget::HERE, words, &[]));
    }

    fn next_line(&self, command: &str) {
        if std::env::var_os("CI").is_none_or(|value| value.is_empty() || value == "false") {
            self.info(&format!("Next: {command}"));
        }
    }
}

/// The global options without which another command would read another history.
fn options(global: &GlobalArgs) -> Vec<String> {
    let mut options = Vec::new();
    if global.data != Path::new(DEFAULT_DATA) {
        options.extend(["--data".to_owned(), global.data.display().to_string()]);
    }
    if let Some(policy) = &global.policy {
        options.extend(["--policy".to_owned(), policy.display().to_string()]);
    }
    if global.demo {
        options.push("--demo".to_owned());
    }
    options
}

/// The options stand before `--`, behind which another program's words begin.
fn line(target: PasteTarget, words: &[&str], options: &[String]) -> String {
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let (ours, others) = words.split_at(end);
    let options = options.iter().map(String::as_str);
    let all = ["benchpages"].into_iter().chain(ours.iter().copied()).chain(options);
    let all = all.chain(others.iter().copied()).map(|word| target.quoted(word));
    all.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_pasted_where_it_is_printed() {
        let words = ["bisect", "--good", "1a2b3c4", "--", "sh", "-c", "echo 'x'"];
        let options = ["--data".to_owned(), "my data".to_owned()];
        assert_eq!(
            line(PasteTarget::Posix, &words, &options),
            r"benchpages bisect --good 1a2b3c4 --data 'my data' -- sh -c 'echo '\''x'\'''"
        );
        let options = ["--data".to_owned(), r"C:\bench data\main".to_owned()];
        assert_eq!(
            line(PasteTarget::Windows, &["build"], &options),
            r#"benchpages build --data "C:\bench data\main""#
        );
        let options = ["--data".to_owned(), r"C:\data".to_owned()];
        assert_eq!(
            line(PasteTarget::Windows, &["build"], &options),
            r"benchpages build --data C:\data"
        );
    }
}
