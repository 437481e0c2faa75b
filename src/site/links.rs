//! Where the marks of a chart lead, and the presets, from one page.

use crate::site::index::Index;
use crate::site::routes::{self, Root};
use crate::site::view::Link;
use model::text;

/// Links of the chart of one series.
pub(crate) struct ChartLinks<'a> {
    pub(crate) site: &'a Index<'a>,
    pub(crate) root: Root,
    pub(crate) series: usize,
    /// The first run that has a row in the page's table: marks from there on may lead to it.
    pub(crate) rows_from: usize,
}

impl chart::Links for ChartLinks<'_> {
    fn run(&self, run: usize, alone: bool) -> Option<String> {
        let (series, _) = self.site.series(self.series);
        let commit = self.site.commit(series.runs.get(run)?.commit);
        if alone || run < self.rows_from {
            self.site.commit_link(self.root, &commit.id)
        } else {
            Some(format!("#{}", routes::run_anchor(&commit.id)))
        }
    }

    fn event(&self, event: usize) -> Option<String> {
        Some(self.root.to(&routes::event(self.site.event_of(self.series, event))))
    }
}

/// The views that the policy names, each with how many series it holds.
pub(crate) fn presets(site: &Index<'_>, root: Root) -> Vec<Link> {
    let presets = site.presets.iter();
    presets
        .map(|preset| Link {
            href: root.to(&routes::view(&preset.slug)),
            text: preset.name.clone(),
            note: format!("({})", text::count(preset.members.len() as u64)),
        })
        .collect()
}
