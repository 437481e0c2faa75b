//! Which series were measured at which commit, and the order of measured commits.

use rustc_hash::FxHashMap;

use crate::report::urls;
use crate::site::input::SiteInput;
use model::history::{Commit, History};
use model::series::{CommitIndex, Series};

/// A run of one series; for pull requests an index into the series' `pulls`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunRef {
    pub(crate) series: u32,
    pub(crate) run: u32,
}

/// The measured commits of a site.
pub(crate) struct CommitLookup<'a> {
    commits: &'a [Commit],
    index_by_id: FxHashMap<&'a str, usize>,
    /// By commit: the series measured there on the main line, in order.
    main_runs: Vec<Vec<RunRef>>,
    /// By commit: the series measured there for a pull request.
    pull_runs: Vec<Vec<RunRef>>,
    /// Commits measured on the main line, in time order.
    main_line: Vec<CommitIndex>,
    /// By commit: see [`CommitLookup::main_line_place`].
    places: Vec<u32>,
    /// By series: see [`CommitLookup::newest_run`].
    earliest_from: Vec<Vec<CommitIndex>>,
}

impl<'a> CommitLookup<'a> {
    pub(crate) fn of(input: &SiteInput<'a>) -> Self {
        let history: &'a History = input.history;
        let commits = history.commits.as_slice();
        let ids = commits.iter().enumerate();
        let (mut main_runs, mut pull_runs) =
            (vec![Vec::new(); commits.len()], vec![Vec::new(); commits.len()]);
        for (index, series) in input.series.iter().enumerate() {
            for (run, measured) in series.runs.iter().enumerate() {
                let is_again = |last: u32| series.runs[last as usize].segment == measured.segment;
                add_run(&mut main_runs, measured.commit, run_ref(index, run), &is_again);
            }
            for (run, pulled) in series.pulls.iter().enumerate() {
                let is_again = |last: u32| {
                    let last = &series.pulls[last as usize];
                    (last.pull, last.run.segment) == (pulled.pull, pulled.run.segment)
                };
                add_run(&mut pull_runs, pulled.run.commit, run_ref(index, run), &is_again);
            }
        }
        let measured = (0..main_runs.len()).filter(|commit| !main_runs[*commit].is_empty());
        let places = main_runs.iter().scan(0, |count, runs| {
            let place = *count;
            *count += u32::from(!runs.is_empty());
            Some(place)
        });
        Self {
            places: places.collect(),
            commits,
            index_by_id: ids.map(|(index, commit)| (commit.id.as_str(), index)).collect(),
            main_line: measured.map(commit_index).collect(),
            main_runs,
            pull_runs,
            earliest_from: input.series.iter().map(earliest_from).collect(),
        }
    }

    /// A commit of the history, measured or not, by its full id.
    pub(crate) fn by_id(&self, id: &str) -> Option<CommitIndex> {
        self.index_by_id.get(id).copied().map(commit_index)
    }

    /// A commit that has a run, by its full id.
    pub(crate) fn measured_by_id(&self, id: &str) -> Option<CommitIndex> {
        self.by_id(id).filter(|commit| self.is_measured(*commit))
    }

    fn is_measured(&self, commit: CommitIndex) -> bool {
        !self.main_runs(commit).is_empty() || !self.pull_runs(commit).is_empty()
    }

    pub(crate) fn main_runs(&self, commit: CommitIndex) -> &[RunRef] {
        &self.main_runs[commit.0 as usize]
    }

    pub(crate) fn pull_runs(&self, commit: CommitIndex) -> &[RunRef] {
        &self.pull_runs[commit.0 as usize]
    }

    /// Commits measured on the main line, in time order.
    pub(crate) fn main_line(&self) -> &[CommitIndex] {
        &self.main_line
    }

    /// The place of a commit in [`CommitLookup::main_line`], or where it would stand.
    pub(crate) fn main_line_place(&self, commit: CommitIndex) -> u32 {
        self.places[commit.0 as usize]
    }

