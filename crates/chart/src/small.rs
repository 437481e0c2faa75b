//! The small charts of overviews: a card around one change, a tile for a benchmark, a cell for one
//! backend beside others. All are in the order of runs: 506 days without runs would be white.
//!
//! A regression from 35 µs to 41 ms is a card of two levels on a log axis, the area between them
//! filled, with `Jan 12: 1,168× slower` in its lane and `41.0 ms`, `35.1 µs` in its gutter.

use crate::axis::{XAxis, YAxis};
use crate::backend::{MarkLayer, MarkRole, Tone};
use crate::field::{Field, MAX_CELLS};
use crate::flags;
use crate::frame::{ChartFrame, Flag};
use crate::grid::WIDTH;
use crate::gutter::{self, GutterValues, ThresholdValue};
use crate::input::{ChartSpan, DENSE_ABOVE, RunWindow};
use crate::key::{self, KeyMark};
use crate::levels::{LevelPiece, level_pieces};
use crate::markup::paths;
use crate::range::{self, CHART_SPAN, SMALL_SPAN, ValueRange};
use crate::rows::{self, ChartRow, plot_rows};
use crate::ticks;
use detect::{Analysis, Change, ChangeStatus, Verdict};
use model::series::Series;
use model::text;
use model::text::xml::XmlText;

/// Runs of a tile or cell, and at most where an open regression is older.
const RUNS: usize = 110;
const MOST_RUNS: usize = 400;
/// Runs before a change that a card shows at least.
const RUNS_BEFORE: usize = 30;
const TILE_HEIGHT: i32 = 48;
const CELL_HEIGHT: i32 = 36;

/// How much room a card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardSize {
    /// An open regression: a field of 150 px.
    Open,
    /// One of the series of a group: 110 px.
    Member,
    /// An improvement or a closed regression: 84 px.
    Closed,
}

impl CardSize {
    fn height(self) -> i32 {
        match self {
            Self::Open => 150,
            Self::Member => 110,
            Self::Closed => 84,
        }
    }
}

/// The chart of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardChart {
    /// A `<div class="ch">`, hidden from screen readers: the card says it in words.
    pub drawing: XmlText,
    /// What the values do, not escaped: `35.1 µs → 41.0 ms, log scale`.
    pub caption: String,
    pub key: Vec<KeyMark>,
}

