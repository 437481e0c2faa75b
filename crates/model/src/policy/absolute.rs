//! An absolute size in a policy: a number in base units, or a number with a unit.
//!
//! `50000`, `1 byte`, `0.5ms` and `2 KiB` are sizes; the unit says what the number is scaled by.

use schemars::{Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::record::Unit;

/// A size as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSize {
    Number(f64),
    Text(String),
}

/// Reads a size into base units.
///
/// # Errors
/// The text has no number, or a unit without a known scale.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<f64>, D::Error> {
    match Option::<WrittenSize>::deserialize(reader)? {
        None => Ok(None),
        Some(WrittenSize::Number(size)) => Ok(Some(size)),
        Some(WrittenSize::Text(text)) => parse(&text).map(Some).map_err(D::Error::custom),
    }
}

fn parse(text: &str) -> Result<f64, String> {
    let remedy = "write a number, or one with a unit: `1 byte`, `0.5ms`";
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | ' ' | '_'));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number = number.replace(['_', ' '], "");
    let number: f64 = number.parse().map_err(|_| format!("`{text}` has no number; {remedy}"))?;
    if number < 0.0 {
        return Err(format!("`{text}` is below zero; {remedy}"));
    }
    let unit = unit.trim();
    let spelled = Unit::canonical(unit);
    if !unit.is_empty() && !Unit::is_known(&spelled) {
        return Err(format!("`{unit}` is no unit with a known scale; {remedy}"));
    }
    Ok(if unit.is_empty() { number } else { number * Unit::parse(unit).1 })
}

/// The schema of a size.
pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string" }]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_base_units_and_units_scale_them() {
        for (text, size) in [
            ("50000", 50_000.0),
            ("1 byte", 1.0),
            ("0.5ms", 5e5),
            ("2 KiB", 2048.0),
            ("1 count", 1.0),
        ] {
            assert_eq!(parse(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_says_how_one_looks() {
        for text in ["many", "1 parrot", "-1 ms", ""] {
            assert!(parse(text).unwrap_err().contains("0.5ms"), "{text}");
        }
    }
}
