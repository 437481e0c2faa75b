//! `benchpages check --watch`: answers now and after every change, until it is interrupted.
//!
//! A loop of someone at work: it lets nobody through, logs nothing and writes no file.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::app::stages::no_progress;
use crate::app::watch::{CheckUpdate, WatchRequest, watch};
use crate::app::{self, LoadOptions, LoadedHistory};
use crate::cli::args::{CheckArgs, GlobalArgs};
use crate::cli::build;
use crate::cli::check::{candidate_ref, render_report, site_args, trust_base_approvals};
use crate::cli::ui::{self, Reporter};
use crate::report::{CheckOutcome, outcome_text};
use crate::serve::watcher::watch_paths;
use crate::vcs::git;

/// Stillness after a change before it counts: long enough for the events of one write.
const DEBOUNCE: Duration = Duration::from_millis(10);

pub(crate) fn run(global: &GlobalArgs, args: &CheckArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let options = build::load_options(global, &site_args(args))?;
    if !global.data.is_dir() {
        // It says so better than a watcher would.
        app::load_history(&options, &no_progress)?;
    }
    let mut roots = vec![global.data.clone()];
    roots.extend(global.policy.clone());
    // The log of overrides is nothing that is judged.
    let log = [global.data.join("audit.ndjson")];
    let (_watcher, changes) = watch_paths(&roots, &log, DEBOUNCE)?;
    // What was said of the policy once is not said again.
    let mut said = Vec::new();
    let said = std::cell::RefCell::new(&mut said);
    let own = std::cell::RefCell::new(None);
    let asked = WatchRequest {
        candidate: candidate_ref(args),
        base: args.base.clone(),
        ancestors: &git::ancestors,
        options: &|| LoadOptions { clock: build::clock(), ..options.clone() },
        on_loaded: &|opened, scene| {
            report_warnings(opened, &mut said.borrow_mut(), talk);
            own.replace(super::comment_template(opened).map(str::to_owned));
            trust_base_approvals(opened, scene, (&options, args), talk);
        },
        progress: &talk.progress(),
    };
    let began = std::cell::Cell::new(Instant::now());
    let mut wait = || {
        let paths = next_changes(&changes)?;
        began.set(Instant::now());
        talk.info("Checking again.");
        Some(paths)
    };
    let mut tell = |answer: anyhow::Result<CheckUpdate<'_>>| {
        talk.end_progress();
        match answer {
            Ok(CheckUpdate { outcome, candidate_only: alone }) => {
                let own = own.borrow();
                let text = render_report(outcome, args.format, (own.as_deref(), &options.data))?;
                ui::print(text.as_bytes())?;
                talk.info(&summary_line(outcome, alone, began.get().elapsed()));
            }
            Err(error) => {
                talk.error(&error);
                talk.info("No answer; waiting for changes (Ctrl-C ends it).");
            }
        }
        Ok(())
    };
    watch(&asked, &mut wait, &mut tell)?;
    Ok(0)
}

/// `FAIL: 1 regressed, 64 unchanged. Answered from the changed file alone in 0.083 s; waiting …`
fn summary_line(outcome: &CheckOutcome, alone: bool, took: Duration) -> String {
    let (headline, took) = (outcome_text::headline(outcome), took.as_secs_f64());
    let read = if alone { "from the changed file alone" } else { "from the whole history" };
    format!("{headline} Answered {read} in {took:.3} s; waiting for changes (Ctrl-C ends it).")
}

fn report_warnings(opened: &LoadedHistory, said: &mut Vec<String>, talk: &Reporter) {
    for warning in
        opened.warnings.iter().filter(|it| !said.contains(it)).cloned().collect::<Vec<_>>()
    {
        talk.warn(&warning);
        said.push(warning);
    }
}

/// The paths of all changes that have come, once one has; none where no more can come.
fn next_changes(changes: &Receiver<Vec<PathBuf>>) -> Option<Vec<PathBuf>> {
    let mut paths = changes.recv().ok()?;
    while let Ok(more) = changes.try_recv() {
        // Anything may have changed: then it is of no use to know what surely has.
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
