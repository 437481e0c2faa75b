//! Amounts in a policy: a number in base units, or a number with a unit.
//!
//! `50000`, `1 byte`, `0.85ms`, `1%` and `2 KiB` are amounts; the unit says what the number is
//! scaled by, and which series it can be compared with. What is none is an error of the schema
//! check, with its place: the `format` of a text names what it must be.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::record::Unit;

/// An amount in base units, with the base unit where one was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    pub number: f64,
    pub unit: Option<Unit>,
}

/// How an amount is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenAmount {
    Number(f64),
    Text(String),
}

/// What the text of an amount must be.
struct AmountFormat {
    /// The name of the `format` in the schema.
    name: &'static str,
    is_unit: fn(&Unit) -> bool,
    examples: &'static str,
}

const FORMATS: [AmountFormat; 4] = [
    AmountFormat { name: "amount", is_unit: |_| true, examples: "`0.5ms`, `2 KiB`" },
    AmountFormat {
        name: "duration",
        is_unit: |unit| unit.as_str() == "ns",
        examples: "`0.85ms`, `2s`",
    },
    AmountFormat {
        name: "size",
        is_unit: |unit| unit.as_str() == "B",
        examples: "`500 KiB`, `1 MB`",
    },
    AmountFormat {
        name: "rate",
        is_unit: |unit| unit.as_str().ends_with("/s"),
        examples: "`1000 ops/s`, `50 req/s`",
    },
];

impl From<f64> for Amount {
    fn from(number: f64) -> Self {
        Self { number, unit: None }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match &self.unit {
            None => writer.serialize_f64(self.number),
            Some(unit) => writer.serialize_str(&format!("{} {}", self.number, unit.as_str())),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        match WrittenAmount::deserialize(reader)? {
            WrittenAmount::Number(number) => Ok(Self::from(number)),
            WrittenAmount::Text(text) => parse(&text).map_err(D::Error::custom),
        }
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema(generator)
    }
}

/// Reads an amount into base units.
///
/// # Errors
/// The text has no number, or a unit without a known scale.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<f64>, D::Error> {
    Ok(Option::<Amount>::deserialize(reader)?.map(|amount| amount.number))
}

/// Reads an amount of time into milliseconds; a number is in milliseconds already.
///
/// # Errors
/// As [`deserialize`].
pub(super) fn deserialize_ms<'de, D: Deserializer<'de>>(
    reader: D,
) -> Result<Option<f64>, D::Error> {
    let amount = Option::<Amount>::deserialize(reader)?;
    Ok(amount.map(|it| if it.unit.is_some() { it.number / 1e6 } else { it.number }))
}

/// What keeps a text from being an amount of a format; none where it is one, or where the format is
/// that of something else.
pub(super) fn fault(text: &str, format: &str) -> Option<String> {
    let wanted = FORMATS.iter().find(|it| it.name == format)?;
    match parse(text) {
        Err(why) => Some(why),
        Ok(Amount { unit: Some(unit), .. }) if !(wanted.is_unit)(&unit) => {
            Some(format!("`{text}` is no {format}; write {}", wanted.examples))
        }
        Ok(_) => None,
    }
}

/// Reads an amount.
///
/// # Errors
/// The text has no number, or a unit without a known scale: what is wrong and, behind `; `, what to
/// write.
pub(super) fn parse(text: &str) -> Result<Amount, String> {
    let remedy = "write a number, or one with a unit: `1 byte`, `0.5ms`";
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | ' ' | '_'));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number = number.replace(['_', ' '], "");
    let number: f64 = number.parse().map_err(|_| format!("`{text}` has no number; {remedy}"))?;
    if number < 0.0 {
        return Err(format!("`{text}` is below zero; {remedy}"));
    }
    let unit = unit.trim();
    let too_large = || format!("`{text}` is too large; {remedy}");
    if unit.is_empty() {
        return number.is_finite().then(|| Amount::from(number)).ok_or_else(too_large);
    }
    let spelled = Unit::canonical(unit);
    if !Unit::is_known(&spelled) {
        return Err(format!("`{unit}` is no unit with a known scale; {remedy}"));
    }
    let (base, factor) = Unit::parse(unit);
    let number = number * factor;
    number.is_finite().then_some(Amount { number, unit: Some(base) }).ok_or_else(too_large)
}

/// The schema of any amount.
pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
    schema_of("amount")
}

/// The schema of an amount of time.
pub(super) fn duration_schema(_: &mut SchemaGenerator) -> Schema {
    schema_of("duration")
}

/// The schema of an amount of memory.
pub(super) fn size_schema(_: &mut SchemaGenerator) -> Schema {
    schema_of("size")
}

/// The schema of an amount a second.
pub(super) fn rate_schema(_: &mut SchemaGenerator) -> Schema {
    schema_of("rate")
}

fn schema_of(format: &str) -> Schema {
    schemars::json_schema!({
        "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string", "format": format }]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_base_units_and_units_scale_them() {
        for (text, size, unit) in [
            ("50000", 50_000.0, None),
            ("1 byte", 1.0, Some("B")),
            ("0.5ms", 5e5, Some("ns")),
            ("2 KiB", 2048.0, Some("B")),
            ("1 count", 1.0, Some("count")),
            ("1%", 1.0, Some("%")),
            ("100 req/s", 100.0, Some("req/s")),
        ] {
            let amount = parse(text).unwrap();
            assert_eq!(amount.number, size, "{text}");
            assert_eq!(amount.unit.as_ref().map(Unit::as_str), unit, "{text}");
            let written = serde_json::to_value(&amount).unwrap();
            assert_eq!(serde_json::from_value::<Amount>(written).unwrap(), amount, "{text}");
        }
    }

    #[test]
    fn what_is_no_size_says_how_one_looks() {
        for text in ["many", "1 parrot", "-1 ms", ""] {
            assert!(parse(text).unwrap_err().contains("0.5ms"), "{text}");
        }
        assert!(fault("5 MiB", "duration").unwrap().contains("`0.85ms`"));
        assert!(fault("5 ms", "rate").is_some() && fault("5 req/s", "rate").is_none());
    }
}
