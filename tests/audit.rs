//! The audit log as an auditor meets it: proven, shown, and broken in every way.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, History, days, run};

/// A log written by its format alone, not by the program.
fn log(reasons: &[&str]) -> Vec<String> {
    let mut previous = "0".repeat(64);
    let lines = reasons.iter().map(|reason| {
        let mut line = json!({"actor": "ada", "commit": "c0ffee1", "kind": "override",
            "previous": previous, "reason": reason, "time": "2025-09-26T12:00:00Z"});
        let hash = Sha256::digest(line.to_string());
        previous = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        line["hash"] = Value::from(previous.as_str());
        format!("{line}\n")
    });
    lines.collect()
}

fn audit(history: &History, arguments: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    run(&[&["audit"], arguments, &["--data", &data]].concat())
}

fn verify_json(history: &History) -> Value {
    serde_json::from_str(&audit(history, &["verify", "--format", "json"]).out).unwrap()
}

#[test]
fn a_whole_log_is_proven_and_shown_newest_first() {
    let history = History::new();
    history.file("audit.ndjson", log(&["first", "second\u{1b}[31m"]).concat());
    let proven = audit(&history, &["verify"]);
    assert_eq!(proven.status, 0, "{}", proven.err);
    assert!(proven.out.contains("2 lines verified; head 2:"), "{}", proven.out);
    let shown = audit(&history, &["show"]);
    assert_eq!(shown.status, 0);
    let (second, first) = (shown.out.find("second").unwrap(), shown.out.find("first").unwrap());
    assert!(second < first && !shown.out.contains('\u{1b}'), "{}", shown.out);
    assert!(
        shown.out.contains("26 Sep 2025 12:00 UTC override by ada at c0ffee1"),
        "{}",
        shown.out
    );
    let json: Value =
        serde_json::from_str(&audit(&history, &["show", "--format", "json"]).out).unwrap();
    assert_eq!(
        (json["whole"].clone(), json["entries"][1]["line"].clone()),
        (json!(true), json!(2))
    );
}

#[test]
fn a_broken_log_is_status_1_with_its_line_and_reason() {
    let lines = log(&["one", "two", "three"]);
    let cases: [(&str, Vec<String>, u32); 5] = [
        ("edited", vec![lines[0].clone(), lines[1].replace("two", "2"), lines[2].clone()], 2),
        ("does not follow", vec![lines[0].clone(), lines[2].clone()], 2),
        ("does not follow", vec![lines[1].clone(), lines[0].clone(), lines[2].clone()], 1),
        ("does not follow", vec![lines[0].clone(), lines[0].clone(), lines[1].clone()], 2),
        ("no JSON", vec![lines[0].clone(), lines[1][..50].to_owned()], 2),
    ];
    for (reason, lines, line) in cases {
        let history = History::new();
        history.file("audit.ndjson", lines.concat());
        let answer = audit(&history, &["verify"]);
        assert_eq!(answer.status, 1, "{reason}: {}", answer.out);
        let told = format!("audit.ndjson:{line}: ");
        assert!(answer.err.contains(&told) && answer.err.contains(reason), "{}", answer.err);
        let json: Value =
            serde_json::from_str(&audit(&history, &["verify", "--format", "json"]).out).unwrap();
        assert_eq!(
            (json["whole"].clone(), json["broken"]["line"].clone()),
            (json!(false), json!(line))
        );
    }
}

#[test]
fn lines_cut_off_at_the_end_are_found_with_a_remembered_hash() {
    let lines = log(&["one", "two"]);
    let history = History::new();
    history.file("audit.ndjson", lines.concat());
    let head = verify_json(&history)["head"].as_str().unwrap().to_owned();
    assert_eq!(audit(&history, &["verify", "--contains", &head]).status, 0);
    history.file("audit.ndjson", &lines[0]);
    assert_eq!(audit(&history, &["verify"]).status, 0);
    let cut = audit(&history, &["verify", "--contains", &head]);
    assert_eq!(cut.status, 1);
    assert!(cut.err.contains("cut off"), "{}", cut.err);
}

