//! The analysis of a history that was analysed before: series to which nothing happened since are
//! not analysed again, and what comes before the first change is not walked again. What is said is
//! what [`super::analyze_all`] would say.

use rayon::prelude::*;

use model::policy::Policy;
use model::series::{CommitIndex, Run, Series};

use super::analysis::SeriesReplay;
use super::analysis::{Analyses, Analysis, AnalysisContext, AnalysisDepth, ReplaySummary};
use super::changes::SeriesReview;
use super::sequential::{self, PassCheckpoint, PassResult};
use super::series_state::SeriesState;
use super::verdict::SeriesInput;
use super::{analyze, evidence};

/// What was found of every series, in the order of the series that it was found of.
pub struct AnalysisCache(Vec<CachedAnalysis>);

/// What was found of one series, and from what beside the series and the policy.
struct CachedAnalysis {
    state: SeriesState,
    review: SeriesReview,
    /// Before evidence.
    analysis: Analysis,
    replay_summary: SeriesReplay,
}

/// A way through series that was walked before, up to the commit at which others parted from it.
pub struct ReusablePass<'a> {
    series: &'a [Series],
    policy: &'a Policy,
    checkpoint: Option<(CommitIndex, PassCheckpoint)>,
    is_stale: bool,
}

impl<'a> ReusablePass<'a> {
    pub fn over(series: &'a [Series], policy: &'a Policy) -> Self {
        Self { series, policy, checkpoint: None, is_stale: false }
    }

    /// Walks ahead to the newest commit, before which little will change; false where nothing was
    /// to be done, or cannot be.
    pub fn prepare(&mut self) -> bool {
        let runs = self.series.iter().flat_map(|it| &it.runs);
        let newest = runs.map(|run| run.commit).max().filter(|_| self.checkpoint.is_none());
        let Some(from) = newest else { return false };
        self.checkpoint =
            PassCheckpoint::before(from, self.series, self.policy).map(|it| (from, it));
        self.checkpoint.is_some()
    }

    /// The last series had so little in common with these that another trail serves better.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Walks series under the same policy; none where too little is in common.
    fn resume(&mut self, series: &[Series]) -> Option<PassResult> {
        self.is_stale = true;
        let from = first_divergence(self.series, series)?;
        let before = |it: &Series| it.runs.iter().take_while(|run| run.commit < from).count();
        let shared: usize = series.par_iter().map(before).sum();
        let all: usize = series.iter().map(|it| it.runs.len()).sum();
        if 2 * shared < all {
            return None;
        }
        if self.checkpoint.as_ref().is_none_or(|(at, _)| *at > from) {
            let stopped = PassCheckpoint::before(from, self.series, self.policy);
            self.checkpoint = stopped.map(|stopped| (from, stopped));
        }
        let (_, stopped) = self.checkpoint.as_ref()?;
        self.is_stale = false;
        Some(stopped.resume(series, self.policy))
    }
}

/// The first commit that any of these series has other runs of; none where they are not the same
/// series. Behind the last commit where there is no such commit.
fn first_divergence(known: &[Series], series: &[Series]) -> Option<CommitIndex> {
    let end = CommitIndex(u32::MAX);
    let of_one = |(known, series): (&Series, &Series)| {
        let same = known.key == series.key
            && known.unit == series.unit
            && known.direction == series.direction
            && known.tags == series.tags;
        let pairs = known.runs.iter().zip(&series.runs);
        let shared = pairs.take_while(|(a, b)| is_same_run(a, b)).count();
        let parted = known.runs[shared..].iter().chain(&series.runs[shared..]);
        same.then(|| parted.map(|run| run.commit).min().unwrap_or(end))
    };
    let all = known.par_iter().zip(series).map(of_one);
    (known.len() == series.len()).then(|| all.try_reduce(|| end, |a, b| Some(a.min(b)))).flatten()
}

/// Whether two runs are the same to an analysis. The number of an environment is not: it is
/// another as soon as any record comes from a machine that was not known.
fn is_same_run(a: &Run, b: &Run) -> bool {
    (a.commit, a.time, a.segment, a.repeats) == (b.commit, b.time, b.segment, b.repeats)
        && (a.value, a.std) == (b.value, b.std)
}

/// Whether two series are the same to an analysis.
fn is_same_series(a: &Series, b: &Series) -> bool {
    let runs =
        || a.runs.iter().zip(&b.runs).all(|(a, b)| is_same_run(a, b) && a.detail == b.detail);
    (&a.key, &a.unit, a.direction) == (&b.key, &b.unit, b.direction)
        && (&a.tags, &a.segments, &a.pulls) == (&b.tags, &b.segments, &b.pulls)
        && a.runs.len() == b.runs.len()
        && runs()
}

/// Analyses series for pages, from what is known of others under the same policy.
pub fn analyze(
    series: &[Series],
    policy: &Policy,
    context: &AnalysisContext<'_>,
    (before, trail): (Option<(&[Series], &AnalysisCache)>, Option<&mut ReusablePass<'_>>),
) -> (Analyses, AnalysisCache) {
    debug_assert_eq!(context.depth, AnalysisDepth::Full);
    let walked = trail.and_then(|trail| trail.resume(series));
    let walked = walked.unwrap_or_else(|| sequential::run_pass(series, policy, &mut |_, _| ()));
    let PassResult { states: standings, infrastructure_days: infrastructure } = walked;
    let found: Vec<CachedAnalysis> = series
        .par_iter()
        .zip(standings)
        .map(|(series, standing)| analyze_cached(series, policy, context, standing, before))
        .collect();
    let mut each: Vec<Analysis> = found.iter().map(|it| it.analysis.clone()).collect();
    evidence::explain(series, &mut each);
    let figures = found.iter().map(|it| it.replay_summary.clone()).collect();
    let figures = ReplaySummary::total(figures, infrastructure.len());
    (
        Analyses { by_series: each, infrastructure_days: infrastructure, replay_summary: figures },
        AnalysisCache(found),
    )
}

fn analyze_cached(
    series: &Series,
    policy: &Policy,
    context: &AnalysisContext<'_>,
    state: SeriesState,
    before: Option<(&[Series], &AnalysisCache)>,
) -> CachedAnalysis {
    let review = SeriesReview::of(series, context);
    let same = before.and_then(|(others, known)| {
        let at = others.binary_search_by(|other| other.key.cmp(&series.key)).ok()?;
        let found = known.0.get(at)?;
        let alike = found.state == state
            && found.review.has_same_effect(&review)
            && is_same_series(&others[at], series);
        alike.then_some(found)
    });
    let newest_run = context.newest_run;
    let input = SeriesInput { series, policy, state: &state, review: &review, newest_run };
    let reused = same.and_then(|same| {
        let analysis = analyze::rejudge(&input, &same.analysis)?;
        Some((analysis, same.replay_summary.clone()))
    });
    let (analysis, replay_summary) = reused.unwrap_or_else(|| {
        let analysis = analyze::analyze_series(&input, AnalysisDepth::Full);
        let replay = analyze::replay_series(&input, AnalysisDepth::Full, &analysis);
        (analysis, replay)
    });
    CachedAnalysis { analysis, replay_summary, state, review }
}
