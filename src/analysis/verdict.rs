//! The verdict on a series: what its newest runs say, against which baseline.
//!
//! A change counts while its onset lies within the last `detection.window` runs; after that the
//! new level is the baseline and the series is steady again (the change stays in its history).

use crate::policy::Policy;
use crate::record::{DAY_US, Timestamp};
use crate::series::Series;

use super::changes::Limit;
use super::prepared::{Found, Noise, Prepared};
use super::quality::longest_interval;
use super::stats::median;
use super::stretch::{Scale, Stretch};
use super::{Baseline, Change, ChangeKind, Status, Verdict, drift};

/// A series is too noisy when the smallest change it could show is this many times its threshold:
/// at three times, a regression of the policy's size is far more likely missed than found.
const TOO_NOISY: f64 = 3.0;

/// What the verdict is drawn from.
pub(crate) struct Evidence<'a> {
    pub(crate) series: &'a Series,
    pub(crate) policy: &'a Policy,
    pub(crate) limit: &'a Limit,
    pub(crate) ready: &'a Prepared<'a>,
    pub(crate) found: &'a Found,
    pub(crate) fixes: &'a [bool],
    /// Relative noise of one run, slow wandering included.
    pub(crate) noise: Option<f64>,
    pub(crate) detectable: Option<f64>,
    /// The newest run with a value lies on an infrastructure day.
    pub(crate) on_infrastructure: bool,
    /// Index of the first run after the newest infrastructure cut.
    pub(crate) cut: Option<usize>,
    /// Newest run of the whole history.
    pub(crate) newest: Option<Timestamp>,
}

/// A verdict with what it compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) baseline: Option<Baseline>,
    pub(crate) change: Option<f64>,
}

/// Draws the verdict. The order is that of certainty: what cannot be compared is said first.
pub(crate) fn judge(evidence: &Evidence<'_>) -> Judged {
    let compared = evidence.compared();
    let verdict = if evidence.missing() {
        Verdict::Missing
    } else if evidence.on_infrastructure {
        Verdict::Infrastructure
    } else if evidence.young() {
        Verdict::New
    } else if evidence.learning() {
        let lasting =
            evidence.cut.is_some_and(|cut| evidence.ready.latest.is_some_and(|it| it >= cut));
        if lasting { Verdict::Infrastructure } else { Verdict::Suppressed }
    } else {
        compared.verdict
    };
    Judged { verdict, ..compared }
}

