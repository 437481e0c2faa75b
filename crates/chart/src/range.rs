//! The range of values that a chart shows, and the unit its labels are written in.
//!
//! Not from zero: position carries the value, and a step of 5 % must be visible. Not closer than
//! 10 % of the median either, so that jitter does not look like a cliff: runs of 100 and 101 µs
//! are drawn from 94.4 to 106.6 µs.

use crate::axis::YAxis;
use crate::rows::ChartRow;
use detect::{Analysis, Verdict};
use model::record::{Direction, Unit};
use model::text::UnitScale;

/// Least span of the values as a share of their median: 1 % of jitter stays a ripple.
const LEAST_SPAN: f64 = 0.10;
/// Free space above and below, as a share of the span.
const PADDING: f64 = 0.10;
/// The newest runs that are never clipped: a fresh jump must be seen.
const NEWEST: usize = 20;
/// Of these, the ones that are shown even where they are outliers or part of an infrastructure
/// anomaly.
const NEWEST_OUTLIERS: usize = 3;
/// The line of the threshold is taken in where it stretches the span to at most this much. Beyond,
/// the runs would be a flat line at the bottom of the chart.
const MAX_THRESHOLD_STRETCH: f64 = 1.5;

/// The value of the threshold's line: beyond it, a run is slower (or otherwise worse) than the
/// baseline by more than the threshold. None while no run is judged against it.
pub(crate) fn threshold_value(analysis: &Analysis, better: Direction) -> Option<f64> {
    let baseline = analysis.baseline.filter(|_| analysis.verdict != Verdict::New)?;
    let factor = match better {
        Direction::Lower => 1.0 + analysis.threshold,
        Direction::Higher => 1.0 - analysis.threshold,
        // No way to go is worse.
        Direction::Unknown => return None,
    };
    Some(baseline.value * factor).filter(|value| value.is_finite())
}

/// The linear axis of one series, and the scale of its labels.
pub(crate) fn y_axis(
    rows: &[ChartRow],
    analysis: &Analysis,
    unit: &Unit,
    threshold: Option<f64>,
) -> (YAxis, UnitScale) {
    let (mut low, mut high) = shown_range(rows, analysis.typical_range);
    if low > high {
        (low, high) = threshold.map_or((0.0, 1.0), |value| (value.min(0.0), value.max(0.0)));
    }
    if let Some(threshold) = threshold {
        // The line tells how close the runs are, so it is worth some height, but not all of it.
        let (with_low, with_high) = (low.min(threshold), high.max(threshold));
        let least = least_span(rows);
        if with_high - with_low <= MAX_THRESHOLD_STRETCH * (high - low).max(least) {
            (low, high) = (with_low, with_high);
        }
    }
    let (low, high) = padded(low, high, least_span(rows));
    let scale = scale(rows, low, high, unit);
    (YAxis::Linear { low, high, unit: scale.divisor() }, scale)
}

/// Lowest and highest value that must be inside; crossed where there is none. One spike of the past
/// would press all others to the floor, so outliers and anomalies only count while they are new.
fn shown_range(rows: &[ChartRow], typical: Option<(f64, f64)>) -> (f64, f64) {
    let newest = rows.len().saturating_sub(NEWEST);
    let newest_outliers = rows.len().saturating_sub(NEWEST_OUTLIERS);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut take = |value: f64| {
        low = low.min(value);
        high = high.max(value);
    };
    for (at, row) in rows.iter().enumerate() {
        if let Some(value) = row.value {
            let inside = typical.is_none_or(|(from, to)| (from..=to).contains(&value));
            let usual = inside || (at >= newest && !row.flags.is_outlier);
            if (usual && !row.flags.infrastructure) || at >= newest_outliers {
                take(value);
            }
        }
        // A level is a median, so a spike cannot widen the range through it.
        if let Some(level) = row.level {
            take(level);
        }
    }
    (low, high)
}

/// 10 % of the median of what is drawn as the level, or of the runs where there is no level.
fn least_span(rows: &[ChartRow]) -> f64 {
    let mut sizes: Vec<f64> =
        rows.iter().filter_map(|row| row.level.or(row.value)).map(f64::abs).collect();
    let middle = sizes.len() / 2;
    if sizes.is_empty() {
        return 0.0;
    }
    let (_, median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    *median * LEAST_SPAN
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

/// One unit for the whole chart, by the smallest level: labels and titles have its decimals.
fn scale(rows: &[ChartRow], low: f64, high: f64, unit: &Unit) -> UnitScale {
    let levels: Vec<f64> = rows.iter().filter_map(|row| row.level).collect();
    let inside = |value: &f64| (low..=high).contains(value);
    // By the levels where there are any: one spike to 2 s must not turn 900 ms into 0.9 s.
    if levels.is_empty() {
        UnitScale::for_values(rows.iter().filter_map(|row| row.value).filter(inside), unit)
    } else {
        UnitScale::for_values(levels, unit)
    }
}
