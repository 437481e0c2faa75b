//! The frame of an axis of time: it begins and ends where a calendar does, so that it stands still
//! while new runs come in.
//!
//! Runs from 11 March to 26 September are drawn from the start of 11 March to the end of
//! 30 September. The run of the next day changes nothing that is drawn already: paths grow at
//! their ends. The frame moves on when the half of the month is over.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use model::record::time::DAY_US;

/// A whole step at the right end leaves at most a tenth of the width empty.
const STEPS_ACROSS: i64 = 9;
/// The first run of a history stays the first one, so that the left end needs no free space.
const STEPS_BEFORE: i64 = 30;

/// A step of the calendar that a frame can end with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FrameStep {
    Day,
    /// From Monday.
    Week,
    /// The 1st to the 15th, and the days after that.
    HalfMonth,
    /// So many months, counted from January of year 0.
    Months(i64),
}

/// Longest first, each with its length.
const STEPS: [(FrameStep, i64); 7] = [
    (FrameStep::Months(12), 365 * DAY_US),
    (FrameStep::Months(6), 184 * DAY_US),
    (FrameStep::Months(3), 92 * DAY_US),
    (FrameStep::Months(1), 31 * DAY_US),
    (FrameStep::HalfMonth, 16 * DAY_US),
    (FrameStep::Week, 7 * DAY_US),
    (FrameStep::Day, DAY_US),
];

/// The ends of an axis in microseconds, and where its last step begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeFrame {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) last_step: i64,
}

impl TimeFrame {
    /// The frame of runs from `first` to `last`. A history of a few days has no free space: it is
    /// drawn from its first to its last run.
    pub(crate) fn of(first: i64, last: i64) -> Self {
        let as_is = Self { from: first, to: last, last_step: last };
        let Some(span) = last.checked_sub(first) else { return as_is };
        let step = |across: i64| {
            STEPS.iter().find(|(_, length)| *length <= span / across).map(|(step, _)| *step)
        };
        let from = step(STEPS_BEFORE).and_then(|step| step.start_of(first)).unwrap_or(first);
        let ends = step(STEPS_ACROSS).and_then(|step| {
            let start = step.start_of(last)?;
            Some((start, step.start_after(start)?.checked_sub(1)?))
        });
        ends.map_or(as_is, |(last_step, to)| Self { from, to, last_step })
    }
}

impl FrameStep {
    /// The first moment of the step that holds a moment.
    fn start_of(self, at: i64) -> Option<i64> {
        let day = at.div_euclid(DAY_US);
        match self {
            Self::Day => day.checked_mul(DAY_US),
            // 1970-01-05 was the first Monday after the epoch.
            Self::Week => (day - (day - 4).rem_euclid(7)).checked_mul(DAY_US),
            Self::HalfMonth => {
                let date = civil(at)?;
                start_of_day(date.year(), date.month(), if date.day() > 15 { 16 } else { 1 })
            }
            Self::Months(months) => {
                let date = civil(at)?;
                let month = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
                start_of_month(month.div_euclid(months) * months)
            }
        }
    }

    /// The first moment of the step after the one that begins at `start`.
    fn start_after(self, start: i64) -> Option<i64> {
        let date = civil(start)?;
        let month = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
        match self {
            Self::Day => start.checked_add(DAY_US),
            Self::Week => start.checked_add(7 * DAY_US),
            Self::HalfMonth if date.day() == 1 => start_of_day(date.year(), date.month(), 16),
            Self::HalfMonth => start_of_month(month + 1),
            Self::Months(months) => start_of_month(month + months),
        }
    }
}

/// The first moment of a month, counted from January of year 0; none beyond the calendar.
pub(crate) fn start_of_month(index: i64) -> Option<i64> {
    let year = i16::try_from(index.div_euclid(12)).ok()?;
    let month = i8::try_from(index.rem_euclid(12) + 1).ok()?;
    start_of_day(year, month, 1)
}

fn start_of_day(year: i16, month: i8, day: i8) -> Option<i64> {
    let date = Date::new(year, month, day).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The day of a moment; none beyond the calendar.
pub(crate) fn civil(micros: i64) -> Option<Date> {
    let stamp = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(stamp.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::record::time::Timestamp;
    use model::text;
    use proptest::prelude::*;

    fn frame(from: &str, to: &str) -> [String; 2] {
        let at = |text: &str| Timestamp::parse(text).unwrap().micros();
        let frame = TimeFrame::of(at(from), at(to));
        [frame.from, frame.to].map(|at| text::iso_date(Timestamp::from_micros(at)).to_string())
    }

    #[test]
    fn a_frame_ends_with_a_day_a_week_a_half_of_a_month_a_quarter_or_a_year() {
        let ends = [
            ("2025-09-01T10:00:00Z", "2025-09-21T10:00:00Z", ["2025-09-01", "2025-09-21"]),
            ("2025-07-01T10:00:00Z", "2025-09-26T10:00:00Z", ["2025-07-01", "2025-09-28"]),
            ("2025-03-11T10:00:00Z", "2025-09-26T10:00:00Z", ["2025-03-11", "2025-09-30"]),
            ("2023-03-15T10:00:00Z", "2025-07-26T10:00:00Z", ["2023-03-01", "2025-09-30"]),
            ("2010-03-15T10:00:00Z", "2025-07-26T10:00:00Z", ["2010-01-01", "2025-12-31"]),
        ];
        for (from, to, expected) in ends {
            let found = frame(from, to);
            // The left end has a finer step.
            assert_eq!(found[1], expected[1], "{from} to {to}");
            assert!(found[0].as_str() <= &from[..10], "{from}: {found:?}");
        }
        assert_eq!(frame("2025-03-11T10:00:00Z", "2025-09-26T10:00:00Z")[0], "2025-03-11");
    }

    #[test]
    fn the_frame_of_one_day_and_of_one_run_is_what_they_take() {
        let at = Timestamp::parse("2025-03-11T10:00:00Z").unwrap().micros();
        for last in [at, at + 1, at + DAY_US / 2] {
            let frame = TimeFrame::of(at, last);
            assert_eq!((frame.from, frame.to), (at, last));
        }
    }

    proptest! {
        #[test]
        fn a_frame_holds_its_runs_and_is_empty_for_a_tenth_at_most(
            first in -2_000_000_000_000_000..4_000_000_000_000_000_i64,
            span in 0..4_000_000_000_000_000_i64,
        ) {
            let (last, frame) = (first + span, TimeFrame::of(first, first + span));
            prop_assert!(frame.from <= first && frame.to >= last);
            prop_assert!(frame.last_step <= last);
            let width = frame.to - frame.from;
            prop_assert!((frame.to - last) * 10 <= width, "{frame:?}");
            prop_assert!((first - frame.from) * 25 <= width, "{frame:?}");
        }

        #[test]
        fn a_frame_moves_on_few_of_a_thousand_days(
            first in -2_000_000_000_000_000..4_000_000_000_000_000_i64,
        ) {
            let frames = (70..1_070).map(|days| TimeFrame::of(first, first + days * DAY_US));
            let mut frames: Vec<TimeFrame> = frames.collect();
            frames.dedup();
            prop_assert!(frames.len() < 60, "{}", frames.len());
        }

        #[test]
        fn no_moment_is_beyond_a_frame(first: i64, last: i64) {
            let frame = TimeFrame::of(first.min(last), first.max(last));
            prop_assert!(frame.from <= frame.to);
        }
    }
}
