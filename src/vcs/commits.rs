//! The line of commits that a history stands on: first parents, with subjects, times, tags and pull
//! requests, from a local repository. Never fetches; what the clone does not hold is told.

use std::path::Path;

use crate::vcs::git;
use model::history::CommitFacts;

/// See [`crate::vcs::commits()`].
pub(super) fn read(repository: &Path, name: &str, most: u32) -> (Vec<CommitFacts>, Vec<String>) {
    let mut commits = git::first_parents(repository, name, most);
    let mut told = Vec::new();
    if commits.is_empty() {
        told.push(format!("git knows no `{name}` here: commits.ndjson stays as it is"));
        return (commits, told);
    }
    let mut tags = git::tags(repository);
    for commit in &mut commits {
        commit.tags = tags.remove(&commit.id).unwrap_or_default();
    }
    if git::is_shallow(repository) == Some(true) {
        told.push(format!(
            "this clone is cut off (shallow): only its {} were read; fetch the others \
             (fetch-depth: 0, or git fetch --unshallow --tags)",
            model::text::count_noun(commits.len() as u64, "commit")
        ));
    }
    (commits, told)
}
