//! Change points of a whole series: penalised least squares (PELT, binary segmentation) here, the
//! methods of other tools in rooms of their own.

use crate::asv;
use crate::bocpd;
use crate::otava;
use crate::stats::noise;
use crate::window::perfherder;
use crate::{Method, Runs};

pub const METHODS: [Method; 7] = [
    ("PELT-l2, BIC", |view| pelt(&view.y, BIC, 2)),
    ("PELT-l2, 4 x BIC", |view| pelt(&view.y, FOUR_BIC, 2)),
    ("binary segmentation-l2, 4 x BIC", |view| binary(&view.y, FOUR_BIC, 2)),
    ("Otava (window 50, p < 0.001)", |view| otava::points(&view.y)),
    ("Perfherder (t > 7, 12/12)", |view| perfherder(&view.y)),
    ("asv step detection", |view| asv::steps(&view.values)),
    ("BOCPD (most probable run lengths)", |view| bocpd::points(&view.y)),
];

/// Penalty of a change in units of σ² ln n: two parameters, a place and a level.
pub const BIC: f64 = 2.0;
/// Four times as much, the usual remedy where noise is not Gaussian.
pub const FOUR_BIC: f64 = 8.0;

/// Sums that give the squared error of any stretch in constant time.
struct Sums(Vec<(f64, f64)>);

impl Sums {
    fn new(y: &[f64]) -> Self {
        let mut sums = vec![(0.0, 0.0)];
        let centre = y.first().copied().unwrap_or_default();
        for value in y {
            let (sum, squares) = sums[sums.len() - 1];
            let off = value - centre;
            sums.push((sum + off, squares + off * off));
        }
        Self(sums)
    }

    fn cost(&self, from: usize, to: usize) -> f64 {
        let (a, b) = (self.0[from], self.0[to]);
        let sum = b.0 - a.0;
        (b.1 - a.1 - sum * sum / (to - from) as f64).max(0.0)
    }
}

/// Killick, Fearnhead & Eckley 2012: exact, with pruning.
pub fn pelt(y: &[f64], penalty: f64, least: usize) -> Runs {
    let n = y.len();
    if n < 2 * least {
        return Runs::new();
    }
    let penalty = penalty * noise(y).powi(2) * (n as f64).ln();
    let sums = Sums::new(y);
    let mut best = vec![f64::INFINITY; n + 1];
    let mut back = vec![0; n + 1];
    best[0] = -penalty;
    let mut starts = vec![0];
    for to in least..=n {
        for &from in &starts {
            let cost = best[from] + sums.cost(from, to) + penalty;
            if cost < best[to] {
                best[to] = cost;
                back[to] = from;
            }
        }
        starts.retain(|&from| best[from] + sums.cost(from, to) <= best[to]);
        if to + 1 >= 2 * least {
            starts.push(to + 1 - least);
        }
    }
    let mut points = Runs::new();
    let mut at = back[n];
    while at > 0 {
        points.push(at);
        at = back[at];
    }
    points.reverse();
    points
}

/// Splits where the squared error falls most, as long as it falls by more than the penalty.
fn binary(y: &[f64], penalty: f64, least: usize) -> Runs {
    let penalty = penalty * noise(y).powi(2) * (y.len().max(2) as f64).ln();
    let sums = Sums::new(y);
    let mut points = Runs::new();
    let mut open = vec![(0, y.len())];
    while let Some((from, to)) = open.pop() {
        if to < from + 2 * least {
            continue;
        }
        let gain = |at: usize| sums.cost(from, to) - sums.cost(from, at) - sums.cost(at, to);
        let places = from + least..=to - least;
        let place = places.max_by(|a, b| gain(*a).total_cmp(&gain(*b)));
        if let Some(place) = place.filter(|place| gain(*place) > penalty) {
            points.push(place);
            open.extend([(from, place), (place, to)]);
        }
    }
    points.sort_unstable();
    points
}
