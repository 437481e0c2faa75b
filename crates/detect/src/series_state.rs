//! What the gate knows of one series after the commits so far.
//!
//! The [`ChangeDetector`] judges the series by itself; this adds what only all series together
//! show: runs that an infrastructure shift holds back, and baselines that it restarted.

use model::policy::Policy;
use model::series::Series;

use super::analysis::{ChangeKind, VetoedShift};
use super::change_point::ChangePoint;
use super::commit_batches::NewRuns;
use super::common_mode::{CommonModeEffect, Exclusions};
use super::detector::{ChangeCandidate, ChangeDetector, MeasuredOn};
use super::rule::Rule;

/// What the gate knows of one series.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct SeriesState {
    pub detector: ChangeDetector,
    /// Runs that an infrastructure shift holds back or has marked.
    pub exclusions: Exclusions,
    /// A bit for each peer group whose shift holds the newest runs back.
    suspending_groups: u8,
    /// Runs so far, and those of them that were not compared because their runner was new.
    pub runs_seen: usize,
    pub runs_not_compared: usize,
    /// The newest run with a value is held back.
    pub is_suspended: bool,
    /// The run at which an infrastructure shift last restarted the baseline.
    pub rebased_at: Option<usize>,
    /// Votes that the controls decided for the code, oldest first.
    pub vetoed_shifts: Vec<VetoedShift>,
}

impl SeriesState {
    pub(crate) fn of(series: &Series, policy: &Policy) -> Self {
        Self {
            detector: ChangeDetector::new(Rule::of(series, policy), series.runs.len()),
            exclusions: Exclusions::default(),
            suspending_groups: 0,
            runs_seen: 0,
            runs_not_compared: 0,
            is_suspended: false,
            rebased_at: None,
            vetoed_shifts: Vec::new(),
        }
    }

    /// What a change of the series must show.
    pub(crate) fn rule(&self) -> &Rule {
        self.detector.rule()
    }

    /// Takes the runs of a commit in; the new level that they prove, if any.
    pub(crate) fn push(&mut self, series: &Series, new_runs: NewRuns) -> Option<ChangeCandidate> {
        let Rule { grace_period_us, min_runs, .. } = *self.rule();
        let mut candidate = None;
        for index in new_runs.from..new_runs.to {
            self.runs_seen = index + 1;
            let run = &series.runs[index];
            let Some(value) = series.compared_value(run) else { continue };
            let place = MeasuredOn { segment: run.segment, environment: run.environment };
            self.is_suspended = self.suspending_groups > 0;
            if self.is_suspended {
                self.detector.suspend(index, value, place);
                continue;
            }
            self.detector.push(index, value, place);
            self.runs_not_compared += usize::from(!self.detector.knows_runner(min_runs));
            let age = run.time.micros().saturating_sub(series.runs[0].time.micros());
            let is_young = age < grace_period_us;
            let change = self.detector.find_change().filter(|_| self.rule().has_direction());
            candidate = change.map(|it| it.with_grace_period(is_young));
        }
        candidate
    }

    /// The steps that the gate reported, by the index of their first runs.
    pub(crate) fn change_points(&self) -> Vec<ChangePoint> {
        let steps = self.detector.reports.iter().filter(|it| it.kind == ChangeKind::Step);
        steps.map(|it| ChangePoint { index: self.detector.run(it.change_point), z: it.z }).collect()
    }

    /// What a shift of a peer group, known by its bit, does to the series.
    pub(crate) fn apply(&mut self, effect: CommonModeEffect, group: u8) {
        match effect {
            CommonModeEffect::Suspend { from, .. } => {
                if self.suspending_groups == 0 {
                    self.detector.retract(from);
                }
                self.suspending_groups |= group;
            }
            CommonModeEffect::Discard { .. } => {
                self.suspending_groups &= !group;
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
