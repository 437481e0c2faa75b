//! Times as tools write them: RFC 3339, the same without a zone, other orders of date and time, and
//! numbers since 1970.
//!
//! `2024.01.31 10:00:00 +0100`, `20240131T090000` and `1706691600` are one moment. A time without a
//! zone is UTC, because jobs run in it. Nothing was measured before 1970 or after 9999.

use jiff::civil;
use jiff::fmt::strtime;
use jiff::tz::Offset;

use model::record::time::Timestamp;

/// How a number of time since 1970 counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EpochUnit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl EpochUnit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

/// A time, and how it counted where it was a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParsedTime {
    pub(crate) time: Timestamp,
    pub(crate) unit: Option<EpochUnit>,
}

/// 9999-12-31T00:00:00Z in microseconds.
const MAX_MICROS: f64 = 2.534_022_144e17;

/// A time since 1970, whose scale its size tells: below 10^11 it counts seconds, below 10^14
/// milliseconds, below 10^17 microseconds, else nanoseconds. 10^11 seconds are the year 5138 and
/// 10^11 milliseconds March 1973: no result is older than the one or newer than the other.
pub(crate) fn parse_epoch(number: f64) -> Option<Timestamp> {
    epoch(number).map(|parsed| parsed.time)
}

fn epoch(number: f64) -> Option<ParsedTime> {
    let (unit, micros) = match number {
        odd if odd.is_nan() || odd < 0.0 => return None,
        seconds if seconds < 1e11 => (EpochUnit::Seconds, seconds * 1e6),
        millis if millis < 1e14 => (EpochUnit::Milliseconds, millis * 1e3),
        micros if micros < 1e17 => (EpochUnit::Microseconds, micros),
        nanos => (EpochUnit::Nanoseconds, nanos / 1e3),
    };
    (micros < MAX_MICROS).then(|| ParsedTime {
        time: Timestamp::from_micros(micros.round() as i64),
        unit: Some(unit),
    })
}

/// Milliseconds since 1970, in formats that say that they count those: their early times are no
/// seconds.
pub(crate) fn epoch_millis(number: f64) -> Option<Timestamp> {
    let micros = number * 1e3;
    (0.0..MAX_MICROS).contains(&micros).then(|| Timestamp::from_micros(micros.round() as i64))
}

/// Times as people and tools write them beside RFC 3339; with an offset, then without (UTC).
const WITH_OFFSET: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S%.f %z", "%Y.%m.%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S %z", "%Y%m%dT%H%M%S%z"];
const WITHOUT_OFFSET: [&str; 10] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d-%H:%M:%S",
    // What `ctime` of C prints.
    "%a %b %d %H:%M:%S %Y",
    "%Y%m%dT%H%M%S",
    "%Y-%m-%dT%H:%M",
    "%Y%m%d%H%M%S",
];
const DATE_ONLY: [&str; 3] = ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d"];

/// A time in text: RFC 3339, the forms above, or a number since 1970.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    parse_time_and_unit(text).map(|parsed| parsed.time)
}

/// The same, with how it counted where it was a number.
pub(crate) fn parse_time_and_unit(text: &str) -> Option<ParsedTime> {
    let text = text.trim();
    if let Ok(time) = Timestamp::parse(text) {
        return Some(ParsedTime { time, unit: None });
    }
    if let Ok(number) = text.parse::<f64>() {
        // Fourteen digits that are a date are no number: 20240131120000.
        let date = text.len() == 14 && text.starts_with("20");
        if let Some(parsed) = epoch(number).filter(|_| !date) {
            return Some(parsed);
        }
    }
    parse_civil(text)
        .map(|time| ParsedTime { time: Timestamp::from_micros(time.as_microsecond()), unit: None })
}

fn parse_civil(text: &str) -> Option<jiff::Timestamp> {
    let utc = |time: civil::DateTime| Offset::UTC.to_timestamp(time).ok();
    let parse = |form: &&str| strtime::parse(form, text).ok();
    let iso = || text.parse::<jiff::Timestamp>().ok().or_else(|| utc(text.parse().ok()?));
    let with_offset =
        || WITH_OFFSET.iter().filter_map(parse).find_map(|parsed| parsed.to_timestamp().ok());
    let without = || {
        WITHOUT_OFFSET.iter().filter_map(parse).find_map(|parsed| utc(parsed.to_datetime().ok()?))
    };
    let midnight = || {
        let day = DATE_ONLY.iter().filter_map(parse).find_map(|parsed| parsed.to_date().ok())?;
        utc(day.to_datetime(civil::Time::midnight()))
    };
    let found = iso().or_else(with_offset).or_else(without).or_else(midnight)?;
    // A year beyond 9999 is no year of a benchmark, whatever the library can hold.
    ((found.as_microsecond() as f64) < MAX_MICROS && found.as_microsecond() >= 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_in_many_spellings_is_one_moment() {
        let moment = Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap();
        for text in [
            "2026-01-02T03:04:05.678Z",
            "2026-01-02 03:04:05.678",
            "2026-01-02T03:04:05.678",
            "2026-01-02 04:04:05.678+01:00",
            "2026-01-02T04:04:05.678+0100",
            "2026-01-02 04:04:05.678 +0100",
            "1767323045.678",
            "1767323045678",
            "1767323045678000",
            "1767323045678000000",
        ] {
            assert_eq!(parse_time(text), Some(moment), "{text}");
        }
        let second = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        for text in [
            "2026.01.02 4:04:05 +0100",
            "2026/01/02 03:04:05",
            "2026/01/02 03:04:05.000",
            "Fri Jan  2 03:04:05 2026",
            "20260102T030405",
            "20260102030405",
        ] {
            assert_eq!(parse_time(text), Some(second), "{text}");
        }
        assert_eq!(epoch_millis(5e10), Timestamp::parse("1971-08-02T16:53:20Z").ok());
        assert_eq!(parse_epoch(5e9), Timestamp::parse("2128-06-11T08:53:20Z").ok());
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "soon", "nan", "inf", "-1", "1e300", "2026-02-30 00:00:00", "12:00", "99.99.2024"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
        let day = Timestamp::parse("2026-01-02T00:00:00Z").unwrap();
        assert_eq!(parse_time("2026-01-02"), Some(day));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in "[-0-9T:. Z+e]{0,30}.{0,2}",
            n in proptest::num::f64::ANY,
        ) {
            let _ = (parse_time(&text), parse_epoch(n), epoch_millis(n));
        }
    }
}
