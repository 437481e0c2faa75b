//! Did the other backends see it too? Asked before a new level of one backend is told.
//!
//! A single commit may be too noisy for [`super::infrastructure`] to see that all backends moved;
//! by the time one of them has confirmed a new level, the others have as many runs to answer with.
//! Only those vote that could have seen a shift of this size.

use super::gate::{Candidate, Watch};
use super::proof;
use super::stats::median_in_place;

/// How the others answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// Backends that were asked, those of them that could have seen the shift, and that saw it.
    asked: usize,
    able: usize,
    pub yes: usize,
    /// Those that moved, whether or not their noise lets it count.
    along: usize,
}

/// Runs before the shift that a voter's level is taken from.
const BEFORE: usize = 40;
const BEFORE_MIN: usize = 6;
/// Score of a shift of 0.7 of the candidate's size from which on a backend could have seen it, and
/// that of its own shift from which on it has.
const ABLE: f64 = 2.5;
const SEEN: f64 = 1.3;
/// Share of the candidate's shift that a voter must have made, and that counts as moving along
/// where too few can vote.
const SHARE: f64 = 0.25;
const ALONG: f64 = 0.4;
/// Points by which the place of one shift may differ between backends.
const SAME: usize = 3;

impl Votes {
    /// One more backend, whose first point at or after the candidate's is `at`.
    pub fn ask(&mut self, voter: &Watch, at: usize, candidate: &Candidate) {
        let shift = candidate.shift();
        self.asked += 1;
        if voter.epoch() > 0 && voter.epoch().abs_diff(at) <= SAME {
            self.able += 1;
            self.yes += usize::from(voter.turned() == Some(candidate.worse));
            self.along += usize::from(voter.turned() == Some(candidate.worse));
            return;
        }
        let Some((before, after)) = voter.around(at, BEFORE) else { return };
        if before.len() < BEFORE_MIN || after.len() < 2 {
            return;
        }
        let middle = median_in_place(&mut before.clone()).unwrap_or(0.0);
        let sigma = proof::sigma_before(&before, middle);
        let (n, m) = (after.len() as f64, before.len() as f64);
        let weight = (n * m / (n + m)).sqrt();
        let sign = shift.signum();
        let bounded = |level: &f64| ((level - middle) / sigma).clamp(-4.0, 4.0);
        let z = sign * after.iter().map(bounded).sum::<f64>() / n * weight;
        let moved = sign * (median_in_place(&mut after.clone()).unwrap_or(middle) - middle);
        self.along += usize::from(moved > ALONG * shift.abs());
        if (0.7 * shift.abs() / sigma).min(4.0) * weight > ABLE {
            self.able += 1;
            self.yes += usize::from(z > SEEN && moved > SHARE * shift.abs());
        }
    }

    /// Backends that the answer rests on, the candidate's among them.
    pub fn voters(&self) -> usize {
        1 + if self.able >= 2 { self.able } else { self.asked }
    }

    /// Whether the policy's share of the backends, the candidate's among them, moved together.
    pub fn together(&self, ratio: f64) -> bool {
        if self.able >= 2 {
            return (1 + self.yes) as f64 + 1e-9 >= ratio * (1 + self.able) as f64;
        }
        self.asked >= 4 && self.along as f64 + 1e-9 >= ratio * self.asked as f64
    }
}