/// One series around a change, by its index in the changes of the analysis; without one, its
/// newest runs. The change has its flag, its baseline, and while it is an open regression the
/// filled area of what it costs.
pub fn card(
    series: &Series,
    analysis: &Analysis,
    change: Option<usize>,
    size: CardSize,
) -> CardChart {
    let CardParts { frame, layers, caption } = card_parts(series, analysis, change, size);
    CardChart {
        drawing: frame.wrap(&XmlText::from(r#" aria-hidden="true""#), &paths(&layers, |at| at)),
        caption,
        key: key::key(&layers),
    }
}

/// A card before it is written.
pub(crate) struct CardParts {
    pub(crate) frame: ChartFrame,
    pub(crate) layers: Vec<MarkLayer>,
    caption: String,
}

pub(crate) fn card_parts(
    series: &Series,
    analysis: &Analysis,
    change: Option<usize>,
    size: CardSize,
) -> CardParts {
    let change = change.and_then(|index| analysis.changes.get(index));
    let span = ChartSpan::Order(card_window(series.runs.len(), change));
    let rows = plot_rows(series, analysis, span);
    let pieces = level_pieces(&rows, analysis);
    let scale = range::field_scale(&rows, &pieces, &series.unit);
    let y_axis =
        range::field_axis(range::bulk(&rows, &pieces), &pieces, CHART_SPAN, scale.divisor());
    let field = Field::new(&rows, order_axis(&rows), y_axis, size.height());
    let tone = level_tone(analysis, change);
    // Where there is no run, any scale of values would be made up.
    let has_value = rows.iter().any(|row| row.value.is_some());
    let ticks = if has_value { y_axis.ticks(3) } else { Vec::new() };
    field.draw_grid(&ticks);
    let start = change.map(|change| rows.partition_point(|row| row.run < flags::start_of(change)));
    let baseline = change.map(|change| change.before).filter(|value| value.is_finite());
    if let (Some(start), Some(before)) = (start, baseline) {
        if tone == Tone::Worse {
            field.draw_cost(&pieces, before, start..usize::MAX);
        }
        field.draw_reference(MarkRole::Baseline, before, start);
    }
    let threshold = baseline.filter(|_| size != CardSize::Closed).and_then(|before| {
        range::beyond_threshold(before, analysis.threshold, series.direction)
            .filter(|value| field.are_apart(before, *value))
    });
    if let (Some(start), Some(threshold)) = (start, threshold) {
        field.draw_reference(MarkRole::Threshold, threshold, start);
    }
    field.draw_runs((rows.len() > DENSE_ABOVE).then_some(MAX_CELLS));
    let last = match rows::next_run(&rows, series) {
        Some(_) => MarkRole::LevelThen(tone),
        None => MarkRole::LevelNow(tone),
    };
    field.draw_levels(&pieces, &rows::gap_ends(&rows, series, span), last);
    let flags = card_flags(series, &field, change);
    let values = GutterValues {
        now: pieces.last().map(|piece| piece.to),
        threshold: threshold.map(|value| ThresholdValue {
            value,
            share: analysis.threshold,
            direction: series.direction,
        }),
        baseline,
        ticks: &ticks,
    };
    let changed = change.map(|change| change.first_after);
    let frame = ChartFrame {
        height: size.height(),
        flags,
        lane_rows: 1,
        gutter: gutter::labels(&values, &field, y_axis, &scale, &series.unit),
        wide_gutter: false,
        tone,
        ticks: ticks::run_ticks(series, &rows, &field.positions, changed),
        notes: Vec::new(),
        symbols: XmlText::new(),
    };
    let layers = field.finish();
    let caption = caption(series, change, &pieces, y_axis.is_log());
    CardParts { frame, layers, caption }
}

/// The runs around a change to the newest one; half as many before as after it, and at least 30.
fn card_window(count: usize, change: Option<&Change>) -> RunWindow {
    let from = match change {
        Some(change) => {
            let start = flags::start_of(change).min(count);
            start.saturating_sub(RUNS_BEFORE.max((count - start) / 2))
        }
        None => count.saturating_sub(RUNS),
    };
    RunWindow { from, to: count }
}

/// The color of the newest level: red while the regression is open.
fn level_tone(analysis: &Analysis, change: Option<&Change>) -> Tone {
    match change {
        Some(change) => match (change.is_regression, &change.status) {
            (true, ChangeStatus::Open) => Tone::Worse,
            (true, ChangeStatus::Fixed { .. }) | (false, _) => Tone::Better,
            (true, _) => Tone::Neutral,
        },
        None => match analysis.verdict {
            Verdict::Regressed => Tone::Worse,
            Verdict::Improved => Tone::Better,
            _ => Tone::Neutral,
        },
    }
}

pub(crate) fn order_axis(rows: &[ChartRow]) -> XAxis {
    let at = |row: Option<&ChartRow>| row.map_or(0, |row| row.x_value);
    XAxis::Order { from: at(rows.first()), to: at(rows.last()) }
}

fn card_flags(series: &Series, field: &Field<'_>, change: Option<&Change>) -> Vec<Flag> {
    let Some(change) = change else { return Vec::new() };
    let place = |run: usize| {
        let row = field.rows.binary_search_by_key(&run, |row| row.run).ok()?;
        Some(field.positions[row])
    };
    // The lane of a card has one row: what comes first is what stays.
    let mut drawn = Vec::new();
    if let Some(x) = place(change.first_after) {
        let flag = flags::change_flag(series, change, x);
        field.draw_upright(flags::change_role(change), x);
        drawn.push(flag);
    }
    if let ChangeStatus::Fixed { run: Some(run) } = change.status
        && let Some(x) = place(run)
    {
        field.draw_upright(MarkRole::Change(Tone::Better), x);
        drawn.push(flags::fixed_flag(series, run, x));
    }
    for (row, text) in rows::new_segments(field.rows, &series.segments) {
        field.draw_upright(MarkRole::RunnerChange, field.positions[row]);
        drawn.push(flags::runner_flag(text, field.positions[row]));
    }
    drawn
}

fn caption(
    series: &Series,
    change: Option<&Change>,
    pieces: &[LevelPiece],
    is_log: bool,
) -> String {
    let quantity = |value: f64| text::UnitScale::for_value(value, &series.unit).quantity(value);
    let values = match (change, pieces.last()) {
        (Some(change), _) => text::levels(change.before, change.after, &series.unit),
        (None, Some(piece)) => quantity(piece.to),
        (None, None) => String::new(),
    };
    if is_log { format!("{values}, log scale") } else { values }
}

/// The newest 110 runs of a series without text, 48 px high; more where an open regression is
/// older, so that both of its levels are in view.
pub fn tile(series: &Series, analysis: &Analysis) -> XmlText {
    let count = series.runs.len();
    let open = analysis
        .open_regressions()
        .next_back()
        .map(|change| count - flags::start_of(change).min(count));
    let runs = open.map_or(RUNS, |after| (after + RUNS_BEFORE).clamp(RUNS, MOST_RUNS));
    let window = RunWindow { from: count.saturating_sub(runs), to: count };
    let rows = plot_rows(series, analysis, ChartSpan::Order(window));
    let pieces = level_pieces(&rows, analysis);
    let y_axis = range::field_axis(range::bulk(&rows, &pieces), &pieces, SMALL_SPAN, 1.0);
    let field = Field::new(&rows, order_axis(&rows), y_axis, TILE_HEIGHT);
    plain(field, &pieces, analysis, series, SmallClass { name: "sp tile", height: TILE_HEIGHT })
}

/// What the cells of a row share: the number of runs across, and the range of values relative to
/// each series' own baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedRow {
    runs: usize,
    low: f64,
    high: f64,
}

impl SharedRow {
    /// The row of these series: at least ±15 % around their baselines.
    pub fn of<'a>(members: impl IntoIterator<Item = (&'a Series, &'a Analysis)>) -> Self {
        let mut row = Self { runs: 1, low: 1.0 - SMALL_SPAN / 2.0, high: 1.0 + SMALL_SPAN / 2.0 };
        for (series, analysis) in members {
            row.runs = row.runs.max(series.runs.len().min(RUNS));
            let (rows, pieces) = relative_rows(series, analysis);
            let ValueRange { low, high } = range::bulk(&rows, &pieces);
            (row.low, row.high) = (row.low.min(low), row.high.max(high));
        }
        row
    }
}

