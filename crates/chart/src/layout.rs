//! The scene of a chart: every mark and label in grid numbers, before any byte of SVG.
//!
//! The grid is 1,000 wide and as many high as the plot has pixels; both writers read it.
//! Runs out of range are clamped to the edge, failed ones lie on the floor.

use crate::axis::{XAxis, YAxis};
use crate::backend::{Canvas, Mark, MarkRole};
use crate::labels::{self, Label};
use crate::rows::{ChartRow, joined_rows, new_segments, plot_rows};
use crate::{ChartSpan, DENSE_ABOVE, NoteKind, TrendInput, columns, range};
use detect::{Change, ChangeKind, ChangeStatus, Verdict};
use model::record::time::Timestamp;
use model::text::UnitScale;

/// Grid units across every chart.
pub const WIDTH: i32 = 1000;
/// Free units on either side of the data, so that dots at the ends are whole.
pub const INSET: i32 = 8;
/// Units below the floor that ticks and gap marks may use.
const BELOW: i32 = 8;
/// Distance of a clamped mark from the edge it is clamped to: half its size.
const CLAMP_DISTANCE: i32 = 4;
/// Gaps, runner changes and failed runs that are drawn at most: more cannot be told apart.
const MAX_GAPS: usize = 40;
const MAX_RUNNER_CHANGES: usize = 12;
const MIN_FAILED_DISTANCE: i32 = 8;
/// Dated remarks on one chart.
const MAX_NOTES: usize = 5;

/// All of one chart in numbers.
pub struct ChartLayout {
    pub marks: Vec<Mark>,
    pub labels: Vec<Label>,
    /// Places across of failed runs and of remarks, on the floor.
    pub failed_runs: Vec<i32>,
    pub notes: Vec<(i32, usize, NoteKind)>,
    pub height: i32,
    pub y_axis: YAxis,
    pub scale: UnitScale,
    pub dense: bool,
    pub rows: Vec<ChartRow>,
    /// Grid place of each row.
    pub positions: Vec<i32>,
    /// Runs outside the range of values.
    pub clamped: usize,
    pub threshold_drawn: bool,
}

impl ChartLayout {
    /// The scene of one series in its own unit, `height` grid units high.
    pub fn of_trend(input: &TrendInput<'_>, height: i32) -> Self {
        let mut rows = plot_rows(input.series, input.analysis, input.span);
        if input.analysis.verdict == Verdict::New {
            // Too few runs for a level: dots, and no line through them.
            rows.iter_mut().for_each(|row| (row.level, row.spread) = (None, None));
        }
        let limit = range::threshold_value(input.analysis, input.series.direction);
        let (up, scale) = range::y_axis(&rows, input.analysis, &input.series.unit, limit);
        let across = x_axis(input, &rows);
        LayoutBuilder::new(
            input,
            LayoutPlan {
                rows,
                x_axis: across,
                y_axis: up,
                scale,
                threshold: limit,
                height,
                panel: false,
            },
        )
        .finish()
    }
}

/// What a scene is drawn from.
pub struct LayoutPlan {
    pub rows: Vec<ChartRow>,
    pub x_axis: XAxis,
    pub y_axis: YAxis,
    pub scale: UnitScale,
    pub threshold: Option<f64>,
    pub height: i32,
    /// One of many, narrow on every screen: values are shares, and labels for wide screens go.
    pub panel: bool,
}

fn x_axis(input: &TrendInput<'_>, rows: &[ChartRow]) -> XAxis {
    let from = rows.iter().map(|row| row.x_value).min().unwrap_or(0);
    let to = rows.iter().map(|row| row.x_value).max().unwrap_or(0);
    match input.span {
        ChartSpan::Time => XAxis::time(Timestamp::from_micros(from), Timestamp::from_micros(to)),
        ChartSpan::Order(_) => XAxis::Order { from, to },
    }
}

