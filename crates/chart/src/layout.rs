//! The layout of a trend chart: the marks of its field and every text around it, before any byte
//! of SVG.
//!
//! Both writers read it, so that a page and its `.svg` file show the same drawing. Flags, ticks and
//! notes are candidates, most important first: a writer knows how wide the field is, and places
//! those that fit.

use crate::axis::{XAxis, YAxis};
use crate::backend::{MarkLayer, MarkRole, Tone};
use crate::calendar::TimeFrame;
use crate::field::{Field, MAX_CELLS};
use crate::flags;
use crate::frame::{AxisText, Flag};
use crate::gutter::{self, GutterValues, ThresholdValue};
use crate::input::{ChartSpan, DENSE_ABOVE, NoteKind, TrendInput};
use crate::levels::{LevelPiece, level_pieces};
use crate::place::GutterLabel;
use crate::range::{self, CHART_SPAN};
use crate::rows::{self, ChartRow, new_segments, plot_rows};
use crate::ticks;
use detect::{ChangeStatus, Verdict};
use model::record::time::Timestamp;
use model::text::UnitScale;

/// Least distance of two marks for failed runs: a night of failures would be one black bar.
const MIN_FAILED_DISTANCE: i32 = 8;
/// Dated remarks on one chart, and runs of pull requests.
const MAX_NOTES: usize = 5;
const MAX_PULLS: usize = 20;
/// New runners that have a line: more cannot be told apart.
const MAX_RUNNER_CHANGES: usize = 12;
/// Runs that a settled axis of values rests on, at least.
const LEAST_SETTLED: usize = 10;
/// Height of the field of a page's chart, and of the strip below it.
pub(crate) const CHART_HEIGHT: i32 = 240;
pub(crate) const STRIP_HEIGHT: i32 = 44;

/// All of one chart in numbers.
pub(crate) struct ChartLayout {
    /// Back to front.
    pub(crate) layers: Vec<MarkLayer>,
    pub(crate) height: i32,
    pub(crate) tone: Tone,
    pub(crate) flags: Vec<Flag>,
    pub(crate) gutter: Vec<GutterLabel>,
    pub(crate) ticks: Vec<AxisText>,
    pub(crate) gap_notes: Vec<AxisText>,
    /// Changes within the span.
    pub(crate) changes: Vec<PlacedChange>,
    /// Places across of failed runs, on the floor.
    pub(crate) failed_runs: Vec<i32>,
    pub(crate) notes: Vec<PlacedNote>,
    pub(crate) x_axis: XAxis,
    pub(crate) y_axis: YAxis,
    pub(crate) scale: UnitScale,
    pub(crate) rows: Vec<ChartRow>,
    /// Grid place of each row.
    pub(crate) positions: Vec<i32>,
    /// The first row after each gap.
    pub(crate) gap_ends: Vec<usize>,
    /// Runs outside the range of values.
    pub(crate) outside: usize,
    /// The newest level; none while there are too few runs.
    pub(crate) level: Option<f64>,
}

/// A change of the series, and its place across.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlacedChange {
    pub(crate) x: i32,
    /// Index in the changes of the analysis.
    pub(crate) index: usize,
}

/// A note on the chart.
pub(crate) struct PlacedNote {
    pub(crate) x: i32,
    /// Index in the notes of the input.
    pub(crate) index: usize,
    pub(crate) kind: NoteKind,
}

/// A layout in the making.
struct LayoutBuilder<'a> {
    input: &'a TrendInput<'a>,
    field: Field<'a>,
    pieces: &'a [LevelPiece],
    gap_ends: &'a [usize],
}

