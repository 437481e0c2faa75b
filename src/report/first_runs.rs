//! The first days of a history: no series of the main line has the runs and days that a verdict
//! needs, so neither a pull request nor its own newest run can be compared.
//!
//! This is not the outcome of a pull request that lost its results, or ran on another machine than
//! a main line with a baseline. One series with a baseline ends the first days for all.
//!
//! Example: `min_sample_size` is 5, the main line has one run, and a pull request measured all its
//! benchmarks. Four runs are missing. `check --allow-first-runs` lets it through, with a warning.

use std::collections::BTreeMap;

use crate::report::candidate::Candidate;
use crate::report::unknown_runner::UnknownRunner;
use model::history::{BranchId, History};
use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::{Run, Series};
use model::text;

/// Runs of a series that end the first days whatever their runners, as a multiple of
/// `min_sample_size`: machines that never repeat are a fault of the set-up, which must show.
const MAX_RUNNERS: usize = 4;

/// How far the main line is from its first verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FirstRuns {
    /// Runs of the main line on one runner, of the series with most of them.
    pub(crate) runs: u32,
    /// Runs that a verdict needs: `regression.min_sample_size`.
    pub(crate) needed: u32,
    /// When the grace period of the oldest series ends, where it has not.
    pub(crate) grace_until: Option<Timestamp>,
    /// The caller lets pull requests through until then.
    pub(crate) is_allowed: bool,
}

impl FirstRuns {
    pub(crate) fn missing(&self) -> u32 {
        self.needed.saturating_sub(self.runs)
    }

    /// `FIRST RUNS: the main line has 1 of 5 runs, so nothing is compared yet.`
    pub(crate) fn headline(&self) -> String {
        // All runs are there: their number is no reason.
        if self.missing() == 0 && self.grace_until.is_some() {
            return "FIRST RUNS: the main line is in its grace period, so nothing is compared yet."
                .to_owned();
        }
        let needed = text::count_noun(u64::from(self.needed), "run");
        let runs = text::count(u64::from(self.runs.min(self.needed)));
        format!("FIRST RUNS: the main line has {runs} of {needed}, so nothing is compared yet.")
    }

    /// `No verdict yet: 4 more runs of the main line are missing.`
    pub(crate) fn next_step(&self) -> String {
        let date = |until| format!("the grace period ends on {}", text::date(until));
        let missing = u64::from(self.missing());
        let runs = || {
            let verb = if missing == 1 { "is" } else { "are" };
            format!("{} of the main line {verb} missing", text::count_noun(missing, "more run"))
        };
        match (missing, self.grace_until) {
            (0, Some(until)) => format!("No verdict yet: {}.", date(until)),
            (_, Some(until)) => format!("No verdict yet: {}, and {}.", runs(), date(until)),
            (_, None) => format!("No verdict yet: {}.", runs()),
        }
    }
}

/// What [`find`] looks at.
pub(crate) struct FirstRunsInput<'a> {
    pub(crate) history: &'a History,
    pub(crate) series: &'a [Series],
    pub(crate) candidate: &'a Candidate,
    pub(crate) policy: &'a Policy,
    pub(crate) unknown_runners: &'a BTreeMap<usize, UnknownRunner>,
    pub(crate) is_allowed: bool,
}

/// The first days, where the candidate has results and no series of the main line has a baseline.
pub(crate) fn find(input: &FirstRunsInput<'_>) -> Option<FirstRuns> {
    let has_results = match input.candidate.pull {
        Some(pull) => has_results(input, pull),
        None => is_measured_on_main(input),
    };
    if !has_results {
        return None;
    }
    let each = input.series.iter().map(|series| MainLineRuns::of(series, input));
    let bases: Vec<MainLineRuns> = each.filter(|base| base.total > 0).collect();
    if bases.iter().any(MainLineRuns::has_baseline) {
        return None;
    }
    // The series that is nearest to its first verdict.
    let nearest = bases.iter().max_by_key(|base| (base.on_one_runner.min(base.needed), base.age));
    let needed = input.policy.regression.min_sample_size;
    Some(FirstRuns {
        runs: nearest.map_or(0, |base| u32::try_from(base.on_one_runner).unwrap_or(u32::MAX)),
        needed,
        grace_until: nearest.and_then(MainLineRuns::grace_until),
        is_allowed: input.is_allowed,
    })
}

/// Whether the candidate is a commit of the main line with any value. Its own run is one of those
/// that the first verdict needs.
fn is_measured_on_main(input: &FirstRunsInput<'_>) -> bool {
    let candidate = input.candidate;
    let mut runs = input.series.iter().filter_map(|series| series.runs.last());
    candidate.commit.is_some()
        && candidate.nothing_compared.is_none()
        && runs.any(|run| run.value.is_some())
}

/// Whether the pull request measured anything.
fn has_results(input: &FirstRunsInput<'_>, pull: u64) -> bool {
    // Runs on a runner that the main line does not know were taken out of their series.
    if !input.unknown_runners.is_empty() {
        return true;
    }
    match input.candidate.first_commit {
        Some(first) => {
            let runs = input.series.iter().flat_map(|series| &series.runs);
            runs.filter(|run| run.commit >= first).any(|run| run.value.is_some())
        }
        // Without a base, nothing was moved behind the main line.
        None => {
            let rows = input.history.columns.iter().flat_map(|column| &column.rows);
            let mut own = rows.filter(|row| row.branch == BranchId::of_pull(pull));
            own.any(|row| row.value.is_some())
        }
    }
}

/// The runs of the main line of one series, failed ones too: a main line that only fails is no
/// reason to let everything through.
struct MainLineRuns {
    total: usize,
    on_one_runner: usize,
    needed: usize,
    first: Option<Timestamp>,
    /// Microseconds from the first run to the candidate.
    age: i64,
    grace: i64,
}

impl MainLineRuns {
    fn of(series: &Series, input: &FirstRunsInput<'_>) -> Self {
        // Of the main line, every run counts.
        let start = input.candidate.first_commit.filter(|_| input.candidate.pull.is_some());
        let is_base = |run: &&Run| start.is_none_or(|start| run.commit < start);
        let runs: Vec<&Run> = series.runs.iter().filter(is_base).collect();
        let mut by_runner: BTreeMap<u32, usize> = BTreeMap::new();
        runs.iter().for_each(|run| *by_runner.entry(run.segment).or_default() += 1);
        let first = runs.first().map(|run| run.time);
        // The candidate counts as measured when its commit was put behind the main line.
        let end = start.and_then(|start| input.history.commits.get(start.0 as usize));
        let end = end.map(|commit| commit.time).or(runs.last().map(|run| run.time));
        let age =
            first.zip(end).map_or(0, |(first, end)| end.micros().saturating_sub(first.micros()));
        let regression = &input.policy.regression;
        Self {
            total: runs.len(),
            on_one_runner: by_runner.into_values().max().unwrap_or(0),
            needed: regression.min_sample_size as usize,
            first,
            age,
            grace: i64::from(regression.grace_period_days).saturating_mul(DAY_US),
        }
    }

    fn has_baseline(&self) -> bool {
        let most = self.needed.saturating_mul(MAX_RUNNERS);
        let has_runs = self.on_one_runner >= self.needed || self.total >= most;
        has_runs && self.age >= self.grace
    }

    fn grace_until(&self) -> Option<Timestamp> {
        let first = self.first.filter(|_| self.age < self.grace)?;
        Some(Timestamp::from_micros(first.micros().saturating_add(self.grace)))
    }
}
