//! How series grow with the input size: those that differ in n alone are one curve.

use crate::site::context::SiteContext;
use detect::growth::{GrowthEstimate, SizedSeries, estimate_growth};
use model::series::SeriesKey;

/// The growth of these series.
pub(crate) fn of_members(site: &SiteContext<'_>, members: &[usize]) -> Option<GrowthEstimate> {
    let sized = members.iter().map(|index| {
        let (series, analysis) = site.series(*index);
        SizedSeries { series, analysis }
    });
    estimate_growth(&sized.collect::<Vec<_>>())
}

/// The growth of the curve that a series is a point of.
pub(crate) fn of_series(site: &SiteContext<'_>, index: usize) -> Option<GrowthEstimate> {
    let key = &site.series(index).0.key;
    key.n?;
    let members = site.tests.get(key.test.as_str()).map_or(&[][..], Vec::as_slice);
    let is_on_curve = |other: &&usize| {
        let (series, analysis) = site.series(**other);
        analysis.latest_run.is_some() && differs_in_size_only(&series.key, key)
    };
    of_members(site, &members.iter().filter(is_on_curve).copied().collect::<Vec<_>>())
}

fn differs_in_size_only(one: &SeriesKey, other: &SeriesKey) -> bool {
    let place = |key: &SeriesKey| SeriesKey { n: None, ..key.clone() };
    one.n.is_some() && one.backend == other.backend && place(one) == place(other)
}
