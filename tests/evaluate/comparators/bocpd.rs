//! Bayesian online change point detection (Adams & MacKay 2007): normal runs of unknown level and
//! spread, conjugate prior, a constant chance of a change.

use crate::Runs;
use crate::stats::{median, noise};

/// Chance of a change at any run: once in a hundred.
const HAZARD: f64 = 0.01;
/// Prior: level around the first runs with the weight of a hundredth run, spread of one run.
const PRIOR: Level = Level { mean: 0.0, weight: 0.01, shape: 1.0, scale: 1.0 };
/// Run lengths whose log probability lies so far below the best are forgotten.
const FORGET: f64 = 25.0;
/// Runs that set the scale of the values before the method begins.
const SCALE_RUNS: usize = 20;

/// Normal-gamma posterior of the runs since a start.
#[derive(Clone, Copy)]
struct Level {
    mean: f64,
    weight: f64,
    shape: f64,
    scale: f64,
}

impl Level {
    /// Log of Student's predictive density, and the posterior with the value in it.
    fn tell(self, value: f64) -> (f64, Self) {
        let freedom = 2.0 * self.shape;
        let spread = self.scale * (self.weight + 1.0) / (self.shape * self.weight);
        let off = value - self.mean;
        let density = libm::lgamma(self.shape + 0.5)
            - libm::lgamma(self.shape)
            - 0.5 * (freedom * std::f64::consts::PI * spread).ln()
            - (self.shape + 0.5) * (off * off / (freedom * spread)).ln_1p();
        let next = Self {
            mean: self.mean + off / (self.weight + 1.0),
            weight: self.weight + 1.0,
            shape: self.shape + 0.5,
            scale: self.scale + self.weight * off * off / (2.0 * (self.weight + 1.0)),
        };
        (density, next)
    }
}

/// For each run the most probable first run of the level that it belongs to.
pub fn newest_starts(y: &[f64]) -> Vec<usize> {
    let first = &y[..y.len().min(SCALE_RUNS)];
    let (centre, unit) = (median(first), noise(first));
    // (log probability, first run, level) of every start still possible
    let mut starts = vec![(0.0_f64, 0_usize, PRIOR)];
    let mut newest = Vec::with_capacity(y.len());
    for (at, value) in y.iter().enumerate() {
        let mut told: Vec<(f64, usize, Level)> = Vec::with_capacity(starts.len() + 1);
        for (log, start, level) in &starts {
            let (density, next) = level.tell((value - centre) / unit);
            told.push((log + density, *start, next));
        }
        let most = told.iter().map(|one| one.0).fold(f64::NEG_INFINITY, f64::max);
        told.retain(|one| one.0 > most - FORGET);
        let best = told.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        newest.push(best.map_or(0, |one| one.1));
        let total = most + told.iter().map(|one| (one.0 - most).exp()).sum::<f64>().ln();
        let kept = (1.0 - HAZARD).ln() - total;
        told.iter_mut().for_each(|one| one.0 += kept);
        told.push((HAZARD.ln(), at + 1, PRIOR));
        starts = told;
    }
    newest
}

/// The starts met when walking back from the last run.
pub fn points(y: &[f64]) -> Runs {
    let newest = newest_starts(y);
    let mut points = Runs::new();
    let mut at = y.len();
    while at > 0 {
        at = newest[at - 1];
        if at > 0 {
            points.push(at);
        }
    }
    points.reverse();
    points
}
