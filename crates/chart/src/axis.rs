//! The axes: what lies across (time, commit order, input size) and up (a value, linear or log10),
//! as plotters' ranged types, with the ticks that people expect of each.
//!
//! Half a year of runs in at most 6 ticks is `Apr 2025, May, Jun, Jul, Aug, Sep`; 3.1 to 5.9 MiB
//! are ticks at 3, 4 and 5 MiB. No axis starts at zero unless its values do.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};

use crate::calendar::{TimeFrame, civil, start_of_month};
use model::record::time::{DAY_US, Timestamp};
use model::text;

/// What lies across. All three are integers: microseconds, index of a run, input size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum XAxis {
    Time {
        from: i64,
        to: i64,
    },
    Order {
        from: i64,
        to: i64,
    },
    /// Input sizes on a log10 scale, from 1.
    Size {
        from: i64,
        to: i64,
    },
}

/// A tick of an axis across, with its label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: i64,
    pub(crate) label: String,
    /// Names its year.
    pub(crate) is_major: bool,
}

impl XAxis {
    /// Time from before the first moment to after the last one, in a frame that stands still for a
    /// while ([`TimeFrame`]); a single moment gets half a day on either side.
    pub(crate) fn time(from: Timestamp, to: Timestamp) -> Self {
        let (from, to) = (from.micros().min(to.micros()), from.micros().max(to.micros()));
        if from == to {
            // An axis of no length would put its only run on the left edge.
            let half = DAY_US / 2;
            return Self::Time { from: from.saturating_sub(half), to: to.saturating_add(half) };
        }
        let TimeFrame { from, to, .. } = TimeFrame::of(from, to);
        Self::Time { from, to }
    }

    pub(crate) fn bounds(&self) -> (i64, i64) {
        match *self {
            Self::Time { from, to } | Self::Order { from, to } | Self::Size { from, to } => {
                (from, to)
            }
        }
    }

    /// Times with their labels: the first names its year, as does each January.
    pub(crate) fn time_ticks(&self, max_ticks: usize) -> Vec<Tick> {
        let (from, to) = self.bounds();
        let Some((step, ticks)) = calendar_ticks(from, to, max_ticks) else { return Vec::new() };
        let mut first = true;
        ticks
            .into_iter()
            .map(|at| {
                let time = Timestamp::from_micros(at);
                let label = step.label(time, first);
                first = false;
                let is_major = label.ends_with(&text::year(time));
                Tick { value: at, label, is_major }
            })
            .collect()
    }
}

impl Ranged for XAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = i64;

    fn map(&self, value: &i64, ends: (i32, i32)) -> i32 {
        let (from, to) = self.bounds();
        // Sizes start at 1: nobody measures on nothing, and zero has no logarithm.
        let place = |value: i64| match self {
            Self::Size { .. } => (value.max(1) as f64).log10(),
            _ => value as f64,
        };
        to_grid(place(*value), place(from), place(to), ends)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<i64> {
        let max_ticks = hint.max_num_points();
        let (from, to) = self.bounds();
        match self {
            Self::Time { .. } => {
                calendar_ticks(from, to, max_ticks).map_or(Vec::new(), |(_, at)| at)
            }
            Self::Order { .. } => {
                let step = whole_step(to.saturating_sub(from), max_ticks);
                (from..=to).filter(|at| at.rem_euclid(step) == 0).take(max_ticks).collect()
            }
            Self::Size { .. } => log_ticks(from.max(1) as f64, to.max(1) as f64, max_ticks)
                .into_iter()
                .map(|size| size as i64)
                .collect(),
        }
    }

    fn range(&self) -> Range<i64> {
        let (from, to) = self.bounds();
        from..to
    }
}

/// What lies up. `unit` is what one tick unit is in base units: 1,000 where labels say µs, so that
/// ticks are round in what people read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum YAxis {
    Linear { low: f64, high: f64, unit: f64 },
    Log { low: f64, high: f64, unit: f64 },
}

impl YAxis {
    pub(crate) fn bounds(&self) -> (f64, f64) {
        match *self {
            Self::Linear { low, high, .. } | Self::Log { low, high, .. } => (low, high),
        }
    }