#[test]
fn no_log_is_whole_and_an_unreadable_one_is_status_2() {
    let history = History::new();
    let none = audit(&history, &["verify"]);
    assert_eq!(none.status, 0);
    assert!(none.out.contains("the log is empty"), "{}", none.out);
    assert!(none.out.contains("a log that was cut or emptied looks like a new"));
    history.file("audit.ndjson", "");
    let emptied = audit(&history, &["verify"]);
    assert_eq!(emptied.status, 1, "{}", emptied.out);
    assert!(emptied.err.contains("audit.ndjson:1: the file is empty"), "{}", emptied.err);
    std::fs::remove_file(history.data().join("audit.ndjson")).unwrap();
    std::fs::create_dir(history.data().join("audit.ndjson")).unwrap();
    assert_eq!(audit(&history, &["verify"]).status, 2);
    assert_eq!(run(&["audit", "verify", "--data", "no/such/directory"]).status, 2);
}

#[test]
fn the_health_page_shows_the_newest_entries_and_that_the_log_is_whole() {
    let history = History::new();
    history.records(&days(&[100.0; 8]));
    assert!(!history.site(&[]).main("health/").contains("Overrides and approvals"));
    let reasons: Vec<String> =
        (0..60).map(|at| format!("reason-{at:02} <script>alert(1)</script>")).collect();
    let lines = log(&reasons.iter().map(String::as_str).collect::<Vec<_>>());
    history.file("audit.ndjson", lines.concat());
    let site = history.site(&[]);
    let page = site.main("health/");
    assert!(page.contains("id=\"audit\"") && !page.contains("<script>"), "{page}");
    assert_eq!(page.matches("reason-").count(), 50);
    assert!(page.find("reason-59").unwrap() < page.find("reason-10").unwrap());
    let text = site.text("health/");
    assert!(text.contains("60 entries, newest first. The log is intact"), "{text}");
    assert!(text.contains("60 overrides of the check in the last 30 days"), "{text}");
    let json = site.json("health.json");
    assert_eq!(
        json["audit"],
        json!({"broken_at": null, "entries": 60, "overrides": 60, "intact": true, "whole": true,
            "head": verify_json(&history)["head"]})
    );
}

#[test]
fn a_broken_log_makes_the_health_bad() {
    let history = History::new();
    history.records(&days(&[100.0; 8]));
    let lines = log(&["one", "two", "three"]);
    history.file("audit.ndjson", lines[0].clone() + &lines[2]);
    let site = history.site(&[]);
    let text = site.text("health/");
    assert!(text.contains("The audit log is broken at line 2"), "{text}");
    assert!(text.contains("override (not verified)"), "{text}");
    let json = site.json("health.json");
    assert_eq!((&json["state"], &json["audit"]["broken_at"]), (&json!("bad"), &json!(2)));
    std::fs::remove_file(history.data().join("audit.ndjson")).unwrap();
    std::fs::create_dir(history.data().join("audit.ndjson")).unwrap();
    assert!(history.site(&[]).text("health/").contains("it is a folder, so it is not read"));
}

/// Every way to take something out of a log of three lines so that its chain is whole, with the
/// words of the fault.
fn shortened(lines: &[String]) -> [(&'static str, Option<String>, &'static str); 5] {
    let rewritten = log(&["one", "2", "three"]).concat();
    [
        ("cut", Some(lines[..2].concat()), "2 lines verified, and"),
        ("emptied", Some(String::new()), "0 lines verified, and"),
        ("removed", None, "0 lines verified, and"),
        ("rewritten", Some(rewritten), "audit.ndjson:3: the line is not the one that"),
        ("begun anew", Some(log(&["new"]).concat()), "1 line verified, and"),
    ]
}

/// Puts a log into the place of the one that is there; none removes it.
fn replace(history: &History, log: Option<&str>) {
    match log {
        Some(log) => drop(history.file("audit.ndjson", log)),
        None => std::fs::remove_file(history.data().join("audit.ndjson")).unwrap(),
    }
}

