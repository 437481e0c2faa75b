//! The metadata of a run that its benchmarks do not print: from the command line, continuous
//! integration, git and the machine, in this order.
//!
//! A job of pull request 12 on a hosted runner gives the records `commit: 2222…`, `pull: 12`,
//! `branch: faster`, `merge_commit: 1111…`, `cpu: AMD EPYC 7763 …` and so on. Time, subject and
//! parents of a commit come from git; a service only repeats them. Nothing fails here and nothing
//! is guessed: a field without a source stays out, and a warning says why and what to do.

mod actions;
mod ci;
mod commits;
pub(crate) mod file_versions;
pub(crate) mod git;
mod job;
mod machine;
mod object;
mod toolchain;

use std::collections::BTreeSet;
use std::path::Path;

use crate::vcs::job::{CiJob, EnvVariables};
use model::commit_ref;
use model::history::CommitFacts;
use model::record::time::Timestamp;
use model::text;

/// What the command line says of a run. It wins over every other source.
#[derive(Clone, Debug, Default)]
pub(crate) struct MetadataOverrides {
    /// Anything git knows (`HEAD`, a tag, a short sha), else an id that is taken as it is.
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) pull: Option<u64>,
    pub(crate) commit_time: Option<Timestamp>,
    pub(crate) url: Option<String>,
    /// Fields of the record; an empty value removes a field that another source has.
    pub(crate) fields: Vec<(String, String)>,
    /// Tools whose versions become fields: `rustc`, `go`, `python3`, …
    pub(crate) toolchains: Vec<String>,
}

/// The other sources; a test names other places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MetadataSources<'a> {
    pub(crate) variables: &'a EnvVariables,
    /// Any folder of the repository.
    pub(crate) repository: &'a Path,
    /// The folder that holds `proc`, `sys` and `etc`: `/`.
    pub(crate) machine: &'a Path,
}

/// What records of a run have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunMetadata {
    /// A full sha where git or a service knows one, else the name on the command line. None: no
    /// source names a commit.
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    /// The pull request that was measured; none for one that is merged.
    pub(crate) pull: Option<u64>,
    /// The author's time, as `commits.ndjson` has it.
    pub(crate) commit_time: Option<Timestamp>,
    /// The page of the run.
    pub(crate) url: Option<String>,
    /// The page of the repository.
    pub(crate) repository: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) parents: Vec<String>,
    /// Who started the run.
    pub(crate) actor: Option<String>,
    /// Runner and provenance, sorted by name: `cpu`, `memory_total`, `merge_commit`, `dirty`, …
    pub(crate) environment: Vec<(String, String)>,
    /// For the user, one sentence each.
    pub(crate) warnings: Vec<String>,
}

/// The variables of this process, without those that are not UTF-8.
pub(crate) fn env_variables() -> EnvVariables {
    let pairs = std::env::vars_os();
    pairs
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Everything that the sources know of a run.
pub(crate) fn gather(overrides: &MetadataOverrides, sources: MetadataSources<'_>) -> RunMetadata {
    let mut ci = ci::read(sources.variables);
    let mut warnings = std::mem::take(&mut ci.warnings);
    let head = git::resolve(sources.repository, "HEAD");
    let commit = requested_commit(overrides, &ci, sources.repository).or_else(|| head.clone());
    let is_commit = |other: &Option<String>| commit.is_some() && *other == commit;
    // Where somebody named another commit than the job's, the job's branch, pull request and
    // subject say nothing about it.
    let is_jobs_commit =
        overrides.commit.is_none() || is_commit(&ci.commit) || is_commit(&ci.merge_commit);
    let facts = commit.as_ref().and_then(|id| git::commit(sources.repository, id));
    let is_jobs_merge = is_jobs_commit && ci.merge_commit.is_some() && ci.merge_commit == head;
    let is_checked_out = is_commit(&head) || is_jobs_merge;
    let is_dirty = is_checked_out && git::is_dirty(sources.repository) == Some(true);
    let checkout = CheckoutState {
        head: head.as_deref(),
        is_checked_out,
        is_dirty,
        merge_commit: ci.merge_commit.as_deref().filter(|_| is_jobs_commit),
        facts: facts.as_ref(),
    };
    match &commit {
        Some(commit) => warnings.extend(checkout.warnings(overrides, commit, sources.repository)),
        None => warnings.push(NO_COMMIT.to_owned()),
    }
    let environment = environment(overrides, sources, &checkout, &mut warnings);
    let facts = facts.unwrap_or_default();
    let of_ci = |value: &Option<String>| value.clone().filter(|_| is_jobs_commit);
    let git_branch = || is_commit(&head).then(|| git::branch(sources.repository)).flatten();
    RunMetadata {
        branch: overrides.branch.clone().or_else(|| of_ci(&ci.branch)).or_else(git_branch),
        pull: overrides.pull.or(ci.pull.filter(|_| is_jobs_commit)),
        // Git before the service: `commits.ndjson` has git's time, and both must agree.
        commit_time: overrides
            .commit_time
            .or(facts.time)
            .or(ci.commit_time.filter(|_| is_jobs_commit)),
        // The page of the job shows this run, whatever commit it measured.
        url: overrides.url.clone().or_else(|| ci.url.clone()),
        repository: ci.repository.clone(),
        subject: facts.subject.or_else(|| of_ci(&ci.subject)),
        parents: facts.parents,
        actor: ci.actor,
        commit,
        environment,
        warnings,
    }
}

/// The newest `max_commits` commits of a repository along first parents, newest first, with their
/// tags; and warnings, where a shallow clone holds only some. `name` is where to begin: `HEAD`.
pub(crate) fn commits(
    repository: &Path,
    name: &str,
    max_commits: u32,
) -> (Vec<CommitFacts>, Vec<String>) {
    commits::read(repository, name, max_commits)
}

/// Adds the parents that a repository knows to what the history says of its commits: `measured` are
/// the ids of its records. The first of these folders whose repository knows any of them counts.
///
/// Nothing but parents is added, since a page shows what the history directory says.
pub(crate) fn add_parents<'a>(
    commits: &mut Vec<CommitFacts>,
    measured: impl Iterator<Item = &'a str>,
    folders: &[&Path],
) {
    let known = commits.iter().filter(|facts| !facts.parents.is_empty());
    let known: BTreeSet<&str> = known.map(|facts| facts.id.as_str()).collect();
    let unknown: Vec<&str> = measured.filter(|id| !known.contains(id)).collect();
    let parents = folders.iter().map(|folder| git::parents(folder, unknown.iter().copied()));
    let Some(mut parents) = parents.into_iter().find(|parents| !parents.is_empty()) else { return };
    for facts in commits.iter_mut() {
        let of_git = parents.remove(&facts.id);
        if facts.parents.is_empty() {
            facts.parents = of_git.unwrap_or_default();
        }
    }
    let added = parents.into_iter();
    commits.extend(added.map(|(id, parents)| CommitFacts {
        id,
        parents,
        ..CommitFacts::default()
    }));
}

