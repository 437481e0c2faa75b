//! Which series need attention, and in which order tables list them.

use crate::site::context::SiteContext;
use detect::{Analysis, Verdict};
use model::record::TIME_METRIC;
use model::series::Series;

/// How urgent a series is; smaller is more urgent.
#[derive(Clone, Copy)]
struct Urgency {
    /// By verdict.
    rank: u8,
    /// Within a rank: the change in units of the threshold, negated.
    size: f64,
}

impl Urgency {
    fn of(series: &Series, analysis: &Analysis) -> Self {
        let rank = match analysis.verdict {
            Verdict::Regressed => 0,
            Verdict::Suspected { .. } => 1,
            Verdict::Missing | Verdict::Failed => 2,
            Verdict::Accepted => 3,
            Verdict::Infrastructure => 4,
            Verdict::Improved => 5,
            Verdict::TooNoisy => 6,
            Verdict::NotCompared => 7,
            Verdict::New => 8,
            Verdict::Unchanged => 9,
        };
        // An open regression stays urgent where the newest run is missing.
        let rank = if has_open_change(analysis) { rank.min(1) } else { rank };
        // Of equal changes, time comes before memory and the rest.
        let tie_break = if series.key.metric == TIME_METRIC { 0.0 } else { 1e-6 };
        let change = analysis.latest_change.unwrap_or(0.0).abs();
        Self { rank, size: tie_break - change / analysis.threshold.max(1e-9) }
    }
}

/// Series sorted by urgency, the most urgent first.
pub(crate) fn by_urgency(site: &SiteContext<'_>, members: &[usize]) -> Vec<usize> {
    let urgency = |series: usize| {
        let (series, analysis) = site.series(series);
        Urgency::of(series, analysis)
    };
    let mut sorted: Vec<(Urgency, usize)> =
        members.iter().map(|series| (urgency(*series), *series)).collect();
    sorted.sort_by(|(a, series_a), (b, series_b)| {
        a.rank.cmp(&b.rank).then(a.size.total_cmp(&b.size)).then(series_a.cmp(series_b))
    });
    sorted.into_iter().map(|(_, series)| series).collect()
}

fn has_open_change(analysis: &Analysis) -> bool {
    analysis.open_regressions().next().is_some()
}

/// Whether a series needs attention: an open or suspected regression.
pub(crate) fn has_open_regression(site: &SiteContext<'_>, series: usize) -> bool {
    let (_, analysis) = site.series(series);
    let is_suspected = matches!(analysis.verdict, Verdict::Suspected { .. });
    !analysis.is_retired && (is_suspected || has_open_change(analysis))
}
