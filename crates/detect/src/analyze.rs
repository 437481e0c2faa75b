//! From series and a policy to their analyses: the order in which everything below is called.
//!
//! One pass through the history gives each series its state as the gate saw it (`sequential`). Then
//! each series is looked at as a whole: prepared, cut into levels, judged, and what is left of its
//! noise says what would be detected. Evidence comes last, because it compares the changes of all
//! series.

pub(crate) mod analysis_cache;

use rayon::prelude::*;

use model::policy::Policy;
use model::series::Series;

use super::analysis::{Analyses, Analysis, AnalysisContext, AnalysisDepth, Verdict};
use super::changes::SeriesReview;
use super::lifecycle::{Lifecycle, SeriesChangesOverTime};
use super::prepared_series::PreparedSeries;
use super::replay_summary::{ReplaySummary, SeriesReplay};
use super::sequential::{self, PassResult};
use super::series_state::SeriesState;
use super::verdict::{SeriesInput, SeriesVerdict};
use super::{baseline_restart, evidence, quality, replay, sensitivity};
use analysis_cache::{AnalysisCache, BLOCK_SERIES, CachedRun};

/// Analyzes all series of one history, in their order, each without what moved all of them
/// together.
pub fn analyze_all(series: &[Series], policy: &Policy, context: &AnalysisContext<'_>) -> Analyses {
    analyze_all_cached(series, policy, context, None)
}

/// The same, with analyses of an earlier run of the program where they would be the same.
pub fn analyze_all_cached(
    series: &[Series],
    policy: &Policy,
    context: &AnalysisContext<'_>,
    cache: Option<&dyn AnalysisCache>,
) -> Analyses {
    let PassResult { states, infrastructure_days } =
        sequential::run_pass(series, policy, &mut |_, _| ());
    // A state holds every run of its series. It is dropped as soon as the series is analyzed, which
    // bounds the peak of memory.
    let (mut by_series, replays): (Vec<Analysis>, Vec<SeriesReplay>) = match cache {
        Some(cache) => {
            let run = CachedRun::of(cache, policy, context.depth);
            let states = states.into_par_iter().chunks(BLOCK_SERIES);
            let blocks = series.par_chunks(BLOCK_SERIES).zip(states).enumerate();
            let analyze = |(block, (series, states)): (usize, (&[Series], Vec<SeriesState>))| {
                run.analyze(block, series, &states, policy, context)
            };
            let analyzed: Vec<Vec<(Analysis, SeriesReplay)>> = blocks.map(analyze).collect();
            analyzed.into_iter().flatten().unzip()
        }
        None => {
            let analyze = |(series, state)| analyze_anew(series, &state, policy, context);
            series.par_iter().zip(states).map(analyze).unzip()
        }
    };
    evidence::explain(series, &mut by_series);
    let replay_summary = total_replay(context.depth, replays, infrastructure_days.len());
    Analyses { by_series, infrastructure_days, replay_summary }
}

fn analyze_anew(
    series: &Series,
    state: &SeriesState,
    policy: &Policy,
    context: &AnalysisContext<'_>,
) -> (Analysis, SeriesReplay) {
    let review = SeriesReview::of(series, context);
    let newest_run = context.newest_run;
    let input = SeriesInput { series, policy, state, review: &review, newest_run };
    let analysis = analyze_series(&input, context.depth);
    let replay = replay_series(&input, context.depth, &analysis);
    (analysis, replay)
}

/// The verdicts alone, in the order of the series: the end of the pass, judged.
#[cfg(any(test, feature = "bench"))]
pub fn verdicts(series: &[Series], policy: &Policy, context: &AnalysisContext<'_>) -> Vec<Verdict> {
    let end = sequential::run_pass(series, policy, &mut |_, _| ());
    let judged = series.iter().zip(&end.states).map(|(series, state)| {
        let review = SeriesReview::of(series, context);
        let newest_run = context.newest_run;
        SeriesInput { series, policy, state, review: &review, newest_run }.judge_newest().verdict
    });
    judged.collect()
}

