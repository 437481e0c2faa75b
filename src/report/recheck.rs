//! A second look at what the analysis leaves open for a pull request.
//!
//! Two things keep it from seeing a candidate's step: too few runs, and a step of the base's own a
//! few runs before (two steps so close are told as one). So the runs are looked at against the
//! base's present level alone: by the same analysis, which may find a change there, and as the page
//! of the comparison does it, which can raise a suspicion or praise, and never blocks.

use std::collections::BTreeMap;

use crate::report::candidate::Candidate;
use crate::report::delta::base_values;
use detect::compare::{ComparisonCriteria, Delta, DeltaVerdict, compare};
use detect::{Analyses, Analysis, Change, ChangeStatus, Verdict};
use model::series::{CommitIndex, Series};

/// What a second look at one series shows.
#[derive(Clone, Debug)]
pub(crate) struct Recheck {
    /// The candidate's runs against the level at the base.
    pub(crate) delta: Delta,
    /// The change that the analysis finds behind the base's present level.
    pub(crate) change: Option<Change>,
}

/// Analyses series as those of the history are analysed.
pub(crate) type AnalyzeFn<'a> = dyn Fn(&[Series]) -> Analyses + 'a;

/// The clear differences, and what is behind suspicions, by index of the series.
pub(crate) fn recheck(
    series: &[Series],
    analyses: &[Analysis],
    scene: &Candidate,
    analyse: &AnalyzeFn<'_>,
) -> BTreeMap<usize, Recheck> {
    let Some(first) = scene.first_commit.filter(|_| scene.pull.is_some()) else {
        return BTreeMap::new();
    };
    let open: Vec<(usize, usize)> = series
        .iter()
        .zip(analyses)
        .enumerate()
        .filter_map(|(at, (one, analysis))| Some((at, first_unsettled_run(one, analysis, first)?)))
        .collect();
    let bases: Vec<Series> =
        open.iter().map(|&(at, start)| slice_runs(&series[at], 0..start)).collect();
    let of_bases = analyse(&bases).by_series;
    let mut found: Vec<(usize, usize, Recheck)> = Vec::new();
    let mut levels: Vec<Series> = Vec::new();
    for (&(at, start), (base, analysis)) in open.iter().zip(bases.iter().zip(&of_bases)) {
        let Some(delta) = delta(&series[at], start, (base, analysis)) else { continue };
        let clear = matches!(delta.verdict, DeltaVerdict::Regressed | DeltaVerdict::Improved);
        // Of a suspicion it is told too that the candidate's runs together do not bear it out.
        if !clear && !matches!(analyses[at].verdict, Verdict::Suspected { .. }) {
            continue;
        }
        let since = analysis.changes.last().map_or(0, |change| change.first_after);
        levels.push(slice_runs(&series[at], since..series[at].runs.len()));
        found.push((at, since, Recheck { delta, change: None }));
    }
    let of_levels = analyse(&levels).by_series;
    for ((at, since, second), analysis) in found.iter_mut().zip(of_levels) {
        let own = |change: &Change| series[*at].runs[change.first_after + *since].commit >= first;
        let mut changes = analysis.changes.into_iter().rev();
        second.change =
            changes.find(|it| it.status != ChangeStatus::Fixed && own(it)).map(|change| {
                let (first, last_before) =
                    (change.first_after + *since, change.last_before + *since);
                Change { first_after: first, last_before, ..change }
            });
    }
    found.into_iter().map(|(at, _, second)| (at, second)).collect()
}

fn slice_runs(series: &Series, runs: std::ops::Range<usize>) -> Series {
    Series { runs: series.runs[runs].to_vec(), pulls: Vec::new(), ..series.clone() }
}

/// The candidate's first run, where the analysis was free to see a step there and saw none.
fn first_unsettled_run(series: &Series, analysis: &Analysis, first: CommitIndex) -> Option<usize> {
    let compared = !matches!(
        analysis.verdict,
        Verdict::Infrastructure | Verdict::Missing | Verdict::New | Verdict::NotCompared
    );
    let start = series.runs.iter().position(|run| run.commit >= first).filter(|it| *it > 0)?;
    let told = analysis.changes.iter().any(|change| change.first_after >= start);
    // Runs that do not come near the limit are most, and cost no more than this.
    let level = analysis.level.last_before(start);
    let reach = analysis.threshold / 2.0;
    let far = |value: f64| level.is_none_or(|it| (value / it - 1.0).abs() > reach);
    let far = series.runs[start..].iter().filter_map(|run| run.value.get()).any(far);
    (compared && !told && far).then_some(start)
}

/// The candidate's runs against the level at the base; none where the runner is another one.
fn delta(series: &Series, start: usize, (base, analysis): (&Series, &Analysis)) -> Option<Delta> {
    let newest = analysis.latest_run?;
    let segment = base.runs[newest].segment;
    let own = series.runs[start..].iter().filter(|run| run.segment == segment);
    let after: Vec<f64> = own.filter_map(|run| run.value.get()).collect();
    let (noise, threshold) = (analysis.noise, analysis.threshold);
    let by = ComparisonCriteria { noise, threshold, direction: series.direction };
    compare(&base_values(base, analysis, newest), &after, by)
}
