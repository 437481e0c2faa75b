//! The statistics of a series in small charts: the spread within a run, the noise between runs,
//! how often it ran, and how its newest values are distributed.
//!
//! 60 daily runs with their own standard deviations give four charts of 72 px, the first two with
//! one level for each stretch between changes of the series, as in its own chart above them. That
//! chart has their dates.

use std::collections::BTreeMap;

use crate::axis::{XAxis, YAxis};
use crate::backend::{MarkRole, Tone};
use crate::field::{Field, FieldBar};
use crate::frame::{AxisText, ChartFrame};
use crate::grid::{INSET, WIDTH};
use crate::input::ChartSpan;
use crate::levels::{LevelPiece, flat_pieces};
use crate::markup::paths;
use crate::place::{self, GutterLabel, GutterRole};
use crate::range;
use crate::rows::{ChartRow, gap_ends, plot_rows};
use detect::Analysis;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;
use model::text::xml::XmlText;
use model::text::{self, UnitScale};

const HEIGHT: i32 = 72;
/// Fewer runs have no statistics worth a chart.
const LEAST_RUNS: usize = 20;
const DENSE_ABOVE: usize = 60;
/// Runs of the distribution, and its bars.
const NEWEST: usize = 200;
const BINS: usize = 16;
/// Bars of runs over time, at most.
const MAX_BARS: i64 = 48;

/// One statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticChart {
    pub title: &'static str,
    /// What is shown, in a few words of plain text, not escaped.
    pub note: String,
    pub drawing: XmlText,
}

/// The statistics that the runs of a series allow; none for a few runs.
pub fn statistics(series: &Series, analysis: &Analysis) -> Vec<StatisticChart> {
    let rows = plot_rows(series, analysis, ChartSpan::Time);
    if rows.iter().filter(|row| row.value.is_some()).count() < LEAST_RUNS {
        return Vec::new();
    }
    let within = |row: &ChartRow| Some(ratio(series.runs[row.run].std.get()?, row.value?));
    let between =
        |row: &ChartRow| Some(ratio(analysis.spread.get(row.run)?, analysis.level.get(row.run)?));
    let shares = [
        ("Spread in one run", "standard deviation ÷ value", shares(&rows, within)),
        ("Noise between runs", "of 7 runs, robust", shares(&rows, between)),
    ];
    let mut charts: Vec<StatisticChart> = shares
        .into_iter()
        .filter(|(.., rows)| rows.iter().filter(|row| row.value.is_some()).count() >= LEAST_RUNS)
        .map(|(title, note, rows)| StatisticChart {
            title,
            note: note.to_owned(),
            drawing: share_chart(series, analysis, &rows),
        })
        .collect();
    charts.extend(frequency(&rows));
    charts.extend(distribution(series, &rows));
    charts
}

fn ratio(part: f64, whole: f64) -> f64 {
    (part / whole).abs()
}

/// The rows with a share in place of their value.
fn shares(rows: &[ChartRow], share: impl Fn(&ChartRow) -> Option<f64>) -> Vec<ChartRow> {
    let with_share = |row: &ChartRow| ChartRow {
        value: share(row).filter(|share| share.is_finite()),
        ..row.clone()
    };
    rows.iter().map(with_share).collect()
}

/// Shares over time, from zero.
fn share_chart(series: &Series, analysis: &Analysis, rows: &[ChartRow]) -> XmlText {
    let pieces = flat_pieces(rows, analysis);
    let high = range::bulk(rows, &pieces).high.max(0.001);
    let (_, high) = range::rounded_outward(0.0, high * 1.1);
    let y_axis = YAxis::Linear { low: 0.0, high, unit: 0.01 };
    let x_axis = time_axis(rows);
    let field = Field::new(rows, x_axis, y_axis, HEIGHT);
    let values: Vec<f64> = y_axis.ticks(3).into_iter().filter(|tick| *tick > 0.0).collect();
    field.draw_grid(&values);
    if rows.len() > DENSE_ABOVE {
        field.draw_spans();
    } else {
        field.draw_runs(None);
    }
    let gaps = gap_ends(rows, series, ChartSpan::Time);
    field.draw_levels(&pieces, &gaps, MarkRole::LevelNow(Tone::Neutral));
    let now = pieces.last().map(|piece: &LevelPiece| (GutterRole::Now, piece.to));
    let labels = values.iter().map(|tick| (GutterRole::Tick, *tick)).chain(now);
    let labels = labels
        .filter(|(_, value)| field.holds(*value))
        .map(|(role, value)| GutterLabel::new(role, field.y(value), text::percent(value)));
    let gutter = place::place_gutter(labels.collect(), HEIGHT);
    finish(field, gutter, Vec::new())
}

fn time_axis(rows: &[ChartRow]) -> XAxis {
    let at = |row: Option<&ChartRow>| Timestamp::from_micros(row.map_or(0, |row| row.x_value));
    XAxis::time(at(rows.first()), at(rows.last()))
}

