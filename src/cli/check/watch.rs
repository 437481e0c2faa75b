//! `benchpages check --watch`: answers now and after every change, until it is interrupted. For
//! somebody at work: it overrides nothing, logs nothing and writes no file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::check::CheckRequest;
use crate::app::load::load_history;
use crate::app::observer::{Observer, Silent};
use crate::app::session::Session;
use crate::app::stages::Stages;
use crate::cli::args::GlobalArgs;
use crate::cli::args::check::ReportFormat;
use crate::cli::check::print;
use crate::cli::ui::Reporter;
use crate::report::outcome_text;
use crate::serve::watcher::watch_paths;

/// Pause after a change before it counts: long enough for the events of one write.
const DEBOUNCE: Duration = Duration::from_millis(10);

pub(super) fn run(
    request: &CheckRequest,
    global: &GlobalArgs,
    format: ReportFormat,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let data = &global.data;
    if !data.is_dir() {
        // Its error says more than that of a watcher.
        load_history(&request.options, &Silent)?;
    }
    let watched: Vec<PathBuf> = [data].into_iter().chain(&global.policy).cloned().collect();
    // No check reads the log of overrides, and another check may append to it.
    let ignored = [data.join("audit.ndjson")];
    let (_watcher, changes) = watch_paths(&watched, &ignored, DEBOUNCE)?;
    let observer = WarnOnce { reporter, warnings: Mutex::default() };
    let mut session = Session::default();
    let (mut changed, mut is_first) = (Vec::new(), true);
    loop {
        let started = Instant::now();
        let request = CheckRequest { options: request.options.at_present(), ..request.clone() };
        let run = session.check(&request, &changed, &observer);
        reporter.end_progress();
        match run {
            Ok(run) => {
                print(&run, format, data, reporter)?;
                let headline = outcome_text::headline(&run.outcome);
                let seconds = started.elapsed().as_secs_f64();
                reporter.info(&format!(
                    "{headline} Answered in {seconds:.3} s; waiting for changes (Ctrl-C to stop)."
                ));
            }
            Err(error) if is_first => return Err(error),
            Err(error) => {
                reporter.error(&error);
                reporter.info("No answer; waiting for changes (Ctrl-C to stop).");
            }
        }
        while session.prepare() {}
        let Some(paths) = next_changes(&changes) else { return Ok(0) };
        reporter.info("Checking again.");
        (changed, is_first) = (paths, false);
    }
}

/// Passes on what a check says, each warning once: it does not change from answer to answer.
struct WarnOnce<'a> {
    reporter: &'a Reporter,
    warnings: Mutex<BTreeSet<String>>,
}

impl Observer for WarnOnce<'_> {
    fn progress(&self, stage: &'static str, done: u64, total: u64) {
        Observer::progress(self.reporter, stage, done, total);
    }

    fn problem(&self, text: &str) {
        self.reporter.problem(text);
    }

    fn warn(&self, text: &str) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.insert(text.to_owned()) {
            self.reporter.warn(text);
        }
    }

    fn info(&self, text: &str) {
        self.reporter.info(text);
    }

    fn detail(&self, text: &str) {
        self.reporter.detail(text);
    }

    fn stages(&self, stages: &Stages) {
        self.reporter.stages(stages);
    }
}

/// The paths of all changes that have come, once one has; none where no more can come. With no path
/// among them, anything may have changed.
fn next_changes(changes: &Receiver<Vec<PathBuf>>) -> Option<Vec<PathBuf>> {
    let mut paths = changes.recv().ok()?;
    while let Ok(more) = changes.try_recv() {
        if paths.is_empty() || more.is_empty() {
            paths.clear();
        } else {
            paths.extend(more);
        }
    }
    paths.sort_unstable();
    paths.dedup();
    Some(paths)
}
#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        PathBuf::from(name)
    }

    #[test]
    fn changes_that_came_together_are_answered_once() {
        let (changed, changes) = std::sync::mpsc::channel();
        for paths in [vec![path("b"), path("a")], vec![path("b")]] {
            changed.send(paths).unwrap();
        }
        assert_eq!(next_changes(&changes), Some(vec![path("a"), path("b")]));
        changed.send(vec![path("c")]).unwrap();
        assert_eq!(next_changes(&changes), Some(vec![path("c")]));
        drop(changed);
        assert_eq!(next_changes(&changes), None);
    }

    #[test]
    fn where_anything_may_have_changed_nothing_is_named() {
        let (changed, changes) = std::sync::mpsc::channel();
        for paths in [vec![path("a")], Vec::new(), vec![path("b")]] {
            changed.send(paths).unwrap();
        }
        assert_eq!(next_changes(&changes), Some(Vec::new()));
    }
}
