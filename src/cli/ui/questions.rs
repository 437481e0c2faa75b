//! Questions to the user, on a terminal only: a job must never wait for an answer.

use std::io::{BufRead, IsTerminal, Write};

/// Asks for a line of text; none without a terminal, or where the line is empty.
///
/// # Errors
/// The terminal cannot be written or read.
pub(crate) fn ask(question: &str) -> anyhow::Result<Option<String>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{question}")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok((!answer.is_empty()).then(|| answer.to_owned()))
}

/// Asks a yes-or-no question; without a terminal the answer is no.
///
/// # Errors
/// The terminal cannot be written or read.
pub(crate) fn confirm(question: &str, default: bool) -> anyhow::Result<bool> {
    let choices = if default { "[Y/n]" } else { "[y/N]" };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let answer = ask(&format!("{question} {choices} "))?;
    Ok(answer.map_or(default, |answer| matches!(answer.as_str(), "y" | "Y" | "yes")))
}
