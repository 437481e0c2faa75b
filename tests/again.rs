//! A build that keeps what it can gives what a cold one gives, to the byte: whatever was edited,
//! removed or renamed in between, whatever became of the cache and of the site itself.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use serde_json::json;

use crate::support::{self, Answer, History, NOW, Site, record, with};

/// A history with a cache of its own.
struct Kept {
    history: History,
    cache: tempfile::TempDir,
}

const POLICY: &str = "policy.yml";

impl Kept {
    fn new() -> Self {
        let history = History::new();
        for file in 0..3 {
            history.file(&results(file), month(file, 100.0));
        }
        history.file(POLICY, "regression: {default_threshold: 0.1}\n");
        Self { history, cache: tempfile::tempdir().unwrap() }
    }

    fn command(&self) -> std::process::Command {
        let mut command = support::program();
        command.env("XDG_CACHE_HOME", self.cache.path()).arg("build").args(["--now", NOW]);
        command.arg("--data").arg(self.history.data()).arg("--out").arg(self.history.out());
        command
    }

    fn build(&self) -> Answer {
        let answer = support::answer(&mut self.command());
        assert_eq!(answer.status, 0, "{}", answer.err);
        answer
    }

    /// Builds until the build says that nothing has changed: files that were written a moment ago
    /// are not trusted.
    fn settle(&self) {
        let kept = |_| self.build().err.contains("Nothing has changed since the last build");
        assert!((0..200).any(kept), "no build was kept");
    }

    fn assert_as_cold(&self, why: &str) {
        let cold = History::copy_of(&self.history.data());
        let cold = cold.site(&["--no-cache"]).snapshot();
        let own = Site { root: self.history.out() }.snapshot();
        support::assert_same_site(&cold, &own, why);
    }

    fn cached(&self) -> Vec<PathBuf> {
        let files = support::files(self.cache.path());
        files.iter().map(|file| self.cache.path().join(file)).collect()
    }
}

fn results(file: usize) -> String {
    format!("results/{file}.ndjson")
}

/// Enough records that what was read is worth keeping (16 KiB and more).
fn month(file: usize, level: f64) -> String {
    let day = |at: usize| {
        let time = format!("2025-0{}-{:02}T06:00:00Z", 4 + file, 1 + at / 5);
        let value = level + (at * 7919 % 23) as f64 / 10.0;
        let more = json!({"n": 100 * (1 + at % 5), "os": "linux", "cpu": "x".repeat(40)});
        with(record(&support::commit(30 * file + at / 5), &time, value), more)
    };
    support::lines(&(0..140).map(day).collect::<Vec<_>>())
}

#[derive(Clone, Debug)]
enum Step {
    Nothing,
    Rewrite(usize, u8),
    Append(usize, u8),
    Remove(usize),
    Rename(usize),
    Policy(u8),
    Banner(u8),
    Note(u8),
    /// One file of the cache is cut, altered, exchanged for another or removed.
    Damage(u16, u8),
    NoCache,
    /// A page is edited or removed by somebody.
    Page(u16, bool),
    /// A file of somebody's own is put into a folder of the site, and removed when the build
    /// refuses.
    Stray(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Nothing),
        (0..3_usize, any::<u8>()).prop_map(|(file, level)| Step::Rewrite(file, level)),
        (0..3_usize, any::<u8>()).prop_map(|(file, value)| Step::Append(file, value)),
        (0..3_usize).prop_map(Step::Remove),
        (0..3_usize).prop_map(Step::Rename),
        any::<u8>().prop_map(Step::Policy),
        any::<u8>().prop_map(Step::Banner),
        any::<u8>().prop_map(Step::Note),
        (any::<u16>(), any::<u8>()).prop_map(|(which, how)| Step::Damage(which, how)),
        Just(Step::NoCache),
        (any::<u16>(), any::<bool>()).prop_map(|(which, removed)| Step::Page(which, removed)),
        any::<u16>().prop_map(Step::Stray),
    ]
}

