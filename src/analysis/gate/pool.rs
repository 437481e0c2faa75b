//! Runners that take turns: each is brought to one level by its own median.

use super::Watch;
use crate::analysis::proof::{self, View};
use crate::analysis::stats::median_in_place;
use crate::analysis::window::Window;

/// What is taken from the level of each runner of a pool.
pub(crate) type Pool = Vec<(u32, f64)>;

/// Fewest runs of a runner that is compared with others by its own median.
const LEARNT: usize = 5;

impl Watch {
    /// The baseline of a pool of runners: each runner's runs less their median. None where the
    /// newest run's runner is not known well enough.
    pub(super) fn pooled(&self) -> Option<Mixed> {
        let n = self.level.len();
        let from = self.epoch.max(n.saturating_sub(proof::PAST + 2 * proof::REACH));
        let mut segments: Vec<u32> = self.segment[from..].to_vec();
        segments.sort_unstable();
        segments.dedup();
        let mut pool = Pool::new();
        for segment in segments {
            // The newest two are what is asked about.
            let own = (from..n.saturating_sub(2)).filter(|at| self.segment[*at] == segment);
            let mut own: Vec<f64> = own.map(|at| self.level[at]).collect();
            if own.len() >= LEARNT {
                pool.push((segment, median_in_place(&mut own).unwrap_or(0.0)));
            }
        }
        offset(&pool, *self.segment.last()?)?;
        let even = |at: usize| Some((at, self.level[at] - offset(&pool, self.segment[at])?));
        let (points, y) = (from..n).filter_map(even).unzip();
        Some(Mixed::of(points, y, pool))
    }
}

pub(super) fn offset(pool: &[(u32, f64)], segment: u32) -> Option<f64> {
    pool.iter().find(|(own, _)| *own == segment).map(|(_, offset)| *offset)
}

/// A pool of runners brought to one level. Vectors are parallel.
pub(super) struct Mixed {
    pub(super) points: Vec<usize>,
    pub(super) y: Vec<f64>,
    base: Vec<f64>,
    start: Vec<usize>,
    calm: Vec<bool>,
    pub(super) pool: Pool,
}

impl Mixed {
    fn of(points: Vec<usize>, y: Vec<f64>, pool: Pool) -> Self {
        let mut window = Window::new(proof::REACH);
        let mut base = Vec::with_capacity(y.len());
        for (at, level) in y.iter().enumerate() {
            base.push(window.median().unwrap_or(*level));
            window.push(*level, at.checked_sub(proof::REACH).map(|old| y[old]));
        }
        Self { start: vec![0; y.len()], calm: vec![true; y.len()], points, y, base, pool }
    }

    pub(super) fn view(&self) -> View<'_> {
        View { y: &self.y, base: &self.base, start: &self.start, calm: &self.calm, epoch: 0 }
    }
}
