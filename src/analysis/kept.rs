//! An analysis that is made more than once: of the same series, whose newest runs come and go.
//!
//! The walk up to those runs is kept, and the analyses of the series that have none of them: what
//! is said again is what [`super::analyse_all`] would say.

use rayon::prelude::*;

use crate::policy::Policy;
use crate::series::{CommitIndex, Series};

use super::changes::Facts;
use super::replay::Figures;
use super::walk::{Standing, Stopped, Walked};
use super::{Analyses, Analysis, Context, analyse_one, evidence, verdict};

/// What is kept of an analysis for the next one.
pub(crate) struct Kept<'a> {
    stopped: Stopped<'a>,
    /// By series: its analysis before evidence, where nothing happened to it since.
    each: Vec<Option<Analysis>>,
}

impl<'a> Kept<'a> {
    /// Analyses series for the gate, and keeps what stands before the commit `from`; nothing is
    /// kept, and none is the answer, where a later run of a series belongs to an earlier commit.
    pub(crate) fn of(
        series: &'a [Series],
        policy: &'a Policy,
        context: &Context<'_>,
        from: CommitIndex,
    ) -> Option<(Analyses, Self)> {
        let stopped = Stopped::before(from, series, policy)?;
        let none: Vec<Option<Analysis>> = vec![None; series.len()];
        let (walked, touched) = stopped.on(series);
        let each = analyse(series, &walked.standings, (policy, context), (&touched, &none));
        let untouched =
            each.iter().zip(touched).map(|(one, touched)| (!touched).then(|| one.clone()));
        let kept = Self { each: untouched.collect(), stopped };
        Some((told(series, walked, each), kept))
    }

    /// Runs of each series that stand before the commit.
    pub(crate) fn reached(&self) -> &[usize] {
        &self.stopped.reached
    }

    /// Analyses the same series with other runs from the commit on.
    pub(crate) fn again(
        &self,
        series: &[Series],
        policy: &Policy,
        context: &Context<'_>,
    ) -> Analyses {
        let (walked, touched) = self.stopped.on(series);
        let each = analyse(series, &walked.standings, (policy, context), (&touched, &self.each));
        told(series, walked, each)
    }
}

/// The analyses before evidence: those that are known where nothing happened to a series.
fn analyse(
    series: &[Series],
    standings: &[Standing],
    (policy, context): (&Policy, &Context<'_>),
    (touched, known): (&[bool], &[Option<Analysis>]),
) -> Vec<Analysis> {
    let known =
        known.par_iter().zip(touched).map(|(known, touched)| known.as_ref().filter(|_| !touched));
    series
        .par_iter()
        .zip(standings)
        .zip(known)
        .map(|((series, standing), known)| {
            let same = known.and_then(|known| judged(series, standing, (policy, context), known));
            same.unwrap_or_else(|| analyse_one(series, policy, context, standing))
        })
        .collect()
}

/// What is known of a series, judged anew: whether it is missing depends on when the others ran.
/// None where the verdict is another one.
fn judged(
    series: &Series,
    standing: &Standing,
    (policy, context): (&Policy, &Context<'_>),
    known: &Analysis,
) -> Option<Analysis> {
    let (accepted, explained) = ((context.accepted)(series), (context.explained)(series));
    let facts = Facts { accepted: &accepted, explained: &explained, now: context.now };
    let newest = context.newest;
    let judged = verdict::Evidence { series, policy, standing, facts, newest }.judge();
    (judged.verdict == known.verdict).then(|| known.clone())
}

/// The analyses with their evidence.
fn told(series: &[Series], walked: Walked, mut each: Vec<Analysis>) -> Analyses {
    evidence::explain(series, &mut each);
    // The gate tells of today alone.
    Analyses { each, infrastructure: walked.infrastructure, figures: Figures::default() }
}
