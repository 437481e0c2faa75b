//! Charts that several files share, each drawn once: see [`Memo`].

use std::sync::Arc;

use crate::site::memo::Memo;
use chart::TrendDrawing;

/// The shared charts of a site.
pub(crate) struct ChartMemos {
    /// By series: its chart, for its page and its `.svg` file.
    trends: Vec<Memo<TrendDrawing>>,
}

impl ChartMemos {
    pub(crate) fn of(series: usize) -> Self {
        // Two uses: the page and the `.svg` file. With the last one the memory is given back.
        Self { trends: (0..series).map(|_| Memo::for_uses(2)).collect() }
    }

    /// The chart of a series, drawn by the first caller.
    pub(crate) fn trend(
        &self,
        series: usize,
        draw: impl FnOnce() -> TrendDrawing,
    ) -> Arc<TrendDrawing> {
        self.trends[series].get_or_make(draw)
    }
}