    /// The measured commit of the main line just before `commit`.
    pub(crate) fn before(&self, commit: CommitIndex) -> Option<CommitIndex> {
        let position = self.main_line.partition_point(|other| *other < commit);
        position.checked_sub(1).map(|position| self.main_line[position])
    }

    /// The measured commit of the main line just after `commit`.
    pub(crate) fn after(&self, commit: CommitIndex) -> Option<CommitIndex> {
        let position = self.main_line.partition_point(|other| *other <= commit);
        self.main_line.get(position).copied()
    }

    /// Measured commits, newest first, each address once: of commits that share their first twelve
    /// digits only the newest has a page.
    pub(crate) fn with_address(&self) -> Vec<CommitIndex> {
        let mut slugs = std::collections::BTreeSet::new();
        let indices = (0..self.commits.len()).rev().map(commit_index);
        indices
            .filter(|commit| self.is_measured(*commit))
            .filter(|commit| slugs.insert(urls::commit_slug(&self.commits[commit.0 as usize].id)))
            .collect()
    }

    /// The newest run with a value at or before a commit: index into the series' runs. It mostly is
    /// the one just before the run `near`, so that one is tried before the binary search.
    pub(crate) fn newest_run(
        &self,
        series: usize,
        commit: CommitIndex,
        near: Option<usize>,
    ) -> Option<usize> {
        let earliest = &self.earliest_from[series];
        let is_within = |run: usize| earliest[run] <= commit;
        if let Some(run) = near
            && !is_within(run)
            && run.checked_sub(1).is_none_or(is_within)
        {
            return run.checked_sub(1);
        }
        earliest.partition_point(|earliest| *earliest <= commit).checked_sub(1)
    }
}

/// Adds a run of a commit. Of a commit that is measured every night the newest run counts: it takes
/// the place of the last run where `is_again` says that it measured the same.
fn add_run(
    runs_by_commit: &mut [Vec<RunRef>],
    commit: CommitIndex,
    run: RunRef,
    is_again: &dyn Fn(u32) -> bool,
) {
    let runs = &mut runs_by_commit[commit.0 as usize];
    match runs.last_mut().filter(|last| last.series == run.series && is_again(last.run)) {
        Some(last) => *last = run,
        None => runs.push(run),
    }
}

// Histories are far smaller than u32::MAX; saturating keeps this free of panics.
fn commit_index(index: usize) -> CommitIndex {
    CommitIndex(u32::try_from(index).unwrap_or(u32::MAX))
}

fn run_ref(series: usize, run: usize) -> RunRef {
    RunRef {
        series: u32::try_from(series).unwrap_or(u32::MAX),
        run: u32::try_from(run).unwrap_or(u32::MAX),
    }
}

/// For each run the earliest commit of all runs with a value from there on.
///
/// Runs are in order of time, which need not be the order of their commits (a rebase, a wrong
/// clock). This list does rise, so that it can be searched: `[3, 1, 4]` gives `[1, 1, 4]`.
fn earliest_from(series: &Series) -> Vec<CommitIndex> {
    let mut earliest = CommitIndex(u32::MAX);
    let mut all: Vec<CommitIndex> = series
        .runs
        .iter()
        .rev()
        .map(|run| {
            if run.value.is_some() {
                earliest = earliest.min(run.commit);
            }
            earliest
        })
        .collect();
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::testing::SeriesBuilder;
    use proptest::prelude::*;

    fn series(runs: &[(u32, bool)]) -> Series {
        SeriesBuilder::of(runs.iter().map(|(_, valued)| valued.then_some(1.0)))
            .commits(runs.iter().map(|(commit, _)| *commit))
            .build()
    }

    proptest! {
        #[test]
        fn the_newest_run_before_a_commit_is_found_in_any_order_of_commits(
            runs in proptest::collection::vec((0..12_u32, any::<bool>()), 0..20),
            base in 0..12_u32,
        ) {
            let linear = runs.iter().rposition(|(commit, valued)| *valued && *commit <= base);
            let earliest = earliest_from(&series(&runs));
            let position = earliest.partition_point(|earliest| *earliest <= CommitIndex(base));
            prop_assert_eq!(position.checked_sub(1), linear);
        }
    }
}
