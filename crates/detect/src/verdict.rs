//! The verdict on a series: what the gate says about its newest run, against which baseline.
//!
//! A change counts while it began within the last `detection.window` runs and the newest runs are
//! on its level. After that the new level is the baseline and the series is unchanged again; the
//! change stays in its history.
//!
//! Example: a regression of 20 % 25 runs ago with a window of 20 is no longer `Regressed`. The
//! series is `Unchanged` against the slower level.

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

use super::analysis::{Baseline, Change, Verdict};
use super::changes::{self, MeasuredChange, SeriesReview};
use super::detector::{DetectorState, ReportedChange};
use super::quality::longest_interval;
use super::sensitivity;
use super::series_state::SeriesState;
use super::stats::median;

/// What a series is judged by: everything up to the run that the pass has reached.
pub(crate) struct SeriesInput<'a> {
    pub series: &'a Series,
    pub policy: &'a Policy,
    pub state: &'a SeriesState,
    pub review: &'a SeriesReview,
    /// Newest run of the whole history; none where nothing can be missing.
    pub newest_run: Option<Timestamp>,
}

/// A verdict with what it compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SeriesVerdict {
    pub verdict: Verdict,
    pub baseline: Option<Baseline>,
    pub latest_change: Option<f64>,
    /// How sure the verdict is of a change, 0–1; 0 for the others.
    pub confidence: f64,
    /// The noise floor that makes the series too noisy, where that is the verdict.
    pub noise_floor: Option<f64>,
}

