//! Every number, unit, duration and date as people read it: the one place that formats.
//!
//! ```text
//! 41_234.5 ns          41.2 µs          0.137           13.7%
//! 2025-07-30T06:12Z    30 Jul 2025      −1234.5 count   −1,234
//! ```
//!
//! Three significant digits; one unit for numbers side by side ([`UnitScale`]); U+202F between
//! number and unit, U+2212 as minus, no space before `%`. JSON does not come through here. Text of
//! strangers is made harmless in [`sanitize`]; [`secrets`] and [`emails`] take out what nobody
//! should read.
//!
//! What is formatted here may hold a unit or a name as the data has it. It is a string, and so no
//! part of an output: [`escaped`] has the text of each format as a type of its own.

pub(crate) mod digits;
pub mod emails;
pub mod sanitize;
pub mod secrets;
pub mod escaped;
pub mod xml;
pub mod terminal;
pub mod csv;

use crate::record::time::Timestamp;
use crate::record::{Direction, Unit};
use crate::text::digits::{MINUS, push_decimal};

/// What a person wrote, as it may be stored and shown: secrets are masked, e-mail addresses
/// removed.
pub fn publishable(text: &str) -> String {
    // Secrets first: a password before an `@` is no part of an address.
    emails::without_emails(&secrets::mask(text)).into_owned()
}

/// U+202F, between a number and its unit.
const NARROW_SPACE: char = '\u{202f}';

/// The unit that a row or a chart is written in: one factor, one symbol, one number of decimals.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitScale {
    divisor: f64,
    symbol: String,
    decimals: usize,
}