const NO_COMMIT: &str =
    "neither git nor the environment names the measured commit; name it with --commit";

/// The commit that the command line names, else the one of the job.
fn requested_commit(
    overrides: &MetadataOverrides,
    ci: &CiJob,
    repository: &Path,
) -> Option<String> {
    let Some(name) = &overrides.commit else { return ci.commit.clone() };
    let is_prefix = |id: &&String| text::is_sha(name) && commit_ref::is_name_of(id, name);
    let of_job = || [&ci.commit, &ci.merge_commit].into_iter().flatten().find(is_prefix).cloned();
    let id = git::resolve(repository, name).or_else(of_job);
    // Not every history is git's: `build-17` is a commit as good as any.
    Some(id.unwrap_or_else(|| name.clone()))
}

/// How the commit of the records relates to what is checked out.
struct CheckoutState<'a> {
    head: Option<&'a str>,
    is_checked_out: bool,
    /// Tracked files differ from the commit.
    is_dirty: bool,
    /// What the job built in place of the commit: its merge with the base.
    merge_commit: Option<&'a str>,
    facts: Option<&'a CommitFacts>,
}

impl CheckoutState<'_> {
    fn warnings(
        &self,
        overrides: &MetadataOverrides,
        commit: &str,
        repository: &Path,
    ) -> Vec<String> {
        let mut warnings = Vec::new();
        let short = text::short_commit(commit);
        let is_named = overrides.commit.is_some();
        if let Some(head) = self.head.filter(|_| !self.is_checked_out && !is_named) {
            warnings.push(format!(
                "{} is checked out, but this job runs for {short}, so the records name {short}; \
                 name the measured commit with --commit",
                text::short_commit(head)
            ));
        }
        if self.is_dirty {
            warnings.push(format!(
                "files differ from {short}, so no commit holds the measured code (the records say \
                 `dirty`)"
            ));
        }
        // A shallow clone explains why git does not know a commit: one warning, not two.
        match git::is_shallow(repository) {
            None => {}
            Some(true) => warnings.push(
                "this clone is shallow, so older commits, their order and their tags are unknown; \
                 fetch them (fetch-depth: 0, or git fetch --unshallow --tags)"
                    .to_owned(),
            ),
            Some(false) if self.facts.is_none() => warnings.push(format!(
                "git does not know {short} here, so its time, subject and parents stay unknown{}",
                if self.merge_commit.is_some() { "; check out with fetch-depth: 0" } else { "" }
            )),
            Some(false) => {}
        }
        warnings
    }
}

/// Fields for the record: machine, tools, provenance. The command line replaces any of them.
fn environment(
    overrides: &MetadataOverrides,
    sources: MetadataSources<'_>,
    checkout: &CheckoutState<'_>,
    warnings: &mut Vec<String>,
) -> Vec<(String, String)> {
    let mut fields: std::collections::BTreeMap<String, String> =
        machine::fingerprint(sources.machine, sources.variables).into_iter().collect();
    let (versions, unknown) = toolchain::versions(&overrides.toolchains, sources.variables);
    fields.extend(versions);
    warnings.extend(unknown);
    if let Some(merge) = checkout.merge_commit {
        fields.insert("merge_commit".to_owned(), merge.to_owned());
    }
    if checkout.is_dirty {
        fields.insert("dirty".to_owned(), "true".to_owned());
    }
    fields.extend(overrides.fields.iter().cloned());
    fields.retain(|_, value| !value.is_empty());
    fields.into_iter().collect()
}

#[cfg(test)]
mod tests;
