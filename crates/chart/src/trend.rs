//! The trend chart of one series: laid out once, written for a page, for a file or for both.

use crate::describe;
use crate::inline::{self, TrendChart};
use crate::input::{ChartSize, TrendInput};
use crate::layout::ChartLayout;
use crate::standalone::svg_file;
use model::text::xml::XmlText;

/// The trend chart of one series before it is written.
///
/// A page and its `.svg` file show the same drawing, and the layout is the larger part of the
/// work: so it is kept between the two.
pub struct TrendDrawing {
    layout: ChartLayout,
    size: ChartSize,
}

impl TrendDrawing {
    /// Lays out the chart. The methods below take the same input again for its names and links.
    pub fn of(input: &TrendInput<'_>, size: ChartSize) -> Self {
        Self { layout: ChartLayout::of_trend(input, size.plot_height()), size }
    }

    /// The chart for a page.
    pub fn on_page(&self, input: &TrendInput<'_>) -> TrendChart {
        TrendChart {
            svg: inline::trend(input, &self.layout, self.size),
            caption: describe::caption(input, &self.layout),
            description: describe::paragraph(input, &self.layout),
            wide: self.layout.dense,
        }
    }

    /// A drawing of full size as a complete `.svg` file of 720 × 260 that follows the reader's
    /// theme. It has no links, so those of the input do not matter.
    pub fn svg_file(&self, input: &TrendInput<'_>) -> XmlText {
        svg_file(input, &self.layout)
    }
}

/// The trend chart of one series, for a page.
pub fn trend(input: &TrendInput<'_>, size: ChartSize) -> TrendChart {
    TrendDrawing::of(input, size).on_page(input)
}

/// The trend chart of one series as a complete `.svg` file.
pub fn standalone(input: &TrendInput<'_>) -> XmlText {
    TrendDrawing::of(input, ChartSize::Full).svg_file(input)
}
