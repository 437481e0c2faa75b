//! What is judged against what: the history as it would be, had the candidate been merged.
//!
//! A pull request's runs are put behind the main line up to its base, as runs of a day of their
//! own, and the analysis that makes the site judges the newest level of that history. On the main
//! line nothing is moved; what is newer than the candidate is left out. Refuses a base that nobody
//! knows; a candidate without records is told, since that is not the caller's fault.

use std::collections::BTreeMap;

use rayon::prelude::*;

use model::history::{Column, Commit, Environment, History, Line, Row};
use model::record::time::{DAY_US, Timestamp};
use model::series::CommitIndex;
use model::text;

/// Newest runs of the main line that tell how many repeats a run of it has.
const TYPICAL: usize = 20;

/// Names of the newest measured commit, where no repository knows better.
const NEWEST: [&str; 3] = ["main", "master", "latest"];

/// Whose runs are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The newest run of the main line.
    Newest,
    /// A commit, by id or the beginning of one.
    Commit(String),
    /// The newest measured commit of a pull request.
    Pull(u64),
}

/// What is asked for.
pub(crate) struct Request<'a> {
    pub(crate) candidate: Wanted,
    /// Fields that tell runners apart: `runner_fingerprinting.track_fields`.
    pub(crate) runner_fields: &'a [String],
    /// A commit, or any name that `ancestors` knows; none: the nearest measured ancestor.
    pub(crate) base: Option<String>,
    /// First parents of a name of the repository, itself first; empty where it is not known there.
    pub(crate) ancestors: &'a dyn Fn(&str) -> Vec<String>,
}

/// What is judged against what.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scene {
    pub(crate) pull: Option<u64>,
    /// Ids of the commits; none where there is no such commit.
    pub(crate) base: Option<String>,
    pub(crate) candidate: Option<String>,
    /// How the base was chosen.
    pub(crate) why: String,
    /// Where the candidate's own runs begin. None on the main line without a base: there every
    /// open change counts, whoever made it.
    pub(crate) first: Option<CommitIndex>,
    /// Commits of the pull request: what is accepted for one of them is accepted for its runs.
    pub(crate) own: Vec<String>,
    /// Why there is nothing to compare.
    pub(crate) nothing: Option<String>,
}

impl Scene {
    fn nothing(candidate: Option<String>, pull: Option<u64>, why: &str) -> Self {
        Self { candidate, pull, nothing: Some(why.to_owned()), ..Self::default() }
    }

    /// Whether an id (or the beginning of one) names a commit of the pull request.
    pub(crate) fn owns(&self, name: &str) -> bool {
        self.own.iter().any(|id| same_commit(id, name))
    }
}

/// Whether two names are those of one commit: alike, or one the beginning of the other from 7
/// characters on.
fn same_commit(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short == long || short.len() >= 7 && long.starts_with(short)
}

/// Sets the stage: leaves in the history what is to be judged.
///
/// # Errors
/// A base that neither the history nor the repository knows, in words for the caller.
pub(crate) fn stage(history: &mut History, request: &Request<'_>) -> Result<Scene, String> {
    match &request.candidate {
        Wanted::Newest => match newest_main(history, None) {
            Some(candidate) => on_main(history, request, candidate),
            None => Ok(Scene::nothing(None, None, "the main line has no records")),
        },
        Wanted::Commit(name) => match named(history, name, request) {
            Some(at) if history.commits[at].main_line => on_main(history, request, at),
            Some(at) => match pull_of(history, at) {
                Some(pull) => on_pull(history, request, pull, at),
                None => {
                    let why = "its records belong to another branch";
                    Ok(Scene::nothing(Some(name.clone()), None, why))
                }
            },
            None => Ok(Scene::nothing(Some(name.clone()), None, "no record of the candidate")),
        },
        Wanted::Pull(pull) => {
            let newest = |column: &Column| {
                let own = column.rows.iter().filter(|row| row.line_of == Line::of_pull(*pull));
                own.map(|row| (row.time, row.commit)).max()
            };
            match history.columns.par_iter().filter_map(newest).max() {
                Some((_, head)) => on_pull(history, request, *pull, head as usize),
                None => Ok(Scene::nothing(None, Some(*pull), "no record of this pull request")),
            }
        }
    }
}

/// The pull request that measured a commit; of several the one with the smallest number.
fn pull_of(history: &History, commit: usize) -> Option<u64> {
    let rows = history.columns.iter().flat_map(|column| &column.rows);
    let own = rows.filter(|row| row.commit as usize == commit);
    own.filter_map(|row| row.line_of.pull()).map(u64::from).min()
}

/// The candidate of a name: a measured commit, or what the repository calls so.
fn named(history: &History, name: &str, request: &Request<'_>) -> Option<usize> {
    let by_repository = || find(history, (request.ancestors)(name).first()?);
    let newest = || NEWEST.contains(&name).then(|| newest_main(history, None)).flatten();
    find(history, name).or_else(by_repository).or_else(newest)
}

