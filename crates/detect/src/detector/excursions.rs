//! Excursions: levels that a series left for a while and came back to.
//!
//! What a series has done by itself twice is no news the third time, unless it goes farther or
//! lasts longer.
//!
//! Example: every weekend 6 % slower. The first two weekends are reported and fixed; the third is
//! not reported. A change of 10 % is, and so is one of 6 % that is still there on Thursday.

use super::ChangeDetector;
use crate::ablation::{InnerPart, is_on};
use crate::significance::MAX_PAST_RUNS;

/// A level that the series left and came back to.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(super) struct Excursion {
    /// First point that is back.
    pub(super) end: usize,
    /// Points away from the level.
    length: usize,
    /// How far, in levels; up is worse.
    size: f64,
}

/// An excursion is no longer than this: what lasts longer was a level. As many points as the
/// longest new level that is searched for.
const MAX_LENGTH: usize = crate::new_level::MAX_NEW_RUNS;
/// Excursions of a kind from which on the series is known for them.
const MIN_COUNT: usize = 2;
/// A new level must be larger than the second largest excursion of its length by this factor, or
/// last longer than it by the other. Chosen on histories with a weekly period (tests/evaluate).
const SIZE_FACTOR: f64 = 1.3;
const LENGTH_FACTOR: f64 = 1.5;
/// The way back is as long as the way there by no more than this factor.
const RETURN_FACTOR: f64 = 2.0;

impl ChangeDetector {
    /// Whether a new level of so many points is what the series has done by itself before: to leave
    /// its level as far, for as long, and to come back.
    pub(super) fn is_own_excursion(&self, shift: f64, length: usize) -> bool {
        if !is_on(InnerPart::Excursions) {
            return false;
        }
        let is_recent = |it: &&Excursion| it.end + MAX_PAST_RUNS > self.len();
        let is_as_long = |it: &&Excursion| it.length as f64 * LENGTH_FACTOR >= length as f64;
        let is_as_large = |it: &&Excursion| shift.abs() < SIZE_FACTOR * it.size.abs();
        let recent = self.excursions.iter().rev().take_while(is_recent);
        recent.filter(is_as_long).filter(is_as_large).count() >= MIN_COUNT
    }

    /// Remembers what was away from the point `from` on and is back at `end`, where it was short.
    pub(super) fn remember_excursion(&mut self, from: usize, end: usize, size: f64) {
        let length = end.saturating_sub(from);
        if (1..=MAX_LENGTH).contains(&length) {
            self.excursions.push(Excursion { end, length, size });
        }
    }
}

/// Whether a shift takes back the one before it, for the most part.
pub(super) fn is_way_back(there: f64, back: f64) -> bool {
    let ratio = -back / there;
    ratio > 1.0 / RETURN_FACTOR && ratio < RETURN_FACTOR
}
