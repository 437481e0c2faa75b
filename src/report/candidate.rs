//! Which runs are compared with which: the history as it would be, had the candidate been merged.
//!
//! A pull request's runs are put behind the main line up to its base, as runs of a day of their
//! own, and the analysis that makes the site judges the newest level of that history. So there is
//! one set of rules, and a verdict on a pull request is the one that the site will show after the
//! merge. On the main line nothing is reordered; what is newer than the candidate is left out.
//!
//! Example: main line `a b c d`, pull request 7 based on `b` with two runs of `x`. The history that
//! is judged is `a b x x`: `c` and `d` are someone else's work.
//!
//! A base that nobody knows is an error; a candidate without records is a result, since the caller
//! cannot help it.

mod base;
mod placed_runs;

use rayon::prelude::*;

use self::base::{MAIN_NAMES, PullBase, nearest_measured, newest_on_main, requested_base};
use self::placed_runs::{append_runs, runner_numbers, split_into_runs, typical_repeats};
use crate::report::base_line;
use crate::report::session::CandidateSession;
use model::commit_ref::{self, AmbiguousName};
use model::history::{BranchId, History, MeasurementRow, SeriesColumn};
use model::policy::Policy;
use model::record::time::Timestamp;
use model::series::{CommitIndex, SeriesKey};

/// Whose runs are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CandidateRef {
    /// The newest run of the main line.
    Newest,
    /// A commit, by id or the beginning of one.
    Commit(String),
    /// The newest measured commit of a pull request.
    Pull(u64),
}

/// Which candidate the caller wants judged, and against which base.
pub(crate) struct CandidateRequest<'a> {
    pub(crate) candidate: CandidateRef,
    /// Says what identifies a runner, and how the series of a session are judged.
    pub(crate) policy: &'a Policy,
    /// A commit, or any name that `ancestors` knows; none: the nearest measured ancestor.
    pub(crate) base: Option<String>,
    /// The branch that the pull request is to be merged into.
    pub(crate) base_branch: Option<&'a str>,
    /// What a name of the repository may be compared with, nearest first: itself and its first
    /// parents, or what it was merged into to be measured. Empty where it is not known there.
    pub(crate) ancestors: &'a dyn Fn(&str) -> Vec<String>,
}

/// The candidate and its base.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) pull: Option<u64>,
    /// Ids of the commits; none where there is no such commit.
    pub(crate) base: Option<String>,
    pub(crate) commit: Option<String>,
    /// The measured commit of the main line that pages compare with; the base but where that was
    /// measured in a session only.
    pub(crate) main_base: Option<String>,
    /// How the base was chosen.
    pub(crate) base_reason: String,
    /// Where the candidate's own runs begin. None on the main line without a base: there every
    /// open change counts, whoever made it.
    pub(crate) first_commit: Option<CommitIndex>,
    /// When the pull request's first run was measured: its runs are judged as those of a later day.
    pub(crate) measured_at: Option<Timestamp>,
    /// Commits of the pull request: what is accepted for one of them is accepted for its runs.
    pub(crate) own_commits: Vec<String>,
    /// What it measured side by side with its base.
    pub(crate) session: Option<CandidateSession>,
    /// Why there is nothing to compare.
    pub(crate) nothing_compared: Option<String>,
}

impl Candidate {
    fn without_base(candidate: Option<String>, pull: Option<u64>, why: &str) -> Self {
        Self { commit: candidate, pull, nothing_compared: Some(why.to_owned()), ..Self::default() }
    }

    /// Whether a series was measured side by side with the base.
    pub(crate) fn is_in_session(&self, key: &SeriesKey) -> bool {
        self.session.as_ref().is_some_and(|session| session.result(key).is_some())
    }

    /// Whether an id (or the beginning of one) names a commit of the pull request.
    pub(crate) fn has_commit(&self, name: &str) -> bool {
        self.own_commits.iter().any(|id| commit_ref::is_name_of(id, name))
    }
}

