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

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::report::base_line;
use crate::report::session::{CandidateSession, SessionRequest};
use model::commit_ref::{self, AmbiguousName};
use model::history::{BranchId, Environment, History, MeasurementRow, SeriesColumn};
use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::{CommitIndex, SeriesKey};
use model::text;

/// Newest runs of the main line from which the usual number of repeats is taken.
const TYPICAL_RUNS: usize = 20;

/// Names of the newest measured commit, where no repository knows better.
const MAIN_NAMES: [&str; 3] = ["main", "master", "latest"];

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

/// The newest commit of the main line, before another one where one is given.
fn newest_on_main(history: &History, before: Option<usize>) -> Option<usize> {
    let end = before.unwrap_or(history.commits.len());
    history.commits[..end].iter().rposition(|commit| commit.main_line)
}

/// The requested base, and how it was resolved; none where none was requested.
fn requested_base(
    history: &History,
    request: &CandidateRequest<'_>,
) -> Result<Option<(usize, String)>, String> {
    let Some(name) = &request.base else { return Ok(None) };
    let named = history.commit_names().find(name).map_err(|error| error.to_string())?;
    if let Some(at) = named.filter(|at| history.commits[*at].main_line) {
        return Ok(Some((at, "as requested".to_owned())));
    }
    if let Some(found) = nearest_measured(history, &(request.ancestors)(name)) {
        return Ok(Some(found));
    }
    if MAIN_NAMES.contains(&name.as_str())
        && let Some(at) = newest_on_main(history, None)
    {
        return Ok(Some((at, "the newest measured commit of the main line".to_owned())));
    }
    Err(format!(
        "base `{name}`: not a measured commit of the main line, and no measured ancestor of it is \
         known here; name a measured commit, or fetch the whole history (fetch-depth: 0)"
    ))
}

