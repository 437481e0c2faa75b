//! Talk: messages to stderr, answers to stdout, colour only where it is wanted.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::args::Color;
use model::text::{self, harmless};

/// Says things on stderr.
pub(crate) struct Talk {
    quiet: bool,
    verbose: u8,
    colour: bool,
    /// The work that is shown, by its name.
    bar: Mutex<Option<(&'static str, ProgressBar)>>,
}

/// What is shown of work whose end nobody knows, and of other work.
const ENDLESS: &str = "{spinner} {msg} {elapsed}";
const MEASURED: &str = "{msg} {wide_bar} {pos} of {len}, {rate}, {eta} left";

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

    /// Shows how far long work is, on a terminal only: its name, how much of it is done, how fast
    /// and for how long still; where nobody knows of how much, its name and its time.
    pub(crate) fn meter(&self) -> impl Fn(&'static str, u64, u64) + Sync {
        let shown = !self.quiet && std::io::stderr().is_terminal();
        move |what, done, total| {
            if shown {
                self.progress(what, done, total);
            }
        }
    }

    fn progress(&self, what: &'static str, done: u64, total: u64) {
        let Ok(mut known) = self.bar.lock() else { return };
        if let Some((name, bar)) = &*known {
            if *name == what {
                // Threads overtake each other; a bar never runs back.
                bar.set_position(bar.position().max(done));
                return;
            }
            bar.finish_and_clear();
        }
        *known = Some((what, bar(what, done, total)));
    }

    pub(crate) fn end_progress(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some((_, bar)) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

/// A bar for work of which so much is done; without an end, a sign of life.
fn bar(what: &'static str, done: u64, total: u64) -> ProgressBar {
    let style = if total == 0 { ENDLESS } else { MEASURED };
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
    let style = ProgressStyle::with_template(style).unwrap_or(ProgressStyle::default_bar());
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{}/s", text::count(state.per_sec() as u64));
    };
    bar.set_style(style.with_key("rate", rate));
    bar.set_message(what);
    bar.set_position(done);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_work_can_be_shown() {
        for style in [ENDLESS, MEASURED] {
            assert!(ProgressStyle::with_template(style).is_ok(), "{style}");
        }
    }

    #[test]
    fn another_stage_has_a_bar_of_its_own_and_none_runs_back() {
        let talk = Talk::new(false, 0, Color::Never);
        let at = || talk.bar.lock().unwrap().as_ref().map(|(name, bar)| (*name, bar.position()));
        talk.progress("reading files", 3, 9);
        talk.progress("reading files", 2, 9);
        assert_eq!(at(), Some(("reading files", 3)));
        talk.progress("writing files", 1, 9);
        assert_eq!(at(), Some(("writing files", 1)));
        talk.end_progress();
        assert_eq!(at(), None);
    }
}
