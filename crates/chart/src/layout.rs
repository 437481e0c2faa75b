//! The layout of a trend chart: every mark and label in grid numbers, before any byte of SVG.
//!
//! Both writers read it, so that a page and its `.svg` file show the same drawing. Runs out of
//! range are clamped to the edge, failed ones lie on the floor.

use crate::axis::{XAxis, YAxis};
use crate::backend::{Canvas, MarkLayer, MarkRole};
use crate::columns;
use crate::grid::{INSET, WIDTH};
use crate::input::{ChartSpan, DENSE_ABOVE, NoteKind, TrendInput};
use crate::labels::{self, Label, PlacedChange, PlacedSegmentStart};
use crate::range;
use crate::rows::{ChartRow, joined_rows, new_segments, plot_rows};
use detect::{ChangeKind, ChangeStatus, Verdict};
use model::record::time::Timestamp;
use model::text::UnitScale;
use plotters::coord::ranged1d::Ranged;

/// Distance of a clamped mark from the edge it is clamped to: half its size.
const CLAMP_DISTANCE: i32 = 4;
/// Gaps, runner changes and failed runs that are drawn at most: more cannot be told apart.
const MAX_GAPS: usize = 40;
const MAX_RUNNER_CHANGES: usize = 12;
const MIN_FAILED_DISTANCE: i32 = 8;
/// Dated remarks on one chart.
const MAX_NOTES: usize = 5;

/// All of one chart in numbers.
pub(crate) struct ChartLayout {
    /// Back to front.
    pub(crate) layers: Vec<MarkLayer>,
    pub(crate) labels: Vec<Label>,
    /// Places across of failed runs, on the floor.
    pub(crate) failed_runs: Vec<i32>,
    pub(crate) notes: Vec<PlacedNote>,
    pub(crate) height: i32,
    pub(crate) y_axis: YAxis,
    pub(crate) scale: UnitScale,
    pub(crate) dense: bool,
    pub(crate) rows: Vec<ChartRow>,
    /// Grid place of each row.
    pub(crate) positions: Vec<i32>,
    /// Runs outside the range of values.
    pub(crate) clamped: usize,
    pub(crate) threshold_drawn: bool,
}

/// A note on the chart.
pub(crate) struct PlacedNote {
    pub(crate) x: i32,
    /// Index in the notes of the input.
    pub(crate) index: usize,
    pub(crate) kind: NoteKind,
}

impl ChartLayout {
    /// The layout of one series in its own unit, `height` grid units high.
    pub(crate) fn of_trend(input: &TrendInput<'_>, height: i32) -> Self {
        let mut rows = plot_rows(input.series, input.analysis, input.span);
        if input.analysis.verdict == Verdict::New {
            // Too few runs for a level: a line through two dots would look like a trend.
            rows.iter_mut().for_each(|row| (row.level, row.spread) = (None, None));
        }
        let threshold = range::threshold_value(input.analysis, input.series.direction);
        let (y_axis, scale) = range::y_axis(&rows, input.analysis, &input.series.unit, threshold);
        let x_axis = x_axis(input, &rows);
        let plan = LayoutPlan { rows, x_axis, y_axis, scale, threshold, height, panel: false };
        LayoutBuilder::new(input, plan).finish()
    }
}

/// What a layout is made from.
pub(crate) struct LayoutPlan {
    pub(crate) rows: Vec<ChartRow>,
    pub(crate) x_axis: XAxis,
    pub(crate) y_axis: YAxis,
    pub(crate) scale: UnitScale,
    /// The value of the threshold's line.
    pub(crate) threshold: Option<f64>,
    /// Grid units of the plot.
    pub(crate) height: i32,
    /// One of many, narrow on every screen: values are shares, and labels for wide screens go.
    pub(crate) panel: bool,
}

