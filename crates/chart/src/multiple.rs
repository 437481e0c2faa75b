//! Small multiples: panels that share time and a relative scale, each series against its own
//! baseline, so that one of 12 µs and one of 1.2 ms can be compared.
//!
//! A panel has no link and no column of titles: it is an image with a name, and the page links it.

use crate::axis::{Across, Up};
use crate::inline::{self, Frame};
use crate::markup::paths;
use crate::rows::{self, Row};
use crate::scene::{Draft, Plan, Scene};
use crate::{Size, TrendInput, describe};
use model::record::Direction;
use model::record::time::Timestamp;
use model::series::Series;
use model::text::{Scale, harmless};

/// The relative range, by the side that is worse: room for twice a usual limit on that side.
const WORSE: f64 = 0.25;
const BETTER: f64 = 0.15;

/// The time that all panels of a group share.
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
pub fn panel(input: &TrendInput<'_>, shared: SharedAxes) -> String {
    let scene = scene(input, shared);
    let drawing = paths(&scene.marks, |point| point);
    let texts = inline::texts(&scene.labels, scene.height) + &inline::symbols(input, &scene);
    let name = harmless::markup(&describe::brief(input, &scene));
    let frame = Frame {
        id: input.id,
        slot: input.slot,
        height: scene.height,
        attributes: &format!(r#" role="img" aria-label="{name}""#),
        few: false,
    };
    frame.wrap(&drawing, "", &texts)
}

fn scene(input: &TrendInput<'_>, shared: SharedAxes) -> Scene {
    let mut rows = rows::rows(input.series, input.analysis, input.span);
    let base = base(input, &rows);
    for row in &mut rows {
        let relative = |value: Option<f64>| base.and_then(|base| value.map(|v| v / base - 1.0));
        row.value = relative(row.value).filter(|value| value.is_finite());
        row.level = relative(row.level).filter(|level| level.is_finite());
        row.spread = base.and_then(|base| row.spread.map(|spread| spread / base.abs()));
    }
    let (low, high, limit) = match input.series.better {
        Direction::Lower => (-BETTER, WORSE, input.analysis.threshold),
        Direction::Higher => (-WORSE, BETTER, -input.analysis.threshold),
    };
    let plan = Plan {
        rows,
        across: Across::time(shared.from, shared.to),
        up: Up::Linear { low, high, unit: 0.01 },
        scale: Scale::for_value(base.unwrap_or(0.0), &input.series.unit),
        limit: input.analysis.baseline.map(|_| limit),
        height: Size::Compact.plot(),
        panel: true,
    };
    Draft::new(input, plan).finish()
}

fn base(input: &TrendInput<'_>, rows: &[Row]) -> Option<f64> {
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

    use crate::backend::{Role, Shape};
    use crate::sample::{Linked, Sample};

    fn last_dot(sample: &Sample) -> i32 {
        let shared = SharedAxes::of([&sample.series]).unwrap();
        let scene = scene(&sample.input(&Linked), shared);
        let mut dots = scene.marks.iter().filter(|mark| mark.role == Role::Run);
        let last = dots.next_back().map(|mark| mark.shape.clone());
        let Some(Shape::Dot((_, y))) = last else { panic!("no dot") };
        y
    }

    #[test]
    fn the_same_relative_change_is_at_the_same_height_at_any_scale() {
        let heights = [12e3, 1.2e6, 9e9].map(|base| {
            let mut sample = Sample::of(vec![Some(base), Some(base), Some(base * 1.05)]);
            sample.analysis.baseline = Some(detect::Baseline { value: base, runs: 2, since: 0 });
            last_dot(&sample)
        });
        assert_eq!(heights, [35, 35, 35]);
    }

    #[test]
    fn panels_of_a_group_share_their_time() {
        let long = Sample::everything(100);
        let short = Sample::of(vec![Some(1.0), Some(1.0)]);
        let shared = SharedAxes::of([&long.series, &short.series]).unwrap();
        let scene = scene(&short.input(&Linked), shared);
        assert!(scene.places[1] < 20, "{:?}", scene.places);
        assert_eq!(SharedAxes::of([&Sample::of(vec![]).series]), None);
    }

    #[test]
    fn a_panel_of_any_length_is_small() {
        for runs in [200, 400, 5000] {
            let sample = Sample::everything(runs);
            let shared = SharedAxes::of([&sample.series]).unwrap();
            let svg = panel(&sample.input(&Linked), shared);
            assert!(svg.len() <= MOST_PANEL_BYTES, "{runs} runs: {} bytes", svg.len());
        }
    }

    #[test]
    fn a_baseline_of_zero_gives_an_empty_panel() {
        let sample = Sample::of(vec![Some(0.0); 5]);
        let shared = SharedAxes::of([&sample.series]).unwrap();
        assert!(!panel(&sample.input(&Linked), shared).contains("NaN"));
    }
}