    /// Half of its length: on a log axis, in powers of ten.
    fn half_length(self) -> f64 {
        let place = |value: f64| match self {
            Self::Linear { .. } => value,
            Self::Log { .. } => value.max(f64::MIN_POSITIVE).log10(),
        };
        let (low, high) = self.bounds();
        // Halves keep the difference of the largest doubles finite.
        place(high) / 2.0 - place(low) / 2.0
    }

    /// Whether it shows the values from `low` to `high` about as large as another axis does.
    pub(crate) fn can_stand_for(self, other: Self, low: f64, high: f64) -> bool {
        let (from, to) = self.bounds();
        let is_wide = self.half_length() > 2.0 * other.half_length();
        self.is_log() == other.is_log() && !is_wide && from <= low && high <= to
    }

    pub(crate) fn is_log(self) -> bool {
        matches!(self, Self::Log { .. })
    }

    /// Tick values in base units, lowest first.
    pub(crate) fn ticks(&self, max_ticks: usize) -> Vec<f64> {
        let (Self::Linear { low, high, unit } | Self::Log { low, high, unit }) = *self;
        let ticks = match self {
            Self::Linear { .. } => linear_ticks(low / unit, high / unit, max_ticks),
            Self::Log { .. } => log_ticks(low / unit, high / unit, max_ticks),
        };
        ticks.into_iter().map(|tick| tick * unit).filter(|tick| tick.is_finite()).collect()
    }
}

impl Ranged for YAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, ends: (i32, i32)) -> i32 {
        let (low, high) = self.bounds();
        match self {
            Self::Linear { .. } => to_grid(*value, low, high, ends),
            Self::Log { .. } => {
                let log = |value: f64| value.max(f64::MIN_POSITIVE).log10();
                to_grid(log(*value), log(low), log(high), ends)
            }
        }
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.ticks(hint.max_num_points())
    }

    fn range(&self) -> Range<f64> {
        let (low, high) = self.bounds();
        low..high
    }
}

/// The grid unit nearest to a value's place between two ends; ends that meet give the middle.
/// Halves keep the difference of the largest doubles finite.
fn to_grid(value: f64, from: f64, to: f64, ends: (i32, i32)) -> i32 {
    let (start, end) = ends;
    let span = to / 2.0 - from / 2.0;
    let share = if span > 0.0 { (value / 2.0 - from / 2.0) / span } else { 0.5 };
    // A value far off the scale stays near it: a writer adds such places up in 32 bits.
    let share = if share.is_finite() { share.clamp(-1.0, 2.0) } else { 0.5 };
    let place = f64::from(start) + share * f64::from(end - start);
    place.round() as i32
}

/// Round ticks with steps of 1, 2, 2.5 and 5 times a power of ten. The largest step with 3 ticks (2
/// where at most 3 are wanted) is taken: it never has more than twice that less one.
fn linear_ticks(low: f64, high: f64, max_ticks: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    let least = if max_ticks < 5 { 2 } else { 3 };
    // The key points that plotters computes are round in base units. These are round in the unit of
    // the labels: nobody expects a tick at 0.954 MiB.
    let top = span.log10().ceil() as i32;
    let steps = (top - 2..=top)
        .rev()
        .flat_map(|power| [5.0, 2.5, 2.0, 1.0].map(|factor: f64| factor * 10f64.powi(power)));
    steps
        .map(|step| multiples(low, high, step))
        .find(|ticks| ticks.len() >= least)
        .map_or_else(Vec::new, |ticks| ticks.take(max_ticks.max(1)).collect())
}

fn multiples(low: f64, high: f64, step: f64) -> impl ExactSizeIterator<Item = f64> {
    // A thousandth of a step, so that an end that is itself a multiple counts.
    let (first, last) = ((low / step - 1e-3).ceil(), (high / step + 1e-3).floor());
    // Beyond 10^15 steps from zero a double cannot tell two neighbors apart.
    let has_precision = step.is_normal() && (low / step).abs() < 1e15;
    let count = if has_precision { ((last - first).clamp(-1.0, 20.0) + 1.0) as u16 } else { 0 };
    // Adding zero turns −0 into 0, which would be labeled `-0`.
    (0..count).map(move |at| (first + f64::from(at)) * step + 0.0)
}