/// Leaves in the history what is to be judged.
///
/// # Errors
/// A base that neither the history nor the repository knows, or a name of several commits, in words
/// for the caller.
pub(crate) fn select(
    history: &mut History,
    request: &CandidateRequest<'_>,
) -> Result<Candidate, String> {
    match &request.candidate {
        CandidateRef::Newest => match newest_on_main(history, None) {
            Some(candidate) => select_on_main(history, request, candidate),
            None => Ok(Candidate::without_base(None, None, "the main line has no records")),
        },
        CandidateRef::Commit(name) => match find_named(history, name, request)? {
            Some(at) if history.commits[at].main_line => select_on_main(history, request, at),
            // A commit that only a pull request measured is judged as that pull request, so that
            // `--candidate <sha>` in its job means the same as `--pull <number>`.
            Some(at) => match pull_of(history, at) {
                Some(pull) => select_on_pull(history, request, pull, at),
                None => {
                    let why = "its records belong to another branch";
                    Ok(Candidate::without_base(Some(name.clone()), None, why))
                }
            },
            None => {
                Ok(Candidate::without_base(Some(name.clone()), None, "no record of the candidate"))
            }
        },
        CandidateRef::Pull(pull) => match head_of_pull(history, BranchId::of_pull(*pull)) {
            Some(head) => select_on_pull(history, request, *pull, head),
            None => {
                Ok(Candidate::without_base(None, Some(*pull), "no record of this pull request"))
            }
        },
    }
}

/// The newest measured commit of a pull request. A commit of the main line that was measured
/// between the runs of another one is that one's base.
fn head_of_pull(history: &History, branch: BranchId) -> Option<usize> {
    let of_branch = |column: &SeriesColumn| -> Vec<MeasurementRow> {
        column.rows.iter().filter(|row| row.branch == branch).copied().collect()
    };
    let rows: Vec<MeasurementRow> = history.columns.par_iter().flat_map_iter(of_branch).collect();
    let newest = |rows: &mut dyn Iterator<Item = &MeasurementRow>| {
        rows.map(|row| (row.time, row.commit)).max().map(|(_, commit)| commit)
    };
    let head = newest(&mut rows.iter())?;
    let is_main = |commit: u32| history.commits[commit as usize].main_line;
    let of_head = rows.iter().filter(|row| row.commit == head);
    let began = of_head.map(|row| row.time).min()?;
    let is_own_later = |row: &&MeasurementRow| !is_main(row.commit) && row.time > began;
    let own = newest(&mut rows.iter().filter(is_own_later)).filter(|_| is_main(head));
    Some(own.unwrap_or(head) as usize)
}

/// The pull request that measured a commit; of several the one with the smallest number.
fn pull_of(history: &History, commit: usize) -> Option<u64> {
    let rows = history.columns.iter().flat_map(|column| &column.rows);
    let measured = rows.filter(|row| row.commit as usize == commit);
    measured.filter_map(|row| row.branch.pull()).map(u64::from).min()
}

/// The candidate of a name: a measured commit, or what the repository calls so.
fn find_named(
    history: &History,
    name: &str,
    request: &CandidateRequest<'_>,
) -> Result<Option<usize>, String> {
    let names = history.commit_names();
    let find = |name: &str| names.find(name).map_err(|error| error.to_string());
    if let Some(at) = find(name)? {
        return Ok(Some(at));
    }
    if let Some(id) = (request.ancestors)(name).first()
        && let Some(at) = find(id)?
    {
        return Ok(Some(at));
    }
    Ok(MAIN_NAMES.contains(&name).then(|| newest_on_main(history, None)).flatten())
}

/// A measured commit by its id, the beginning of one, its tag, `main` or `latest`; else the nearest
/// measured ancestor of a name that `ancestors` knows.
///
/// # Errors
/// The name means several commits.
pub(crate) fn measured_commit(
    history: &History,
    name: &str,
    ancestors: &dyn Fn(&str) -> Vec<String>,
) -> Result<Option<CommitIndex>, AmbiguousName> {
    let named = history.commit_names().find_with_tags(name)?;
    let found = named.or_else(|| nearest_measured(history, &ancestors(name)).map(|(at, _)| at));
    let newest = || MAIN_NAMES.contains(&name).then(|| newest_on_main(history, None)).flatten();
    Ok(found.or_else(newest).map(commit_index))
}

