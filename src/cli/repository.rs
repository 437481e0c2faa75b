//! What the git repository here knows, asked of `git` itself. Whatever git cannot answer is no
//! answer: a history need not stand in a repository.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Commits that are looked through for a measured ancestor.
const ANCESTORS: &str = "--max-count=2000";

/// First parents of a name, itself first; empty where git does not know it.
pub(crate) fn ancestors(name: &str) -> Vec<String> {
    // A name that looks like an option is none, and demo commits are no commits of a repository.
    if name.is_empty() || name.starts_with(['-', '.']) {
        return Vec::new();
    }
    let commit = format!("{name}^{{commit}}");
    let arguments = ["rev-list", "--first-parent", ANCESTORS, "--end-of-options", &commit, "--"];
    let said = git(None, &arguments).unwrap_or_default();
    String::from_utf8_lossy(&said).lines().map(str::to_owned).collect()
}

/// A file beside a folder's others, as it stands at the first of these names that git knows.
///
/// None where the folder is in no repository; an error where no name is known there. A file that
/// the commit does not have is empty.
pub(crate) fn file(folder: &Path, names: &[String], file: &str) -> Option<Result<String, ()>> {
    git(Some(folder), &["rev-parse", "--git-dir"])?;
    let known = names.iter().filter(|name| !name.starts_with('-')).find_map(|name| {
        let commit = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let said = String::from_utf8(git(Some(folder), &arguments)?).ok()?;
        // The option is repeated in the answer.
        said.lines().last().map(str::to_owned)
    });
    let Some(commit) = known else { return Some(Err(())) };
    let text = git(Some(folder), &["show", &format!("{commit}:./{file}")]).unwrap_or_default();
    Some(Ok(String::from_utf8_lossy(&text).into_owned()))
}

/// What git writes to stdout; none where there is no git, no repository, or it refuses.
fn git<S: AsRef<OsStr>>(directory: Option<&Path>, arguments: &[S]) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    if let Some(directory) = directory {
        command.arg("-C").arg(directory);
    }
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok()?;
    output.status.success().then_some(output.stdout)
}
