//! Mozilla's Perfherder: weighted t between the runs before and after every place.

use crate::Runs;
use crate::stats::{mean, variance};

/// Treeherder's settings: at least 12 and at most 24 runs back, 12 forward, |t| above 7.
const BACK: (usize, usize) = (12, 24);
const FORE: usize = 12;
const THRESHOLD: f64 = 7.0;

/// Places whose t is a local maximum above the threshold (`perfalert.detect_changes`).
pub fn perfherder(y: &[f64]) -> Runs {
    let t: Vec<f64> = (0..y.len()).map(|at| score(y, at)).collect();
    let full = BACK.0..(y.len() + 1).saturating_sub(FORE);
    let peak = |at: &usize| {
        let next = t.get(at + 1).copied().unwrap_or_default();
        t[*at] > THRESHOLD && t[at - 1] <= t[*at] && next <= t[*at]
    };
    full.filter(peak).collect()
}

fn score(y: &[f64], at: usize) -> f64 {
    let back: Vec<f64> = y[at.saturating_sub(BACK.1)..at].iter().rev().copied().collect();
    let fore = &y[at..(at + FORE).min(y.len())];
    if back.is_empty() || fore.is_empty() {
        return 0.0;
    }
    let part = |x: &[f64]| variance(x) / x.len() as f64;
    let off = (weighted(fore) - weighted(&back)).abs();
    let spread = (part(fore) + part(&back)).sqrt();
    match (off > 0.0, spread > 0.0) {
        (true, true) => off / spread,
        (true, false) => f64::INFINITY,
        _ => 0.0,
    }
}

/// Mean with weights that fall linearly with the distance from the place.
fn weighted(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let weights: Vec<f64> = (0..x.len()).map(|at| (n - at as f64) / n).collect();
    let sum: f64 = x.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
    let total = weights.iter().sum::<f64>();
    if total > 0.0 { sum / total } else { mean(x) }
}
