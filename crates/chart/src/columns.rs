//! Many runs in few marks: the columns of a dense chart, and the columns that carry links.
//!
//! A dense column shows its lowest and highest run, the middle 80 % and the median. What must not
//! be summarized stays individual: outliers, runs of infrastructure anomalies, clamped and failed
//! runs, and the runs around changes. 5,000 runs of one runner become 180 columns of about 28 runs.
//! Picking representative points (as LTTB does) would be simpler, but may drop the one slow run.

use std::collections::{BTreeMap, BTreeSet};

use crate::axis::YAxis;
use crate::backend::{Canvas, Datum, MarkRole};
use crate::grid::{GridPoint, column_of};
use crate::rows::ChartRow;
use detect::Analysis;

/// Columns of a dense chart: 4 px each on a plot of 720 px.
pub(crate) const COLUMNS: i32 = 180;
/// Runs on either side of a change that stay individual, and for how many changes.
const RUNS_AROUND_CHANGE: usize = 20;
const MAX_CHANGES: usize = 4;

/// One column of runs that may be summarized together, values sorted.
struct DenseColumn {
    segment: u32,
    breaks_before: u32,
    x_value: i64,
    values: Vec<f64>,
}

/// Draws a dense chart in about `count` columns.
pub(crate) fn draw(rows: &[ChartRow], up: YAxis, canvas: &Canvas, count: i32) {
    let (low, high) = up.bounds();
    let columns = group_columns(rows, canvas, count);
    let mut line: Vec<Datum> = Vec::new();
    let mut line_group = None;
    for column in &columns {
        let (Some(first), Some(last)) = (column.values.first(), column.values.last()) else {
            continue;
        };
        let at = column.x_value;
        let clamp = |value: f64| value.clamp(low, high);
        // The whole extent, so that the slowest run of a column is never lost.
        canvas.line(MarkRole::ColumnExtent, [(at, clamp(*first)), (at, clamp(*last))]);
        let (tenth, ninetieth) = (quantile(&column.values, 0.1), quantile(&column.values, 0.9));
        canvas.line(MarkRole::ColumnMiddle, [(at, clamp(tenth)), (at, clamp(ninetieth))]);
        if line_group != Some((column.segment, column.breaks_before)) {
            canvas.line(MarkRole::Level(0), std::mem::take(&mut line));
            line_group = Some((column.segment, column.breaks_before));
        }
        line.push((at, clamp(quantile(&column.values, 0.5))));
    }
    canvas.line(MarkRole::Level(0), line);
}

/// Columns of runs that a line may join, by time. Where many segments overlap in time, as in a pool
/// of runners, each gets fewer columns; where that is not enough, they share one line.
fn group_columns(rows: &[ChartRow], canvas: &Canvas, count: i32) -> Vec<DenseColumn> {
    // A quarter more than asked for: the ends of two segments often share a column.
    let max_columns = usize::try_from(count * 5 / 4).unwrap_or(usize::MAX);
    let attempts = [(count, true), (count / 2, true), (count / 4, true), (count, false)];
    for (count, apart) in attempts {
        let columns = gather_columns(rows, canvas, count, apart);
        if columns.len() <= max_columns || !apart {
            return columns;
        }
    }
    Vec::new()
}

fn gather_columns(rows: &[ChartRow], canvas: &Canvas, count: i32, apart: bool) -> Vec<DenseColumn> {
    // Ordered by segment first, so that a line runs through its columns from left to right.
    let mut columns: BTreeMap<(u32, u32, i32), DenseColumn> = BTreeMap::new();
    for row in rows {
        let Some(value) = row.value.filter(|_| !has_own_mark(row)) else { continue };
        let (x, _) = canvas.place((row.x_value, value));
        let (segment, breaks_before) =
            if apart { (row.segment, row.breaks_before) } else { (0, 0) };
        let column =
            columns.entry((segment, breaks_before, column_of(x, count))).or_insert_with(|| {
                DenseColumn { segment, breaks_before, x_value: row.x_value, values: Vec::new() }
            });
        column.values.push(value);
    }
    let mut columns: Vec<DenseColumn> = columns.into_values().collect();
    columns.iter_mut().for_each(|column| column.values.sort_by(f64::total_cmp));
    columns
}

/// Whether a run has a mark of its own in every chart.
fn has_own_mark(row: &ChartRow) -> bool {
    row.flags.is_outlier || row.flags.infrastructure
}

/// The value below which a share of the sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (share * (sorted.len().saturating_sub(1)) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(0.0)
}

/// Which rows of a dense chart stay individual dots: those around the newest changes.
pub(crate) fn individual_rows(rows: &[ChartRow], analysis: &Analysis) -> Vec<bool> {
    let mut individual = vec![false; rows.len()];
    for change in analysis.changes.iter().rev().take(MAX_CHANGES) {
        let at = rows.partition_point(|row| row.run < change.first_after);
        let from = at.saturating_sub(RUNS_AROUND_CHANGE);
        let to = (at + RUNS_AROUND_CHANGE).min(rows.len());
        individual[from.min(to)..to].fill(true);
    }
    individual
}

/// Individual marks of a dense chart, one per role and cell of 10 × 25 grid units: what lies
/// closer covers it anyway.
#[derive(Default)]
pub(crate) struct OccupiedCells(BTreeSet<(MarkRole, i32, i32)>);

impl OccupiedCells {
    /// Whether the cell was free; it is taken from here on.
    pub(crate) fn claim(&mut self, role: MarkRole, point: GridPoint) -> bool {
        let (x, y) = point;
        self.0.insert((role, x / 10, y / 25))
    }
}
