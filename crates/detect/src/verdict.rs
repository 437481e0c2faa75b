//! The verdict on a series: what the gate says of its newest run, against which baseline.
//!
//! A change counts while its onset lies within the last `detection.window` runs and the newest runs
//! still stand on its level; after that the new level is the baseline and the series is steady
//! again (the change stays in its history).

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

use super::changes::{self, MeasuredChange, SeriesReview};
use super::comparable::LevelScale;
use super::detector::{DetectorState, ReportedChange};
use super::noise::SeriesNoise;
use super::quality::longest_interval;
use super::series_state::SeriesState;
use super::significance::MIN_Z;
use super::stats::median;
use super::{Baseline, Change, Verdict};

/// A series is too noisy when the smallest change it could show is this many times its threshold:
/// at three times, a regression of the policy's size is far more likely missed than found.
const TOO_NOISY_FACTOR: f64 = 3.0;

/// What the verdict is drawn from: a series up to the run that the walk has reached.
pub struct VerdictInput<'a> {
    pub series: &'a Series,
    pub policy: &'a Policy,
    pub state: &'a SeriesState,
    pub review: SeriesReview<'a>,
    /// Newest run of the whole history; none where nothing is to be missed.
    pub newest_run: Option<Timestamp>,
}

/// A verdict with what it compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesVerdict {
    pub verdict: Verdict,
    pub baseline: Option<Baseline>,
    pub latest_change: Option<f64>,
    /// How sure the verdict is of a change, 0–1; 0 for the others.
    pub confidence: f64,
}

