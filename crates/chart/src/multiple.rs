//! Small multiples: panels that share time and a relative scale, each series against its own
//! baseline. A series of 12 µs and one of 1.2 ms, each 5 % above its baseline, end at the same
//! height.
//!
//! A panel has no link and no column of titles: it is an image with a name, and the page links it.

use crate::axis::{XAxis, YAxis};
use crate::backend::{MarkRole, Tone};
use crate::describe;
use crate::field::Field;
use crate::frame::ChartFrame;
use crate::input::{ChartSpan, TrendInput};
use crate::levels::{LevelPiece, level_pieces};
use crate::markup::paths;
use crate::place::{self, GutterLabel, GutterRole};
use crate::range::{self, ValueRange};
use crate::rows::{self, ChartRow, plot_rows};
use crate::ticks;
use detect::{Analysis, Verdict};
use model::record::time::Timestamp;
use model::series::Series;
use model::text::xml::XmlText;
use model::text::{self, UnitScale};

const HEIGHT: i32 = 64;
/// The relative range that a group has at least.
const LEAST_LOW: f64 = -0.10;
const LEAST_HIGH: f64 = 0.20;
/// More runs than this are drawn as spans: a panel is a third of a page wide.
const DENSE_ABOVE: usize = 60;
/// Dates below a panel.
const MAX_TICKS: usize = 3;
/// Characters of a label that a gutter of the usual width holds: `28.7 MiB` needs a wide one.
const MAX_GUTTER_CHARS: usize = 7;

/// The time and the relative range that all panels of a group share: without the first, a panel of
/// three runs would look as long as one of three hundred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedAxes {
    from: Timestamp,
    to: Timestamp,
    low: f64,
    high: f64,
    has_dates: bool,
}

impl SharedAxes {
    /// From the first to the last run of any of the series, and the bulk of their values; none
    /// where no series has a run.
    pub fn of<'a>(group: impl IntoIterator<Item = (&'a Series, &'a Analysis)>) -> Option<Self> {
        let members = group.into_iter().filter_map(|(series, analysis)| {
            let (first, last) = (series.runs.first()?, series.runs.last()?);
            let (rows, pieces) = relative_rows(series, analysis);
            let ValueRange { low, high } = range::bulk(&rows, &pieces);
            Some(Self { from: first.time, to: last.time, low, high, has_dates: true })
        });
        let all = members.reduce(|a, b| Self {
            from: a.from.min(b.from),
            to: a.to.max(b.to),
            low: a.low.min(b.low),
            high: a.high.max(b.high),
            has_dates: true,
        });
        all.map(|all| Self { low: all.low.min(LEAST_LOW), high: all.high.max(LEAST_HIGH), ..all })
    }

    /// The same time with the range of one series: metrics of different kinds share no scale.
    #[must_use]
    pub fn with_range_of(self, series: &Series, analysis: &Analysis) -> Self {
        let of_one = Self::of([(series, analysis)]);
        of_one.map_or(self, |one| Self { low: one.low, high: one.high, ..self })
    }

    /// The same without dates where the chart of a series above the panels has them: both have the
    /// same frame.
    #[must_use]
    pub fn below_chart_of(self, series: &Series) -> Self {
        let own = series.runs.first().zip(series.runs.last());
        let own = own.map(|(first, last)| XAxis::time(first.time, last.time));
        Self { has_dates: own != Some(XAxis::time(self.from, self.to)), ..self }
    }

    fn y_axis(self) -> YAxis {
        let room = (self.high - self.low) * 0.08;
        let (low, high) = range::rounded_outward(self.low - room, self.high + room);
        YAxis::Linear { low, high, unit: 0.01 }
    }
}

