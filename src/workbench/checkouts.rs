//! Checkouts of commits in a temporary folder outside of the working tree, made by `git worktree`
//! and removed when they are dropped.
//!
//! A repository may come from a stranger: its hooks are not run, and replaced objects are not
//! followed. Names that look like options never get here; commits are full ids.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// Checkouts of one repository.
pub(crate) struct Checkouts {
    /// Any folder of the repository.
    repository: PathBuf,
    /// Removed after the checkouts in it.
    folder: TempDir,
    made: Vec<PathBuf>,
}

impl Checkouts {
    /// An empty temporary folder for checkouts of this repository.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn new(repository: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("benchpages-measure-").tempdir();
        let folder = folder.context("cannot make a temporary folder; set TMPDIR to another one")?;
        Ok(Self { repository: repository.to_owned(), folder, made: Vec::new() })
    }

    /// Checks a commit out as the folder `name`; its path.
    ///
    /// # Errors
    /// git fails.
    pub(crate) fn add(&mut self, commit: &str, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.path().join(name);
        // Remembered before it is made: git may fail half-way.
        self.made.push(path.clone());
        let mut command = git(&self.repository);
        command.args(["worktree", "add", "--quiet", "--detach", "--force"]).arg(&path).arg(commit);
        let output = command.output().context("cannot run git")?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            bail!("cannot check out {commit}: {}", reason.trim());
        }
        Ok(path)
    }
}

impl Drop for Checkouts {
    /// A checkout that is gone from the disk is still listed by git, so git removes it.
    fn drop(&mut self) {
        for path in &self.made {
            let mut command = git(&self.repository);
            command.args(["worktree", "remove", "--force", "--force"]).arg(path);
            // Nothing here may panic or report: the answer of the session is more important.
            if !command.output().is_ok_and(|output| output.status.success()) {
                // What is left is removed with the folder; git forgets it at its next clean-up.
                drop(std::fs::remove_dir_all(path));
            }
        }
        drop(git(&self.repository).args(["worktree", "prune"]).output());
    }
}

/// The commit that holds the tracked files as they are now, changes included; none where nothing
/// differs from the commit that is checked out.
///
/// # Errors
/// git fails, as it does in the middle of a merge.
pub(crate) fn commit_of_changes(repository: &Path) -> anyhow::Result<Option<String>> {
    // Stores the files as a stash does, but names it nowhere: neither files nor refs change.
    let output = git(repository).args(["stash", "create"]).output().context("cannot run git")?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("git cannot store the changed files: {}", reason.trim());
    }
    let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Some(id).filter(|id| !id.is_empty()))
}

fn git(repository: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository);
    command.args(["--no-replace-objects", "-c", "core.fsmonitor=false"]);
    command.args(["-c", "core.hooksPath=/dev/null"]).stdin(Stdio::null());
    // Somebody whose name git does not know may measure all the same.
    command.args(["-c", "user.name=benchpages", "-c", "user.email=benchpages@localhost"]);
    super::program::REPOSITORY_VARIABLES.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.env("GIT_TERMINAL_PROMPT", "0");
    command
}
