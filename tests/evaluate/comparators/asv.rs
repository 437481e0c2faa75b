//! airspeed velocity's step detection: least absolute deviations with a penalty per step that an
//! information criterion chooses (`asv/step_detect.py`: intervals of at most 20 runs solved
//! exactly, then merged; penalty by golden section; unit weights).

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::Runs;
use crate::stats::median;

const LONGEST: usize = 20;

/// First runs of all levels but the first.
pub fn steps(y: &[f64]) -> Runs {
    let n = y.len();
    if n < 2 {
        return Runs::new();
    }
    let distances = Distances { y, known: RefCell::default() };
    let whole = distances.of(0, n);
    let scale = if whole > 0.0 { whole } else { 1.0 };
    let beta = 4.0 * (n as f64).ln() / n as f64;
    let best = RefCell::new((f64::INFINITY, vec![n]));
    let criterion = |x: f64| {
        let right = merged(&distances, scale * x.exp());
        let value = beta * right.len() as f64 + misfit(y, &right).ln();
        if value < best.borrow().0 {
            best.replace((value, right));
        }
        value
    };
    let low = (0.1 / n as f64).ln();
    golden(criterion, (low, 0.0), 0.1 * low.abs(), 0.0);
    let mut right = best.into_inner().1;
    right.pop();
    right
}

/// Sums of absolute deviations from the median, remembered.
struct Distances<'a> {
    y: &'a [f64],
    known: RefCell<FxHashMap<(usize, usize), f64>>,
}

impl Distances<'_> {
    fn of(&self, from: usize, to: usize) -> f64 {
        if let Some(known) = self.known.borrow().get(&(from, to)) {
            return *known;
        }
        let part = &self.y[from..to];
        let centre = median(part);
        let sum = part.iter().map(|value| (value - centre).abs()).sum();
        self.known.borrow_mut().insert((from, to), sum);
        sum
    }
}

/// Ends of the pieces: exact with short pieces, then neighbours joined while that pays.
fn merged(distances: &Distances<'_>, gamma: f64) -> Vec<usize> {
    let mut right = short(distances, gamma);
    loop {
        let start = |j: usize| if j == 0 { 0 } else { right[j - 1] };
        let gain = |j: &usize| {
            let (from, middle, to) = (start(*j), right[*j], right[j + 1]);
            distances.of(from, to) - distances.of(from, middle) - distances.of(middle, to) - gamma
        };
        let pairs = 0..right.len().saturating_sub(1);
        let best = pairs.map(|j| (gain(&j), j)).min_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((change, j)) if change <= 0.0 => right.remove(j),
            _ => break,
        };
    }
    let mut from = 0;
    for j in 1..right.len() {
        let (middle, to) = (right[j - 1], right[j]);
        let cost = |at: usize| distances.of(from, at) + distances.of(at, to);
        let near = middle.saturating_sub(LONGEST).max(from + 1)..=(middle + LONGEST).min(to - 1);
        let better = near.min_by(|a, b| cost(*a).total_cmp(&cost(*b)));
        if let Some(better) = better.filter(|better| cost(*better) < cost(middle)) {
            right[j - 1] = better;
        }
        from = right[j - 1];
    }
    right
}

/// Bellman's recursion over pieces of at most [`LONGEST`] runs.
fn short(distances: &Distances<'_>, gamma: f64) -> Vec<usize> {
    let n = distances.y.len();
    let mut best = vec![f64::INFINITY; n + 1];
    let mut back = vec![0; n + 1];
    best[0] = -gamma;
    for to in 1..=n {
        for from in to.saturating_sub(LONGEST)..to {
            let cost = best[from] + gamma + distances.of(from, to);
            if cost <= best[to] {
                best[to] = cost;
                back[to] = from;
            }
        }
    }
    let mut right = Vec::new();
    let mut at = n;
    while at > 0 {
        right.push(at);
        at = back[at];
    }
    right.reverse();
    right
}

/// Absolute residuals of the fit, their best first-order correlation taken out, and the floor
/// that keeps a perfect fit finite.
fn misfit(y: &[f64], right: &[usize]) -> f64 {
    let mut from = 0;
    let mut levels = Vec::new();
    let mut off = Vec::with_capacity(y.len());
    for &to in right {
        let level = median(&y[from..to]);
        off.extend(y[from..to].iter().map(|value| value - level));
        levels.push(level);
        from = to;
    }
    let left = |rho: f64| {
        let rest: f64 = off.windows(2).map(|pair| (pair[1] - rho * pair[0]).abs()).sum();
        off[0].abs() + rest
    };
    let rho = golden(left, (-1.0, 1.0), 0.05, 1e-8);
    let floor = if levels.len() > 2 {
        let jumps = levels.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        0.1 * jumps.fold(f64::INFINITY, f64::min)
    } else {
        0.001 * levels.iter().map(|level| level.abs()).fold(f64::INFINITY, f64::min)
    };
    left(rho) + floor.max(1e-300)
}

/// Golden section search that begins outside the interval, as asv's does.
fn golden(f: impl Fn(f64) -> f64, (a, b): (f64, f64), close: f64, flat: f64) -> f64 {
    let ratio = 2.0 / (1.0 + 5.0_f64.sqrt());
    let mut x0 = (ratio * a - (1.0 - ratio) * b) / (2.0 * ratio - 1.0);
    let mut x3 = (ratio * b - (1.0 - ratio) * a) / (2.0 * ratio - 1.0);
    let mut x1 = ratio * x0 + (1.0 - ratio) * x3;
    let mut x2 = (1.0 - ratio) * x0 + ratio * x3;
    let (mut f1, mut f2) = (f(x1), f(x2));
    let f0 = f1.abs().max(f2.abs());
    while (x0 - x3).abs() >= close && (f1 - f2).abs() >= flat * f0 {
        if f2 < f1 {
            (x0, x1, f1) = (x1, x2, f2);
            x2 = ratio * x1 + (1.0 - ratio) * x3;
            f2 = f(x2);
        } else {
            (x3, x2, f2) = (x2, x1, f1);
            x1 = ratio * x2 + (1.0 - ratio) * x0;
            f1 = f(x1);
        }
    }
    if f2 < f1 { x2 } else { x1 }
}
