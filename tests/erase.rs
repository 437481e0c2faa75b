//! Erasing a name or records: gone from every file, nothing else changed, and what remains is said.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, History, answer, files, lines, program, record, run, with};

const NOW: &str = "2025-12-15T00:00:00Z";
const NAME: &str = "Zq Lovelace";
const PERSON: &str = "Zq Lovelace <zq@mail.example>";

fn run_on(history: &History, arguments: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    run(&[arguments, &["--data", &data, "--now", NOW]].concat())
}

fn erase(history: &History, more: &[&str]) -> Answer {
    run_on(
        history,
        &[&["erase", "--by", NAME, "--reason", "asked by Zq Lovelace, #7"], more].concat(),
    )
}

/// Every file of the history by its name, unpacked.
fn content(folder: &Path) -> BTreeMap<String, String> {
    let read = |name: String| {
        let mut bytes = std::fs::read(folder.join(&name)).unwrap();
        if name.ends_with(".gz") {
            let packed = std::mem::take(&mut bytes);
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
        }
        (name, String::from_utf8_lossy(&bytes).into_owned())
    };
    files(folder).into_iter().map(read).collect()
}

fn holding(folder: &Path, text: &str) -> Vec<String> {
    let files = content(folder).into_iter();
    files.filter(|(_, content)| content.contains(text)).map(|(name, _)| name).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

/// A year of two tests whose records name a person, a part of it in the archive.
fn year(person: &str) -> History {
    let history = History::new();
    let policy = "version: '1'\nrunner_fingerprinting: {track_fields: [runner_image]}\n";
    history.file("policy.yml", policy);
    let run = |month: usize, test: &str| {
        let time = format!("2025-{month:02}-10T01:00:00Z");
        // The other author stands behind the person before the erasure, and before it afterwards.
        let author = if test == "print" { "aa other" } else { person };
        let fields = json!({"runner_image": format!("box of {person}"), "author": author,
            "test": test, "warmup_ns": [1, 2]});
        with(record(&format!("{month:02}c0ffee"), &time, 100.5), fields)
    };
    for month in 1..=11 {
        let records = [run(month, "parse"), run(month, "print")];
        history.file(&format!("results/2025-{month:02}-10.ndjson"), lines(&records));
    }
    assert_eq!(run_on(&history, &["rotate"]).status, 0);
    let array = Value::from(vec![run(12, "parse")]).to_string();
    history.file("results/array.json", array).file("pulls/7.ndjson", lines(&[run(12, "print")]));
    history.file("results/packed.ndjson.gz", gzip(&lines(&[run(12, "print")])));
    let commit = json!({"commit": "12c0ffee", "subject": format!("by {person}"), "note": person});
    history.file("commits.ndjson", lines(&[commit]));
    let escaped = NAME.replace('Z', "\\u005a");
    history
        .file("results/odd.ndjson", format!("{{\"who\":\"{escaped}\"}}\nby {person}, no JSON\n"));
    let problem = json!({"problems": [format!("data.js:1:1: `by {person}` is no benchmark")]});
    history.file("imports/0123456789abcdef.state", lines(&[problem]));
    assert_eq!(history.build(&["--now", NOW]).status, 0, "writes the quarantine");
    history
}

#[test]
fn a_name_is_gone_from_every_file_and_every_measured_value_stays() {
    let history = year(PERSON);
    history.file("accepted.yml", format!("# {NAME} owns this\n"));
    let before = run_on(&history, &["export", "csv", "--with-archive"]).out;
    assert!(before.contains(NAME));
    let named = holding(&history.data(), NAME);
    assert!(named.len() > 15, "{named:?}");
    let files = content(&history.data());
    let preview = erase(&history, &["--author", NAME, "--dry-run"]);
    assert_eq!(preview.status, 0, "{}", preview.err);
    assert_eq!(content(&history.data()), files, "a dry run changes nothing");
    let erased = erase(&history, &["--author", NAME]);
    assert_eq!((erased.status, &erased.out), (0, &preview.out), "{}", erased.err);
    for name in named.iter().filter(|name| *name != "accepted.yml") {
        assert!(erased.out.contains(&format!("{name}  ")), "{name}: {}", erased.out);
    }
    assert_eq!(holding(&history.data(), NAME), ["accepted.yml"]);
    assert_eq!(holding(&history.data(), "zq@mail"), Vec::<String>::new());
    assert_eq!(holding(&history.data(), "u005aq"), Vec::<String>::new());
    let after = run_on(&history, &["export", "csv", "--with-archive"]).out;
    assert_eq!(after, before.replace(NAME, "erased"));
    for remaining in ["accepted.yml still holds it", "git commit-tree", "the published site"] {
        assert!(erased.out.contains(remaining), "{remaining}: {}", erased.out);
    }
    let again = erase(&history, &["--author", NAME]);
    assert!(again.err.contains("Nothing to erase"), "{}", again.err);
}

#[test]
fn an_erased_archive_is_the_one_that_a_rotation_without_the_name_writes() {
    let (history, clean) = (year(PERSON), year("erased"));
    assert_eq!(erase(&history, &["--author", NAME]).status, 0);
    for folder in ["archive", "summaries"] {
        for name in files(&clean.data().join(folder)) {
            let bytes =
                |history: &History| std::fs::read(history.data().join(folder).join(&name)).unwrap();
            assert!(bytes(&history) == bytes(&clean), "{folder}/{name}");
        }
    }
}

#[test]
fn runners_that_are_one_after_an_erasure_have_one_summary() {
    let history = |first: &str, second: &str| {
        let history = History::new();
        let policy = "version: '1'\nrunner_fingerprinting: {track_fields: [runner_image]}\n";
        let on = |runner: &str, hour: usize| {
            let time = format!("2025-01-10T0{hour}:00:00Z");
            let fields = json!({"runner_image": runner});
            with(record(&format!("{hour}c0ffee1"), &time, 100.0 + hour as f64), fields)
        };
        let records = [on(first, 1), on(second, 2), on(first, 3)];
        history.file("policy.yml", policy).records(&records);
        assert_eq!(run_on(&history, &["rotate"]).status, 0);
        history
    };
    let (erased, clean) = (history(NAME, "Zz Byron"), history("erased", "erased"));
    assert_eq!(erase(&erased, &["--author", NAME, "--author", "Zz Byron"]).status, 0);
    let summary = |history: &History| {
        std::fs::read_to_string(history.data().join("summaries/2025-01.ndjson")).unwrap()
    };
    assert_eq!(summary(&clean).lines().count(), 1);
    assert_eq!(summary(&erased), summary(&clean));
}

#[test]
fn the_log_has_an_entry_without_the_name_and_verifies() {
    let history = year(PERSON);
    assert_eq!(erase(&history, &["--author", NAME]).status, 0);
    let verified = run_on(&history, &["audit", "verify", "--format", "json"]);
    assert_eq!(verified.status, 0, "{}", verified.err);
    let log: Value = serde_json::from_str(&verified.out).unwrap();
    let entry = log["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&entry["kind"], &entry["actor"]), (&json!("erasure"), &json!("erased")));
    assert_eq!(entry["reason"], json!("asked by erased, #7"));
    assert!(entry["details"]["lines"].as_u64().unwrap() > 20, "{entry}");
    // Without a log nothing is erased: nobody could ask later who did it.
    let log = std::fs::read_to_string(history.data().join("audit.ndjson")).unwrap();
    history.file("audit.ndjson", log.replace("rotation", "vacation"));
    history.file("results/new.ndjson", format!("by {NAME}\n"));
    let refused = erase(&history, &["--author", NAME]);
    assert_eq!(
        (refused.status, holding(&history.data(), NAME)),
        (2, vec!["results/new.ndjson".to_owned()])
    );
}

#[test]
fn records_of_a_filter_are_removed_and_their_months_summarized_again() {
    let history = year(PERSON);
    let erased = erase(&history, &["test=print"]);
    assert_eq!(erased.status, 0, "{}", erased.err);
    let after = run_on(&history, &["export", "csv", "--with-archive"]).out;
    assert!(!after.contains("print") && after.contains("parse"), "{after}");
    let with_name = holding(&history.data(), "\"print\"");
    assert_eq!(with_name, Vec::<String>::new());
    assert!(!history.data().join("pulls/7.ndjson").exists(), "a file without records goes");
    let summary = std::fs::read_to_string(history.data().join("summaries/2025-01.ndjson")).unwrap();
    assert_eq!(summary.lines().count(), 1, "{summary}");
}

#[test]
fn what_was_parsed_before_leaves_the_cache() {
    let history = History::new();
    let cache = tempfile::tempdir().unwrap();
    let fields = json!({"author": PERSON, "padding": "x".repeat(400)});
    let records: Vec<Value> =
        crate::support::days(&[1e4; 60]).into_iter().map(|one| with(one, fields.clone())).collect();
    history.records(&records);
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.env("XDG_CACHE_HOME", cache.path()).args(arguments);
        let answer = answer(command.arg("--data").arg(history.data()).args(["--now", NOW]));
        assert_eq!(answer.status, 0, "{}", answer.err);
    };
    run(&["build", "--out", history.out().to_str().unwrap()]);
    let kept =
        |kind: &str| files(cache.path()).into_iter().filter(|path| path.contains(kind)).count();
    assert!(kept("records/") > 0 && kept("analyses/") > 0);
    run(&["erase", "--author", NAME, "--by", "bob", "--reason", "request 7"]);
    assert_eq!((kept("records/"), kept("analyses/")), (0, 0));
}

#[test]
fn what_says_nothing_or_everything_is_rejected() {
    let history = year(PERSON);
    for (arguments, fault) in [
        (&["--author", "z", "--reason", "request 7"][..], "is no name"),
        (&["--author", NAME, "--reason", "..."], "it has no letter and no digit"),
        (&["--reason", "request 7"], "--author"),
        (&["--reason", "request 7", "regression=true"], "filter by what was measured"),
        (&["--reason", "request 7", "--author", NAME, "test=parse"], "cannot be used with"),
    ] {
        let answer = run_on(&history, &[&["erase", "--by", "bob"], arguments].concat());
        assert_eq!(answer.status, 2, "{arguments:?}: {}", answer.out);
        assert!(answer.err.contains(fault), "{arguments:?}: {}", answer.err);
    }
    assert!(!holding(&history.data(), NAME).is_empty());
}

/// A summary of it would be one of the main line.
#[test]
fn an_archived_pull_request_loses_the_name_and_gets_no_summary() {
    let history = History::new();
    let of_pull = record("aaaaaaaa", "2025-01-10T01:00:00Z", 90.0);
    let text = lines(&[with(of_pull, json!({"author": PERSON}))]);
    history.file("archive/pulls/7.ndjson.gz", gzip(&text));
    let erased = erase(&history, &["--author", NAME]);
    assert_eq!(erased.status, 0, "{}", erased.err);
    assert_eq!(holding(&history.data(), NAME), Vec::<String>::new());
    let content = content(&history.data());
    assert_eq!(content["archive/pulls/7.ndjson.gz"].lines().count(), 1);
    let names: Vec<&String> = content.keys().collect();
    assert!(names.iter().all(|name| !name.starts_with("summaries/")), "{names:?}");
}
