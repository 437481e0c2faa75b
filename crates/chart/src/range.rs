//! The range of values that a chart shows, and the unit its labels are written in.
//!
//! Not from zero: position carries the value, and a step of 5 % must be visible. Not closer than
//! 10 % of the median either, so that jitter does not look like a cliff: runs of 100 and 101 µs
//! are drawn from 94.4 to 106.6 µs.

use crate::axis::YAxis;
use crate::levels::{self, LevelPiece};
use crate::rows::ChartRow;
use detect::{Analysis, Verdict};
use model::record::{Direction, Unit};
use model::text::UnitScale;

/// The line of the threshold is taken in where it stretches the span to at most this much. Beyond,
/// the runs would be a flat line at the bottom of the chart.
const MAX_THRESHOLD_STRETCH: f64 = 1.5;

/// Share of the runs below and above the range that a chart shows at least.
const TAIL: f64 = 0.02;
/// Twice the share of the span that the other runs may add on each side.
const ALL_RUNS_STRETCH: f64 = 0.5;
/// Least free space above and below the runs of a field, as a share of the span: bounds are rounded
/// outward from there.
const PADDING: f64 = 0.06;
/// Steps of the bounds within a span, at least: more steps move more often, fewer leave more space
/// empty.
const BOUND_STEPS: f64 = 8.0;
/// Levels further apart than this have a log axis: on a linear one the small one is on the floor.
const LOG_ABOVE: f64 = 10.0;
/// The newest runs are never outside: a fresh jump must be seen.
const FRESH: usize = 3;
/// Least span of a chart and of a small one without numbers, as a share of the level.
pub(crate) const CHART_SPAN: f64 = 0.10;
pub(crate) const SMALL_SPAN: f64 = 0.30;

/// Two values between which others are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ValueRange {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Lowest and highest value of the bulk of the runs and of the levels that matter; crossed where
/// there is no value.
pub(crate) fn bulk(rows: &[ChartRow], pieces: &[LevelPiece]) -> ValueRange {
    let mut values: Vec<f64> =
        rows.iter().filter(|row| row.is_usual()).filter_map(|row| row.value).collect();
    if values.is_empty() {
        values = rows.iter().filter_map(|row| row.value).collect();
    }
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let fresh = values.len().saturating_sub(FRESH);
    let fresh: Vec<f64> = values[fresh..].to_vec();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| (share * values.len().saturating_sub(1) as f64).round() as usize;
    let (from, to) = (values.get(at(TAIL)).copied(), values.get(at(1.0 - TAIL)).copied());
    // Where all runs need little more room than most of them, all are shown.
    let room = from.zip(to).map_or(0.0, |(from, to)| (to / 2.0 - from / 2.0) * ALL_RUNS_STRETCH);
    let near = |value: &&f64| {
        from.is_some_and(|from| **value >= from - room) && to.is_some_and(|to| **value <= to + room)
    };
    let extremes = values.first().into_iter().chain(values.last()).filter(near).copied();
    for value in from
        .into_iter()
        .chain(to)
        .chain(extremes)
        .chain(fresh)
        .chain(levels::telling_levels(pieces))
    {
        (low, high) = (low.min(value), high.max(value));
    }
    ValueRange { low, high }
}

/// A range with the line of the threshold taken in where it stretches the range to at most half as
/// much again: the line tells how close the runs are, but beyond that they would be a flat line.
pub(crate) fn with_threshold(shown: ValueRange, threshold: Option<f64>) -> ValueRange {
    let ValueRange { low, high } = shown;
    let Some(threshold) = threshold.filter(|_| low <= high) else { return shown };
    let (with_low, with_high) = (low.min(threshold), high.max(threshold));
    let least = (low / 2.0 + high / 2.0).abs() * CHART_SPAN;
    match with_high - with_low <= MAX_THRESHOLD_STRETCH * (high - low).max(least) {
        true => ValueRange { low: with_low, high: with_high },
        false => shown,
    }
}

