//! Says from which commit the program is built: `benchpages --version` prints
//! `benchpages 0.1.0 (1a2b3c4d 2026-11-29)`, and `init` pins that commit in the workflows it writes.
//!
//! The commit comes from `BENCHPAGES_COMMIT` and `BENCHPAGES_COMMIT_DATE`, or from git. Where neither
//! knows it, the program says its version alone. Rejects a commit or a date of another form. Nothing
//! depends on the clock, so the same commit gives the same program.

use std::path::{Path, PathBuf};
use std::process::Command;

const COMMIT: &str = "BENCHPAGES_COMMIT";
const DATE: &str = "BENCHPAGES_COMMIT_DATE";
const COMMIT_DIGITS: usize = 40;
/// Digits of a commit that people read.
const SHORT_DIGITS: usize = 8;

struct Commit {
    id: String,
    date: String,
}

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={COMMIT}");
    println!("cargo::rerun-if-env-changed={DATE}");
    let version = variable("CARGO_PKG_VERSION");
    let (id, version) = match from_environment().or_else(from_git) {
        Some(Commit { id, date }) => {
            let text = format!("{version} ({} {date})", &id[..SHORT_DIGITS]);
            (id, text)
        }
        None => (String::new(), version),
    };
    println!("cargo::rustc-env=BENCHPAGES_BUILD_COMMIT={id}");
    println!("cargo::rustc-env=BENCHPAGES_BUILD_VERSION={version}");
}

/// An environment variable, empty where it is not set.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default().trim().to_owned()
}

fn from_environment() -> Option<Commit> {
    let (id, date) = (variable(COMMIT), variable(DATE));
    if id.is_empty() && date.is_empty() {
        return None;
    }
    assert!(is_commit(&id), "{COMMIT}: write the {COMMIT_DIGITS} hexadecimal digits of a commit");
    assert!(is_date(&date), "{DATE}: write the day of the commit, such as 2026-11-29");
    Some(Commit { id, date })
}

fn is_commit(text: &str) -> bool {
    text.len() == COMMIT_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_date(text: &str) -> bool {
    let digits =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 3 && digits(parts[0], 4) && digits(parts[1], 2) && digits(parts[2], 2)
}

/// The checked-out commit, for optimized builds. A development build says its version alone:
/// otherwise each commit would compile program and tests again.
fn from_git() -> Option<Commit> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    // Sources that were unpacked in somebody else's repository are not of its commits.
    if variable("PROFILE") != "release" || !root.join(".git").exists() {
        return None;
    }
    watch_head(&root);
    let shown = git(&root, &["log", "-1", "--no-show-signature", "--format=%H %cs"])?;
    let (id, date) = shown.split_once(' ')?;
    (is_commit(id) && is_date(date)).then(|| Commit { id: id.to_owned(), date: date.to_owned() })
}

/// Has Cargo run this script again when another commit is checked out.
fn watch_head(root: &Path) {
    let Some(folders) = git(root, &["rev-parse", "--absolute-git-dir", "--git-common-dir"]) else {
        return;
    };
    let Some((own, common)) = folders.split_once('\n') else { return };
    // A worktree has a HEAD of its own, and shares its branches.
    let (own, common) = (PathBuf::from(own), root.join(common));
    let log = own.join("logs/HEAD");
    let mut watched = vec![own.join("HEAD")];
    // Every commit and checkout adds a line to the log. Without a log, branches are watched.
    if log.exists() {
        watched.push(log);
    } else {
        watched.extend([common.join("refs/heads"), common.join("packed-refs")]);
    }
    // Cargo would run this script on every call because of a file that does not exist.
    for path in watched.iter().filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// What git prints; none where it fails or is missing.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments);
    // A hook of git sets these, for whatever repository it runs in.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"] {
        command.env_remove(name);
    }
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
