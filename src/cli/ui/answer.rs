//! Answers on stdout, questions on a terminal.

use std::io::{BufRead, IsTerminal, Write};

/// Writes an answer to stdout.
///
/// # Errors
/// Stdout cannot be written; a reader that has gone away is no error.
pub(crate) fn print(bytes: &[u8]) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// Writes text that is already safe for a terminal (and may carry color) to stderr.
pub(crate) fn emit(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// Asks a yes-or-no question; without a terminal the answer is no.
///
/// # Errors
/// The terminal cannot be written or read.
pub(crate) fn confirm(question: &str, default: bool) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{question} {} ", if default { "[Y/n]" } else { "[y/N]" })?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok(matches!(answer, "y" | "Y" | "yes") || default && answer.is_empty())
}
