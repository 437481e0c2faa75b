//! The fields of a record by name: what each holds, and where it goes.
//!
//! Two readers hand them over, the general one and the quick one; what a field means stands here
//! once for both.

use std::borrow::Cow;

use serde::Deserialize;

use crate::store::serde_parser::{MetricMap, ParamsText, SizeValue};
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
        let mut wire = Self::default();
        wire.record.environment.reserve(12);
        wire
    }
}

/// A field that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordField {
    Commit,
    Timestamp,
    CommitTime,
    Suite,
    Test,
    Backend,
    Mode,
    Parallel,
    N,
    Params,
    MeanNs,
    StdNs,
    Metric,
    Metrics,
    Error,
    Branch,
    Pull,
    Version,
    Url,
    Tags,
    WarmupNs,
    Measurement(MeasurementField),
    /// Any other: it says what surrounds the run.
    Unknown,
}

/// A field that may stand under a metric too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MeasurementField {
    Value,
    Unit,
    Better,
    Std,
    Samples,
    Statistic(Statistic),
}

impl RecordField {
    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "commit" => Self::Commit,
            "timestamp" => Self::Timestamp,
            "commit_time" => Self::CommitTime,
            "suite" => Self::Suite,
            "test" => Self::Test,
            "backend" => Self::Backend,
            "mode" => Self::Mode,
            "parallel" => Self::Parallel,
            "n" => Self::N,
            "params" => Self::Params,
            "mean_ns" => Self::MeanNs,
            "std_ns" => Self::StdNs,
            "metric" => Self::Metric,
            "metrics" => Self::Metrics,
            "error" => Self::Error,
            "branch" => Self::Branch,
            "pull" => Self::Pull,
            "version" => Self::Version,
            "url" => Self::Url,
            "tags" => Self::Tags,
            "warmup_ns" => Self::WarmupNs,
            _ => MeasurementField::from_name(name).map_or(Self::Unknown, Self::Measurement),
        }
    }
}

impl MeasurementField {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "value" => Self::Value,
            "unit" => Self::Unit,
            "better" => Self::Better,
            "std" => Self::Std,
            "samples" => Self::Samples,
            _ => Self::Statistic(Statistic::from_name(name)?),
        })
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
    wire: &mut RawRecord<'a>,
    field: RecordField,
    name: Cow<'a, str>,
    values: &mut V,
) -> Result<(), V::Error> {
    let record = &mut wire.record;
    let filled = |text: Option<Cow<'a, str>>| text.filter(|text| !text.is_empty());
    match field {
        RecordField::Commit => record.commit = values.text(&name)?.unwrap_or_default(),
        RecordField::Timestamp => wire.timestamp = values.text(&name)?,
        RecordField::CommitTime => wire.commit_time = values.text(&name)?,
        RecordField::Suite => record.suite = values.text(&name)?.unwrap_or_default(),
        RecordField::Test => record.test = values.text(&name)?.unwrap_or_default(),
        RecordField::Backend => record.backend = values.text(&name)?.unwrap_or_default(),
        RecordField::Mode => record.mode = filled(values.text(&name)?),
        RecordField::Parallel => record.parallel = values.flag(&name)?.unwrap_or(false),
        RecordField::N => record.n = values.size(&name)?,
        RecordField::Params => {
            record.params = values.value::<ParamsText>(&name)?.unwrap_or_default().0.into();
        }
        RecordField::MeanNs => wire.mean_ns = values.number(&name)?,
        RecordField::StdNs => wire.std_ns = values.number(&name)?,
        RecordField::Metric => wire.single.metric = values.text(&name)?,
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
        RecordField::Measurement(field) => wire.single.fields.take(field, &name, values)?,
        RecordField::Unknown => {
            let value = values.text(&name)?;
            record.environment.extend(value.map(|value| (name, value)));
        }
    }
    Ok(())
}
