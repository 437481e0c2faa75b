//! A second comparison of what the analysis leaves open for a pull request.
//!
//! The analysis asks what the gate of the main line asks: is there a new level, confirmed by
//! several runs? A pull request is judged by less. So the candidate's runs are compared with the
//! base's present level alone, in three ways:
//!
//! - by the test of a candidate ([`detect::candidate_test`]), which blocks;
//! - by the same analysis, which may find a change where a step of the base itself a few runs
//!   before hid it (two steps so close look like one), and blocks too;
//! - as the page of the comparison does it, which raises a suspicion or reports an improvement.
//!
//! Example: the main line rose by 8 % three runs ago, the pull request by 12 % more. The analysis
//! of the whole sees one step, the base's; the recheck sees the second.

use std::collections::BTreeMap;

use crate::report::candidate::Candidate;
use crate::report::delta::{base_values, is_far_from_base};
use detect::candidate_test::{self, CandidateRegression, CandidateTest};
use detect::compare::{ComparisonCriteria, Delta, DeltaVerdict, compare};
use detect::{Analyses, Analysis, Change, ChangeStatus, Verdict};
use model::policy::Policy;
use model::series::{CommitIndex, Run, Series};

/// The second comparison of one series.
#[derive(Clone, Debug)]
pub(crate) struct Recheck {
    /// The candidate's runs against the level at the base.
    pub(crate) delta: Delta,
    /// The change behind the base's present level that the analysis or the test finds.
    pub(crate) change: Option<Change>,
}

/// Analyzes series as those of the history are analyzed.
pub(crate) type AnalyzeFn<'a> = dyn Fn(&[Series]) -> Analyses + 'a;

/// Tests a candidate's series with what people wrote about it.
pub(crate) type TestFn<'a> = dyn Fn(&CandidateTest<'_>) -> Option<CandidateRegression> + 'a;

/// How a candidate is compared again.
#[derive(Clone, Copy)]
pub(crate) struct RecheckInput<'a> {
    pub(crate) series: &'a [Series],
    pub(crate) candidate: &'a Candidate,
    pub(crate) policy: &'a Policy,
    pub(crate) analyze: &'a AnalyzeFn<'a>,
    pub(crate) test: &'a TestFn<'a>,
}

/// The clear differences, and what is behind suspicions, by index of the series.
pub(crate) fn recheck(input: RecheckInput<'_>, analyses: &[Analysis]) -> BTreeMap<usize, Recheck> {
    let RecheckInput { series, candidate, analyze, .. } = input;
    let Some(first) = candidate.first_commit.filter(|_| candidate.pull.is_some()) else {
        return BTreeMap::new();
    };
    let open: Vec<(usize, usize)> = series
        .iter()
        .zip(analyses)
        .enumerate()
        .filter(|(_, (one, _))| !candidate.is_in_session(&one.key))
        .filter_map(|(at, (one, analysis))| Some((at, first_unsettled_run(one, analysis, first)?)))
        .collect();
    let bases: Vec<Series> =
        open.iter().map(|&(at, start)| slice_runs(&series[at], 0..start)).collect();
    let of_bases = analyze(&bases).by_series;
    let mut regressions = regressions(input, first, &open, &of_bases);
    let mut found: Vec<(usize, usize, Recheck)> = Vec::new();
    let mut levels: Vec<Series> = Vec::new();
    for (&(at, start), (base, analysis)) in open.iter().zip(bases.iter().zip(&of_bases)) {
        let runs = &series[at].runs[start..];
        let Some(delta) = delta(runs, base, analysis) else { continue };
        let clear = matches!(delta.verdict, DeltaVerdict::Regressed | DeltaVerdict::Improved)
            || regressions.contains_key(&at);
        // A suspicion is worth a recheck that finds nothing: together the candidate's runs may
        // clear it.
        if !clear && !matches!(analyses[at].verdict, Verdict::Suspected { .. }) {
            continue;
        }
        let since = analysis.changes.last().map_or(0, |change| change.first_after);
        levels.push(slice_runs(&series[at], since..series[at].runs.len()));
        found.push((at, since, Recheck { delta, change: None }));
    }
    let of_levels = analyze(&levels).by_series;
    for ((at, since, recheck), analysis) in found.iter_mut().zip(of_levels) {
        let is_own =
            |change: &Change| series[*at].runs[change.first_after + *since].commit >= first;
        let mut changes = analysis.changes.into_iter().rev();
        recheck.change = changes
            .find(|it| !matches!(it.status, ChangeStatus::Fixed { .. }) && is_own(it))
            .map(|change| {
                let (first, last_before) =
                    (change.first_after + *since, change.last_before + *since);
                Change { first_after: first, last_before, ..change }
            })
            .or_else(|| regressions.remove(at));
    }
    found.into_iter().map(|(at, _, recheck)| (at, recheck)).collect()
}

/// The regressions that the test of a candidate finds in series whose candidate begins at the given
/// run, by index of the series.
fn regressions(
    input: RecheckInput<'_>,
    first: CommitIndex,
    open: &[(usize, usize)],
    of_bases: &[Analysis],
) -> BTreeMap<usize, Change> {
    let RecheckInput { series, policy, test, .. } = input;
    let found: Vec<(usize, CandidateRegression)> = open
        .iter()
        .zip(of_bases)
        .filter_map(|(&(at, start), base)| {
            let regression = test(&CandidateTest { series: &series[at], start, base, policy })?;
            Some((at, regression))
        })
        .collect();
    let is_measured = |series: &&Series| series.runs.iter().any(|run| run.commit >= first);
    let compared = series.iter().filter(is_measured).count();
    let p_values: Vec<f64> = found.iter().map(|(_, regression)| regression.p_value).collect();
    let is_real = candidate_test::control_false_discoveries(&p_values, compared);
    let real = found.into_iter().zip(is_real).filter(|(_, is_real)| *is_real);
    real.map(|((at, regression), _)| (at, regression.change)).collect()
}

fn slice_runs(series: &Series, runs: std::ops::Range<usize>) -> Series {
    Series { runs: series.runs[runs].to_vec(), pulls: Vec::new(), ..series.clone() }
}

/// The candidate's first run, where the analysis was free to see a step there and saw none.
fn first_unsettled_run(series: &Series, analysis: &Analysis, first: CommitIndex) -> Option<usize> {
    let compared = !matches!(
        analysis.verdict,
        Verdict::Infrastructure
            | Verdict::Missing
            | Verdict::Failed
            | Verdict::New
            | Verdict::NotCompared
    );
    let start = series.runs.iter().position(|run| run.commit >= first).filter(|it| *it > 0)?;
    let has_change = analysis.changes.iter().any(|change| change.first_after >= start);
    let far = is_far_from_base(series, analysis, start);
    (compared && !has_change && far).then_some(start)
}

/// The candidate's runs against the level at the base; none where the runner is another one.
/// `analysis` is that of the base.
fn delta(runs: &[Run], base: &Series, analysis: &Analysis) -> Option<Delta> {
    let newest = analysis.latest_run?;
    let segment = base.runs[newest].segment;
    let comparable = runs.iter().filter(|run| run.segment == segment);
    let after: Vec<f64> = comparable.filter_map(|run| base.compared_value(run)).collect();
    let criteria = ComparisonCriteria::of(base, analysis);
    compare(&base_values(base, analysis, newest), &after, criteria)
}
