//! Which series need attention, and in which order tables list them.

use crate::site::context::SiteContext;
use detect::{Analysis, Change, ChangeStatus, Verdict};
use model::record::TIME_METRIC;
use model::series::Series;
use model::text;

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
            Verdict::Missing => 2,
            Verdict::Accepted => 3,
            Verdict::Infrastructure => 4,
            Verdict::Improved => 5,
            Verdict::TooNoisy => 6,
            Verdict::NotCompared => 7,
            Verdict::New => 8,
            Verdict::Unchanged => 9,
        };
        // An open regression stays urgent even where the latest runs have another verdict.
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

/// Whether a change is neither fixed nor accepted. A note explains a change but does not undo it.
fn is_open(change: &Change) -> bool {
    matches!(change.status, ChangeStatus::New | ChangeStatus::Explained)
}

/// Whether the last change of a series is an open regression.
fn has_open_change(analysis: &Analysis) -> bool {
    analysis.changes.last().is_some_and(|last| last.is_regression && is_open(last))
}

/// Whether a series needs attention: an open or suspected regression that can fail a check.
pub(crate) fn has_open_regression(site: &SiteContext<'_>, series: usize) -> bool {
    let (_, analysis) = site.series(series);
    let verdict = matches!(analysis.verdict, Verdict::Regressed | Verdict::Suspected { .. });
    // `Unchanged` with an open change: the level came back without a detected improvement.
    let open = verdict || has_open_change(analysis) && analysis.verdict != Verdict::Unchanged;
    open && !analysis.is_retired && !analysis.report_only
}

/// `3 open regressions, 1 suspected`; none where no series needs attention.
pub(crate) fn open_text(site: &SiteContext<'_>, members: &[usize]) -> Option<String> {
    let attention = members.iter().filter(|series| has_open_regression(site, **series));
    let is_suspected =
        |series: &&usize| matches!(site.series(**series).1.verdict, Verdict::Suspected { .. });
    let (suspected, open): (Vec<&usize>, Vec<&usize>) = attention.partition(is_suspected);
    let suspected = suspected.len() as u64;
    match (open.len() as u64, suspected) {
        (0, 0) => None,
        (0, _) => Some(text::count_noun(suspected, "suspected regression")),
        (open, 0) => Some(text::count_noun(open, "open regression")),
        (open, _) => Some(format!(
            "{}, {} suspected",
            text::count_noun(open, "open regression"),
            text::count(suspected)
        )),
    }
}