/// A scene in the making.
pub struct LayoutBuilder<'a> {
    input: &'a TrendInput<'a>,
    plan: LayoutPlan,
    canvas: Canvas,
    labels: Vec<Label>,
    positions: Vec<i32>,
    dense: bool,
    clamped: usize,
}

impl<'a> LayoutBuilder<'a> {
    pub fn new(input: &'a TrendInput<'a>, plan: LayoutPlan) -> Self {
        let canvas = Canvas::new(
            plan.x_axis,
            plan.y_axis,
            (INSET, WIDTH - INSET),
            plan.height,
            (WIDTH, plan.height + BELOW),
        );
        let places = plan.rows.iter().map(|row| canvas.place((row.x_value, 0.0)).0).collect();
        let dense = plan.rows.len() > if plan.panel { DENSE_ABOVE / 2 } else { DENSE_ABOVE };
        Self { input, plan, canvas, labels: Vec::new(), positions: places, dense, clamped: 0 }
    }

    pub fn finish(mut self) -> ChartLayout {
        self.draw_frame();
        if self.dense {
            let count = if self.plan.panel { columns::COLUMNS / 2 } else { columns::COLUMNS };
            columns::draw(&self.plan.rows, self.plan.y_axis, &self.canvas, count);
        } else {
            let stretches = joined_rows(&self.plan.rows);
            self.draw_bands(stretches.values());
            self.draw_levels(stretches.values());
        }
        self.draw_runs();
        let limit_drawn = self.draw_threshold();
        self.draw_changes();
        self.draw_runner_changes();
        self.draw_gaps();
        let failed = self.failed_positions();
        if self.plan.panel {
            self.labels = labels::for_panel(self.labels);
        }
        let notes = self.placed_notes();
        ChartLayout {
            marks: self.canvas.finish(),
            labels: self.labels,
            failed_runs: failed,
            notes,
            height: self.plan.height,
            y_axis: self.plan.y_axis,
            scale: self.plan.scale,
            dense: self.dense,
            rows: self.plan.rows,
            positions: self.positions,
            clamped: self.clamped,
            threshold_drawn: limit_drawn,
        }
    }

    fn draw_frame(&mut self) {
        let height = self.plan.height;
        let most = if height < 100 { 3 } else { 5 };
        self.canvas.grid_line(MarkRole::Grid, &[(0, height), (WIDTH, height)]);
        if self.plan.rows.is_empty() {
            return;
        }
        if self.plan.rows.iter().any(|row| row.value.is_some()) {
            let ticks = self.plan.y_axis.ticks(most);
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

    fn draw_bands<'r>(&self, stretches: impl Iterator<Item = &'r Vec<&'r ChartRow>>) {
        for stretch in stretches {
            let edge: Vec<(i64, f64, f64)> = stretch
                .iter()
                .filter_map(|row| Some((row.x_value, row.level?, row.spread?)))
                .collect();
            let (low, high) = self.plan.y_axis.bounds();
            let upper = edge.iter().map(|(at, level, spread)| (*at, (level + spread).min(high)));
            let lower = edge.iter().map(|(at, level, spread)| (*at, (level - spread).max(low)));
            self.canvas.area(MarkRole::Band, upper.chain(lower.rev()).collect());
        }
    }

    fn draw_levels<'r>(&self, stretches: impl Iterator<Item = &'r Vec<&'r ChartRow>>) {
        for stretch in stretches {
            let line = stretch.iter().filter_map(|row| Some((row.x_value, row.level?)));
            self.canvas.line(MarkRole::Level(0), line);
        }
    }

