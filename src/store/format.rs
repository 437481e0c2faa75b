//! One line of history: JSON text in, [`Record`] out, or every reason why not.
//!
//! The visitor is written by hand: unknown fields are kept as metadata, numbers are accepted where
//! text is meant, `null` counts as absent, and every error names its field. A derived reader with a
//! flattened rest would buffer each line twice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::record::{Direction, Measurement, Record, Statistic, TIME, Timestamp};

/// Why a line was refused: byte column from 1 within the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineError {
    pub(crate) column: u32,
    pub(crate) reason: String,
    pub(crate) remedy: &'static str,
}

const REMEDY_JSON: &str = "write one complete JSON object a line";
const REMEDY_FIELD: &str = "add or correct the field, then build again";

/// Reads one line.
///
/// # Errors
/// Broken JSON, a field of the wrong type, a required field missing, a time that does not parse, or
/// neither a value nor an error.
pub(crate) fn parse(line: &str) -> Result<Record<'_>, LineError> {
    let wire: Wire<'_> = serde_json::from_str(line).map_err(|error| json_error(line, &error))?;
    let mut reasons: Vec<(usize, String)> = Vec::new();
    let mut record = wire.record;
    let place = |field: &str| line.find(&format!("\"{field}\"")).map_or(1, |at| at + 1);
    let mut time = |field: &'static str, text: Option<Cow<'_, str>>| {
        let parsed = text.map(|text| Timestamp::parse(&text));
        parsed.and_then(|parsed| match parsed {
            Ok(time) => Some(time),
            Err(reason) => {
                reasons.push((place(field), format!("`{field}`: {reason}")));
                None
            }
        })
    };
    record.timestamp = time("timestamp", wire.timestamp);
    record.commit_time = time("commit_time", wire.commit_time);
    for (field, value) in
        [("commit", &record.commit), ("backend", &record.backend), ("test", &record.test)]
    {
        if value.trim().is_empty() {
            reasons.push((1, format!("no `{field}`")));
        }
    }
    if record.timestamp.is_none() && !line.contains("\"timestamp\"") {
        reasons.push((1, "no `timestamp`".to_owned()));
    }
    if let Some(mean) = wire.mean_ns {
        record.measurements.insert(0, plain(Cow::Borrowed(TIME), Some("ns"), mean, wire.std_ns));
    }
    single_metric(&mut record, wire.single, &mut reasons);
    if record.measurements.iter().all(|one| one.value.is_nan() && one.samples.is_empty())
        && record.error.is_none()
    {
        reasons.push((1, "no value: none of `mean_ns`, `value`, `metrics`, `error`".to_owned()));
    }
    match reasons.iter().map(|(column, _)| *column).min() {
        None => Ok(record),
        Some(column) => {
            let all: Vec<String> = reasons.into_iter().map(|(_, reason)| reason).collect();
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            Err(LineError { column, reason: all.join("; "), remedy: REMEDY_FIELD })
        }
    }
}

fn json_error(line: &str, error: &serde_json::Error) -> LineError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let remedy = match error.classify() {
        serde_json::error::Category::Data => REMEDY_FIELD,
        _ => REMEDY_JSON,
    };
    let column = u32::try_from(error.column().clamp(1, line.len().max(1))).unwrap_or(u32::MAX);
    LineError { column, reason, remedy }
}

fn plain<'a>(
    metric: Cow<'a, str>,
    unit: Option<&'static str>,
    value: f64,
    std: Option<f64>,
) -> Measurement<'a> {
    Measurement {
        metric,
        unit: unit.map(Cow::Borrowed),
        better: None,
        value,
        std,
        statistics: Vec::new(),
        samples: Vec::new(),
    }
}

/// `metric`, `unit`, `better`, `value` and the statistics beside them: one metric in the flat form.
fn single_metric<'a>(
    record: &mut Record<'a>,
    single: Single<'a>,
    reasons: &mut Vec<(usize, String)>,
) {
    let has_value = single.body.value.is_some() || !single.body.samples.is_empty();
    let named = single.metric.is_some();
    let gap = named && record.error.is_some();
    if !(has_value || gap) {
        if named && record.measurements.is_empty() {
            reasons.push((1, "`metric` without `value`".to_owned()));
        } else if let Some(time) = record.measurements.first_mut() {
            time.statistics.extend(single.body.statistics);
        }
        return;
    }
    let metric = single.metric.unwrap_or(Cow::Borrowed(TIME));
    record.measurements.push(single.body.measurement(metric));
}