impl VerdictInput<'_> {
    /// Draws the verdict. The order is that of certainty: what cannot be compared is said first.
    pub fn judge(&self) -> SeriesVerdict {
        let compared = self.judge_comparison();
        let verdict = if self.is_missing() {
            Verdict::Missing
        } else if self.state.is_suspended {
            Verdict::Infrastructure
        } else if self.is_new() {
            Verdict::New
        } else {
            self.not_yet_comparable().unwrap_or(compared.verdict)
        };
        SeriesVerdict { verdict, ..compared }
    }

    /// The runs that the walk has reached.
    fn runs_seen(&self) -> &[model::series::Run] {
        &self.series.runs[..self.state.runs_seen]
    }

    fn min_runs(&self) -> usize {
        self.policy.regression.min_sample_size as usize
    }

    /// The newest run failed, or none came where one was due.
    fn is_missing(&self) -> bool {
        let Some(last) = self.runs_seen().last() else { return false };
        if !last.value.get().is_some_and(f64::is_finite) {
            return true;
        }
        let silent = self.newest_run.map_or(0, |it| it.micros().saturating_sub(last.time.micros()));
        silent > 3 * DAY_US && {
            let times: Vec<Timestamp> = self.runs_seen().iter().map(|run| run.time).collect();
            silent > longest_interval(&times)
        }
    }

    /// In its grace period, or too few runs for any baseline.
    fn is_new(&self) -> bool {
        let runs = self.runs_seen();
        let few = runs.iter().filter(|run| run.value.is_some()).take(self.min_runs()).count();
        let age = match (runs.first(), runs.iter().rfind(|run| run.value.is_some())) {
            (Some(first), Some(last)) => last.time.micros().saturating_sub(first.time.micros()),
            _ => 0,
        };
        few < self.min_runs() || age < i64::from(self.policy.regression.grace_period_days) * DAY_US
    }

    /// Too few runs to be compared with: on a new runner, or since an infrastructure shift.
    fn not_yet_comparable(&self) -> Option<Verdict> {
        let watch = &self.state.detector;
        if matches!(watch.state(), DetectorState::Open(_)) {
            return None;
        }
        let since =
            (watch.baseline_start() < watch.len()).then(|| watch.run(watch.baseline_start()));
        let few = watch.len() - watch.baseline_start() < self.min_runs();
        if few && (since.is_none() || since == self.state.rebased_at) {
            return Some(Verdict::Infrastructure);
        }
        (!watch.knows_runner(self.min_runs())).then_some(Verdict::NotCompared)
    }

    /// The verdict by comparison: an open change, a suspicion, or steadiness.
    fn judge_comparison(&self) -> SeriesVerdict {
        let watch = &self.state.detector;
        let runs_needed = |seen: usize| {
            let missing = (self.policy.detection.confirmations as usize).saturating_sub(seen);
            u32::try_from(missing.max(1)).unwrap_or(u32::MAX)
        };
        match watch.state() {
            DetectorState::Open(index) => self.judge_open(&watch.reports[index]),
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

    fn judge_open(&self, finding: &ReportedChange) -> SeriesVerdict {
        let watch = &self.state.detector;
        let it = MeasuredChange::of(watch, finding, self.policy.detection.window);
        let limit = &self.state.threshold;
        let verdict = if !limit.is_reached(it.change, it.before, it.after) {
            Verdict::Unchanged
        } else if !finding.is_regression {
            Verdict::Improved
        } else if changes::covering_acceptance(
            self.series,
            it.boundary_runs,
            it.change,
            &self.review,
        )
        .is_some()
        {
            Verdict::Accepted
        } else {
            Verdict::Regressed
        };
        let baseline = Baseline {
            value: it.before,
            runs: it.runs_before.min(self.policy.detection.window),
            first_run: watch.run(finding.previous_start),
        };
        SeriesVerdict {
            verdict,
            baseline: Some(baseline),
            latest_change: Some(it.change),
            confidence: limit.confidence(watch.scale(), it.change, finding.z, watch.len()),
        }
    }

    /// No open change: the present level, without the newest runs that are in doubt.
    fn judge_unchanged(&self, doubtful: usize) -> SeriesVerdict {
        let watch = &self.state.detector;
        let nothing = SeriesVerdict {
            verdict: Verdict::Unchanged,
            baseline: None,
            latest_change: None,
            confidence: 0.0,
        };
        let Some((level, since)) = watch.baseline_values() else { return nothing };
        let window = self.policy.detection.window.max(1) as usize;
        let settled = &level[..level.len().saturating_sub(doubtful)];
        let recent = &settled[settled.len().saturating_sub(window)..];
        let Some(value) = median(recent) else { return nothing };
        let runs = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        let confirmations = self.policy.detection.confirmations.max(1) as usize;
        let newest = if doubtful > 0 { doubtful } else { confirmations.min(level.len()) };
        let change = median(&level[level.len() - newest..]);
        let too_noisy = |it: f64| it > TOO_NOISY_FACTOR * self.state.threshold.relative;
        SeriesVerdict {
            verdict: if self.detectable_change().is_some_and(too_noisy) {
                Verdict::TooNoisy
            } else {
                Verdict::Unchanged
            },
            baseline: Some(Baseline { value, runs, first_run: since }),
            latest_change: change.map(|newest| watch.scale().change(value, newest)),
            ..nothing
        }
    }

    fn detectable_change(&self) -> Option<f64> {
        let watch = &self.state.detector;
        let threshold = self.state.threshold.relative;
        watch.noise().map(|noise| {
            detectable_after_confirmations(watch.scale(), noise, self.policy, threshold)
        })
    }
}

/// The change that the gate holds open, as the pages tell it.
pub fn open_change(series: &Series, policy: &Policy, standing: &SeriesState) -> Option<Change> {
    let DetectorState::Open(index) = standing.detector.state() else { return None };
    changes::change_from_report(series, policy, standing, index)
}

/// Smallest lasting relative change that shows after `confirmations` runs: the score that a new
/// level needs, times the noise of one run, times the standard deviation of the difference of the
/// two means with this series' memory; never below the threshold, which gates it anyway.
pub fn detectable_after_confirmations(
    scale: LevelScale,
    noise: SeriesNoise,
    policy: &Policy,
    threshold: f64,
) -> f64 {
    let after = (policy.detection.confirmations as usize).max(1);
    let variance = noise.autocorrelation.variance_of_mean(after)
        + noise.autocorrelation.variance_of_mean(noise.runs.max(1));
    scale.change_of(MIN_Z * noise.sigma.max(noise.total_sigma) * variance.sqrt()).max(threshold)
}
