//! The percentiles of a metric beside its value, under one verdict; and the other metrics of its
//! benchmark.
//!
//! Example: `response_time` is unchanged and its p99 doubled, so its page adds `The p99 is 2.00×
//! slower since 1 Sep.` to its verdict, and shows both.

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::table::{self, PanelScale};
use crate::site::verdict_counts::verdict_counts;
use crate::site::view::Panel;
use model::record::Statistic;
use model::text;

/// The value of a metric and its statistics side by side, under one verdict.
pub(crate) struct Percentiles {
    pub(crate) verdict: Phrase,
    pub(crate) panels: Vec<Panel>,
}

/// ` The p99 is 2.00× slower since 1 Sep.` for each statistic of the metric that is open.
pub(crate) fn regressed(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Phrase {
    // The page of a percentile has a verdict of its own.
    let metric = site.metrics.metric_of(index).filter(|metric| metric.series == index);
    let statistics = metric.into_iter().flat_map(|metric| &metric.statistics);
    let mut phrase = Phrase::default();
    for &statistic in statistics {
        let (series, analysis) = site.series(statistic);
        let Some(change) = analysis.open_regressions().next() else { continue };
        let name = Statistic::of_metric(&series.key.metric).map_or("", |(_, it)| it.name());
        let size = wording::change_size(series, change.change, true);
        let since = text::day_month(wording::since(series, change));
        phrase = phrase
            .text(" The ")
            .link(root.to(&site.series_path(statistic)), name)
            .text(format!(" is {size} since {since}."));
    }
    phrase
}

/// None where a metric has no statistics.
pub(crate) fn of_metric(
    site: &SiteContext<'_>,
    root: LinkRoot,
    index: usize,
) -> Option<Percentiles> {
    let members = site.metrics.metric_of(index)?.members();
    (members.len() > 1).then(|| Percentiles {
        verdict: verdict_counts(site, &members),
        panels: table::metric_panels(site, root, &members, "d", PanelScale::Shared),
    })
}

/// The other metrics of the benchmark.
pub(crate) fn other_metrics(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Vec<Panel> {
    let own = site.metrics.metric_of(index).map(|metric| metric.series);
    let all = site.metrics.of_series(index).iter().map(|metric| metric.series);
    let members: Vec<usize> = all.filter(|series| Some(*series) != own).collect();
    table::metric_panels(site, root, &members, "k", PanelScale::Own)
}