/// The main line up to the candidate. With a base, only what changed after it counts.
fn select_on_main(
    history: &mut History,
    request: &CandidateRequest<'_>,
    candidate: usize,
) -> Result<Candidate, String> {
    let requested = requested_base(history, request)?;
    let previous = newest_on_main(history, Some(candidate));
    // Verdicts never use later runs: a check of an old commit says what it said then.
    for column in &mut history.columns {
        column.rows.retain(|row| row.branch != BranchId::MAIN || row.commit as usize <= candidate);
    }
    set_newest(history);
    // Without a base every open regression counts, whoever made it. A job on the main line that
    // failed only for its own commit would be green again with the next push, unfixed.
    let (base, why) = match &requested {
        Some((at, why)) => (Some(*at), why.clone()),
        None => (
            previous,
            "the measured commit before it; its level is the rolling baseline".to_owned(),
        ),
    };
    Ok(Candidate {
        main_base: base.map(|at| history.commits[at].id.clone()),
        base: base.map(|at| history.commits[at].id.clone()),
        commit: Some(history.commits[candidate].id.clone()),
        base_reason: why,
        first_commit: requested.map(|(at, _)| commit_index(at + 1)),
        ..Candidate::default()
    })
}

/// The main line up to the base, and behind it the runs of the pull request's head.
fn select_on_pull(
    history: &mut History,
    request: &CandidateRequest<'_>,
    pull: u64,
    head: usize,
) -> Result<Candidate, String> {
    let id = history.commits[head].id.clone();
    let branch = BranchId::of_pull(pull);
    let line = base_line::of_pull(history, request.base.as_deref(), request.base_branch, branch);
    if let Some(line) = &line {
        base_line::make_main(history, line, branch);
    }
    let bases = PullBase::of(history, request, branch, head)?;
    if bases.main.is_none() && bases.session.is_none() {
        let why = "no run of the main line is older than the candidate";
        return Ok(Candidate::without_base(Some(id), Some(pull), why));
    }
    let runner_fields = &request.policy.runner_fingerprinting.track_fields;
    let machines = runner_numbers(history, runner_fields);
    let last_of_base = bases.main.as_ref().map(|(base, _)| *base);
    // In one pass on all threads: with 200,000 records this was an eighth of a watched check.
    let taken = history.columns.par_iter_mut().map(|column| {
        let mut own = Vec::new();
        // Runs of other pull requests go too: they were never on the main line.
        column.rows.retain(|row| {
            if row.branch == branch {
                own.push(*row);
            }
            row.branch == BranchId::MAIN
                && last_of_base.is_some_and(|last| row.commit as usize <= last)
        });
        let commits: Vec<usize> = own.iter().map(|row| row.commit as usize).collect();
        own.retain(|row| row.commit as usize == head);
        (split_into_runs(own, typical_repeats(column, &machines), &machines), commits)
    });
    let (runs, commits): (Vec<Vec<Vec<MeasurementRow>>>, Vec<Vec<usize>>) = taken.unzip();
    let mut seen = vec![false; history.commits.len()];
    commits.into_iter().flatten().for_each(|commit| seen[commit] = true);
    let own = history.commits.iter().zip(seen).filter(|(commit, seen)| *seen && !commit.main_line);
    let own = own.map(|(commit, _)| commit.id.clone()).collect();
    set_newest(history);
    let measured_at = runs.iter().flatten().flatten().map(|row| row.time).min();
    let (base, base_reason) = bases.compared();
    let commit_id = |at: usize| history.commits[at].id.clone();
    let (main_base, base) = (bases.of_pages(history).map(commit_id), base.map(commit_id));
    let first = append_runs(history, head, runs);
    Ok(Candidate {
        pull: Some(pull),
        base,
        main_base,
        commit: Some(id),
        base_reason,
        first_commit: Some(first),
        measured_at,
        own_commits: own,
        session: bases.session,
        nothing_compared: None,
    })
}

/// The newest record of what is left of the main line.
fn set_newest(history: &mut History) {
    let main = |row: &&MeasurementRow| row.branch == BranchId::MAIN;
    let newest = |column: &SeriesColumn| column.rows.iter().filter(main).map(|row| row.time).max();
    history.newest = history.columns.par_iter().filter_map(newest).max();
}

fn commit_index(at: usize) -> CommitIndex {
    CommitIndex(u32::try_from(at).unwrap_or(u32::MAX))
}
