//! Charts: series and their analyses in, SVG text out.
//!
//! Three daily runs of 100, 120 and 110 ns, without a level yet, become three dots on four
//! gridlines (`EXAMPLE` in `tests.rs` is the whole drawing):
//!
//! ```text
//! XXEXAMPLEXX
//! ```
//!
//! `g` is the grid, `d` the dots: each role of a mark is one path with one class, on a grid that is
//! 1,000 units wide and as many high as the plot has pixels. The stylesheet gives a class its color
//! and its width, so that a chart follows a dark page.
//!
//! The way of a value: `rows` takes it from its run, `range` and `axis` say where it lies, `layout`
//! draws it through plotters onto a `backend` (`columns` where runs are too many for dots), `labels`
//! and `describe` put it into words, and a writer (`inline` for a page, `standalone` for a file)
//! turns the layout into SVG.
//!
//! Nothing outside this crate names plotters. Its own SVG backend is not used: the same marks take
//! 5 times the bytes at 200 runs and 90 times at 5,000, and cannot follow a dark page (measured by
//! `cargo bench --bench stock`).
//! No input is an error: a series without runs is an empty frame, and numbers off the scale are
//! clamped.

// From here on, a module uses only the ones above it.
mod grid;
mod path;
mod palette;
mod axis;
mod input;
mod rows;
mod range;
mod backend;
mod columns;
mod labels;
mod layout;
mod markup;
mod describe;
mod inline;
mod standalone;
mod trend;
mod spark;
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
pub use crate::spark::spark;
pub use crate::trend::{TrendDrawing, standalone, trend};
