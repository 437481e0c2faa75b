//! The reader of any line: serde's, with a visitor by hand.
//!
//! Unknown fields are kept as metadata, numbers are accepted where text is meant, `null` counts as
//! absent, and every error names its field. A derived reader with a flattened rest would buffer
//! each line twice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::store::fields::{Body, BodyField, Field, Values, Wire, take_field};
use model::record::Measurement;

/// The general reader's values.
struct General<'m, A>(&'m mut A);

impl<'a, A: MapAccess<'a>> Values<'a> for General<'_, A> {
    type Error = A::Error;

    fn text(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, A::Error> {
        text(self.0, name)
    }

    fn value<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, A::Error> {
        value(self.0, name)
    }
}

impl<'de> Deserialize<'de> for Wire<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Wire<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut wire = Wire::with_room();
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            let field = Field::named(&key);
            take_field(&mut wire, field, key, &mut General(&mut map))?;
        }
        Ok(wire)
    }
}

/// A value of the right type, or none for `null`; errors name the field.
fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: &mut A,
    key: &str,
) -> Result<Option<T>, A::Error> {
    map.next_value::<Option<T>>().map_err(|error| A::Error::custom(format!("`{key}`: {error}")))
}

/// Text, or any other JSON as the text it is written in.
fn text<'de, A: MapAccess<'de>>(map: &mut A, key: &str) -> Result<Option<Cow<'de, str>>, A::Error> {
    let raw: &'de RawValue = map.next_value()?;
    let raw = raw.get();
    match raw.as_bytes().first() {
        // Checked as JSON by now: without an escape, what stands between the quotes is the text.
        Some(b'"') if memchr::memchr(b'\\', raw.as_bytes()).is_none() => {
            Ok(raw.get(1..raw.len() - 1).map(Cow::Borrowed))
        }
        Some(b'"') => match serde_json::from_str::<Key<'de>>(raw) {
            Ok(text) => Ok(Some(text.0)),
            Err(error) => Err(A::Error::custom(format!("`{key}`: {error}"))),
        },
        Some(b'n') => Ok(None),
        _ => Ok(Some(Cow::Borrowed(raw))),
    }
}

/// A string that borrows where it holds no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// An input size: a whole number, also written as `1e6` or `1000000.0`.
pub(super) struct Size(pub(super) u64);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizeVisitor;
        impl Visitor<'_> for SizeVisitor {
            type Value = Size;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0")
            }
            fn visit_u64<E: Error>(self, size: u64) -> Result<Size, E> {
                Ok(Size(size))
            }
            fn visit_f64<E: Error>(self, size: f64) -> Result<Size, E> {
                // 2^53: up to here every whole number has its own f64.
                if size.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&size) {
                    Ok(Size(size as u64))
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Float(size), &self))
                }
            }
        }
        deserializer.deserialize_any(SizeVisitor)
    }
}

/// Parameters in their canonical text: sorted `key=value` pairs. Text and lists stay as written.
#[derive(Default)]
pub(super) struct Params(pub(super) String);

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(match value {
            serde_json::Value::Object(map) => {
                let mut pairs: Vec<String> =
                    map.iter().map(|(key, value)| format!("{key}={}", scalar(value))).collect();
                pairs.sort_unstable();
                pairs.join(", ")
            }
            serde_json::Value::Array(items) => {
                items.iter().map(scalar).collect::<Vec<_>>().join(", ")
            }
            other => scalar(&other),
        }))
    }
}

fn scalar(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `metrics: {name: number | {value, …}}`, sorted by name.
#[derive(Default)]
pub(super) struct Metrics<'a>(pub(super) Vec<Measurement<'a>>);

impl<'de> Deserialize<'de> for Metrics<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MetricsVisitor;
        impl<'de> Visitor<'de> for MetricsVisitor {
            type Value = Metrics<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of metrics")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = map.next_key::<Key<'de>>()? {
                    if let Some(body) = map.next_value_seed(BodySeed)? {
                        all.push(body.measurement(name.0));
                    }
                }
                all.sort_by(|a, b| a.metric.cmp(&b.metric));
                Ok(Metrics(all))
            }
        }
        deserializer.deserialize_map(MetricsVisitor)
    }
}

/// A bare number, or an object with `value` and what stands beside it; none for `null`.
struct BodySeed;

impl<'de> DeserializeSeed<'de> for BodySeed {
    type Value = Option<Body<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BodySeed {
    type Value = Option<Body<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or an object with `value`")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(Body { value: Some(value), ..Body::default() }))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut samples = Vec::new();
        while let Some(sample) = seq.next_element()? {
            samples.push(sample);
        }
        Ok(Some(Body { samples, ..Body::default() }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut body = Body::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match BodyField::named(&key.0) {
                Some(field) => body.take(field, &key.0, &mut General(&mut map))?,
                None => drop(map.next_value::<serde::de::IgnoredAny>()?),
            }
        }
        Ok(Some(body))
    }
}