impl Evidence<'_> {
    fn window(&self) -> usize {
        self.policy.detection.window.max(1) as usize
    }

    /// The newest run failed, or none came where one was due.
    fn missing(&self) -> bool {
        let Some(last) = self.series.runs.last() else { return false };
        let Some(latest) = self.ready.latest else { return true };
        if latest + 1 < self.series.runs.len() {
            return true;
        }
        let times: Vec<Timestamp> = self.series.runs.iter().map(|run| run.time).collect();
        let silent = self.newest.map_or(0, |it| it.micros().saturating_sub(last.time.micros()));
        silent > longest_interval(&times)
    }

    /// In its grace period, or too few runs for any baseline.
    fn young(&self) -> bool {
        let runs = &self.series.runs;
        let valued = runs.iter().filter(|run| run.value.is_some()).count();
        let age = match (runs.first(), self.ready.latest) {
            (Some(first), Some(latest)) => {
                runs[latest].time.micros().saturating_sub(first.time.micros())
            }
            _ => 0,
        };
        valued < self.policy.regression.min_sample_size as usize
            || age < i64::from(self.policy.regression.grace_period_days) * DAY_US
    }

    /// The newest run's stretch has too few runs to be compared with.
    fn learning(&self) -> bool {
        let needed = self.policy.regression.min_sample_size as usize;
        let Some(stretch) = self.ready.stretches.last() else { return true };
        let holds = self.ready.latest.is_some_and(|latest| stretch.index.contains(&latest));
        !holds || stretch.index.len() < needed
    }

    /// The verdict by comparison: an open change, a suspicion, or steadiness.
    fn compared(&self) -> Judged {
        let nothing = Judged { verdict: Verdict::Steady, baseline: None, change: None };
        let Some(stretch) = self.ready.stretches.last().filter(|it| !it.index.is_empty()) else {
            return nothing;
        };
        self.open(stretch, true)
            .or_else(|| self.open(stretch, false))
            .unwrap_or_else(|| self.quiet(stretch))
    }

    /// The newest open change of one direction that still holds.
    fn open(&self, stretch: &Stretch, worse: bool) -> Option<Judged> {
        let window = self.window();
        let recent = stretch.index[stretch.index.len().saturating_sub(window)];
        let candidates = self.found.changes.iter().zip(self.fixes).rev();
        for (change, fix) in candidates {
            if change.first < recent || change.worse != worse || *fix {
                continue;
            }
            let newest = self.newest_level(stretch, change.kind)?;
            let moved = self.ready.scale.change(change.before, newest);
            let holds = self.limit.reached(moved, change.before, newest)
                && self.limit.is_worse(moved) == worse;
            if change.status == Status::Fixed || !holds {
                continue;
            }
            let verdict = match (&change.status, worse) {
                (Status::Approved { .. }, _) => Verdict::Approved,
                (_, true) => Verdict::Regressed,
                (_, false) => Verdict::Improved,
            };
            let baseline = self.baseline_before(stretch, change);
            return Some(Judged { verdict, baseline: Some(baseline), change: Some(moved) });
        }
        None
    }

    /// Median of the runs since the newest told step, of at most the window. A level too short for
    /// its window to lie behind a drift has only its newest quarter to tell where it now stands.
    fn newest_level(&self, stretch: &Stretch, kind: ChangeKind) -> Option<f64> {
        let from = self.found.firsts.last().copied().unwrap_or(0);
        let level = &stretch.value[from..];
        let window = match kind {
            ChangeKind::Drift if drift::is_short(level.len()) => drift::ends(level.len()).1,
            _ => self.window(),
        };
        median(&level[level.len().saturating_sub(window)..])
    }

    fn baseline_before(&self, stretch: &Stretch, change: &Change) -> Baseline {
        let at = stretch.index.partition_point(|index| *index < change.first);
        let from = self.found.firsts.iter().rev().find(|first| **first < at).copied().unwrap_or(0);
        Baseline {
            value: change.before,
            runs: change.runs_before.min(self.policy.detection.window),
            since: stretch.index[from.min(stretch.index.len() - 1)],
        }
    }

    /// No open change: suspected, noisy or steady, against the present level.
    fn quiet(&self, stretch: &Stretch) -> Judged {
        let from = self.found.firsts.last().copied().unwrap_or(0);
        let level = &stretch.value[from..];
        let doubtful = self.doubtful(level);
        let settled = &level[..level.len() - doubtful];
        let window = self.window();
        let recent = &settled[settled.len().saturating_sub(window)..];
        let Some(value) = median(recent) else {
            return Judged { verdict: Verdict::Steady, baseline: None, change: None };
        };
        let runs = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        let baseline = Some(Baseline { value, runs, since: stretch.index[from] });
        let confirmations = self.policy.detection.confirmations.max(1);
        let newest = if doubtful > 0 {
            &level[level.len() - doubtful..]
        } else {
            &level[level.len().saturating_sub(confirmations as usize)..]
        };
        let change = median(newest).map(|newest| self.ready.scale.change(value, newest));
        let verdict = if doubtful > 0 {
            let seen = u32::try_from(doubtful).unwrap_or(u32::MAX);
            Verdict::Suspected { runs_needed: confirmations.saturating_sub(seen).max(1) }
        } else if self.detectable.is_some_and(|it| it > TOO_NOISY * self.limit.threshold) {
            Verdict::Noisy
        } else {
            Verdict::Steady
        };
        Judged { verdict, baseline, change }
    }

    /// How many of the newest runs, in a row, lie beyond the threshold and outside the noise on
    /// the worse side of the runs before them: at least 1 and fewer than the confirmations, else 0.
    fn doubtful(&self, level: &[f64]) -> usize {
        let confirmations = self.policy.detection.confirmations as usize;
        let window = self.window();
        let sigmas = self.policy.data_quality.outlier_threshold;
        let noise = self.noise.unwrap_or(0.0);
        for count in (1..confirmations).rev() {
            let Some(end) = level.len().checked_sub(count).filter(|end| *end > 0) else { continue };
            let Some(base) = median(&level[end.saturating_sub(window)..end]) else { continue };
            let beyond = |value: &f64| {
                let change = self.ready.scale.change(base, *value);
                self.limit.is_worse(change)
                    && self.limit.reached(change, base, *value)
                    && self.ready.scale.shift_of(change).abs() > sigmas * noise
            };
            if level[end..].iter().all(beyond) {
                return count;
            }
        }
        0
    }
}

/// Smallest lasting relative change that shows after `confirmations` runs: the score that a new
/// level needs (4.8), times the noise of one run, times the standard deviation of the difference
/// of the two means with this series' memory; never below the threshold, which gates it anyway.
pub(crate) fn detectable(scale: Scale, noise: Noise, policy: &Policy, threshold: f64) -> f64 {
    let after = (policy.detection.confirmations as usize).max(1);
    let variance =
        noise.memory.variance_of_mean(after) + noise.memory.variance_of_mean(noise.runs.max(1));
    scale
        .change_of(super::newest::PROOF * noise.sigma.max(noise.wandering) * variance.sqrt())
        .max(threshold)
}