fn x_axis(input: &TrendInput<'_>, rows: &[ChartRow]) -> XAxis {
    let from = rows.iter().map(|row| row.x_value).min().unwrap_or(0);
    let to = rows.iter().map(|row| row.x_value).max().unwrap_or(0);
    match input.span {
        ChartSpan::Time => XAxis::time(Timestamp::from_micros(from), Timestamp::from_micros(to)),
        ChartSpan::Order(_) => XAxis::Order { from, to },
    }
}

/// A layout in the making.
pub(crate) struct LayoutBuilder<'a> {
    input: &'a TrendInput<'a>,
    plan: LayoutPlan,
    canvas: Canvas,
    labels: Vec<Label>,
    positions: Vec<i32>,
    dense: bool,
    clamped: usize,
}

impl<'a> LayoutBuilder<'a> {
    pub(crate) fn new(input: &'a TrendInput<'a>, plan: LayoutPlan) -> Self {
        let canvas = Canvas::new(plan.x_axis, plan.y_axis, WIDTH - INSET, plan.height);
        let positions = plan.rows.iter().map(|row| canvas.place((row.x_value, 0.0)).0).collect();
        // A panel is half as wide as a chart.
        let dense = plan.rows.len() > if plan.panel { DENSE_ABOVE / 2 } else { DENSE_ABOVE };
        Self { input, plan, canvas, labels: Vec::new(), positions, dense, clamped: 0 }
    }

    pub(crate) fn finish(mut self) -> ChartLayout {
        self.draw_frame();
        if self.dense {
            let count = if self.plan.panel { columns::COLUMNS / 2 } else { columns::COLUMNS };
            columns::draw(&self.plan.rows, self.plan.y_axis, &self.canvas, count);
        } else {
            let joined = joined_rows(&self.plan.rows);
            self.draw_bands(joined.values());
            self.draw_levels(joined.values());
        }
        self.draw_runs();
        let threshold_drawn = self.draw_threshold();
        self.draw_changes();
        self.draw_runner_changes();
        self.draw_gaps();
        let failed_runs = self.failed_positions();
        // A panel is as narrow on every screen as a chart is on a phone.
        if self.plan.panel {
            self.labels = labels::for_panel(self.labels);
        }
        let notes = self.placed_notes();
        ChartLayout {
            layers: self.canvas.finish(),
            labels: self.labels,
            failed_runs,
            notes,
            height: self.plan.height,
            y_axis: self.plan.y_axis,
            scale: self.plan.scale,
            dense: self.dense,
            rows: self.plan.rows,
            positions: self.positions,
            clamped: self.clamped,
            threshold_drawn,
        }
    }

    fn draw_frame(&mut self) {
        let height = self.plan.height;
        // A label takes about 14 units: more than three of them fill a compact plot.
        let max_ticks = if height < 100 { 3 } else { 5 };
        self.canvas.grid_line(MarkRole::Grid, &[(0, height), (WIDTH, height)]);
        if self.plan.rows.is_empty() {
            return;
        }
        // Where all runs failed, any scale of values would be made up.
        if self.plan.rows.iter().any(|row| row.value.is_some()) {
            let ticks = self.plan.y_axis.key_points(max_ticks);
            self.canvas.gridlines(&ticks);
            let place = |value| self.canvas.place((0, value)).1;
            self.labels.extend(if self.plan.panel {
                labels::share_labels(&ticks, place)
            } else {
                labels::value_labels(&ticks, &self.plan.scale, place)
            });
        }
        let ticks = labels::x_ticks(self.input, self.plan.x_axis, &self.plan.rows);
        for tick in &ticks {
            let (x, _) = self.canvas.place((tick.value, 0.0));
            self.canvas.grid_line(MarkRole::Grid, &[(x, height), (x, height + CLAMP_DISTANCE)]);
        }
        let place = |at| self.canvas.place((at, 0.0)).0;
        self.labels.extend(labels::x_tick_labels(&ticks, place));
    }

