//! An analysis that is made more than once: of the same series, whose newest runs come and go.
//!
//! The walk up to those runs is kept, and the analyses of the series to which nothing happened
//! since the last one: what is said again is what [`super::analyze_all`] would say.

use rayon::prelude::*;

use model::policy::Policy;
use model::record::time::Timestamp;
use model::series::{CommitIndex, Run, Segment, Series};

use super::changes::SeriesReview;
use super::replay::ReplaySummary;
use super::sequential::{PassCheckpoint, PassResult};
use super::series_state::SeriesState;
use super::{
    Analyses, Analysis, AnalysisContext, InfrastructureDay, analyze_series, evidence, verdict,
};

/// Series that a thread takes at once: few, since those that are analysed stand side by side.
const SERIES_PER_TASK: usize = 8;

/// What is kept of an analysis for the next one.
pub struct Reanalysis<'a> {
    checkpoint: PassCheckpoint<'a>,
    series: Vec<AnalyzedSeries>,
    /// What verdicts were judged by, beside their series.
    newest_run: Option<Timestamp>,
}

/// What was found of one series, and from what.
struct AnalyzedSeries {
    /// Its runs from the commit on.
    runs: Vec<Run>,
    segments: Vec<Segment>,
    state: SeriesState,
    /// Something was done to it from the commit on.
    touched: bool,
    /// Before evidence.
    analysis: Analysis,
}

impl<'a> Reanalysis<'a> {
    /// Analyses series for the gate, and keeps what stands before the commit `from`; nothing is
    /// kept, and none is the answer, where a later run of a series belongs to an earlier commit.
    pub fn of(
        series: &'a [Series],
        policy: &'a Policy,
        context: &AnalysisContext<'_>,
        from: CommitIndex,
    ) -> Option<(Analyses, Self)> {
        let stopped = PassCheckpoint::before(from, series, policy)?;
        let (PassResult { states: standings, infrastructure_days: infrastructure }, touched) =
            stopped.resume(series);
        let of_one = |(((series, standing), touched), reached): (((&Series, _), _), &usize)| {
            let analysis = analyze_series(series, policy, context, &standing);
            let (runs, segments) = (series.runs[*reached..].to_vec(), series.segments.clone());
            AnalyzedSeries { runs, segments, state: standing, touched, analysis }
        };
        let each = series.par_iter().zip(standings).zip(touched).zip(&stopped.runs_done);
        let each = each.map(of_one).collect();
        let kept = Self { series: each, checkpoint: stopped, newest_run: context.newest_run };
        Some((kept.with_evidence(series, infrastructure), kept))
    }

    /// Runs of each series that stand before the commit.
    pub fn runs_before(&self) -> &[usize] {
        &self.checkpoint.runs_done
    }

    /// Analyses the same series with other runs from the commit on.
    pub fn analyze(
        &mut self,
        series: &[Series],
        policy: &Policy,
        context: &AnalysisContext<'_>,
    ) -> Analyses {
        let (PassResult { states: standings, infrastructure_days: infrastructure }, touched) =
            self.checkpoint.resume(series);
        let judged = self.newest_run == context.newest_run;
        let news = series.par_iter().zip(standings).zip(touched).zip(&self.checkpoint.runs_done);
        self.series.par_iter_mut().zip(news).with_max_len(SERIES_PER_TASK).for_each(
            |(found, (((series, standing), touched), reached))| {
                let runs = &series.runs[*reached..];
                let quiet = !touched && !found.touched;
                let same = quiet || found.has_same_input(runs, series, &standing);
                if !same {
                    (found.runs, found.segments) = (runs.to_vec(), series.segments.clone());
                }
                (found.state, found.touched) = (standing, touched);
                if !same || !judged && !found.verdict_holds(series, (policy, context)) {
                    found.analysis = analyze_series(series, policy, context, &found.state);
                }
            },
        );
        self.newest_run = context.newest_run;
        self.with_evidence(series, infrastructure)
    }

    /// The analyses with their evidence.
    fn with_evidence(&self, series: &[Series], infrastructure: Vec<InfrastructureDay>) -> Analyses {
        let mut each: Vec<Analysis> =
            self.series.par_iter().map(|found| found.analysis.clone()).collect();
        evidence::explain(series, &mut each);
        // The gate tells of today alone.
        Analyses {
            by_series: each,
            infrastructure_days: infrastructure,
            replay_summary: ReplaySummary::default(),
        }
    }
}