/// Ticks at 1, 2 and 5 of each power of ten, thinned to powers, then to every n-th power.
fn log_ticks(low: f64, high: f64, max_ticks: usize) -> Vec<f64> {
    if !(low > 0.0 && high >= low && high.is_finite()) {
        return Vec::new();
    }
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |tick: &f64| *tick >= low * 0.999 && *tick <= high * 1.001;
    let every = |factors: &[f64], stride: i32| -> Vec<f64> {
        (first..=last)
            .filter(|power| power.rem_euclid(stride) == 0)
            .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
            .filter(inside)
            .collect()
    };
    let all = every(&[1.0, 2.0, 5.0], 1);
    if all.len() <= max_ticks {
        return all;
    }
    // 1 and 3 are about half a power of ten apart: even steps on a log scale.
    let fewer = every(&[1.0, 3.0], 1);
    if fewer.len() <= max_ticks && fewer.len() > 2 && every(&[1.0], 1).len() < 3 {
        return fewer;
    }
    (1..=700)
        .map(|stride| every(&[1.0], stride))
        .find(|ticks| ticks.len() <= max_ticks)
        .unwrap_or(all)
}

/// A step of 1, 2 or 5 times a power of ten that divides `span` into at most `max_parts` parts.
fn whole_step(span: i64, max_parts: usize) -> i64 {
    let max_parts = i64::try_from(max_parts.max(1)).unwrap_or(i64::MAX);
    (0..18)
        .flat_map(|power| [1, 2, 5].map(|factor| factor * 10_i64.pow(power)))
        .find(|step| span / step < max_parts)
        .unwrap_or(i64::MAX)
}

/// A step of the calendar. The steps are those that people count in: no tick is every 10 days or
/// every 5 months.
#[derive(Clone, Copy, Debug, PartialEq)]
enum TickStep {
    Minutes(i64),
    Days(i64),
    Months(i64),
    Years(i64),
}

const MINUTE_US: i64 = 60_000_000;
const STEPS: [TickStep; 24] = [
    TickStep::Minutes(1),
    TickStep::Minutes(5),
    TickStep::Minutes(15),
    TickStep::Minutes(30),
    TickStep::Minutes(60),
    TickStep::Minutes(180),
    TickStep::Minutes(360),
    TickStep::Minutes(720),
    TickStep::Days(1),
    TickStep::Days(2),
    TickStep::Days(7),
    TickStep::Days(14),
    TickStep::Months(1),
    TickStep::Months(2),
    TickStep::Months(3),
    TickStep::Months(6),
    TickStep::Years(1),
    TickStep::Years(2),
    TickStep::Years(5),
    TickStep::Years(10),
    TickStep::Years(20),
    TickStep::Years(50),
    TickStep::Years(100),
    TickStep::Years(1000),
];

impl TickStep {
    fn label(self, time: Timestamp, first: bool) -> String {
        let january = text::iso_date(time).get(5..7) == Some("01");
        match self {
            Self::Minutes(_) if first || time.micros().rem_euclid(DAY_US) == 0 => {
                text::day_month(time)
            }
            Self::Minutes(_) => text::time_of_day(time),
            Self::Days(_) if first => text::date(time),
            Self::Days(_) => text::day_month(time),
            Self::Months(_) if first || january => {
                format!("{} {}", text::month(time), text::year(time))
            }
            Self::Months(_) => text::month(time),
            Self::Years(_) => text::year(time),
        }
    }

    fn micros(self) -> i64 {
        match self {
            Self::Minutes(minutes) => minutes * MINUTE_US,
            Self::Days(days) => days * DAY_US,
            // Only to choose a step; the ticks themselves follow the calendar.
            Self::Months(months) => months * 30 * DAY_US,
            Self::Years(years) => years * 365 * DAY_US,
        }
    }

    fn ticks(self, from: i64, to: i64) -> Vec<i64> {
        // Weeks start on Monday, and 1970-01-05 was the first one after the epoch.
        let offset = if self.micros() % (7 * DAY_US) == 0 { 4 * DAY_US } else { 0 };
        match self {
            Self::Minutes(_) | Self::Days(_) => {
                let step = self.micros();
                let before = from.saturating_sub(offset).rem_euclid(step);
                let first = from.saturating_sub(before);
                (0..40)
                    .map_while(|at| first.checked_add(at * step))
                    .filter(|at| (from..=to).contains(at))
                    .collect()
            }
            Self::Months(months) => months_between(from, to, months),
            Self::Years(years) => months_between(from, to, years * 12),
        }
    }
}

