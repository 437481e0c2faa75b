//! Talk: messages to stderr, answers to stdout, colour only where it is wanted.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::args::Color;
use crate::text::harmless;

/// Says things on stderr.
pub(crate) struct Talk {
    quiet: bool,
    verbose: u8,
    colour: bool,
    bar: Mutex<Option<ProgressBar>>,
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

impl Talk {
    pub(crate) fn new(quiet: bool, verbose: u8, color: Color) -> Self {
        let colour = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
            }
        };
        Self { quiet, verbose, colour, bar: Mutex::new(None) }
    }

    pub(crate) fn colour(&self) -> bool {
        self.colour
    }

    pub(crate) fn verbose(&self) -> u8 {
        self.verbose
    }

    pub(crate) fn error(&self, error: &anyhow::Error) {
        self.say(&ERROR, "error", &format!("{error:#}"));
    }

    /// An error that is told while work goes on.
    pub(crate) fn problem(&self, text: &str) {
        self.say(&ERROR, "error", text);
    }

    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            self.say(&WARNING, "warning", text);
        }
    }

    pub(crate) fn info(&self, text: &str) {
        if !self.quiet {
            self.line(&harmless::lines(text));
        }
    }

    pub(crate) fn detail(&self, text: &str) {
        if self.verbose > 0 && !self.quiet {
            self.line(&harmless::lines(text));
        }
    }

    fn say(&self, style: &Style, word: &str, text: &str) {
        let text = harmless::lines(text);
        if self.colour {
            self.line(&format!("{style}{word}{style:#}: {text}"));
        } else {
            self.line(&format!("{word}: {text}"));
        }
    }

    fn line(&self, text: &str) {
        self.end_progress();
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Shows how far long work is, on a terminal only.
    pub(crate) fn progress(&self, what: &'static str, done: u64, total: u64) {
        if self.quiet || !std::io::stderr().is_terminal() {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        let bar = bar.get_or_insert_with(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(Some(total), target);
            let style = "{msg} {wide_bar} {pos}/{len} {per_sec} {eta}";
            bar.set_style(
                ProgressStyle::with_template(style).unwrap_or(ProgressStyle::default_bar()),
            );
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(what);
        bar.set_length(total);
        bar.set_position(done);
    }

    pub(crate) fn end_progress(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

/// Writes an answer to stdout.
///
/// # Errors
/// Stdout cannot be written; a reader that has gone away is no error.
pub(crate) fn answer(bytes: &[u8]) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// Writes text that was already made safe for a terminal (and may carry colour) to stderr.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}
