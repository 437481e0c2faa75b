//! Budgets, goals and service levels: the newest level of each series against a limit.

use model::policy::amount::Amount;
use model::policy::target::{Budget, Sla};
use model::record::{Direction, TIME_METRIC};
use model::text::{self, UnitScale};

use super::declared::{budget_name, sla_name};
use super::evaluated::EvaluatedSeries;
use super::forecast::TargetTrend;
use super::{TargetKind, TargetResult, TargetState, severity};

/// Nanoseconds in a millisecond.
const NS_PER_MS: f64 = 1e6;

/// A level and the bound that it must keep, base units.
#[derive(Clone, Copy)]
struct Bound {
    measured: f64,
    limit: f64,
    /// The limit is the most that is allowed, else the least.
    is_upper: bool,
    /// Shares of the limit from which on it drifts, and above which it is violated.
    drift_at: f64,
    violated_at: f64,
}

impl Bound {
    /// How much of the limit a level uses.
    fn share_of(&self, level: f64) -> f64 {
        if self.is_upper { level / self.limit } else { self.limit / level }
    }

    fn state(&self) -> TargetState {
        let share = self.share_of(self.measured);
        if share > self.violated_at {
            TargetState::Violated
        } else if share >= self.drift_at {
            TargetState::Drifting
        } else {
            TargetState::Passing
        }
    }
}

/// What a result is about.
struct TargetLabel<'a> {
    kind: TargetKind,
    key: String,
    name: String,
    description: &'a Option<String>,
}

/// The results of one budget: of its limit, and of its goal.
pub(super) fn evaluate_budget(
    at: usize,
    entry: &Budget,
    judged: &[EvaluatedSeries<'_>],
    targets: &mut Vec<TargetResult>,
) {
    let parts = [(TargetKind::Budget, "", &entry.budget), (TargetKind::Goal, ".goal", &entry.goal)];
    for (kind, suffix, amount) in parts {
        let Some(amount) = amount else { continue };
        let key = format!("budgets[{at}]{suffix}");
        let name = budget_name(entry.name.as_ref(), &key);
        let label = TargetLabel { kind, key, name, description: &entry.description };
        let before = targets.len();
        let of_metric = |member: &&EvaluatedSeries<'_>| {
            member.series.key.metric == entry.metric && member.matches(&entry.matches)
        };
        let mut members = 0;
        for member in judged.iter().filter(of_metric) {
            members += 1;
            let is_goal = kind == TargetKind::Goal;
            let limit = member.amount(amount);
            let bound = limit.and_then(|limit| budget_bound(member, entry, limit, is_goal));
            targets.extend(bound.map(|bound| budget_result(&label, member, bound)));
        }
        if targets.len() == before {
            targets.push(unmeasured(&label, members, Some(amount)));
        }
    }
}

/// The level of a series and its budget; none where there is no share of one (a budget or a level
/// of zero or less).
fn budget_bound(
    member: &EvaluatedSeries<'_>,
    entry: &Budget,
    limit: f64,
    is_goal: bool,
) -> Option<Bound> {
    let measured = member.analysis.newest_level.filter(|level| *level > 0.0)?;
    // A budget is an upper bound unless more is better.
    let is_upper = member.direction() != Direction::Higher;
    let (drift_at, violated_at) =
        if is_goal { (1.0, f64::INFINITY) } else { (entry.drift_at, entry.violation_at) };
    let bound = Bound { measured, limit, is_upper, drift_at, violated_at };
    (limit > 0.0 && bound.share_of(measured).is_finite()).then_some(bound)
}

fn budget_result(
    label: &TargetLabel<'_>,
    member: &EvaluatedSeries<'_>,
    bound: Bound,
) -> TargetResult {
    let share = bound.share_of(bound.measured);
    let (level, of) = member.quantities(bound.measured, bound.limit);
    let message = match label.kind {
        // On the goal is at the goal, whatever the side that rounding falls on.
        TargetKind::Goal if share <= 1.0 => format!("{level}, goal of {of} reached"),
        TargetKind::Goal => format!("{level}, {} of the goal of {of}", text::percent(share)),
        _ => format!("{level}, {} of its budget of {of}", text::percent(share)),
    };
    let result = level_result(label, member, bound, message);
    match label.kind {
        TargetKind::Goal => TargetResult {
            state: if share <= 1.0 { TargetState::Passing } else { TargetState::Drifting },
            severity: model::policy::target::AlertSeverity::Info,
            ..result
        },
        _ => result,
    }
}

/// The result of a level; violated only where enough runs confirm it.
fn level_result(
    label: &TargetLabel<'_>,
    member: &EvaluatedSeries<'_>,
    bound: Bound,
    mut message: String,
) -> TargetResult {
    let mut state = bound.state();
    if state == TargetState::Violated {
        let beyond = member.runs_beyond(|value| bound.share_of(value) > bound.violated_at);
        let missing = member.confirmations.saturating_sub(beyond) as u64;
        if missing > 0 {
            state = TargetState::Drifting;
            message.push_str(&format!("; {} would confirm a violation", more_runs(missing)));
        }
    }
    let from =
        if bound.state() == TargetState::Violated { bound.violated_at } else { bound.drift_at };
    let since = (state != TargetState::Passing)
        .then(|| member.since(|level| bound.share_of(level) >= from))
        .flatten();
    let share = bound.share_of(bound.measured);
    let trend = member.analysis.trend.as_ref();
    TargetResult {
        kind: label.kind,
        key: label.key.clone(),
        name: label.name.clone(),
        description: label.description.clone(),
        series: Some(member.index),
        measured: bound.measured,
        limit: bound.limit,
        share: share.is_finite().then_some(share),
        state,
        severity: severity(state),
        message,
        since,
        trend: trend.and_then(|it| TargetTrend::of(it, share, bound.violated_at, bound.is_upper)),
    }
}