impl SeriesInput<'_> {
    /// The verdict. What cannot be compared comes first: a number would suggest that it can.
    pub(crate) fn judge(&self) -> SeriesVerdict {
        let compared = self.judge_comparison();
        let verdict = if self.is_missing() {
            Verdict::Missing
        } else if self.state.detector.len() == 0 && self.is_below_resolution() {
            Verdict::NotCompared
        } else if self.state.is_suspended {
            Verdict::Infrastructure
        } else if self.is_new() {
            Verdict::New
        } else {
            self.not_yet_comparable().unwrap_or(compared.verdict)
        };
        let noise_floor = compared.noise_floor.filter(|_| verdict == Verdict::TooNoisy);
        SeriesVerdict { verdict, noise_floor, ..compared }
    }

    /// The runs that the pass has reached.
    fn runs_seen(&self) -> &[model::series::Run] {
        &self.series.runs[..self.state.runs_seen]
    }

    fn min_runs(&self) -> usize {
        self.state.rule().min_runs
    }

    /// The newest run failed, or none came where one was due.
    fn is_missing(&self) -> bool {
        let Some(last) = self.runs_seen().last() else { return false };
        if !last.value.get().is_some_and(f64::is_finite) {
            return true;
        }
        let silent = self.newest_run.map_or(0, |it| it.micros().saturating_sub(last.time.micros()));
        // The longest usual interval takes a sort; three days of silence are rare.
        silent > 3 * DAY_US && {
            let times: Vec<Timestamp> = self.runs_seen().iter().map(|run| run.time).collect();
            silent > longest_interval(&times)
        }
    }

    /// The newest run measured a time of zero.
    fn is_below_resolution(&self) -> bool {
        self.runs_seen().last().is_some_and(|run| self.series.is_below_resolution(run))
    }

    /// In its grace period, or too few runs for any baseline.
    fn is_new(&self) -> bool {
        let runs = self.runs_seen();
        let compared = runs.iter().filter(|run| self.series.compared_value(run).is_some());
        let few = compared.take(self.min_runs()).count();
        let age = match (runs.first(), runs.iter().rfind(|run| run.value.is_some())) {
            (Some(first), Some(last)) => last.time.micros().saturating_sub(first.time.micros()),
            _ => 0,
        };
        few < self.min_runs() || age < self.state.rule().grace_period_us
    }

    /// Nothing to compare: the newest time is zero, or there are too few runs on a new runner or
    /// since an infrastructure shift.
    fn not_yet_comparable(&self) -> Option<Verdict> {
        let detector = &self.state.detector;
        // An open report was compared when it was made; a new runner does not take it back.
        if matches!(detector.state(), DetectorState::Open(_)) {
            return None;
        }
        if self.is_below_resolution() {
            return Some(Verdict::NotCompared);
        }
        let since = (detector.baseline_start() < detector.len())
            .then(|| detector.run(detector.baseline_start()));
        let few = detector.len() - detector.baseline_start() < self.min_runs();
        if few && (since.is_none() || since == self.state.rebased_at) {
            return Some(Verdict::Infrastructure);
        }
        (!detector.knows_runner(self.min_runs())).then_some(Verdict::NotCompared)
    }

    /// The verdict by comparison: an open change, a suspicion, or neither.
    fn judge_comparison(&self) -> SeriesVerdict {
        let detector = &self.state.detector;
        let runs_needed = |seen: usize| {
            let missing = self.state.rule().confirmations.saturating_sub(seen);
            u32::try_from(missing.max(1)).unwrap_or(u32::MAX)
        };
        match detector.state() {
            DetectorState::Open(index) => self.judge_open(&detector.reports[index]),
            DetectorState::Suspected(seen) => {
                let judged = self.judge_unchanged(seen);
                SeriesVerdict {
                    verdict: Verdict::Suspected { runs_needed: runs_needed(seen) },
                    ..judged
                }
            }
            DetectorState::Unchanged => self.judge_unchanged(0),
        }
    }

    fn judge_open(&self, report: &ReportedChange) -> SeriesVerdict {
        let detector = &self.state.detector;
        let it = MeasuredChange::of(detector, report, self.policy.detection.window);
        let rule = self.state.rule();
        let acceptance = || self.review.covering_acceptance(self.series, it.boundary, it.change);
        let verdict = if !rule.is_reached(it.change, it.before, it.after) {
            Verdict::Unchanged
        } else if !report.is_regression {
            Verdict::Improved
        } else if acceptance().is_some() {
            Verdict::Accepted
        } else {
            Verdict::Regressed
        };
        let baseline = Baseline {
            value: it.before,
            runs: it.runs_before.min(self.policy.detection.window),
            first_run: detector.run(report.previous_start),
        };
        SeriesVerdict {
            verdict,
            baseline: Some(baseline),
            latest_change: Some(it.change),
            confidence: rule.confidence(detector.scale(), it.change, report.z, detector.len()),
            noise_floor: None,
        }
    }

    /// No open change: the present level, without the newest runs that are in doubt.
    fn judge_unchanged(&self, doubtful: usize) -> SeriesVerdict {
        let detector = &self.state.detector;
        let nothing = SeriesVerdict {
            verdict: Verdict::Unchanged,
            baseline: None,
            latest_change: None,
            confidence: 0.0,
            noise_floor: None,
        };
        let Some((level, since)) = detector.baseline_values() else { return nothing };
        let window = self.policy.detection.window.max(1) as usize;
        // Suspected runs are compared with the baseline, so they are no part of it.
        let settled = &level[..level.len().saturating_sub(doubtful)];
        let recent = &settled[settled.len().saturating_sub(window)..];
        let Some(value) = median(recent) else { return nothing };
        let runs = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        let confirmations = self.state.rule().confirmations;
        // As many newest runs as would confirm a change: one alone would make every outlier the
        // latest change.
        let newest = if doubtful > 0 { doubtful } else { confirmations.min(level.len()) };
        let change = median(&level[level.len() - newest..]);
        let noise_floor = self.too_noisy_floor();
        SeriesVerdict {
            verdict: noise_floor.map_or(Verdict::Unchanged, |_| Verdict::TooNoisy),
            noise_floor,
            baseline: Some(Baseline { value, runs, first_run: since }),
            latest_change: change.map(|newest| detector.scale().change(value, newest)),
            ..nothing
        }
    }

    /// The noise floor of the present baseline, where it hides changes of the threshold's size.
    fn too_noisy_floor(&self) -> Option<f64> {
        let (detector, rule) = (&self.state.detector, self.state.rule());
        let floor = sensitivity::noise_floor(detector.scale(), detector.noise()?, rule);
        Some(floor).filter(|floor| sensitivity::is_too_noisy(*floor, rule))
    }

    /// Whether the last run of the series is older than `data_quality.max_age_days`.
    pub(crate) fn is_retired(&self) -> bool {
        let max_age = i64::from(self.policy.data_quality.max_age_days).saturating_mul(DAY_US);
        let last = self.series.runs.last();
        let age = |time: Timestamp| self.review.now.micros().saturating_sub(time.micros());
        last.is_some_and(|run| age(run.time) > max_age)
    }
}

/// The change that the gate has open, as pages show it.
pub(crate) fn open_change(series: &Series, policy: &Policy, state: &SeriesState) -> Option<Change> {
    let DetectorState::Open(index) = state.detector.state() else { return None };
    changes::change_from_report(series, policy, state, index)
}