/// The smallest step of the calendar that gives at most `max_ticks` ticks, and those ticks.
fn calendar_ticks(from: i64, to: i64, max_ticks: usize) -> Option<(TickStep, Vec<i64>)> {
    let span = to.checked_sub(from)?;
    let parts = i64::try_from(max_ticks).ok()?.checked_add(1)?;
    // The filter spares the making of millions of ticks that are too many anyway.
    STEPS
        .iter()
        .filter(|step| span / step.micros() <= parts)
        .map(|step| (*step, step.ticks(from, to)))
        .find(|(_, ticks)| ticks.len() <= max_ticks)
}

/// First instants of every `step`-th month, counted from January of year 0.
fn months_between(from: i64, to: i64, step: i64) -> Vec<i64> {
    let Some(start) = civil(from) else { return Vec::new() };
    let month = i64::from(start.year()) * 12 + i64::from(start.month()) - 1;
    let first = month.div_euclid(step) * step;
    (0..40)
        .map_while(|at| start_of_month(first + at * step))
        .filter(|at| (from..=to).contains(at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn half_a_year_has_month_ticks_with_the_year_on_the_first() {
        let axis = XAxis::time(at("2025-03-30T06:00:00Z"), at("2025-09-26T06:00:00Z"));
        let labels: Vec<_> = axis.time_ticks(6).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["Apr 2025", "May", "Jun", "Jul", "Aug", "Sep"]);
    }

    #[test]
    fn spans_from_minutes_to_centuries_have_one_to_six_ticks() {
        let from = at("2025-03-30T06:07:00Z");
        for days in [0.01, 0.3, 1.0, 3.0, 20.0, 50.0, 200.0, 400.0, 900.0, 9000.0, 90_000.0] {
            let to = Timestamp::from_micros(from.micros() + (days * DAY_US as f64) as i64);
            let ticks = XAxis::time(from, to).time_ticks(6);
            assert!((1..=6).contains(&ticks.len()), "{days} days: {ticks:?}");
        }
    }

    #[test]
    fn log_ticks_are_1_2_5() {
        assert_eq!(log_ticks(8.0, 120.0, 5), [10.0, 20.0, 50.0, 100.0]);
        assert_eq!(log_ticks(1.0, 1e6, 5), [1.0, 100.0, 10_000.0, 1e6]);
    }

    #[test]
    fn ticks_are_round_in_the_unit_that_labels_say() {
        let up = YAxis::Linear { low: 3.1e6, high: 5.9e6, unit: 1_048_576.0 };
        let ticks: Vec<_> = up.ticks(5).iter().map(|tick| tick / 1_048_576.0).collect();
        assert_eq!(ticks, [3.0, 4.0, 5.0]);
    }

    proptest! {
        #[test]
        fn a_linear_axis_has_three_to_five_round_ticks(
            low in -1e6..1e6f64, power in -6..9i32, share in 1.0..10.0f64
        ) {
            let high = low + share * 10f64.powi(power);
            prop_assume!((high - low) > low.abs() * 1e-6);
            let ticks = linear_ticks(low, high, 5);
            prop_assert!((3..=5).contains(&ticks.len()), "{low} {high} {ticks:?}");
            let few = linear_ticks(low, high, 3);
            prop_assert!((2..=3).contains(&few.len()), "{low} {high} {few:?}");
        }

        #[test]
        fn no_axis_panics_or_leaves_the_grid(from: i64, to: i64, value: i64, a: f64, b: f64) {
            let across = XAxis::time(Timestamp::from_micros(from), Timestamp::from_micros(to));
            across.time_ticks(6);
            prop_assert!((-1000..=2000).contains(&across.map(&value, (0, 1000))));
            let up = YAxis::Linear { low: a.min(b), high: a.max(b), unit: 1.0 };
            up.ticks(5);
            prop_assert!((-200..=400).contains(&up.map(&(value as f64), (200, 0))));
            YAxis::Log { low: a.min(b), high: a.max(b), unit: 1.0 }.ticks(5);
        }
    }
}
