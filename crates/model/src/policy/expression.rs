//! The language of `alerts[].when`: comparisons of a quantity with a number, joined by `and` and
//! `or`.
//!
//! `p95 > 500ms and (change >= 10% or level > 2 s) for 3 runs`; `and` binds tighter than `or`. A
//! name that is no quantity is a metric, `response_time_p95` a statistic of one. Numbers without a
//! unit are in base units; shares are fractions or percent. Rejects everything else with the bytes
//! at fault: two quantities, arithmetic, texts over [`parse::MAX_BYTES`] and parentheses
//! over [`parse::MAX_DEPTH`] deep. What a series measured is asked of the caller, who may not know.

pub mod parse;

use std::ops::Range;

use crate::record::{Statistic, Unit};

/// What is asked of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertExpression {
    Compare(AlertComparison),
    All(Vec<AlertExpression>),
    Any(Vec<AlertExpression>),
}

/// One quantity of a run against one number.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertComparison {
    pub quantity: AlertQuantity,
    pub operator: ComparisonOperator,
    /// Base units; a fraction where the quantity is a share.
    pub number: f64,
    /// The base unit that was written; a series in another unit cannot be compared.
    pub unit: Option<Unit>,
}

/// What of a run is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertQuantity {
    Value,
    Level,
    Std,
    Statistic(Statistic),
    /// Relative, signed as the value moved.
    Change,
    /// Relative.
    Noise,
    /// Time since the newest run.
    Age,
    /// The value of series of this metric, or a statistic of theirs: `error_rate`,
    /// `response_time_p95`.
    Metric(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparisonOperator {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Why a text is no expression: one reason, and its bytes in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    pub message: String,
    pub help: Option<String>,
    pub span: Range<usize>,
}

const QUANTITIES: [(&str, AlertQuantity); 17] = [
    ("value", AlertQuantity::Value),
    ("level", AlertQuantity::Level),
    ("mean", AlertQuantity::Statistic(Statistic::Mean)),
    ("std", AlertQuantity::Std),
    ("min", AlertQuantity::Statistic(Statistic::Min)),
    ("max", AlertQuantity::Statistic(Statistic::Max)),
    ("median", AlertQuantity::Statistic(Statistic::Median)),
    ("p50", AlertQuantity::Statistic(Statistic::P50)),
    ("p75", AlertQuantity::Statistic(Statistic::P75)),
    ("p90", AlertQuantity::Statistic(Statistic::P90)),
    ("p95", AlertQuantity::Statistic(Statistic::P95)),
    ("p99", AlertQuantity::Statistic(Statistic::P99)),
    ("lower", AlertQuantity::Statistic(Statistic::Lower)),
    ("upper", AlertQuantity::Statistic(Statistic::Upper)),
    ("change", AlertQuantity::Change),
    ("noise", AlertQuantity::Noise),
    ("age", AlertQuantity::Age),
];

const OPERATORS: [(&str, ComparisonOperator); 4] = [
    (">", ComparisonOperator::Above),
    (">=", ComparisonOperator::AtLeast),
    ("<", ComparisonOperator::Below),
    ("<=", ComparisonOperator::AtMost),
];

impl AlertQuantity {
    pub fn name(&self) -> &str {
        match self {
            Self::Metric(name) => name,
            other => QUANTITIES
                .iter()
                .find(|(_, quantity)| quantity == other)
                .map_or("", |(name, _)| name),
        }
    }

    /// Whether it is a share of something rather than a value in the unit of its series.
    pub(crate) fn is_share(&self) -> bool {
        matches!(self, Self::Change | Self::Noise)
    }
}

impl ComparisonOperator {
    pub fn sign(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |(sign, _)| sign)
    }
}

impl AlertComparison {
    fn holds(&self, measured: f64, limit: f64) -> bool {
        match self.operator {
            ComparisonOperator::Above => measured > limit,
            ComparisonOperator::AtLeast => measured >= limit,
            ComparisonOperator::Below => measured < limit,
            ComparisonOperator::AtMost => measured <= limit,
        }
    }
}

/// A number that belongs to a comparison: what was measured, or the limit in the unit of a series.
pub type ComparedNumber<'a> = dyn Fn(&AlertComparison) -> Option<f64> + 'a;

impl AlertExpression {
    /// Whether it holds; none where what is unknown could turn it either way. `measured` knows a
    /// comparison's quantity, or does not; `limit` knows its number in the unit of that.
    pub fn holds(&self, measured: &ComparedNumber<'_>, limit: &ComparedNumber<'_>) -> Option<bool> {
        let each = |parts: &[Self], decisive: bool| {
            let mut all = Some(!decisive);
            for part in parts {
                match part.holds(measured, limit) {
                    Some(answer) if answer == decisive => return Some(decisive),
                    Some(_) => {}
                    None => all = None,
                }
            }
            all
        };
        match self {
            Self::Compare(comparison) => {
                Some(comparison.holds(measured(comparison)?, limit(comparison)?))
            }
            Self::All(parts) => each(parts, false),
            Self::Any(parts) => each(parts, true),
        }
    }

    /// The first comparison that holds, with what was measured.
    pub fn first_match(
        &self,
        measured: &ComparedNumber<'_>,
        limit: &ComparedNumber<'_>,
    ) -> Option<(&AlertComparison, f64)> {
        match self {
            Self::Compare(comparison) => {
                let value = measured(comparison)?;
                comparison.holds(value, limit(comparison)?).then_some((comparison, value))
            }
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().find_map(|part| part.first_match(measured, limit))
            }
        }
    }

    /// Whether it may look at statistics or samples of runs.
    pub(crate) fn reads_statistics(&self) -> bool {
        match self {
            // A metric's name may be that of a statistic: `response_time_p95`.
            Self::Compare(comparison) => matches!(
                comparison.quantity,
                AlertQuantity::Statistic(_) | AlertQuantity::Metric(_)
            ),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_statistics),
        }
    }

    /// The metrics that it names.
    pub fn metrics(&self) -> Vec<&str> {
        match self {
            Self::Compare(comparison) => match &comparison.quantity {
                AlertQuantity::Metric(name) => vec![name.as_str()],
                _ => Vec::new(),
            },
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::metrics).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
