//! How sure a report is, as a number from 0 to 1.
//!
//! Two bounds: what reports of this size turned out to be on synthetic histories with known truth
//! ([`calibrated_confidence`]), and what the score of the runs themselves allows
//! ([`bonferroni_confidence`]).

use super::analysis::ChangeKind;
use super::stats::two_sided_tail;

/// The tails of benchmark runs are not normal, so a normal tail may not make us surer than this.
pub(crate) const MAX_CONFIDENCE: f64 = 0.999;

/// Share of true reports by size over threshold, linear between these; measured on the reports of
/// steps in four synthetic histories and in real noise, shuffled and in order (docs/accuracy.md).
const TRUE_REPORTS: [TrueShare; 5] = [
    TrueShare { ratio: 1.25, share: 0.93 },
    TrueShare { ratio: 2.0, share: 0.95 },
    TrueShare { ratio: 3.0, share: 0.955 },
    TrueShare { ratio: 4.5, share: 0.97 },
    TrueShare { ratio: 7.0, share: 0.99 },
];
/// Share of true reports among those of gradual changes, whatever their size.
const TRUE_DRIFTS: f64 = 0.85;

/// A point of the measured curve.
struct TrueShare {
    /// Size of the change over the threshold.
    ratio: f64,
    /// Share of the reports of this size that were real changes.
    share: f64,
}

/// The measured share of true reports of this kind and size (change over threshold). Outside the
/// measured sizes the nearest measured share counts: nothing is extrapolated.
pub(crate) fn calibrated_confidence(kind: ChangeKind, ratio: f64) -> f64 {
    if kind == ChangeKind::Drift {
        return TRUE_DRIFTS;
    }
    let (first, last) = (&TRUE_REPORTS[0], &TRUE_REPORTS[TRUE_REPORTS.len() - 1]);
    if ratio.is_nan() || ratio <= first.ratio {
        return first.share;
    }
    let between = TRUE_REPORTS.windows(2).find(|pair| ratio < pair[1].ratio);
    between.map_or(last.share, |pair| {
        let part = (ratio - pair[0].ratio) / (pair[1].ratio - pair[0].ratio);
        pair[0].share + part * (pair[1].share - pair[0].share)
    })
}

/// One minus the probability that a series of `runs` unchanged runs shows a score of `z` anywhere:
/// the two-sided normal tail times the number of places (Bonferroni), at most 0.999.
pub(crate) fn bonferroni_confidence(z: f64, runs: usize) -> f64 {
    (1.0 - two_sided_tail(z) * runs as f64).clamp(0.0, MAX_CONFIDENCE)
}
