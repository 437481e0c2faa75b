//! Small multiples: panels that share time and a relative scale, each series against its own
//! baseline. A series of 12 µs and one of 1.2 ms, each 5 % above its baseline, end at the same
//! height.
//!
//! A panel has no link and no column of titles: it is an image with a name, and the page links it.

use crate::axis::{XAxis, YAxis};
use crate::describe;
use crate::inline::{self, SvgFrame};
use crate::input::{ChartSize, TrendInput};
use crate::layout::{ChartLayout, LayoutBuilder, LayoutPlan};
use crate::markup::paths;
use crate::rows::{self, ChartRow};
use model::record::Direction;
use model::record::time::Timestamp;
use model::series::Series;
use model::text::UnitScale;
use model::text::xml::XmlText;

/// The relative range, by the side of regressions: room for twice the usual threshold there.
const REGRESSION_RANGE: f64 = 0.25;
const IMPROVEMENT_RANGE: f64 = 0.15;

/// The time that all panels of a group share: without it, a panel of three runs would look as
/// long as one of three hundred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedAxes {
    from: Timestamp,
    to: Timestamp,
}

impl SharedAxes {
    /// From the first to the last run of any of the series; none where no series has a run.
    pub fn of<'a>(group: impl IntoIterator<Item = &'a Series>) -> Option<Self> {
        let times = group.into_iter().filter_map(|series| {
            let (first, last) = (series.runs.first()?, series.runs.last()?);
            Some((first.time, last.time))
        });
        times.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map(|(from, to)| Self { from, to })
    }
}

/// The panel of one series. The level that counts as 0 % is its baseline, else its newest level,
/// else its newest value.
pub fn panel(input: &TrendInput<'_>, shared: SharedAxes) -> XmlText {
    let layout = panel_layout(input, shared);
    let drawing = paths(&layout.layers, |point| point);
    let mut texts = inline::label_texts(&layout.labels, layout.height);
    texts.push(inline::note_symbols(input, &layout));
    let frame =
        SvgFrame { id: input.id, slot: input.slot, height: layout.height, large_dots: false };
    let name = describe::short_description(input, &layout);
    frame.image(&name).wrap(&drawing, &XmlText::new(), &texts)
}

fn panel_layout(input: &TrendInput<'_>, shared: SharedAxes) -> ChartLayout {
    let mut rows = rows::plot_rows(input.series, input.analysis, input.span);
    // Values become shares of the baseline; from here on the layout is that of any other chart.
    let base = baseline_value(input, &rows);
    for row in &mut rows {
        let relative = |value: Option<f64>| base.and_then(|base| value.map(|v| v / base - 1.0));
        row.value = relative(row.value).filter(|value| value.is_finite());
        row.level = relative(row.level).filter(|level| level.is_finite());
        row.spread = base.and_then(|base| row.spread.map(|spread| spread / base.abs()));
    }
    let (low, high, threshold) = match input.series.direction {
        Direction::Unknown => (-REGRESSION_RANGE, REGRESSION_RANGE, f64::NAN),
        Direction::Lower => (-IMPROVEMENT_RANGE, REGRESSION_RANGE, input.analysis.threshold),
        Direction::Higher => (-REGRESSION_RANGE, IMPROVEMENT_RANGE, -input.analysis.threshold),
    };
    let plan = LayoutPlan {
        rows,
        x_axis: XAxis::time(shared.from, shared.to),
        y_axis: YAxis::Linear { low, high, unit: 0.01 },
        scale: UnitScale::for_value(base.unwrap_or(0.0), &input.series.unit),
        threshold: input.analysis.baseline.map(|_| threshold).filter(|it| !it.is_nan()),
        height: ChartSize::Compact.plot_height(),
        panel: true,
    };
    LayoutBuilder::new(input, plan).finish()
}

fn baseline_value(input: &TrendInput<'_>, rows: &[ChartRow]) -> Option<f64> {
    let baseline = input.analysis.baseline.map(|baseline| baseline.value);
    let level = || rows.iter().rev().find_map(|row| row.level);
    let value = || rows.iter().rev().find_map(|row| row.value);
    baseline.or_else(level).or_else(value).filter(|base| base.is_normal())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 panels stay under 300 kB before compression.
    const MOST_PANEL_BYTES: usize = 5000;

    use crate::backend::{MarkRole, Shape};
    use crate::example::{ExampleChart, ExampleLinks};

    fn last_dot(sample: &ExampleChart) -> i32 {
        let shared = SharedAxes::of([&sample.series]).unwrap();
        let layout = panel_layout(&sample.input(&ExampleLinks), shared);
        let dots = layout.layers.iter().find(|layer| layer.role == MarkRole::Run).unwrap();
        let last = dots.shapes.last().cloned();
        let Some(Shape::Dot((_, y))) = last else { panic!("no dot") };
        y
    }

    #[test]
    fn the_same_relative_change_is_at_the_same_height_at_any_scale() {
        let heights = [12e3, 1.2e6, 9e9].map(|base| {
            let mut sample =
                ExampleChart::from_values(vec![Some(base), Some(base), Some(base * 1.05)]);
            sample.analysis.baseline =
                Some(detect::Baseline { value: base, runs: 2, first_run: 0 });
            last_dot(&sample)
        });
        assert_eq!(heights, [35, 35, 35]);
    }

    #[test]
    fn panels_of_a_group_share_their_time() {
        let long = ExampleChart::with_everything(100);
        let short = ExampleChart::from_values(vec![Some(1.0), Some(1.0)]);
        let shared = SharedAxes::of([&long.series, &short.series]).unwrap();
        let layout = panel_layout(&short.input(&ExampleLinks), shared);
        assert!(layout.positions[1] < 20, "{:?}", layout.positions);
        assert_eq!(SharedAxes::of([&ExampleChart::from_values(vec![]).series]), None);
    }

    #[test]
    fn a_panel_of_any_length_is_small() {
        for runs in [200, 400, 5000] {
            let sample = ExampleChart::with_everything(runs);
            let shared = SharedAxes::of([&sample.series]).unwrap();
            let svg = panel(&sample.input(&ExampleLinks), shared);
            assert!(svg.len() <= MOST_PANEL_BYTES, "{runs} runs: {} bytes", svg.len());
        }
    }

    #[test]
    fn a_baseline_of_zero_gives_an_empty_panel() {
        let sample = ExampleChart::from_values(vec![Some(0.0); 5]);
        let shared = SharedAxes::of([&sample.series]).unwrap();
        assert!(!panel(&sample.input(&ExampleLinks), shared).contains("NaN"));
    }
}