/// One series of a row, 36 px high, without text: beside it stand the others, on one scale.
pub fn cell(series: &Series, analysis: &Analysis, shared: &SharedRow) -> XmlText {
    let (rows, pieces) = relative_rows(series, analysis);
    let y_axis = match shared.low > 0.0 && shared.high / shared.low > 10.0 {
        true => YAxis::Log { low: shared.low / 1.2, high: shared.high * 1.2, unit: 1.0 },
        false => {
            let room = (shared.high - shared.low) * 0.08;
            YAxis::Linear { low: shared.low - room, high: shared.high + room, unit: 1.0 }
        }
    };
    let index = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let count = index(series.runs.len());
    // Aligned at the newest run: a new series is a dot at the right end.
    let x_axis = XAxis::Order { from: count - index(shared.runs), to: count - 1 };
    let field = Field::new(&rows, x_axis, y_axis, CELL_HEIGHT);
    plain(field, &pieces, analysis, series, SmallClass { name: "sp mini", height: CELL_HEIGHT })
}

/// The newest runs and their levels as multiples of the baseline, else of the newest value.
fn relative_rows(series: &Series, analysis: &Analysis) -> (Vec<ChartRow>, Vec<LevelPiece>) {
    let count = series.runs.len();
    let window = RunWindow { from: count.saturating_sub(RUNS), to: count };
    let mut rows = plot_rows(series, analysis, ChartSpan::Order(window));
    let mut pieces = level_pieces(&rows, analysis);
    let baseline = analysis.baseline.map(|baseline| baseline.value);
    let newest = || rows.iter().rev().find_map(|row| row.value);
    let Some(base) = baseline.or_else(newest).filter(|base| base.is_normal()) else {
        return (Vec::new(), Vec::new());
    };
    for row in &mut rows {
        row.value = row.value.map(|value| value / base).filter(|share| share.is_finite());
    }
    for piece in &mut pieces {
        (piece.from, piece.to) = (piece.from / base, piece.to / base);
    }
    pieces.retain(|piece| piece.from.is_finite() && piece.to.is_finite());
    (rows, pieces)
}