#[test]
fn a_head_finds_what_was_taken_out_or_rewritten_in_every_form_it_is_kept_in() {
    let lines = log(&["one", "two", "three"]);
    let history = History::new();
    history.records(&days(&[100.0; 8])).file("audit.ndjson", lines.concat());
    let site = history.site(&[]);
    assert!(site.text("health/").contains("Head of the audit log: 3:"), "{}", site.text("health/"));
    let verified = verify_json(&history);
    let given = format!("3:{}", verified["head"].as_str().unwrap());
    let kept = tempfile::tempdir().unwrap();
    let earlier = kept.path().join("verified.json");
    std::fs::write(&earlier, verified.to_string()).unwrap();
    let published = site.root.join("api/v2/health.json");
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (earlier, published, root) = (path(&earlier), path(&published), path(&site.root));
    let forms: [&[&str]; 5] = [
        &["--head", &given],
        &["--head", &earlier],
        &["--head", &published],
        &["--site", &root],
        // The site beside the history directory counts without being named.
        &[],
    ];
    for form in forms {
        let verify = |log: Option<&str>| {
            replace(&history, log);
            let answer = audit(&history, &[&["verify"], form].concat());
            replace(&history, Some(&lines.concat()));
            answer
        };
        let whole = verify(Some(&lines.concat()));
        assert_eq!(whole.status, 0, "{form:?}: {}", whole.err);
        assert!(whole.out.contains("compared with the head of 3 lines"), "{}", whole.out);
        let longer = verify(Some(&log(&["one", "two", "three", "four"]).concat()));
        assert_eq!(longer.status, 0, "{form:?}: {}", longer.err);
        for (way, log, fault) in shortened(&lines) {
            let answer = verify(log.as_deref());
            assert_eq!(answer.status, 1, "{way} {form:?}: {}", answer.out);
            assert!(answer.err.contains(fault), "{way} {form:?}: {}", answer.err);
        }
    }
    let other = audit(&history, &["verify", "--head", &format!("0:{}", "0".repeat(64))]);
    assert_eq!(other.status, 0, "a named head replaces that of the site: {}", other.err);
}

#[test]
fn a_head_that_cannot_be_read_is_status_2_and_names_the_remedy() {
    let history = History::new();
    history.file("audit.ndjson", log(&["one"]).concat()).file("no-head.json", "{}");
    let file = history.data().join("no-head.json").display().to_string();
    for (head, remedy) in [
        ("no/such/file", "name COUNT:HASH or a file"),
        ("1:abc", "name COUNT:HASH or a file"),
        (&*file, "name the JSON of a check or of the site"),
    ] {
        let answer = audit(&history, &["verify", "--head", head]);
        assert_eq!(answer.status, 2, "{}", answer.out);
        assert!(answer.err.contains(remedy), "{}", answer.err);
    }
}

/// Two overrides under two policies, in a repository that has both.
#[cfg(unix)]
fn governed() -> History {
    let history = History::new();
    let data = history.data();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.arg("-C").arg(&data).args(["-c", "user.name=Ada", "-c", "user.email=a@b.example"]);
        command.env("GIT_COMMITTER_DATE", "2025-09-01T06:00:00Z");
        command.env("GIT_AUTHOR_DATE", "2025-09-01T06:00:00Z");
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    for version in ["1", "2"] {
        let hook = format!("https://hooks.example/secret-{version}");
        history.file(
            "policy.yml",
            format!("version: '{version}'\nnotify: {{webhook: {{url: \"{hook}\"}}}}\n"),
        );
        git(&["add", "policy.yml"]);
        git(&["commit", "--quiet", "-m", "policy"]);
    }
    history.file(
        "accepted.yml",
        "- {series: 'parse/*', commit: c0ffee1, max_change: 0.2,\n\
        \x20  reason: checks bounds now, by: ada}\n",
    );
    history.file("audit.ndjson", log(&["a release waits", "another | <b>"]).concat());
    history
}

#[cfg(unix)]
fn export(history: &History, name: &str) -> (Answer, std::path::PathBuf) {
    let out = history.data().parent().unwrap().join(name);
    (audit(history, &["export", "--out", &out.display().to_string()]), out)
}

