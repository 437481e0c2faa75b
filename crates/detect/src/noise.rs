//! How much one run varies around its level.

use super::stats::{Memory, median, robust_sigma};
use super::steps;

/// Noise of one run around its level.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// Standard deviation in levels, around the moving level: no drift is in it.
    pub sigma: f64,
    /// The same with what slow wandering adds, and how runs depend on the runs before them.
    pub wandering: f64,
    pub memory: Memory,
    /// Runs that it was taken from.
    pub runs: usize,
}

/// Runs that the noise and the memory of a series are taken from.
const RUNS: usize = 60;
/// Fewest residuals around the moving level that tell its noise.
const LOCAL_MIN: usize = 8;

impl Noise {
    /// Of the newest runs of a stretch whose levels begin at `firsts`; none for fewer than 4.
    pub fn of(level: &[f64], firsts: &[usize]) -> Option<Self> {
        let residuals = steps::residuals(level, firsts, RUNS);
        let noise = Self::of_residuals(&residuals)?;
        let local = steps::local_residuals(level, firsts, RUNS);
        let sigma = if local.len() < LOCAL_MIN { noise.sigma } else { robust_sigma(&local) };
        Some(Self { sigma, ..noise })
    }

    /// Of runs on one level, slow moves included.
    pub fn of_level(level: &[f64]) -> Option<Self> {
        let middle = median(level)?;
        Self::of_residuals(&level.iter().map(|level| level - middle).collect::<Vec<_>>())
    }

    fn of_residuals(residuals: &[f64]) -> Option<Self> {
        if residuals.len() < 4 {
            return None;
        }
        let wandering = robust_sigma(residuals);
        let own = Memory::of(residuals, 3.0 * wandering.max(1e-12));
        let memory = Memory { lag1: own.lag1.clamp(0.0, 0.95), lag5: own.lag5.max(0.0) };
        Some(Self { sigma: wandering, wandering, memory, runs: residuals.len() })
    }
}
