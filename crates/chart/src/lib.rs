//! Charts: a series and what is known of it in, SVG text out.
//!
//! One scene (`scene`, in grid numbers), two writers (`inline`, `standalone`). Data goes to grid
//! through plotters' coordinate types and drawing area with our own axes (`axis`) and backend
//! (`backend`); nothing outside this room names plotters. Its own SVG backend is not used: the same
//! marks take 5 times the bytes at 200 runs and 90 times at 5,000, and cannot follow a dark page
//! (measured by `cargo bench --bench stock`).
//! Refuses nothing: a series without runs is an empty frame, numbers off the scale are clamped.

mod axis;
mod backend;
pub mod bar;
mod columns;
pub mod compare;
mod describe;
#[cfg(test)]
mod gallery;
mod inline;
mod labels;
pub mod legend;
mod markup;
pub mod multiple;
mod palette;
mod path;
mod range;
mod rows;
#[cfg(test)]
pub mod example;
mod layout;
mod spark;
mod standalone;
#[cfg(test)]
mod tests;

use crate::layout::ChartLayout;
use detect::Analysis;
use model::history::Commit;
use model::record::time::Timestamp;
use model::series::Series;

/// Most bytes of one inline chart, before compression: where many charts share a page and a site
/// is capped at 1 GB, bytes are what runs out.
pub const MAX_CHART_BYTES: usize = 12_288;
/// More runs than this are drawn as columns: beyond two runs a pixel column, dots hide each other.
pub const DENSE_ABOVE: usize = 400;

/// What one trend chart shows.
#[derive(Clone, Copy)]
pub struct TrendInput<'a> {
    pub series: &'a Series,
    pub analysis: &'a Analysis,
    /// What [`model::series::CommitIndex`] points into.
    pub commits: &'a [Commit],
    /// Dated remarks and tags, oldest first; the newest 5 of each within the chart's time are
    /// drawn.
    pub notes: &'a [ChartNote],
    /// Colour slot 1–6 of the backend.
    pub slot: u8,
    /// Prefix of the ids in the markup; must be a valid id already.
    pub id: &'a str,
    pub links: &'a dyn MarkLinks,
    pub span: ChartSpan,
}

/// What lies across a trend chart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ChartSpan {
    /// All runs, by time.
    #[default]
    Time,
    /// The runs of a window, one step each.
    Order(RunWindow),
}

/// Indices of runs, `from` included, `to` not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunWindow {
    pub from: usize,
    pub to: usize,
}

impl RunWindow {
    /// The runs around an event: 25 on either side show the level before and after.
    pub fn around(run: usize) -> Self {
        Self { from: run.saturating_sub(25), to: run.saturating_add(26) }
    }
}

/// A dated remark, or a tag with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartNote {
    pub time: Timestamp,
    pub text: String,
    pub kind: NoteKind,
}

/// What a note is: each kind has a mark of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    Remark,
    Tag,
}

impl NoteKind {
    /// The mark on the chart, and how far above the floor it stands: both may be on one day.
    fn symbol(self) -> (&'static str, i32) {
        match self {
            Self::Remark => ("◆", 2),
            Self::Tag => ("◇", 14),
        }
    }
}

/// Where marks lead, as `href` values not yet escaped.
pub trait MarkLinks {
    /// A run, by index in the runs. `alone`: no other run shares its column, so the link may go to
    /// its commit; otherwise it should go to the row of the table, where the others stand below.
    fn run(&self, run: usize, alone: bool) -> Option<String>;

    /// An event, by index in the events of the analysis.
    fn change(&self, event: usize) -> Option<String>;
}

/// No links.
pub struct NoLinks;

impl MarkLinks for NoLinks {
    fn run(&self, _run: usize, _alone: bool) -> Option<String> {
        None
    }

    fn change(&self, _event: usize) -> Option<String> {
        None
    }
}

/// How large a trend chart is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ChartSize {
    /// 200 px plot: the chart of a page.
    Full,
    /// 70 px plot: one of several.
    Compact,
}

impl ChartSize {
    /// Height of the plot in grid units, which are pixels up.
    fn plot_height(self) -> i32 {
        match self {
            Self::Full => 200,
            Self::Compact => 70,
        }
    }
}

/// A chart for a page: a `<figure>` takes the caption with id `<id>-t`, the drawing, and the
/// description with id `<id>-s`. Caption and description are plain text, not escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendChart {
    pub svg: String,
    pub caption: String,
    pub description: String,
    /// Drawn as columns: deserves the full width of the page.
    pub wide: bool,
}

/// The trend chart of one series before it is written, for a page, for a file or for both.
pub struct TrendDrawing {
    layout: ChartLayout,
    size: ChartSize,
}

impl TrendDrawing {
    pub fn of(input: &TrendInput<'_>, size: ChartSize) -> Self {
        Self { layout: ChartLayout::of_trend(input, size.plot_height()), size }
    }

    /// For a page; of the input that it was drawn from.
    pub fn on_page(&self, input: &TrendInput<'_>) -> TrendChart {
        let Self { layout: scene, size } = self;
        TrendChart {
            svg: inline::trend(input, scene, *size),
            caption: describe::caption(input, scene),
            description: describe::paragraph(input, scene),
            wide: scene.dense,
        }
    }

    /// A full one as a complete `.svg` file of 720 × 260 that follows the reader's theme. It has no
    /// links, so that those of the input do not matter.
    pub fn svg_file(&self, input: &TrendInput<'_>) -> String {
        standalone::svg_file(input, &self.layout)
    }
}

/// The trend chart of one series, for a page.
pub fn trend(input: &TrendInput<'_>, size: ChartSize) -> TrendChart {
    TrendDrawing::of(input, size).on_page(input)
}

/// The same chart as a file.
pub fn standalone(input: &TrendInput<'_>) -> String {
    TrendDrawing::of(input, ChartSize::Full).svg_file(input)
}

/// The newest 40 runs as a line without labels, at most 600 bytes, hidden from screen readers:
/// the row it stands in says it in words.
pub fn spark(series: &Series, analysis: &Analysis) -> String {
    spark::spark_line(series, analysis)
}