impl ChartLayout {
    /// The layout of one series in its own unit.
    pub(crate) fn of_trend(input: &TrendInput<'_>) -> Self {
        let (series, analysis) = (input.series, input.analysis);
        let rows = plot_rows(series, analysis, input.span);
        let pieces = level_pieces(&rows, analysis);
        let gap_ends = rows::gap_ends(&rows, series, input.span);
        let scale = range::field_scale(&rows, &pieces, &series.unit);
        // Of a window before the first run that is judged by them, baseline and threshold say
        // nothing.
        let first_judged = analysis.baseline.map_or(0, |baseline| baseline.first_run);
        let is_judged = rows.last().is_some_and(|last| last.run >= first_judged);
        let threshold = range::threshold_value(analysis, series.direction)
            .filter(|_| !pieces.is_empty() && is_judged);
        let y_axis = settled_axis(input, &rows, &pieces, threshold, scale.divisor());
        let x_axis = x_axis(input, &rows);
        let field = Field::new(&rows, x_axis, y_axis, CHART_HEIGHT);
        let builder = LayoutBuilder { input, field, pieces: &pieces, gap_ends: &gap_ends };
        let drawn = builder.draw(x_axis, y_axis, &scale, threshold);
        Self { scale, rows, gap_ends, ..drawn }
    }

    /// The whole history in a strip without text.
    pub(crate) fn strip(input: &TrendInput<'_>) -> Vec<MarkLayer> {
        let rows = plot_rows(input.series, input.analysis, input.span);
        let pieces = level_pieces(&rows, input.analysis);
        let gaps = rows::gap_ends(&rows, input.series, input.span);
        let y_axis = range::field_axis(range::bulk(&rows, &pieces), &pieces, CHART_SPAN, 1.0);
        let field = Field::new(&rows, x_axis(input, &rows), y_axis, STRIP_HEIGHT);
        field.draw_gaps(&gaps);
        field.draw_thin_runs();
        field.draw_levels(&pieces, &gaps, MarkRole::LevelNow(newest_tone(input)));
        field.finish()
    }
}

/// The axis of values as it was when the last step of the time frame began, while it shows the
/// newer runs as well: a chart that was drawn anew every day could not grow at its end.
fn settled_axis(
    input: &TrendInput<'_>,
    rows: &[ChartRow],
    pieces: &[LevelPiece],
    threshold: Option<f64>,
    unit: f64,
) -> YAxis {
    let shown = range::with_threshold(range::bulk(rows, pieces), threshold);
    let axis = range::field_axis(shown, pieces, CHART_SPAN, unit);
    let (first, last) = ends(rows);
    let step = TimeFrame::of(first, last).last_step;
    let older = &rows[..rows.partition_point(|row| row.x_value < step)];
    if input.span != ChartSpan::Time || older.len() < LEAST_SETTLED {
        return axis;
    }
    let pieces = level_pieces(older, input.analysis);
    // The baseline moves with the newest runs; that of an open regression does not.
    let is_open = matches!(input.analysis.verdict, Verdict::Regressed | Verdict::Accepted);
    let level = pieces.last().map(|piece| piece.to).filter(|_| !is_open);
    let threshold = threshold.map(|now| {
        let before = level.and_then(|level| {
            range::beyond_threshold(level, input.analysis.threshold, input.series.direction)
        });
        before.unwrap_or(now)
    });
    let before = range::with_threshold(range::bulk(older, &pieces), threshold);
    let settled = range::field_axis(before, &pieces, CHART_SPAN, unit);
    if settled.can_stand_for(axis, shown.low, shown.high) { settled } else { axis }
}

/// The least and the largest place across.
fn ends(rows: &[ChartRow]) -> (i64, i64) {
    let places = || rows.iter().map(|row| row.x_value);
    (places().min().unwrap_or(0), places().max().unwrap_or(0))
}

fn x_axis(input: &TrendInput<'_>, rows: &[ChartRow]) -> XAxis {
    let (from, to) = ends(rows);
    match input.span {
        ChartSpan::Time => XAxis::time(Timestamp::from_micros(from), Timestamp::from_micros(to)),
        ChartSpan::Order(_) => XAxis::Order { from, to },
    }
}

/// The color of the newest level: red only while a regression is open.
fn newest_tone(input: &TrendInput<'_>) -> Tone {
    match input.analysis.verdict {
        Verdict::Regressed => Tone::Worse,
        Verdict::Improved => Tone::Better,
        _ => Tone::Neutral,
    }
}

