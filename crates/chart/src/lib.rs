//! Charts: series and their analyses in, SVG text out.
//!
//! Three daily runs of 100, 120 and 110 ns, too few for a level, become two paths of a field:
//!
//! ```text
//! <path class="g" d="m0 220h1000m-1000-100h1000m-1000-100h1000"/>
//! <path class="d" d="m8 220h0m492-200h0m492 100h0"/>
//! ```
//!
//! Class `g` is the grid: lines at 100, 110 and 120 ns. Class `d` holds the runs, each a line
//! without length that round caps make a dot. The grid is 1,000 units wide and as many high as the
//! field has pixels (`grid`); 8 units on either side stay free. The stylesheet gives each class its
//! color and width, so that a chart follows a dark page.
//!
//! A chart is a lane of flags, a field, a gutter of numbers and an axis (`frame`). Text stands
//! outside the field and is placed for three widths (`place`), so it covers no mark and no text.
//!
//! The way of a value: `rows` takes it from its run, `levels` joins runs to levels, `range` and
//! `axis` place it, and `field` draws it through plotters onto a `backend`. `layout` decides what a
//! chart of a page shows; `flags`, `gutter`, `ticks`, `key` and `describe` put it into words. A
//! writer, `inline` for a page or `standalone` for a file, turns the layout into SVG. The charts of
//! overviews are in `small`: [`card`], [`tile`] and
//! [`cell`], and [`day_card`] is that of one day.
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
mod calendar;
mod axis;
mod input;
mod rows;
mod levels;
mod range;
mod backend;
mod place;
mod field;
mod markup;
mod frame;
mod flags;
mod gutter;
mod ticks;
mod layout;
mod key;
pub mod legend;
mod describe;
mod inline;
mod standalone;
mod trend;
mod spark;
mod small;
mod day;
mod statistic;
pub mod picture;
pub mod bar;
pub mod ratio;
pub mod compare;
pub mod multiple;

#[cfg(test)]
pub mod example;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod geometry;
#[cfg(test)]
mod tests;

pub use crate::day::day_card;
pub use crate::inline::TrendChart;
pub use crate::input::{ChartNote, ChartSpan, MarkLinks, NoLinks, NoteKind, RunWindow, TrendInput};
pub use crate::key::KeyMark;
pub use crate::levels::{DrawnLevel, level_lines};
pub use crate::small::{CardChart, CardSize, SharedRow, card, cell, tile};
pub use crate::spark::spark;
pub use crate::statistic::{StatisticChart, statistics};
pub use crate::trend::{TrendDrawing, standalone, trend};
