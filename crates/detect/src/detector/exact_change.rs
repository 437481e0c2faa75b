//! A change of an exact metric: the newest runs prove it, because the runs before never varied.

use super::runner_pool::RunnerOffsets;
use super::{ChangeCandidate, ChangeDetector};
use crate::ablation::{InnerPart, is_on};
use crate::analysis::ChangeKind;
use crate::exact::{self, CountedRun};

/// Newest runs that are looked at: twice those that show whether a metric is exact, because inputs
/// or toolchains may take turns.
const MAX_RUNS: usize = 120;

impl ChangeDetector {
    /// The change that the newest runs prove, one run unless the series' own rule asks for more.
    pub(super) fn find_exact_change(&self) -> Option<ChangeCandidate> {
        let confirmations = self.rule.exact_confirmations;
        let newest = self.len().checked_sub(1)?;
        if !is_on(InnerPart::Exact)
            || !self.rule.is_countable
            || (confirmations == 1 && self.repeats_before(newest))
        {
            return None;
        }
        // Another runner may count differently: only its own runs speak of its level.
        let of_runner = self.baseline_start.max(self.len().saturating_sub(MAX_RUNS))..self.len();
        let is_own = |at: &usize| self.segments[*at] == self.segments[newest];
        let points: Vec<usize> = of_runner.filter(is_own).collect();
        let (before, newer) = points.split_at(points.len().checked_sub(confirmations)?);
        let counted = |at: &usize| CountedRun {
            value: self.values[*at],
            environment: self.environments[*at],
        };
        let before: Vec<CountedRun> = before.iter().map(counted).collect();
        let level = exact::level_before(&before, self.environments[newest], self.rule.min_runs)?;
        let moved = |at: &usize| self.values[*at] - level;
        let nearest = newer.iter().min_by(|a, b| moved(a).abs().total_cmp(&moved(b).abs()))?;
        let is_regression = self.rule.is_regression(moved(nearest));
        let same_way =
            |at: &usize| moved(at) != 0.0 && self.rule.is_regression(moved(at)) == is_regression;
        let after = self.values[*nearest];
        let change = self.scale().change(level, after);
        let is_change = newer.iter().all(same_way) && self.rule.is_reached(change, level, after);
        is_change.then(|| ChangeCandidate {
            kind: ChangeKind::Step,
            is_regression,
            z: exact::PROOF_Z,
            change_point: newer[0],
            baseline_start: newer[0],
            before: self.level_of(level),
            after: self.level_of(after),
            is_reportable: true,
            runner_offsets: RunnerOffsets::new(),
        })
    }

    /// Whether a point has the value and the runner of the point before: most do.
    fn repeats_before(&self, at: usize) -> bool {
        at > 0
            && self.values[at] == self.values[at - 1]
            && self.segments[at] == self.segments[at - 1]
    }
}
