//! The small chart of one day in a series: the runs before it, of it and after it, with the three
//! levels as its caption. For days on which a machine, and not the code, made runs slower.
//!
//! Example: 25 runs at 12.1 ms, two at 15.4 ms with a line and the flag `25 Aug`, then 12.2 ms
//! again: `12.1 → 15.4 → 12.2 ms`.

use std::ops::Range;

use crate::axis::YAxis;
use crate::backend::{MarkRole, Tone};
use crate::field::Field;
use crate::flags;
use crate::frame::ChartFrame;
use crate::gutter::{self, GutterValues};
use crate::input::{ChartSpan, RunWindow};
use crate::key;
use crate::levels::level_pieces;
use crate::markup::paths;
use crate::range::{self, CHART_SPAN};
use crate::rows::{self, plot_rows};
use crate::small::{CardChart, order_axis};
use crate::ticks;
use detect::Analysis;
use detect::stats::median;
use model::series::Series;
use model::text::UnitScale;
use model::text::xml::XmlText;

const HEIGHT: i32 = 110;
/// Runs on either side that are drawn, and those of them that make a level.
const RUNS_BESIDE: usize = 25;
const RUNS_OF_LEVEL: usize = 10;

/// A series around the runs of a day; their indices need not exist.
pub fn day_card(series: &Series, analysis: &Analysis, day: Range<usize>) -> CardChart {
    let to = day.end.saturating_add(RUNS_BESIDE).min(series.runs.len());
    let window = RunWindow { from: day.start.saturating_sub(RUNS_BESIDE).min(to), to };
    let span = ChartSpan::Order(window);
    let rows = plot_rows(series, analysis, span);
    let pieces = level_pieces(&rows, analysis);
    let scale = range::field_scale(&rows, &pieces, &series.unit);
    // The day is the point of the chart: its runs widen the range, however few they are.
    let shown = rows.iter().filter_map(|row| row.value);
    let (low, high) =
        shown.fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it), high.max(it)));
    let bulk = range::bulk(&rows, &pieces);
    let bulk = range::ValueRange { low: bulk.low.min(low), high: bulk.high.max(high) };
    let y_axis = range::field_axis(bulk, &pieces, CHART_SPAN, scale.divisor());
    let field = Field::new(&rows, order_axis(&rows), y_axis, HEIGHT);
    let has_value = rows.iter().any(|row| row.value.is_some());
    let ticks = if has_value { y_axis.ticks(3) } else { Vec::new() };
    field.draw_grid(&ticks);
    field.draw_runs(None);
    let last = match rows::next_run(&rows, series) {
        Some(_) => MarkRole::LevelThen(Tone::Neutral),
        None => MarkRole::LevelNow(Tone::Neutral),
    };
    field.draw_levels(&pieces, &rows::gap_ends(&rows, series, span), last);
    let first = rows.iter().position(|row| day.contains(&row.run));
    let place = first.map(|row| field.positions[row]);
    if let Some(x) = place {
        field.draw_upright(MarkRole::Change(Tone::Neutral), x);
    }
    let values = GutterValues { now: None, threshold: None, baseline: None, ticks: &ticks };
    let frame = ChartFrame {
        height: HEIGHT,
        flags: place.map(|x| flags::day_flag(series, day.start, x)).into_iter().collect(),
        lane_rows: 1,
        gutter: gutter::labels(&values, &field, y_axis, &scale, &series.unit),
        wide_gutter: false,
        tone: Tone::Neutral,
        ticks: ticks::run_ticks(series, &rows, &field.positions, Some(day.start)),
        notes: Vec::new(),
        symbols: XmlText::new(),
    };
    let layers = field.finish();
    CardChart {
        drawing: frame.wrap(&XmlText::from(r#" aria-hidden="true""#), &paths(&layers, |at| at)),
        caption: caption(series, analysis, &day, matches!(y_axis, YAxis::Log { .. })),
        key: key::key(&layers),
    }
}

/// `12.1 → 15.4 → 12.2 ms`; a side without runs is left out.
fn caption(series: &Series, analysis: &Analysis, day: &Range<usize>, is_log: bool) -> String {
    let count = series.runs.len();
    let of = |runs: Range<usize>| -> Vec<f64> {
        runs.filter_map(|run| series.runs.get(run)?.value.get()).collect()
    };
    let is_usual = |run: &usize| analysis.flags.get(*run).is_none_or(|flags| !flags.infrastructure);
    let usual = |runs: &mut dyn Iterator<Item = usize>| -> Vec<f64> {
        let values = runs.filter(is_usual).filter_map(|run| series.runs.get(run)?.value.get());
        values.take(RUNS_OF_LEVEL).collect()
    };
    let sides = [
        usual(&mut (0..day.start.min(count)).rev()),
        of(day.clone()),
        usual(&mut (day.end.min(count)..count)),
    ];
    let levels: Vec<f64> = sides.iter().filter_map(|values| median(values)).collect();
    let scale = UnitScale::for_values(levels.iter().copied(), &series.unit);
    let last = levels.len().saturating_sub(1);
    let words = levels.iter().enumerate().map(|(at, level)| match at == last {
        true => scale.quantity(*level),
        false => scale.number(*level),
    });
    let words = words.collect::<Vec<_>>().join(" → ");
    if is_log { format!("{words}, log scale") } else { words }
}
