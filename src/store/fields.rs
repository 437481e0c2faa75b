//! The fields of a record by name: what each holds, and where it goes.
//!
//! Two readers hand them over, the general one and the quick one; what a field means stands here
//! once for both.

use std::borrow::Cow;

use serde::Deserialize;

use crate::store::general::{Metrics, Params, Size};
use model::record::{Direction, Measurement, Record, Statistic};

/// A record as it is written, before its times are read.
#[derive(Default)]
pub(super) struct Wire<'a> {
    pub(super) record: Record<'a>,
    pub(super) timestamp: Option<Cow<'a, str>>,
    pub(super) commit_time: Option<Cow<'a, str>>,
    pub(super) mean_ns: Option<f64>,
    pub(super) std_ns: Option<f64>,
    pub(super) single: Single<'a>,
}

impl Wire<'_> {
    /// Empty, with room for the fields that most records have: growing on the way there costs more.
    pub(super) fn with_room() -> Self {
        let mut wire = Self::default();
        wire.record.environment.reserve(12);
        wire
    }
}

/// A field that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
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
    Body(BodyField),
    /// Any other: it says what surrounds the run.
    Other,
}

/// A field that may stand under a metric too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyField {
    Value,
    Unit,
    Better,
    Std,
    Samples,
    Statistic(Statistic),
}

impl Field {
    pub(super) fn named(name: &str) -> Self {
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
            _ => BodyField::named(name).map_or(Self::Other, Self::Body),
        }
    }
}

impl BodyField {
    pub(super) fn named(name: &str) -> Option<Self> {
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
pub(super) trait Values<'a> {
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
        Ok(self.value::<Size>(name)?.map(|size| size.0))
    }

    fn numbers(&mut self, name: &str) -> Result<Vec<f64>, Self::Error> {
        Ok(self.value(name)?.unwrap_or_default())
    }

    fn value<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, Self::Error>;
}

#[derive(Default)]
pub(super) struct Single<'a> {
    pub(super) metric: Option<Cow<'a, str>>,
    pub(super) body: Body<'a>,
}

/// What stands under one metric.
#[derive(Default)]
pub(super) struct Body<'a> {
    pub(super) value: Option<f64>,
    pub(super) unit: Option<Cow<'a, str>>,
    pub(super) better: Option<Direction>,
    pub(super) std: Option<f64>,
    pub(super) statistics: Vec<(Statistic, f64)>,
    pub(super) samples: Vec<f64>,
}

impl<'a> Body<'a> {
    pub(super) fn measurement(self, metric: Cow<'a, str>) -> Measurement<'a> {
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

    pub(super) fn take<V: Values<'a>>(
        &mut self,
        field: BodyField,
        name: &str,
        values: &mut V,
    ) -> Result<(), V::Error> {
        match field {
            BodyField::Value => self.value = values.number(name)?,
            BodyField::Unit => self.unit = values.text(name)?,
            BodyField::Better => self.better = values.value(name)?,
            BodyField::Std => self.std = values.number(name)?,
            BodyField::Samples => self.samples = values.numbers(name)?,
            BodyField::Statistic(statistic) => {
                let number = values.number(name)?;
                self.statistics.extend(number.map(|number| (statistic, number)));
            }
        }
        Ok(())
    }
}

/// Takes the value of one field.
pub(super) fn take_field<'a, V: Values<'a>>(
    wire: &mut Wire<'a>,
    field: Field,
    name: Cow<'a, str>,
    values: &mut V,
) -> Result<(), V::Error> {
    let record = &mut wire.record;
    let filled = |text: Option<Cow<'a, str>>| text.filter(|text| !text.is_empty());
    match field {
        Field::Commit => record.commit = values.text(&name)?.unwrap_or_default(),
        Field::Timestamp => wire.timestamp = values.text(&name)?,
        Field::CommitTime => wire.commit_time = values.text(&name)?,
        Field::Suite => record.suite = values.text(&name)?.unwrap_or_default(),
        Field::Test => record.test = values.text(&name)?.unwrap_or_default(),
        Field::Backend => record.backend = values.text(&name)?.unwrap_or_default(),
        Field::Mode => record.mode = filled(values.text(&name)?),
        Field::Parallel => record.parallel = values.flag(&name)?.unwrap_or(false),
        Field::N => record.n = values.size(&name)?,
        Field::Params => {
            record.params = values.value::<Params>(&name)?.unwrap_or_default().0.into();
        }
        Field::MeanNs => wire.mean_ns = values.number(&name)?,
        Field::StdNs => wire.std_ns = values.number(&name)?,
        Field::Metric => wire.single.metric = values.text(&name)?,
        Field::Metrics => {
            record.measurements = values.value::<Metrics<'_>>(&name)?.unwrap_or_default().0;
        }
        Field::Error => record.error = filled(values.text(&name)?),
        Field::Branch => record.branch = filled(values.text(&name)?),
        Field::Pull => record.pull = values.value(&name)?,
        Field::Version => record.version = values.text(&name)?,
        Field::Url => record.url = values.text(&name)?,
        Field::Tags => {
            let tags: Option<Vec<String>> = values.value(&name)?;
            record.tags = tags.unwrap_or_default().into_iter().map(Cow::Owned).collect();
        }
        Field::WarmupNs => record.warmup_ns = values.numbers(&name)?,
        Field::Body(field) => wire.single.body.take(field, &name, values)?,
        Field::Other => {
            let value = values.text(&name)?;
            record.environment.extend(value.map(|value| (name, value)));
        }
    }
    Ok(())
}