#[test]
#[cfg(unix)]
fn the_evidence_is_complete_and_verifies_without_the_history() {
    let history = governed();
    let (answer, bundle) = export(&history, "bundle");
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("2 lines verified; head 2:"), "{}", answer.out);
    let names = crate::support::files(&bundle);
    let read = |name: &str| std::fs::read_to_string(bundle.join(name)).unwrap();
    for name in ["audit.ndjson", "accepted.yml"] {
        let original = std::fs::read(history.data().join(name)).unwrap();
        assert_eq!(std::fs::read(bundle.join(name)).unwrap(), original, "{name}");
    }
    // What the README says.
    let sums = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(&bundle)
        .output()
        .unwrap();
    assert!(sums.status.success(), "{sums:?}");
    assert_eq!(read("SHA256SUMS").lines().count(), names.len() - 1);
    let head = answer.out.split("head ").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(read("README.md").contains(head), "{}", read("README.md"));
    let data = bundle.display().to_string();
    let verified = run(&["audit", "verify", "--data", &data, "--head", head]);
    assert_eq!(verified.status, 0, "{}", verified.err);
    let json = |name: &str| -> Value { serde_json::from_str(&read(name)).unwrap() };
    let overrides = json("overrides.json");
    assert_eq!(overrides[1]["reason"], "another | <b>");
    assert_eq!((&overrides[0]["line"], &overrides[0]["proven"]), (&json!(1), &json!(true)));
    let versions = json("policy-versions.json");
    assert_eq!(versions.as_array().unwrap().len(), 2, "{versions}");
    assert_eq!((&versions[0]["in_force"], &versions[1]["in_force"]), (&json!(false), &json!(true)));
    assert_eq!(versions[1]["commits"][0]["author"], "Ada");
    for version in versions.as_array().unwrap() {
        let text = read(version["file"].as_str().unwrap());
        assert!(text.contains("url: \"redacted\"") && version["masked"] == true, "{text}");
    }
    for name in &names {
        assert!(!read(name).contains("hooks.example"), "{name}");
    }
}

#[test]
#[cfg(unix)]
fn the_same_history_gives_the_same_evidence_and_nothing_is_overwritten() {
    let history = governed();
    let before = crate::support::files(&history.data());
    let (first, one) = export(&history, "one.tar.gz");
    let (_, two) = export(&history, "two.tar.gz");
    assert_eq!(first.status, 0, "{}", first.err);
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
    assert_eq!(crate::support::files(&history.data()), before);
    let (_, folder) = export(&history, "folder");
    let unpacked = history.data().parent().unwrap().join("unpacked");
    std::fs::create_dir(&unpacked).unwrap();
    let mut tar = std::process::Command::new("tar");
    let tar = tar.arg("-xzf").arg(&one).arg("-C").arg(&unpacked).output().unwrap();
    assert!(tar.status.success(), "{tar:?}");
    let unpacked = unpacked.join("benchpages-evidence");
    assert_eq!(crate::support::files(&unpacked), crate::support::files(&folder));
    for name in crate::support::files(&folder) {
        let read = |root: &std::path::Path| std::fs::read(root.join(&name)).unwrap();
        assert_eq!(read(&unpacked), read(&folder), "{name}");
    }
    for name in ["one.tar.gz", "folder"] {
        let (again, _) = export(&history, name);
        assert_eq!(again.status, 2, "{name}");
        assert!(again.err.contains("name a new"), "{}", again.err);
    }
}

#[test]
#[cfg(unix)]
fn a_broken_log_is_evidence_too() {
    let history = governed();
    let edited = log(&["one", "two"])[1].replace("two", "2");
    history.file("audit.ndjson", &edited);
    let (answer, bundle) = export(&history, "bundle");
    assert_eq!(answer.status, 1);
    assert!(answer.err.contains("audit.ndjson:1: the line was edited"), "{}", answer.err);
    let readme = std::fs::read_to_string(bundle.join("README.md")).unwrap();
    assert!(readme.contains("NOT intact"), "{readme}");
    assert_eq!(std::fs::read_to_string(bundle.join("audit.ndjson")).unwrap(), edited);
    let empty = History::new();
    let (answer, bundle) = export(&empty, "bundle");
    assert_eq!(answer.status, 0, "{}", answer.err);
    let names = crate::support::files(&bundle);
    assert!(!names.contains(&"audit.ndjson".to_owned()), "{names:?}");
}
