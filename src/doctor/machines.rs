//! Machines that the policy does not tell apart although their levels differ.

use std::collections::BTreeMap;

use crate::doctor::finding_kind::FindingKind;
use crate::doctor::{DoctorFinding, list_some};
use model::series::machines::MachineDifference;
use model::text;

/// One finding for all series in which the same machines differ. `differences` are by the name of
/// their series.
pub(super) fn examine(
    differences: &[(String, MachineDifference)],
    findings: &mut Vec<DoctorFinding>,
) {
    let mut by_machines: BTreeMap<_, Vec<&(String, MachineDifference)>> = BTreeMap::new();
    for difference in differences {
        let MachineDifference { field, lower, higher, .. } = &difference.1;
        // Whichever is faster in one series: the pair is the same.
        let (a, b) = if lower < higher { (lower, higher) } else { (higher, lower) };
        by_machines.entry((*field, a.as_str(), b.as_str())).or_default().push(difference);
    }
    for ((field, a, b), differences) in by_machines {
        let largest = differences.iter().map(|(_, it)| it.ratio).fold(1.0, f64::max);
        let names: Vec<String> = differences.iter().map(|(name, _)| name.clone()).collect();
        // A public site hides some values.
        let values = if a.is_empty() && b.is_empty() {
            String::new()
        } else {
            format!(" (`{}`, `{}`)", shown(a), shown(b))
        };
        let cause = format!(
            "machines with different `{field}`{values} share one series, and differ in level by up \
             to {}: {}",
            text::ratio(largest),
            list_some(&names)
        );
        findings.push(
            DoctorFinding::new(
                FindingKind::Machines,
                "policy.yml: runner_fingerprinting.track_fields",
            )
            .cause(cause)
            .remedy(format!("add `{field}` to track_fields")),
        );
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "not recorded" } else { value }
}
