//! `benchpages check --watch`: answers now and after every change, until it is interrupted.
//!
//! A loop of someone at work: it lets nobody through, logs nothing and writes no file.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::cli::args::{Check, Global};
use crate::cli::build;
use crate::cli::check::{believe, report, site, wanted};
use crate::cli::talk::{self, Talk};
use crate::context::git;
use crate::gate::{Outcome, terminal};
use crate::project::stages::silent;
use crate::project::watch::{Answer, Asked, watch};
use crate::project::{self, Opened, Options};
use crate::serve::watch::paths;

/// Stillness after a change before it counts: long enough for the events of one write.
const STILL: Duration = Duration::from_millis(10);

pub(crate) fn run(global: &Global, args: &Check, talk: &Talk) -> anyhow::Result<u8> {
    let options = build::options(global, &site(args))?;
    if !global.data.is_dir() {
        // It says so better than a watcher would.
        project::open(&options, &silent)?;
    }
    let mut roots = vec![global.data.clone()];
    roots.extend(global.policy.clone());
    // The log of overrides is nothing that is judged.
    let log = [global.data.join("audit.ndjson")];
    let (_watcher, changes) = paths(&roots, &log, STILL)?;
    // What was said of the policy once is not said again.
    let mut said = Vec::new();
    let said = std::cell::RefCell::new(&mut said);
    let own = std::cell::RefCell::new(None);
    let asked = Asked {
        candidate: wanted(args),
        base: args.base.clone(),
        ancestors: &git::ancestors,
        options: &|| Options { clock: build::clock(), ..options.clone() },
        opened: &|opened, scene| {
            warn(opened, &mut said.borrow_mut(), talk);
            own.replace(super::own_comment(opened).map(str::to_owned));
            believe(opened, scene, (&options, args), talk);
        },
        progress: &talk.meter(),
    };
    let began = std::cell::Cell::new(Instant::now());
    let mut wait = || {
        let paths = next(&changes)?;
        began.set(Instant::now());
        talk.info("Checking again.");
        Some(paths)
    };
    let mut tell = |answer: anyhow::Result<Answer<'_>>| {
        talk.end_progress();
        match answer {
            Ok(Answer { outcome, alone }) => {
                let own = own.borrow();
                let text = report(outcome, args.format, (own.as_deref(), &options.data))?;
                talk::answer(text.as_bytes())?;
                talk.info(&closing(outcome, alone, began.get().elapsed()));
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
fn closing(outcome: &Outcome, alone: bool, took: Duration) -> String {
    let (headline, took) = (terminal::headline(outcome), took.as_secs_f64());
    let read = if alone { "from the changed file alone" } else { "from the whole history" };
    format!("{headline} Answered {read} in {took:.3} s; waiting for changes (Ctrl-C ends it).")
}

fn warn(opened: &Opened, said: &mut Vec<String>, talk: &Talk) {
    for warning in
        opened.warnings.iter().filter(|it| !said.contains(it)).cloned().collect::<Vec<_>>()
    {
        talk.warn(&warning);
        said.push(warning);
    }
}

/// The paths of all changes that have come, once one has; none where no more can come.
fn next(changes: &Receiver<Vec<PathBuf>>) -> Option<Vec<PathBuf>> {
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
        assert_eq!(next(&changes), Some(vec![path("a"), path("b")]));
        changed.send(vec![path("c")]).unwrap();
        assert_eq!(next(&changes), Some(vec![path("c")]));
        drop(changed);
        assert_eq!(next(&changes), None);
    }

    #[test]
    fn where_anything_may_have_changed_nothing_is_named() {
        let (changed, changes) = std::sync::mpsc::channel();
        for paths in [vec![path("a")], Vec::new(), vec![path("b")]] {
            changed.send(paths).unwrap();
        }
        assert_eq!(next(&changes), Some(Vec::new()));
    }
}