    /// The usual spread around the level.
    fn draw_bands<'r>(&self, joined: impl Iterator<Item = &'r Vec<&'r ChartRow>>) {
        for rows in joined {
            let edge: Vec<(i64, f64, f64)> = rows
                .iter()
                .filter_map(|row| Some((row.x_value, row.level?, row.spread?)))
                .collect();
            // Cut at the plot: the band of a noisy series must not cover the labels.
            let (low, high) = self.plan.y_axis.bounds();
            let upper = edge.iter().map(|(at, level, spread)| (*at, (level + spread).min(high)));
            let lower = edge.iter().map(|(at, level, spread)| (*at, (level - spread).max(low)));
            self.canvas.area(MarkRole::Band, upper.chain(lower.rev()).collect());
        }
    }

    fn draw_levels<'r>(&self, joined: impl Iterator<Item = &'r Vec<&'r ChartRow>>) {
        for rows in joined {
            let line = rows.iter().filter_map(|row| Some((row.x_value, row.level?)));
            self.canvas.line(MarkRole::Level(0), line);
        }
    }

    /// Dots, hollow squares and circles, clamped squares. In a dense chart only what must stay
    /// individual.
    fn draw_runs(&mut self) {
        let (low, high) = self.plan.y_axis.bounds();
        let height = self.plan.height;
        let individual = self.dense.then(|| match self.plan.panel {
            true => vec![false; self.plan.rows.len()],
            false => columns::individual_rows(&self.plan.rows, self.input.analysis),
        });
        let mut occupied = columns::OccupiedCells::default();
        for (at, row) in self.plan.rows.iter().enumerate() {
            let Some(value) = row.value else { continue };
            let (x, y) = self.canvas.place((row.x_value, value));
            let outside = value < low || value > high;
            self.clamped += usize::from(outside);
            // Shown at the edge rather than left out: a missing dot reads as a missing run.
            let point = match outside {
                true if value > high => (x, CLAMP_DISTANCE),
                true => (x, height - CLAMP_DISTANCE),
                false => (x, y),
            };
            // An infrastructure anomaly explains the value, so its mark wins over the others.
            let role = match (row.flags.infrastructure, outside, row.flags.is_outlier) {
                (true, ..) => MarkRole::Infrastructure,
                (_, true, _) => MarkRole::Clamped,
                (.., true) => MarkRole::Outlier,
                _ => MarkRole::Run,
            };
            let show = match &individual {
                None => true,
                Some(individual) if role == MarkRole::Run => individual[at],
                Some(_) => occupied.claim(role, point),
            };
            if show {
                self.canvas.grid_dot(role, point);
            }
        }
    }

    /// The line of the threshold, from the first run of the baseline on; whether there is one.
    fn draw_threshold(&mut self) -> bool {
        let (low, high) = self.plan.y_axis.bounds();
        let Some((value, baseline)) = self.plan.threshold.zip(self.input.analysis.baseline) else {
            return false;
        };
        if !(low..=high).contains(&value) {
            return false;
        }
        // Runs before the baseline were judged against another one: the line would be false there.
        let first = self.plan.rows.iter().position(|row| row.run >= baseline.first_run);
        let Some(x) = first.map(|first| self.positions[first]) else { return false };
        let (_, y) = self.canvas.place((0, value));
        self.canvas.grid_line(MarkRole::Threshold, &[(x, y), (WIDTH, y)]);
        self.labels.push(labels::threshold_label((x, y), self.input));
        true
    }

    /// The changes within the span.
    fn placed_changes(&self) -> Vec<PlacedChange<'a>> {
        let rows = &self.plan.rows;
        let changes = self.input.analysis.changes.iter().enumerate();
        changes
            .filter_map(|(index, change)| {
                let row = rows.binary_search_by_key(&change.first_after, |row| row.run).ok()?;
                Some(PlacedChange { x: self.positions[row], index, change })
            })
            .collect()
    }

    fn draw_changes(&mut self) {
        let changes = self.placed_changes();
        let bottom = self.plan.height;
        for PlacedChange { x, change, .. } in &changes {
            let role = match (change.kind, change.is_regression, &change.status) {
                (_, _, ChangeStatus::Accepted { .. }) => MarkRole::Accepted,
                (ChangeKind::Drift, ..) => MarkRole::Drift,
                (ChangeKind::Step, true, _) => MarkRole::Regression,
                (ChangeKind::Step, false, _) => MarkRole::Improvement,
            };
            self.canvas.grid_line(role, &[(*x, 0), (*x, bottom)]);
        }
        let labels = labels::change_labels(&changes, self.input);
        self.labels.extend(labels);
    }

    /// A dotted line where a runner or a version of the benchmark is first seen.
    fn draw_runner_changes(&mut self) {
        let starts = new_segments(&self.plan.rows, &self.input.series.segments).into_iter();
        let starts: Vec<PlacedSegmentStart> =
            starts.map(|(row, text)| PlacedSegmentStart { x: self.positions[row], text }).collect();
        let newest = starts.len().saturating_sub(MAX_RUNNER_CHANGES);
        let starts = &starts[newest..];
        for PlacedSegmentStart { x, .. } in starts {
            self.canvas.grid_line(MarkRole::RunnerChange, &[(*x, 0), (*x, self.plan.height)]);
        }
        self.labels.extend(labels::runner_labels(starts));
    }

    /// A bracket on the floor from the last run before a gap to the first one after it.
    fn draw_gaps(&mut self) {
        let gaps = &self.input.analysis.gaps;
        let floor = self.plan.height;
        for gap in &gaps[gaps.len().saturating_sub(MAX_GAPS)..] {
            let Ok(after) = self.plan.rows.binary_search_by_key(gap, |row| row.run) else {
                continue;
            };
            let Some(before) = after.checked_sub(1) else { continue };
            let (from, to) = (self.positions[before], self.positions[after]);
            // Open at the top: a box would look like a value.
            let bracket = [
                (from, floor - CLAMP_DISTANCE),
                (from, floor),
                (to, floor),
                (to, floor - CLAMP_DISTANCE),
            ];
            self.canvas.grid_line(MarkRole::Gap, &bracket);
            self.labels.extend(labels::gap_label(from, to, floor));
        }
    }

    fn failed_positions(&self) -> Vec<i32> {
        let mut positions: Vec<i32> = Vec::new();
        for (row, x) in self.plan.rows.iter().zip(&self.positions) {
            let last = positions.last().copied().unwrap_or(i32::MIN / 2);
            // A night of failures would be one black bar.
            if (row.flags.has_failed || row.value.is_none())
                && (x - last).abs() >= MIN_FAILED_DISTANCE
            {
                positions.push(*x);
            }
        }
        positions
    }

    /// The newest notes of each kind. Remarks and tags are counted apart: a project that tags every
    /// week would push its remarks off the chart.
    fn placed_notes(&self) -> Vec<PlacedNote> {
        let (Some(first), Some(last)) = (self.plan.rows.first(), self.plan.rows.last()) else {
            return Vec::new();
        };
        let runs = &self.input.series.runs;
        let shown = &(runs[first.run].time..=runs[last.run].time);
        let newest = |kind: NoteKind| {
            let notes = self.input.notes.iter().enumerate().rev();
            let drawn =
                notes.filter(move |(_, note)| note.kind == kind && shown.contains(&note.time));
            drawn.take(MAX_NOTES)
        };
        newest(NoteKind::Remark)
            .chain(newest(NoteKind::Tag))
            .map(|(index, note)| {
                let at = match self.input.span {
                    ChartSpan::Time => note.time.micros(),
                    ChartSpan::Order(_) => runs.partition_point(|run| run.time < note.time) as i64,
                };
                PlacedNote { x: self.canvas.place((at, 0.0)).0, index, kind: note.kind }
            })
            .collect()
    }
}
