//! What is known of a run from around it: the command line, continuous integration, git and the
//! machine, in this order. Of what a commit says of itself (time, subject, parents) git is the
//! source, and a service only quotes it. Nothing fails here and nothing is guessed: what is not
//! known stays out, and a warning says why and what to do.

mod actions;
mod ci;
mod commits;
pub(crate) mod git;
mod machine;
mod object;
mod toolchain;

use std::path::Path;

use crate::vcs::ci::{CiJob, EnvVariables};
use model::commit_ref;
use model::history::CommitFacts;
use model::record::time::Timestamp;
use model::text;

/// What was said on the command line; it is believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct MetadataOverrides {
    /// Anything git knows (`HEAD`, a tag, a short sha), else an id as it stands.
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) pull: Option<u64>,
    pub(crate) commit_time: Option<Timestamp>,
    pub(crate) url: Option<String>,
    /// Fields of the record; an empty value leaves a field out that would be known.
    pub(crate) fields: Vec<(String, String)>,
    /// Tools whose versions are asked for: `rustc`, `go`, `python3`, …
    pub(crate) toolchains: Vec<String>,
}

/// Where the rest is found; a test names other places.
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
    /// A full sha where git or a service knows one, else as it was said. None: it must be said.
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
    /// One sentence each, to be told.
    pub(crate) warnings: Vec<String>,
}

/// This process' variables; those that are not UTF-8 are left out.
pub(crate) fn env_variables() -> EnvVariables {
    let pairs = std::env::vars_os();
    pairs
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Everything that is known of a run.
pub(crate) fn gather(said: &MetadataOverrides, sources: MetadataSources<'_>) -> RunMetadata {
    let mut ci = ci::read(sources.variables);
    let mut warnings = std::mem::take(&mut ci.warnings);
    let head = git::resolve(sources.repository, "HEAD");
    let commit = requested_commit(said, &ci, sources.repository).or_else(|| head.clone());
    let is = |other: &Option<String>| commit.is_some() && *other == commit;
    // What a job runs for is no word on a commit that somebody else named.
    let own = said.commit.is_none() || is(&ci.commit) || is(&ci.merge_commit);
    let facts = commit.as_ref().and_then(|id| git::commit(sources.repository, id));
    let checked_out = is(&head) || own && ci.merge_commit.is_some() && ci.merge_commit == head;
    let dirty = checked_out && git::is_dirty(sources.repository) == Some(true);
    let standing =
        CheckoutState { head: head.as_deref(), checked_out, dirty, facts: facts.as_ref() };
    warnings.extend(standing.warnings(said, commit.as_deref(), &ci, sources.repository));
    let facts = facts.unwrap_or_default();
    let of_ci = |value: &Option<String>| value.clone().filter(|_| own);
    let git_branch = || is(&head).then(|| git::branch(sources.repository)).flatten();
    let environment = environment(said, sources, (&ci, own, dirty), &mut warnings);
    RunMetadata {
        branch: said.branch.clone().or_else(|| of_ci(&ci.branch)).or_else(git_branch),
        pull: said.pull.or(ci.pull.filter(|_| own)),
        commit_time: said.commit_time.or(facts.time).or(ci.commit_time.filter(|_| own)),
        url: said.url.clone().or_else(|| ci.url.clone()),
        repository: ci.repository.clone(),
        subject: facts.subject.or_else(|| of_ci(&ci.subject)),
        parents: facts.parents,
        actor: ci.actor,
        commit,
        environment,
        warnings,
    }
}

/// The newest `most` commits of a repository along first parents, newest first, with their tags;
/// and what should be told: a clone that was cut off has no more. `name`: where to begin, `HEAD`.
pub(crate) fn commits(repository: &Path, name: &str, most: u32) -> (Vec<CommitFacts>, Vec<String>) {
    commits::read(repository, name, most)
}

/// The commit that was said or that the service names.
fn requested_commit(said: &MetadataOverrides, ci: &CiJob, repository: &Path) -> Option<String> {
    let Some(name) = &said.commit else { return ci.commit.clone() };
    let begins = |id: &&String| text::is_sha(name) && commit_ref::is_name_of(id, name);
    let known = || [&ci.commit, &ci.merge_commit].into_iter().flatten().find(begins).cloned();
    let id = git::resolve(repository, name).or_else(known);
    Some(id.unwrap_or_else(|| name.clone()))
}

/// How the commit that records tell of stands to what is checked out.
struct CheckoutState<'a> {
    head: Option<&'a str>,
    checked_out: bool,
    dirty: bool,
    facts: Option<&'a CommitFacts>,
}

impl CheckoutState<'_> {
    fn warnings(
        &self,
        said: &MetadataOverrides,
        commit: Option<&str>,
        ci: &CiJob,
        repository: &Path,
    ) -> Vec<String> {
        let mut told = Vec::new();
        let Some(commit) = commit else {
            told.push(
                "neither git nor the environment says which commit was measured: name it with \
                 --commit"
                    .to_owned(),
            );
            return told;
        };
        let short = text::short_commit(commit);
        if let Some(head) = self.head.filter(|_| !self.checked_out && said.commit.is_none()) {
            told.push(format!(
                "{} is checked out, but this job runs for {short}: the records tell of {short}; \
                 name what was measured with --commit",
                text::short_commit(head)
            ));
        }
        if self.dirty {
            told.push(format!(
                "files differ from {short}: what was measured is no commit (the records say \
                 `dirty`)"
            ));
        }
        match git::is_shallow(repository) {
            None => {}
            Some(true) => told.push(
                "this clone is cut off (shallow): older commits, their order and their tags are \
                 not known; fetch them (fetch-depth: 0, or git fetch --unshallow --tags)"
                    .to_owned(),
            ),
            Some(false) if self.facts.is_none() => told.push(format!(
                "git does not know {short} here: its time, subject and parents stay unknown{}",
                if ci.merge_commit.is_some() { "; check out with fetch-depth: 0" } else { "" }
            )),
            Some(false) => {}
        }
        told
    }
}

/// Fields for the record: machine, tools, provenance; what was said replaces what was found.
fn environment(
    said: &MetadataOverrides,
    sources: MetadataSources<'_>,
    (ci, own, dirty): (&CiJob, bool, bool),
    warnings: &mut Vec<String>,
) -> Vec<(String, String)> {
    let mut fields: std::collections::BTreeMap<String, String> =
        machine::fingerprint(sources.machine, sources.variables).into_iter().collect();
    let (versions, told) = toolchain::versions(&said.toolchains, sources.variables);
    fields.extend(versions);
    warnings.extend(told);
    if let Some(merge) = ci.merge_commit.as_ref().filter(|_| own) {
        fields.insert("merge_commit".to_owned(), merge.clone());
    }
    if dirty {
        fields.insert("dirty".to_owned(), "true".to_owned());
    }
    fields.extend(said.fields.iter().cloned());
    fields.retain(|_, value| !value.is_empty());
    fields.into_iter().collect()
}

#[cfg(test)]
mod tests;
