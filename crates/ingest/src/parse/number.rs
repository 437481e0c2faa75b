//! Numbers as tools print them for people: `1,234.5 µs`, `12_345`, `+1.5e-3`.
//!
//! A comma or a low line counts as a separator of thousands where three digits follow, and only
//! there: `1,5` may be one and a half or a mistake, and is refused. So is what is no finite number.

use model::record::Unit;

/// A number and the unit that follows it, trimmed; the unit is empty where nothing follows.
pub(crate) fn parse_quantity(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = number_end(text);
    let (number, unit) = text.split_at_checked(end)?;
    // `1 234 ms` is no 1 of the unit `234 ms`.
    let is_odd = |c: char| c.is_ascii_digit() || [',', '_', '.'].contains(&c);
    if unit.trim_start().starts_with(is_odd) {
        return None;
    }
    let plain: String = number.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    let value = plain.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some((value, unit.trim_start()))
}

/// A number with nothing after it.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    parse_quantity(text).filter(|(_, unit)| unit.is_empty()).map(|(value, _)| value)
}

/// Whether a word is what programs print for a number that is none: of a run that measured nothing.
pub(crate) fn is_no_number(word: &str) -> bool {
    let word = word.trim().trim_start_matches(['+', '-']).to_ascii_lowercase();
    ["nan", "inf", "infinity", "nan(ind)", "1.#inf", "1.#ind", "∞"].contains(&word.as_str())
}

/// A value of one unit told in another of the same kind; the value itself where both are one.
pub(crate) fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(value);
    }
    let ((base, factor), (other, divisor)) = (Unit::parse(from), Unit::parse(to));
    let ratio =
        || if factor < divisor { value / (divisor / factor) } else { value * (factor / divisor) };
    (base == other).then(ratio)
}

/// Where the number that begins a text ends, in bytes.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits =
        |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let start = sign(0);
    let first = digits(start);
    let mut end = start + first;
    if (1..=3).contains(&first) {
        while matches!(bytes.get(end), Some(b',' | b'_')) && digits(end + 1) == 3 {
            end += 4;
        }
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        end += if first + fraction > 0 { 1 + fraction } else { 0 };
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) && end > start {
        let exponent = end + 1 + sign(end + 1);
        let power = digits(exponent.min(bytes.len()));
        end = if power > 0 { exponent + power } else { end };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people_are_read() {
        for (text, value, unit) in [
            ("1,234.5 µs", 1234.5, "µs"),
            (" 3,161,253 ns/iter", 3_161_253.0, "ns/iter"),
            ("12_345", 12_345.0, ""),
            ("26.15n", 26.15, "n"),
            ("+1.5e-3s", 0.0015, "s"),
            ("-7.%", -7.0, "%"),
            (".5 ms", 0.5, "ms"),
            ("2e", 2.0, "e"),
            ("1234567.25 ops/sec", 1_234_567.25, "ops/sec"),
        ] {
            assert_eq!(parse_quantity(text), Some((value, unit)), "{text}");
        }
        assert_eq!(parse_number("1,000"), Some(1000.0));
    }

    #[test]
    fn what_may_mean_two_things_or_nothing_is_no_number() {
        for text in [
            "", "µs", "1,5", "1,23,456", "1234,567", "1.2.3", "1__000", "-", ".", "inf", "NaN",
            "1e999", "1 234 ms",
        ] {
            assert_eq!(parse_quantity(text), None, "{text}");
        }
        assert_eq!(parse_number("5 ms"), None);
    }

    #[test]
    fn units_of_one_kind_are_told_in_each_other() {
        assert_eq!(convert(999.1, "ns", "µs"), Some(0.9991));
        assert_eq!(convert(1.2, "ms", "µs"), Some(1200.0));
        assert_eq!(convert(0.1, "odd", "odd"), Some(0.1));
        assert_eq!(convert(1.0, "ns", "B"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.,_eEé ]{0,12}.{0,3}") {
            let _ = parse_quantity(&text);
        }

        #[test]
        fn a_number_is_read_to_its_last_digit(value in -1e15..1e15_f64) {
            proptest::prop_assert_eq!(parse_number(&value.to_string()), Some(value));
        }
    }
}
