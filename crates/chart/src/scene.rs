//! The scene of a chart: every mark and label in grid numbers, before any byte of SVG.
//!
//! The grid is 1,000 wide and as many high as the plot has pixels; both writers read it.
//! Runs out of range are clamped to the edge, failed ones lie on the floor.

use crate::axis::{Across, Up};
use crate::backend::{Canvas, Mark, Role};
use crate::labels::{self, Label};
use crate::rows::{Row, new_segments, rows, stretches};
use crate::{DENSE_ABOVE, NoteKind, Span, TrendInput, columns, range};
use detect::{Change, ChangeKind, Status, Verdict};
use model::record::time::Timestamp;
use model::text::Scale;

/// Grid units across every chart.
pub const WIDTH: i32 = 1000;
/// Free units on either side of the data, so that dots at the ends are whole.
pub const INSET: i32 = 8;
/// Units below the floor that ticks and gap marks may use.
const BELOW: i32 = 8;
/// Distance of a clamped mark from the edge it is clamped to: half its size.
const CLAMP: i32 = 4;
/// Gaps, runner changes and failed runs that are drawn at most: more cannot be told apart.
const MOST_GAPS: usize = 40;
const MOST_RUNNERS: usize = 12;
const FAILED_APART: i32 = 8;
/// Dated remarks on one chart.
const MOST_NOTES: usize = 5;

/// All of one chart in numbers.
pub struct Scene {
    pub marks: Vec<Mark>,
    pub labels: Vec<Label>,
    /// Places across of failed runs and of remarks, on the floor.
    pub failed: Vec<i32>,
    pub notes: Vec<(i32, usize, NoteKind)>,
    pub height: i32,
    pub up: Up,
    pub scale: Scale,
    pub dense: bool,
    pub rows: Vec<Row>,
    /// Grid place of each row.
    pub places: Vec<i32>,
    /// Runs outside the range of values.
    pub clamped: usize,
    pub limit_drawn: bool,
}

impl Scene {
    /// The scene of one series in its own unit, `height` grid units high.
    pub fn of_trend(input: &TrendInput<'_>, height: i32) -> Self {
        let mut rows = rows(input.series, input.analysis, input.span);
        if input.analysis.verdict == Verdict::New {
            // Too few runs for a level: dots, and no line through them.
            rows.iter_mut().for_each(|row| (row.level, row.spread) = (None, None));
        }
        let limit = range::limit(input.analysis, input.series.better);
        let (up, scale) = range::of_rows(&rows, input.analysis, &input.series.unit, limit);
        let across = across(input, &rows);
        Draft::new(input, Plan { rows, across, up, scale, limit, height, panel: false }).finish()
    }
}

/// What a scene is drawn from.
pub struct Plan {
    pub rows: Vec<Row>,
    pub across: Across,
    pub up: Up,
    pub scale: Scale,
    pub limit: Option<f64>,
    pub height: i32,
    /// One of many, narrow on every screen: values are shares, and labels for wide screens go.
    pub panel: bool,
}

fn across(input: &TrendInput<'_>, rows: &[Row]) -> Across {
    let from = rows.iter().map(|row| row.at).min().unwrap_or(0);
    let to = rows.iter().map(|row| row.at).max().unwrap_or(0);
    match input.span {
        Span::Time => Across::time(Timestamp::from_micros(from), Timestamp::from_micros(to)),
        Span::Order(_) => Across::Order { from, to },
    }
}

/// A scene in the making.
pub struct Draft<'a> {
    input: &'a TrendInput<'a>,
    plan: Plan,
    canvas: Canvas,
    labels: Vec<Label>,
    places: Vec<i32>,
    dense: bool,
    clamped: usize,
}

impl<'a> Draft<'a> {
    pub fn new(input: &'a TrendInput<'a>, plan: Plan) -> Self {
        let canvas = Canvas::new(
            plan.across,
            plan.up,
            (INSET, WIDTH - INSET),
            plan.height,
            (WIDTH, plan.height + BELOW),
        );
        let places = plan.rows.iter().map(|row| canvas.place((row.at, 0.0)).0).collect();
        let dense = plan.rows.len() > if plan.panel { DENSE_ABOVE / 2 } else { DENSE_ABOVE };
        Self { input, plan, canvas, labels: Vec::new(), places, dense, clamped: 0 }
    }