    /// Dots, hollow squares and circles, clamped squares. In a dense chart only what must stay
    /// individual.
    fn draw_runs(&mut self) {
        let (low, high) = self.plan.y_axis.bounds();
        let height = self.plan.height;
        let kept = self.dense.then(|| match self.plan.panel {
            true => vec![false; self.plan.rows.len()],
            false => columns::individual_rows(&self.plan.rows, self.input.analysis),
        });
        let mut thinned = columns::OccupiedCells::default();
        for (at, row) in self.plan.rows.iter().enumerate() {
            let Some(value) = row.value else { continue };
            let (x, y) = self.canvas.place((row.x_value, value));
            let outside = value < low || value > high;
            self.clamped += usize::from(outside);
            let point = match outside {
                true if value > high => (x, CLAMP_DISTANCE),
                true => (x, height - CLAMP_DISTANCE),
                false => (x, y),
            };
            let role = match (row.flags.infrastructure, outside, row.flags.is_outlier) {
                (true, ..) => MarkRole::Infrastructure,
                (_, true, _) => MarkRole::Clamped,
                (.., true) => MarkRole::Outlier,
                _ => MarkRole::Run,
            };
            let show = match &kept {
                None => true,
                Some(kept) if role == MarkRole::Run => kept[at],
                Some(_) => thinned.claim(role, point),
            };
            if show {
                self.canvas.grid_dot(role, point);
            }
        }
    }

    fn draw_threshold(&mut self) -> bool {
        let (low, high) = self.plan.y_axis.bounds();
        let Some((value, baseline)) = self.plan.threshold.zip(self.input.analysis.baseline) else {
            return false;
        };
        if !(low..=high).contains(&value) {
            return false;
        }
        let first = self.plan.rows.iter().position(|row| row.run >= baseline.first_run);
        let Some(x) = first.map(|first| self.positions[first]) else { return false };
        let (_, y) = self.canvas.place((0, value));
        self.canvas.grid_line(MarkRole::Threshold, &[(x, y), (WIDTH, y)]);
        self.labels.push(labels::threshold_label((x, y), self.input));
        true
    }

    /// Events within the span: their place, and which they are.
    fn placed_changes(&self) -> Vec<(i32, usize, &'a Change)> {
        let events = self.input.analysis.changes.iter().enumerate();
        events
            .filter_map(|(index, event)| {
                let row =
                    self.plan.rows.binary_search_by_key(&event.first_after, |row| row.run).ok()?;
                Some((self.positions[row], index, event))
            })
            .collect()
    }

    fn draw_changes(&mut self) {
        let events = self.placed_changes();
        let bottom = self.plan.height;
        for (x, _, event) in &events {
            let role = match (event.kind, event.is_regression, &event.status) {
                (_, _, ChangeStatus::Accepted { .. }) => MarkRole::Accepted,
                (ChangeKind::Drift, ..) => MarkRole::Drift,
                (ChangeKind::Step, true, _) => MarkRole::Regression,
                (ChangeKind::Step, false, _) => MarkRole::Improvement,
            };
            self.canvas.grid_line(role, &[(*x, 0), (*x, bottom)]);
        }
        let labels = labels::change_labels(&events, self.input);
        self.labels.extend(labels);
    }

    /// A dotted line where a runner or a version of the benchmark is first seen.
    fn draw_runner_changes(&mut self) {
        let changes: Vec<(i32, &'static str)> =
            new_segments(&self.plan.rows, &self.input.series.segments)
                .into_iter()
                .map(|(at, what)| (self.positions[at], what))
                .collect();
        let newest = changes.len().saturating_sub(MAX_RUNNER_CHANGES);
        let changes = &changes[newest..];
        for (x, _) in changes {
            self.canvas.grid_line(MarkRole::RunnerChange, &[(*x, 0), (*x, self.plan.height)]);
        }
        self.labels.extend(labels::runner_labels(changes));
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
        let mut places: Vec<i32> = Vec::new();
        for (row, x) in self.plan.rows.iter().zip(&self.positions) {
            let last = places.last().copied().unwrap_or(i32::MIN / 2);
            if (row.flags.has_failed || row.value.is_none())
                && (x - last).abs() >= MIN_FAILED_DISTANCE
            {
                places.push(*x);
            }
        }
        places
    }

    fn placed_notes(&self) -> Vec<(i32, usize, NoteKind)> {
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
                (self.canvas.place((at, 0.0)).0, index, note.kind)
            })
            .collect()
    }
}
