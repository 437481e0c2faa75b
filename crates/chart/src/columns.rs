//! Many runs in few marks: the columns of a dense chart, and the columns that carry links.
//!
//! A dense column shows its lowest and highest run, the middle 80 % and the median; what must not
//! be summarised stays individual: outliers, infrastructure days, clamped and failed runs, and the
//! runs around events.
//! Picking representative points is refused: it may drop the one slow run.

use std::collections::{BTreeMap, BTreeSet};

use crate::axis::YAxis;
use crate::backend::{Canvas, MarkRole};
use crate::layout::WIDTH;
use crate::path::GridPoint;
use crate::rows::ChartRow;
use detect::Analysis;

/// Columns of a dense chart: 4 px each on a plot of 720 px.
pub const COLUMNS: i32 = 180;
/// Runs on either side of an event that stay individual, and for how many events.
const RUNS_AROUND_CHANGE: usize = 20;
const MAX_CHANGES: usize = 4;

/// One column of runs that may be summarised together, values sorted.
struct PixelColumn {
    segment: u32,
    breaks_before: u32,
    x_value: i64,
    values: Vec<f64>,
}

/// Draws a dense chart in about `count` columns.
pub fn draw(rows: &[ChartRow], up: YAxis, canvas: &Canvas, count: i32) {
    let (low, high) = up.bounds();
    let columns = group_columns(rows, canvas, count);
    let mut line: Vec<(i64, f64)> = Vec::new();
    let mut stretch = None;
    for column in &columns {
        let (Some(first), Some(last)) = (column.values.first(), column.values.last()) else {
            continue;
        };
        let at = column.x_value;
        let clamp = |value: f64| value.clamp(low, high);
        canvas.line(MarkRole::ColumnExtent, [(at, clamp(*first)), (at, clamp(*last))]);
        let (tenth, ninetieth) = (quantile(&column.values, 0.1), quantile(&column.values, 0.9));
        canvas.line(MarkRole::ColumnMiddle, [(at, clamp(tenth)), (at, clamp(ninetieth))]);
        if stretch != Some((column.segment, column.breaks_before)) {
            canvas.line(MarkRole::Level(0), std::mem::take(&mut line));
            stretch = Some((column.segment, column.breaks_before));
        }
        line.push((at, clamp(quantile(&column.values, 0.5))));
    }
    canvas.line(MarkRole::Level(0), line);
}

/// Columns by stretch and time. Where many stretches overlap, fewer columns to each, and at last
/// one line for all of them.
fn group_columns(rows: &[ChartRow], canvas: &Canvas, count: i32) -> Vec<PixelColumn> {
    let most = usize::try_from(count * 5 / 4).unwrap_or(usize::MAX);
    let attempts = [(count, true), (count / 2, true), (count / 4, true), (count, false)];
    for (count, apart) in attempts {
        let columns = gather_columns(rows, canvas, count, apart);
        if columns.len() <= most || !apart {
            return columns;
        }
    }
    Vec::new()
}

fn gather_columns(rows: &[ChartRow], canvas: &Canvas, count: i32, apart: bool) -> Vec<PixelColumn> {
    let mut columns: BTreeMap<(u32, u32, i32), PixelColumn> = BTreeMap::new();
    for row in rows {
        let Some(value) = row.value.filter(|_| !has_own_mark(row)) else { continue };
        let (x, _) = canvas.place((row.x_value, value));
        let (segment, epoch) = if apart { (row.segment, row.breaks_before) } else { (0, 0) };
        let column = columns.entry((segment, epoch, column_of(x, count))).or_insert_with(|| {
            PixelColumn { segment, breaks_before: epoch, x_value: row.x_value, values: Vec::new() }
        });
        column.values.push(value);
    }
    let mut columns: Vec<PixelColumn> = columns.into_values().collect();
    columns.iter_mut().for_each(|column| column.values.sort_by(f64::total_cmp));
    columns
}

/// Whether a run has a mark of its own in every chart.
fn has_own_mark(row: &ChartRow) -> bool {
    row.flags.is_outlier || row.flags.infrastructure
}

/// The column that a grid place falls in.
pub fn column_of(x: i32, count: i32) -> i32 {
    (x.clamp(0, WIDTH - 1) * count) / WIDTH
}

/// The value below which a share of the sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (share * (sorted.len().saturating_sub(1)) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(0.0)
}

/// Which rows of a dense chart stay individual dots: those around the newest events.
pub fn individual_rows(rows: &[ChartRow], analysis: &Analysis) -> Vec<bool> {
    let mut kept = vec![false; rows.len()];
    for event in analysis.changes.iter().rev().take(MAX_CHANGES) {
        let at = rows.partition_point(|row| row.run < event.first_after);
        let from = at.saturating_sub(RUNS_AROUND_CHANGE);
        let to = (at + RUNS_AROUND_CHANGE).min(rows.len());
        kept[from.min(to)..to].fill(true);
    }
    kept
}

/// Individual marks of a dense chart, one per role and cell of 10 × 25 grid units: what lies
/// closer covers it anyway.
#[derive(Default)]
pub struct OccupiedCells(BTreeSet<(MarkRole, i32, i32)>);

impl OccupiedCells {
    pub fn claim(&mut self, role: MarkRole, (x, y): GridPoint) -> bool {
        self.0.insert((role, x / 10, y / 25))
    }
}
