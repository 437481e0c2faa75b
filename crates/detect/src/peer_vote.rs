//! A vote of the other backends, before a new level of one backend is reported: did they move too?
//!
//! A single commit may be too noisy for [`crate::common_mode`] to see that all backends moved;
//! by the time one of them has confirmed a new level, the others have as many runs to answer with.
//! Only those vote that could have seen a shift of this size.

use super::detector::{ChangeCandidate, ChangeDetector, LevelsAround};
use super::significance;
use super::stats::median_in_place;

/// How the others answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PeerVotes {
    /// Backends with a vote, those of them that could have seen the shift, and that saw it.
    voters_asked: usize,
    eligible: usize,
    votes_for: usize,
    /// Those that moved, whether or not their noise lets it count.
    moved_along: usize,
}

/// Runs before the shift that a voter's level is taken from.
const MAX_RUNS_BEFORE: usize = 40;
const MIN_RUNS_BEFORE: usize = 6;
/// Score of a shift of 0.7 of the candidate's size from which on a backend could have seen it, and
/// that of its own shift from which on it has.
const MIN_ELIGIBLE_Z: f64 = 2.5;
const MIN_VOTE_Z: f64 = 1.3;
/// Share of the candidate's shift that a voter must have made, and that counts as moving along
/// where too few can vote.
const MIN_VOTE_SHARE: f64 = 0.25;
const MIN_ALONG_SHARE: f64 = 0.4;
/// Points by which the place of one shift may differ between backends.
const MATCH_TOLERANCE: usize = 3;

impl PeerVotes {
    /// One more backend, whose first point at or after the candidate's is `at`.
    pub(crate) fn add_voter(
        &mut self,
        voter: &ChangeDetector,
        at: usize,
        candidate: &ChangeCandidate,
    ) {
        let shift = candidate.shift();
        self.voters_asked += 1;
        // A backend whose baseline begins there has already answered: by a report of its own, or
        // because infrastructure restarted it.
        if voter.baseline_start() > 0 && voter.baseline_start().abs_diff(at) <= MATCH_TOLERANCE {
            self.eligible += 1;
            self.votes_for += usize::from(voter.last_direction() == Some(candidate.is_regression));
            self.moved_along +=
                usize::from(voter.last_direction() == Some(candidate.is_regression));
            return;
        }
        let Some(LevelsAround { before, after }) = voter.levels_around(at, MAX_RUNS_BEFORE) else {
            return;
        };
        if before.len() < MIN_RUNS_BEFORE || after.len() < 2 {
            return;
        }
        let baseline = median_in_place(&mut before.clone()).unwrap_or(0.0);
        let sigma = significance::sigma_before(&before, baseline);
        let (n, m) = (after.len() as f64, before.len() as f64);
        let weight = (n * m / (n + m)).sqrt();
        let sign = shift.signum();
        // No single run decides a vote.
        let bounded = |level: &f64| ((level - baseline) / sigma).clamp(-4.0, 4.0);
        let z = sign * after.iter().map(bounded).sum::<f64>() / n * weight;
        let moved = sign * (median_in_place(&mut after.clone()).unwrap_or(baseline) - baseline);
        self.moved_along += usize::from(moved > MIN_ALONG_SHARE * shift.abs());
        // 0.7: a backend that would have seen most of the shift has a say.
        if (0.7 * shift.abs() / sigma).min(4.0) * weight > MIN_ELIGIBLE_Z {
            self.eligible += 1;
            self.votes_for += usize::from(z > MIN_VOTE_Z && moved > MIN_VOTE_SHARE * shift.abs());
        }
    }

    /// Backends that moved, the candidate's among them: by the same count as the decision.
    pub(crate) fn movers(&self) -> usize {
        1 + if self.eligible >= 2 { self.votes_for } else { self.moved_along }
    }

    /// Backends that decide the vote, the candidate's among them.
    pub(crate) fn voters(&self) -> usize {
        1 + if self.eligible >= 2 { self.eligible } else { self.voters_asked }
    }

    /// Whether the policy's share of the backends, the candidate's among them, moved together.
    pub(crate) fn is_common_mode(&self, ratio: f64) -> bool {
        if self.eligible >= 2 {
            return (1 + self.votes_for) as f64 + 1e-9 >= ratio * (1 + self.eligible) as f64;
        }
        // Too few backends are quiet enough to vote. Where nearly all of several moved along,
        // however noisy, that is evidence enough.
        self.voters_asked >= 4 && self.moved_along as f64 + 1e-9 >= ratio * self.voters_asked as f64
    }
}
