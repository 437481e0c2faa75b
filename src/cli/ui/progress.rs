//! How far long work is, on a terminal: `reading files ███░░ 312 of 500, 4,100/s, 0s left`.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::ui::Reporter;
use model::text;

/// For work whose end nobody knows, and for other work.
const SPINNER_TEMPLATE: &str = "{spinner} {msg} {elapsed}";
const BAR_TEMPLATE: &str = "{msg} {wide_bar} {pos} of {len}, {rate}, {eta} left";

/// One bar at a time: that of the stage in progress.
#[derive(Default)]
pub(super) struct StageBar(Mutex<Option<(&'static str, ProgressBar)>>);

impl StageBar {
    pub(super) fn show(&self, stage: &'static str, done: u64, total: u64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((name, bar)) = &*shown {
            if *name == stage {
                // Threads overtake each other; a bar never runs back.
                bar.set_position(bar.position().max(done));
                return;
            }
            bar.finish_and_clear();
        }
        *shown = Some((stage, new_bar(stage, done, total)));
    }

    /// Takes the bar off the terminal: what is printed next would be mixed with it.
    pub(super) fn clear(&self) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bar)) = shown.take() {
            bar.finish_and_clear();
        }
    }
}

impl Reporter {
    /// Shows how far a stage is, on a terminal only.
    pub(crate) fn progress(&self) -> impl Fn(&'static str, u64, u64) + Sync {
        let is_shown = !self.quiet && std::io::stderr().is_terminal();
        move |stage, done, total| {
            if is_shown {
                self.bar.show(stage, done, total);
            }
        }
    }

    /// Takes the progress off the terminal; to be called before an answer goes to stdout.
    pub(crate) fn end_progress(&self) {
        self.bar.clear();
    }
}

fn new_bar(stage: &'static str, done: u64, total: u64) -> ProgressBar {
    let template = if total == 0 { SPINNER_TEMPLATE } else { BAR_TEMPLATE };
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
    let style = ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{}/s", text::count(state.per_sec() as u64));
    };
    bar.set_style(style.with_key("rate", rate));
    bar.set_message(stage);
    bar.set_position(done);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        for template in [SPINNER_TEMPLATE, BAR_TEMPLATE] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn each_stage_has_its_own_bar_and_none_runs_back() {
        let bar = StageBar::default();
        let state = || bar.0.lock().unwrap().as_ref().map(|(name, bar)| (*name, bar.position()));
        bar.show("reading files", 3, 9);
        bar.show("reading files", 2, 9);
        assert_eq!(state(), Some(("reading files", 3)));
        bar.show("writing files", 1, 9);
        assert_eq!(state(), Some(("writing files", 1)));
        bar.clear();
        assert_eq!(state(), None);
    }
}
