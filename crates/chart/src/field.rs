//! The field of a chart: what is drawn between lane, gutter and axis, through plotters.
//!
//! A field is given its rows, levels and axes, and draws one kind of mark after the other; a chart
//! of a page, a card and a tile differ in what they ask for. No text is inside a field.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::axis::{XAxis, YAxis};
use crate::backend::{Canvas, MarkLayer, MarkRole};
use crate::grid::{GridPoint, INSET, WIDTH};
use crate::levels::LevelPiece;
use crate::place::GUTTER_STEP;
use crate::rows::ChartRow;

/// Length of the tick at the edge for a run outside the range.
const CLIP: i32 = 6;
/// Cells of a chart with many runs: columns across and grid units up, finest first. What a page
/// may cost decides between them.
const CELLS: [CellSize; 6] = [
    CellSize { columns: 250, height: 4 },
    CellSize { columns: 250, height: 6 },
    CellSize { columns: 200, height: 8 },
    CellSize { columns: 125, height: 8 },
    CellSize { columns: 100, height: 12 },
    CellSize { columns: 50, height: 12 },
];
/// Cells of a whole chart: about 5 KB.
pub(crate) const MAX_CELLS: usize = 750;

/// Columns of a small chart, 6 to 8 px each.
const SPAN_COLUMNS: i32 = 50;

/// A cell: so many fit across a field.
#[derive(Clone, Copy)]
struct CellSize {
    columns: i32,
    height: i32,
}

/// A bar between two places across, from zero to a value.
pub(crate) struct FieldBar {
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) value: f64,
}

/// A field in the making.
pub(crate) struct Field<'a> {
    pub(crate) canvas: Canvas,
    pub(crate) rows: &'a [ChartRow],
    /// Grid place of each row.
    pub(crate) positions: Vec<i32>,
    pub(crate) height: i32,
    y_axis: YAxis,
}

impl<'a> Field<'a> {
    pub(crate) fn new(rows: &'a [ChartRow], x_axis: XAxis, y_axis: YAxis, height: i32) -> Self {
        let canvas = Canvas::new(x_axis, y_axis, WIDTH - INSET, height);
        let positions = rows.iter().map(|row| canvas.place((row.x_value, 0.0)).0).collect();
        Self { canvas, rows, positions, height, y_axis }
    }

    pub(crate) fn finish(self) -> Vec<MarkLayer> {
        self.canvas.finish()
    }

    /// The height of a value, also outside the field.
    pub(crate) fn y(&self, value: f64) -> i32 {
        self.canvas.place((0, value)).1
    }

    pub(crate) fn holds(&self, value: f64) -> bool {
        let (low, high) = self.y_axis.bounds();
        (low..=high).contains(&value)
    }

    /// Whether two values are so far apart that both can be named.
    pub(crate) fn are_apart(&self, a: f64, b: f64) -> bool {
        (self.y(a) - self.y(b)).abs() >= GUTTER_STEP
    }

    pub(crate) fn draw_grid(&self, ticks: &[f64]) {
        self.canvas.gridlines(ticks);
    }

    /// Bands over the time without runs that ends at each of these rows.
    pub(crate) fn draw_gaps(&self, ends: &[usize]) {
        for end in ends {
            let (from, to) = (self.positions[end - 1], self.positions[*end]);
            // Clear of the last level and the next one.
            let (from, to) = (from + 2, to - 2);
            if from < to {
                let bottom = self.height;
                self.fill(MarkRole::GapBand, [(from, 0), (to, 0), (to, bottom), (from, bottom)]);
            }
        }
    }

    fn fill(&self, role: MarkRole, outline: [GridPoint; 4]) {
        self.canvas.grid_area(role, &outline);
    }

    /// The area between a baseline and the levels within some rows: what a regression costs.
    pub(crate) fn draw_cost(&self, pieces: &[LevelPiece], baseline: f64, rows: Range<usize>) {
        let base = self.y(baseline).clamp(0, self.height);
        let within =
            |piece: &&LevelPiece| piece.first_row() >= rows.start && piece.last_row() < rows.end;
        for piece in pieces.iter().filter(within) {
            let (start, end) = self.ends(piece);
            let outline = [start, end, (end.0, base), (start.0, base)];
            self.fill(MarkRole::Cost, outline.map(|(x, y)| (x, y.clamp(0, self.height))));
        }
    }

