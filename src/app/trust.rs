//! Whose accepted changes count on a pull request.
//!
//! Whoever opens a pull request can edit `accepted.yml` in it. Under `governance.accept_from: base`
//! an entry counts only once it is on the branch that the pull request is to be merged into, where
//! a reviewer let it in. Example: an entry added by pull request 7 does nothing for pull request 7.
//! Where git does not know the base, no entry counts: not knowing is no reason to believe more.

use std::path::Path;

use crate::app::observer::Observer;
use crate::report::candidate::Candidate;
use crate::vcs::git;
use model::policy::accepted::{self, AcceptedEntry};
use model::policy::{AcceptFrom, Policy};

/// Whether only entries of the base count for this candidate. The main line is its own base.
pub(super) fn only_base_counts(policy: &Policy, candidate: &Candidate) -> bool {
    policy.governance.accept_from == AcceptFrom::Base && candidate.pull.is_some()
}

/// Names of the base for git, the best first: the base that was asked for, the branch of the job's
/// pull request (as fetched, then as checked out), and the measured base. The last is often older
/// than the branch, which may hold entries that were accepted since.
pub(super) fn base_names(
    base: Option<&str>,
    branch: Option<&str>,
    candidate: &Candidate,
) -> Vec<String> {
    // A checkout of a pull request has the branch as a remote one; a developer has it locally.
    // Other names come last: a stale measured base would only accept less.
    let base = base.map(str::to_owned);
    let branch = branch.map(|branch| [format!("origin/{branch}"), branch.to_owned()]);
    let branch = branch.into_iter().flatten();
    base.into_iter().chain(branch).chain(candidate.base.clone()).collect()
}

/// The entries of `accepted.yml` at the first of these names that git knows; none where the
/// directory is in no repository, which leaves nothing to compare with.
pub(super) fn accepted_at_base(
    data: &Path,
    names: &[String],
    observer: &dyn Observer,
) -> Option<Vec<AcceptedEntry>> {
    // Outside of a repository there is no pull request that could smuggle in an entry: somebody
    // runs the check on a copy of the history.
    let Some(file) = git::file_at(data, names, "accepted.yml") else {
        observer.warn("no git repository here: the entries of accepted.yml count as they are");
        return None;
    };
    // In a shallow clone the base is missing. To count the entries of the pull request here would
    // let everybody accept their own regression by fetching less.
    let Ok(text) = file else {
        observer.warn(
            "git does not know the base here, so no entry of accepted.yml counts; fetch the \
             history (fetch-depth: 0)",
        );
        return Some(Vec::new());
    };
    Some(accepted::read(&text).unwrap_or_else(|error| {
        let reason = error.reason;
        observer.warn(&format!("accepted.yml of the base has an error: {reason}; no entry counts"));
        Vec::new()
    }))
}
