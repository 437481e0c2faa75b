//! The grid that every chart is laid out on, and its measures.
//!
//! The grid is [`WIDTH`] units wide, however wide the page draws it, and one unit high for each
//! pixel of the plot. A writer stretches it; nothing on it depends on the size of a screen.

/// A point of the grid, x to the right and y down from the top of the plot: the same pair of
/// numbers that plotters calls a coordinate of the backend.
pub(crate) type GridPoint = (i32, i32);

/// Grid units across every chart.
pub(crate) const WIDTH: i32 = 1000;
/// Free units on either side of the data, so that dots at the ends are whole.
pub(crate) const INSET: i32 = 8;
/// Units below the floor of the plot that ticks and gap marks may use.
pub(crate) const BELOW_FLOOR: i32 = 8;

/// Which of `count` equal columns of the grid holds the place `x`.
pub(crate) fn column_of(x: i32, count: i32) -> i32 {
    (x.clamp(0, WIDTH - 1) * count) / WIDTH
}
