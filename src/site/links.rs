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
    /// The table of runs on the page, if it has one.
    pub(crate) runs: Option<&'static str>,
}

impl chart::MarkLinks for ChartLinks<'_> {
    fn run(&self, run: usize) -> Option<String> {
        let (series, _) = self.site.series(self.series);
        let commit = self.site.commit(series.runs.get(run)?.commit);
        self.site.commit_link(self.root, &commit.id)
    }

    fn runs(&self) -> Option<String> {
        self.runs.map(str::to_owned)
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
