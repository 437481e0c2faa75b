//! A record as it is written: what each field holds, and the general reader, serde's with a visitor
//! by hand.
//!
//! The fast reader hands fields over through the same [`FieldReader`], so that what a field means
//! is said once. Unknown fields are kept as metadata, numbers are accepted where text is expected,
//! `null` counts as absent, and every error names its field. A derived reader with a flattened map
//! of the other fields would buffer each line twice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use model::record::fields::{MeasurementField, RecordField};
use model::record::{Direction, Measurement, Record, Statistic};

/// A record as it is written, before its times are read.
#[derive(Default)]
pub(super) struct RawRecord<'a> {
    pub(super) record: Record<'a>,
    pub(super) timestamp: Option<Cow<'a, str>>,
    pub(super) commit_time: Option<Cow<'a, str>>,
    pub(super) mean_ns: Option<f64>,
    pub(super) std_ns: Option<f64>,
    pub(super) single: SingleMetric<'a>,
}

impl RawRecord<'_> {
    /// Empty, with room for the fields that most records have: growing on the way there costs more.
    pub(super) fn with_capacity() -> Self {
        let mut raw = Self::default();
        raw.record.environment.reserve(12);
        raw
    }
}

/// Where the values of fields come from: each method takes the value of one field, whose name is
/// for errors. `null` is none.
pub(super) trait FieldReader<'a> {
    type Error;

    /// Text, or any other JSON as the text it is written in.
    fn text(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, Self::Error>;

    fn number(&mut self, name: &str) -> Result<Option<f64>, Self::Error> {
        self.value(name)
    }

    fn flag(&mut self, name: &str) -> Result<Option<bool>, Self::Error> {
        self.value(name)
    }

    fn size(&mut self, name: &str) -> Result<Option<u64>, Self::Error> {
        Ok(self.value::<SizeValue>(name)?.map(|size| size.0))
    }

    fn numbers(&mut self, name: &str) -> Result<Vec<f64>, Self::Error> {
        Ok(self.value(name)?.unwrap_or_default())
    }

    fn value<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, Self::Error>;
}

#[derive(Default)]
pub(super) struct SingleMetric<'a> {
    pub(super) metric: Option<Cow<'a, str>>,
    pub(super) fields: MeasurementFields<'a>,
}

/// What stands under one metric.
#[derive(Default)]
pub(super) struct MeasurementFields<'a> {
    pub(super) value: Option<f64>,
    pub(super) unit: Option<Cow<'a, str>>,
    pub(super) better: Option<Direction>,
    pub(super) std: Option<f64>,
    pub(super) statistics: Vec<(Statistic, f64)>,
    pub(super) samples: Vec<f64>,
}

impl<'a> MeasurementFields<'a> {
    pub(super) fn measurement(self, metric: Cow<'a, str>) -> Measurement<'a> {
        Measurement {
            metric,
            unit: self.unit,
            direction: self.better,
            value: self.value.into(),
            std: self.std.into(),
            statistics: self.statistics,
            samples: self.samples,
        }
    }

    pub(super) fn take<V: FieldReader<'a>>(
        &mut self,
        field: MeasurementField,
        name: &str,
        values: &mut V,
    ) -> Result<(), V::Error> {
        match field {
            MeasurementField::Value => self.value = values.number(name)?,
            MeasurementField::Unit => self.unit = values.text(name)?,
            MeasurementField::Better => self.better = values.value(name)?,
            MeasurementField::Std => self.std = values.number(name)?,
            MeasurementField::Samples => self.samples = values.numbers(name)?,
            MeasurementField::Statistic(statistic) => {
                let number = values.number(name)?;
                self.statistics.extend(number.map(|number| (statistic, number)));
            }
        }
        Ok(())
    }
}

