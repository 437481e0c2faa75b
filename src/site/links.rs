//! Links from one page: from the marks of a chart, and to the presets.

use crate::report::urls::{self, LinkRoot};
use crate::site::context::SiteContext;
use crate::site::view::PageLink;
use model::text;

/// Links of the chart of one series.
pub(crate) struct ChartLinks<'a> {
    pub(crate) site: &'a SiteContext<'a>,
    pub(crate) root: LinkRoot,
    pub(crate) series: usize,
    /// The first run that has a row in the page's table: marks from there on may lead to it.
    pub(crate) rows_from: usize,
}

impl chart::MarkLinks for ChartLinks<'_> {
    fn run(&self, run: usize, alone: bool) -> Option<String> {
        let (series, _) = self.site.series(self.series);
        let commit = self.site.commit(series.runs.get(run)?.commit);
        // Of several runs in one column the link can name only one; the row of the table has its
        // neighbors below it. Runs without a row lead to their commit.
        if alone || run < self.rows_from {
            self.site.commit_link(self.root, &commit.id)
        } else {
            Some(format!("#{}", urls::run_anchor(&commit.id)))
        }
    }

    fn change(&self, event: usize) -> Option<String> {
        Some(self.root.to(&urls::event(self.site.events.id(self.series, event))))
    }
}

/// The views that the policy names, each with how many series it holds.
pub(crate) fn presets(site: &SiteContext<'_>, root: LinkRoot) -> Vec<PageLink> {
    let presets = site.presets.iter();
    presets
        .map(|preset| PageLink {
            href: root.to(&urls::view(&preset.slug)),
            text: preset.name.clone(),
            note: format!("({})", text::count(preset.members.len() as u64)),
        })
        .collect()
}
