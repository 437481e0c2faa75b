//! The line of commits that a history stands on: first parents, with subjects, times, tags and pull
//! requests, from a local repository. It never fetches; a warning says what the clone does not
//! hold.

use std::path::Path;

use crate::vcs::git;
use model::history::CommitFacts;

/// The newest `max_commits` first parents of a name, newest first, with their tags; and warnings.
pub(super) fn read(
    repository: &Path,
    name: &str,
    max_commits: u32,
) -> (Vec<CommitFacts>, Vec<String>) {
    let mut commits = git::first_parents(repository, name, max_commits);
    let mut warnings = Vec::new();
    if commits.is_empty() {
        warnings.push(format!("git knows no `{name}` here, so commits.ndjson is left as it is"));
        return (commits, warnings);
    }
    let mut tags = git::tags(repository);
    for commit in &mut commits {
        commit.tags = tags.remove(&commit.id).unwrap_or_default();
    }
    if git::is_shallow(repository) == Some(true) {
        warnings.push(format!(
            "this clone is shallow, so only its {} were read; fetch the others (fetch-depth: 0, \
             or git fetch --unshallow --tags)",
            model::text::count_noun(commits.len() as u64, "commit")
        ));
    }
    (commits, warnings)
}
