//! Examples of every command, as its help shows them. They stand in `examples.txt`; a test parses
//! each with the program's own parser.
//!
//! ```text
//! check
//!   A pull request, as the comment on it
//!     benchpages check --pull 128 --format markdown
//! ```

const TABLE: &str = include_str!("examples.txt");
/// The program itself, in the table.
const PROGRAM: &str = "-";

/// Examples of one command.
#[derive(Debug)]
pub(super) struct CommandExamples {
    /// The command's path without the program's name; empty for the program.
    pub(super) command: &'static str,
    pub(super) examples: Vec<CommandExample>,
}

/// What for, and the line that can be pasted.
#[derive(Debug)]
pub(super) struct CommandExample {
    pub(super) purpose: &'static str,
    pub(super) line: &'static str,
}

impl CommandExamples {
    /// The lines alone, for `-h`.
    pub(super) fn short(&self) -> String {
        let lines = self.examples.iter().map(|it| format!("  {}", it.line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Each line under its purpose, for `--help`.
    pub(super) fn long(&self) -> String {
        let lines = self.examples.iter().map(|it| format!("  {}:\n    {}", it.purpose, it.line));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The examples of all commands.
pub(super) fn table() -> Vec<CommandExamples> {
    let (mut table, mut purpose) = (Vec::<CommandExamples>::new(), "");
    for text in TABLE.lines() {
        // The indentation says what a line is.
        if let (Some(line), Some(last)) = (text.strip_prefix("    "), table.last_mut()) {
            last.examples.push(CommandExample { purpose, line });
        } else if let Some(words) = text.strip_prefix("  ") {
            purpose = words;
        } else {
            let command = if text == PROGRAM { "" } else { text };
            table.push(CommandExamples { command, examples: Vec::new() });
        }
    }
    table
}

/// The words of the part of a line that starts this program, as a shell splits them.
#[cfg(test)]
pub(super) fn words(line: &str) -> Vec<String> {
    let mut parts = line.split(['|', '>']).map(str::trim);
    let part = parts.find(|part| part.starts_with("benchpages")).unwrap();
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for character in part.chars() {
        match character {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    assert!(!is_quoted, "{line}");
    words
}
