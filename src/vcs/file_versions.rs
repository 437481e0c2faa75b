//! The versions of one file as the repository has them: its text at each commit that changed it.

use std::path::Path;

use crate::vcs::git::{commit, git_output};
use model::history::CommitFacts;

/// Commits of which a text is read, the newest.
const MAX_VERSIONS: &str = "--max-count=1000";

/// A file at a commit that changed it.
pub(crate) struct FileVersion {
    pub(crate) commit: CommitFacts,
    pub(crate) text: String,
}

/// The versions of a file of a folder, oldest first; none where no repository knows it. A commit
/// that removed the file, or gave it bytes that are no text, is left out.
pub(crate) fn file_versions(folder: &Path, file: &str) -> Vec<FileVersion> {
    let path = format!("./{file}");
    let list = ["rev-list", MAX_VERSIONS, "--end-of-options", "HEAD", "--", &path];
    let Some(ids) = git_output(folder, &list) else { return Vec::new() };
    let ids = String::from_utf8_lossy(&ids).into_owned();
    // No `--follow`: it guesses, and a file of another name is another file to an auditor.
    let version = |id: &str| {
        let blob = git_output(folder, &["cat-file", "blob", &format!("{id}:{path}")])?;
        let text = String::from_utf8(blob).ok()?;
        Some(FileVersion { commit: commit(folder, id)?, text })
    };
    let mut versions: Vec<FileVersion> = ids.lines().filter_map(version).collect();
    versions.reverse();
    versions
}