/// The commit of a name, one of the main line before others.
fn find(history: &History, name: &str) -> Option<usize> {
    let named = |commit: &Commit| same_commit(&commit.id, name);
    let all = &history.commits;
    let exact = all.iter().position(|commit| commit.id == name);
    exact
        .or_else(|| all.iter().position(|commit| commit.main_line && named(commit)))
        .or_else(|| all.iter().position(named))
}

/// A measured commit by its id, the beginning of one, its tag, `main` or `latest`; else the nearest
/// measured ancestor of a name that `ancestors` knows.
pub(crate) fn measured(
    history: &History,
    name: &str,
    ancestors: &dyn Fn(&str) -> Vec<String>,
) -> Option<CommitIndex> {
    let tagged = || history.commits.iter().rposition(|it| it.tags.iter().any(|tag| tag == name));
    let known = find(history, name).or_else(tagged);
    let found = known.or_else(|| nearest(history, &ancestors(name)).map(|(at, _)| at));
    let newest = || NEWEST.contains(&name).then(|| newest_main(history, None)).flatten();
    found.or_else(newest).map(index)
}

/// The newest commit of the main line, before another one where one is given.
fn newest_main(history: &History, before: Option<usize>) -> Option<usize> {
    let end = before.unwrap_or(history.commits.len());
    history.commits[..end].iter().rposition(|commit| commit.main_line)
}

/// The base that was asked for, and how it was found; none where none was asked for.
fn asked(history: &History, request: &Request<'_>) -> Result<Option<(usize, String)>, String> {
    let Some(name) = &request.base else { return Ok(None) };
    if let Some(at) = find(history, name).filter(|at| history.commits[*at].main_line) {
        return Ok(Some((at, "as asked for".to_owned())));
    }
    if let Some(found) = nearest(history, &(request.ancestors)(name)) {
        return Ok(Some(found));
    }
    if NEWEST.contains(&name.as_str())
        && let Some(at) = newest_main(history, None)
    {
        return Ok(Some((at, "the newest measured commit of the main line".to_owned())));
    }
    Err(format!(
        "base `{name}` is no measured commit of the main line, and no measured ancestor of it is \
         known here; name a measured commit, or fetch the history (fetch-depth: 0)"
    ))
}

/// The first of these commits that was measured on the main line.
fn nearest(history: &History, ancestors: &[String]) -> Option<(usize, String)> {
    let known: BTreeMap<&str, usize> = history
        .commits
        .iter()
        .enumerate()
        .filter(|(_, commit)| commit.main_line)
        .map(|(at, commit)| (commit.id.as_str(), at))
        .collect();
    let named = |id: &String| {
        let exact = known.get(id.as_str()).copied();
        // Recorded shas may be short: then the recorded one is the beginning of the full one.
        let short = || {
            let (before, at) = known.range(..=id.as_str()).next_back()?;
            (text::is_sha(before) && id.starts_with(*before)).then_some(*at)
        };
        exact.or_else(short)
    };
    let (back, at) =
        ancestors.iter().enumerate().find_map(|(back, id)| Some((back, named(id)?)))?;
    let why = match back {
        0 => "measured".to_owned(),
        back => {
            format!("nearest measured ancestor, {} back", text::counted(back as u64, "commit"))
        }
    };
    Some((at, why))
}

/// The main line up to the candidate. With a base, only what changed after it counts.
fn on_main(
    history: &mut History,
    request: &Request<'_>,
    candidate: usize,
) -> Result<Scene, String> {
    let asked = asked(history, request)?;
    let previous = newest_main(history, Some(candidate));
    for column in &mut history.columns {
        column.rows.retain(|row| row.line_of != Line::MAIN || row.commit as usize <= candidate);
    }
    set_newest(history);
    let (base, why) = match &asked {
        Some((at, why)) => (Some(*at), why.clone()),
        None => (previous, "the measured commit before, its level the rolling baseline".to_owned()),
    };
    Ok(Scene {
        base: base.map(|at| history.commits[at].id.clone()),
        candidate: Some(history.commits[candidate].id.clone()),
        why,
        first: asked.map(|(at, _)| index(at + 1)),
        ..Scene::default()
    })
}

