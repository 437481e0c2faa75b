//! What the user sees: messages on stderr, answers on stdout, color only on request or on a
//! terminal.

pub(crate) mod color;
mod next_step;
mod observer;
mod progress;
pub(crate) mod questions;

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::cli::args::GlobalArgs;
use crate::cli::ui::color::ColorEnvironment;
use crate::cli::ui::progress::StageBar;
use model::text::escaped::Escaped;
use model::text::terminal::{Palette, TerminalText};

const ERROR_STYLE: Style = AnsiColor::Red.on_default().bold();
const WARNING_STYLE: Style = AnsiColor::Yellow.on_default().bold();

/// Writes messages to stderr.
pub(crate) struct Reporter {
    quiet: bool,
    verbose: u8,
    /// Whether messages on stderr are colored.
    color: bool,
    /// That of answers on stdout.
    palette: Palette,
    bar: StageBar,
}

impl Reporter {
    pub(crate) fn new(global: &GlobalArgs) -> Self {
        let environment = ColorEnvironment::of_process();
        let is_colored = |is_terminal| environment.is_colored(global.color, is_terminal);
        Self {
            quiet: global.quiet,
            verbose: global.verbose,
            color: is_colored(std::io::stderr().is_terminal()),
            palette: match is_colored(std::io::stdout().is_terminal()) {
                true => Palette::Colored,
                false => Palette::Plain,
            },
            bar: StageBar::default(),
        }
    }

    pub(crate) fn color(&self) -> bool {
        self.color
    }

    /// The colors of an answer; data for programs has none.
    pub(crate) fn palette(&self) -> Palette {
        self.palette
    }

    /// The reason why a command failed.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        self.problem(&format!("{error:#}"));
    }

    /// An error while work goes on.
    pub(crate) fn problem(&self, text: &str) {
        self.write_labeled(&ERROR_STYLE, "error", text);
    }

    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            self.write_labeled(&WARNING_STYLE, "warning", text);
        }
    }

    pub(crate) fn info(&self, text: &str) {
        if !self.quiet {
            self.write_line(&TerminalText::lines(text));
        }
    }

    /// A message for `--verbose`.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose > 0 && !self.quiet {
            self.write_line(&TerminalText::lines(text));
        }
    }

    fn write_labeled(&self, style: &Style, label: &str, text: &str) {
        let text = TerminalText::lines(text);
        if self.color {
            self.write_line(&format!("{style}{label}{style:#}: {text}"));
        } else {
            self.write_line(&format!("{label}: {text}"));
        }
    }

    fn write_line(&self, text: &str) {
        self.bar.clear();
        // A closed stderr leaves nobody to report to.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Writes an answer to stdout.
///
/// # Errors
/// Stdout cannot be written; a reader that has gone away is no error.
pub(crate) fn print<F>(answer: &Escaped<F>) -> anyhow::Result<u8> {
    print_file(answer.as_bytes())
}

/// Writes a file of this program's own words to stdout: a script, a manual page, a template.
///
/// # Errors
/// As [`print()`].
pub(crate) fn print_file(bytes: &[u8]) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// Writes text, which may carry color, to stderr.
pub(crate) fn emit(text: &TerminalText) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}
