//! What the gate has of one series on its way through the commits.

use model::policy::Policy;
use model::record::Direction;
use model::series::Series;

use super::ChangeKind;
use super::changes::{Limit, limit};
use super::gate::{Candidate, Demand, Watch};
use super::infrastructure::{Effect, Fresh, Marks};
use super::steps::Boundary;

/// What the policy asks of every series.
#[derive(Clone, Copy)]
pub struct Rules {
    /// Microseconds from the first run on in which nothing is told.
    pub grace: i64,
    /// Runs of a runner that are needed before it is compared.
    pub needed: usize,
}

/// What the gate has of one series.
#[derive(Clone, PartialEq)]
pub struct Standing {
    pub watch: Watch,
    pub limit: Limit,
    /// Runs that an infrastructure shift holds back or has marked.
    pub marks: Marks,
    /// A bit for each body whose shift holds its newest runs.
    holders: u8,
    /// Runs that the walk has reached, and those of them that it did not compare because of a
    /// runner that it did not know.
    pub runs: usize,
    pub suppressed: usize,
    /// The newest run with a value is held.
    pub held: bool,
    /// The present baseline was begun by an infrastructure shift, at this run.
    pub cut: Option<usize>,
}

impl Standing {
    pub fn of(series: &Series, policy: &Policy) -> Self {
        let limit = limit(series, policy);
        let demand = Demand {
            threshold: limit.threshold,
            lower: limit.better == Direction::Lower,
            confirmations: (policy.detection.confirmations as usize).max(1),
            min_before: policy.regression.min_sample_size as usize,
            window: policy.detection.window as usize,
            sigmas: policy.data_quality.outlier_threshold,
        };
        let watch = Watch::new(demand, series.runs.len());
        let marks = Marks::default();
        Self { watch, limit, marks, holders: 0, runs: 0, suppressed: 0, held: false, cut: None }
    }

    /// Takes the runs of a commit in; the new level that they prove, if any.
    pub fn push(&mut self, series: &Series, fresh: Fresh, rules: Rules) -> Option<Candidate> {
        let Rules { grace, needed } = rules;
        let mut found = None;
        for index in fresh.from..fresh.to {
            self.runs = index + 1;
            let run = &series.runs[index];
            let Some(value) = run.value.filter(|value| value.is_finite()) else { continue };
            self.held = self.holders > 0;
            if self.held {
                self.watch.hold(index, value, run.segment);
                continue;
            }
            self.watch.push(index, value, run.segment);
            self.suppressed += usize::from(!self.watch.knows_runner(needed));
            let age = run.time.micros().saturating_sub(series.runs[0].time.micros());
            found = self.watch.look().map(|found| found.in_grace(age < grace));
        }
        found
    }

    /// The steps that the gate told, by the index of their first runs.
    pub fn steps(&self) -> Vec<Boundary> {
        let steps = self.watch.findings.iter().filter(|it| it.kind == ChangeKind::Step);
        steps.map(|it| Boundary { at: self.watch.run(it.at), z: it.z }).collect()
    }

    /// What a shift of a body, known by its bit, does to the series.
    pub fn apply(&mut self, effect: Effect, body: u8) {
        match effect {
            Effect::Hold { from, .. } => {
                if self.holders == 0 {
                    self.watch.retract(from);
                }
                self.holders |= body;
            }
            Effect::Drop { .. } => {
                self.holders &= !body;
                if self.holders == 0 {
                    self.watch.drop_held();
                }
            }
            Effect::Cut { from, .. } => {
                self.holders = 0;
                self.watch.cut(from);
                self.cut = Some(from);
            }
        }
    }
}
