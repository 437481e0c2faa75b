//! Runners that take turns: each is brought to one level by its own median.

use super::Watch;
use crate::proof::{self, Past, View};
use crate::window::Window;

/// What is taken from the level of each runner of a pool.
pub type Pool = Vec<(u32, f64)>;

/// Fewest runs of a runner that is compared with others by its own median.
const LEARNT: usize = 5;
/// The newest points, which are what is asked about: no runner is known by them.
const ASKED: usize = 2;

/// The levels of each runner at the points `from..to`, kept as the series goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runners {
    from: usize,
    to: usize,
    each: Vec<(u32, Window)>,
    /// By segment: the median of a runner that is known well enough.
    medians: Vec<Option<f64>>,
}

impl Runners {
    /// Goes on to the points `from..to` of one and the same series.
    fn reach(&mut self, from: usize, to: usize, segment: &[u32], level: &[f64]) {
        if self.to < from {
            *self = Self { from, to: from, ..Self::default() };
        }
        for at in self.to..to {
            let known = self.each.iter_mut().find(|(own, _)| *own == segment[at]);
            match known {
                Some((_, window)) => window.push(level[at], None),
                None => {
                    let mut window = Window::new(0);
                    window.push(level[at], None);
                    self.each.push((segment[at], window));
                }
            }
        }
        for at in self.from..from {
            let known = self.each.iter_mut().find(|(own, _)| *own == segment[at]);
            if let Some((_, window)) = known {
                window.remove(level[at]);
            }
        }
        (self.from, self.to) = (from, self.to.max(to));
        for (segment, window) in &self.each {
            let segment = *segment as usize;
            if self.medians.len() <= segment {
                self.medians.resize(segment + 1, None);
            }
            self.medians[segment] = window.median().filter(|_| window.len() >= LEARNT);
        }
    }

    /// The median of a runner that is known well enough.
    fn median(&self, segment: u32) -> Option<f64> {
        *self.medians.get(segment as usize)?
    }

    /// Levels less their runners' medians, as many of the newest as there is room for, and their
    /// number; none where a runner is not known.
    fn even_all(&self, level: &[f64], segment: &[u32], room: &mut [f64]) -> Option<usize> {
        let from = level.len().saturating_sub(room.len());
        for ((even, level), segment) in room.iter_mut().zip(&level[from..]).zip(&segment[from..]) {
            *even = level - self.median(*segment)?;
        }
        Some(level.len() - from)
    }

    /// The same of those whose runners are known.
    fn even_known(&self, level: &[f64], segment: &[u32], room: &mut [f64]) -> usize {
        let points = level.iter().zip(segment).rev();
        let even = points.filter_map(|(level, segment)| Some(level - self.median(*segment)?));
        let mut count = 0;
        for (place, even) in room.iter_mut().zip(even) {
            *place = even;
            count += 1;
        }
        room[..count].reverse();
        count
    }

    /// Runs of a runner among those that were learnt from.
    pub fn learnt(&self, segment: u32) -> usize {
        let own = self.each.iter().find(|(own, _)| *own == segment);
        own.map_or(0, |(_, window)| window.len())
    }

    /// The medians of all of them.
    fn pool(&self) -> Pool {
        let each = self.each.iter();
        each.filter_map(|(segment, _)| Some((*segment, self.median(*segment)?))).collect()
    }
}

impl Watch {
    /// Lets the runners of a pool go on to the newest point.
    pub fn follow(&mut self) {
        if self.mixed {
            let from = self.pooled_from();
            let to = self.level.len().saturating_sub(ASKED).max(from);
            self.runners.reach(from, to, &self.segment, &self.level);
        }
    }

    /// First point of the baseline of a pool.
    fn pooled_from(&self) -> usize {
        self.epoch.max(self.level.len().saturating_sub(proof::PAST + 2 * proof::REACH))
    }

    /// The baseline of a pool of runners: each runner's runs less their median. None where the
    /// newest run's runner is not known well enough.
    pub fn pooled(&self) -> Option<Mixed> {
        self.runners.median(*self.segment.last()?)?;
        let from = self.pooled_from();
        let mut y = Vec::with_capacity(self.level.len() - from);
        for (level, segment) in self.level[from..].iter().zip(&self.segment[from..]) {
            y.extend(self.runners.median(*segment).map(|median| level - median));
        }
        Some(Mixed { from, y, pool: self.runners.pool() })
    }

    /// The newest levels of the same, as many as are asked first, in the room for them.
    pub fn newest_pooled<'a>(&self, room: &'a mut [f64; proof::SEEN]) -> Option<&'a [f64]> {
        self.runners.median(*self.segment.last()?)?;
        let from = self.pooled_from();
        let (level, segment) = (&self.level[from..], &self.segment[from..]);
        let count = self.runners.even_all(level, segment, room);
        let count = count.unwrap_or_else(|| self.runners.even_known(level, segment, room));
        Some(&room[..count])
    }

    /// How many levels the baseline of a pool has.
    pub fn pooled_len(&self) -> usize {
        let known = self.runners.each.iter().map(|(_, window)| window.len());
        let asked = self.segment[self.runners.to..].iter();
        known.filter(|runs| *runs >= LEARNT).sum::<usize>()
            + asked.filter(|segment| self.runners.median(**segment).is_some()).count()
    }

    /// The point of a place in a pool.
    pub fn pooled_point(&self, mixed: &Mixed, place: usize) -> usize {
        let known = |at: &usize| offset(&mixed.pool, self.segment[*at]).is_some();
        let mut points = (mixed.from..self.level.len()).filter(known);
        points.nth(place).unwrap_or(self.level.len())
    }
}

#[inline]
pub fn offset(pool: &[(u32, f64)], segment: u32) -> Option<f64> {
    pool.iter().find(|(own, _)| *own == segment).map(|(_, offset)| *offset)
}

/// A pool of runners brought to one level.
pub struct Mixed {
    /// First point that may be in it.
    from: usize,
    pub y: Vec<f64>,
    pub pool: Pool,
}

impl Mixed {
    pub fn view(&self) -> View<'_> {
        View { y: &self.y, past: Past::One, epoch: 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runners_that_went_on_are_those_that_were_asked_at_the_end(
            runs in prop::collection::vec((0_u32..3, (-5_i32..5).prop_map(f64::from)), 1..60),
            steps in prop::collection::vec((0_usize..4, 0_usize..9), 1..12),
        ) {
            let (segment, level): (Vec<u32>, Vec<f64>) = runs.into_iter().unzip();
            let (mut from, mut to) = (0, 0);
            let mut kept = Runners::default();
            for (gone, come) in steps {
                to = (to + come).min(level.len());
                from = (from + gone).min(to);
                kept.reach(from, to, &segment, &level);
                let mut anew = Runners::default();
                anew.reach(from, to, &segment, &level);
                let sorted = |runners: &Runners| {
                    let mut pool = runners.pool();
                    pool.sort_unstable_by_key(|(segment, _)| *segment);
                    pool
                };
                prop_assert_eq!(sorted(&kept), sorted(&anew));
            }
        }
    }
}
