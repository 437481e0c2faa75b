//! The verdict on a series: what the gate says about its newest run, against which baseline.
//!
//! There are two verdicts. That of the newest runs compares them with the level before them: a
//! change counts while it began within the last `detection.window` runs, then its level is the
//! baseline. That of the series is the same, but `Regressed` while any regression is open, however
//! old (`lifecycle`).
//!
//! Example: a regression of 20 % 25 runs ago with a window of 20. The newest runs are `Unchanged`
//! against the slower level, which is the verdict on a pull request that begins here. The series is
//! `Regressed` until somebody fixes, accepts or explains it.

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

use super::analysis::{Baseline, Change, NewestRuns, Verdict};
use super::change_point;
use super::changes::{self, Boundary, MeasuredChange, SeriesReview};
use super::detector::{DetectorState, ReportedChange};
use super::lifecycle::is_past_closing;
use super::noise::SeriesNoise;
use super::quality::longest_interval;
use super::rule::ReportedSize;
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
    /// [`super::Analysis::noise_floor`].
    pub noise_floor: Option<f64>,
}

impl SeriesVerdict {
    pub(crate) fn of_newest_runs(self) -> NewestRuns {
        let Self { verdict, baseline, latest_change, .. } = self;
        NewestRuns { verdict, baseline, latest_change }
    }
}

impl SeriesInput<'_> {
    /// The verdict on the newest runs. What cannot be compared comes first: a number would suggest
    /// that it can.
    pub(crate) fn judge_newest(&self) -> SeriesVerdict {
        let compared = self.judge_comparison();
        let verdict = if self.has_failed() {
            Verdict::Failed
        } else if self.is_missing() {
            Verdict::Missing
        } else if !self.state.rule().has_direction()
            || (self.state.detector.len() == 0 && self.is_below_resolution())
        {
            Verdict::NotCompared
        } else if self.state.is_suspended {
            Verdict::Infrastructure
        } else if self.is_new() {
            Verdict::New
        } else {
            self.not_yet_comparable().unwrap_or(compared.verdict)
        };
        SeriesVerdict { verdict, ..compared }
    }

    /// The verdict on the series, from that on its newest runs and the states of its changes.
    pub(crate) fn judge_series(&self, newest: SeriesVerdict, changes: &[Change]) -> SeriesVerdict {
        if newest.verdict.has_no_result() {
            return newest;
        }
        // Of several the newest: the others have had their turn, and are in the list.
        let open = changes.iter().rev().find(|change| change.is_open_regression());
        match open {
            Some(open) => SeriesVerdict {
                verdict: Verdict::Regressed,
                baseline: Some(Baseline {
                    value: open.before,
                    runs: open.runs_before.min(self.policy.detection.window),
                    first_run: open.last_before,
                }),
                latest_change: Some(open.left.unwrap_or(open.change)),
                confidence: open.confidence,
                noise_floor: None,
            },
            // The regression that the newest runs show is explained or closed.
            None if newest.verdict == Verdict::Regressed => self.judge_unchanged(0),
            None => newest,
        }
    }

    /// The verdict on the series as the gate gave it, without the look back.
    pub(crate) fn judge_at_the_time(&self) -> SeriesVerdict {
        let newest = self.judge_newest();
        if newest.verdict.has_no_result() {
            return newest;
        }
        // The clock of the day: with that of today, what was open then would be closed already.
        let now = self.runs_seen().last().map_or(self.review.now, |run| run.time).micros();
        let open = self.state.detector.open_regressions().rev().find_map(|index| {
            let change = changes::change_from_report(self.series, self.policy, self.state, index)?;
            let boundary = Boundary::of(&change);
            let since = self.series.runs[change.first_after].time.micros();
            let is_open = !is_past_closing(self.policy, since, now)
                && self.review.covering_acceptance(self.series, boundary, change.change).is_none();
            is_open.then_some(change)
        });
        self.judge_series(newest, open.as_slice())
    }

    /// The runs that the pass has reached.
    fn runs_seen(&self) -> &[model::series::Run] {
        &self.series.runs[..self.state.runs_seen]
    }

    fn min_runs(&self) -> usize {
        self.state.rule().min_runs
    }

    fn has_failed(&self) -> bool {
        let last = self.runs_seen().last();
        last.is_some_and(|run| !run.value.get().is_some_and(f64::is_finite))
    }

    /// No run came where one was due.
    fn is_missing(&self) -> bool {
        let Some(last) = self.runs_seen().last() else { return false };
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
        let verdict = if !rule.is_absolute_reached(it.before, it.after) {
            Verdict::Unchanged
        } else if !report.is_regression {
            Verdict::Improved
        } else if acceptance().is_some() {
            Verdict::Accepted
        } else {
            Verdict::Regressed
        };
        let size = ReportedSize { kind: report.kind, change: it.change, z: report.z };
        let baseline = Baseline {
            value: it.before,
            runs: it.runs_before.min(self.policy.detection.window),
            first_run: detector.run(report.previous_start),
        };
        SeriesVerdict {
            verdict,
            baseline: Some(baseline),
            latest_change: Some(it.change),
            confidence: rule.confidence(detector.scale(), size, detector.len()),
            noise_floor: self.too_noisy_floor(),
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
        let levels = detector.recent_levels()?;
        let floor_of = |noise: SeriesNoise| {
            let floor = sensitivity::noise_floor(detector.scale(), noise, rule);
            Some(floor).filter(|floor| sensitivity::is_too_noisy(*floor, rule))
        };
        floor_of(SeriesNoise::of_level(&levels)?)?;
        // Steps too small to be reported are no noise. Looked for only where they decide, since
        // that costs as much as the verdict.
        let steps = change_point::change_points(&levels);
        let starts: Vec<usize> = steps.iter().map(|point| point.index).collect();
        floor_of(SeriesNoise::of(&levels, &starts)?)
    }

    /// Whether the last run of the series is older than `data_quality.max_age_days`.
    pub(crate) fn is_retired(&self) -> bool {
        let max_age = i64::from(self.policy.data_quality.max_age_days).saturating_mul(DAY_US);
        let last = self.series.runs.last();
        let age = |time: Timestamp| self.review.now.micros().saturating_sub(time.micros());
        last.is_some_and(|run| age(run.time) > max_age)
    }
}
