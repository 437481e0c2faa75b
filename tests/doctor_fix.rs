//! `doctor --fix`: what it repairs, that it changes nothing else, and that what was there is kept.

use serde_json::{Value, json};

use crate::support::{Answer, History, NOW, answer, days, files, program, record};
use crate::workflows::git;

fn fix(history: &History, more: &[&str]) -> Answer {
    let data = history.data();
    let mut command = program();
    command.args(["doctor", "--fix", "--now", NOW, "--data"]).arg(data);
    answer(command.args(more))
}

/// Records and verdicts: what a build reports of the history, without the count of duplicates.
fn meaning(history: &History) -> (String, Value) {
    let site = history.site(&[]);
    let data = history.data();
    let mut command = program();
    command.args(["export", "csv", "--data"]).arg(data);
    (answer(&mut command).out, site.json("index.json"))
}

/// A history whose files were damaged in form only.
fn damaged() -> History {
    let records = days(&[100.0, 101.0, 100.5, 99.0, 100.0, 101.0]);
    let line = |at: usize| records[at].to_string();
    let history = History::new();
    let windows = format!("\u{feff}{}\r\n{}\r\n", line(0), line(1));
    history.file("results/windows.ndjson", windows);
    history.file("results/cut.ndjson", format!("{}\n{}\n{}", line(2), line(2), line(3)));
    let pull = record("abc", "2025-09-08T06:00:00Z", 100.0);
    history.file("pulls/7.ndjson", format!("{pull}\n{pull}\n"));
    let commit = json!({"commit": "abc", "subject": "a"});
    history.file("commits.ndjson", format!("{commit}\n{commit}\n"));
    history.file("results/sound.ndjson", format!("{}\n{}\n", line(4), line(5)));
    history.file("results/array.json", "[\n]");
    history.file("audit.ndjson", "");
    history
}

#[test]
fn the_form_of_files_is_repaired_and_their_meaning_stays() {
    let history = damaged();
    let before = meaning(&history);
    let sound = std::fs::read(history.data().join("results/sound.ndjson")).unwrap();
    let fixed = fix(&history, &[]);
    for line in [
        "repaired results/windows.ndjson: byte order mark removed (line 1)\n",
        "repaired results/windows.ndjson: Windows line end (CR LF) replaced by LF (lines 1, 2)\n",
        "repaired results/cut.ndjson: line end added at the end of the file (line 3)\n",
        "repaired results/cut.ndjson: exact duplicate of an earlier line removed (line 2)\n",
        "repaired pulls/7.ndjson: exact duplicate of an earlier line removed (line 2)\n",
        "repaired commits.ndjson: exact duplicate of an earlier line removed (line 2)\n",
        "The history keeps 4 files as before in .benchpages-backup/2025-09-26T120000Z/\n",
    ] {
        assert!(fixed.out.contains(line), "{line}: {}", fixed.out);
    }
    assert_eq!(meaning(&history), before);
    assert_eq!(std::fs::read(history.data().join("results/sound.ndjson")).unwrap(), sound);
    let text = std::fs::read_to_string(history.data().join("results/windows.ndjson")).unwrap();
    assert!(text.starts_with('{') && !text.contains('\r') && text.ends_with("}\n"), "{text}");
}

#[test]
fn a_second_repair_changes_nothing_and_a_dry_run_never_does() {
    let history = damaged();
    let snapshot = |history: &History| -> Vec<(String, Vec<u8>)> {
        let read = |name: String| (name.clone(), std::fs::read(history.data().join(name)).unwrap());
        files(&history.data()).into_iter().map(read).collect()
    };
    let before = snapshot(&history);
    let dry = fix(&history, &["--dry-run"]);
    assert!(dry.out.contains("would repair results/cut.ndjson: line end added"), "{}", dry.out);
    assert!(!dry.out.contains("as before in"), "{}", dry.out);
    assert_eq!(snapshot(&history), before);
    fix(&history, &[]);
    let after = snapshot(&history);
    // Every file that changed is kept as it was.
    for (name, bytes) in &before {
        let is_same = after.iter().any(|(other, now)| other == name && now == bytes);
        let copy = format!(".benchpages-backup/2025-09-26T120000Z/{name}");
        let is_kept = after.iter().any(|(other, kept)| *other == copy && kept == bytes);
        assert!(is_same != is_kept, "{name}");
    }
    let again = fix(&history, &[]);
    assert!(again.out.starts_with("Nothing to repair\n"), "{}", again.out);
    assert_eq!(snapshot(&history), after);
}

