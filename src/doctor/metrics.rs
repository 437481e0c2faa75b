//! Metrics and units of a history that the table of metrics does not have.

use std::collections::BTreeMap;

use crate::doctor::finding_kind::FindingKind;
use crate::doctor::{DoctorFinding, DoctorInput, list_some};
use model::policy::Policy;
use model::record::Direction;
use model::record::category::is_known_unit;
use model::text;

/// Metrics whose direction nobody says, in one finding; and in another the units without a scale.
/// What the policy names is settled.
pub(super) fn examine(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let (mut metrics, mut units) = (BTreeMap::new(), BTreeMap::new());
    for series in input.series {
        let metric = series.key.metric.as_str();
        if input.policy.direction_of(metric).is_some() {
            continue;
        }
        if series.direction == Direction::Unknown {
            metrics.entry(metric).or_insert_with(Vec::new).push(series.key.name());
        }
        if !is_known_unit(&series.unit) {
            units.entry(series.unit.as_str()).or_insert_with(Vec::new).push(series.key.name());
        }
    }
    if !metrics.is_empty() {
        findings.push(
            DoctorFinding::new(FindingKind::Direction, counted(metrics.len(), "metric"))
                .cause(format!(
                    "no known direction, so no change is reported as better or worse: {}",
                    listed(&metrics)
                ))
                .remedy(format!(
                    "add to the policy, with higher, lower or unknown: `{}`; or record `better`",
                    Policy::direction_lines(metrics.keys().copied())
                )),
        );
    }
    if !units.is_empty() {
        findings.push(
            DoctorFinding::new(FindingKind::Unit, counted(units.len(), "unit"))
                .cause(format!("no known scale, so values stay as recorded: {}", listed(&units)))
                .remedy(
                    "use a unit of docs/metrics.md where there is one; other units need no change",
                )
                .note(),
        );
    }
}

fn counted(number: usize, noun: &str) -> String {
    text::count_noun(number as u64, noun)
}

/// `` `tokens` (3 series, such as parse/rust/default/1000/tokens) ``, for each.
fn listed(series_of: &BTreeMap<&str, Vec<String>>) -> String {
    let item = |(name, series): (&&str, &Vec<String>)| {
        let count = text::count_noun(series.len() as u64, "series");
        let example = series.first().map_or("", String::as_str);
        match series.len() {
            1 => format!("`{name}` ({count}: {example})"),
            _ => format!("`{name}` ({count}, such as {example})"),
        }
    };
    list_some(&series_of.iter().map(item).collect::<Vec<_>>())
}