/// The analysis of one series without evidence, which only all series together give.
pub(crate) fn analyze_series(input: &SeriesInput<'_>, depth: AnalysisDepth) -> Analysis {
    let &SeriesInput { series, policy, state, review, .. } = input;
    let rule = state.rule();
    let prepared = PreparedSeries::of(series, policy, &state.exclusions);
    let detected = prepared.changes(policy, rule, &state.change_points());
    let newest = input.judge_newest();
    // The states of the changes come first: the verdict on the series rests on them.
    let is_retired = input.is_retired();
    let lifecycle = Lifecycle { series, policy, state, review, prepared: &prepared, is_retired };
    let SeriesChangesOverTime { changes, withdrawn } = lifecycle.resolve(detected.changes);
    let judged = input.judge_series(newest, &changes);
    let noise = prepared.noise(&detected.level_starts);
    let scale = prepared.scale;
    let noise = noise.map(|noise| scale.change_of(noise.sigma));
    let for_pages = depth == AnalysisDepth::Full;
    // The estimate costs 8 to 15 µs a series; the gate prints it of noisy series alone.
    let detectable = prepared
        .comparable
        .last()
        .filter(|_| for_pages || newest.verdict == Verdict::TooNoisy)
        .and_then(|runs| {
            sensitivity::detectable_change(runs, &detected.all_level_starts, scale, rule)
        })
        .map(|detectable| detectable.at_least(newest.noise_floor));
    let lines = prepared.lines(&changes);
    let newest_level = prepared.newest_level(&detected.level_starts, policy.detection.window);
    let trend = for_pages
        .then(|| prepared.trend(&detected.level_starts, policy.trends.window_days))
        .flatten();
    let typical_range = for_pages.then(|| quality::typical_range(&prepared.valued())).flatten();
    Analysis {
        verdict: judged.verdict,
        newest: newest.of_newest_runs(),
        threshold: rule.threshold.relative,
        absolute_threshold: rule.absolute(),
        report_only: rule.threshold.report_only,
        baseline: judged.baseline,
        latest_run: prepared.latest_run,
        latest_change: judged.latest_change,
        noise,
        noise_floor: newest.noise_floor,
        detectable_change_90: detectable.map(|it| it.power_90),
        detectable_change_99: detectable.map(|it| it.power_99),
        level: lines.level,
        spread: lines.spread,
        typical_range,
        flags: prepared.flags,
        changes,
        withdrawn,
        restarts: baseline_restart::restarts(input, is_retired),
        vetoed_shifts: state.vetoed_shifts.clone(),
        gaps: prepared.gaps,
        newest_level,
        trend,
        is_retired,
    }
}

/// The analysis of a series whose runs are the ones that `before` was made from, at another time:
/// verdicts and what is retired depend on the clock and on when the other series ran. None where
/// everything has to be found anew.
pub(crate) fn rejudge(input: &SeriesInput<'_>, before: &Analysis) -> Option<Analysis> {
    let newest = input.judge_newest();
    let is_retired = input.is_retired();
    // What is detectable depends on whether the series is too noisy, and whether a regression is
    // open on the clock: other verdicts may need what was not computed.
    let depends_on_clock = is_retired != before.is_retired
        || (input.policy.regression.close_after_days > 0
            && (before.changes.iter().any(|change| change.is_regression)
                || !before.restarts.is_empty()));
    if newest.verdict != before.newest.verdict || depends_on_clock {
        return None;
    }
    let SeriesVerdict { verdict, baseline, latest_change, .. } =
        input.judge_series(newest, &before.changes);
    let newest = newest.of_newest_runs();
    Some(Analysis { verdict, newest, baseline, latest_change, is_retired, ..before.clone() })
}

/// What the gate would have reported in one series over its history. The gate itself reports of
/// today alone.
pub(crate) fn replay_series(
    input: &SeriesInput<'_>,
    depth: AnalysisDepth,
    analysis: &Analysis,
) -> SeriesReplay {
    match depth {
        AnalysisDepth::Full => replay::replay_series(input, analysis),
        AnalysisDepth::GateOnly => SeriesReplay::default(),
    }
}

/// The replays of all series together.
pub(crate) fn total_replay(
    depth: AnalysisDepth,
    replays: Vec<SeriesReplay>,
    infrastructure_days: usize,
) -> ReplaySummary {
    match depth {
        AnalysisDepth::Full => ReplaySummary::total(replays, infrastructure_days),
        AnalysisDepth::GateOnly => ReplaySummary::default(),
    }
}
