//! Links, FIFOs and folders in the place of files: nothing is followed, written through, or waits.

use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;

use crate::support::{History, answer, days, lines, program, record};

const SECRET: &str = "hunter2-secret";

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

/// A history, and a folder outside it with a secret.
fn history() -> (History, tempfile::TempDir) {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(
        outside.path().join("secret.md"),
        format!("---\ndate: 2025-09-03\n---\n{SECRET}"),
    )
    .unwrap();
    let history = History::new();
    history.records(&days(&[100.0; 8]));
    history.file("policy.yml", "version: \"1\"\n");
    (history, outside)
}

/// Everything in a folder, joined.
fn content(folder: &Path) -> String {
    let files = crate::support::files(folder);
    let texts = files.iter().map(|file| std::fs::read(folder.join(file)).unwrap_or_default());
    texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

#[test]
fn no_linked_file_is_published_and_each_is_a_problem() {
    let (history, outside) = history();
    let data = history.data();
    for folder in ["notes", "templates"] {
        std::fs::create_dir(data.join(folder)).unwrap();
    }
    let secret = outside.path().join("secret.md");
    let links = [
        "notes/a.md",
        "templates/comment.md",
        "results/b.ndjson",
        "commits.ndjson",
        "accepted.yml",
        "audit.ndjson",
    ];
    for link in links {
        symlink(&secret, data.join(link)).unwrap();
    }
    let site = history.site(&[]);
    assert!(!content(&history.out()).contains(SECRET));
    let health = site.text("health/");
    for link in links {
        assert!(health.contains(link), "{link} is not reported: {health}");
    }
    assert!(health.contains("it is a symbolic link, so it is not read"));
    let followed = history.build(&["--follow-links", "--now", "2025-09-20T00:00:00Z"]);
    assert_eq!(followed.status, 0, "{}", followed.err);
    assert!(content(&history.out()).contains(SECRET), "--follow-links reads the note");
}

#[test]
fn nothing_is_written_through_a_link() {
    let (history, outside) = history();
    let data = history.data();
    history.file("results/broken.ndjson", "{broken\n");
    history.file("policy.yml", "version: \"1\"\ngovernance: {data_retention_days: 30}\n");
    let victim = outside.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    std::fs::create_dir(data.join("quarantine")).unwrap();
    symlink(&victim, data.join("quarantine/refused.ndjson")).unwrap();
    symlink(outside.path(), data.join("archive")).unwrap();
    symlink(&victim, data.join("results/2025-09-20.ndjson")).unwrap();
    let built = history.build(&[]);
    assert_eq!(built.status, 0, "{}", built.err);
    let mut rotate = program();
    rotate.args(["rotate", "--now", "2026-09-01T00:00:00Z", "--data"]).arg(&data);
    let rotated = answer(&mut rotate);
    assert_ne!(rotated.status, 0, "{}", rotated.err);
    assert!(rotated.err.contains("archive is a symbolic link"), "{}", rotated.err);
    let input = outside.path().join("in.ndjson");
    std::fs::write(&input, lines(&[record("c9", "2025-09-20T06:00:00Z", 1.0)])).unwrap();
    let mut ingest = program();
    let ingested = answer(ingest.args(["ingest", "--elsewhere", "--data"]).arg(&data).arg(&input));
    assert_ne!(ingested.status, 0, "{}", ingested.err);
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 3, "nothing new outside");
}

#[test]
fn a_fifo_never_makes_a_command_wait() {
    for name in [
        "policy.yml",
        "commits.ndjson",
        "accepted.yml",
        "audit.ndjson",
        "results/b.ndjson",
        "notes/a.md",
        "quarantine/ingested.ndjson",
    ] {
        let (history, _outside) = history();
        let path = history.data().join(name);
        let _ = std::fs::remove_file(&path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        fifo(&path);
        let built = history.build(&[]);
        if name == "policy.yml" {
            assert_eq!(built.status, 2, "{}", built.err);
            assert!(built.err.contains("policy.yml is a FIFO"), "{}", built.err);
        } else {
            assert_eq!(built.status, 0, "{name}: {}", built.err);
            let site = crate::support::Site { root: history.out() };
            let health: Value = site.json("health.json");
            assert!(health.to_string().contains("it is a FIFO"), "{name}: {health}");
        }
    }
}
