//! Pinned baselines: the newest level of a series against a level that somebody set. They use the
//! threshold and the confirmations of the series, like a regression.

use model::pinned::PinnedBaseline;
use model::policy::target::AlertSeverity;
use model::record::Direction;
use model::series::{CommitIndex, Series};
use model::text::{self, UnitScale};

use super::evaluated::EvaluatedSeries;
use super::{TargetKind, TargetResult, TargetState, severity};
use crate::analysis::Analysis;
use crate::stats::median;
use crate::student::t_quantile;

/// What a level is made from: the newest runs up to a commit, on one runner and since the last
/// change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PinnedLevel {
    pub commit: CommitIndex,
    /// Median, base units.
    pub level: f64,
    pub runs: u32,
    pub mean: f64,
    /// Standard deviation; none for one run.
    pub deviation: Option<f64>,
    /// 95 % interval of the mean by Student's t; none for one run.
    pub interval: Option<(f64, f64)>,
}

impl PinnedLevel {
    /// The level of at most `window` runs of a series up to a commit, its newest without one; none
    /// where no run has a value above zero.
    pub fn of(
        series: &Series,
        analysis: &Analysis,
        up_to: Option<CommitIndex>,
        window: u32,
    ) -> Option<Self> {
        let is_before = |at: &usize| {
            let run = &series.runs[*at];
            up_to.is_none_or(|commit| run.commit <= commit) && series.compared_value(run).is_some()
        };
        let newest = (0..series.runs.len()).rev().find(is_before)?;
        // Runs of another machine say nothing of this level.
        let segment = series.runs[newest].segment;
        // A median across a step would be a level that never was.
        let starts = analysis.changes.iter().map(|change| change.first_after);
        let from = starts.filter(|start| *start <= newest).max().unwrap_or(0);
        let same = (from..=newest).rev().filter(|at| series.runs[*at].segment == segment);
        let values = same.filter_map(|at| series.compared_value(&series.runs[at]));
        let values: Vec<f64> = values.take(window as usize).collect();
        let (count, level) = (values.len() as f64, median(&values)?);
        // From the first value on: equal values have it as their mean, and no deviation at all.
        let mean = values[0] + values.iter().map(|value| (value - values[0]) / count).sum::<f64>();
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let deviation = (count > 1.0).then(|| (squares / (count - 1.0)).sqrt());
        let interval = deviation.map(|deviation| {
            let reach = t_quantile(0.025, count - 1.0) * deviation / count.sqrt();
            (mean - reach, mean + reach)
        });
        let runs = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let commit = series.runs[newest].commit;
        (level > 0.0).then_some(Self { commit, level, runs, mean, deviation, interval })
    }
}

/// The result of one pinned baseline.
pub(super) fn evaluate_pin(pin: &PinnedBaseline, judged: &[EvaluatedSeries<'_>]) -> TargetResult {
    let member = judged.iter().find(|member| member.series.key.name() == pin.series);
    let result = match member {
        Some(member) if pin.is_expired(member.now()) => Err(format!(
            "ended on {}; set it again, or clear it",
            pin.until.as_deref().unwrap_or_default()
        )),
        Some(member) => compared(pin, member),
        None => Err("matches no series that is measured; clear it".to_owned()),
    };
    result.unwrap_or_else(|why| {
        let (key, name) = (pin.key(), name(pin));
        let result = TargetResult::not_measured(TargetKind::Baseline, key, name, why);
        TargetResult { description: Some(pin.reason.clone()), ..result }
    })
}

fn name(pin: &PinnedBaseline) -> String {
    format!("Baseline of {}", pin.series)
}

/// The level against the pin, or why there is no comparison.
fn compared(pin: &PinnedBaseline, member: &EvaluatedSeries<'_>) -> Result<TargetResult, String> {
    // A metric may have changed its unit since.
    if member.series.unit.as_str() != pin.unit {
        return Err(format!(
            "is in {}, and the series in {}",
            pin.unit,
            member.series.unit.as_str()
        ));
    }
    let level = member.analysis.newest_level.filter(|level| *level > 0.0);
    let level = level.ok_or("the series has no level")?;
    let share = |level: f64| match member.direction() {
        Direction::Lower => Ok(level / pin.level),
        Direction::Higher => Ok(pin.level / level),
        Direction::Unknown => Err("nobody knows which way is better".to_owned()),
    };
    let used = share(level)?;
    let violated_at = 1.0 + member.threshold();
    let is_beyond = |value: f64| share(value).is_ok_and(|share| share > violated_at);
    let scale = UnitScale::for_values([level, pin.level], &member.series.unit);
    let mut message = format!(
        "{}, {} against the pinned {} of {}",
        scale.quantity(level),
        text::percent_change(level / pin.level - 1.0),
        scale.quantity(pin.level),
        text::short_commit(&pin.commit)
    );
    // As for budgets: one run is never a violation.
    let mut state = TargetState::Passing;
    if used > violated_at {
        let missing = member.confirmations.saturating_sub(member.runs_beyond(is_beyond)) as u64;
        state = if missing > 0 { TargetState::Drifting } else { TargetState::Violated };
        if missing > 0 {
            let more = text::count_noun(missing, "more run");
            message.push_str(&format!("; {more} would confirm a violation"));
        }
    }
    let since = (state != TargetState::Passing).then(|| member.since(is_beyond)).flatten();
    Ok(TargetResult {
        kind: TargetKind::Baseline,
        key: pin.key(),
        name: name(pin),
        description: Some(pin.reason.clone()),
        series: Some(member.index),
        measured: level,
        limit: pin.level,
        share: Some(used),
        state,
        severity: match state {
            TargetState::Passing => AlertSeverity::Info,
            state => severity(state),
        },
        message,
        since,
        trend: None,
    })
}