impl Step {
    fn take(&self, kept: &Kept) {
        let history = &kept.history;
        match self {
            Self::Nothing => {}
            Self::Rewrite(file, level) => {
                history.file(&results(*file), month(*file, 50.0 + f64::from(*level)));
            }
            Self::Append(file, value) => {
                let path = history.data().join(results(*file));
                let known = std::fs::read_to_string(path).unwrap_or_default();
                let more =
                    record(&support::commit(99), "2025-08-01T00:00:00Z", 1.0 + f64::from(*value));
                history.file(&results(*file), format!("{known}{more}\n"));
            }
            Self::Remove(file) => drop(std::fs::remove_file(history.data().join(results(*file)))),
            Self::Rename(file) => {
                let to = history.data().join(format!("results/renamed{file}.ndjson"));
                drop(std::fs::rename(history.data().join(results(*file)), to));
            }
            Self::Policy(percent) => {
                let threshold = 0.01 + f64::from(*percent) / 256.0;
                history.file(POLICY, format!("regression: {{default_threshold: {threshold}}}\n"));
            }
            Self::Banner(text) => {
                history.file("templates/banner.html", format!("<p>Banner {text}</p>"));
            }
            Self::Note(text) => {
                let note = format!("---\ntitle: Note {text}\ndate: 2025-05-03\n---\nSeen.\n");
                history.file("notes/seen.md", note);
            }
            Self::Damage(which, how) => damage(&kept.cached(), usize::from(*which), *how),
            Self::NoCache => {
                kept.cached().iter().for_each(|file| std::fs::remove_file(file).unwrap());
            }
            Self::Page(which, removed) => {
                let files = support::files(&history.out());
                let Some(file) = files.get(usize::from(*which) % files.len().max(1)) else {
                    return;
                };
                // Without its marker the folder is somebody else's, and the build says so.
                if file != ".benchpages" {
                    touch(&history.out().join(file), *removed);
                }
            }
            Self::Stray(which) => {
                let files = support::files(&history.out());
                let beside = history.out().join(&files[usize::from(*which) % files.len()]);
                let stray = beside.with_file_name("stray.txt");
                std::fs::write(&stray, "not ours").unwrap();
                let refused = support::answer(&mut kept.command());
                assert!(refused.err.contains("stray.txt"), "{}", refused.err);
                std::fs::remove_file(stray).unwrap();
            }
        }
    }
}

fn touch(page: &Path, removed: bool) {
    if removed {
        std::fs::remove_file(page).unwrap();
    } else {
        std::fs::write(page, "edited by hand").unwrap();
    }
}

fn damage(files: &[PathBuf], which: usize, how: u8) {
    let Some(file) = files.get(which % files.len().max(1)) else { return };
    let mut bytes = std::fs::read(file).unwrap();
    let at = which * 31 % bytes.len().max(1);
    match how % 4 {
        0 => bytes.truncate(at),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (how % 8)),
        2 => bytes = std::fs::read(&files[(which + 1) % files.len()]).unwrap(),
        _ => bytes.extend_from_slice(b"more\n"),
    }
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn whatever_happens_between_builds_the_site_is_that_of_a_cold_one() {
    let config = Config { cases: 8, failure_persistence: None, ..Config::default() };
    let steps = proptest::collection::vec(step(), 1..4);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&steps, |steps| {
        let kept = Kept::new();
        kept.settle();
        for step in &steps {
            step.take(&kept);
            kept.build();
            kept.assert_as_cold(&format!("{step:?} of {steps:?}"));
        }
        Ok::<(), TestCaseError>(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn where_nothing_has_changed_no_file_is_touched_and_the_answer_is_the_same() {
    let kept = Kept::new();
    let first = kept.build();
    kept.settle();
    let marker = kept.history.out().join("index.html");
    let before = std::fs::metadata(&marker).unwrap().modified().unwrap();
    let mut command = kept.command();
    let answer = support::answer(command.args(["--format", "json"]));
    assert_eq!(std::fs::metadata(&marker).unwrap().modified().unwrap(), before);
    let told: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(told["records"], 420);
    let pages = told["pages"].as_u64().unwrap();
    assert!(first.err.contains(&format!("Built {pages} pages, 5 series")), "{}", first.err);
}

#[test]
fn a_file_put_into_the_site_is_seen_and_rejected_lines_are_reported_again() {
    let kept = Kept::new();
    kept.history.file("results/bad.ndjson", "{broken\n");
    kept.settle();
    let told = kept.build().err;
    assert!(told.contains("Nothing has changed") && told.contains("(1 rejected: see"), "{told}");
    let stray = kept.history.out().join("about/stray.txt");
    std::fs::write(&stray, "not ours").unwrap();
    let refused = support::answer(&mut kept.command());
    assert!(refused.status == 2 && refused.err.contains("about/stray.txt"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(stray).unwrap(), "not ours");
}

#[test]
fn an_edit_that_keeps_size_and_time_is_seen() {
    let kept = Kept::new();
    kept.settle();
    let file = kept.history.data().join(results(0));
    let time = std::fs::metadata(&file).unwrap().modified().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"mean_ns\":100.", "\"mean_ns\":700.")).unwrap();
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    let answer = kept.build();
    assert!(answer.err.contains("Built "), "{}", answer.err);
    kept.assert_as_cold("an edit");
}

#[test]
fn two_builds_at_once_leave_one_whole_site() {
    let kept = Kept::new();
    kept.settle();
    kept.history.file(&results(1), month(1, 140.0));
    let mut both: Vec<_> = (0..2).map(|_| kept.command().spawn().unwrap()).collect();
    let statuses: Vec<bool> = both.iter_mut().map(|it| it.wait().unwrap().success()).collect();
    assert!(statuses.contains(&true), "{statuses:?}");
    kept.assert_as_cold("two at once");
    kept.settle();
    kept.assert_as_cold("and after them");
}
