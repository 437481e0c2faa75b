//! The rows of a pull request's head as runs, and their place behind the main line.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::commit_index;
use model::history::{BranchId, Environment, History, MeasurementRow, SeriesColumn};
use model::record::time::{DAY_US, Timestamp};
use model::series::CommitIndex;

/// Newest runs of the main line from which the usual number of repeats is taken.
const TYPICAL_RUNS: usize = 20;

/// By environment: the number of its runner, as far as the policy tells runners apart.
pub(super) fn runner_numbers(history: &History, fields: &[String]) -> Vec<usize> {
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
pub(super) fn typical_repeats(column: &SeriesColumn, machines: &[usize]) -> usize {
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
pub(super) fn split_into_runs(
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
pub(super) fn append_runs(
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
