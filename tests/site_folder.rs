//! The folder of the site: a build never deletes what it did not write, and cleans up after a
//! killed one.

use std::path::Path;

use serde_json::Value;

use crate::support::{Answer, History, NOW, answer, days, files, lines, program};

const LATER: [&str; 2] = ["--now", "2025-09-27T12:00:00Z"];

fn history() -> History {
    let history = History::new();
    history.file("results/a.ndjson", lines(&days(&[100.0, 101.0, 99.0])));
    history
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn succeeds(answer: &Answer) {
    assert_eq!(answer.status, 0, "{}", answer.err);
}

/// Fails with a message that has all of these words.
fn refuses(answer: &Answer, words: &[&str]) {
    assert_eq!(answer.status, 2, "{}", answer.err);
    for word in words {
        assert!(answer.err.contains(word), "{word}: {}", answer.err);
    }
}

#[test]
fn a_checkout_stays_one_from_build_to_build() {
    for more in [&[][..], &["--no-cache"]] {
        let history = history();
        succeeds(&history.build(more));
        write(&history.out().join(".git/HEAD"), "ref: refs/heads/gh-pages");
        write(&history.out().join("CNAME"), "bench.example.org");
        write(&history.out().join(".well-known/security.txt"), "Contact: me");
        for day in 27..30 {
            let now = format!("2025-09-{day}T12:00:00Z");
            succeeds(&history.build(&[more, &["--now", &now]].concat()));
            assert_eq!(read(&history.out().join(".git/HEAD")), "ref: refs/heads/gh-pages");
            assert_eq!(read(&history.out().join("CNAME")), "bench.example.org");
            assert_eq!(read(&history.out().join(".well-known/security.txt")), "Contact: me");
        }
    }
}

#[test]
fn a_foreign_file_is_refused_until_the_policy_keeps_it() {
    let history = history();
    succeeds(&history.build(&[]));
    let note = history.out().join("notes/thesis.tex");
    write(&note, "years of work");
    refuses(&history.build(&LATER), &["site", "notes/", "site.keep", "--out"]);
    assert_eq!(read(&note), "years of work");
    history.file("policy.yml", "version: \"1\"\nsite: {keep: [notes]}\n");
    succeeds(&history.build(&LATER));
    assert_eq!(read(&note), "years of work");
    // The list is the whole list.
    write(&history.out().join("CNAME"), "bench.example.org");
    refuses(&history.build(&[]), &["CNAME", "site.keep"]);
}

#[test]
fn a_history_inside_the_site_and_a_site_inside_the_history_are_refused() {
    for command in ["build", "serve"] {
        let history = history();
        succeeds(&history.build(&[]));
        let inside = history.out().join("history");
        for file in files(&history.data()) {
            write(&inside.join(&file), &read(&history.data().join(&file)));
        }
        let run = |data: &Path, out: &Path| {
            crate::support::run(&[
                command.as_ref(),
                "--data".as_ref(),
                data.as_os_str(),
                "--out".as_ref(),
                out.as_os_str(),
            ])
        };
        let before = files(&history.out());
        refuses(&run(&inside, &history.out()), &["--out", "--data", "inside one another"]);
        assert_eq!(files(&history.out()), before);
        let before = files(&history.data());
        let nested = history.data().join("../data/new/site");
        refuses(&run(&history.data(), &nested), &["--out", "--data", "inside one another"]);
        refuses(&run(&history.data(), &history.data()), &["--out", "--data"]);
        assert_eq!(files(&history.data()), before);
        assert!(!history.data().join("new").exists());
    }
}

#[test]
fn the_site_of_a_version_without_a_list_of_files_is_replaced() {
    let history = History::new();
    let demo = history.data().join("demo");
    let demo_data = ["demo-data", "-q", "--out", demo.to_str().unwrap()];
    succeeds(&crate::support::run(&demo_data));
    let out = history.out();
    let build = |now: &str| {
        let mut command = crate::support::program();
        command.args(["build", "--demo", "--base-url", "https://example.org/", "--now", now]);
        command.arg("--data").arg(&demo).arg("--out").arg(&out);
        crate::support::answer(&mut command)
    };
    succeeds(&build("2025-09-26T12:00:00Z"));
    let marker = out.join(".benchpages");
    let text = read(&marker);
    let listed = text.lines().skip(3).count();
    assert_eq!(listed, files(&out).len() - 1);
    let head: Vec<&str> = text.lines().take(2).collect();
    std::fs::write(&marker, format!("{}\n", head.join("\n"))).unwrap();
    succeeds(&build("2025-09-27T12:00:00Z"));
    assert_eq!(read(&marker).lines().skip(3).count(), listed);
    // A history in the folder of a page is not taken for that page.
    std::fs::write(&marker, format!("{}\n", head.join("\n"))).unwrap();
    write(&out.join("data/policy.yml"), "version: \"1\"\n");
    refuses(&build("2025-09-28T12:00:00Z"), &["data/policy.yml"]);
}

#[test]
fn leftovers_of_a_killed_build_are_reported_once_and_cleaned_up() {
    let history = history();
    succeeds(&history.build(&[]));
    write(&history.out().join(".git/HEAD"), "ref");
    let beside = |name: &str| history.out().with_file_name(name);
    // Killed after the swap: the old site is beside the new one and has what is kept.
    std::fs::rename(history.out(), beside(".site.benchpages-x1")).unwrap();
    let mut build = program();
    build.arg("build").arg("--data").arg(history.data()).arg("--out").arg(beside("fresh"));
    succeeds(&answer(build.args(["--now", NOW])));
    std::fs::rename(beside("fresh"), history.out()).unwrap();
    // Killed while writing.
    write(&beside(".site.benchpages-x2/.benchpages"), "benchpages site 1\n");
    write(&beside(".site.benchpages-x2/index.html"), "half");
    let built = history.build(&["--format", "json"]);
    succeeds(&built);
    let answer: Value = serde_json::from_str(&built.out).unwrap();
    assert_eq!(
        answer["cleanup"],
        serde_json::json!({
            "removed": [".site.benchpages-x1", ".site.benchpages-x2"],
            "restored": [".git"],
        })
    );
    assert_eq!(read(&history.out().join(".git/HEAD")), "ref");
    write(&beside(".site.benchpages-x3/.benchpages"), "benchpages site 1\n");
    let built = history.build(&[]);
    let line = "Cleaned up after a stopped build: removed .site.benchpages-x3\n";
    assert!(built.err.contains(line), "{}", built.err);
    let built = history.build(&LATER);
    assert!(!built.err.contains("Cleaned up"), "{}", built.err);
    for name in [".site.benchpages-x1", ".site.benchpages-x2", ".site.benchpages-x3"] {
        assert!(!beside(name).exists(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_as_marker_is_refused_and_nobody_waits_for_it() {
    let history = history();
    std::fs::create_dir(history.out()).unwrap();
    let marker = history.out().join(".benchpages");
    assert!(std::process::Command::new("mkfifo").arg(marker).status().unwrap().success());
    refuses(&history.build(&[]), &["site", "--out"]);
}
