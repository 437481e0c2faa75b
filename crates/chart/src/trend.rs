//! The trend chart of one series: laid out once, written for a page, for a file or for both.

use crate::describe;
use crate::inline::{self, TrendChart};
use crate::input::{ChartSpan, TrendInput};
use crate::layout::ChartLayout;
use crate::standalone::svg_file;
use model::text::xml::XmlText;

/// A chart of more runs has the strip of its whole history below it.
const STRIP_ABOVE: usize = 200;

/// The trend chart of one series before it is written.
///
/// A page and its `.svg` file show the same drawing, and the layout is the larger part of the
/// work: so it is kept between the two.
pub struct TrendDrawing {
    layout: ChartLayout,
}

impl TrendDrawing {
    /// Lays out the chart. The methods below take the same input again for its names and links.
    pub fn of(input: &TrendInput<'_>) -> Self {
        Self { layout: ChartLayout::of_trend(input) }
    }

    /// The chart for a page.
    pub fn on_page(&self, input: &TrendInput<'_>) -> TrendChart {
        TrendChart {
            svg: inline::trend(input, &self.layout),
            caption: describe::caption(input, &self.layout),
            note: describe::note(input, &self.layout),
            description: describe::paragraph(input, &self.layout),
            key: inline::trend_key(&self.layout),
        }
    }

    /// The whole history as a strip of 44 px without text, hidden from screen readers; none where
    /// so few runs need no overview.
    pub fn strip(&self, input: &TrendInput<'_>) -> Option<XmlText> {
        let is_long = input.span == ChartSpan::Time && self.layout.rows.len() > STRIP_ABOVE;
        is_long.then(|| inline::strip(input))
    }

    /// The newest level, base units; none while there are too few runs.
    pub fn level(&self) -> Option<f64> {
        self.layout.level
    }

    /// The drawing as a complete `.svg` file, 720 px wide, that follows the reader's theme. It has
    /// no links, so those of the input do not matter.
    pub fn svg_file(&self, input: &TrendInput<'_>) -> XmlText {
        svg_file(input, &self.layout)
    }
}

/// The trend chart of one series, for a page.
pub fn trend(input: &TrendInput<'_>) -> TrendChart {
    TrendDrawing::of(input).on_page(input)
}

/// The trend chart of one series as a complete `.svg` file.
pub fn standalone(input: &TrendInput<'_>) -> XmlText {
    TrendDrawing::of(input).svg_file(input)
}
