//! What the newest runs must look like to be tested as a new level: the lengths that are tried, and
//! how much of the past they are held against.
//!
//! [`significance`](super::significance) tests new levels, [`prefilter`](super::prefilter) rules
//! most of them out beforehand; both need the same numbers, so they are here.

use super::ablation::{InnerPart, is_on};

/// Lengths of the new level that are tried; those below the policy's confirmations are not. Denser
/// where a run more or less decides; the exact onset is searched for afterwards.
pub(crate) const NEW_LEVEL_LENGTHS: [usize; 13] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30];
/// Confirmations beyond this are those of the longest level that is tried.
pub(crate) const MAX_NEW_RUNS: usize = 30;
/// Runs before, at most, that the new ones are compared with. Enough for a scale that 60 runs pin
/// down to about 10 %, few enough that a level which wanders is compared with where it is now.
pub(crate) const MAX_BASELINE_RUNS: usize = 60;
/// The newest runs that say whether any length is worth a closer look.
pub(crate) const MAX_RUNS_SEEN: usize = MAX_NEW_RUNS + MAX_BASELINE_RUNS;
/// Score that a new level needs, and one of at most 3 runs: bursts are as long. Both were measured
/// on synthetic histories (docs/accuracy.md), where false alarms are weighed against delay.
pub(crate) const MIN_Z: f64 = 4.8;
const MIN_Z_SHORT: f64 = 5.3;

/// The score that a worse level of so many runs needs.
pub(crate) fn min_z(runs: usize) -> f64 {
    if runs <= 3 && is_on(InnerPart::ShortLevels) { MIN_Z_SHORT } else { MIN_Z }
}

/// The run of a new level that counts as the one nearest to the old level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NearestRun {
    /// Quantile of the new runs, from the side of the old level.
    pub quantile: f64,
    /// Share of the threshold beyond which it must lie.
    pub min_share: f64,
    /// Standard deviations of one run beyond which it must lie, too.
    pub min_sigmas: f64,
}

/// Which of so many new runs counts as the nearest one. Of up to 3 runs every one must be beyond
/// the whole threshold; of more, a quarter may be outliers towards the old level.
pub(crate) fn nearest_run(runs: usize) -> NearestRun {
    match runs {
        _ if !is_on(InnerPart::NearestRun) => {
            NearestRun { quantile: 0.5, min_share: 0.0, min_sigmas: 0.0 }
        }
        0..=3 => NearestRun { quantile: 0.0, min_share: 1.0, min_sigmas: 1.0 },
        4 => NearestRun { quantile: 0.0, min_share: 0.8, min_sigmas: 1.0 },
        _ => NearestRun { quantile: 0.25, min_share: 0.6, min_sigmas: 0.5 },
    }
}