    /// Every run: dots, or at most so many cells where there are too many runs; what counts for no
    /// level has marks of its own. The number of runs outside the range.
    pub(crate) fn draw_runs(&self, max_cells: Option<usize>) -> usize {
        let mut outside = 0;
        let mut usual: Vec<GridPoint> = Vec::new();
        let mut ticks = OccupiedCells::default();
        for (row, x) in self.rows.iter().zip(&self.positions) {
            let Some(value) = row.value else { continue };
            let (x, y) = (*x, self.y(value));
            if !self.holds(value) {
                outside += 1;
                if ticks.claim(MarkRole::Clipped, (x, i32::from(y > 0) * 100)) {
                    let from = if y > 0 { self.height - CLIP } else { 0 };
                    self.canvas.grid_line(MarkRole::Clipped, &[(x, from), (x, from + CLIP)]);
                }
                continue;
            }
            // An infrastructure anomaly explains the value, so its mark wins over the other.
            let role = match (row.flags.infrastructure, row.flags.is_outlier) {
                (true, _) => MarkRole::Infrastructure,
                (_, true) => MarkRole::Outlier,
                _ => {
                    usual.push((x, y));
                    continue;
                }
            };
            if max_cells.is_none() || ticks.claim(role, (x, y)) {
                self.canvas.grid_dot(role, (x, y));
            }
        }
        match max_cells {
            Some(max) => self.draw_cells(&usual, max),
            None => usual.iter().for_each(|point| self.canvas.grid_dot(MarkRole::Run, *point)),
        }
        outside
    }

    /// The usual runs of each column as one upright line from the lowest to the highest: in a small
    /// chart, dots of many runs hide each other.
    pub(crate) fn draw_spans(&self) {
        let usual = self.rows.iter().zip(&self.positions).filter(|(row, _)| row.is_usual());
        let mut columns: BTreeMap<i32, Range<i32>> = BTreeMap::new();
        for (row, x) in usual {
            let Some(value) = row.value.filter(|value| self.holds(*value)) else { continue };
            let y = self.y(value);
            let span = columns.entry(x * SPAN_COLUMNS / WIDTH).or_insert(y..y);
            (span.start, span.end) = (span.start.min(y), span.end.max(y));
        }
        for (column, span) in columns {
            let x = (2 * column + 1) * WIDTH / (2 * SPAN_COLUMNS);
            if span.is_empty() {
                self.canvas.grid_dot(MarkRole::Span, (x, span.start));
            } else {
                self.canvas.grid_line(MarkRole::Span, &[(x, span.start), (x, span.end)]);
            }
        }
    }

    /// Every run within the range as a cell of a coarse grid: for a drawing that is an overview.
    pub(crate) fn draw_thin_runs(&self) {
        let values = self.rows.iter().zip(&self.positions);
        let points: BTreeSet<GridPoint> = values
            .filter_map(|(row, x)| Some((*x, row.value?)))
            .filter(|(_, value)| self.holds(*value))
            .map(|(x, value)| (x / 8 * 8 + 4, (self.y(value) / 4 * 4 + 2).min(self.height)))
            .collect();
        points.into_iter().for_each(|point| self.canvas.grid_dot(MarkRole::Density(1), point));
    }

    fn draw_cells(&self, points: &[GridPoint], max_cells: usize) {
        let mut cells = CELLS.iter().map(|cell| count_cells(points, *cell, self.height));
        let fine = cells.clone().find(|counts| counts.len() <= max_cells);
        let Some(counts) = fine.or_else(|| cells.next_back()) else { return };
        for (point, runs) in counts {
            let class = match runs {
                1 => 1,
                2 | 3 => 2,
                _ => 3,
            };
            self.canvas.grid_dot(MarkRole::Density(class), point);
        }
    }

