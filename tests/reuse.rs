//! A file that shows nothing new is neither made nor written again, and what is used again is what
//! a cold build makes, whatever changed around it.

use std::cell::Cell;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::support::{self, History, Site, record, with};

/// Tests of the history, each with two backends.
const TESTS: [&str; 3] = ["parse", "print", "sort"];
const DAYS: usize = 24;

/// A history that goes on, its site, and the cache of its builds.
struct Project {
    history: History,
    cache: tempfile::TempDir,
    /// Days after the last of [`DAYS`].
    day: Cell<usize>,
}

impl Project {
    fn new() -> Self {
        let history = History::new();
        for (at, test) in TESTS.iter().enumerate() {
            let lines: Vec<Value> =
                (0..DAYS).flat_map(|day| runs(test, day, level(at, day))).collect();
            history.file(&format!("results/{test}.ndjson"), support::lines(&lines));
        }
        history.file("policy.yml", "regression: {default_threshold: 0.1}\n");
        Self { history, cache: tempfile::tempdir().unwrap(), day: Cell::new(0) }
    }

    fn now(&self) -> String {
        format!("2025-10-{:02}T12:00:00Z", 1 + self.day.get())
    }

    fn build(&self) -> Value {
        let mut command = support::program();
        command.env("XDG_CACHE_HOME", self.cache.path()).args(["build", "--format", "json"]);
        command.arg("--data").arg(self.history.data()).arg("--out").arg(self.history.out());
        let answer = support::answer(command.args(["--now", &self.now()]));
        assert_eq!(answer.status, 0, "{}", answer.err);
        serde_json::from_str(&answer.out).unwrap()
    }

    fn assert_as_cold(&self, why: &str) {
        let cold = History::copy_of(&self.history.data());
        let cold = cold.site(&["--no-cache", "--now", &self.now()]).snapshot();
        let own = Site { root: self.history.out() }.snapshot();
        support::assert_same_site(&cold, &own, why);
    }

    /// Adds runs of one test on the next day.
    fn append(&self, test: usize, value: f64) {
        let day = self.day.get();
        let name = format!("results/{}-{day}.ndjson", TESTS[test]);
        self.history.file(&name, support::lines(&runs(TESTS[test], DAYS + day, value)));
        self.day.set(day + 1);
    }
}

/// `print` got slower on one backend, and `sort` was for a while.
fn level(test: usize, day: usize) -> f64 {
    match (test, day) {
        (1, 14..) => 130.0,
        (2, 8..14) => 140.0,
        _ => 100.0,
    }
}

fn runs(test: &str, day: usize, level: f64) -> Vec<Value> {
    let date = 7 + day;
    let (month, date) = if date > 30 { (10, date - 30) } else { (9, date) };
    let time = format!("2025-{month:02}-{date:02}T06:00:00Z");
    let run = |(at, backend): (usize, &str)| {
        let moved = if at == 0 { level } else { 100.0 };
        let value = moved + ((7 * day + at) % 5) as f64 / 4.0;
        with(record(&support::commit(day), &time, value), json!({"test": test, "backend": backend}))
    };
    ["rust", "go"].into_iter().enumerate().map(run).collect()
}

