//! Gates: may run `t` pass, given the runs up to it? Each rule looks at one series only and knows
//! neither runners nor neighbours nor the three days of grace (`group` holds two that do).
//! A rule that asks only for significance is given the policy's threshold as a least size.

use crate::bocpd;
use crate::input::View;
use crate::otava;
use crate::segment::{FOUR_BIC, pelt};
use crate::stats::{mad, mann_whitney, mean, median, quantile, sorted, welch};
use crate::window::perfherder;
use crate::{Method, Runs};

pub const METHODS: [Method; 12] = [
    ("rolling median of 20 + threshold", |view| rolling(view, 1)),
    ("rolling median of 20 + threshold, 3 in a row", |view| rolling(view, 3)),
    ("median + MAD of 30, z > 3", |view| deviations(view, 1)),
    ("median + MAD of 30, z > 3, 3 in a row", |view| deviations(view, 3)),
    ("rustc-perf (Q3 + 3 IQR of 30 changes)", quartiles),
    ("Welch 30/8, p < 1e-4", |view| two_samples(view, welch, mean)),
    ("Mann-Whitney 30/8, p < 1e-4", |view| two_samples(view, mann_whitney, median)),
    ("Perfherder (t > 7, 12/12)", lagged),
    ("CUSUM (0.5, 8) on the robust score", cusum),
    ("PELT-l2, 4 x BIC, re-run per run", |view| rerun(view, usize::MAX, |y| pelt(y, FOUR_BIC, 3))),
    ("Otava (window 50, p < 0.001), re-run per run", |view| rerun(view, OTAVA_RUNS, otava::points)),
    ("BOCPD (most probable run length)", online_bayes),
];

/// A minimum of runs before anything is judged; the same as the generator's unscored start.
pub const WARM: usize = 10;
/// Otava splits in windows of 50 that overlap by half; three of them decide the newest points.
const OTAVA_RUNS: usize = 150;

/// Newest `confirm` runs all beyond the median of the 20 before them by more than the threshold.
fn rolling(view: &View, confirm: usize) -> Runs {
    at_each(view, 20, confirm, |before, newest| {
        let limit = median(before) + view.limit;
        newest.iter().all(|value| *value > limit)
    })
}

/// Newest `confirm` runs all more than three robust deviations above the median of 30, and beyond
/// the threshold.
fn deviations(view: &View, confirm: usize) -> Runs {
    at_each(view, 30, confirm, |before, newest| {
        let centre = median(before);
        let limit = centre + (3.0 * mad(before, centre)).max(view.limit);
        newest.iter().all(|value| *value > limit)
    })
}

/// A change against the run before that is larger than Q3 + 3 IQR of the last 30 such changes
/// (rustc-perf, `comparison.rs`: significance threshold).
fn quartiles(view: &View) -> Runs {
    let changes: Vec<f64> = view.y.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut runs = Runs::new();
    for at in WARM..changes.len() {
        let past: Vec<f64> = changes[at.saturating_sub(30)..at].iter().map(|c| c.abs()).collect();
        let past = sorted(&past);
        let (low, high) = (quantile(&past, 0.25), quantile(&past, 0.75));
        if changes[at] > (high + 3.0 * (high - low)).max(view.limit) {
            runs.push(at + 1);
        }
    }
    runs
}

/// The newest 8 runs against the 30 before them: a test at 1e-4 and the threshold.
pub fn two_samples(view: &View, test: fn(&[f64], &[f64]) -> f64, level: fn(&[f64]) -> f64) -> Runs {
    at_each(view, 30, 8, |before, newest| beyond(before, newest, test, level, view.limit))
}

/// Whether `newest` lies above `before` by more than `limit` and by more than chance.
pub fn beyond(
    before: &[f64],
    newest: &[f64],
    test: fn(&[f64], &[f64]) -> f64,
    level: fn(&[f64]) -> f64,
    limit: f64,
) -> bool {
    level(newest) - level(before) > limit && test(before, newest) < 1e-4
}

/// Perfherder asks with 12 runs on each side of a place; the answer comes 12 runs later.
fn lagged(view: &View) -> Runs {
    let found = perfherder(&view.y);
    let lag = |at: &usize| {
        let before = &view.y[at.saturating_sub(24)..*at];
        let after = &view.y[*at..(at + 12).min(view.y.len())];
        let told = at + 12;
        (mean(after) - mean(before) > view.limit && told < view.y.len()).then_some(told)
    };
    found.iter().filter_map(lag).collect()
}

/// Page's cumulative sum of the scores against the median and MAD of the last 60 runs of the
/// present level, allowance 0.5, alarm at 8 (textbook values); an alarm restarts at its onset.
fn cusum(view: &View) -> Runs {
    let (mut runs, mut from, mut sum, mut onset) = (Runs::new(), 0, 0.0, 0);
    for at in WARM..view.y.len() {
        if sum <= 0.0 {
            onset = at;
        }
        let before = &view.y[from.max(onset.saturating_sub(60)).min(onset)..onset];
        if before.len() < WARM {
            sum = 0.0;
            continue;
        }
        let centre = median(before);
        let score = (view.y[at] - centre) / mad(before, centre).max(0.001);
        sum = f64::max(0.0, sum + score.min(4.0) - 0.5);
        if sum > 8.0 {
            if median(&view.y[onset..=at]) - centre > view.limit {
                runs.push(at);
            }
            (from, sum) = (onset, 0.0);
        }
    }
    runs
}

/// Alarms where a retrospective method, run again for each run on the newest `most` runs, shows a
/// new last change point with at least three runs after it and a level worse by the threshold.
fn rerun(view: &View, most: usize, detect: fn(&[f64]) -> Runs) -> Runs {
    let mut told = Told::default();
    for at in WARM..view.y.len() {
        let from = (at + 1).saturating_sub(most);
        let points = detect(&view.y[from..=at]);
        let Some(last) = points.last() else { continue };
        let before = points.iter().rev().nth(1).copied().unwrap_or_default();
        told.ask(view, (from + before, from + last), at);
    }
    told.runs
}

fn online_bayes(view: &View) -> Runs {
    let mut told = Told::default();
    for (at, start) in bocpd::newest_starts(&view.y).into_iter().enumerate().skip(WARM) {
        told.ask(view, (start.saturating_sub(30), start), at);
    }
    told.runs
}

/// The alarms so far, and the places that they named: a place is told once.
#[derive(Default)]
struct Told {
    runs: Runs,
    places: Vec<usize>,
}

impl Told {
    fn ask(&mut self, view: &View, (from, place): (usize, usize), at: usize) {
        let known = self.places.iter().any(|told| told.abs_diff(place) <= 5);
        if place == 0 || place <= from || at + 1 < place + 3 || known {
            return;
        }
        if median(&view.y[place..=at]) - median(&view.y[from..place]) > view.limit {
            self.runs.push(at);
            self.places.push(place);
        }
    }
}

/// Asks at each run, with the last `newest` runs and up to `before` runs before them.
fn at_each(
    view: &View,
    before: usize,
    newest: usize,
    alarm: impl Fn(&[f64], &[f64]) -> bool,
) -> Runs {
    let asked = |at: &usize| {
        let middle = (at + 1).saturating_sub(newest);
        let base = &view.y[middle.saturating_sub(before)..middle];
        base.len() >= 5 && alarm(base, &view.y[middle..=*at])
    };
    (WARM..view.y.len()).filter(asked).collect()
}
