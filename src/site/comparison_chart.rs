//! Several series in one chart: julia and rust with a line each, named at its end.

use crate::report::urls::LinkRoot;
use crate::site::context::SiteContext;
use crate::site::table;
use crate::site::view::Figure;
use chart::compare::{ComparisonChart, ComparisonLine};

/// The levels of these series, one line each, as a figure of the page at `root`.
pub(crate) fn figure(
    site: &SiteContext<'_>,
    root: LinkRoot,
    members: &[usize],
    id: &str,
) -> Figure {
    let lines: Vec<ComparisonLine<'_>> = members
        .iter()
        .map(|&member| {
            let (series, analysis) = site.series(member);
            ComparisonLine {
                series,
                analysis,
                slot: site.colors.slot(&series.key.backend),
                label: &series.key.backend,
                href: Some(site.series_path(member)),
            }
        })
        .collect();
    table::figure(id, ComparisonChart::of(&lines).on_page(id, |path| root.to(path)))
}
