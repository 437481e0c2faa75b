//! Apache Otava (Hunter): energy distance in overlapping windows, Student's t instead of
//! permutations, then the weakest points merged first (Fleming et al., ICPE 2023; defaults of
//! Otava 0.8: window 50, p 0.001, ten times as much in the first pass).

use crate::Runs;
use crate::stats::{mean, student_above, variance};

const WINDOW: usize = 50;
const P: f64 = 0.001;
const FIRST_PASS: f64 = 10.0 * P;

/// Change points of the series.
pub fn points(y: &[f64]) -> Runs {
    let mut found = Runs::new();
    let mut start = 0;
    while start < y.len() {
        let end = (start + WINDOW).min(y.len());
        let own: Runs = divide(&y[start..end]).iter().map(|at| start + at).collect();
        let next = own.last().copied().unwrap_or_default();
        found.extend(own);
        start = next.max(start + WINDOW / 2);
    }
    found.sort_unstable();
    found.dedup();
    merge(y, found)
}

/// Removes the point with the largest p until all are below the limit.
fn merge(y: &[f64], mut found: Runs) -> Runs {
    while !found.is_empty() {
        let p: Vec<f64> = (0..found.len()).map(|at| chance(y, &found, at)).collect();
        let weakest = (0..p.len()).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap_or_default();
        if p[weakest] < P {
            break;
        }
        found.remove(weakest);
    }
    found
}

/// p of the point number `at` against its neighbours.
fn chance(y: &[f64], points: &[usize], at: usize) -> f64 {
    let from = if at == 0 { 0 } else { points[at - 1] };
    let to = points.get(at + 1).copied().unwrap_or(y.len());
    student(&y[from..points[at]], &y[points[at]..to])
}

/// Hierarchical division of one window while the best split is significant.
fn divide(y: &[f64]) -> Runs {
    let distances = Distances::new(y);
    let mut points = Runs::new();
    loop {
        let mut edges = vec![0];
        edges.extend(&points);
        edges.push(y.len());
        let splits = edges.windows(2).filter_map(|edge| distances.split(edge[0], edge[1]));
        let Some((_, place)) = splits.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        points.push(place);
        points.sort_unstable();
        let at = points.binary_search(&place).unwrap_or_default();
        if chance(y, &points, at) > FIRST_PASS {
            points.remove(at);
            break;
        }
    }
    points
}

/// Two-sided p of Student's t-test with pooled variance.
fn student(left: &[f64], right: &[f64]) -> f64 {
    let (n, m) = (left.len() as f64, right.len() as f64);
    let freedom = n + m - 2.0;
    if freedom <= 0.0 {
        return 1.0;
    }
    // Otava hands population deviations to a test that expects sample ones.
    let population = |x: &[f64]| variance(x) * (x.len() as f64 - 1.0).max(0.0) / x.len() as f64;
    let pooled = ((n - 1.0) * population(left) + (m - 1.0) * population(right)) / freedom;
    let off = (mean(right) - mean(left)).abs();
    if pooled <= 0.0 {
        return if off > 0.0 { 0.0 } else { 1.0 };
    }
    2.0 * student_above(off / (pooled * (1.0 / n + 1.0 / m)).sqrt(), freedom)
}

/// Sums of |x - y| over all pairs of a window: `square[i][j]` over rows below i, columns below j.
struct Distances {
    square: Vec<f64>,
    width: usize,
}

impl Distances {
    fn new(y: &[f64]) -> Self {
        let width = y.len() + 1;
        let mut square = vec![0.0; width * width];
        for i in 0..y.len() {
            let mut row = 0.0;
            for j in 0..y.len() {
                row += (y[i] - y[j]).abs();
                square[(i + 1) * width + j + 1] = square[i * width + j + 1] + row;
            }
        }
        Self { square, width }
    }

    fn sum(&self, rows: (usize, usize), columns: (usize, usize)) -> f64 {
        let at = |i: usize, j: usize| self.square[i * self.width + j];
        at(rows.1, columns.1) - at(rows.0, columns.1) - at(rows.1, columns.0)
            + at(rows.0, columns.0)
    }

    /// Largest energy statistic of `[from, place)` against `[place, end)`, over both, and its
    /// place.
    fn split(&self, from: usize, to: usize) -> Option<(f64, usize)> {
        let mut best = None;
        for place in from + 1..to {
            let left = (from, place);
            let own = self.sum(left, left);
            for end in place + 1..=to {
                let right = (place, end);
                let (n, m) = ((place - from) as f64, (end - place) as f64);
                let within = |sum: f64, k: f64, other: f64| {
                    if k > 1.0 { sum * other / (n + m) / (k - 1.0) } else { 0.0 }
                };
                let q = 2.0 / (n + m) * self.sum(left, right)
                    - within(own, n, m)
                    - within(self.sum(right, right), m, n);
                if best.is_none_or(|(most, _)| q > most) {
                    best = Some((q, place));
                }
            }
        }
        best
    }
}
