//! Why a series was not compared, in words, with the runners side by side where they are why.

use std::collections::BTreeMap;

use crate::report::delta::runner_difference;
use crate::report::unknown_runner::UnknownRunner;
use crate::report::wording::{BELOW_RESOLUTION, is_newest_below_resolution};
use crate::report::{SeriesRef, UncomparedSeries};
use detect::paired::PairedResult;
use detect::{Analysis, Verdict};
use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::record::{Direction, shorten};
use model::series::{Run, Segment, Series};
use model::text::{self, UnitScale};

/// Characters of an error message that reports show.
const ERROR_CHARS: usize = 120;

/// A series that was not compared. `start` is the candidate's first run.
pub(crate) fn not_compared(
    series: &Series,
    analysis: &Analysis,
    policy: &Policy,
    start: usize,
) -> UncomparedSeries {
    let is_zero = is_newest_below_resolution(series);
    let has_no_direction = series.direction == Direction::Unknown;
    let runners = match analysis.verdict {
        Verdict::NotCompared if is_zero || has_no_direction => None,
        Verdict::NotCompared => changed_runner(series, analysis, start),
        _ => None,
    };
    // A failed run explains more than a missing one: it has an error message to show.
    let failed = series.runs[start..].iter().rev().find(|run| run.value.is_none());
    let failed = failed.filter(|_| analysis.verdict == Verdict::Failed);
    let reason = match (analysis.verdict, runners) {
        (Verdict::NotCompared, Some((old, new))) => {
            format!("{}; not compared", runner_difference(old, new))
        }
        (Verdict::NotCompared, None) if has_no_direction => direction_reason(series, analysis),
        (Verdict::NotCompared, None) if is_zero => BELOW_RESOLUTION.to_owned(),
        (Verdict::NotCompared, None) => few_runs_reason(series, analysis, policy),
        (Verdict::New, _) => new_reason(series, policy),
        (Verdict::TooNoisy, _) => format!(
            "too noisy for a {} threshold: only changes above {} would be detected",
            text::percent(analysis.threshold),
            // "∞ %" helps nobody; a million percent says the same.
            text::percent(analysis.detectable_change_90.unwrap_or(f64::INFINITY).min(1e6))
        ),
        (Verdict::Infrastructure, _) => {
            "all backends shifted at once a few runs ago, and the new baseline has too few runs"
                .to_owned()
        }
        _ => missing_reason(series, failed),
    };
    UncomparedSeries {
        subject: SeriesRef::of(&series.key),
        verdict: analysis.verdict,
        reason,
        needs_look: runners.is_some() || failed.is_some() || is_zero,
        runners: runners.map(|(old, new)| (fields(old), fields(new))),
        failed: failed.is_some(),
        blocks: false,
        shows_critical: analysis.verdict == Verdict::TooNoisy
            && analysis
                .detectable_change_90
                .is_some_and(|it| it < policy.regression.max_regression_ratio),
    }
}

/// A series whose candidate ran on a runner that the main line does not know, or knows too little.
pub(crate) fn unknown_runner(
    series: &Series,
    unknown: &UnknownRunner,
    policy: &Policy,
) -> UncomparedSeries {
    let needed = u64::from(policy.regression.min_sample_size);
    let base =
        text::count_noun(series.runs.iter().filter(|it| it.value.is_some()).count() as u64, "run");
    let (verdict, reason) = match (unknown.runs_of_base, unknown.runners(series)) {
        _ if unknown.is_new => {
            (Verdict::New, format!("new: {base} on the main line; a verdict needs {needed}"))
        }
        (0, Some((old, new))) => {
            (Verdict::NotCompared, format!("{}; not compared", runner_difference(old, new)))
        }
        (runs, _) => {
            let runs = text::count_noun(runs as u64, "run");
            let reason =
                format!("{runs} of the main line on this runner; a verdict needs {needed}");
            (Verdict::NotCompared, reason)
        }
    };
    let runners = unknown.runners(series).map(|(old, new)| (fields(old), fields(new)));
    UncomparedSeries { verdict, reason, runners, ..unmeasured(series) }
}

/// A series that the candidate did not measure, though it still was at the base.
pub(crate) fn unmeasured(series: &Series) -> UncomparedSeries {
    without_result(SeriesRef::of(&series.key), "the candidate has no result")
}

/// A series that only the candidate has in its session.
pub(crate) fn new_in_session(series: &Series) -> UncomparedSeries {
    let reason = "new: the base has no result".to_owned();
    UncomparedSeries { verdict: Verdict::New, reason, needs_look: false, ..unmeasured(series) }
}

/// A series that only the base has in the candidate's session.
pub(crate) fn removed(subject: SeriesRef) -> UncomparedSeries {
    without_result(subject, "the base has it, the candidate has no result")
}

fn without_result(subject: SeriesRef, reason: &str) -> UncomparedSeries {
    UncomparedSeries {
        subject,
        verdict: Verdict::Missing,
        reason: reason.to_owned(),
        needs_look: true,
        runners: None,
        failed: false,
        blocks: false,
        shows_critical: false,
    }
}