/// Takes the value of one field.
pub(super) fn take_field<'a, V: FieldReader<'a>>(
    raw: &mut RawRecord<'a>,
    field: Option<RecordField>,
    name: Cow<'a, str>,
    values: &mut V,
) -> Result<(), V::Error> {
    let record = &mut raw.record;
    let filled = |text: Option<Cow<'a, str>>| text.filter(|text| !text.is_empty());
    let Some(field) = field else {
        let value = values.text(&name)?;
        record.environment.extend(value.map(|value| (name, value)));
        return Ok(());
    };
    match field {
        RecordField::Commit => record.commit = values.text(&name)?.unwrap_or_default(),
        RecordField::Timestamp => raw.timestamp = values.text(&name)?,
        RecordField::CommitTime => raw.commit_time = values.text(&name)?,
        RecordField::Suite => record.suite = values.text(&name)?.unwrap_or_default(),
        RecordField::Test => record.test = values.text(&name)?.unwrap_or_default(),
        RecordField::Backend => record.backend = values.text(&name)?.unwrap_or_default(),
        RecordField::Mode => record.mode = filled(values.text(&name)?),
        RecordField::Parallel => record.parallel = values.flag(&name)?.unwrap_or(false),
        RecordField::N => record.n = values.size(&name)?,
        RecordField::Params => {
            record.params = values.value::<ParamsText>(&name)?.unwrap_or_default().0.into();
        }
        RecordField::MeanNs => raw.mean_ns = values.number(&name)?,
        RecordField::StdNs => raw.std_ns = values.number(&name)?,
        RecordField::Metric => raw.single.metric = values.text(&name)?,
        RecordField::Metrics => {
            record.measurements = values.value::<MetricMap<'_>>(&name)?.unwrap_or_default().0;
        }
        RecordField::Error => record.error = filled(values.text(&name)?),
        RecordField::Branch => record.branch = filled(values.text(&name)?),
        RecordField::Pull => record.pull = values.value(&name)?,
        RecordField::Version => record.version = values.text(&name)?,
        RecordField::Url => record.url = values.text(&name)?,
        RecordField::Tags => {
            let tags: Option<Vec<String>> = values.value(&name)?;
            record.tags = tags.unwrap_or_default().into_iter().map(Cow::Owned).collect();
        }
        RecordField::WarmupNs => record.warmup_ns = values.numbers(&name)?,
        RecordField::Measurement(field) => raw.single.fields.take(field, &name, values)?,
    }
    Ok(())
}

/// The general reader's values.
struct SerdeReader<'m, A>(&'m mut A);

impl<'a, A: MapAccess<'a>> FieldReader<'a> for SerdeReader<'_, A> {
    type Error = A::Error;

    fn text(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, A::Error> {
        text(self.0, name)
    }

    fn value<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, A::Error> {
        value(self.0, name)
    }
}

impl<'de> Deserialize<'de> for RawRecord<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = RawRecord<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut raw = RawRecord::with_capacity();
        while let Some(FieldKey(key)) = map.next_key::<FieldKey<'de>>()? {
            let field = RecordField::from_name(&key);
            take_field(&mut raw, field, key, &mut SerdeReader(&mut map))?;
        }
        Ok(raw)
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
        Some(b'"') => match serde_json::from_str::<FieldKey<'de>>(raw) {
            Ok(text) => Ok(Some(text.0)),
            Err(error) => Err(A::Error::custom(format!("`{key}`: {error}"))),
        },
        Some(b'n') => Ok(None),
        _ => Ok(Some(Cow::Borrowed(raw))),
    }
}

/// A string that borrows where it holds no escapes.
struct FieldKey<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for FieldKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = FieldKey<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(FieldKey(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(FieldKey(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// An input size: a whole number, also written as `1e6` or `1000000.0`.
pub(super) struct SizeValue(pub(super) u64);

impl<'de> Deserialize<'de> for SizeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizeVisitor;
        impl Visitor<'_> for SizeVisitor {
            type Value = SizeValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0")
            }
            fn visit_u64<E: Error>(self, size: u64) -> Result<SizeValue, E> {
                Ok(SizeValue(size))
            }
            fn visit_f64<E: Error>(self, size: f64) -> Result<SizeValue, E> {
                // 2^53: up to here every whole number has its own f64.
                if size.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&size) {
                    Ok(SizeValue(size as u64))
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
struct ParamsText(String);

impl<'de> Deserialize<'de> for ParamsText {
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
struct MetricMap<'a>(Vec<Measurement<'a>>);

impl<'de> Deserialize<'de> for MetricMap<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MetricsVisitor;
        impl<'de> Visitor<'de> for MetricsVisitor {
            type Value = MetricMap<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of metrics")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = map.next_key::<FieldKey<'de>>()? {
                    if let Some(body) = map.next_value_seed(MeasurementSeed)? {
                        all.push(body.measurement(name.0));
                    }
                }
                all.sort_by(|a, b| a.metric.cmp(&b.metric));
                Ok(MetricMap(all))
            }
        }
        deserializer.deserialize_map(MetricsVisitor)
    }
}

/// A bare number, or an object with `value` and what stands beside it; none for `null`.
struct MeasurementSeed;

impl<'de> DeserializeSeed<'de> for MeasurementSeed {
    type Value = Option<MeasurementFields<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MeasurementSeed {
    type Value = Option<MeasurementFields<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or an object with `value`")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(MeasurementFields { value: Some(value), ..MeasurementFields::default() }))
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
        Ok(Some(MeasurementFields { samples, ..MeasurementFields::default() }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut body = MeasurementFields::default();
        while let Some(key) = map.next_key::<FieldKey<'de>>()? {
            match MeasurementField::from_name(&key.0) {
                Some(field) => body.take(field, &key.0, &mut SerdeReader(&mut map))?,
                None => drop(map.next_value::<serde::de::IgnoredAny>()?),
            }
        }
        Ok(Some(body))
    }
}
