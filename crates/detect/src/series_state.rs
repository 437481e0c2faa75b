//! What the gate has of one series on its way through the commits.

use model::policy::Policy;
use model::record::Direction;
use model::series::Series;

use super::ChangeKind;
use super::change_point::ChangePoint;
use super::changes::{SeriesThreshold, series_threshold};
use super::common_mode::{CommonModeEffect, Exclusions, NewRuns};
use super::detector::{ChangeCandidate, ChangeDetector, DetectionRule};

/// What the policy asks of every series.
#[derive(Clone, Copy)]
pub struct RunRequirements {
    /// Microseconds from the first run on in which nothing is told.
    pub grace_period_us: i64,
    /// Runs of a runner that are needed before it is compared.
    pub min_runner_runs: usize,
}

/// What the gate has of one series.
#[derive(Clone, PartialEq)]
pub struct SeriesState {
    pub detector: ChangeDetector,
    pub threshold: SeriesThreshold,
    /// Runs that an infrastructure shift holds back or has marked.
    pub exclusions: Exclusions,
    /// A bit for each body whose shift holds its newest runs.
    suspending_groups: u8,
    /// Runs that the walk has reached, and those of them that it did not compare because of a
    /// runner that it did not know.
    pub runs_seen: usize,
    pub runs_not_compared: usize,
    /// The newest run with a value is held.
    pub is_suspended: bool,
    /// The present baseline was begun by an infrastructure shift, at this run.
    pub rebased_at: Option<usize>,
}

impl SeriesState {
    pub fn of(series: &Series, policy: &Policy) -> Self {
        let limit = series_threshold(series, policy);
        let demand = DetectionRule {
            threshold: limit.relative,
            lower_is_better: limit.direction == Direction::Lower,
            confirmations: (policy.detection.confirmations as usize).max(1),
            min_before: policy.regression.min_sample_size as usize,
            open_window: policy.detection.window as usize,
            sigmas: policy.data_quality.outlier_threshold,
        };
        let watch = ChangeDetector::new(demand, series.runs.len());
        let marks = Exclusions::default();
        Self {
            detector: watch,
            threshold: limit,
            exclusions: marks,
            suspending_groups: 0,
            runs_seen: 0,
            runs_not_compared: 0,
            is_suspended: false,
            rebased_at: None,
        }
    }

    /// Takes the runs of a commit in; the new level that they prove, if any.
    pub fn push(
        &mut self,
        series: &Series,
        fresh: NewRuns,
        rules: RunRequirements,
    ) -> Option<ChangeCandidate> {
        let RunRequirements { grace_period_us: grace, min_runner_runs: needed } = rules;
        let mut found = None;
        for index in fresh.from..fresh.to {
            self.runs_seen = index + 1;
            let run = &series.runs[index];
            let Some(value) = run.value.get().filter(|value| value.is_finite()) else { continue };
            self.is_suspended = self.suspending_groups > 0;
            if self.is_suspended {
                self.detector.suspend(index, value, run.segment);
                continue;
            }
            self.detector.push(index, value, run.segment);
            self.runs_not_compared += usize::from(!self.detector.knows_runner(needed));
            let age = run.time.micros().saturating_sub(series.runs[0].time.micros());
            found = self.detector.find_change().map(|found| found.with_grace_period(age < grace));
        }
        found
    }

    /// The steps that the gate told, by the index of their first runs.
    pub fn change_points(&self) -> Vec<ChangePoint> {
        let steps = self.detector.reports.iter().filter(|it| it.kind == ChangeKind::Step);
        steps.map(|it| ChangePoint { index: self.detector.run(it.change_point), z: it.z }).collect()
    }

    /// What a shift of a body, known by its bit, does to the series.
    pub fn apply(&mut self, effect: CommonModeEffect, body: u8) {
        match effect {
            CommonModeEffect::Suspend { from, .. } => {
                if self.suspending_groups == 0 {
                    self.detector.retract(from);
                }
                self.suspending_groups |= body;
            }
            CommonModeEffect::Discard { .. } => {
                self.suspending_groups &= !body;
                if self.suspending_groups == 0 {
                    self.detector.discard_suspended();
                }
            }
            CommonModeEffect::Rebase { from, .. } => {
                self.suspending_groups = 0;
                self.detector.rebase(from);
                self.rebased_at = Some(from);
            }
        }
    }
}