/// The axis of a field: log where two shown levels are more than tenfold apart, else linear.
/// `least` is the smallest span as a share of the level; `unit` what ticks are round in.
pub(crate) fn field_axis(shown: ValueRange, pieces: &[LevelPiece], least: f64, unit: f64) -> YAxis {
    let ValueRange { low, high } = shown;
    let levels = || levels::telling_levels(pieces);
    let (lowest, highest) =
        (levels().fold(f64::INFINITY, f64::min), levels().fold(f64::NEG_INFINITY, f64::max));
    if lowest > 0.0 && highest / LOG_ABOVE > lowest {
        let low = if low > 0.0 { low } else { lowest };
        let (low, high) = (low.log10(), high.log10());
        let room = (high - low) * PADDING;
        let (low, high) = rounded_outward(low - room, high + room);
        return YAxis::Log { low: 10f64.powf(low), high: 10f64.powf(high).min(f64::MAX), unit };
    }
    let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
    let level = pieces.last().map_or(low / 2.0 + high / 2.0, |piece| piece.to).abs();
    let (from, to) = padded(low, high, level * least);
    let (from, to) = rounded_outward(from, to);
    // Nobody expects a time below zero.
    let from = if low >= 0.0 && low < high { from.max(0.0) } else { from };
    YAxis::Linear { low: from, high: to, unit }
}

/// One unit for a whole field, by its smallest level, or run where there is no level.
pub(crate) fn field_scale(rows: &[ChartRow], pieces: &[LevelPiece], unit: &Unit) -> UnitScale {
    if pieces.is_empty() {
        return UnitScale::for_values(rows.iter().filter_map(|row| row.value), unit);
    }
    UnitScale::for_values(levels::telling_levels(pieces), unit)
}

/// The value beyond which a run is worse than `baseline` by more than a relative threshold; none
/// where no way is worse.
pub(crate) fn beyond_threshold(baseline: f64, share: f64, better: Direction) -> Option<f64> {
    let factor = match better {
        Direction::Lower => 1.0 + share,
        Direction::Higher => 1.0 - share,
        Direction::Unknown => return None,
    };
    Some(baseline * factor).filter(|value| value.is_finite())
}

/// The value of the threshold's line. None while no run is judged against it.
pub(crate) fn threshold_value(analysis: &Analysis, better: Direction) -> Option<f64> {
    let baseline = analysis.baseline.filter(|_| analysis.verdict != Verdict::New)?;
    beyond_threshold(baseline.value, analysis.threshold, better)
}

/// The same bounds, moved outward to multiples of a step of 1, 2 or 5 times a power of ten: a level
/// that moves by a percent a day leaves them where they are.
pub(crate) fn rounded_outward(low: f64, high: f64) -> (f64, f64) {
    let most = high / BOUND_STEPS - low / BOUND_STEPS;
    let power = 10f64.powi(most.log10().floor() as i32);
    let factor = [5.0, 2.0, 1.0].into_iter().find(|factor| factor * power <= most);
    let step = factor.unwrap_or(1.0) * power;
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    // Beyond 10^15 steps from zero a double cannot tell two neighbors apart.
    let has_precision = step.is_normal() && first.abs().max(last.abs()) < 1e15;
    // Division where the step is a fraction: 3 × 0.1 is not 0.3, and 3 ÷ 10 is.
    let multiple =
        |count: f64| if step < 1.0 { count / (1.0 / step).round() } else { count * step };
    let (from, to) = (multiple(first), multiple(last));
    if has_precision && from.is_finite() && to.is_finite() { (from, to) } else { (low, high) }
}

fn padded(low: f64, high: f64, least: f64) -> (f64, f64) {
    let span = high - low;
    let (low, high) = if span < least {
        // Halved before they are added: the sum of two values near 1e308 is no number.
        let middle = low / 2.0 + high / 2.0;
        (middle - least / 2.0, middle + least / 2.0)
    } else if span > 0.0 {
        (low, high)
    } else {
        (low, low + 1.0)
    };
    let padding = (high - low) * PADDING;
    (low - padding, high + padding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_are_round_numbers_outside_of_the_values() {
        assert_eq!(rounded_outward(98.8, 121.2), (98.0, 122.0));
        assert_eq!(rounded_outward(-0.032, 0.113), (-0.04, 0.12));
        // 3 × 0.1 would be 0.30000000000000004.
        assert_eq!(rounded_outward(0.31, 1.15), (0.3, 1.2));
        assert_eq!(rounded_outward(1.0, 1.0), (1.0, 1.0));
    }

    proptest! {
        #[test]
        fn rounded_bounds_hold_the_values_and_little_more(low: f64, high: f64) {
            let (low, high) = (low.min(high), low.max(high));
            let (from, to) = rounded_outward(low, high);
            let (half, rounded) = (high / 2.0 - low / 2.0, to / 2.0 - from / 2.0);
            // What is 0 beside the other end may be drawn at 0.
            let slack = half * 1e-12;
            prop_assert!(from - slack <= low && to + slack >= high || !half.is_finite());
            prop_assert!(rounded <= half * 1.26 || !half.is_finite(), "{from} {to}");
        }
    }
}