#[test]
fn records_on_one_line_are_read_again() {
    let history = History::new();
    let records = days(&[100.0, 101.0, 102.0]);
    history.file("results/a.ndjson", format!("{}{}\n{}\n", records[0], records[1], records[2]));
    let found = answer(program().args(["doctor", "--data"]).arg(history.data()));
    assert_eq!(found.status, 1, "{}", found.out);
    assert!(found.out.contains("[not_json]"), "{}", found.out);
    let fixed = fix(&history, &[]);
    assert!(fixed.out.contains("several records on one line, now one a line (line 1)"));
    assert_eq!(fixed.status, 0, "{}", fixed.out);
    assert!(!fixed.out.contains("[not_json]"), "{}", fixed.out);
    assert_eq!(
        history.site(&[]).series(crate::support::SERIES)["points"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn what_is_not_repaired_has_its_reason() {
    let history = History::new();
    let broken = "{\"commit\":\n";
    history.file("results/a.ndjson", format!("{}\n{broken}", days(&[100.0])[0]));
    let fixed = fix(&history, &["--format", "json"]);
    assert_eq!(fixed.status, 1);
    let value: Value = serde_json::from_str(&fixed.out).unwrap();
    assert_eq!(value["repairs"], json!({"backup": null, "files": []}));
    let text = std::fs::read_to_string(history.data().join("results/a.ndjson")).unwrap();
    assert!(text.ends_with(broken), "what cannot be read stays to the letter");
    let fixed = fix(&history, &[]);
    assert!(fixed.out.contains("  not repaired: a repair makes up no runs\n"), "{}", fixed.out);
    let dry = answer(program().args(["doctor", "--dry-run"]));
    assert_eq!(dry.status, 2, "a dry run of what?");
}

#[test]
fn copies_are_no_history_and_an_erasure_names_them() {
    let history = damaged();
    fix(&history, &[]);
    let copies = history.data().join(".benchpages-backup");
    assert_eq!(std::fs::read_to_string(copies.join(".gitignore")).unwrap(), "*\n");
    std::fs::write(copies.join("x.ndjson"), "{broken\n").unwrap();
    let found = answer(program().args(["doctor", "--data"]).arg(history.data()));
    assert!(!found.out.contains("backup"), "{}", found.out);
    let mut command = program();
    command.args(["erase", "--author", "ada", "--reason", "asked to be forgotten", "--by", "bob"]);
    let erased = answer(command.args(["--dry-run", "--data"]).arg(history.data()));
    assert!(erased.out.contains("remove .benchpages-backup/"), "{} {}", erased.out, erased.err);
}

#[test]
fn git_sees_no_copy_and_no_cache() {
    let history = damaged();
    let root = history.data().parent().unwrap().to_owned();
    git(&root, &["init", "--quiet"]);
    assert!(fix(&history, &[]).out.contains("as before in .benchpages-backup/"));
    let cache = root.join("cache");
    assert_eq!(history.build(&["--cache", cache.to_str().unwrap()]).status, 0);
    assert!(files(&cache).len() > 1, "the build left nothing");
    let seen = git(&root, &["status", "--porcelain", "--untracked-files=all"]);
    assert!(seen.contains("data/results/"), "{seen}");
    assert!(!seen.contains("cache/") && !seen.contains("backup"), "{seen}");
}
