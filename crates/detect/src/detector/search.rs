//! Whether the newest runs show a new level: a step first, else a drift.

use super::runner_pool::RunnerOffsets;
use super::{ChangeCandidate, ChangeDetector, LevelThresholds};
use crate::ChangeKind;
use crate::drift;
use crate::prefilter::{self, Prefilter};
use crate::significance::{self, BaselineHistory, LevelView};
use crate::stats::median_in_place;

/// Score that an improvement needs to restart the baseline.
const MIN_Z_IMPROVEMENT: f64 = 5.5;
/// An improvement of this share of the policy's size restarts the baseline.
const IMPROVEMENT_RESTART_SHARE: f64 = 0.5;

impl ChangeDetector {
    /// The newest level, where it passes every demand.
    pub fn find_change(&mut self) -> Option<ChangeCandidate> {
        let size = self.thresholds;
        let newest = *self.levels.last()?;
        let at = self.levels.len() - 1;
        if self.is_pooled {
            return self.find_pooled_change(size);
        }
        let distance = newest - self.baseline_medians[at];
        let stepped = distance >= 0.6 * size.regression
            || -distance >= IMPROVEMENT_RESTART_SHARE * size.improvement;
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
        self.search_levels(&view, size, &|point| point)
    }

    /// Whether a level is as far from the baseline's oldest as a drift. Few are that far from any
    /// level of the baseline, and only then are the oldest looked at.
    fn is_drift_sized(&mut self, level: f64) -> bool {
        let LevelThresholds { regression: worse, improvement: better } = self.thresholds;
        if level - self.level_range.0 < worse && self.level_range.1 - level < better {
            return false;
        }
        let (old, _) = drift::end_lengths(self.levels.len() - self.baseline_start);
        while self.oldest_levels.len() < old {
            self.oldest_levels
                .push(self.levels[self.baseline_start + self.oldest_levels.len()], None);
        }
        let drifted = level - self.oldest_levels.median().unwrap_or(0.0);
        drifted >= worse || -drifted >= better
    }

    /// The same where runners take turns.
    fn find_pooled_change(&self, size: LevelThresholds) -> Option<ChangeCandidate> {
        let mut room = [0.0; significance::MAX_RUNS_SEEN];
        let levels = self.newest_pooled(&mut room)?;
        let drifts = drift::is_due(self.pooled_len())
            && (levels.len() == significance::MAX_RUNS_SEEN
                || prefilter::may_drift(levels, size.regression, size.improvement));
        if !drifts && !Prefilter::of(levels, self.significance_rule(size)).is_any_open() {
            return None;
        }
        let mixed = self.pooled_levels()?;
        let found = self.search_levels(&mixed.view(), size, &|at| self.pooled_point(&mixed, at))?;
        Some(ChangeCandidate { runner_offsets: mixed.offsets, ..found })
    }

    /// What is asked of a step.
    fn significance_rule(&self, size: LevelThresholds) -> significance::SignificanceRule {
        significance::SignificanceRule {
            regression: size.regression,
            improvement: IMPROVEMENT_RESTART_SHARE * size.improvement,
            confirmations: self.rule.confirmations,
            min_before: self.rule.min_before,
            min_z_improvement: MIN_Z_IMPROVEMENT,
        }
    }

    fn search_levels(
        &self,
        view: &LevelView<'_>,
        size: LevelThresholds,
        point: &dyn Fn(usize) -> usize,
    ) -> Option<ChangeCandidate> {
        if let Some(step) = significance::newest_shift(view, self.significance_rule(size)) {
            let at = point(step.change_point);
            let told = step.is_regression || step.before - step.after >= size.improvement;
            return Some(ChangeCandidate {
                kind: ChangeKind::Step,
                is_regression: step.is_regression,
                z: step.z,
                change_point: at,
                baseline_start: at,
                before: step.before,
                after: step.after,
                is_reportable: told,
                runner_offsets: RunnerOffsets::new(),
            });
        }
        let level = &view.levels[view.baseline_start..];
        if !drift::is_due(level.len()) {
            return None;
        }
        let moved = drift::newest_drift(level, size.regression, size.improvement)?;
        let (old, new) = drift::end_lengths(level.len());
        let middle = |values: &[f64]| median_in_place(&mut values.to_vec()).unwrap_or(0.0);
        let (before, after) = (middle(&level[..old]), middle(&level[level.len() - new..]));
        Some(ChangeCandidate {
            kind: ChangeKind::Drift,
            is_regression: after > before,
            z: moved.z,
            change_point: point(view.baseline_start + moved.index),
            baseline_start: point(view.levels.len() - new),
            before,
            after,
            is_reportable: true,
            runner_offsets: RunnerOffsets::new(),
        })
    }
}
