//! Talk: messages to stderr, answers to stdout, colour only where it is wanted.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::args::ColorChoice;
use model::text::{self, sanitize};

/// Says things on stderr.
pub(crate) struct Reporter {
    quiet: bool,
    verbose: u8,
    color: bool,
    /// The work that is shown, by its name.
    bar: Mutex<Option<(&'static str, ProgressBar)>>,
}

/// What is shown of work whose end nobody knows, and of other work.
const SPINNER_TEMPLATE: &str = "{spinner} {msg} {elapsed}";
const BAR_TEMPLATE: &str = "{msg} {wide_bar} {pos} of {len}, {rate}, {eta} left";

const ERROR_STYLE: Style = AnsiColor::Red.on_default().bold();
const WARNING_STYLE: Style = AnsiColor::Yellow.on_default().bold();

impl Reporter {
    pub(crate) fn new(quiet: bool, verbose: u8, color: ColorChoice) -> Self {
        let colour = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
            }
        };
        Self { quiet, verbose, color: colour, bar: Mutex::new(None) }
    }

    pub(crate) fn color(&self) -> bool {
        self.color
    }

    pub(crate) fn verbose(&self) -> u8 {
        self.verbose
    }

    pub(crate) fn error(&self, error: &anyhow::Error) {
        self.write_labeled(&ERROR_STYLE, "error", &format!("{error:#}"));
    }

    /// An error that is told while work goes on.
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
            self.write_line(&sanitize::lines(text));
        }
    }

    pub(crate) fn detail(&self, text: &str) {
        if self.verbose > 0 && !self.quiet {
            self.write_line(&sanitize::lines(text));
        }
    }

    fn write_labeled(&self, style: &Style, word: &str, text: &str) {
        let text = sanitize::lines(text);
        if self.color {
            self.write_line(&format!("{style}{word}{style:#}: {text}"));
        } else {
            self.write_line(&format!("{word}: {text}"));
        }
    }

    fn write_line(&self, text: &str) {
        self.end_progress();
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Shows how far long work is, on a terminal only: its name, how much of it is done, how fast
    /// and for how long still; where nobody knows of how much, its name and its time.
    pub(crate) fn progress(&self) -> impl Fn(&'static str, u64, u64) + Sync {
        let shown = !self.quiet && std::io::stderr().is_terminal();
        move |what, done, total| {
            if shown {
                self.show_progress(what, done, total);
            }
        }
    }

    fn show_progress(&self, what: &'static str, done: u64, total: u64) {
        let Ok(mut known) = self.bar.lock() else { return };
        if let Some((name, bar)) = &*known {
            if *name == what {
                // Threads overtake each other; a bar never runs back.
                bar.set_position(bar.position().max(done));
                return;
            }
            bar.finish_and_clear();
        }
        *known = Some((what, progress_bar(what, done, total)));
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
fn progress_bar(what: &'static str, done: u64, total: u64) -> ProgressBar {
    let style = if total == 0 { SPINNER_TEMPLATE } else { BAR_TEMPLATE };
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
pub(crate) fn print(bytes: &[u8]) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// Writes text that was already made safe for a terminal (and may carry colour) to stderr.
pub(crate) fn emit(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_work_can_be_shown() {
        for style in [SPINNER_TEMPLATE, BAR_TEMPLATE] {
            assert!(ProgressStyle::with_template(style).is_ok(), "{style}");
        }
    }

    #[test]
    fn another_stage_has_a_bar_of_its_own_and_none_runs_back() {
        let talk = Reporter::new(false, 0, ColorChoice::Never);
        let at = || talk.bar.lock().unwrap().as_ref().map(|(name, bar)| (*name, bar.position()));
        talk.show_progress("reading files", 3, 9);
        talk.show_progress("reading files", 2, 9);
        assert_eq!(at(), Some(("reading files", 3)));
        talk.show_progress("writing files", 1, 9);
        assert_eq!(at(), Some(("writing files", 1)));
        talk.end_progress();
        assert_eq!(at(), None);
    }
}
