//! The analysis of a history that was analysed before: series to which nothing happened since are
//! not analysed again, and what comes before the first change is not walked again. What is said is
//! what [`super::analyze_all`] would say.

use rayon::prelude::*;

use model::policy::Policy;
use model::series::{CommitIndex, Run, Series};

use super::changes::SeriesReview;
use super::replay::ReplaySummary;
use super::sequential::{self, PassCheckpoint, PassResult};
use super::series_state::SeriesState;
use super::{
    Analyses, Analysis, AnalysisContext, AnalysisDepth, Explanation, ResolvedAcceptance,
    analyze_series, evidence, is_retired, verdict,
};

/// What was found of every series, in the order of the series that it was found of.
pub struct AnalysisCache(Vec<CachedAnalysis>);

/// What was found of one series, and from what beside the series and the policy.
struct CachedAnalysis {
    state: SeriesState,
    /// Each with whether it had not expired.
    accepted: Vec<(ResolvedAcceptance, bool)>,
    explanations: Vec<Explanation>,
    /// Before evidence.
    analysis: Analysis,
    replay_summary: (ReplaySummary, Vec<f64>),
}

/// A way through series that was walked before, up to the commit at which others parted from it.
pub struct ReusablePass<'a> {
    series: &'a [Series],
    policy: &'a Policy,
    checkpoint: Option<(CommitIndex, PassCheckpoint<'a>)>,
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
        Some(stopped.resume(series).0)
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
        .map(|(series, standing)| analyze_cached(series, policy, context, (standing, before)))
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
    (standing, before): (SeriesState, Option<(&[Series], &AnalysisCache)>),
) -> CachedAnalysis {
    let accepted = (context.accepted)(series).into_iter();
    let counts = |it: &ResolvedAcceptance| it.expires.is_none_or(|until| until > context.now);
    let with_state = |it: ResolvedAcceptance| {
        let counts = counts(&it);
        (it, counts)
    };
    let accepted: Vec<_> = accepted.map(with_state).collect();
    let explained = (context.explanations)(series);
    let same = before.and_then(|(others, known)| {
        let at = others.binary_search_by(|other| other.key.cmp(&series.key)).ok()?;
        let found = known.0.get(at)?;
        let alike = found.state == standing
            && found.accepted == accepted
            && found.explanations == explained
            && is_same_series(&others[at], series);
        alike.then_some(found)
    });
    let Some(same) = same else {
        let analysis = analyze_series(series, policy, context, &standing);
        let figures = ReplaySummary::of_series((series, &standing), policy, context, &analysis);
        return CachedAnalysis {
            state: standing,
            accepted,
            explanations: explained,
            analysis,
            replay_summary: figures,
        };
    };
    // Time goes on, and the other series with it: verdicts and what is retired tell of that.
    let entries: Vec<ResolvedAcceptance> =
        accepted.iter().map(|(entry, _)| entry.clone()).collect();
    let facts = SeriesReview { accepted: &entries, explanations: &explained, now: context.now };
    let newest = context.newest_run;
    let judged = verdict::VerdictInput {
        series,
        policy,
        state: &standing,
        review: facts,
        newest_run: newest,
    }
    .judge();
    let analysis = Analysis {
        verdict: judged.verdict,
        baseline: judged.baseline,
        latest_change: judged.latest_change,
        is_retired: is_retired(series, policy, context.now),
        ..same.analysis.clone()
    };
    CachedAnalysis {
        analysis,
        replay_summary: same.replay_summary.clone(),
        state: standing,
        accepted,
        explanations: explained,
    }
}
