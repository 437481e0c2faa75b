//! Noise: how much one run varies around its level.
//!
//! Example: a level that rises slowly by 10 % with runs that scatter by 1 % has a noise of 1 %, not
//! of 4 %: the scatter is measured around the moving level.

use super::change_point;
use super::stats::{Autocorrelation, median, robust_sigma};

/// Noise of one run around its level.
#[derive(Clone, Copy, Debug)]
pub struct SeriesNoise {
    /// Standard deviation in levels, around the moving level: no drift is in it.
    pub sigma: f64,
    /// The same with what slow wandering adds, and how runs depend on the runs before them.
    pub total_sigma: f64,
    pub autocorrelation: Autocorrelation,
    /// Runs that it was taken from.
    pub runs: usize,
}

/// Runs that the noise and the memory of a series are taken from.
const MAX_RUNS: usize = 60;
/// Fewest residuals around the moving level that its noise is taken from.
const MIN_LOCAL_RESIDUALS: usize = 8;

impl SeriesNoise {
    /// Of the newest runs of a stretch whose levels begin at `firsts`; none for fewer than 4.
    pub fn of(level: &[f64], firsts: &[usize]) -> Option<Self> {
        let residuals = change_point::residuals(level, firsts, MAX_RUNS);
        let noise = Self::of_residuals(&residuals)?;
        // Two views: with the slow moves, which hide changes, and without them, which is what one
        // run varies by.
        let local = change_point::local_residuals(level, firsts, MAX_RUNS);
        let sigma =
            if local.len() < MIN_LOCAL_RESIDUALS { noise.sigma } else { robust_sigma(&local) };
        Some(Self { sigma, ..noise })
    }

    /// Of runs on one level, slow moves included.
    pub fn of_level(level: &[f64]) -> Option<Self> {
        let center = median(level)?;
        Self::of_residuals(&level.iter().map(|level| level - center).collect::<Vec<_>>())
    }

    fn of_residuals(residuals: &[f64]) -> Option<Self> {
        // Three residuals around their own median have one that is 0: no scale.
        if residuals.len() < 4 {
            return None;
        }
        let wandering = robust_sigma(residuals);
        let of_residuals = Autocorrelation::of(residuals, 3.0 * wandering.max(1e-12));
        let memory = Autocorrelation {
            lag1: of_residuals.lag1.clamp(0.0, 0.95),
            lag5: of_residuals.lag5.max(0.0),
        };
        Some(Self {
            sigma: wandering,
            total_sigma: wandering,
            autocorrelation: memory,
            runs: residuals.len(),
        })
    }
}
