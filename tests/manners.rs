//! The manners of the command line: colors where they are wanted, what to type next, codes that
//! `explain` knows, files for packages.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::{Answer, History, NOW, answer, days, demo, files, program, run};

/// What begins a color.
const ESCAPE: char = '\u{1b}';

fn with_data(history: &History, words: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    run(&[words, &["--data", &data, "--now", NOW]].concat())
}

/// A history with a step of a half that nobody accepted.
fn regressed() -> History {
    let mut values = vec![100.0; 30];
    values.extend([150.0; 10]);
    let history = History::new();
    history.records(&days(&values));
    history
}

#[test]
fn a_verdict_is_colored_on_request_and_never_for_programs() {
    let history = regressed();
    let plain = with_data(&history, &["check"]);
    assert!(plain.out.starts_with("FAIL: 1 regressed"), "{}", plain.out);
    assert!(!plain.out.contains(ESCAPE) && !plain.err.contains(ESCAPE));
    let colored = with_data(&history, &["check", "--color", "always"]);
    assert!(colored.out.starts_with("\u{1b}[1;31mFAIL\u{1b}[0m: 1 regressed"), "{}", colored.out);
    let mut without = String::new();
    for part in colored.out.split(ESCAPE) {
        without.push_str(part.strip_prefix('[').map_or(part, |it| it.split_once('m').unwrap().1));
    }
    assert_eq!(without, plain.out);
    for format in ["json", "markdown", "github", "sarif", "junit", "gcc"] {
        let report = with_data(&history, &["check", "--color", "always", "--format", format]);
        assert!(!report.out.contains(ESCAPE), "{format}");
    }
    let data = history.data().display().to_string();
    let check = |variables: &[(&str, &str)], more: &[&str]| {
        let mut program = program();
        program.args(["check", "--data", &data, "--now", NOW]).args(more);
        answer(program.envs(variables.iter().copied())).out.contains(ESCAPE)
    };
    assert!(check(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!check(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!check(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
}

#[test]
fn reports_of_other_commands_are_colored_too() {
    let history = History::new();
    history.records(&days(&[1.0])).file("results/bad.ndjson", "no\n");
    let doctor = with_data(&history, &["doctor", "--color", "always"]);
    assert!(doctor.out.contains("\u{1b}[1;31merror\u{1b}[0m: "), "{}", doctor.out);
    let doctor = with_data(&history, &["doctor", "--color", "always", "--format", "json"]);
    assert!(!doctor.out.contains(ESCAPE));
    let help = run(&["--color", "always", "check", "--help"]);
    assert!(help.out.contains(ESCAPE), "{}", help.out);
    assert!(!run(&["check", "--help"]).out.contains(ESCAPE));
}

#[test]
fn what_to_type_next_is_said_to_people_only() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a demo").display().to_string();
    let made = run(&["demo-data", "--out", &out, "--days", "3"]);
    let next = format!("Next: benchpages serve --demo --data '{out}'\n");
    assert!(made.err.ends_with(&next), "{}", made.err);
    let quiet = run(&["demo-data", "--out", &out, "--days", "3", "--quiet"]);
    assert_eq!((quiet.status, quiet.err.as_str()), (0, ""));
    let words = ["demo-data", "--out", &out, "--days", "3"];
    let in_ci = answer(program().args(words).env("CI", "true"));
    assert!(in_ci.err.contains("Wrote") && !in_ci.err.contains("Next:"), "{}", in_ci.err);

    let history = regressed();
    let failed = with_data(&history, &["check"]);
    assert!(failed.err.ends_with("Next: benchpages explain fail\n"), "{}", failed.err);
    let json = with_data(&history, &["check", "--format", "json"]);
    assert!(!json.err.contains("Next:"), "{}", json.err);
}

/// Every code that the words in brackets of a text are.
fn codes(text: &str) -> BTreeSet<String> {
    let parts = text.split('[').skip(1).filter_map(|part| part.split_once(']'));
    let is_code = |word: &&str| word.bytes().all(|it| it == b'_' || it.is_ascii_lowercase());
    parts.map(|(word, _)| word).filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_code_that_is_printed_is_explained() {
    let history = regressed();
    history
        .file("results/odd.ndjson", "no\n{\"commit\":\"abc1234\"}\n\u{fffd}\n")
        .file("pulls/nobody.ndjson", "{}\n")
        .file("notes/x.md", "no head\n")
        .file("accepted.yml", "accepted: 3\n")
        .file("commits.ndjson", "no\n")
        .file("policy.yml", "version: '1'\nbudgets:\n- {match: {test: zzz}, budget: 5ms}\n");
    let doctor = with_data(&history, &["doctor"]);
    let mut printed = codes(&doctor.out);
    let json = with_data(&history, &["doctor", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    for finding in json["findings"].as_array().unwrap() {
        printed
            .extend([&finding["code"], &finding["kind"]].map(|it| it.as_str().unwrap().to_owned()));
    }
    history.file("policy.yml", "versoin: '1'\nregression: 3\n");
    let policy = with_data(&history, &["policy", "check"]);
    printed.extend(codes(&policy.err));
    let shard = run(&["shard", "votes", "no.part", "--out", "x"]);
    printed.extend(codes(&shard.err));
    for code in [
        "not_json",
        "wrong_field",
        "no_pull_number",
        "note_head",
        "commit_line",
        "accepted_entry",
        "matches_nothing",
        "unknown_key",
        "wrong_type",
        "shard_file_missing",
        "rejected",
        "policy",
        "file",
    ] {
        assert!(printed.contains(code), "{code} is not among {printed:?}\n{}", doctor.out);
    }
    for code in printed {
        let explained = run(&["explain", &code]);
        assert_eq!(explained.status, 0, "{code}: {}", explained.err);
        assert!(explained.out.contains("What to do: ") && explained.out.contains("Why: "));
    }
}

#[test]
fn a_warning_that_asks_for_something_has_a_code() {
    let history = regressed();
    let built = history.build(&[]);
    // The second build has nothing to do, and still the same warnings.
    for err in [&built.err, &history.build(&[]).err] {
        assert!(err.contains("policy.yml: the default policy applies [no_policy]\n"), "{err}");
        assert!(err.contains("`site.base_url` in the policy) [no_base_url]\n"), "{err}");
    }
    let filtered = with_data(&history, &["export", "series", "backend=rsut"]);
    assert!(filtered.err.contains(" [matches_nothing]\n"), "{}", filtered.err);
    let tool = history.data().with_file_name("result.json");
    let result = r#"[{"commit": "ccccccc", "test": "a", "metrics": {"zork": {"value": 1}}}]"#;
    std::fs::write(&tool, result).unwrap();
    let tool = tool.to_str().unwrap();
    let time = "2025-09-20T00:00:00Z";
    let ingested = with_data(
        &history,
        &["ingest", tool, "--elsewhere", "--commit", "ddddddd", "--timestamp", time],
    );
    let mut printed = codes(&ingested.err);
    for code in ["direction", "other_commit"] {
        assert!(printed.contains(code), "{code} is not among {printed:?}\n{}", ingested.err);
    }
    printed.extend(codes(&built.err));
    printed.extend(codes(&filtered.err));
    for code in printed {
        let explained = run(&["explain", &code]);
        assert_eq!(explained.status, 0, "{code}: {}", explained.err);
    }
}

#[test]
fn quarantine_keeps_the_code_of_a_rejected_record() {
    let history = regressed();
    history.file("results/odd.ndjson", "no\n");
    let built = history.build(&[]);
    assert_eq!(built.status, 0, "{}", built.err);
    let kept = std::fs::read_to_string(history.data().join("quarantine/refused.ndjson")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["code"], "not_json");
    assert!(built.err.contains("Next: benchpages doctor --data "), "{}", built.err);
}

#[test]
fn explain_lists_all_codes_and_suggests_for_a_wrong_one() {
    let all = run(&["explain"]);
    // A long code leaves a space before its meaning.
    for line in all.out.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let (code, _) = line.trim_start().split_once(' ').unwrap();
        assert!(code.chars().all(|c| !c.is_uppercase()), "{line}");
    }
    assert_eq!(all.status, 0, "{}", all.err);
    for code in ["too_noisy", "approval_needed", "not_json", "unknown_key", "shard_damaged"] {
        assert!(all.out.contains(&format!("  {code} ")), "{}", all.out);
    }
    assert!(all.out.lines().all(|line| line.chars().count() <= 80), "{}", all.out);
    let json = run(&["explain", "too noisy", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["codes"][0]["code"], "too_noisy");
    let wrong = run(&["explain", "to_noisy"]);
    assert_eq!((wrong.status, wrong.out.as_str()), (2, ""));
    assert!(wrong.err.contains("did you mean too_noisy?"), "{}", wrong.err);
}

#[test]
fn a_filter_that_matches_nothing_names_what_exists() {
    let demo = demo();
    let data = demo.history.data().display().to_string();
    let common = ["--data", &data, "--demo", "--now", NOW];
    for words in [&["export", "csv", "backend=rsut"][..], &["export", "series", "backend=rsut"]] {
        let answer = run(&[words, &common].concat());
        assert_eq!(answer.status, 0, "{}", answer.err);
        let named = "warning: the filter matches no series: none has the backend `rsut`; did you \
                     mean `rust`? backend is one of ";
        assert!(answer.err.contains(named), "{}", answer.err);
    }
    let words = ["baseline", "set", "--series", "grouby*", "--by", "a", "--reason", "for a test"];
    let answer = run(&[&words[..], &common].concat());
    assert!(answer.err.contains("similar names: groupby"), "{}", answer.err);
    assert!(answer.err.contains(" more (a glob covers many"), "{}", answer.err);
    let answer = run(&["ingest", "x.json", "--format", "zzzz"]);
    assert!(answer.err.contains(" more; `benchpages ingest --list`"), "{}", answer.err);
}

/// The commands with a page of their own.
fn names_of(folder: &Path, ending: &str) -> BTreeSet<String> {
    let names = files(folder).into_iter();
    names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect()
}

#[test]
fn one_command_writes_all_completions_and_one_all_manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    let (man, completions) = (folder.path().join("man/man1"), folder.path().join("completions"));
    let written = run(&["man", "--out", &man.display().to_string()]);
    assert_eq!(written.status, 0, "{}", written.err);
    let pages = names_of(&man, ".1");
    for page in ["benchpages", "benchpages-check", "benchpages-policy-replay"] {
        assert!(pages.contains(page), "{pages:?}");
    }
    let page = std::fs::read_to_string(man.join("benchpages-check.1")).unwrap();
    assert!(page.contains("Examples:") && !page.contains(ESCAPE), "{page}");
    let written = run(&["completions", "--out", &completions.display().to_string()]);
    assert_eq!(written.status, 0, "{}", written.err);
    let scripts = files(&completions);
    assert_eq!(scripts.len(), 5, "{scripts:?}");
    let missing = run(&["completions"]);
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("bash, elvish, fish, powershell, zsh"), "{}", missing.err);
}
