//! Whether the newest runs show a new level: a step first, else a drift.

use super::runner_pool::RunnerOffsets;
use super::{ChangeCandidate, ChangeDetector};
use crate::ablation::{InnerPart, is_on};
use crate::analysis::ChangeKind;
use crate::drift;
use crate::new_level::MAX_RUNS_SEEN;
use crate::prefilter::{self, Prefilter};
use crate::rule::LevelThresholds;
use crate::significance::{self, BaselineHistory, LevelShift, LevelView};
use crate::stats::median_in_place;

/// An improvement of this share of the threshold restarts the baseline: later regressions are
/// measured from the level that the code can reach.
const IMPROVEMENT_RESTART_SHARE: f64 = 0.5;

impl ChangeDetector {
    /// The newest level, where it passes every test.
    pub(crate) fn find_change(&mut self) -> Option<ChangeCandidate> {
        let newest = *self.levels.last()?;
        if let Some(change) = self.find_exact_change() {
            return Some(change);
        }
        let at = self.levels.len() - 1;
        if self.is_pooled {
            return self.find_pooled_change();
        }
        // Most runs are near to their baseline and cost one comparison. 0.6: the smallest share of
        // the threshold at which any run of a new level may lie.
        let distance = newest - self.baseline_medians[at];
        let sizes = self.step_thresholds();
        let stepped = distance >= 0.6 * sizes.up || -distance >= sizes.down;
        if !stepped && !self.is_drift_sized(newest) {
            return None;
        }
        let view = LevelView {
            levels: &self.levels,
            past: BaselineHistory::Recorded {
                medians: &self.baseline_medians,
                starts: &self.baseline_starts,
                unshifted: &self.unshifted,
            },
            baseline_start: self.baseline_start,
        };
        self.search_levels(&view, &|point| point)
    }

    /// Whether a level is as far from the baseline's oldest as a drift. Few are that far from any
    /// level of the baseline, and only then are the oldest looked at.
    fn is_drift_sized(&mut self, level: f64) -> bool {
        let LevelThresholds { up: worse, down: better } = self.thresholds;
        if level - self.level_range.0 < worse && self.level_range.1 - level < better {
            return false;
        }
        let old = drift::end_lengths(self.levels.len() - self.baseline_start).old;
        while self.oldest_levels.len() < old {
            self.oldest_levels
                .push(self.levels[self.baseline_start + self.oldest_levels.len()], None);
        }
        let drifted = level - self.oldest_levels.median().unwrap_or(0.0);
        drifted >= worse || -drifted >= better
    }

    /// The same where runners take turns.
    fn find_pooled_change(&self) -> Option<ChangeCandidate> {
        let mut room = [0.0; MAX_RUNS_SEEN];
        let levels = self.newest_pooled(&mut room)?;
        let drifts = drift::is_due(self.pooled_len())
            && (levels.len() == MAX_RUNS_SEEN || prefilter::may_drift(levels, self.thresholds));
        let sizes = self.step_thresholds();
        // The exact test brings all levels of the pool to one level first; two counts over the
        // newest ones rule it out for nearly all runs.
        if !drifts && !Prefilter::of(levels, sizes, &self.rule).is_any_open() {
            return None;
        }
        let mixed = self.pooled_levels()?;
        let candidate = self.search_levels(&mixed.view(), &|at| self.pooled_point(&mixed, at))?;
        Some(ChangeCandidate { runner_offsets: mixed.offsets, ..candidate })
    }

    /// The sizes of a step. A smaller improvement is not reported but restarts the baseline.
    fn step_thresholds(&self) -> LevelThresholds {
        let LevelThresholds { up, down } = self.thresholds;
        LevelThresholds { up, down: IMPROVEMENT_RESTART_SHARE * down }
    }

    fn search_levels(
        &self,
        view: &LevelView<'_>,
        point: &dyn Fn(usize) -> usize,
    ) -> Option<ChangeCandidate> {
        // A step has a run at which it happened, so it is preferred to a drift.
        let step = significance::newest_shift(view, self.step_thresholds(), &self.rule);
        let is_new = |step: &LevelShift| {
            let length = view.levels.len() - step.change_point;
            !self.is_own_excursion(step.after - step.before, length)
        };
        if let Some(step) = step.filter(is_new) {
            let at = point(step.change_point);
            let is_reportable =
                step.is_regression || step.before - step.after >= self.thresholds.down;
            return Some(ChangeCandidate {
                kind: ChangeKind::Step,
                is_regression: step.is_regression,
                z: step.z,
                change_point: at,
                baseline_start: at,
                before: step.before,
                after: step.after,
                is_reportable,
                runner_offsets: RunnerOffsets::new(),
            });
        }
        let level = &view.levels[view.baseline_start..];
        if !drift::is_due(level.len()) || !is_on(InnerPart::Drifts) {
            return None;
        }
        let moved = drift::newest_drift(level, self.thresholds)?;
        let ends = drift::end_lengths(level.len());
        let middle = |values: &[f64]| median_in_place(&mut values.to_vec()).unwrap_or(0.0);
        let newest = &level[level.len() - ends.new..];
        let (before, after) = (middle(&level[..ends.old]), middle(newest));
        Some(ChangeCandidate {
            kind: ChangeKind::Drift,
            is_regression: after > before,
            z: moved.z,
            change_point: point(view.baseline_start + moved.index),
            baseline_start: point(view.levels.len() - ends.new),
            before,
            after,
            is_reportable: true,
            runner_offsets: RunnerOffsets::new(),
        })
    }
}
