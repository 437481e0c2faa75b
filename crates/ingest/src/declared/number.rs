//! Numbers as a declared format finds them: plain, in text, with a unit.

use model::record::Unit;
use serde_json::Value;

use crate::declared::path::{Frame, PathChoice, PathValue};
use crate::parse::number::{convert, parse_quantity};

/// A number and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NumberPath {
    pub(crate) paths: PathChoice,
    /// Whether everything that the paths lead to is added up.
    pub(crate) is_sum: bool,
    /// As it was written, for messages.
    pub(crate) written: String,
    pub(crate) factor: f64,
}

/// What stands where a number is expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NumberReading {
    /// Nothing, or a word for nothing.
    Missing,
    /// Something else than a finite number.
    Unreadable(String),
    /// The unit is empty where none stands behind the number.
    Number { value: f64, unit: String },
}

/// How tools write that there is no number.
const NOTHING: [&str; 9] = ["", "-", "--", "?", "n/a", "na", "null", "none", "(null)"];

impl NumberPath {
    /// Whether the number stands in the file as it is.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_sum && self.factor == 1.0
    }

    /// The number of a value.
    pub(crate) fn read(&self, frames: &[Frame<'_>]) -> NumberReading {
        let found = self.paths.values(frames);
        let found = if self.is_sum { &found[..] } else { &found[..found.len().min(1)] };
        let mut total = NumberReading::Missing;
        for one in found {
            total = match (total, reading(*one)) {
                (
                    NumberReading::Number { value, unit },
                    NumberReading::Number { value: next, .. },
                ) => NumberReading::Number { value: value + next * self.factor, unit },
                (_, NumberReading::Number { value, unit }) => {
                    NumberReading::Number { value: value * self.factor, unit }
                }
                (_, NumberReading::Unreadable(text)) => return NumberReading::Unreadable(text),
                (total, NumberReading::Missing) => total,
            };
        }
        total
    }

    /// The number in a unit; none where there is none of that kind.
    pub(crate) fn read_in(&self, frames: &[Frame<'_>], unit: &str) -> Option<f64> {
        match self.read(frames) {
            NumberReading::Number { value, unit: written } if written.is_empty() => Some(value),
            NumberReading::Number { value, unit: written } => convert(value, &written, unit),
            _ => None,
        }
    }
}

/// The number that a path led to.
pub(crate) fn reading(found: PathValue<'_>) -> NumberReading {
    let text = match found {
        PathValue::Json(Value::Number(number)) => {
            return match number.as_f64().filter(|value| value.is_finite()) {
                Some(value) => NumberReading::Number { value, unit: String::new() },
                None => NumberReading::Unreadable(number.to_string()),
            };
        }
        PathValue::Json(Value::Null) => return NumberReading::Missing,
        PathValue::Json(Value::String(text)) => text.as_str(),
        PathValue::Key(key) => key,
        PathValue::Json(other) => return NumberReading::Unreadable(other.to_string()),
    };
    // A gap is no mistake: tables leave out what a benchmark does not have.
    if NOTHING.contains(&text.trim().to_lowercase().as_str()) {
        return NumberReading::Missing;
    }
    match parse_quantity(text) {
        Some((value, unit)) => {
            NumberReading::Number { value, unit: Unit::canonical(unit).into_owned() }
        }
        None => NumberReading::Unreadable(text.to_owned()),
    }
}
