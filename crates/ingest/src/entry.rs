//! What a tool told of one benchmark in one run, before anyone knows of which commit: the one form
//! that all adapters yield and the only one that is written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use model::record::time::Timestamp;
use model::record::{Direction, Measurement, OptionalF64, Statistic, TIME_METRIC, Unit};

/// Time by the processor's clock, beside the time by the wall's (`record::TIME`).
pub const CPU_TIME: &str = "cpu_time";
/// Operations, requests or elements in a second.
pub const THROUGHPUT: &str = "throughput";
/// Bytes in a second.
pub const BANDWIDTH: &str = "bandwidth";
/// Bytes of memory: of one operation, or at the peak, as the tool measures.
pub const MEMORY: &str = "memory";
/// Allocations of one operation.
pub const ALLOCATIONS: &str = "allocations";

/// One benchmark of one run. Empty text means that the tool does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BenchmarkEntry {
    /// The name as the tool tells it, whole: what `--map` is matched with.
    pub name: String,
    pub suite: String,
    pub test: String,
    pub backend: String,
    pub mode: String,
    pub parallel: Option<bool>,
    pub n: Option<u64>,
    /// Parameters told beside the name or found in it.
    pub params: BTreeMap<String, String>,
    /// Values as told, in the tool's own units; nothing is scaled before a record is read.
    pub metrics: Vec<Measurement<'static>>,
    /// Why there is no value.
    pub error: Option<String>,
    pub tags: Vec<String>,
    pub version: Option<String>,
    pub url: Option<String>,
    pub run: RunContext,
    /// A whole record as it stands: written so where the user changes nothing in it.
    pub line: Option<String>,
    /// Everything else worth keeping (`iterations`, the tool's version, …), by field name.
    pub fields: BTreeMap<String, Value>,
}

/// When and of what was measured, as far as the tool or the history knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunContext {
    pub commit: Option<String>,
    pub timestamp: Option<Timestamp>,
    pub commit_time: Option<Timestamp>,
    pub branch: Option<String>,
    pub pull: Option<u64>,
    pub url: Option<String>,
}

impl BenchmarkEntry {
    /// A benchmark whose whole name is its test's.
    pub fn named(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { test: name.clone(), name, ..Self::default() }
    }

    /// A benchmark of a suite; the whole name joins both with `/`.
    pub fn of(suite: impl Into<String>, test: impl Into<String>) -> Self {
        let (suite, test) = (suite.into(), test.into());
        let name = if suite.is_empty() { test.clone() } else { format!("{suite}/{test}") };
        Self { name, suite, test, ..Self::default() }
    }

    pub fn metric(mut self, metric: Measurement<'static>) -> Self {
        self.metrics.push(metric);
        self
    }

    /// A parameter; one called `n` that is a whole number is the input's size.
    pub fn param(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        match value.parse() {
            Ok(size) if name == "n" && self.n.is_none() => self.n = Some(size),
            _ => {
                self.params.insert(name.to_owned(), value);
            }
        }
        self
    }

    /// A field to keep beside the values; `null` and empty text are left out, whole numbers are
    /// written as such.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        let mut value = value.into();
        // 2^53: up to here every whole number has its own f64.
        let whole = |it: &f64| it.fract() == 0.0 && it.abs() < 9_007_199_254_740_992.0;
        if let Some(number) = value.as_f64().filter(whole) {
            value = Value::from(number as i64);
        }
        let empty = value.is_null() || value.as_str().is_some_and(str::is_empty);
        if !empty {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    pub fn failed(mut self, why: impl Into<String>) -> Self {
        self.error = Some(why.into());
        self
    }
}

/// A value of a metric, in the unit it is told in.
pub fn metric(name: &str, unit: &str, value: f64) -> Measurement<'static> {
    let text = |text: &str| Cow::Owned(text.to_owned());
    Measurement {
        metric: text(name),
        unit: (!unit.is_empty()).then(|| text(unit)),
        direction: None,
        value: value.into(),
        std: OptionalF64::NONE,
        statistics: Vec::new(),
        samples: Vec::new(),
    }
}

/// A metric known by its samples alone; their median is its value once it is read.
pub fn sampled(name: &str, unit: &str, samples: Vec<f64>) -> Measurement<'static> {
    Measurement { samples, ..metric(name, unit, f64::NAN) }
}

/// The metric that a value of this unit is, where nothing but the unit tells.
pub fn metric_for_unit(unit: &str) -> &'static str {
    match Unit::parse(unit).0.as_str() {
        "ns" => TIME_METRIC,
        "B/s" => BANDWIDTH,
        "B" => "size",
        "count" => "count",
        rate if rate.ends_with("/s") => THROUGHPUT,
        _ => "value",
    }
}

/// What adapters add to a metric; statistics that are no numbers are left out.
pub trait MeasurementExt {
    fn std(self, std: impl Into<Option<f64>>) -> Self;
    fn statistic(self, statistic: Statistic, value: impl Into<Option<f64>>) -> Self;
    fn direction(self, direction: Direction) -> Self;
    fn samples(self, samples: Vec<f64>) -> Self;
}

impl MeasurementExt for Measurement<'static> {
    fn std(mut self, std: impl Into<Option<f64>>) -> Self {
        self.std = std.into().filter(|it| it.is_finite()).into();
        self
    }

    fn statistic(mut self, statistic: Statistic, value: impl Into<Option<f64>>) -> Self {
        let value = value.into().filter(|it| it.is_finite());
        self.statistics.extend(value.map(|value| (statistic, value)));
        self
    }

    fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    fn samples(mut self, samples: Vec<f64>) -> Self {
        self.samples = samples;
        self
    }
}