impl UnitScale {
    /// The scale for values of which `smallest` is the smallest in magnitude: it gets three
    /// significant digits and everything beside it the same decimals.
    pub fn for_value(smallest: f64, unit: &Unit) -> Self {
        let size = smallest.abs();
        let (divisor, symbol) = match unit.as_str() {
            "ns" => choose_prefix(size, &[(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")]),
            "B" => choose_prefix(size, &BYTES),
            "B/s" => {
                let (divisor, symbol) = choose_prefix(size, &BYTES);
                return Self::new(size, divisor, format!("{symbol}/s"));
            }
            "count" | "" => choose_prefix(size, &[(1.0, ""), (1e6, "M"), (1e9, "G")]),
            other => {
                let (divisor, prefix) =
                    choose_prefix(size, &[(1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G")]);
                let spaced = if prefix.is_empty() {
                    String::new()
                } else {
                    format!("{prefix}{NARROW_SPACE}")
                };
                return Self::new(size, divisor, format!("{spaced}{other}"));
            }
        };
        Self::new(size, divisor, symbol.to_owned())
    }

    fn new(size: f64, divisor: f64, symbol: String) -> Self {
        Self { divisor, symbol, decimals: decimals_for(size / divisor) }
    }

    /// The scale for a set of values: by the smallest that is not zero.
    pub fn for_values(values: impl IntoIterator<Item = f64>, unit: &Unit) -> Self {
        let smallest = values
            .into_iter()
            .filter(|value| value.is_finite() && *value != 0.0)
            .map(f64::abs)
            .fold(f64::INFINITY, f64::min);
        Self::for_value(if smallest.is_finite() { smallest } else { 0.0 }, unit)
    }

    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// What one of the written unit is in base units: 1,000 for µs. Ticks are round in it.
    pub fn divisor(&self) -> f64 {
        self.divisor
    }

    /// The number alone: for table cells and axis labels whose unit is named once.
    pub fn number(&self, value: f64) -> String {
        build_text(|out| self.push_number(out, value))
    }

    /// The same, behind what is there.
    pub fn push_number(&self, out: &mut String, value: f64) {
        push_decimal(out, value / self.divisor, self.decimals);
    }

    /// The number with as few decimals as a tick of this `step` needs.
    pub fn tick(&self, value: f64, step: f64) -> String {
        let step = (step / self.divisor).abs();
        let decimals = (0..6)
            .find(|places| {
                let scaled = step * 10f64.powi(*places);
                (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
            })
            .unwrap_or(6);
        let decimals = usize::try_from(decimals).unwrap_or(0);
        build_text(|out| push_decimal(out, value / self.divisor, decimals))
    }

    /// Number and unit: `95.6 µs`.
    pub fn quantity(&self, value: f64) -> String {
        build_text(|out| self.push_quantity(out, value))
    }

    /// The same, behind what is there.
    pub fn push_quantity(&self, out: &mut String, value: f64) {
        self.push_number(out, value);
        self.push_symbol(out);
    }

    /// Before and after in one unit: `83.9 → 95.6 µs`.
    pub fn arrow(&self, before: f64, after: f64) -> String {
        build_text(|out| {
            self.push_number(out, before);
            out.push_str(" → ");
            self.push_quantity(out, after);
        })
    }

    /// A span of values: `88.4–89.6 µs`, or one value where both print alike.
    pub fn range(&self, low: f64, high: f64) -> String {
        let (low, high) = (self.number(low), self.number(high));
        let mut range = if low == high { low } else { format!("{low}–{high}") };
        self.push_symbol(&mut range);
        range
    }

    fn push_symbol(&self, out: &mut String) {
        if !self.symbol.is_empty() {
            out.push(NARROW_SPACE);
            out.push_str(&self.symbol);
        }
    }
}

/// A short text that grows no more than once.
fn build_text(write: impl FnOnce(&mut String)) -> String {
    let mut out = String::with_capacity(24);
    write(&mut out);
    out
}

const BYTES: [(f64, &str); 5] = [
    (1.0, "B"),
    (1024.0, "KiB"),
    (1_048_576.0, "MiB"),
    (1_073_741_824.0, "GiB"),
    (1_099_511_627_776.0, "TiB"),
];

fn choose_prefix<'a>(size: f64, steps: &[(f64, &'a str)]) -> (f64, &'a str) {
    // 0.9995 so that what rounds to 1,000 of one unit is written as 1.00 of the next.
    steps.iter().rev().find(|(divisor, _)| size >= divisor * 0.9995).copied().unwrap_or(steps[0])
}

fn decimals_for(size: f64) -> usize {
    match size {
        s if s == 0.0 || s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.0995 => 3,
        _ => 4,
    }
}

/// `3,900`.
pub fn count(number: u64) -> String {
    build_text(|out| digits::push_grouped(out, number))
}

/// `1 run`, `3,900 records`: the plural is the singular with an `s`, `entries`, or
/// `series`.
pub fn count_noun(number: u64, noun: &str) -> String {
    let (noun, plural) = match (number, noun) {
        (1, _) => (noun, ""),
        _ if noun.ends_with("series") => (noun, ""),
        (_, "benchmark is") => ("benchmarks are", ""),
        (_, "entry") => ("entries", ""),
        _ => (noun, "s"),
    };
    build_text(|out| {
        digits::push_grouped(out, number);
        out.push(' ');
        out.push_str(noun);
        out.push_str(plural);
    })
}

/// Two levels of a value: `83.9 → 95.6 µs`; levels a hundredfold apart have a unit each: `35.1 µs →
/// 41.0 ms`.
pub fn levels(before: f64, after: f64, unit: &Unit) -> String {
    let is_near = before.abs() <= 100.0 * after.abs() && after.abs() <= 100.0 * before.abs();
    if is_near || before == 0.0 || after == 0.0 {
        return UnitScale::for_values([before, after], unit).arrow(before, after);
    }
    let own = |value: f64| UnitScale::for_value(value, unit).quantity(value);
    format!("{} → {}", own(before), own(after))
}

/// A relative change as signed percent, sign as the value moved: `+13.9%`, `−9.8%`, `<0.1%`.
pub fn percent_change(change: f64) -> String {
    let percent = change * 100.0;
    if !percent.is_finite() {
        return "n/a".to_owned();
    }
    if percent.abs() < 0.05 {
        return "<0.1%".to_owned();
    }
    signed_percent(percent, 1)
}

/// A slow change, as signed percent with two digits that count: `+0.11%`, `−1.3%`, `0%`.
pub fn percent_rate(rate: f64) -> String {
    let percent = rate * 100.0;
    let size = percent.abs();
    let decimals = match size {
        s if s >= 9.95 => 0,
        s if s >= 0.995 => 1,
        s if s >= 0.0995 => 2,
        _ => 3,
    };
    if !percent.is_finite() {
        return "n/a".to_owned();
    }
    if size < 0.0005 {
        return "0%".to_owned();
    }
    signed_percent(percent, decimals)
}

fn signed_percent(percent: f64, decimals: usize) -> String {
    build_text(|out| {
        out.push(if percent < 0.0 { MINUS } else { '+' });
        push_decimal(out, percent.abs(), decimals);
        out.push('%');
    })
}

/// A share or a threshold: `12%`, `2.5%`; one decimal only where there is one.
pub fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    if share != 0.0 && tenths == 0.0 {
        return "<0.1%".to_owned();
    }
    build_text(|out| {
        push_decimal(out, tenths, usize::from(tenths.fract() != 0.0));
        out.push('%');
    })
}

/// How many times: `1.14×`. `factor` is the larger over the smaller, at least 1.
pub fn ratio(factor: f64) -> String {
    let decimals = if factor < 10.0 { 2 } else { 0 };
    build_text(|out| {
        push_decimal(out, factor, decimals);
        out.push('×');
    })
}

/// An exponent: `1.02`, `−0.98`.
pub fn exponent(value: f64, decimals: usize) -> String {
    build_text(|out| push_decimal(out, value, decimals))
}

/// A spread after a value: `±1.6`, in the scale of that value.
pub fn spread(std: f64, scale: &UnitScale) -> String {
    build_text(|out| push_spread(out, std, scale))
}

/// The same, behind what is there.
pub fn push_spread(out: &mut String, std: f64, scale: &UnitScale) {
    out.push('±');
    scale.push_number(out, std);
}

/// Names of the months as pages write them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day as pages write it.
#[derive(Clone, Copy, PartialEq)]
struct CalendarDate {
    year: i64,
    month: &'static str,
    day: u8,
}

/// The day of a time; none for times that only the general calendar knows.
fn calendar_date(time: Timestamp) -> Option<CalendarDate> {
    // Measured by callgrind: 557 instructions a date instead of 1,382 by `strftime`, for the 12,000
    // dates of the demo's site 2.4 % of a build.
    let (year, month, day) = time.date()?;
    Some(CalendarDate { year, month: MONTHS.get(usize::from(month) - 1)?, day })
}

/// The general calendar's way to write a time.
fn strftime(time: Timestamp, format: &str) -> String {
    match jiff::Timestamp::from_microsecond(time.micros()) {
        Ok(stamp) => stamp.strftime(format).to_string(),
        Err(_) => time.to_string(),
    }
}

/// `30 Jul 2025`, UTC.
pub fn date(time: Timestamp) -> String {
    build_text(|out| push_date(out, time))
}

fn push_date(out: &mut String, time: Timestamp) {
    let Some(date) = calendar_date(time) else { return out.push_str(&strftime(time, "%-d %b %Y")) };
    push_day_month(out, date);
    out.push(' ');
    digits::push_plain(out, date.year.unsigned_abs());
}

/// `30 Jul`: where the year stands nearby.
pub fn day_month(time: Timestamp) -> String {
    calendar_date(time).map_or_else(
        || strftime(time, "%-d %b"),
        |date| build_text(|out| push_day_month(out, date)),
    )
}

fn push_day_month(out: &mut String, date: CalendarDate) {
    digits::push_plain(out, u64::from(date.day));
    out.push(' ');
    out.push_str(date.month);
}

/// `Jul`.
pub fn month(time: Timestamp) -> String {
    calendar_date(time).map_or_else(|| strftime(time, "%b"), |date| date.month.to_owned())
}

/// `2025`.
pub fn year(time: Timestamp) -> String {
    calendar_date(time).map_or_else(|| strftime(time, "%Y"), |date| date.year.to_string())
}

/// `26 Sep 2025 06:12 UTC`.
pub fn date_time(time: Timestamp) -> String {
    strftime(time, "%-d %b %Y %H:%M UTC")
}

/// `06:12`.
pub fn time_of_day(time: Timestamp) -> String {
    strftime(time, "%H:%M")
}

/// `2025-07-30`: for ids, file names and `datetime` attributes.
pub fn iso_date(time: Timestamp) -> String {
    let Some((year, month, day)) = time.date() else { return strftime(time, "%Y-%m-%d") };
    format!("{year}-{month:02}-{day:02}")
}

/// A span of dates without repeating what both share: `17–25 Jun`, `30 Mar to 26 Sep 2025`.
pub fn date_span(from: Timestamp, to: Timestamp) -> String {
    build_text(|out| push_date_span(out, from, to))
}

/// The same, behind what is there.
pub fn push_date_span(out: &mut String, from: Timestamp, to: Timestamp) {
    match calendar_date(from).zip(calendar_date(to)) {
        Some((first, last)) if first == last => {}
        Some((first, last)) if (first.year, first.month) == (last.year, last.month) => {
            digits::push_plain(out, u64::from(first.day));
            out.push('–');
        }
        Some((first, last)) => {
            if first.year == last.year {
                push_day_month(out, first);
            } else {
                push_date(out, from);
            }
            out.push_str(" to ");
        }
        None => {
            push_date(out, from);
            out.push_str(" to ");
        }
    }
    push_date(out, to);
}

/// A length of time in words: `14 days`, `6 hours`, `12 minutes`.
pub fn duration(micros: i64) -> String {
    let minutes = micros.max(0) / 60_000_000;
    let (amount, noun) = match minutes {
        m if m >= 2 * 24 * 60 => (m / (24 * 60), "day"),
        m if m >= 2 * 60 => (m / 60, "hour"),
        m => (m, "minute"),
    };
    count_noun(amount.unsigned_abs(), noun)
}

/// A commit as people say it: the first 7 of a hex sha, else the id itself.
pub fn short_commit(id: &str) -> String {
    if is_sha(id) {
        id[..7].to_ascii_lowercase()
    } else {
        crate::record::shorten(id, 40).into_owned()
    }
}

/// Whether an id looks like a (short or full) git sha: 7 to 64 hex digits.
pub fn is_sha(id: &str) -> bool {
    (7..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `slower`, `faster`, `larger`, `smaller`, `worse` or `better`: by unit and direction. `different`
/// where the direction is unknown.
pub fn comparative(unit: &Unit, better: Direction, worse: bool) -> &'static str {
    match (unit.as_str(), better, worse) {
        ("ns", Direction::Lower, true) => "slower",
        ("ns", Direction::Lower, false) => "faster",
        (unit, Direction::Higher, true) if unit.ends_with("/s") => "slower",
        (unit, Direction::Higher, false) if unit.ends_with("/s") => "faster",
        ("B", Direction::Lower, true) => "larger",
        ("B", Direction::Lower, false) => "smaller",
        (_, Direction::Unknown, _) => "different",
        (_, _, true) => "worse",
        (_, _, false) => "better",
    }
}

/// Joins names as prose does: `a`, `a and b`, `a, b and c`.
pub fn join_and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns() -> Unit {
        Unit::parse("ns").0
    }

    #[test]
    fn a_row_has_one_unit_and_one_number_of_decimals() {
        let scale = UnitScale::for_values([83_912.0, 95_600.0], &ns());
        assert_eq!(scale.arrow(83_912.0, 95_600.0), "83.9 → 95.6\u{202f}µs");
        let scale = UnitScale::for_values([999_700.0, 1_200_000.0], &ns());
        assert_eq!(scale.arrow(999_700.0, 1_200_000.0), "1.00 → 1.20\u{202f}ms");
        let unit = Unit::parse("ns").0;
        assert_eq!(levels(83_912.0, 95_600.0, &unit), "83.9 → 95.6\u{202f}µs");
        assert_eq!(levels(35_100.0, 41e6, &unit), "35.1\u{202f}µs → 41.0\u{202f}ms");
        assert_eq!(levels(0.0, 41e6, &unit), "0.0 → 41.0\u{202f}ms");
    }

    #[test]
    fn the_sign_belongs_to_the_value_shown() {
        assert_eq!(percent_change(0.139), "+13.9%");
        assert_eq!(percent_change(-0.098), "−9.8%");
        assert_eq!(percent_change(0.0001), "<0.1%");
        assert_eq!(percent_change(12.5), "+1,250.0%");
    }

    #[test]
    fn a_rate_keeps_two_digits_however_slow() {
        for (rate, words) in [
            (0.0011, "+0.11%"),
            (-0.000_24, "−0.024%"),
            (0.0133, "+1.3%"),
            (0.25, "+25%"),
            (1e-9, "0%"),
            (f64::INFINITY, "n/a"),
        ] {
            assert_eq!(percent_rate(rate), words);
        }
    }

    #[test]
    fn bytes_are_binary_and_counts_have_commas() {
        let unit = Unit::parse("B").0;
        assert_eq!(
            UnitScale::for_value(3.0 * 1_048_576.0, &unit).quantity(3_145_728.0),
            "3.00\u{202f}MiB"
        );
        assert_eq!(count(18_412), "18,412");
        assert_eq!(count_noun(1, "run"), "1 run");
    }

    #[test]
    fn extreme_values_stay_short() {
        for value in [1e300, -1e300, 1e-300, 0.0, f64::MIN_POSITIVE] {
            let text = UnitScale::for_value(value, &ns()).quantity(value);
            assert!(text.chars().count() < 14, "{text}");
        }
    }

    #[test]
    fn spans_of_dates_do_not_repeat_themselves() {
        let at = |text| Timestamp::parse(text).unwrap();
        assert_eq!(
            date_span(at("2025-06-17T00:00:00Z"), at("2025-06-25T00:00:00Z")),
            "17–25 Jun 2025"
        );
        assert_eq!(
            date_span(at("2025-03-30T00:00:00Z"), at("2025-09-26T00:00:00Z")),
            "30 Mar to 26 Sep 2025"
        );
        assert_eq!(
            date_span(at("2025-03-30T00:00:00Z"), at("2025-03-30T09:00:00Z")),
            "30 Mar 2025"
        );
    }

    #[test]
    fn thresholds_drop_an_empty_decimal() {
        assert_eq!(percent(0.12), "12%");
        assert_eq!(percent(0.025), "2.5%");
        assert_eq!(percent(0.0), "0%");
    }
}
