//! The analysis of a history that was analysed before: series to which nothing happened since are
//! not analysed again. What is said is what [`super::analyse_all`] would say.

use rayon::prelude::*;

use crate::policy::Policy;
use crate::series::Series;

use super::changes::Facts;
use super::replay::Figures;
use super::walk::{self, Standing};
use super::{
    Accepted, Analyses, Analysis, Context, Depth, Explanation, analyse_one, evidence, retired,
    verdict,
};

/// What was found of every series, in the order of the series that it was found of.
pub(crate) struct Known(Vec<Found>);

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

/// Analyses series for pages, from what is known of others under the same policy.
pub(crate) fn analyse(
    series: &[Series],
    policy: &Policy,
    context: &Context<'_>,
    before: Option<(&[Series], &Known)>,
) -> (Analyses, Known) {
    debug_assert_eq!(context.depth, Depth::Pages);
    let walk::Walked { standings, infrastructure } = walk::walk(series, policy, &mut |_, _| ());
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
            && others[at] == *series;
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