/// Runs a week, a month, a quarter or a year: the shortest that gives few enough bars.
fn frequency(rows: &[ChartRow]) -> Option<StatisticChart> {
    let (first, last) = (rows.first()?.x_value, rows.last()?.x_value);
    let days = last.saturating_sub(first) / DAY_US;
    let lengths = [("week", 7), ("month", 30), ("quarter", 91), ("year", 365)];
    let (name, length) = lengths.into_iter().find(|(_, length)| days / length < MAX_BARS)?;
    let width = length * DAY_US;
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.x_value.saturating_sub(first) / width).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let y_axis = YAxis::Linear { low: 0.0, high: f64::from(most) * 1.1, unit: 1.0 };
    let x_axis = time_axis(rows);
    let field = Field::new(rows, x_axis, y_axis, HEIGHT);
    let place = |at: i64| field.canvas.place((at, 0.0)).0;
    let bars = counts.iter().map(|(bar, count)| {
        let from = first.saturating_add(bar.saturating_mul(width));
        let right = place(from.saturating_add(width)).min(WIDTH);
        FieldBar { left: place(from), right, value: f64::from(*count) }
    });
    field.draw_bars(&bars.collect::<Vec<_>>());
    let gutter = vec![GutterLabel::new(
        GutterRole::Tick,
        field.y(f64::from(most)),
        text::count(u64::from(most)),
    )];
    let note = format!("per {name}");
    Some(StatisticChart { title: "Runs", note, drawing: finish(field, gutter, Vec::new()) })
}

/// How often each size of value came in the newest runs.
fn distribution(series: &Series, rows: &[ChartRow]) -> Option<StatisticChart> {
    let values: Vec<f64> = rows.iter().rev().filter_map(|row| row.value).take(NEWEST).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return None;
    }
    // Equal steps of value: a second heap of runs is a second machine more often than noise.
    let mut counts = [0_u32; BINS];
    for value in &values {
        let bin = ((value - low) / span * BINS as f64) as usize;
        counts[bin.min(BINS - 1)] += 1;
    }
    let most = counts.iter().copied().max()?;
    let y_axis = YAxis::Linear { low: 0.0, high: f64::from(most) * 1.1, unit: 1.0 };
    let field = Field::new(&[], XAxis::Order { from: 0, to: 1 }, y_axis, HEIGHT);
    let bins = i32::try_from(BINS).unwrap_or(1);
    let left = |bin: i32| INSET + bin * (WIDTH - 2 * INSET) / bins;
    let bars = (0..).zip(counts).filter(|(_, count)| *count > 0);
    let bars = bars.map(|(bin, count)| FieldBar {
        left: left(bin),
        right: left(bin + 1),
        value: f64::from(count),
    });
    field.draw_bars(&bars.collect::<Vec<_>>());
    let scale = UnitScale::for_values([low, high], &series.unit);
    let middle = low / 2.0 + high / 2.0;
    let ends = [(INSET, low), (WIDTH / 2, middle), (WIDTH - INSET, high)];
    let ticks = ends.map(|(x, value)| AxisText { x, text: scale.number(value) });
    let gutter = vec![GutterLabel::new(
        GutterRole::Tick,
        field.y(f64::from(most)),
        text::count(u64::from(most)),
    )];
    let symbol = match scale.symbol() {
        "" => String::new(),
        symbol => format!(", {symbol}"),
    };
    let note = format!("newest {} runs{symbol}", text::count(values.len() as u64));
    Some(StatisticChart {
        title: "Distribution",
        note,
        drawing: finish(field, gutter, ticks.into()),
    })
}

fn finish(field: Field<'_>, gutter: Vec<GutterLabel>, ticks: Vec<AxisText>) -> XmlText {
    let frame = ChartFrame {
        height: HEIGHT,
        flags: Vec::new(),
        lane_rows: 0,
        gutter,
        wide_gutter: false,
        tone: Tone::Neutral,
        ticks,
        notes: Vec::new(),
        symbols: XmlText::new(),
    };
    frame.wrap(&XmlText::from(r#" aria-hidden="true""#), &paths(&field.finish(), |at| at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::ExampleChart;

    #[test]
    fn a_series_of_many_runs_has_all_statistics() {
        let sample = ExampleChart::with_everything(200);
        let charts = statistics(&sample.series, &sample.analysis);
        let titles: Vec<&str> = charts.iter().map(|chart| chart.title).collect();
        assert_eq!(titles, ["Spread in one run", "Noise between runs", "Runs", "Distribution"]);
        assert!(charts.iter().all(|chart| chart.drawing.len() < 4500));
        // Every run of the example has a spread of 1 %.
        assert!(charts[0].drawing.contains(r#"class="now">1%<"#), "{}", charts[0].drawing);
    }

    #[test]
    fn few_runs_have_none() {
        for runs in [0, 1, 19] {
            let sample = ExampleChart::with_everything(runs);
            assert_eq!(statistics(&sample.series, &sample.analysis), []);
        }
    }

    #[test]
    fn runs_without_a_spread_of_their_own_have_no_chart_of_it() {
        let mut sample = ExampleChart::with_everything(60);
        sample.series.runs.iter_mut().for_each(|run| run.std = None.into());
        let charts = statistics(&sample.series, &sample.analysis);
        assert!(charts.iter().all(|chart| chart.title != "Spread in one run"));
    }
}