/// A record as it is written, before its times are read.
#[derive(Default)]
struct Wire<'a> {
    record: Record<'a>,
    timestamp: Option<Cow<'a, str>>,
    commit_time: Option<Cow<'a, str>>,
    mean_ns: Option<f64>,
    std_ns: Option<f64>,
    single: Single<'a>,
}

#[derive(Default)]
struct Single<'a> {
    metric: Option<Cow<'a, str>>,
    body: Body<'a>,
}

/// What stands under one metric.
#[derive(Default)]
struct Body<'a> {
    value: Option<f64>,
    unit: Option<Cow<'a, str>>,
    better: Option<Direction>,
    std: Option<f64>,
    statistics: Vec<(Statistic, f64)>,
    samples: Vec<f64>,
}

impl<'a> Body<'a> {
    fn measurement(self, metric: Cow<'a, str>) -> Measurement<'a> {
        Measurement {
            metric,
            unit: self.unit,
            better: self.better,
            value: self.value.unwrap_or(f64::NAN),
            std: self.std,
            statistics: self.statistics,
            samples: self.samples,
        }
    }

    /// Takes one field if it is one of a metric's body.
    fn take<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "value" => self.value = value(map, key)?,
            "unit" => self.unit = text(map, key)?,
            "better" => self.better = value(map, key)?,
            "std" => self.std = value(map, key)?,
            "samples" => self.samples = value::<Vec<f64>, A>(map, key)?.unwrap_or_default(),
            _ => match Statistic::from_name(key) {
                Some(name) => {
                    let number: Option<f64> = value(map, key)?;
                    self.statistics.extend(number.map(|number| (name, number)));
                }
                None => return Ok(false),
            },
        }
        Ok(true)
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
        let mut wire = Wire::default();
        // Most records have about as many; growing on the way there costs more.
        wire.record.environment.reserve(12);
        while let Some(key) = map.next_key::<Key<'de>>()? {
            take_field(&mut wire, key.0, &mut map)?;
        }
        Ok(wire)
    }
}

