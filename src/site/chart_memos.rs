//! Charts that several files share, each drawn once: see [`Memo`].

use std::sync::Arc;

use crate::site::memo::Memo;
use crate::site::peers::PeerGroups;
use chart::TrendDrawing;
use chart::compare::ComparisonChart;

/// The shared charts of a site.
pub(crate) struct ChartMemos {
    /// By series: its chart, for its page and its `.svg` file.
    trends: Vec<Memo<TrendDrawing>>,
    /// By group of peers: its chart, for the page of each and that of their test.
    comparisons: Vec<Memo<ComparisonChart>>,
}

impl ChartMemos {
    pub(crate) fn of(series: usize, peers: &PeerGroups) -> Self {
        Self {
            // Two uses: the page and the `.svg` file. With the last one the memory is given back.
            trends: (0..series).map(|_| Memo::for_uses(2)).collect(),
            // Its own page for each peer, and the page of their test.
            comparisons: peers.sizes().map(|size| Memo::for_uses(size + 1)).collect(),
        }
    }

    /// The chart of a series, drawn by the first caller.
    pub(crate) fn trend(
        &self,
        series: usize,
        draw: impl FnOnce() -> TrendDrawing,
    ) -> Arc<TrendDrawing> {
        self.trends[series].get_or_make(draw)
    }

    /// The comparison chart of a group of peers, drawn by the first caller.
    pub(crate) fn comparison(
        &self,
        group: usize,
        draw: impl FnOnce() -> ComparisonChart,
    ) -> Arc<ComparisonChart> {
        self.comparisons[group].get_or_make(draw)
    }
}