/// The first of these commits that was measured on the main line.
fn nearest_measured(history: &History, ancestors: &[String]) -> Option<(usize, String)> {
    let names = history.commit_names();
    let measured = |id: &String| {
        // Ids of git are whole: one that means several recorded commits means none for sure.
        let at = names.find(id).ok().flatten()?;
        history.commits[at].main_line.then_some(at)
    };
    let (back, at) =
        ancestors.iter().enumerate().find_map(|(back, id)| Some((back, measured(id)?)))?;
    let why = match back {
        0 => "measured".to_owned(),
        back => {
            format!("nearest measured ancestor, {} back", text::count_noun(back as u64, "commit"))
        }
    };
    Some((at, why))
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

/// What a pull request is compared with.
struct PullBase {
    session: Option<CandidateSession>,
    /// The measured commit of the main line, and how it was chosen.
    main: Option<(usize, String)>,
}

impl PullBase {
    /// Chooses the base of a pull request's head.
    ///
    /// # Errors
    /// A requested base is not known, and no session says it.
    fn of(
        history: &History,
        request: &CandidateRequest<'_>,
        branch: BranchId,
        head: usize,
    ) -> Result<Self, String> {
        let named = request.base.as_ref();
        let named = named.and_then(|name| history.commit_names().find(name).ok().flatten());
        let place = SessionRequest { head, branch, base: named };
        let session = CandidateSession::find(history, request.policy, place);
        let requested = match (requested_base(history, request), &session) {
            (Ok(requested), _) => requested,
            // The name may be of a commit that only this session measured.
            (Err(_), Some(_)) => None,
            (Err(error), None) => return Err(error),
        };
        // Parents are stronger than clocks: a branch may be older than the newest run of the main
        // line. Where git knows nothing (a shallow clone, an export), the order of measurement has
        // to do.
        let by_ancestry = || {
            let parents = (request.ancestors)(&history.commits[head].id);
            nearest_measured(history, &parents).filter(|(at, _)| *at != head)
        };
        let by_time = || {
            let why = "the newest measured commit of the main line before it";
            newest_on_main(history, Some(head)).map(|at| (at, why.to_owned()))
        };
        Ok(Self { session, main: requested.or_else(by_ancestry).or_else(by_time) })
    }

    /// The commit that pages compare with: that of the session, if the main line measured it.
    fn of_pages(&self, history: &History) -> Option<usize> {
        let of_session = self.session.as_ref().map(|session| session.base);
        let of_session = of_session.filter(|base| history.commits[*base].main_line);
        of_session.or(self.main.as_ref().map(|(base, _)| *base))
    }

    /// The commit that the candidate is compared with, and why.
    fn compared(&self) -> (Option<usize>, String) {
        match (&self.session, &self.main) {
            (Some(session), _) => (Some(session.base), session.base_reason()),
            (None, Some((base, why))) => (Some(*base), why.clone()),
            (None, None) => (None, String::new()),
        }
    }
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

/// By environment: the number of its runner, as far as the policy tells runners apart.
fn runner_numbers(history: &History, fields: &[String]) -> Vec<usize> {
    let mut number_by_runner: BTreeMap<_, usize> = BTreeMap::new();
    let machine = |environment: &Environment| {
        let of = |field: &String| environment.fields.get(field).cloned();
        (fields.iter().map(of).collect::<Vec<_>>(), environment.version.clone())
    };
    let numbers = history.environments.iter().map(machine).map(|machine| {
        let next = number_by_runner.len();
        *number_by_runner.entry(machine).or_insert(next)
    });
    numbers.collect()
}

/// How many repeats a run of the main line has here: the median of its newest runs, at least 1.
fn typical_repeats(column: &SeriesColumn, machines: &[usize]) -> usize {
    let mut sizes: BTreeMap<(u32, usize, i64), usize> = BTreeMap::new();
    for row in column.rows.iter().rev().filter(|row| row.value.is_some()) {
        let run = (row.commit, machines[row.environment as usize], row.time.day());
        if sizes.len() == TYPICAL_RUNS && !sizes.contains_key(&run) {
            break;
        }
        *sizes.entry(run).or_default() += 1;
    }
    let mut sizes: Vec<usize> = sizes.into_values().collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or(1).max(1)
}

/// The candidate's rows as runs, each of as many repeats as a run of the main line has: five
/// repeats in one job are one run, so that one bad minute of one machine confirms nothing; the
/// same job started three times is three. Failed rows count only where nothing else came.
fn split_into_runs(
    rows: Vec<MeasurementRow>,
    repeats: usize,
    machines: &[usize],
) -> Vec<Vec<MeasurementRow>> {
    // A failed attempt beside a good one is the harness's retry; alone it is the result.
    let valued = rows.iter().any(|row| row.value.is_some());
    let mut by_machine: BTreeMap<usize, Vec<MeasurementRow>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| !valued || row.value.is_some()) {
        by_machine.entry(machines[row.environment as usize]).or_default().push(row);
    }
    let mut runs = Vec::new();
    for rows in by_machine.into_values() {
        // Rounded down: a run with two repeats more is still one run.
        let count = (rows.len() / repeats).max(1);
        for at in 0..count {
            let (from, to) = (at * rows.len() / count, (at + 1) * rows.len() / count);
            runs.push(rows[from..to].to_vec());
        }
    }
    runs.sort_by_key(|run| run.first().map(|row| row.time));
    runs
}

/// Puts the candidate's runs behind everything else: each under a commit of its own, all on one
/// day that nothing else was measured on, because shifts of all backends are looked for by day.
/// Returns the first of those commits.
fn append_runs(
    history: &mut History,
    head: usize,
    runs_by_column: Vec<Vec<Vec<MeasurementRow>>>,
) -> CommitIndex {
    let count = runs_by_column.iter().map(Vec::len).max().unwrap_or(0);
    let measured = runs_by_column.iter().flatten().flatten().map(|row| row.time).min();
    let newest = |column: &SeriesColumn| column.rows.iter().map(|row| row.time).max();
    let newest = history.columns.par_iter().filter_map(newest).max();
    let free = newest.map_or(0, |newest| newest.day().saturating_add(1).saturating_mul(DAY_US));
    let start = measured.map_or(free, |time| time.micros().max(free));
    let first = history.commits.len();
    let time = |at: usize| Timestamp::from_micros(start.saturating_add(at as i64));
    for at in 0..count {
        let mut commit = history.commits[head].clone();
        commit.time = time(at);
        history.commits.push(commit);
    }
    for (column, runs) in history.columns.iter_mut().zip(runs_by_column) {
        for (at, run) in runs.into_iter().enumerate() {
            let commit = u32::try_from(first + at).unwrap_or(u32::MAX);
            let placed = run.into_iter().map(|row| MeasurementRow {
                time: time(at),
                commit,
                branch: BranchId::MAIN,
                ..row
            });
            column.rows.extend(placed);
        }
    }
    commit_index(first)
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