/// A series that the rounds of a session leave open: `+2.1% in 8 rounds side by side, between −0.4%
/// and +4.7%: too noisy for a 3.0% threshold`.
pub(crate) fn open_in_session(
    series: &Series,
    result: &PairedResult,
    threshold: f64,
    max_regression: f64,
) -> UncomparedSeries {
    let worst = match series.direction {
        Direction::Higher => -result.lower,
        _ => result.upper,
    };
    let interval = match result.lower.is_finite() && result.upper.is_finite() {
        true => format!(
            ", between {} and {}",
            text::percent_change(result.lower),
            text::percent_change(result.upper)
        ),
        false => String::new(),
    };
    UncomparedSeries {
        verdict: Verdict::TooNoisy,
        reason: format!(
            "{} in {} side by side{interval}: too noisy for a {} threshold",
            text::percent_change(result.change),
            text::count_noun(u64::from(result.rounds), "round"),
            text::percent(threshold)
        ),
        needs_look: false,
        shows_critical: worst < max_regression,
        ..unmeasured(series)
    }
}

/// A series whose every run of the candidate failed.
pub(crate) fn failed_runs(series: &Series, start: usize) -> UncomparedSeries {
    let run = series.runs[start..].last();
    UncomparedSeries {
        verdict: Verdict::Failed,
        failed: true,
        reason: missing_reason(series, run),
        ..unmeasured(series)
    }
}

/// A series whose every run of the candidate measured a time of zero.
pub(crate) fn below_resolution(series: &Series) -> UncomparedSeries {
    let reason = BELOW_RESOLUTION.to_owned();
    UncomparedSeries { verdict: Verdict::NotCompared, reason, ..unmeasured(series) }
}

fn missing_reason(series: &Series, failed: Option<&Run>) -> String {
    if let Some(run) = failed {
        let error = run.error().unwrap_or("no reason given");
        return format!("the run failed: {}", shorten(error, ERROR_CHARS));
    }
    match series.runs.last() {
        Some(run) => format!("no result since {}", text::date(run.time)),
        None => "no result".to_owned(),
    }
}

/// The segments of the run before the candidate and of its newest, where they differ.
fn changed_runner<'a>(
    series: &'a Series,
    analysis: &Analysis,
    start: usize,
) -> Option<(&'a Segment, &'a Segment)> {
    let of = |run: &Run| series.segments.get(run.segment as usize);
    let new = of(&series.runs[analysis.latest_run?])?;
    // On the main line the whole history is the candidate's: the newest run of another runner.
    let before = if start == 0 { analysis.latest_run? } else { start };
    let old = series.runs[..before].iter().rev().filter_map(of).find(|old| *old != new)?;
    let last = series.runs[..before].last().and_then(of);
    (start == 0 || last == Some(old)).then_some((old, new))
}

/// `+20.0% (50 → 60 parrots), and which way is better is unknown; add …`.
fn direction_reason(series: &Series, analysis: &Analysis) -> String {
    let levels = analysis.baseline.zip(analysis.latest_change).map(|(baseline, change)| {
        let (before, after) = (baseline.value, baseline.value * (1.0 + change));
        let arrow = UnitScale::for_values([before, after], &series.unit).arrow(before, after);
        format!("{} ({arrow}), and ", text::percent_change(change))
    });
    format!(
        "{}which way is better is unknown; add `{}` to policy.yml, with higher or lower",
        levels.unwrap_or_default(),
        Policy::direction_lines([series.key.metric.as_str()])
    )
}

fn few_runs_reason(series: &Series, analysis: &Analysis, policy: &Policy) -> String {
    let segment = analysis.latest_run.map(|at| series.runs[at].segment);
    let same = |run: &&Run| run.value.is_some() && Some(run.segment) == segment;
    let runs = series.runs.iter().filter(same).count() as u64;
    let needed = u64::from(policy.regression.min_sample_size);
    format!("{} on this runner so far; a verdict needs {needed}", text::count_noun(runs, "run"))
}

fn new_reason(series: &Series, policy: &Policy) -> String {
    let runs = series.runs.iter().filter(|run| run.value.is_some()).count() as u64;
    let needed = u64::from(policy.regression.min_sample_size);
    if runs < needed {
        return format!("new: {}; a verdict needs {needed}", text::count_noun(runs, "run"));
    }
    let grace = i64::from(policy.regression.grace_period_days).saturating_mul(DAY_US);
    let first = series.runs.first().map_or(0, |run| run.time.micros());
    let until = Timestamp::from_micros(first.saturating_add(grace));
    format!("new: in its grace period until {}", text::date(until))
}

fn fields(segment: &Segment) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = segment.fingerprint.iter().cloned().collect();
    fields.extend(segment.version.clone().map(|version| ("version".to_owned(), version)));
    fields
}
