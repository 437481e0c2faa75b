//! Times as tools write them: RFC 3339, the same without a zone, and numbers since 1970.
//!
//! A time without a zone is taken for UTC, as jobs run in it. What is no time is none.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use model::record::time::Timestamp;

/// Seconds of the year 2286 (10¹⁰): a larger number counts milliseconds, one larger by a thousand
/// microseconds, by a million nanoseconds. Results of before 1970-04-26 (as milliseconds) are none.
const MAX_SECONDS: f64 = 1e10;

/// A time in text: RFC 3339, or `2026-01-02 03:04:05.678` with a space or `T` and no zone, or a
/// number since 1970.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = Timestamp::parse(text) {
        return Some(time);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_micros(time.as_microsecond()));
    }
    if let Ok(civil) = text.parse::<DateTime>() {
        let time = Offset::UTC.to_timestamp(civil).ok()?;
        return Some(Timestamp::from_micros(time.as_microsecond()));
    }
    text.parse().ok().and_then(parse_epoch)
}

/// A number since 1970 in seconds, milliseconds, microseconds or nanoseconds, told by its size.
pub fn parse_epoch(number: f64) -> Option<Timestamp> {
    let size = number.abs();
    let micros = match () {
        () if !number.is_finite() => return None,
        () if size < MAX_SECONDS => number * 1e6,
        () if size < MAX_SECONDS * 1e3 => number * 1e3,
        () if size < MAX_SECONDS * 1e6 => number,
        () if size < MAX_SECONDS * 1e9 => number / 1e3,
        () => return None,
    };
    let micros = micros.round() as i64;
    jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(Timestamp::from_micros(micros))
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
            "1767323045.678",
            "1767323045678",
            "1767323045678000",
            "1767323045678000000",
        ] {
            assert_eq!(parse_time(text), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "soon", "nan", "inf", "1e300", "2026-02-30 00:00:00", "12:00"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
        let day = Timestamp::parse("2026-01-02T00:00:00Z").unwrap();
        assert_eq!(parse_time("2026-01-02"), Some(day));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-0-9T:. Z+e]{0,30}", n in proptest::num::f64::ANY) {
            let _ = (parse_time(&text), parse_epoch(n));
        }
    }
}