impl AnalyzedSeries {
    /// Whether it was found from just this.
    fn has_same_input(&self, runs: &[Run], series: &Series, standing: &SeriesState) -> bool {
        self.runs == runs && self.segments == series.segments && self.state == *standing
    }

    /// Whether its verdict still holds: whether a series is missing depends on when the others ran.
    fn verdict_holds(
        &self,
        series: &Series,
        (policy, context): (&Policy, &AnalysisContext<'_>),
    ) -> bool {
        let (accepted, explained) = ((context.accepted)(series), (context.explanations)(series));
        let facts =
            SeriesReview { accepted: &accepted, explanations: &explained, now: context.now };
        let (standing, newest) = (&self.state, context.newest_run);
        let judged = verdict::VerdictInput {
            series,
            policy,
            state: standing,
            review: facts,
            newest_run: newest,
        }
        .judge();
        judged.verdict == self.analysis.verdict
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::scenarios::{at, noisy_history, series};
    use crate::{AnalysisDepth, analyze_all};
    use model::record::OptionalF64;
    use model::record::time::DAY_US;

    use super::*;

    /// Runs before the commit from which on they change.
    const BEFORE: usize = 40;
    const RUNS: usize = 46;

    /// Backends of two benchmarks, each with this factor on its newest runs.
    fn with(factors: &[f64], shift: usize) -> Vec<Series> {
        let one = |(at, factor): (usize, &f64)| {
            let values = noisy_history(RUNS, &[(shift, 1.2), (BEFORE, *factor)], 0.01, at);
            let mut it = series(&values);
            it.key.backend = format!("b{}", at % 4);
            it.key.test = format!("t{}", at / 4);
            it
        };
        factors.iter().enumerate().map(one).collect()
    }

    /// Another version of the newest runs: fewer of them, a failed one, one of another machine.
    fn vary(it: &mut Series, how: usize) {
        match how {
            0 => it.runs.truncate(BEFORE),
            1 => it.runs.truncate(RUNS - 2),
            2 => it.runs[RUNS - 1].value = OptionalF64::NONE,
            3 => {
                it.segments.push(Segment { fingerprint: Vec::new(), version: Some("2".into()) });
                it.runs[BEFORE..].iter_mut().for_each(|run| run.segment = 1);
            }
            _ => {}
        }
    }

    /// The factor on the newest runs of each series, and what else becomes of them.
    fn version() -> impl Strategy<Value = Vec<(f64, usize)>> {
        let factor = prop_oneof![4 => Just(1.0), 1 => Just(1.3), 1 => 0.7..1.5_f64];
        let how = prop_oneof![6 => Just(9_usize), 1 => 0..4_usize];
        prop::collection::vec((factor, how), 8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_the_newest_runs_become_they_are_judged_as_if_for_the_first_time(
            versions in prop::collection::vec((version(), 0..40_i64), 1..5),
            shift in 20..60_usize,
        ) {
            let known = with(&[1.0; 8], shift);
            let policy = Policy::default();
            let newest = known[0].runs.last().map(|run| run.time).unwrap();
            let context = |later: i64| AnalysisContext {
                depth: AnalysisDepth::GateOnly,
                ..at(newest, Some(Timestamp::from_micros(newest.micros() + later / 10 * DAY_US)))
            };
            let from = known[0].runs[BEFORE].commit;
            let (first, mut kept) = Reanalysis::of(&known, &policy, &context(0), from).unwrap();
            let told = |it: &Analyses| (format!("{:?}", it.by_series), it.infrastructure_days.clone());
            prop_assert_eq!(told(&first), told(&analyze_all(&known, &policy, &context(0))));
            for (version, later) in versions {
                let factors: Vec<f64> = version.iter().map(|(factor, _)| *factor).collect();
                let mut series = with(&factors, shift);
                series.iter_mut().zip(&version).for_each(|(it, (_, how))| vary(it, *how));
                let again = kept.analyze(&series, &policy, &context(later));
                let anew = analyze_all(&series, &policy, &context(later));
                prop_assert_eq!(told(&again), told(&anew));
            }
        }
    }
}