/// The color of the last level that is drawn: that of the newest one while no change follows.
fn last_tone(input: &TrendInput<'_>, rows: &[ChartRow]) -> Tone {
    let next = rows::next_run(rows, input.series).unwrap_or(usize::MAX);
    let is_newest = input.analysis.changes.iter().all(|change| change.first_after < next);
    if is_newest { newest_tone(input) } else { Tone::Neutral }
}

impl LayoutBuilder<'_> {
    /// Draws everything. Which mark covers which is the order of the roles, not of the calls.
    fn draw(
        self,
        x_axis: XAxis,
        y_axis: YAxis,
        scale: &UnitScale,
        threshold: Option<f64>,
    ) -> ChartLayout {
        let (input, rows) = (self.input, self.field.rows);
        let has_value = rows.iter().any(|row| row.value.is_some());
        // Where all runs failed, any scale of values would be made up.
        let ticks = if has_value { y_axis.ticks(5) } else { Vec::new() };
        let dense = rows.len() > DENSE_ABOVE;
        let tone = last_tone(input, rows);
        self.field.draw_grid(&ticks);
        if input.span == ChartSpan::Time {
            self.field.draw_gaps(self.gap_ends);
        }
        self.draw_costs();
        let outside = self.field.draw_runs(dense.then_some(MAX_CELLS));
        self.draw_pulls();
        let last = match rows::next_run(rows, input.series) {
            Some(_) => MarkRole::LevelThen(tone),
            None => MarkRole::LevelNow(tone),
        };
        self.field.draw_levels(self.pieces, self.gap_ends, last);
        let references = self.draw_references(threshold);
        let changes = self.placed_changes();
        let flags = self.draw_changes(&changes);
        let level = self.pieces.last().map(|piece| piece.to);
        let values = GutterValues {
            now: level,
            threshold: references.and_then(|it| it.threshold),
            baseline: references.map(|it| it.baseline),
            ticks: &ticks,
        };
        let gutter = gutter::labels(&values, &self.field, y_axis, scale, &input.series.unit);
        let positions = self.field.positions.clone();
        let x_ticks = match input.span {
            ChartSpan::Time => {
                ticks::time_ticks(x_axis, rows, &self.field.canvas, ticks::MAX_TICKS)
            }
            ChartSpan::Order(_) => {
                let changes = changes.iter().rev();
                let runs = changes.map(|placed| input.analysis.changes[placed.index].first_after);
                ticks::run_ticks(input.series, rows, &positions, runs)
            }
        };
        ChartLayout {
            failed_runs: self.failed_positions(),
            notes: self.placed_notes(),
            gap_notes: ticks::gap_notes(input, rows, &positions, self.gap_ends),
            layers: self.field.finish(),
            height: CHART_HEIGHT,
            tone,
            flags,
            gutter,
            ticks: x_ticks,
            changes,
            x_axis,
            y_axis,
            scale: scale.clone(),
            rows: Vec::new(),
            positions,
            gap_ends: Vec::new(),
            outside,
            level,
        }
    }

    fn row_of(&self, run: usize) -> Option<usize> {
        self.field.rows.binary_search_by_key(&run, |row| row.run).ok()
    }

    /// The first row at or after a run.
    fn row_from(&self, run: usize) -> usize {
        self.field.rows.partition_point(|row| row.run < run)
    }

    /// The area of each regression from its baseline, until it is fixed.
    fn draw_costs(&self) {
        for change in self.input.analysis.changes.iter().filter(|change| change.is_regression) {
            let end = match change.status {
                ChangeStatus::Open => usize::MAX,
                ChangeStatus::Fixed { run: Some(run) } => run,
                _ => continue,
            };
            let from = self.row_from(flags::start_of(change));
            self.field.draw_cost(self.pieces, change.before, from..self.row_from(end));
        }
    }

    fn draw_pulls(&self) {
        let (Some(first), Some(last)) = (self.field.rows.first(), self.field.rows.last()) else {
            return;
        };
        let runs = &self.input.series.runs;
        for pull in self.input.series.pulls.iter().rev().take(MAX_PULLS) {
            let Some(value) = pull.run.value.get().filter(|value| self.field.holds(*value)) else {
                continue;
            };
            let at = match self.input.span {
                ChartSpan::Time => pull.run.time.micros(),
                ChartSpan::Order(_) => runs.partition_point(|run| run.time < pull.run.time) as i64,
            };
            // The newest ones are newer than the last run of the main line: at its end.
            if at >= first.x_value {
                let point = self.field.canvas.place((at.min(last.x_value), value));
                self.field.canvas.grid_dot(MarkRole::Pull, point);
            }
        }
    }

    /// Baseline and threshold from the first run that is judged by them.
    fn draw_references(&self, threshold: Option<f64>) -> Option<References> {
        let baseline = self.input.analysis.baseline.filter(|_| threshold.is_some())?;
        let from = self.row_from(baseline.first_run);
        self.field.draw_reference(MarkRole::Baseline, baseline.value, from);
        let apart = |value: &f64| self.field.are_apart(baseline.value, *value);
        let threshold = threshold.filter(apart).map(|value| ThresholdValue {
            value,
            share: self.input.analysis.threshold,
            direction: self.input.series.direction,
        });
        if let Some(threshold) = threshold {
            self.field.draw_reference(MarkRole::Threshold, threshold.value, from);
        }
        Some(References { baseline: baseline.value, threshold })
    }

    fn placed_changes(&self) -> Vec<PlacedChange> {
        let changes = self.input.analysis.changes.iter().enumerate();
        changes
            .filter_map(|(index, change)| {
                let row = self.row_of(change.first_after)?;
                Some(PlacedChange { x: self.field.positions[row], index })
            })
            .collect()
    }

    /// The lines of changes and runners, and their flags: an open regression first, then the
    /// newest change, the largest ones, and runners.
    fn draw_changes(&self, placed: &[PlacedChange]) -> Vec<Flag> {
        let input = self.input;
        let change = |placed: &PlacedChange| &input.analysis.changes[placed.index];
        // A narrow lane drops the last ones, and the table below the chart lists all.
        let mut ordered: Vec<&PlacedChange> = placed.iter().collect();
        let newest = placed.last().map(|placed| placed.index);
        ordered.sort_by(|a, b| {
            let rank = |placed: &PlacedChange| {
                let is_open = flags::change_tone(change(placed)) == Tone::Worse;
                (!is_open, Some(placed.index) != newest)
            };
            let size = |placed: &PlacedChange| flags::log_size(change(placed));
            rank(a).cmp(&rank(b)).then_with(|| size(b).total_cmp(&size(a)))
        });
        let mut drawn: Vec<Flag> = Vec::new();
        for placed in ordered {
            self.field.draw_upright(flags::change_role(change(placed)), placed.x);
            let flag = flags::change_flag(input.series, change(placed), placed.x);
            drawn.push(Flag { href: input.links.change(placed.index), ..flag });
        }
        let starts = new_segments(self.field.rows, &input.series.segments);
        for (row, text) in starts.into_iter().rev().take(MAX_RUNNER_CHANGES) {
            let x = self.field.positions[row];
            self.field.draw_upright(MarkRole::RunnerChange, x);
            drawn.push(flags::runner_flag(text, x));
        }
        drawn
    }

    fn failed_positions(&self) -> Vec<i32> {
        let mut positions: Vec<i32> = Vec::new();
        for (row, x) in self.field.rows.iter().zip(&self.field.positions) {
            let last = positions.last().copied().unwrap_or(i32::MIN / 2);
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
        let (Some(first), Some(last)) = (self.field.rows.first(), self.field.rows.last()) else {
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
                PlacedNote { x: self.field.canvas.place((at, 0.0)).0, index, kind: note.kind }
            })
            .collect()
    }
}

/// The level lines that judge the newest runs.
#[derive(Clone, Copy)]
struct References {
    baseline: f64,
    threshold: Option<ThresholdValue>,
}