fn more_runs(count: u64) -> String {
    text::count_noun(count, "more run")
}

/// A target of which nothing could be evaluated, with the reason.
fn unmeasured(label: &TargetLabel<'_>, members: usize, amount: Option<&Amount>) -> TargetResult {
    let unit = amount.and_then(|amount| amount.unit.as_ref());
    let why = match (members, unit) {
        (0, _) => "matches no series that is measured".to_owned(),
        (_, Some(unit)) => format!("no matching series has a level in {}", unit.as_str()),
        _ => "no matching series has a level".to_owned(),
    };
    let (key, name) = (label.key.clone(), label.name.clone());
    let result = TargetResult::not_measured(label.kind, key, name, why);
    TargetResult { description: label.description.clone(), ..result }
}

/// The entries of one service level.
pub(super) fn evaluate_sla(
    at: usize,
    sla: &Sla,
    judged: &[EvaluatedSeries<'_>],
    targets: &mut Vec<TargetResult>,
) {
    let entry: Vec<&EvaluatedSeries<'_>> =
        judged.iter().filter(|member| member.matches(&sla.matches)).collect();
    let of = |names: &[&str], unit: Option<&str>| -> Vec<&EvaluatedSeries<'_>> {
        let fits = |member: &&EvaluatedSeries<'_>| {
            names.contains(&member.series.key.metric.as_str())
                && unit.is_none_or(|unit| member.series.unit.as_str() == unit)
                && member.analysis.newest_level.is_some()
        };
        entry.iter().copied().filter(fits).collect()
    };
    let times = of(&[TIME_METRIC], Some("ns"));
    let totals = of(&["total_time"], Some("ns"));
    let label = |key: &str| TargetLabel {
        kind: TargetKind::Sla,
        key: format!("sla[{at}].{key}"),
        name: sla_name(at, sla, key),
        description: &sla.description,
    };
    let mut each =
        |key: &str, members: &[&EvaluatedSeries<'_>], limit: Option<f64>, is_upper: bool| {
            let Some(limit) = limit else { return };
            let label = label(key);
            if members.is_empty() {
                targets.push(unmeasured(&label, 0, None));
            }
            targets.extend(
                members.iter().filter_map(|member| sla_result(&label, member, limit, is_upper)),
            );
        };
    let in_ns = |ms: Option<f64>| ms.map(|ms| ms * NS_PER_MS);
    each("max_avg_time_ms", &times, in_ns(sla.max_avg_time_ms), true);
    each("min_throughput", &of(&["throughput"], None), sla.min_throughput, false);
    let memory = of(&["memory", "peak_memory"], Some("B"));
    each("max_memory_bytes", &memory, sla.max_memory_bytes, true);
    let key = "max_total_time_ms";
    match in_ns(sla.max_total_time_ms) {
        limit if !totals.is_empty() || times.is_empty() => each(key, &totals, limit, true),
        Some(limit) => targets.extend(total_result(&label(key), &times, limit)),
        None => {}
    }
}

fn sla_bound(measured: f64, limit: f64, is_upper: bool) -> Bound {
    // On the limit is within it: a service level has no band.
    Bound { measured, limit, is_upper, drift_at: f64::INFINITY, violated_at: 1.0 }
}

fn sla_message(member: &EvaluatedSeries<'_>, bound: Bound) -> String {
    let word = if bound.is_upper { "most" } else { "least" };
    let scale = UnitScale::for_values([bound.measured, bound.limit], &member.series.unit);
    format!("{}, at {word} {}", scale.quantity(bound.measured), scale.quantity(bound.limit))
}

fn sla_result(
    label: &TargetLabel<'_>,
    member: &EvaluatedSeries<'_>,
    limit: f64,
    is_upper: bool,
) -> Option<TargetResult> {
    let bound = sla_bound(member.analysis.newest_level?, limit, is_upper);
    Some(level_result(label, member, bound, sla_message(member, bound)))
}

/// The time series together; violated where each of them has the runs that confirm it.
fn total_result(
    label: &TargetLabel<'_>,
    times: &[&EvaluatedSeries<'_>],
    limit: f64,
) -> Option<TargetResult> {
    let first = times.first()?;
    let measured: f64 = times.iter().filter_map(|member| member.analysis.newest_level).sum();
    let bound = sla_bound(measured, limit, true);
    let of = text::count_noun(times.len() as u64, "series");
    let mut message = format!("{} for {of}", sla_message(first, bound));
    let mut state = bound.state();
    let runs = times
        .iter()
        .map(|member| member.confirmations.saturating_sub(member.runs_beyond(|_| true)) as u64);
    let missing = runs.max().unwrap_or(0);
    if state == TargetState::Violated && missing > 0 {
        state = TargetState::Drifting;
        message.push_str(&format!("; {} would confirm a violation", more_runs(missing)));
    }
    let share = bound.share_of(measured);
    let newest =
        times.iter().filter_map(|member| member.series.runs.last()).map(|run| run.time).max();
    Some(TargetResult {
        kind: label.kind,
        key: label.key.clone(),
        name: label.name.clone(),
        description: label.description.clone(),
        series: None,
        measured,
        limit,
        share: share.is_finite().then_some(share),
        state,
        severity: severity(state),
        message,
        since: newest.filter(|_| state != TargetState::Passing),
        trend: None,
    })
}
