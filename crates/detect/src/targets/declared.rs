//! The targets that a policy declares, whether a series matches them or not: what they are called,
//! and how bad a miss is.

use model::policy::Policy;
use model::policy::target::{AlertSeverity, Sla};

use super::{TargetKind, TargetState, severity};

/// A target that must be answered when it is missed.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredTarget {
    pub kind: TargetKind,
    /// As in [`TargetResult::name`](super::TargetResult::name).
    pub name: String,
    pub description: Option<String>,
    /// That of a violation, or of an alert that fires.
    pub severity: AlertSeverity,
    /// Of an alert its condition and what to do.
    pub condition: Option<String>,
    pub message: Option<String>,
}

impl DeclaredTarget {
    fn of_level(kind: TargetKind, name: String, description: &Option<String>) -> Self {
        let severity = severity(TargetState::Violated);
        let description = description.clone();
        Self { kind, name, description, severity, condition: None, message: None }
    }
}

/// Budgets, service levels and alerts, in the order of the policy. Goals are left out: nothing has
/// to be done about them.
pub fn declared(policy: &Policy) -> Vec<DeclaredTarget> {
    let mut targets = Vec::new();
    for (at, budget) in policy.budgets.iter().enumerate().filter(|(_, it)| it.budget.is_some()) {
        let name = budget_name(budget.name.as_ref(), &format!("budgets[{at}]"));
        targets.push(DeclaredTarget::of_level(TargetKind::Budget, name, &budget.description));
    }
    for (at, sla) in policy.sla.iter().enumerate() {
        let limits = [
            ("max_avg_time_ms", sla.max_avg_time_ms),
            ("min_throughput", sla.min_throughput),
            ("max_memory_bytes", sla.max_memory_bytes),
            ("max_total_time_ms", sla.max_total_time_ms),
        ];
        for (key, _) in limits.into_iter().filter(|(_, limit)| limit.is_some()) {
            let name = sla_name(at, sla, key);
            targets.push(DeclaredTarget::of_level(TargetKind::Sla, name, &sla.description));
        }
    }
    for alert in &policy.alerts {
        targets.push(DeclaredTarget {
            kind: TargetKind::Alert,
            name: alert.name.clone(),
            description: alert.description.clone(),
            severity: alert.severity,
            condition: Some(alert.when.text.clone()),
            message: alert.message.clone(),
        });
    }
    targets
}

/// The name of a budget or a goal, else its place.
pub(super) fn budget_name(name: Option<&String>, key: &str) -> String {
    name.cloned().unwrap_or_else(|| key.to_owned())
}

/// `API: max_avg_time_ms`, else its place.
pub(super) fn sla_name(at: usize, sla: &Sla, key: &str) -> String {
    match &sla.name {
        Some(name) => format!("{name}: {key}"),
        None => format!("sla[{at}].{key}"),
    }
}
