//! One grammar of filters for presets, rules, budgets, URLs and the command line.
//!
//! `key: value`, `key: [a, b]`, `key: {min, max}`, globs in strings, `days`, `regression`, `not`.
//! All clauses of a filter must hold. What a filter is asked about is a [`Subject`]; the two clauses
//! that need a verdict (`days`, `regression`) are answered by the caller through [`Recent`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A set of series. An empty filter holds for every series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    /// Suite, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suite: Option<Names>,
    /// Test, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test: Option<Names>,
    /// Backend, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backend: Option<Names>,
    /// Mode, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Names>,
    /// Metric, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metric: Option<Names>,
    /// Further parameters (`key=value, key=value`), by text or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) params: Option<Names>,
    /// Tag of a record (`micro`, `macro`, `chaos`), by name or glob: one match is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Names>,
    /// Only parallel (`true`) or only sequential (`false`) benchmarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parallel: Option<bool>,
    /// Input size: one, several, or `{min, max}` (both inclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) n: Option<Sizes>,
    /// Only series that changed within this many days before the build's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) days: Option<u32>,
    /// Only series with (`true`) or without (`false`) a regression (within `days`, where given).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regression: Option<bool>,
    /// Not the series that this filter holds for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not: Option<Box<Filter>>,
}

/// One name or several; `*` stands for any characters, `?` for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Names {
    One(String),
    Many(Vec<String>),
}

/// Input sizes: one, several, or an inclusive range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Sizes {
    One(u64),
    Many(Vec<u64>),
    Range(SizeRange),
}

/// An inclusive range of input sizes; an end left out is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SizeRange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<u64>,
}

/// What a filter is asked about: the comparability key of one series, borrowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) suite: &'a str,
    pub(crate) test: &'a str,
    pub(crate) backend: &'a str,
    pub(crate) mode: &'a str,
    pub(crate) metric: &'a str,
    pub(crate) params: &'a str,
    pub(crate) tags: &'a [String],
    pub(crate) parallel: bool,
    pub(crate) n: Option<u64>,
}

/// What the verdict clauses of a filter are asked about: the ages, in days before the build's time,
/// of the newest change and of the newest regression of one series; none where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Recent {
    pub(crate) changed_days: Option<f64>,
    pub(crate) regressed_days: Option<f64>,
}

impl Filter {
    /// Whether every clause holds.
    pub(crate) fn holds(&self, _subject: Subject<'_>, _recent: Recent) -> bool {
        false
    }
}