fn take_field<'de, A: MapAccess<'de>>(
    wire: &mut Wire<'de>,
    key: Cow<'de, str>,
    map: &mut A,
) -> Result<(), A::Error> {
    let record = &mut wire.record;
    match &*key {
        "commit" => record.commit = text(map, &key)?.unwrap_or_default(),
        "timestamp" => wire.timestamp = text(map, &key)?,
        "commit_time" => wire.commit_time = text(map, &key)?,
        "suite" => record.suite = text(map, &key)?.unwrap_or_default(),
        "test" => record.test = text(map, &key)?.unwrap_or_default(),
        "backend" => record.backend = text(map, &key)?.unwrap_or_default(),
        "mode" => record.mode = text(map, &key)?.filter(|mode| !mode.is_empty()),
        "parallel" => record.parallel = value(map, &key)?.unwrap_or(false),
        "n" => record.n = value::<Size, A>(map, &key)?.map(|size| size.0),
        "params" => record.params = value::<Params, A>(map, &key)?.unwrap_or_default().0.into(),
        "mean_ns" => wire.mean_ns = value(map, &key)?,
        "std_ns" => wire.std_ns = value(map, &key)?,
        "metric" => wire.single.metric = text(map, &key)?,
        "metrics" => {
            record.measurements = value::<Metrics<'_>, A>(map, &key)?.unwrap_or_default().0
        }
        "error" => record.error = text(map, &key)?.filter(|error| !error.is_empty()),
        "branch" => record.branch = text(map, &key)?.filter(|branch| !branch.is_empty()),
        "pull" => record.pull = value(map, &key)?,
        "version" => record.version = text(map, &key)?,
        "url" => record.url = text(map, &key)?,
        "tags" => {
            let tags: Option<Vec<String>> = value(map, &key)?;
            record.tags = tags.unwrap_or_default().into_iter().map(Cow::Owned).collect();
        }
        "warmup_ns" => record.warmup_ns = value(map, &key)?.unwrap_or_default(),
        _ => {
            if !wire.single.body.take(&key, map)? {
                let field = text(map, &key)?;
                record.environment.extend(field.map(|value| (key, value)));
            }
        }
    }
    Ok(())
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
struct Size(u64);

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
struct Params(String);

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
struct Metrics<'a>(Vec<Measurement<'a>>);

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
            if !body.take(&key.0, &mut map)? {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        Ok(Some(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "2025-09-21T08:22:00Z";

    #[test]
    fn the_seed_format_loads_as_it_is() {
        let record = parse(r#"{"commit":"demo-0921-ju577","timestamp":"2025-09-21T08:22:00Z","os":"ubuntu-22.04","backend":"julia","test":"sum_even_squares","mode":"loops","parallel":false,"n":100000,"mean_ns":158755.96753751236,"std_ns":7937.79,"reps":5,"generator":"pcs@demo"}"#).unwrap();
        assert_eq!(record.measurements[0].value, 158_755.967_537_512_36);
        assert_eq!(record.n, Some(100_000));
        let fields: Vec<&str> = record.environment.iter().map(|(name, _)| &**name).collect();
        assert_eq!(fields, ["os", "reps", "generator"]);
    }

    #[test]
    fn every_reason_is_told_at_once() {
        let error = parse(r#"{"timestamp":"yesterday","test":"a"}"#).unwrap_err();
        for part in ["`timestamp`: `yesterday`", "no `commit`", "no `backend`", "no value"] {
            assert!(error.reason.contains(part), "{part} in {}", error.reason);
        }
    }

    #[test]
    fn a_wrong_type_names_field_and_column() {
        let line = r#"{"commit":"a","timestamp":"2025-09-21T08:22:00Z","backend":"b","test":"t","mean_ns":"fast"}"#;
        let error = parse(line).unwrap_err();
        assert!(
            error.reason.contains("`mean_ns`") && error.reason.contains("\"fast\""),
            "{error:?}"
        );
        assert_eq!(&line[error.column as usize - 2..error.column as usize], "t\"");
    }

    #[test]
    fn many_metrics_in_one_record() {
        let record = parse(r#"{"commit":"a","timestamp":"2025-09-21T08:22:00Z","backend":"b","test":"t","metrics":{"throughput":{"value":12.5,"unit":"ops/s","p99":3},"memory":4096,"latency":{"samples":[1,2,3],"unit":"us"}}}"#).unwrap();
        let names: Vec<&str> = record.measurements.iter().map(|one| &*one.metric).collect();
        assert_eq!(names, ["latency", "memory", "throughput"]);
        assert_eq!(record.measurements[0].samples, [1.0, 2.0, 3.0]);
        assert_eq!(record.measurements[2].statistics, [(Statistic::P99, 3.0)]);
    }

    #[test]
    fn numbers_survive_to_the_last_digit() {
        for number in ["0.1", "158755.96753751236", "5e-324", "1.7976931348623157e308"] {
            let line = format!(
                r#"{{"commit":"a","timestamp":"{AT}","backend":"b","test":"t","mean_ns":{number}}}"#
            );
            let expected: f64 = number.parse().unwrap();
            assert_eq!(parse(&line).unwrap().measurements[0].value.to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn a_failed_run_is_a_record() {
        let record = parse(r#"{"commit":"local","timestamp":"2025-09-26T05:17:38.970937Z","backend":"julia","test":"t","n":1e6,"mean_ns":null,"error":"Execution failed"}"#).unwrap();
        assert!(record.measurements.is_empty());
        assert_eq!(record.n, Some(1_000_000));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(line in ".{0,200}") {
            let _ = parse(&line);
        }

        #[test]
        fn no_json_makes_it_panic(
            field in "(commit|timestamp|n|metrics|params|tags|samples|value|pull|warmup_ns|better)",
            value in "(null|true|-1|1e400|\"\"|\"é\\\\u0000\"|\\[\\]|\\[1,null\\]|\\{\\}|\\{\"a\":\\{\"value\":null\\}\\}|18446744073709551616)",
        ) {
            let _ = parse(&format!(r#"{{"commit":"a","test":"t","backend":"b","{field}":{value}}}"#));
        }
    }
}