#[derive(Clone, Debug)]
enum Step {
    /// A day on which one test ran.
    Append(usize, u8),
    /// A day on which nothing ran.
    Wait(usize),
    /// What a commit is about, who wrote it, and its tag.
    Commit(usize, u8),
    Note(usize, u8),
    Accept(usize),
    Policy(u8),
    Pull(usize, u8),
    NewBackend(usize),
    RemoveFile(usize),
    /// The site is restored from an archive: other times, and none of the folders beside it.
    Restore,
    /// Somebody edits a file of the site.
    Edit(u16),
    /// The cache loses its lists and analyses, or gets wrong ones.
    Cache(u16, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let test = || 0..TESTS.len();
    prop_oneof![
        4 => (test(), any::<u8>()).prop_map(|(test, value)| Step::Append(test, value)),
        1 => (1..5_usize).prop_map(Step::Wait),
        1 => (0..DAYS, any::<u8>()).prop_map(|(commit, how)| Step::Commit(commit, how)),
        1 => (test(), any::<u8>()).prop_map(|(test, text)| Step::Note(test, text)),
        1 => test().prop_map(Step::Accept),
        1 => (0..4_u8).prop_map(Step::Policy),
        1 => (test(), any::<u8>()).prop_map(|(test, value)| Step::Pull(test, value)),
        1 => test().prop_map(Step::NewBackend),
        1 => test().prop_map(Step::RemoveFile),
        1 => Just(Step::Restore),
        1 => any::<u16>().prop_map(Step::Edit),
        1 => (any::<u16>(), any::<bool>()).prop_map(|(which, cut)| Step::Cache(which, cut)),
    ]
}

impl Step {
    fn take(&self, project: &Project) {
        let history = &project.history;
        match self {
            Self::Append(test, value) => project.append(*test, 80.0 + f64::from(*value) / 3.0),
            Self::Wait(days) => project.day.set(project.day.get() + days),
            Self::Commit(commit, how) => {
                let tags: Vec<String> =
                    (how % 2 == 0).then(|| format!("v{how}")).into_iter().collect();
                let fact = json!({"id": support::commit(*commit), "tags": tags, "author": "Ada",
                    "subject": format!("Change {how}")});
                history.file("commits.ndjson", format!("{fact}\n"));
            }
            Self::Note(test, text) => {
                let note = format!(
                    "---\ntitle: Note {text}\ndate: 2025-09-21\nmatch: {{test: {}}}\n---\nSeen.\n",
                    TESTS[*test]
                );
                history.file("notes/seen.md", note);
            }
            Self::Accept(test) => {
                let entry = format!(
                    "- commit: {}\n  series: \"{}/*\"\n  reason: wanted\n  by: Ada\n",
                    support::commit(14),
                    TESTS[*test]
                );
                history.file("accepted.yml", entry);
            }
            Self::Policy(which) => {
                let policy = [
                    "regression: {default_threshold: 0.1}\n",
                    "regression: {default_threshold: 0.5}\n",
                    "site: {detail: events-only}\n",
                    "version: '1'\nbudgets:\n  - {match: {test: parse}, budget: 110ns}\n",
                ][usize::from(*which) % 4];
                history.file("policy.yml", policy);
            }
            Self::Pull(test, value) => {
                let day = DAYS - 1;
                let lines = runs(TESTS[*test], day, f64::from(*value)).into_iter();
                let lines =
                    lines.map(|run| with(run, json!({"commit": support::commit(90), "pull": 7})));
                history.file("pulls/7.ndjson", support::lines(&lines.collect::<Vec<_>>()));
            }
            Self::NewBackend(test) => {
                let lines = runs(TESTS[*test], DAYS - 1, 50.0).into_iter();
                let lines = lines.map(|run| with(run, json!({"backend": "zig"})));
                history.file("results/zig.ndjson", support::lines(&lines.collect::<Vec<_>>()));
            }
            Self::RemoveFile(test) => {
                let file = format!("results/{}.ndjson", TESTS[*test]);
                drop(std::fs::remove_file(history.data().join(file)));
            }
            Self::Restore => restore(&history.out()),
            Self::Edit(which) => {
                let files = support::files(&history.out());
                let file = &files[usize::from(*which) % files.len()];
                if file != ".benchpages" {
                    std::fs::write(history.out().join(file), "edited by hand").unwrap();
                }
            }
            Self::Cache(which, is_cut) => {
                let files = support::files(project.cache.path());
                let is_meant =
                    |file: &&String| ["pages/", "analyses/"].iter().any(|it| file.contains(it));
                let files = files.iter().filter(is_meant);
                for path in files.map(|file| project.cache.path().join(file)) {
                    let mut bytes = std::fs::read(&path).unwrap();
                    let at = usize::from(*which) % bytes.len();
                    if *is_cut {
                        bytes.truncate(at)
                    } else {
                        bytes[at] ^= 1
                    }
                    std::fs::write(&path, bytes).unwrap();
                }
            }
        }
    }
}

/// Copies a site and puts the copy in its place, without the folders that a build keeps beside it.
fn restore(site: &Path) {
    let copy = tempfile::tempdir().unwrap();
    let files = support::files(site);
    let copy_file = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
    };
    files.iter().for_each(|file| copy_file(&site.join(file), &copy.path().join(file)));
    for entry in std::fs::read_dir(site.parent().unwrap()).unwrap().flatten() {
        if entry.file_name().to_string_lossy().contains("site") {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    files.iter().for_each(|file| copy_file(&copy.path().join(file), &site.join(file)));
}

#[test]
fn any_sequence_of_edits_gives_what_a_cold_build_gives() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&proptest::collection::vec(step(), 1..6), |steps| {
        let project = Project::new();
        project.build();
        for step in &steps {
            step.take(&project);
            project.build();
            project.assert_as_cold(&format!("{step:?} of {steps:?}"));
        }
        Ok::<(), TestCaseError>(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_day_on_which_one_test_ran_makes_no_page_of_the_others() {
    let project = Project::new();
    let first = project.build();
    assert_eq!(first["reused"], 0);
    let before = Site { root: project.history.out() }.snapshot();
    project.append(0, 101.0);
    let second = project.build();
    let after = Site { root: project.history.out() }.snapshot();
    for (path, bytes) in &before {
        let is_about_others = ["print", "sort"].iter().any(|test| path.contains(test));
        let is_of_test = ["series/", "chart/", "test/"].iter().any(|kind| path.starts_with(kind));
        if is_about_others && is_of_test {
            assert_eq!(after.get(path), Some(bytes), "{path} changed");
        }
    }
    // Page, chart and points of four series, and the pages of two tests.
    assert!(second["reused"].as_u64() >= Some(4 * 3 + 2), "{second}");
}

#[test]
fn a_site_that_was_restored_from_an_archive_is_used_again() {
    let project = Project::new();
    project.build();
    project.append(0, 101.0);
    restore(&project.history.out());
    let again = project.build();
    assert!(again["reused"].as_u64() >= Some(4 * 3 + 2), "{again}");
    project.assert_as_cold("restored");
}

#[test]
fn in_ci_a_cache_is_kept_where_the_job_says_and_nowhere_else() {
    let project = Project::new();
    let build = |variables: &[(&str, &Path)]| {
        let mut command = support::program();
        command.env("XDG_CACHE_HOME", project.cache.path()).env("CI", "true");
        command.envs(variables.iter().copied()).args(["build", "--format", "json", "--data"]);
        command.arg(project.history.data()).arg("--out").arg(project.history.out());
        let answer = support::answer(&mut command);
        assert_eq!(answer.status, 0, "{}", answer.err);
        serde_json::from_str::<Value>(&answer.out).unwrap()
    };
    assert_eq!(build(&[])["reused"], 0);
    assert_eq!(build(&[])["reused"], 0);
    assert!(support::files(project.cache.path()).is_empty());
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    build(&[("BENCHPAGES_CACHE", &cache)]);
    restore(&project.history.out());
    assert_ne!(build(&[("BENCHPAGES_CACHE", &cache)])["reused"], 0);
    assert!(support::files(project.cache.path()).is_empty());
}