/// The panel of one series. The level that counts as 0 % is its baseline, else its newest value.
pub fn panel(input: &TrendInput<'_>, shared: SharedAxes) -> XmlText {
    let (series, analysis) = (input.series, input.analysis);
    let (rows, pieces) = relative_rows(series, analysis);
    let x_axis = XAxis::time(shared.from, shared.to);
    let field = Field::new(&rows, x_axis, shared.y_axis(), HEIGHT);
    let gaps = rows::gap_ends(&rows, series, ChartSpan::Time);
    let tone = match analysis.verdict {
        Verdict::Regressed => Tone::Worse,
        Verdict::Improved => Tone::Better,
        _ => Tone::Neutral,
    };
    let values = shared.y_axis().ticks(3);
    field.draw_grid(&values);
    field.draw_gaps(&gaps);
    if rows.len() > DENSE_ABOVE {
        field.draw_spans();
    } else {
        field.draw_runs(None);
    }
    field.draw_levels(&pieces, &gaps, MarkRole::LevelNow(tone));
    for (row, _) in rows::new_segments(&rows, &series.segments) {
        field.draw_upright(MarkRole::RunnerChange, field.positions[row]);
    }
    let gutter = gutter(input, &field, &pieces, &values);
    let frame = ChartFrame {
        height: HEIGHT,
        flags: Vec::new(),
        lane_rows: 0,
        wide_gutter: gutter.iter().any(|label| label.text.chars().count() > MAX_GUTTER_CHARS),
        gutter,
        tone,
        ticks: if shared.has_dates {
            ticks::time_ticks(x_axis, &rows, &field.canvas, MAX_TICKS)
        } else {
            Vec::new()
        },
        notes: Vec::new(),
        symbols: XmlText::new(),
    };
    let mut attributes = XmlText::from(r#" role="img" aria-label=""#);
    attributes.push_text(&describe::short_description(input)).push(r#"""#);
    frame.wrap(&attributes, &paths(&field.finish(), |point| point))
}

/// The newest level in its own unit, and the shares of the gridlines.
fn gutter(
    input: &TrendInput<'_>,
    field: &Field<'_>,
    pieces: &[LevelPiece],
    ticks: &[f64],
) -> Vec<GutterLabel> {
    let mut labels = Vec::new();
    let base = base(input.series, input.analysis);
    if let Some((piece, base)) = pieces.last().zip(base).filter(|(piece, _)| field.holds(piece.to))
    {
        let level = (piece.to + 1.0) * base;
        let text = UnitScale::for_value(level, &input.series.unit).quantity(level);
        labels.push(GutterLabel::new(GutterRole::Now, field.y(piece.to), text));
    }
    for tick in ticks.iter().filter(|tick| **tick != 0.0) {
        let sign = if *tick > 0.0 { "+" } else { "" };
        let text = format!("{sign}{}", text::percent(*tick));
        labels.push(GutterLabel::new(GutterRole::Tick, field.y(*tick), text));
    }
    place::place_gutter(labels, HEIGHT)
}

/// The value that counts as 0 %.
fn base(series: &Series, analysis: &Analysis) -> Option<f64> {
    let baseline = analysis.baseline.map(|baseline| baseline.value);
    let newest = || series.runs.iter().rev().find_map(|run| run.value.get());
    baseline.or_else(newest).filter(|base| base.is_normal()).map(in_percents)
}

/// The value in steps of at most one percent: less than a pixel of a panel, and a baseline that
/// moves with every run moves nothing that is drawn.
fn in_percents(value: f64) -> f64 {
    let power = 10f64.powi(value.abs().log10().floor() as i32);
    let digits = value / power;
    let steps = if digits.abs() < 5.0 { 100.0 } else { 20.0 };
    let rounded = (digits * steps).round() / steps * power;
    if rounded.is_normal() { rounded } else { value }
}

/// All runs and levels as shares above the baseline; from here on they are drawn like any other.
fn relative_rows(series: &Series, analysis: &Analysis) -> (Vec<ChartRow>, Vec<LevelPiece>) {
    let mut rows = plot_rows(series, analysis, ChartSpan::Time);
    let mut pieces = level_pieces(&rows, analysis);
    let base = base(series, analysis);
    let relative = |value: f64| base.map(|base| value / base - 1.0);
    for row in &mut rows {
        row.value = row.value.and_then(relative).filter(|value| value.is_finite());
    }
    pieces.retain_mut(|piece| {
        let (Some(from), Some(to)) = (relative(piece.from), relative(piece.to)) else {
            return false;
        };
        (piece.from, piece.to) = (from, to);
        from.is_finite() && to.is_finite()
    });
    (rows, pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 panels stay under 90 kB before compression.
    const MOST_PANEL_BYTES: usize = 1500;

    use crate::example::{ExampleChart, ExampleLinks};

    fn members(samples: &[ExampleChart]) -> Vec<(&Series, &Analysis)> {
        samples.iter().map(|it| (&it.series, &it.analysis)).collect()
    }

    #[test]
    fn the_same_relative_change_is_at_the_same_height_at_any_scale() {
        let samples = [12e3, 1.2e6, 9e9].map(|base| {
            let mut sample =
                ExampleChart::from_values(vec![Some(base), Some(base), Some(base * 1.05)]);
            sample.analysis.baseline =
                Some(detect::Baseline { value: base, runs: 2, first_run: 0 });
            sample
        });
        let shared = SharedAxes::of(members(&samples)).unwrap();
        let field = |sample: &ExampleChart| {
            let svg = panel(&sample.input(&ExampleLinks), shared);
            svg.split_once("class=\"fd\"").unwrap().1.split_once("</svg>").unwrap().0.to_owned()
        };
        assert_eq!(field(&samples[0]), field(&samples[1]));
        assert_eq!(field(&samples[0]), field(&samples[2]));
    }

    #[test]
    fn panels_of_a_group_share_their_time_and_range() {
        let long = ExampleChart::with_everything(100);
        let short = ExampleChart::from_values(vec![Some(1.0), Some(1.0)]);
        let alone = SharedAxes::of(members(std::slice::from_ref(&short))).unwrap();
        let both = SharedAxes::of(members(&[long, short])).unwrap();
        assert!(alone.to < both.to && alone.from == both.from);
        assert!(alone.low >= both.low && alone.high <= both.high);
        assert_eq!(SharedAxes::of(members(&[ExampleChart::from_values(vec![])])), None);
    }

    #[test]
    fn a_panel_of_any_length_is_small() {
        for runs in [200, 400, 5000] {
            let sample = ExampleChart::with_everything(runs);
            let shared = SharedAxes::of([(&sample.series, &sample.analysis)]).unwrap();
            let svg = panel(&sample.input(&ExampleLinks), shared);
            assert!(svg.len() <= MOST_PANEL_BYTES, "{runs} runs: {} bytes", svg.len());
        }
    }

    #[test]
    fn a_baseline_of_zero_gives_an_empty_panel() {
        let sample = ExampleChart::from_values(vec![Some(0.0); 5]);
        let shared = SharedAxes::of([(&sample.series, &sample.analysis)]).unwrap();
        assert!(!panel(&sample.input(&ExampleLinks), shared).contains("NaN"));
    }
}