/// The main line up to the base, and behind it the runs of the pull request's head.
fn on_pull(
    history: &mut History,
    request: &Request<'_>,
    pull: u64,
    head: usize,
) -> Result<Scene, String> {
    let id = history.commits[head].id.clone();
    let by_ancestry = || {
        let parents = (request.ancestors)(&id);
        nearest(history, &parents).filter(|(at, _)| *at != head)
    };
    let by_time = || {
        let why = "the newest measured commit of the main line before it";
        newest_main(history, Some(head)).map(|at| (at, why.to_owned()))
    };
    let found = asked(history, request)?.or_else(by_ancestry).or_else(by_time);
    let Some((base, why)) = found else {
        let why = "no run of the main line is older than the candidate";
        return Ok(Scene::nothing(Some(id), Some(pull), why));
    };
    let machines = machines(history, request.runner_fields);
    let taken = history.columns.par_iter_mut().map(|column| {
        let mut own = Vec::new();
        column.rows.retain(|row| {
            if row.line_of == Line::of_pull(pull) {
                own.push(*row);
            }
            row.line_of == Line::MAIN && row.commit as usize <= base
        });
        let commits: Vec<usize> = own.iter().map(|row| row.commit as usize).collect();
        own.retain(|row| row.commit as usize == head);
        (runs(own, repeats(column, &machines), &machines), commits)
    });
    let (moved, commits): (Vec<Vec<Vec<Row>>>, Vec<Vec<usize>>) = taken.unzip();
    let mut seen = vec![false; history.commits.len()];
    commits.into_iter().flatten().for_each(|commit| seen[commit] = true);
    let own = history.commits.iter().zip(seen).filter(|(commit, seen)| *seen && !commit.main_line);
    let own = own.map(|(commit, _)| commit.id.clone()).collect();
    set_newest(history);
    let first = append(history, head, moved);
    Ok(Scene {
        pull: Some(pull),
        base: Some(history.commits[base].id.clone()),
        candidate: Some(id),
        why,
        first: Some(first),
        own,
        nothing: None,
    })
}

/// By environment: the number of its runner, as far as the policy tells runners apart.
fn machines(history: &History, fields: &[String]) -> Vec<usize> {
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    let machine = |environment: &Environment| {
        let of = |field: &String| environment.fields.get(field).cloned();
        (fields.iter().map(of).collect::<Vec<_>>(), environment.version.clone())
    };
    let numbers = history.environments.iter().map(machine).map(|machine| {
        let next = known.len();
        *known.entry(machine).or_insert(next)
    });
    numbers.collect()
}

/// How many repeats a run of the main line has here: the median of its newest runs, at least 1.
fn repeats(column: &Column, machines: &[usize]) -> usize {
    let mut sizes: BTreeMap<(u32, usize), usize> = BTreeMap::new();
    for row in column.rows.iter().rev().filter(|row| !row.value.is_nan()) {
        let run = (row.commit, machines[row.environment as usize]);
        if sizes.len() == TYPICAL && !sizes.contains_key(&run) {
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
fn runs(rows: Vec<Row>, repeats: usize, machines: &[usize]) -> Vec<Vec<Row>> {
    let valued = rows.iter().any(|row| !row.value.is_nan());
    let mut by_machine: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| !valued || !row.value.is_nan()) {
        by_machine.entry(machines[row.environment as usize]).or_default().push(row);
    }
    let mut runs = Vec::new();
    for rows in by_machine.into_values() {
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
/// day that nothing else was measured on, because moves of all backends are looked for by day.
/// Returns the first of those commits.
fn append(history: &mut History, head: usize, moved: Vec<Vec<Vec<Row>>>) -> CommitIndex {
    let count = moved.iter().map(Vec::len).max().unwrap_or(0);
    let measured = moved.iter().flatten().flatten().map(|row| row.time).min();
    let known = |row: &Row| {
        let commit = row.commit as usize;
        row.time.max(if history.dated[commit] { history.commits[commit].time } else { row.time })
    };
    let newest = |column: &Column| column.rows.iter().map(known).max();
    let newest = history.columns.par_iter().filter_map(newest).max();
    let free = newest.map_or(0, |newest| newest.day().saturating_add(1).saturating_mul(DAY_US));
    let start = measured.map_or(free, |time| time.micros().max(free));
    let first = history.commits.len();
    let time = |at: usize| Timestamp::from_micros(start.saturating_add(at as i64));
    for at in 0..count {
        let mut commit = history.commits[head].clone();
        commit.time = time(at);
        history.commits.push(commit);
        history.dated.push(true);
    }
    for (column, runs) in history.columns.iter_mut().zip(moved) {
        for (at, run) in runs.into_iter().enumerate() {
            let commit = u32::try_from(first + at).unwrap_or(u32::MAX);
            let placed = run.into_iter().map(|row| Row {
                time: time(at),
                commit,
                line_of: Line::MAIN,
                ..row
            });
            column.rows.extend(placed);
        }
    }
    index(first)
}

/// The newest record of what is left of the main line.
fn set_newest(history: &mut History) {
    let main = |row: &&Row| row.line_of == Line::MAIN;
    let newest = |column: &Column| column.rows.iter().filter(main).map(|row| row.time).max();
    history.newest = history.columns.par_iter().filter_map(newest).max();
}

fn index(at: usize) -> CommitIndex {
    CommitIndex(u32::try_from(at).unwrap_or(u32::MAX))
}
