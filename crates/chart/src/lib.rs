//! Charts: series and their analyses in, SVG text out.
//!
//! Three daily runs of 100, 120 and 110 ns, too few for a level, become two paths:
//!
//! ```text
//! <path class="g" d="m0 200h1000m-1000-17h1000m-1000-83h1000m-1000-83h1000
//!     m-854 183v4m246-4v4m246-4v4m246-4v4"/>
//! <path class="d" d="m8 183h0m492-166h0m492 83h0"/>
//! ```
//!
//! Class `g` is the grid: the floor, the gridlines at 100, 110 and 120 ns, and four ticks of time.
//! Class `d` holds the runs, each a line without length that round caps make a dot. The grid is
//! 1,000 units wide and as many high as the plot has pixels (`grid`); 8 units on either side stay
//! free. The stylesheet gives each class its color and width, so that a chart follows a dark page.
//!
//! The way of a value: `rows` takes it from its run, `range` and `axis` place it, and `layout`
//! draws it through plotters onto a `backend` (`columns` where there are too many runs for dots).
//! `labels` and `describe` put it into words. A writer, `inline` for a page or `standalone` for a
//! file, turns the layout into SVG.
//!
//! Nothing outside this crate names plotters. Its own SVG backend is not used: the same marks take
//! 5 times the bytes at 200 runs and 90 times at 5,000, and cannot follow a dark page (measured by
//! `cargo bench --bench stock`).
//! [`legend`] is the list of all marks, for a reader's glossary.
//!
//! No input is an error: a series without runs is an empty frame, and numbers off the scale are
//! clamped.

// From here on, a module uses only the ones above it.
mod grid;
mod path;
mod palette;
mod axis;
mod input;
mod rows;
mod levels;
mod range;
mod backend;
mod place;
mod field;
mod columns;
mod labels;
pub mod legend;
mod layout;
mod markup;
mod key;
mod frame;
mod flags;
mod gutter;
mod describe;
mod inline;
mod standalone;
mod trend;
mod spark;
mod small;
pub mod bar;
pub mod compare;
pub mod multiple;

#[cfg(test)]
pub mod example;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod tests;

pub use crate::inline::TrendChart;
pub use crate::input::{
    ChartNote, ChartSize, ChartSpan, MarkLinks, NoLinks, NoteKind, RunWindow, TrendInput,
};
pub use crate::key::KeyMark;
pub use crate::small::{CardChart, CardSize, SharedRow, card, cell, tile};
pub use crate::spark::spark;
pub use crate::trend::{TrendDrawing, standalone, trend};