    /// The levels, broken at gaps; the last one stands out, and ends in a dot if it is the newest.
    pub(crate) fn draw_levels(&self, pieces: &[LevelPiece], gaps: &[usize], last: MarkRole) {
        for (index, piece) in pieces.iter().enumerate() {
            let is_last = index + 1 == pieces.len();
            let role = if is_last { last } else { MarkRole::LevelPiece };
            for (from, to) in parts(piece, gaps) {
                let line = self.level_line(piece, from, to);
                if line.iter().all(|(_, y)| (0..=self.height).contains(y)) {
                    self.canvas.grid_line(role, &line);
                }
            }
            // The dot at its end ties the level to its number in the gutter.
            let (_, (x, y)) = self.ends(piece);
            if let MarkRole::LevelNow(tone) = role
                && (0..=self.height).contains(&y)
            {
                self.canvas.grid_dot(MarkRole::LevelEnd(tone), (x, y));
            }
        }
    }

    /// Grid points of the two ends of a piece.
    fn ends(&self, piece: &LevelPiece) -> (GridPoint, GridPoint) {
        let x = |row: usize| self.positions[row];
        let (from, to) = (self.y(piece.from), self.y(piece.to));
        ((x(piece.first_row()), from), (x(piece.last_row()), to))
    }

    /// The part of a piece between two of its rows.
    fn level_line(&self, piece: &LevelPiece, from: usize, to: usize) -> [GridPoint; 2] {
        let ((x0, y0), (x1, y1)) = self.ends(piece);
        let at = |row: usize| {
            let x = self.positions[row];
            let share = if x1 > x0 { f64::from(x - x0) / f64::from(x1 - x0) } else { 1.0 };
            (x, y0 + (f64::from(y1 - y0) * share).round() as i32)
        };
        match (at(from), at(to)) {
            // A level of one run is a short dash.
            ((x, y), (end, _)) if x == end => [(x - 3, y), (x + 3, y)],
            (start, end) => [start, end],
        }
    }

    /// A level line from a row to the right edge.
    pub(crate) fn draw_reference(&self, role: MarkRole, value: f64, from_row: usize) {
        if let Some(x) = self.positions.get(from_row).filter(|_| self.holds(value)) {
            let y = self.y(value);
            self.canvas.grid_line(role, &[(*x, y), (WIDTH, y)]);
        }
    }

    /// Bars from zero, from left to right, as one outline.
    pub(crate) fn draw_bars(&self, bars: &[FieldBar]) {
        let mut outline: Vec<GridPoint> = Vec::new();
        for FieldBar { left, right, value } in bars {
            let top = self.y(*value);
            // Down to the floor where there is room between two bars.
            if outline.last().is_none_or(|(x, _)| x < left) {
                outline.extend(outline.last().map(|(x, _)| (*x, self.height)));
                outline.push((*left, self.height));
            }
            outline.extend([(*left, top), (*right, top)]);
        }
        outline.extend(outline.last().map(|(x, _)| (*x, self.height)));
        self.canvas.grid_area(MarkRole::Bar, &outline);
    }

    /// A line across the whole height.
    pub(crate) fn draw_upright(&self, role: MarkRole, x: i32) {
        self.canvas.grid_line(role, &[(x, 0), (x, self.height)]);
    }
}

/// First and last row of the parts of a piece between gaps.
fn parts(piece: &LevelPiece, gaps: &[usize]) -> Vec<(usize, usize)> {
    let gaps_before = |row: usize| gaps.partition_point(|end| *end <= row);
    piece
        .rows
        .chunk_by(|a, b| gaps_before(*a) == gaps_before(*b))
        .filter_map(|part| Some((*part.first()?, *part.last()?)))
        .collect()
}

/// Runs by cell, each cell by its middle.
fn count_cells(points: &[GridPoint], cell: CellSize, floor: i32) -> BTreeMap<GridPoint, u32> {
    let CellSize { columns, height } = cell;
    let mut counts = BTreeMap::new();
    for (x, y) in points {
        let (column, row) = (x * columns / WIDTH, y / height);
        let y = (row * height + height / 2).min(floor);
        let middle = ((2 * column + 1) * WIDTH / (2 * columns), y);
        *counts.entry(middle).or_insert(0) += 1;
    }
    counts
}

/// Marks one of which stands for those in the same cell of 4 × 4 grid units: the others would be
/// under it.
#[derive(Default)]
struct OccupiedCells(BTreeSet<(MarkRole, i32, i32)>);

impl OccupiedCells {
    /// Whether the cell was free; it is taken from here on.
    fn claim(&mut self, role: MarkRole, point: GridPoint) -> bool {
        let (x, y) = point;
        self.0.insert((role, x / 4, y / 4))
    }
}
