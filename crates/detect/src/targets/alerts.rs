//! Alerts: a condition on the newest runs of each series.

use model::policy::expression::{AlertComparison, AlertExpression, AlertQuantity};
use model::policy::target::{Alert, AlertSeverity};
use model::record::time::Timestamp;
use model::text;

use super::evaluated::EvaluatedSeries;
use super::{TargetKind, TargetResult, TargetState};

/// An alert at every series it fires for; once where it could be evaluated and fires for none, or
/// where it could not be evaluated anywhere.
pub(super) fn evaluate_alert(
    at: usize,
    alert: &Alert,
    judged: &[EvaluatedSeries<'_>],
    targets: &mut Vec<TargetResult>,
) {
    let Ok(when) = &alert.when.parsed else { return };
    let before = targets.len();
    let (mut members, mut evaluated) = (0, 0);
    for member in judged.iter().filter(|member| {
        is_recorded(member) && member.matches(&alert.matches) && asks(when, member)
    }) {
        members += 1;
        let Some(newest) = member.series.runs.len().checked_sub(1) else { continue };
        evaluated += u64::from(holds(when, member, newest).is_some());
        let needed =
            alert.needed_runs().map_or(member.confirmations, |runs| (runs as usize).max(1));
        // An age is not measured by runs: however many there are, it is that of the newest.
        let needed = if is_of_age(when) { 1 } else { needed };
        let firing = (0..=newest).rev().take_while(|at| holds(when, member, *at) == Some(true));
        let firing: Vec<usize> = firing.collect();
        if firing.len() < needed {
            continue;
        }
        let first = if is_of_age(when) { firing.first() } else { firing.last() };
        let since = first.map(|at| member.series.runs[*at].time);
        let witness = when
            .first_match(&|comparison| member.measured(newest, comparison), &|comparison| {
                member.limit(comparison)
            });
        targets.extend(witness.map(|(comparison, measured)| {
            let result = AlertResult { at, alert, member, needed, since };
            result.of(comparison, measured)
        }));
    }
    if targets.len() > before {
        return;
    }
    let why = match (evaluated, members) {
        (1.., _) => format!("fires for none of {}", text::count_noun(evaluated, "series")),
        (0, 0) => "matches no series that is measured".to_owned(),
        _ => "the newest runs do not report what it is about".to_owned(),
    };
    let (key, name) = (format!("alerts[{at}]"), alert.name.clone());
    let result = TargetResult::not_measured(TargetKind::Alert, key, name, why);
    let state = if evaluated > 0 { TargetState::Passing } else { TargetState::NotMeasured };
    let (severity, description) = (alert.severity, alert.description.clone());
    targets.push(TargetResult { state, severity, description, ..result });
}

/// Conditions find statistics in the runs of the metric that they are of: their own series would
/// repeat each alert, and fire for `value > 500ms` too.
fn is_recorded(member: &EvaluatedSeries<'_>) -> bool {
    member.series.key.statistic.is_none()
}

fn holds(when: &AlertExpression, member: &EvaluatedSeries<'_>, at: usize) -> Option<bool> {
    when.holds(&|comparison| member.measured(at, comparison), &|comparison| {
        member.limit(comparison)
    })
}

/// Whether a condition is about a series: metrics that it names are not of every series.
fn asks(when: &AlertExpression, member: &EvaluatedSeries<'_>) -> bool {
    match when {
        AlertExpression::Compare(comparison) => member.is_asked(comparison),
        AlertExpression::All(parts) => parts.iter().all(|part| asks(part, member)),
        AlertExpression::Any(parts) => parts.iter().any(|part| asks(part, member)),
    }
}

fn is_of_age(when: &AlertExpression) -> bool {
    match when {
        AlertExpression::Compare(comparison) => comparison.quantity == AlertQuantity::Age,
        AlertExpression::All(parts) | AlertExpression::Any(parts) => parts.iter().all(is_of_age),
    }
}

/// An alert that fires for a series.
struct AlertResult<'a> {
    at: usize,
    alert: &'a Alert,
    member: &'a EvaluatedSeries<'a>,
    needed: usize,
    since: Option<Timestamp>,
}

impl AlertResult<'_> {
    fn of(&self, comparison: &AlertComparison, measured: f64) -> TargetResult {
        let (alert, member) = (self.alert, self.member);
        let limit = member.limit(comparison).unwrap_or(comparison.number);
        let quantity = &comparison.quantity;
        let (value, bound) = match quantity {
            AlertQuantity::Change => (text::percent_change(measured), text::percent_change(limit)),
            AlertQuantity::Noise => (text::percent(measured), text::percent(limit)),
            AlertQuantity::Age => (age(measured), age(limit)),
            _ => member.quantities(measured, limit),
        };
        let sign = comparison.operator.sign();
        let mut message = format!("{} {value} {sign} {bound}", quantity.name());
        if self.needed > 1 {
            let runs = text::count_noun(self.needed as u64, "run");
            message.push_str(&format!(", {runs} in a row"));
        }
        if let Some(entry) = alert.message.as_ref().filter(|entry| !entry.is_empty()) {
            message.push_str(". ");
            message.push_str(entry);
        }
        TargetResult {
            kind: TargetKind::Alert,
            key: format!("alerts[{}]", self.at),
            name: alert.name.clone(),
            description: alert.description.clone(),
            series: Some(member.index),
            measured,
            limit,
            share: None,
            state: match alert.severity {
                AlertSeverity::Info => TargetState::Drifting,
                _ => TargetState::Violated,
            },
            severity: alert.severity,
            message,
            since: self.since,
            trend: None,
        }
    }
}

/// `26 hours`, from nanoseconds.
fn age(nanoseconds: f64) -> String {
    text::duration((nanoseconds / 1e3) as i64)
}