    pub fn finish(mut self) -> Scene {
        self.frame();
        if self.dense {
            let count = if self.plan.panel { columns::COLUMNS / 2 } else { columns::COLUMNS };
            columns::draw(&self.plan.rows, self.plan.up, &self.canvas, count);
        } else {
            let stretches = stretches(&self.plan.rows);
            self.bands(stretches.values());
            self.levels(stretches.values());
        }
        self.runs();
        let limit_drawn = self.limit();
        self.events();
        self.runners();
        self.gaps();
        let failed = self.failed();
        if self.plan.panel {
            self.labels = labels::for_panel(self.labels);
        }
        let notes = self.notes();
        Scene {
            marks: self.canvas.finish(),
            labels: self.labels,
            failed,
            notes,
            height: self.plan.height,
            up: self.plan.up,
            scale: self.plan.scale,
            dense: self.dense,
            rows: self.plan.rows,
            places: self.places,
            clamped: self.clamped,
            limit_drawn,
        }
    }

    fn frame(&mut self) {
        let height = self.plan.height;
        let most = if height < 100 { 3 } else { 5 };
        self.canvas.grid_line(Role::Grid, &[(0, height), (WIDTH, height)]);
        if self.plan.rows.is_empty() {
            return;
        }
        if self.plan.rows.iter().any(|row| row.value.is_some()) {
            let ticks = self.plan.up.ticks(most);
            self.canvas.gridlines(&ticks);
            let place = |value| self.canvas.place((0, value)).1;
            self.labels.extend(if self.plan.panel {
                labels::shares(&ticks, place)
            } else {
                labels::values(&ticks, &self.plan.scale, place)
            });
        }
        let ticks = labels::ticks_across(self.input, self.plan.across, &self.plan.rows);
        for tick in &ticks {
            let (x, _) = self.canvas.place((tick.at, 0.0));
            self.canvas.grid_line(Role::Grid, &[(x, height), (x, height + CLAMP)]);
        }
        let place = |at| self.canvas.place((at, 0.0)).0;
        self.labels.extend(labels::across(&ticks, place));
    }

