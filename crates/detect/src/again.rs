//! The analysis of a history that was analysed before: series to which nothing happened since are
//! not analysed again, and what comes before the first change is not walked again. What is said is
//! what [`super::analyse_all`] would say.

use rayon::prelude::*;

use model::policy::Policy;
use model::series::{CommitIndex, Run, Series};

use super::changes::Facts;
use super::replay::Figures;
use super::standing::Standing;
use super::walk::{self, Stopped, Walked};
use super::{
    Accepted, Analyses, Analysis, Context, Depth, Explanation, analyse_one, evidence, retired,
    verdict,
};

/// What was found of every series, in the order of the series that it was found of.
pub struct Known(Vec<Found>);

/// What was found of one series, and from what beside the series and the policy.
struct Found {
    standing: Standing,
    /// Each with whether it had not expired.
    accepted: Vec<(Accepted, bool)>,
    explained: Vec<Explanation>,
    /// Before evidence.
    analysis: Analysis,
    figures: (Figures, Vec<f64>),
}

/// A way through series that was walked before, up to the commit at which others parted from it.
pub struct Trail<'a> {
    series: &'a [Series],
    policy: &'a Policy,
    stopped: Option<(CommitIndex, Stopped<'a>)>,
    worn: bool,
}

impl<'a> Trail<'a> {
    pub fn through(series: &'a [Series], policy: &'a Policy) -> Self {
        Self { series, policy, stopped: None, worn: false }
    }

    /// Walks ahead to the newest commit, before which little will change; false where nothing was
    /// to be done, or cannot be.
    pub fn prepare(&mut self) -> bool {
        let runs = self.series.iter().flat_map(|it| &it.runs);
        let newest = runs.map(|run| run.commit).max().filter(|_| self.stopped.is_none());
        let Some(from) = newest else { return false };
        self.stopped = Stopped::before(from, self.series, self.policy).map(|it| (from, it));
        self.stopped.is_some()
    }

    /// The last series had so little in common with these that another trail serves better.
    pub fn is_worn(&self) -> bool {
        self.worn
    }

    /// Walks series under the same policy; none where too little is in common.
    fn walk(&mut self, series: &[Series]) -> Option<Walked> {
        self.worn = true;
        let from = parting(self.series, series)?;
        let before = |it: &Series| it.runs.iter().take_while(|run| run.commit < from).count();
        let shared: usize = series.par_iter().map(before).sum();
        let all: usize = series.iter().map(|it| it.runs.len()).sum();
        if 2 * shared < all {
            return None;
        }
        if self.stopped.as_ref().is_none_or(|(at, _)| *at > from) {
            let stopped = Stopped::before(from, self.series, self.policy);
            self.stopped = stopped.map(|stopped| (from, stopped));
        }
        let (_, stopped) = self.stopped.as_ref()?;
        self.worn = false;
        Some(stopped.on(series).0)
    }
}

/// The first commit that any of these series has other runs of; none where they are not the same
/// series. Behind the last commit where there is no such commit.
fn parting(known: &[Series], series: &[Series]) -> Option<CommitIndex> {
    let end = CommitIndex(u32::MAX);
    let of_one = |(known, series): (&Series, &Series)| {
        let same = known.key == series.key
            && known.unit == series.unit
            && known.better == series.better
            && known.tags == series.tags;
        let pairs = known.runs.iter().zip(&series.runs);
        let shared = pairs.take_while(|(a, b)| is_same(a, b)).count();
        let parted = known.runs[shared..].iter().chain(&series.runs[shared..]);
        same.then(|| parted.map(|run| run.commit).min().unwrap_or(end))
    };
    let all = known.par_iter().zip(series).map(of_one);
    (known.len() == series.len()).then(|| all.try_reduce(|| end, |a, b| Some(a.min(b)))).flatten()
}

/// Whether two runs are the same to an analysis. The number of an environment is not: it is
/// another as soon as any record comes from a machine that was not known.
fn is_same(a: &Run, b: &Run) -> bool {
    (a.commit, a.time, a.segment, a.repeats) == (b.commit, b.time, b.segment, b.repeats)
        && a.value.map(f64::to_bits) == b.value.map(f64::to_bits)
        && a.std.get().map(f64::to_bits) == b.std.get().map(f64::to_bits)
}

/// Whether two series are the same to an analysis.
fn is_alike(a: &Series, b: &Series) -> bool {
    let runs = || a.runs.iter().zip(&b.runs).all(|(a, b)| is_same(a, b) && a.detail == b.detail);
    (&a.key, &a.unit, a.better) == (&b.key, &b.unit, b.better)
        && (&a.tags, &a.segments, &a.pulls) == (&b.tags, &b.segments, &b.pulls)
        && a.runs.len() == b.runs.len()
        && runs()
}

/// Analyses series for pages, from what is known of others under the same policy.
pub fn analyse(
    series: &[Series],
    policy: &Policy,
    context: &Context<'_>,
    (before, trail): (Option<(&[Series], &Known)>, Option<&mut Trail<'_>>),
) -> (Analyses, Known) {
    debug_assert_eq!(context.depth, Depth::Pages);
    let walked = trail.and_then(|trail| trail.walk(series));
    let walked = walked.unwrap_or_else(|| walk::walk(series, policy, &mut |_, _| ()));
    let Walked { standings, infrastructure } = walked;
    let found: Vec<Found> = series
        .par_iter()
        .zip(standings)
        .map(|(series, standing)| one(series, policy, context, (standing, before)))
        .collect();
    let mut each: Vec<Analysis> = found.iter().map(|it| it.analysis.clone()).collect();
    evidence::explain(series, &mut each);
    let figures = found.iter().map(|it| it.figures.clone()).collect();
    let figures = Figures::sum(figures, infrastructure.len());
    (Analyses { each, infrastructure, figures }, Known(found))
}

fn one(
    series: &Series,
    policy: &Policy,
    context: &Context<'_>,
    (standing, before): (Standing, Option<(&[Series], &Known)>),
) -> Found {
    let accepted = (context.accepted)(series).into_iter();
    let counts = |it: &Accepted| it.expires.is_none_or(|until| until > context.now);
    let with_state = |it: Accepted| {
        let counts = counts(&it);
        (it, counts)
    };
    let accepted: Vec<_> = accepted.map(with_state).collect();
    let explained = (context.explained)(series);
    let same = before.and_then(|(others, known)| {
        let at = others.binary_search_by(|other| other.key.cmp(&series.key)).ok()?;
        let found = known.0.get(at)?;
        let alike = found.standing == standing
            && found.accepted == accepted
            && found.explained == explained
            && is_alike(&others[at], series);
        alike.then_some(found)
    });
    let Some(same) = same else {
        let analysis = analyse_one(series, policy, context, &standing);
        let figures = Figures::of_one((series, &standing), policy, context, &analysis);
        return Found { standing, accepted, explained, analysis, figures };
    };
    // Time goes on, and the other series with it: verdicts and what is retired tell of that.
    let entries: Vec<Accepted> = accepted.iter().map(|(entry, _)| entry.clone()).collect();
    let facts = Facts { accepted: &entries, explained: &explained, now: context.now };
    let newest = context.newest;
    let judged = verdict::Evidence { series, policy, standing: &standing, facts, newest }.judge();
    let analysis = Analysis {
        verdict: judged.verdict,
        baseline: judged.baseline,
        change: judged.change,
        retired: retired(series, policy, context.now),
        ..same.analysis.clone()
    };
    Found { analysis, figures: same.figures.clone(), standing, accepted, explained }
}
