//! The gutter of a chart: the newest level, the threshold, the baseline and the ticks as numbers,
//! at their heights beside the field.
//!
//! `119 µs` at the newest level, `+12%` at the threshold and `140 µs`, `110` at gridlines: the
//! unit stands at the level and at the topmost tick alone.

use crate::axis::YAxis;
use crate::field::Field;
use crate::place::{self, GUTTER_CHARACTERS, GutterLabel, GutterRole};
use model::record::{Direction, Unit};
use model::text::{self, UnitScale};

/// What the gutter names, in base units.
pub(crate) struct GutterValues<'a> {
    pub(crate) now: Option<f64>,
    /// The value, the relative threshold and which way is worse.
    pub(crate) threshold: Option<ThresholdValue>,
    pub(crate) baseline: Option<f64>,
    pub(crate) ticks: &'a [f64],
}

/// A threshold as a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ThresholdValue {
    pub(crate) value: f64,
    /// Relative, unsigned.
    pub(crate) share: f64,
    pub(crate) direction: Direction,
}

/// A quantity with its unit, or without it where the gutter has no room for it.
fn quantity(scale: &UnitScale, value: f64) -> String {
    let quantity = scale.quantity(value);
    if quantity.chars().count() > GUTTER_CHARACTERS { scale.number(value) } else { quantity }
}

/// Whether the gutter has room for the unit of this value.
pub(crate) fn has_room_for_unit(scale: &UnitScale, value: f64) -> bool {
    scale.quantity(value).chars().count() <= GUTTER_CHARACTERS
}

/// The texts that have room, most important first.
pub(crate) fn labels(
    values: &GutterValues<'_>,
    field: &Field<'_>,
    y_axis: YAxis,
    scale: &UnitScale,
    unit: &Unit,
) -> Vec<GutterLabel> {
    let is_log = y_axis.is_log();
    // On a log axis the values are of different sizes: each has a unit of its own.
    let number = |value: f64| match is_log {
        true => quantity(&UnitScale::for_value(value, unit), value),
        false => scale.number(value),
    };
    let now = values.now.map(|value| match is_log {
        true => (value, number(value)),
        false => (value, quantity(scale, value)),
    });
    let threshold = values.threshold.map(|it| {
        let sign = if it.direction == Direction::Higher { '−' } else { '+' };
        (it.value, format!("{sign}{}", text::percent(it.share)))
    });
    let ticks = values.ticks.iter().copied().zip(tick_texts(values.ticks, y_axis, scale, unit));
    let of = |role, (value, text): (f64, String)| {
        field.holds(value).then(|| GutterLabel::new(role, field.y(value), text))
    };
    let named = [
        now.and_then(|it| of(GutterRole::Now, it)),
        threshold.and_then(|it| of(GutterRole::Threshold, it)),
        values.baseline.and_then(|value| of(GutterRole::Baseline, (value, number(value)))),
    ];
    let ticks = ticks.filter_map(|it| of(GutterRole::Tick, it));
    place::place_gutter(named.into_iter().flatten().chain(ticks).collect(), field.height)
}

/// The numbers of ticks; on a linear axis the topmost alone names the unit.
pub(crate) fn tick_texts(
    ticks: &[f64],
    y_axis: YAxis,
    scale: &UnitScale,
    unit: &Unit,
) -> Vec<String> {
    let step = match ticks {
        [a, b, ..] => b - a,
        [only] => *only,
        [] => 0.0,
    };
    let top = ticks.len().saturating_sub(1);
    let text = |(at, value): (usize, &f64)| {
        if y_axis.is_log() {
            return tick_of_log(*value, unit);
        }
        let text = scale.tick(*value, step);
        let symbol = scale.symbol();
        let fits = text.chars().count() + symbol.chars().count() < GUTTER_CHARACTERS;
        if at == top && fits && !symbol.is_empty() {
            format!("{text}\u{202f}{symbol}")
        } else {
            text
        }
    };
    ticks.iter().enumerate().map(text).collect()
}

/// `10 ms`, `1 ms`, `100 µs`: as few digits as a round number needs.
fn tick_of_log(value: f64, unit: &Unit) -> String {
    let scale = UnitScale::for_value(value, unit);
    let text = scale.tick(value, value);
    match scale.symbol() {
        "" => text,
        symbol if text.chars().count() + symbol.chars().count() < GUTTER_CHARACTERS => {
            format!("{text}\u{202f}{symbol}")
        }
        _ => text,
    }
}