    fn bands<'r>(&self, stretches: impl Iterator<Item = &'r Vec<&'r Row>>) {
        for stretch in stretches {
            let edge: Vec<(i64, f64, f64)> =
                stretch.iter().filter_map(|row| Some((row.at, row.level?, row.spread?))).collect();
            let (low, high) = self.plan.up.ends();
            let upper = edge.iter().map(|(at, level, spread)| (*at, (level + spread).min(high)));
            let lower = edge.iter().map(|(at, level, spread)| (*at, (level - spread).max(low)));
            self.canvas.area(Role::Band, upper.chain(lower.rev()).collect());
        }
    }

    fn levels<'r>(&self, stretches: impl Iterator<Item = &'r Vec<&'r Row>>) {
        for stretch in stretches {
            let line = stretch.iter().filter_map(|row| Some((row.at, row.level?)));
            self.canvas.line(Role::Level(0), line);
        }
    }

    /// Dots, hollow squares and circles, clamped squares. In a dense chart only what must stay
    /// individual.
    fn runs(&mut self) {
        let (low, high) = self.plan.up.ends();
        let height = self.plan.height;
        let kept = self.dense.then(|| match self.plan.panel {
            true => vec![false; self.plan.rows.len()],
            false => columns::individual(&self.plan.rows, self.input.analysis),
        });
        let mut thinned = columns::Thinned::default();
        for (at, row) in self.plan.rows.iter().enumerate() {
            let Some(value) = row.value else { continue };
            let (x, y) = self.canvas.place((row.at, value));
            let outside = value < low || value > high;
            self.clamped += usize::from(outside);
            let point = match outside {
                true if value > high => (x, CLAMP),
                true => (x, height - CLAMP),
                false => (x, y),
            };
            let role = match (row.flags.infrastructure, outside, row.flags.outlier) {
                (true, ..) => Role::Infrastructure,
                (_, true, _) => Role::Clamped,
                (.., true) => Role::Outlier,
                _ => Role::Run,
            };
            let show = match &kept {
                None => true,
                Some(kept) if role == Role::Run => kept[at],
                Some(_) => thinned.first_near(role, point),
            };
            if show {
                self.canvas.grid_dot(role, point);
            }
        }
    }

    fn limit(&mut self) -> bool {
        let (low, high) = self.plan.up.ends();
        let Some((value, baseline)) = self.plan.limit.zip(self.input.analysis.baseline) else {
            return false;
        };
        if !(low..=high).contains(&value) {
            return false;
        }
        let first = self.plan.rows.iter().position(|row| row.run >= baseline.since);
        let Some(x) = first.map(|first| self.places[first]) else { return false };
        let (_, y) = self.canvas.place((0, value));
        self.canvas.grid_line(Role::Limit, &[(x, y), (WIDTH, y)]);
        self.labels.push(labels::limit((x, y), self.input));
        true
    }

    /// Events within the span: their place, and which they are.
    fn placed_events(&self) -> Vec<(i32, usize, &'a Change)> {
        let events = self.input.analysis.events.iter().enumerate();
        events
            .filter_map(|(index, event)| {
                let row = self.plan.rows.binary_search_by_key(&event.first, |row| row.run).ok()?;
                Some((self.places[row], index, event))
            })
            .collect()
    }

    fn events(&mut self) {
        let events = self.placed_events();
        let bottom = self.plan.height;
        for (x, _, event) in &events {
            let role = match (event.kind, event.worse, &event.status) {
                (_, _, Status::Approved { .. }) => Role::Accepted,
                (ChangeKind::Drift, ..) => Role::Neutral,
                (ChangeKind::Step, true, _) => Role::Worse,
                (ChangeKind::Step, false, _) => Role::Better,
            };
            self.canvas.grid_line(role, &[(*x, 0), (*x, bottom)]);
        }
        let labels = labels::events(&events, self.input);
        self.labels.extend(labels);
    }

    /// A dotted line where a runner or a version of the benchmark is first seen.
    fn runners(&mut self) {
        let changes: Vec<(i32, &'static str)> =
            new_segments(&self.plan.rows, &self.input.series.segments)
                .into_iter()
                .map(|(at, what)| (self.places[at], what))
                .collect();
        let newest = changes.len().saturating_sub(MOST_RUNNERS);
        let changes = &changes[newest..];
        for (x, _) in changes {
            self.canvas.grid_line(Role::Runner, &[(*x, 0), (*x, self.plan.height)]);
        }
        self.labels.extend(labels::runners(changes));
    }

    /// A bracket on the floor from the last run before a gap to the first one after it.
    fn gaps(&mut self) {
        let gaps = &self.input.analysis.gaps;
        let floor = self.plan.height;
        for gap in &gaps[gaps.len().saturating_sub(MOST_GAPS)..] {
            let Ok(after) = self.plan.rows.binary_search_by_key(gap, |row| row.run) else {
                continue;
            };
            let Some(before) = after.checked_sub(1) else { continue };
            let (from, to) = (self.places[before], self.places[after]);
            let bracket = [(from, floor - CLAMP), (from, floor), (to, floor), (to, floor - CLAMP)];
            self.canvas.grid_line(Role::Gap, &bracket);
            self.labels.extend(labels::gap(from, to, floor));
        }
    }

    fn failed(&self) -> Vec<i32> {
        let mut places: Vec<i32> = Vec::new();
        for (row, x) in self.plan.rows.iter().zip(&self.places) {
            let last = places.last().copied().unwrap_or(i32::MIN / 2);
            if (row.flags.failed || row.value.is_none()) && (x - last).abs() >= FAILED_APART {
                places.push(*x);
            }
        }
        places
    }

    fn notes(&self) -> Vec<(i32, usize, NoteKind)> {
        let (Some(first), Some(last)) = (self.plan.rows.first(), self.plan.rows.last()) else {
            return Vec::new();
        };
        let runs = &self.input.series.runs;
        let shown = &(runs[first.run].time..=runs[last.run].time);
        let newest = |kind: NoteKind| {
            let notes = self.input.notes.iter().enumerate().rev();
            let drawn =
                notes.filter(move |(_, note)| note.kind == kind && shown.contains(&note.time));
            drawn.take(MOST_NOTES)
        };
        newest(NoteKind::Remark)
            .chain(newest(NoteKind::Tag))
            .map(|(index, note)| {
                let at = match self.input.span {
                    Span::Time => note.time.micros(),
                    Span::Order(_) => runs.partition_point(|run| run.time < note.time) as i64,
                };
                (self.canvas.place((at, 0.0)).0, index, note.kind)
            })
            .collect()
    }
}