struct SmallClass {
    name: &'static str,
    height: i32,
}

/// Dots and levels in a drawing of its own, without marks for what is unusual.
fn plain(
    field: Field<'_>,
    pieces: &[LevelPiece],
    analysis: &Analysis,
    series: &Series,
    class: SmallClass,
) -> XmlText {
    let values = field.rows.iter().zip(&field.positions);
    let points: Vec<(i32, f64)> = values.filter_map(|(row, x)| Some((*x, row.value?))).collect();
    for (x, value) in points.iter().filter(|(_, value)| field.holds(*value)) {
        field.canvas.grid_dot(MarkRole::Run, (*x, field.y(*value)));
    }
    let span = ChartSpan::Order(RunWindow { from: 0, to: series.runs.len() });
    let gaps = rows::gap_ends(field.rows, series, span);
    field.draw_levels(pieces, &gaps, MarkRole::LevelNow(level_tone(analysis, None)));
    if let (true, Some((x, value))) = (pieces.is_empty(), points.last()) {
        field.canvas.grid_dot(MarkRole::LevelEnd(Tone::Neutral), (*x, field.y(*value)));
    }
    let mut out = XmlText::with_capacity(1024);
    out.push(r#"<svg class=""#).push(class.name).push(r#"" viewBox="0 0 "#).push(WIDTH);
    out.push(" ").push(class.height).push(r#"" preserveAspectRatio="none" aria-hidden="true">"#);
    out.push(paths(&field.finish(), |at| at)).push("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::ExampleChart;

    fn open_card(sample: &ExampleChart) -> CardChart {
        card(&sample.series, &sample.analysis, Some(0), CardSize::Open)
    }

    #[test]
    fn a_card_names_its_change_and_both_levels() {
        let drawn = open_card(&ExampleChart::thousandfold(120));
        assert_eq!(drawn.caption, "35.0\u{202f}µs → 41.0\u{202f}ms, log scale");
        for text in ["9 May: 1,171× slower", ">41.0\u{202f}ms<", ">35.0\u{202f}µs<"] {
            assert!(drawn.drawing.contains(text), "{text} in {}", drawn.drawing);
        }
        assert!(drawn.drawing.contains(r#"class="cost""#));
    }

    #[test]
    fn a_gradual_change_is_a_slope_to_its_end() {
        let drawn = open_card(&ExampleChart::gradual(60)).drawing;
        let path = drawn.split(r#"class="lv w" d=""#).nth(1).expect("a newest level");
        assert!(path.split('"').next().is_some_and(|path| path.contains('-')), "{path}");
        assert!(drawn.contains("threshold passed 22 May"), "{drawn}");
    }

    #[test]
    fn only_an_open_regression_is_red() {
        let mut sample = ExampleChart::thousandfold(60);
        sample.analysis.changes[0].status = ChangeStatus::Explained;
        sample.analysis.verdict = Verdict::Unchanged;
        let drawn = open_card(&sample).drawing;
        assert!(!drawn.contains(r#"class="cost""#) && !drawn.contains(r#"lv w"#), "{drawn}");
        assert!(!tile(&sample.series, &sample.analysis).contains(r#"lv w"#));
    }

    #[test]
    fn series_of_a_row_share_their_scale() {
        let (quiet, loud) = (ExampleChart::gradual(60), ExampleChart::thousandfold(60));
        let members = [&quiet, &loud].map(|it| (&it.series, &it.analysis));
        let alone = SharedRow::of([members[0]]);
        let both = SharedRow::of(members);
        let of = |shared| cell(&quiet.series, &quiet.analysis, shared);
        assert_ne!(of(&alone), of(&both));
    }

    #[test]
    fn a_series_of_any_length_has_a_small_chart() {
        for runs in [0, 1, 2, 7, 5000] {
            let sample = ExampleChart::with_everything(runs);
            let (series, analysis) = (&sample.series, &sample.analysis);
            let shared = SharedRow::of([(series, analysis)]);
            assert!(cell(series, analysis, &shared).len() < 2000);
            assert!(tile(series, analysis).len() < 4500);
            assert!(open_card(&sample).drawing.len() < 12_000);
        }
    }
}
