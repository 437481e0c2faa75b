//! Whether the newest runs show a new level: a step first, else a drift.

use super::pool::Pool;
use super::{Candidate, Size, Watch};
use crate::ChangeKind;
use crate::drift;
use crate::proof::{self, Past, View};
use crate::sieve::{self, Sieve};
use crate::stats::median_in_place;

/// Score that an improvement needs to restart the baseline.
const PROOF_BETTER: f64 = 5.5;
/// An improvement of this share of the policy's size restarts the baseline.
const RESTART: f64 = 0.5;

impl Watch {
    /// The newest level, where it passes every demand.
    pub fn look(&mut self) -> Option<Candidate> {
        let size = self.size;
        let newest = *self.level.last()?;
        let at = self.level.len() - 1;
        if self.mixed {
            return self.look_at_pool(size);
        }
        let distance = newest - self.base[at];
        let stepped = distance >= 0.6 * size.worse || -distance >= RESTART * size.better;
        if !stepped && !self.is_off_the_oldest(newest) {
            return None;
        }
        let view = View {
            y: &self.level,
            past: Past::Kept { base: &self.base, start: &self.start, calm: &self.calm },
            epoch: self.epoch,
        };
        self.seek(&view, size, &|point| point)
    }

    /// Whether a level is as far from the baseline's oldest as a drift. Few are that far from any
    /// level of the baseline, and only then are the oldest looked at.
    fn is_off_the_oldest(&mut self, level: f64) -> bool {
        let Size { worse, better } = self.size;
        if level - self.span.0 < worse && self.span.1 - level < better {
            return false;
        }
        let (old, _) = drift::ends(self.level.len() - self.epoch);
        while self.oldest.len() < old {
            self.oldest.push(self.level[self.epoch + self.oldest.len()], None);
        }
        let drifted = level - self.oldest.median().unwrap_or(0.0);
        drifted >= worse || -drifted >= better
    }

    /// The same where runners take turns.
    fn look_at_pool(&self, size: Size) -> Option<Candidate> {
        let mut room = [0.0; proof::SEEN];
        let levels = self.newest_pooled(&mut room)?;
        let drifts = drift::is_due(self.pooled_len())
            && (levels.len() == proof::SEEN || sieve::may_drift(levels, size.worse, size.better));
        if !drifts && !Sieve::of(levels, self.demanded(size)).any() {
            return None;
        }
        let mixed = self.pooled()?;
        let found = self.seek(&mixed.view(), size, &|at| self.pooled_point(&mixed, at))?;
        Some(Candidate { pool: mixed.pool, ..found })
    }

    /// What is asked of a step.
    fn demanded(&self, size: Size) -> proof::Demand {
        proof::Demand {
            worse: size.worse,
            better: RESTART * size.better,
            confirmations: self.demand.confirmations,
            min_before: self.demand.min_before,
            proof_better: PROOF_BETTER,
        }
    }

    fn seek(
        &self,
        view: &View<'_>,
        size: Size,
        point: &dyn Fn(usize) -> usize,
    ) -> Option<Candidate> {
        if let Some(step) = proof::newest(view, self.demanded(size)) {
            let at = point(step.at);
            let told = step.worse || step.before - step.after >= size.better;
            return Some(Candidate {
                kind: ChangeKind::Step,
                worse: step.worse,
                z: step.z,
                at,
                restart: at,
                before: step.before,
                after: step.after,
                told,
                pool: Pool::new(),
            });
        }
        let level = &view.y[view.epoch..];
        if !drift::is_due(level.len()) {
            return None;
        }
        let moved = drift::newest(level, size.worse, size.better)?;
        let (old, new) = drift::ends(level.len());
        let middle = |values: &[f64]| median_in_place(&mut values.to_vec()).unwrap_or(0.0);
        let (before, after) = (middle(&level[..old]), middle(&level[level.len() - new..]));
        Some(Candidate {
            kind: ChangeKind::Drift,
            worse: after > before,
            z: moved.z,
            at: point(view.epoch + moved.at),
            restart: point(view.y.len() - new),
            before,
            after,
            told: true,
            pool: Pool::new(),
        })
    }
}
