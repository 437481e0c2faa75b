//! The verdict on a series: what the gate says of its newest run, against which baseline.
//!
//! A change counts while its onset lies within the last `detection.window` runs and the newest runs
//! still stand on its level; after that the new level is the baseline and the series is steady
//! again (the change stays in its history).

use model::policy::Policy;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;

use super::changes::{self, Facts, Sized};
use super::gate::{Answer, Finding};
use super::noise::Noise;
use super::proof::PROOF;
use super::quality::longest_interval;
use super::standing::Standing;
use super::stats::median;
use super::stretch::Scale;
use super::{Baseline, Change, Verdict};

/// A series is too noisy when the smallest change it could show is this many times its threshold:
/// at three times, a regression of the policy's size is far more likely missed than found.
const TOO_NOISY: f64 = 3.0;

/// What the verdict is drawn from: a series up to the run that the walk has reached.
pub struct Evidence<'a> {
    pub series: &'a Series,
    pub policy: &'a Policy,
    pub standing: &'a Standing,
    pub facts: Facts<'a>,
    /// Newest run of the whole history; none where nothing is to be missed.
    pub newest: Option<Timestamp>,
}

/// A verdict with what it compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    pub verdict: Verdict,
    pub baseline: Option<Baseline>,
    pub change: Option<f64>,
    /// How sure the verdict is of a change, 0–1; 0 for the others.
    pub confidence: f64,
}

impl Evidence<'_> {
    /// Draws the verdict. The order is that of certainty: what cannot be compared is said first.
    pub fn judge(&self) -> Judged {
        let compared = self.compared();
        let verdict = if self.missing() {
            Verdict::Missing
        } else if self.standing.held {
            Verdict::Infrastructure
        } else if self.young() {
            Verdict::New
        } else {
            self.learning().unwrap_or(compared.verdict)
        };
        Judged { verdict, ..compared }
    }

    /// The runs that the walk has reached.
    fn runs(&self) -> &[model::series::Run] {
        &self.series.runs[..self.standing.runs]
    }

    fn needed(&self) -> usize {
        self.policy.regression.min_sample_size as usize
    }

    /// The newest run failed, or none came where one was due.
    fn missing(&self) -> bool {
        let Some(last) = self.runs().last() else { return false };
        if !last.value.is_some_and(f64::is_finite) {
            return true;
        }
        let silent = self.newest.map_or(0, |it| it.micros().saturating_sub(last.time.micros()));
        silent > 3 * DAY_US && {
            let times: Vec<Timestamp> = self.runs().iter().map(|run| run.time).collect();
            silent > longest_interval(&times)
        }
    }

    /// In its grace period, or too few runs for any baseline.
    fn young(&self) -> bool {
        let runs = self.runs();
        let few = runs.iter().filter(|run| run.value.is_some()).take(self.needed()).count();
        let age = match (runs.first(), runs.iter().rfind(|run| run.value.is_some())) {
            (Some(first), Some(last)) => last.time.micros().saturating_sub(first.time.micros()),
            _ => 0,
        };
        few < self.needed() || age < i64::from(self.policy.regression.grace_period_days) * DAY_US
    }

    /// Too few runs to be compared with: on a new runner, or since an infrastructure shift.
    fn learning(&self) -> Option<Verdict> {
        let watch = &self.standing.watch;
        if matches!(watch.answer(), Answer::Open(_)) {
            return None;
        }
        let since = (watch.epoch() < watch.len()).then(|| watch.run(watch.epoch()));
        let few = watch.len() - watch.epoch() < self.needed();
        if few && (since.is_none() || since == self.standing.cut) {
            return Some(Verdict::Infrastructure);
        }
        (!watch.knows_runner(self.needed())).then_some(Verdict::Suppressed)
    }

    /// The verdict by comparison: an open change, a suspicion, or steadiness.
    fn compared(&self) -> Judged {
        let watch = &self.standing.watch;
        let runs_needed = |seen: usize| {
            let missing = (self.policy.detection.confirmations as usize).saturating_sub(seen);
            u32::try_from(missing.max(1)).unwrap_or(u32::MAX)
        };
        match watch.answer() {
            Answer::Open(index) => self.open(&watch.findings[index]),
            Answer::Suspected(seen) => {
                let judged = self.quiet(seen);
                Judged { verdict: Verdict::Suspected { runs_needed: runs_needed(seen) }, ..judged }
            }
            Answer::Steady => self.quiet(0),
        }
    }

    fn open(&self, finding: &Finding) -> Judged {
        let watch = &self.standing.watch;
        let it = Sized::of(watch, finding, self.policy.detection.window);
        let limit = &self.standing.limit;
        let verdict = if !limit.reached(it.change, it.before, it.after) {
            Verdict::Steady
        } else if !finding.worse {
            Verdict::Improved
        } else if changes::acceptance(self.series, it.place, it.change, &self.facts).is_some() {
            Verdict::Approved
        } else {
            Verdict::Regressed
        };
        let baseline = Baseline {
            value: it.before,
            runs: it.runs_before.min(self.policy.detection.window),
            since: watch.run(finding.since),
        };
        Judged {
            verdict,
            baseline: Some(baseline),
            change: Some(it.change),
            confidence: limit.confidence(watch.scale(), it.change, finding.z, watch.len()),
        }
    }

    /// No open change: the present level, without the newest runs that are in doubt.
    fn quiet(&self, doubtful: usize) -> Judged {
        let watch = &self.standing.watch;
        let nothing =
            Judged { verdict: Verdict::Steady, baseline: None, change: None, confidence: 0.0 };
        let Some((level, since)) = watch.present() else { return nothing };
        let window = self.policy.detection.window.max(1) as usize;
        let settled = &level[..level.len().saturating_sub(doubtful)];
        let recent = &settled[settled.len().saturating_sub(window)..];
        let Some(value) = median(recent) else { return nothing };
        let runs = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        let confirmations = self.policy.detection.confirmations.max(1) as usize;
        let newest = if doubtful > 0 { doubtful } else { confirmations.min(level.len()) };
        let change = median(&level[level.len() - newest..]);
        let too_noisy = |it: f64| it > TOO_NOISY * self.standing.limit.threshold;
        Judged {
            verdict: if self.detectable().is_some_and(too_noisy) {
                Verdict::Noisy
            } else {
                Verdict::Steady
            },
            baseline: Some(Baseline { value, runs, since }),
            change: change.map(|newest| watch.scale().change(value, newest)),
            ..nothing
        }
    }

    fn detectable(&self) -> Option<f64> {
        let watch = &self.standing.watch;
        let threshold = self.standing.limit.threshold;
        watch.noise().map(|noise| detectable(watch.scale(), noise, self.policy, threshold))
    }
}

/// The change that the gate holds open, as the pages tell it.
pub fn open_change(series: &Series, policy: &Policy, standing: &Standing) -> Option<Change> {
    let Answer::Open(index) = standing.watch.answer() else { return None };
    changes::of_finding(series, policy, standing, index)
}

/// Smallest lasting relative change that shows after `confirmations` runs: the score that a new
/// level needs, times the noise of one run, times the standard deviation of the difference of the
/// two means with this series' memory; never below the threshold, which gates it anyway.
pub fn detectable(scale: Scale, noise: Noise, policy: &Policy, threshold: f64) -> f64 {
    let after = (policy.detection.confirmations as usize).max(1);
    let variance =
        noise.memory.variance_of_mean(after) + noise.memory.variance_of_mean(noise.runs.max(1));
    scale.change_of(PROOF * noise.sigma.max(noise.wandering) * variance.sqrt()).max(threshold)
}
