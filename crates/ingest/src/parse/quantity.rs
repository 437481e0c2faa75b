//! Values with their unit, as people write them into JSON: `150`, `"150ms"`, `"99.9%"`,
//! `"1250 req/s"`. Rejects what may mean something else: `"12 of 13"`, `"2025-01-01"`, `"n/a"`.

use serde_json::Value;

use crate::json::Number;
use crate::parse::{number, unit};
use model::record::Unit;
use model::record::direction::is_rate;

/// A number and its unit in the canonical spelling; empty where there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) value: f64,
    pub(crate) unit: String,
}

/// What a message says to do about a value that is none.
pub(crate) const REMEDY: &str = "write a number, or a number and its unit, such as \"150ms\"";

impl Quantity {
    /// The value, and its unit where it stands in text behind it.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let Value::String(text) = value else {
            let plain = |value| Self { value, unit: String::new() };
            return Number::of(value).0.map(plain);
        };
        let (value, written) = number::parse_quantity(text)?;
        let unit = unit::canonical(written).into_owned();
        // A unit of the project's own is a word or two: no more numbers, no marks.
        let is_word = unit.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '_' | '%' | '°'));
        (is_word || Self::has_known_unit(&unit)).then_some(Self { value, unit })
    }

    /// Whether a unit has a scale or is a rate.
    pub(crate) fn has_known_unit(unit: &str) -> bool {
        Unit::is_known(unit) || is_rate(unit)
    }

    /// The value in another unit of the same kind; a value without a unit is in that unit.
    pub(crate) fn in_unit(&self, unit: &str) -> Option<f64> {
        match self.unit.is_empty() {
            true => Some(self.value),
            false => number::convert(self.value, &self.unit, unit),
        }
    }
}

/// The line, from 1, on which the value at the end of a path of keys stands in a text of JSON; the
/// first line where a key is escaped.
pub(crate) fn line_of(text: &str, path: &[&str]) -> usize {
    let mut offset = 0;
    for key in path {
        let quoted = Value::from(*key).to_string();
        match text[offset..].find(&quoted) {
            Some(at) => offset += at + quoted.len(),
            None => return 1,
        }
    }
    1 + text[..offset].matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(f64, String)> {
        Quantity::of(&Value::from(text)).map(|it| (it.value, it.unit))
    }

    #[test]
    fn numbers_are_read_with_their_units() {
        for (text, value, unit) in [
            ("150ms", 150.0, "ms"),
            ("99.9%", 99.9, "%"),
            ("1250 req/s", 1250.0, "req/s"),
            ("1,250 requests/sec", 1250.0, "req/s"),
            ("4.2GB", 4.2, "GB"),
            ("3 parrots", 3.0, "parrots"),
            ("7", 7.0, ""),
        ] {
            assert_eq!(of(text), Some((value, unit.to_owned())), "{text}");
        }
        for text in ["", "n/a", "12 of 13", "2025-01-01", "1.2.3", "ms", "1/2"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(Quantity::of(&Value::from(1500)).map(|it| it.value), Some(1500.0));
        assert_eq!(Quantity::of(&Value::Null), None);
        let second = Quantity { value: 1.2, unit: "s".to_owned() };
        assert_eq!((second.in_unit("ms"), second.in_unit("MB")), (Some(1200.0), None));
    }

    #[test]
    fn a_path_has_a_line() {
        let text = "{\n\"user\": 1,\n\"cpu\": {\n\"user\": \"n/a\"}}";
        assert_eq!((line_of(text, &["cpu", "user"]), line_of(text, &["cpu", "é\n"])), (4, 1));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,20}", key in ".{0,5}") {
            let _ = (of(&text), line_of(&text, &[&key, &key]));
        }
    }
}
